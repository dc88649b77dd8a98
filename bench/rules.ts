import {
  type BasketLine,
  type Benefit,
  type Condition,
  type Earning,
  type EarningRule,
  evaluate,
  type Limits,
  type LineFilter,
  type Programme,
  type Question,
  type Reward,
  type RuleBook,
} from '../server/src/core/loyalty/index.ts'
import { compare, measure } from './shared/measure.ts'

const counts = { rules: 170, rewards: 30, lines: 50, baskets: 40 } as const
const seconds = 2
const rounds = 5

/** Many rules of every kind on a large basket, no two alike; against reading the same rules from JSON. */
export async function bench(): Promise<void> {
  const book = bookOf()
  const json = JSON.stringify(book)
  const questions = Array.from({ length: counts.baskets }, (_, number) => questionOf(book, number))
  const evaluateOne = async (number: number) => {
    const question = questions[number % questions.length]
    if (question) evaluate(question)
  }
  console.log(`rules: ${counts.rules} earning rules and ${counts.rewards} rewards on baskets of ${counts.lines} lines`)
  console.log(`  fired: ${firedShare(questions)} %`)
  const run = (work: (number: number) => Promise<unknown>) => measure({ concurrency: 1, seconds }, work)
  await compare('evaluate', rounds, () => run(evaluateOne), {
    name: `the same rules from JSON (${Math.round(json.length / 1_024)} KiB)`,
    run: () => run(async () => JSON.parse(json)),
  })
}

/** Of all that was looked at: a bench of rules that are refused at the door would flatter. */
function firedShare(questions: readonly Question[]): number {
  const decisions = questions.flatMap((question) => evaluate(question).decisions)
  return Math.round((100 * decisions.filter((decision) => decision.fired).length) / decisions.length)
}

const made = new Date('2026-01-01T00:00:00Z')
const everHolds = { state: 'active', validFrom: made, validTo: null, createdAt: made, updatedAt: made } as const

function bookOf(): RuleBook {
  const programme: Programme = {
    id: 1 as Programme['id'],
    kind: 'points',
    name: 'Points',
    unitId: 2 as Programme['unitId'],
    isDefault: true,
    settings: { pointsPerUnit: 1, expiresAfterDays: 365 },
    state: 'active',
    createdAt: made,
  }
  return { programme, rules: numbers(counts.rules).map(ruleOf), rewards: numbers(counts.rewards).map(rewardOf) }
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number)
}

/** Numbered things are ids of the wanted kind here; there is no database behind them. */
function ruleOf(number: number): EarningRule {
  return {
    ...everHolds,
    id: (1_000 + number) as EarningRule['id'],
    name: `Rule ${number}`,
    description: '',
    unitId: (2 + (number % 2)) as EarningRule['unitId'],
    priority: 1 + Math.floor(number / 10),
    definition: {
      ...(number % 3 === 0 ? {} : { lines: filterOf(number) }),
      conditions: conditionsOf(number),
      earning: earningOf(number),
      ...(number % 4 === 0 ? { limits: limits(number) } : {}),
      ...(number % 5 === 0 ? { expires: { afterDays: 30 + number } } : {}),
      ...(number % 7 === 0 ? { exclusiveGroup: `group ${number % 21}` } : {}),
    },
  }
}

function rewardOf(number: number): Reward {
  return {
    ...everHolds,
    id: (2_000 + number) as Reward['id'],
    code: `reward-${number}`,
    name: `Reward ${number}`,
    usage: 'automatic',
    kind: 'till',
    priority: 1 + number,
    pointsCost: 0,
    presentation: {},
    definition: {
      benefit: benefitOf(number),
      ...(number % 3 === 0 ? {} : { lines: filterOf(number) }),
      conditions: conditionsOf(number),
      maxPerBasket: 3,
      ...(number % 4 === 0 ? { limits: limits(number) } : {}),
    },
  }
}

