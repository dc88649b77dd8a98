import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatMinor, fromMinor, lineTotal, toMinor } from './money.ts'

describe('a line’s total', () => {
  test.each([
    [3, '2.55', 2, 765],
    [1, '0.005', 2, 1],
    [-1, '0.005', 2, -1],
    [1, '0.0049', 2, 0],
    [-1, '0.001', 2, 0],
    [2, '-1.25', 2, -250],
    [-2, '-1.25', 2, 250],
    [1, '11062.06', 2, 1_106_206],
    [0.5, '0.01', 2, 1],
    ['1.5', 3, 0, 5],
    [7, 120, 0, 840],
    [1, '1.2345', 3, 1235],
    [1, '1e2', 2, 10_000],
  ])('of %s at %s in a currency of %s decimals is %s', (quantity, unitPrice, scale, total) => {
    expect(lineTotal({ quantity, unitPrice, scale })).toBe(total)
  })

  test('is the exact product rounded once, whatever the numbers are', () => {
    const price = fc
      .tuple(fc.boolean(), fc.nat(200_000_000), fc.integer({ min: 0, max: 6 }))
      .map(([negative, digits, decimals]) => new Decimal(negative ? -digits : digits).div(10 ** decimals).toFixed())
    const line = fc.record({
      quantity: fc.integer({ min: -10_000, max: 10_000 }),
      unitPrice: price,
      scale: fc.integer({ min: 0, max: 3 }),
    })
    fc.assert(
      fc.property(line, ({ quantity, unitPrice, scale }) => {
        const exact = new Decimal(quantity).times(unitPrice).times(10 ** scale)
        expect(lineTotal({ quantity, unitPrice, scale })).toBe(
          exact.toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber() + 0,
        )
      }),
      { numRuns: 2_000 },
    )
  })

  test.each(['abc', '', '1,5', Number.NaN, Number.POSITIVE_INFINITY, 1e300])(
    'of a price %s is refused',
    (unitPrice) => {
      expect(() => lineTotal({ quantity: 1, unitPrice, scale: 2 })).toThrow('amount.invalid')
    },
  )
})

test('whole units become minor units and come back', () => {
  expect(toMinor('12.345', 2)).toBe(1235)
  expect(toMinor(-0.001, 2)).toBe(0)
  expect(fromMinor(1234, 2)).toBe(12.34)
  expect(formatMinor(1230, 2)).toBe('12.30')
  expect(() => toMinor('9007199254740993', 0)).toThrow('amount.invalid')
})
