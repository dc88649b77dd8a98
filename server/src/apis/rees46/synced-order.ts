import { findOrganisationByCode } from '../../core/organisations/index.ts'
import { type LineInput, listPurchases, type PaymentInput, recordPurchases } from '../../core/purchases/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { currencyScale, type Minor, toMinor } from '../../platform/money.ts'
import { readEpoch } from '../http/times.ts'
import { firstOf, readNumber, readRecord, readText } from '../http/values.ts'
import type { Params } from './auth.ts'
import { withoutUndefined } from './decode.ts'
import { messageOf } from './errors.ts'
import { identifyTrusted, readClaims } from './people.ts'

/** The number space of orders that the shop's own server tells of. */
const space = 'rees46'

const cancelled = /^(cancel|refund|return|reject|fail|annul|2$)/i
const done = /^(done|complete|deliver|paid|finish|received|1$)/i

export interface RejectedOrder {
  readonly id: string | null
  readonly message: string
}

const lanes = 6

/**
 * Records orders and gives those that were not understood, in their order. Several at once, as a batch may have thousands;
 * reports of one order one after the other.
 */
export async function syncOrders(ctx: Ctx, orders: readonly unknown[]): Promise<RejectedOrder[]> {
  const rejected: (RejectedOrder | undefined)[] = []
  const work = async (lane: number) => {
    for (const [index, value] of orders.entries()) {
      const order = readRecord(value) ?? {}
      const id = readText(order.id)?.trim() || null
      if (laneOf(id ?? '') === lane) rejected[index] = await syncOrder(ctx, id, order)
    }
  }
  await Promise.all(Array.from({ length: lanes }, (_, lane) => work(lane)))
  return rejected.filter((one) => one !== undefined)
}

function laneOf(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003
  return sum % lanes
}

/** One order that is not understood must not lose the others of its batch. */
async function syncOrder(ctx: Ctx, id: string | null, order: Params): Promise<RejectedOrder | undefined> {
  try {
    if (id === null) throw new DomainError('request.invalid', { field: 'id' })
    await transact(ctx, (ctx) => record(ctx, id, order))
    return undefined
  } catch (error) {
    if (error instanceof DomainError && error.kind !== 'unavailable') return { id, message: messageOf(error) }
    throw error
  }
}

async function record(ctx: Ctx, id: string, order: Params): Promise<void> {
  const status = readText(order.status)?.trim() || undefined
  const occurredAt = order.date === undefined ? ctx.clock.now() : readEpoch(order.date)
  if (!occurredAt) throw new DomainError('request.invalid', { field: 'date' })
  if (status && cancelled.test(status)) return cancel(ctx, { id, status, occurredAt })
  const scale = currencyScale(ctx.tenant.currency)
  const value = readRecord(order.value) ?? {}
  const claims = readClaims(ctx, { ...order, id: undefined }, { strict: false })
  const customer = claims.length > 0 ? await identifyTrusted(ctx, {}, claims) : undefined
  const lines = readLines(order.items)
  await recordOne(ctx, {
    space,
    number: id,
    source: 'api',
    confirmed: true,
    customerId: customer?.id,
    storeId: await storeOf(ctx, order),
    currency: ctx.tenant.currency,
    totalMinor: amountOf(value.total, scale, 'value.total'),
    occurredAt,
    // A status that tells of no end is an order under way; without one it is as good as done.
    state: status && !done.test(status) ? 'open' : 'completed',
    lines,
    payments: readPayments(value, scale),
    channel: readText(order.channel) || undefined,
    data: orderData(order, status),
    onKnownNumber: 'fill',
  })
}

async function recordOne(ctx: Ctx, report: Parameters<typeof recordPurchases>[1][number]): Promise<void> {
  const [result] = await recordPurchases(ctx, [report])
  if (result && 'refused' in result) throw result.refused
}

/** The vendor changes the order's status; here a cancellation is a record of its own that takes back what was earned. */
async function cancel(ctx: Ctx, order: { id: string; status: string; occurredAt: Date }): Promise<void> {
  const { items } = await listPurchases(ctx, { number: order.id, kind: 'sale', limit: 1 })
  const [sale] = items
  if (!sale) throw new DomainError('purchase.not_found', { field: 'id' })
  if (sale.state === 'cancelled') return
  await recordOne(ctx, {
    space,
    number: `${order.id}/cancelled`,
    kind: 'cancellation',
    cancelsNumber: order.id,
    source: 'api',
    confirmed: true,
    currency: sale.currency,
    occurredAt: order.occurredAt,
    data: { status: order.status },
    onKnownNumber: 'replay',
  })
}

function readLines(value: unknown): LineInput[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value)) throw new DomainError('request.invalid', { field: 'items' })
  return value.map((entry, index) => {
    const item = readRecord(entry) ?? {}
    const code = readText(item.id)?.trim()
    if (!code) throw new DomainError('request.invalid', { field: `items[${index}].id` })
    const quantity = item.quantity === undefined ? 1 : readNumber(firstOf(item, ['quantity', 'amount']))
    const unitPrice = readNumber(item.price) ?? 0
    if (quantity === undefined || quantity <= 0)
      throw new DomainError('request.invalid', { field: `items[${index}].quantity` })
    const data = withoutUndefined({ line_id: readText(item.line_id), status: readText(item.status) })
    return { code, name: readText(item.name), quantity, unitPrice, data }
  })
}

/** Bonuses are noted, not spent: the shop has done that where it keeps them. */
function readPayments(value: Params, scale: number): PaymentInput[] {
  const cash = amountOf(value.cash, scale, 'value.cash')
  const bonuses = amountOf(value.bonuses, scale, 'value.bonuses')
  return [
    ...(cash ? [{ kind: 'other', amountMinor: cash } as const] : []),
    ...(bonuses ? [{ kind: 'points', amountMinor: bonuses } as const] : []),
  ]
}

function amountOf(value: unknown, scale: number, field: string): Minor | undefined {
  if (value === undefined || value === null || value === '') return undefined
  const amount = readNumber(value)
  if (amount === undefined || amount < 0) throw new DomainError('amount.invalid', { field })
  return toMinor(amount, scale)
}

async function storeOf(ctx: Ctx, order: Params): Promise<number | undefined> {
  const code = readText(order.location_id)?.trim()
  const store = code ? await findOrganisationByCode(ctx, code) : undefined
  return store?.kind === 'store' ? store.id : undefined
}

const orderFields = `promocode delivery_type delivery_address delivery_date delivery_time payment_type comment offline
  gift_package tax_free`.split(/\s+/)

function orderData(order: Params, status: string | undefined): Record<string, unknown> {
  const texts = orderFields.map((field) => [field, readText(order[field])?.slice(0, 1_000) || undefined])
  return withoutUndefined({ status, ...Object.fromEntries(texts), custom: readRecord(order.custom) })
}
