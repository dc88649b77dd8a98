import { Temporal } from 'temporal-polyfill'
import { readNumber } from './values.ts'

// Postgres and Date both reach further, but a time outside these years is a mistake of the client.
const earliest = Date.UTC(1900, 0, 1)
const latest = Date.UTC(2200, 0, 1)

function bounded(milliseconds: number): Date | undefined {
  return milliseconds >= earliest && milliseconds < latest ? new Date(milliseconds) : undefined
}

/** Seconds since 1970 as a number or its text; values too large for seconds are read as milliseconds. */
export function readEpoch(value: unknown): Date | undefined {
  const number = readNumber(value)
  if (number === undefined) return undefined
  return bounded(Math.abs(number) >= 1e11 ? number : number * 1000)
}

export function epochSeconds(time: Date): number {
  return Math.floor(time.getTime() / 1000)
}

/**
 * A time as text: with an offset or Z it is that instant; without one it is wall-clock time in `timeZone`. A date alone is
 * its midnight. A blank may stand in place of the T. A wall-clock time that daylight saving skips is moved forward.
 */
export function readLocalTime(value: unknown, timeZone: string): Date | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.trim().replace(/^(\d{4}-\d{2}-\d{2}) (?=\d)/, '$1T')
  if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined
  try {
    const instant = /([zZ]|[+-]\d{2}:?\d{2})$/.test(text.slice(10))
      ? Temporal.Instant.from(text)
      : Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone).toInstant()
    return bounded(instant.epochMilliseconds)
  } catch {
    return undefined
  }
}

/** Wall-clock time without an offset: "2026-11-21 14:05:00". */
export function localTime(time: Date, timeZone: string): string {
  const zoned = Temporal.Instant.fromEpochMilliseconds(time.getTime()).toZonedDateTimeISO(timeZone)
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' ')
}

/** The day it is in `timeZone`: "2026-11-21". */
export function localDay(time: Date, timeZone: string): string {
  return localTime(time, timeZone).slice(0, 10)
}

/** A calendar date that exists, as YYYY-MM-DD. */
export function readDay(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined
  try {
    return Temporal.PlainDate.from(value).toString()
  } catch {
    return undefined
  }
}

/** Midnight at the start of this day, or of the one `days` later. */
export function startOfDay(day: string, timeZone: string, days = 0): Date {
  const midnight = Temporal.PlainDate.from(day).add({ days }).toZonedDateTime(timeZone)
  return new Date(midnight.epochMilliseconds)
}

/** The calendar day `days` later (or earlier, when negative). */
export function nextDay(day: string, days: number): string {
  return Temporal.PlainDate.from(day).add({ days }).toString()
}
