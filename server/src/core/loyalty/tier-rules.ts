import { Temporal } from 'temporal-polyfill'
import type { Minor } from '../../platform/money.ts'
import type { Tier, TierPeriod } from './types.ts'

/** [from, to); a missing end is open. */
export interface Window {
  readonly from: Date | null
  readonly to: Date | null
}

// A tier that is kept year after year by less than it takes to reach it is looked for this far back.
const windows = 10
const dayMilliseconds = 86_400_000

/** The spans of time in which a tier of this period is earned, the current one first. */
export function windowsOf(period: TierPeriod | undefined, now: Date, timeZone: string): Window[] {
  if (period === undefined || period.kind === 'ever') return [{ from: null, to: null }]
  if (period.kind === 'rolling') {
    const ends = Array.from(
      { length: windows + 1 },
      (_, index) => now.getTime() - index * period.days * dayMilliseconds,
    )
    return ends
      .slice(1)
      .map((from, index) => ({ from: new Date(from), to: index === 0 ? null : new Date(ends[index] ?? 0) }))
  }
  const { year } = Temporal.Instant.fromEpochMilliseconds(now.getTime()).toZonedDateTimeISO(timeZone)
  return Array.from({ length: windows }, (_, index) => ({
    from: startOfYear(year - index, timeZone),
    to: startOfYear(year - index + 1, timeZone),
  }))
}

function startOfYear(year: number, timeZone: string): Date {
  return new Date(Temporal.PlainDate.from({ year, month: 1, day: 1 }).toZonedDateTime(timeZone).epochMilliseconds)
}

/**
 * Whether what was earned in each of the windows (the current one first) holds the tier now.
 * - ever: once reached, for good.
 * - calendar_year: reached this year; or the year before, and then it lasts to the end of this one. In further years whoever
 *   has it keeps it with `keep` a year.
 * - rolling: reached in the last days; whoever reached it in the days before keeps it with `keep` in the last ones.
 */
export function holds(tier: Tier, amounts: readonly Minor[]): boolean {
  const { settings, threshold } = tier
  if (settings.manual) return false
  const keep = settings.keep ?? threshold
  const isYearly = settings.period?.kind === 'calendar_year'
  let held = false
  let carried = false
  for (const amount of amounts.toReversed()) {
    held = amount >= threshold || (isYearly ? carried : held && amount >= keep)
    carried = amount >= threshold || (held && amount >= keep)
  }
  return held
}

/** How much is missing in the current window to reach the tier, and to have it in the next one. */
export function missing(tier: Tier, amounts: readonly Minor[]): { toReach: Minor; toKeep: Minor } {
  const current = amounts[0] ?? 0
  const period = tier.settings.period?.kind ?? 'ever'
  return {
    toReach: Math.max(0, tier.threshold - current),
    toKeep:
      period === 'ever' || tier.settings.manual ? 0 : Math.max(0, (tier.settings.keep ?? tier.threshold) - current),
  }
}

/** What tiers with the same of it are measured by together. */
export function measureOf({ settings }: Tier): string {
  return JSON.stringify([settings.measure ?? 'points', settings.period ?? { kind: 'ever' }])
}
