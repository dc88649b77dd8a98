import { Type } from 'typebox'
import { displayName, getCustomer, getCustomers } from '../../../core/customers/index.ts'
import { listUnits } from '../../../core/ledger/index.ts'
import { getRewards, listProgrammes } from '../../../core/loyalty/index.ts'
import { listOrganisations } from '../../../core/organisations/index.ts'
import {
  type DiscountRow,
  getPurchase,
  getPurchaseDetails,
  listPurchases,
  type Purchase,
  type PurchaseQuery,
  type PurchaseReport,
  recordPurchase,
} from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { nextDay, readDay, readLocalTime, startOfDay } from '../../http/times.ts'
import { once, pageBy, readPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import {
  encodeEffect,
  encodeLine,
  encodePayment,
  encodePurchase,
  encodeReport,
  type PurchaseSurroundings,
} from '../encode.ts'
import { encodeDecisions } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Id, IdParams, Page, PageQuery, usualLimit } from '../schemas.ts'
import {
  CancelBody,
  PurchaseBody,
  PurchaseDetail,
  PurchaseFilter,
  PurchaseSummary,
  type WireLine,
  type WirePurchase,
} from './purchase-schemas.ts'

/** The number space of purchases told through api/v1. */
const space = 'api'
const tags = ['Purchases']

export function purchaseRoutes(app: Routes): void {
  app.get(
    '/purchases',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Purchases, newest first',
        querystring: Type.Object({ ...PurchaseFilter, customer_id: Type.Optional(Id), ...PageQuery }),
        response: { 200: Page(PurchaseSummary) },
      },
    },
    async (request) => findPage(ctxOf(request), request.query),
  )

  app.get(
    '/customers/:id/purchases',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: "A customer's purchases, newest first",
        params: IdParams,
        querystring: Type.Object({ ...PurchaseFilter, ...PageQuery }),
        response: { 200: Page(PurchaseSummary) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      return findPage(ctx, { ...request.query, customer_id: id })
    },
  )

  app.get(
    '/purchases/:id',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'One purchase: lines, payments, who told of it, what it earned and why',
        params: IdParams,
        response: { 200: PurchaseDetail },
      },
    },
    async (request) => describePurchase(ctxOf(request), request.params.id),
  )

  app.post(
    '/purchases',
    {
      config: { access: 'purchases.write' },
      schema: {
        tags,
        summary: 'Tell of a purchase',
        description:
          'The same number again with the same content changes nothing and answers 200. A purchase that another API told of under this number is filled in.',
        body: PurchaseBody,
        response: { 200: PurchaseDetail, 201: PurchaseDetail },
      },
    },
    (request, reply) =>
      once(request, reply, async (ctx) => {
        const recorded = await recordPurchase(ctx, await decodeReport(ctx, request.body))
        return { status: recorded.created ? 201 : 200, response: await describePurchase(ctx, recorded.purchaseId) }
      }),
  )

  app.post(
    '/purchases/:id/cancel',
    {
      config: { access: 'purchases.write' },
      schema: {
        tags,
        summary: 'Cancel a purchase, or lines of it',
        description: 'Makes a purchase of kind `cancellation` and takes back exactly what was earned.',
        params: IdParams,
        body: CancelBody,
        response: { 200: PurchaseDetail, 201: PurchaseDetail },
      },
    },
    (request, reply) =>
      once(request, reply, async (ctx) => {
        const sale = await getPurchase(ctx, request.params.id, { lines: true })
        const recorded = await recordPurchase(ctx, await cancellationOf(ctx, sale, request.body ?? {}))
        return { status: recorded.created ? 201 : 200, response: await describePurchase(ctx, recorded.purchaseId) }
      }),
  )
}

interface Query {
  readonly q?: string
  readonly from?: string
  readonly to?: string
  readonly kind?: Purchase['kind']
  readonly store_id?: number
  readonly customer_id?: number
  readonly after?: string
  readonly limit?: number
}

async function findPage(ctx: Ctx, query: Query) {
  const { customer_id: customerId, store_id: storeId, kind, q } = query
  const filter = { customerId, storeId, kind, number: q?.trim() || undefined, ...periodOf(ctx, query) }
  const after = readPlace(query.after)
  const page = await pageBy(
    query.limit ?? usualLimit,
    async (limit) => (await listPurchases(ctx, { ...filter, after, limit })).items,
    (purchase) => [purchase.occurredAt.toISOString(), purchase.id],
  )
  const around = await surroundingsOf(ctx, page.items)
  return { items: page.items.map((purchase) => encodePurchase(purchase, around)), next_cursor: page.nextCursor }
}

function readPlace(cursor: string | undefined): PurchaseQuery['after'] {
  const [at, id] = readPosition(cursor, 2) ?? []
  const occurredAt = new Date(String(at))
  return typeof id === 'number' && !Number.isNaN(occurredAt.getTime()) ? { occurredAt, id } : undefined
}

/** Days are whole days of the shop, the last one included; times are taken as they are. */
function periodOf(ctx: Ctx, query: Query): { from?: Date; to?: Date } {
  const { timeZone } = ctx.tenant
  const read = (field: 'from' | 'to') => {
    const text = query[field]
    if (text === undefined) return undefined
    const day = readDay(text)
    const at = day ? startOfDay(field === 'to' ? nextDay(day, 1) : day, timeZone) : readLocalTime(text, timeZone)
    if (!at)
      throw new DomainError('request.invalid', {
        errors: [{ path: `querystring.${field}`, message: 'is no day and no time' }],
      })
    return at
  }
  return { from: read('from'), to: read('to') }
}

