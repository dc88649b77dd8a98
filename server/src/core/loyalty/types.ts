import type { Id } from '../../platform/ids.ts'
import type { Minor } from '../../platform/money.ts'
import type { UnitId } from '../ledger/index.ts'

export type ProgrammeId = Id<'programme'>

export type ProgrammeKind = 'points' | 'stored_value' | 'fixed_reward' | 'visits' | 'items'

export type PurchaseSource = 'till' | 'shop' | 'import' | 'api' | 'newsletter' | 'tracking'

export interface ProgrammeSettings {
  /** points: how many for one whole unit of the purchase's currency; fractions are lost (rounded down) per purchase. */
  readonly pointsPerUnit?: number
  /** points: how many pay for one whole unit of the tenant's currency. */
  readonly pointsPerCurrencyUnitRedeemed?: number
  /** fixed_reward: what every activity gives, in minor units. */
  readonly rewardMinor?: Minor
  /** Whose word earns. Never tracking: a browser can't be trusted with value. */
  readonly earnSources?: readonly PurchaseSource[]
  readonly activatesAfterDays?: number
  readonly expiresAfterDays?: number
}

export interface Programme {
  readonly id: ProgrammeId
  readonly kind: ProgrammeKind
  readonly name: string
  readonly unitId: UnitId
  readonly isDefault: boolean
  readonly settings: ProgrammeSettings
  readonly state: 'active' | 'inactive' | 'deleted'
  readonly createdAt: Date
}

/** What a programme of kind `items` counts, in a unit of its own. */
export interface ProgrammeItem {
  readonly unitId: UnitId
  readonly programmeId: ProgrammeId
  readonly name: string
  readonly code: string
  /** So many pieces buy a free one. */
  readonly needed: number
}

/** Value that balances lose by the clock. */
export interface Charge {
  readonly id: Id<'charge'>
  readonly programmeId: ProgrammeId
  readonly kind: 'depreciation' | 'fee'
  /** What statements call it; null for its kind. */
  readonly name: string | null
  /** depreciation: hundredths of a percent of the balance, or of each earning; fee: in the programme's unit, minor. */
  readonly amount: Minor
  /** Each so many periods. */
  readonly every: number
  readonly period: 'day' | 'week' | 'month' | 'year'
  /** Only from who earned and spent nothing for that long. */
  readonly onlyDormant: boolean
  /** Once of each earning, when it is so old; not with `onlyDormant`, and depreciation only. */
  readonly perEarning: boolean
  readonly startsAt: Date
}

/** What the rules look at when a purchase may earn. */
export interface Basket {
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly currency: string
  readonly currencyScale: number
  /** The part of the total that may earn, in minor units. */
  readonly earningMinor: Minor
  readonly occurredAt: Date
}

/** What a programme gives for a basket, and why: `reason` is a stable word that screens translate. */
export interface Evaluation {
  readonly points: Minor
  readonly activatesAt?: Date
  readonly expiresAt?: Date
  readonly why: Readonly<Record<string, unknown>> & { readonly reason: EvaluationReason }
}

export type EvaluationReason =
  | 'earned'
  | 'programme_inactive'
  | 'not_a_points_programme'
  | 'not_confirmed'
  | 'source_does_not_earn'
  | 'below_one_point'

/** In which span of time a tier is earned. Days of a rolling one end now; years are the tenant's. */
export type TierPeriod =
  | { readonly kind: 'ever' }
  | { readonly kind: 'calendar_year' }
  | { readonly kind: 'rolling'; readonly days: number }

export interface TierSettings {
  /** What counts: points earned (the default), or what was spent in the tenant's currency. */
  readonly measure?: 'points' | 'spend'
  /** Ever, when not told. */
  readonly period?: TierPeriod
  /** What it takes to keep the tier for another period; as much as to reach it when not told. */
  readonly keep?: Minor
  /** Only given by hand, however much is earned. */
  readonly manual?: boolean
  /** Taken off every purchase where the till asks for it, in percent. */
  readonly discountPercent?: number
  readonly description?: string
  /** Shown by an app. */
  readonly colour?: string
}

export interface Tier {
  readonly id: Id<'tier'>
  readonly programmeId: ProgrammeId
  readonly name: string
  readonly rank: number
  /** What leads into the tier: points earned (in the unit's smallest part), or money spent in minor units. */
  readonly threshold: Minor
  readonly settings: TierSettings
}

/** A tier that somebody gave to a customer. */
export interface CustomerTier {
  readonly id: Id<'customerTier'>
  readonly customerId: number
  readonly tierId: Tier['id']
  readonly validFrom: Date
  readonly validTo: Date | null
  readonly origin: 'rule' | 'manual'
  /** Why it was given, for colleagues. */
  readonly note: string
}

/** Where a customer stands in the default programme. */
export interface TierStanding {
  readonly tier: Tier | undefined
  /** The lowest one above it that can be earned. */
  readonly next: Tier | undefined
  /** Set when the tier is not earned but given. */
  readonly manual: CustomerTier | undefined
  /** Points ever earned. */
  readonly earned: Minor
  /** What is missing to the next tier, and to keep this one for another period, in their own measures. */
  readonly toNext: Minor
  readonly toKeep: Minor
  /** When the tier ends if nothing more is earned; null when it has no such day. */
  readonly keepBy: Date | null
}

/** Points set aside for something a shop's own system has in mind. */
export interface Reservation {
  readonly id: Id<'reservation'>
  readonly externalId: string
  readonly customerId: number
  readonly unitId: UnitId
  readonly amount: Minor
  /** freed: given back by whoever reserved; expired: by the clock. */
  readonly state: 'held' | 'freed' | 'expired'
  readonly expiresAt: Date | null
  readonly createdAt: Date
}

export interface ReservationQuery {
  readonly ids?: readonly number[]
  readonly customerId?: number
  readonly externalId?: string
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

export interface CardType {
  readonly id: Id<'cardType'>
  readonly code: string
  readonly name: string
  readonly prefix: string
}

export interface Card {
  readonly id: Id<'card'>
  readonly cardTypeId: CardType['id']
  readonly number: string
  readonly customerId: number | null
  readonly storeId: number | null
  readonly state: 'active' | 'blocked'
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly data: Readonly<Record<string, unknown>>
  readonly updatedAt: Date
}

/** Codes made beforehand, printed or bought; vouchers take them one after the other. */
export interface CodePool {
  readonly id: Id<'codePool'>
  readonly name: string
  readonly free: number
  readonly used: number
  readonly createdAt: Date
}
