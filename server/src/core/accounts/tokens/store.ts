import type { TenantId } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'
import { readTenant, type TenantRow, tenantColumns } from '../tenants/store.ts'
import type { Data, Token, TokenId } from '../types.ts'

export interface NewToken {
  readonly api: string
  readonly kind: string
  readonly tokenHash: string
  readonly customerId: number | null
  readonly data: Data
  readonly expiresAt: Date | null
  readonly now: Date
}

export async function insertToken(db: Db, tenantId: TenantId, token: NewToken): Promise<TokenId> {
  const [row] = await db.query<{ id: number }>(sql`
    insert into api_tokens (tenant_id, api, kind, token_hash, customer_id, data, expires_at, created_at)
    values (${tenantId}, ${token.api}, ${token.kind}, ${token.tokenHash}, ${token.customerId},
            ${JSON.stringify(token.data)}::jsonb, ${token.expiresAt}, ${token.now}) returning id`)
  if (!row) throw new Error('an insert that returns always gives its row')
  return row.id as TokenId
}

interface TokenRow extends TenantRow {
  id: number
  kind: string
  customer_id: number | null
  data: Record<string, unknown>
  created_at: Date
  expires_at: Date | null
}

/** A token says nothing about its tenant, so the hash alone is asked for; it has at least 160 random bits. */
export async function selectToken(
  db: Db,
  asked: { api: string; kinds: readonly string[]; tokenHash: string },
): Promise<Token | undefined> {
  const [row] = await db.query<TokenRow>(sql`
    select x.id, x.kind, x.customer_id, x.data, x.created_at, x.expires_at, ${tenantColumns}
      from api_tokens x join tenants t on t.id = x.tenant_id
     where x.token_hash = ${asked.tokenHash} and x.api = ${asked.api} and x.kind = any (${asked.kinds})
       and x.revoked_at is null`)
  return row && { ...readToken(row), tenant: readTenant(row) }
}

function readToken(row: Omit<TokenRow, keyof TenantRow>): Omit<Token, 'tenant'> {
  return {
    id: row.id as TokenId,
    kind: row.kind,
    customerId: row.customer_id,
    data: row.data,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }
}

export async function updateToken(
  db: Db,
  tenantId: TenantId,
  token: { id: number; customerId: number | null; data: Data },
): Promise<boolean> {
  const rows = await db.query(sql`
    update api_tokens set customer_id = ${token.customerId}, data = ${JSON.stringify(token.data)}::jsonb
     where tenant_id = ${tenantId} and id = ${token.id} and revoked_at is null returning id`)
  return rows.length > 0
}

export async function updateTokenRevoked(db: Db, tenantId: TenantId, id: number, now: Date): Promise<boolean> {
  const rows = await db.query(sql`
    update api_tokens set revoked_at = ${now} where tenant_id = ${tenantId} and id = ${id} and revoked_at is null
    returning id`)
  return rows.length > 0
}

export async function updateTokensRevokedOf(
  db: Db,
  tenantId: TenantId,
  of: { customerId: number; api: string | null; now: Date },
): Promise<number> {
  const rows = await db.query(sql`
    update api_tokens set revoked_at = ${of.now}
     where tenant_id = ${tenantId} and customer_id = ${of.customerId} and revoked_at is null
       and (${of.api}::text is null or api = ${of.api}) returning id`)
  return rows.length
}

/** Those of a customer that are alive, oldest first. */
export async function selectTokensOf(
  db: Db,
  tenantId: TenantId,
  of: { api: string; kind: string; customerId: number; now: Date; limit: number },
): Promise<Omit<Token, 'tenant'>[]> {
  const rows = await db.query<Omit<TokenRow, keyof TenantRow>>(sql`
    select id, kind, customer_id, data, created_at, expires_at from api_tokens
     where tenant_id = ${tenantId} and customer_id = ${of.customerId} and api = ${of.api} and kind = ${of.kind}
       and revoked_at is null and (expires_at is null or expires_at > ${of.now})
     order by id limit ${of.limit}`)
  return rows.map(readToken)
}

/** By a value in their data: the session they belong to, the device they were made for. */
/** Held until the transaction ends: the tokens that are to be replaced may not be there yet, so no row can be locked. */
export async function lockTokensWithData(db: Db, tenantId: TenantId, of: { api: string; data: Data }): Promise<void> {
  const name = `tokens\n${tenantId}\n${of.api}\n${JSON.stringify(of.data)}`
  await db.query(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
}

export async function updateTokensRevokedByData(
  db: Db,
  tenantId: TenantId,
  of: { api: string; data: Data; customerId: number | null; now: Date },
): Promise<number> {
  const rows = await db.query(sql`
    update api_tokens set revoked_at = ${of.now}
     where tenant_id = ${tenantId} and api = ${of.api} and data @> ${JSON.stringify(of.data)}::jsonb
       and (${of.customerId}::bigint is null or customer_id = ${of.customerId}) and revoked_at is null returning id`)
  return rows.length
}

/** Tokens that opened nothing for a while: nobody asks for them any more. */
export async function deleteTokensBefore(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from api_tokens where expires_at < ${before} or revoked_at < ${before}`)
}
