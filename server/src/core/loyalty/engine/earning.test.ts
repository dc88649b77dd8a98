import { describe, expect, test } from 'vitest'
import { basketOf, customerOf, programmeOf, questionOf, rewardOf, ruleOf } from '../../../../test/questions.ts'
import { evaluate } from './evaluate.ts'
import type { Earning, EarningRule, Question, RuleBasket, RuleDefinition } from './types.ts'

const programme = programmeOf()

function earnedBy(
  question: Partial<Question> & { rules?: readonly EarningRule[]; rewards?: Question['book']['rewards'] },
) {
  const { earned } = evaluate(questionOf({ programme, ...question }))
  return earned.reduce((sum, one) => sum + one.amount, 0)
}

describe('the base programme', () => {
  test.each<[string, RuleBasket, number]>([
    ['gives whole points for the total', basketOf([{ totalMinor: 1_999 }]), 19],
    [
      'gives nothing for lines that do not earn',
      basketOf([{ totalMinor: 1_000 }, { totalMinor: 500, earns: false }]),
      10,
    ],
    ['gives nothing for what points paid', basketOf([{ totalMinor: 1_000 }], { paidByPointsMinor: 401 }), 5],
    ['goes by the total that was told', basketOf([{ totalMinor: 1_000 }], { totalMinor: 700 }), 7],
    ['goes by a total without lines', basketOf([], { totalMinor: 2_500 }), 25],
    ['takes off what was taken back', basketOf([{ totalMinor: 1_000 }, { quantity: -1, totalMinor: -300 }]), 7],
    ['gives nothing for a total below zero', basketOf([{ quantity: -1, totalMinor: -300 }]), 0],
    ['gives nothing where the basket does not earn', basketOf([{}], { earns: false }), 0],
    ['gives nothing for an unconfirmed report', basketOf([{}], { confirmed: false }), 0],
    ['gives nothing for what a browser says', basketOf([{}], { source: 'tracking' }), 0],
  ])('%s', (_name, basket, points) => {
    expect(earnedBy({ basket })).toBe(points)
  })

  test('earns on what the benefits left, also of lines that do not earn', () => {
    const basket = basketOf([{ totalMinor: 1_000 }, { totalMinor: 1_000, earns: false }])
    const rewards = [rewardOf({ benefit: { kind: 'amount', amountMinor: 500 } })]
    const outcome = evaluate(questionOf({ programme, basket, rewards }))
    expect(outcome).toMatchObject({ totalMinor: 1_500, earned: [{ amount: 7 }] })
    expect(outcome.decisions.at(-1)).toMatchObject({ subject: 'programme', data: { amountMinor: 750 } })
  })

  test.each([
    [{ nobody: true }, 'no_customer'],
    [{ basket: basketOf([{}], { earns: false }) }, 'purchase_does_not_earn'],
    [{ basket: basketOf([{}], { source: 'newsletter' }) }, 'purchase_does_not_earn'],
    [{ basket: basketOf([{}], { confirmed: false }) }, 'purchase_does_not_earn'],
    [{ basket: basketOf([{ totalMinor: 99 }]) }, 'below_one'],
    [{ programme: programmeOf({ state: 'inactive' }) }, 'not_active'],
  ] as const)('says why it gives nothing: %o', (question, reason) => {
    const { decisions } = evaluate(questionOf({ programme, ...question }))
    expect(decisions).toMatchObject([{ subject: 'programme', id: 1, fired: false, reason, amount: 0 }])
  })
})

