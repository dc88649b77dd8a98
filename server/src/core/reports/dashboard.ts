import type { Ctx } from '../../platform/ctx.ts'
import { findDefaultUnit } from '../ledger/index.ts'
import * as views from './dashboard-views.ts'
import { checkTimeZone, daysBetween, emptyDay, periodOf, sumDays } from './rules.ts'
import type { Dashboard, DashboardQuery, DayFigures, PeriodFigures } from './types.ts'

/** Sales, customers and points a day, with the period of the same length before. Refuses `request.invalid`. */
export async function dashboard(ctx: Ctx, query: DashboardQuery): Promise<Dashboard> {
  const { previousFrom } = periodOf(query)
  const timeZone = checkTimeZone(query.timeZone ?? ctx.tenant.timeZone)
  const both = { from: previousFrom, to: query.to, timeZone }
  const [currencies, unit] = await Promise.all([views.selectCurrencies(ctx, both), findDefaultUnit(ctx, 'points')])
  const currency = query.currency ?? chooseCurrency(ctx.tenant.currency, currencies)
  const [sales, newCustomers, points, outstanding, buyers, buyersBefore] = await Promise.all([
    views.selectSales(ctx, { ...both, currency }),
    views.selectNewCustomers(ctx, both),
    unit ? views.selectPoints(ctx, { ...both, unitId: unit.id }) : [],
    unit ? views.selectOutstanding(ctx, unit.id) : 0,
    views.countBuyers(ctx, { from: query.from, to: query.to, timeZone }),
    views.countBuyers(ctx, { from: previousFrom, to: query.from, timeZone }),
  ])
  const days = fillDays(daysBetween(previousFrom, query.to), { sales, newCustomers, points, outstanding })
  return {
    timeZone,
    currency,
    currencies,
    unit: unit ?? null,
    current: period(days, { from: query.from, to: query.to, buyers }),
    previous: period(days, { from: previousFrom, to: query.from, buyers: buyersBefore }),
  }
}

function chooseCurrency(own: string, used: readonly string[]): string {
  return used.includes(own) ? own : (used[0] ?? own)
}

interface Figures {
  readonly sales: readonly views.SalesRow[]
  readonly newCustomers: readonly { day: string; count: number }[]
  readonly points: readonly views.PointsRow[]
  readonly outstanding: number
}

/** Every day has figures. What was held at the end of a day is worked out backwards from what is held now. */
function fillDays(days: readonly string[], figures: Figures): DayFigures[] {
  const sales = new Map(figures.sales.map((row) => [row.day, row]))
  const newCustomers = new Map(figures.newCustomers.map((row) => [row.day, row.count]))
  const points = new Map(figures.points.map((row) => [row.day, row]))
  let held = figures.outstanding - (points.get(null)?.change ?? 0)
  const filled: DayFigures[] = []
  for (const day of [...days].reverse()) {
    const moved = points.get(day)
    filled.push({
      ...emptyDay,
      ...sales.get(day),
      day,
      newCustomers: newCustomers.get(day) ?? 0,
      pointsIssued: moved?.issued ?? 0,
      pointsSpent: moved?.spent ?? 0,
      pointsExpired: moved?.expired ?? 0,
      pointsOutstanding: held,
    })
    held -= moved?.change ?? 0
  }
  return filled.reverse()
}

function period(days: readonly DayFigures[], bounds: { from: string; to: string; buyers: number }): PeriodFigures {
  const own = days.filter((day) => day.day >= bounds.from && day.day < bounds.to)
  return { from: bounds.from, to: bounds.to, days: own, totals: sumDays(own, bounds.buyers) }
}
