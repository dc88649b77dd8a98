import type { Tenant, TenantId } from '../../../platform/ctx.ts'
import { type Db, sql, violates } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readTenant, type TenantRow, tenantColumns } from '../tenants/store.ts'
import type { CredentialId, Data } from '../types.ts'

export interface StoredCredential {
  readonly id: CredentialId
  readonly api: string
  readonly kind: string
  readonly publicId: string
  readonly data: Data
  readonly secretHash: string | null
  readonly sealedSecret: Buffer | null
  readonly createdAt: Date
}

interface CredentialRow {
  id: number
  api: string
  kind: string
  public_id: string
  data: Record<string, unknown>
  secret_hash: string | null
  sealed_secret: Buffer | null
  created_at: Date
}

const credentialColumns = sql`c.id, c.api, c.kind, c.public_id, c.data, c.secret_hash, c.sealed_secret, c.created_at`

function readCredential(row: CredentialRow): StoredCredential {
  return {
    id: row.id as CredentialId,
    api: row.api,
    kind: row.kind,
    publicId: row.public_id,
    data: row.data,
    secretHash: row.secret_hash,
    sealedSecret: row.sealed_secret,
    createdAt: row.created_at,
  }
}

export type NewCredential = Omit<StoredCredential, 'id' | 'createdAt'>

export async function insertCredential(
  db: Db,
  tenantId: TenantId,
  credential: NewCredential,
): Promise<StoredCredential> {
  try {
    const [row] = await db.query<CredentialRow>(sql`
      insert into api_credentials as c (tenant_id, api, kind, public_id, secret_hash, sealed_secret, data)
      values (${tenantId}, ${credential.api}, ${credential.kind}, ${credential.publicId}, ${credential.secretHash},
              ${credential.sealedSecret}, ${JSON.stringify(credential.data)}::jsonb)
      returning ${credentialColumns}`)
    if (!row) throw new Error('an insert that returns always gives its row')
    return readCredential(row)
  } catch (error) {
    if (violates(error, 'api_credentials_key')) {
      throw new DomainError('credentials.taken', { field: 'publicId' }, { cause: error })
    }
    throw error
  }
}

export async function selectCredentials(db: Db, tenantId: TenantId): Promise<StoredCredential[]> {
  const rows = await db.query<CredentialRow>(sql`
    select ${credentialColumns} from api_credentials c
     where c.tenant_id = ${tenantId} and c.revoked_at is null order by c.id limit 1000`)
  return rows.map(readCredential)
}

/**
 * A client names itself before we know its tenant. Public ids are drawn at random, so two tenants do not share one; a
 * chosen one that they do share is nobody's.
 */
export async function selectCredentialsByPublicId(
  db: Db,
  named: { api: string; kind: string; publicId: string },
): Promise<{ tenant: Tenant; credential: StoredCredential }[]> {
  const rows = await db.query<CredentialRow & TenantRow>(sql`
    select ${credentialColumns}, ${tenantColumns} from api_credentials c join tenants t on t.id = c.tenant_id
     where c.api = ${named.api} and c.kind = ${named.kind} and c.public_id = ${named.publicId}
       and c.revoked_at is null order by c.id limit 2`)
  return rows.map((row) => ({ tenant: readTenant(row), credential: readCredential(row) }))
}

export async function updateCredentialData(db: Db, tenantId: TenantId, id: number, data: Data): Promise<boolean> {
  const rows = await db.query(sql`
    update api_credentials set data = data || ${JSON.stringify(data)}::jsonb
     where tenant_id = ${tenantId} and id = ${id} and revoked_at is null returning id`)
  return rows.length > 0
}

export async function updateCredentialRevoked(db: Db, tenantId: TenantId, id: number, now: Date): Promise<boolean> {
  const rows = await db.query(sql`
    update api_credentials set revoked_at = ${now}
     where tenant_id = ${tenantId} and id = ${id} and revoked_at is null returning id`)
  return rows.length > 0
}
