import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import { purchaseTotal } from './totals.ts'
import type { TimelineEntry, TimelineKind } from './types.ts'

/** What one kind is asked for: entries before (micros, id), newest first. */
export interface Question {
  readonly customerIds: readonly number[]
  readonly micros: number
  readonly id: number
  readonly limit: number
}

type WithoutPlace<Entry> = Entry extends TimelineEntry ? Omit<Entry, 'cursor' | 'kind'> : never
export type Found<Kind extends TimelineKind> = WithoutPlace<Extract<TimelineEntry, { kind: Kind }>> & {
  readonly micros: number
}

/** The customer and everyone who was merged into it. */
export async function selectSelf(ctx: Ctx, customerId: number): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    with recursive self (id) as (
      select ${customerId}::bigint
      union select c.id from customers c join self on c.tenant_id = ${ctx.tenant.id} and c.merged_into = self.id)
    select id from self`)
  return rows.map((row) => row.id)
}

// Postgres keeps microseconds and JavaScript milliseconds: places are compared in microseconds, or entries would be
// skipped. Both sides of the comparison are timestamps, so that the index on them serves.
const place = (column: Sql) => sql`(extract(epoch from ${column}) * 1000000)::bigint as micros, ${column} as at`
const until = (question: Question) =>
  question.micros === Number.MAX_SAFE_INTEGER
    ? sql`'infinity'::timestamptz`
    : sql`(timestamptz 'epoch' + ${question.micros}::bigint * interval '1 microsecond')`

export function selectPurchases(ctx: Ctx, question: Question): Promise<Found<'purchase'>[]> {
  return ctx.db.query(sql`
    select p.id, ${place(sql`p.occurred_at`)}, p.kind as "purchaseKind", p.number, p.state, p.source, p.confirmed,
           p.currency, ${purchaseTotal} as "totalMinor", o.name as "storeName",
           (select count(*) from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id) as "lineCount"
      from purchases p left join organisations o on o.tenant_id = p.tenant_id and o.id = p.store_id
     where p.tenant_id = ${ctx.tenant.id} and p.customer_id = any(${question.customerIds}::bigint[])
       and (p.occurred_at, p.id) < (${until(question)}, ${question.id}::bigint)
     order by p.occurred_at desc, p.id desc limit ${question.limit}`)
}

/** Only what changed the customer's value: not what was set aside, activated or moved between merged selves. */
export function selectPostings(ctx: Ctx, question: Question): Promise<Found<'points'>[]> {
  const owned = sql`any(${question.customerIds}::bigint[])`
  return ctx.db.query(sql`
    with own as (
      select p.* from postings p where p.tenant_id = ${ctx.tenant.id} and p.customer_id = ${owned}
      union
      select p.* from ledger_accounts a join postings p
          on p.tenant_id = a.tenant_id and p.to_account_id = a.id and p.kind = 'transfer'
       where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ${owned}),
    signed as (
      select p.*, case when t.customer_id = ${owned} then p.amount else 0 end
                - case when f.customer_id = ${owned} then p.amount else 0 end as change
        from own p
        join ledger_accounts f on f.tenant_id = p.tenant_id and f.id = p.from_account_id
        join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id)
    select s.id, ${place(sql`s.occurred_at`)}, s.kind as "postingKind", s.change::bigint as amount,
           u.name as "unitName", u.scale as "unitScale", u.currency as "unitCurrency",
           s.purchase_id as "purchaseId", s.note
      from signed s join units u on u.tenant_id = s.tenant_id and u.id = s.unit_id
     where s.change <> 0 and (s.occurred_at, s.id) < (${until(question)}, ${question.id}::bigint)
     order by s.occurred_at desc, s.id desc limit ${question.limit}`)
}

/** Without the tracked purchases, which stand in the timeline as purchases. */
export function selectEvents(ctx: Ctx, question: Question): Promise<Found<'event'>[]> {
  return ctx.db.query(sql`
    select e.id, ${place(sql`e.occurred_at`)}, e.type, e.product_code as "productCode", p.name as "productName",
           e.quantity, coalesce(e.data, '{}') as data
      from events e left join products p on p.tenant_id = e.tenant_id and p.code = e.product_code
     where e.tenant_id = ${ctx.tenant.id} and e.customer_id = any(${question.customerIds}::bigint[])
       and e.type <> 'purchased' and (e.occurred_at, e.id) < (${until(question)}, ${question.id}::bigint)
     order by e.occurred_at desc, e.id desc limit ${question.limit}`)
}

export function selectMessages(ctx: Ctx, question: Question): Promise<Found<'message'>[]> {
  return ctx.db.query(sql`
    select id, ${place(sql`created_at`)}, channel, purpose, to_address as "to", subject, state from messages
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${question.customerIds}::bigint[])
       and (created_at, id) < (${until(question)}, ${question.id}::bigint)
     order by created_at desc, id desc limit ${question.limit}`)
}

export function selectConsents(ctx: Ctx, question: Question): Promise<Found<'consent'>[]> {
  return ctx.db.query(sql`
    select id, ${place(sql`created_at`)}, subject, event, source, actor from consent_history
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${question.customerIds}::bigint[])
       and (created_at, id) < (${until(question)}, ${question.id}::bigint)
     order by created_at desc, id desc limit ${question.limit}`)
}
