import { isDay } from '../../customers/index.ts'
import {
  byKind,
  checked,
  decimal,
  isRecord,
  list,
  nested,
  oneOf,
  optional,
  pattern,
  type Reader,
  readAll,
  record,
  refuse,
  text,
  truth,
  whole,
} from './readers.ts'
import { contradiction, neverGiven, nothingFits } from './sense.ts'
import type {
  Benefit,
  Condition,
  Earning,
  Limit,
  Limits,
  LineFilter,
  RewardDefinition,
  RuleDefinition,
} from './types.ts'

/** Reads what came from outside. Refuses request.invalid with all that is wrong: `errors` of path and message. */
export function readRuleDefinition(value: unknown): RuleDefinition {
  return readAll(ruleDefinition, value, 'definition')
}

/** The same for a reward. */
export function readRewardDefinition(value: unknown): RewardDefinition {
  return readAll(rewardDefinition, value, 'definition')
}

const count = whole(1, 1_000_000)
/** Small enough that what a rule gives on any purchase stays exact. */
const given = whole(1, 1_000_000_000_000)
const price = whole(0, Number.MAX_SAFE_INTEGER)
const id = whole(1, Number.MAX_SAFE_INTEGER)
const days = whole(1, 36_600)
const ids = list(id, { least: 1 })
const words = list(text(255), { least: 1 })
const rounding = oneOf('down', 'nearest', 'up')

function kind<Word extends string>(word: Word): Reader<Word> {
  return oneOf(word)
}

const lineFilter: Reader<LineFilter> = nested(() =>
  checked(
    record<LineFilter>({
      productCodes: optional(words),
      categoryIds: optional(ids),
      brandIds: optional(ids),
      minPriceMinor: optional(price),
      maxPriceMinor: optional(price),
      except: optional(lineFilter),
    }),
    (filter) =>
      (filter.minPriceMinor ?? 0) > (filter.maxPriceMinor ?? Number.POSITIVE_INFINITY)
        ? 'must not ask for more than its highest price'
        : nothingFits(filter),
  ),
)

const time = /^([01]\d|2[0-3]):[0-5]\d$/
const day: Reader<string> = (value, at) =>
  typeof value === 'string' && isDay(value) ? value : refuse(at, 'must be a day, YYYY-MM-DD')

type Of<Kind extends Condition['kind']> = Extract<Condition, { readonly kind: Kind }>
type Group = Extract<Condition, { readonly of: readonly Condition[] }>

const conditionsIn = (least: number): Reader<readonly Condition[]> =>
  list(
    nested(() => condition),
    { least, most: 100 },
  )

/** What must hold all together, and can. */
const conditions: Reader<readonly Condition[]> = checked(conditionsIn(0), (all) => {
  const wrong = contradiction(all)
  return wrong && `can never hold together: they ${wrong}`
})

const group: Reader<Condition> = record<Group>({ kind: oneOf('all', 'any'), of: conditionsIn(1) })

