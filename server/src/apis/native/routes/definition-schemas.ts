// What rules and rewards are made of, for the document. Definitions are read by the core, which names every fault in them.
import { type TSchema, Type } from 'typebox'
import { Count, Day, Id, Minor, Nullable, OneOf, Time } from '../schemas.ts'
import { Unit } from './loyalty.ts'

const Optional = Type.Optional
const Ids = Type.Array(Id, { minItems: 1 })
const Words = Type.Array(Type.String(), { minItems: 1 })
const kind = <const Kind extends string>(word: Kind) => ({ kind: OneOf(word) })

const lineFields = {
  product_codes: Optional(Words),
  category_ids: Optional(Type.Array(Id, { minItems: 1, description: 'With everything below them.' })),
  brand_ids: Optional(Ids),
  min_price_minor: Optional(Minor),
  max_price_minor: Optional(Minor),
}
const Lines = Type.Object(
  { ...lineFields, except: Optional(Type.Object(lineFields)) },
  { description: 'Which lines of a basket; every part that is given must fit, and what fits `except` is left out.' },
)

const Condition = Type.Union(
  [
    Type.Object({ kind: OneOf('all', 'any'), of: Type.Array(Type.Unknown({ description: 'A condition.' })) }),
    Type.Object({ ...kind('not'), of: Type.Unknown({ description: 'A condition.' }) }),
    Type.Object({ ...kind('lines'), lines: Lines, min_count: Optional(Count), min_amount_minor: Optional(Minor) }),
    Type.Object({
      ...kind('basket'),
      min_amount_minor: Optional(Minor),
      max_amount_minor: Optional(Minor),
      min_count: Optional(Count),
    }),
    Type.Object({ ...kind('store'), store_ids: Ids }),
    Type.Object({ ...kind('channel'), channels: Words }),
    Type.Object({
      ...kind('weekday'),
      days: Type.Array(Type.Integer({ minimum: 1, maximum: 7, description: '1 is Monday.' })),
    }),
    Type.Object({
      ...kind('time'),
      from: Type.String({ description: "HH:MM on the shop's clock." }),
      to: Type.String({ description: 'Not included; before `from`: over midnight.' }),
    }),
    Type.Object({ ...kind('date'), from: Optional(Day), to: Optional(Day) }),
    Type.Object({ ...kind('segment'), segment_ids: Ids }),
    Type.Object({ ...kind('tier'), tier_ids: Ids }),
    Type.Object(kind('first_purchase')),
    Type.Object({ ...kind('birthday'), days_before: Count, days_after: Count }),
    Type.Object({ ...kind('payment'), types: Words }),
  ],
  { description: 'All conditions of a rule must hold; they may be nested five deep.' },
)

const Limit = Type.Object({
  period: OneOf('ever', 'year', 'month', 'week', 'day'),
  uses: Optional(Count),
  amount: Optional(Minor),
})
const Limits = Type.Object({ per_customer: Optional(Limit), in_all: Optional(Limit) })
const rounding = OneOf('down', 'nearest', 'up')

const Earning = Type.Union([
  Type.Object({ ...kind('per_amount'), amount: Minor, per_minor: Minor, rounding }),
  Type.Object({ ...kind('fixed'), amount: Minor }),
  Type.Object({
    ...kind('multiply'),
    factor: Type.Number({
      description: 'What the programme gives on the lines, so many times; the rule adds the difference.',
    }),
    rounding,
  }),
])

const Benefit = Type.Union([
  Type.Object({ ...kind('percent'), percent: Type.Number(), max_minor: Optional(Minor) }),
  Type.Object({ ...kind('amount'), amount_minor: Minor }),
  Type.Object({ ...kind('fixed_price'), price_minor: Minor }),
  Type.Object({ ...kind('buy_get'), buy: Count, get: Count, percent: Type.Number() }),
  Type.Object({ ...kind('cheapest_free'), of: Count }),
  Type.Object({ ...kind('free_item'), product_code: Type.String(), quantity: Count }),
  Type.Object(kind('thing')),
])

/** Shown as it is made, taken as an object: the core says more about a fault in it than a union of schemas would. */
const shown = (schema: TSchema) => Type.Unsafe<Record<string, unknown>>(schema)

export const RuleDefinition = shown(
  Type.Object({
    lines: Optional(Lines),
    conditions: Type.Array(Condition),
    earning: Earning,
    limits: Optional(Limits),
    activates_after_days: Optional(Count),
    expires: Optional(
      Type.Union([Type.Object({ after_days: Count }), Type.Object({ end_of: OneOf('month', 'year') })]),
    ),
    exclusive_group: Optional(
      Type.String({ description: 'Of the rules with one name here only the first that fires counts.' }),
    ),
  }),
)

export const RewardDefinition = shown(
  Type.Object({
    benefit: Benefit,
    lines: Optional(Lines),
    conditions: Type.Array(Condition),
    limits: Optional(Limits),
    max_per_basket: Optional(Count),
    stacking: Optional(OneOf('adds', 'alone')),
    exclusive_group: Optional(Type.String()),
    voucher_validity: Optional(
      Type.Union([
        Type.Object({ minutes: Count }),
        Type.Object({ days: Count }),
        Type.Object({ months: Count }),
        Type.Object({ end_of: OneOf('day', 'week', 'month', 'year') }),
      ]),
    ),
    portable: Optional(Type.Boolean()),
    code_pool_id: Optional(Id),
  }),
)

/** In a request. */
export const Definition = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  description: 'As it is answered. Every fault in it is named in `errors`.',
})

export const Decision = Type.Object({
  subject: OneOf('programme', 'rule', 'reward'),
  id: Type.Integer({ minimum: 0, description: '0 for what is only tried out and not saved.' }),
  name: Type.String(),
  fired: Type.Boolean(),
  reason: Type.String({ description: 'fired, or a stable word for why not.' }),
  amount: Minor,
  unit: Nullable(Unit),
  data: Type.Record(Type.String(), Type.Unknown(), { description: 'The numbers asked for and found.' }),
})

/** What rules and rewards have in common in a request. */
export const frame = {
  priority: Optional(Type.Integer({ minimum: 1, maximum: 99, description: '1 is looked at first; 5 when absent.' })),
  valid_from: Optional(Nullable(Time)),
  valid_to: Optional(Nullable(Time)),
}

export const State = OneOf('draft', 'active', 'paused')
