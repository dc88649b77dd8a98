import { type Ctx, inOneStatement } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { checkOperation, refusalIn } from '../ledger/index.ts'
import { lastRuleBook } from '../loyalty/index.ts'
import { planEarning, planSpends, type Spend, spendsOf } from './effects.ts'
import { insertReceipt } from './receipt-store.ts'
import { lineRows, newRow, paymentRows, reportRow } from './rows.ts'
import { type ResolvedLine, resolveLines, sumLines } from './rules.ts'
import type { PurchaseReport, Recorded } from './types.ts'

/** The statement that writes the purchase draws its id; rows and keys made before name it by this. */
const idToCome = 0

/**
 * The way of nearly every sale: its number is new, so there is nothing to meet, and one statement writes all of it and moves
 * the value. Undefined, with nothing changed, where it is more than that. Refuses what `recordPurchase` refuses.
 */
export async function recordReceipt(
  ctx: Ctx,
  report: PurchaseReport,
): Promise<Exclude<Recorded, { refused: DomainError }> | undefined> {
  if ((report.kind ?? 'sale') !== 'sale' || (report.state ?? 'completed') !== 'completed') return undefined
  const { book, stillStands } = await lastRuleBook(ctx)
  const { programme } = book
  const lines = resolveLines(report)
  const spends = await spendsOf(ctx, report, programme)
  const spent = planSpends(idToCome, report, programme, spends)
  const { customerId } = report
  const earned =
    programme && customerId !== undefined && report.earns !== false
      ? planEarning(idToCome, { ...basisOf(report, lines, spends), customerId }, programme)
      : undefined
  const operations = [...spent, ...(earned?.planned ?? [])].map(({ operation }) => operation)
  for (const operation of operations) checkOperation(operation)
  const receipt = {
    purchase: newRow(idToCome, report, false),
    report: reportRow(idToCome, report),
    lines: lineRows(idToCome, report),
    payments: [...paymentRows(idToCome, report), ...spent.map(({ payment }) => payment)],
    effects: earned?.planned.map(({ effect }) => effect) ?? [],
    operations,
    settled: earned?.settled ?? false,
  }
  try {
    const id = await inOneStatement(ctx, () => insertReceipt(ctx, receipt, stillStands))
    if (id === undefined) return undefined
    return { purchaseId: id, created: true, joined: false, replayed: false, earned: earned?.points ?? 0 }
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal) throw new DomainError(refusal.refused, refusal.data, { cause: error })
    throw error
  }
}

/** What a new sale's earning is worked out from; as `selectBases` reads it from the rows. */
function basisOf(report: PurchaseReport, lines: readonly ResolvedLine[], spends: readonly Spend[]) {
  const linesMinor = report.source === 'tracking' ? 0 : sumLines(lines)
  const paid = spends.filter((spend) => spend.kind === 'points' && !report.spend?.deducted)
  return {
    ...report,
    totalMinor: report.totalMinor ?? linesMinor,
    silentMinor: sumLines(lines.filter((line) => line.earns === false)),
    paidByPointsMinor: paid.reduce((sum, { valueMinor }) => sum + valueMinor, 0),
  }
}
