import { expect, test } from 'vitest'
import { explain } from './why.ts'

test('what a purchase earned is explained by its rule', () => {
  const earned = { reason: 'earned', amountMinor: 4710, currency: 'EUR', pointsPerUnit: 1 }
  expect(explain(earned, 'EUR')).toBe('1 point for each whole EUR, on €47.10')
  expect(explain({ reason: 'earned', amount_minor: 4710, points_per_unit: 2 }, 'GBP')).toBe(
    '2 points for each whole GBP, on £47.10',
  )
})

test('what a cancellation took back is explained by its part of the sale', () => {
  expect(explain({ reason: 'cancelled', cancelledMinor: 1000, ofMinor: 4710 }, 'EUR')).toBe(
    '€10.00 of €47.10 was taken back',
  )
})

test('a reason that the console does not know is shown as it is', () => {
  expect(explain({ reason: 'bonus_week', factor: 2 }, 'EUR')).toBe('Reason: bonus_week · Factor: 2')
})
