import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { eraseRelationRows, type MovedRelations, moveRelationRows, restoreRelationRows } from './relation-store.ts'
import type { CustomerId } from './types.ts'

/** What belongs to a customer and was given to the survivor. */
export interface MovedRows {
  readonly identities: readonly { id: number; isPrimary: boolean }[]
  readonly addresses: readonly { id: number; isPrimary: boolean }[]
  readonly sourceRecords: readonly number[]
  /** Customers merged into the one that goes: they point at the survivor now. */
  readonly earlier: readonly number[]
  /** Absent from merges of before there were any. */
  readonly relations?: MovedRelations
}

export async function moveRows(ctx: Ctx, move: { fromId: CustomerId; intoId: CustomerId }): Promise<MovedRows> {
  return {
    identities: await moveIdentities(ctx, move),
    addresses: await moveAddresses(ctx, move),
    sourceRecords: await moveSourceRecords(ctx, move),
    earlier: await moveEarlier(ctx, move),
    relations: await moveRelationRows(ctx, move),
  }
}

interface Move {
  readonly fromId: CustomerId
  readonly intoId: CustomerId
}

// A moved identity stays primary only where the survivor has none of its kind.
async function moveIdentities(ctx: Ctx, { fromId, intoId }: Move): Promise<MovedRows['identities']> {
  return ctx.db.query(sql`
    with old as (select id, is_primary from identities where tenant_id = ${ctx.tenant.id} and customer_id = ${fromId}),
    moved as (
      update identities i set customer_id = ${intoId},
             is_primary = i.is_primary and not exists (select 1 from identities p where p.tenant_id = i.tenant_id
               and p.customer_id = ${intoId} and p.kind = i.kind and p.is_primary)
       where i.tenant_id = ${ctx.tenant.id} and i.customer_id = ${fromId} returning i.id)
    select old.id, old.is_primary as "isPrimary" from old join moved on moved.id = old.id order by old.id`)
}

async function moveAddresses(ctx: Ctx, { fromId, intoId }: Move): Promise<MovedRows['addresses']> {
  return ctx.db.query(sql`
    with old as (
      select id, is_primary from customer_addresses where tenant_id = ${ctx.tenant.id} and customer_id = ${fromId}),
    moved as (
      update customer_addresses a set customer_id = ${intoId},
             is_primary = a.is_primary and not exists (select 1 from customer_addresses p
               where p.tenant_id = a.tenant_id and p.customer_id = ${intoId} and p.is_primary)
       where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ${fromId} returning a.id)
    select old.id, old.is_primary as "isPrimary" from old join moved on moved.id = old.id order by old.id`)
}

// A source that both have without an external id stays where it is: the survivor says it already.
async function moveSourceRecords(ctx: Ctx, { fromId, intoId }: Move): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update customer_source_records r set customer_id = ${intoId}
     where r.tenant_id = ${ctx.tenant.id} and r.customer_id = ${fromId}
       and not exists (select 1 from customer_source_records s where s.tenant_id = r.tenant_id and s.customer_id = ${intoId}
                          and s.source = r.source and s.external_id is not distinct from r.external_id)
    returning r.id`)
  return rows.map((row) => row.id)
}

// Whoever was merged leads straight to the living, so that readers follow one step.
async function moveEarlier(ctx: Ctx, { fromId, intoId }: Move): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update customers set merged_into = ${intoId} where tenant_id = ${ctx.tenant.id} and merged_into = ${fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreRows(ctx: Ctx, move: Move, moved: MovedRows): Promise<void> {
  const { fromId, intoId } = move
  await ctx.db.query(sql`
    update identities i set customer_id = ${fromId}, is_primary = r."isPrimary"
      from jsonb_to_recordset(${JSON.stringify(moved.identities)}::jsonb) as r (id bigint, "isPrimary" boolean)
     where i.tenant_id = ${ctx.tenant.id} and i.id = r.id and i.customer_id = ${intoId}`)
  await ctx.db.query(sql`
    update customer_addresses a set customer_id = ${fromId}, is_primary = r."isPrimary"
      from jsonb_to_recordset(${JSON.stringify(moved.addresses)}::jsonb) as r (id bigint, "isPrimary" boolean)
     where a.tenant_id = ${ctx.tenant.id} and a.id = r.id and a.customer_id = ${intoId}`)
  await ctx.db.query(sql`
    update customer_source_records set customer_id = ${fromId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${intoId} and id = any(${moved.sourceRecords}::bigint[])`)
  await ctx.db.query(sql`
    update customers set merged_into = ${fromId}
     where tenant_id = ${ctx.tenant.id} and merged_into = ${intoId} and id = any(${moved.earlier}::bigint[])`)
  if (moved.relations) await restoreRelationRows(ctx, move, moved.relations)
}

export async function markMerged(ctx: Ctx, { fromId, intoId }: Move): Promise<void> {
  await ctx.db.query(sql`
    update customers set state = 'merged', merged_into = ${intoId}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${fromId}`)
}

export async function markAlive(ctx: Ctx, id: CustomerId, state: 'anonymous' | 'identified'): Promise<void> {
  await ctx.db.query(sql`
    update customers set state = ${state}, merged_into = null, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

/** True when the survivor had no password and now has the other's. */
export async function lendPassword(ctx: Ctx, { fromId, intoId }: Move): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    update customers c set password_hash = o.password_hash from customers o
     where c.tenant_id = ${ctx.tenant.id} and c.id = ${intoId} and c.password_hash is null
       and o.tenant_id = c.tenant_id and o.id = ${fromId} and o.password_hash is not null returning 1`)
  return rows.length > 0
}

export async function takeBackPassword(ctx: Ctx, { fromId, intoId }: Move): Promise<void> {
  await ctx.db.query(sql`
    update customers c set password_hash = null from customers o
     where c.tenant_id = ${ctx.tenant.id} and c.id = ${intoId}
       and o.tenant_id = c.tenant_id and o.id = ${fromId} and o.password_hash = c.password_hash`)
}

/** The customer and everybody merged into it. */
export async function selectSelves(ctx: Ctx, id: CustomerId): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select id from customers where tenant_id = ${ctx.tenant.id} and (id = ${id} or merged_into = ${id}) order by id`)
  return rows.map((row) => row.id as CustomerId)
}

/** Nothing that names a person is left; what was merged into the customer stays merged. */
export async function eraseRows(ctx: Ctx, ids: readonly CustomerId[]): Promise<void> {
  await eraseRelationRows(ctx, ids)
  await ctx.db.query(sql`
    delete from identities where tenant_id = ${ctx.tenant.id} and customer_id = any(${ids}::bigint[])`)
  await ctx.db.query(sql`
    delete from customer_addresses where tenant_id = ${ctx.tenant.id} and customer_id = any(${ids}::bigint[])`)
  await ctx.db.query(sql`
    delete from customer_source_records where tenant_id = ${ctx.tenant.id} and customer_id = any(${ids}::bigint[])`)
  await ctx.db.query(sql`
    update customers set state = case when state = 'merged' then state else 'erased' end, title = null, first_name = null,
           middle_name = null, last_name = null, company_name = null, gender = null, birthday = null, language = null,
           country = null, time_zone = null, password_hash = null, attributes = '{}', updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = any(${ids}::bigint[])`)
}
