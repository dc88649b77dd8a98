import type { FastifyInstance } from 'fastify'
import { findDefaultProgramme, pointsValue } from '../../../core/loyalty/index.ts'
import { getOrganisation, type Organisation } from '../../../core/organisations/index.ts'
import { listPurchases, type Purchase } from '../../../core/purchases/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import type { Minor } from '../../../platform/money.ts'
import { epochSeconds, readDay, startOfDay } from '../../http/times.ts'
import { type ContactCall, withOwnContact } from '../auth.ts'
import { decodeBody, decodeObject, decodePaging, decodeText, decodeTime, type Fields, refuse } from '../decode.ts'
import { money, page, uuid } from '../encode.ts'

export function purchaseRoutes(app: FastifyInstance, server: Server): void {
  app.get('/contacts/:id/purchases', withOwnContact(server, showPurchases))
}

/** Newest first unless the order says otherwise. Awards are shown in money: what the points earned are worth. */
async function showPurchases({ ctx, customer, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const date = decodeObject(query, 'date') ?? {}
  const { items, total } = await listPurchases(ctx, {
    customerId: customer.id,
    from: decodeDay(ctx, { ...query, gte: date.gte }, ['from_date', 'date_from', 'from', 'gte']),
    to: decodeDay(ctx, { ...query, lte: date.lte }, ['to_date', 'date_to', 'to', 'lte'], { end: true }),
    limit: paging.size,
    offset: paging.offset,
    oldestFirst: paging.ascending,
    withLines: true,
    withTotal: true,
  })
  const programme = await findDefaultProgramme(ctx)
  const organisations = await loadOrganisations(
    ctx,
    items.map((purchase) => purchase.storeId),
  )
  const content = items.map((purchase) => {
    const performedBy = organisations.get(purchase.storeId ?? 0)
    const parent = performedBy?.kind === 'store' ? organisations.get(performedBy.parentId ?? 0) : undefined
    const award = programme ? pointsValue(ctx, programme, purchase.pointsEarned) : 0
    return encodePurchase(ctx, purchase, {
      accountId: uuid(ctx, 'contactAccount', customer.id),
      performedBy,
      parent,
      award,
    })
  })
  return page(content, paging, total ?? content.length)
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
  if (!text.includes('-', 1)) return decodeTime(query, name)
  const day = readDay(text) ?? refuse(name, 'must be epoch seconds or a day as YYYY-MM-DD')
  return startOfDay(day, ctx.tenant.timeZone, options.end ? 1 : 0)
}

async function loadOrganisations(ctx: Ctx, ids: readonly (number | null)[]): Promise<Map<number, Organisation>> {
  const byId = new Map<number, Organisation>()
  const load = async (id: number | null) => {
    if (id === null || byId.has(id)) return
    const organisation = await getOrganisation(ctx, id)
    byId.set(id, organisation)
    await load(organisation.parentId)
  }
  for (const id of new Set(ids)) await load(id)
  return byId
}

function encodePurchase(
  ctx: Ctx,
  purchase: Purchase,
  parts: { accountId: string; performedBy: Organisation | undefined; parent: Organisation | undefined; award: Minor },
) {
  const { currency } = purchase
  const total = purchase.totalMinor ?? 0
  const tax = taxIn(purchase)
  const named = (organisation: Organisation) => ({
    id: uuid(ctx, 'organisation', organisation.id),
    name: organisation.name,
    creatives: [],
  })
  return {
    id: uuid(ctx, 'purchase', purchase.id),
    account_id: parts.accountId,
    reference_number: purchase.number,
    life_cycle_state: purchase.state === 'cancelled' ? 'CANCELLED' : 'POSTED',
    payment_medium_identifier: purchase.cardNumber ?? '',
    currency,
    total_net_amount: money(total - tax, currency),
    total_tax_amount: money(tax, currency),
    discount_amount: 0,
    total_amount: money(total, currency),
    requested_spend_amount: 0,
    performed_on: epochSeconds(purchase.occurredAt),
    classification: purchase.typeCode ? { id: purchase.typeCode, name: purchase.typeCode } : null,
    performed_by_organisation: parts.performedBy ? named(parts.performedBy) : null,
    ...(parts.parent ? { parent_organisation: named(parts.parent) } : {}),
    rewards: {
      total_award_amount: money(parts.award, currency),
      total_spend_amount: 0,
      total_automatic_spend_amount: 0,
      total_instant_discount_amount: 0,
      total_spend_request_amount: 0,
    },
  }
}

// Totals hold the tax; each line is split on its own and rounded once.
function taxIn(purchase: Purchase): Minor {
  return (purchase.lines ?? []).reduce((tax, line) => {
    const rate = line.vatRate ?? 0
    return tax + (rate > 0 ? Math.round((line.totalMinor * rate) / (100 + rate)) : 0)
  }, 0)
}
