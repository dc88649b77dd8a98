import { expect, test } from 'vitest'
import {
  changeOf,
  dayOf,
  formatChange,
  formatCount,
  formatMoney,
  formatMoneyRound,
  formatPrice,
  formatSigned,
  formatUnits,
  inSentence,
  keepTimeZone,
  sentence,
} from './format.ts'

test('money is shown with the decimals of its currency, and a true minus', () => {
  expect(formatMoney(1250, 'EUR')).toBe('€12.50')
  expect(formatMoney(-1250, 'EUR')).toBe('−€12.50')
  expect(formatMoney(1250, 'JPY')).toMatch(/1,250$/)
  expect(formatPrice(25.624, 'EUR')).toBe('€25.624')
  expect([formatCount(-5), formatMoneyRound(-1_234_500, 'EUR')]).toEqual(['−5', '−€12,345'])
})

test('points are whole, credit is money', () => {
  expect(formatUnits(3322, { kind: 'points', currency: null, scale: 0 })).toBe('3,322')
  expect(formatUnits(1250, { kind: 'money', currency: 'EUR', scale: 2 })).toBe('€12.50')
  expect(formatUnits(15, { kind: 'items', currency: null, scale: 1 })).toBe('1.5')
  expect([formatSigned(27), formatSigned(-200), formatSigned(0)]).toEqual(['+27', '−200', '0'])
})

test('a change needs something to be compared with', () => {
  expect(changeOf(110, 100)).toBeCloseTo(0.1)
  expect(changeOf(5, 0)).toBeUndefined()
  expect(formatChange(0.0972)).toBe('9.7%')
  expect(formatChange(-0.5)).toBe('50%')
  expect(formatChange(50)).toBe('>999%')
})

test('an instant falls on the day of the shop, not of the browser', () => {
  keepTimeZone('Pacific/Auckland')
  expect(dayOf('2026-11-21T12:00:00Z')).toBe('2026-11-22')
  keepTimeZone('America/New_York')
  expect(dayOf('2026-11-21T02:00:00Z')).toBe('2026-11-20')
})

test('words of the server become words for people', () => {
  expect(sentence('partly_cancelled')).toBe('Partly cancelled')
  expect(['Points', 'Credit EUR', 'Free coffees'].map(inSentence)).toEqual(['points', 'credit EUR', 'free coffees'])
})
