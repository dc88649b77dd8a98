import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { currencyScale, formatMinor } from '../../platform/money.ts'
import { emitChanges } from '../../platform/outbox.ts'
import type { Operation } from '../ledger/index.ts'
import { selectCancelledBases, selectPayments, selectSoldOf, selectSoldTo } from './basis-store.ts'
import { giveBenefitsBack } from './benefits.ts'
import { post } from './effects.ts'
import {
  addCancelled,
  closeLines,
  type EffectRow,
  insertEffects,
  insertLines,
  insertPayments,
  type LineRow,
  type PaymentRow,
} from './line-store.ts'
import type { Told } from './record.ts'
import { reportRow } from './rows.ts'
import {
  pointsToTakeBack,
  type ResolvedLine,
  resolveLines,
  type SoldLine,
  sumLines,
  type Taken,
  takeBack,
} from './rules.ts'
import { drawIds, insertPurchases, insertReports, type KnownPurchase, selectByNumbers, setStates } from './store.ts'
import type { PurchaseReport, Recorded } from './types.ts'

interface Planned extends Told {
  readonly id: number
  /** The sale named by the report, if it named one. */
  readonly original: KnownPurchase | undefined
  /** All that is left of the original goes. */
  readonly whole: boolean
  readonly lines: readonly LineRow[]
  readonly totalMinor: number
  readonly taken: readonly Taken[]
}

/**
 * Records cancellations: each its own record with negative amounts. One that names its sale takes that sale's lines back;
 * one that names none takes back the customer's latest lines of the same codes. Points are reversed exactly, and value
 * that paid for the sale is given back. The caller holds the locks of the numbers.
 */
export async function recordCancellations(ctx: Ctx, cancellations: readonly Told[]): Promise<Map<number, Recorded>> {
  const results = new Map<number, Recorded>()
  if (cancellations.length === 0) return results
  const named = await selectByNumbers(
    ctx,
    cancellations.flatMap(({ report }) => report.cancelsNumber ?? []),
  )
  const accepted: (Told & { original: KnownPurchase | undefined })[] = []
  for (const told of cancellations) {
    const original = told.report.cancelsNumber === undefined ? undefined : findOriginal(named, told.report)
    const refusal = refusalOf(told.report, original)
    if (refusal) results.set(told.index, { refused: refusal })
    else accepted.push({ ...told, original })
  }
  const planned = await plan(ctx, accepted)
  // From here it must succeed.
  await write(ctx, planned)
  const points = await takePointsBack(ctx, planned)
  await giveValueBack(ctx, planned)
  await giveBenefitsBack(
    ctx,
    planned.flatMap(({ id, original, whole }) =>
      original && whole ? [{ saleId: original.id, cancellationId: id }] : [],
    ),
  )
  for (const { index, id } of planned) {
    results.set(index, {
      purchaseId: id as never,
      created: true,
      joined: false,
      replayed: false,
      earned: -(points.get(id) ?? 0),
    })
  }
  return results
}

function findOriginal(named: readonly KnownPurchase[], report: PurchaseReport): KnownPurchase | undefined {
  const sales = named.filter((purchase) => purchase.number === report.cancelsNumber && purchase.kind === 'sale')
  return sales.find((sale) => sale.spaces.includes(report.space)) ?? sales[0]
}

function refusalOf(report: PurchaseReport, original: KnownPurchase | undefined): DomainError | undefined {
  if (report.cancelsNumber === undefined) return undefined
  if (!original) return new DomainError('purchase.not_found', { number: report.cancelsNumber })
  if (original.state === 'cancelled')
    return new DomainError('purchase.already_cancelled', { number: report.cancelsNumber })
  if (original.currency !== report.currency)
    return new DomainError('purchase.currency_mismatch', { currency: report.currency })
  return undefined
}

async function plan(
  ctx: Ctx,
  accepted: readonly (Told & { original: KnownPurchase | undefined })[],
): Promise<Planned[]> {
  const ids = await drawIds(ctx, accepted.length)
  const originals = accepted.flatMap(({ original }) => original?.id ?? [])
  const ofNamed = originals.length > 0 ? await selectSoldOf(ctx, originals) : []
  const unnamed = accepted.filter(({ original, report }) => !original && report.customerId !== undefined)
  const wanted = unnamed.flatMap(({ report }) =>
    [...new Set(report.lines?.map((line) => line.code))].map((code) => ({ customerId: report.customerId ?? 0, code })),
  )
  const ofCustomers = await selectSoldTo(ctx, wanted)
  const byCustomer = Map.groupBy(ofCustomers, (line) => line.customerId)
  return accepted.map((told, position) => {
    const { original, report } = told
    const sold = original
      ? ofNamed.filter((line) => line.purchaseId === original.id)
      : (byCustomer.get(report.customerId ?? null) ?? []).filter((line) => line.occurredAt <= report.occurredAt)
    return planOne({ ...told, id: ids[position] ?? 0 }, sold)
  })
}