const condition: Reader<Condition> = byKind<Condition>({
  all: group,
  any: group,
  not: record<Of<'not'>>({ kind: kind('not'), of: nested(() => condition) }),
  lines: record<Of<'lines'>>({
    kind: kind('lines'),
    lines: lineFilter,
    minCount: optional(count),
    minAmountMinor: optional(price),
  }),
  basket: checked(
    record<Of<'basket'>>({
      kind: kind('basket'),
      minAmountMinor: optional(price),
      maxAmountMinor: optional(whole(1, Number.MAX_SAFE_INTEGER)),
      minCount: optional(count),
    }),
    ({ minAmountMinor, maxAmountMinor, minCount }) => {
      if (minAmountMinor === undefined && maxAmountMinor === undefined && minCount === undefined)
        return 'must ask for an amount or a number of pieces'
      return (minAmountMinor ?? 0) > (maxAmountMinor ?? Number.POSITIVE_INFINITY)
        ? 'must not ask for more than its highest amount'
        : undefined
    },
  ),
  store: record<Of<'store'>>({ kind: kind('store'), storeIds: ids }),
  channel: record<Of<'channel'>>({ kind: kind('channel'), channels: words }),
  weekday: record<Of<'weekday'>>({ kind: kind('weekday'), days: list(whole(1, 7), { least: 1, most: 7 }) }),
  time: checked(
    record<Of<'time'>>({
      kind: kind('time'),
      from: pattern(time, 'a time, HH:MM'),
      to: pattern(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time, HH:MM'),
    }),
    ({ from, to }) => (from === to ? 'must not end when it begins' : undefined),
  ),
  date: checked(record<Of<'date'>>({ kind: kind('date'), from: optional(day), to: optional(day) }), ({ from, to }) => {
    if (from === undefined && to === undefined) return 'must have a first or a last day'
    return from !== undefined && to !== undefined && from > to ? 'must not end before it begins' : undefined
  }),
  segment: record<Of<'segment'>>({ kind: kind('segment'), segmentIds: ids }),
  tier: record<Of<'tier'>>({ kind: kind('tier'), tierIds: ids }),
  first_purchase: record<Of<'first_purchase'>>({ kind: kind('first_purchase') }),
  birthday: record<Of<'birthday'>>({
    kind: kind('birthday'),
    daysBefore: whole(0, 366),
    daysAfter: whole(0, 366),
  }),
  payment: record<Of<'payment'>>({ kind: kind('payment'), types: words }),
})

const limit: Reader<Limit> = checked(
  record<Limit>({
    period: oneOf('ever', 'year', 'month', 'week', 'day'),
    uses: optional(count),
    amount: optional(whole(1, Number.MAX_SAFE_INTEGER)),
  }),
  ({ uses, amount }) => (uses === undefined && amount === undefined ? 'must limit uses or an amount' : undefined),
)
const limits = record<Limits>({ perCustomer: optional(limit), inAll: optional(limit) })

const earning: Reader<Earning> = byKind<Earning>({
  per_amount: record<Extract<Earning, { kind: 'per_amount' }>>({
    kind: kind('per_amount'),
    amount: given,
    perMinor: given,
    rounding,
  }),
  fixed: record<Extract<Earning, { kind: 'fixed' }>>({ kind: kind('fixed'), amount: given }),
  multiply: record<Extract<Earning, { kind: 'multiply' }>>({
    kind: kind('multiply'),
    factor: decimal({ above: 1, most: 100, decimals: 4 }),
    rounding,
  }),
})

type Expiry = NonNullable<RuleDefinition['expires']>

const expiry: Reader<Expiry> = (value, at) =>
  isRecord(value) && 'endOf' in value
    ? record<Extract<Expiry, { endOf: unknown }>>({ endOf: oneOf('month', 'year') })(value, at)
    : record<Extract<Expiry, { afterDays: unknown }>>({ afterDays: days })(value, at)

const ruleDefinition: Reader<RuleDefinition> = checked(
  record<RuleDefinition>({
    lines: optional(lineFilter),
    conditions,
    earning,
    limits: optional(limits),
    activatesAfterDays: optional(whole(0, 3_660)),
    expires: optional(expiry),
    exclusiveGroup: optional(text(100)),
  }),
  ({ activatesAfterDays = 0, expires }) =>
    expires && 'afterDays' in expires && expires.afterDays <= activatesAfterDays
      ? 'must not expire before it is active'
      : undefined,
)

const percent = decimal({ above: 0, most: 100, decimals: 3 })
const pieces = whole(1, 1_000)

type BenefitOf<Kind extends Benefit['kind']> = Extract<Benefit, { readonly kind: Kind }>

const benefit: Reader<Benefit> = byKind<Benefit>({
  percent: record<BenefitOf<'percent'>>({ kind: kind('percent'), percent, maxMinor: optional(given) }),
  amount: record<BenefitOf<'amount'>>({ kind: kind('amount'), amountMinor: given }),
  fixed_price: record<BenefitOf<'fixed_price'>>({ kind: kind('fixed_price'), priceMinor: whole(0, 1_000_000_000_000) }),
  buy_get: record<BenefitOf<'buy_get'>>({ kind: kind('buy_get'), buy: pieces, get: pieces, percent }),
  cheapest_free: record<BenefitOf<'cheapest_free'>>({ kind: kind('cheapest_free'), of: pieces }),
  free_item: record<BenefitOf<'free_item'>>({ kind: kind('free_item'), productCode: text(255), quantity: pieces }),
  thing: record<BenefitOf<'thing'>>({ kind: kind('thing') }),
})

type Validity = NonNullable<RewardDefinition['voucherValidity']>

const validity: Reader<Validity> = (value, at) => {
  const given = isRecord(value) ? value : {}
  if ('endOf' in given)
    return record<Extract<Validity, { endOf: unknown }>>({ endOf: oneOf('day', 'week', 'month', 'year') })(value, at)
  if ('minutes' in given)
    return record<Extract<Validity, { minutes: unknown }>>({ minutes: whole(1, 5_270_400) })(value, at)
  if ('months' in given) return record<Extract<Validity, { months: unknown }>>({ months: whole(1, 1_200) })(value, at)
  return record<Extract<Validity, { days: unknown }>>({ days })(value, at)
}

const rewardDefinition: Reader<RewardDefinition> = checked(
  record<RewardDefinition>({
    benefit,
    lines: optional(lineFilter),
    conditions,
    limits: optional(limits),
    maxPerBasket: optional(whole(1, 1_000)),
    stacking: optional(oneOf('adds', 'alone')),
    exclusiveGroup: optional(text(100)),
    voucherValidity: optional(validity),
    portable: optional(truth),
    codePoolId: optional(id),
  }),
  neverGiven,
)
