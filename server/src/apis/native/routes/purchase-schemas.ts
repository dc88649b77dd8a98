import { type Static, Type } from 'typebox'
import { Body, Currency, Id, Json, Minor, Nullable, OneOf, Text, Time } from '../schemas.ts'
import { Decision } from './definition-schemas.ts'

const Kind = OneOf('sale', 'cancellation', 'adjustment')
const Optional = Type.Optional

const summary = {
  id: Id,
  kind: Kind,
  number: Type.String(),
  customer: Nullable(Type.Object({ id: Id, name: Type.String() })),
  store: Nullable(Type.Object({ id: Id, name: Type.String() })),
  source: Type.String({
    description: 'The most trusted that told of it: till, shop, api, import, newsletter, tracking.',
  }),
  confirmed: Type.Boolean({ description: 'Told with a secret; only then does it earn.' }),
  state: OneOf('open', 'completed', 'partly_cancelled', 'cancelled'),
  currency: Type.String(),
  total_minor: Minor,
  points_earned: Minor,
  occurred_at: Time,
  possible_twin: Type.Boolean({ description: 'Another purchase has the same number but contradicts this one.' }),
}
export const PurchaseSummary = Type.Object(summary)

export const PurchaseDetail = Type.Object({
  ...summary,
  cancels_id: Nullable(Id),
  card_number: Nullable(Type.String()),
  till: Nullable(Type.String()),
  type_code: Nullable(Type.String()),
  channel: Nullable(Type.String()),
  data: Json,
  lines: Type.Array(
    Type.Object({
      id: Id,
      position: Type.Integer(),
      product_id: Nullable(Id),
      code: Type.String(),
      name: Type.String(),
      quantity: Type.Number(),
      unit_price: Type.Number(),
      total_minor: Minor,
      vat_rate: Nullable(Type.Number()),
      category_code: Nullable(Type.String()),
      item_type: Nullable(Type.String()),
      earns: Type.Boolean(),
      cancelled_quantity: Type.Number(),
    }),
  ),
  payments: Type.Array(
    Type.Object({
      id: Id,
      kind: Type.String(),
      amount_minor: Minor,
      unit_id: Nullable(Id),
      unit_amount: Nullable(Minor),
    }),
  ),
  reports: Type.Array(
    Type.Object({
      id: Id,
      space: Type.String(),
      number: Type.String(),
      source: Type.String(),
      confirmed: Type.Boolean(),
      total_minor: Nullable(Minor),
      occurred_at: Time,
      created_at: Time,
    }),
  ),
  effects: Type.Array(
    Type.Object({
      kind: OneOf('earn', 'reverse'),
      programme: Nullable(Type.Object({ id: Id, name: Type.String() })),
      unit: Type.Object({
        id: Id,
        code: Type.String(),
        name: Type.String(),
        kind: Type.String(),
        currency: Nullable(Type.String()),
        scale: Type.Integer(),
      }),
      amount: Minor,
      posting_key: Type.String(),
      why: Json,
    }),
  ),
  discounts: Type.Array(
    Type.Object({
      name: Type.String(),
      code: Type.String(),
      reward_id: Nullable(Id),
      voucher_id: Nullable(Id),
      line_position: Nullable(Type.Integer({ description: 'Null for the whole purchase.' })),
      amount_minor: Minor,
    }),
  ),
  decisions: Type.Array(Decision, {
    description: 'What every rule decided, in the order they were looked at; none where there were no rules.',
  }),
})

export const PurchaseFilter = {
  q: Optional(Type.String({ maxLength: 255, description: "The purchase's number." })),
  from: Optional(Type.String({ maxLength: 40, description: 'A day of the shop, or a time.' })),
  to: Optional(Type.String({ maxLength: 40, description: 'A day of the shop, which is included, or a time.' })),
  kind: Optional(Kind),
  store_id: Optional(Id),
}

const Line = Body({
  code: Text(255, 1),
  name: Optional(Text(1000)),
  quantity: Type.Number({ exclusiveMinimum: 0, maximum: 1e9, description: 'At most three decimals.' }),
  unit_price: Type.Union(
    [Type.Number({ minimum: 0, maximum: 1e12 }), Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,6})?$' })],
    { description: 'In whole currency units, at most six decimals.' },
  ),
  total_minor: Optional(Minor),
  vat_rate: Optional(Type.Number({ minimum: 0, maximum: 100 })),
  category_code: Optional(Text(255)),
  item_type: Optional(Text(255)),
  earns: Optional(Type.Boolean()),
})
export type WireLine = Static<typeof Line>

const Amount = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })

export const PurchaseBody = Body({
  number: Text(255, 1),
  source: Optional(OneOf('till', 'shop', 'api')),
  customer_id: Optional(Id),
  store_id: Optional(Id),
  currency: Optional(Currency),
  total_minor: Optional(Amount),
  occurred_at: Optional(Time),
  lines: Optional(Type.Array(Line, { maxItems: 5000 })),
  payments: Optional(
    Type.Array(Body({ kind: OneOf('cash', 'card', 'voucher', 'other'), amount_minor: Amount }), { maxItems: 20 }),
  ),
  spend: Optional(
    Body({
      points: Optional(Amount),
      credit_minor: Optional(Amount),
    }),
  ),
  type_code: Optional(Text(100)),
  channel: Optional(Text(100)),
  till: Optional(Text(100)),
  card_number: Optional(Text(100)),
  data: Optional(Json),
  earns: Optional(Type.Boolean()),
})
export type WirePurchase = Static<typeof PurchaseBody>

export const CancelBody = Nullable(
  Body({
    number: Optional(Type.String({ minLength: 1, maxLength: 255, description: "The cancellation's own number." })),
    lines: Optional(
      Type.Array(Body({ code: Text(255, 1), quantity: Type.Number({ exclusiveMinimum: 0, maximum: 1e9 }) }), {
        minItems: 1,
        maxItems: 5000,
        description: 'What is taken back; everything that is left when absent.',
      }),
    ),
  }),
)