describe('a rule', () => {
  const lines = [
    { code: 'tea', totalMinor: 1_050 },
    { code: 'cup', totalMinor: 450 },
  ]
  const tea = { productCodes: ['tea'] }
  const perAmount = (rounding: 'down' | 'nearest' | 'up'): Earning => ({
    kind: 'per_amount',
    amount: 3,
    perMinor: 200,
    rounding,
  })
  const times = (factor: number, rounding: 'down' | 'nearest' | 'up' = 'down'): Earning => ({
    kind: 'multiply',
    factor,
    rounding,
  })

  test.each<[string, Partial<RuleDefinition>, number]>([
    ['per amount, rounded down', { earning: perAmount('down') }, 22],
    ['per amount, of some lines, rounded down', { earning: perAmount('down'), lines: tea }, 15],
    ['per amount, of some lines, rounded to the nearest', { earning: perAmount('nearest'), lines: tea }, 16],
    ['per amount, of all lines, rounded up', { earning: perAmount('up') }, 23],
    ['fixed', { earning: { kind: 'fixed', amount: 50 } }, 50],
    ['double', { earning: times(2) }, 15],
    ['double of some lines', { earning: times(2), lines: tea }, 10],
    ['double of some lines, rounded up', { earning: times(2, 'up'), lines: tea }, 11],
    ['one and a half times', { earning: times(1.5) }, 7],
  ])('%s', (_name, definition, amount) => {
    const { decisions } = evaluate(questionOf({ programme, basket: basketOf(lines), rules: [ruleOf(definition)] }))
    expect(decisions[1]).toMatchObject({ subject: 'rule', fired: true, amount })
  })

  test('that doubles all lines gives exactly twice, however they are cut up', () => {
    const basket = basketOf([{ totalMinor: 333 }, { totalMinor: 333 }, { totalMinor: 333 }], { paidByPointsMinor: 99 })
    const all = [ruleOf({ earning: times(2), lines: { productCodes: ['tea'] } })]
    expect(earnedBy({ basket })).toBe(9)
    expect(earnedBy({ basket, rules: all })).toBe(18)
  })

  test('that multiplies adds to others, each on its own lines', () => {
    const rules = [ruleOf({ earning: times(2) }, { id: 1 }), ruleOf({ earning: times(3), lines: tea }, { id: 2 })]
    const outcome = evaluate(questionOf({ programme, basket: basketOf(lines), rules }))
    expect(outcome.earned).toMatchObject([
      {
        amount: 15 + 15 + 21,
        programmeId: 1,
        parts: [
          { ruleId: null, amount: 15 },
          { ruleId: 1, amount: 15 },
          { ruleId: 2, amount: 21 },
        ],
      },
    ])
  })

  test('takes what points paid off all lines alike', () => {
    const basket = basketOf([{ code: 'tea' }, { code: 'cup' }], { paidByPointsMinor: 1_000 })
    const rules = [ruleOf({ earning: { kind: 'per_amount', amount: 1, perMinor: 100, rounding: 'down' }, lines: tea })]
    const { decisions } = evaluate(questionOf({ basket, rules }))
    expect(decisions).toMatchObject([{ amount: 5, data: { amountMinor: 500 } }])
  })

  test('takes a discount on the whole bill off all lines alike, but adds nothing for what has no line', () => {
    const rules = [ruleOf({ earning: { kind: 'per_amount', amount: 1, perMinor: 100, rounding: 'down' }, lines: tea })]
    const basket = (totalMinor: number) => basketOf([{ code: 'tea' }, { code: 'cup' }], { totalMinor })
    expect(evaluate(questionOf({ basket: basket(1_000), rules })).decisions).toMatchObject([{ amount: 5 }])
    expect(evaluate(questionOf({ basket: basket(3_000), rules })).decisions).toMatchObject([{ amount: 10 }])
  })

  test('earns on a total without lines, unless it asks for some', () => {
    const basket = basketOf([], { totalMinor: 1_000 })
    const rules = [ruleOf({ earning: perAmount('down') }, { id: 1 }), ruleOf({ lines: tea }, { id: 2 })]
    const { decisions } = evaluate(questionOf({ basket, rules }))
    expect(decisions.map(({ reason, amount }) => [reason, amount])).toEqual([
      ['fired', 15],
      ['lines_untold', 0],
    ])
  })

  test.each<[string, Parameters<typeof ruleOf>, Parameters<typeof questionOf>[0], string]>([
    ['is paused', [{}, { state: 'paused' }], {}, 'not_active'],
    ['begins later', [{}, { validFrom: new Date('2026-03-11T14:30:01Z') }], {}, 'not_yet_valid'],
    ['has just ended', [{}, { validTo: new Date('2026-03-11T14:30:00Z') }], {}, 'no_longer_valid'],
    ['earns nothing here', [{}], { basket: basketOf([{}], { earns: false }) }, 'purchase_does_not_earn'],
    ['does not trust a browser', [{}], { basket: basketOf([{}], { source: 'tracking' }) }, 'purchase_does_not_earn'],
    ['has nobody to give to', [{}], { nobody: true }, 'no_customer'],
    ['has no such line', [{ lines: { brandIds: [9] } }], {}, 'no_lines'],
    [
      'looks at lines that nobody told',
      [{ lines: { brandIds: [9] } }],
      { basket: basketOf([], { totalMinor: 900 }) },
      'lines_untold',
    ],
    ['finds only lines that do not earn', [{}], { basket: basketOf([{ earns: false }]) }, 'no_lines'],
    ['finds only what was taken back', [{}], { basket: basketOf([{ quantity: -1, totalMinor: -9 }]) }, 'no_lines'],
    ['asks for another day', [{ conditions: [{ kind: 'weekday', days: [6, 7] }] }], {}, 'weekday'],
    [
      'comes to less than one',
      [{ earning: perAmount('down') }],
      { basket: basketOf([{ totalMinor: 60 }]) },
      'below_one',
    ],
    ['multiplies nothing', [{ earning: times(2) }], { programme: undefined }, 'below_one'],
  ])('that %s gives nothing and says so', (_name, rule, question, reason) => {
    const { decisions, earned } = evaluate(questionOf({ programme: undefined, rules: [ruleOf(...rule)], ...question }))
    expect(decisions).toMatchObject([{ subject: 'rule', id: 100, fired: false, reason, amount: 0 }])
    expect(earned).toEqual([])
  })

  test('of an exclusive group gives way to the first that fires', () => {
    const rules = [
      ruleOf({ exclusiveGroup: 'welcome', conditions: [{ kind: 'first_purchase' }] }, { id: 1 }),
      ruleOf({ exclusiveGroup: 'welcome' }, { id: 2 }),
      ruleOf({ exclusiveGroup: 'welcome' }, { id: 3 }),
    ]
    const reasons = (isFirstPurchase: boolean) =>
      evaluate(questionOf({ rules, customer: customerOf({ isFirstPurchase }) })).decisions.map(({ reason }) => reason)
    expect(reasons(true)).toEqual(['fired', 'excluded', 'excluded'])
    expect(reasons(false)).toEqual(['first_purchase', 'fired', 'excluded'])
  })

  describe('with limits', () => {
    const limits = {
      perCustomer: { period: 'month', uses: 3, amount: 100 },
      inAll: { period: 'ever', amount: 1_000 },
    } as const
    const rules = [ruleOf({ earning: { kind: 'fixed', amount: 40 }, limits })]

    test.each([
      [{ uses: 0, amount: 0 }, { uses: 0, amount: 0 }, 'fired', 40],
      [{ uses: 2, amount: 70 }, { uses: 9, amount: 0 }, 'fired', 30],
      [{ uses: 2, amount: 70 }, { uses: 9, amount: 980 }, 'fired', 20],
      [{ uses: 3, amount: 0 }, { uses: 9, amount: 0 }, 'limit_customer', 0],
      [{ uses: 1, amount: 100 }, { uses: 9, amount: 0 }, 'limit_customer', 0],
      [{ uses: 1, amount: 0 }, { uses: 9, amount: 1_000 }, 'limit_in_all', 0],
    ])('after %o by the customer and %o in all: %s %s', (customer, inAll, reason, amount) => {
      const usage = { customer: new Map([[100, customer]]), inAll: new Map([[100, inAll]]) }
      expect(evaluate(questionOf({ rules, usage })).decisions).toMatchObject([{ reason, amount }])
    })
  })
})

