import type { Ctx } from '../../platform/ctx.ts'
import type { Minor } from '../../platform/money.ts'
import {
  evaluate,
  factsNeeded,
  getRewards,
  listRewards,
  listVouchers,
  loadRuleBook,
  loadUsage,
  type OfferedCode,
  type Outcome,
  type Reward,
  type RuleBook,
} from '../loyalty/index.ts'
import { basketsOf, saleFrom } from './basket.ts'
import { loadFacts } from './facts.ts'
import { checkReport, resolveLines } from './rules.ts'
import type { PurchaseReport } from './types.ts'

/** A reward that this purchase could be given, by a code or by itself, and what each would come to alone. */
export interface RewardOffer {
  readonly reward: Reward
  /** The code to ask for it with: the reward's own, or a voucher's of the customer. */
  readonly code: string
  /** How many times in this basket; 0 where something is missing for it now. */
  readonly times: number
  readonly discountMinor: Minor
}

// A shop has tens of codes and a customer few vouchers; the first of them are looked at.
const mostCandidates = 500

/**
 * What a till could propose before it asks for a quote: the codes that work in this store, the customer's unused vouchers, and the
 * rewards that come by themselves; each is looked at alone. By priority, then by what it saves.
 */
export async function offersFor(ctx: Ctx, report: PurchaseReport): Promise<RewardOffer[]> {
  checkReport(report)
  const book = await loadRuleBook(ctx)
  const candidates = [...(await codesOf(ctx, report)), ...(await vouchersOf(ctx, report))]
  const ask = await questionOf(ctx, report, { book, candidates })
  const byThemselves = ask([])
  const offers = [
    ...candidates.map((candidate) => offerOf(candidate.reward, candidate.code, ask([candidate]))),
    ...book.rewards.map((reward) => offerOf(reward, reward.code, byThemselves)),
  ]
  return offers.sort((a, b) => a.reward.priority - b.reward.priority || b.discountMinor - a.discountMinor)
}

type Candidate = OfferedCode & { readonly reward: Reward }

async function codesOf(ctx: Ctx, { storeId }: PurchaseReport): Promise<Candidate[]> {
  const { items } = await listRewards(ctx, {
    states: ['active'],
    usages: ['code'],
    validity: { at: ctx.clock.now(), valid: true },
    ...(storeId === undefined ? {} : { storeId }),
    orderBy: 'priority',
    offset: 0,
    limit: mostCandidates,
  })
  return items.map((reward) => ({ code: reward.code, reward }))
}

/** Gift cards are no benefit: they pay. */
async function vouchersOf(ctx: Ctx, { customerId }: PurchaseReport): Promise<Candidate[]> {
  if (customerId === undefined) return []
  const { items } = await listVouchers(ctx, {
    customerId,
    states: ['issued'],
    validity: { at: ctx.clock.now(), valid: true },
    offset: 0,
    limit: mostCandidates,
  })
  const rewards = await getRewards(
    ctx,
    items.map((voucher) => voucher.rewardId),
  )
  return items.flatMap((voucher) => {
    const reward = rewards.get(voucher.rewardId)
    return reward && reward.kind !== 'gift_card' ? [{ code: voucher.code, reward, voucher }] : []
  })
}

/** Everything that any of the candidates asks for is loaded once; what comes of each is then only worked out. */
async function questionOf(
  ctx: Ctx,
  report: PurchaseReport,
  { book, candidates }: { book: RuleBook; candidates: readonly Candidate[] },
): Promise<(codes: readonly OfferedCode[]) => Outcome> {
  const { customerId, occurredAt: at } = report
  const needed = factsNeeded(book, candidates)
  const [basket] = await basketsOf(ctx, [saleFrom(report, resolveLines(report))], needed, { benefits: true })
  if (!basket) throw new Error('a sale has a basket')
  const usage = await loadUsage(ctx, { needed: needed.usage, customerId, at }, { lock: false })
  const customer =
    customerId === undefined ? undefined : await loadFacts(ctx, { customerId, at }, needed, book.programme)
  return (codes) => evaluate({ book, basket, customer, usage, codes, now: ctx.clock.now() })
}

function offerOf(reward: Reward, code: string, outcome: Outcome): RewardOffer {
  const given = outcome.discounts.find((discount) => discount.rewardId === reward.id && discount.code === code)
  return { reward, code, times: given?.times ?? 0, discountMinor: given?.amountMinor ?? 0 }
}
