import type { Tenant, TenantId } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'
import { readTenant, type TenantRow, tenantColumns } from '../tenants/store.ts'
import type { ApiKey, ApiKeyId, Permission } from '../types.ts'

interface KeyRow {
  id: number
  name: string
  key_prefix: string
  scopes: Permission[]
  created_at: Date
  last_used_at: Date | null
  revoked_at: Date | null
}

export interface NewApiKey {
  readonly name: string
  readonly keyHash: string
  readonly prefix: string
  readonly scopes: readonly Permission[]
}

export async function insertKey(db: Db, tenantId: TenantId, key: NewApiKey): Promise<ApiKeyId> {
  const [row] = await db.query<{ id: number }>(sql`
    insert into api_keys (tenant_id, name, key_hash, key_prefix, scopes)
    values (${tenantId}, ${key.name}, ${key.keyHash}, ${key.prefix}, ${key.scopes}) returning id`)
  if (!row) throw new Error('an insert that returns always gives its row')
  return row.id as ApiKeyId
}

export async function selectKeys(db: Db, tenantId: TenantId): Promise<ApiKey[]> {
  const rows = await db.query<KeyRow>(sql`
    select id, name, key_prefix, scopes, created_at, last_used_at, revoked_at from api_keys
     where tenant_id = ${tenantId} order by id limit 1000`)
  return rows.map((row) => ({
    id: row.id as ApiKeyId,
    name: row.name,
    prefix: row.key_prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  }))
}

export async function updateKeyRevoked(db: Db, tenantId: TenantId, id: number, now: Date): Promise<boolean> {
  const rows = await db.query(sql`
    update api_keys set revoked_at = ${now} where tenant_id = ${tenantId} and id = ${id} and revoked_at is null
    returning id`)
  return rows.length > 0
}

export interface FoundKey {
  readonly tenant: Tenant
  readonly keyId: ApiKeyId
  readonly scopes: readonly Permission[]
  readonly lastUsedAt: Date | null
}

/** A key says nothing about its tenant, so the hash alone is asked for; it has 256 random bits. */
export async function selectKeyByHash(db: Db, keyHash: string): Promise<FoundKey | undefined> {
  const [row] = await db.query<TenantRow & { id: number; scopes: Permission[]; last_used_at: Date | null }>(sql`
    select k.id, k.scopes, k.last_used_at, ${tenantColumns} from api_keys k join tenants t on t.id = k.tenant_id
     where k.key_hash = ${keyHash} and k.revoked_at is null`)
  if (!row) return undefined
  return { tenant: readTenant(row), keyId: row.id as ApiKeyId, scopes: row.scopes, lastUsedAt: row.last_used_at }
}

export async function updateKeyUsed(db: Db, tenantId: TenantId, id: number, now: Date): Promise<void> {
  await db.query(sql`update api_keys set last_used_at = ${now} where tenant_id = ${tenantId} and id = ${id}`)
}
