import { giveBenefits } from './benefits.ts'
import { localTime } from './calendar.ts'
import { earn } from './earning.ts'
import { inOrder } from './lines.ts'
import type { Outcome, Question } from './types.ts'

/**
 * What a purchase gets cheaper by and what it earns, and why: first the benefits, then earning on what they left. It reads
 * no clock and no database, so that a quote, the sale and a replay of history agree. Rules and rewards are judged at the
 * moment of the purchase, vouchers at the moment they are presented (`now`).
 */
export function evaluate(question: Question): Outcome {
  const { basket, customer } = question
  const situation = {
    basket: { ...basket, lines: inOrder(basket.lines) },
    customer,
    local: localTime(basket.occurredAt, basket.timeZone),
  }
  const benefits = giveBenefits(question, situation)
  const discountMinor = benefits.discounts.reduce((sum, discount) => sum + discount.amountMinor, 0)
  const totalMinor = basket.totalMinor - discountMinor
  const { earned, decisions } = earn(question, situation, { left: benefits.left, totalMinor })
  return {
    earned,
    discounts: benefits.discounts,
    refusedCodes: benefits.refusedCodes,
    decisions: [...benefits.decisions, ...decisions],
    totalMinor,
  }
}
