import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import type { CustomerId, SourceRecord, SourceRecordId } from './types.ts'

interface SourceRecordRow {
  id: number
  customer_id: number
  source: string
  external_id: string | null
  created_at: Date
}

const recordColumns = sql`id, customer_id, source, external_id, created_at`

function toRecord(row: SourceRecordRow): SourceRecord {
  return {
    id: row.id as SourceRecordId,
    customerId: row.customer_id as CustomerId,
    source: row.source,
    externalId: row.external_id,
    createdAt: row.created_at,
  }
}

export interface NewSourceRecord {
  readonly customerId: CustomerId
  readonly source: string
  readonly externalId: string | null
}

/** The same record twice stays one. */
export async function insertSourceRecords(ctx: Ctx, records: readonly NewSourceRecord[]): Promise<void> {
  if (records.length === 0) return
  await ctx.db.query(sql`
    insert into customer_source_records (tenant_id, customer_id, source, external_id, created_at)
    select ${ctx.tenant.id}, r."customerId", r.source, r."externalId", ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(records)}::jsonb)
        as r ("customerId" bigint, source text, "externalId" text)
    on conflict on constraint customer_source_records_key do nothing`)
}

export async function findSourceRecord(ctx: Ctx, record: NewSourceRecord): Promise<SourceRecord | undefined> {
  const [row] = await ctx.db.query<SourceRecordRow>(sql`
    select ${recordColumns} from customer_source_records
     where tenant_id = ${ctx.tenant.id} and customer_id = ${record.customerId} and source = ${record.source}
       and external_id is not distinct from ${record.externalId}`)
  return row && toRecord(row)
}

export async function findSourceRecordById(ctx: Ctx, id: number): Promise<SourceRecord | undefined> {
  const [row] = await ctx.db.query<SourceRecordRow>(sql`
    select ${recordColumns} from customer_source_records where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row && toRecord(row)
}

export interface SourceRecordFilter {
  readonly customerId?: number
  readonly source?: string
  readonly externalIds?: readonly string[]
}

export interface SourceRecordPage {
  readonly orderBy?: keyof typeof orders
  readonly descending?: boolean
  readonly offset?: number
  readonly limit?: number
}

const orders = {
  id: sql`id`,
  customerId: sql`customer_id`,
  source: sql`source`,
  externalId: sql`external_id`,
  createdAt: sql`created_at`,
} as const

export async function selectSourceRecords(
  ctx: Ctx,
  filter: SourceRecordFilter,
  page: SourceRecordPage & { offset: number; limit: number },
): Promise<SourceRecord[]> {
  const direction = page.descending ? sql`desc` : sql`asc`
  const rows = await ctx.db.query<SourceRecordRow>(sql`
    select ${recordColumns} from customer_source_records where ${conditions(ctx, filter)}
     order by ${orders[page.orderBy ?? 'id']} ${direction}, id limit ${page.limit} offset ${page.offset}`)
  return rows.map(toRecord)
}

export async function countSourceRecordRows(ctx: Ctx, filter: SourceRecordFilter): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(sql`
    select count(*) as count from customer_source_records where ${conditions(ctx, filter)}`)
  return row?.count ?? 0
}

function conditions(ctx: Ctx, filter: SourceRecordFilter): Sql {
  return joinSql(
    [
      sql`tenant_id = ${ctx.tenant.id}`,
      ...(filter.customerId !== undefined ? [sql`customer_id = ${filter.customerId}`] : []),
      ...(filter.source !== undefined ? [sql`source = ${filter.source}`] : []),
      ...(filter.externalIds ? [sql`external_id = any(${filter.externalIds}::text[])`] : []),
    ],
    ' and ',
  )
}

export async function deleteSourceRecordRow(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.query(sql`delete from customer_source_records where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}
