import type { Ctx } from '../../platform/ctx.ts'
import { type Sql, sql } from '../../platform/db.ts'
import type { PurchaseSource } from '../loyalty/index.ts'
import type { Effect, MovedValue, Payment, Purchase, PurchaseKind, PurchaseLine, ReportRow } from './types.ts'

const columns = sql`
  p.id, p.kind, p.number, p.customer_id as "customerId", p.store_id as "storeId", p.source, p.confirmed, p.state, p.currency,
  coalesce(p.total_minor, (select sum(total_minor) from purchase_lines l where l.tenant_id = p.tenant_id and l.purchase_id = p.id), 0)::bigint as "totalMinor",
  p.total_minor is not null as "totalTold", p.occurred_at as "occurredAt", p.cancels_id as "cancelsId", p.type_code as "typeCode", p.channel, p.till,
  p.card_number as "cardNumber", p.data, p.possible_twin as "possibleTwin", p.earned_at as "earnedAt", p.created_at as "createdAt",
  p.updated_at as "updatedAt",
  (coalesce((select sum(case e.kind when 'earn' then amount else -amount end) from purchase_effects e
      where e.tenant_id = p.tenant_id and e.purchase_id = p.id), 0)
   - coalesce((select sum(amount) from purchase_effects e where e.tenant_id = p.tenant_id and e.original_id = p.id), 0))::bigint as "pointsEarned"`

export async function selectPurchase(ctx: Ctx, id: number): Promise<Purchase | undefined> {
  const rows = await ctx.db.query<Purchase>(
    sql`select ${columns} from purchases p where p.tenant_id = ${ctx.tenant.id} and p.id = ${id}`,
  )
  return rows[0]
}

export interface PurchaseQuery {
  readonly ids?: readonly number[]
  readonly customerId?: number
  readonly storeId?: number
  readonly number?: string
  readonly kind?: PurchaseKind
  readonly typeCode?: string
  /** With `typeCode`: those that were told without a type count, too, where they are of these kinds and from these sources. */
  readonly orUntyped?: { readonly kinds: readonly PurchaseKind[]; readonly sources: readonly PurchaseSource[] }
  /** Half-open: from <= occurredAt < to. */
  readonly from?: Date
  readonly to?: Date
  /** The last purchase of the page before: newest first, by time and id. */
  readonly after?: { readonly occurredAt: Date; readonly id: number }
  readonly offset?: number
  readonly limit: number
  /** Not together with `after`. */
  readonly oldestFirst?: boolean
  /** Another order than by time; not together with `after`. */
  readonly orderBy?: keyof typeof orders
  readonly withLines?: boolean
  readonly withTotal?: boolean
}

export async function selectPurchases(
  ctx: Ctx,
  query: PurchaseQuery,
): Promise<{ items: Purchase[]; total: number | undefined }> {
  const where = conditions(ctx, query)
  const after = query.after
    ? sql`and (p.occurred_at, p.id) < (${query.after.occurredAt}::timestamptz, ${query.after.id}::bigint)`
    : sql``
  const items = await ctx.db.query<Purchase>(sql`
    select ${columns} from purchases p where ${where} ${after}
     order by ${orderOf(query)} offset ${query.offset ?? 0} limit ${query.limit}`)
  const total = query.withTotal
    ? (await ctx.db.query<{ total: number }>(sql`select count(*)::bigint as total from purchases p where ${where}`))[0]
        ?.total
    : undefined
  return { items: query.withLines ? await withLines(ctx, items) : items, total }
}

const orders = {
  occurredAt: sql`p.occurred_at`,
  totalMinor: sql`p.total_minor`,
  number: sql`p.number`,
  customerId: sql`p.customer_id`,
  storeId: sql`p.store_id`,
  typeCode: sql`p.type_code`,
  currency: sql`p.currency`,
  cardNumber: sql`p.card_number`,
  till: sql`p.till`,
  id: sql`p.id`,
  updatedAt: sql`p.updated_at`,
} as const

function orderOf({ orderBy, oldestFirst = false }: PurchaseQuery): Sql {
  const column = orders[orderBy ?? 'occurredAt']
  return oldestFirst ? sql`${column}, p.id` : sql`${column} desc, p.id desc`
}

function untypedIn({ orUntyped: wanted }: PurchaseQuery): Sql {
  if (!wanted) return sql`false`
  return sql`p.type_code is null and p.kind = any (${wanted.kinds}::text[]) and p.source = any (${wanted.sources}::text[])`
}

