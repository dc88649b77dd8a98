import type { Minor } from '../../platform/money.ts'
import type { Customer } from '../customers/index.ts'
import type { Balance, Unit } from '../ledger/index.ts'
import type { Card, Discount, EarningRule, Programme, ProgrammeItem, Reward, Tier, Voucher } from '../loyalty/index.ts'

/** What a cashier enters in a programme beside the amount of the sale: a visit, pieces, money put on. */
export interface TillEntry {
  readonly programmeId: number
  /** points and stored_value: minor units of the tenant's currency. */
  readonly amountMinor?: Minor
  /** items: how many pieces; 1 when absent. */
  readonly quantity?: number
  /** items: which one; the programme's first when absent. */
  readonly itemUnitId?: number
}

/** Taken off a balance by hand: a number of points, money of a gift card, the pieces of a free one. */
export interface TillTaking {
  readonly programmeId: number
  /** In the unit's smallest part. */
  readonly amount: Minor
  readonly itemUnitId?: number
}

/** What a cashier enters for one customer; all of it happens or nothing. */
export interface TillQuestion {
  readonly customerId: number
  readonly storeId?: number
  /** What was bought for, before benefits, in minor units of the tenant's currency; it earns in the default programme. */
  readonly amountMinor?: Minor
  /** An earning rule on request that counts for the amount. */
  readonly promotionId?: number
  /** false: nothing that rules or the tier give by themselves; the amount is what was paid. */
  readonly automatic: boolean
  /** Vouchers, gift cards and rewards by the codes that were scanned or typed in. */
  readonly codes: readonly string[]
  /** Rewards that the customer takes now, paid with points or visits. */
  readonly rewardIds: readonly number[]
  /** Default points and store credit that pay for the amount. */
  readonly points?: Minor
  readonly creditMinor?: Minor
  readonly entries: readonly TillEntry[]
  readonly takings: readonly TillTaking[]
}

export interface TillSale extends TillQuestion {
  /** One for each sale, made when it begins: a retry changes nothing. */
  readonly key: string
  /** Of the till's receipt; drawn when absent. */
  readonly number?: string
  readonly note?: string
  /** What the cashier was told is to pay; a sale that would cost something else is refused. */
  readonly expectedMinor?: Minor
}

/** Value that moves, with the unit it is counted in. */
export interface Movement {
  readonly name: string
  readonly unit: Unit
  readonly amount: Minor
}

export interface TillRefusal {
  /** What was refused: a code, a reward by its code, or a balance by its name. */
  readonly subject: 'code' | 'reward' | 'balance'
  readonly name: string
  readonly reason: string
  readonly data: Readonly<Record<string, unknown>>
}

/** What a sale would do. */
export interface TillQuote {
  readonly amountMinor: Minor
  readonly discounts: readonly Discount[]
  readonly tierDiscount: Discount | undefined
  /** What pays beside money: points, credit, gift cards, balances of other programmes. */
  readonly payments: readonly { readonly name: string; readonly amountMinor: Minor; readonly points?: Minor }[]
  readonly toPayMinor: Minor
  readonly earned: readonly Movement[]
  readonly spent: readonly Movement[]
  readonly refusals: readonly TillRefusal[]
}

/** What a sale did. */
export interface TillReceipt extends TillQuote {
  readonly key: string
  readonly number: string
  readonly customerId: number
  readonly storeId: number | null
  readonly occurredAt: Date
  readonly purchaseId: number | null
  /** Another system had told of the sale before. */
  readonly joined: boolean
  readonly balances: readonly Balance[]
}

/** A programme as a cashier meets it, with what the customer has in it. */
export interface DeskProgramme {
  readonly programme: Programme
  readonly unit: Unit
  readonly available: Minor
  readonly items: readonly (ProgrammeItem & { readonly available: Minor })[]
  readonly rewards: readonly Reward[]
  readonly promotions: readonly EarningRule[]
}

/** All that a cashier sees of a customer. */
export interface Desk {
  readonly customer: Customer
  readonly tier: Tier | undefined
  readonly cards: readonly Card[]
  readonly programmes: readonly DeskProgramme[]
  readonly balances: readonly Balance[]
  /** Those that can be used today. */
  readonly vouchers: readonly Voucher[]
  readonly rewards: ReadonlyMap<number, Reward>
}

/** What a scanned or typed text leads to. */
export interface Scan {
  readonly customer: Customer | undefined
  /** The card that led to the customer, or leads to nobody. */
  readonly card: Card | undefined
  readonly code: { readonly code: string; readonly reward: Reward; readonly voucher: Voucher | undefined } | undefined
  /** Where nothing is called exactly so. */
  readonly matches: readonly Customer[]
}
