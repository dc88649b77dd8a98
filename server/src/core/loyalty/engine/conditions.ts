import { isNearBirthday, type LocalTime } from './calendar.ts'
import { areLinesUntold, lineTest, piecesOf, priceOf } from './lines.ts'
import type { Condition, CustomerFacts, Refusal, RuleBasket } from './types.ts'

/** What conditions look at. */
export interface Situation {
  /** Its lines in the order of their positions. */
  readonly basket: RuleBasket
  readonly customer: CustomerFacts | undefined
  readonly local: LocalTime
}

export interface Failure {
  readonly reason: Refusal
  readonly data: Readonly<Record<string, unknown>>
}

/** A part that could not be decided, for nobody or no line is known, fails; so does its opposite. */
interface Verdict extends Failure {
  readonly undecided?: boolean
}

interface Options {
  /** false: the prices before benefits are not known (a receipt), so that amounts asked of them say nothing. */
  readonly amounts: boolean
}

/** The first condition that does not hold; undefined when all do. */
export function firstFailure(
  conditions: readonly Condition[],
  situation: Situation,
  options: Options = { amounts: true },
): Failure | undefined {
  for (const condition of conditions) {
    const verdict = check(condition, situation, options)
    if (verdict) return { reason: verdict.reason, data: verdict.data }
  }
  return undefined
}

function check(condition: Condition, situation: Situation, options: Options): Verdict | undefined {
  const { basket, local } = situation
  switch (condition.kind) {
    case 'all':
      return checkAll(condition.of, situation, options)
    case 'any':
      return checkAny(condition.of, situation, options)
    case 'not':
      return checkNot(condition.of, situation, options)
    case 'lines':
      return checkLines(condition, situation, options)
    case 'basket':
      return checkBasket(condition, situation, options)
    case 'store':
      return contained('store', condition.storeIds, basket.storeId)
    case 'channel':
      return contained('channel', condition.channels, basket.channel)
    case 'weekday':
      return contained('weekday', condition.days, local.weekday)
    case 'time':
      return checkTime(condition, local)
    case 'date':
      return checkDate(condition, local)
    case 'payment':
      return contained('payment', condition.types, basket.paymentType)
    default:
      return checkCustomer(condition, situation)
  }
}

function checkAll(parts: readonly Condition[], situation: Situation, options: Options): Verdict | undefined {
  let first: Verdict | undefined
  for (const part of parts) {
    const verdict = check(part, situation, options)
    // What certainly fails decides, whatever could not be decided before it.
    if (verdict && !verdict.undecided) return first ? { reason: first.reason, data: first.data } : verdict
    first ??= verdict
  }
  return first
}

function checkAny(parts: readonly Condition[], situation: Situation, options: Options): Verdict | undefined {
  const failed: Verdict[] = []
  for (const part of parts) {
    const verdict = check(part, situation, options)
    if (!verdict) return undefined
    failed.push(verdict)
  }
  const first = failed.find((verdict) => verdict.undecided) ?? failed[0]
  if (!first) return { reason: 'excluded', data: { anyOf: [] } }
  if (failed.length === 1) return first
  return { ...first, data: { ...first.data, anyOf: failed.map((verdict) => verdict.reason) } }
}

function checkNot(part: Condition, situation: Situation, options: Options): Verdict | undefined {
  const verdict = check(part, situation, options)
  if (verdict) return verdict.undecided ? verdict : undefined
  const { kind } = part
  const reason = kind === 'all' || kind === 'any' || kind === 'not' || kind === 'lines' || kind === 'basket'
  return { reason: reason ? 'excluded' : kind, data: { not: part } }
}

const untold: Verdict = { reason: 'lines_untold', data: {}, undecided: true }

function checkLines(
  condition: Extract<Condition, { kind: 'lines' }>,
  { basket }: Situation,
  { amounts }: Options,
): Verdict | undefined {
  if (areLinesUntold(basket)) return untold
  const lines = basket.lines.filter(lineTest(condition.lines))
  const { minCount, minAmountMinor } = condition
  if (minCount !== undefined && piecesOf(lines) < minCount)
    return { reason: 'condition_items', data: { asked: minCount, found: piecesOf(lines) } }
  if (lines.length === 0) return { reason: 'condition_items', data: { asked: 1, found: 0 } }
  if (amounts && minAmountMinor !== undefined && priceOf(lines) < minAmountMinor)
    return { reason: 'amount_too_small', data: { asked: minAmountMinor, found: priceOf(lines) } }
  return undefined
}

function checkBasket(
  condition: Extract<Condition, { kind: 'basket' }>,
  { basket }: Situation,
  { amounts }: Options,
): Verdict | undefined {
  const { minAmountMinor, maxAmountMinor, minCount } = condition
  const found = basket.totalMinor + (basket.givenMinor ?? 0)
  if (amounts && minAmountMinor !== undefined && found < minAmountMinor)
    return { reason: 'amount_too_small', data: { asked: minAmountMinor, found } }
  if (amounts && maxAmountMinor !== undefined && found > maxAmountMinor)
    return { reason: 'amount_too_large', data: { asked: maxAmountMinor, found } }
  if (minCount !== undefined && areLinesUntold(basket)) return untold
  if (minCount !== undefined && piecesOf(basket.lines) < minCount)
    return { reason: 'not_enough_items', data: { asked: minCount, found: piecesOf(basket.lines) } }
  return undefined
}

function checkTime({ from, to }: { from: string; to: string }, { time }: LocalTime): Verdict | undefined {
  const holds = from < to ? from <= time && time < to : from <= time || time < to
  return holds ? undefined : { reason: 'time', data: { asked: { from, to }, found: time } }
}

function checkDate({ from, to }: { from?: string; to?: string }, { day }: LocalTime): Verdict | undefined {
  const holds = (from === undefined || from <= day) && (to === undefined || day <= to)
  return holds ? undefined : { reason: 'date', data: { asked: { from, to }, found: day } }
}

type CustomerCondition = Extract<Condition, { kind: 'segment' | 'tier' | 'first_purchase' | 'birthday' }>

function checkCustomer(condition: CustomerCondition, { customer, local }: Situation): Verdict | undefined {
  if (!customer) return { reason: 'no_customer', data: { asked: condition.kind }, undecided: true }
  switch (condition.kind) {
    case 'segment':
      return condition.segmentIds.some((id) => customer.segmentIds.has(id))
        ? undefined
        : { reason: 'segment', data: { asked: condition.segmentIds.slice(0, mostShown) } }
    case 'tier':
      return contained('tier', condition.tierIds, customer.tierId)
    case 'first_purchase':
      return customer.isFirstPurchase ? undefined : { reason: 'first_purchase', data: {} }
    case 'birthday':
      return checkBirthday(condition, customer.birthday, local)
  }
}

function checkBirthday(
  around: { daysBefore: number; daysAfter: number },
  birthday: string | null,
  { day }: LocalTime,
): Verdict | undefined {
  if (birthday !== null && isNearBirthday(day, birthday, around)) return undefined
  // The birthday itself stays out of it: explanations are kept with the purchase, and outlive the person's erasure.
  const { daysBefore, daysAfter } = around
  return { reason: 'birthday', data: { asked: { daysBefore, daysAfter }, known: birthday !== null } }
}

const mostShown = 20

function contained<Value>(reason: Refusal, asked: readonly Value[], found: Value | null): Verdict | undefined {
  if (found !== null && asked.includes(found)) return undefined
  return { reason, data: { asked: asked.slice(0, mostShown), found } }
}
