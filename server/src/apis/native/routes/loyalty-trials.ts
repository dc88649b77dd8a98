import { type Static, Type } from 'typebox'
import { findProductsByCodes } from '../../../core/catalog/index.ts'
import { getCustomer } from '../../../core/customers/index.ts'
import { getUnit } from '../../../core/ledger/index.ts'
import {
  checkRuleSense,
  getEarningRule,
  getReward,
  type Reward,
  readRewardDefinition,
  readRuleDefinition,
} from '../../../core/loyalty/index.ts'
import {
  type DraftReward,
  type DraftRule,
  type LineInput,
  type Quote,
  quotePurchase,
} from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale } from '../../../platform/money.ts'
import { ctxOf } from '../auth.ts'
import { encodeDecisions } from '../loyalty-encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Count, Id, Minor, Text, Time } from '../schemas.ts'
import { Decision } from './definition-schemas.ts'
import { decodeRule, RuleBody } from './earning-rules.ts'
import { decodeReward, RewardBody } from './rewards.ts'

const Optional = Type.Optional

/** A rule that is saved, one that is not, or one as it was changed and not saved yet. */
export const trial = {
  rule_id: Optional(Id),
  rule: Optional(RuleBody),
}

/** The same for a reward; however it is used, it is tried as if the till gave it by itself. */
const rewardTrial = { reward_id: Optional(Id), reward: Optional(RewardBody) }

const SimulateBody = Body({
  customer_id: Optional(Id),
  store_id: Optional(Id),
  channel: Optional(Text(100)),
  payment_type: Optional(Text(100)),
  at: Optional(Time),
  total_minor: Optional(Type.Integer({ minimum: 0, maximum: 1e12, description: 'The sum of the lines when absent.' })),
  lines: Type.Array(
    Body({
      code: Text(255, 1),
      quantity: Type.Number({ exclusiveMinimum: 0, maximum: 1e6, description: 'At most three decimals.' }),
      unit_price: Optional(Type.Number({ minimum: 0, maximum: 1e9, description: "The catalogue's when absent." })),
    }),
    { maxItems: 200, description: 'Empty: of a basket of which only the total is known.' },
  ),
  codes: Optional(Type.Array(Text(100, 1), { maxItems: 50 })),
  points: Optional(Type.Integer({ minimum: 0, maximum: 1e12, description: 'Points that the customer pays with.' })),
  tier_discount: Optional(Type.Boolean()),
  ...trial,
  ...rewardTrial,
})
type WireBasket = Static<typeof SimulateBody>

const Simulation = Type.Object({
  currency: Type.String(),
  total_minor: Minor,
  payable_minor: Minor,
  points_earned: Minor,
  credit_earned_minor: Minor,
  points_usable: Minor,
  points_usable_minor: Minor,
  points_balance: Minor,
  lines: Type.Array(
    Type.Object({
      position: Type.Integer(),
      code: Type.String(),
      name: Type.String(),
      quantity: Type.Number(),
      total_minor: Minor,
      discount_minor: Minor,
    }),
  ),
  discounts: Type.Array(
    Type.Object({
      name: Type.String(),
      code: Type.String(),
      reward_id: Type.Integer({ minimum: 0, description: '0 where it is no reward that was saved: a draft.' }),
      times: Count,
      amount_minor: Minor,
      is_tier: Type.Boolean({ description: "The discount of the customer's tier." }),
      points_cost: Minor,
    }),
  ),
  gift_cards: Type.Array(Type.Object({ code: Type.String(), name: Type.String(), amount_minor: Minor })),
  refused_codes: Type.Array(Type.Object({ code: Type.String(), reason: Type.String() })),
  decisions: Type.Array(Decision),
})

const tags = ['Loyalty: trying out']

export function loyaltyTrialRoutes(app: Routes): void {
  app.post(
    '/loyalty/simulate',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'What a basket would cost and earn, and why',
        description:
          'The rules of the till on a basket that nobody buys. A rule that is given is taken as if it were active.',
        body: SimulateBody,
        response: { 200: Simulation },
      },
    },
    (request) => simulate(ctxOf(request), request.body),
  )
}

/** With an id and a definition: that rule as it would be. */
export async function readTrial(ctx: Ctx, wire: Pick<WireBasket, 'rule' | 'rule_id'>): Promise<DraftRule | undefined> {
  const known = wire.rule_id === undefined ? undefined : await getEarningRule(ctx, wire.rule_id)
  if (!wire.rule) return known
  const { name, priority = 5, validFrom = null, validTo = null, ...rest } = await decodeRule(ctx, wire.rule)
  const { id: unitId } = await getUnit(ctx, rest.unitId)
  const definition = readRuleDefinition(rest.definition)
  await checkRuleSense(ctx, {
    name,
    unitId,
    priority,
    validFrom,
    validTo,
    definition,
    onRequest: known?.onRequest ?? false,
  })
  return {
    name,
    unitId,
    priority,
    definition,
    ...(known ? { id: known.id } : {}),
  }
}

