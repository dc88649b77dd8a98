import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import { applyAllCall, type Operation } from '../ledger/index.ts'
import type { Decision } from '../loyalty/index.ts'
import {
  type EffectRow,
  type LineRow,
  lineColumns,
  type NewReport,
  type PaymentRow,
  type PurchaseRow,
} from './store.ts'
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
 * Writes a sale with all that belongs to it and moves its value, in one statement: what costs is the way to the database and
 * the start of each statement, not the rows. Undefined, and nothing is written, where the number was told before, or the customer
 * is not there or was merged, or what `stillStands` asks does not hold. Whoever writes the same number at this moment is waited for. The purchase's id in the rows, 0, becomes
 * the one drawn here.
 */
export async function insertReceipt(ctx: Ctx, receipt: Receipt, stillStands: Sql): Promise<PurchaseId | undefined> {
  const { purchase: p, report: r, settled } = receipt
  const tenant = ctx.tenant.id
  const named = (key: string | null) => key?.replace('purchase:0:', 'purchase:@id:')
  const payments = receipt.payments.map((row) => ({ ...row, posting_key: named(row.posting_key) }))
  const effects = receipt.effects.map((row) => ({ ...row, postingKey: named(row.postingKey) }))
  const operations = receipt.operations.map((operation) => ({
    ...operation,
    key: named(operation.key),
    purchaseId: '@id',
  }))
  const rows = await ctx.db.query<{ id: PurchaseId }>(sql`
    with living as materialized (
      select id from customers where tenant_id = ${tenant} and id = ${p.customer_id} and state in ('identified', 'anonymous') for share),
    fresh as materialized (
      insert into purchase_numbers (tenant_id, number)
      select ${tenant}, ${p.number} where (${p.customer_id}::bigint is null or exists (select 1 from living)) and ${stillStands}
      on conflict do nothing returning number),
    sale as materialized (select nextval('entity_id') as id from fresh),
    purchase as (
      insert into purchases (tenant_id, id, kind, number, customer_id, store_id, source, confirmed, lines_source, state, currency, total_minor,
        occurred_at, type_code, channel, till, card_number, data, decisions, earned_at)
      select ${tenant}, id, ${p.kind}, ${p.number}, ${p.customer_id}, ${p.store_id}, ${p.source}, ${p.confirmed}, ${p.lines_source}, ${p.state},
        ${p.currency}, ${p.total_minor}, ${p.occurred_at}, ${p.type_code}, ${p.channel}, ${p.till}, ${p.card_number}, ${JSON.stringify(p.data)},
        ${receipt.decisions ? JSON.stringify(receipt.decisions) : null}::jsonb, ${settled ? ctx.clock.now() : null} from sale),
    report as (
      insert into purchase_reports (tenant_id, purchase_id, space, number, source, confirmed, total_minor, customer_id, occurred_at, request_hash)
      select ${tenant}, id, ${r.space}, ${r.number}, ${r.source}, ${r.confirmed}, ${r.total_minor}, ${r.customer_id}, ${r.occurred_at},
        ${r.request_hash} from sale),
    lines as (
      insert into purchase_lines (tenant_id, purchase_id, position, product_id, code, name, quantity, unit_price, total_minor, vat_rate, category_code,
        item_type, earns, data)
      select ${tenant}, sale.id, r.position, p.id, r.code, coalesce(nullif(r.name, ''), p.name, ''), r.quantity, r.unit_price, r.total_minor,
        r.vat_rate, r.category_code, r.item_type, r.earns, r.data
        from sale cross join ${lineColumns(receipt.lines)} left join products p on p.tenant_id = ${tenant} and p.code = r.code),
    paid as (
      insert into purchase_payments (tenant_id, purchase_id, kind, amount_minor, unit_id, unit_amount, posting_key, data)
      select ${tenant}, sale.id, kind, amount_minor, unit_id, unit_amount, replace(posting_key, '@id', sale.id::text), data
        from sale cross join jsonb_to_recordset(${JSON.stringify(payments)}::jsonb)
          as rows (kind text, amount_minor bigint, unit_id bigint, unit_amount bigint, posting_key text, data jsonb)),
    effected as (
      insert into purchase_effects (tenant_id, purchase_id, kind, programme_id, unit_id, amount, posting_key, why)
      select ${tenant}, sale.id, kind, "programmeId", "unitId", amount, replace("postingKey", '@id', sale.id::text), why
        from sale cross join jsonb_to_recordset(${JSON.stringify(effects)}::jsonb)
          as rows (kind text, "programmeId" bigint, "unitId" bigint, amount bigint, "postingKey" text, why jsonb)),
    told as (
      insert into changes (tenant_id, entity, entity_id, customer_id, operation, data)
      select ${tenant}, 'purchase', id, ${p.customer_id}, 'created', ${JSON.stringify({ source: p.source })} from sale)
    select id, ${receipt.operations.length > 0 ? applyAllCall(ctx, sql`replace(${JSON.stringify(operations)}, '@id', id::text)::jsonb`) : sql`null`} from sale`)
  return rows[0]?.id
}
