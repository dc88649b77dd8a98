import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { purchaseTotal } from './totals.ts'

/** Midnights in the shop's time zone bound the period; what counts as a day is asked of Postgres, which knows its DST. */
export interface Range {
  readonly from: string
  readonly to: string
  readonly timeZone: string
}

/** Of the latest purchases of a time, the most used first: a shop has few currencies, and counting years would take seconds. */
export async function selectCurrencies(ctx: Ctx, range: Range): Promise<string[]> {
  const rows = await ctx.db.query<{ currency: string }>(sql`
    select currency from (
      select currency from purchases
       where tenant_id = ${ctx.tenant.id}
         and occurred_at >= ${range.from}::timestamp at time zone ${range.timeZone}
         and occurred_at < ${range.to}::timestamp at time zone ${range.timeZone}
       order by occurred_at desc, id desc limit 5000) latest
     group by currency order by count(*) desc, currency`)
  return rows.map((row) => row.currency)
}

export interface SalesRow {
  day: string
  salesCount: number
  salesMinor: number
  cancelledCount: number
  cancelledMinor: number
  trackedCount: number
  trackedMinor: number
  activeCustomers: number
}

/** One pass over both periods by purchases_time. */
export function selectSales(ctx: Ctx, range: Range & { currency: string }): Promise<SalesRow[]> {
  return ctx.db.query(sql`
    select (occurred_at at time zone ${range.timeZone})::date::text as day,
           count(*) filter (where kind = 'sale' and confirmed) as "salesCount",
           coalesce(sum(total_minor) filter (where kind = 'sale' and confirmed), 0) as "salesMinor",
           count(*) filter (where kind = 'cancellation') as "cancelledCount",
           coalesce(-sum(total_minor) filter (where kind = 'cancellation'), 0) as "cancelledMinor",
           count(*) filter (where kind = 'sale' and not confirmed) as "trackedCount",
           coalesce(sum(total_minor) filter (where kind = 'sale' and not confirmed), 0) as "trackedMinor",
           count(distinct customer_id) filter (where kind = 'sale') as "activeCustomers"
      from (select kind, confirmed, customer_id, occurred_at,
                   ${purchaseTotal} as total_minor
              from purchases p
             where tenant_id = ${ctx.tenant.id} and currency = ${range.currency}
               and occurred_at >= ${range.from}::timestamp at time zone ${range.timeZone}
               and occurred_at < ${range.to}::timestamp at time zone ${range.timeZone}) told
     group by 1`)
}

export async function countBuyers(ctx: Ctx, range: Range): Promise<number> {
  const rows = await ctx.db.query<{ count: number }>(sql`
    select count(distinct customer_id) from purchases
     where tenant_id = ${ctx.tenant.id} and kind = 'sale'
       and occurred_at >= ${range.from}::timestamp at time zone ${range.timeZone}
       and occurred_at < ${range.to}::timestamp at time zone ${range.timeZone}`)
  return rows[0]?.count ?? 0
}

export function selectNewCustomers(ctx: Ctx, range: Range): Promise<{ day: string; count: number }[]> {
  return ctx.db.query(sql`
    select (created_at at time zone ${range.timeZone})::date::text as day, count(*) from customers
     where tenant_id = ${ctx.tenant.id} and state in ('identified', 'erased')
       and created_at >= ${range.from}::timestamp at time zone ${range.timeZone}
       and created_at < ${range.to}::timestamp at time zone ${range.timeZone}
     group by 1`)
}

export interface PointsRow {
  /** Null for everything after the period. */
  day: string | null
  issued: number
  spent: number
  expired: number
  /** What customers hold more after that day than before. */
  change: number
}

/** Value crosses from the programme's accounts to the customers' and back; moves between customers change no sum. */
export function selectPoints(ctx: Ctx, range: Range & { unitId: number }): Promise<PointsRow[]> {
  return ctx.db.query(sql`
    with programme as materialized (
      select id, role from ledger_accounts
       where tenant_id = ${ctx.tenant.id} and unit_id = ${range.unitId} and customer_id is null),
    moves as (
      select case when p.occurred_at < ${range.to}::timestamp at time zone ${range.timeZone}
                  then (p.occurred_at at time zone ${range.timeZone})::date::text end as day,
             f.role as from_role, t.role as to_role, p.amount
        from postings p
        left join programme f on f.id = p.from_account_id
        left join programme t on t.id = p.to_account_id
       where p.tenant_id = ${ctx.tenant.id} and p.unit_id = ${range.unitId}
         and p.occurred_at >= ${range.from}::timestamp at time zone ${range.timeZone}
         and (f.id is null) <> (t.id is null))
    select day,
           coalesce(sum(case when from_role in ('issue', 'adjustment') then amount
                             when to_role in ('issue', 'adjustment') then -amount end), 0) as issued,
           coalesce(sum(case when to_role = 'redemption' then amount when from_role = 'redemption' then -amount end), 0) as spent,
           coalesce(sum(case when to_role = 'expiry' then amount when from_role = 'expiry' then -amount end), 0) as expired,
           sum(case when from_role is not null then amount else -amount end) as change
      from moves group by day`)
}

export async function selectOutstanding(ctx: Ctx, unitId: number): Promise<number> {
  const rows = await ctx.db.query<{ sum: number }>(sql`
    select coalesce(sum(balance), 0) as sum from ledger_accounts
     where tenant_id = ${ctx.tenant.id} and unit_id = ${unitId} and customer_id is not null`)
  return rows[0]?.sum ?? 0
}
