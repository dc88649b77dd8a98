import type { TenantId } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'

interface RequestKey {
  readonly scope: string
  readonly key: string
}

/** False while another transaction works on the same key. Held until the end of this one. */
export async function tryLockKey(db: Db, tenantId: TenantId, request: RequestKey): Promise<boolean> {
  const name = `idempotency\n${tenantId}\n${request.scope}\n${request.key}`
  const [row] = await db.query<{ locked: boolean }>(sql`
    select pg_try_advisory_xact_lock(hashtextextended(${name}, 0)) as locked`)
  return row?.locked === true
}

export interface KeptAnswer {
  readonly requestHash: string
  /** Null when the answer was about a person who was erased since. */
  readonly status: number | null
  readonly response: unknown
}

export async function selectAnswer(db: Db, tenantId: TenantId, request: RequestKey): Promise<KeptAnswer | undefined> {
  const [row] = await db.query<{ request_hash: string; status: number | null; response: unknown }>(sql`
    select request_hash, status, response from idempotency_keys
     where tenant_id = ${tenantId} and scope = ${request.scope} and key = ${request.key}`)
  return row && { requestHash: row.request_hash, status: row.status, response: row.response }
}

export async function insertAnswer(
  db: Db,
  tenantId: TenantId,
  answer: RequestKey & KeptAnswer & { now: Date },
): Promise<void> {
  await db.query(sql`
    insert into idempotency_keys (tenant_id, scope, key, request_hash, status, response, created_at)
    values (${tenantId}, ${answer.scope}, ${answer.key}, ${answer.requestHash}, ${answer.status},
            ${JSON.stringify(answer.response ?? null)}::jsonb, ${answer.now})`)
}

/**
 * An id is nobody else's, of whatever kind: an answer that names it as one is about that customer. A sum that happens to be the same
 * number is not, and its retry goes on to be answered.
 */
export async function clearAnswers(
  db: Db,
  tenantId: TenantId,
  about: { customerIds: readonly number[]; addresses: readonly string[] },
): Promise<void> {
  const anyId = `"(\\w+_)?id": (${about.customerIds.join('|')})\\M`
  await db.query(sql`
    update idempotency_keys set status = null, response = null
     where tenant_id = ${tenantId} and response is not null
       and (response::text ~ ${anyId} or exists (
             select from unnest(${about.addresses}::text[]) as address
              where strpos(lower(response::text), lower(address)) > 0))`)
}

export async function deleteAnswersBefore(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from idempotency_keys where created_at < ${before}`)
}
