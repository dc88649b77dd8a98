import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Decision, PurchaseSource } from '../loyalty/index.ts'
import type { PurchaseKind, PurchaseState, ReportRow } from './types.ts'

// Writes take any number of rows in one statement: a single sale and an import of thousands go the same way.

/** Takes the locks of the numbers, in one order, until the transaction ends. */
export async function lockNumbers(ctx: Ctx, numbers: readonly string[]): Promise<void> {
  const sorted = [...new Set(numbers)].sort()
  await ctx.db.query(sql`
    insert into purchase_numbers (tenant_id, number) select ${ctx.tenant.id}, number from unnest(${sorted}::text[]) as numbers (number)
    order by number on conflict do nothing`)
  await ctx.db.query(sql`
    select 1 from purchase_numbers where tenant_id = ${ctx.tenant.id} and number = any (${sorted}::text[]) order by number for update`)
}

export async function drawIds(ctx: Ctx, count: number): Promise<number[]> {
  if (count === 0) return []
  const rows = await ctx.db.query<{ id: number }>(
    sql`select nextval('entity_id') as id from generate_series(1, ${count}::int)`,
  )
  return rows.map((row) => row.id)
}

export interface KnownPurchase {
  readonly id: number
  readonly kind: PurchaseKind
  readonly number: string
  readonly customerId: number | null
  readonly storeId: number | null
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly linesSource: PurchaseSource | null
  readonly state: PurchaseState
  readonly currency: string
  readonly totalMinor: number | null
  readonly occurredAt: Date
  readonly cancelsId: number | null
  readonly typeCode: string | null
  readonly channel: string | null
  readonly till: string | null
  readonly cardNumber: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly earnedAt: Date | null
  readonly possibleTwin: boolean
  /** The spaces that have told of it. */
  readonly spaces: readonly string[]
}

/** Every purchase with one of these numbers, reported or own, oldest first. */
export function selectByNumbers(ctx: Ctx, numbers: readonly string[]): Promise<KnownPurchase[]> {
  return ctx.db.query<KnownPurchase>(sql`
    select id, kind, number, customer_id as "customerId", store_id as "storeId", source, confirmed, lines_source as "linesSource", state, currency,
           total_minor as "totalMinor", occurred_at as "occurredAt", cancels_id as "cancelsId", type_code as "typeCode", channel, till,
           card_number as "cardNumber", data, earned_at as "earnedAt", possible_twin as "possibleTwin",
           array(select space from purchase_reports r where r.tenant_id = p.tenant_id and r.purchase_id = p.id) as spaces
      from purchases p
     where tenant_id = ${ctx.tenant.id} and number = any (${[...new Set(numbers)]}::text[]) order by id`)
}

export interface PurchaseRow {
  readonly id: number
  readonly kind: PurchaseKind
  readonly number: string
  readonly customer_id: number | null
  readonly store_id: number | null
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly lines_source: PurchaseSource | null
  readonly state: PurchaseState
  readonly currency: string
  readonly total_minor: number | null
  readonly occurred_at: Date
  readonly cancels_id: number | null
  readonly type_code: string | null
  readonly channel: string | null
  readonly till: string | null
  readonly card_number: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly possible_twin: boolean
}

const purchaseRecord = sql`(id bigint, kind text, number text, customer_id bigint, store_id bigint, source text, confirmed boolean,
  lines_source text, state text, currency text, total_minor bigint, occurred_at timestamptz, cancels_id bigint, type_code text, channel text,
  till text, card_number text, data jsonb, possible_twin boolean)`

