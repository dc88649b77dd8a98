import type { Ctx } from '../../platform/ctx.ts'
import { audit } from '../accounts/index.ts'
import { findList, membershipsOf, segmentsOf, tagsOf } from '../audience/index.ts'
import { getConsents, getSubscriptions, history } from '../consent/index.ts'
import {
  type Customer,
  type CustomerId,
  getCustomer,
  listAddresses,
  listInterests,
  listRelations,
  listSourceRecords,
} from '../customers/index.ts'
import { getCollection, listEvents } from '../events/index.ts'
import { listPostings } from '../ledger/index.ts'
import { balancesAfterCharges, listCards, listVouchers } from '../loyalty/index.ts'
import { listMessages } from '../messaging/index.ts'
import { listPurchases } from '../purchases/index.ts'

/** Everything we know about one person, as JSON for them to take away. */
export type CustomerExport = Readonly<Record<string, unknown>>

// A person's whole history, and yet bounded: beyond these the newest are what counts.
const maxPages = 200
const pageSize = 500

/** Refuses `customer.not_found`. That it was asked for is in the audit log. */
export async function exportCustomer(ctx: Ctx, id: number): Promise<CustomerExport> {
  const customer = await getCustomer(ctx, id)
  await audit(ctx, { action: 'customer.exported', entity: 'customer', entityId: customer.id })
  return {
    exportedAt: ctx.clock.now(),
    customer: profileOf(customer),
    identities: customer.identities,
    addresses: await listAddresses(ctx, customer.id),
    sources: await listSourceRecords(ctx, { customerId: customer.id, limit: 1_000 }),
    relations: await listRelations(ctx, customer.id),
    interests: await listInterests(ctx, customer.id),
    ...(await marketing(ctx, customer.id)),
    ...(await value(ctx, customer.id)),
    ...(await behaviour(ctx, customer.id)),
  }
}

function profileOf({ identities: _, mergedInto: __, ...profile }: Customer): object {
  return profile
}

async function marketing(ctx: Ctx, id: CustomerId): Promise<CustomerExport> {
  const memberships = (await membershipsOf(ctx, [id])).get(id) ?? []
  const lists = []
  for (const membership of memberships) {
    lists.push({ ...membership, listName: (await findList(ctx, membership.listId))?.name })
  }
  return {
    subscriptions: await getSubscriptions(ctx, id),
    consents: await getConsents(ctx, id),
    consentHistory: await history(ctx, { customerId: id, limit: 1_000 }),
    lists,
    tags: (await tagsOf(ctx, [id])).get(id) ?? [],
    segments: await segmentsOf(ctx, id),
    messages: await listMessages(ctx, { customerId: id, limit: 1_000 }),
  }
}

async function value(ctx: Ctx, id: CustomerId): Promise<CustomerExport> {
  const purchases = await everyPage(async (last: { occurredAt: Date; id: number } | undefined) => {
    const page = { customerId: id, after: last, limit: pageSize, withLines: true }
    return (await listPurchases(ctx, page)).items
  })
  // First: what becomes a posting by it is among them.
  const balances = await balancesAfterCharges(ctx, id)
  const postings = await everyPage((last: { id: number } | undefined) =>
    listPostings(ctx, { customerId: id, before: last?.id, limit: pageSize }),
  )
  return {
    purchases,
    postings,
    balances,
    cards: (await listCards(ctx, { customerId: id, offset: 0, limit: 1_000 })).items,
    vouchers: (
      await listVouchers(ctx, { customerId: id, states: ['issued', 'applied', 'cancelled'], offset: 0, limit: 10_000 })
    ).items,
  }
}

async function behaviour(ctx: Ctx, id: CustomerId): Promise<CustomerExport> {
  return {
    cart: await getCollection(ctx, { customerId: id, kind: 'cart' }),
    wishList: await getCollection(ctx, { customerId: id, kind: 'wish' }),
    events: await everyPage((last: { occurredAt: Date; id: number } | undefined) =>
      listEvents(ctx, { customerId: id, before: last, limit: pageSize }),
    ),
  }
}

async function everyPage<Item, Last>(read: (last: (Item & Last) | undefined) => Promise<Item[]>): Promise<Item[]> {
  const all: Item[] = []
  for (let page = 0; page < maxPages; page++) {
    const items = await read(all.at(-1) as (Item & Last) | undefined) // Last is the part of an item that pages continue from
    if (items.length === 0) break
    all.push(...items)
  }
  return all
}
