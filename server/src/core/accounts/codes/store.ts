import type { TenantId } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'
import type { CodeId, Data } from '../types.ts'

export interface NewCode {
  readonly purpose: string
  readonly subject: string
  readonly codeHash: string
  readonly attempts: number
  readonly data: Data
  readonly expiresAt: Date
  readonly now: Date
}

export async function insertCode(db: Db, tenantId: TenantId, code: NewCode): Promise<CodeId> {
  const [row] = await db.query<{ id: number }>(sql`
    insert into one_time_codes (tenant_id, purpose, subject, code_hash, attempts_left, data, expires_at, created_at)
    values (${tenantId}, ${code.purpose}, ${code.subject}, ${code.codeHash}, ${code.attempts},
            ${JSON.stringify(code.data)}::jsonb, ${code.expiresAt}, ${code.now}) returning id`)
  if (!row) throw new Error('an insert that returns always gives its row')
  return row.id as CodeId
}

export interface StoredCode {
  readonly id: CodeId
  readonly subject: string
  readonly codeHash: string
  readonly data: Data
  readonly expiresAt: Date
}

interface CodeRow {
  id: number
  subject: string
  code_hash: string
  data: Record<string, unknown>
  expires_at: Date
}

function readCode(row: CodeRow): StoredCode {
  return {
    id: row.id as CodeId,
    subject: row.subject,
    codeHash: row.code_hash,
    data: row.data,
    expiresAt: row.expires_at,
  }
}

/** Takes one attempt off the code, in one statement: of parallel guesses no more than the attempts are looked at. */
export async function takeAttemptById(
  db: Db,
  tenantId: TenantId,
  code: { purpose: string; id: number },
): Promise<StoredCode | undefined> {
  const [row] = await db.query<CodeRow>(sql`
    update one_time_codes set attempts_left = attempts_left - 1
     where tenant_id = ${tenantId} and id = ${code.id} and purpose = ${code.purpose} and attempts_left > 0
       and used_at is null
    returning id, subject, code_hash, data, expires_at`)
  return row && readCode(row)
}

/** The latest code of a subject is the one that counts: a new one makes those before it worthless. */
export async function selectLatestCodeId(
  db: Db,
  tenantId: TenantId,
  of: { purpose: string; subject: string },
): Promise<CodeId | undefined> {
  const [row] = await db.query<{ id: number }>(sql`
    select id from one_time_codes where tenant_id = ${tenantId} and purpose = ${of.purpose} and subject = ${of.subject}
     order by id desc limit 1`)
  return row && (row.id as CodeId)
}

/** For links, whose token is long enough to be found by its hash; guessing costs no attempt of anybody's. */
export async function selectCodeByHash(
  db: Db,
  tenantId: TenantId,
  of: { purpose: string; codeHash: string },
): Promise<StoredCode | undefined> {
  const [row] = await db.query<CodeRow>(sql`
    select id, subject, code_hash, data, expires_at from one_time_codes
     where tenant_id = ${tenantId} and purpose = ${of.purpose} and code_hash = ${of.codeHash} and used_at is null`)
  return row && readCode(row)
}

/** False when somebody else used it first. */
export async function updateCodeUsed(db: Db, tenantId: TenantId, id: number, now: Date): Promise<boolean> {
  const rows = await db.query(sql`
    update one_time_codes set used_at = ${now} where tenant_id = ${tenantId} and id = ${id} and used_at is null
    returning id`)
  return rows.length > 0
}

export async function deleteCodesBefore(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from one_time_codes where expires_at < ${before}`)
}

/** Codes that were sent to one of the addresses, or that speak of one of the customers. */
export async function deleteCodesAbout(
  db: Db,
  tenantId: TenantId,
  about: { readonly customerIds: readonly number[]; readonly addresses: readonly string[] },
): Promise<void> {
  await db.query(sql`
    delete from one_time_codes
     where tenant_id = ${tenantId}
       and (data ->> 'customerId' = any(${about.customerIds}::bigint[]::text[]) or exists (
             select from unnest(${about.addresses}::text[]) as address
              where strpos(lower(subject || data::text), lower(address)) > 0))`)
}
