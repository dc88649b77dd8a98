// Questions to the loyalty engine, with everything that a test does not care about filled in.
import type {
  BasketLine,
  CustomerFacts,
  EarningRule,
  Programme,
  Question,
  Reward,
  RewardDefinition,
  RuleBasket,
  RuleDefinition,
  Voucher,
} from '../src/core/loyalty/index.ts'

/** A Wednesday; in Prague it is half past three in the afternoon. */
export const wednesday = new Date('2026-03-11T14:30:00Z')

export function lineOf(line: Partial<BasketLine> = {}): BasketLine {
  return {
    position: 1,
    code: 'tea',
    categoryIds: [],
    brandId: null,
    quantity: 1,
    totalMinor: 1_000,
    earns: true,
    discountable: true,
    ...line,
  }
}

/** Lines are numbered as they come; the total is their sum unless another one is told. */
export function basketOf(
  lines: readonly Partial<BasketLine>[] = [{}],
  basket: Partial<Omit<RuleBasket, 'lines'>> = {},
): RuleBasket {
  const full = lines.map((line, index) => lineOf({ position: index + 1, ...line }))
  return {
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    currencyScale: 2,
    occurredAt: wednesday,
    timeZone: 'Europe/Prague',
    storeId: null,
    channel: null,
    paymentType: null,
    lines: full,
    totalMinor: full.reduce((sum, line) => sum + line.totalMinor, 0),
    paidByPointsMinor: 0,
    earns: true,
    benefits: true,
    ...basket,
  }
}

export function customerOf(customer: Partial<CustomerFacts> = {}): CustomerFacts {
  return {
    customerId: 7,
    birthday: null,
    tierId: null,
    segmentIds: new Set(),
    isFirstPurchase: false,
    pointsAvailable: 0,
    ...customer,
  }
}

/** A point for every whole euro. */
export function programmeOf(programme: Partial<Programme> = {}): Programme {
  return {
    id: 1 as Programme['id'],
    kind: 'points',
    name: 'Points',
    unitId: 2 as Programme['unitId'],
    isDefault: true,
    settings: { pointsPerUnit: 1 },
    state: 'active',
    createdAt: wednesday,
    ...programme,
  }
}

type Loose<Entity, Branded extends keyof Entity> = Partial<
  Omit<Entity, Branded | 'definition'> & Readonly<Record<Branded, number>>
>

export function ruleOf(
  definition: Partial<RuleDefinition>,
  rule: Loose<EarningRule, 'id' | 'unitId'> = {},
): EarningRule {
  return {
    name: 'A rule',
    description: '',
    state: 'active',
    priority: 5,
    validFrom: null,
    validTo: null,
    createdAt: wednesday,
    updatedAt: wednesday,
    ...rule,
    id: (rule.id ?? 100) as EarningRule['id'],
    unitId: (rule.unitId ?? 2) as EarningRule['unitId'],
    definition: { conditions: [], earning: { kind: 'fixed', amount: 10 }, ...definition },
  }
}

export function rewardOf(definition: Partial<RewardDefinition>, reward: Loose<Reward, 'id'> = {}): Reward {
  const id = reward.id ?? 200
  return {
    code: `reward-${id}`,
    name: 'A reward',
    state: 'active',
    usage: 'automatic',
    kind: 'till',
    priority: 5,
    pointsCost: 0,
    validFrom: null,
    validTo: null,
    presentation: {},
    createdAt: wednesday,
    updatedAt: wednesday,
    ...reward,
    id: id as Reward['id'],
    definition: { conditions: [], benefit: { kind: 'percent', percent: 10 }, ...definition },
  }
}

export function voucherOf(voucher: Partial<Omit<Voucher, 'id'> & { id: number }> = {}): Voucher {
  const id = voucher.id ?? 300
  return {
    rewardId: 200 as Voucher['rewardId'],
    code: `voucher-${id}`,
    customerId: null,
    storeId: null,
    state: 'issued',
    valueMinor: null,
    bearerId: null,
    note: '',
    validFrom: null,
    validTo: null,
    costKey: null,
    appliedAt: null,
    appliedStoreId: null,
    purchaseId: null,
    data: {},
    createdAt: wednesday,
    updatedAt: wednesday,
    ...voucher,
    id: id as Voucher['id'],
  }
}

export function questionOf(
  question: Partial<Omit<Question, 'book'>> & Partial<Question['book']> & { nobody?: true } = {},
): Question {
  const { programme, rules = [], rewards = [], nobody, ...rest } = question
  return {
    basket: basketOf(),
    customer: nobody ? undefined : customerOf(),
    usage: { customer: new Map(), inAll: new Map() },
    codes: [],
    now: wednesday,
    ...rest,
    book: { programme, rules, rewards },
  }
}
