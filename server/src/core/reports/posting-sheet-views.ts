import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { PostingQuery, PostingSheet, ProgrammeTotals } from './types.ts'

// What moves inside a customer's value (set aside, activated, repaid) is left out.
const told = sql`('earn', 'spend', 'adjust', 'capture', 'reverse')`
const signed = sql`(case when t.customer_id is null then -p.amount else p.amount end)`

/** By number, which grows with time. */
export function selectPostingSheets(ctx: Ctx, query: PostingQuery): Promise<PostingSheet[]> {
  const { from = null, to = null } = query
  return ctx.db.query(sql`
    select p.id, p.kind, p.customer_id as "customerId", p.programme_id as "programmeId", ${signed}::bigint as amount,
           p.note, p.actor, p.occurred_at as "occurredAt", u.number as "purchaseNumber", u.data as "purchaseData",
           u.total_minor as "purchaseTotalMinor", u.currency as "purchaseCurrency"
      from postings p
      join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
      left join purchases u on u.tenant_id = p.tenant_id and u.id = p.purchase_id
     where p.tenant_id = ${ctx.tenant.id} and p.id > ${query.after} and p.kind in ${told}
       and p.programme_id = any(${query.programmeIds}::bigint[])
       and (not ${query.onlySpending ?? false}::boolean or p.kind in ('spend', 'capture'))
       and (${from}::timestamptz is null or p.occurred_at >= ${from}::timestamptz)
       and (${to}::timestamptz is null or p.occurred_at < ${to}::timestamptz)
     order by p.id limit ${query.limit}`)
}

/** A reversal counts against what it takes back. */
export function selectProgrammeTotals(
  ctx: Ctx,
  query: Pick<PostingQuery, 'programmeIds' | 'from' | 'to'>,
): Promise<ProgrammeTotals[]> {
  const { from = null, to = null } = query
  return ctx.db.query(sql`
    select p.programme_id as "programmeId",
           coalesce(sum(${signed}) filter (where not spending), 0)::bigint as given,
           coalesce(-sum(${signed}) filter (where spending), 0)::bigint as spent
      from postings p
      join ledger_accounts f on f.tenant_id = p.tenant_id and f.id = p.from_account_id
      join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
     cross join lateral (select 'redemption' in (f.role, t.role) as spending) s
     where p.tenant_id = ${ctx.tenant.id} and p.kind in ${told} and p.programme_id = any(${query.programmeIds}::bigint[])
       and (${from}::timestamptz is null or p.occurred_at >= ${from}::timestamptz)
       and (${to}::timestamptz is null or p.occurred_at < ${to}::timestamptz)
     group by p.programme_id order by p.programme_id`)
}
