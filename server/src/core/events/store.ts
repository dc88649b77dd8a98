import type { Ctx } from '../../platform/ctx.ts'
import { type Db, sql } from '../../platform/db.ts'
import type { EventRow, FoldedChanges } from './rules.ts'
import type { BehaviourEvent, CollectedItem, CollectionKind, EventCursor } from './types.ts'

/** One statement for the whole batch. */
export async function insertEvents(db: Db, tenantId: number, rows: readonly EventRow[]): Promise<void> {
  await db.query(sql`
    insert into events (tenant_id, occurred_at, type, customer_id, device_id, session, product_code, quantity, data)
    select ${tenantId}::bigint, occurred_at, type, customer_id, device_id, session, product_code, quantity, data
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (occurred_at timestamptz, type text,
        customer_id bigint, device_id bigint, session text, product_code text, quantity numeric, data jsonb)`)
}

/** As insertEvents, but an event whose key is known is left out. */
export async function insertKeyedEvents(db: Db, tenantId: number, rows: readonly EventRow[]): Promise<void> {
  await db.query(sql`
    with rows as materialized (
      select distinct on (coalesce(key, position::text), key is null) * from jsonb_to_recordset(${JSON.stringify(
        rows.map((row, position) => ({ ...row, position })),
      )}::jsonb) as rows (position int, occurred_at timestamptz, type text, customer_id bigint, device_id bigint,
        session text, product_code text, quantity numeric, data jsonb, key text)
       order by coalesce(key, position::text), key is null, position),
    fresh as (
      insert into event_keys (tenant_id, key) select ${tenantId}::bigint, key from rows where key is not null order by key
          on conflict do nothing returning key)
    insert into events (tenant_id, occurred_at, type, customer_id, device_id, session, product_code, quantity, data)
    select ${tenantId}::bigint, occurred_at, type, customer_id, device_id, session, product_code, quantity, data
      from rows where key is null or key in (select key from fresh)
     order by position`)
}

/**
 * Applies changes of carts and wish lists. The writer may name a customer who has been merged since it looked, so the
 * survivor is taken.
 */
export async function applyCollected(db: Db, tenantId: number, changes: FoldedChanges): Promise<void> {
  if (changes.replaced.length > 0) {
    await db.query(sql`
      delete from collected_items i
       using jsonb_to_recordset(${JSON.stringify(changes.replaced)}::jsonb) as r (customer_id bigint, kind text)
        join customers c on c.tenant_id = ${tenantId} and c.id = r.customer_id
       where i.tenant_id = ${tenantId} and i.customer_id = coalesce(c.merged_into, c.id) and i.kind = r.kind`)
  }
  if (changes.removed.length > 0) {
    await db.query(sql`
      delete from collected_items i
       using jsonb_to_recordset(${JSON.stringify(changes.removed)}::jsonb)
          as r (customer_id bigint, kind text, product_code text)
        join customers c on c.tenant_id = ${tenantId} and c.id = r.customer_id
       where i.tenant_id = ${tenantId} and i.customer_id = coalesce(c.merged_into, c.id) and i.kind = r.kind
         and i.product_code = r.product_code`)
  }
  if (changes.put.length === 0) return
  await db.query(sql`
    insert into collected_items as i (tenant_id, customer_id, kind, product_code, quantity)
    select distinct on (coalesce(c.merged_into, c.id), r.kind, r.product_code)
           ${tenantId}::bigint, coalesce(c.merged_into, c.id), r.kind, r.product_code, r.quantity
      from jsonb_to_recordset(${JSON.stringify(changes.put)}::jsonb)
        as r (customer_id bigint, kind text, product_code text, quantity numeric)
      join customers c on c.tenant_id = ${tenantId} and c.id = r.customer_id
     order by coalesce(c.merged_into, c.id), r.kind, r.product_code
        on conflict (tenant_id, customer_id, kind, product_code)
        do update set quantity = excluded.quantity, updated_at = now()`)
}

