import { expect, test } from 'vitest'
import { chargeOn, checkCharge } from './rules.ts'

test.each([
  ['depreciation', 1000, 100, 10],
  ['depreciation', 1000, 9, 0],
  ['depreciation', 333, 100, 3],
  ['depreciation', 10_000, 7, 7],
  ['depreciation', 5000, Number.MAX_SAFE_INTEGER, 4_503_599_627_370_495],
  ['depreciation', 5000, 0, 0],
  ['fee', 250, 1000, 250],
  ['fee', 250, 100, 100],
  ['fee', 250, 0, 0],
] as const)('%s of %d on a balance of %d takes %d', (kind, amount, balance, taken) => {
  expect(chargeOn({ kind, amount }, balance)).toBe(taken)
})

test.each([
  [{ amount: 0 }, 'amount'],
  [{ amount: 10_001 }, 'amount'],
  [{ every: 0 }, 'every'],
  [{ every: 1.5 }, 'every'],
  [{ period: 'decade' as 'year' }, 'period'],
])('a charge with %j is refused for %s', (part, field) => {
  const charge = { kind: 'depreciation', amount: 100, every: 1, period: 'month', ...part } as const
  expect(() => checkCharge(charge)).toThrow(expect.objectContaining({ data: { field } }))
})
