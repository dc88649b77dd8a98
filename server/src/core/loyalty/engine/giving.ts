import type { Minor } from '../../../platform/money.ts'
import { type Failure, firstFailure, type Situation } from './conditions.ts'
import { offTotal, type PricedLine, type Worked, workOut } from './discounts.ts'
import { checkForce } from './force.ts'
import { type Room, roomOf } from './limits.ts'
import { areLinesUntold, lineTest } from './lines.ts'
import { allocate } from './shares.ts'
import type { BasketLine, Benefit, Discount, OfferedCode, Question, Reward, RewardId, Used, Voucher } from './types.ts'

/** How far the basket has come; each benefit works on what those before it left. */
export interface Progress {
  readonly left: Minor[]
  /** No total goes below zero, not even where lines were taken back. */
  totalLeft: Minor
  pointsLeft: Minor
  readonly used: Map<RewardId, Used>
  readonly groups: Map<string, RewardId>
  /** The first benefit that was given, and the one that wants no other beside it. */
  first: RewardId | undefined
  alone: RewardId | undefined
}

export function newProgress({ basket, customer }: Situation): Progress {
  return {
    left: basket.lines.map((line) => line.totalMinor),
    totalLeft: Math.max(0, basket.totalMinor),
    pointsLeft: customer?.pointsAvailable ?? 0,
    used: new Map(),
    groups: new Map(),
    first: undefined,
    alone: undefined,
  }
}

export interface Candidate {
  readonly reward: Reward
  readonly offered?: OfferedCode
}

export interface Given {
  /** A gift card gives none: it pays. */
  readonly discount?: Discount
  readonly data: Readonly<Record<string, unknown>>
}

/** Gives one reward, if all that it asks for is there, and notes it in the progress. */
export function give(
  candidate: Candidate,
  progress: Progress,
  { question, situation }: { question: Question; situation: Situation },
): Given | Failure {
  const { reward, offered } = candidate
  const failure = checkReward(candidate, situation) ?? checkBeside(reward, progress)
  if (failure) return failure
  const code = offered?.code ?? reward.code
  if (reward.kind === 'gift_card') return { data: { code, pays: true } }
  const room = roomFor(candidate, progress, { question, situation })
  if ('reason' in room) return room
  const worked = question.basket.benefits
    ? workOn(candidate, room, progress, situation)
    : { times: 1, amounts: [], positions: [] }
  if ('reason' in worked) return worked
  const discount = discountFor(candidate, worked)
  note(reward, discount, progress)
  return { discount, data: dataOf(discount, room) }
}

function checkReward({ reward, offered }: Candidate, situation: Situation): Failure | undefined {
  const { basket, customer } = situation
  // A voucher's time was looked at when it was presented.
  const terms = offered?.voucher ? { state: reward.state, validFrom: null, validTo: null } : reward
  const failure = checkForce(terms, basket.occurredAt)
  if (failure) return failure
  if (costOf(reward, offered) > 0 && !customer) return { reason: 'no_customer', data: { asked: 'points' } }
  const amounts = basket.benefits || basket.givenMinor !== undefined
  return firstFailure(reward.definition.conditions, situation, { amounts })
}

/** A voucher was paid for when it was made. */
function costOf(reward: Reward, offered: OfferedCode | undefined): Minor {
  return offered?.voucher ? 0 : reward.pointsCost
}

function checkBeside(reward: Reward, progress: Progress): Failure | undefined {
  if (reward.kind === 'gift_card') return undefined
  const { stacking, exclusiveGroup } = reward.definition
  const rivals = [
    progress.alone,
    stacking === 'alone' ? progress.first : undefined,
    exclusiveGroup === undefined ? undefined : progress.groups.get(exclusiveGroup),
  ]
  const by = rivals.find((rival) => rival !== undefined && rival !== reward.id)
  return by === undefined
    ? undefined
    : { reason: 'excluded', data: { by, ...(exclusiveGroup ? { exclusiveGroup } : {}) } }
}

/** How many times it may be given, and how much, or why not at all. */
function roomFor(
  { reward, offered }: Candidate,
  progress: Progress,
  { question, situation }: { question: Question; situation: Situation },
): Room | Failure {
  const { limits, maxPerBasket = 1 } = reward.definition
  const usedHere = progress.used.get(reward.id) ?? { uses: 0, amount: 0 }
  const inBasket = maxPerBasket - usedHere.uses
  if (inBasket <= 0) return { reason: 'max_per_basket', data: { asked: maxPerBasket, found: usedHere.uses } }
  const isCustomerKnown = situation.customer !== undefined
  const room = roomOf({ id: reward.id, limits, usage: question.usage, usedHere, isCustomerKnown })
  if ('reason' in room) return room
  const cost = costOf(reward, offered)
  const affordable = cost > 0 ? Math.floor(progress.pointsLeft / cost) : Number.POSITIVE_INFINITY
  if (affordable <= 0) return { reason: 'points_too_few', data: { asked: cost, found: progress.pointsLeft } }
  // One voucher is one use.
  const atOnce = offered?.voucher ? 1 : inBasket
  return { ...room, uses: Math.min(room.uses, atOnce, affordable) }
}

