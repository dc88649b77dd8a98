import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { lockLiving } from '../customers/index.ts'
import { balancesOf, listUnits } from '../ledger/index.ts'
import { issueVoucher, recordActivity, redeem, redeemReward } from '../loyalty/index.ts'
import { getPurchaseDetails, type Recorded, recordPurchase, type ToldBenefit } from '../purchases/index.ts'
import { benefitsOf, discountMinorOf, type Plan, planSale, reportOf } from './quote.ts'
import type { Movement, TillQuote, TillReceipt, TillSale } from './types.ts'

type Sold = Exclude<Recorded, { refused: DomainError }>

/**
 * Records what `quoteSale` said, as a whole. Refuses what stands against it (benefit.refused, balance.insufficient), an empty sale
 * (amount.invalid), another price than the cashier was told (purchase.price_changed), a number that is known (purchase.number_taken), and
 * what purchases, activities and vouchers refuse.
 */
export function recordSale(ctx: Ctx, given: TillSale): Promise<TillReceipt> {
  return transact(ctx, async (ctx) => {
    // Two tills with one customer go in turn.
    const sale = { ...given, customerId: await lockLiving(ctx, given.customerId) }
    const plan = await planSale(ctx, sale)
    refuse(sale, plan)
    // From here it must succeed, or nothing of it stays. What is spent goes first: nobody pays with what they earn here.
    const bought = await buyVouchers(ctx, sale, plan)
    await take(ctx, sale, plan)
    const number = sale.number ?? `T${ctx.random.digits(12)}`
    const sold = plan.priced && (await sell(ctx, { ...sale, number }, plan, bought))
    const entered = await enter(ctx, sale, plan.quote)
    return {
      ...plan.quote,
      earned: [...(sold ? await earnedWith(ctx, sold) : []), ...entered],
      key: sale.key,
      number,
      customerId: sale.customerId,
      storeId: sale.storeId ?? null,
      occurredAt: ctx.clock.now(),
      purchaseId: sold?.purchaseId ?? null,
      joined: sold?.joined ?? false,
      balances: await balancesOf(ctx, sale.customerId),
    }
  })
}

function refuse(sale: TillSale, { quote, priced, handedOver }: Plan): void {
  const isEmpty = !priced && handedOver.length + sale.entries.length + sale.takings.length === 0
  if (isEmpty) throw new DomainError('amount.invalid', { field: 'amountMinor' })
  const [first] = quote.refusals
  if (first) {
    const codes = quote.refusals.filter(({ subject }) => subject !== 'balance')
    if (codes.length > 0) {
      throw new DomainError('benefit.refused', { codes: codes.map(({ name, reason }) => ({ code: name, reason })) })
    }
    throw new DomainError('balance.insufficient', { name: first.name, ...first.data })
  }
  const { expectedMinor } = sale
  if (expectedMinor !== undefined && expectedMinor !== quote.toPayMinor)
    throw new DomainError('purchase.price_changed', { expectedMinor, toPayMinor: quote.toPayMinor })
}

/** By which postings, purchases and vouchers of a sale are found again. */
export function markOf(key: string): { readonly tillSale: string } {
  return { tillSale: key }
}

const postingKey = (sale: TillSale, part: string, index: number) => `till:${sale.key}:${part}:${index}`

/** Rewards that need a voucher get one, which the sale then uses. Answers the vouchers' codes by those of their rewards. */
async function buyVouchers(ctx: Ctx, sale: TillSale, { onSale }: Plan): Promise<ReadonlyMap<string, string>> {
  const codes = new Map<string, string>()
  for (const [index, reward] of onSale.entries()) {
    if (reward.usage !== 'voucher') continue
    const voucher = await issueVoucher(ctx, {
      rewardId: reward.id,
      customerId: sale.customerId,
      key: postingKey(sale, 'bought', index),
      costData: markOf(sale.key),
    })
    codes.set(reward.code, voucher.code)
  }
  return codes
}

async function take(ctx: Ctx, sale: TillSale, { handedOver }: Plan): Promise<void> {
  const { customerId, storeId, note } = sale
  const data = markOf(sale.key)
  for (const [index, reward] of handedOver.entries()) {
    await redeemReward(ctx, {
      rewardId: reward.id,
      customerId,
      key: postingKey(sale, 'reward', index),
      costData: data,
      ...(storeId === undefined ? {} : { storeId }),
    })
  }
  for (const [index, taking] of sale.takings.entries()) {
    await redeem(ctx, { ...taking, customerId, key: postingKey(sale, 'taking', index), note, data })
  }
}

async function sell(
  ctx: Ctx,
  sale: TillSale & { readonly number: string },
  { priced, quote }: Plan,
  bought: ReadonlyMap<string, string>,
): Promise<Sold | undefined> {
  if (!priced) return undefined
  const told = benefitsOf(priced).map(
    (benefit): ToldBenefit => ({ ...benefit, code: bought.get(benefit.code) ?? benefit.code }),
  )
  const totalMinor = quote.amountMinor - discountMinorOf(priced)
  const spend = { points: priced.pointsUsable, creditMinor: priced.creditUsableMinor }
  const { note, promotionId } = sale
  return recordPurchase(ctx, {
    ...reportOf(ctx, sale, { number: sale.number, totalMinor }),
    spend,
    data: { ...markOf(sale.key), ...(note ? { note } : {}) },
    ...(told.length > 0 ? { benefits: told } : {}),
    ...(promotionId === undefined ? {} : { ruleIds: [promotionId] }),
  })
}

async function enter(ctx: Ctx, sale: TillSale, quote: TillQuote): Promise<Movement[]> {
  const { customerId, note } = sale
  const movements = quote.earned.slice(quote.earned.length - sale.entries.length)
  for (const [index, entry] of sale.entries.entries()) {
    await recordActivity(ctx, {
      ...entry,
      customerId,
      key: postingKey(sale, 'entry', index),
      note: sale.number ?? note,
      data: markOf(sale.key),
    })
  }
  return movements
}

async function earnedWith(ctx: Ctx, { purchaseId }: Sold): Promise<Movement[]> {
  const units = new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit]))
  const { effects } = await getPurchaseDetails(ctx, purchaseId)
  return effects.flatMap(({ kind, unitId, amount }) => {
    const unit = units.get(unitId)
    return kind === 'earn' && unit ? [{ name: unit.name, unit, amount }] : []
  })
}