describe('what is earned', () => {
  const day = 86_400_000
  const at = (text: string) => new Date(text)

  test.each<[string, Partial<RuleDefinition>, { activatesAt?: Date; expiresAt?: Date }]>([
    ['is there at once and for good', {}, {}],
    ['becomes active days later', { activatesAfterDays: 14 }, { activatesAt: at('2026-03-25T14:30:00Z') }],
    ['expires days later', { expires: { afterDays: 30 } }, { expiresAt: at('2026-04-10T14:30:00Z') }],
    // In Prague, where summer has begun by then.
    ['expires with the month', { expires: { endOf: 'month' } }, { expiresAt: at('2026-03-31T22:00:00Z') }],
    ['expires with the year', { expires: { endOf: 'year' } }, { expiresAt: at('2026-12-31T23:00:00Z') }],
    [
      'never expires before it is active',
      { activatesAfterDays: 25, expires: { endOf: 'month' } },
      { activatesAt: at('2026-04-05T14:30:00Z'), expiresAt: at('2026-04-30T22:00:00Z') },
    ],
  ])('%s', (_name, definition, { activatesAt, expiresAt }) => {
    const [earned] = evaluate(questionOf({ rules: [ruleOf(definition, { unitId: 77 })] })).earned
    expect(earned).toEqual({
      unitId: 77,
      programmeId: null,
      amount: 10,
      ...(activatesAt ? { activatesAt } : {}),
      ...(expiresAt ? { expiresAt } : {}),
      parts: [{ ruleId: 100, amount: 10 }],
    })
  })

  test('is one posting for each unit, activation and expiry; a rule in the programme’s unit follows the programme', () => {
    const rules = [
      ruleOf({}, { id: 1 }),
      ruleOf({}, { id: 2, unitId: 77 }),
      ruleOf({ expires: { afterDays: 30 } }, { id: 3 }),
      ruleOf({}, { id: 4 }),
    ]
    const yearly = programmeOf({ settings: { pointsPerUnit: 1, expiresAfterDays: 365 } })
    const { earned } = evaluate(questionOf({ programme: yearly, rules }))
    const expiry = (days: number) => new Date(Date.parse('2026-03-11T14:30:00Z') + days * day)
    expect(earned).toMatchObject([
      {
        unitId: 2,
        programmeId: 1,
        amount: 30,
        expiresAt: expiry(365),
        parts: [{ ruleId: null }, { ruleId: 1 }, { ruleId: 4 }],
      },
      { unitId: 77, programmeId: null, amount: 10, parts: [{ ruleId: 2 }] },
      { unitId: 2, programmeId: null, amount: 10, expiresAt: expiry(30), parts: [{ ruleId: 3 }] },
    ])
    expect(earned[1]).not.toHaveProperty('expiresAt')
  })
})
