import { describe, expect, test } from 'vitest'
import { instantOf, localOf, weekendOf } from './zones.ts'

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
