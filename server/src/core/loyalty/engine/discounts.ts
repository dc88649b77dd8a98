import type { Minor } from '../../../platform/money.ts'
import type { Failure } from './conditions.ts'
import { thousandths, wholePieces } from './lines.ts'
import { allocate, quotient } from './shares.ts'
import type { BasketLine, Benefit } from './types.ts'

/** A line as the benefits before have left it; `left` is above 0. */
export interface PricedLine {
  readonly line: BasketLine
  readonly left: Minor
}

/** What a benefit takes off each of the lines it was asked about, in their order. */
export interface Worked {
  readonly times: number
  readonly amounts: readonly Minor[]
}

/** What one benefit takes off these lines when it may be given so many times. `times` is at least 1. */
export function workOut(benefit: Benefit, lines: readonly PricedLine[], times: number): Worked | Failure {
  switch (benefit.kind) {
    case 'percent':
      return { times: 1, amounts: allocate(percentOf(benefit, sumLeft(lines)), leftOf(lines)) }
    case 'amount':
      return { times: 1, amounts: allocate(Math.min(benefit.amountMinor, sumLeft(lines)), leftOf(lines)) }
    case 'fixed_price':
      return { times: 1, amounts: lines.map((priced) => Math.max(0, priced.left - fixedPrice(priced, benefit))) }
    case 'buy_get':
      return buyGet(benefit, lines, times)
    case 'cheapest_free':
      return buyGet({ buy: benefit.of - 1, get: 1, percent: 100 }, lines, times)
    case 'free_item':
      return freeItem(benefit, lines, times)
    case 'thing':
      return { times: 1, amounts: lines.map(() => 0) }
  }
}

/** What a benefit that takes off all alike takes off a total whose lines nobody knows. */
export function offTotal(benefit: Extract<Benefit, { kind: 'percent' | 'amount' }>, totalMinor: Minor): Minor {
  return benefit.kind === 'percent' ? percentOf(benefit, totalMinor) : Math.min(benefit.amountMinor, totalMinor)
}

function leftOf(lines: readonly PricedLine[]): Minor[] {
  return lines.map((priced) => priced.left)
}

function sumLeft(lines: readonly PricedLine[]): Minor {
  return lines.reduce((sum, priced) => sum + priced.left, 0)
}

/** Percentages have three decimals at most. Rounded once, halves up. */
function percentOf({ percent, maxMinor }: { percent: number; maxMinor?: Minor }, amount: Minor): Minor {
  const share = quotient([amount, Math.round(percent * 1_000)], [100_000], 'nearest')
  return maxMinor === undefined ? share : Math.min(share, maxMinor)
}

function fixedPrice({ line }: PricedLine, { priceMinor }: { priceMinor: Minor }): Minor {
  return quotient([priceMinor, thousandths(line.quantity)], [1_000], 'nearest')
}

/**
 * The cheapest pieces of all, `get` for every `buy` + `get` of them. (To form groups from the dearest piece down would
 * give dearer pieces away; receipts of shops with such offers show the cheapest ones free.)
 */
function buyGet(
  { buy, get, percent }: { buy: number; get: number; percent: number },
  lines: readonly PricedLine[],
  times: number,
): Worked | Failure {
  const found = lines.reduce((sum, { line }) => sum + wholePieces(line.quantity), 0)
  const groups = Math.min(times, Math.floor(found / (buy + get)))
  if (groups === 0) return { reason: 'benefit_items', data: { asked: buy + get, found } }
  return { times: groups, amounts: takePieces(lines, groups * get).map((amount) => percentOf({ percent }, amount)) }
}

function freeItem({ quantity }: { quantity: number }, lines: readonly PricedLine[], times: number): Worked | Failure {
  const found = lines.reduce((sum, { line }) => sum + wholePieces(line.quantity), 0)
  if (found === 0) return { reason: 'benefit_items', data: { asked: 1, found } }
  const pieces = Math.min(found, quantity * times)
  return { times: Math.ceil(pieces / quantity), amounts: takePieces(lines, pieces) }
}

/** The price of the so many cheapest whole pieces, by line. Of pieces that cost the same the first ones are taken. */
function takePieces(lines: readonly PricedLine[], count: number): Minor[] {
  const amounts = lines.map(() => 0)
  let wanted = count
  for (const { priced, index } of cheapestFirst(lines)) {
    if (wanted === 0) break
    const pieces = Math.min(wanted, wholePieces(priced.line.quantity))
    wanted -= pieces
    amounts[index] = quotient([priced.left, pieces * 1_000], [thousandths(priced.line.quantity)], 'nearest')
  }
  return amounts
}

function cheapestFirst(lines: readonly PricedLine[]): { priced: PricedLine; index: number }[] {
  const pieceOf = ({ line, left }: PricedLine) => left / thousandths(line.quantity)
  return lines
    .map((priced, index) => ({ priced, index }))
    .sort((a, b) => pieceOf(a.priced) - pieceOf(b.priced) || a.index - b.index)
}
