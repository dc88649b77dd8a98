import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DomainError } from '../../../platform/errors.ts'
import { readRewardDefinition, readRuleDefinition } from './definition.ts'
import type { Condition, RewardDefinition, RuleDefinition } from './types.ts'

/** The faults that a definition is refused for. */
function faultsOf(read: () => unknown): unknown {
  try {
    read()
  } catch (error) {
    if (error instanceof DomainError && error.code === 'request.invalid') return error.data.errors
    throw error
  }
  return 'read'
}

const fixed = { kind: 'fixed', amount: 10 } as const

const everyCondition: readonly Condition[] = [
  { kind: 'all', of: [{ kind: 'first_purchase' }] },
  { kind: 'any', of: [{ kind: 'first_purchase' }, { kind: 'not', of: { kind: 'channel', channels: ['shop'] } }] },
  { kind: 'lines', lines: { productCodes: ['a'], except: { brandIds: [1] } }, minCount: 1, minAmountMinor: 0 },
  { kind: 'basket', minAmountMinor: 100, maxAmountMinor: 100, minCount: 2 },
  { kind: 'store', storeIds: [1] },
  { kind: 'weekday', days: [1, 7] },
  { kind: 'time', from: '22:00', to: '06:00' },
  { kind: 'time', from: '18:00', to: '24:00' },
  { kind: 'date', from: '2028-02-29' },
  { kind: 'segment', segmentIds: [1] },
  { kind: 'tier', tierIds: [1] },
  { kind: 'birthday', daysBefore: 0, daysAfter: 7 },
  { kind: 'payment', types: ['card'] },
]