async function readRewardTrial(
  ctx: Ctx,
  wire: Pick<WireBasket, 'reward' | 'reward_id'>,
): Promise<DraftReward | undefined> {
  const known = wire.reward_id === undefined ? undefined : await getReward(ctx, wire.reward_id)
  if (!wire.reward) return known && draftOf(known)
  const { code, name, kind = 'till', priority = 5, points_cost: pointsCost = 0 } = wire.reward
  const definition = readRewardDefinition(decodeReward(wire.reward).definition)
  return { code, name, kind, priority, pointsCost, definition, ...(known ? { id: known.id } : {}) }
}

/** Without its days and its usage: it is tried as if it were in force. */
function draftOf({ id, code, name, kind, priority, pointsCost, definition }: Reward): DraftReward {
  return { id, code, name, kind, priority, pointsCost, definition }
}

async function simulate(ctx: Ctx, wire: WireBasket) {
  if (wire.lines.length === 0 && wire.total_minor === undefined) {
    const errors = [{ path: 'body.lines', message: 'must have an entry, unless total_minor is told' }]
    throw new DomainError('request.invalid', { errors })
  }
  if (wire.customer_id !== undefined) await getCustomer(ctx, wire.customer_id)
  const rule = await readTrial(ctx, wire)
  const reward = await readRewardTrial(ctx, wire)
  const lines = await priceLines(ctx, wire.lines)
  const quote = await quotePurchase(
    ctx,
    {
      space: 'simulation',
      number: 'simulation',
      source: 'till',
      confirmed: true,
      onKnownNumber: 'replay',
      customerId: wire.customer_id,
      storeId: wire.store_id,
      channel: wire.channel,
      currency: ctx.tenant.currency,
      occurredAt: wire.at === undefined ? ctx.clock.now() : new Date(wire.at),
      lines,
      ...(wire.total_minor === undefined ? {} : { totalMinor: wire.total_minor }),
      ...(wire.payment_type ? { data: { paymentType: wire.payment_type } } : {}),
      ...(wire.points ? { spend: { points: wire.points } } : {}),
    },
    { codes: wire.codes, tierDiscount: wire.tier_discount, draftRule: rule, draftReward: reward },
  )
  return encodeSimulation(ctx, { quote, lines, rule })
}

/** The catalogue's names, and its prices where none are told. */
async function priceLines(ctx: Ctx, lines: WireBasket['lines']): Promise<(LineInput & { name: string })[]> {
  const products = await findProductsByCodes(
    ctx,
    lines.map(({ code }) => code),
  )
  const whole = 10 ** currencyScale(ctx.tenant.currency)
  return lines.map(({ code, quantity, unit_price: told }, index) => {
    const product = products.get(code)
    const unitPrice = told ?? (product?.priceMinor == null ? undefined : product.priceMinor / whole)
    if (unitPrice === undefined) {
      const errors = [
        { path: `body.lines[${index}].unit_price`, message: `is needed: the catalogue has no price of ${code}` },
      ]
      throw new DomainError('request.invalid', { errors })
    }
    return { code, quantity, unitPrice, name: product?.name ?? code }
  })
}

interface Simulated {
  readonly quote: Quote
  readonly lines: readonly (LineInput & { name: string })[]
  readonly rule: DraftRule | undefined
}

async function encodeSimulation(ctx: Ctx, { quote, lines, rule }: Simulated) {
  const discounts = [...quote.discounts, ...(quote.tierDiscount ? [quote.tierDiscount] : [])]
  const off = new Map<number, number>()
  for (const { position, amountMinor } of discounts.flatMap((discount) => discount.lines))
    off.set(position, (off.get(position) ?? 0) + amountMinor)
  return {
    currency: ctx.tenant.currency,
    total_minor: quote.totalMinor,
    payable_minor: quote.payableMinor,
    points_earned: quote.pointsEarned,
    credit_earned_minor: quote.creditEarnedMinor,
    points_usable: quote.pointsUsable,
    points_usable_minor: quote.pointsUsableMinor,
    points_balance: quote.pointsBalance,
    lines: lines.map(({ code, name, quantity }, index) => ({
      position: index + 1,
      code,
      name,
      quantity,
      total_minor: quote.lines[index]?.totalMinor ?? 0,
      discount_minor: off.get(index + 1) ?? 0,
    })),
    discounts: discounts.map((discount) => ({
      name: discount.name,
      code: discount.code,
      reward_id: discount.rewardId as number,
      times: discount.times,
      amount_minor: discount.amountMinor,
      is_tier: discount === quote.tierDiscount,
      points_cost: discount.pointsCost,
    })),
    gift_cards: quote.giftCards.map(({ code, name, amountMinor }) => ({ code, name, amount_minor: amountMinor })),
    refused_codes: quote.refusedCodes.map(({ code, reason }) => ({ code, reason })),
    decisions: await encodeDecisions(ctx, quote.decisions, rule ? [{ id: rule.id ?? 0, unitId: rule.unitId }] : []),
  }
}
