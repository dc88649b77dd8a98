import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql, violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import type { EventRow } from './rules.ts'
import type { EventRecord, EventRecordInput, EventRecordQuery } from './types.ts'

/** The event and what it is found by, in one statement. Refuses event.exists. */
export async function insertRecord(ctx: Ctx, row: EventRow, input: EventRecordInput): Promise<number> {
  try {
    const rows = await ctx.db.query<{ event_id: number }>(sql`
      with event as (
        insert into events (tenant_id, occurred_at, type, customer_id, data)
        values (${ctx.tenant.id}, ${row.occurred_at}, ${row.type}, ${row.customer_id}, ${JSON.stringify(row.data)}::jsonb)
        returning id, occurred_at)
      insert into event_records (tenant_id, event_id, occurred_at, event_type_id, customer_id, external_id, secondary_external_id, created_at)
      select ${ctx.tenant.id}::bigint, id, occurred_at, ${input.typeId}::bigint, ${input.customerId}::bigint, ${input.externalId}::text,
             ${input.secondaryExternalId}::text, ${ctx.clock.now()} from event
      returning event_id`)
    return rows[0]?.event_id ?? 0 // an insert without conflict clause returns its row
  } catch (error) {
    if (violates(error, 'event_records_key')) throw new DomainError('event.exists', { ...input }, { cause: error })
    throw error
  }
}

const orders = {
  id: sql`r.event_id`,
  occurredAt: sql`r.occurred_at`,
  typeId: sql`r.event_type_id`,
  customerId: sql`r.customer_id`,
  externalId: sql`r.external_id`,
  secondaryExternalId: sql`r.secondary_external_id`,
} as const

/** Told by id and time, so that one partition is looked into for each. Merged customers' events are the survivor's. */
export async function selectRecords(
  ctx: Ctx,
  query: EventRecordQuery,
): Promise<{ items: EventRecord[]; total: number }> {
  const where = conditions(ctx, query)
  const order = query.descending ? sql`desc` : sql`asc`
  const items = await ctx.db.query<EventRecord>(sql`
    select r.event_id as id, r.event_type_id as "typeId", coalesce(c.merged_into, c.id) as "customerId",
           r.external_id as "externalId", r.secondary_external_id as "secondaryExternalId", r.occurred_at as "occurredAt",
           e.data -> 'data' as data, coalesce(e.data -> 'properties', '{}') as properties
      from event_records r
      join events e on e.tenant_id = r.tenant_id and e.id = r.event_id and e.occurred_at = r.occurred_at
      join customers c on c.tenant_id = r.tenant_id and c.id = r.customer_id
     where ${where} order by ${orders[query.orderBy ?? 'occurredAt']} ${order}, r.event_id ${order}
    offset ${query.offset} limit ${query.limit}`)
  const [count] = await ctx.db.query<{ total: number }>(sql`
    select count(*)::bigint as total from event_records r where ${where}`)
  return { items, total: count?.total ?? 0 }
}

function conditions(ctx: Ctx, query: EventRecordQuery): Sql {
  const parts = [sql`r.tenant_id = ${ctx.tenant.id}`]
  if (query.ids) parts.push(sql`r.event_id = any(${query.ids}::bigint[])`)
  if (query.typeIds) parts.push(sql`r.event_type_id = any(${query.typeIds}::bigint[])`)
  if (query.externalId !== undefined) parts.push(sql`r.external_id = ${query.externalId}`)
  if (query.from) parts.push(sql`r.occurred_at >= ${query.from}`)
  if (query.to) parts.push(sql`r.occurred_at < ${query.to}`)
  if (query.customerId !== undefined) {
    parts.push(sql`r.customer_id in (select ${query.customerId}::bigint union
      select id from customers where tenant_id = ${ctx.tenant.id} and merged_into = ${query.customerId})`)
  }
  return joinSql(parts, ' and ')
}

/** For erasure: the events stay as nobody's, and nothing leads to them any more. */
export async function deleteRecordsOf(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    delete from event_records where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
}
