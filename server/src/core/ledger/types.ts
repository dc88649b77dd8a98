import type { Id } from '../../platform/ids.ts'
import type { Minor } from '../../platform/money.ts'

export type UnitId = Id<'unit'>
export type PostingId = Id<'posting'>

export type UnitKind = 'points' | 'money' | 'visits' | 'items'

/** A unit of value. Amounts of it are integers of its smallest part: 10^scale make one whole. */
export interface Unit {
  readonly id: UnitId
  readonly kind: UnitKind
  readonly code: string
  readonly name: string
  readonly currency: string | null
  readonly scale: number
  readonly isDefault: boolean
}

interface OperationBase {
  /** Unique for ever within the tenant; the same key again changes nothing and answers the same. */
  readonly key: string
  readonly unitId: number
  readonly customerId: number
  /** Which purchases the value may pay for; empty (the default) for all. */
  readonly spendCondition?: string
  readonly programmeId?: number
  readonly purchaseId?: number
  readonly note?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** When it happened, if not now (imports, purchases told late). */
  readonly occurredAt?: Date
}

/** Gives value: a new lot. Before `activatesAt` it is pending; from `expiresAt` on it is gone. */
export interface EarnOperation extends OperationBase {
  readonly kind: 'earn'
  readonly amount: Minor
  readonly activatesAt?: Date
  readonly expiresAt?: Date
}

/** Takes available value for good, the soonest to expire first. Refuses balance.insufficient. */
export interface SpendOperation extends OperationBase {
  readonly kind: 'spend'
  readonly amount: Minor
}

/** A person's correction, up (positive) or down (negative), never 0. Refuses balance.insufficient downwards. */
export interface AdjustOperation extends OperationBase {
  readonly kind: 'adjust'
  readonly amount: Minor
  readonly expiresAt?: Date
}

/** Moves available value to another customer; it keeps its days of expiry. Refuses balance.insufficient. */
export interface TransferOperation extends OperationBase {
  readonly kind: 'transfer'
  readonly amount: Minor
  readonly toCustomerId: number
}

/** First phase: sets available value aside. Refuses balance.insufficient. */
export interface HoldOperation extends OperationBase {
  readonly kind: 'hold'
  readonly amount: Minor
}

/** Second phase of a hold (capture: spend it; release: give it back), or the undoing of a posting (reverse). */
export interface FollowUpOperation extends OperationBase {
  readonly kind: 'capture' | 'release' | 'reverse'
  /** The key of the posting that this one follows. */
  readonly reverses: string
  /** A part of it; all that is left when absent. Refuses posting.already_reversed beyond that. */
  readonly amount?: Minor
}

export type Operation =
  | EarnOperation
  | SpendOperation
  | AdjustOperation
  | TransferOperation
  | HoldOperation
  | FollowUpOperation

/** Value that is lost by the clock, up to what is there. */
export interface Lapse {
  readonly key: string
  readonly unitId: number
  readonly customerId: number
  readonly amount: Minor
  /** Of this lot alone, instead of the soonest to expire. */
  readonly lotId?: number
  readonly programmeId?: number
  readonly note?: string
  readonly data?: Readonly<Record<string, unknown>>
  readonly occurredAt?: Date
}

/** What became of one operation. */
export type OperationResult = Posted | RefusedOperation

export interface Posted {
  readonly key: string
  readonly postingId: PostingId
  readonly amount: Minor
  /** The customer's available balance of that unit and condition afterwards. */
  readonly balance: Minor
  /** True when the key was known: nothing was changed now. */
  readonly replayed: boolean
}

export interface RefusedOperation {
  readonly key: string
  readonly refused:
    | 'balance.insufficient'
    | 'posting.key_reused'
    | 'posting.not_found'
    | 'posting.already_reversed'
    | 'posting.not_reversible'
  readonly data: Readonly<Record<string, unknown>>
}

/** A customer's balances of one unit, as they stand now: what is due (activation, expiry) is already counted. */
export interface Balance {
  readonly unit: Unit
  readonly available: Minor
  readonly pending: Minor
  readonly held: Minor
  /** What the customer owes back, as a positive amount: reversed after it was spent. */
  readonly owed: Minor
  readonly nextExpiry: { readonly amount: Minor; readonly at: Date } | null
}

export type PostingKind =
  | 'earn'
  | 'spend'
  | 'adjust'
  | 'transfer'
  | 'hold'
  | 'capture'
  | 'release'
  | 'reverse'
  | 'activate'
  | 'expire'
  | 'repay'

/** A posting as the customer's statement shows it: `amount` is the change of what the customer owns, signed. */
export interface StatementEntry {
  readonly id: PostingId
  readonly key: string
  readonly kind: PostingKind
  readonly unitId: UnitId
  readonly amount: Minor
  readonly programmeId: number | null
  readonly purchaseId: number | null
  readonly reversesId: PostingId | null
  readonly note: string | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly actor: string
  readonly occurredAt: Date
  readonly createdAt: Date
}

export interface Totals {
  readonly earned: Minor
  readonly spent: Minor
}
