import type { Decision } from '../../api/loyalty-types.ts'
import { formatCount, formatDate, formatMoney } from '../../app/format.ts'
import { sourceNames } from '../../app/names.ts'
import { amountOf, listOf, type Names, weekdayNames } from './words.ts'

/** Why a rule, a reward or a code gave what it gave, or nothing: the server's word and numbers as a sentence. */
export function decisionSentence(decision: Decision, names: Names): string {
  return decision.fired ? firedSentence(decision, names) : refusalSentence(decision.reason, decision.data, names)
}

type Data = Decision['data']
const number = (value: unknown) => (typeof value === 'number' ? value : undefined)
const numbers = (value: unknown) => (Array.isArray(value) ? value.filter((one) => typeof one === 'number') : [])
const words = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}

function firedSentence({ subject, amount, unit, data }: Decision, names: Names): string {
  const money = (value: unknown) => formatMoney(number(value) ?? 0, String(data.currency ?? names.currency))
  if (subject === 'programme') {
    const rate = number(data.points_per_unit) ?? 1
    return `${formatCount(rate)} ${rate === 1 ? 'point' : 'points'} for each whole ${data.currency ?? names.currency}, on ${money(data.amount_minor)}.`
  }
  if (subject === 'reward') return rewardSentence(data, money)
  const cut =
    data.limited_by === undefined
      ? ''
      : ` ${limitWord(data.limited_by)} left only that; it would have been ${amountOf(number(data.unlimited) ?? 0, unit)}.`
  if (data.factor !== undefined)
    return `${formatCount(Number(data.factor))} times the points, on ${money(data.amount_minor)}.${cut}`
  if (data.per_minor !== undefined)
    return `${amountOf(number(data.amount) ?? amount, unit)} for each ${money(data.per_minor)}, on ${money(data.amount_minor)}.${cut}`
  return `Once for this purchase.${cut}`
}

