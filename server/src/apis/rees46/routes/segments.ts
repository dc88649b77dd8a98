import type { FastifyInstance } from 'fastify'
import { addToSegment, isInSegment, removeFromSegment, segmentsOf } from '../../../core/audience/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readId } from '../../http/values.ts'
import { authenticate, type Params, requireSecret } from '../auth.ts'
import { success } from '../encode.ts'
import { findPerson, identifyCaller, readClaims } from '../people.ts'

/** Static segments: adding twice and removing who is not there change nothing. */
export function segmentRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.post('/segments/add', async (request) => {
    const caller = await authenticate(server, request)
    const segmentId = readSegmentId(caller.params)
    const customer = await identifyCaller(caller, readClaims(caller.ctx, caller.params, { strict: true }))
    await addToSegment(caller.ctx, { id: segmentId, customerIds: [customer.id] })
    return success
  })

  app.post('/segments/remove', async (request) => {
    const caller = await authenticate(server, request)
    const segmentId = readSegmentId(caller.params)
    const customer = await findPerson(caller)
    if (customer) await removeFromSegment(caller.ctx, { id: segmentId, customerIds: [customer.id] })
    return success
  })

  app.route({
    method: ['GET', 'POST'],
    url: '/segments/get',
    handler: async (request) => {
      const caller = await authenticate(server, request)
      const customer = await findPerson(caller)
      const segments = customer ? await segmentsOf(caller.ctx, customer.id) : []
      return segments.map(({ id }) => ({ id, type: 'static' }))
    },
  })

  app.route({
    method: ['GET', 'POST'],
    url: '/segments/includes',
    handler: async (request, reply) => {
      const caller = await authenticate(server, request)
      requireSecret(caller)
      const segmentId = readSegmentId(caller.params)
      const customer = await findPerson(caller)
      const includes = customer ? await isInSegment(caller.ctx, { id: segmentId, customerId: customer.id }) : false
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(includes))
    },
  })
}

function readSegmentId(params: Params): number {
  const id = readId(params.segment_id)
  if (id === undefined) throw new DomainError('request.invalid', { field: 'segment_id' })
  return id
}
