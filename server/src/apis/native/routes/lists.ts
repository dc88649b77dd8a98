import { Type } from 'typebox'
import {
  createList,
  deleteList,
  getList,
  listLists,
  listMembers,
  listStats,
  type List as Mailing,
  type Member,
  putMember,
  removeMembers,
  updateList,
} from '../../../core/audience/index.ts'
import { type Customer, displayName, getCustomer, getCustomers, primaryEmail } from '../../../core/customers/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { createOnce, pageBy, readPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeList, memberState, time, timeOrNull } from '../encode.ts'
import type { Routes } from '../routing.ts'
import {
  Body,
  Count,
  Id,
  IdParams,
  List,
  Name,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  Text,
  Time,
  usualLimit,
} from '../schemas.ts'

const AudienceList = Type.Object({
  id: Id,
  name: Type.String(),
  description: Type.String(),
  locked: Type.Boolean(),
  total: Count,
  active: Count,
  inactive: Count,
  bounced: Count,
  created_at: Time,
  updated_at: Time,
})

const ListMember = Type.Object({
  customer_id: Id,
  name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  state: OneOf('active', 'registered', 'left', 'bounced'),
  registered_at: Time,
  confirmed_at: Nullable(Time),
  left_at: Nullable(Time),
  source: Type.String(),
})

const fields = { description: Type.Optional(Text(2000)), locked: Type.Optional(Type.Boolean()) }
const MemberParams = Type.Object({ id: Id, customer_id: Id })
const tags = ['Lists']

export function listRoutes(app: Routes): void {
  app.get(
    '/lists',
    {
      config: { access: 'customers.read' },
      schema: { tags, summary: 'Lists with their sizes', response: { 200: List(AudienceList) } },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const items = []
      for (const list of await listLists(ctx)) items.push(await describe(ctx, list))
      return { items }
    },
  )

  app.post(
    '/lists',
    {
      config: { access: 'audience.write' },
      schema: { tags, summary: 'Make a list', body: Body({ name: Name, ...fields }), response: { 201: AudienceList } },
    },
    (request, reply) => createOnce(request, reply, async (ctx) => describe(ctx, await createList(ctx, request.body))),
  )

  app.get(
    '/lists/:id',
    {
      config: { access: 'customers.read' },
      schema: { tags, summary: 'One list', params: IdParams, response: { 200: AudienceList } },
    },
    async (request) => describe(ctxOf(request), await getList(ctxOf(request), request.params.id)),
  )

  app.patch(
    '/lists/:id',
    {
      config: { access: 'audience.write' },
      schema: {
        tags,
        summary: 'Change a list',
        params: IdParams,
        body: Body({ name: Type.Optional(Name), ...fields }),
        response: { 200: AudienceList },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      return describe(ctx, await updateList(ctx, { id: request.params.id, patch: request.body }))
    },
  )

  app.delete(
    '/lists/:id',
    {
      config: { access: 'audience.write' },
      schema: { tags, summary: 'Delete a list; its customers stay', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await deleteList(ctxOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  memberRoutes(app)
}

function memberRoutes(app: Routes): void {
  app.get(
    '/lists/:id/members',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Members of a list',
        params: IdParams,
        querystring: Type.Object({
          state: Type.Optional(OneOf('all', 'active', 'inactive', 'bounced')),
          ...PageQuery,
        }),
        response: { 200: Page(ListMember) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: listId } = await getList(ctx, request.params.id)
      const { state = 'all', limit = usualLimit, after } = request.query
      const offset = Number(readPosition(after, 1)?.[0] ?? 0)
      const page = await pageBy(
        limit,
        (count) => listMembers(ctx, { listId, state, limit: count, offset }),
        () => [offset + limit],
      )
      const customers = await getCustomers(
        ctx,
        page.items.map((member) => member.customerId),
      )
      const byId = new Map(customers.map((customer) => [customer.id, customer]))
      return {
        items: page.items.map((member) => encodeMember(member, byId.get(member.customerId))),
        next_cursor: page.nextCursor,
      }
    },
  )

  app.put(
    '/lists/:id/members/:customer_id',
    {
      config: { access: 'audience.write' },
      schema: {
        tags,
        summary: 'Put a customer on a list',
        description: 'Confirmed unless told otherwise. Somebody who left by their own act is not brought back.',
        params: MemberParams,
        body: Nullable(Body({ confirmed: Type.Optional(Type.Boolean()), source: Type.Optional(Text(100)) })),
        response: { 200: ListMember },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const customer = await getCustomer(ctx, request.params.customer_id)
      const { confirmed = true, source } = request.body ?? {}
      const member = await putMember(ctx, {
        listId: request.params.id,
        customerId: customer.id,
        mode: 'upsert',
        source: source ?? ctx.actor.via,
        ...(confirmed ? { confirmedAt: ctx.clock.now(), leftAt: null } : {}),
      })
      return encodeMember(member, customer)
    },
  )

  app.delete(
    '/lists/:id/members/:customer_id',
    {
      config: { access: 'audience.write' },
      schema: { tags, summary: 'Take a customer off a list', params: MemberParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      const ctx = ctxOf(request)
      const { id: listId, customer_id: customerId } = request.params
      await getList(ctx, listId)
      const customer = await getCustomer(ctx, customerId)
      const gone = await removeMembers(ctx, { listId, customerIds: [customer.id] })
      if (!gone.has(customer.id)) throw new DomainError('member.not_found', { listId, customerId })
      return reply.code(204).send(null)
    },
  )
}

async function describe(ctx: Ctx, list: Mailing) {
  return encodeList(list, await listStats(ctx, list.id))
}

function encodeMember(member: Member, customer: Customer | undefined) {
  return {
    customer_id: member.customerId as number,
    name: customer ? displayName(customer) : null,
    email: (customer && primaryEmail(customer)) ?? null,
    state: memberState(member),
    registered_at: time(member.registeredAt),
    confirmed_at: timeOrNull(member.confirmedAt),
    left_at: timeOrNull(member.leftAt),
    source: member.source,
  }
}
