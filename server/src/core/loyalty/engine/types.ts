import type { Id } from '../../../platform/ids.ts'
import type { Minor } from '../../../platform/money.ts'
import type { UnitId } from '../../ledger/index.ts'
import type { Programme, PurchaseSource } from '../types.ts'

// What the rules are made of, and what they look at. Everything here is plain data: rules as jsonb in the database and
// on the wire of api/v1, baskets and facts as the caller has loaded them. Amounts of money are minor units of the
// basket's currency, amounts of value minor units of their unit.

export type RuleId = Id<'earningRule'>
export type RewardId = Id<'reward'>
export type VoucherId = Id<'voucher'>

/** Which lines of a basket are meant. What is absent does not matter; every part that is given must fit. */
export interface LineFilter {
  readonly productCodes?: readonly string[]
  /** Categories by id, with everything below them. */
  readonly categoryIds?: readonly number[]
  readonly brandIds?: readonly number[]
  /** Of one piece. */
  readonly minPriceMinor?: Minor
  readonly maxPriceMinor?: Minor
  /** Lines that fit this are left out. */
  readonly except?: LineFilter
}

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  /** So many pieces, or pieces for so much, of these lines. */
  | { readonly kind: 'lines'; readonly lines: LineFilter; readonly minCount?: number; readonly minAmountMinor?: Minor }
  /** The whole basket, before benefits; what they took off a receipt's total is added again where it is told. */
  | {
      readonly kind: 'basket'
      readonly minAmountMinor?: Minor
      readonly maxAmountMinor?: Minor
      readonly minCount?: number
    }
  | { readonly kind: 'store'; readonly storeIds: readonly number[] }
  | { readonly kind: 'channel'; readonly channels: readonly string[] }
  /** ISO weekdays on the tenant's calendar: 1 is Monday. */
  | { readonly kind: 'weekday'; readonly days: readonly number[] }
  /** On the tenant's clock, HH:MM; `to` is not included; over midnight when `to` is before `from`. */
  | { readonly kind: 'time'; readonly from: string; readonly to: string }
  /** Whole days on the tenant's calendar, YYYY-MM-DD, both included. */
  | { readonly kind: 'date'; readonly from?: string; readonly to?: string }
  | { readonly kind: 'segment'; readonly segmentIds: readonly number[] }
  | { readonly kind: 'tier'; readonly tierIds: readonly number[] }
  | { readonly kind: 'first_purchase' }
  /** So many days around the birthday; 29 February is 1 March where there is none. */
  | { readonly kind: 'birthday'; readonly daysBefore: number; readonly daysAfter: number }
  | { readonly kind: 'payment'; readonly types: readonly string[] }

/** 'ever' or one period of the tenant's calendar. */
export type Period = 'ever' | 'year' | 'month' | 'week' | 'day'

export interface Limit {
  readonly period: Period
  /** How often it may fire; a benefit that is given several times in a basket counts each. */
  readonly uses?: number
  /** How much it may give: value in its unit, or discount in minor units. What is left is given, never more. */
  readonly amount?: Minor
}

export interface Limits {
  readonly perCustomer?: Limit
  readonly inAll?: Limit
}

export type Rounding = 'down' | 'nearest' | 'up'

export type Earning =
  /** `amount` for every whole or broken `perMinor` of what the lines cost; rounded once a basket. */
  | { readonly kind: 'per_amount'; readonly amount: Minor; readonly perMinor: Minor; readonly rounding: Rounding }
  | { readonly kind: 'fixed'; readonly amount: Minor }
  /** The base programme's earning on the lines becomes `factor` times as much: what this adds is `factor` - 1. */
  | { readonly kind: 'multiply'; readonly factor: number; readonly rounding: Rounding }

export interface RuleDefinition {
  /** On which lines; absent: all that may earn. */
  readonly lines?: LineFilter
  readonly conditions: readonly Condition[]
  readonly earning: Earning
  readonly limits?: Limits
  readonly activatesAfterDays?: number
  /** Days after the purchase, or the end of the period it falls into. */
  readonly expires?: { readonly afterDays: number } | { readonly endOf: 'month' | 'year' }
  /** Of the rules with one name here only the first that fires counts. */
  readonly exclusiveGroup?: string
}

