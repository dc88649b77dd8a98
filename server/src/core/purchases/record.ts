import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { holdAll } from '../customers/index.ts'
import { useBenefits } from './benefits.ts'
import { recordCancellations } from './cancel.ts'
import { earnFor, spendFor } from './effects.ts'
import { deleteLines, insertLines, insertPayments } from './line-store.ts'
import { recordReceipt } from './receipt.ts'
import { lineRows, newRow, paymentRows, reportRow } from './rows.ts'
import { checkReport, contradicts, moreTrusted } from './rules.ts'
import {
  drawIds,
  insertPurchases,
  insertReports,
  type KnownPurchase,
  lockNumbers,
  markTwins,
  type PurchaseRow,
  selectByNumbers,
  selectReports,
  updatePurchases,
} from './store.ts'
import type { PurchaseReport, Recorded } from './types.ts'

/** A report with its place in the caller's list. */
export interface Told {
  readonly index: number
  readonly report: PurchaseReport
}

/**
 * Records reports of purchases, in their order, in one transaction: new ones are made, those that meet a known purchase fill it
 * in, and what may earn earns once. Answers one result each: a number that is taken (`onKnownNumber: 'refuse'`) or a
 * cancellation of nothing is refused alone; a spend beyond the balance (balance.insufficient) refuses the whole call.
 */
export async function recordPurchases(ctx: Ctx, reports: readonly PurchaseReport[]): Promise<Recorded[]> {
  for (const report of reports) checkReport(report)
  return transact(ctx, async (ctx) => {
    const results: Recorded[] = []
    for (const round of roundsOf(await ofLivingCustomers(ctx, reports))) {
      for (const [index, result] of await recordRound(ctx, round)) results[index] = result
    }
    return results
  })
}

// Whoever was merged is the survivor; nobody is merged while we write.
async function ofLivingCustomers(ctx: Ctx, reports: readonly PurchaseReport[]): Promise<PurchaseReport[]> {
  const living = await holdAll(
    ctx,
    reports.flatMap((report) => report.customerId ?? []),
  )
  return reports.map((report) =>
    report.customerId === undefined ? report : { ...report, customerId: living(report.customerId) },
  )
}

/** One report; a refusal is thrown. */
export async function recordPurchase(
  ctx: Ctx,
  report: PurchaseReport,
): Promise<Exclude<Recorded, { refused: DomainError }>> {
  checkReport(report)
  const receipt = await recordReceipt(ctx, report)
  if (receipt) return receipt
  return transact(ctx, async (ctx) => {
    const [result] = await recordPurchases(ctx, [report])
    if (!result) throw new Error('a report has a result')
    if ('refused' in result) throw result.refused
    return result
  })
}

/**
 * Statements write many rows at once, so that a number may stand only once in a round, and two cancellations that may take
 * back the same lines go in turn. Each report goes into the first round that is free for it: a cancellation not before what
 * it may take back, which a round writes first.
 */
function roundsOf(reports: readonly PurchaseReport[]): Told[][] {
  const rounds: Told[][] = []
  const free = new Map<string, number>()
  reports.forEach((report, index) => {
    const { exclusive, after } = placesOf(report)
    const turn = Math.max(...exclusive.map((key) => free.get(key) ?? 0), after ? (free.get(after) ?? 1) - 1 : 0)
    const round = rounds[turn] ?? []
    rounds[turn] = round
    round.push({ index, report })
    for (const key of exclusive) free.set(key, turn + 1)
    const shared = `customer:${report.customerId}`
    free.set(shared, Math.max(free.get(shared) ?? 0, turn + 1))
  })
  return rounds
}

function placesOf(report: PurchaseReport): { exclusive: string[]; after?: string } {
  const number = `number:${report.number}`
  if (report.kind !== 'cancellation') return { exclusive: [number] }
  return report.cancelsNumber === undefined
    ? { exclusive: [number, `cancels of:${report.customerId}`], after: `customer:${report.customerId}` }
    : { exclusive: [number, `cancels:${report.cancelsNumber}`], after: `number:${report.cancelsNumber}` }
}

