import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { ChangeCursor } from '../../platform/outbox.ts'
import type { ChangedCustomer, CustomerSheet, SheetQuery } from './types.ts'

/** Customers on one row each, by id. Only identified ones: a device is nobody yet, the merged and the erased are gone. */
export function selectSheets(ctx: Ctx, query: SheetQuery): Promise<CustomerSheet[]> {
  const { activeIn } = query
  const active = activeIn
    ? sql`and exists (
        select from postings p where p.tenant_id = c.tenant_id and p.customer_id = c.id
           and p.programme_id = any(${activeIn.programmeIds}::bigint[])
           and (${activeIn.from ?? null}::timestamptz is null or p.occurred_at >= ${activeIn.from ?? null}::timestamptz)
           and (${activeIn.to ?? null}::timestamptz is null or p.occurred_at < ${activeIn.to ?? null}::timestamptz))`
    : sql``
  return ctx.db.query(sql`
    ${sheetOf(ctx)} and c.id > ${query.after} ${active} order by c.id limit ${query.limit}`)
}

export function selectSheetsByIds(ctx: Ctx, ids: readonly number[]): Promise<CustomerSheet[]> {
  return ctx.db.query(sql`${sheetOf(ctx)} and c.id = any(${ids}::bigint[])`)
}

function sheetOf(ctx: Ctx): Sql {
  return sql`
    select c.id, c.code, c.first_name as "firstName", c.last_name as "lastName", c.company_name as "companyName",
           c.attributes, c.password_hash is not null as "hasPassword", ${identity('email')} as email, ${identity('phone')} as phone, ${identity('login')} as login,
           (select i.value from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id
               and i.kind = 'external' and i.source = 'code' limit 1) as "givenCode",
           coalesce((select k.number from cards k where k.tenant_id = c.tenant_id and k.customer_id = c.id
               and k.state = 'active' order by k.id limit 1), ${identity('card')}) as "cardNumber",
           a.line1, a.line2, a.city, a.region, a.postal_code as "postalCode", coalesce(a.country, c.country) as country
      from customers c
      left join customer_addresses a on a.tenant_id = c.tenant_id and a.customer_id = c.id and a.is_primary
     where c.tenant_id = ${ctx.tenant.id} and c.state = 'identified'`
}

function identity(kind: 'email' | 'phone' | 'login' | 'card'): Sql {
  return sql`(
    select i.display from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id and i.kind = ${kind}
     order by i.is_primary desc, i.id limit 1)`
}

/**
 * In the window (after, until], the latest change of each customer's own facts, in the order of the feed. Partial indexes
 * on these two entities serve both the walk and the look ahead, so that the millions of other changes cost nothing.
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
       and not exists (
         select from changes later
          where later.tenant_id = ${ctx.tenant.id} and later.entity in ('customer', 'card')
            and later.customer_id = ch.customer_id and (later.xid, later.id) > (ch.xid, ch.id)
            and (later.xid, later.id) <= (${until.xid}::xid8, ${until.id}::bigint))
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
