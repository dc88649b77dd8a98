import type { Ctx } from '../../platform/ctx.ts'
import type { Minor } from '../../platform/money.ts'
import {
  balancesAfterCharges,
  type CustomerFacts,
  type Decision,
  type Discount,
  type Earned,
  evaluate,
  type FactsNeeded,
  factsNeeded,
  findOfferedCodes,
  giftCardBalance,
  loadRuleBook,
  loadUsage,
  type OfferedCode,
  type Outcome,
  pointsForPayment,
  pointsValue,
  type RefusedCode,
  type Reward,
  type RuleBook,
  tierOf,
} from '../loyalty/index.ts'
import { basketsOf, saleFrom } from './basket.ts'
import { loadFacts } from './facts.ts'
import { type DraftRule, withDraft } from './replay/draft.ts'
import { checkReport, type ResolvedLine, resolveLines } from './rules.ts'
import type { PurchaseReport } from './types.ts'

export interface QuoteOptions {
  /** What was typed in: vouchers' and rewards' codes. */
  readonly codes?: readonly string[]
  /** Give the discount of the customer's tier, too. */
  readonly tierDiscount?: boolean
  /** Rewards that the customer takes here and now for points; each must be active. */
  readonly rewards?: readonly Reward[]
  /** false: nothing that the till gives by itself. */
  readonly automatic?: boolean
  /** A rule that is not active yet, as if it were. */
  readonly draftRule?: DraftRule
  /** A reward that is not active yet, as if the till gave it by itself. */
  readonly draftReward?: DraftReward
}

/** With the id of an active reward it takes its place. */
export type DraftReward = Pick<Reward, 'code' | 'name' | 'kind' | 'priority' | 'pointsCost' | 'definition'> & {
  readonly id?: Reward['id']
}

export interface Quote {
  /** As it was asked, before benefits. */
  readonly totalMinor: Minor
  /** The lines that were asked, each with what it costs before benefits. */
  readonly lines: readonly ResolvedLine[]
  readonly discounts: readonly Discount[]
  /** What the customer's tier takes off, apart from rewards. */
  readonly tierDiscount: Discount | undefined
  readonly refusedCodes: readonly RefusedCode[]
  /** After all discounts; what points and credit may pay. */
  readonly payableMinor: Minor
  /** What the purchase would earn in the default points. */
  readonly pointsEarned: Minor
  /** What rules would give in money credit of the purchase's currency. */
  readonly creditEarnedMinor: Minor
  /** Everything it would earn, in whatever unit. */
  readonly earned: readonly Pick<Earned, 'unitId' | 'amount'>[]
  /** Every rule, reward and code that was looked at. */
  readonly decisions: readonly Decision[]
  readonly pointsBalance: Minor
  /** What vouchers bought at the till would cost. */
  readonly pointsCost: Minor
  /** How many points may pay: what was offered, what is there, what the total needs. */
  readonly pointsUsable: Minor
  readonly pointsUsableMinor: Minor
  /** What is on the gift cards among the codes, as far as the total needs it; it pays before points do. */
  readonly giftCards: readonly GiftCardShare[]
  readonly creditBalanceMinor: Minor
  readonly creditUsableMinor: Minor
}

export interface GiftCardShare {
  readonly code: string
  readonly name: string
  readonly amountMinor: Minor
}

/** What `recordPurchase` would do, without doing it: the same rules on the same basket. Refuses what it would refuse. */
export async function quotePurchase(ctx: Ctx, report: PurchaseReport, options: QuoteOptions = {}): Promise<Quote> {
  checkReport(report)
  const { customerId } = report
  const lines = resolveLines(report)
  const sale = saleFrom(report, lines)
  const codes = [...(await findOfferedCodes(ctx, options.codes ?? [])), ...(options.rewards ?? []).map(takenHere)]
  const tierReward = options.tierDiscount && customerId !== undefined ? await tierRewardOf(ctx, customerId) : undefined
  const active = await loadRuleBook(ctx)
  const tried = options.draftRule ? withDraft(active, options.draftRule) : active
  const offering = options.automatic === false ? { ...tried, rewards: [] } : tried
  const book = withReward(withReward(offering, options.draftReward && asIfActive(ctx, options.draftReward)), tierReward)
  const needed = factsNeeded(book, codes)
  const [basket] = await basketsOf(ctx, [sale], needed, { benefits: true })
  if (!basket) throw new Error('a sale has a basket')
  const { customer, usage } = await known(ctx, { report, book, needed })
  const ask = (paidByPointsMinor: Minor) =>
    evaluate({
      book,
      basket: { ...basket, paidByPointsMinor },
      customer,
      usage,
      codes,
      now: ctx.clock.now(),
    })
  // What gets cheaper does not depend on how it is paid; what is earned does.
  const priced = ask(0)
  const giftCards = await giftCardShares(ctx, codes, priced)
  const byCards = giftCards.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  const value = await usableValue(ctx, {
    report,
    book,
    payableMinor: Math.max(0, priced.totalMinor - byCards),
    payableByPointsMinor: payableByPoints(lines, priced),
    discounts: priced.discounts,
  })
  const outcome = ask(value.pointsUsableMinor)
  const earnedIn = (unitId: number | undefined) =>
    outcome.earned.filter((earned) => earned.unitId === unitId).reduce((sum, { amount }) => sum + amount, 0)
  const isTiers = (discount: Discount) => tierReward !== undefined && discount.rewardId === tierReward.id
  const { creditUnitId, ...usable } = value
  return {
    totalMinor: sale.totalMinor,
    lines,
    discounts: outcome.discounts.filter((discount) => !isTiers(discount)),
    tierDiscount: outcome.discounts.find(isTiers),
    refusedCodes: outcome.refusedCodes,
    payableMinor: Math.max(0, outcome.totalMinor),
    pointsEarned: earnedIn(book.programme?.unitId),
    creditEarnedMinor: earnedIn(creditUnitId),
    earned: outcome.earned.map(({ unitId, amount }) => ({ unitId, amount })),
    decisions: outcome.decisions,
    giftCards,
    ...usable,
  }
}

