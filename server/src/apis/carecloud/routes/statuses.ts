import { findDefaultProgramme, listTiers, type Tier, tierOf } from '../../../core/loyalty/index.ts'
import { spendingOf } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import { currencyId } from '../currencies.ts'
import { type Answer, idOf, ok, pageOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { customerInPath, customerInQuery } from '../people.ts'

/** Statuses are the tiers of the default programme: reached by points earned, and kept. */
export function statusRoutes(routes: Routes): void {
  routes.get('/statuses', 'both', async ({ ctx, query }) => {
    const page = query.page(['status_id', 'name', 'qualification_points', 'text_id'])
    const textId = query.text('text_id')
    query.done()
    const tiers = await allTiers(ctx)
    const rows = tiers.map((tier) => statusRow(ctx, tier, tiers))
    return pageOf(
      'statuses',
      rows.filter((row) => textId === undefined || row.text_id === textId),
      page,
    )
  })

  routes.get('/statuses/:status_id', 'both', async (call) => {
    const id = call.pathId('status_id', 'tier')
    const tiers = await allTiers(call.ctx)
    const tier = tiers.find((candidate) => candidate.id === id)
    if (!tier) throw notFound('statuses', call.params.status_id ?? '')
    return ok(statusRow(call.ctx, tier, tiers))
  })

  routes.get('/customers/:customer_id/status-records', 'both', statusRecords)

  routes.get('/wallet/actions/sales-turnover', 'both', async (call) => {
    const customerId = await customerInQuery(call)
    call.query.done()
    const turnover = (await spendingOf(call.ctx, customerId)).map(({ currency, totalMinor }) => ({
      currency_id: currencyId(call.ctx, currency),
      value: fromMinor(totalMinor, currencyScale(currency)),
      due_date: null,
    }))
    return ok({ turnover })
  })
}

/** By rank, the lowest first. */
async function allTiers(ctx: Ctx): Promise<Tier[]> {
  const programme = await findDefaultProgramme(ctx)
  return programme ? (await listTiers(ctx, programme.id)).toSorted((a, b) => a.rank - b.rank) : []
}

function statusRow(ctx: Ctx, tier: Tier, tiers: readonly Tier[]) {
  const place = tiers.indexOf(tier)
  const nameOf = (other: Tier | undefined) => (other ? idOf(ctx, 'tier', other.id) : null)
  return {
    status_id: idOf(ctx, 'tier', tier.id),
    name: tier.name,
    description: '',
    qualification_period: null,
    qualification_turnover: [],
    qualification_points: tier.threshold,
    previous_status: nameOf(tiers[place - 1]),
    next_status: nameOf(tiers[place + 1]),
    validity_period: null,
    collection_points: true,
    payment_points: true,
    // By conditions.
    qualification_type: 2,
    discount: 0,
    overall_discount_on_discounted_purchase_items: false,
    text_id: tier.name.toLowerCase(),
    last_change: null,
  }
}

/** The one status that a customer has: what was earned decides, so it is worked out when it is asked for. */
async function statusRecords(call: Call): Promise<Answer> {
  const { ctx } = call
  const page = call.query.page(['status_record_id', 'status_id', 'valid_from'])
  call.query.boolean('valid_now')
  call.query.done()
  const customer = await customerInPath(call)
  const { tier, next, earned } = await tierOf(ctx, customer.id)
  if (!tier) return pageOf('status_records', [], page)
  const record = {
    status_record_id: `${idOf(ctx, 'tier', tier.id)}:${idOf(ctx, 'customer', customer.id)}`,
    status_id: idOf(ctx, 'tier', tier.id),
    customer_id: idOf(ctx, 'customer', customer.id),
    valid_from: timeOf(ctx, customer.createdAt),
    valid_to: null,
    purchase_conditions: {
      keep_status_turnover: [],
      next_status_turnover: [],
      keep_status_points: 0,
      next_status_points: next ? Math.max(0, next.threshold - earned) : 0,
      next_status_id: next ? idOf(ctx, 'tier', next.id) : null,
    },
    last_change: timeOf(ctx, customer.updatedAt),
    state: 1,
  }
  return pageOf('status_records', [record], page)
}
