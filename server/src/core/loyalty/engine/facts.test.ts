import { expect, test } from 'vitest'
import { rewardOf, ruleOf, voucherOf } from '../../../../test/questions.ts'
import { factsNeeded } from './facts.ts'

test('a book that asks for nothing needs nothing', () => {
  expect(factsNeeded({ rules: [ruleOf({})], rewards: [rewardOf({})] })).toEqual({
    birthday: false,
    tier: false,
    segmentIds: [],
    firstPurchase: false,
    points: false,
    categories: false,
    brands: false,
    lines: true,
    usage: [],
  })
})

test('lines are asked for one by one only where a rule looks at them', () => {
  const asks = (more: Parameters<typeof ruleOf>[0]) => factsNeeded({ rules: [ruleOf(more)], rewards: [] }).lines
  expect(asks({ conditions: [{ kind: 'basket', minAmountMinor: 100 }] })).toBe(false)
  expect(asks({ conditions: [{ kind: 'not', of: { kind: 'basket', minCount: 2 } }] })).toBe(true)
  expect(asks({ conditions: [{ kind: 'lines', lines: {} }] })).toBe(true)
  expect(asks({ lines: { productCodes: ['TEA'] } })).toBe(true)
})

test('facts are found wherever they are asked for', () => {
  const rules = [
    ruleOf({
      lines: { except: { brandIds: [1] } },
      conditions: [
        { kind: 'not', of: { kind: 'any', of: [{ kind: 'segment', segmentIds: [9, 3] }, { kind: 'first_purchase' }] } },
        { kind: 'all', of: [{ kind: 'lines', lines: { categoryIds: [4] } }] },
      ],
      limits: { perCustomer: { period: 'month', uses: 1 } },
    }),
  ]
  const rewards = [
    rewardOf({
      conditions: [
        { kind: 'segment', segmentIds: [3] },
        { kind: 'tier', tierIds: [1] },
        { kind: 'birthday', daysBefore: 1, daysAfter: 1 },
      ],
      limits: { perCustomer: { period: 'day', uses: 1 }, inAll: { period: 'ever', amount: 100 } },
    }),
  ]
  expect(factsNeeded({ rules, rewards })).toEqual({
    birthday: true,
    tier: true,
    segmentIds: [3, 9],
    firstPurchase: true,
    points: false,
    categories: true,
    brands: true,
    lines: true,
    usage: [
      { id: 200, customer: 'day', inAll: 'ever' },
      { id: 100, customer: 'month' },
    ],
  })
})

test('what asks for a first purchase has a counter of each customer: it is what decides which of two is first', () => {
  const conditions = [{ kind: 'not', of: { kind: 'first_purchase' } }] as const
  const inMonth = { perCustomer: { period: 'month', uses: 1 } } as const
  const rules = [ruleOf({ conditions }, { id: 1 }), ruleOf({ conditions, limits: inMonth }, { id: 2 })]
  expect(factsNeeded({ rules, rewards: [] }).usage).toEqual([
    { id: 1, customer: 'ever' },
    { id: 2, customer: 'month' },
  ])
})

test('the rewards of codes count, each once', () => {
  const reward = rewardOf({ limits: { inAll: { period: 'year', uses: 9 } } }, { usage: 'code', pointsCost: 5 })
  const typed = { code: 'a', reward }
  const voucher = { code: 'b', reward, voucher: voucherOf() }
  const book = { rules: [], rewards: [] }
  expect(factsNeeded(book, [typed, voucher])).toMatchObject({ points: true, usage: [{ id: 200, inAll: 'year' }] })
  // Its points were paid when it was made.
  expect(factsNeeded(book, [voucher, { code: 'unknown' }])).toMatchObject({ points: false })
})