function conditions(ctx: Ctx, query: PurchaseQuery): Sql {
  const parts: Sql[] = [sql`p.tenant_id = ${ctx.tenant.id}`]
  if (query.ids) parts.push(sql`p.id = any(${query.ids}::bigint[])`)
  if (query.customerId !== undefined) parts.push(sql`p.customer_id = ${query.customerId}`)
  if (query.storeId !== undefined) parts.push(sql`p.store_id = ${query.storeId}`)
  if (query.number !== undefined) parts.push(sql`p.number = ${query.number}`)
  if (query.kind !== undefined) parts.push(sql`p.kind = ${query.kind}`)
  if (query.typeCode !== undefined) parts.push(sql`(p.type_code = ${query.typeCode} or ${untypedIn(query)})`)
  if (query.from !== undefined) parts.push(sql`p.occurred_at >= ${query.from}`)
  if (query.to !== undefined) parts.push(sql`p.occurred_at < ${query.to}`)
  return parts.reduce((all, part) => sql`${all} and ${part}`)
}

/** The purchases with their lines, in one query for all. */
export async function withLines(ctx: Ctx, purchases: readonly Purchase[]): Promise<Purchase[]> {
  const lines = await selectLines(
    ctx,
    purchases.map((purchase) => purchase.id),
  )
  const byPurchase = Map.groupBy(lines, (line) => line.purchaseId)
  return purchases.map((purchase) => ({ ...purchase, lines: byPurchase.get(purchase.id) ?? [] }))
}

function selectLines(ctx: Ctx, purchaseIds: readonly number[]): Promise<PurchaseLine[]> {
  return ctx.db.query<PurchaseLine>(sql`
    select id, purchase_id as "purchaseId", position, product_id as "productId", code, name, quantity, unit_price as "unitPrice",
           total_minor as "totalMinor", vat_rate as "vatRate", category_code as "categoryCode", item_type as "itemType", earns,
           cancelled_quantity as "cancelledQuantity", data
      from purchase_lines where tenant_id = ${ctx.tenant.id} and purchase_id = any (${purchaseIds}::bigint[])
     order by purchase_id, position`)
}

export function selectEffects(ctx: Ctx, purchaseId: number): Promise<Effect[]> {
  return ctx.db.query<Effect>(sql`
    select kind, programme_id as "programmeId", unit_id as "unitId", amount, posting_key as "postingKey", why
      from purchase_effects where tenant_id = ${ctx.tenant.id} and (purchase_id = ${purchaseId} or original_id = ${purchaseId}) order by id`)
}

export function selectMovedValues(ctx: Ctx, purchaseIds: readonly number[]): Promise<MovedValue[]> {
  return ctx.db.query<MovedValue>(sql`
    select p.id as "purchaseId",
           (select coalesce(sum(case e.kind when 'earn' then e.amount else -e.amount end), 0) from purchase_effects e
             where e.tenant_id = p.tenant_id and e.purchase_id = p.id)::bigint as points,
           (select coalesce(sum(y.amount_minor), 0) from purchase_payments y
             where y.tenant_id = p.tenant_id and y.purchase_id = p.id and y.posting_key is not null)::bigint as "paidMinor"
      from purchases p where p.tenant_id = ${ctx.tenant.id} and p.id = any (${purchaseIds}::bigint[])`)
}

export function selectPaymentRows(ctx: Ctx, purchaseId: number): Promise<Payment[]> {
  return ctx.db.query<Payment>(sql`
    select id, purchase_id as "purchaseId", kind, amount_minor as "amountMinor", unit_id as "unitId", unit_amount as "unitAmount",
           posting_key as "postingKey", (data ->> 'rewardId')::bigint as "rewardId"
      from purchase_payments where tenant_id = ${ctx.tenant.id} and purchase_id = ${purchaseId} order by id`)
}

export function selectReportRows(ctx: Ctx, purchaseId: number): Promise<ReportRow[]> {
  return ctx.db.query<ReportRow>(sql`
    select id, purchase_id as "purchaseId", space, number, source, confirmed, total_minor as "totalMinor", occurred_at as "occurredAt",
           created_at as "createdAt"
      from purchase_reports where tenant_id = ${ctx.tenant.id} and purchase_id = ${purchaseId} order by id`)
}

/** How many confirmed sales a customer made and for how much, cancellations taken off; the largest currency first. */
export function selectSpending(
  ctx: Ctx,
  query: { customerId: number; from: Date | null; to: Date | null },
): Promise<{ currency: string; totalMinor: number; purchases: number; lastAt: Date | null }[]> {
  return ctx.db.query(sql`
    select currency, coalesce(sum(coalesce(total_minor, (select sum(total_minor) from purchase_lines l
               where l.tenant_id = p.tenant_id and l.purchase_id = p.id))), 0)::bigint as "totalMinor",
           count(*) filter (where kind = 'sale')::bigint as purchases, max(occurred_at) filter (where kind = 'sale') as "lastAt"
      from purchases p where tenant_id = ${ctx.tenant.id} and customer_id = ${query.customerId} and confirmed
       and (${query.from}::timestamptz is null or occurred_at >= ${query.from}::timestamptz)
       and (${query.to}::timestamptz is null or occurred_at < ${query.to}::timestamptz)
     group by currency order by 2 desc`)
}
