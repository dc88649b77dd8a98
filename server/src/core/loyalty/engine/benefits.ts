import type { Minor } from '../../../platform/money.ts'
import { checkCodes, type UsableCode } from './codes.ts'
import type { Failure, Situation } from './conditions.ts'
import { type Candidate, type Given, give, newProgress } from './giving.ts'
import type { Decision, Discount, OfferedCode, Question, RefusedCode, Reward } from './types.ts'

export interface Benefits {
  readonly discounts: readonly Discount[]
  readonly refusedCodes: readonly RefusedCode[]
  readonly decisions: readonly Decision[]
  /** What the benefits have left of each line's price, in the order of the situation's lines. */
  readonly left: readonly Minor[]
}

/** Gives the automatic rewards and those whose codes were typed in, by their priority, then id, then as they were typed. */
export function giveBenefits(question: Question, situation: Situation): Benefits {
  const { basket, customer } = situation
  const checked = checkCodes(question.codes, { basket, customerId: customer?.customerId, now: question.now })
  const refused = checked.flatMap((code) => ('reason' in code ? [result(code, code)] : []))
  const usable = checked.flatMap((code) => ('reason' in code ? [] : [code]))
  const progress = newProgress(situation)
  const looked = inTurn(question, usable).map((candidate) =>
    result(candidate, give(candidate, progress, { question, situation })),
  )
  const results = [...refused, ...looked]
  return {
    discounts: results.flatMap(({ discount }) => discount ?? []),
    refusedCodes: results.flatMap(({ refusedCode }) => refusedCode ?? []),
    decisions: results.map(({ decision }) => decision),
    left: progress.left,
  }
}

/** A receipt's prices have their benefits in them: only its codes are looked at. */
function inTurn({ book, basket }: Question, usable: readonly UsableCode[]): Candidate[] {
  const automatic: readonly Candidate[] = basket.benefits ? book.rewards.map((reward) => ({ reward })) : []
  // Sorting keeps the order of equals.
  return [...automatic, ...usable].sort((a, b) => a.reward.priority - b.reward.priority || a.reward.id - b.reward.id)
}

interface Result {
  readonly decision: Decision
  readonly discount?: Discount | undefined
  readonly refusedCode?: RefusedCode
}

function result(of: { reward?: Reward; offered?: OfferedCode }, given: Given | Failure): Result {
  const { offered, reward = offered?.reward } = of
  const named = { subject: 'reward', id: reward?.id ?? 0, name: reward?.name ?? offered?.code ?? '' } as const
  if (!('reason' in given)) {
    const { discount, data } = given
    return { decision: { ...named, fired: true, reason: 'fired', amount: discount?.amountMinor ?? 0, data }, discount }
  }
  const { reason } = given
  const data = offered ? { ...given.data, code: offered.code } : given.data
  const decision = { ...named, fired: false, reason, amount: 0, data }
  return offered ? { decision, refusedCode: { code: offered.code, reason } } : { decision }
}
