import { Type } from 'typebox'
import { mergeCustomers, undoMerge } from '../../../core/merging/index.ts'
import { eraseCustomer, exportCustomer } from '../../../core/privacy/index.ts'
import { createOnce, once } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import type { Routes } from '../routing.ts'
import { Body, Id, IdParams, Text } from '../schemas.ts'

const tags = ['Customers']

export function mergingRoutes(app: Routes): void {
  app.post(
    '/customers/:id/merge',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'Fold this customer into another',
        description: 'Everything it has leads to the other from then on. It can be undone.',
        params: IdParams,
        body: Body({ into_id: Id, reason: Type.Optional(Text(500)) }),
        response: { 201: Type.Object({ merge_id: Id }) },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => {
        const { into_id: intoId, reason = 'by hand' } = request.body
        const id = await mergeCustomers(ctx, { fromId: request.params.id, intoId, reason })
        return { merge_id: id as number }
      }),
  )

  app.post(
    '/merges/:id/undo',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'Take a merge apart again',
        params: IdParams,
        response: { 200: Type.Object({ merge_id: Id }) },
      },
    },
    (request, reply) =>
      once(request, reply, async (ctx) => {
        await undoMerge(ctx, request.params.id)
        return { status: 200, response: { merge_id: request.params.id } }
      }),
  )

  app.delete(
    '/customers/:id',
    {
      config: { access: 'customers.erase' },
      schema: {
        tags,
        summary: 'Erase a customer',
        description: 'The person is gone for good; sums stay, pointing at a customer without a name.',
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await eraseCustomer(ctxOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/customers/:id/export',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Everything we know about a customer, to take along',
        params: IdParams,
        response: { 200: Type.Record(Type.String(), Type.Unknown()) },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      reply.header('content-disposition', `attachment; filename="customer-${id}.json"`)
      return { ...(await exportCustomer(ctxOf(request), id)) }
    },
  )
}
