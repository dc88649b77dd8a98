import { asksFor } from './lines.ts'
import type {
  Condition,
  Limits,
  LineFilter,
  OfferedCode,
  Period,
  Reward,
  RewardDefinition,
  RuleBook,
  RuleDefinition,
} from './types.ts'

/** What must be known to answer the question; everything else may be left out of it. */
export interface FactsNeeded {
  readonly birthday: boolean
  readonly tier: boolean
  /** Whether the customer is a member of these; none: not asked. */
  readonly segmentIds: readonly number[]
  readonly firstPurchase: boolean
  readonly points: boolean
  readonly categories: boolean
  readonly brands: boolean
  /** The rules and rewards with limits, each with the periods it counts in. */
  readonly usage: readonly UsageNeeded[]
}

export interface UsageNeeded {
  readonly id: number
  readonly customer?: Period
  readonly inAll?: Period
}

/** Which facts the rules, the automatic rewards and those of the codes ask for. */
export function factsNeeded(
  book: Pick<RuleBook, 'rules' | 'rewards'>,
  codes: readonly OfferedCode[] = [],
): FactsNeeded {
  const offered = codes.flatMap(({ reward }) => (reward ? [reward] : []))
  const rewards = new Map([...book.rewards, ...offered].map((reward) => [reward.id, reward]))
  const subjects: readonly { id: number; definition: RuleDefinition | RewardDefinition }[] = [
    ...rewards.values(),
    ...book.rules,
  ]
  const conditions = subjects.flatMap(({ definition }) => definition.conditions.flatMap(partsOf))
  const asks = (kind: Condition['kind']) => conditions.some((condition) => condition.kind === kind)
  const filters = [
    ...subjects.map(({ definition }) => definition.lines),
    ...conditions.map((condition) => (condition.kind === 'lines' ? condition.lines : undefined)),
  ]
  const filtersBy = (what: keyof LineFilter & ('categoryIds' | 'brandIds')) =>
    filters.some((filter) => asksFor(filter, what))
  const segments = conditions.flatMap((condition) => (condition.kind === 'segment' ? condition.segmentIds : []))
  return {
    birthday: asks('birthday'),
    tier: asks('tier'),
    segmentIds: [...new Set(segments)].sort((a, b) => a - b),
    firstPurchase: asks('first_purchase'),
    points:
      book.rewards.some(costsPoints) || codes.some(({ reward, voucher }) => !voucher && reward && costsPoints(reward)),
    categories: filtersBy('categoryIds'),
    brands: filtersBy('brandIds'),
    usage: subjects.flatMap(({ id, definition }) => usageOf(id, definition.limits)),
  }
}

function costsPoints(reward: Reward): boolean {
  return reward.pointsCost > 0
}

/** The condition and all that it is made of. */
function partsOf(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return [condition, ...condition.of.flatMap(partsOf)]
    case 'not':
      return [condition, ...partsOf(condition.of)]
    default:
      return [condition]
  }
}

function usageOf(id: number, limits: Limits | undefined): UsageNeeded[] {
  const { perCustomer, inAll } = limits ?? {}
  if (!perCustomer && !inAll) return []
  return [
    {
      id,
      ...(perCustomer ? { customer: perCustomer.period } : {}),
      ...(inAll ? { inAll: inAll.period } : {}),
    },
  ]
}