function filterOf(number: number): LineFilter {
  const codes = (count: number) => numbers(count).map((at) => `product-${(number * 17 + at * 13) % 2_000}`)
  const filters: readonly LineFilter[] = [
    { productCodes: codes(300) },
    { categoryIds: [number % 20, (number + 7) % 20] },
    { brandIds: [number % 9], minPriceMinor: 100 },
    { categoryIds: [number % 20], except: { productCodes: codes(100) } },
  ]
  return filters[number % filters.length] ?? {}
}

function conditionsOf(number: number): Condition[] {
  const conditions: readonly Condition[] = [
    { kind: 'basket', minAmountMinor: 1_000 },
    { kind: 'lines', lines: filterOf(number + 1), minCount: 2 },
    {
      kind: 'any',
      of: [
        { kind: 'tier', tierIds: [1, 2] },
        { kind: 'segment', segmentIds: [number % 50] },
      ],
    },
    { kind: 'store', storeIds: numbers(40) },
    { kind: 'weekday', days: [1, 2, 3, 4, 5] },
    { kind: 'not', of: { kind: 'time', from: '22:00', to: '06:00' } },
    { kind: 'birthday', daysBefore: number % 100, daysAfter: 200 },
    { kind: 'date', from: '2026-01-01', to: '2026-12-31' },
  ]
  return numbers(3).map((at) => conditions[(number + 3 * at) % conditions.length] ?? { kind: 'first_purchase' })
}

function earningOf(number: number): Earning {
  const earnings: readonly Earning[] = [
    { kind: 'per_amount', amount: 1 + (number % 3), perMinor: 100, rounding: 'down' },
    { kind: 'fixed', amount: 10 },
    { kind: 'multiply', factor: 1 + (1 + (number % 4)) / 2, rounding: 'nearest' },
  ]
  return earnings[number % earnings.length] ?? { kind: 'fixed', amount: 1 }
}

function benefitOf(number: number): Benefit {
  const benefits: readonly Benefit[] = [
    { kind: 'percent', percent: 2.5 },
    { kind: 'amount', amountMinor: 99 },
    { kind: 'buy_get', buy: 2, get: 1, percent: 50 },
    { kind: 'fixed_price', priceMinor: 500 },
    { kind: 'cheapest_free', of: 4 },
  ]
  return benefits[number % benefits.length] ?? { kind: 'thing' }
}

function limits(number: number): Limits {
  return { perCustomer: { period: 'month', uses: 5 + number }, inAll: { period: 'ever', amount: 10_000_000 } }
}

function questionOf(book: RuleBook, number: number): Question {
  const lines = numbers(counts.lines).map((at) => lineOf(number, at))
  const occurredAt = new Date(Date.UTC(2026, 2, 2 + (number % 5), 8 + (number % 10)))
  return {
    book,
    basket: {
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      currencyScale: 2,
      occurredAt,
      timeZone: 'Europe/Prague',
      storeId: number % 40,
      channel: 'till',
      paymentType: 'card',
      lines,
      totalMinor: lines.reduce((sum, line) => sum + line.totalMinor, 0),
      paidByPointsMinor: number % 3 === 0 ? 500 : 0,
      earns: true,
      benefits: true,
    },
    customer: {
      customerId: 7,
      birthday: '1990-02-10',
      tierId: number % 4,
      segmentIds: new Set([3, 14, 15]),
      isFirstPurchase: false,
      pointsAvailable: 0,
    },
    usage: {
      customer: new Map(book.rules.map(({ id }) => [id, { uses: 1, amount: 10 }])),
      inAll: new Map(book.rules.map(({ id }) => [id, { uses: 100, amount: 1_000 }])),
    },
    codes: [],
    now: occurredAt,
  }
}

function lineOf(number: number, at: number): BasketLine {
  const product = (number * 31 + at * 41) % 2_000
  return {
    position: at + 1,
    code: `product-${product}`,
    categoryIds: [product % 20, 100 + (product % 4), 200],
    brandId: product % 9,
    quantity: at % 11 === 0 ? 0.75 : 1 + (at % 3),
    totalMinor: 199 + ((product * 37) % 5_000),
    earns: at % 13 !== 0,
    discountable: at % 17 !== 0,
  }
}
