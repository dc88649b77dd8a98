import type { Id } from '../../platform/ids.ts'

export type OrganisationId = Id<'organisation'>
export type ReferenceId = Id<'reference'>
export type Data = Readonly<Record<string, unknown>>

/** business: the whole enterprise; merchant: a company in it; store: a place where people buy. */
export type OrganisationKind = 'business' | 'merchant' | 'store'
export type State = 'active' | 'inactive' | 'deleted'

/** Open from `from` up to `to`, local time. Days count from Monday 1 to Sunday 7. "24:00" ends a day. */
export interface OpeningHours {
  readonly day: number
  readonly from: string
  readonly to: string
}

export interface PostalAddress {
  readonly line1?: string
  readonly line2?: string
  readonly city?: string
  readonly region?: string
  readonly postalCode?: string
  /** ISO 3166-1 alpha-2. */
  readonly country?: string
}

export interface Organisation {
  readonly id: OrganisationId
  readonly parentId: OrganisationId | null
  readonly kind: OrganisationKind
  /** The tenant's own number of it, unique over all kinds. */
  readonly code: string
  readonly name: string
  readonly email: string | null
  readonly phone: string | null
  readonly url: string | null
  readonly description: string | null
  readonly address: PostalAddress
  readonly latitude: number | null
  readonly longitude: number | null
  readonly openingHours: readonly OpeningHours[]
  /** What only some need: delivery zones, tags, industry. */
  readonly attributes: Data
  /** Shown to customers. */
  readonly visible: boolean
  readonly state: State
  readonly createdAt: Date
  readonly updatedAt: Date
}

export type OrganisationInput = Pick<Organisation, 'kind' | 'code' | 'name'> &
  Partial<Omit<Organisation, 'id' | 'kind' | 'code' | 'name' | 'parentId' | 'createdAt' | 'updatedAt'>> & {
    readonly parentId?: number | null
  }

export type OrganisationPatch = Partial<Omit<OrganisationInput, 'kind'>>

/** The lists of small things that a tenant keeps. */
export type ReferenceKind =
  | 'customer_source'
  | 'customer_property'
  | 'customer_status'
  | 'purchase_type'
  | 'purchase_item_type'
  | 'payment_type'
  | 'event_group'
  | 'event_type'
  | 'event_property'
  | 'store_group'
  | 'store_property'
  | 'partner_property'
  | 'purchase_property'
  | 'purchase_item_property'
  | 'transaction_field'
  | 'product_property'
  | 'segment_group'
  | 'interest'
  | 'customer_type'
  | 'address_type'
  | 'relation_type'
  | 'engagement_setup'
  | 'product_tag'
  | 'social_network'
  | 'sso_provider'
  | 'reward_tag'
  | 'reward_property'
  | 'voucher_property'
  | 'industry'
  | 'industry_sector'
  | 'business_activity'
  | 'organisation_tag'
  | 'cancellation_reason'
  | 'partner'
  | 'recommendation'
  | 'language'
  | 'country'
  | 'currency'
  | 'application'
  | 'recommender_block'
  | 'promo_code_list'
  | 'survey_category'
  | 'survey_channel'
  | 'message_template'
  | 'multi_channel_campaign'
  | 'list_form'
  | 'payment_gateway'

/** One of them. `code` is how programs name it, unique within its kind. */
export interface ReferenceItem {
  readonly id: ReferenceId
  readonly kind: string
  readonly code: string
  readonly name: string
  readonly data: Data
  readonly position: number
  readonly state: State
  readonly createdAt: Date
  readonly updatedAt: Date
}

export interface ReferenceItemInput {
  readonly kind: ReferenceKind
  readonly code: string
  readonly name: string
  readonly data?: Data
  readonly position?: number
  readonly state?: State
}
