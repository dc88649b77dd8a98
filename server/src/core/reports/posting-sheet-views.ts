import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { PostingQuery, PostingSheet, ProgrammeTotals } from './types.ts'

// What moves inside a customer's value (set aside, activated, repaid) is left out.
const told = sql`('earn', 'spend', 'adjust', 'capture', 'reverse')`
const signed = sql`(case when t.customer_id is null then -p.amount else p.amount end)`

/** By number, which grows with time. */
export function selectPostingSheets(ctx: Ctx, query: PostingQuery): Promise<PostingSheet[]> {
  const { from = null, to = null, actors = null } = query
  const members = query.withMembers ? sql`union all (${membersOf(ctx, query)}) order by id limit ${query.limit}` : sql``
  return ctx.db.query(sql`
    (select p.id, p.kind, p.customer_id as "customerId", p.programme_id as "programmeId", p.unit_id as "unitId", ${signed}::bigint as amount,
           p.note, p.data, p.actor, p.occurred_at as "occurredAt", u.number as "purchaseNumber", u.data as "purchaseData",
           u.total_minor as "purchaseTotalMinor", u.currency as "purchaseCurrency"
      from postings p
      join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
      left join purchases u on u.tenant_id = p.tenant_id and u.id = p.purchase_id
     where p.tenant_id = ${ctx.tenant.id} and p.id > ${query.after} and p.kind in ${told}
       and p.programme_id = any(${query.programmeIds}::bigint[])
       and (not ${query.onlySpending ?? false}::boolean or p.kind in ('spend', 'capture'))
       and (${from}::timestamptz is null or p.occurred_at >= ${from}::timestamptz)
       and (${to}::timestamptz is null or p.occurred_at < ${to}::timestamptz)
       and (${actors}::text[] is null or p.actor = any(${actors}::text[]))
     order by p.id limit ${query.limit})
    ${members}`)
}

function membersOf(ctx: Ctx, query: PostingQuery): Sql {
  const { from = null, to = null, actors = null } = query
  return sql`
    select m.id, 'joined', m.customer_id, m.programme_id, g.unit_id, 0::bigint, null, null::jsonb, m.actor, m.joined_at, null, null::jsonb, null::bigint, null
      from programme_members m join programmes g on g.tenant_id = m.tenant_id and g.id = m.programme_id
     where m.tenant_id = ${ctx.tenant.id} and m.id > ${query.after} and m.programme_id = any(${query.programmeIds}::bigint[])
       and (${from}::timestamptz is null or m.joined_at >= ${from}::timestamptz)
       and (${to}::timestamptz is null or m.joined_at < ${to}::timestamptz)
       and (${actors}::text[] is null or m.actor = any(${actors}::text[]))
     order by m.id limit ${query.limit}`
}

/** A reversal counts against what it takes back; what lapsed by a charge against what was given. */
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
     where p.tenant_id = ${ctx.tenant.id} and (p.kind in ${told} or p.kind = 'expire') and p.programme_id = any(${query.programmeIds}::bigint[])
       and (${from}::timestamptz is null or p.occurred_at >= ${from}::timestamptz)
       and (${to}::timestamptz is null or p.occurred_at < ${to}::timestamptz)
     group by p.programme_id order by p.programme_id`)
}

/** Where a customer ever got or spent something, or was made a member. */
export async function selectProgrammesOf(ctx: Ctx, customerId: number): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select programme_id as id from postings
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and programme_id is not null
    union
    select programme_id from programme_members where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}`)
  return rows.map(({ id }) => id)
}

/** How many postings of each programme were made on each day of the tenant, from a moment on. */
export function selectActivityByDay(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; from: Date; to: Date | null },
): Promise<{ programmeId: number; day: string; count: number }[]> {
  return ctx.db.query(sql`
    select p.programme_id as "programmeId", to_char(p.occurred_at at time zone ${ctx.tenant.timeZone}, 'YYYY-MM-DD') as day, count(*) as count
      from postings p
     where p.tenant_id = ${ctx.tenant.id} and p.kind in ${told} and p.programme_id = any(${query.programmeIds}::bigint[])
       and p.occurred_at >= ${query.from} and (${query.to}::timestamptz is null or p.occurred_at < ${query.to}::timestamptz)
     group by 1, 2 order by 2, 1`)
}

/** Who had the most postings in these programmes. */
export function selectMostActive(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; limit: number },
): Promise<{ customerId: number; count: number }[]> {
  return ctx.db.query(sql`
    select p.customer_id as "customerId", count(*) as count
      from postings p join customers c on c.tenant_id = p.tenant_id and c.id = p.customer_id and c.state = 'identified'
     where p.tenant_id = ${ctx.tenant.id} and p.kind in ${told} and p.programme_id = any(${query.programmeIds}::bigint[])
     group by 1 order by 2 desc, 1 limit ${query.limit}`)
}

/** The number before which so many postings of these programmes come, the newest. */
export async function selectNumberBefore(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; latest: number },
): Promise<number> {
  const [row] = await ctx.db.query<{ id: number | null }>(sql`
    select min(id) - 1 as id from (
      select p.id from postings p
       where p.tenant_id = ${ctx.tenant.id} and p.kind in ${told} and p.programme_id = any(${query.programmeIds}::bigint[])
       order by p.id desc limit ${query.latest}) newest`)
  return row?.id ?? Number.MAX_SAFE_INTEGER
}
