import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { balancesOf, findDefaultUnit } from '../ledger/index.ts'
import { evaluateProgramme, findDefaultProgramme, pointsForPayment, pointsValue } from '../loyalty/index.ts'
import { basketOf, earnFor } from './effects.ts'
import { checkReport, resolveLines, sumLines } from './rules.ts'
import { blankNotes, lockNumbers, moveCustomer, restoreCustomer, selectByNumbers, setCustomer } from './store.ts'
import type { Effect, MovedValue, Payment, Purchase, PurchaseReport, ReportRow } from './types.ts'
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
}

/** How it was paid, what the rules decided and who told of it. */
export async function getPurchaseDetails(ctx: Ctx, id: number): Promise<PurchaseDetails> {
  return {
    payments: await selectPaymentRows(ctx, id),
    effects: await selectEffects(ctx, id),
    reports: await selectReportRows(ctx, id),
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

export interface Quote {
  readonly totalMinor: number
  /** What the purchase would earn, and why. */
  readonly pointsEarned: number
  readonly why: Readonly<Record<string, unknown>>
  readonly pointsBalance: number
  /** How many points may pay: what was offered, what is there, what the total needs. */
  readonly pointsUsable: number
  readonly pointsUsableMinor: number
  readonly creditBalanceMinor: number
  readonly creditUsableMinor: number
}

/** What `recordPurchase` would do, without doing it: the same rules on the same basket. Refuses what it would refuse. */
export async function quotePurchase(ctx: Ctx, report: PurchaseReport): Promise<Quote> {
  checkReport(report)
  const lines = resolveLines(report)
  const totalMinor = report.totalMinor ?? sumLines(lines)
  const silentMinor = sumLines(lines.filter((line) => line.earns === false))
  const programme = await findDefaultProgramme(ctx)
  const balances = report.customerId === undefined ? [] : await balancesOf(ctx, report.customerId)
  const pointsBalance = balances.find((balance) => balance.unit.id === programme?.unitId)?.available ?? 0
  const creditUnit = await findDefaultUnit(ctx, 'money', report.currency)
  const creditBalanceMinor = balances.find((balance) => balance.unit.id === creditUnit?.id)?.available ?? 0
  const payable =
    programme && report.currency === ctx.tenant.currency ? pointsForPayment(ctx, programme, Math.max(0, totalMinor)) : 0
  const pointsUsable = Math.min(report.spend?.points ?? 0, pointsBalance, payable)
  const pointsUsableMinor = programme ? Math.min(pointsValue(ctx, programme, pointsUsable), totalMinor) : 0
  const creditUsableMinor = Math.min(
    report.spend?.creditMinor ?? 0,
    creditBalanceMinor,
    Math.max(0, totalMinor - pointsUsableMinor),
  )
  const basket = basketOf({ ...report, totalMinor, silentMinor, paidByPointsMinor: pointsUsableMinor })
  const evaluation =
    programme && report.earns !== false && report.customerId !== undefined
      ? evaluateProgramme(programme, basket)
      : { points: 0, why: { reason: 'no_customer' } }
  return {
    totalMinor,
    pointsEarned: evaluation.points,
    why: evaluation.why,
    pointsBalance,
    pointsUsable,
    pointsUsableMinor,
    creditBalanceMinor,
    creditUsableMinor,
  }
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
