import { describe, expect, test } from 'vitest'
import { basketOf, customerOf, wednesday } from '../../../../test/questions.ts'
import { localTime } from './calendar.ts'
import { firstFailure } from './conditions.ts'
import type { Condition, CustomerFacts, RuleBasket } from './types.ts'

function reasonOf(
  condition: Condition,
  { basket = basketOf(), customer }: { basket?: RuleBasket; customer?: CustomerFacts } = {},
) {
  const local = localTime(basket.occurredAt, basket.timeZone)
  return firstFailure([condition], { basket, customer, local })?.reason ?? 'holds'
}

const at = (text: string, timeZone = 'Europe/Prague') => basketOf([{}], { occurredAt: new Date(text), timeZone })

describe('lines', () => {
  const basket = basketOf([
    { code: 'tea', categoryIds: [12, 1], brandId: 5, quantity: 2, totalMinor: 900 },
    { code: 'cup', categoryIds: [13, 1], quantity: 1.5, totalMinor: 600 },
    { code: 'tea', quantity: -1, totalMinor: -400 },
  ])
  test.each<[Omit<Extract<Condition, { kind: 'lines' }>, 'kind'>, string]>([
    [{ lines: { productCodes: ['cup', 'pot'] } }, 'holds'],
    [{ lines: { productCodes: ['pot'] } }, 'condition_items'],
    [{ lines: { categoryIds: [1] }, minCount: 3 }, 'holds'],
    [{ lines: { categoryIds: [1] }, minCount: 4 }, 'condition_items'],
    [{ lines: { categoryIds: [12], brandIds: [5] }, minAmountMinor: 900 }, 'holds'],
    [{ lines: { categoryIds: [12], brandIds: [5] }, minAmountMinor: 901 }, 'amount_too_small'],
    [{ lines: { categoryIds: [13], brandIds: [5] } }, 'condition_items'],
    // What was taken back counts against what was bought.
    [{ lines: { productCodes: ['tea'] }, minCount: 2 }, 'condition_items'],
    [{ lines: { productCodes: ['tea'] }, minAmountMinor: 501 }, 'amount_too_small'],
    // Prices are those of one piece: 4.50, 4.00 and 4.00.
    [{ lines: { minPriceMinor: 450 } }, 'holds'],
    [{ lines: { minPriceMinor: 451 } }, 'condition_items'],
    [{ lines: { maxPriceMinor: 400, except: { productCodes: ['tea'] } } }, 'holds'],
    [{ lines: { maxPriceMinor: 399 } }, 'condition_items'],
    [{ lines: { except: { categoryIds: [1], except: { brandIds: [5] } } }, minCount: 1 }, 'holds'],
    [{ lines: {}, minCount: 3 }, 'condition_items'],
    [{ lines: { productCodes: ['pot'] }, minCount: 1 }, 'condition_items'],
  ])('%o: %s', (condition, reason) => {
    expect(reasonOf({ kind: 'lines', ...condition }, { basket })).toBe(reason)
  })
})

describe('the basket', () => {
  const basket = basketOf([{ quantity: 2 }, { quantity: 0.5, totalMinor: 0 }], { totalMinor: 800 })
  test.each<[Omit<Extract<Condition, { kind: 'basket' }>, 'kind'>, string]>([
    [{ minAmountMinor: 800, maxAmountMinor: 800 }, 'holds'],
    [{ minAmountMinor: 801 }, 'amount_too_small'],
    [{ maxAmountMinor: 799 }, 'amount_too_large'],
    [{ minCount: 2 }, 'holds'],
    [{ minCount: 3 }, 'not_enough_items'],
  ])('%o: %s', (condition, reason) => {
    expect(reasonOf({ kind: 'basket', ...condition }, { basket })).toBe(reason)
  })
})

test('prices are those before benefits, where a receipt tells what these took off', () => {
  const basket = basketOf([{ quantity: 2, totalMinor: 700, givenMinor: 300 }], { givenMinor: 300 })
  const lines = { minPriceMinor: 500 }
  expect(reasonOf({ kind: 'lines', lines, minAmountMinor: 1_000 }, { basket })).toBe('holds')
  expect(reasonOf({ kind: 'lines', lines, minAmountMinor: 1_001 }, { basket })).toBe('amount_too_small')
  expect(reasonOf({ kind: 'basket', minAmountMinor: 1_000, maxAmountMinor: 1_000 }, { basket })).toBe('holds')
  expect(reasonOf({ kind: 'basket', maxAmountMinor: 999 }, { basket })).toBe('amount_too_large')
})

