import { describe, expect, test } from 'vitest'
import { basketOf, customerOf, questionOf, rewardOf, voucherOf } from '../../../../test/questions.ts'
import { evaluate } from './evaluate.ts'
import type { BasketLine, Benefit, Question, RewardDefinition } from './types.ts'

/** What is left of the price of each line after one automatic reward. */
function leftAfter(definition: Partial<RewardDefinition>, lines: readonly Partial<BasketLine>[]): number[] {
  const basket = basketOf(lines)
  const { discounts } = evaluate(questionOf({ basket, rewards: [rewardOf(definition)] }))
  return basket.lines.map(({ position, totalMinor }) => {
    const parts = discounts.flatMap((discount) => discount.lines).filter((line) => line.position === position)
    return totalMinor - parts.reduce((sum, part) => sum + part.amountMinor, 0)
  })
}

const priced = (...totals: number[]) => totals.map((totalMinor) => ({ totalMinor }))

describe('a benefit', () => {
  test.each<[string, Benefit, Partial<BasketLine>[], number[]]>([
    ['percent', { kind: 'percent', percent: 10 }, priced(1_000, 500), [900, 450]],
    ['percent, rounded once for the basket', { kind: 'percent', percent: 10 }, priced(5, 5, 5), [4, 4, 5]],
    ['percent of one-cent lines', { kind: 'percent', percent: 50 }, priced(1, 1, 1, 1), [0, 0, 1, 1]],
    ['percent with decimals', { kind: 'percent', percent: 12.5 }, priced(1_000), [875]],
    ['percent up to a most', { kind: 'percent', percent: 50, maxMinor: 300 }, priced(1_000, 1_000), [850, 850]],
    ['all of it', { kind: 'percent', percent: 100 }, priced(999, 1), [0, 0]],
    ['an amount, spread to the last cent', { kind: 'amount', amountMinor: 100 }, priced(100, 100, 100), [66, 67, 67]],
    ['an amount above the price', { kind: 'amount', amountMinor: 900 }, priced(100, 200), [0, 0]],
    ['a free line is left out', { kind: 'amount', amountMinor: 10 }, priced(0, 20), [0, 10]],
    ['a fixed price', { kind: 'fixed_price', priceMinor: 300 }, [{ quantity: 3, totalMinor: 1_500 }], [900]],
    ['a fixed price above the price', { kind: 'fixed_price', priceMinor: 900 }, priced(800), [800]],
    ['a fixed price for a weight', { kind: 'fixed_price', priceMinor: 1_000 }, [{ quantity: 0.333 }], [333]],
    [
      'buy two, get one: the cheapest',
      { kind: 'buy_get', buy: 2, get: 1, percent: 100 },
      priced(900, 500, 700),
      [900, 0, 700],
    ],
    [
      'buy one, get one at half price, of one line',
      { kind: 'buy_get', buy: 1, get: 1, percent: 50 },
      [{ quantity: 3, totalMinor: 1_000 }],
      [833],
    ],
    [
      'weights are no pieces',
      { kind: 'buy_get', buy: 1, get: 1, percent: 100 },
      [{ quantity: 1.9 }, { quantity: 0.9, totalMinor: 5 }],
      [1_000, 5],
    ],
    ['the cheapest free', { kind: 'cheapest_free', of: 3 }, [{ quantity: 2, totalMinor: 999 }, {}], [499, 1_000]],
    ['too few for the cheapest free', { kind: 'cheapest_free', of: 3 }, priced(100, 200), [100, 200]],
    [
      'a free item',
      { kind: 'free_item', productCode: 'cup', quantity: 2 },
      [{ code: 'cup', quantity: 3, totalMinor: 900 }, {}],
      [300, 1_000],
    ],
    [
      'a free item that is there once only',
      { kind: 'free_item', productCode: 'cup', quantity: 2 },
      [{ code: 'cup', totalMinor: 300 }],
      [0],
    ],
    ['a thing', { kind: 'thing' }, priced(500), [500]],
    [
      'nothing that was taken back',
      { kind: 'percent', percent: 10 },
      [{ quantity: -1, totalMinor: -400 }, { totalMinor: 1_000 }],
      [-400, 900],
    ],
    [
      'nothing that must not be discounted',
      { kind: 'percent', percent: 10 },
      [{ discountable: false }, {}],
      [1_000, 900],
    ],
  ])('%s', (_name, benefit, lines, left) => {
    expect(leftAfter({ benefit }, lines)).toEqual(left)
  })

  test('works on its lines only', () => {
    const lines = [{ code: 'tea' }, { code: 'cup' }, { categoryIds: [4, 2] }]
    const benefit = { kind: 'percent', percent: 10 } as const
    expect(leftAfter({ benefit, lines: { productCodes: ['cup'] } }, lines)).toEqual([1_000, 900, 1_000])
    expect(leftAfter({ benefit, lines: { categoryIds: [2] } }, lines)).toEqual([1_000, 1_000, 900])
    expect(leftAfter({ benefit, lines: { except: { categoryIds: [2] } } }, lines)).toEqual([900, 900, 1_000])
  })
})

