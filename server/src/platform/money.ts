import { Decimal } from 'decimal.js'
import { DomainError } from './errors.ts'

/**
 * An amount in integer minor units of a currency or point type (cents, whole points). A safe integer: amounts beyond
 * ±9,007,199,254,740,991 are refused (docs/decisions/0002-amounts.md).
 */
export type Minor = number

/** Decimals of the currencies that do not have two (ISO 4217). */
const decimalsByCurrency: Readonly<Record<string, number>> = {
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
}

export function currencyScale(currency: string): number {
  return decimalsByCurrency[currency] ?? 2
}

/** Whole units (12.34, "12.34") to minor units at this scale, halves away from zero. Refuses `amount.invalid`. */
export function toMinor(amount: number | string, scale: number): Minor {
  let value: Decimal
  try {
    value = new Decimal(amount)
  } catch (cause) {
    throw new DomainError('amount.invalid', { amount }, { cause })
  }
  const minor = value.times(new Decimal(10).pow(scale)).toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber()
  if (!value.isFinite() || !Number.isSafeInteger(minor)) throw new DomainError('amount.invalid', { amount })
  return Object.is(minor, -0) ? 0 : minor
}

/** Minor units to whole units as a number for JSON: 1234 at scale 2 is 12.34. */
export function fromMinor(minor: Minor, scale: number): number {
  return new Decimal(minor).div(new Decimal(10).pow(scale)).toNumber()
}

/** Minor units as a decimal string with all its decimals: 1230 at scale 2 is "12.30". */
export function formatMinor(minor: Minor, scale: number): string {
  return new Decimal(minor).div(new Decimal(10).pow(scale)).toFixed(scale)
}

/** quantity x unit price in minor units, rounded once, halves away from zero. Refuses `amount.invalid`. */
export function lineTotal(line: { quantity: number | string; unitPrice: number | string; scale: number }): Minor {
  const plain = plainTotal(line)
  if (plain !== undefined) return plain
  let total: Decimal
  try {
    total = new Decimal(line.quantity).times(line.unitPrice)
  } catch (cause) {
    throw new DomainError('amount.invalid', { amount: line.unitPrice }, { cause })
  }
  return toMinor(total.toString(), line.scale)
}

/** The same in whole numbers, some thirty times as fast, for whole quantities and plain prices: nearly all lines. */
function plainTotal(line: { quantity: number | string; unitPrice: number | string; scale: number }): Minor | undefined {
  if (!Number.isSafeInteger(line.quantity)) return undefined
  const digits = /^(-?\d{1,12})(?:\.(\d{1,6}))?$/.exec(String(line.unitPrice))
  if (!digits) return undefined
  const decimals = digits[2]?.length ?? 0
  const product = Math.abs(Number(line.quantity) * Number(`${digits[1]}${digits[2] ?? ''}`))
  // Room for what the next step multiplies by or adds.
  if (product > Number.MAX_SAFE_INTEGER / 1_000_000) return undefined
  const excess = 10 ** Math.abs(decimals - line.scale)
  const minor =
    decimals <= line.scale
      ? product * excess
      : (product - (product % excess)) / excess + (product % excess >= excess / 2 ? 1 : 0)
  if (minor === 0) return 0
  return Number(line.quantity) < 0 !== String(line.unitPrice).startsWith('-') ? -minor : minor
}