describe('where and how', () => {
  const basket = basketOf([{}], { storeId: 3, channel: 'shop', paymentType: 'card' })
  test.each<[Condition, string, string]>([
    [{ kind: 'store', storeIds: [2, 3] }, 'holds', 'store'],
    [{ kind: 'store', storeIds: [2] }, 'store', 'store'],
    [{ kind: 'channel', channels: ['shop'] }, 'holds', 'channel'],
    [{ kind: 'channel', channels: ['till'] }, 'channel', 'channel'],
    [{ kind: 'payment', types: ['card', 'cash'] }, 'holds', 'payment'],
    [{ kind: 'payment', types: ['cash'] }, 'payment', 'payment'],
  ])('%o: %s, and %s where it is not known', (condition, reason, unknown) => {
    expect(reasonOf(condition, { basket })).toBe(reason)
    expect(reasonOf(condition)).toBe(unknown)
  })
})

describe('when', () => {
  const weekend = { kind: 'weekday', days: [6, 7] } as const
  const night = { kind: 'time', from: '22:00', to: '06:00' } as const
  const day = { kind: 'time', from: '09:00', to: '17:30' } as const
  const evening = { kind: 'time', from: '18:00', to: '24:00' } as const
  const spring = { kind: 'date', from: '2026-03-29', to: '2026-04-01' } as const

  test.each<[Condition, string, string, string]>([
    [weekend, '2026-03-13T22:59:59Z', 'Europe/Prague', 'weekday'],
    [weekend, '2026-03-13T23:00:00Z', 'Europe/Prague', 'holds'],
    [weekend, '2026-03-13T23:00:00Z', 'America/New_York', 'weekday'],
    [weekend, '2026-03-15T22:59:59Z', 'Europe/Prague', 'holds'],
    [weekend, '2026-03-15T23:00:00Z', 'Europe/Prague', 'weekday'],
    [day, '2026-03-11T08:00:00Z', 'Europe/Prague', 'holds'],
    [day, '2026-03-11T07:59:59Z', 'Europe/Prague', 'time'],
    [day, '2026-03-11T16:29:59Z', 'Europe/Prague', 'holds'],
    [day, '2026-03-11T16:30:00Z', 'Europe/Prague', 'time'],
    // Summer time: half past five is an hour earlier for the world.
    [day, '2026-07-11T16:29:59Z', 'Europe/Prague', 'time'],
    [day, '2026-07-11T15:29:59Z', 'Europe/Prague', 'holds'],
    [night, '2026-03-11T21:00:00Z', 'Europe/Prague', 'holds'],
    [night, '2026-03-11T23:30:00Z', 'Europe/Prague', 'holds'],
    [night, '2026-03-11T04:59:59Z', 'Europe/Prague', 'holds'],
    [night, '2026-03-11T05:00:00Z', 'Europe/Prague', 'time'],
    [night, '2026-03-11T20:59:59Z', 'Europe/Prague', 'time'],
    [evening, '2026-03-11T22:59:59Z', 'Europe/Prague', 'holds'],
    [evening, '2026-03-11T23:00:00Z', 'Europe/Prague', 'time'],
    [spring, '2026-03-28T22:59:59Z', 'Europe/Prague', 'date'],
    [spring, '2026-03-28T23:00:00Z', 'Europe/Prague', 'holds'],
    [spring, '2026-04-01T21:59:59Z', 'Europe/Prague', 'holds'],
    [spring, '2026-04-01T22:00:00Z', 'Europe/Prague', 'date'],
    [{ kind: 'date', from: '2026-04-02' }, '2026-04-01T22:00:00Z', 'Europe/Prague', 'holds'],
    [{ kind: 'date', to: '2026-04-01' }, '2026-04-01T22:00:00Z', 'Europe/Prague', 'date'],
  ])('%o at %s in %s: %s', (condition, time, timeZone, reason) => {
    expect(reasonOf(condition, { basket: at(time, timeZone) })).toBe(reason)
  })
})

