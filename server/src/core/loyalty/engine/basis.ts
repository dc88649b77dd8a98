import type { Minor } from '../../../platform/money.ts'
import type { BasketLine, RuleBasket } from './types.ts'

/** What purchases earn on: the total after benefits, less the lines that earn nothing and less what points paid. */
export interface Basis {
  /** false: every line was taken back, or none may earn. */
  readonly isBought: boolean
  readonly amountMinor: Minor
  /** What the part of some lines is a part of. */
  readonly wholeMinor: Minor
  /** The lines that may earn, with what benefits left of their prices. */
  readonly lines: readonly { readonly line: BasketLine; readonly leftMinor: Minor }[]
}

export function basisOf(basket: RuleBasket, left: readonly Minor[], totalMinor: Minor): Basis {
  const priced = basket.lines.map((line, index) => ({ line, leftMinor: left[index] ?? 0 }))
  const lines = priced.filter(({ line }) => line.earns)
  const earningMinor = totalMinor - sumOf(priced.filter(({ line }) => !line.earns))
  return {
    isBought: isBought(lines),
    amountMinor: Math.max(0, earningMinor - basket.paidByPointsMinor),
    // The total told may be more than the lines (delivery) or less (a discount on the whole bill).
    wholeMinor: Math.max(earningMinor, sumOf(lines)),
    lines,
  }
}

/** Is anything there that was not taken back? Only that makes a rule fire. */
export function isBought(lines: Basis['lines']): boolean {
  return lines.some(({ line }) => line.quantity > 0)
}

function sumOf(lines: Basis['lines']): Minor {
  let sum = 0
  for (const { leftMinor } of lines) sum += leftMinor
  return sum
}

/** A part of a basis: `part` / `whole` of it. */
export interface PartOfBasis {
  readonly part: number
  readonly whole: number
}

/**
 * How much of the basis these lines are, by what is left of their prices; what points paid is thereby taken off all lines
 * alike. Without a choice of lines it is all of it. Never more than all: other lines may have been taken back.
 */
export function partOf(basis: Basis, lines: Basis['lines'] | undefined): PartOfBasis {
  if (lines === undefined) return { part: 1, whole: 1 }
  const part = Math.min(basis.wholeMinor, Math.max(0, sumOf(lines)))
  return basis.wholeMinor > 0 ? { part, whole: basis.wholeMinor } : { part: 0, whole: 1 }
}
