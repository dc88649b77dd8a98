import type { Id } from '../../platform/ids.ts'

export type CustomerId = Id<'customer'>
export type IdentityId = Id<'identity'>
export type AddressId = Id<'address'>
export type AttributeId = Id<'attribute'>
export type SourceRecordId = Id<'sourceRecord'>
export type StoreId = Id<'organisation'>
export type RelationId = Id<'relation'>
export type InterestRecordId = Id<'interestRecord'>

export type CustomerKind = 'person' | 'company'
/** anonymous: a device without a person; merged: lives on in another; erased: a customer without a name. */
export type CustomerState = 'anonymous' | 'identified' | 'merged' | 'erased'
export type Gender = 'male' | 'female' | 'other'
export type IdentityKind = 'email' | 'phone' | 'device' | 'card' | 'login' | 'social' | 'external'

/** A value that leads to one customer. `value` is normalised, `display` is what was given. */
export interface Identity {
  readonly id: IdentityId
  readonly kind: IdentityKind
  /** The number space of an external id, login or social account; '' for the rest. */
  readonly source: string
  readonly value: string
  readonly display: string
  readonly isPrimary: boolean
  readonly verifiedAt: Date | null
  readonly createdAt: Date
}

export type AttributeValue = string | number | boolean | null | readonly string[] | Readonly<Record<string, unknown>>
export type Attributes = Readonly<Record<string, AttributeValue>>

/** What is said about a person or company, all of it optional. */
export interface Profile {
  readonly kind: CustomerKind
  readonly title: string | null
  readonly firstName: string | null
  readonly middleName: string | null
  readonly lastName: string | null
  readonly companyName: string | null
  readonly gender: Gender | null
  /** YYYY-MM-DD */
  readonly birthday: string | null
  readonly language: string | null
  readonly country: string | null
  readonly timeZone: string | null
  readonly storeId: StoreId | null
  /** The code of a customer source. */
  readonly source: string | null
}

export interface Customer extends Profile {
  readonly id: CustomerId
  /** Sixteen digits, shown to people. */
  readonly code: string
  readonly state: CustomerState
  readonly mergedInto: CustomerId | null
  readonly attributes: Attributes
  readonly hasPassword: boolean
  readonly firstSeenAt: Date
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly identities: readonly Identity[]
}

/** What a caller says that leads to a customer. */
export interface Claim {
  readonly kind: IdentityKind
  readonly source?: string
  readonly value: string
  /** True when the caller proved it: a confirmed address, a signed-in device. */
  readonly verified?: boolean
}

/** A claim in the form that is stored and compared. */
export interface NormalClaim {
  readonly kind: IdentityKind
  readonly source: string
  readonly value: string
  readonly display: string
  readonly verified: boolean
}

export interface CustomerInput extends Partial<Profile> {
  readonly email?: string | null
  readonly phone?: string | null
  readonly claims?: readonly Claim[]
  readonly attributes?: Attributes
  /** When the customer came into being elsewhere; now when not given. */
  readonly createdAt?: Date
}

/** null clears a field, undefined leaves it. `email` and `phone` replace the primary one. */
export interface CustomerPatch extends Partial<Profile> {
  readonly email?: string | null
  readonly phone?: string | null
  readonly attributes?: Attributes
}

export interface CustomerFilters {
  readonly ids?: readonly CustomerId[]
  readonly states?: readonly CustomerState[]
  readonly kind?: CustomerKind
  readonly firstName?: string
  readonly lastName?: string
  readonly companyName?: string
  readonly gender?: Gender
  readonly birthday?: string
  readonly language?: string
  readonly country?: string
  readonly source?: string
  readonly storeId?: StoreId
  readonly code?: string
  /** Looked up as an identity would be: any case, any way of writing a phone number. */
  readonly email?: string
  readonly phone?: string
  /** Any of these addresses. */
  readonly emails?: readonly string[]
  /** Has a record of this source, whether it was the first or a later one. */
  readonly fromSource?: string
  readonly createdFrom?: Date
  readonly createdTo?: Date
  readonly updatedFrom?: Date
  readonly updatedTo?: Date
}

export type CustomerOrder = 'id' | '-id' | 'created' | '-created' | 'updated' | '-updated' | 'name' | '-name'

export interface CustomerSearch {
  /** Part of a name, code, e-mail, phone or any other identity. */
  readonly text?: string
  readonly filters?: CustomerFilters
  /** Keyset: with order 'id' customers with a greater id, with '-id' (the default) with a smaller one. */
  readonly after?: CustomerId
  readonly offset?: number
  readonly limit: number
  readonly order?: CustomerOrder
}

export interface Address {
  readonly id: AddressId
  readonly customerId: CustomerId
  readonly kind: string
  readonly isPrimary: boolean
  readonly line1: string | null
  readonly line2: string | null
  readonly city: string | null
  readonly region: string | null
  readonly postalCode: string | null
  /** ISO 3166 alpha-2, upper case. */
  readonly country: string | null
  readonly latitude: number | null
  readonly longitude: number | null
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}

export type AttributeType =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'date'
  | 'gender'
  | 'choice'
  | 'choices'
  | 'json'

export interface AttributeDefinition {
  readonly id: AttributeId
  /** null: every customer has it; else only the members of this list. */
  readonly listId: number | null
  /** Lower case. */
  readonly name: string
  readonly label: string
  readonly type: AttributeType
  readonly choices: readonly string[]
  readonly defaultValue: string | null
  readonly previewValue: string | null
  /** Whether forms show it; they do unless told. */
  readonly shown?: boolean
  readonly createdAt: Date
}

export interface SourceRecord {
  readonly id: SourceRecordId
  readonly customerId: CustomerId
  readonly source: string
  readonly externalId: string | null
  readonly createdAt: Date
}

/** What one customer is to another; valid until it is ended. */
export interface Relation {
  readonly id: RelationId
  readonly customerId: CustomerId
  readonly relatedId: CustomerId
  /** A reference item of kind relation_type. */
  readonly typeId: number
  /** The customer comes first of the two, e.g. the head of a household. */
  readonly isLeading: boolean
  readonly validFrom: Date
  readonly validTo: Date | null
  readonly updatedAt: Date
}

export interface InterestRecord {
  readonly id: InterestRecordId
  readonly customerId: CustomerId
  /** A reference item of kind interest. */
  readonly interestId: number
  readonly updatedAt: Date
}