async function recordRound(ctx: Ctx, round: readonly Told[]): Promise<Map<number, Recorded>> {
  const numbers = round.flatMap(({ report }) =>
    report.cancelsNumber ? [report.number, report.cancelsNumber] : [report.number],
  )
  await lockNumbers(ctx, numbers)
  const known = await selectByNumbers(ctx, numbers)
  const reported = await selectReports(
    ctx,
    round.map(({ report }) => report),
  )
  const results = new Map<number, Recorded>()
  const creates: Told[] = []
  const fills: (Told & { into: KnownPurchase; joined: boolean })[] = []
  const cancellations: Told[] = []
  for (const told of round) {
    const { report } = told
    const same = reported.find((row) => row.space === report.space && row.number === report.number)
    const own = same && known.find((purchase) => purchase.id === same.purchaseId)
    if (own && report.onKnownNumber === 'refuse')
      results.set(told.index, { refused: new DomainError('purchase.number_taken', { number: report.number }) })
    else if (own && (report.onKnownNumber === 'replay' || report.kind === 'cancellation'))
      results.set(told.index, replayed(own.id))
    else if (own) fills.push({ ...told, into: own, joined: false })
    else if (report.kind === 'cancellation') cancellations.push(told)
    else {
      const met = known.find((purchase) => meets(report, purchase))
      if (met) fills.push({ ...told, into: met, joined: true })
      else creates.push(told)
    }
  }
  const created = await createAll(ctx, creates, known)
  const filled = await fillAll(ctx, fills)
  const touched = [...created, ...filled]
  // Somebody else may have told of the sale first; who says how it was paid is the one who spends, once.
  await spendFor(
    ctx,
    touched.filter(({ report, isNew, joined }) => report.spend && (isNew || joined)),
  )
  await useBenefits(
    ctx,
    touched.filter(({ isNew, joined }) => isNew || joined),
  )
  const earned = await earnForAll(ctx, touched)
  for (const { index, purchaseId, joined, isNew } of touched) {
    results.set(index, {
      purchaseId: purchaseId as never,
      created: isNew,
      joined,
      replayed: false,
      earned: earned.get(purchaseId) ?? 0,
    })
  }
  for (const [index, result] of await recordCancellations(ctx, cancellations)) results.set(index, result)
  return results
}

/** Those that name rules of their own are worked out one by one. */
async function earnForAll(ctx: Ctx, touched: readonly Touched[]): Promise<Map<number, number>> {
  const earning = touched.filter(({ report }) => report.earns !== false)
  const plain = earning.filter(({ report }) => !report.ruleIds?.length)
  const earned = await earnFor(
    ctx,
    plain.map(({ purchaseId }) => purchaseId),
  )
  for (const { purchaseId, report } of earning) {
    if (!report.ruleIds?.length) continue
    for (const [id, amount] of await earnFor(ctx, [purchaseId], report.ruleIds)) earned.set(id, amount)
  }
  return earned
}

function replayed(id: number): Recorded {
  return { purchaseId: id as never, created: false, joined: false, replayed: true, earned: 0 } // branded at the store's edge
}

function meets(report: PurchaseReport, purchase: KnownPurchase): boolean {
  const told = {
    customerId: report.customerId ?? null,
    totalMinor: report.totalMinor ?? null,
    currency: report.currency,
    occurredAt: report.occurredAt,
  }
  return (
    purchase.kind === (report.kind ?? 'sale') &&
    purchase.kind === 'sale' &&
    purchase.number === report.number &&
    !purchase.spaces.includes(report.space) &&
    !contradicts(told, purchase)
  )
}

interface Touched extends Told {
  readonly purchaseId: number
  readonly joined: boolean
  readonly isNew: boolean
}

