import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { CustomerId } from '../customers/index.ts'
import type { Segment, SegmentId, SegmentInput, SegmentRecord } from './types.ts'

interface SegmentRow {
  id: number
  name: string
  kind: 'static' | 'dynamic'
  group_id: number | null
  note: string | null
  priority: number | null
  created_at: Date
}

const segmentColumns = sql`s.id, s.name, s.kind, s.group_id, s.note, s.priority, s.created_at`

function toSegment({ created_at, group_id, ...row }: SegmentRow): Segment {
  return { ...row, id: row.id as SegmentId, groupId: group_id, createdAt: created_at }
}

export async function insertSegment(ctx: Ctx, input: SegmentInput): Promise<Segment> {
  const [row] = await ctx.db.query<SegmentRow>(sql`
    insert into segments as s (tenant_id, name, kind, group_id, note, priority, created_at)
    values (${ctx.tenant.id}, ${input.name}, 'static', ${input.groupId ?? null}, ${input.note ?? null}, ${input.priority ?? null},
            ${ctx.clock.now()}) returning ${segmentColumns}`)
  return toSegment(row as SegmentRow) // an insert without conflict clause returns its row or throws
}

export async function findSegmentRow(ctx: Ctx, id: number): Promise<Segment | undefined> {
  const [row] = await ctx.db.query<SegmentRow>(sql`
    select ${segmentColumns} from segments s where s.tenant_id = ${ctx.tenant.id} and s.id = ${id}`)
  return row && toSegment(row)
}

export async function selectSegments(ctx: Ctx): Promise<Segment[]> {
  const rows = await ctx.db.query<SegmentRow>(sql`
    select ${segmentColumns} from segments s where s.tenant_id = ${ctx.tenant.id} order by s.id limit 10000`)
  return rows.map(toSegment)
}

export async function selectSegmentsOf(ctx: Ctx, customerId: CustomerId): Promise<Segment[]> {
  const rows = await ctx.db.query<SegmentRow>(sql`
    select ${segmentColumns} from segment_members m
      join segments s on s.tenant_id = m.tenant_id and s.id = m.segment_id
     where m.tenant_id = ${ctx.tenant.id} and m.customer_id = ${customerId} order by s.id`)
  return rows.map(toSegment)
}

/** Who of these customers is a member of which of these segments. */
export function selectMemberships(
  ctx: Ctx,
  of: { customerIds: readonly number[]; segmentIds: readonly number[] },
): Promise<{ customerId: number; segmentId: number }[]> {
  return ctx.db.query(sql`
    select customer_id as "customerId", segment_id as "segmentId" from segment_members
     where tenant_id = ${ctx.tenant.id} and customer_id = any (${of.customerIds}::bigint[]) and segment_id = any (${of.segmentIds}::bigint[])`)
}

export async function renameSegmentRow(ctx: Ctx, id: SegmentId, name: string): Promise<void> {
  await ctx.db.query(sql`update segments set name = ${name} where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function deleteSegmentRow(ctx: Ctx, id: SegmentId): Promise<void> {
  await ctx.db.query(sql`delete from segments where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function insertSegmentMembers(
  ctx: Ctx,
  id: SegmentId,
  customerIds: readonly CustomerId[],
): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    insert into segment_members (tenant_id, segment_id, customer_id, created_at)
    select ${ctx.tenant.id}, ${id}, given.id, ${ctx.clock.now()} from unnest(${customerIds}::bigint[]) as given (id)
     order by given.id
    on conflict (tenant_id, segment_id, customer_id) do nothing
    returning customer_id`)
  return rows.map((row) => row.customer_id as CustomerId)
}

export async function deleteSegmentMembers(
  ctx: Ctx,
  id: SegmentId,
  customerIds: readonly CustomerId[],
): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    delete from segment_members
     where tenant_id = ${ctx.tenant.id} and segment_id = ${id} and customer_id = any(${customerIds}::bigint[])
    returning customer_id`)
  return rows.map((row) => row.customer_id as CustomerId)
}

export async function selectSegmentMembers(
  ctx: Ctx,
  id: number,
  page: { after: number; limit: number },
): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    select customer_id from segment_members
     where tenant_id = ${ctx.tenant.id} and segment_id = ${id} and customer_id > ${page.after}
     order by customer_id limit ${page.limit}`)
  return rows.map((row) => row.customer_id as CustomerId)
}

export async function hasSegmentMember(ctx: Ctx, id: number, customerId: CustomerId): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    select 1 from segment_members
     where tenant_id = ${ctx.tenant.id} and segment_id = ${id} and customer_id = ${customerId}`)
  return rows.length > 0
}

/** Of one customer's segments, or of one segment's customers above an id. */
export function selectSegmentRecords(
  ctx: Ctx,
  of: { customerId: number } | { segmentId: number; after: number; limit: number },
): Promise<SegmentRecord[]> {
  const columns = sql`segment_id as "segmentId", customer_id as "customerId", created_at as "createdAt"`
  if ('customerId' in of) {
    return ctx.db.query(sql`
      select ${columns} from segment_members where tenant_id = ${ctx.tenant.id} and customer_id = ${of.customerId}
       order by segment_id`)
  }
  return ctx.db.query(sql`
    select ${columns} from segment_members
     where tenant_id = ${ctx.tenant.id} and segment_id = ${of.segmentId} and customer_id > ${of.after}
     order by customer_id limit ${of.limit}`)
}