async function surroundingsOf(ctx: Ctx, purchases: readonly Purchase[]): Promise<PurchaseSurroundings> {
  const customers = await getCustomers(ctx, [...new Set(purchases.flatMap((purchase) => purchase.customerId ?? []))])
  const stores = purchases.some((purchase) => purchase.storeId !== null)
    ? (await listOrganisations(ctx, { page: { limit: 1000 } })).items
    : []
  return {
    customerNames: new Map(customers.map((customer) => [customer.id, displayName(customer)])),
    storeNames: new Map(stores.map((store) => [store.id, store.name])),
  }
}

async function describePurchase(ctx: Ctx, id: number) {
  const purchase = await getPurchase(ctx, id, { lines: true })
  const details = await getPurchaseDetails(ctx, id)
  const names = {
    programmes: new Map((await listProgrammes(ctx)).map((programme) => [programme.id as number, programme.name])),
    units: new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit])),
  }
  return {
    ...encodePurchase(purchase, await surroundingsOf(ctx, [purchase])),
    cancels_id: purchase.cancelsId as number | null,
    card_number: purchase.cardNumber,
    till: purchase.till,
    type_code: purchase.typeCode,
    channel: purchase.channel,
    data: { ...purchase.data },
    lines: (purchase.lines ?? []).map(encodeLine),
    payments: details.payments.map(encodePayment),
    reports: details.reports.map(encodeReport),
    effects: details.effects.map((effect) => encodeEffect(effect, names)),
    discounts: await describeDiscounts(ctx, details.discounts),
    decisions: await encodeDecisions(ctx, details.decisions),
  }
}

async function describeDiscounts(ctx: Ctx, discounts: readonly DiscountRow[]) {
  const rewards = await getRewards(
    ctx,
    discounts.flatMap(({ rewardId }) => rewardId ?? []),
  )
  return discounts.map(({ rewardId, voucherId, code, linePosition, amountMinor }) => ({
    name: (rewardId === null ? undefined : rewards.get(rewardId)?.name) ?? code,
    code,
    reward_id: rewardId,
    voucher_id: voucherId,
    line_position: linePosition,
    amount_minor: amountMinor,
  }))
}

async function decodeReport(ctx: Ctx, wire: WirePurchase): Promise<PurchaseReport> {
  if (wire.customer_id !== undefined) await getCustomer(ctx, wire.customer_id)
  return {
    space,
    number: wire.number,
    source: wire.source ?? 'api',
    confirmed: true,
    onKnownNumber: 'replay',
    customerId: wire.customer_id,
    storeId: wire.store_id,
    currency: wire.currency ?? ctx.tenant.currency,
    totalMinor: wire.total_minor,
    occurredAt: wire.occurred_at === undefined ? ctx.clock.now() : new Date(wire.occurred_at),
    lines: wire.lines?.map(decodeLine),
    payments: wire.payments?.map(({ kind, amount_minor: amountMinor }) => ({ kind, amountMinor })),
    typeCode: wire.type_code,
    channel: wire.channel,
    till: wire.till,
    cardNumber: wire.card_number,
    data: wire.data,
    earns: wire.earns,
    spend: wire.spend && { points: wire.spend.points, creditMinor: wire.spend.credit_minor },
  }
}

function decodeLine(line: WireLine) {
  return {
    code: line.code,
    name: line.name,
    quantity: line.quantity,
    unitPrice: line.unit_price,
    totalMinor: line.total_minor,
    vatRate: line.vat_rate,
    categoryCode: line.category_code,
    itemType: line.item_type,
    earns: line.earns,
  }
}

interface Cancelling {
  readonly number?: string
  readonly lines?: readonly { readonly code: string; readonly quantity: number }[]
}

/** Everything that is left of the sale, or the lines that are named at the price they were sold for. */
async function cancellationOf(ctx: Ctx, sale: Purchase, wanted: Cancelling): Promise<PurchaseReport> {
  if (sale.kind !== 'sale') throw new DomainError('request.invalid', { reason: 'Only a sale can be cancelled.' })
  const { reports } = await getPurchaseDetails(ctx, sale.id)
  return {
    // In the space that told of the sale, so that its number cannot mean another sale.
    space: reports[0]?.space ?? space,
    number: wanted.number ?? `${sale.number.slice(0, 200)}-C${ctx.random.digits(6)}`,
    kind: 'cancellation',
    cancelsNumber: sale.number,
    source: sale.source,
    confirmed: true,
    onKnownNumber: 'replay',
    customerId: sale.customerId ?? undefined,
    storeId: sale.storeId ?? undefined,
    currency: sale.currency,
    occurredAt: ctx.clock.now(),
    lines: wanted.lines?.map(({ code, quantity }) => ({ code, quantity, unitPrice: priceOf(sale, code) })),
  }
}

function priceOf(sale: Purchase, code: string): number {
  const line = sale.lines?.find((candidate) => candidate.code === code)
  if (line) return line.unitPrice
  throw new DomainError('request.invalid', {
    errors: [{ path: 'body.lines', message: `${code} is not part of this sale` }],
  })
}