describe('a rule', () => {
  test.each<RuleDefinition>([
    { conditions: everyCondition, earning: fixed },
    { conditions: [], earning: { kind: 'per_amount', amount: 1, perMinor: 100, rounding: 'nearest' } },
    {
      lines: { categoryIds: [1], minPriceMinor: 1, maxPriceMinor: 2 },
      conditions: [],
      earning: { kind: 'multiply', factor: 1.0001, rounding: 'up' },
      limits: { perCustomer: { period: 'day', uses: 1 }, inAll: { period: 'ever', amount: 5 } },
      activatesAfterDays: 0,
      expires: { endOf: 'year' },
      exclusiveGroup: 'double',
    },
  ])('is read as it is', (definition) => {
    expect(readRuleDefinition(JSON.parse(JSON.stringify(definition)))).toEqual(definition)
  })

  const nest = (depth: number): unknown =>
    depth === 0 ? { kind: 'first_purchase' } : { kind: 'not', of: nest(depth - 1) }

  test.each<[string, Record<string, unknown>, string]>([
    ['an unknown field', { surprise: 1 }, 'definition.surprise'],
    ['an unknown earning', { earning: { kind: 'magic' } }, 'definition.earning.kind'],
    ['a field of another kind', { earning: { ...fixed, factor: 2 } }, 'definition.earning.factor'],
    ['an amount below one', { earning: { kind: 'fixed', amount: 0 } }, 'definition.earning.amount'],
    ['a broken amount', { earning: { kind: 'fixed', amount: 1.5 } }, 'definition.earning.amount'],
    ['a text for a number', { earning: { kind: 'fixed', amount: '10' } }, 'definition.earning.amount'],
    ['a factor of one', { earning: { kind: 'multiply', factor: 1, rounding: 'down' } }, 'definition.earning.factor'],
    [
      'a factor too large',
      { earning: { kind: 'multiply', factor: 101, rounding: 'down' } },
      'definition.earning.factor',
    ],
    [
      'a factor too fine',
      { earning: { kind: 'multiply', factor: 1.00001, rounding: 'down' } },
      'definition.earning.factor',
    ],
    ['no rounding', { earning: { kind: 'multiply', factor: 2 } }, 'definition.earning.rounding'],
    [
      'nothing to divide by',
      { earning: { kind: 'per_amount', amount: 1, perMinor: 0, rounding: 'up' } },
      'definition.earning.perMinor',
    ],
    ['null', { limits: null }, 'definition.limits'],
    ['a limit of nothing', { limits: { inAll: { period: 'day' } } }, 'definition.limits.inAll'],
    ['an unknown period', { limits: { inAll: { period: 'hour', uses: 1 } } }, 'definition.limits.inAll.period'],
    ['too many uses', { limits: { inAll: { period: 'day', uses: 1e7 } } }, 'definition.limits.inAll.uses'],
    ['two expiries', { expires: { endOf: 'month', afterDays: 3 } }, 'definition.expires.afterDays'],
    ['an expiry before activation', { activatesAfterDays: 3, expires: { afterDays: 3 } }, 'definition'],
    ['conditions that are no list', { conditions: {} }, 'definition.conditions'],
    ['an unknown condition', { conditions: [{ kind: 'moon' }] }, 'definition.conditions[0].kind'],
    ['an inherited kind', { conditions: [{ kind: 'constructor' }] }, 'definition.conditions[0].kind'],
    ['an empty any', { conditions: [{ kind: 'any', of: [] }] }, 'definition.conditions[0].of'],
    ['an empty basket', { conditions: [{ kind: 'basket' }] }, 'definition.conditions[0]'],
    [
      'a basket of no amount',
      { conditions: [{ kind: 'basket', minAmountMinor: 2, maxAmountMinor: 1 }] },
      'definition.conditions[0]',
    ],
    ['no stores', { conditions: [{ kind: 'store', storeIds: [] }] }, 'definition.conditions[0].storeIds'],
    ['an eighth day', { conditions: [{ kind: 'weekday', days: [1, 8] }] }, 'definition.conditions[0].days[1]'],
    ['a 25th hour', { conditions: [{ kind: 'time', from: '24:00', to: '06:00' }] }, 'definition.conditions[0].from'],
    ['a time of no length', { conditions: [{ kind: 'time', from: '06:00', to: '06:00' }] }, 'definition.conditions[0]'],
    ['no such day', { conditions: [{ kind: 'date', to: '2026-02-29' }] }, 'definition.conditions[0].to'],
    [
      'days the wrong way round',
      { conditions: [{ kind: 'date', from: '2026-03-02', to: '2026-03-01' }] },
      'definition.conditions[0]',
    ],
    ['no day at all', { conditions: [{ kind: 'date' }] }, 'definition.conditions[0]'],
    ['too many codes', { lines: { productCodes: Array(1_001).fill('a') } }, 'definition.lines.productCodes'],
    ['an empty code', { lines: { productCodes: [' '] } }, 'definition.lines.productCodes[0]'],
    ['a zero character', { lines: { productCodes: ['a\0'] } }, 'definition.lines.productCodes[0]'],
    ['prices the wrong way round', { lines: { minPriceMinor: 2, maxPriceMinor: 1 } }, 'definition.lines'],
    [
      'a basket of nothing at most',
      { conditions: [{ kind: 'basket', maxAmountMinor: 0 }] },
      'definition.conditions[0].maxAmountMinor',
    ],
    ['every line left out', { lines: { except: {} } }, 'definition.lines'],
    [
      'all that is asked for left out',
      { lines: { productCodes: ['a'], except: { productCodes: ['a', 'b'] } } },
      'definition.lines',
    ],
    [
      'days that the weekday is not among',
      {
        conditions: [
          { kind: 'date', from: '2026-11-23', to: '2026-11-27' },
          { kind: 'weekday', days: [6, 7] },
        ],
      },
      'definition.conditions',
    ],
    ['what is nested too deeply', { conditions: [nest(5)] }, `definition.conditions[0]${'.of'.repeat(5)}`],
  ])('is refused for %s', (_name, change, path) => {
    const faults = faultsOf(() => readRuleDefinition({ conditions: [], earning: fixed, ...change }))
    expect(faults).toMatchObject([{ path }])
  })

  test('may be nested as deeply as is allowed', () => {
    expect(readRuleDefinition({ conditions: [nest(4)], earning: fixed })).toMatchObject({ conditions: [nest(4)] })
  })

  test('is refused for all its faults at once', () => {
    const wrong = { earning: { kind: 'fixed' }, conditions: [{ kind: 'tier', tierIds: [0] }], more: 1 }
    expect(faultsOf(() => readRuleDefinition(wrong))).toEqual([
      { path: 'definition.more', message: 'is not known here' },
      {
        path: 'definition.conditions[0].tierIds[0]',
        message: expect.stringContaining('must be a whole number from 1'),
      },
      { path: 'definition.earning.amount', message: 'must be a whole number from 1 to 1000000000000' },
    ])
  })
})

