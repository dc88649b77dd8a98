import { Type } from 'typebox'
import { Body, Count, Id, Json, Minor, Nullable, OneOf, Text, Time } from '../schemas.ts'

const CustomerState = OneOf('anonymous', 'identified', 'merged', 'erased')
export const Channel = OneOf('email', 'sms', 'web_push', 'mobile_push')
export const Purpose = OneOf('bulk', 'chain', 'transactional')

const summary = {
  id: Id,
  code: Type.String({ description: 'Sixteen digits, shown to people.' }),
  name: Type.String(),
  first_name: Nullable(Type.String()),
  last_name: Nullable(Type.String()),
  company_name: Nullable(Type.String()),
  email: Nullable(Type.String()),
  phone: Nullable(Type.String()),
  state: CustomerState,
  created_at: Time,
  points_balance: Minor,
  last_purchase_at: Nullable(Time),
  purchases_total_minor: Minor,
  purchases_currency: Nullable(
    Type.String({
      description: "Of the total: the shop's if they bought in it, else the one they bought in most often.",
    }),
  ),
}
export const CustomerSummary = Type.Object(summary)

export const Subscription = Type.Object({
  channel: Channel,
  purpose: Purpose,
  subscribed: Type.Boolean(),
  changed_at: Time,
})
export const Consent = Type.Object({ type: Type.String(), given: Type.Boolean(), changed_at: Time })

export const CustomerDetail = Type.Object({
  ...summary,
  kind: OneOf('person', 'company'),
  title: Nullable(Type.String()),
  middle_name: Nullable(Type.String()),
  gender: Nullable(OneOf('male', 'female', 'other')),
  birthday: Nullable(Type.String()),
  language: Nullable(Type.String()),
  country: Nullable(Type.String()),
  time_zone: Nullable(Type.String()),
  store_id: Nullable(Id),
  source: Nullable(Type.String()),
  attributes: Json,
  first_seen_at: Time,
  updated_at: Time,
  identities: Type.Array(
    Type.Object({
      id: Id,
      kind: OneOf('email', 'phone', 'device', 'card', 'login', 'social', 'external'),
      source: Type.String(),
      value: Type.String(),
      is_primary: Type.Boolean(),
      verified_at: Nullable(Time),
    }),
  ),
  addresses: Type.Array(
    Type.Object({
      id: Id,
      kind: Type.String(),
      is_primary: Type.Boolean(),
      line1: Nullable(Type.String()),
      line2: Nullable(Type.String()),
      city: Nullable(Type.String()),
      region: Nullable(Type.String()),
      postal_code: Nullable(Type.String()),
      country: Nullable(Type.String()),
    }),
  ),
  tags: Type.Array(Type.String()),
  tier: Nullable(Type.Object({ id: Id, name: Type.String(), rank: Type.Integer() })),
  lists: Type.Array(Type.Object({ list_id: Id, name: Type.String(), state: Type.String() })),
  subscriptions: Type.Array(Subscription),
  consents: Type.Array(Consent),
  source_records: Type.Array(
    Type.Object({ id: Id, source: Type.String(), external_id: Nullable(Type.String()), created_at: Time }),
  ),
})

const Optional = Type.Optional
const profile = {
  kind: Optional(OneOf('person', 'company')),
  title: Optional(Nullable(Text(60))),
  first_name: Optional(Nullable(Text(200))),
  middle_name: Optional(Nullable(Text(200))),
  last_name: Optional(Nullable(Text(200))),
  company_name: Optional(Nullable(Text(200))),
  gender: Optional(Nullable(OneOf('male', 'female', 'other'))),
  birthday: Optional(Nullable(Type.String({ format: 'date' }))),
  language: Optional(Nullable(Text(10))),
  country: Optional(Nullable(Type.String({ pattern: '^[A-Z]{2}$' }))),
  time_zone: Optional(Nullable(Text(60))),
  store_id: Optional(Nullable(Id)),
  source: Optional(Nullable(Text(100))),
  email: Optional(Nullable(Text(254))),
  phone: Optional(Nullable(Text(40))),
  attributes: Optional(
    Type.Record(
      Type.String({ minLength: 1, maxLength: 100 }),
      Type.Union([Text(10_000), Type.Number(), Type.Boolean(), Type.Null(), Type.Array(Text(1000), { maxItems: 500 })]),
      { maxProperties: 500 },
    ),
  ),
}

export const CustomerPatchBody = Body(profile)
export const CustomerBody = Body({
  ...profile,
  external_ids: Optional(
    Type.Array(Body({ source: Text(100, 1), external_id: Text(200, 1) }), {
      maxItems: 20,
      description: 'Numbers that other systems know the customer by.',
    }),
  ),
  card_number: Optional(
    Type.String({
      minLength: 1,
      maxLength: 100,
      description: 'A free card is handed out, an unknown number becomes a card. Refuses `card.taken`, `card.blocked`.',
    }),
  ),
})

export const CustomerQuery = {
  q: Optional(Type.String({ maxLength: 200, description: 'Part of a name, code, e-mail, phone or external id.' })),
  list_id: Optional(Id),
  order: Optional(OneOf('id', '-id', 'created', '-created', 'updated', '-updated', 'name', '-name')),
}

export const CustomerPage = Type.Object({
  items: Type.Array(CustomerSummary),
  next_cursor: Nullable(Type.String()),
  total: Count,
})
