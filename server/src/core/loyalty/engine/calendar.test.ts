import { describe, expect, test } from 'vitest'
import { endOf, monthsLater, periodStart } from './calendar.ts'

describe('a period', () => {
  test.each([
    ['ever', '2026-03-11T14:30:00Z', 'Europe/Prague', ''],
    ['day', '2026-03-11T22:59:59Z', 'Europe/Prague', '2026-03-11'],
    ['day', '2026-03-11T23:00:00Z', 'Europe/Prague', '2026-03-12'],
    ['day', '2026-03-11T23:00:00Z', 'America/New_York', '2026-03-11'],
    ['week', '2026-03-11T14:30:00Z', 'Europe/Prague', '2026-03-09'],
    ['week', '2026-03-15T22:59:59Z', 'Europe/Prague', '2026-03-09'],
    ['week', '2026-03-15T23:00:00Z', 'Europe/Prague', '2026-03-16'],
    ['week', '2026-01-01T12:00:00Z', 'Europe/Prague', '2025-12-29'],
    ['month', '2026-02-28T23:30:00Z', 'Europe/Prague', '2026-03-01'],
    ['year', '2025-12-31T23:30:00Z', 'Europe/Prague', '2026-01-01'],
    ['year', '2025-12-31T23:30:00Z', 'UTC', '2025-01-01'],
  ] as const)('%s of %s in %s begins on %s', (period, time, timeZone, first) => {
    expect(periodStart(period, new Date(time), timeZone)).toBe(first)
  })

  test.each([
    ['day', '2026-03-29T00:00:00Z', 'Europe/Prague', '2026-03-29T22:00:00.000Z'],
    ['week', '2026-03-29T00:00:00Z', 'Europe/Prague', '2026-03-29T22:00:00.000Z'],
    ['month', '2028-02-10T00:00:00Z', 'Europe/Prague', '2028-02-29T23:00:00.000Z'],
    ['month', '2026-12-31T23:00:00Z', 'Europe/Prague', '2027-01-31T23:00:00.000Z'],
    ['year', '2026-12-31T23:00:00Z', 'Europe/Prague', '2027-12-31T23:00:00.000Z'],
  ] as const)('%s of %s in %s ends at %s', (period, time, timeZone, end) => {
    expect(endOf(period, new Date(time), timeZone).toISOString()).toBe(end)
  })
})

test('months end at the same time of the day, in winter and summer, and on the last day of a shorter month', () => {
  const later = (at: string, months: number) => monthsLater(new Date(at), months, 'Europe/Berlin').toISOString()
  expect(later('2026-01-31T11:30:05Z', 1)).toBe('2026-02-28T11:30:05.000Z')
  expect(later('2026-01-15T11:30:05Z', 3)).toBe('2026-04-15T10:30:05.000Z')
  expect(later('2024-02-29T10:00:00Z', 12)).toBe('2025-02-28T10:00:00.000Z')
})
