import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { PurchaseSource } from '../loyalty/index.ts'
import type { SaleLine } from './basket.ts'
import type { SoldLine } from './rules.ts'
import type { Payment, PurchaseKind, PurchaseState } from './types.ts'

// What earning and its taking back are worked out from.

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

/**
 * What was taken off the total of a purchase p and stays off: by benefits, and by points that the till deducted itself. A
 * gift card stands among the benefits of a receipt and is none: it pays.
 */
const givenMinor = sql`
  (coalesce((select sum(d.amount_minor) from purchase_discounts d where d.tenant_id = p.tenant_id and d.purchase_id = p.id), 0)
   + coalesce((select sum(case when m.data ? 'giftCardId' then -m.amount_minor else m.amount_minor end)
       from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
       and (m.data ? 'giftCardId' or (m.kind = 'points' and m.data -> 'deducted' = 'true'))), 0))::bigint`

/** What credit and gift cards paid of a purchase p and the till took off the total that it told: that part earns, too. */
const paidBesideMinor = sql`
  coalesce((select sum(m.amount_minor) from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
    and m.kind <> 'points' and m.data -> 'deducted' = 'true'), 0)::bigint`

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
           coalesce(p.total_minor + ${paidBesideMinor}, case when p.lines_source is distinct from 'tracking' then l.total end, 0)::bigint as "totalMinor", coalesce(l.silent, 0)::bigint as "silentMinor",
           coalesce((select sum(amount_minor) from purchase_payments m where m.tenant_id = p.tenant_id and m.purchase_id = p.id
               and m.kind = 'points' and m.data -> 'deducted' is distinct from 'true'), 0)::bigint as "paidByPointsMinor",
           ${givenMinor} as "givenMinor"
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

/**
 * Whether the customer bought anything before this moment, or at it by another purchase made earlier; or anything that has
 * earned already, whenever it was: what is told late is no first purchase any more.
 */
export async function selectHasBought(
  ctx: Ctx,
  { customerId, purchaseId, at }: { customerId: number; purchaseId?: number; at: Date },
): Promise<boolean> {
  const [row] = await ctx.db.query<{ bought: boolean }>(sql`
    select exists (select 1 from purchases where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and kind = 'sale' and confirmed
      and state in ('completed', 'partly_cancelled') and id is distinct from ${purchaseId ?? null}::bigint
      and (earned_at is not null or (occurred_at, id) < (${at}, ${purchaseId ?? Number.MAX_SAFE_INTEGER}::bigint))) as bought`)
  return row?.bought ?? false
}

export async function selectPayments(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<(Payment & { restored: number; giftCardId: number | null })[]> {
  return ctx.db.query(sql`
    select id, purchase_id as "purchaseId", kind, amount_minor as "amountMinor", unit_id as "unitId", unit_amount as "unitAmount",
           posting_key as "postingKey", (data ->> 'giftCardId')::bigint as "giftCardId", (data ->> 'rewardId')::bigint as "rewardId",
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
