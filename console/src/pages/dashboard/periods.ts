import type { Days } from '../../api/queries.ts'
import type { DashboardDay, DashboardMetric } from '../../api/types.ts'

const DAY_MS = 86_400_000

export const presets = [
  { days: 7, name: '7 days' },
  { days: 30, name: '30 days' },
  { days: 90, name: '90 days' },
  { days: 365, name: '12 months' },
] as const

/** Calendar days as text compare and count without a time zone. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10)
}

export function daysBetween(period: Days): number {
  return Math.round((Date.parse(`${period.to}T00:00:00Z`) - Date.parse(`${period.from}T00:00:00Z`)) / DAY_MS) + 1
}

/** The period of so many days that ends on `last`, which is part of it. */
export function endingOn(last: string, days: number): Days {
  return { from: addDays(last, 1 - days), to: last }
}

/** How many days one point of a chart stands for, so that a year stays readable. */
export function daysAPoint(days: number): number {
  if (days <= 62) return 1
  return days <= 430 ? 7 : 30
}

export interface Point {
  readonly from: string
  readonly to: string
  readonly value: number
}

type Gather = 'sum' | 'average' | 'last'

/** A day's active customers cannot be added up over days: the same people come twice. What is owed to them is a level. */
const gatherings: Readonly<Record<DashboardMetric, Gather>> = {
  sales_minor: 'sum',
  purchases: 'sum',
  active_customers: 'average',
  new_customers: 'sum',
  points_issued: 'sum',
  points_spent: 'sum',
  points_outstanding: 'last',
}

/** Groups from the end, so that the newest point is a whole one; what is left over at the start would look like a slump and is left out. */
export function pointsOf(series: readonly DashboardDay[], metric: DashboardMetric, days: number): readonly Point[] {
  const points: Point[] = []
  for (let end = series.length; end >= days; end -= days) {
    const group = series.slice(end - days, end)
    const first = group[0]
    const last = group.at(-1)
    if (!first || !last) break
    points.unshift({ from: first.day, to: last.day, value: gather(group, metric) })
  }
  return points
}

function gather(group: readonly DashboardDay[], metric: DashboardMetric): number {
  const how = gatherings[metric]
  if (how === 'last') return group.at(-1)?.[metric] ?? 0
  const sum = group.reduce((total, day) => total + day[metric], 0)
  return how === 'sum' ? sum : sum / Math.max(group.length, 1)
}

/** Mean sales of each weekday, Monday first; undefined for a weekday that the period does not have. */
export function salesByWeekday(series: readonly DashboardDay[]): readonly { weekday: number; mean: number }[] {
  const sums = Array.from({ length: 7 }, () => ({ sum: 0, count: 0 }))
  for (const day of series) {
    const bucket = sums[new Date(`${day.day}T00:00:00Z`).getUTCDay()]
    if (!bucket) continue
    bucket.sum += day.sales_minor
    bucket.count += 1
  }
  return [1, 2, 3, 4, 5, 6, 0].map((weekday) => {
    const bucket = sums[weekday]
    return { weekday, mean: bucket && bucket.count > 0 ? bucket.sum / bucket.count : 0 }
  })
}