describe('who', () => {
  const customer = customerOf({ tierId: 4, segmentIds: new Set([8, 9]) })
  test.each<[Condition, string]>([
    [{ kind: 'tier', tierIds: [3, 4] }, 'holds'],
    [{ kind: 'tier', tierIds: [3] }, 'tier'],
    [{ kind: 'segment', segmentIds: [1, 9] }, 'holds'],
    [{ kind: 'segment', segmentIds: [1] }, 'segment'],
    [{ kind: 'first_purchase' }, 'first_purchase'],
    [{ kind: 'birthday', daysBefore: 300, daysAfter: 300 }, 'birthday'],
  ])('%o: %s; of nobody it never holds, nor does its opposite', (condition, reason) => {
    expect(reasonOf(condition, { customer })).toBe(reason)
    expect(reasonOf(condition)).toBe('no_customer')
    expect(reasonOf({ kind: 'not', of: condition })).toBe('no_customer')
  })

  test('a first purchase', () => {
    expect(reasonOf({ kind: 'first_purchase' }, { customer: customerOf({ isFirstPurchase: true }) })).toBe('holds')
  })

  test.each([
    ['1990-03-11', '2026-03-11', 0, 0, 'holds'],
    ['1990-03-12', '2026-03-11', 0, 0, 'birthday'],
    ['1990-03-12', '2026-03-11', 1, 0, 'holds'],
    ['1990-03-10', '2026-03-11', 1, 0, 'birthday'],
    ['1990-03-10', '2026-03-11', 0, 1, 'holds'],
    // Over the turn of the year, from both sides.
    ['1990-01-02', '2025-12-30', 3, 0, 'holds'],
    ['1990-01-02', '2025-12-29', 3, 0, 'birthday'],
    ['1990-12-30', '2026-01-02', 0, 3, 'holds'],
    ['1990-12-30', '2026-01-03', 0, 3, 'birthday'],
    // 29 February: on 1 March in common years.
    ['1996-02-29', '2026-03-01', 0, 0, 'holds'],
    ['1996-02-29', '2026-02-28', 0, 0, 'birthday'],
    ['1996-02-29', '2028-02-29', 0, 0, 'holds'],
    ['1996-02-29', '2028-03-01', 0, 0, 'birthday'],
    ['1996-02-29', '2028-03-01', 0, 1, 'holds'],
    ['1996-02-29', '2100-03-01', 0, 0, 'holds'],
    // A window that is wider than half a year.
    ['1990-09-20', '2026-03-11', 200, 0, 'holds'],
    ['1990-09-01', '2026-03-11', 0, 200, 'holds'],
    ['', '2026-03-11', 366, 366, 'birthday'],
  ])('born on %s, on %s, from %s days before to %s after: %s', (birthday, day, daysBefore, daysAfter, reason) => {
    const basket = at(`${day}T12:00:00Z`)
    const customer = customerOf({ birthday })
    expect(reasonOf({ kind: 'birthday', daysBefore, daysAfter }, { basket, customer })).toBe(reason)
  })

  test('the birthday is that of the tenant’s day, and stays out of the explanation', () => {
    const birthday = { kind: 'birthday', daysBefore: 0, daysAfter: 0 } as const
    const customer = customerOf({ birthday: '1990-03-12' })
    expect(reasonOf(birthday, { basket: at('2026-03-11T23:00:00Z'), customer })).toBe('holds')
    const local = localTime(wednesday, 'Europe/Prague')
    const failure = firstFailure([birthday], { basket: basketOf(), customer, local })
    expect(JSON.stringify(failure)).not.toContain('12')
  })
})

describe('made of others', () => {
  const yes: Condition = { kind: 'basket', minCount: 1 }
  const no: Condition = { kind: 'store', storeIds: [1] }
  const open: Condition = { kind: 'first_purchase' }
  const not = (of: Condition): Condition => ({ kind: 'not', of })
  const all = (...of: Condition[]): Condition => ({ kind: 'all', of })
  const any = (...of: Condition[]): Condition => ({ kind: 'any', of })

  test.each<[Condition, string]>([
    [all(yes, yes), 'holds'],
    [all(yes, no, open), 'store'],
    [all(yes, open), 'no_customer'],
    [any(no, yes), 'holds'],
    [any(open, yes), 'holds'],
    [any(no, no), 'store'],
    [any(no, open), 'no_customer'],
    [not(no), 'holds'],
    [not(yes), 'excluded'],
    [not(all(yes, no)), 'holds'],
    [not(all(open, no)), 'holds'],
    [not(all(open, yes)), 'no_customer'],
    [not(any(open, no)), 'no_customer'],
    [not(any(open, yes)), 'excluded'],
    [not(not(no)), 'excluded'],
    [not(not(yes)), 'holds'],
    [not({ kind: 'weekday', days: [3] }), 'weekday'],
  ])('%j: %s', (condition, reason) => {
    expect(reasonOf(condition)).toBe(reason)
  })

  test('the first that fails is told, with what was asked and found', () => {
    const basket = basketOf([{}], { storeId: 2 })
    const local = localTime(wednesday, 'Europe/Prague')
    const failure = firstFailure([yes, no, open], { basket, customer: undefined, local })
    expect(failure).toEqual({ reason: 'store', data: { asked: [1], found: 2 } })
  })
})
