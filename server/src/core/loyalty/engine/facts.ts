import { asksFor } from './lines.ts'
import type { Condition, OfferedCode, Period, Reward, RewardDefinition, RuleBook, RuleDefinition } from './types.ts'

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
  /** The lines one by one; otherwise it is enough to know what all that earn and all that do not come to. */
  readonly lines: boolean
  /**
   * The rules and rewards with limits, each with the periods it counts in. Those of first purchases are among them: what their
   * counters lock is what makes one of two sales at once the first.
   */
  readonly usage: readonly UsageNeeded[]
}

export interface UsageNeeded {
  readonly id: number
  readonly customer?: Period
  readonly inAll?: Period
}

type Definition = RuleDefinition | RewardDefinition

/** Which facts the rules, the automatic rewards and those of the codes ask for. */
export function factsNeeded(
  book: Pick<RuleBook, 'rules' | 'rewards'>,
  codes: readonly OfferedCode[] = [],
): FactsNeeded {
  const offered = codes.flatMap(({ reward }) => (reward ? [reward] : []))
  const rewards = new Map([...book.rewards, ...offered].map((reward) => [reward.id, reward]))
  const subjects: readonly { id: number; definition: Definition }[] = [...rewards.values(), ...book.rules]
  const asked = new Set<Fact>()
  const segmentIds = new Set<number>()
  for (const { definition } of subjects) {
    const asks = asksOf(definition)
    for (const fact of asks.facts) asked.add(fact)
    for (const id of asks.segmentIds) segmentIds.add(id)
  }
  return {
    birthday: asked.has('birthday'),
    tier: asked.has('tier'),
    segmentIds: [...segmentIds].sort((a, b) => a - b),
    firstPurchase: asked.has('first_purchase'),
    points:
      book.rewards.some(costsPoints) || codes.some(({ reward, voucher }) => !voucher && reward && costsPoints(reward)),
    categories: asked.has('categories'),
    brands: asked.has('brands'),
    lines: asked.has('lines') || subjects.some(({ definition }) => 'benefit' in definition),
    usage: subjects.flatMap((subject) => usageOf(subject)),
  }
}

function costsPoints(reward: Reward): boolean {
  return reward.pointsCost > 0
}

type Fact = 'birthday' | 'tier' | 'first_purchase' | 'categories' | 'brands' | 'lines'

interface Asks {
  readonly facts: readonly Fact[]
  readonly segmentIds: readonly number[]
}

/** Every sale asks for the same definitions; they are data that nobody changes, so the answers can be kept. */
const known = new WeakMap<Definition, Asks>()

function asksOf(definition: Definition): Asks {
  const before = known.get(definition)
  if (before) return before
  const asks = findAsks(definition)
  known.set(definition, asks)
  return asks
}

function findAsks(definition: Definition): Asks {
  const conditions = definition.conditions.flatMap(partsOf)
  const kinds = new Set(conditions.map(({ kind }) => kind))
  const filters = [
    definition.lines,
    ...conditions.map((condition) => (condition.kind === 'lines' ? condition.lines : undefined)),
  ]
  const facts: Fact[] = (['birthday', 'tier', 'first_purchase'] as const).filter((kind) => kinds.has(kind))
  if (filters.some((filter) => asksFor(filter, 'categoryIds'))) facts.push('categories')
  if (filters.some((filter) => asksFor(filter, 'brandIds'))) facts.push('brands')
  if (definition.lines !== undefined || conditions.some(asksForLines)) facts.push('lines')
  const segmentIds = conditions.flatMap((condition) => (condition.kind === 'segment' ? condition.segmentIds : []))
  return { facts, segmentIds }
}

function asksForLines(condition: Condition): boolean {
  return condition.kind === 'lines' || (condition.kind === 'basket' && condition.minCount !== undefined)
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

function usageOf({ id, definition }: { id: number; definition: Definition }): UsageNeeded[] {
  const { perCustomer, inAll } = definition.limits ?? {}
  const customer = perCustomer?.period ?? (asksOf(definition).facts.includes('first_purchase') ? 'ever' : undefined)
  if (!customer && !inAll) return []
  return [
    {
      id,
      ...(customer ? { customer } : {}),
      ...(inAll ? { inAll: inAll.period } : {}),
    },
  ]
}
