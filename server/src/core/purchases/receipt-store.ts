import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import { applyAllCall, type Operation } from '../ledger/index.ts'
import type { Decision } from '../loyalty/index.ts'
import { type EffectRow, type LineRow, lineColumns, type PaymentRow } from './line-store.ts'
import type { NewReport, PurchaseRow } from './store.ts'
import type { PurchaseId } from './types.ts'

export interface Receipt {
  readonly purchase: PurchaseRow
  readonly report: NewReport
  readonly lines: readonly LineRow[]
  readonly payments: readonly PaymentRow[]
  readonly effects: readonly EffectRow[]
  readonly operations: readonly Operation[]
  /** Its earning is worked out for good. */
  readonly settled: boolean
  readonly decisions: readonly Decision[] | undefined
}

/**
 * Writes sales with all that belongs to them and moves their value, in one statement: what costs is the way to the database and the
 * start of each statement, not the rows. Undefined, and nothing is written, for a sale whose number was told before, or whose customer
 * is not there or was merged; for all where what `stillStands` asks does not hold. One refusal of the ledger refuses all. Their numbers
 * must differ; whoever writes one of them at this moment is waited for. The purchase's id in the rows, 0, becomes the one drawn here.
 */
export async function insertReceipts(
  ctx: Ctx,
  receipts: readonly Receipt[],
  stillStands: Sql,
): Promise<(PurchaseId | undefined)[]> {
  const tenant = ctx.tenant.id
  const customers = receipts.flatMap(({ purchase }) => purchase.customer_id ?? [])
  const moves = sql`(
    select jsonb_agg(o.op order by n, o.position)
      from sale, jsonb_array_elements(replace(operations, '@id', id::text)::jsonb) with ordinality o (op, position))`
  const [row] = await ctx.db.query<{ ids: [n: number, id: PurchaseId][] | null }>(sql`
    with told as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(receipts.map(toRow))}::jsonb) as r (n int, kind text, number text, customer_id bigint,
        store_id bigint, source text, confirmed boolean, lines_source text, state text, currency text, total_minor bigint, occurred_at timestamptz,
        type_code text, channel text, till text, card_number text, data jsonb, space text, told_number text, request_hash text,
        decisions jsonb, settled boolean, operations text)),
    living as materialized (
      select id from customers where tenant_id = ${tenant} and id = any (${customers}::bigint[]) and state in ('identified', 'anonymous')
       order by id for share),
    fresh as materialized (
      insert into purchase_numbers (tenant_id, number)
      select ${tenant}, number from told where (customer_id is null or customer_id in (select id from living)) and ${stillStands} order by number
      on conflict do nothing returning number),
    sale as materialized (select told.*, nextval('entity_id') as id from told join fresh using (number)),
    purchase as (
      insert into purchases (tenant_id, id, kind, number, customer_id, store_id, source, confirmed, lines_source, state, currency, total_minor,
        occurred_at, type_code, channel, till, card_number, data, decisions, earned_at)
      select ${tenant}, id, kind, number, customer_id, store_id, source, confirmed, lines_source, state, currency, total_minor, occurred_at,
        type_code, channel, till, card_number, data, decisions, case when settled then ${ctx.clock.now()}::timestamptz end from sale),
    report as (
      insert into purchase_reports (tenant_id, purchase_id, space, number, source, confirmed, total_minor, customer_id, occurred_at, request_hash)
      select ${tenant}, id, space, told_number, source, confirmed, total_minor, customer_id, occurred_at, request_hash from sale),
    lines as (
      insert into purchase_lines (tenant_id, purchase_id, position, product_id, code, name, quantity, unit_price, total_minor, vat_rate, category_code,
        item_type, earns, data)
      select ${tenant}, sale.id, r.position, p.id, r.code, coalesce(nullif(r.name, ''), p.name, ''), r.quantity, r.unit_price, r.total_minor,
        r.vat_rate, r.category_code, r.item_type, r.earns, r.data
        from ${lineColumns(receipts.flatMap(({ lines }, n) => lines.map((row) => ({ ...row, purchase_id: n }))))}
        join sale on sale.n = r.purchase_id left join products p on p.tenant_id = ${tenant} and p.code = r.code),
    paid as (
      insert into purchase_payments (tenant_id, purchase_id, kind, amount_minor, unit_id, unit_amount, posting_key, data)
      select ${tenant}, sale.id, r.kind, amount_minor, unit_id, unit_amount, replace(posting_key, '@id', sale.id::text), r.data
        from jsonb_to_recordset(${JSON.stringify(receipts.flatMap(paymentsOf))}::jsonb)
          as r (n int, kind text, amount_minor bigint, unit_id bigint, unit_amount bigint, posting_key text, data jsonb) join sale using (n)),
    effected as (
      insert into purchase_effects (tenant_id, purchase_id, kind, programme_id, unit_id, amount, posting_key, why)
      select ${tenant}, sale.id, r.kind, "programmeId", "unitId", amount, replace("postingKey", '@id', sale.id::text), why
        from jsonb_to_recordset(${JSON.stringify(receipts.flatMap(effectsOf))}::jsonb)
          as r (n int, kind text, "programmeId" bigint, "unitId" bigint, amount bigint, "postingKey" text, why jsonb) join sale using (n)),
    emitted as (
      insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
      select ${tenant}, 'purchase', id, customer_id, 'created', jsonb_build_object('source', source) from sale)
    select (select jsonb_agg(jsonb_build_array(n, id)) from sale) as ids,
      case when exists (select 1 from sale where operations is not null) then ${applyAllCall(ctx, moves)} end`)
  const ids = new Map(row?.ids)
  return receipts.map((_, n) => ids.get(n))
}

function toRow(receipt: Receipt, n: number) {
  const { purchase, report, settled, operations, decisions } = receipt
  const moves = operations.map((operation) => ({ ...operation, key: named(operation.key), purchaseId: '@id' }))
  return {
    ...purchase,
    n,
    space: report.space,
    told_number: report.number,
    request_hash: report.request_hash,
    decisions,
    settled,
    operations: moves.length > 0 ? JSON.stringify(moves) : null,
  }
}

function paymentsOf(receipt: Receipt, n: number) {
  return receipt.payments.map((row) => ({ ...row, n, posting_key: named(row.posting_key) }))
}

function effectsOf(receipt: Receipt, n: number) {
  return receipt.effects.map((row) => ({ ...row, n, postingKey: named(row.postingKey) }))
}

function named(key: string | null): string | undefined {
  return key?.replace('purchase:0:', 'purchase:@id:')
}
