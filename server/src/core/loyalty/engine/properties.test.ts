// What must hold for whatever a shop thinks up: rules, rewards and baskets are made at random.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  basketOf,
  customerOf,
  programmeOf,
  questionOf,
  rewardOf,
  ruleOf,
  voucherOf,
} from '../../../../test/questions.ts'
import { readRewardDefinition, readRuleDefinition } from './definition.ts'
import { evaluate } from './evaluate.ts'
import { neverGiven } from './sense.ts'
import type {
  BasketLine,
  Benefit,
  Condition,
  Earning,
  Limits,
  LineFilter,
  OfferedCode,
  Question,
  RewardDefinition,
  RuleDefinition,
  Used,
} from './types.ts'

const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 })
const code = fc.constantFrom('tea', 'cup', 'pot')
const ids = fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 3 })
const price = fc.oneof(fc.nat(20), fc.nat(100_000))
const amount = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 100_000 }))

const line: fc.Arbitrary<Partial<BasketLine>> = fc.record({
  code,
  categoryIds: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
  brandId: fc.constantFrom(null, 1, 2),
  quantity: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 0.25, 1.5, 0.001, 2.999, -1)),
  totalMinor: price,
  earns: fc.boolean(),
  discountable: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
})

/** What was taken back costs less than nothing. */
const lines = fc
  .array(line, { maxLength: 8 })
  .map((lines) =>
    lines.map((line) => ((line.quantity ?? 0) < 0 ? { ...line, totalMinor: -(line.totalMinor ?? 0) } : line)),
  )

const filter: fc.Arbitrary<LineFilter> = fc.oneof(
  code.map((one) => ({ productCodes: [one] })),
  ids.map((categoryIds) => ({ categoryIds })),
  ids.map((brandIds) => ({ except: { brandIds } })),
  price.map((minPriceMinor) => ({ minPriceMinor })),
)

const condition: fc.Arbitrary<Condition> = fc.oneof(
  price.map((minAmountMinor) => ({ kind: 'basket', minAmountMinor }) as const),
  filter.map((lines) => ({ kind: 'lines', lines }) as const),
  filter.map((lines) => ({ kind: 'not', of: { kind: 'lines', lines, minCount: 2 } }) as const),
  ids.map(
    (segmentIds) => ({ kind: 'any', of: [{ kind: 'segment', segmentIds }, { kind: 'first_purchase' }] }) as const,
  ),
)
const conditions = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(condition, { minLength: 1, maxLength: 2 }) },
)

const limit = fc.record(
  { period: fc.constantFrom('day' as const, 'ever' as const), uses: fc.integer({ min: 1, max: 4 }), amount },
  { requiredKeys: ['period', 'amount'] },
)
const limits: fc.Arbitrary<Limits> = fc.record({ perCustomer: limit, inAll: limit }, { requiredKeys: [] })

const benefit: fc.Arbitrary<Benefit> = fc.oneof(
  fc.record({
    kind: fc.constant('percent' as const),
    percent: fc.constantFrom(0.5, 10, 33.333, 100),
    maxMinor: maybe(amount),
  }),
  amount.map((amountMinor) => ({ kind: 'amount', amountMinor }) as const),
  price.map((priceMinor) => ({ kind: 'fixed_price', priceMinor }) as const),
  fc.record({
    kind: fc.constant('buy_get' as const),
    buy: fc.integer({ min: 1, max: 3 }),
    get: fc.integer({ min: 1, max: 2 }),
    percent: fc.constantFrom(50, 100),
  }),
  fc.integer({ min: 1, max: 4 }).map((of) => ({ kind: 'cheapest_free', of }) as const),
  fc.record({ kind: fc.constant('free_item' as const), productCode: code, quantity: fc.integer({ min: 1, max: 3 }) }),
  fc.constant({ kind: 'thing' } as const),
)

const given = <Value extends object>(value: Value): Value => JSON.parse(JSON.stringify(value))

