import type { DomainError } from '../../platform/errors.ts'
import type { Id } from '../../platform/ids.ts'
import type { Minor } from '../../platform/money.ts'
import type { PurchaseSource } from '../loyalty/index.ts'

export type PurchaseId = Id<'purchase'>
export type PurchaseKind = 'sale' | 'cancellation' | 'adjustment'
export type PurchaseState = 'open' | 'completed' | 'partly_cancelled' | 'cancelled'

export interface LineInput {
  readonly code: string
  readonly name?: string
  /** Positive for sales and for what a cancellation takes back; at most three decimals. An adjustment may be negative. */
  readonly quantity: number
  /** In whole currency units; up to six decimals. */
  readonly unitPrice: number | string
  /** In minor units; quantity x unit price, rounded, when absent. */
  readonly totalMinor?: Minor
  readonly vatRate?: number
  readonly categoryCode?: string
  readonly itemType?: string
  /** false: this line earns nothing. */
  readonly earns?: boolean
  /** false: no benefit touches it; when absent, what earns may also get cheaper. */
  readonly discountable?: boolean
  /** false: points do not pay for it. */
  readonly payable?: boolean
  readonly data?: Readonly<Record<string, unknown>>
}

export interface PaymentInput {
  readonly kind: 'cash' | 'card' | 'points' | 'credit' | 'voucher' | 'other'
  readonly amountMinor: Minor
  readonly data?: Readonly<Record<string, unknown>>
}

/** A benefit as a till tells of it: an entry for each line that got cheaper, or one for all. */
export interface ToldBenefit {
  /** A voucher's or a reward's code. */
  readonly code: string
  readonly amountMinor: Minor
  /** 1, 2, ... in the lines told. */
  readonly linePosition?: number
  /** The discount of the customer's tier: no code leads to it. */
  readonly ofTier?: boolean
  /** A gift card that pays of the total told: that one was not lowered by it. */
  readonly paysTotal?: boolean
}

/** What somebody tells of a purchase. */
export interface PurchaseReport {
  /** The number space: two spaces may use one number for the same sale, or for different ones. */
  readonly space: string
  readonly number: string
  readonly kind?: PurchaseKind
  /** A cancellation: the number of the sale it takes back; without it the lines find earlier lines of the customer. */
  readonly cancelsNumber?: string
  readonly source: PurchaseSource
  /** Told with a secret. Only then does it earn, spend or cancel. */
  readonly confirmed: boolean
  readonly customerId?: number
  readonly storeId?: number
  readonly currency: string
  /** Absent: not told; the sum of the lines is shown, but contradicts nothing. Positive for a cancellation. */
  readonly totalMinor?: Minor
  readonly occurredAt: Date
  readonly state?: 'open' | 'completed'
  readonly lines?: readonly LineInput[]
  readonly payments?: readonly PaymentInput[]
  readonly typeCode?: string
  readonly channel?: string
  readonly till?: string
  readonly cardNumber?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** Earning rules on request that count for this sale. */
  readonly ruleIds?: readonly number[]
  /** false: this purchase earns nothing whatever its source. */
  readonly earns?: boolean
  /** What the same number in the same space means: the same call again, a mistake, or more about the same purchase. */
  readonly onKnownNumber: 'replay' | 'refuse' | 'fill'
  /** What the till gave, already taken off the prices. Used up in the same transaction. */
  readonly benefits?: readonly ToldBenefit[]
  /** Value the customer pays with, spent in the same transaction. */
  readonly spend?: {
    readonly points?: Minor
    readonly creditMinor?: Minor
    /** True when the total told is what was left to pay: what points paid is not taken off a second time for earning. */
    readonly deducted?: boolean
  }
}

export interface PurchaseLine {
  readonly id: Id<'purchaseLine'>
  readonly purchaseId: PurchaseId
  readonly position: number
  readonly productId: number | null
  readonly code: string
  readonly name: string
  readonly quantity: number
  readonly unitPrice: number
  readonly totalMinor: Minor
  readonly vatRate: number | null
  readonly categoryCode: string | null
  readonly itemType: string | null
  readonly earns: boolean
  readonly cancelledQuantity: number
  readonly data: Readonly<Record<string, unknown>> | null
}

export interface Purchase {
  readonly id: PurchaseId
  readonly kind: PurchaseKind
  readonly number: string
  readonly customerId: number | null
  readonly storeId: number | null
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly state: PurchaseState
  readonly currency: string
  /** Negative for a cancellation. What was told, else the sum of the lines. */
  readonly totalMinor: Minor
  readonly totalTold: boolean
  readonly occurredAt: Date
  readonly cancelsId: PurchaseId | null
  readonly typeCode: string | null
  readonly channel: string | null
  readonly till: string | null
  readonly cardNumber: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly possibleTwin: boolean
  /** What it earned, less what cancellations took back; negative for a cancellation. */
  readonly pointsEarned: Minor
  readonly earnedAt: Date | null
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Only where asked for. */
  readonly lines?: readonly PurchaseLine[]
}

export interface Payment {
  readonly id: number
  readonly purchaseId: PurchaseId
  readonly kind: PaymentInput['kind']
  readonly amountMinor: Minor
  readonly unitId: number | null
  readonly unitAmount: Minor | null
  readonly postingKey: string | null
  /** The reward that was bought with the sale, where it was not the sale that was paid. */
  readonly rewardId: number | null
}

/** What one purchase moved by itself; a sale and its cancellation add up to what is left. */
export interface MovedValue {
  readonly purchaseId: PurchaseId
  /** Points: earned by a sale, negative where a cancellation took them back. */
  readonly points: Minor
  /** Paid with points or credit, in the purchase's currency; negative where a cancellation gave it back. */
  readonly paidMinor: Minor
}

export interface Effect {
  readonly kind: 'earn' | 'reverse'
  /** Null for what no programme gives: credit. */
  readonly programmeId: number | null
  readonly unitId: number
  readonly amount: Minor
  readonly postingKey: string
  readonly why: Readonly<Record<string, unknown>>
}

export interface ReportRow {
  readonly id: number
  readonly purchaseId: PurchaseId
  readonly space: string
  readonly number: string
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly totalMinor: Minor | null
  readonly occurredAt: Date
  readonly createdAt: Date
}

/** What became of a report. */
export type Recorded =
  | {
      readonly purchaseId: PurchaseId
      /** A new purchase was made. */
      readonly created: boolean
      /** It met a purchase that another number space had told of. */
      readonly joined: boolean
      /** The same report again: nothing changed. */
      readonly replayed: boolean
      readonly earned: Minor
    }
  | { readonly refused: DomainError }
