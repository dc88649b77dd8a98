import { Type } from 'typebox'
import { Body, Id, Json, Minor, Nullable, OneOf, Text, Time } from '../schemas.ts'
import { CustomerSummary } from './customer-schemas.ts'
import { Unit } from './loyalty.ts'
import { Balance } from './value.ts'

const Optional = Type.Optional
const Amount = Type.Integer({ minimum: 1, maximum: 1_000_000_000_000 })

const CodeFound = Type.Object({
  code: Type.String(),
  name: Type.String(),
  kind: Type.String({ description: "The reward's: till, catalogue, campaign, simple, gift_card." }),
  voucher_state: Nullable(OneOf('issued', 'applied', 'cancelled')),
  valid_to: Nullable(Time),
})

const CardFound = Type.Object({
  number: Type.String(),
  state: OneOf('active', 'blocked'),
  valid_to: Nullable(Time),
})

export const ScanAnswer = Type.Object({
  customer: Nullable(CustomerSummary),
  card: Nullable(CardFound),
  code: Nullable(CodeFound),
  matches: Type.Array(CustomerSummary, { description: 'Where nothing is called exactly so.' }),
})

const DeskReward = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  points_cost: Minor,
  needs_amount: Type.Boolean({ description: 'It takes something off a sale, so there must be one.' }),
})

const DeskProgramme = Type.Object({
  id: Id,
  kind: OneOf('points', 'stored_value', 'fixed_reward', 'visits', 'items'),
  name: Type.String(),
  is_default: Type.Boolean(),
  unit: Unit,
  settings: Json,
  available: Minor,
  items: Type.Array(
    Type.Object({
      unit_id: Id,
      name: Type.String(),
      code: Type.String(),
      needed: Type.Integer({ description: 'So many pieces buy a free one.' }),
      available: Minor,
    }),
  ),
  rewards: Type.Array(DeskReward),
  promotions: Type.Array(Type.Object({ id: Id, name: Type.String() })),
})

export const DeskAnswer = Type.Object({
  customer: CustomerSummary,
  birthday: Nullable(Type.String()),
  tier: Nullable(Type.Object({ id: Id, name: Type.String(), discount_percent: Type.Number() })),
  cards: Type.Array(CardFound),
  programmes: Type.Array(DeskProgramme),
  balances: Type.Array(Balance),
  vouchers: Type.Array(
    Type.Object({
      id: Id,
      code: Type.String(),
      name: Type.String(),
      value_minor: Nullable(Minor),
      is_gift_card: Type.Boolean(),
      valid_to: Nullable(Time),
    }),
  ),
})

const Entry = Body({
  programme_id: Id,
  amount_minor: Optional(Amount),
  quantity: Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
  item_unit_id: Optional(Id),
})
const Taking = Body({ programme_id: Id, amount: Amount, item_unit_id: Optional(Id) })

const question = {
  customer_id: Id,
  store_id: Optional(Id),
  amount_minor: Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000_000,
      description: 'What was bought for, before benefits; it earns in the default programme.',
    }),
  ),
  promotion_id: Optional(Id),
  automatic: Optional(
    Type.Boolean({ description: 'false: the amount is what was paid; nothing comes off by itself.' }),
  ),
  codes: Optional(Type.Array(Text(100, 1), { maxItems: 20 })),
  reward_ids: Optional(Type.Array(Id, { maxItems: 20 })),
  points: Optional(Amount),
  credit_minor: Optional(Amount),
  entries: Optional(Type.Array(Entry, { maxItems: 50 })),
  takings: Optional(Type.Array(Taking, { maxItems: 50 })),
}

export const QuestionBody = Body(question)
export const SaleBody = Body({
  ...question,
  number: Optional(Type.String({ maxLength: 200, description: "The receipt's; drawn when absent." })),
  note: Optional(Text(500)),
  to_pay_minor: Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000_000_000,
      description: 'What the quote said; another price is refused.',
    }),
  ),
})

const Movement = Type.Object({ name: Type.String(), unit: Unit, amount: Minor })
const Discount = Type.Object({ name: Type.String(), code: Type.String(), amount_minor: Minor })

const quote = {
  currency: Type.String(),
  amount_minor: Minor,
  discounts: Type.Array(Discount, { description: "Also that of the customer's tier." }),
  payments: Type.Array(Type.Object({ name: Type.String(), amount_minor: Minor, points: Nullable(Minor) }), {
    description: 'What pays beside money.',
  }),
  to_pay_minor: Minor,
  earned: Type.Array(Movement),
  spent: Type.Array(Movement),
}

export const QuoteAnswer = Type.Object({
  ...quote,
  refusals: Type.Array(
    Type.Object({
      subject: OneOf('code', 'reward', 'balance'),
      name: Type.String(),
      reason: Type.String(),
      data: Json,
    }),
  ),
})

export const ReceiptAnswer = Type.Object({
  ...quote,
  key: Type.String(),
  number: Type.String(),
  customer: Type.Object({ id: Id, name: Type.String(), code: Type.String() }),
  store: Nullable(Type.Object({ id: Id, name: Type.String() })),
  occurred_at: Time,
  purchase_id: Nullable(Id),
  joined: Type.Boolean({ description: 'Another system had told of this sale; it earns once.' }),
  balances: Type.Array(Balance),
})
