import { Temporal } from 'temporal-polyfill'
import type { Ctx } from '../../platform/ctx.ts'
import { refuse } from './decode.ts'

// One name is documented by a client (OVERALL); the others are accepted in the spellings that suggest themselves.
const units: Readonly<Record<string, 'day' | 'week' | 'month' | 'year' | 'ever'>> = {
  DAILY: 'day',
  DAY: 'day',
  TODAY: 'day',
  CURRENT_DAY: 'day',
  WEEKLY: 'week',
  WEEK: 'week',
  THIS_WEEK: 'week',
  CURRENT_WEEK: 'week',
  MONTHLY: 'month',
  MONTH: 'month',
  THIS_MONTH: 'month',
  CURRENT_MONTH: 'month',
  YEARLY: 'year',
  YEAR: 'year',
  THIS_YEAR: 'year',
  CURRENT_YEAR: 'year',
  OVERALL: 'ever',
  TRUE: 'ever',
}

/** When the current day, week (from Monday), month or year began in the shop's time zone; undefined for all time. */
export function periodStart(ctx: Ctx, name: string): Date | undefined {
  const unit =
    units[name.toUpperCase()] ?? refuse('include_rewards', 'must be DAILY, WEEKLY, MONTHLY, YEARLY or OVERALL')
  if (unit === 'ever') return undefined
  const now = Temporal.Instant.fromEpochMilliseconds(ctx.clock.now().getTime())
  const today = now.toZonedDateTimeISO(ctx.tenant.timeZone).toPlainDate()
  const first = {
    day: today,
    week: today.subtract({ days: today.dayOfWeek - 1 }),
    month: today.with({ day: 1 }),
    year: today.with({ month: 1, day: 1 }),
  }[unit]
  return new Date(first.toZonedDateTime(ctx.tenant.timeZone).epochMilliseconds)
}
