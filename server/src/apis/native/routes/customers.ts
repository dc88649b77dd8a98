import { Type } from 'typebox'
import { listLists, listMembers, listStats, membershipsOf, tagsOf } from '../../../core/audience/index.ts'
import { getConsents, getSubscriptions } from '../../../core/consent/index.ts'
import {
  addSourceRecord,
  type Customer,
  type CustomerOrder,
  countCustomers,
  createCustomer,
  getCustomer,
  getCustomers,
  listAddresses,
  listSourceRecords,
  searchCustomers,
  updateCustomer,
} from '../../../core/customers/index.ts'
import { giveCardNumber, tierOf } from '../../../core/loyalty/index.ts'
import { customerFigures } from '../../../core/reports/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { createOnce, pageBy, readPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { decodeCustomer } from '../decode.ts'
import {
  encodeAddress,
  encodeConsent,
  encodeCustomerSummary,
  encodeIdentity,
  encodeProfile,
  encodeSubscription,
  memberState,
  time,
} from '../encode.ts'
import type { Routes } from '../routing.ts'
import { IdParams, PageQuery, usualLimit } from '../schemas.ts'
import { CustomerBody, CustomerDetail, CustomerPage, CustomerPatchBody, CustomerQuery } from './customer-schemas.ts'

const tags = ['Customers']

export function customerRoutes(app: Routes): void {
  app.get(
    '/customers',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Search customers',
        querystring: Type.Object({ ...CustomerQuery, ...PageQuery }),
        response: { 200: CustomerPage },
      },
    },
    async (request) => findPage(ctxOf(request), request.query),
  )

  app.get(
    '/customers/:id',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'One customer with everything about it',
        params: IdParams,
        response: { 200: CustomerDetail },
      },
    },
    async (request) => describeCustomer(ctxOf(request), await getCustomer(ctxOf(request), request.params.id)),
  )

  app.post(
    '/customers',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'Add a customer',
        description: 'Refuses `identity.taken` when the e-mail, phone or an external id belongs to another customer.',
        body: CustomerBody,
        response: { 201: CustomerDetail },
      },
    },
    (request, reply) =>
      createOnce(request, reply, (ctx) =>
        transact(ctx, async (ctx) => {
          const { external_ids: externalIds = [], card_number: cardNumber, ...wire } = request.body
          const customer = await createCustomer(ctx, decodeCustomer(wire))
          for (const { source, external_id: externalId } of externalIds) {
            await addSourceRecord(ctx, { customerId: customer.id, source, externalId })
          }
          if (cardNumber) await giveCardNumber(ctx, { customerId: customer.id, number: cardNumber.trim() })
          return describeCustomer(ctx, await getCustomer(ctx, customer.id))
        }),
      ),
  )

  app.patch(
    '/customers/:id',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'Change a customer',
        description: 'A field that is left out stays; null empties it. Attributes are merged by name.',
        params: IdParams,
        body: CustomerPatchBody,
        response: { 200: CustomerDetail },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      return describeCustomer(
        ctx,
        await updateCustomer(ctx, { id: request.params.id, patch: decodeCustomer(request.body) }),
      )
    },
  )
}

interface Query {
  readonly q?: string
  readonly list_id?: number
  readonly order?: CustomerOrder
  readonly after?: string
  readonly limit?: number
}

async function findPage(ctx: Ctx, query: Query) {
  const limit = query.limit ?? usualLimit
  if (query.list_id !== undefined) return findMembersPage(ctx, { listId: query.list_id, after: query.after, limit })
  const search = { text: query.q, filters: query.q ? {} : onlyIdentified }
  const order = query.order ?? '-id'
  // By id the cursor names the last customer; the other orders count how many were seen.
  const byId = order === 'id' || order === '-id'
  const place = Number(readPosition(query.after, 1)?.[0] ?? 0)
  const start = place === 0 ? {} : byId ? { after: place as Customer['id'] } : { offset: place } // ids come from our cursors
  const page = await pageBy(
    limit,
    (count) => searchCustomers(ctx, { ...search, ...start, order, limit: count }),
    (customer) => [byId ? customer.id : place + limit],
  )
  return { ...(await encodePage(ctx, page)), total: await countCustomers(ctx, search) }
}

/** Anonymous devices are found by a search; a list of customers without one is of people. */
const onlyIdentified = { states: ['identified'] } as const

async function findMembersPage(ctx: Ctx, query: { listId: number; after: string | undefined; limit: number }) {
  const offset = Number(readPosition(query.after, 1)?.[0] ?? 0)
  const stats = await listStats(ctx, query.listId)
  const page = await pageBy(
    query.limit,
    (limit) => listMembers(ctx, { listId: query.listId, state: 'all', limit, offset }),
    () => [offset + query.limit],
  )
  const items = await getCustomers(
    ctx,
    page.items.map((member) => member.customerId),
  )
  return { ...(await encodePage(ctx, { items, nextCursor: page.nextCursor })), total: stats.total }
}

async function encodePage(ctx: Ctx, page: { items: readonly Customer[]; nextCursor: string | null }) {
  const figures = await customerFigures(
    ctx,
    page.items.map((customer) => customer.id),
  )
  return {
    items: page.items.map((customer) => encodeCustomerSummary(customer, figures.get(customer.id))),
    next_cursor: page.nextCursor,
  }
}

async function describeCustomer(ctx: Ctx, customer: Customer) {
  const { id } = customer
  const figures = await customerFigures(ctx, [id])
  return {
    ...encodeCustomerSummary(customer, figures.get(id)),
    ...encodeProfile(customer),
    identities: customer.identities.map(encodeIdentity),
    addresses: (await listAddresses(ctx, id)).map(encodeAddress),
    tags: (await tagsOf(ctx, [id])).get(id) ?? [],
    tier: encodeTier((await tierOf(ctx, id)).tier),
    lists: await describeLists(ctx, customer),
    subscriptions: (await getSubscriptions(ctx, id)).map(encodeSubscription),
    consents: (await getConsents(ctx, id)).map(encodeConsent),
    source_records: (await listSourceRecords(ctx, { customerId: id })).map((record) => ({
      id: record.id as number,
      source: record.source,
      external_id: record.externalId,
      created_at: time(record.createdAt),
    })),
  }
}

function encodeTier(tier: Awaited<ReturnType<typeof tierOf>>['tier']) {
  return tier ? { id: tier.id as number, name: tier.name, rank: tier.rank } : null
}

async function describeLists(ctx: Ctx, customer: Customer) {
  const memberships = (await membershipsOf(ctx, [customer.id])).get(customer.id) ?? []
  if (memberships.length === 0) return []
  const names = new Map((await listLists(ctx)).map((list) => [list.id, list.name]))
  return memberships.map((member) => ({
    list_id: member.listId as number,
    name: names.get(member.listId) ?? '',
    state: memberState(member),
  }))
}
