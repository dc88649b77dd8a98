import {
  addToSegment,
  createSegment,
  listSegmentRecords,
  listSegments,
  removeFromSegment,
  type Segment,
  type SegmentRecord,
  segmentRecordsOf,
} from '../../../core/audience/index.ts'
import type { Customer } from '../../../core/customers/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { allOf } from '../batch.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, created, idOf, idOrNull, noContent, ok, pageOf, timeOf } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerInBody, customerInPath } from '../people.ts'

/** Segments that customers are put into by hand, and the ones that a rule fills. */
export function segmentRoutes(routes: Routes): void {
  routes.get('/segments', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('segments'))
    const groupIds = query.ids('segment_group_ids', 'reference')
    query.done()
    const segments = (await listSegments(ctx)).filter((segment) => isIn(segment, groupIds))
    const rows = segments.map((segment) => segmentRow(ctx, segment))
    return pageOf('segments', rows, page)
  })

  routes.post('/segments', 'enterprise', async ({ ctx, body }) => {
    const name = body.needText('name', { max: 200 })
    const note = body.text('note') ?? null
    const priority = body.integer('priority', { min: -1_000_000, max: 1_000_000 }) ?? null
    body.done()
    const taken = (await listSegments(ctx)).some((segment) => segment.name === name)
    if (taken) throw invalidParam('name', 'already_exists', name)
    const segment = await createSegment(ctx, { name, note, priority })
    return created({ segment_id: idOf(ctx, 'segment', segment.id) })
  })

  routes.get('/segments/:segment_id', 'both', async (call) => ok(segmentRow(call.ctx, await segmentInPath(call))))

  routes.get('/segments/:segment_id/segment-records', 'enterprise', async (call) => {
    const groupIds = call.query.ids('segment_group_ids', 'reference')
    call.query.done()
    const segment = await segmentInPath(call)
    const read = async ({ after, limit }: { after: number; limit: number }) => {
      const records = await listSegmentRecords(call.ctx, { id: segment.id, after, limit })
      return records.map((record) => ({ ...record, id: record.customerId }))
    }
    return recordList(call.ctx, isIn(segment, groupIds) ? await allOf(read) : [])
  })

  routes.get('/customers/:customer_id/segment-records', 'both', async (call) => {
    const groupIds = call.query.ids('segment_group_ids', 'reference')
    call.query.done()
    const customer = await customerInPath(call)
    const wanted = new Set((await listSegments(call.ctx)).filter((one) => isIn(one, groupIds)).map((one) => one.id))
    const records = await segmentRecordsOf(call.ctx, customer.id)
    return recordList(
      call.ctx,
      records.filter((record) => wanted.has(record.segmentId)),
    )
  })

  routes.post('/segments/:segment_id/actions/add-customer', 'enterprise', async (call) => {
    const segment = await segmentByHand(call)
    const customerId = (await customerInBody(call)) as Customer['id'] // a customer who was found
    if ((await addToSegment(call.ctx, { id: segment.id, customerIds: [customerId] })) === 0) {
      throw invalidParam('customer_id', 'relation_already_exists', call.body.value('customer_id'))
    }
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

function isIn(segment: Segment, groupIds: readonly number[] | undefined): boolean {
  return groupIds === undefined || (segment.groupId !== null && groupIds.includes(segment.groupId))
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
    segment_group_id: idOrNull(ctx, 'reference', segment.groupId),
    segment_picture_url: null,
    note: segment.note,
    last_change: timeOf(ctx, segment.createdAt),
  }
}

function recordList(ctx: Ctx, records: readonly SegmentRecord[]): Answer {
  const rows = records.map((record) => ({
    segment_id: idOf(ctx, 'segment', record.segmentId),
    customer_id: idOf(ctx, 'customer', record.customerId),
    created_at: timeOf(ctx, record.createdAt),
    last_change: timeOf(ctx, record.createdAt),
  }))
  return ok({ segment_records: rows, total_items: rows.length })
}
