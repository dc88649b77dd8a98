import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import { emitChanges } from '../../platform/outbox.ts'
import type { Decision } from '../loyalty/index.ts'
import { type DiscountRow, selectDecisions, selectDiscounts, selectVoucherDiscounts } from './benefit-store.ts'
import { earnFor } from './effects.ts'
import { blankNotes, lockNumbers, moveCustomer, restoreCustomer, selectByNumbers, setCustomer } from './store.ts'
import type { Effect, MovedValue, Payment, Purchase, ReportRow } from './types.ts'
import {
  type PurchaseQuery,
  selectEffects,
  selectMovedValues,
  selectPaymentRows,
  selectPurchase,
  selectPurchases,
  selectReportRows,
  selectSpending,
  withLines,
} from './views.ts'

export async function findPurchase(
  ctx: Ctx,
  id: number,
  options: { lines?: boolean } = {},
): Promise<Purchase | undefined> {
  const purchase = await selectPurchase(ctx, id)
  return purchase && options.lines ? (await withLines(ctx, [purchase]))[0] : purchase
}

/** Refuses purchase.not_found. */
export async function getPurchase(ctx: Ctx, id: number, options: { lines?: boolean } = {}): Promise<Purchase> {
  const purchase = await findPurchase(ctx, id, options)
  if (!purchase) throw new DomainError('purchase.not_found', { purchaseId: id })
  return purchase
}

/** Newest first. `total` only where `withTotal` asks for it. */
export function listPurchases(
  ctx: Ctx,
  query: PurchaseQuery,
): Promise<{ items: Purchase[]; total: number | undefined }> {
  return selectPurchases(ctx, query)
}

export interface PurchaseDetails {
  readonly payments: readonly Payment[]
  readonly effects: readonly Effect[]
  readonly reports: readonly ReportRow[]
  /** What benefits took off, as the till told it. */
  readonly discounts: readonly DiscountRow[]
  /** What the rules decided and why; none where there were no rules to decide, and before the sale may earn. */
  readonly decisions: readonly Decision[]
}

/** How it was paid, what the rules decided and who told of it. */
export async function getPurchaseDetails(ctx: Ctx, id: number): Promise<PurchaseDetails> {
  return {
    payments: await selectPaymentRows(ctx, id),
    effects: await selectEffects(ctx, id),
    reports: await selectReportRows(ctx, id),
    discounts: await selectDiscounts(ctx, [id]),
    decisions: (await selectDecisions(ctx, [id]))[0]?.decisions ?? [],
  }
}

/** The points and the value that paid of each of these purchases. */
export async function movedValuesOf(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<ReadonlyMap<number, MovedValue>> {
  return new Map((await selectMovedValues(ctx, purchaseIds)).map((value) => [value.purchaseId, value]))
}

export function spendingOf(
  ctx: Ctx,
  customerId: number,
  interval: { from?: Date; to?: Date } = {},
): Promise<{ currency: string; totalMinor: number; purchases: number; lastAt: Date | null }[]> {
  return selectSpending(ctx, { customerId, from: interval.from ?? null, to: interval.to ?? null })
}

/**
 * Gives an anonymous sale to a customer, and lets it earn. The same customer again changes nothing. Refuses
 * purchase.not_found, purchase.claimed when it is somebody else's.
 */
export function claimPurchase(
  ctx: Ctx,
  claim: { number: string; storeId?: number; space?: string; customerId: number },
): Promise<{ purchase: Purchase; earned: number }> {
  return transact(ctx, async (ctx) => {
    await lockNumbers(ctx, [claim.number])
    const sales = (await selectByNumbers(ctx, [claim.number])).filter(
      (sale) =>
        sale.kind === 'sale' &&
        (claim.storeId === undefined || sale.storeId === claim.storeId) &&
        (claim.space === undefined || sale.spaces.includes(claim.space)),
    )
    const sale =
      sales.find((candidate) => candidate.customerId === claim.customerId) ??
      sales.find((candidate) => candidate.customerId === null) ??
      sales[0]
    if (!sale) throw new DomainError('purchase.not_found', { number: claim.number })
    if (sale.customerId !== null && sale.customerId !== claim.customerId)
      throw new DomainError('purchase.claimed', { number: claim.number })
    if (sale.customerId === null) {
      await setCustomer(ctx, { id: sale.id, customerId: claim.customerId })
      await emitChanges(ctx, [
        { entity: 'purchase', entityId: sale.id, customerId: claim.customerId, operation: 'claimed' },
      ])
    }
    const earned = await earnFor(ctx, [sale.id])
    return { purchase: await getPurchase(ctx, sale.id), earned: earned.get(sale.id) ?? 0 }
  })
}

/** For a merge: the purchases go to the survivor. Answers their ids, for `restorePurchases`. */
export function movePurchases(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return moveCustomer(ctx, move)
}

export function restorePurchases(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return restoreCustomer(ctx, move)
}

/** Forgets what was noted beside these customers' purchases; numbers, lines and amounts stay. */
export function forgetNotes(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  return blankNotes(ctx, customerIds)
}

export interface VoucherDiscount {
  readonly voucherId: number
  readonly amountMinor: Minor
  readonly currency: string
}

/** What vouchers took off these purchases, by voucher. */
export async function voucherDiscountsOf(
  ctx: Ctx,
  purchaseIds: readonly number[],
): Promise<ReadonlyMap<number, VoucherDiscount>> {
  if (purchaseIds.length === 0) return new Map()
  return new Map((await selectVoucherDiscounts(ctx, purchaseIds)).map((one) => [one.voucherId, one]))
}
