import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { CustomerId, InterestRecord, Relation, RelationId } from './types.ts'

const relationColumns = sql`id, customer_id as "customerId", related_customer_id as "relatedId", type_id as "typeId",
  is_leading as "isLeading", valid_from as "validFrom", valid_to as "validTo", updated_at as "updatedAt"`

/** Those that name the customer on either side. */
export function selectRelations(ctx: Ctx, customerId: number): Promise<Relation[]> {
  return ctx.db.query<Relation>(sql`
    select ${relationColumns} from customer_relations
     where tenant_id = ${ctx.tenant.id} and (customer_id = ${customerId} or related_customer_id = ${customerId})
     order by id limit 10000`)
}

export async function insertRelation(
  ctx: Ctx,
  given: Pick<Relation, 'customerId' | 'relatedId' | 'typeId' | 'isLeading'>,
): Promise<Relation> {
  const now = ctx.clock.now()
  const [row] = await ctx.db.query<Relation>(sql`
    insert into customer_relations (tenant_id, customer_id, related_customer_id, type_id, is_leading, valid_from, updated_at)
    values (${ctx.tenant.id}, ${given.customerId}, ${given.relatedId}, ${given.typeId}, ${given.isLeading}, ${now}, ${now})
    returning ${relationColumns}`)
  return row as Relation // an insert without conflict clause returns its row
}

export async function endRelationRow(ctx: Ctx, id: RelationId): Promise<void> {
  const now = ctx.clock.now()
  await ctx.db.query(sql`
    update customer_relations set valid_to = ${now}, updated_at = ${now} where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

const interestColumns = sql`id, customer_id as "customerId", interest_id as "interestId", updated_at as "updatedAt"`

export function selectInterests(ctx: Ctx, customerId: number): Promise<InterestRecord[]> {
  return ctx.db.query<InterestRecord>(sql`
    select ${interestColumns} from customer_interests
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} order by id`)
}

/** Undefined when the customer has this interest already. */
export async function insertInterest(
  ctx: Ctx,
  given: { customerId: CustomerId; interestId: number },
): Promise<InterestRecord | undefined> {
  const [row] = await ctx.db.query<InterestRecord>(sql`
    insert into customer_interests (tenant_id, customer_id, interest_id, updated_at)
    values (${ctx.tenant.id}, ${given.customerId}, ${given.interestId}, ${ctx.clock.now()})
        on conflict on constraint customer_interests_key do nothing
    returning ${interestColumns}`)
  return row
}

export async function updateInterest(ctx: Ctx, record: { id: number; interestId: number }): Promise<void> {
  await ctx.db.query(sql`
    update customer_interests set interest_id = ${record.interestId}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${record.id}`)
}

export async function deleteInterest(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.query(sql`delete from customer_interests where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function selectPartnersLeft(ctx: Ctx, customerId: number): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select partner_id as id from customer_partners_left where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}`)
  return rows.map((row) => row.id)
}

/** These are the partners that the customer does not belong to, and no others. */
export async function replacePartnersLeft(
  ctx: Ctx,
  given: { customerId: CustomerId; partnerIds: readonly number[] },
): Promise<void> {
  await ctx.db.query(sql`
    delete from customer_partners_left where tenant_id = ${ctx.tenant.id} and customer_id = ${given.customerId}`)
  await ctx.db.query(sql`
    insert into customer_partners_left (tenant_id, customer_id, partner_id)
    select distinct ${ctx.tenant.id}::bigint, ${given.customerId}::bigint, id from unnest(${given.partnerIds}::bigint[]) as left_ones (id)`)
}

/** What of this a merge gave to the survivor. */
export interface MovedRelations {
  readonly owned: readonly number[]
  readonly related: readonly number[]
  readonly interests: readonly number[]
}

// What would lead from the survivor to itself, or say twice what the survivor says, stays where it is.
export async function moveRelationRows(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<MovedRelations> {
  const { fromId, intoId } = move
  const ids = (rows: { id: number }[]) => rows.map((row) => row.id)
  const owned = await ctx.db.query<{ id: number }>(sql`
    update customer_relations set customer_id = ${intoId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${fromId} and related_customer_id <> ${intoId} returning id`)
  const related = await ctx.db.query<{ id: number }>(sql`
    update customer_relations set related_customer_id = ${intoId}
     where tenant_id = ${ctx.tenant.id} and related_customer_id = ${fromId} and customer_id <> ${intoId} returning id`)
  const interests = await ctx.db.query<{ id: number }>(sql`
    update customer_interests i set customer_id = ${intoId}
     where i.tenant_id = ${ctx.tenant.id} and i.customer_id = ${fromId}
       and not exists (select 1 from customer_interests s where s.tenant_id = i.tenant_id and s.customer_id = ${intoId}
                          and s.interest_id = i.interest_id)
    returning i.id`)
  return { owned: ids(owned), related: ids(related), interests: ids(interests) }
}

export async function restoreRelationRows(
  ctx: Ctx,
  move: { fromId: number; intoId: number },
  moved: MovedRelations,
): Promise<void> {
  const { fromId, intoId } = move
  await ctx.db.query(sql`
    update customer_relations set customer_id = ${fromId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${intoId} and id = any(${moved.owned}::bigint[])`)
  await ctx.db.query(sql`
    update customer_relations set related_customer_id = ${fromId}
     where tenant_id = ${ctx.tenant.id} and related_customer_id = ${intoId} and id = any(${moved.related}::bigint[])`)
  await ctx.db.query(sql`
    update customer_interests set customer_id = ${fromId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${intoId} and id = any(${moved.interests}::bigint[])`)
}

export async function eraseRelationRows(ctx: Ctx, ids: readonly CustomerId[]): Promise<void> {
  await ctx.db.query(sql`
    delete from customer_relations where tenant_id = ${ctx.tenant.id}
       and (customer_id = any(${ids}::bigint[]) or related_customer_id = any(${ids}::bigint[]))`)
  await ctx.db.query(sql`
    delete from customer_interests where tenant_id = ${ctx.tenant.id} and customer_id = any(${ids}::bigint[])`)
  await ctx.db.query(sql`
    delete from customer_partners_left where tenant_id = ${ctx.tenant.id} and customer_id = any(${ids}::bigint[])`)
}
