import { DomainError } from '../../platform/errors.ts'
import type { DayFigures, TimelineKind } from './types.ts'

const dayMilliseconds = 86_400_000
const maxDays = 1_100

/** The days of [from, to), and the first day of the period of the same length before. Refuses `request.invalid`. */
export function periodOf(query: { from: string; to: string }): { previousFrom: string; days: number } {
  const from = parseDay(query.from, 'from')
  const to = parseDay(query.to, 'to')
  const days = Math.round((to - from) / dayMilliseconds)
  if (days < 1 || days > maxDays) throw new DomainError('request.invalid', { field: 'to', limit: maxDays })
  return { previousFrom: formatDay(from - days * dayMilliseconds), days }
}

function parseDay(text: string, field: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at) || formatDay(at) !== text) throw new DomainError('request.invalid', { field })
  return at
}

const formatDay = (at: number) => new Date(at).toISOString().slice(0, 10)

export function daysBetween(from: string, to: string): string[] {
  const days: string[] = []
  for (let at = parseDay(from, 'from'); at < parseDay(to, 'to'); at += dayMilliseconds) days.push(formatDay(at))
  return days
}

/** Refuses `request.invalid` for a name that is no time zone. */
export function checkTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch (cause) {
    throw new DomainError('request.invalid', { field: 'timeZone' }, { cause })
  }
}

export const emptyDay: Omit<DayFigures, 'day'> = {
  salesCount: 0,
  salesMinor: 0,
  cancelledCount: 0,
  cancelledMinor: 0,
  trackedCount: 0,
  trackedMinor: 0,
  activeCustomers: 0,
  newCustomers: 0,
  pointsIssued: 0,
  pointsSpent: 0,
  pointsExpired: 0,
  pointsOutstanding: 0,
}

export function sumDays(days: readonly DayFigures[], activeCustomers: number): Omit<DayFigures, 'day'> {
  const totals = { ...emptyDay }
  for (const day of days) {
    for (const key of Object.keys(emptyDay) as (keyof typeof emptyDay)[]) totals[key] += day[key]
  }
  return { ...totals, activeCustomers, pointsOutstanding: days.at(-1)?.pointsOutstanding ?? 0 }
}

/** What stands first when two things happened in the same microsecond. */
export const timelineKinds: readonly TimelineKind[] = ['purchase', 'points', 'event', 'message', 'consent']

/** A place in the timeline: microseconds, kind and id. */
export interface TimelinePlace {
  readonly micros: number
  readonly kind: TimelineKind
  readonly id: number
}

export const formatPlace = (place: TimelinePlace) => `${place.micros}.${timelineKinds.indexOf(place.kind)}.${place.id}`

/** Refuses `request.invalid`. */
export function parsePlace(cursor: string): TimelinePlace {
  const [micros, kindIndex, id] = cursor.split('.').map(Number)
  const kind = timelineKinds[kindIndex ?? -1]
  if (!Number.isSafeInteger(micros) || !Number.isSafeInteger(id) || !kind || !/^[\d.]+$/.test(cursor)) {
    throw new DomainError('request.invalid', { field: 'before' })
  }
  return { micros: micros ?? 0, kind, id: id ?? 0 }
}

/** Where the reading of one kind starts: entries of it that come after `place` are before this (micros, id). */
export function startOf(kind: TimelineKind, place: TimelinePlace | undefined): { micros: number; id: number } {
  if (!place) return { micros: Number.MAX_SAFE_INTEGER, id: 0 }
  if (kind === place.kind) return { micros: place.micros, id: place.id }
  const comesLater = timelineKinds.indexOf(kind) > timelineKinds.indexOf(place.kind)
  return { micros: place.micros, id: comesLater ? Number.MAX_SAFE_INTEGER : 0 }
}

export function newestFirst(a: TimelinePlace, b: TimelinePlace): number {
  return b.micros - a.micros || timelineKinds.indexOf(a.kind) - timelineKinds.indexOf(b.kind) || b.id - a.id
}
