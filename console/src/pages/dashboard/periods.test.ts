import { expect, test } from 'vitest'
import type { DashboardDay } from '../../api/types.ts'
import { addDays, daysAPoint, daysBetween, endingOn, pointsOf, salesByWeekday } from './periods.ts'

function day(day: string, sales: number, more: Partial<DashboardDay> = {}): DashboardDay {
  return {
    day,
    sales_minor: sales,
    purchases: 1,
    active_customers: 1,
    new_customers: 0,
    points_issued: 0,
    points_spent: 0,
    points_outstanding: 0,
    ...more,
  }
}

test('a period of days ends on its last day, across months and leap years', () => {
  expect(endingOn('2028-03-01', 30)).toEqual({ from: '2028-02-01', to: '2028-03-01' })
  expect(daysBetween({ from: '2028-02-01', to: '2028-03-01' })).toBe(30)
  expect(addDays('2027-12-31', 1)).toBe('2028-01-01')
})

test('a month is drawn by days, a year by weeks', () => {
  expect([7, 62, 63, 365, 800].map(daysAPoint)).toEqual([1, 1, 7, 7, 30])
})

test('points are gathered from the end: sums are added, people averaged, levels taken as they stood last', () => {
  const series = Array.from({ length: 10 }, (_, index) =>
    day(addDays('2026-11-01', index), 10, { active_customers: index, points_outstanding: index * 100 }),
  )
  expect(pointsOf(series, 'sales_minor', 7)).toEqual([{ from: '2026-11-04', to: '2026-11-10', value: 70 }])
  expect(pointsOf(series, 'active_customers', 7)).toMatchObject([{ value: 6 }])
  expect(pointsOf(series, 'points_outstanding', 7)).toMatchObject([{ value: 900 }])
  expect(pointsOf(series, 'sales_minor', 1)).toHaveLength(10)
})

test('a usual week begins on Monday and divides by the days there were', () => {
  // 2 November 2026 is a Monday.
  const week = salesByWeekday([day('2026-11-02', 100), day('2026-11-09', 300), day('2026-11-03', 50)])
  expect(week.slice(0, 3)).toEqual([
    { weekday: 1, mean: 200 },
    { weekday: 2, mean: 50 },
    { weekday: 3, mean: 0 },
  ])
})
