import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'
import type { Window } from './tier-rules.ts'
import type { CustomerTier, Tier } from './types.ts'

const tierColumns = sql`id, programme_id as "programmeId", name, rank, threshold, settings`

export function selectTiers(ctx: Ctx, programmeId: number): Promise<Tier[]> {
  return ctx.db.query<Tier>(sql`
    select ${tierColumns} from tiers where tenant_id = ${ctx.tenant.id} and programme_id = ${programmeId} order by rank`)
}

export async function insertTier(ctx: Ctx, tier: Omit<Tier, 'id'>): Promise<Tier> {
  const [row] = await ctx.db.query<Tier>(sql`
    insert into tiers (tenant_id, programme_id, name, rank, threshold, settings)
    values (${ctx.tenant.id}, ${tier.programmeId}, ${tier.name}, ${tier.rank}, ${tier.threshold}, ${JSON.stringify(tier.settings)})
    returning ${tierColumns}`)
  return row as Tier // an insert without conflict clause returns its row
}

export async function updateTierRow(ctx: Ctx, tier: Tier): Promise<void> {
  await ctx.db.query(sql`
    update tiers set name = ${tier.name}, threshold = ${tier.threshold}, settings = ${JSON.stringify(tier.settings)}
     where tenant_id = ${ctx.tenant.id} and id = ${tier.id}`)
}

const recordColumns = sql`id, customer_id as "customerId", tier_id as "tierId", valid_from as "validFrom", valid_to as "validTo", origin`

export function selectCustomerTiers(ctx: Ctx, customerId: number): Promise<CustomerTier[]> {
  return ctx.db.query<CustomerTier>(sql`
    select ${recordColumns} from customer_tiers where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}
     order by valid_from, id limit 1000`)
}

export async function insertCustomerTier(ctx: Ctx, record: Omit<CustomerTier, 'id'>): Promise<CustomerTier> {
  const [row] = await ctx.db.query<CustomerTier>(sql`
    insert into customer_tiers (tenant_id, customer_id, tier_id, valid_from, valid_to, origin)
    values (${ctx.tenant.id}, ${record.customerId}, ${record.tierId}, ${record.validFrom}, ${record.validTo}, ${record.origin})
    returning ${recordColumns}`)
  return row as CustomerTier // as above
}

/** What was given by hand and holds at that moment ends with it. */
export async function endCustomerTiers(ctx: Ctx, of: { customerId: number; at: Date }): Promise<void> {
  await ctx.db.query(sql`
    update customer_tiers set valid_to = ${of.at}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${of.customerId} and origin = 'manual'
       and valid_from <= ${of.at} and (valid_to is null or valid_to > ${of.at})`)
}

/** What a customer spent in each window, in minor units of a currency; cancellations taken off, only what is confirmed. */
export async function selectSpentIn(
  ctx: Ctx,
  query: { customerId: number; currency: string; windows: readonly Window[] },
): Promise<Minor[]> {
  const windows = query.windows.map((window, position) => ({ ...window, position }))
  const rows = await ctx.db.query<{ amount: Minor }>(sql`
    with windows as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(windows)}::jsonb) as w ("from" timestamptz, "to" timestamptz, position int))
    select coalesce((select sum(coalesce(p.total_minor, (select sum(l.total_minor) from purchase_lines l
               where l.tenant_id = p.tenant_id and l.purchase_id = p.id)))
             from purchases p
            where p.tenant_id = ${ctx.tenant.id} and p.customer_id = ${query.customerId} and p.currency = ${query.currency}
              and p.confirmed and p.occurred_at >= coalesce(w."from", '-infinity') and p.occurred_at < coalesce(w."to", 'infinity')), 0)::bigint as amount
      from windows w order by w.position`)
  return rows.map((row) => row.amount)
}

export async function moveCustomerTiers(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update customer_tiers set customer_id = ${move.intoId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreCustomerTiers(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update customer_tiers set customer_id = ${move.intoId} where tenant_id = ${ctx.tenant.id} and id = any (${move.ids}::bigint[])`)
}
