import { type Actor, type Ctx, makeCtx, type Server, type Tenant, transact } from '../../../platform/ctx.ts'
import { dbOf, inTransaction } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { audit } from '../audit/service.ts'
import { checkTenantFields, type TenantFields } from '../rules.ts'
import * as store from './store.ts'

export interface TenantInput extends TenantFields {
  readonly slug: string
  readonly name: string
}

/**
 * Makes a tenant and runs `fill` for it in the same transaction, so that a half-filled tenant is never seen. Refuses
 * `tenant.slug_taken` and `request.invalid`.
 */
export async function createTenantWith<Result>(
  server: Server,
  input: TenantInput,
  options: { actor: Actor; fill: (ctx: Ctx) => Promise<Result> },
): Promise<Result> {
  checkTenantFields(input)
  return inTransaction(server.pool, async (db) => {
    const tenant = await store.insertTenant(db, {
      slug: input.slug,
      name: input.name,
      currency: input.currency ?? 'EUR',
      timeZone: input.timeZone ?? 'Europe/Berlin',
      language: input.language ?? 'en',
      country: input.country ?? 'DE',
    })
    const ctx: Ctx = { ...makeCtx(server, tenant, options.actor), db, inTransaction: true }
    await audit(ctx, { action: 'tenant.created', entity: 'tenant', entityId: tenant.id })
    return options.fill(ctx)
  })
}

export function findTenant(server: Server, slug: string): Promise<Tenant | undefined> {
  return store.selectTenantBySlug(dbOf(server.pool), slug)
}

/** Refuses `tenant.not_found`. */
export async function getTenant(server: Server, slug: string): Promise<Tenant> {
  const tenant = await findTenant(server, slug)
  if (!tenant) throw new DomainError('tenant.not_found', { slug })
  return tenant
}

export function findTenantById(server: Server, id: number): Promise<Tenant | undefined> {
  return store.selectTenantById(dbOf(server.pool), id)
}

/** When the shop was opened. */
export async function getTenantCreatedAt(ctx: Ctx): Promise<Date> {
  const createdAt = await store.selectTenantCreatedAt(ctx.db, ctx.tenant.id)
  if (!createdAt) throw new DomainError('tenant.not_found')
  return createdAt
}

export function listTenants(server: Server): Promise<Tenant[]> {
  return store.selectTenants(dbOf(server.pool))
}

export interface SettingsPatch extends Omit<TenantFields, 'slug'> {
  /** Merged into what is there; null takes a setting away. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** Refuses `request.invalid` with the field at fault. */
export async function updateSettings(ctx: Ctx, patch: SettingsPatch): Promise<Tenant> {
  checkTenantFields(patch)
  return transact(ctx, async (ctx) => {
    const { tenant } = ctx
    const updated = await store.updateTenant(ctx.db, tenant.id, {
      name: patch.name ?? tenant.name,
      currency: patch.currency ?? tenant.currency,
      timeZone: patch.timeZone ?? tenant.timeZone,
      language: patch.language ?? tenant.language,
      country: patch.country ?? tenant.country,
      settings: patch.settings ?? {},
    })
    if (!updated) throw new DomainError('tenant.not_found', { slug: tenant.slug })
    await audit(ctx, { action: 'settings.updated', entity: 'tenant', entityId: tenant.id, data: { ...patch } })
    await emitChanges(ctx, [{ entity: 'tenant', entityId: tenant.id, operation: 'updated' }])
    return updated
  })
}
