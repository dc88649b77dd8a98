import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'
import type { Decision } from '../loyalty/index.ts'

/** A benefit that a purchase was given, on one line or (null) on none in particular. */
export interface DiscountRow {
  readonly purchaseId: number
  readonly rewardId: number | null
  readonly voucherId: number | null
  readonly code: string
  readonly linePosition: number | null
  readonly amountMinor: Minor
}

export async function insertDiscounts(ctx: Ctx, rows: readonly DiscountRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into purchase_discounts (tenant_id, purchase_id, reward_id, voucher_id, code, line_position, amount_minor)
    select ${ctx.tenant.id}, "purchaseId", "rewardId", "voucherId", code, "linePosition", "amountMinor"
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as rows ("purchaseId" bigint, "rewardId" bigint, "voucherId" bigint, code text, "linePosition" int, "amountMinor" bigint)`)
}

/** In the order they were told. */
export function selectDiscounts(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<(DiscountRow & { customerId: number | null; occurredAt: Date })[]> {
  return ctx.db.query(sql`
    select d.purchase_id as "purchaseId", d.reward_id as "rewardId", d.voucher_id as "voucherId", d.code, d.line_position as "linePosition",
           d.amount_minor as "amountMinor", p.customer_id as "customerId", p.occurred_at as "occurredAt"
      from purchase_discounts d join purchases p on p.tenant_id = d.tenant_id and p.id = d.purchase_id
     where d.tenant_id = ${ctx.tenant.id} and d.purchase_id = any (${purchaseIds}::bigint[]) order by d.id`)
}

/** What each voucher took off the purchase that it was used for; gift cards pay and take nothing off. */
export function selectVoucherDiscounts(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<{ voucherId: number; amountMinor: Minor; currency: string }[]> {
  return ctx.db.query(sql`
    select d.voucher_id as "voucherId", sum(d.amount_minor)::bigint as "amountMinor", p.currency
      from purchase_discounts d join purchases p on p.tenant_id = d.tenant_id and p.id = d.purchase_id
     where d.tenant_id = ${ctx.tenant.id} and d.purchase_id = any (${purchaseIds}::bigint[]) and d.voucher_id is not null
     group by d.voucher_id, p.currency`)
}

/** What the rules decided for these sales, where it was kept. */
export function selectDecisions(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<{ id: number; decisions: readonly Decision[]; customerId: number | null; occurredAt: Date }[]> {
  return ctx.db.query(sql`
    select id, decisions, customer_id as "customerId", occurred_at as "occurredAt" from purchases
     where tenant_id = ${ctx.tenant.id} and id = any (${purchaseIds}::bigint[]) and decisions is not null`)
}
