import { createStaffUser, createTenantWith, issueApiKey, type TenantInput } from '../core/accounts/index.ts'
import type { Ctx, Server, Tenant } from '../platform/ctx.ts'
import { issueCredentials } from './credentials.ts'
import { makePlaces } from './places.ts'
import { fillRetail } from './retail/index.ts'

export const templateNames = ['retail', 'empty'] as const
export type TemplateName = (typeof templateNames)[number]

export interface NewTenant extends TenantInput {
  /** retail: ready to be tried; empty: places and credentials only. */
  readonly template: TemplateName
  /** Of the owner who may sign in on the console; made from the slug when absent. */
  readonly ownerEmail?: string
  /** Drawn at random when absent. */
  readonly ownerPassword?: string
}

export interface CreatedTenant {
  readonly tenant: Tenant
  /** Both are shown this once and kept as hashes. */
  readonly owner: { readonly email: string; readonly password: string }
  readonly apiKey: string
}

/** Refuses `tenant.slug_taken`, `request.invalid` with the field at fault, `email.invalid` and `password.weak`. */
export function createTenant(server: Server, input: NewTenant): Promise<CreatedTenant> {
  const actor = { kind: 'system', id: 'template', via: 'cli' } as const
  return createTenantWith(server, input, { actor, fill: (ctx) => fillTenant(ctx, input) })
}

/** Part of `createTenant`: everything but the tenant's own row, in the transaction that makes it. */
export async function fillTenant(ctx: Ctx, input: NewTenant): Promise<CreatedTenant> {
  const owner = {
    email: input.ownerEmail ?? `owner@${input.slug}.example`,
    password: input.ownerPassword ?? ctx.random.hex(10),
  }
  await createStaffUser(ctx, { ...owner, name: 'Owner', role: 'owner' })
  const places = await makePlaces(ctx, input.template)
  await issueCredentials(ctx, places)
  if (input.template === 'retail') await fillRetail(ctx, places)
  const { key } = await issueApiKey(ctx, { name: 'First key' })
  return { tenant: ctx.tenant, owner, apiKey: key }
}
