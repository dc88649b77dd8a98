import { type LedgerEntry, listEntries, type Unit } from '../../core/ledger/index.ts'
import type { Purchase } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { fromMinor } from '../../platform/money.ts'
import { currencyId } from './currencies.ts'
import { idOf, timeOf, timeOrNull } from './encode.ts'
import { partnerId } from './routes/partners.ts'
import { isCredit, isPoints, unitsThat } from './units.ts'

/** Points and credits are the same thing in two units: what differs is what the wire calls them. */
export interface ValueKind {
  readonly unit: 'points' | 'money'
  readonly counts: (unit: Unit) => boolean
  /** The collection, its key and its id: points, point_id. */
  readonly path: 'points' | 'credits'
  readonly id: 'point_id' | 'credit_id'
  readonly typePath: 'point-types' | 'credit-types'
  readonly typeKey: 'point_types' | 'credit_types'
  readonly typeId: 'point_type_id' | 'credit_type_id'
  readonly timeFrom: string
  readonly timeTo: string
  readonly give: string
  readonly take: string
  readonly transfer: string
  readonly row: (ctx: Ctx, entry: LedgerEntry) => Readonly<Record<string, unknown>>
}

export const points: ValueKind = {
  unit: 'points',
  counts: isPoints,
  path: 'points',
  id: 'point_id',
  typePath: 'point-types',
  typeKey: 'point_types',
  typeId: 'point_type_id',
  timeFrom: 'create_point_time_from',
  timeTo: 'create_point_time_to',
  give: 'assign-points',
  take: 'reduce-points',
  transfer: 'transfer-points',
  row: pointRow,
}

export const credits: ValueKind = {
  unit: 'money',
  counts: isCredit,
  path: 'credits',
  id: 'credit_id',
  typePath: 'credit-types',
  typeKey: 'credit_types',
  typeId: 'credit_type_id',
  timeFrom: 'create_credit_time_from',
  timeTo: 'create_credit_time_to',
  give: 'deposit-credits',
  take: 'reduce-credits',
  transfer: 'transfer-credits',
  row: creditRow,
}

/** The units that are meant: those of the kind, or those of them that are asked for. */
export async function unitIdsOf(ctx: Ctx, kind: ValueKind, asked?: readonly number[]): Promise<number[]> {
  const ids = (await unitsThat(ctx, kind.counts)).map((unit) => unit.id as number)
  return asked ? ids.filter((id) => asked.includes(id)) : ids
}

/** The entries of the default points that a purchase brought or took. */
export async function pointsOfPurchase(ctx: Ctx, purchase: Purchase): Promise<LedgerEntry[]> {
  const { items } = await listEntries(ctx, { unitKind: 'points', purchaseId: purchase.id, offset: 0, limit: 1_000 })
  return items
}

function pointRow(ctx: Ctx, entry: LedgerEntry) {
  const amount = (minor: number) => fromMinor(minor, entry.unit.scale)
  return {
    point_id: idOf(ctx, 'posting', entry.id),
    customer_id: idOf(ctx, 'customer', entry.customerId),
    assigned_points: amount(entry.amount),
    available_points: amount(entry.remaining),
    point_type_id: idOf(ctx, 'unit', entry.unit.id),
    partner_id: partnerId(ctx),
    valid_to: timeOrNull(ctx, entry.expiresAt),
    state: 1,
    created_at: timeOf(ctx, entry.occurredAt),
    note: entry.note,
  }
}

function creditRow(ctx: Ctx, entry: LedgerEntry) {
  const amount = (minor: number) => fromMinor(minor, entry.unit.scale)
  return {
    credit_id: idOf(ctx, 'posting', entry.id),
    customer_id: idOf(ctx, 'customer', entry.customerId),
    assigned_credits: amount(entry.amount),
    available_credits: amount(entry.remaining),
    credit_type_id: idOf(ctx, 'unit', entry.unit.id),
    partner_id: partnerId(ctx),
    valid_to: timeOrNull(ctx, entry.expiresAt),
    currency_id: currencyId(ctx, entry.unit.currency ?? ctx.tenant.currency),
    state: 1,
    note: entry.note,
  }
}
