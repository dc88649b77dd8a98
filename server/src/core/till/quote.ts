import type { Ctx } from '../../platform/ctx.ts'
import { assert } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import { getCustomer } from '../customers/index.ts'
import { type Balance, listUnits, type Unit } from '../ledger/index.ts'
import {
  balancesAfterCharges,
  type Discount,
  findDefaultProgramme,
  getItem,
  getProgramme,
  getPromotion,
  getReward,
  type Reward,
  weighActivity,
} from '../loyalty/index.ts'
import { type PurchaseReport, type Quote, quotePurchase, type ToldBenefit } from '../purchases/index.ts'
import type { Movement, TillEntry, TillQuestion, TillQuote, TillRefusal, TillTaking } from './types.ts'

/** The number space of what is entered by hand at a till. */
export const space = 'till'

/** A question worked out: what to show, and what recording it needs. */
export interface Plan {
  readonly quote: TillQuote
  /** What the rules say of the amount; undefined where there is nothing to buy. */
  readonly priced: Quote | undefined
  /** The chosen rewards: those that go with the amount, and what is handed over. */
  readonly onSale: readonly Reward[]
  readonly handedOver: readonly Reward[]
}

/** What a sale would cost, earn and take, and what stands against it. Changes nothing but what the clock takes. */
export async function quoteSale(ctx: Ctx, question: TillQuestion): Promise<TillQuote> {
  const { id: customerId } = await getCustomer(ctx, question.customerId)
  return (await planSale(ctx, { ...question, customerId })).quote
}

export async function planSale(ctx: Ctx, question: TillQuestion): Promise<Plan> {
  const { customerId } = question
  const rewards = await Promise.all(question.rewardIds.map((id) => getReward(ctx, id)))
  const { onSale, handedOver } = apart(rewards)
  // First what the clock has taken, then the price: points that lapsed pay for nothing.
  const balances = await balancesAfterCharges(ctx, customerId)
  const priced = isPurchase(question, onSale) ? await price(ctx, question, onSale) : undefined
  const units = await unitsOf(ctx)
  const taken = await Promise.all(question.takings.map((taking) => takenBy(ctx, taking, units)))
  const spent = [
    ...(priced ? spentOn(priced, units) : []),
    ...(await Promise.all(handedOver.map((reward) => costOf(ctx, reward, units)))),
    ...taken,
  ]
  const payments = [...(priced ? paymentsIn(priced, units) : []), ...moneyIn(taken)]
  const paidMinor = payments.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const quote: TillQuote = {
    amountMinor: question.amountMinor ?? 0,
    discounts: priced?.discounts ?? [],
    tierDiscount: priced?.tierDiscount,
    payments,
    toPayMinor: Math.max(0, (priced?.payableMinor ?? 0) - paidMinor),
    earned: [
      ...(priced ? earnedBy(priced, units) : []),
      ...(await Promise.all(question.entries.map((entry) => weigh(ctx, entry, units)))),
    ],
    spent,
    refusals: [
      ...refusedCodes(priced, onSale),
      ...shortOf(balances, spent),
      ...tooMuchAsked(question, priced, units),
      ...overpaid(question, priced, paidMinor),
    ],
  }
  return { quote, priced, onSale, handedOver }
}

/** Is there anything for the rules of a sale to look at? A thing for a voucher may be all that somebody comes for. */
function isPurchase({ amountMinor = 0, codes }: TillQuestion, onSale: readonly Reward[]): boolean {
  return amountMinor > 0 || codes.length > 0 || onSale.length > 0
}

/**
 * A thing is handed over whether something is bought or not, and only the default points pay together with a sale; everything
 * else needs an amount to take something off.
 */
function apart(rewards: readonly Reward[]): { onSale: Reward[]; handedOver: Reward[] } {
  const onSale = rewards.filter(
    ({ usage, programmeId, definition }) => usage === 'code' || (!programmeId && definition.benefit.kind !== 'thing'),
  )
  return { onSale, handedOver: rewards.filter((reward) => !onSale.includes(reward)) }
}