/** As if its own code was typed in, whatever way it is used: it costs points and is given at once. */
function takenHere(reward: Reward): OfferedCode {
  return { code: reward.code, reward: { ...reward, usage: 'code' } }
}

async function known(
  ctx: Ctx,
  { report, book, needed }: { report: PurchaseReport; book: RuleBook; needed: FactsNeeded },
): Promise<{ customer: CustomerFacts | undefined; usage: Awaited<ReturnType<typeof loadUsage>> }> {
  const { customerId, occurredAt: at } = report
  const usage = await loadUsage(ctx, { needed: needed.usage, customerId, at }, { lock: false })
  if (customerId === undefined) return { customer: undefined, usage }
  return { customer: await loadFacts(ctx, { customerId, at }, needed, book.programme), usage }
}

interface Priced {
  readonly report: PurchaseReport
  readonly book: RuleBook
  readonly payableMinor: Minor
  readonly payableByPointsMinor: Minor
  readonly discounts: readonly Discount[]
}

/** What is left of the lines that points may pay for; without such a choice nothing limits it but the total. */
function payableByPoints(lines: readonly ResolvedLine[], priced: Outcome): Minor {
  if (lines.every((line) => line.payable !== false)) return Number.MAX_SAFE_INTEGER
  const off = new Map<number, Minor>()
  for (const { position, amountMinor } of priced.discounts.flatMap((discount) => discount.lines))
    off.set(position, (off.get(position) ?? 0) + amountMinor)
  return lines.reduce(
    (sum, line, index) => (line.payable === false ? sum : sum + line.totalMinor - (off.get(index + 1) ?? 0)),
    0,
  )
}

/** Gift cards pay in the order they were given, until nothing is left to pay. */
async function giftCardShares(ctx: Ctx, codes: readonly OfferedCode[], priced: Outcome): Promise<GiftCardShare[]> {
  const refused = new Set(priced.refusedCodes.map(({ code }) => code))
  const shares: GiftCardShare[] = []
  let open = Math.max(0, priced.totalMinor)
  for (const { code, reward, voucher } of codes) {
    if (reward?.kind !== 'gift_card' || !voucher || refused.has(code) || open <= 0) continue
    const { currentMinor } = await giftCardBalance(ctx, { voucherId: voucher.id })
    const amountMinor = Math.min(open, currentMinor)
    if (amountMinor <= 0) continue
    shares.push({ code, name: reward.name, amountMinor })
    open -= amountMinor
  }
  return shares
}

/** What the customer has, and how much of it may pay here. Points pay only in the tenant's own currency. */
async function usableValue(
  ctx: Ctx,
  { report, book: { programme }, payableMinor, payableByPointsMinor, discounts }: Priced,
) {
  const balances = report.customerId === undefined ? [] : await balancesAfterCharges(ctx, report.customerId)
  const pointsBalance = balances.find(({ unit }) => unit.id === programme?.unitId)?.available ?? 0
  const credit = balances.find(
    ({ unit }) => unit.kind === 'money' && unit.isDefault && unit.currency === report.currency,
  )
  const pointsCost = discounts.reduce((sum, discount) => sum + discount.pointsCost, 0)
  const needed =
    programme && report.currency === ctx.tenant.currency
      ? pointsForPayment(ctx, programme, Math.max(0, Math.min(payableMinor, payableByPointsMinor)))
      : 0
  const pointsUsable = Math.max(0, Math.min(report.spend?.points ?? 0, pointsBalance - pointsCost, needed))
  const pointsUsableMinor = programme ? Math.min(pointsValue(ctx, programme, pointsUsable), payableMinor) : 0
  const creditBalanceMinor = credit?.available ?? 0
  return {
    pointsBalance,
    pointsCost,
    pointsUsable,
    pointsUsableMinor,
    creditBalanceMinor,
    creditUsableMinor: Math.min(
      report.spend?.creditMinor ?? 0,
      creditBalanceMinor,
      Math.max(0, payableMinor - pointsUsableMinor),
    ),
    creditUnitId: credit?.unit.id,
  }
}

const lastPriority = 99

/** The discount of the customer's tier is a reward like others, after all of them. */
async function tierRewardOf(ctx: Ctx, customerId: number): Promise<Reward | undefined> {
  const { tier } = await tierOf(ctx, customerId)
  const percent = tier?.settings.discountPercent ?? 0
  if (!tier || percent <= 0) return undefined
  return asIfActive(ctx, {
    id: tier.id as never, // ids are unique over all entities
    code: tier.name,
    name: tier.name,
    kind: 'till',
    priority: lastPriority,
    pointsCost: 0,
    definition: { benefit: { kind: 'percent', percent }, conditions: [] },
  })
}

/** No reward has this id: ids come from a sequence above it. */
const draftId = 0 as Reward['id']

function asIfActive(ctx: Ctx, draft: DraftReward): Reward {
  const now = ctx.clock.now()
  return {
    id: draftId,
    state: 'active',
    usage: 'automatic',
    validFrom: null,
    validTo: null,
    presentation: {},
    createdAt: now,
    updatedAt: now,
    ...draft,
  }
}

/** In its place among the others: the evaluation goes by priority. */
function withReward(book: RuleBook, reward: Reward | undefined): RuleBook {
  if (!reward) return book
  return { ...book, rewards: [...book.rewards.filter(({ id }) => id !== reward.id), reward] }
}