describe('a reward', () => {
  test.each<RewardDefinition['benefit']>([
    { kind: 'percent', percent: 12.5, maxMinor: 500 },
    { kind: 'percent', percent: 33.333 },
    { kind: 'amount', amountMinor: 1 },
    { kind: 'fixed_price', priceMinor: 0 },
    { kind: 'buy_get', buy: 2, get: 1, percent: 100 },
    { kind: 'cheapest_free', of: 3 },
    { kind: 'free_item', productCode: 'cup', quantity: 1 },
    { kind: 'thing' },
  ])('is read as it is: %o', (benefit) => {
    const definition = { benefit, conditions: [] }
    expect(readRewardDefinition(definition)).toEqual(definition)
  })

  test('is read with all it may say', () => {
    const definition: RewardDefinition = {
      benefit: { kind: 'thing' },
      lines: {},
      conditions: [],
      limits: {},
      maxPerBasket: 3,
      stacking: 'alone',
      exclusiveGroup: 'spring',
      voucherValidity: { days: 30 },
      portable: true,
      codePoolId: 4,
    }
    expect(readRewardDefinition(definition)).toEqual(definition)
    const monthly = { ...definition, voucherValidity: { endOf: 'month' } }
    expect(readRewardDefinition(monthly)).toEqual(monthly)
    for (const voucherValidity of [{ minutes: 30 }, { months: 3 }]) {
      const lasting = { ...definition, voucherValidity }
      expect(readRewardDefinition(lasting)).toEqual(lasting)
    }
  })

  test.each<[Record<string, unknown>, string]>([
    [{ benefit: { kind: 'percent', percent: 0 } }, 'definition.benefit.percent'],
    [{ benefit: { kind: 'percent', percent: 100.1 } }, 'definition.benefit.percent'],
    [{ benefit: { kind: 'percent', percent: Number.NaN } }, 'definition.benefit.percent'],
    [{ benefit: { kind: 'amount', amountMinor: -1 } }, 'definition.benefit.amountMinor'],
    [{ benefit: { kind: 'buy_get', buy: 0, get: 1, percent: 1 } }, 'definition.benefit.buy'],
    [{ benefit: undefined }, 'definition.benefit'],
    [{ maxPerBasket: 0 }, 'definition.maxPerBasket'],
    [{ limits: { inAll: { period: 'day', uses: 0 } } }, 'definition.limits.inAll.uses'],
    [{ limits: { perCustomer: { period: 'day', amount: 0 } } }, 'definition.limits.perCustomer.amount'],
    [{ benefit: { kind: 'percent', percent: 5, maxMinor: 0 } }, 'definition.benefit.maxMinor'],
    [{ benefit: { kind: 'cheapest_free', of: 0 } }, 'definition.benefit.of'],
    [
      { benefit: { kind: 'free_item', productCode: 'cup', quantity: 1 }, lines: { productCodes: ['mug'] } },
      'definition',
    ],
    [{ stacking: 'both' }, 'definition.stacking'],
    [{ portable: 'yes' }, 'definition.portable'],
    [{ voucherValidity: {} }, 'definition.voucherValidity.days'],
    [{ voucherValidity: { minutes: 0 } }, 'definition.voucherValidity.minutes'],
    [{ voucherValidity: { months: 0.5 } }, 'definition.voucherValidity.months'],
    [{ voucherValidity: { endOf: 'ever' } }, 'definition.voucherValidity.endOf'],
  ])('is refused for %o', (change, path) => {
    const faults = faultsOf(() => readRewardDefinition({ conditions: [], benefit: { kind: 'thing' }, ...change }))
    expect(faults).toMatchObject([{ path }])
  })
})

test('nothing that comes from outside does more than be refused', () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 6 }), fc.anything({ maxDepth: 4 }), (value, part) => {
      for (const read of [readRuleDefinition, readRewardDefinition]) {
        faultsOf(() => read(value))
        faultsOf(() => read({ conditions: [part], earning: part, benefit: part, lines: part, limits: part }))
      }
    }),
    { numRuns: 500 },
  )
})
