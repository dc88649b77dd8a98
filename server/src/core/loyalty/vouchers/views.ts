import type { Ctx } from '../../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../../platform/db.ts'
import type { Voucher } from '../engine/types.ts'
import { voucherColumns } from './store.ts'

export interface VoucherQuery {
  readonly ids?: readonly number[]
  readonly customerId?: number
  readonly rewardIds?: readonly number[]
  readonly purchaseId?: number
  /** In any case of letters. */
  readonly code?: string
  /** Taken in this store only. */
  readonly storeId?: number
  /** All but cancelled ones when absent. */
  readonly states?: readonly Voucher['state'][]
  /** Inside its own days, else its reward's, at this moment; or outside of them. */
  readonly validity?: { readonly at: Date; readonly valid: boolean }
  readonly orderBy?: keyof typeof orders
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

const orders = {
  id: sql`v.id`,
  customerId: sql`v.customer_id`,
  rewardId: sql`v.reward_id`,
  storeId: sql`coalesce(v.applied_store_id, v.store_id)`,
  note: sql`v.note`,
  code: sql`lower(v.code)`,
  value: sql`v.value_minor`,
  validFrom: sql`v.valid_from`,
  validTo: sql`v.valid_to`,
  appliedAt: sql`v.applied_at`,
  createdAt: sql`v.created_at`,
  updatedAt: sql`v.updated_at`,
} as const

export async function selectVouchers(ctx: Ctx, query: VoucherQuery): Promise<{ items: Voucher[]; total: number }> {
  // The reward's row is needed for its days alone.
  const from = query.validity
    ? sql`vouchers v join rewards r on r.tenant_id = v.tenant_id and r.id = v.reward_id`
    : sql`vouchers v`
  const where = joinSql(conditionsOf(ctx, query), ' and ')
  const order = sql`${orders[query.orderBy ?? 'id']} ${query.descending ? sql`desc` : sql`asc`} nulls last, v.id`
  const items = await ctx.db.query<Voucher>(sql`
    select ${voucherColumns} from ${from} where ${where} order by ${order} offset ${query.offset} limit ${query.limit}`)
  const [count] = await ctx.db.query<{ total: number }>(
    sql`select count(*)::bigint as total from ${from} where ${where}`,
  )
  return { items, total: count?.total ?? 0 }
}

function conditionsOf(ctx: Ctx, query: VoucherQuery): Sql[] {
  const conditions = [
    sql`v.tenant_id = ${ctx.tenant.id}`,
    sql`v.state = any (${query.states ?? ['issued', 'applied']}::text[])`,
  ]
  if (query.ids) conditions.push(sql`v.id = any (${query.ids}::bigint[])`)
  if (query.customerId !== undefined) conditions.push(sql`v.customer_id = ${query.customerId}`)
  if (query.rewardIds) conditions.push(sql`v.reward_id = any (${query.rewardIds}::bigint[])`)
  if (query.purchaseId !== undefined) conditions.push(sql`v.purchase_id = ${query.purchaseId}`)
  if (query.storeId !== undefined) conditions.push(sql`v.store_id = ${query.storeId}`)
  // Each half has its own index; a condition without the states would find neither.
  if (query.code !== undefined) {
    const isCode = sql`lower(v.code) = lower(${query.code})`
    conditions.push(sql`((v.state <> 'cancelled' and ${isCode}) or (v.state = 'cancelled' and ${isCode}))`)
  }
  if (query.validity) {
    const { at, valid } = query.validity
    const from = sql`coalesce(v.valid_from, r.valid_from)`
    const to = sql`coalesce(v.valid_to, r.valid_to)`
    const inside = sql`((${from} is null or ${from} <= ${at}) and (${to} is null or ${to} > ${at}))`
    conditions.push(valid ? inside : sql`not ${inside}`)
  }
  return conditions
}
