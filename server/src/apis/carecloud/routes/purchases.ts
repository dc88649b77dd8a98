import { findDefaultUnit, findPosting } from '../../../core/ledger/index.ts'
import { listVouchers, type Voucher } from '../../../core/loyalty/index.ts'
import {
  claimPurchase,
  findPurchase,
  getPurchaseDetails,
  listPurchases,
  type Purchase,
  type PurchaseQuery,
} from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../../platform/money.ts'
import { billSpace, readBuyer } from '../bill.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, listOf, noContent, ok, pageOf } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerFilter, customerInPath, findReachable, isApp } from '../people.ts'
import { ofType, purchaseRows } from '../purchase.ts'
import { points, pointsOfPurchase } from '../value-kinds.ts'
import { voucherPage, voucherRows } from '../voucher.ts'
import { neededStore } from './stores.ts'

export function purchaseRoutes(routes: Routes): void {
  routes.get('/purchases', 'both', async (call) => purchasePage(call, await customerFilter(call)))
  routes.get('/customers/:customer_id/purchases', 'both', async (call) =>
    purchasePage(call, (await customerInPath(call)).id),
  )

  routes.get('/purchases/:purchase_id', 'both', async (call) => {
    const purchase = await purchaseInPath(call)
    const [row] = await purchaseRows(call.ctx, [purchase], { items: true, properties: true })
    return ok(row ?? {})
  })

  routes.get('/purchases/:purchase_id/purchase-items', 'both', async (call) => {
    const page = call.query.page(fieldsOf('purchaseItems'))
    call.query.done()
    const [row] = await purchaseRows(call.ctx, [await purchaseInPath(call)], { items: true, properties: false })
    return pageOf('purchase_items', row?.purchase_items ?? [], page)
  })

  routes.get('/purchases/:purchase_id/points', 'both', async (call) => {
    const page = call.query.page(fieldsOf('points'))
    call.query.done()
    const purchase = await purchaseInPath(call)
    const { ctx } = call
    const entries = await pointsOfPurchase(ctx, purchase)
    return pageOf(
      'points',
      entries.map((entry) => points.row(ctx, entry)),
      page,
    )
  })

  routes.get('/purchases/:purchase_id/vouchers', 'both', async (call) =>
    voucherPage(call, { purchaseId: (await purchaseInPath(call)).id }),
  )

  routes.get('/purchases/:purchase_id/actions/payment-summary', 'both', paymentSummary)

  routes.put('/purchases/:purchase_id', 'enterprise', putPurchase)
  routes.post('/purchases/actions/assign-customer', 'enterprise', assignCustomer)
}

async function paymentSummary(call: Call): Promise<Answer> {
  const { ctx } = call
  const purchase = await purchaseInPath(call)
  const { payments } = await getPurchaseDetails(ctx, purchase.id)
  const used = await listVouchers(ctx, { purchaseId: purchase.id, offset: 0, limit: 1_000 })
  const scale = (await findDefaultUnit(ctx, 'points'))?.scale ?? 0
  const sumOf = (some: typeof payments, amount: (payment: (typeof payments)[number]) => number | null) =>
    some.reduce((sum, payment) => sum + (amount(payment) ?? 0), 0)
  const byPoints = payments.filter(({ kind }) => kind === 'points')
  const costs = sumOf(byPoints, ({ unitAmount }) => unitAmount) + (await pointsBehind(ctx, used.items))
  const paid = byPoints.filter(({ rewardId }) => rewardId === null)
  const credits = payments.filter(({ kind }) => kind === 'credit')
  return ok({
    earned_points: fromMinor(purchase.pointsEarned, scale),
    used_credits: fromMinor(
      sumOf(credits, ({ amountMinor }) => amountMinor),
      currencyScale(purchase.currency),
    ),
    used_points: fromMinor(
      sumOf(paid, ({ unitAmount }) => unitAmount),
      scale,
    ),
    // With what its rewards and vouchers cost.
    used_points_total: fromMinor(costs, scale),
    used_vouchers: await voucherRows(ctx, used.items, { withStores: false, languages: call.languages }),
  })
}

/** What these vouchers cost in the default points when they were bought. */
async function pointsBehind(ctx: Ctx, vouchers: readonly Voucher[]): Promise<number> {
  const unit = await findDefaultUnit(ctx, 'points')
  let sum = 0
  for (const { costKey } of vouchers) {
    const paid = costKey === null ? undefined : await findPosting(ctx, { key: costKey })
    if (paid && paid.unitId === unit?.id) sum -= paid.amount
  }
  return sum
}

