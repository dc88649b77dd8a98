import type {
  Benefit,
  Condition,
  Earning,
  Limit,
  Limits,
  LineFilter,
  Period,
  RewardUsage,
} from '../../api/loyalty-types.ts'
import { formatCount, formatDay, formatMoney, formatUnits, inSentence } from '../../app/format.ts'
import { unfinishedOf } from './groups.ts'

/** What the sentences need to name things. */
export interface Names {
  readonly currency: string
  category(id: number): string
  brand(id: number): string
  tier(id: number): string
  segment(id: number): string
  store(id: number): string
}

export interface UnitWords {
  readonly name: string
  readonly kind: string
  readonly currency: string | null
  readonly scale: number
}

/** "12 points", "€0.50 store credit". */
export function amountOf(amount: number, unit: UnitWords | null | undefined): string {
  if (!unit) return `${formatCount(amount)} ${amount === 1 ? 'point' : 'points'}`
  const name = inSentence(unit.name)
  return `${formatUnits(amount, unit)} ${counted.has(unit.kind) && amount === 1 ? name.replace(/s$/, '') : name}`
}

const counted = new Set(['points', 'visits'])

export function listOf(words: readonly string[], last = 'or'): string {
  if (words.length < 2) return words[0] ?? ''
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`
}

/** What a rule gives, on what. */
export function earningSentence(
  { earning, lines }: { readonly earning: Earning; readonly lines?: LineFilter },
  unit: UnitWords | null | undefined,
  names: Names,
): string {
  const on = lines && linesPhrase(lines, names)
  switch (earning.kind) {
    case 'per_amount':
      return `${amountOf(earning.amount, unit)} for each ${formatMoney(earning.per_minor, names.currency)}${on ? ` spent on ${on}` : ''}`
    case 'fixed':
      return `${amountOf(earning.amount, unit)}${on ? ` for buying ${on}` : ' for each purchase'}`
    case 'multiply':
      return `${timesWord(earning.factor)} points on ${on ?? 'everything'}`
  }
}

function timesWord(factor: number): string {
  return factor === 2 ? 'Double' : factor === 3 ? 'Triple' : `${formatCount(factor)} times the`
}

/** "Kitchen or the brand Nord, but not knives". */
export function linesPhrase(lines: LineFilter, names: Names): string {
  const quoted = (word: string) => `“${word}”`
  const parts = [
    lines.category_ids?.length && listOf(lines.category_ids.map((id) => quoted(names.category(id)))),
    lines.brand_ids?.length && `the brand ${listOf(lines.brand_ids.map((id) => quoted(names.brand(id))))}`,
    lines.product_codes?.length && `the product ${listOf(lines.product_codes)}`,
    pricePhrase(lines, names),
  ].filter(Boolean)
  const those = parts.length > 0 ? parts.join(', of ') : 'everything'
  return lines.except ? `${those}, but not ${linesPhrase(lines.except, names)}` : those
}

function pricePhrase({ min_price_minor: least, max_price_minor: most }: LineFilter, { currency }: Names): string {
  const money = (minor: number) => formatMoney(minor, currency)
  if (least !== undefined && most !== undefined) return `pieces from ${money(least)} to ${money(most)}`
  if (least !== undefined) return `pieces from ${money(least)}`
  return most === undefined ? '' : `pieces up to ${money(most)}`
}

export const weekdayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export function weekdaysPhrase(days: readonly number[]): string {
  const sorted = [...days].sort().join()
  if (sorted === '6,7') return 'weekends'
  if (sorted === '1,2,3,4,5') return 'working days'
  return listOf(
    [...days].sort().map((day) => `${weekdayNames[day - 1] ?? day}s`),
    'and',
  )
}

/** One condition as a plain sentence; without what is not chosen yet. */
export function conditionSentence(condition: Condition, names: Names): string {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return condition.of
        .map((part) => conditionSentence(part, names))
        .map((text, index) => (index === 0 ? text : lowerFirst(text)))
        .join(condition.kind === 'all' ? ', and ' : ', or ')
    case 'not':
      return deniedSentence(condition.of, names)
    case 'lines':
      return `The basket has ${atLeast(condition, names)}${linesPhrase(condition.lines, names)}`
    case 'basket':
      return basketSentence(condition, names)
    case 'store':
      return `In ${listOr(condition.store_ids.map(names.store), 'a store')}`
    case 'channel':
      return `Bought through ${listOr(condition.channels, 'a channel')}`
    case 'weekday':
      return condition.days.length === 0 ? 'On some weekdays' : `On ${weekdaysPhrase(condition.days)}`
    case 'time':
      return `From ${condition.from} to ${condition.to}`
    case 'date':
      return dateSentence(condition)
    case 'segment':
      return `Customers in ${listOr(condition.segment_ids.map(names.segment), 'a segment')}`
    case 'tier':
      return `Customers in ${listOr(condition.tier_ids.map(names.tier), 'a tier')}`
    case 'first_purchase':
      return 'On the first purchase of a customer'
    case 'birthday':
      return birthdaySentence(condition)
    case 'payment':
      return `Paid with ${listOr(condition.types, 'a kind of payment')}`
  }
}

function deniedSentence(of: Condition, names: Names): string {
  if (of.kind !== 'any' || of.of.length < 2) return `Not: ${lowerFirst(conditionSentence(of, names))}`
  return `Neither ${of.of.map((part) => lowerFirst(conditionSentence(part, names))).join(', nor ')}`
}

const listOr = (words: readonly string[], nothing: string) => (words.length === 0 ? `${nothing} …` : listOf(words))

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}

function atLeast(
  { min_count: count, min_amount_minor: amount }: { min_count?: number; min_amount_minor?: number },
  { currency }: Names,
): string {
  const parts = [count && `at least ${formatCount(count)} of`, amount && `at least ${formatMoney(amount, currency)} of`]
  const told = parts.filter(Boolean).join(' and ')
  return told === '' ? '' : `${told} `
}

function basketSentence(condition: Extract<Condition, { kind: 'basket' }>, { currency }: Names): string {
  const { min_amount_minor: least, max_amount_minor: most, min_count: count } = condition
  const parts = [
    least !== undefined && `from ${formatMoney(least, currency)}`,
    most !== undefined && `up to ${formatMoney(most, currency)}`,
    count !== undefined && `of at least ${formatCount(count)} ${count === 1 ? 'piece' : 'pieces'}`,
  ].filter(Boolean)
  return parts.length === 0 ? 'Baskets of some size' : `Baskets ${parts.join(' ')}`
}

function dateSentence({ from, to }: { from?: string; to?: string }): string {
  if (from && to)
    return from === to ? `On ${formatDay(from, true)}` : `From ${formatDay(from, true)} to ${formatDay(to, true)}`
  if (from) return `From ${formatDay(from, true)} on`
  return to ? `Until ${formatDay(to, true)}` : 'On some days'
}

function birthdaySentence({
  days_before: before,
  days_after: after,
}: {
  days_before: number
  days_after: number
}): string {
  if (before === 0 && after === 0) return 'On the birthday'
  const days = (count: number) => `${count} ${count === 1 ? 'day' : 'days'}`
  return `Around the birthday: ${listOf([before > 0 ? `${days(before)} before` : '', after > 0 ? `${days(after)} after` : ''].filter(Boolean), 'and')}`
}

const periodWords: Readonly<Record<Period, string>> = {
  ever: 'in all',
  year: 'a year',
  month: 'a month',
  week: 'a week',
  day: 'a day',
}

/** "Once a customer a month; 5,000 points in all". */
export function limitsSentence(limits: Limits | undefined, amount: (value: number) => string): string {
  const say = (limit: Limit | undefined, whose: string) => {
    if (!limit) return undefined
    const uses = limit.uses === undefined ? '' : limit.uses === 1 ? 'once' : `${formatCount(limit.uses)} times`
    const most = limit.amount === undefined ? '' : `up to ${amount(limit.amount)}`
    return `${[uses, most].filter(Boolean).join(', ')}${whose} ${periodWords[limit.period]}`
  }
  const parts = [say(limits?.per_customer, ' per customer'), say(limits?.in_all, ' for everybody')]
  return parts.filter(Boolean).join('; ')
}

/** What a reward gives. */
export function benefitSentence(
  { benefit, lines }: { readonly benefit: Benefit; readonly lines?: LineFilter },
  names: Names,
): string {
  const money = (minor: number) => formatMoney(minor, names.currency)
  const on = lines ? ` ${linesPhrase(lines, names)}` : ' the whole basket'
  switch (benefit.kind) {
    case 'percent':
      return `${formatCount(benefit.percent)}% off${on}${benefit.max_minor ? `, at most ${money(benefit.max_minor)}` : ''}`
    case 'amount':
      return `${money(benefit.amount_minor)} off${on}`
    case 'fixed_price':
      return `${lines ? linesPhrase(lines, names) : 'Everything'} for ${money(benefit.price_minor)} a piece`
    case 'buy_get': {
      const off = benefit.percent === 100 ? 'free' : `${formatCount(benefit.percent)}% off`
      return `Buy ${benefit.buy}, get ${benefit.get} ${off}${lines ? ` of${on}` : ''}`
    }
    case 'cheapest_free':
      return `The cheapest of ${benefit.of} is free${lines ? `, of${on}` : ''}`
    case 'free_item':
      return `${benefit.quantity > 1 ? `${benefit.quantity} × ` : ''}${benefit.product_code || 'a product'} free`
    case 'thing':
      return 'Something the till hands over'
  }
}

export const usageWords: Readonly<Record<RewardUsage, string>> = {
  automatic: 'by itself',
  code: 'with its code',
  voucher: 'with a voucher',
}

/** What keeps a rule or reward from being saved or tried: a condition that waits for its choice. */
export function unfinishedSentence(conditions: readonly Condition[], names: Names): string | undefined {
  const open = unfinishedOf(conditions)
  return open && `“${conditionSentence(open, names)}” is not filled in. Choose something, or remove it.`
}
