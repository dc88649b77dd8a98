import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { claimKey } from './rules.ts'
import type { CustomerId, CustomerState, IdentityId, IdentityKind, NormalClaim } from './types.ts'

export interface Owner {
  readonly customerId: CustomerId
  readonly state: CustomerState
  readonly verified: boolean
}

/** Who owns which claim, by claimKey; claims that nobody has are absent. */
export async function findOwners(ctx: Ctx, claims: readonly NormalClaim[]): Promise<Map<string, Owner>> {
  if (claims.length === 0) return new Map()
  const rows = await ctx.db.query<{
    kind: IdentityKind
    source: string
    value: string
    customer_id: number
    state: CustomerState
    verified: boolean
  }>(sql`
    select i.kind, i.source, i.value, i.customer_id, c.state, i.verified_at is not null as verified
      from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as r (kind text, source text, value text)
      join identities i on i.tenant_id = ${ctx.tenant.id} and i.kind = r.kind and i.source = r.source and i.value = r.value
      join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id`)
  return new Map(
    rows.map((row) => [
      claimKey(row),
      { customerId: row.customer_id as CustomerId, state: row.state, verified: row.verified },
    ]),
  )
}

export interface NewIdentity extends NormalClaim {
  readonly customerId: CustomerId
}

/**
 * Adds identities; the first of each kind becomes the customer's primary one. Answers which were added: one that somebody
 * else got a moment before is left out. Sorted, so that two writers of the same values wait for each other and don't deadlock.
 */
export async function insertIdentities(ctx: Ctx, identities: readonly NewIdentity[]): Promise<Set<string>> {
  if (identities.length === 0) return new Set()
  const firstOfKind = new Set<string>()
  const rows = identities.map((identity) => {
    const place = `${identity.customerId} ${identity.kind}`
    const first = !firstOfKind.has(place)
    firstOfKind.add(place)
    return { ...identity, first }
  })
  const added = await ctx.db.query<{ kind: IdentityKind; source: string; value: string }>(sql`
    insert into identities (tenant_id, customer_id, kind, source, value, display, is_primary, verified_at, created_at)
    select ${ctx.tenant.id}, r."customerId", r.kind, r.source, r.value, r.display,
           r.first and not exists (select 1 from identities p where p.tenant_id = ${ctx.tenant.id}
                                      and p.customer_id = r."customerId" and p.kind = r.kind and p.is_primary),
           case when r.verified then ${ctx.clock.now()}::timestamptz end, ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as r ("customerId" bigint, kind text, source text, value text, display text, first boolean, verified boolean)
     order by r.kind, r.source, r.value
    on conflict on constraint identities_value_key do nothing
    returning kind, source, value`)
  return new Set(added.map(claimKey))
}

export async function setVerified(ctx: Ctx, customerId: CustomerId, claims: readonly NormalClaim[]): Promise<void> {
  await ctx.db.query(sql`
    update identities i set verified_at = ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(claims)}::jsonb) as r (kind text, source text, value text)
     where i.tenant_id = ${ctx.tenant.id} and i.customer_id = ${customerId} and i.kind = r.kind and i.source = r.source
       and i.value = r.value and i.verified_at is null`)
}

/** True when there was one. The oldest of the kind that is left becomes primary when the primary one went. */
export async function deleteIdentity(ctx: Ctx, customerId: CustomerId, identityId: IdentityId): Promise<boolean> {
  const [gone] = await ctx.db.query<{ kind: IdentityKind; is_primary: boolean }>(sql`
    delete from identities where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and id = ${identityId}
    returning kind, is_primary`)
  if (gone?.is_primary) {
    await ctx.db.query(sql`
      update identities set is_primary = true
       where tenant_id = ${ctx.tenant.id} and id = (select min(id) from identities
         where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and kind = ${gone.kind})`)
  }
  return gone !== undefined
}

/** Two statements: the unique index would see two primary ones for a moment in one. */
export async function makePrimary(
  ctx: Ctx,
  identity: { customerId: CustomerId; kind: IdentityKind; identityId: IdentityId },
): Promise<void> {
  await ctx.db.query(sql`
    update identities set is_primary = false
     where tenant_id = ${ctx.tenant.id} and customer_id = ${identity.customerId} and kind = ${identity.kind} and is_primary`)
  await ctx.db.query(sql`
    update identities set is_primary = true
     where tenant_id = ${ctx.tenant.id} and customer_id = ${identity.customerId} and id = ${identity.identityId}`)
}