export async function selectCollected(ctx: Ctx, customerId: number, kind: CollectionKind): Promise<CollectedItem[]> {
  return ctx.db.query(sql`
    select product_code as "productCode", quantity, updated_at as "updatedAt" from collected_items
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and kind = ${kind}
     order by updated_at, product_code`)
}

/** Moves what the survivor does not have yet; gives what was moved. */
export async function moveCollectedRows(
  ctx: Ctx,
  move: { fromId: number; intoId: number },
): Promise<{ kind: CollectionKind; productCode: string; quantity: number }[]> {
  return ctx.db.query(sql`
    with taken as (
      delete from collected_items where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId}
      returning kind, product_code, quantity, updated_at)
    insert into collected_items (tenant_id, customer_id, kind, product_code, quantity, updated_at)
    select ${ctx.tenant.id}::bigint, ${move.intoId}::bigint, kind, product_code, quantity, updated_at from taken
        on conflict (tenant_id, customer_id, kind, product_code) do nothing
    returning kind, product_code as "productCode", quantity`)
}

interface EventSelection {
  id: BehaviourEvent['id']
  type: string
  occurred_at: Date
  customer_id: BehaviourEvent['customerId']
  device_id: BehaviourEvent['deviceId']
  session: string | null
  product_code: string | null
  quantity: number | null
  data: Record<string, unknown> | null
}

const toEvent = (row: EventSelection): BehaviourEvent => ({
  id: row.id,
  type: row.type,
  occurredAt: row.occurred_at,
  customerId: row.customer_id,
  deviceId: row.device_id,
  session: row.session,
  productCode: row.product_code,
  quantity: row.quantity,
  data: row.data ?? {},
})

/** Newest first; those of customers that were merged into this one included. */
export async function selectOfCustomer(
  ctx: Ctx,
  page: { customerId: number; before: EventCursor; types: readonly string[] | null; limit: number },
): Promise<BehaviourEvent[]> {
  const rows = await ctx.db.query<EventSelection>(sql`
    with recursive self (id) as (
      select ${page.customerId}::bigint
      union select c.id from customers c join self on c.tenant_id = ${ctx.tenant.id} and c.merged_into = self.id)
    select id, type, occurred_at, customer_id, device_id, session, product_code, quantity, data from events
     where tenant_id = ${ctx.tenant.id} and customer_id = any(array(select id from self))
       and (occurred_at, id) < (${page.before.occurredAt}::timestamptz, ${page.before.id}::bigint)
       and (${page.types}::text[] is null or type = any(${page.types}::text[]))
     order by occurred_at desc, id desc limit ${page.limit}`)
  return rows.map(toEvent)
}

/** The products this customer last did this with, newest first, each once. */
export async function selectRecentProducts(
  ctx: Ctx,
  query: { customerId: number; type: string; limit: number },
): Promise<{ productCode: string; occurredAt: Date }[]> {
  return ctx.db.query(sql`
    with recursive self (id) as (
      select ${query.customerId}::bigint
      union select c.id from customers c join self on c.tenant_id = ${ctx.tenant.id} and c.merged_into = self.id),
    recent as (
      select product_code, occurred_at from events
       where tenant_id = ${ctx.tenant.id} and customer_id = any(array(select id from self))
         and type = ${query.type} and product_code is not null
       order by occurred_at desc limit 1000)
    select product_code as "productCode", max(occurred_at) as "occurredAt" from recent
     group by product_code order by max(occurred_at) desc limit ${query.limit}`)
}

export async function makePartition(db: Db, month: string): Promise<boolean> {
  const rows = await db.query<{ made: boolean }>(sql`select make_event_partition(${month}::date) as made`)
  return rows[0]?.made ?? false
}

export async function deleteOldKeys(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from event_keys where created_at < ${before}`)
}

/** What was done stays, for what products are worth; who did it and what they typed goes. */
export async function blankBehaviour(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    delete from collected_items where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
  await ctx.db.query(sql`
    update events set customer_id = null, device_id = null, session = null, data = null
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
}
