import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { allocate, quotient } from './shares.ts'

describe('a quotient', () => {
  test.each([
    [[7, 1], [2], 3, 4, 4],
    [[10, 1], [3], 3, 3, 4],
    [[11, 1], [3], 3, 4, 4],
    [[6, 1], [3], 2, 2, 2],
    [[0, 9], [4], 0, 0, 0],
    [[Number.MAX_SAFE_INTEGER, 3], [3], Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
    [[Number.MAX_SAFE_INTEGER, 3], [1], Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('of %o by %o is %s rounded down, %s to the nearest, %s up', (factors, divisors, down, nearest, up) => {
    expect(quotient(factors, divisors, 'down')).toBe(down)
    expect(quotient(factors, divisors, 'nearest')).toBe(nearest)
    expect(quotient(factors, divisors, 'up')).toBe(up)
  })

  test('is the exact one rounded once, however large the numbers are', () => {
    const Exact = Decimal.clone({ precision: 80 })
    const modes = { down: Decimal.ROUND_FLOOR, nearest: Decimal.ROUND_HALF_UP, up: Decimal.ROUND_CEIL } as const
    const numbers = fc.tuple(
      fc.maxSafeNat(),
      fc.nat(1_000_000),
      fc.maxSafeNat().map((n) => n + 1),
      fc.nat(99_999),
    )
    fc.assert(
      fc.property(numbers, fc.constantFrom('down', 'nearest', 'up'), ([a, b, c, d], rounding) => {
        const exact = new Exact(a)
          .times(b)
          .div(new Exact(c).times(d + 1))
          .toDecimalPlaces(0, modes[rounding])
        expect(quotient([a, b], [c, d + 1], rounding)).toBe(Math.min(exact.toNumber(), Number.MAX_SAFE_INTEGER))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('an allocation', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [100, [2, 1, 0], [67, 33, 0]],
    [2, [1, 1, 1, 1], [1, 1, 0, 0]],
    [10, [5, 5], [5, 5]],
    [1, [1, 2], [0, 1]],
    [0, [1, 2], [0, 0]],
    [5, [0, 0], [0, 0]],
    [5, [], []],
  ])('of %s by %o is %o', (total, weights, parts) => {
    expect(allocate(total, weights)).toEqual(parts)
  })

  test('adds up exactly, stays within one of each exact share, and never exceeds a weight', () => {
    const weights = fc.array(fc.oneof(fc.nat(20), fc.nat(1_000_000_000_000)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(weights, fc.double({ min: 0, max: 1, noNaN: true }), (weights, share) => {
        const whole = weights.reduce((sum, weight) => sum + weight, 0)
        const total = Math.floor(whole * share)
        const parts = allocate(total, weights)
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total)
        for (const [index, part] of parts.entries()) {
          const weight = weights[index] ?? 0
          expect(part).toBeLessThanOrEqual(weight)
          if (whole > 0) expect(Math.abs(part - (total * weight) / whole)).toBeLessThan(1.001)
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