async function price(ctx: Ctx, question: TillQuestion, onSale: readonly Reward[]): Promise<Quote> {
  const { codes, automatic, promotionId } = question
  const programme = promotionId === undefined ? undefined : await findDefaultProgramme(ctx)
  const promotion =
    programme && promotionId !== undefined ? await getPromotion(ctx, { programme, promotionId }) : undefined
  return quotePurchase(ctx, reportOf(ctx, question, { number: 'quote', totalMinor: question.amountMinor ?? 0 }), {
    codes,
    rewards: onSale,
    automatic,
    tierDiscount: automatic,
    ...(promotion ? { draftRule: promotion } : {}),
  })
}

/** An amount and nothing of what was bought. */
export function reportOf(
  ctx: Ctx,
  question: TillQuestion,
  of: Pick<PurchaseReport, 'number' | 'totalMinor'>,
): PurchaseReport {
  const { customerId, storeId, points, creditMinor } = question
  return {
    ...of,
    space,
    source: 'till',
    confirmed: true,
    onKnownNumber: 'refuse',
    customerId,
    currency: ctx.tenant.currency,
    occurredAt: ctx.clock.now(),
    ...(storeId === undefined ? {} : { storeId }),
    ...(points || creditMinor ? { spend: { points: points ?? 0, creditMinor: creditMinor ?? 0 } } : {}),
  }
}

/** What the rules gave, as a report tells it. */
export function benefitsOf(priced: Quote): ToldBenefit[] {
  const told = ({ code, amountMinor }: Discount) => ({ code, amountMinor })
  return [
    ...priced.discounts.map(told),
    ...(priced.tierDiscount ? [{ ...told(priced.tierDiscount), ofTier: true }] : []),
    ...priced.giftCards.map(({ code, amountMinor }) => ({ code, amountMinor, paysTotal: true })),
  ]
}

export function discountMinorOf(priced: Quote): Minor {
  const all = [...priced.discounts, ...(priced.tierDiscount ? [priced.tierDiscount] : [])]
  return all.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

function paymentsIn(priced: Quote, { points, credit }: Units): TillQuote['payments'] {
  const { pointsUsable, pointsUsableMinor, creditUsableMinor, giftCards } = priced
  return [
    ...giftCards.map(({ name, amountMinor }) => ({ name, amountMinor })),
    ...(pointsUsable > 0 ? [{ name: points?.name ?? '', amountMinor: pointsUsableMinor, points: pointsUsable }] : []),
    ...(creditUsableMinor > 0 ? [{ name: credit?.name ?? '', amountMinor: creditUsableMinor }] : []),
  ]
}

interface Units {
  readonly all: ReadonlyMap<number, Unit>
  /** Of the default programme, and money credit of the tenant's currency. */
  readonly points: Unit | undefined
  readonly credit: Unit | undefined
}

async function unitsOf(ctx: Ctx): Promise<Units> {
  const all = new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit]))
  const programme = await findDefaultProgramme(ctx)
  const { currency } = ctx.tenant
  const credit = [...all.values()].find((unit) => unit.kind === 'money' && unit.isDefault && unit.currency === currency)
  return { all, points: programme && all.get(programme.unitId), credit }
}

function earnedBy(priced: Quote, { all }: Units): Movement[] {
  return priced.earned.flatMap(({ unitId, amount }) => {
    const unit = all.get(unitId)
    return unit ? [{ name: unit.name, unit, amount }] : []
  })
}

/** In the order in which it is paid: rewards taken with the sale, then points and credit that pay for the rest. */
function spentOn(priced: Quote, { points, credit }: Units): Movement[] {
  const costs = priced.discounts.filter(({ pointsCost }) => pointsCost > 0)
  return [
    ...(points ? costs.map(({ name, pointsCost }) => ({ name, unit: points, amount: pointsCost })) : []),
    ...(points && priced.pointsUsable > 0 ? [{ name: points.name, unit: points, amount: priced.pointsUsable }] : []),
    ...(credit && priced.creditUsableMinor > 0
      ? [{ name: credit.name, unit: credit, amount: priced.creditUsableMinor }]
      : []),
  ]
}