export async function insertPurchases(ctx: Ctx, rows: readonly PurchaseRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchases (tenant_id, id, kind, number, customer_id, store_id, source, confirmed, lines_source, state, currency, total_minor,
      occurred_at, cancels_id, type_code, channel, till, card_number, data, possible_twin)
    select ${ctx.tenant.id}, id, kind, number, customer_id, store_id, source, confirmed, lines_source, state, currency, total_minor,
      occurred_at, cancels_id, type_code, channel, till, card_number, data, possible_twin
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows ${purchaseRecord}`)
}

export async function updatePurchases(ctx: Ctx, rows: readonly PurchaseRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    update purchases p set customer_id = r.customer_id, store_id = r.store_id, source = r.source, confirmed = r.confirmed,
      lines_source = r.lines_source, state = r.state, total_minor = r.total_minor, currency = r.currency, type_code = r.type_code, channel = r.channel,
      till = r.till, card_number = r.card_number, data = r.data, possible_twin = r.possible_twin, updated_at = now()
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r ${purchaseRecord}
     where p.tenant_id = ${ctx.tenant.id} and p.id = r.id`)
}

export async function markTwins(ctx: Ctx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await ctx.db.query(
    sql`update purchases set possible_twin = true where tenant_id = ${ctx.tenant.id} and id = any (${ids}::bigint[])`,
  )
}

export async function markEarned(ctx: Ctx, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  await ctx.db.query(
    sql`update purchases set earned_at = ${ctx.clock.now()} where tenant_id = ${ctx.tenant.id} and id = any (${ids}::bigint[])`,
  )
}

export interface NewReport {
  readonly purchase_id: number
  readonly space: string
  readonly number: string
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly total_minor: number | null
  readonly customer_id: number | null
  readonly occurred_at: Date
  readonly request_hash: string
}

export async function insertReports(ctx: Ctx, rows: readonly NewReport[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchase_reports (tenant_id, purchase_id, space, number, source, confirmed, total_minor, customer_id, occurred_at, request_hash)
    select ${ctx.tenant.id}, purchase_id, space, number, source, confirmed, total_minor, customer_id, occurred_at, request_hash
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows (purchase_id bigint, space text, number text, source text, confirmed boolean, total_minor bigint, customer_id bigint,
                 occurred_at timestamptz, request_hash text)`)
}

/** Which purchase each of these numbers, in its own space, was told of. */
export function selectReports(
  ctx: Ctx,
  told: readonly { readonly space: string; readonly number: string }[],
): Promise<{ space: string; number: string; purchaseId: number }[]> {
  return ctx.db.query(sql`
    select r.space, r.number, r.purchase_id as "purchaseId"
      from unnest(${told.map(({ space }) => space)}::text[], ${told.map(({ number }) => number)}::text[]) as told (space, number)
      join purchase_reports r on r.tenant_id = ${ctx.tenant.id} and r.space = told.space and r.number = told.number`)
}

/** Keeps what the rules decided, where there were rules to decide. */
export async function setDecisions(
  ctx: Ctx,
  rows: readonly { id: number; decisions: readonly Decision[] }[],
): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    update purchases p set decisions = r.decisions from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (id bigint, decisions jsonb)
     where p.tenant_id = ${ctx.tenant.id} and p.id = r.id`)
}

export async function setStates(ctx: Ctx, states: readonly { id: number; state: PurchaseState }[]): Promise<void> {
  if (states.length === 0) return
  await ctx.db.query(sql`
    update purchases p set state = s.state, updated_at = now()
      from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as s (id bigint, state text)
     where p.tenant_id = ${ctx.tenant.id} and p.id = s.id`)
}

export async function setCustomer(ctx: Ctx, claim: { id: number; customerId: number }): Promise<void> {
  await ctx.db.query(sql`
    update purchases set customer_id = ${claim.customerId}, updated_at = now() where tenant_id = ${ctx.tenant.id} and id = ${claim.id}`)
}

/** For a merge. */
export async function moveCustomer(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update purchases set customer_id = ${move.intoId}, updated_at = now()
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreCustomer(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update purchases set customer_id = ${move.intoId}, updated_at = now()
     where tenant_id = ${ctx.tenant.id} and id = any (${move.ids}::bigint[])`)
}

export type { ReportRow }

/** For erasure: what was noted beside the sale (a delivery address, a comment, a card) goes, the sale stays. */
export async function blankNotes(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    update purchases set data = '{}', card_number = null
     where tenant_id = ${ctx.tenant.id} and customer_id = any (${customerIds}::bigint[])`)
}