function decisionsOf(question: Question) {
  return evaluate(question).decisions.map(({ id, reason, amount }) => [id, reason, amount])
}

const tenOff = { benefit: { kind: 'amount', amountMinor: 10 } } as const
const basket = basketOf([{ totalMinor: 100 }])

describe('several benefits', () => {
  test('work on what those before left, by priority, then id', () => {
    const half = { benefit: { kind: 'percent', percent: 50 } } as const
    const rewards = [rewardOf(half, { id: 2, priority: 9 }), rewardOf(tenOff, { id: 3 }), rewardOf(half, { id: 1 })]
    const outcome = evaluate(questionOf({ basket, rewards }))
    expect(outcome.discounts.map(({ rewardId, amountMinor }) => [rewardId, amountMinor])).toEqual([
      [1, 50],
      [3, 10],
      [2, 20],
    ])
    expect(outcome.totalMinor).toBe(20)
  })

  test('one that stands alone keeps others out, or is kept out', () => {
    const alone = { ...tenOff, stacking: 'alone' } as const
    const first = [rewardOf(alone, { id: 1 }), rewardOf(tenOff, { id: 2 })]
    expect(decisionsOf(questionOf({ basket, rewards: first }))).toEqual([
      [1, 'fired', 10],
      [2, 'excluded', 0],
    ])
    const second = [rewardOf(tenOff, { id: 1 }), rewardOf(alone, { id: 2 })]
    expect(decisionsOf(questionOf({ basket, rewards: second }))).toEqual([
      [1, 'fired', 10],
      [2, 'excluded', 0],
    ])
  })

  test('of one exclusive group the first that is given counts', () => {
    const shared = { ...tenOff, exclusiveGroup: 'spring' }
    const rewards = [
      rewardOf({ ...shared, conditions: [{ kind: 'store', storeIds: [1] }] }, { id: 1 }),
      rewardOf(shared, { id: 2 }),
      rewardOf(shared, { id: 3 }),
      rewardOf(tenOff, { id: 4 }),
    ]
    expect(decisionsOf(questionOf({ basket, rewards }))).toEqual([
      [1, 'store', 0],
      [2, 'fired', 10],
      [3, 'excluded', 0],
      [4, 'fired', 10],
    ])
  })

  test('find nothing left where all is free already', () => {
    const all = { benefit: { kind: 'percent', percent: 100 } } as const
    const rewards = [rewardOf(all, { id: 1 }), rewardOf(tenOff, { id: 2 })]
    expect(decisionsOf(questionOf({ basket, rewards }))).toEqual([
      [1, 'fired', 100],
      [2, 'nothing_left_to_discount', 0],
    ])
  })

  test('never make a total negative where lines were taken back', () => {
    const returned = basketOf([{ totalMinor: 1_000 }, { quantity: -1, totalMinor: -970 }])
    const outcome = evaluate(questionOf({ basket: returned, rewards: [rewardOf({})] }))
    expect(outcome).toMatchObject({ totalMinor: 0, discounts: [{ amountMinor: 30 }] })
  })
})