const orders = {
  payment_time: undefined,
  total_price: 'totalMinor',
  external_purchase_id: 'number',
  customer_id: 'customerId',
  store_id: 'storeId',
  type_id: 'typeCode',
  currency_id: 'currency',
  card_number: 'cardNumber',
  cashdesk_number: 'till',
  purchase_id: 'id',
  last_change: 'updatedAt',
} as const satisfies Readonly<Record<string, PurchaseQuery['orderBy']>>

async function purchasePage(call: Call, customerId: number | undefined): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('purchases'))
  const storeId = query.id('store_id', 'organisation')
  const typeId = query.id('type_id', 'reference')
  const [from, to] = [query.time('payment_time_from'), query.time('payment_time_to')]
  const withItems = query.boolean('purchase_items_extension') ?? false
  const withProperties = query.boolean('include_property_records') ?? false
  const number = query.text('external_purchase_id')
  query.done()
  const orderBy = orders[page.sortField as keyof typeof orders] // of the fields that query.page lets through, those that sort
  const { items, total } = await listPurchases(ctx, {
    customerId,
    storeId,
    number,
    ...(typeId === undefined ? {} : await ofType(ctx, typeId)),
    from,
    // The last second named is part of the interval.
    ...(to ? { to: new Date(to.getTime() + 1_000) } : {}),
    orderBy,
    oldestFirst: page.sortField !== undefined && !page.descending,
    offset: page.offset,
    limit: page.limit,
    withLines: true,
    withTotal: true,
  })
  return listOf(
    'purchases',
    await purchaseRows(ctx, items, { items: withItems, properties: withProperties }),
    total ?? 0,
  )
}

/** With its lines. An app sees only its own customer's. */
async function purchaseInPath(call: Call): Promise<Purchase> {
  const id = call.pathId('purchase_id', 'purchase')
  const purchase = await findPurchase(call.ctx, id, { lines: true })
  const hidden = isApp(call) && purchase?.customerId !== call.session.customerId
  if (!purchase || hidden) throw notFound('purchases', call.params.purchase_id ?? '')
  return purchase
}

/** What was bought is not to be changed afterwards; that it was this customer's may still be said, once. */
async function putPurchase(call: Call): Promise<Answer> {
  const purchase = await purchaseInPath(call)
  const body = call.body.needObject('purchase')
  const id = body.id('customer_id', 'customer')
  const customer = await findReachable(call, id)
  if (id !== undefined && !customer) body.refuse('customer_id', 'not_found')
  if (id === undefined && purchase.customerId !== null) body.refuse('customer_id', 'required')
  if (customer && purchase.customerId !== null && purchase.customerId !== customer.id) {
    body.refuse('customer_id', 'relation_already_exists')
  }
  call.body.done()
  if (!customer || purchase.customerId === customer.id) return noContent
  const { number, storeId } = purchase
  await claimPurchase(call.ctx, { number, customerId: customer.id, ...(storeId === null ? {} : { storeId }) })
  return noContent
}

/** The purchase that a movement of points or credit came from: a list of one, or of none. */
export async function purchasesBehind(call: Call, purchaseId: number | null): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('purchases'))
  const storeId = query.id('store_id', 'organisation')
  const withItems = query.boolean('purchase_items_extension') ?? false
  query.done()
  const purchase = purchaseId === null ? undefined : await findPurchase(ctx, purchaseId, { lines: true })
  const wanted = purchase && (storeId === undefined || purchase.storeId === storeId) ? [purchase] : []
  return pageOf('purchases', await purchaseRows(ctx, wanted, { items: withItems, properties: false }), page)
}

/** Gives an anonymous sale to a customer, who then earns on it. */
async function assignCustomer(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const storeId = await neededStore(ctx, body)
  const number = body.needText('external_purchase_id', { max: 255 })
  const buyer = await readBuyer(call)
  if (buyer.customerId === undefined) body.refuse(buyer.cardNumber ? 'card_number' : 'customer_id', 'required')
  body.done()
  const { total } = await listPurchases(ctx, { number, storeId, kind: 'sale', limit: 1, withTotal: true })
  if (!total) throw invalidParam('external_purchase_id', 'not_found', number)
  await claimPurchase(ctx, { number, storeId, space: billSpace, customerId: buyer.customerId ?? 0 })
  return noContent
}
