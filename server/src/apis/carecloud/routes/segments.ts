import {
  addToSegment,
  createSegment,
  isInSegment,
  listSegmentMembers,
  listSegments,
  removeFromSegment,
  type Segment,
  segmentsOf,
} from '../../../core/audience/index.ts'
import type { Customer } from '../../../core/customers/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { allOf } from '../batch.ts'
import type { Call, Routes } from '../call.ts'
import { created, idOf, noContent, ok, pageOf, timeOf } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { customerInBody, customerInPath } from '../people.ts'

/** Segments that customers are put into by hand, and the ones that a rule fills. */
export function segmentRoutes(routes: Routes): void {
  routes.get('/segments', 'both', async ({ ctx, query }) => {
    const page = query.page(['segment_id', 'name', 'last_change'])
    query.done()
    const rows = (await listSegments(ctx)).map((segment) => segmentRow(ctx, segment))
    return pageOf('segments', rows, page)
  })

  routes.post('/segments', 'enterprise', async ({ ctx, body }) => {
    const name = body.needText('name', { max: 200 })
    body.text('note')
    body.integer('priority')
    body.done()
    const taken = (await listSegments(ctx)).some((segment) => segment.name === name)
    if (taken) throw invalidParam('name', 'already_exists', name)
    return created({ segment_id: idOf(ctx, 'segment', (await createSegment(ctx, { name })).id) })
  })

  routes.get('/segments/:segment_id', 'both', async (call) => ok(segmentRow(call.ctx, await segmentInPath(call))))

  routes.get('/segments/:segment_id/segment-records', 'enterprise', async (call) => {
    const segment = await segmentInPath(call)
    const ids = await allOf(async ({ after, limit }) => {
      const page = await listSegmentMembers(call.ctx, { id: segment.id, after: after as Customer['id'], limit }) // 0 or the last id
      return page.map((id) => ({ id }))
    })
    const rows = ids.map(({ id }) => recordRow(call.ctx, segment, id))
    return ok({ segment_records: rows, total_items: rows.length })
  })

  routes.get('/customers/:customer_id/segment-records', 'both', async (call) => {
    const customer = await customerInPath(call)
    const segments = await segmentsOf(call.ctx, customer.id)
    const rows = segments.map((segment) => recordRow(call.ctx, segment, customer.id))
    return ok({ segment_records: rows, total_items: rows.length })
  })

  routes.post('/segments/:segment_id/actions/add-customer', 'enterprise', async (call) => {
    const segment = await segmentByHand(call)
    const customerId = (await customerInBody(call)) as Customer['id'] // a customer who was found
    if (await isInSegment(call.ctx, { id: segment.id, customerId })) {
      throw invalidParam('customer_id', 'relation_already_exists', call.body.value('customer_id'))
    }
    await addToSegment(call.ctx, { id: segment.id, customerIds: [customerId] })
    return noContent
  })

  routes.post('/segments/:segment_id/actions/remove-customer', 'enterprise', async (call) => {
    const segment = await segmentByHand(call)
    const customerId = (await customerInBody(call)) as Customer['id'] // a customer who was found
    if ((await removeFromSegment(call.ctx, { id: segment.id, customerIds: [customerId] })) === 0) {
      throw invalidParam('customer_id', 'not_found', call.body.value('customer_id'))
    }
    return noContent
  })
}

async function segmentInPath(call: Call): Promise<Segment> {
  const id = call.pathId('segment_id', 'segment')
  const segment = (await listSegments(call.ctx)).find((candidate) => candidate.id === id)
  if (!segment) throw notFound('segments', call.params.segment_id ?? '')
  return segment
}

/** Nobody is put into a segment that a rule fills. */
async function segmentByHand(call: Call): Promise<Segment> {
  const segment = await segmentInPath(call)
  if (segment.kind !== 'static') throw invalidParam('segment_id', 'not_allowed_value', call.params.segment_id)
  return segment
}

function segmentRow(ctx: Ctx, segment: Segment) {
  return {
    segment_id: idOf(ctx, 'segment', segment.id),
    name: segment.name,
    segment_group_id: null,
    segment_picture_url: null,
    note: null,
    last_change: timeOf(ctx, segment.createdAt),
  }
}

function recordRow(ctx: Ctx, segment: Segment, customerId: number) {
  const time = timeOf(ctx, segment.createdAt)
  return {
    segment_id: idOf(ctx, 'segment', segment.id),
    customer_id: idOf(ctx, 'customer', customerId),
    created_at: time,
    last_change: time,
  }
}
