import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'
import type { PurchaseSource } from '../loyalty/index.ts'
import type { SaleLine } from './basket.ts'
import { givenMinor, lineGivenMinor } from './store.ts'

/** A sale of a customer as it stands: what was taken back is taken off. */
export interface PastSale {
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
  readonly paidByPointsMinor: Minor
  readonly givenMinor: Minor
  readonly lines: readonly SaleLine[]
  /** The customer's first. */
  readonly isFirst: boolean
}

interface Time {
  readonly from: Date
  readonly to: Date
}

function within(ctx: Ctx, { from, to }: Time): Sql {
  return sql`p.tenant_id = ${ctx.tenant.id} and p.occurred_at >= ${from} and p.occurred_at < ${to} and p.kind = 'sale' and p.confirmed
    and p.state in ('completed', 'partly_cancelled') and p.customer_id is not null`
}

export async function selectPastSaleCount(ctx: Ctx, time: Time): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(sql`select count(*) from purchases p where ${within(ctx, time)}`)
  return row?.count ?? 0
}

/** The next sales after one, oldest first. */
export function selectPastSales(
  ctx: Ctx,
  page: Time & { readonly after: PastSale | undefined; readonly limit: number },
): Promise<PastSale[]> {
  return ctx.db.query<PastSale>(sql`
    with page as materialized (
      select * from purchases p
       where ${within(ctx, page)} and (p.occurred_at, p.id) > (${page.after?.occurredAt ?? page.from}, ${page.after?.id ?? 0}::bigint)
       order by p.occurred_at, p.id limit ${page.limit})
    select p.id, p.customer_id as "customerId", p.source, p.confirmed, p.currency, p.occurred_at as "occurredAt", p.store_id as "storeId", p.channel,
           p.data ->> 'paymentType' as "paymentType",
           (coalesce(p.total_minor, l.total, 0) - coalesce(l.taken, 0))::bigint as "totalMinor", coalesce(l.lines, '[]') as lines,
           coalesce((select sum(amount_minor) from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
               and m.kind = 'points' and m.data -> 'deducted' is distinct from 'true'), 0)::bigint as "paidByPointsMinor",
           ${givenMinor},
           not exists (select 1 from purchases b where b.tenant_id = p.tenant_id and b.customer_id = p.customer_id and b.kind = 'sale' and b.confirmed
             and b.state in ('completed', 'partly_cancelled') and (b.occurred_at, b.id) < (p.occurred_at, p.id)) as "isFirst"
      from page p
      left join lateral (
        select sum(total_minor) as total,
               sum(case when quantity > 0 then round(total_minor * cancelled_quantity / quantity) else 0 end) as taken,
               jsonb_agg(jsonb_build_object('position', position, 'code', code, 'categoryCode', category_code,
                 'quantity', quantity - case when quantity > 0 then cancelled_quantity else 0 end,
                 'totalMinor', total_minor - case when quantity > 0 then round(total_minor * cancelled_quantity / quantity) else 0 end,
                 'givenMinor', ${lineGivenMinor}, 'earns', earns, 'discountable', earns) order by position) as lines
          from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id) l on true
     order by p.occurred_at, p.id`)
}
