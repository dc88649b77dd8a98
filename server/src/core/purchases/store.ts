import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { Decision, PurchaseSource } from '../loyalty/index.ts'
import type { SaleLine } from './basket.ts'
import type { SoldLine } from './rules.ts'
import type { Effect, Payment, PurchaseKind, PurchaseState, ReportRow } from './types.ts'

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

export interface LineRow {
  readonly purchase_id: number
  readonly position: number
  readonly code: string
  readonly name: string
  readonly quantity: number
  readonly unit_price: string
  readonly total_minor: number
  readonly vat_rate: number | null
  readonly category_code: string | null
  readonly item_type: string | null
  readonly earns: boolean
  readonly cancels_line_id: number | null
  readonly data: Readonly<Record<string, unknown>> | null
}

/**
 * The product is found by its code in the same statement: a round trip less, and a line without a product keeps its code.
 * Columns come as arrays, which are read three times as fast as JSON: lines are what an import has most of.
 */
export async function insertLines(ctx: Ctx, rows: readonly LineRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchase_lines (tenant_id, purchase_id, position, product_id, code, name, quantity, unit_price, total_minor, vat_rate, category_code,
      item_type, earns, cancels_line_id, data)
    select ${ctx.tenant.id}, r.purchase_id, r.position, p.id, r.code, coalesce(nullif(r.name, ''), p.name, ''), r.quantity, r.unit_price, r.total_minor,
      r.vat_rate, r.category_code, r.item_type, r.earns, r.cancels_line_id, r.data
      from ${lineColumns(rows)} left join products p on p.tenant_id = ${ctx.tenant.id} and p.code = r.code`)
}

/** The rows as a relation r. */
export function lineColumns(rows: readonly LineRow[]): Sql {
  const all = <Key extends keyof LineRow>(key: Key) => rows.map((row) => row[key])
  return sql`
    unnest(${all('purchase_id')}::bigint[], ${all('position')}::int[], ${all('code')}::text[], ${all('name')}::text[],
      ${all('quantity')}::numeric[], ${all('unit_price')}::numeric[], ${all('total_minor')}::bigint[], ${all('vat_rate')}::numeric[],
      ${all('category_code')}::text[], ${all('item_type')}::text[], ${all('earns')}::boolean[], ${all('cancels_line_id')}::bigint[],
      ${rows.map(({ data }) => data && JSON.stringify(data))}::jsonb[])
      as r (purchase_id, position, code, name, quantity, unit_price, total_minor, vat_rate, category_code, item_type, earns, cancels_line_id, data)`
}

export async function deleteLines(ctx: Ctx, purchaseIds: readonly number[]): Promise<void> {
  if (purchaseIds.length === 0) return
  await ctx.db.query(
    sql`delete from purchase_lines where tenant_id = ${ctx.tenant.id} and purchase_id = any (${purchaseIds}::bigint[])`,
  )
}

export interface PaymentRow {
  readonly purchase_id: number
  readonly kind: Payment['kind']
  readonly amount_minor: number
  readonly unit_id: number | null
  readonly unit_amount: number | null
  readonly posting_key: string | null
  readonly data: Readonly<Record<string, unknown>> | null
}

export async function insertPayments(ctx: Ctx, rows: readonly PaymentRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchase_payments (tenant_id, purchase_id, kind, amount_minor, unit_id, unit_amount, posting_key, data)
    select ${ctx.tenant.id}, purchase_id, kind, amount_minor, unit_id, unit_amount, posting_key, data
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows (purchase_id bigint, kind text, amount_minor bigint, unit_id bigint, unit_amount bigint, posting_key text, data jsonb)`)
}

export interface EffectRow extends Effect {
  readonly purchaseId: number
  readonly originalId: number | null
}