function planOne(told: Told & { id: number; original: KnownPurchase | undefined }, sold: readonly SoldLine[]): Planned {
  const { id, report, original } = told
  const untouched = sold.every((line) => line.open === line.quantity)
  const given = resolveLines(report)
  const whole = original !== undefined && (given.length === 0 || (untouched && coversAll(given, sold)))
  const wanted =
    given.length > 0 ? given : sold.filter((line) => line.open > 0).map((line) => rest(line, report.currency))
  const taken: Taken[] = []
  const lines = wanted.map((line, index): LineRow => {
    const parts = takeBack(line, sold)
    taken.push(...parts)
    // What the cancellation does not say of a line is as it was sold: its tax, for one.
    const asSold = sold.find((candidate) => candidate.id === parts[0]?.lineId)
    return {
      purchase_id: id,
      position: index + 1,
      code: line.code,
      name: line.name ?? asSold?.name ?? '',
      quantity: -line.quantity,
      unit_price: String(line.unitPrice),
      total_minor: -line.totalMinor,
      vat_rate: line.vatRate ?? asSold?.vatRate ?? null,
      category_code: line.categoryCode ?? asSold?.categoryCode ?? null,
      item_type: line.itemType ?? asSold?.itemType ?? null,
      earns: line.earns ?? true,
      cancels_line_id: parts[0]?.lineId ?? null,
      data: line.data ?? null,
    }
  })
  const fallback = wanted.length > 0 ? sumLines(wanted) : (original?.totalMinor ?? 0)
  return {
    ...told,
    whole,
    lines,
    taken,
    totalMinor: report.totalMinor ?? (whole && untouched ? (original?.totalMinor ?? fallback) : fallback),
  }
}

/** What is left of a sold line, as a line to cancel. */
function rest(line: SoldLine, currency: string): ResolvedLine {
  const totalMinor = Math.round((line.totalMinor * line.open) / line.quantity)
  return {
    code: line.code,
    quantity: line.open,
    unitPrice: formatMinor(Math.round(totalMinor / line.open), currencyScale(currency)),
    totalMinor,
  }
}

function coversAll(lines: readonly { code: string; quantity: number }[], sold: readonly SoldLine[]): boolean {
  const left = new Map<string, number>()
  for (const line of sold) left.set(line.code, (left.get(line.code) ?? 0) + line.quantity)
  for (const line of lines) left.set(line.code, (left.get(line.code) ?? 0) - line.quantity)
  return [...left.values()].every((quantity) => quantity <= 0)
}

/** Whose sale it was, that one's is the cancellation, whoever it names: else two customers' turnover would be wrong. */
function customerOf({ report, original }: Pick<Planned, 'report' | 'original'>): number | null {
  return original ? original.customerId : (report.customerId ?? null)
}

async function write(ctx: Ctx, planned: readonly Planned[]): Promise<void> {
  await insertPurchases(
    ctx,
    planned.map(({ id, report, original, totalMinor }) => ({
      id,
      kind: 'cancellation' as const,
      number: report.number,
      customer_id: customerOf({ report, original }),
      store_id: report.storeId ?? original?.storeId ?? null,
      source: report.source,
      confirmed: report.confirmed,
      lines_source: report.source,
      state: 'completed' as const,
      currency: report.currency,
      total_minor: -totalMinor,
      occurred_at: report.occurredAt,
      cancels_id: original?.id ?? null,
      type_code: report.typeCode ?? null,
      channel: report.channel ?? null,
      till: report.till ?? null,
      card_number: report.cardNumber ?? null,
      data: report.data ?? {},
      possible_twin: false,
    })),
  )
  await insertReports(
    ctx,
    planned.map(({ id, report }) => reportRow(id, report)),
  )
  await insertLines(
    ctx,
    planned.flatMap(({ lines }) => lines),
  )
  await addCancelled(
    ctx,
    planned.flatMap(({ taken, whole }) => (whole ? [] : taken)),
  )
  for (const { original, whole } of planned) if (whole && original) await closeLines(ctx, original.id)
  await emitChanges(
    ctx,
    planned.map(({ id, report, original }) => ({
      entity: 'purchase',
      entityId: id,
      customerId: customerOf({ report, original }),
      operation: 'cancelled',
      data: { source: report.source, cancelsId: original?.id ?? null },
    })),
  )
}

