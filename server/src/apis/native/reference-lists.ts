// The small lists that a shop keeps, each with what its items hold beside code and name.
import { type TSchema, Type } from 'typebox'
import type { ReferenceKind } from '../../core/organisations/index.ts'
import { Body, Id, Json, OneOf, Text } from './schemas.ts'

const Optional = Type.Optional
const Url = Type.String({ format: 'uri', maxLength: 2000, pattern: '^https?://' })
const Codes = Type.Array(Text(100, 1), { maxItems: 500 })

export interface ReferenceListOf {
  readonly path: string
  readonly kind: ReferenceKind
  readonly summary: string
  readonly data: Readonly<Record<string, TSchema>>
}

/** What a property may hold; without a type it is a text. */
const property = {
  description: Optional(Text(2000)),
  data_type: Optional(OneOf('text', 'number', 'integer', 'boolean', 'date', 'gender', 'choice', 'choices', 'json')),
  choices: Optional(Codes),
}

/** Whose tokens the shop believes: OpenID Connect. */
const provider = {
  issuer: Text(500, 1),
  audience: Text(500, 1),
  jwks: Optional(
    Type.Object({ keys: Type.Array(Json, { minItems: 1, maxItems: 50 }) }, { description: 'The keys themselves.' }),
  ),
  // What says whose tokens are believed is not fetched in the open.
  jwks_url: Optional(Type.String({ format: 'uri', maxLength: 2000, pattern: '^https://' })),
}

export const referenceLists: readonly ReferenceListOf[] = [
  { path: 'customer-sources', kind: 'customer_source', summary: 'where customers come from', data: {} },
  { path: 'customer-types', kind: 'customer_type', summary: 'types of customers', data: {} },
  { path: 'customer-properties', kind: 'customer_property', summary: 'properties of customers', data: property },
  { path: 'address-types', kind: 'address_type', summary: 'types of addresses', data: {} },
  { path: 'relation-types', kind: 'relation_type', summary: 'how customers are related', data: {} },
  { path: 'interests', kind: 'interest', summary: 'what customers are interested in', data: {} },
  {
    path: 'segment-groups',
    kind: 'segment_group',
    summary: 'groups of segments',
    data: { note: Optional(Text(2000)) },
  },
  { path: 'purchase-types', kind: 'purchase_type', summary: 'types of purchases', data: {} },
  {
    path: 'purchase-item-types',
    kind: 'purchase_item_type',
    summary: 'types of lines',
    data: { earns: Optional(Type.Boolean({ description: 'False: lines of this type earn nothing.' })) },
  },
  { path: 'payment-types', kind: 'payment_type', summary: 'ways to pay', data: {} },
  { path: 'purchase-properties', kind: 'purchase_property', summary: 'properties of purchases', data: property },
  {
    path: 'purchase-item-properties',
    kind: 'purchase_item_property',
    summary: 'properties of lines',
    data: property,
  },
  { path: 'event-groups', kind: 'event_group', summary: 'groups of event types', data: {} },
  {
    path: 'event-types',
    kind: 'event_type',
    summary: "the shop's own types of events",
    data: {
      group: Optional(Text(100)),
      icon: Optional(Text(100)),
      properties: Optional({ ...Codes, description: 'Codes of event properties; all of them where none is named.' }),
    },
  },
  { path: 'event-properties', kind: 'event_property', summary: 'properties of events', data: property },
  { path: 'store-groups', kind: 'store_group', summary: 'groups of stores', data: {} },
  { path: 'store-properties', kind: 'store_property', summary: 'properties of stores', data: property },
  {
    path: 'partners',
    kind: 'partner',
    summary: 'partners beside the shop itself',
    data: {
      registration_id: Optional(Text(100)),
      vat_id: Optional(Text(100)),
      email: Optional(Text(254)),
      phone: Optional(Text(50)),
    },
  },
  { path: 'partner-properties', kind: 'partner_property', summary: 'properties of partners', data: property },
  { path: 'product-tags', kind: 'product_tag', summary: 'tags of products', data: {} },
  { path: 'product-properties', kind: 'product_property', summary: 'properties of products', data: property },
  { path: 'reward-tags', kind: 'reward_tag', summary: 'tags of rewards', data: {} },
  { path: 'reward-properties', kind: 'reward_property', summary: 'properties of rewards', data: property },
  { path: 'voucher-properties', kind: 'voucher_property', summary: 'properties of vouchers', data: property },
  {
    path: 'engagement-setups',
    kind: 'engagement_setup',
    summary: 'what an app asks before it starts',
    data: { setup: Optional(Text(2000)) },
  },
  {
    path: 'recommendations',
    kind: 'recommendation',
    summary: 'hints that are shown to customers',
    data: {
      brief_description: Optional(Text(500)),
      detailed_description: Optional(Text(5000)),
      content: Optional(Text(20_000)),
      picture_urls: Optional(Type.Array(Url, { maxItems: 20 })),
      web_url: Optional(Url),
      segment_ids: Optional(
        Type.Array(Id, { maxItems: 100, description: 'Shown to customers of one of them; to everybody without any.' }),
      ),
    },
  },
  {
    path: 'message-templates',
    kind: 'message_template',
    summary: 'templates of messages, with {{names}} to be filled in',
    data: {
      channel: OneOf('email', 'sms', 'push'),
      purpose: OneOf('bulk', 'chain', 'transactional', 'security'),
      subject: Optional(Text(500)),
      text: Text(100_000, 1),
      html: Optional(Text(500_000)),
    },
  },
  {
    path: 'social-networks',
    kind: 'social_network',
    summary: 'networks whose accounts customers sign in with',
    data: provider,
  },
  { path: 'sso-providers', kind: 'sso_provider', summary: 'identity providers of the staff', data: provider },
]

/** The body of a PUT. */
export const bodyOf = (list: ReferenceListOf) =>
  Body({
    name: Text(300, 1),
    names: Optional(
      Type.Record(Type.String({ pattern: '^[a-z]{2}$' }), Text(300, 1), {
        additionalProperties: false,
        description: 'In other languages, by ISO 639-1.',
      }),
    ),
    position: Optional(Type.Integer({ minimum: 0, maximum: 100_000 })),
    ...list.data,
  })