describe('of a total whose lines were not told', () => {
  const total = basketOf([], { totalMinor: 1_999 })
  const off = (definition: Partial<RewardDefinition>, more: object = {}) => {
    const { discounts, totalMinor, decisions } = evaluate(
      questionOf({ basket: total, rewards: [rewardOf(definition)], ...more }),
    )
    return { discounts, totalMinor, reason: decisions.find(({ subject }) => subject === 'reward')?.reason }
  }

  test.each<[string, Benefit, number]>([
    ['percent', { kind: 'percent', percent: 10 }, 200],
    ['percent up to a most', { kind: 'percent', percent: 50, maxMinor: 300 }, 300],
    ['an amount', { kind: 'amount', amountMinor: 500 }, 500],
    ['an amount above it', { kind: 'amount', amountMinor: 5_000 }, 1_999],
  ])('%s is taken off, and off no line', (_name, benefit, amountMinor) => {
    const { discounts, totalMinor } = off({ benefit })
    expect(discounts).toMatchObject([{ amountMinor, lines: [], times: 1 }])
    expect(totalMinor).toBe(1_999 - amountMinor)
  })

  test('a budget gives what is left of it, and one benefit what another left', () => {
    const limits = { inAll: { period: 'ever', amount: 150 } } as const
    expect(off({ benefit: { kind: 'percent', percent: 10 }, limits }).discounts).toMatchObject([{ amountMinor: 150 }])
    const half = rewardOf({ benefit: { kind: 'percent', percent: 50 } }, { id: 201, priority: 1 })
    const rest = rewardOf({ benefit: { kind: 'amount', amountMinor: 5_000 } }, { id: 202, priority: 2 })
    const two = evaluate(questionOf({ basket: total, rewards: [half, rest] }))
    expect(two.discounts.map((discount) => discount.amountMinor)).toEqual([1_000, 999])
    expect(two.totalMinor).toBe(0)
  })

  test.each<[string, Partial<RewardDefinition>]>([
    ['some lines', { lines: { productCodes: ['tea'] } }],
    ['a fixed price', { benefit: { kind: 'fixed_price', priceMinor: 1 } }],
    ['the cheapest piece', { benefit: { kind: 'cheapest_free', of: 1 } }],
    ['one more piece', { benefit: { kind: 'buy_get', buy: 1, get: 1, percent: 100 } }],
    ['a free piece', { benefit: { kind: 'free_item', productCode: 'tea', quantity: 1 } }],
    ['a condition on lines', { conditions: [{ kind: 'lines', lines: {} }] }],
    ['its opposite', { conditions: [{ kind: 'not', of: { kind: 'lines', lines: {} } }] }],
    ['a number of pieces', { conditions: [{ kind: 'basket', minCount: 1 }] }],
  ])('what looks at lines is not given, and says so: %s', (_name, definition) => {
    expect(off(definition)).toMatchObject({ discounts: [], totalMinor: 1_999, reason: 'lines_untold' })
  })

  test('what asks for an amount of the basket is decided, and a thing is handed over', () => {
    expect(off({ conditions: [{ kind: 'basket', minAmountMinor: 1_999 }] }).discounts).toHaveLength(1)
    expect(off({ conditions: [{ kind: 'basket', minAmountMinor: 2_000 }] })).toMatchObject({
      reason: 'amount_too_small',
    })
    expect(off({ benefit: { kind: 'thing' } }).discounts).toMatchObject([{ amountMinor: 0 }])
  })

  test('an empty basket is no such total', () => {
    const { decisions } = evaluate(questionOf({ basket: basketOf([]), rewards: [rewardOf({})] }))
    expect(decisions).toContainEqual(expect.objectContaining({ subject: 'reward', reason: 'benefit_items' }))
  })
})

