import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { CustomerId, Merge } from '../customers/index.ts'
import type { MergeId, MergeRecord, Moved } from './types.ts'

interface MergeRow {
  id: number
  from_customer_id: number
  into_customer_id: number
  reason: string
  created_at: Date
  undone_at: Date | null
}

const mergeColumns = sql`id, from_customer_id, into_customer_id, reason, created_at, undone_at`

function toMerge(row: MergeRow): MergeRecord {
  return {
    id: row.id as MergeId,
    fromId: row.from_customer_id as CustomerId,
    intoId: row.into_customer_id as CustomerId,
    reason: row.reason,
    createdAt: row.created_at,
    undoneAt: row.undone_at,
  }
}

export async function insertMerge(ctx: Ctx, merge: Merge & { reason: string }): Promise<MergeId> {
  const [row] = await ctx.db.query<{ id: number }>(sql`
    insert into customer_merges (tenant_id, from_customer_id, into_customer_id, reason, moved, created_at)
    values (${ctx.tenant.id}, ${merge.fromId}, ${merge.intoId}, ${merge.reason}, '{}', ${ctx.clock.now()}) returning id`)
  return (row?.id ?? 0) as MergeId // an insert without conflict clause returns its row or throws
}

export async function setMoved(ctx: Ctx, id: MergeId, moved: Moved): Promise<void> {
  await ctx.db.query(sql`
    update customer_merges set moved = ${JSON.stringify(moved)}::jsonb where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function lockMergeRow(ctx: Ctx, id: number): Promise<(MergeRecord & { moved: Moved }) | undefined> {
  const [row] = await ctx.db.query<MergeRow & { moved: Moved }>(sql`
    select ${mergeColumns}, moved from customer_merges where tenant_id = ${ctx.tenant.id} and id = ${id} for update`)
  return row && { ...toMerge(row), moved: row.moved }
}

export async function markUndone(ctx: Ctx, id: MergeId): Promise<void> {
  await ctx.db.query(sql`
    update customer_merges set undone_at = ${ctx.clock.now()} where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

/** Newest first. */
export async function selectMerges(ctx: Ctx, customerId: number): Promise<MergeRecord[]> {
  const rows = await ctx.db.query<MergeRow>(sql`
    select ${mergeColumns} from customer_merges
     where tenant_id = ${ctx.tenant.id} and (into_customer_id = ${customerId} or from_customer_id = ${customerId})
     order by id desc limit 200`)
  return rows.map(toMerge)
}

/** What was moved may name the person; without it the merges stay, and can't be undone. */
export async function blankMerges(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  await ctx.db.query(sql`
    update customer_merges set moved = '{}', reason = ''
     where tenant_id = ${ctx.tenant.id}
       and (into_customer_id = any(${customerIds}::bigint[]) or from_customer_id = any(${customerIds}::bigint[]))`)
}
