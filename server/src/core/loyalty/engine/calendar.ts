import { Temporal } from 'temporal-polyfill'
import { daysAfter } from '../rules.ts'
import type { Period, RuleDefinition } from './types.ts'

/** A moment on the tenant's calendar and clock. */
export interface LocalTime {
  /** YYYY-MM-DD */
  readonly day: string
  /** 1 is Monday. */
  readonly weekday: number
  /** HH:MM */
  readonly time: string
}

export function localTime(at: Date, timeZone: string): LocalTime {
  const zoned = zonedTime(at, timeZone)
  const { hour, minute } = zoned
  return {
    day: zoned.toPlainDate().toString(),
    weekday: zoned.dayOfWeek,
    time: `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`,
  }
}

/** The first day of the period, YYYY-MM-DD: what its uses are counted under. '' for ever. Weeks start on Monday. */
export function periodStart(period: Period, occurredAt: Date, timeZone: string): string {
  return period === 'ever' ? '' : firstDay(period, zonedTime(occurredAt, timeZone).toPlainDate()).toString()
}

/** The first moment after the period: of the tenant's next day, week, month or year. */
export function endOf(period: Exclude<Period, 'ever'>, at: Date, timeZone: string): Date {
  const first = firstDay(period, zonedTime(at, timeZone).toPlainDate())
  const next = first.add({ [`${period}s`]: 1 })
  return new Date(next.toZonedDateTime(timeZone).epochMilliseconds)
}

function firstDay(period: Exclude<Period, 'ever'>, day: Temporal.PlainDate): Temporal.PlainDate {
  switch (period) {
    case 'day':
      return day
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 })
    case 'month':
      return day.with({ day: 1 })
    case 'year':
      return day.with({ month: 1, day: 1 })
  }
}

function zonedTime(at: Date, timeZone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(timeZone)
}

/** The same time of the day so many months later, or the last day of a month that is shorter. */
export function monthsLater(at: Date, months: number, timeZone: string): Date {
  return new Date(zonedTime(at, timeZone).add({ months }).epochMilliseconds)
}

const dayMilliseconds = 86_400_000

/**
 * Is the day at most so many days before or after a birthday? Born on 29 February, one has one's birthday on 1 March
 * where there is none. What is no date is never near.
 */
export function isNearBirthday(
  day: string,
  birthday: string,
  around: { daysBefore: number; daysAfter: number },
): boolean {
  const born = /(\d{2})-(\d{2})$/.exec(birthday)
  if (!born) return false
  const year = Number(day.slice(0, 4))
  const today = Date.parse(`${day}T00:00:00Z`) / dayMilliseconds
  for (const candidate of [year - 1, year, year + 1]) {
    // Date.UTC carries 29 February of a common year over to 1 March by itself.
    const distance = today - Date.UTC(candidate, Number(born[1]) - 1, Number(born[2])) / dayMilliseconds
    if (-around.daysBefore <= distance && distance <= around.daysAfter) return true
  }
  return false
}

export interface Lifetime {
  readonly activatesAt?: Date
  readonly expiresAt?: Date
}

/**
 * When value earned now becomes active and expires. What would expire before it is active gets its time counted from its
 * activation: nobody is given what they can never spend.
 */
export function lifetimeOf(
  terms: Pick<RuleDefinition, 'activatesAfterDays' | 'expires'>,
  occurredAt: Date,
  timeZone: string,
): Lifetime {
  const activatesAt = terms.activatesAfterDays ? daysAfter(occurredAt, terms.activatesAfterDays) : undefined
  const { expires } = terms
  if (!expires) return { ...(activatesAt ? { activatesAt } : {}) }
  const expiryFrom = (from: Date) =>
    'afterDays' in expires ? daysAfter(from, expires.afterDays) : endOf(expires.endOf, from, timeZone)
  const expiresAt = expiryFrom(occurredAt)
  if (!activatesAt) return { expiresAt }
  return { activatesAt, expiresAt: expiresAt > activatesAt ? expiresAt : expiryFrom(activatesAt) }
}