export interface EarningRule {
  readonly id: RuleId
  readonly name: string
  readonly description: string
  readonly unitId: UnitId
  readonly state: 'draft' | 'active' | 'paused' | 'deleted'
  readonly priority: number
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly definition: RuleDefinition
  /** Counts only for a sale that names it: a promotion. */
  readonly onRequest?: boolean
  /** The shop's own number of it. */
  readonly code?: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type Benefit =
  | { readonly kind: 'percent'; readonly percent: number; readonly maxMinor?: Minor }
  /** Spread over the lines by what they cost, to the last cent. */
  | { readonly kind: 'amount'; readonly amountMinor: Minor }
  /** Every piece of the lines for this price, never more than it cost. */
  | { readonly kind: 'fixed_price'; readonly priceMinor: Minor }
  /** Of every `buy` + `get` pieces of the lines the `get` cheapest are `percent` off (100: free). */
  | { readonly kind: 'buy_get'; readonly buy: number; readonly get: number; readonly percent: number }
  /** The cheapest piece of the lines is free, once, when there are at least `of` pieces. */
  | { readonly kind: 'cheapest_free'; readonly of: number }
  /** A piece of this product is free; it must be in the basket. */
  | { readonly kind: 'free_item'; readonly productCode: string; readonly quantity: number }
  /** Something the till hands over; no line gets cheaper. */
  | { readonly kind: 'thing' }

export interface RewardDefinition {
  readonly benefit: Benefit
  /** The lines that get cheaper; absent: all that may be discounted. */
  readonly lines?: LineFilter
  readonly conditions: readonly Condition[]
  readonly limits?: Limits
  /** How many times in one basket; 1 when absent. */
  readonly maxPerBasket?: number
  /** alone: with no other benefit; otherwise it adds to those before it, on what they left of the price. */
  readonly stacking?: 'adds' | 'alone'
  readonly exclusiveGroup?: string
  /** How long a voucher lives from its making; absent: as long as the reward. */
  readonly voucherValidity?:
    | { readonly minutes: number }
    /** Of 24 hours. */
    | { readonly days: number }
    /** On the tenant's calendar, to the same time of the day; to the month's last day where it is shorter. */
    | { readonly months: number }
    | { readonly endOf: 'day' | 'week' | 'month' | 'year' }
  /** May somebody else than its customer use a voucher? */
  readonly portable?: boolean
  /** Vouchers take their codes from here; absent: drawn. */
  readonly codePoolId?: number
}

export interface Reward {
  readonly id: RewardId
  readonly code: string
  readonly name: string
  readonly state: 'draft' | 'active' | 'paused' | 'deleted'
  readonly usage: 'automatic' | 'code' | 'voucher'
  readonly kind: 'till' | 'catalogue' | 'campaign' | 'simple' | 'gift_card'
  readonly priority: number
  readonly pointsCost: Minor
  /** In whose value it is paid; the default programme where absent. */
  readonly programmeId?: Programme['id'] | null
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly definition: RewardDefinition
  readonly presentation: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface Voucher {
  readonly id: VoucherId
  readonly rewardId: RewardId
  readonly code: string
  readonly customerId: number | null
  readonly storeId: number | null
  readonly state: 'issued' | 'applied' | 'cancelled'
  readonly valueMinor: Minor | null
  /** The nameless customer whose account holds a gift card's value. */
  readonly bearerId: number | null
  readonly note: string
  readonly validFrom: Date | null
  readonly validTo: Date | null
  readonly costKey: string | null
  readonly appliedAt: Date | null
  readonly appliedStoreId: number | null
  readonly purchaseId: number | null
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface BasketLine {
  /** 1, 2, ... in the basket. */
  readonly position: number
  readonly code: string
  /** The product's category and all above it. */
  readonly categoryIds: readonly number[]
  readonly brandId: number | null
  /** Up to three decimals; benefits that count pieces count whole ones. */
  readonly quantity: number
  readonly totalMinor: Minor
  /** What benefits took off the price already (a receipt); conditions and filters look at the price before. */
  readonly givenMinor?: Minor
  readonly earns: boolean
  /** false: no benefit touches it. */
  readonly discountable: boolean
}

export interface RuleBasket {
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly currency: string
  readonly currencyScale: number
  readonly occurredAt: Date
  readonly timeZone: string
  readonly storeId: number | null
  readonly channel: string | null
  readonly paymentType: string | null
  readonly lines: readonly BasketLine[]
  /** What was told as the total; the sum of the lines where nothing was told. */
  readonly totalMinor: Minor
  /** What benefits took off the total already (a receipt); absent where a receipt does not tell. */
  readonly givenMinor?: Minor
  /** Part of the total that was paid with points and earns nothing. */
  readonly paidByPointsMinor: Minor
  /** false: nothing is earned, whatever the rules say. */
  readonly earns: boolean
  /** false: the benefits are in the prices already (a receipt); none is worked out. */
  readonly benefits: boolean
}

/** What conditions may ask about the customer. Loaded only where a rule asks: `factsNeeded`. */
export interface CustomerFacts {
  readonly customerId: number
  readonly birthday: string | null
  readonly tierId: number | null
  readonly segmentIds: ReadonlySet<number>
  readonly isFirstPurchase: boolean
  /** The default points, for rewards that cost some. */
  readonly pointsAvailable: Minor
}

/** What a rule or reward with limits has given so far in the period of its limit. */
export interface Used {
  readonly uses: number
  readonly amount: Minor
}
export interface Usage {
  readonly customer: ReadonlyMap<number, Used>
  readonly inAll: ReadonlyMap<number, Used>
}

/** A code that was typed in: a reward's own or a voucher's, with what it leads to. */
export interface OfferedCode {
  readonly code: string
  readonly reward?: Reward
  readonly voucher?: Voucher
}

/** The rules of one tenant as they stand, active ones only, in the order of their priority, then id. */
export interface RuleBook {
  readonly programme: Programme | undefined
  readonly rules: readonly EarningRule[]
  /** The automatic ones; others come with their codes. */
  readonly rewards: readonly Reward[]
}

export interface Question {
  readonly book: RuleBook
  readonly basket: RuleBasket
  /** Undefined: nobody known; nothing is earned, and what asks for a customer does not hold. */
  readonly customer: CustomerFacts | undefined
  readonly usage: Usage
  readonly codes: readonly OfferedCode[]
  readonly now: Date
}

/** Why a rule did not fire; stable words that APIs and screens translate. */
export type Refusal =
  | 'not_active'
  | 'not_yet_valid'
  | 'no_longer_valid'
  | 'no_customer'
  | 'purchase_does_not_earn'
  /** Of a rule: nothing it pays for is in the basket. */
  | 'no_lines'
  /** Lines are asked for, and only a total was told. */
  | 'lines_untold'
  /** Of the basket in all. */
  | 'not_enough_items'
  /** Of the lines that a condition asks for. */
  | 'condition_items'
  /** Of the lines that a benefit makes cheaper. */
  | 'benefit_items'
  | 'amount_too_small'
  | 'amount_too_large'
  | 'store'
  | 'channel'
  | 'weekday'
  | 'time'
  | 'date'
  | 'segment'
  | 'tier'
  | 'first_purchase'
  | 'birthday'
  | 'payment'
  | 'excluded'
  | 'limit_customer'
  | 'limit_in_all'
  | 'max_per_basket'
  | 'points_too_few'
  | 'below_one'
  | 'unknown_code'
  | 'voucher_used'
  | 'voucher_offered_twice'
  | 'voucher_cancelled'
  | 'voucher_expired'
  | 'voucher_of_another_customer'
  | 'voucher_of_another_store'
  | 'wrong_usage'
  | 'nothing_left_to_discount'

/** What became of one rule, reward or code. */
export interface Decision {
  readonly subject: 'programme' | 'rule' | 'reward'
  readonly id: number
  readonly name: string
  readonly fired: boolean
  readonly reason: Refusal | 'fired'
  /** Value earned, or discount; 0 where it did not fire. */
  readonly amount: Minor
  /** What a person needs to understand it: numbers asked for and found. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface Earned {
  readonly unitId: UnitId
  /** The base programme where it is part of this; rules of the same unit, activation and expiry are one posting. */
  readonly programmeId: number | null
  readonly amount: Minor
  readonly activatesAt?: Date
  readonly expiresAt?: Date
  readonly parts: readonly { readonly ruleId: number | null; readonly amount: Minor }[]
}

export interface LineDiscount {
  readonly position: number
  readonly amountMinor: Minor
}

export interface Discount {
  readonly rewardId: RewardId
  readonly voucherId: VoucherId | null
  /** The code it was asked for with, else the reward's. */
  readonly code: string
  readonly name: string
  /** How many times it was given in this basket. */
  readonly times: number
  readonly amountMinor: Minor
  /** Adds up to the amount, exactly; empty where only a total was told: nothing says which line got cheaper. */
  readonly lines: readonly LineDiscount[]
  readonly pointsCost: Minor
}

export interface RefusedCode {
  readonly code: string
  readonly reason: Refusal
}

export interface Outcome {
  readonly earned: readonly Earned[]
  readonly discounts: readonly Discount[]
  readonly refusedCodes: readonly RefusedCode[]
  /** In the order they were looked at. */
  readonly decisions: readonly Decision[]
  /** Of the basket, less all discounts. */
  readonly totalMinor: Minor
}
