import { describe, expect, test } from 'vitest'
import { contradiction, dayRange, neverGiven, nothingFits } from './sense.ts'
import type { Condition } from './types.ts'

const weekday = (...days: number[]): Condition => ({ kind: 'weekday', days })
const tier = (...tierIds: number[]): Condition => ({ kind: 'tier', tierIds })
const time = (from: string, to: string): Condition => ({ kind: 'time', from, to })
const any = (...of: Condition[]): Condition => ({ kind: 'any', of })
const not = (of: Condition): Condition => ({ kind: 'not', of })

describe('conditions that can never hold together', () => {
  test.each<[string, Condition[], RegExp]>([
    ['two tiers', [tier(1, 2), tier(3)], /one tier and for another/],
    [
      'two stores',
      [
        { kind: 'store', storeIds: [1] },
        { kind: 'all', of: [{ kind: 'store', storeIds: [2] }] },
      ],
      /store/,
    ],
    [
      'two ways of paying',
      [
        { kind: 'payment', types: ['card'] },
        { kind: 'payment', types: ['cash'] },
      ],
      /payment/,
    ],
    ['no weekday left', [weekday(6, 7), weekday(1, 2)], /no day of the week/],
    ['all weekdays denied', [not(weekday(1, 2, 3)), not(weekday(4, 5, 6, 7))], /no day of the week/],
    ['no time left', [time('08:00', '10:00'), time('10:00', '12:00')], /no time of the day/],
    [
      'no day left',
      [
        { kind: 'date', to: '2026-01-01' },
        { kind: 'date', from: '2026-01-02' },
      ],
      /no day of the calendar/,
    ],
    [
      'a weekend in a working week',
      [{ kind: 'date', from: '2026-11-23', to: '2026-11-27' }, weekday(6, 7)],
      /weekdays falls/,
    ],
    [
      'more than the most',
      [
        { kind: 'basket', minAmountMinor: 200 },
        { kind: 'basket', maxAmountMinor: 100 },
      ],
      /more than it may come to/,
    ],
    ['a thing and its opposite', [{ kind: 'first_purchase' }, not({ kind: 'first_purchase' })], /its opposite/],
    ['no way out of many', [tier(1), any(tier(2), not(tier(1)))], /tier/],
  ])('%s', (_name, conditions, reason) => {
    expect(contradiction(conditions)).toMatch(reason)
  })
})

describe('conditions that may hold together', () => {
  test.each<[string, Condition[]]>([
    ['none', []],
    ['tiers that overlap', [tier(1, 2), tier(2, 3)]],
    [
      'two segments: one may be in both',
      [
        { kind: 'segment', segmentIds: [1] },
        { kind: 'segment', segmentIds: [2] },
      ],
    ],
    ['times over midnight', [time('22:00', '06:00'), time('05:00', '12:00')]],
    ['a weekend with a Saturday in it', [{ kind: 'date', from: '2026-11-27', to: '2026-11-28' }, weekday(6)]],
    ['a date without an end', [{ kind: 'date', from: '2026-11-23' }, weekday(6)]],
    ['one way out of many', [tier(1), any(tier(2), weekday(6))]],
    ['another than what is denied', [tier(1, 2), not(tier(1))]],
  ])('%s', (_name, conditions) => {
    expect(contradiction(conditions)).toBeUndefined()
  })
})

test('the days that conditions leave', () => {
  expect(dayRange([])).toEqual({ from: undefined, to: undefined })
  const conditions: Condition[] = [
    { kind: 'date', from: '2026-01-01', to: '2026-06-30' },
    { kind: 'all', of: [{ kind: 'date', from: '2026-02-01' }] },
  ]
  expect(dayRange(conditions)).toEqual({ from: '2026-02-01', to: '2026-06-30' })
})

test('filters that leave something may be written', () => {
  expect(nothingFits({})).toBeUndefined()
  expect(nothingFits({ productCodes: ['a', 'b'], except: { productCodes: ['a'] } })).toBeUndefined()
  expect(nothingFits({ productCodes: ['a'], except: { productCodes: ['a'], maxPriceMinor: 5 } })).toBeUndefined()
  expect(nothingFits({ categoryIds: [1], except: { brandIds: [1] } })).toBeUndefined()
})

test('a free piece must be among the chosen ones', () => {
  const benefit = { kind: 'free_item', productCode: 'cup', quantity: 1 } as const
  expect(neverGiven({ benefit, conditions: [] })).toBeUndefined()
  expect(neverGiven({ benefit, conditions: [], lines: { productCodes: ['cup', 'mug'] } })).toBeUndefined()
  expect(neverGiven({ benefit, conditions: [], lines: { productCodes: ['mug'] } })).toMatch(/free/)
  expect(neverGiven({ benefit, conditions: [], lines: { except: { productCodes: ['cup'] } } })).toMatch(/free/)
})
