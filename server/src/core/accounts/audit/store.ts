import type { Actor, TenantId } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'
import type { AuditEntry, AuditId, Data } from '../types.ts'

export interface NewAuditEntry {
  readonly action: string
  readonly entity?: string
  readonly entityId?: number
  readonly data?: Data
}

export async function insertAudit(db: Db, tenantId: TenantId, actor: Actor, entry: NewAuditEntry): Promise<void> {
  await db.query(sql`
    insert into audit_log (tenant_id, actor_kind, actor_id, via, ip, action, entity, entity_id, data)
    values (${tenantId}, ${actor.kind}, ${actor.id}, ${actor.via}, ${actor.ip ?? null}, ${entry.action},
            ${entry.entity ?? null}, ${entry.entityId ?? null}, ${JSON.stringify(entry.data ?? {})}::jsonb)`)
}

interface AuditRow {
  id: number
  actor_kind: string
  actor_id: string
  via: string
  ip: string | null
  action: string
  entity: string | null
  entity_id: number | null
  data: Record<string, unknown>
  created_at: Date
}

/** Newest first, from below `before`. */
export async function selectAudit(
  db: Db,
  tenantId: TenantId,
  page: { before: number; limit: number },
): Promise<AuditEntry[]> {
  const rows = await db.query<AuditRow>(sql`
    select id, actor_kind, actor_id, via, ip, action, entity, entity_id, data, created_at from audit_log
     where tenant_id = ${tenantId} and id < ${page.before} order by id desc limit ${page.limit}`)
  return rows.map((row) => ({
    id: row.id as AuditId,
    actorKind: row.actor_kind,
    actorId: row.actor_id,
    via: row.via,
    ip: row.ip,
    action: row.action,
    entity: row.entity,
    entityId: row.entity_id,
    data: row.data,
    createdAt: row.created_at,
  }))
}
