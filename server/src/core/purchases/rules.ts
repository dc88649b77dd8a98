import { DomainError } from '../../platform/errors.ts'
import { currencyScale, lineTotal, type Minor } from '../../platform/money.ts'
import type { PurchaseSource } from '../loyalty/index.ts'
import type { LineInput, PurchaseReport } from './types.ts'

export const limits = { numberLength: 255, lines: 5_000, benefits: 1_000, quantity: 1_000_000_000 } as const

/** Whose word about the lines counts most. */
const trust: Readonly<Record<PurchaseSource, number>> = {
  till: 6,
  shop: 5,
  api: 4,
  import: 3,
  newsletter: 2,
  tracking: 1,
}

export function moreTrusted(a: PurchaseSource, b: PurchaseSource | null): boolean {
  return b === null || trust[a] >= trust[b]
}

export interface ResolvedLine extends LineInput {
  readonly totalMinor: Minor
}

/** Checks a report's own shape; refuses request.invalid with the field at fault, amount.invalid, currency.unknown. */
export function checkReport(report: PurchaseReport): void {
  if (report.number.length === 0 || report.number.length > limits.numberLength) invalid('number')
  if (report.space.length === 0) invalid('space')
  if (!/^[A-Z]{3}$/.test(report.currency)) throw new DomainError('currency.unknown', { currency: report.currency })
  if (Number.isNaN(report.occurredAt.getTime())) invalid('occurredAt')
  if (report.totalMinor !== undefined && !Number.isSafeInteger(report.totalMinor))
    throw new DomainError('amount.invalid', { field: 'totalMinor' })
  if ((report.lines?.length ?? 0) > limits.lines) invalid('lines')
  if (report.kind === 'cancellation' && !report.confirmed) throw new DomainError('request.forbidden', { field: 'kind' })
  for (const amount of [report.spend?.points, report.spend?.creditMinor]) {
    if (amount !== undefined && (!Number.isSafeInteger(amount) || amount < 0))
      throw new DomainError('amount.invalid', { field: 'spend' })
  }
  if ((report.benefits?.length ?? 0) > limits.benefits) invalid('benefits')
  if (report.benefits?.length && !report.confirmed) throw new DomainError('request.forbidden', { field: 'benefits' })
  for (const { amountMinor } of report.benefits ?? []) {
    if (!Number.isSafeInteger(amountMinor) || amountMinor < 0)
      throw new DomainError('amount.invalid', { field: 'benefits' })
  }
  for (const [index, line] of (report.lines ?? []).entries()) checkLine(line, index, report)
}

function checkLine(line: LineInput, index: number, report: PurchaseReport): void {
  const field = `lines[${index}]`
  const { quantity } = line
  if (line.code.length > limits.numberLength) invalid(`${field}.code`)
  if (!Number.isFinite(quantity) || Math.abs(quantity) > limits.quantity) invalid(`${field}.quantity`)
  if (quantity < 0 && report.kind === 'cancellation') invalid(`${field}.quantity`)
  if (line.totalMinor !== undefined && !Number.isSafeInteger(line.totalMinor))
    throw new DomainError('amount.invalid', { field: `${field}.totalMinor` })
}

function invalid(field: string): never {
  throw new DomainError('request.invalid', { field })
}

/** Lines with their totals in minor units. */
export function resolveLines(report: Pick<PurchaseReport, 'lines' | 'currency'>): ResolvedLine[] {
  const scale = currencyScale(report.currency)
  return (report.lines ?? []).map((line) => ({ ...line, totalMinor: line.totalMinor ?? lineTotal({ ...line, scale }) }))
}

export function sumLines(lines: readonly { totalMinor: Minor }[]): Minor {
  return lines.reduce((sum, line) => sum + line.totalMinor, 0)
}

const weekMilliseconds = 7 * 86_400_000

interface Told {
  readonly customerId: number | null
  readonly totalMinor: Minor | null
  readonly currency: string
  readonly occurredAt: Date
}

/**
 * Two reports with one number are one sale when nothing contradicts it: the customer is the same or unknown to one, the
 * totals agree or are unknown, the times lie within a week (DESIGN, "Purchases meet").
 */
export function contradicts(a: Told, b: Told): boolean {
  if (a.customerId !== null && b.customerId !== null && a.customerId !== b.customerId) return true
  if (a.totalMinor !== null && b.totalMinor !== null && (a.totalMinor !== b.totalMinor || a.currency !== b.currency))
    return true
  return Math.abs(a.occurredAt.getTime() - b.occurredAt.getTime()) > weekMilliseconds
}

export interface SoldLine {
  readonly id: number
  readonly purchaseId: number
  readonly customerId: number | null
  readonly code: string
  readonly name: string
  readonly quantity: number
  readonly totalMinor: Minor
  readonly vatRate: number | null
  readonly categoryCode: string | null
  readonly itemType: string | null
  readonly occurredAt: Date
  /** What is left to take back; the matching counts it down. */
  open: number
}

export interface Taken {
  readonly lineId: number
  readonly purchaseId: number
  readonly quantity: number
  /** The share of the sold line's total that goes with the quantity. */
  readonly totalMinor: Minor
}

/** Finds what a cancelled line takes back: the latest sale first, never more than was sold. Counts `open` down. */
export function takeBack(line: { code: string; quantity: number }, sold: readonly SoldLine[]): Taken[] {
  let left = line.quantity
  const taken: Taken[] = []
  for (const candidate of sold) {
    if (left <= 0) break
    if (candidate.code !== line.code || candidate.open <= 0) continue
    const quantity = Math.min(left, candidate.open)
    candidate.open = roundQuantity(candidate.open - quantity)
    left = roundQuantity(left - quantity)
    taken.push({
      lineId: candidate.id,
      purchaseId: candidate.purchaseId,
      quantity,
      totalMinor: Math.round((candidate.totalMinor * quantity) / candidate.quantity),
    })
  }
  return taken
}

function roundQuantity(quantity: number): number {
  return Math.round(quantity * 1_000) / 1_000
}

/**
 * How many points a cancellation takes back of a purchase: what the purchase earned less what the rest of it would have
 * earned. Cancelling all of it therefore takes exactly what was given, in however many steps.
 */
export function pointsToTakeBack(purchase: {
  earned: Minor
  alreadyTaken: Minor
  baseMinor: Minor
  cancelledMinor: Minor
}): Minor {
  const { earned, alreadyTaken, baseMinor, cancelledMinor } = purchase
  const rest = Math.max(0, baseMinor - cancelledMinor)
  const kept = baseMinor <= 0 ? 0 : Math.floor((earned * rest) / baseMinor)
  return Math.max(0, earned - alreadyTaken - kept)
}
