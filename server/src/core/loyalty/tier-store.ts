import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
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

const recordColumns = sql`id, customer_id as "customerId", tier_id as "tierId", valid_from as "validFrom", valid_to as "validTo", origin, note`

export function selectCustomerTiers(ctx: Ctx, customerId: number): Promise<CustomerTier[]> {
  return ctx.db.query<CustomerTier>(sql`
    select ${recordColumns} from customer_tiers where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}
     order by valid_from, id limit 1000`)
}

/** What holds at a moment of what was given to these customers, the latest last. */
export function selectTiersHeld(ctx: Ctx, of: { customerIds: readonly number[]; at: Date }): Promise<CustomerTier[]> {
  return ctx.db.query<CustomerTier>(sql`
    select ${recordColumns} from customer_tiers
     where tenant_id = ${ctx.tenant.id} and customer_id = any (${of.customerIds}::bigint[])
       and valid_from <= ${of.at} and (valid_to is null or valid_to > ${of.at})
     order by valid_from, id`)
}

export async function insertCustomerTier(ctx: Ctx, record: Omit<CustomerTier, 'id'>): Promise<CustomerTier> {
  const [row] = await ctx.db.query<CustomerTier>(sql`
    insert into customer_tiers (tenant_id, customer_id, tier_id, valid_from, valid_to, origin, note)
    values (${ctx.tenant.id}, ${record.customerId}, ${record.tierId}, ${record.validFrom}, ${record.validTo}, ${record.origin}, ${record.note})
    returning ${recordColumns}`)
  return row as CustomerTier // as above
}

/** What was given by hand and holds at that moment ends with it. */
export function endCustomerTiers(ctx: Ctx, of: { customerId: number; at: Date }): Promise<CustomerTier[]> {
  return ctx.db.query<CustomerTier>(sql`
    update customer_tiers set valid_to = ${of.at}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${of.customerId} and origin = 'manual'
       and valid_from <= ${of.at} and (valid_to is null or valid_to > ${of.at})
    returning ${recordColumns}`)
}

export async function blankTierNotes(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    update customer_tiers set note = '' where tenant_id = ${ctx.tenant.id} and customer_id = any (${customerIds}::bigint[]) and note <> ''`)
}

/** What somebody has in one of the windows that were asked for; without a row it is nothing. */
export interface InWindow {
  readonly customerId: number
  readonly position: number
  readonly amount: Minor
}

interface AskedWindows {
  readonly customerIds: readonly number[]
  readonly windows: readonly Window[]
}

function windowRows(windows: readonly Window[]): Sql {
  const rows = windows.map((window, position) => ({ ...window, position }))
  return sql`
    select coalesce("from", '-infinity') as "from", coalesce("to", 'infinity') as "to", position
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as w ("from" timestamptz, "to" timestamptz, position int)`
}

/** What customers spent in each window, in minor units of a currency; cancellations taken off, only what is confirmed. */
export function selectSpentIn(ctx: Ctx, query: AskedWindows & { readonly currency: string }): Promise<InWindow[]> {
  return ctx.db.query(sql`
    with windows as materialized (${windowRows(query.windows)})
    select p.customer_id as "customerId", w.position, sum(coalesce(p.total_minor, (select sum(l.total_minor) from purchase_lines l
             where l.tenant_id = p.tenant_id and l.purchase_id = p.id), 0))::bigint as amount
      from purchases p join windows w on p.occurred_at >= w."from" and p.occurred_at < w."to"
     where p.tenant_id = ${ctx.tenant.id} and p.customer_id = any (${query.customerIds}::bigint[]) and p.currency = ${query.currency} and p.confirmed
     group by 1, 2`)
}

/** What many customers earned of a unit in each window: as `earnedIn` of the ledger tells it of one. */
export function selectEarnedOf(ctx: Ctx, query: AskedWindows & { readonly unitId: number }): Promise<InWindow[]> {
  return ctx.db.query(sql`
    with windows as materialized (${windowRows(query.windows)})
    select p.customer_id as "customerId", w.position,
           sum(case when f.role in ('issue', 'adjustment') then p.amount when t.role in ('issue', 'adjustment') then -p.amount else 0 end)::bigint as amount
      from postings p join windows w on p.occurred_at >= w."from" and p.occurred_at < w."to"
      join ledger_accounts f on f.tenant_id = p.tenant_id and f.id = p.from_account_id
      join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
     where p.tenant_id = ${ctx.tenant.id} and p.customer_id = any (${query.customerIds}::bigint[]) and p.unit_id = ${query.unitId}
     group by 1, 2`)
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