function rewardSentence(data: Data, money: (value: unknown) => string): string {
  if (data.pays === true) return `The gift card ${data.code ?? ''} can pay.`
  const times = number(data.times) ?? 1
  const lines = number(data.lines) ?? 0
  const parts = [
    times > 1 && `given ${times} times`,
    lines > 0 && `on ${lines} ${lines === 1 ? 'line' : 'lines'}`,
    number(data.points_cost) && `for ${formatCount(number(data.points_cost) ?? 0)} points`,
    data.voucher_id !== undefined && `with the voucher ${data.code ?? ''}`,
    data.limited_by !== undefined && 'cut by its limit',
  ].filter(Boolean)
  const text = parts.join(', ')
  return text === ''
    ? `Given. ${data.amount_minor === undefined ? '' : money(data.amount_minor)}`.trim()
    : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function limitWord(by: unknown): string {
  return by === 'limit_customer' ? 'The limit of each customer' : 'The budget'
}

/** Also for a code that was typed in. */
export function refusalSentence(reason: string, data: Data, names: Names): string {
  const negated = data.not !== undefined
  const money = (value: unknown) => formatMoney(number(value) ?? 0, names.currency)
  switch (reason) {
    case 'not_active':
      return 'It is not turned on.'
    case 'not_yet_valid':
      return data.valid_from ? `It begins on ${formatDate(String(data.valid_from))}.` : 'It had not begun yet.'
    case 'no_longer_valid':
      return 'It was over.'
    case 'no_customer':
      return 'Nobody is named as the customer.'
    case 'purchase_does_not_earn':
      return earnsNotSentence(data)
    case 'no_lines':
      return 'Nothing in the basket is among its products.'
    case 'lines_untold':
      return 'It looks at products, and only a total was told.'
    case 'not_enough_items':
      return `It takes ${formatCount(number(data.asked) ?? 0)} pieces; there were ${formatCount(number(data.found) ?? 0)}.`
    case 'amount_too_small':
      return `It takes ${money(data.asked)}; it was ${money(data.found)}.`
    case 'amount_too_large':
      return `It is for up to ${money(data.asked)}; it was ${money(data.found)}.`
    case 'store':
      return negated
        ? 'Not in this store.'
        : only('in', numbers(data.asked).map(names.store), found(data.found, names.store, 'in'), 'no store is named')
    case 'channel':
      return negated
        ? 'Not through this channel.'
        : only('through', words(data.asked), found(data.found, undefined, 'through'), 'no channel is named')
    case 'weekday':
      return negated
        ? 'Not on this weekday.'
        : only('on', numbers(data.asked).map(dayName), found(data.found, dayName, 'a'), 'the day is not known')
    case 'time': {
      const { from, to } = record(data.asked)
      return negated ? 'Not at this hour.' : `Only from ${from} to ${to}; it was ${data.found}.`
    }
    case 'date':
      return negated ? 'Not on this day.' : 'The day is outside of its days.'
    case 'segment':
      return negated
        ? 'The customer is in a segment that is left out.'
        : `Only for ${listOf(numbers(data.asked).map(names.segment))}; the customer is not in it.`
    case 'tier':
      return negated ? 'Not for this tier.' : tierSentence(data, names)
    case 'first_purchase':
      return negated ? 'Not on a first purchase.' : 'The customer has bought before.'
    case 'birthday':
      return data.known === false ? 'The birthday is not known.' : 'It is not around the birthday.'
    case 'payment':
      return negated
        ? 'Not with this payment.'
        : only('paid with', words(data.asked), found(data.found, undefined, 'paid with'), 'no kind of payment is named')
    default:
      return limitSentence(reason, data, names)
  }
}

function limitSentence(reason: string, data: Data, names: Names): string {
  switch (reason) {
    case 'excluded':
      return data.by === undefined
        ? 'Something in the basket rules it out.'
        : 'Another one came first that does not go with it.'
    case 'limit_customer':
      return 'The customer has had all that one may have of it.'
    case 'limit_in_all':
      return 'Its budget is used up.'
    case 'max_per_basket':
      return 'No more of it in one basket.'
    case 'points_too_few':
      return `It costs ${formatCount(number(data.asked) ?? 0)} points; the customer has ${formatCount(number(data.found) ?? 0)}.`
    case 'below_one':
      return data.amount_minor === undefined
        ? 'It comes to less than one.'
        : `Less than one point, on ${formatMoney(number(data.amount_minor) ?? 0, names.currency)}.`
    case 'nothing_left_to_discount':
      return 'Nothing is left that could get cheaper.'
    default:
      return codeSentences[reason] ?? `${reason.replaceAll('_', ' ')}.`
  }
}

const codeSentences: Readonly<Record<string, string>> = {
  unknown_code: 'No reward and no voucher has this code.',
  voucher_used: 'This voucher was used already.',
  voucher_offered_twice: 'This code was typed in twice.',
  voucher_cancelled: 'This voucher was taken back.',
  voucher_expired: 'This voucher has expired.',
  voucher_of_another_customer: 'This voucher belongs to somebody else.',
  voucher_of_another_store: 'This voucher is for another store.',
  wrong_usage: 'This is not a code to type in: the reward needs a voucher, or comes by itself.',
}

function earnsNotSentence(data: Data): string {
  if (data.programme === 'not_confirmed') return 'Nobody with a secret has confirmed the purchase.'
  if (data.source !== undefined)
    return `Purchases from ${sourceNames[String(data.source)] ?? data.source} earn nothing.`
  return 'This purchase earns nothing.'
}

const dayName = (day: number) => weekdayNames[day - 1] ?? String(day)

function found(value: unknown, name: ((id: number) => string) | undefined, before: string): string | undefined {
  if (typeof value === 'number') return `it was ${before} ${name?.(value) ?? value}`
  return typeof value === 'string' ? `it was ${before} ${value}` : undefined
}

function tierSentence(data: Data, names: Names): string {
  const is = number(data.found)
  const asked = listOf(numbers(data.asked).map(names.tier))
  return `Only for ${asked}; the customer ${is === undefined ? 'has no tier' : `is in ${names.tier(is)}`}.`
}

function only(before: string, asked: readonly string[], was: string | undefined, unknown: string): string {
  return `Only ${before} ${listOf(asked)}; ${was ?? unknown}.`
}
