import type { Id } from '../../platform/ids.ts'

export type DeviceId = Id<'device'>
export type EventId = Id<'event'>
type CustomerId = Id<'customer'>

/** A browser or an app on one machine; always somebody's, if only an anonymous customer's. */
export interface Device {
  readonly id: DeviceId
  /** What the browser or app calls itself. */
  readonly did: string
  readonly customerId: CustomerId
  readonly platform: string | null
  readonly pushToken: string | null
  readonly createdAt: Date
  readonly seenAt: Date
}

/** What was done. Our own words for what every shop does; a tenant's own events have names of their own beside them. */
export const behaviourTypes = [
  'product_viewed',
  'category_viewed',
  'searched',
  'cart_added',
  'cart_removed',
  'wish_added',
  'wish_removed',
  'purchased',
] as const
export type BehaviourType = (typeof behaviourTypes)[number]

export interface EventInput {
  /** A behaviour type or a tenant's own name, at most 64 characters. */
  readonly type: string
  /** When it happened; now when absent. */
  readonly occurredAt?: Date
  readonly customerId?: number | null
  readonly deviceId?: number | null
  readonly session?: string | null
  readonly productCode?: string | null
  readonly quantity?: number | null
  readonly data?: Readonly<Record<string, unknown>>
  /** The client's own key of the event: told again with the same key, nothing is added. */
  readonly key?: string
}

export interface BehaviourEvent {
  readonly id: EventId
  readonly type: string
  readonly occurredAt: Date
  readonly customerId: CustomerId | null
  readonly deviceId: DeviceId | null
  readonly session: string | null
  readonly productCode: string | null
  readonly quantity: number | null
  readonly data: Readonly<Record<string, unknown>>
}

/** What a customer has gathered: the cart or the wish list. */
export type CollectionKind = 'cart' | 'wish'

export interface CollectedItem {
  readonly productCode: string
  readonly quantity: number
  readonly updatedAt: Date
}

/** put: these are in it now, with these quantities; remove: these are not; replace: these and nothing else. */
export interface CollectionChange {
  readonly customerId: number
  readonly kind: CollectionKind
  readonly action: 'put' | 'remove' | 'replace'
  readonly items: readonly { readonly productCode: string; readonly quantity?: number }[]
}

/** Where a reader of events stands, newest first. */
export interface EventCursor {
  readonly occurredAt: Date
  readonly id: number
}

/** An event of the tenant's own, told by one of its systems. */
export interface EventRecordInput {
  /** The reference item of kind event_type, and its code. */
  readonly typeId: number
  readonly type: string
  readonly customerId: number
  /** The teller's own number of it, and a further one: together with type and customer they are told once. */
  readonly externalId: string
  readonly secondaryExternalId: string | null
  readonly occurredAt?: Date
  /** Whatever it carries; with the properties at most 16 KB. */
  readonly data: unknown
  /** Values by the codes of the type's properties. */
  readonly properties: Readonly<Record<string, unknown>>
}

export interface EventRecord {
  readonly id: EventId
  readonly typeId: number
  readonly customerId: CustomerId
  readonly externalId: string
  readonly secondaryExternalId: string | null
  readonly occurredAt: Date
  readonly data: unknown
  readonly properties: Readonly<Record<string, unknown>>
}

export interface EventRecordQuery {
  readonly ids?: readonly number[]
  readonly typeIds?: readonly number[]
  readonly customerId?: number
  readonly externalId?: string
  /** Half-open. */
  readonly from?: Date
  readonly to?: Date
  readonly orderBy?: 'id' | 'occurredAt' | 'typeId' | 'customerId' | 'externalId' | 'secondaryExternalId'
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}