interface Placed extends Worked {
  /** Of the line of each amount; without lines there is one amount, and no line that it is taken off. */
  readonly positions: readonly number[]
}

function workOn(
  { reward, offered }: Candidate,
  room: Room,
  progress: Progress,
  { basket }: Situation,
): Placed | Failure {
  const benefit = benefitOf(reward.definition.benefit, offered?.voucher)
  if (benefit.kind === 'thing') return { times: 1, amounts: [], positions: [] }
  if (areLinesUntold(basket)) return workOnTotal(reward, benefit, room, progress)
  const fits = lineTest(reward.definition.lines)
  const meant = basket.lines.flatMap((line, index) => (isMeant(line, benefit) && fits(line) ? [{ line, index }] : []))
  if (meant.length === 0) return { reason: 'benefit_items', data: { asked: 1, found: 0 } }
  const priced = meant.flatMap(({ line, index }): (PricedLine & { index: number })[] => {
    const left = progress.left[index] ?? 0
    return left > 0 ? [{ line, index, left }] : []
  })
  if (priced.length === 0) return { reason: 'nothing_left_to_discount', data: { lines: meant.length } }
  const worked = workOut(benefit, priced, room.uses)
  if ('reason' in worked) return worked
  const amounts = atMost(Math.min(room.amount, progress.totalLeft), worked.amounts)
  if (amounts.every((amount) => amount === 0))
    return { reason: 'nothing_left_to_discount', data: { lines: meant.length } }
  // From here it is given.
  for (const [at, { index, left }] of priced.entries()) progress.left[index] = left - (amounts[at] ?? 0)
  return { times: worked.times, amounts, positions: priced.map(({ line }) => line.position) }
}

/** Only a total was told: what takes off all lines alike is taken off the total, what looks at lines has nothing to look at. */
function workOnTotal({ definition }: Reward, benefit: Benefit, room: Room, { totalLeft }: Progress): Placed | Failure {
  const isOfAll = definition.lines === undefined && (benefit.kind === 'percent' || benefit.kind === 'amount')
  if (!isOfAll) return { reason: 'lines_untold', data: {} }
  const off = totalLeft > 0 ? Math.min(offTotal(benefit, totalLeft), room.amount) : 0
  return off > 0
    ? { times: 1, amounts: [off], positions: [] }
    : { reason: 'nothing_left_to_discount', data: { lines: 0 } }
}

/** A line that was taken back is left alone, and one whose price must not change (books, gift cards). */
function isMeant(line: BasketLine, benefit: Benefit): boolean {
  if (!line.discountable || line.quantity <= 0 || line.totalMinor < 0) return false
  return benefit.kind !== 'free_item' || line.code === benefit.productCode
}

function benefitOf(benefit: Benefit, voucher: Voucher | undefined): Benefit {
  if (benefit.kind !== 'amount' || voucher === undefined || voucher.valueMinor === null) return benefit
  return { kind: 'amount', amountMinor: voucher.valueMinor }
}

function atMost(limit: Minor, amounts: readonly Minor[]): readonly Minor[] {
  const total = amounts.reduce((sum, amount) => sum + amount, 0)
  return total <= limit ? amounts : allocate(limit, amounts)
}

function discountFor({ reward, offered }: Candidate, { times, amounts, positions }: Placed): Discount {
  const lines = amounts.flatMap((amountMinor, at) => {
    const position = positions[at]
    return position !== undefined && amountMinor > 0 ? [{ position, amountMinor }] : []
  })
  return {
    rewardId: reward.id,
    voucherId: offered?.voucher?.id ?? null,
    code: offered?.code ?? reward.code,
    name: reward.name,
    times,
    amountMinor: amounts.reduce((sum, amount) => sum + amount, 0),
    lines,
    pointsCost: costOf(reward, offered) * times,
  }
}

function note(reward: Reward, discount: Discount, progress: Progress): void {
  const { id, definition } = reward
  const before = progress.used.get(id) ?? { uses: 0, amount: 0 }
  progress.used.set(id, { uses: before.uses + discount.times, amount: before.amount + discount.amountMinor })
  progress.totalLeft -= discount.amountMinor
  progress.pointsLeft -= discount.pointsCost
  if (definition.exclusiveGroup !== undefined) progress.groups.set(definition.exclusiveGroup, id)
  if (definition.stacking === 'alone') progress.alone ??= id
  progress.first ??= id
}

function dataOf(discount: Discount, room: Room): Readonly<Record<string, unknown>> {
  const { code, times, voucherId, pointsCost, lines } = discount
  const isLimited = room.amountLimitedBy !== undefined && discount.amountMinor === room.amount
  return {
    code,
    times,
    lines: lines.length,
    ...(voucherId === null ? {} : { voucherId }),
    ...(pointsCost > 0 ? { pointsCost } : {}),
    ...(isLimited ? { limitedBy: room.amountLimitedBy } : {}),
  }
}