const rewardDefinition: fc.Arbitrary<RewardDefinition> = fc
  .record({
    benefit,
    lines: maybe(filter),
    conditions,
    limits: maybe(limits),
    maxPerBasket: maybe(fc.integer({ min: 1, max: 4 })),
    stacking: fc.constantFrom(undefined, undefined, undefined, 'alone' as const),
    exclusiveGroup: fc.constantFrom(undefined, undefined, 'a', 'b'),
  })
  .map(given)
  // What could never be given is refused.
  .filter((definition) => neverGiven(definition) === undefined)

const rounding = fc.constantFrom('down' as const, 'nearest' as const, 'up' as const)
const earning: fc.Arbitrary<Earning> = fc.oneof(
  amount.map((amount) => ({ kind: 'fixed', amount }) as const),
  fc.record({ kind: fc.constant('per_amount' as const), amount, perMinor: amount, rounding }),
  fc.record({ kind: fc.constant('multiply' as const), factor: fc.constantFrom(1.1, 1.5, 2, 5), rounding }),
)

const ruleDefinition: fc.Arbitrary<RuleDefinition> = fc
  .record({
    lines: maybe(filter),
    conditions,
    earning,
    limits: maybe(limits),
    activatesAfterDays: maybe(fc.nat(10)),
    expires: fc.constantFrom(undefined, { afterDays: 30 }, { endOf: 'month' as const }),
    exclusiveGroup: fc.constantFrom(undefined, undefined, 'a', 'b'),
  })
  .map(given)

const used: fc.Arbitrary<Used> = fc.record({ uses: fc.nat(4), amount: fc.nat(100) })

/** Rules 100 and on, automatic rewards 200 and on, rewards with codes 300 and on, vouchers of these. */
const question: fc.Arbitrary<Question> = fc
  .record({
    lines: fc.oneof({ weight: 9, arbitrary: lines }, { weight: 1, arbitrary: fc.constant([]) }),
    told: maybe(price),
    paidByPointsMinor: fc.oneof(fc.constant(0), price),
    rules: fc.array(ruleDefinition, { maxLength: 5 }),
    rewards: fc.array(rewardDefinition, { maxLength: 4 }),
    coded: fc.array(fc.tuple(rewardDefinition, fc.nat(60), fc.boolean()), { maxLength: 3 }),
    used: fc.tuple(fc.array(used, { minLength: 20, maxLength: 20 }), fc.array(used, { minLength: 20, maxLength: 20 })),
    pointsAvailable: fc.nat(100),
    isKnown: fc.integer({ min: 0, max: 4 }).map((number) => number > 0),
    receipt: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
  })
  .map((made) => {
    const told = made.told === undefined ? {} : { totalMinor: made.told }
    const limited = [100, 101, 102, 103, 104, 200, 201, 202, 203, 300, 301, 302]
    const usageOf = (used: readonly Used[]) =>
      new Map(limited.map((id, at) => [id, used[at] ?? { uses: 0, amount: 0 }]))
    return questionOf({
      programme: programmeOf(),
      basket: basketOf(made.lines, { ...told, paidByPointsMinor: made.paidByPointsMinor, benefits: !made.receipt }),
      customer: made.isKnown
        ? customerOf({ pointsAvailable: made.pointsAvailable, segmentIds: new Set([2]) })
        : undefined,
      rules: made.rules.map((definition, at) => ruleOf(definition, { id: 100 + at, unitId: 2 + (at % 2) })),
      rewards: made.rewards.map((definition, at) => rewardOf(definition, { id: 200 + at })),
      codes: made.coded.flatMap(([definition, pointsCost, isVoucher], at): OfferedCode[] => {
        const reward = rewardOf(definition, {
          id: 300 + at,
          usage: isVoucher ? 'voucher' : 'code',
          pointsCost,
          priority: 4,
        })
        if (!isVoucher) return [{ code: reward.code, reward }]
        return [1, 2].map((number) => {
          const voucher = voucherOf({ id: 400 + 10 * at + number, valueMinor: number === 1 ? null : pointsCost })
          return { code: voucher.code, reward, voucher }
        })
      }),
      usage: { customer: usageOf(made.used[0]), inAll: usageOf(made.used[1]) },
    })
  })

