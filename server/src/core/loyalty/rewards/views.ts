import type { Ctx } from '../../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../../platform/db.ts'
import type { Reward } from '../engine/types.ts'
import { rewardColumns } from './store.ts'

export interface RewardQuery {
  readonly ids?: readonly number[]
  /** Part of it, in any case of letters. */
  readonly name?: string
  readonly code?: string
  /** All but deleted ones when absent. */
  readonly states?: readonly Reward['state'][]
  readonly usages?: readonly Reward['usage'][]
  readonly kinds?: readonly Reward['kind'][]
  readonly benefitKinds?: readonly string[]
  /** Inside its days at this moment, or outside of them. */
  readonly validity?: { readonly at: Date; readonly valid: boolean }
  /** Has begun at this moment, whenever it ends. */
  readonly validSince?: Date
  /** Has not ended at this moment, whenever it begins. */
  readonly validUntil?: Date
  /** Without a condition on stores, or with this one among them. */
  readonly storeId?: number
  /** Has one of these. */
  readonly tags?: readonly string[]
  /** No condition on segments or tiers keeps this customer out. */
  readonly customer?: { readonly segmentIds: readonly number[]; readonly tierId: number | null }
  /** Those paid with this programme's value; null: those paid with the default points. */
  readonly programmeId?: number | null
  readonly orderBy?: keyof typeof orders
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

const orders = {
  id: sql`id`,
  kind: sql`kind`,
  usage: sql`usage`,
  benefit: sql`definition -> 'benefit' ->> 'kind'`,
  state: sql`state`,
  code: sql`lower(code)`,
  name: sql`lower(name)`,
  priority: sql`priority`,
  pointsCost: sql`points_cost`,
  validFrom: sql`valid_from`,
  validTo: sql`valid_to`,
  updatedAt: sql`updated_at`,
} as const

export async function selectRewards(ctx: Ctx, query: RewardQuery): Promise<{ items: Reward[]; total: number }> {
  const where = joinSql(conditionsOf(ctx, query), ' and ')
  const order = sql`${orders[query.orderBy ?? 'id']} ${query.descending ? sql`desc` : sql`asc`} nulls last, id`
  const items = await ctx.db.query<Reward>(
    sql`select ${rewardColumns} from rewards r where ${where} order by ${order} offset ${query.offset} limit ${query.limit}`,
  )
  const [count] = await ctx.db.query<{ total: number }>(
    sql`select count(*)::bigint as total from rewards r where ${where}`,
  )
  return { items, total: count?.total ?? 0 }
}

function conditionsOf(ctx: Ctx, query: RewardQuery): Sql[] {
  const conditions = [
    sql`tenant_id = ${ctx.tenant.id}`,
    sql`state = any (${query.states ?? ['draft', 'active', 'paused']}::text[])`,
  ]
  if (query.programmeId !== undefined)
    conditions.push(sql`programme_id is not distinct from ${query.programmeId}::bigint`)
  if (query.ids) conditions.push(sql`id = any (${query.ids}::bigint[])`)
  if (query.name !== undefined) conditions.push(sql`position(lower(${query.name}) in lower(name)) > 0`)
  if (query.code !== undefined) conditions.push(sql`lower(code) = lower(${query.code})`)
  if (query.usages) conditions.push(sql`usage = any (${query.usages}::text[])`)
  if (query.kinds) conditions.push(sql`kind = any (${query.kinds}::text[])`)
  if (query.benefitKinds) conditions.push(sql`definition -> 'benefit' ->> 'kind' = any (${query.benefitKinds}::text[])`)
  if (query.validSince) conditions.push(sql`(valid_from is null or valid_from <= ${query.validSince})`)
  if (query.validUntil) conditions.push(sql`(valid_to is null or valid_to > ${query.validUntil})`)
  if (query.tags) conditions.push(sql`presentation -> 'tags' ?| ${query.tags}::text[]`)
  if (query.validity) {
    const { at, valid } = query.validity
    const inside = sql`((valid_from is null or valid_from <= ${at}) and (valid_to is null or valid_to > ${at}))`
    conditions.push(valid ? inside : sql`not ${inside}`)
  }
  if (query.storeId !== undefined) conditions.push(fits('store', 'storeIds', [query.storeId]))
  if (query.customer) {
    conditions.push(fits('segment', 'segmentIds', query.customer.segmentIds))
    conditions.push(fits('tier', 'tierIds', query.customer.tierId === null ? [] : [query.customer.tierId]))
  }
  return conditions
}

/** Every condition of this kind at the top of the definition names one of the ids; conditions inside others are for the till. */
function fits(kind: string, field: string, ids: readonly number[]): Sql {
  return sql`not exists (
    select from jsonb_array_elements(definition -> 'conditions') c
     where c ->> 'kind' = ${kind} and not exists (
       select from jsonb_array_elements(c -> ${field}::text) one where one::bigint = any (${ids}::bigint[])))`
}