async function costOf(ctx: Ctx, { name, pointsCost, programmeId }: Reward, { all, points }: Units): Promise<Movement> {
  const unit = programmeId ? all.get((await getProgramme(ctx, programmeId)).unitId) : points
  assert(unit, 'a reward that costs something is paid in a unit')
  return { name, unit, amount: pointsCost }
}

async function takenBy(ctx: Ctx, taking: TillTaking, { all }: Units): Promise<Movement> {
  const programme = await getProgramme(ctx, taking.programmeId)
  const { itemUnitId } = taking
  const item =
    itemUnitId === undefined ? undefined : await getItem(ctx, { programmeId: programme.id, name: String(itemUnitId) })
  const unit = all.get(item?.unitId ?? programme.unitId)
  assert(unit, 'a programme has a unit')
  return { name: item?.name ?? programme.name, unit, amount: taking.amount }
}

/** What comes off a balance of money pays for the amount. */
function moneyIn(taken: readonly Movement[]): TillQuote['payments'] {
  return taken.filter(({ unit }) => unit.kind === 'money').map(({ name, amount }) => ({ name, amountMinor: amount }))
}

async function weigh(ctx: Ctx, entry: TillEntry, { all }: Units): Promise<Movement> {
  const { programme, unitId, amount } = await weighActivity(ctx, entry)
  const unit = all.get(unitId)
  assert(unit, 'a programme has a unit')
  return { name: programme.kind === 'items' ? unit.name : programme.name, unit, amount }
}

function refusedCodes(priced: Quote | undefined, onSale: readonly Reward[]): TillRefusal[] {
  return (priced?.refusedCodes ?? []).map(({ code, reason }) => {
    const reward = onSale.find((one) => one.code === code)
    const decision = priced?.decisions.find((one) => one.reason === reason && one.data.code === code)
    return { subject: reward ? 'reward' : 'code', name: reward?.name ?? code, reason, data: decision?.data ?? {} }
  })
}

/** Balances that all that is taken of them does not fit into. */
function shortOf(balances: readonly Balance[], spent: readonly Movement[]): TillRefusal[] {
  return [...Map.groupBy(spent, ({ unit }) => unit)].flatMap(([unit, moves]) => {
    const asked = moves.reduce((sum, { amount }) => sum + amount, 0)
    const found = balances.find((balance) => balance.unit.id === unit.id)?.available ?? 0
    return asked > found ? [insufficient(unit, asked, found)] : []
  })
}

/** A quote pays with what is there: what was asked beyond it is told here. */
function tooMuchAsked(question: TillQuestion, priced: Quote | undefined, { points, credit }: Units): TillRefusal[] {
  if (!priced) return []
  const left = priced.pointsBalance - priced.pointsCost
  const { points: askedPoints = 0, creditMinor = 0 } = question
  return [
    ...(points && askedPoints > left ? [insufficient(points, askedPoints, Math.max(0, left))] : []),
    ...(credit && creditMinor > priced.creditBalanceMinor
      ? [insufficient(credit, creditMinor, priced.creditBalanceMinor)]
      : []),
  ]
}

function insufficient({ name }: Unit, asked: Minor, found: Minor): TillRefusal {
  return { subject: 'balance', name, reason: 'balance_insufficient', data: { asked, found } }
}

/** Nobody pays more than there is to pay; money that is taken without an amount is handed out. */
function overpaid({ amountMinor = 0 }: TillQuestion, priced: Quote | undefined, paidMinor: Minor): TillRefusal[] {
  if (amountMinor === 0 || !priced || paidMinor <= priced.payableMinor) return []
  const data = { asked: paidMinor, found: priced.payableMinor }
  return [{ subject: 'balance', name: '', reason: 'more_than_to_pay', data }]
}