/** Reverses what the cancelled sales earned for what was taken back. Answers the points of each cancellation. */
async function takePointsBack(ctx: Ctx, planned: readonly Planned[]): Promise<Map<number, number>> {
  const cancellationOf = new Map<number, Planned>()
  for (const one of planned) {
    for (const saleId of one.original ? [one.original.id] : one.taken.map((taken) => taken.purchaseId))
      cancellationOf.set(saleId, one)
  }
  const points = new Map<number, number>()
  const operations: Operation[] = []
  const effects: EffectRow[] = []
  const states = new Map<number, 'cancelled' | 'partly_cancelled'>()
  for (const basis of await selectCancelledBases(ctx, [...cancellationOf.keys()])) {
    const cancellation = cancellationOf.get(basis.id)
    if (!cancellation) continue
    const whole = cancellation.whole || basis.everythingCancelled
    states.set(basis.id, whole ? 'cancelled' : 'partly_cancelled')
    const { postingKey, programmeId, unitId, customerId } = basis
    const amount = pointsToTakeBack(whole ? { ...basis, cancelledMinor: basis.baseMinor } : basis)
    if (amount === 0 || postingKey === null || unitId === null || customerId === null) continue
    const key = `purchase:${cancellation.id}:reverse:${postingKey}`
    operations.push({
      kind: 'reverse',
      key,
      reverses: postingKey,
      unitId,
      customerId,
      ...(programmeId === null ? {} : { programmeId }),
      purchaseId: cancellation.id,
      amount,
      occurredAt: cancellation.report.occurredAt,
    })
    effects.push({
      purchaseId: cancellation.id,
      kind: 'reverse',
      programmeId,
      unitId,
      amount,
      postingKey: key,
      originalId: basis.id,
      why: {
        reason: 'cancelled',
        reverses: postingKey,
        cancelledMinor: basis.cancelledMinor,
        ofMinor: basis.baseMinor,
      },
    })
    // A rule may have given credit; that goes back too, but is no point.
    if (basis.isPoints) points.set(cancellation.id, (points.get(cancellation.id) ?? 0) + amount)
  }
  await setStates(
    ctx,
    [...states].map(([id, state]) => ({ id, state })),
  )
  await post(ctx, operations)
  await insertEffects(ctx, effects)
  return points
}

/** Gives back the points and credit that paid for a sale: all when all of it is cancelled, else their share, rounded down. */
async function giveValueBack(ctx: Ctx, planned: readonly Planned[]): Promise<void> {
  const named = planned.filter(({ original }) => original)
  if (named.length === 0) return
  const payments = await selectPayments(
    ctx,
    named.flatMap(({ original }) => original?.id ?? []),
  )
  const operations: Operation[] = []
  const rows: PaymentRow[] = []
  for (const { id, original, whole, totalMinor } of named) {
    if (!original) continue
    for (const payment of payments.filter((candidate) => candidate.purchaseId === original.id)) {
      const { unitId, unitAmount, postingKey } = payment
      if (unitId === null || unitAmount === null || postingKey === null || original.customerId === null) continue
      const left = unitAmount - payment.restored
      const share = original.totalMinor ? Math.floor((unitAmount * totalMinor) / original.totalMinor) : unitAmount
      const amount = whole ? left : Math.min(left, share)
      if (amount <= 0) continue
      const key = `purchase:${id}:restore:${payment.id}`
      operations.push({
        kind: 'reverse',
        key,
        reverses: postingKey,
        unitId,
        customerId: original.customerId,
        purchaseId: id,
        amount,
      })
      rows.push({
        purchase_id: id,
        kind: payment.kind,
        amount_minor: -Math.floor((payment.amountMinor * amount) / unitAmount),
        unit_id: unitId,
        unit_amount: -amount,
        posting_key: key,
        data: { restores: postingKey },
      })
    }
  }
  await post(ctx, operations)
  await insertPayments(ctx, rows)
}