async function createAll(ctx: Ctx, creates: readonly Told[], known: readonly KnownPurchase[]): Promise<Touched[]> {
  if (creates.length === 0) return []
  const ids = await drawIds(ctx, creates.length)
  const touched = creates.map((told, position) => ({
    ...told,
    purchaseId: ids[position] ?? 0,
    joined: false,
    isNew: true,
  }))
  const twinsOf = (report: PurchaseReport) =>
    known.filter((purchase) => purchase.number === report.number && purchase.kind === (report.kind ?? 'sale'))
  // From here it must succeed.
  await insertPurchases(
    ctx,
    touched.map(({ purchaseId, report }) => newRow(purchaseId, report, twinsOf(report).length > 0)),
  )
  await markTwins(
    ctx,
    touched.flatMap(({ report }) => twinsOf(report).map((twin) => twin.id)),
  )
  await insertReports(
    ctx,
    touched.map(({ purchaseId, report }) => reportRow(purchaseId, report)),
  )
  await insertLines(
    ctx,
    touched.flatMap(({ purchaseId, report }) => lineRows(purchaseId, report)),
  )
  await insertPayments(
    ctx,
    touched.flatMap(({ purchaseId, report }) => paymentRows(purchaseId, report)),
  )
  await emitChanges(
    ctx,
    touched.map(({ purchaseId, report }) => ({
      entity: 'purchase',
      entityId: purchaseId,
      customerId: report.customerId ?? null,
      operation: 'created',
      data: { source: report.source },
    })),
  )
  return touched
}

/** Fills known purchases in with what these reports add: nothing that was told before is lost or contradicted. */
async function fillAll(
  ctx: Ctx,
  fills: readonly (Told & { into: KnownPurchase; joined: boolean })[],
): Promise<Touched[]> {
  if (fills.length === 0) return []
  const open = fills.filter(({ into }) => into.state === 'open' || into.state === 'completed')
  const withLines = open.filter(
    ({ report, into }) =>
      report.lines &&
      moreTrusted(report.source, into.linesSource) &&
      (into.earnedAt === null || into.linesSource === null),
  )
  await updatePurchases(
    ctx,
    fills.map((fill) => filledRow(fill, withLines.includes(fill))),
  )
  await deleteLines(
    ctx,
    withLines.map(({ into }) => into.id),
  )
  await insertLines(
    ctx,
    withLines.flatMap(({ report, into }) => lineRows(into.id, report)),
  )
  await insertReports(
    ctx,
    fills.filter(({ joined }) => joined).map(({ report, into }) => reportRow(into.id, report)),
  )
  await emitChanges(
    ctx,
    fills.map(({ report, into }) => ({
      entity: 'purchase',
      entityId: into.id,
      customerId: worthOf(report, into).customerId,
      operation: 'updated',
      data: { source: report.source },
    })),
  )
  return fills.map(({ index, report, into, joined }) => ({ index, report, purchaseId: into.id, joined, isNew: false }))
}

function filledRow(
  { report, into }: { report: PurchaseReport; into: KnownPurchase },
  replacesLines: boolean,
): PurchaseRow {
  const completes = into.state === 'open' && (report.state ?? 'completed') === 'completed' && report.confirmed
  const stronger = moreTrusted(report.source, into.source)
  const { customerId, totalMinor, currency } = worthOf(report, into)
  return {
    ...newRow(into.id, report, into.possibleTwin),
    number: into.number,
    customer_id: customerId,
    store_id: into.storeId ?? report.storeId ?? null,
    source: stronger ? report.source : into.source,
    confirmed: into.confirmed || report.confirmed,
    lines_source: replacesLines ? report.source : into.linesSource,
    state: completes ? 'completed' : into.state,
    currency,
    total_minor: totalMinor,
    type_code: into.typeCode ?? report.typeCode ?? null,
    channel: into.channel ?? report.channel ?? null,
    till: into.till ?? report.till ?? null,
    card_number: into.cardNumber ?? report.cardNumber ?? null,
    data: { ...report.data, ...into.data },
  }
}

/**
 * Who bought and for how much, on which value depends: what was told with a secret replaces what was told without, which
 * in turn adds nothing to it. A browser that names the number of somebody's bill would else earn for it.
 */
function worthOf(
  report: PurchaseReport,
  into: KnownPurchase,
): { customerId: number | null; totalMinor: number | null; currency: string } {
  const told = {
    customerId: report.customerId ?? null,
    totalMinor: report.totalMinor ?? null,
    currency: report.currency,
  }
  if (into.confirmed && !report.confirmed) return into
  if (report.confirmed && !into.confirmed) return told
  return {
    customerId: into.customerId ?? told.customerId,
    totalMinor: into.totalMinor ?? told.totalMinor,
    currency: into.totalMinor === null ? told.currency : into.currency,
  }
}
