/** Rules, rewards and what they are made of, as /api/v1 says them; see server/src/core/loyalty/engine/types.ts for what each means. */
import type { Unit } from './types.ts'

export type RuleState = 'draft' | 'active' | 'paused'

export interface LineFilter {
  readonly product_codes?: readonly string[]
  readonly category_ids?: readonly number[]
  readonly brand_ids?: readonly number[]
  readonly min_price_minor?: number
  readonly max_price_minor?: number
  readonly except?: LineFilter
}

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | {
      readonly kind: 'lines'
      readonly lines: LineFilter
      readonly min_count?: number
      readonly min_amount_minor?: number
    }
  | {
      readonly kind: 'basket'
      readonly min_amount_minor?: number
      readonly max_amount_minor?: number
      readonly min_count?: number
    }
  | { readonly kind: 'store'; readonly store_ids: readonly number[] }
  | { readonly kind: 'channel'; readonly channels: readonly string[] }
  | { readonly kind: 'weekday'; readonly days: readonly number[] }
  | { readonly kind: 'time'; readonly from: string; readonly to: string }
  | { readonly kind: 'date'; readonly from?: string; readonly to?: string }
  | { readonly kind: 'segment'; readonly segment_ids: readonly number[] }
  | { readonly kind: 'tier'; readonly tier_ids: readonly number[] }
  | { readonly kind: 'first_purchase' }
  | { readonly kind: 'birthday'; readonly days_before: number; readonly days_after: number }
  | { readonly kind: 'payment'; readonly types: readonly string[] }

export type Period = 'ever' | 'year' | 'month' | 'week' | 'day'

export interface Limit {
  readonly period: Period
  readonly uses?: number
  readonly amount?: number
}

export interface Limits {
  readonly per_customer?: Limit
  readonly in_all?: Limit
}

export type Rounding = 'down' | 'nearest' | 'up'

export type Earning =
  | { readonly kind: 'per_amount'; readonly amount: number; readonly per_minor: number; readonly rounding: Rounding }
  | { readonly kind: 'fixed'; readonly amount: number }
  | { readonly kind: 'multiply'; readonly factor: number; readonly rounding: Rounding }

export interface RuleDefinition {
  readonly lines?: LineFilter
  readonly conditions: readonly Condition[]
  readonly earning: Earning
  readonly limits?: Limits
  readonly activates_after_days?: number
  readonly expires?: { readonly after_days: number } | { readonly end_of: 'month' | 'year' }
  readonly exclusive_group?: string
}

export interface RuleDraft {
  readonly name: string
  readonly description: string
  /** Undefined: the default points. */
  readonly unit_id: number | undefined
  readonly priority: number
  readonly valid_from: string | null
  readonly valid_to: string | null
  readonly definition: RuleDefinition
}

export interface Rule extends Omit<RuleDraft, 'unit_id'> {
  readonly id: number
  readonly unit: Unit | null
  readonly state: RuleState
  readonly updated_at: string
}

export type Benefit =
  | { readonly kind: 'percent'; readonly percent: number; readonly max_minor?: number }
  | { readonly kind: 'amount'; readonly amount_minor: number }
  | { readonly kind: 'fixed_price'; readonly price_minor: number }
  | { readonly kind: 'buy_get'; readonly buy: number; readonly get: number; readonly percent: number }
  | { readonly kind: 'cheapest_free'; readonly of: number }
  | { readonly kind: 'free_item'; readonly product_code: string; readonly quantity: number }
  | { readonly kind: 'thing' }

export type VoucherValidity =
  | { readonly minutes: number }
  | { readonly days: number }
  | { readonly months: number }
  | { readonly end_of: 'day' | 'week' | 'month' | 'year' }

export interface RewardDefinition {
  readonly benefit: Benefit
  readonly lines?: LineFilter
  readonly conditions: readonly Condition[]
  readonly limits?: Limits
  readonly max_per_basket?: number
  readonly stacking?: 'adds' | 'alone'
  readonly exclusive_group?: string
  readonly voucher_validity?: VoucherValidity
  readonly portable?: boolean
  readonly code_pool_id?: number
}

export type RewardUsage = 'automatic' | 'code' | 'voucher'
export type RewardKind = 'till' | 'catalogue' | 'campaign' | 'simple' | 'gift_card'

