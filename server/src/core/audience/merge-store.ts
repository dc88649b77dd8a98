import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { CustomerId } from '../customers/index.ts'

interface Move {
  readonly fromId: CustomerId
  readonly intoId: CustomerId
}

/** Memberships of lists that the survivor is not in go along; answers the lists. */
export async function moveFreeMemberships(ctx: Ctx, { fromId, intoId }: Move): Promise<number[]> {
  const rows = await ctx.db.query<{ list_id: number }>(sql`
    update list_members m set customer_id = ${intoId}, updated_at = ${ctx.clock.now()}
     where m.tenant_id = ${ctx.tenant.id} and m.customer_id = ${fromId}
       and not exists (select 1 from list_members s where s.tenant_id = m.tenant_id and s.list_id = m.list_id
                          and s.customer_id = ${intoId})
    returning m.list_id`)
  return rows.map((row) => row.list_id)
}

export async function returnMemberships(ctx: Ctx, { fromId, intoId }: Move, lists: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    update list_members m set customer_id = ${fromId}, updated_at = ${ctx.clock.now()}
     where m.tenant_id = ${ctx.tenant.id} and m.customer_id = ${intoId} and m.list_id = any(${lists}::bigint[])
       and not exists (select 1 from list_members s where s.tenant_id = m.tenant_id and s.list_id = m.list_id
                          and s.customer_id = ${fromId})`)
}

/** Lists that are still there. */
export async function selectExistingLists(ctx: Ctx, ids: readonly number[]): Promise<Set<number>> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select id from lists where tenant_id = ${ctx.tenant.id} and id = any(${ids}::bigint[])`)
  return new Set(rows.map((row) => row.id))
}

export async function selectSegmentIds(ctx: Ctx, customerId: CustomerId): Promise<number[]> {
  const rows = await ctx.db.query<{ segment_id: number }>(sql`
    select segment_id from segment_members where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}`)
  return rows.map((row) => row.segment_id)
}

/** Into those segments that are still there; answers which were new. */
export async function insertIntoSegments(
  ctx: Ctx,
  customerId: CustomerId,
  segmentIds: readonly number[],
): Promise<number[]> {
  const rows = await ctx.db.query<{ segment_id: number }>(sql`
    insert into segment_members (tenant_id, segment_id, customer_id, created_at)
    select tenant_id, id, ${customerId}, ${ctx.clock.now()} from segments
     where tenant_id = ${ctx.tenant.id} and id = any(${segmentIds}::bigint[])
    on conflict (tenant_id, segment_id, customer_id) do nothing returning segment_id`)
  return rows.map((row) => row.segment_id)
}

export async function deleteFromSegments(
  ctx: Ctx,
  customerId: CustomerId,
  segmentIds: readonly number[],
): Promise<void> {
  await ctx.db.query(sql`
    delete from segment_members
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and segment_id = any(${segmentIds}::bigint[])`)
}

/** Everything this slice says about the customers. */
export async function deleteEverything(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  await ctx.db.query(sql`
    with members as (
      delete from list_members where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])),
    tagged as (delete from tags where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[]))
    delete from segment_members where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
}
