import { describe, expect, test } from 'vitest'
import { instantOf, localOf, weekendOf, yearOfSales } from './zones.ts'

describe('times of the shop', () => {
  test.each([
    ['2026-11-21', 'Europe/Berlin', '2026-11-20T23:00:00.000Z'],
    ['2026-07-01 08:30', 'Europe/Berlin', '2026-07-01T06:30:00.000Z'],
    // Clocks go forward at two and back at three.
    ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
    ['2026-11-21', 'America/New_York', '2026-11-21T05:00:00.000Z'],
    ['2026-11-21 12:00', 'UTC', '2026-11-21T12:00:00.000Z'],
  ])('%s in %s is %s', (local, zone, instant) => {
    expect(instantOf(local, zone)).toBe(instant)
    expect(localOf(instant, zone)).toBe(local.length > 10 ? local : `${local} 00:00`)
  })

  test.each([
    ['2026-11-16', '2026-11-21'],
    ['2026-11-21', '2026-11-21'],
    ['2026-11-22', '2026-11-21'],
  ])('the weekend of %s begins on %s', (day, saturday) => {
    expect(weekendOf(day).from).toBe(saturday)
  })
})

test('a year of sales ends today, or with the last sale of a shop that has sold nothing for a year', () => {
  expect(yearOfSales('2026-11-21', undefined)).toEqual({ from: '2025-11-22', to: '2026-11-21' })
  expect(yearOfSales('2026-11-21', '2026-01-10')).toEqual({ from: '2025-11-22', to: '2026-11-21' })
  expect(yearOfSales('2026-11-21', '2011-12-09')).toEqual({ from: '2010-12-10', to: '2011-12-09' })
})
