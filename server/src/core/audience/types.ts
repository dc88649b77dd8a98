import type { Id } from '../../platform/ids.ts'
import type { AttributeValue, CustomerId } from '../customers/index.ts'

export type ListId = Id<'list'>
export type SegmentId = Id<'segment'>

export interface List {
  readonly id: ListId
  readonly name: string
  readonly description: string
  /** A locked list is neither deleted nor cleared. */
  readonly locked: boolean
  readonly settings: Readonly<Record<string, unknown>>
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** registered: asked to be in; confirmed: proved it; left: gone. */
export interface Member {
  readonly listId: ListId
  readonly customerId: CustomerId
  readonly registeredAt: Date
  readonly confirmedAt: Date | null
  readonly leftAt: Date | null
  /** The person left by a link or form of ours: only the person comes back. */
  readonly leftByPerson: boolean
  readonly bouncedAt: Date | null
  readonly source: string
  /** Values of the list's own attributes. */
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly updatedAt: Date
}

/** undefined leaves a field as it is (new members: registered now, not confirmed); null clears. */
export interface MemberInput {
  readonly customerId: CustomerId
  readonly registeredAt?: Date
  readonly confirmedAt?: Date | null
  readonly leftAt?: Date | null
  readonly bouncedAt?: Date | null
  readonly source?: string
  readonly attributes?: Readonly<Record<string, AttributeValue>>
}

export type MemberState = 'all' | 'active' | 'inactive' | 'bounced'
export type MemberOrder = 'id' | 'email' | 'registered' | 'confirmed' | 'left' | 'updated'

export interface ListStats {
  readonly total: number
  readonly active: number
  readonly inactive: number
  readonly bounced: number
}

export interface Segment {
  readonly id: SegmentId
  readonly name: string
  readonly kind: 'static' | 'dynamic'
  /** The reference item of kind segment_group that it stands in. */
  readonly groupId: number | null
  readonly note: string | null
  readonly priority: number | null
  readonly createdAt: Date
}

export interface SegmentInput {
  readonly name: string
  readonly groupId?: number | null
  readonly note?: string | null
  readonly priority?: number | null
}

/** Since when a customer is in a segment. */
export interface SegmentRecord {
  readonly segmentId: SegmentId
  readonly customerId: CustomerId
  readonly createdAt: Date
}