export interface RewardDraft {
  readonly code: string
  readonly name: string
  readonly usage: RewardUsage
  readonly kind: RewardKind
  readonly priority: number
  readonly points_cost: number
  readonly valid_from: string | null
  readonly valid_to: string | null
  readonly definition: RewardDefinition
}

export interface Reward extends RewardDraft {
  readonly id: number
  readonly state: RuleState
  readonly updated_at: string
}

export interface Voucher {
  readonly id: number
  readonly code: string
  readonly reward: { readonly id: number; readonly code: string; readonly name: string }
  readonly customer: { readonly id: number; readonly name: string } | null
  readonly state: 'issued' | 'applied' | 'cancelled'
  readonly value_minor: number | null
  readonly is_gift_card: boolean
  readonly note: string
  readonly valid_to: string | null
  readonly applied_at: string | null
  readonly purchase_id: number | null
  readonly created_at: string
}

export interface GiftCard {
  readonly id: number
  readonly code: string
  readonly currency: string
  readonly balance_minor: number
  readonly original_minor: number
}

export interface CodePool {
  readonly id: number
  readonly name: string
  readonly free: number
  readonly used: number
}

export type TierPeriod =
  | { readonly kind: 'ever' | 'calendar_year' }
  | { readonly kind: 'rolling'; readonly days: number }

export interface TierSettings {
  readonly measure?: 'points' | 'spend'
  readonly period?: TierPeriod
  readonly keep?: number
  readonly manual?: boolean
  readonly discount_percent?: number
  readonly description?: string
  readonly colour?: string
}

export interface Tier {
  readonly id: number
  readonly name: string
  readonly rank: number
  readonly threshold: number
  readonly settings: TierSettings
}

export interface TierStanding {
  readonly tier: Tier | null
  readonly next: Tier | null
  readonly is_given: boolean
  readonly earned: number
  readonly to_next: number
  readonly to_keep: number
  readonly keep_by: string | null
  /** What was given by hand, the oldest first. */
  readonly given: readonly {
    readonly tier_id: number
    readonly valid_from: string
    readonly valid_to: string | null
    readonly note: string
  }[]
}

export interface Choice {
  readonly id: number
  readonly name: string
}

export interface Product {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly price_minor: number | null
  readonly category: { readonly name: string } | null
}

/** What one rule, reward or the programme decided. */
export interface Decision {
  readonly subject: 'programme' | 'rule' | 'reward'
  readonly id: number
  readonly name: string
  readonly fired: boolean
  readonly reason: string
  readonly amount: number
  readonly unit: Unit | null
  readonly data: Readonly<Record<string, unknown>>
}

export interface PurchaseDiscount {
  readonly name: string
  readonly code: string
  readonly line_position: number | null
  readonly amount_minor: number
}

export interface Simulation {
  readonly currency: string
  readonly total_minor: number
  readonly payable_minor: number
  readonly points_earned: number
  readonly credit_earned_minor: number
  readonly lines: readonly {
    readonly position: number
    readonly code: string
    readonly name: string
    readonly quantity: number
    readonly total_minor: number
    readonly discount_minor: number
  }[]
  readonly discounts: readonly {
    readonly name: string
    readonly code: string
    readonly times: number
    readonly amount_minor: number
    readonly is_tier: boolean
    readonly points_cost: number
  }[]
  readonly gift_cards: readonly { readonly code: string; readonly name: string; readonly amount_minor: number }[]
  readonly refused_codes: readonly { readonly code: string; readonly reason: string }[]
  readonly decisions: readonly Decision[]
}

export interface Replay {
  readonly id: number
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  readonly rule: {
    readonly id: number | null
    readonly name: string
    readonly unit: Unit
    readonly priority: number
    readonly definition: RuleDefinition
  }
  /** Days, the last one included. */
  readonly from: string
  readonly to: string
  readonly looked: number
  readonly total: number | null
  readonly result: ReplayResult | null
  readonly created_at: string
}

export interface ReplayResult {
  readonly purchases: number
  readonly affected: number
  readonly customers: number
  readonly amount: number
  readonly value_minor: number | null
  readonly by_month: readonly { readonly month: string; readonly purchases: number; readonly amount: number }[]
  readonly top: readonly { readonly customer_id: number; readonly name: string; readonly amount: number }[]
}
