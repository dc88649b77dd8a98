import type { Ctx } from '../../../platform/ctx.ts'
import { type Sql, sql } from '../../../platform/db.ts'
import type { Minor } from '../../../platform/money.ts'
import type { PurchaseSource } from '../../loyalty/index.ts'

/** A sale of a customer as it stands: what was taken back is taken off. */
export interface PastSaleRow {
  readonly id: number
  readonly customerId: number
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly currency: string
  readonly occurredAt: Date
  readonly storeId: number | null
  readonly channel: string | null
  readonly paymentType: string | null
  readonly totalMinor: Minor
  /** false: the total is the sum of the lines. */
  readonly isTotalTold: boolean
  /** The customer's first; asked only where a rule asks. */
  readonly isFirst: boolean
}

/** All lines of a sale together: without rules that ask for lines nothing else counts. */
export interface LineSums {
  /** 0: the sale was told without lines. */
  readonly lineCount: number
  /** Anything that may earn and was not taken back. */
  readonly isBought: boolean
  readonly silentMinor: Minor
}

/** Lines one by one, each field a list over them: a third of the bytes that a list of objects has, and a tenth of the work. */
export interface LineLists {
  readonly positions: readonly number[] | null
  readonly codes: readonly string[]
  readonly categoryCodes: readonly (string | null)[]
  readonly quantities: readonly number[]
  readonly totals: readonly Minor[]
  readonly earns: readonly boolean[]
}

export interface Span {
  readonly from: Date
  readonly to: Date
}

export interface SalePage extends Span {
  readonly after: Pick<PastSaleRow, 'id' | 'occurredAt'> | undefined
  readonly limit: number
  /** Whether it is the customer's first is worked out. */
  readonly asksFirst: boolean
}

function within(ctx: Ctx, { from, to }: Span): Sql {
  return sql`p.tenant_id = ${ctx.tenant.id} and p.occurred_at >= ${from} and p.occurred_at < ${to} and p.kind = 'sale' and p.confirmed
    and p.state in ('completed', 'partly_cancelled') and p.customer_id is not null`
}

export async function selectPastSaleCount(ctx: Ctx, span: Span): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(sql`select count(*) from purchases p where ${within(ctx, span)}`)
  return row?.count ?? 0
}

/** What a cancellation took back of a line l; most lines were not, and dividing costs. */
const taken = sql`case when l.cancelled_quantity <> 0 and l.quantity > 0 then round(l.total_minor * l.cancelled_quantity / l.quantity)::bigint else 0 end`

function salePage(ctx: Ctx, page: SalePage, lines: Sql, columns: Sql): Sql {
  return sql`
    with page as materialized (
      select * from purchases p
       where ${within(ctx, page)} and (p.occurred_at, p.id) > (${page.after?.occurredAt ?? page.from}, ${page.after?.id ?? 0}::bigint)
       order by p.occurred_at, p.id limit ${page.limit})
    select p.id, p.customer_id as "customerId", p.source, p.confirmed, p.currency, p.occurred_at as "occurredAt", p.store_id as "storeId", p.channel,
           p.data ->> 'paymentType' as "paymentType",
           (coalesce(p.total_minor, l.total, 0) - coalesce(l.taken, 0))::bigint as "totalMinor",
           p.total_minor is not null as "isTotalTold",
           ${page.asksFirst} and not exists (select 1 from purchases b where b.tenant_id = p.tenant_id and b.customer_id = p.customer_id and b.kind = 'sale'
             and b.confirmed and b.state in ('completed', 'partly_cancelled') and (b.occurred_at, b.id) < (p.occurred_at, p.id)) as "isFirst",
           ${columns}
      from page p left join lateral (${lines}) l on true
     order by p.occurred_at, p.id`
}

/** The next sales after one, oldest first, with what their lines come to. */
export function selectPastSales(ctx: Ctx, page: SalePage): Promise<(PastSaleRow & LineSums)[]> {
  const lines = sql`
    select count(*) as count, sum(total_minor) as total, sum(${taken}) as taken,
           sum(total_minor - ${taken}) filter (where not earns) as silent, bool_or(earns and quantity > cancelled_quantity) as bought
      from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id`
  const columns = sql`
    l.count as "lineCount", coalesce(l.bought, false) as "isBought", coalesce(l.silent, 0)::bigint as "silentMinor"`
  return ctx.db.query(salePage(ctx, page, lines, columns))
}

/** The same with the lines themselves. */
export function selectPastSalesWithLines(ctx: Ctx, page: SalePage): Promise<(PastSaleRow & LineLists)[]> {
  const lines = sql`
    select sum(total_minor) as total, sum(${taken}) as taken, array_agg(position order by position) as positions,
           array_agg(code order by position) as codes, array_agg(category_code order by position) as categories,
           array_agg(case when cancelled_quantity <> 0 and quantity > 0 then quantity - cancelled_quantity else quantity end order by position) as quantities,
           array_agg(total_minor - ${taken} order by position) as totals, array_agg(earns order by position) as earns
      from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id`
  // As JSON: the driver reads its own notation of lists letter by letter.
  const columns = sql`
    array_to_json(l.positions) as positions, array_to_json(l.codes) as codes, array_to_json(l.categories) as "categoryCodes",
    array_to_json(l.quantities) as quantities, array_to_json(l.totals) as totals, array_to_json(l.earns) as earns`
  return ctx.db.query(salePage(ctx, page, lines, columns))
}

/** What benefits took off these purchases; without a position off the whole. */
export function selectGiven(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<{ purchaseId: number; position: number | null; amountMinor: Minor }[]> {
  return ctx.db.query(sql`
    select purchase_id as "purchaseId", line_position as position, sum(amount_minor)::bigint as "amountMinor"
      from purchase_discounts where tenant_id = ${ctx.tenant.id} and purchase_id = any (${purchaseIds}::bigint[]) group by 1, 2`)
}

/** What was paid with points; what benefits are not, though it stands among them or is off the total that the till told. */
export function selectPaid(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<{ purchaseId: number; byPointsMinor: Minor; givenMinor: Minor; besideMinor: Minor }[]> {
  return ctx.db.query(sql`
    select purchase_id as "purchaseId",
           coalesce(sum(amount_minor) filter (where kind = 'points' and data -> 'deducted' is distinct from 'true'), 0)::bigint as "byPointsMinor",
           coalesce(sum(case when data ? 'giftCardId' then -amount_minor when kind = 'points' and data -> 'deducted' = 'true' then amount_minor end), 0)::bigint as "givenMinor",
           coalesce(sum(amount_minor) filter (where kind <> 'points' and data -> 'deducted' = 'true'), 0)::bigint as "besideMinor"
      from purchase_payments where tenant_id = ${ctx.tenant.id} and purchase_id = any (${purchaseIds}::bigint[]) group by 1`)
}
