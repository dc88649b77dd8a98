import type { Tenant, TenantId } from '../../../platform/ctx.ts'
import { type Db, sql, violates } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'

export interface TenantRow {
  tenant_id: number
  tenant_slug: string
  tenant_name: string
  tenant_currency: string
  tenant_time_zone: string
  tenant_language: string
  tenant_country: string
  tenant_settings: Record<string, unknown>
}

/** The tenant's columns of a statement that calls the table `t`. */
export const tenantColumns = sql`t.id as tenant_id, t.slug as tenant_slug, t.name as tenant_name, t.currency as tenant_currency,
  t.time_zone as tenant_time_zone, t.language as tenant_language, t.country as tenant_country, t.settings as tenant_settings`

export function readTenant(row: TenantRow): Tenant {
  return {
    id: row.tenant_id as TenantId,
    slug: row.tenant_slug,
    name: row.tenant_name,
    currency: row.tenant_currency,
    timeZone: row.tenant_time_zone,
    language: row.tenant_language,
    country: row.tenant_country,
    settings: row.tenant_settings,
  }
}

export interface NewTenant {
  readonly slug: string
  readonly name: string
  readonly currency: string
  readonly timeZone: string
  readonly language: string
  readonly country: string
}

export async function insertTenant(db: Db, tenant: NewTenant): Promise<Tenant> {
  try {
    const [row] = await db.query<TenantRow>(sql`
      insert into tenants as t (slug, name, currency, time_zone, language, country)
      values (${tenant.slug}, ${tenant.name}, ${tenant.currency}, ${tenant.timeZone}, ${tenant.language}, ${tenant.country})
      returning ${tenantColumns}`)
    if (!row) throw new Error('an insert that returns always gives its row')
    return readTenant(row)
  } catch (error) {
    if (violates(error, 'tenants_slug_key')) {
      throw new DomainError('tenant.slug_taken', { field: 'slug', slug: tenant.slug }, { cause: error })
    }
    throw error
  }
}

export async function selectTenantBySlug(db: Db, slug: string): Promise<Tenant | undefined> {
  const [row] = await db.query<TenantRow>(sql`select ${tenantColumns} from tenants t where t.slug = ${slug}`)
  return row && readTenant(row)
}

export async function selectTenantById(db: Db, id: number): Promise<Tenant | undefined> {
  const [row] = await db.query<TenantRow>(sql`select ${tenantColumns} from tenants t where t.id = ${id}`)
  return row && readTenant(row)
}

export async function selectTenantCreatedAt(db: Db, id: TenantId): Promise<Date | undefined> {
  const [row] = await db.query<{ created_at: Date }>(sql`select created_at from tenants where id = ${id}`)
  return row?.created_at
}

/** In the order they were made. A server has few tenants by the measure of memory; ten thousand is a bound, not a page. */
export async function selectTenants(db: Db): Promise<Tenant[]> {
  const rows = await db.query<TenantRow>(sql`select ${tenantColumns} from tenants t order by t.id limit 10000`)
  return rows.map(readTenant)
}

export async function updateTenant(
  db: Db,
  tenantId: TenantId,
  tenant: Omit<NewTenant, 'slug'> & { settings: Readonly<Record<string, unknown>> },
): Promise<Tenant | undefined> {
  const [row] = await db.query<TenantRow>(sql`
    update tenants t set name = ${tenant.name}, currency = ${tenant.currency}, time_zone = ${tenant.timeZone},
           language = ${tenant.language}, country = ${tenant.country},
           settings = jsonb_strip_nulls(t.settings || ${JSON.stringify(tenant.settings)}::jsonb)
     where t.id = ${tenantId} returning ${tenantColumns}`)
  return row && readTenant(row)
}
