import type { Id } from '../../platform/ids.ts'
import type { MovedAudience } from '../audience/index.ts'
import type { MovedConsent } from '../consent/index.ts'
import type { CustomerId, MovedCustomer } from '../customers/index.ts'
import type { MovedCollections } from '../events/index.ts'
import type { MovedUsage } from '../loyalty/index.ts'

export type MergeId = Id<'merge'>

export interface MergeRecord {
  readonly id: MergeId
  readonly fromId: CustomerId
  readonly intoId: CustomerId
  readonly reason: string
  readonly createdAt: Date
  readonly undoneAt: Date | null
}

/** What each slice moved, kept so that the merge can be undone; JSON. */
export interface Moved {
  readonly customer: MovedCustomer
  readonly audience: MovedAudience
  readonly consent: MovedConsent
  readonly messages: readonly number[]
  readonly purchases: readonly number[]
  readonly cards: readonly number[]
  /** Absent from merges of before there were any. */
  readonly tiers?: readonly number[]
  readonly reservations?: readonly number[]
  readonly files?: readonly number[]
  readonly vouchers?: readonly number[]
  readonly usages?: readonly MovedUsage[]
  readonly lots: readonly number[]
  readonly collections: MovedCollections
}
