import { Type } from 'typebox'
import { type DayFigures, dashboard, type PeriodFigures } from '../../../core/reports/index.ts'
import { nextDay } from '../../http/times.ts'
import { ctxOf } from '../auth.ts'
import type { Routes } from '../routing.ts'
import { Count, Day, Minor } from '../schemas.ts'

const Figures = {
  sales_minor: Minor,
  purchases: Count,
  active_customers: Count,
  new_customers: Count,
  points_issued: Minor,
  points_spent: Minor,
  points_outstanding: Minor,
}
const Series = Type.Array(Type.Object({ day: Day, ...Figures }))
const Period = Type.Object({ from: Day, to: Day }, { description: 'The last day is part of it.' })

const Dashboard = Type.Object({
  currency: Type.String({ description: 'Of the sales that are counted.' }),
  currencies: Type.Array(Type.String(), { description: 'Of the purchases in both periods, the most used first.' }),
  period: Period,
  previous: Period,
  series: Series,
  previous_series: Series,
  totals: Type.Object(Figures),
  previous_totals: Type.Object(Figures),
})

export function reportRoutes(app: Routes): void {
  app.get(
    '/reports/dashboard',
    {
      config: { access: 'reports.read' },
      schema: {
        tags: ['Reports'],
        summary: 'Sales, customers and points by day, with the period before',
        querystring: Type.Object({
          from: Day,
          to: Day,
          currency: Type.Optional(
            Type.String({
              pattern: '^[A-Z]{3}$',
              description: "Without it the shop's, unless only others were used.",
            }),
          ),
        }),
        response: { 200: Dashboard },
      },
    },
    async (request) => {
      const { from, to, currency: asked } = request.query
      const { currency, currencies, current, previous } = await dashboard(ctxOf(request), {
        from,
        to: nextDay(to, 1),
        ...(asked ? { currency: asked } : {}),
      })
      return {
        currency,
        currencies: [...currencies],
        period: { from: current.from, to: nextDay(current.to, -1) },
        previous: { from: previous.from, to: nextDay(previous.to, -1) },
        series: encodeSeries(current),
        previous_series: encodeSeries(previous),
        totals: encodeFigures(current.totals),
        previous_totals: encodeFigures(previous.totals),
      }
    },
  )
}

function encodeSeries(period: PeriodFigures) {
  return period.days.map((day) => ({ day: day.day, ...encodeFigures(day) }))
}

/** Sales are net: what was taken back that day is taken off. */
function encodeFigures(figures: Omit<DayFigures, 'day'>) {
  return {
    sales_minor: figures.salesMinor - figures.cancelledMinor,
    purchases: figures.salesCount,
    active_customers: figures.activeCustomers,
    new_customers: figures.newCustomers,
    points_issued: figures.pointsIssued,
    points_spent: figures.pointsSpent,
    points_outstanding: figures.pointsOutstanding,
  }
}
