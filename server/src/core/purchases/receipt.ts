import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { checkOperation, refusalIn } from '../ledger/index.ts'
import { evaluate, factsNeeded, lastRuleBook, type RuleBook } from '../loyalty/index.ts'
import { basketsOf, type Sale, saleFrom } from './basket.ts'
import { onlyEarning, planEarning, planSpends, type Spend, spendsOf, type Worth } from './effects.ts'
import { loadFacts } from './facts.ts'
import { writeReceipt } from './receipt-queue.ts'
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
  // Rules on request are no part of the book that is known.
  if (report.benefits?.length || report.ruleIds?.length) return undefined
  const known = await lastRuleBook(ctx)
  const book = onlyEarning(known.book)
  const { programme } = book
  const lines = resolveLines(report)
  const spends = await spendsOf(ctx, report, programme)
  const spent = planSpends(idToCome, report, programme, spends)
  const worth = await worthOf(ctx, { report, sale: saleOf(report, lines, spends), book })
  if (worth === 'counted') return undefined
  const operations = [...spent, ...(worth?.planned ?? [])].map(({ operation }) => operation)
  for (const operation of operations) checkOperation(operation)
  const receipt = {
    purchase: newRow(idToCome, report, false),
    report: reportRow(idToCome, report),
    lines: lineRows(idToCome, report),
    payments: [...paymentRows(idToCome, report), ...spent.map(({ payment }) => payment)],
    effects: worth?.planned.map(({ effect }) => effect) ?? [],
    operations,
    settled: worth?.settled ?? false,
    decisions: worth?.decisions,
  }
  try {
    const id = await writeReceipt(ctx, { ...known, receipt })
    if (id === undefined) return undefined
    return { purchaseId: id, created: true, joined: false, replayed: false, earned: worth?.points ?? 0 }
  } catch (error) {
    const refusal = refusalIn(error)
    if (refusal) throw new DomainError(refusal.refused, refusal.data, { cause: error })
    throw error
  }
}

interface Asked {
  readonly report: PurchaseReport
  readonly sale: Sale
  readonly book: RuleBook
}

/** What a new sale earns; 'counted' where a rule has a limit, whose counter has to be locked first. */
async function worthOf(ctx: Ctx, { report, sale, book }: Asked): Promise<Worth | 'counted' | undefined> {
  const { customerId, occurredAt } = report
  if (customerId === undefined || report.earns === false) return undefined
  const needed = factsNeeded(book)
  if (needed.usage.length > 0) return 'counted'
  const [basket] = await basketsOf(ctx, [sale], needed, { benefits: false })
  if (!basket) throw new Error('a sale has a basket')
  const customer = await loadFacts(ctx, { customerId, at: occurredAt }, needed, book.programme)
  const usage = { customer: new Map(), inAll: new Map() }
  const outcome = evaluate({ book, basket, customer, usage, codes: [], now: ctx.clock.now() })
  return planEarning({ id: idToCome, customerId, occurredAt }, outcome, book)
}

/** What a new sale's earning is worked out from; as it will be read from the rows. */
function saleOf(report: PurchaseReport, lines: readonly ResolvedLine[], spends: readonly Spend[]): Sale {
  const linesMinor = report.source === 'tracking' ? 0 : sumLines(lines)
  const deducted = report.spend?.deducted ?? false
  const by = (kind: Spend['kind']) =>
    spends.reduce((sum, spend) => (spend.kind === kind ? sum + spend.valueMinor : sum), 0)
  return {
    ...saleFrom(report, lines),
    // What credit paid earns like money; what points paid does not, whoever took it off the total.
    totalMinor: report.totalMinor === undefined ? linesMinor : report.totalMinor + (deducted ? by('credit') : 0),
    givenMinor: deducted ? by('points') : 0,
    paidByPointsMinor: deducted ? 0 : by('points'),
  }
}
