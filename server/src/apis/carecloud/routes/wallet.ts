import { type Balance, expiringIn, type Totals, totalsOf } from '../../../core/ledger/index.ts'
import { balancesAfterCharges, findDefaultProgramme, pointsValue } from '../../../core/loyalty/index.ts'
import { spendingOf } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, fromMinor, type Minor } from '../../../platform/money.ts'
import { localDay, startOfDay } from '../../http/times.ts'
import type { Call, Routes } from '../call.ts'
import { currencyId } from '../currencies.ts'
import { ok, type Row, timeOrNull } from '../encode.ts'
import { customerInQuery } from '../people.ts'
import { isCredit, isPoints } from '../units.ts'

/** What a customer has: points and credit, what was earned and redeemed, and what expires next. */
export function walletRoutes(routes: Routes): void {
  routes.get('/wallet/actions/points-overview', 'both', async (call) => {
    const customerId = await customerInQuery(call)
    const interval = readInterval(call)
    call.query.done()
    const balances = (await balancesAfterCharges(call.ctx, customerId)).filter(({ unit }) => isPoints(unit))
    const totals = await sumTotals(call.ctx, customerId, balances, interval)
    return ok({
      earned_points: totals.earned,
      redeemed_points: totals.spent,
      available_points: balances.reduce((sum, balance) => sum + wholeOf(balance, balance.available), 0),
      available_points_money_value: await moneyValue(call.ctx, balances),
    })
  })

  routes.get('/wallet/actions/credits-overview', 'both', async (call) => {
    const customerId = await customerInQuery(call)
    const interval = readInterval(call)
    const typeIds = call.query.ids('credit_type_id', 'unit')
    call.query.done()
    const balances = (await balancesAfterCharges(call.ctx, customerId)).filter(
      ({ unit }) => isCredit(unit) && (typeIds === undefined || typeIds.includes(unit.id)),
    )
    const parts = await creditParts(call.ctx, customerId, balances, interval)
    return ok({ ...sumCredits(parts), split_by_currency: parts })
  })

  routes.get('/wallet/actions/sales-turnover', 'both', async (call) => {
    const customerId = await customerInQuery(call)
    const interval = readInterval(call)
    call.query.done()
    const turnover = (await spendingOf(call.ctx, customerId, interval)).map(({ currency, totalMinor }) => ({
      currency_id: currencyId(call.ctx, currency),
      value: fromMinor(totalMinor, currencyScale(currency)),
      due_date: null,
    }))
    return ok({ turnover })
  })

  for (const [path, counts] of [
    ['/wallet/actions/points-expiration-overview', isPoints],
    ['/wallet/actions/credits-expiration-overview', isCredit],
  ] as const) {
    routes.get(path, 'both', async (call) => {
      const customerId = await customerInQuery(call)
      call.query.done()
      const balances = (await balancesAfterCharges(call.ctx, customerId)).filter(({ unit }) => counts(unit))
      return ok(await expirationOf(call.ctx, customerId, balances))
    })
  }
}

interface Interval {
  readonly from?: Date
  readonly to?: Date
}

/** Whole days of the tenant's calendar, the last one included. */
function readInterval({ ctx, query }: Call): Interval {
  const read = (name: string, days: number) => {
    const time = query.time(name)
    if (!time) return undefined
    const isDay = (query.text(name) ?? '').length <= 10
    return isDay ? startOfDay(localDay(time, ctx.tenant.timeZone), ctx.tenant.timeZone, days) : time
  }
  const [from, to] = [read('date_from', 0), read('date_to', 1)]
  return { ...(from ? { from } : {}), ...(to ? { to } : {}) }
}

function wholeOf(balance: Balance, amount: Minor): number {
  return fromMinor(amount, balance.unit.scale)
}

async function sumTotals(
  ctx: Ctx,
  customerId: number,
  balances: readonly Balance[],
  interval: Interval,
): Promise<Totals> {
  const sum = { earned: 0, spent: 0 }
  for (const balance of balances) {
    const totals = await totalsOf(ctx, { customerId, unitId: balance.unit.id, ...interval })
    sum.earned += wholeOf(balance, totals.earned)
    sum.spent += wholeOf(balance, totals.spent)
  }
  return sum
}

/** What the points of the default programme would pay, in the tenant's currency. */
async function moneyValue(ctx: Ctx, balances: readonly Balance[]): Promise<Row[]> {
  const programme = await findDefaultProgramme(ctx)
  const balance = balances.find(({ unit }) => unit.id === programme?.unitId)
  if (!programme || !balance || !programme.settings.pointsPerCurrencyUnitRedeemed) return []
  const { currency } = ctx.tenant
  const value = fromMinor(pointsValue(ctx, programme, balance.available), currencyScale(currency))
  return [{ currency_id: currencyId(ctx, currency), value }]
}

async function creditParts(ctx: Ctx, customerId: number, balances: readonly Balance[], interval: Interval) {
  const parts: { currency_id: string; earned_credits: number; redeemed_credits: number; available_credits: number }[] =
    []
  for (const balance of balances) {
    const totals = await totalsOf(ctx, { customerId, unitId: balance.unit.id, ...interval })
    parts.push({
      currency_id: currencyId(ctx, balance.unit.currency ?? ctx.tenant.currency),
      earned_credits: wholeOf(balance, totals.earned),
      redeemed_credits: wholeOf(balance, totals.spent),
      available_credits: wholeOf(balance, balance.available),
    })
  }
  return parts
}

function sumCredits(parts: Awaited<ReturnType<typeof creditParts>>): Row {
  const sum = (field: 'earned_credits' | 'redeemed_credits' | 'available_credits') =>
    fromMinor(
      parts.reduce((total, part) => total + Math.round(part[field] * 1_000_000), 0),
      6,
    )
  return {
    earned_credits: sum('earned_credits'),
    redeemed_credits: sum('redeemed_credits'),
    available_credits: sum('available_credits'),
  }
}

async function expirationOf(ctx: Ctx, customerId: number, balances: readonly Balance[]): Promise<Row> {
  const { from, to } = restOfMonth(ctx)
  const expiring = await expiringIn(ctx, { customerId, from, to })
  const month = balances.reduce((sum, balance) => sum + wholeOf(balance, expiring.get(balance.unit.id) ?? 0), 0)
  const next = balances
    .flatMap((balance) => (balance.nextExpiry ? [{ ...balance.nextExpiry, balance }] : []))
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0]
  return {
    next_amount: next ? wholeOf(next.balance, next.amount) : 0,
    next_date: timeOrNull(ctx, next?.at),
    current_month_amount: month,
  }
}

/** From now to the end of the month on the tenant's calendar. */
function restOfMonth(ctx: Ctx): { from: Date; to: Date } {
  const { timeZone } = ctx.tenant
  const from = ctx.clock.now()
  const [year = 0, month = 0] = localDay(from, timeZone).split('-').map(Number)
  const next = new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10)
  return { from, to: startOfDay(next, timeZone) }
}
