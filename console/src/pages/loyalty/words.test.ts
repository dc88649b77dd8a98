import { describe, expect, test } from 'vitest'
import type { Benefit, Condition, Decision, RuleDefinition } from '../../api/loyalty-types.ts'
import { decisionSentence } from './decision-words.ts'
import { benefitSentence, conditionSentence, earningSentence, limitsSentence, type Names } from './words.ts'

const names: Names = {
  currency: 'EUR',
  category: (id) => (id === 1 ? 'Coffee' : `category ${id}`),
  brand: () => 'Nord',
  tier: (id) => ['Bronze', 'Silver', 'Gold'][id - 1] ?? `tier ${id}`,
  segment: () => 'Regulars',
  store: (id) => (id === 1 ? 'Main store' : 'Harbour'),
}

describe('a rule in one sentence', () => {
  test.each<[Pick<RuleDefinition, 'earning' | 'lines'>, string]>([
    [
      { earning: { kind: 'multiply', factor: 2, rounding: 'down' }, lines: { category_ids: [1] } },
      'Double points on “Coffee”',
    ],
    [{ earning: { kind: 'multiply', factor: 1.5, rounding: 'down' } }, '1.5 times the points on everything'],
    [{ earning: { kind: 'per_amount', amount: 1, per_minor: 200, rounding: 'up' } }, '1 point for each €2.00'],
    [
      { earning: { kind: 'fixed', amount: 50 }, lines: { brand_ids: [7], except: { product_codes: ['KNIFE'] } } },
      '50 points for buying the brand “Nord”, but not the product KNIFE',
    ],
  ])('%#', (definition, sentence) => {
    expect(earningSentence(definition, undefined, names)).toBe(sentence)
  })
})

describe('a condition in one sentence', () => {
  test.each<[Condition, string]>([
    [{ kind: 'tier', tier_ids: [2, 3] }, 'Customers in Silver or Gold'],
    [{ kind: 'tier', tier_ids: [] }, 'Customers in a tier …'],
    [{ kind: 'weekday', days: [7, 6] }, 'On weekends'],
    [{ kind: 'weekday', days: [1, 3] }, 'On Mondays and Wednesdays'],
    [{ kind: 'time', from: '14:00', to: '17:00' }, 'From 14:00 to 17:00'],
    [{ kind: 'basket', min_amount_minor: 5000, min_count: 1 }, 'Baskets from €50.00 of at least 1 piece'],
    [{ kind: 'birthday', days_before: 1, days_after: 3 }, 'Around the birthday: 1 day before and 3 days after'],
    [{ kind: 'lines', lines: { category_ids: [1] }, min_count: 2 }, 'The basket has at least 2 of “Coffee”'],
    [
      { kind: 'any', of: [{ kind: 'first_purchase' }, { kind: 'not', of: { kind: 'store', store_ids: [1] } }] },
      'On the first purchase of a customer, or not: in Main store',
    ],
  ])('%#', (condition, sentence) => {
    expect(conditionSentence(condition, names)).toBe(sentence)
  })
})

test('limits say whose they are and in which time', () => {
  const limits = { per_customer: { period: 'month', uses: 1 }, in_all: { period: 'ever', amount: 5000 } } as const
  expect(limitsSentence(limits, (amount) => `${amount} points`)).toBe(
    'once per customer a month; up to 5000 points for everybody in all',
  )
})

describe('a reward in one sentence', () => {
  test.each<[Benefit, string]>([
    [{ kind: 'percent', percent: 10, max_minor: 500 }, '10% off the whole basket, at most €5.00'],
    [{ kind: 'buy_get', buy: 2, get: 1, percent: 100 }, 'Buy 2, get 1 free'],
    [{ kind: 'buy_get', buy: 1, get: 1, percent: 50 }, 'Buy 1, get 1 50% off'],
    [{ kind: 'free_item', product_code: 'MUG', quantity: 2 }, '2 × MUG free'],
  ])('%#', (benefit, sentence) => {
    expect(benefitSentence({ benefit }, names)).toBe(sentence)
  })
})

test.each<[Condition, string]>([
  [{ kind: 'not', of: { kind: 'first_purchase' } }, 'Not: on the first purchase of a customer'],
  [
    { kind: 'not', of: { kind: 'any', of: [{ kind: 'weekday', days: [6, 7] }, { kind: 'first_purchase' }] } },
    'Neither on weekends, nor on the first purchase of a customer',
  ],
  [
    { kind: 'any', of: [{ kind: 'weekday', days: [6, 7] }, { kind: 'first_purchase' }] },
    'On weekends, or on the first purchase of a customer',
  ],
])('a group is one sentence, %#', (condition, sentence) => {
  expect(conditionSentence(condition, names)).toBe(sentence)
})

const decision: Decision = {
  subject: 'rule',
  id: 1,
  name: 'x',
  fired: false,
  reason: 'fired',
  amount: 0,
  unit: null,
  data: {},
}

describe('a decision in one sentence', () => {
  test.each<[Partial<Decision>, string]>([
    [{ fired: true, data: { factor: 2, amount_minor: 4280 } }, '2 times the points, on €42.80.'],
    [
      { fired: true, data: { factor: 2, amount_minor: 4280, limited_by: 'limit_in_all', unlimited: 42 } },
      '2 times the points, on €42.80. The budget left only that; it would have been 42 points.',
    ],
    [
      { subject: 'programme', fired: true, data: { points_per_unit: 1, amount_minor: 4280, currency: 'EUR' } },
      '1 point for each whole EUR, on €42.80.',
    ],
    [{ reason: 'tier', data: { asked: [3], found: 1 } }, 'Only for Gold; the customer is in Bronze.'],
    [{ reason: 'tier', data: { asked: [3], found: null } }, 'Only for Gold; the customer has no tier.'],
    [{ reason: 'weekday', data: { asked: [6, 7], found: 1 } }, 'Only on Saturday or Sunday; it was a Monday.'],
    [{ reason: 'store', data: { asked: [1], found: 2 } }, 'Only in Main store; it was in Harbour.'],
    [
      { reason: 'payment', data: { asked: ['card'], found: null } },
      'Only paid with card; no kind of payment is named.',
    ],
    [{ reason: 'amount_too_small', data: { asked: 5000, found: 3480 } }, 'It takes €50.00; it was €34.80.'],
    [
      { reason: 'purchase_does_not_earn', data: { programme: 'source_does_not_earn', source: 'newsletter' } },
      'Purchases from Newsletter earn nothing.',
    ],
    [{ reason: 'a_word_to_come' }, 'a word to come.'],
  ])('%#', (part, sentence) => {
    expect(decisionSentence({ ...decision, ...part }, names)).toBe(sentence)
  })
})