describe('how often', () => {
  const pieces = basketOf([{ quantity: 9, totalMinor: 900 }])
  const threeForTwo = { benefit: { kind: 'buy_get', buy: 2, get: 1, percent: 100 } } as const

  test.each([
    [undefined, 1, 100],
    [2, 2, 200],
    [9, 3, 300],
  ])('at most %s in a basket', (maxPerBasket, times, amountMinor) => {
    const outcome = evaluate(questionOf({ basket: pieces, rewards: [rewardOf({ ...threeForTwo, maxPerBasket })] }))
    expect(outcome.discounts).toMatchObject([{ times, amountMinor }])
  })

  test('each time counts for the limits', () => {
    const rewards = [
      rewardOf({ ...threeForTwo, maxPerBasket: 9, limits: { perCustomer: { period: 'month', uses: 5 } } }),
    ]
    const usage = { customer: new Map([[200, { uses: 3, amount: 0 }]]), inAll: new Map() }
    expect(evaluate(questionOf({ basket: pieces, rewards, usage })).discounts).toMatchObject([{ times: 2 }])
    const full = { customer: new Map([[200, { uses: 5, amount: 0 }]]), inAll: new Map() }
    expect(decisionsOf(questionOf({ basket: pieces, rewards, usage: full }))).toEqual([[200, 'limit_customer', 0]])
    expect(decisionsOf(questionOf({ basket: pieces, rewards, nobody: true }))).toEqual([[200, 'no_customer', 0]])
  })

  test('of a budget what is left is given', () => {
    const rewards = [
      rewardOf({ ...threeForTwo, maxPerBasket: 9, limits: { inAll: { period: 'ever', amount: 1_000 } } }),
    ]
    const usage = (amount: number) => ({ customer: new Map(), inAll: new Map([[200, { uses: 1, amount }]]) })
    const outcome = evaluate(questionOf({ basket: pieces, rewards, usage: usage(850) }))
    expect(outcome.discounts).toMatchObject([{ amountMinor: 150, lines: [{ position: 1, amountMinor: 150 }] }])
    expect(outcome.decisions[0]?.data).toMatchObject({ limitedBy: 'limit_in_all' })
    expect(decisionsOf(questionOf({ basket: pieces, rewards, usage: usage(1_000) }))).toEqual([
      [200, 'limit_in_all', 0],
    ])
  })
})

describe('a reward that costs points', () => {
  const reward = (id: number) => rewardOf(tenOff, { id, usage: 'code', pointsCost: 60 })
  const codes = [1, 2].map((id) => ({ code: `reward-${id}`, reward: reward(id) }))

  test('is given as long as they last', () => {
    const customer = customerOf({ pointsAvailable: 100 })
    const outcome = evaluate(questionOf({ basket, codes, customer }))
    expect(outcome.discounts).toMatchObject([{ rewardId: 1, pointsCost: 60 }])
    expect(outcome.refusedCodes).toEqual([{ code: 'reward-2', reason: 'points_too_few' }])
    expect(outcome.decisions[1]?.data).toMatchObject({ asked: 60, found: 40 })
  })

  test('needs a customer', () => {
    const outcome = evaluate(questionOf({ basket, codes, nobody: true }))
    expect(outcome.refusedCodes.map(({ reason }) => reason)).toEqual(['no_customer', 'no_customer'])
  })

  test('costs nothing more once it is a voucher', () => {
    const offered = [{ code: 'voucher-300', reward: reward(200), voucher: voucherOf() }]
    expect(evaluate(questionOf({ basket, codes: offered })).discounts).toMatchObject([{ pointsCost: 0 }])
  })
})
