import { listUnits } from '../../../core/ledger/index.ts'
import {
  type CustomerTier,
  findDefaultProgramme,
  giveTier,
  isValid,
  listCustomerTiers,
  listTiers,
  type Tier,
  type TierStanding,
  tierOf,
  tierReachedAt,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import { currencyId } from '../currencies.ts'
import { type Answer, idOf, ok, pageOf, type Row, timeOf, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerInBody, customerInPath } from '../people.ts'

/** Statuses are the tiers of the default programme: earned by points or spending, or given by hand. */
export function statusRoutes(routes: Routes): void {
  routes.get('/statuses', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('statuses'))
    const textId = query.text('text_id')
    query.done()
    const tiers = await statusTiers(ctx)
    const rows = tiers.all.map((tier) => statusRow(ctx, tier, tiers))
    const wanted = rows.filter((row) => textId === undefined || row.text_id === textId)
    return pageOf('statuses', wanted, page)
  })

  routes.get('/statuses/:status_id', 'both', async (call) => {
    const id = call.pathId('status_id', 'tier')
    const tiers = await statusTiers(call.ctx)
    const tier = tiers.all.find((candidate) => candidate.id === id)
    if (!tier) throw notFound('statuses', call.params.status_id ?? '')
    return ok(statusRow(call.ctx, tier, tiers))
  })

  routes.get('/customers/:customer_id/status-records', 'both', statusRecords)
  routes.post('/customers/actions/set-status-record', 'enterprise', setStatusRecord)
}

interface StatusTiers {
  /** By rank, the lowest first. */
  readonly all: readonly Tier[]
  /** Of the points that lead into them. */
  readonly scale: number
}

async function statusTiers(ctx: Ctx): Promise<StatusTiers> {
  const programme = await findDefaultProgramme(ctx)
  if (!programme) return { all: [], scale: 0 }
  const unit = (await listUnits(ctx)).find((candidate) => candidate.id === programme.unitId)
  return { all: await listTiers(ctx, programme.id), scale: unit?.scale ?? 0 }
}

const daysOfYear = 365

function statusRow(ctx: Ctx, tier: Tier, { all, scale }: StatusTiers) {
  const place = all.indexOf(tier)
  const nameOf = (other: Tier | undefined) => (other ? idOf(ctx, 'tier', other.id) : null)
  const { settings } = tier
  const period = settings.period ?? { kind: 'ever' }
  const days = period.kind === 'ever' ? null : period.kind === 'rolling' ? period.days : daysOfYear
  return {
    status_id: idOf(ctx, 'tier', tier.id),
    name: tier.name,
    description: settings.description ?? '',
    qualification_period: days,
    qualification_turnover: settings.measure === 'spend' ? turnoverOf(ctx, tier.threshold) : [],
    qualification_points: settings.measure === 'spend' ? null : fromMinor(tier.threshold, scale),
    previous_status: nameOf(all[place - 1]),
    next_status: nameOf(all[place + 1]),
    validity_period: days === null ? 'unlimited' : String(days),
    collection_points: true,
    payment_points: true,
    qualification_type: settings.manual ? 1 : tier.threshold === 0 ? 0 : 2,
    discount: tier.settings.discountPercent ?? 0,
    overall_discount_on_discounted_purchase_items: false,
    text_id: tier.name.toLowerCase(),
    last_change: null,
  }
}

function turnoverOf(ctx: Ctx, amountMinor: number, dueAt: Date | null = null): Row[] {
  const { currency } = ctx.tenant
  const value = fromMinor(amountMinor, currencyScale(currency))
  return [{ currency_id: currencyId(ctx, currency), value, due_date: timeOrNull(ctx, dueAt) }]
}

/** What was given by hand, and the status that is earned now. That one is worked out when it is asked for. */
async function statusRecords(call: Call): Promise<Answer> {
  const { ctx } = call
  const page = call.query.page(fieldsOf('statusRecords'))
  const validNow = call.query.boolean('valid_now')
  call.query.done()
  const customer = await customerInPath(call)
  const standing = await tierOf(ctx, customer.id)
  const { scale } = await statusTiers(ctx)
  const conditions = conditionsOf(ctx, standing, scale)
  const now = ctx.clock.now()
  const given = (await listCustomerTiers(ctx, customer.id)).map((record) => {
    const holds = standing.manual?.id === record.id
    return givenRow(ctx, record, { valid: isValid(record, now), conditions: holds ? conditions : null })
  })
  const earned = standing.tier && !standing.manual ? [await earnedRow(ctx, customer, standing, conditions)] : []
  const rows = [...given, ...earned].filter((row) => validNow === undefined || (row.state === 1) === validNow)
  return pageOf('status_records', rows, page)
}

function givenRow(ctx: Ctx, record: CustomerTier, of: { valid: boolean; conditions: Row | null }) {
  return {
    status_record_id: idOf(ctx, 'customerTier', record.id),
    status_id: idOf(ctx, 'tier', record.tierId),
    customer_id: idOf(ctx, 'customer', record.customerId),
    valid_from: timeOf(ctx, record.validFrom),
    valid_to: timeOrNull(ctx, record.validTo),
    purchase_conditions: of.conditions,
    last_change: timeOf(ctx, record.validFrom),
    state: of.valid ? 1 : 2,
  }
}

async function earnedRow(
  ctx: Ctx,
  customer: { readonly id: number; readonly createdAt: Date },
  standing: TierStanding,
  conditions: Row,
) {
  const { tier, keepBy } = standing
  const reachedAt = tier && (await tierReachedAt(ctx, customer.id, tier))
  const id = idOf(ctx, 'tier', tier?.id ?? 0)
  const since = timeOf(ctx, reachedAt ?? customer.createdAt)
  return {
    status_record_id: `${id}:${idOf(ctx, 'customer', customer.id)}`,
    status_id: id,
    customer_id: idOf(ctx, 'customer', customer.id),
    valid_from: since,
    valid_to: timeOrNull(ctx, keepBy),
    purchase_conditions: conditions,
    last_change: since,
    state: 1,
  }
}

/** What is missing to keep the status and to reach the next one, each in the measure that it has. */
function conditionsOf(ctx: Ctx, { tier, next, toKeep, toNext, keepBy }: TierStanding, scale: number): Row {
  const keepsBySpend = tier?.settings.measure === 'spend'
  const nextBySpend = next?.settings.measure === 'spend'
  return {
    keep_status_turnover: keepsBySpend ? turnoverOf(ctx, toKeep, keepBy) : [],
    next_status_turnover: nextBySpend ? turnoverOf(ctx, toNext) : [],
    keep_status_points: keepsBySpend ? 0 : fromMinor(toKeep, scale),
    next_status_points: nextBySpend ? 0 : fromMinor(toNext, scale),
    next_status_id: next ? idOf(ctx, 'tier', next.id) : null,
  }
}

async function setStatusRecord(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const tierId = body.needId('status_id', 'tier')
  const [validFrom, validTo] = [body.time('valid_from'), body.time('valid_to')]
  if (tierId !== 0 && !(await statusTiers(ctx)).all.some((tier) => tier.id === tierId)) {
    body.refuse('status_id', 'not_found')
  }
  const customerId = await customerInBody(call)
  if (validTo && validTo <= (validFrom ?? ctx.clock.now())) {
    throw invalidParam('valid_to', 'not_allowed_value', body.value('valid_to'))
  }
  const period = { ...(validFrom ? { validFrom } : {}), ...(validTo ? { validTo } : {}) }
  const record = await giveTier(ctx, { customerId, tierId, ...period })
  return ok({ status_record_id: idOf(ctx, 'customerTier', record.id) })
}
