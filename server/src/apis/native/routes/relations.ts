import { Type } from 'typebox'
import { getCustomer, isCurrent, listInterests, listRelations } from '../../../core/customers/index.ts'
import { listReservations } from '../../../core/loyalty/index.ts'
import { listReferenceItems } from '../../../core/organisations/index.ts'
import { ctxOf } from '../auth.ts'
import { time } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Id, IdParams, List, Minor, Nullable, OneOf, Time } from '../schemas.ts'

const Relation = Type.Object({
  id: Id,
  customer_id: Id,
  related_customer_id: Id,
  type: Nullable(Type.Object({ code: Type.String(), name: Type.String() })),
  is_leading: Type.Boolean({ description: 'The customer comes first of the two.' }),
  is_current: Type.Boolean(),
  valid_from: Time,
  valid_to: Nullable(Time),
})

const Interest = Type.Object({ id: Id, code: Type.String(), name: Type.String(), updated_at: Time })

const Reservation = Type.Object({
  id: Id,
  external_id: Type.String(),
  unit_id: Id,
  amount: Minor,
  state: OneOf('held', 'freed', 'expired'),
  expires_at: Nullable(Time),
  created_at: Time,
})

const most = 1_000

/** What a customer is to others, is interested in, and has set aside. */
export function relationRoutes(app: Routes): void {
  const tags = ['Customers']
  const config = { access: 'customers.read' } as const

  app.get(
    '/customers/:id/relations',
    {
      config,
      schema: { tags, summary: 'Other customers, on either side', params: IdParams, response: { 200: List(Relation) } },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      const types = new Map((await listReferenceItems(ctx, 'relation_type')).map((type) => [type.id as number, type]))
      const relations = await listRelations(ctx, id)
      return {
        items: relations.map((relation) => {
          const type = types.get(relation.typeId)
          return {
            id: relation.id as number,
            customer_id: relation.customerId as number,
            related_customer_id: relation.relatedId as number,
            type: type ? { code: type.code, name: type.name } : null,
            is_leading: relation.isLeading,
            is_current: isCurrent(relation, ctx.clock.now()),
            valid_from: time(relation.validFrom),
            valid_to: relation.validTo ? time(relation.validTo) : null,
          }
        }),
      }
    },
  )

  app.get(
    '/customers/:id/interests',
    {
      config,
      schema: {
        tags,
        summary: 'What the customer is interested in',
        params: IdParams,
        response: { 200: List(Interest) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      const known = new Map((await listReferenceItems(ctx, 'interest')).map((item) => [item.id as number, item]))
      const records = await listInterests(ctx, id)
      return {
        items: records.flatMap((record) => {
          const item = known.get(record.interestId)
          return item
            ? [{ id: record.id as number, code: item.code, name: item.name, updated_at: time(record.updatedAt) }]
            : []
        }),
      }
    },
  )

  app.get(
    '/customers/:id/reservations',
    {
      config,
      schema: {
        tags,
        summary: 'Points set aside, the newest first',
        params: IdParams,
        response: { 200: List(Reservation) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      const { items } = await listReservations(ctx, { customerId: id, descending: true, offset: 0, limit: most })
      return {
        items: items.map((one) => ({
          id: one.id as number,
          external_id: one.externalId,
          unit_id: one.unitId as number,
          amount: one.amount,
          state: one.state,
          expires_at: one.expiresAt ? time(one.expiresAt) : null,
          created_at: time(one.createdAt),
        })),
      }
    },
  )
}