const runs = { numRuns: 1_500 }

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

describe('whatever the rules and the basket are', () => {
  test('definitions are such as are accepted', () => {
    fc.assert(
      fc.property(ruleDefinition, rewardDefinition, (rule, reward) => {
        expect(readRuleDefinition(rule)).toEqual(rule)
        expect(readRewardDefinition(reward)).toEqual(reward)
      }),
    )
  })

  test('a line never gets cheaper than free, discounts add up, and no total goes below zero', () => {
    fc.assert(
      fc.property(question, (question) => {
        const { basket } = question
        const { discounts, totalMinor } = evaluate(question)
        for (const discount of discounts) {
          // Off a total alone nothing is taken off any line.
          const isOffTotal = basket.lines.length === 0
          expect(sum(discount.lines.map((line) => line.amountMinor))).toBe(isOffTotal ? 0 : discount.amountMinor)
          for (const line of discount.lines) expect(line.amountMinor).toBeGreaterThan(0)
        }
        for (const line of basket.lines) {
          const parts = discounts
            .flatMap((discount) => discount.lines)
            .filter((part) => part.position === line.position)
          const off = sum(parts.map((part) => part.amountMinor))
          expect(off).toBeLessThanOrEqual(line.discountable && line.quantity > 0 ? Math.max(0, line.totalMinor) : 0)
        }
        expect(totalMinor).toBe(basket.totalMinor - sum(discounts.map((discount) => discount.amountMinor)))
        expect(totalMinor).toBeGreaterThanOrEqual(Math.min(0, basket.totalMinor))
        if (!basket.benefits) expect(totalMinor).toBe(basket.totalMinor)
      }),
      runs,
    )
  })

  test('what is earned is above zero, made of its parts, and nobody’s where nobody is known', () => {
    fc.assert(
      fc.property(question, (question) => {
        const { earned, decisions } = evaluate(question)
        for (const one of earned) {
          expect(one.amount).toBe(sum(one.parts.map((part) => part.amount)))
          for (const part of one.parts) expect(part.amount).toBeGreaterThan(0)
          if (one.activatesAt && one.expiresAt) expect(+one.expiresAt).toBeGreaterThan(+one.activatesAt)
        }
        if (!question.customer) expect(earned).toEqual([])
        const gains = decisions.filter((decision) => decision.subject !== 'reward')
        expect(sum(gains.map((decision) => decision.amount))).toBe(sum(earned.map((one) => one.amount)))
        expect(new Set(earned.map((one) => `${one.unitId} ${one.activatesAt} ${one.expiresAt}`)).size).toBe(
          earned.length,
        )
      }),
      runs,
    )
  })

  test('double on all lines is exactly twice, and doubles of a basket cut in two never come to more', () => {
    const double = { kind: 'multiply', factor: 2, rounding: 'down' } as const
    const tea = { productCodes: ['tea'] }
    const rules = [
      ruleOf({ earning: double }, { id: 1 }),
      ruleOf({ earning: double, lines: {} }, { id: 2 }),
      ruleOf({ earning: double, lines: tea }, { id: 3 }),
      ruleOf({ earning: double, lines: { except: tea } }, { id: 4 }),
    ]
    const forSale = lines.map((lines) => lines.filter((line) => (line.quantity ?? 0) > 0))
    fc.assert(
      fc.property(forSale, rewardDefinition, price, (lines, reward, paidByPointsMinor) => {
        const basket = basketOf(lines, { paidByPointsMinor })
        const asked = questionOf({ programme: programmeOf(), basket, rules, rewards: [rewardOf(reward)] })
        const amounts = new Map(
          evaluate(asked).decisions.map(({ subject, id, amount }) => [`${subject} ${id}`, amount]),
        )
        const of = (name: string) => amounts.get(name) ?? 0
        const base = of('programme 1')
        expect(of('rule 1')).toBe(base)
        expect(of('rule 2')).toBe(base)
        expect(of('rule 3') + of('rule 4')).toBeLessThanOrEqual(base)
        expect(of('rule 3') + of('rule 4')).toBeGreaterThanOrEqual(base - 1)
      }),
      runs,
    )
  })

  test('no limit is exceeded, no point spent twice, no exclusive group used twice', () => {
    fc.assert(
      fc.property(question, (question) => {
        const { discounts, decisions } = evaluate(question)
        const rewards = [...question.book.rewards, ...question.codes.flatMap(({ reward }) => reward ?? [])]
        const uses = (id: number) => sum(discounts.filter(({ rewardId }) => rewardId === id).map(({ times }) => times))
        for (const { id, definition } of [...rewards, ...question.book.rules]) {
          const fired = decisions.filter((decision) => decision.id === id && decision.fired)
          const here = {
            uses: fired[0]?.subject === 'rule' ? fired.length : uses(id),
            amount: sum(fired.map((decision) => decision.amount)),
          }
          if (fired.length === 0) continue
          for (const [limit, usage] of [
            [definition.limits?.perCustomer, question.usage.customer],
            [definition.limits?.inAll, question.usage.inAll],
          ] as const) {
            const before = usage.get(id) ?? { uses: 0, amount: 0 }
            expect(before.uses + here.uses).toBeLessThanOrEqual(limit?.uses ?? Number.POSITIVE_INFINITY)
            expect(before.amount + here.amount).toBeLessThanOrEqual(limit?.amount ?? Number.POSITIVE_INFINITY)
          }
          if ('benefit' in definition) expect(here.uses).toBeLessThanOrEqual(definition.maxPerBasket ?? 1)
        }
        expect(sum(discounts.map(({ pointsCost }) => pointsCost))).toBeLessThanOrEqual(
          question.customer?.pointsAvailable ?? 0,
        )
        const given = rewards.filter(({ id }) => discounts.some(({ rewardId }) => rewardId === id))
        for (const group of ['a', 'b']) {
          const members = given.filter(({ definition }) => definition.exclusiveGroup === group)
          expect(new Set(members.map(({ id }) => id)).size).toBeLessThanOrEqual(1)
        }
        if (given.some(({ definition }) => definition.stacking === 'alone'))
          expect(new Set(given.map(({ id }) => id)).size).toBe(1)
      }),
      runs,
    )
  })

  test('everything that was looked at has its decision, and every code that is not used its reason', () => {
    fc.assert(
      fc.property(question, (question) => {
        const { decisions, discounts, refusedCodes } = evaluate(question)
        const automatic = question.basket.benefits ? question.book.rewards.length : 0
        expect(decisions).toHaveLength(1 + question.book.rules.length + automatic + question.codes.length)
        for (const decision of decisions) expect(decision.fired).toBe(decision.reason === 'fired')
        const used = question.codes.filter(({ code }) => discounts.some((discount) => discount.code === code))
        expect(used.length + refusedCodes.length).toBe(question.codes.length)
      }),
      runs,
    )
  })

  test('the answer is the same each time, in whatever order the lines come', () => {
    fc.assert(
      fc.property(question, fc.infiniteStream(fc.nat()), (question, order) => {
        const before = structuredClone(question)
        const outcome = evaluate(question)
        const lines = [...question.basket.lines]
          .map((line) => ({ line, at: order.next().value }))
          .sort((a, b) => a.at - b.at)
          .map(({ line }) => line)
        expect(evaluate({ ...question, basket: { ...question.basket, lines } })).toEqual(outcome)
        expect(question).toEqual(before)
      }),
      runs,
    )
  })
})
