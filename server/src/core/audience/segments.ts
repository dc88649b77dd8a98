import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { type CustomerId, holdAll } from '../customers/index.ts'
import {
  deleteSegmentMembers,
  deleteSegmentRow,
  findSegmentRow,
  hasSegmentMember,
  insertSegment,
  insertSegmentMembers,
  renameSegmentRow,
  selectMemberships,
  selectSegmentMembers,
  selectSegmentRecords,
  selectSegments,
  selectSegmentsOf,
} from './segment-store.ts'
import type { Segment, SegmentInput, SegmentRecord } from './types.ts'

/** A static segment: whoever is put in is in. Refuses `request.invalid` without a name. */
export function createSegment(ctx: Ctx, command: SegmentInput): Promise<Segment> {
  const name = cleanName(command.name)
  return transact(ctx, async (ctx) => {
    const segment = await insertSegment(ctx, { ...command, name })
    await emitChanges(ctx, [{ entity: 'segment', entityId: segment.id, operation: 'created' }])
    return segment
  })
}

export function renameSegment(ctx: Ctx, command: { id: number; name: string }): Promise<Segment> {
  const name = cleanName(command.name)
  return transact(ctx, async (ctx) => {
    const segment = await getSegment(ctx, command.id)
    await renameSegmentRow(ctx, segment.id, name)
    await emitChanges(ctx, [{ entity: 'segment', entityId: segment.id, operation: 'updated' }])
    return { ...segment, name }
  })
}

/** Refuses `segment.not_found`. */
export async function getSegment(ctx: Ctx, id: number): Promise<Segment> {
  const segment = Number.isSafeInteger(id) ? await findSegmentRow(ctx, id) : undefined
  if (!segment) throw new DomainError('segment.not_found', { id })
  return segment
}

export function listSegments(ctx: Ctx): Promise<Segment[]> {
  return selectSegments(ctx)
}

export function segmentsOf(ctx: Ctx, customerId: CustomerId): Promise<Segment[]> {
  return selectSegmentsOf(ctx, customerId)
}

/** Which of these segments each of many customers is a member of; who is in none is absent. */
export async function segmentsAmong(
  ctx: Ctx,
  of: { customerIds: readonly number[]; segmentIds: readonly number[] },
): Promise<ReadonlyMap<number, ReadonlySet<number>>> {
  const rows = await selectMemberships(ctx, of)
  const byCustomer = Map.groupBy(rows, (row) => row.customerId)
  return new Map([...byCustomer].map(([id, own]) => [id, new Set(own.map((row) => row.segmentId))]))
}

/** The customers stay. */
export function deleteSegment(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const segment = await getSegment(ctx, id)
    await deleteSegmentRow(ctx, segment.id)
    await emitChanges(ctx, [{ entity: 'segment', entityId: segment.id, operation: 'deleted' }])
  })
}

/** Answers how many were not in it before. Refuses segment.not_found, customer.not_found. */
export function addToSegment(ctx: Ctx, command: { id: number; customerIds: readonly CustomerId[] }): Promise<number> {
  return transact(ctx, async (ctx) => {
    const segment = await getSegment(ctx, command.id)
    const living = await holdAll(ctx, command.customerIds)
    const added = await insertSegmentMembers(ctx, segment.id, command.customerIds.map(living))
    await emitMembers(ctx, segment, 'member_added', added)
    return added.length
  })
}

/** Answers how many were in it. */
export function removeFromSegment(
  ctx: Ctx,
  command: { id: number; customerIds: readonly CustomerId[] },
): Promise<number> {
  return transact(ctx, async (ctx) => {
    const segment = await getSegment(ctx, command.id)
    const gone = await deleteSegmentMembers(ctx, segment.id, command.customerIds)
    await emitMembers(ctx, segment, 'member_removed', gone)
    return gone.length
  })
}

/** Since when a customer is in each of their segments. */
export function segmentRecordsOf(ctx: Ctx, customerId: number): Promise<SegmentRecord[]> {
  return selectSegmentRecords(ctx, { customerId })
}

/** Since when customers with ids above `after` are in a segment. */
export function listSegmentRecords(
  ctx: Ctx,
  query: { id: number; after?: number; limit: number },
): Promise<SegmentRecord[]> {
  const limit = Math.min(query.limit, 10_000)
  return selectSegmentRecords(ctx, { segmentId: query.id, after: query.after ?? 0, limit })
}

/** Customers with ids above `after`. */
export function listSegmentMembers(
  ctx: Ctx,
  query: { id: number; after?: CustomerId; limit: number },
): Promise<CustomerId[]> {
  return selectSegmentMembers(ctx, query.id, { after: query.after ?? 0, limit: Math.min(query.limit, 10_000) })
}

export function isInSegment(ctx: Ctx, query: { id: number; customerId: CustomerId }): Promise<boolean> {
  return hasSegmentMember(ctx, query.id, query.customerId)
}

function cleanName(text: string): string {
  const name = cleanText(text).trim()
  if (name === '' || name.length > 200) throw new DomainError('request.invalid', { field: 'name' })
  return name
}

async function emitMembers(
  ctx: Ctx,
  segment: Segment,
  operation: string,
  customerIds: readonly CustomerId[],
): Promise<void> {
  await emitChanges(
    ctx,
    customerIds.map((customerId) => ({ entity: 'segment', entityId: segment.id, customerId, operation })),
  )
}
