import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { findDefaultUnit } from '../ledger/index.ts'
import { purchaseTotal } from './totals.ts'
import type { CustomerFigures } from './types.ts'

/**
 * What a list of customers shows of each: points and purchases in one query for the page. What is due but not yet posted
 * is counted as in the ledger's own balance. Sales in different currencies are not added up.
 */
export async function customerFigures(ctx: Ctx, customerIds: readonly number[]): Promise<Map<number, CustomerFigures>> {
  if (customerIds.length === 0) return new Map()
  const unit = await findDefaultUnit(ctx, 'points')
  const now = ctx.clock.now()
  const rows = await ctx.db.query<CustomerFigures & { customerId: number }>(sql`
    select ids.id as "customerId",
           coalesce((select sum(l.remaining) from ledger_accounts a join lots l on l.tenant_id = a.tenant_id and l.account_id = a.id
              where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ids.id and a.unit_id = ${unit?.id ?? 0} and l.is_open
                and (a.role = 'available' or (a.role = 'pending' and l.activates_at <= ${now}))
                and (l.expires_at is null or l.expires_at > ${now})), 0)::bigint as points,
           bought."lastAt" as "lastPurchaseAt", coalesce(bought.total, 0)::bigint as "purchasesMinor",
           bought.currency as "purchasesCurrency"
      from unnest(${customerIds}::bigint[]) as ids (id)
      left join lateral (
        select currency, total, max("lastAt") over () as "lastAt"
          from (select p.currency, count(*) as times, sum(${purchaseTotal}) as total,
                       max(p.occurred_at) filter (where p.kind = 'sale') as "lastAt"
                  from purchases p where p.tenant_id = ${ctx.tenant.id} and p.customer_id = ids.id
                 group by p.currency) by_currency
         order by (currency = ${ctx.tenant.currency}) desc, times desc, currency limit 1) bought on true`)
  return new Map(rows.map(({ customerId, ...figures }) => [customerId, figures]))
}
