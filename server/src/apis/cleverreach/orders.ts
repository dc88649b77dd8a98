import type { Customer } from '../../core/customers/index.ts'
import {
  type LineInput,
  listPurchases,
  type Purchase,
  type PurchaseLine,
  type PurchaseReport,
  recordPurchases,
} from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { epochSeconds, readEpoch } from '../http/times.ts'
import { firstOf, readNumber, readRecord, readText } from '../http/values.ts'
import { api } from './auth.ts'

/** One product of an order, as this API tells it. */
export interface OrderItem {
  readonly orderId: string
  readonly productId: string | undefined
  readonly product: string
  /** Of one piece, in whole currency units. */
  readonly price: number
  readonly amount: number
  readonly currency: string
  readonly at: Date
  readonly extras: Readonly<Record<string, string>>
}

/** Refuses request.invalid with the field at fault. */
export function decodeOrders(value: unknown, context: { now: Date; currency: string }): OrderItem[] {
  if (value === undefined || value === null || value === '') return []
  const rows = Array.isArray(value) ? value : Object.values(readRecord(value) ?? {})
  return rows.map((row) => decodeOrder(row, context))
}

const extraNames = ['mailing_id', 'source', 'product_source', 'brand', 'product_category', 'attributes']

export function decodeOrder(row: unknown, context: { now: Date; currency: string }): OrderItem {
  const fields = readRecord(row)
  const orderId = readText(fields?.order_id)?.trim()
  const product = readText(fields?.product)?.trim()
  if (!fields || !orderId) throw new DomainError('request.invalid', { field: 'order_id', reason: 'missing' })
  if (!product) throw new DomainError('request.invalid', { field: 'product', reason: 'missing' })
  const extras = extraNames.flatMap((name) => {
    const text = readText(fields[name])
    return text ? [[name, text] as const] : []
  })
  return {
    orderId,
    productId: readText(fields.product_id)?.trim() || undefined,
    product,
    price: decodeNumber('price', fields.price, 0),
    amount: decodeNumber('amount', firstOf(fields, ['amount', 'quantity']), 1),
    currency: (readText(fields.currency)?.trim() || context.currency).toUpperCase(),
    at: readEpoch(fields.stamp) ?? context.now,
    extras: Object.fromEntries(extras),
  }
}

function decodeNumber(field: string, value: unknown, fallback: number): number {
  if (value === undefined || value === null || value === '') return fallback
  const number = readNumber(typeof value === 'string' ? value.replace(',', '.') : value)
  if (number === undefined) throw new DomainError('request.invalid', { field, reason: 'must be a number' })
  return number
}

/** Purchases are told under this number space. */
export const space = api

export interface ToldOrders {
  /** Of the row in the caller's batch. */
  readonly index: number
  readonly customerId: number
  /** Made just now: it has no orders yet. */
  readonly isNew: boolean
  readonly orders: readonly OrderItem[]
}

/**
 * Records the orders of receivers as purchases from the newsletter tool. An order that is known is filled in: its items
 * are told apart by their product, so that telling one again changes nothing. Answers the rows that told something new.
 */
export async function recordOrders(ctx: Ctx, told: readonly ToldOrders[]): Promise<ReadonlySet<number>> {
  const items = told.flatMap((row) => row.orders.map((item) => ({ ...row, item })))
  const orders = Map.groupBy(items, ({ customerId, item }) => JSON.stringify([customerId, item.orderId]))
  const reports: PurchaseReport[] = []
  const news = new Set<number>()
  for (const parts of orders.values()) {
    const report = await reportOf(ctx, parts)
    if (!report) continue
    reports.push(report)
    for (const part of parts) news.add(part.index)
  }
  for (const result of await recordPurchases(ctx, reports)) if ('refused' in result) throw result.refused
  return news
}

// Undefined when every item is known as it is told.
async function reportOf(
  ctx: Ctx,
  parts: readonly (ToldOrders & { item: OrderItem })[],
): Promise<PurchaseReport | undefined> {
  const [first] = parts
  if (!first) return undefined
  const { customerId, item } = first
  const known = first.isNew ? undefined : await findKnown(ctx, { customerId, number: item.orderId })
  // Whoever told the lines with more authority keeps them; ours go beside.
  const before = known?.source === 'newsletter' ? (known.lines ?? []).map(asInput) : []
  const lines = new Map(before.map((line) => [keyOf(line), line]))
  for (const part of parts) lines.set(keyOf(toLine(part.item)), toLine(part.item))
  const merged = [...lines.values()]
  if (known?.source === 'newsletter' && sameLines(before, merged)) return undefined
  return {
    space,
    number: item.orderId,
    source: 'newsletter',
    confirmed: true,
    customerId,
    currency: item.currency,
    occurredAt: item.at,
    lines: merged,
    onKnownNumber: 'fill',
  }
}

async function findKnown(ctx: Ctx, order: { customerId: number; number: string }): Promise<Purchase | undefined> {
  const { items } = await listPurchases(ctx, { ...order, kind: 'sale', limit: 10, withLines: true })
  return items[0]
}

function toLine(item: OrderItem): LineInput {
  return {
    code: item.productId ?? item.product,
    name: item.product,
    quantity: item.amount,
    unitPrice: item.price,
    ...(Object.keys(item.extras).length > 0 ? { data: item.extras } : {}),
  }
}

function asInput(line: PurchaseLine): LineInput {
  const { code, name, quantity, unitPrice, data } = line
  return { code, name, quantity, unitPrice, ...(data && Object.keys(data).length > 0 ? { data } : {}) }
}

function keyOf(line: LineInput): string {
  return JSON.stringify([line.code, line.name])
}

function sameLines(a: readonly LineInput[], b: readonly LineInput[]): boolean {
  const texts = (lines: readonly LineInput[]) => lines.map(textOf).sort().join()
  return texts(a) === texts(b)
}

function textOf(line: LineInput): string {
  const data = Object.entries(line.data ?? {}).sort(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([line.code, line.name, line.quantity, Number(line.unitPrice), data])
}

const maxOrders = 250

/** The customer's purchases, whoever told them, as rows of one product each; newest first. */
export async function listOrders(ctx: Ctx, customer: Pick<Customer, 'id'>): Promise<Fields[]> {
  const { items } = await listPurchases(ctx, {
    customerId: customer.id,
    kind: 'sale',
    limit: maxOrders,
    withLines: true,
  })
  return items.flatMap((purchase) => (purchase.lines ?? []).map((line) => encodeOrder(purchase, line)))
}

type Fields = Readonly<Record<string, unknown>>

function encodeOrder(purchase: Purchase, line: PurchaseLine): Fields {
  const extra = (name: string) => (typeof line.data?.[name] === 'string' ? line.data[name] : '')
  return {
    id: String(line.id),
    stamp: epochSeconds(purchase.occurredAt),
    order_id: purchase.number,
    product_id: line.code,
    product: line.name || line.code,
    price: line.unitPrice,
    currency: purchase.currency,
    amount: line.quantity,
    quantity: line.quantity,
    mailing_id: extra('mailing_id'),
    source: extra('source'),
    product_source: extra('product_source'),
    brand: extra('brand'),
    product_category: extra('product_category') || (line.categoryCode ?? ''),
  }
}
