import type { Ctx } from './ctx.ts'
import { sql } from './db.ts'

/** A change of an entity as its readers see it. */
export interface Change {
  readonly entity: string
  readonly entityId: number
  /** The customer it is about, if any: what dynamic segments, webhooks and change cursors filter by. */
  readonly customerId?: number | null
  readonly operation: string
  readonly data?: Readonly<Record<string, unknown>>
}

/** Appends changes to the outbox in the caller's transaction. */
export async function emitChanges(ctx: Ctx, changes: readonly Change[]): Promise<void> {
  if (changes.length === 0) return
  const rows = changes.map((change) => ({
    entity: change.entity,
    entity_id: change.entityId,
    customer_id: change.customerId ?? null,
    operation: change.operation,
    data: change.data ?? {},
  }))
  await ctx.db.query(sql`
    insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
    select ${ctx.tenant.id}, entity, entity_id, customer_id, operation, data
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows (entity text, entity_id bigint, customer_id bigint, operation text, data jsonb)`)
}

/** Where a reader of the outbox stands; (0, 0) is the beginning. */
export interface ChangeCursor {
  readonly xid: string
  readonly id: number
}

export interface ChangeRow extends Required<Omit<Change, 'data'>> {
  readonly cursor: ChangeCursor
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

/**
 * The next changes after the cursor, oldest first, at most `limit`. Numbers are drawn before commit, so only changes of
 * transactions older than the oldest still running are taken: none can be skipped.
 */
export async function readChanges(ctx: Ctx, after: ChangeCursor, limit: number): Promise<ChangeRow[]> {
  const rows = await ctx.db.query<{
    xid: string
    id: number
    entity: string
    entity_id: number
    customer_id: number | null
    operation: string
    data: Record<string, unknown>
    created_at: Date
  }>(sql`
    select xid::text, id, entity, entity_id, customer_id, operation, data, created_at from changes
     where tenant_id = ${ctx.tenant.id} and (xid, id) > (${after.xid}::xid8, ${after.id}::bigint)
       and xid < pg_snapshot_xmin(pg_current_snapshot())
     order by xid, id limit ${limit}`)
  return rows.map((row) => ({
    cursor: { xid: row.xid, id: row.id },
    entity: row.entity,
    entityId: row.entity_id,
    customerId: row.customer_id,
    operation: row.operation,
    data: row.data,
    createdAt: row.created_at,
  }))
}
