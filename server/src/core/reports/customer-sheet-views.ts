import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { ChangeCursor } from '../../platform/outbox.ts'
import type { Activity, ChangedCustomer, CustomerSheet, SheetQuery } from './types.ts'

/** Customers on one row each, by id. Only identified ones: a device is nobody yet, the merged and the erased are gone. */
export function selectSheets(ctx: Ctx, query: SheetQuery): Promise<CustomerSheet[]> {
  const active = query.activeIn ? activity(query.activeIn) : sql``
  return ctx.db.query(
    sheetsOf(sql`
      select c.* from customers c
       where c.tenant_id = ${ctx.tenant.id} and c.state = 'identified' and c.id > ${query.after} ${active}
       order by c.id limit ${query.limit}`),
  )
}

export function selectSheetsByIds(ctx: Ctx, ids: readonly number[]): Promise<CustomerSheet[]> {
  return ctx.db.query(
    sheetsOf(sql`
      select c.* from customers c
       where c.tenant_id = ${ctx.tenant.id} and c.state = 'identified' and c.id = any(${ids}::bigint[])`),
  )
}

/** The newest customers' ids, the newest first. */
export async function selectNewest(ctx: Ctx, limit: number): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select id from customers where tenant_id = ${ctx.tenant.id} and state = 'identified' order by id desc limit ${limit}`)
  return rows.map(({ id }) => id)
}

/** How many customers were made in each of the spans [from, to). */
export async function selectNewCounts(
  ctx: Ctx,
  spans: readonly { readonly from: Date; readonly to: Date }[],
): Promise<number[]> {
  const rows = await ctx.db.query<{ count: number }>(sql`
    select count(c.id) as count
      from rows from (unnest(${spans.map(({ from }) => from)}::timestamptz[]), unnest(${spans.map(({ to }) => to)}::timestamptz[]))
        with ordinality as s (from_at, to_at, position)
      left join customers c on c.tenant_id = ${ctx.tenant.id} and c.state = 'identified'
       and c.created_at >= s.from_at and c.created_at < s.to_at
     group by s.position order by s.position`)
  return rows.map(({ count }) => count)
}

// Counting stops at the number that is asked for: a customer of many years is not read to the end.
function activity(activity: Activity): Sql {
  const { from = null, to = null, noneSince = null, atLeast = 1 } = activity
  const own = sql`
    from postings p where p.tenant_id = c.tenant_id and p.customer_id = c.id
     and p.programme_id = any(${activity.programmeIds}::bigint[])
     and (${!activity.withoutSpending} or p.kind not in ('spend', 'capture'))`
  const inRange = sql`(${from}::timestamptz is null or p.occurred_at >= ${from}::timestamptz)
     and (${to}::timestamptz is null or p.occurred_at < ${to}::timestamptz)`
  return sql`
    and (select count(*) from (select 1 ${own} and ${inRange} limit ${atLeast}) counted) >= ${atLeast}::bigint
    and (not ${activity.isFirst ?? false}::boolean or not exists (select ${own} and p.occurred_at < ${from}::timestamptz))
    and (${noneSince}::timestamptz is null or not exists (select ${own} and p.occurred_at >= ${noneSince}::timestamptz))`
}

// The customers are picked first and each of them is looked up by index. As a plain join the planner merges a page of
// customers with every address of the tenant up to there: the pages of a million customers then take minutes, not seconds.
function sheetsOf(customers: Sql): Sql {
  return sql`
    with c as materialized (${customers})
    select c.id, c.code, c.first_name as "firstName", c.last_name as "lastName", c.company_name as "companyName",
           c.birthday, c.attributes, c.password_hash is not null as "hasPassword", i.email, i.phone, i.login,
           i.given_code as "givenCode", coalesce(k.number, i.card) as "cardNumber",
           a.line1, a.line2, a.city, a.region, a.postal_code as "postalCode", coalesce(a.country, c.country) as country
      from c
      left join lateral (
        select (array_agg(display order by is_primary desc, id) filter (where kind = 'email'))[1] as email,
               (array_agg(display order by is_primary desc, id) filter (where kind = 'phone'))[1] as phone,
               (array_agg(display order by is_primary desc, id) filter (where kind = 'login'))[1] as login,
               (array_agg(display order by is_primary desc, id) filter (where kind = 'card'))[1] as card,
               max(value) filter (where kind = 'external' and source = 'code') as given_code
          from identities
         where tenant_id = c.tenant_id and customer_id = c.id
           and kind in ('email', 'phone', 'login', 'card', 'external')) i on true
      left join lateral (
        select number from cards where tenant_id = c.tenant_id and customer_id = c.id and state = 'active'
         order by id limit 1) k on true
      left join lateral (
        select line1, line2, city, region, postal_code, country from customer_addresses
         where tenant_id = c.tenant_id and customer_id = c.id and is_primary limit 1) a on true
     order by c.id`
}

/**
 * In the window (after, until], the latest change of each customer's own facts, in the order of the feed. Partial indexes
 * on these two entities serve both the walk and the look ahead, so that the millions of other changes cost nothing.
 *
 * The look ahead is a subquery with a limit, which is made for each row whatever the statistics say. As `not exists` it is a join:
 * of a tenant that they have not met, or that is larger than most, every change was read (measured: 3 s for ten of a million).
 */
export async function selectChangedCustomers(
  ctx: Ctx,
  window: { after: ChangeCursor; until: ChangeCursor; limit: number },
): Promise<ChangedCustomer[]> {
  const { after, until } = window
  const rows = await ctx.db.query<{ xid: string; id: number; customer_id: number }>(sql`
    select ch.xid::text, ch.id, ch.customer_id from changes ch
     where ch.tenant_id = ${ctx.tenant.id} and ch.entity in ('customer', 'card') and ch.customer_id is not null
       and (ch.xid, ch.id) > (${after.xid}::xid8, ${after.id}::bigint)
       and (ch.xid, ch.id) <= (${until.xid}::xid8, ${until.id}::bigint)
       and not coalesce((
         select true from changes later
          where later.tenant_id = ${ctx.tenant.id} and later.entity in ('customer', 'card')
            and later.customer_id = ch.customer_id and (later.xid, later.id) > (ch.xid, ch.id)
            and (later.xid, later.id) <= (${until.xid}::xid8, ${until.id}::bigint) limit 1), false)
     order by ch.xid, ch.id limit ${window.limit}`)
  return rows.map((row) => ({ cursor: { xid: row.xid, id: row.id }, customerId: row.customer_id }))
}

/** The last change, and the last that no running transaction can still come before. */
export async function selectFeedEnds(ctx: Ctx): Promise<{ known?: ChangeCursor; settled?: ChangeCursor }> {
  const rows = await ctx.db.query<ChangeCursor & { name: 'known' | 'settled' }>(sql`
    (select 'known' as name, xid::text, id from changes where tenant_id = ${ctx.tenant.id}
      order by changes.xid desc, id desc limit 1)
    union all
    (select 'settled', xid::text, id from changes
      where tenant_id = ${ctx.tenant.id} and xid < pg_snapshot_xmin(pg_current_snapshot())
      order by changes.xid desc, id desc limit 1)`)
  return Object.fromEntries(rows.map(({ name, xid, id }) => [name, { xid, id }]))
}

/**
 * Where a number stands in the feed: a change's own place, else the place of the posting with this number, else that of
 * the nearest number before it. They are all drawn from one sequence.
 */
export async function selectPlaceOf(ctx: Ctx, number: number): Promise<ChangeCursor | undefined> {
  const [row] = await ctx.db.query<ChangeCursor>(sql`
    (select xid::text, id, 1 as rank from changes where tenant_id = ${ctx.tenant.id} and id = ${number})
    union all
    (select xid::text, id, 2 from changes
      where tenant_id = ${ctx.tenant.id} and entity = 'posting' and entity_id = ${number} order by id limit 1)
    union all
    (select xid::text, id, 3 from changes
      where tenant_id = ${ctx.tenant.id} and id < ${number} order by id desc limit 1)
    order by rank limit 1`)
  return row && { xid: row.xid, id: row.id }
}

// Parts of numbers, in any case. They look through one column of the tenant's rows, which takes a fraction of what it takes to put
// every customer on a row and look there (measured with 300,000 customers on a busy machine: two seconds instead of 39).
const isLike = (column: Sql, part: string): Sql => sql`${column} ilike ${`%${part.replace(/[\\%_]/g, '\\$&')}%`}`

/** Who has a card with this in its number, by id. */
export function selectIdsByCard(ctx: Ctx, of: { part: string; limit: number }): Promise<{ id: number }[]> {
  return ctx.db.query(sql`
    select customer_id as id from cards
     where tenant_id = ${ctx.tenant.id} and state = 'active' and customer_id is not null and ${isLike(sql`number`, of.part)}
    union
    select customer_id from identities
     where tenant_id = ${ctx.tenant.id} and kind = 'card' and ${isLike(sql`display`, of.part)}
     order by id limit ${of.limit}`)
}

/** Who has a phone with this in its number as it is shown, or in the attribute, by id. */
export function selectIdsByPhone(
  ctx: Ctx,
  of: { part: string; attribute: string; limit: number },
): Promise<{ id: number }[]> {
  return ctx.db.query(sql`
    select customer_id as id from identities
     where tenant_id = ${ctx.tenant.id} and kind = 'phone' and ${isLike(sql`display`, of.part)}
    union
    select id from customers where tenant_id = ${ctx.tenant.id} and ${isLike(sql`attributes ->> ${of.attribute}::text`, of.part)}
     order by id limit ${of.limit}`)
}

/** Who has this in our code, or in their id of the source, by id. */
export function selectIdsByCode(
  ctx: Ctx,
  of: { part: string; source: string; limit: number },
): Promise<{ id: number }[]> {
  return ctx.db.query(sql`
    select id from customers where tenant_id = ${ctx.tenant.id} and ${isLike(sql`code`, of.part)}
    union
    select customer_id from identities
     where tenant_id = ${ctx.tenant.id} and kind = 'external' and source = ${of.source} and ${isLike(sql`value`, of.part)}
     order by id limit ${of.limit}`)
}
