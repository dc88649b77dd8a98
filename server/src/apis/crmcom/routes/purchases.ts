import type { FastifyInstance } from 'fastify'
import { findDefaultProgramme, pointsValue } from '../../../core/loyalty/index.ts'
import {
  getOrganisation,
  listOrganisations,
  listReferenceItems,
  type Organisation,
  type ReferenceItem,
} from '../../../core/organisations/index.ts'
import { listPurchases, movedValuesOf, type Purchase } from '../../../core/purchases/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import type { Minor } from '../../../platform/money.ts'
import { epochSeconds, readDay, startOfDay } from '../../http/times.ts'
import { type ContactCall, withOwnContact } from '../auth.ts'
import { decodeBody, decodeObject, decodePaging, decodeText, decodeTime, type Fields, refuse } from '../decode.ts'
import { encodeReference, money, page, uuid } from '../encode.ts'

export function purchaseRoutes(app: FastifyInstance, server: Server): void {
  app.get('/contacts/:id/purchases', withOwnContact(server, showPurchases))
}

/**
 * Newest first unless the order says otherwise. Awards are shown in money: what the points earned are worth. A sale shows
 * what it was, a cancellation what it took back, so that rows add up.
 */
async function showPurchases({ ctx, customer, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const date = decodeObject(query, 'date') ?? {}
  const { items, total } = await listPurchases(ctx, {
    customerId: customer.id,
    ...(paging.sort === 'UPDATED_DATE' ? { orderBy: 'updatedAt' } : {}),
    from: decodeDay(ctx, { ...query, gte: date.gte }, ['from_date', 'date_from', 'from', 'gte']),
    to: decodeDay(ctx, { ...query, lte: date.lte }, ['to_date', 'date_to', 'to', 'lte'], { end: true }),
    limit: paging.size,
    offset: paging.offset,
    oldestFirst: paging.ascending,
    withLines: true,
    withTotal: true,
  })
  const encode = await encoderOf(ctx, uuid(ctx, 'contactAccount', customer.id), items)
  return page(items.map(encode), paging, total ?? items.length)
}

// The names of the date filters are lost; epoch seconds and calendar days are both understood.
function decodeDay(
  ctx: Ctx,
  query: Fields,
  names: readonly string[],
  options: { end?: boolean } = {},
): Date | undefined {
  const name = names.find((one) => decodeText(query, one))
  if (!name) return undefined
  const text = decodeText(query, name) ?? ''
  if (!text.includes('-', 1)) {
    // Times are shown in whole seconds: the last one belongs to what is asked for.
    const time = decodeTime(query, name)
    return time && options.end ? new Date(time.getTime() + 1000) : time
  }
  const day = readDay(text) ?? refuse(name, 'must be epoch seconds or a day as YYYY-MM-DD')
  return startOfDay(day, ctx.tenant.timeZone, options.end ? 1 : 0)
}

/** Loads what the rows of a page need beside the purchases themselves. */
async function encoderOf(ctx: Ctx, accountId: string, items: readonly Purchase[]) {
  const values = await movedValuesOf(
    ctx,
    items.map((purchase) => purchase.id),
  )
  const organisations = await loadOrganisations(ctx, items)
  const programme = await findDefaultProgramme(ctx)
  const types = new Map((await listReferenceItems(ctx, 'purchase_type')).map((type) => [type.code, type]))
  return (purchase: Purchase) => {
    const { performedBy, parent } = organisations(purchase)
    const { points, paidMinor } = values.get(purchase.id) ?? { points: 0, paidMinor: 0 }
    return {
      ...encodeAmounts(ctx, purchase, { accountId, spentMinor: paidMinor }),
      classification: encodeClassification(ctx, purchase, types),
      performed_by_organisation: performedBy ? encodeOrganisation(ctx, performedBy) : null,
      ...(parent ? { parent_organisation: encodeOrganisation(ctx, parent) } : {}),
      rewards: encodeRewards(ctx, purchase, {
        awardMinor: programme ? pointsValue(ctx, programme, points) : 0,
        spentMinor: paidMinor,
      }),
    }
  }
}

/** Where no store is known, the business sold. A parent is named for a venue only. */
async function loadOrganisations(ctx: Ctx, items: readonly Purchase[]) {
  const byId = new Map<number, Organisation>()
  const load = async (id: number) => {
    const organisation = byId.get(id) ?? (await getOrganisation(ctx, id))
    byId.set(id, organisation)
    if (organisation.parentId !== null && !byId.has(organisation.parentId)) await load(organisation.parentId)
  }
  for (const id of new Set(items.flatMap((purchase) => purchase.storeId ?? []))) await load(id)
  const business = (await listOrganisations(ctx, { kind: 'business', page: { limit: 1 } })).items[0]
  return (purchase: Purchase) => {
    const performedBy = byId.get(purchase.storeId ?? 0) ?? business
    return { performedBy, parent: performedBy?.kind === 'store' ? byId.get(performedBy.parentId ?? 0) : undefined }
  }
}

function encodeOrganisation(ctx: Ctx, organisation: Organisation) {
  return { id: uuid(ctx, 'organisation', organisation.id), name: organisation.name, creatives: [] }
}

function encodeClassification(ctx: Ctx, { typeCode }: Purchase, types: ReadonlyMap<string, ReferenceItem>) {
  if (typeCode === null) return null
  const type = types.get(typeCode)
  return type ? encodeReference(ctx, type) : { id: typeCode, name: typeCode }
}

function encodeAmounts(ctx: Ctx, purchase: Purchase, more: { accountId: string; spentMinor: Minor }) {
  const { currency, totalMinor } = purchase
  const tax = taxIn(purchase)
  return {
    id: uuid(ctx, 'purchase', purchase.id),
    account_id: more.accountId,
    reference_number: purchase.number,
    life_cycle_state: purchase.state === 'cancelled' ? 'CANCELLED' : 'POSTED',
    payment_medium_identifier: purchase.cardNumber ?? '',
    currency,
    total_net_amount: money(totalMinor - tax, currency),
    total_tax_amount: money(tax, currency),
    discount_amount: 0,
    total_amount: money(totalMinor, currency),
    requested_spend_amount: money(more.spentMinor, currency),
    performed_on: epochSeconds(purchase.occurredAt),
  }
}

/** What was spent was asked for at the till: nothing is spent by itself or at once. Points have a worth in the shop's currency. */
function encodeRewards(ctx: Ctx, { currency }: Purchase, moved: { awardMinor: Minor; spentMinor: Minor }) {
  const spent = money(moved.spentMinor, currency)
  return {
    total_award_amount: money(moved.awardMinor, ctx.tenant.currency),
    total_spend_amount: spent,
    total_automatic_spend_amount: 0,
    total_instant_discount_amount: 0,
    total_spend_request_amount: spent,
  }
}

// Totals hold the tax; each line is split on its own and rounded once.
function taxIn(purchase: Purchase): Minor {
  return (purchase.lines ?? []).reduce((tax, line) => {
    const rate = line.vatRate ?? 0
    return tax + (rate > 0 ? Math.round((line.totalMinor * rate) / (100 + rate)) : 0)
  }, 0)
}
