import type { Minor } from '../../../platform/money.ts'
import type { Rounding } from './types.ts'

/**
 * The product of the factors over the product of the divisors, rounded once and exactly; halves go up when rounded to the
 * nearest. Whole numbers, none negative, no divisor 0. At most the largest safe integer.
 */
export function quotient(factors: readonly number[], divisors: readonly number[], rounding: Rounding): number {
  const [over, under] = [product(factors), product(divisors)]
  if (Number.isSafeInteger(over) && Number.isSafeInteger(under)) {
    const rest = over % under
    return (over - rest) / under + (roundsUp(rest, under, rounding) ? 1 : 0)
  }
  const [exactOver, exactUnder] = [exactProduct(factors), exactProduct(divisors)]
  const rounded = exactOver / exactUnder + (roundsUp(exactOver % exactUnder, exactUnder, rounding) ? 1n : 0n)
  return rounded > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(rounded)
}

function product(factors: readonly number[]): number {
  let result = 1
  for (const factor of factors) result *= factor
  return result
}

function exactProduct(factors: readonly number[]): bigint {
  return factors.reduce((result, factor) => result * BigInt(factor), 1n)
}

function roundsUp<Whole extends number | bigint>(rest: Whole, of: Whole, rounding: Rounding): boolean {
  if (rounding === 'down' || rest === 0 || rest === 0n) return false
  return rounding === 'up' || (typeof rest === 'bigint' ? rest * 2n >= of : rest >= Number(of) - rest)
}

/**
 * Splits a total by weights so that the parts add up to it exactly: each gets its share rounded down, and what is left
 * goes in single units to the largest remainders, the earlier ones first where they are equal. A part never exceeds its
 * weight when the total does not exceed their sum.
 */
export function allocate(total: Minor, weights: readonly Minor[]): Minor[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0)
  if (whole <= 0 || total <= 0) return weights.map(() => 0)
  const parts = weights.map((part, index) => {
    const amount = quotient([total, part], [whole], 'down')
    return { index, amount, remainder: remainderOf(total * part, { total, part, whole }) }
  })
  let left = total - parts.reduce((sum, part) => sum + part.amount, 0)
  const amounts = parts.map((part) => part.amount)
  if (left === 0) return amounts
  for (const { index, remainder } of parts.sort((a, b) => b.remainder - a.remainder || a.index - b.index)) {
    if (left === 0 || remainder === 0) break
    amounts[index] = (amounts[index] ?? 0) + 1
    left -= 1
  }
  return amounts
}

function remainderOf(product: number, { total, part, whole }: { total: Minor; part: Minor; whole: Minor }): number {
  return Number.isSafeInteger(product) ? product % whole : Number((BigInt(total) * BigInt(part)) % BigInt(whole))
}