export async function insertEffects(ctx: Ctx, rows: readonly EffectRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchase_effects (tenant_id, purchase_id, kind, programme_id, unit_id, amount, posting_key, original_id, why)
    select ${ctx.tenant.id}, "purchaseId", kind, "programmeId", "unitId", amount, "postingKey", "originalId", why
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows ("purchaseId" bigint, kind text, "programmeId" bigint, "unitId" bigint, amount bigint, "postingKey" text, "originalId" bigint, why jsonb)`)
}

export interface Basis {
  readonly id: number
  readonly kind: PurchaseKind
  readonly customerId: number | null
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly state: PurchaseState
  readonly currency: string
  readonly occurredAt: Date
  readonly earnedAt: Date | null
  readonly totalMinor: number
  readonly silentMinor: number
  readonly paidByPointsMinor: number
  readonly givenMinor: number
  readonly storeId: number | null
  readonly channel: string | null
  readonly paymentType: string | null
}

/** What was taken off the total of a purchase p: by benefits, and by value that the till deducted itself. */
export const givenMinor = sql`
  (coalesce((select sum(d.amount_minor) from purchase_discounts d where d.tenant_id = p.tenant_id and d.purchase_id = p.id), 0)
   + coalesce((select sum(m.amount_minor) from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
       and m.data -> 'deducted' = 'true'), 0))::bigint as "givenMinor"`

/** What was taken off a line l. */
export const lineGivenMinor = sql`
  coalesce((select sum(d.amount_minor) from purchase_discounts d where d.tenant_id = l.tenant_id and d.purchase_id = l.purchase_id
    and d.line_position = l.position), 0)::bigint`

/** What earning is worked out from, as the rows stand now. */
export function selectBases(ctx: Ctx, ids: readonly number[]): Promise<Basis[]> {
  return ctx.db.query<Basis>(sql`
    select p.id, p.kind, p.customer_id as "customerId", p.source, p.confirmed, p.state, p.currency, p.occurred_at as "occurredAt",
           p.earned_at as "earnedAt", p.store_id as "storeId", p.channel, p.data ->> 'paymentType' as "paymentType",
           -- Lines that only a browser told of are shown, but nothing is earned on them.
           coalesce(p.total_minor, case when p.lines_source is distinct from 'tracking' then l.total end, 0)::bigint as "totalMinor", coalesce(l.silent, 0)::bigint as "silentMinor",
           coalesce((select sum(amount_minor) from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
               and m.kind = 'points' and m.data -> 'deducted' is distinct from 'true'), 0)::bigint as "paidByPointsMinor",
           ${givenMinor}
      from purchases p
      left join lateral (select sum(total_minor) as total, sum(total_minor) filter (where not earns) as silent
        from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id) l on true
     where p.tenant_id = ${ctx.tenant.id} and p.id = any (${ids}::bigint[])`)
}

/** The lines of sales as rules look at them, in their order. */
export function selectSaleLines(ctx: Ctx, ids: readonly number[]): Promise<(SaleLine & { purchaseId: number })[]> {
  return ctx.db.query(sql`
    select purchase_id as "purchaseId", position, code, category_code as "categoryCode", quantity, total_minor as "totalMinor",
           ${lineGivenMinor} as "givenMinor", earns, earns as discountable
      from purchase_lines l where tenant_id = ${ctx.tenant.id} and purchase_id = any (${ids}::bigint[]) order by purchase_id, position`)
}

/** Whether the customer bought anything before this moment, or at it by another purchase made earlier. */
export async function selectHasBought(
  ctx: Ctx,
  { customerId, purchaseId, at }: { customerId: number; purchaseId?: number; at: Date },
): Promise<boolean> {
  const [row] = await ctx.db.query<{ bought: boolean }>(sql`
    select exists (select 1 from purchases where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and kind = 'sale' and confirmed
      and state in ('completed', 'partly_cancelled') and (occurred_at, id) < (${at}, ${purchaseId ?? Number.MAX_SAFE_INTEGER}::bigint)) as bought`)
  return row?.bought ?? false
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

export async function selectPayments(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<(Payment & { restored: number; giftCardId: number | null })[]> {
  return ctx.db.query(sql`
    select id, purchase_id as "purchaseId", kind, amount_minor as "amountMinor", unit_id as "unitId", unit_amount as "unitAmount",
           posting_key as "postingKey", (data ->> 'giftCardId')::bigint as "giftCardId",
           coalesce((select -sum(r.unit_amount) from purchases c join purchase_payments r on r.tenant_id = c.tenant_id and r.purchase_id = c.id
               where c.tenant_id = p.tenant_id and c.cancels_id = p.purchase_id and r.data ->> 'restores' = p.posting_key), 0)::bigint as restored
      from purchase_payments p where tenant_id = ${ctx.tenant.id} and purchase_id = any (${purchaseIds}::bigint[]) order by id`)
}

const soldColumns = sql`
  l.id, l.purchase_id as "purchaseId", p.customer_id as "customerId", l.code, l.name, l.quantity, l.total_minor as "totalMinor",
  l.vat_rate as "vatRate", l.category_code as "categoryCode", l.item_type as "itemType", p.occurred_at as "occurredAt",
  l.quantity - l.cancelled_quantity as open`

/** The sold lines of these sales, locked, in their order. */
export function selectSoldOf(ctx: Ctx, purchaseIds: readonly number[]): Promise<SoldLine[]> {
  return ctx.db.query<SoldLine>(sql`
    select ${soldColumns}
      from purchase_lines l join purchases p on p.tenant_id = l.tenant_id and p.id = l.purchase_id
     where l.tenant_id = ${ctx.tenant.id} and l.purchase_id = any (${purchaseIds}::bigint[]) and l.quantity > 0
     order by l.purchase_id, l.position for update of l`)
}

/** The lines that cancellations without a number may mean: the customers' sales of these codes, latest first, locked. */
export async function selectSoldTo(
  ctx: Ctx,
  wanted: readonly { customerId: number; code: string }[],
): Promise<SoldLine[]> {
  if (wanted.length === 0) return []
  return ctx.db.query<SoldLine>(sql`
    select ${soldColumns}
      from purchases p join purchase_lines l on l.tenant_id = p.tenant_id and l.purchase_id = p.id
     where p.tenant_id = ${ctx.tenant.id} and p.customer_id = any (${[...new Set(wanted.map(({ customerId }) => customerId))]}::bigint[])
       and p.kind = 'sale' and p.state in ('completed', 'partly_cancelled') and l.quantity > l.cancelled_quantity
       and (p.customer_id, l.code) in (select * from unnest(${wanted.map(({ customerId }) => customerId)}::bigint[], ${wanted.map(({ code }) => code)}::text[]))
     order by p.occurred_at desc, p.id desc, l.position desc for update of l`)
}

export async function addCancelled(ctx: Ctx, taken: readonly { lineId: number; quantity: number }[]): Promise<void> {
  if (taken.length === 0) return
  await ctx.db.query(sql`
    update purchase_lines l set cancelled_quantity = l.cancelled_quantity + t.quantity
      from (select "lineId" as id, sum(quantity) as quantity
              from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as rows ("lineId" bigint, quantity numeric) group by 1) t
     where l.tenant_id = ${ctx.tenant.id} and l.id = t.id`)
}

export interface CancelledBasis {
  readonly id: number
  readonly customerId: number | null
  /** What could earn, and how much of that has been taken back by now. */
  readonly baseMinor: number
  readonly cancelledMinor: number
  readonly everythingCancelled: boolean
  readonly earned: number
  readonly alreadyTaken: number
  readonly programmeId: number | null
  readonly unitId: number | null
  readonly postingKey: string | null
  readonly isPoints: boolean
}

/** Where sales stand after lines of theirs were taken back, one row for each posting they earned by (one, with nothing, where none). A sale without lines goes by its cancellations' totals. */
export function selectCancelledBases(ctx: Ctx, ids: readonly number[]): Promise<CancelledBasis[]> {
  return ctx.db.query<CancelledBasis>(sql`
    select p.id, p.customer_id as "customerId",
           (case when l.lines > 0 then l.base else coalesce(p.total_minor, 0) end)::bigint as "baseMinor",
           (case when l.lines > 0 then l.cancelled else coalesce(c.total, 0) end)::bigint as "cancelledMinor",
           case when l.lines > 0 then l.open = 0 else coalesce(c.total, 0) >= coalesce(p.total_minor, 0) end as "everythingCancelled",
           coalesce(e.amount, 0) as earned, e.programme_id as "programmeId", e.unit_id as "unitId", e.posting_key as "postingKey",
           coalesce((select u.kind = 'points' from units u where u.tenant_id = e.tenant_id and u.id = e.unit_id), false) as "isPoints",
           coalesce((select sum(r.amount) from purchase_effects r where r.tenant_id = p.tenant_id and r.original_id = p.id
               and r.why ->> 'reverses' = e.posting_key), 0)::bigint as "alreadyTaken"
      from purchases p
      left join purchase_effects e on e.tenant_id = p.tenant_id and e.purchase_id = p.id and e.kind = 'earn'
      left join lateral (
        select count(*) as lines, coalesce(sum(total_minor) filter (where earns), 0) as base,
               coalesce(sum(round(total_minor * cancelled_quantity / quantity)) filter (where earns and quantity <> 0), 0) as cancelled,
               coalesce(sum(quantity - cancelled_quantity) filter (where quantity > 0), 0) as open
          from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id) l on true
      left join lateral (select -sum(total_minor) as total from purchases c where c.tenant_id = p.tenant_id and c.cancels_id = p.id) c on true
     where p.tenant_id = ${ctx.tenant.id} and p.id = any (${ids}::bigint[]) order by p.id, e.id`)
}

export async function setStates(ctx: Ctx, states: readonly { id: number; state: PurchaseState }[]): Promise<void> {
  if (states.length === 0) return
  await ctx.db.query(sql`
    update purchases p set state = s.state, updated_at = now()
      from jsonb_to_recordset(${JSON.stringify(states)}::jsonb) as s (id bigint, state text)
     where p.tenant_id = ${ctx.tenant.id} and p.id = s.id`)
}

/** What a cancellation by number takes back in full: every line as far as it is still open. */
export async function closeLines(ctx: Ctx, purchaseId: number): Promise<void> {
  await ctx.db.query(sql`
    update purchase_lines set cancelled_quantity = quantity
     where tenant_id = ${ctx.tenant.id} and purchase_id = ${purchaseId} and quantity > 0`)
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
