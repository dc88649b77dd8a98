import { Decimal } from 'decimal.js'
import type { Minor } from '../../platform/money.ts'
import type { Basket, Evaluation, Programme, ProgrammeSettings, PurchaseSource } from './types.ts'

export const defaultEarnSources: readonly PurchaseSource[] = ['till', 'shop', 'import', 'api']

/** What a points programme gives for a basket at the moment of the purchase. Points are whole: a fraction is lost. */
export function evaluateProgramme(programme: Programme, basket: Basket): Evaluation {
  const { settings } = programme
  if (programme.kind !== 'points') return nothing('not_a_points_programme')
  if (programme.state !== 'active') return nothing('programme_inactive')
  if (!basket.confirmed) return nothing('not_confirmed')
  if (!(settings.earnSources ?? defaultEarnSources).includes(basket.source))
    return nothing('source_does_not_earn', { source: basket.source })
  const rate = settings.pointsPerUnit ?? 1
  const points = pointsFor({ amountMinor: basket.earningMinor, currencyScale: basket.currencyScale, rate })
  const basis = { amountMinor: basket.earningMinor, currency: basket.currency, pointsPerUnit: rate }
  if (points <= 0) return nothing('below_one_point', basis)
  return {
    points,
    ...(settings.activatesAfterDays ? { activatesAt: daysAfter(basket.occurredAt, settings.activatesAfterDays) } : {}),
    ...(settings.expiresAfterDays ? { expiresAt: daysAfter(basket.occurredAt, settings.expiresAfterDays) } : {}),
    why: { reason: 'earned', ...basis },
  }
}

function nothing(reason: Evaluation['why']['reason'], data: Record<string, unknown> = {}): Evaluation {
  return { points: 0, why: { reason, ...data } }
}

/** Whole points for an amount at a rate per whole currency unit, rounded down; never negative. */
export function pointsFor(basis: { amountMinor: Minor; currencyScale: number; rate: number }): Minor {
  const exact = new Decimal(basis.amountMinor).div(new Decimal(10).pow(basis.currencyScale)).times(basis.rate)
  return Math.max(0, exact.floor().toNumber())
}

/** What points pay for in minor units of the tenant's currency, rounded down. 0 where the programme does not say. */
export function valueOfPoints(settings: ProgrammeSettings, points: Minor, currencyScale: number): Minor {
  if (!settings.pointsPerCurrencyUnitRedeemed) return 0
  return new Decimal(points)
    .div(settings.pointsPerCurrencyUnitRedeemed)
    .times(new Decimal(10).pow(currencyScale))
    .floor()
    .toNumber()
}

/** How many points it takes to pay an amount, rounded up: a cent too little is never accepted for a whole one. */
export function pointsToPay(settings: ProgrammeSettings, amountMinor: Minor, currencyScale: number): Minor {
  const rate = settings.pointsPerCurrencyUnitRedeemed ?? 0
  return new Decimal(amountMinor).div(new Decimal(10).pow(currencyScale)).times(rate).ceil().toNumber()
}

const dayMilliseconds = 86_400_000

export function daysAfter(from: Date, days: number): Date {
  return new Date(from.getTime() + days * dayMilliseconds)
}
