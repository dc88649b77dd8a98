import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { currencyScale } from '../../platform/money.ts'
import { applyOperations, findDefaultUnit, type Operation } from '../ledger/index.ts'
import { evaluateProgramme, findDefaultProgramme, type Programme, pointsValue } from '../loyalty/index.ts'
import {
  type Basis,
  type EffectRow,
  insertEffects,
  insertPayments,
  markEarned,
  type PaymentRow,
  selectBases,
} from './store.ts'
import type { PurchaseReport } from './types.ts'

/**
 * Works out what these purchases earn, as their rows stand now, and posts it: each once, in the default programme. Answers the
 * points of each purchase that earned.
 */
export async function earnFor(ctx: Ctx, purchaseIds: readonly number[]): Promise<Map<number, number>> {
  const earned = new Map<number, number>()
  if (purchaseIds.length === 0) return earned
  const programme = await findDefaultProgramme(ctx)
  if (!programme) return earned
  const planned: { operation: Operation; effect: EffectRow }[] = []
  const settled: number[] = []
  for (const basis of await selectBases(ctx, purchaseIds)) {
    if (basis.kind !== 'sale' || basis.state !== 'completed' || basis.earnedAt !== null || basis.customerId === null)
      continue
    const worth = planEarning(basis.id, { ...basis, customerId: basis.customerId }, programme)
    if (worth.settled) settled.push(basis.id)
    planned.push(...worth.planned)
    if (worth.points > 0) earned.set(basis.id, worth.points)
  }
  await post(
    ctx,
    planned.map(({ operation }) => operation),
  )
  await insertEffects(
    ctx,
    planned.map(({ effect }) => effect),
  )
  await markEarned(ctx, settled)
  return earned
}

export interface Worth {
  /** Worked out for good: it does not earn again, whatever is told later. */
  readonly settled: boolean
  readonly points: number
  readonly planned: readonly { operation: Operation; effect: EffectRow }[]
}

/** What a sale of a customer earns as it stands, as the posting that gives it and the row that says why. */
export function planEarning(
  purchaseId: number,
  basis: Parameters<typeof basketOf>[0] & { readonly customerId: number },
  programme: Programme,
): Worth {
  const { points, activatesAt, expiresAt, why } = evaluateProgramme(programme, basketOf(basis))
  const settled = why.reason === 'earned' || why.reason === 'below_one_point'
  if (points <= 0) return { settled, points: 0, planned: [] }
  const key = `purchase:${purchaseId}:earn:${programme.id}`
  const operation: Operation = {
    kind: 'earn',
    key,
    unitId: programme.unitId,
    customerId: basis.customerId,
    programmeId: programme.id,
    purchaseId,
    amount: points,
    occurredAt: basis.occurredAt,
    activatesAt,
    expiresAt,
  }
  const effect: EffectRow = {
    purchaseId,
    kind: 'earn',
    programmeId: programme.id,
    unitId: programme.unitId,
    amount: points,
    postingKey: key,
    originalId: null,
    why,
  }
  return { settled, points, planned: [{ operation, effect }] }
}

export function basketOf(
  basis: Pick<
    Basis,
    'source' | 'confirmed' | 'currency' | 'occurredAt' | 'totalMinor' | 'silentMinor' | 'paidByPointsMinor'
  >,
) {
  return {
    source: basis.source,
    confirmed: basis.confirmed,
    currency: basis.currency,
    currencyScale: currencyScale(basis.currency),
    earningMinor: Math.max(0, basis.totalMinor - basis.silentMinor - basis.paidByPointsMinor),
    occurredAt: basis.occurredAt,
  }
}

/** Applies operations; a refused one is thrown, so that the transaction it belongs to is undone. */
export async function post(ctx: Ctx, operations: readonly Operation[]): Promise<void> {
  for (const result of await applyOperations(ctx, operations)) {
    if ('refused' in result) throw new DomainError(result.refused, result.data)
  }
}

/** Spends what new purchases are paid with. Refuses balance.insufficient, and request.invalid without a customer. */
export async function spendFor(
  ctx: Ctx,
  purchases: readonly { purchaseId: number; report: PurchaseReport }[],
): Promise<void> {
  if (purchases.length === 0) return
  const programme = await findDefaultProgramme(ctx)
  const planned: { operation: Operation; payment: PaymentRow }[] = []
  for (const { purchaseId, report } of purchases) {
    planned.push(...planSpends(purchaseId, report, programme, await spendsOf(ctx, report, programme)))
  }
  await post(
    ctx,
    planned.map(({ operation }) => operation),
  )
  await insertPayments(
    ctx,
    planned.map(({ payment }) => payment),
  )
}

/** The postings that pay for a purchase, and the rows that say so. Refuses request.invalid without a customer. */
export function planSpends(
  purchaseId: number,
  report: PurchaseReport,
  programme: Programme | undefined,
  spends: readonly Spend[],
): { operation: Operation; payment: PaymentRow }[] {
  return spends.map((spend) => {
    if (report.customerId === undefined || !report.confirmed)
      throw new DomainError('request.invalid', { field: 'customerId' })
    const key = `purchase:${purchaseId}:spend:${spend.unitId}`
    const operation: Operation = {
      kind: 'spend',
      key,
      unitId: spend.unitId,
      customerId: report.customerId,
      purchaseId,
      amount: spend.amount,
      ...(spend.kind === 'points' && programme ? { programmeId: programme.id } : {}),
    }
    const payment = {
      purchase_id: purchaseId,
      kind: spend.kind,
      amount_minor: spend.valueMinor,
      unit_id: spend.unitId,
      unit_amount: spend.amount,
      posting_key: key,
      data: report.spend?.deducted ? { deducted: true } : null,
    }
    return { operation, payment }
  })
}

export interface Spend {
  readonly kind: 'points' | 'credit'
  readonly unitId: number
  readonly amount: number
  readonly valueMinor: number
}

export async function spendsOf(ctx: Ctx, report: PurchaseReport, programme: Programme | undefined): Promise<Spend[]> {
  const spends: Spend[] = []
  const { points = 0, creditMinor = 0 } = report.spend ?? {}
  if (points > 0) {
    if (!programme) throw new DomainError('programme.not_found')
    spends.push({
      kind: 'points',
      unitId: programme.unitId,
      amount: points,
      valueMinor: pointsValue(ctx, programme, points),
    })
  }
  if (creditMinor > 0) {
    const unit = await findDefaultUnit(ctx, 'money', report.currency)
    if (!unit) throw new DomainError('unit.not_found', { currency: report.currency })
    spends.push({ kind: 'credit', unitId: unit.id, amount: creditMinor, valueMinor: creditMinor })
  }
  return spends
}
