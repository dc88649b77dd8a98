import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import type { Operation } from '../ledger/index.ts'
import {
  countUsage,
  evaluate,
  factsNeeded,
  findOfferedCodes,
  loadRuleBook,
  loadUsage,
  markVouchersApplied,
  type OfferedCode,
  type Programme,
  payWithGiftCard,
  type RefusedCode,
  type RuleBook,
  refundGiftCard,
  roomOf,
  type Usage,
  type Used,
  unapplyVouchers,
} from '../loyalty/index.ts'
import { selectPayments } from './basis-store.ts'
import { basketsOf, saleFrom } from './basket.ts'
import { type DiscountRow, insertDiscounts, selectDecisions, selectDiscounts } from './benefit-store.ts'
import { post } from './effects.ts'
import { loadFacts } from './facts.ts'
import { insertPayments, type PaymentRow } from './line-store.ts'
import { resolveLines } from './rules.ts'
import type { PurchaseReport, ToldBenefit } from './types.ts'

interface Sale {
  readonly purchaseId: number
  readonly report: PurchaseReport
}

/**
 * Uses up what these new sales say they were given: vouchers are marked, rewards bought at the till are paid with points, gift
 * cards pay, limits are counted. Refuses benefit.refused with every code at fault; the sale is then not recorded.
 */
export async function useBenefits(ctx: Ctx, sales: readonly Sale[]): Promise<void> {
  for (const sale of sales) {
    const { benefits = [] } = sale.report
    if (benefits.length > 0) await useBenefitsOf(ctx, sale, benefits)
  }
}

async function useBenefitsOf(ctx: Ctx, sale: Sale, benefits: readonly ToldBenefit[]): Promise<void> {
  const { report, purchaseId } = sale
  const typed = benefits.filter(({ ofTier }) => !ofTier)
  const offered = await findOfferedCodes(ctx, [...new Set(typed.map(({ code }) => code))], { lock: true })
  // What the rules give by themselves is told with its code, too, but nobody typed it in.
  const codes = offered.filter(({ reward, voucher }) => voucher || reward?.usage !== 'automatic')
  const book = { ...(await loadRuleBook(ctx)), rules: [], rewards: [] }
  const usageOf = {
    needed: factsNeeded(book, offered).usage,
    customerId: report.customerId,
    at: report.occurredAt,
  }
  const refused = await refusedOf(ctx, { sale, book, codes, usageOf, given: typed, offered })
  if (refused.length > 0) throw new DomainError('benefit.refused', { codes: refused })
  // From here it must succeed, or nothing of the sale stays.
  const given = givenBy(offered, typed)
  const vouchers = codes.flatMap(({ voucher, reward }) => (voucher && reward?.kind !== 'gift_card' ? [voucher.id] : []))
  await markVouchersApplied(ctx, {
    ids: vouchers,
    purchaseId,
    storeId: report.storeId ?? null,
    at: report.occurredAt,
  })
  await payForRewards(ctx, sale, codes, book.programme)
  await payByGiftCards(ctx, sale, codes, typed)
  await countUsage(ctx, usageOf, given)
  await insertDiscounts(
    ctx,
    benefits.map((told) => rowOf(purchaseId, told, offered)),
  )
}

interface Presented {
  readonly sale: Sale
  readonly book: RuleBook
  readonly codes: readonly OfferedCode[]
  readonly usageOf: Parameters<typeof loadUsage>[1]
  readonly given: readonly ToldBenefit[]
  /** Those of what the rules give by themselves, too. */
  readonly offered: readonly OfferedCode[]
}

/** The codes that the rules refuse as things stand now, with the counters locked. */
async function refusedOf(ctx: Ctx, presented: Presented): Promise<readonly RefusedCode[]> {
  const { book, codes, usageOf } = presented
  const { report, purchaseId } = presented.sale
  const needed = factsNeeded(book, codes)
  const [priced] = await basketsOf(ctx, [saleFrom(report, resolveLines(report))], needed, { benefits: false })
  if (!priced) throw new Error('a sale has a basket')
  // Where the till took value off the prices too, nobody knows what they were before: amounts are not asked for again.
  const { givenMinor, ...unknown } = priced
  const basket = report.spend?.deducted ? unknown : { ...unknown, givenMinor }
  const usage = await loadUsage(ctx, usageOf, { lock: true })
  const { customerId, occurredAt: at } = report
  const customer =
    customerId === undefined ? undefined : await loadFacts(ctx, { customerId, purchaseId, at }, needed, book.programme)
  const { refusedCodes } = evaluate({ book, basket, customer, usage, codes, now: ctx.clock.now() })
  const known = new Set(refusedCodes.map(({ code }) => code))
  return [...refusedCodes, ...overLimits(presented, usage).filter(({ code }) => !known.has(code))]
}

/**
 * What was given beyond a limit: the till was quoted it before others had used it up. Also of what is given by itself, and of
 * amounts: a budget is not overdrawn.
 */
function overLimits({ sale, offered, given }: Presented, usage: Usage): RefusedCode[] {
  const isCustomerKnown = sale.report.customerId !== undefined
  const usedHere = new Map<number, Used>()
  return offered.flatMap(({ code, reward }): RefusedCode[] => {
    if (!reward?.definition.limits || reward.kind === 'gift_card') return []
    const { id, definition } = reward
    const before = usedHere.get(id) ?? { uses: 0, amount: 0 }
    const room = roomOf({ id, limits: definition.limits, usage, usedHere: before, isCustomerKnown })
    if ('reason' in room) return [{ code, reason: room.reason }]
    const amount = sumOf(given.filter((one) => sameCode(one.code, code)))
    usedHere.set(id, { uses: before.uses + 1, amount: before.amount + amount })
    return amount > room.amount ? [{ code, reason: room.amountLimitedBy ?? 'limit_in_all' }] : []
  })
}

const sameCode = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase()

/** How much each reward took off. */
function givenBy(offered: readonly OfferedCode[], told: readonly ToldBenefit[]): ReadonlyMap<number, Used> {
  const given = new Map<number, Used>()
  for (const { code, reward } of offered) {
    if (!reward) continue
    const amount = sumOf(told.filter((one) => sameCode(one.code, code)))
    const before = given.get(reward.id) ?? { uses: 0, amount: 0 }
    given.set(reward.id, { uses: before.uses + 1, amount: before.amount + amount })
  }
  return given
}

function sumOf(told: readonly ToldBenefit[]): Minor {
  return told.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
}

/** A reward that costs points and was taken at the till by its own code is paid with the sale; a voucher was paid before. */
async function payForRewards(
  ctx: Ctx,
  { purchaseId, report }: Sale,
  codes: readonly OfferedCode[],
  programme: Programme | undefined,
): Promise<void> {
  const bought = codes.flatMap(({ reward, voucher }) => (reward && !voucher && reward.pointsCost > 0 ? [reward] : []))
  if (bought.length === 0 || !programme || report.customerId === undefined) return
  const { customerId } = report
  const paid = bought.map((reward): { operation: Operation; payment: PaymentRow } => {
    const key = `purchase:${purchaseId}:reward:${reward.id}`
    return {
      operation: {
        kind: 'spend',
        key,
        unitId: programme.unitId,
        customerId,
        purchaseId,
        programmeId: programme.id,
        amount: reward.pointsCost,
      },
      payment: {
        purchase_id: purchaseId,
        kind: 'points',
        amount_minor: 0,
        unit_id: programme.unitId,
        unit_amount: reward.pointsCost,
        posting_key: key,
        data: { rewardId: reward.id },
      },
    }
  })
  await post(
    ctx,
    paid.map(({ operation }) => operation),
  )
  await insertPayments(
    ctx,
    paid.map(({ payment }) => payment),
  )
}

async function payByGiftCards(
  ctx: Ctx,
  { purchaseId, report }: Sale,
  codes: readonly OfferedCode[],
  told: readonly ToldBenefit[],
): Promise<void> {
  for (const { code, reward, voucher } of codes) {
    if (!voucher || reward?.kind !== 'gift_card') continue
    const tellings = told.filter((one) => sameCode(one.code, code))
    const amountMinor = sumOf(tellings)
    if (amountMinor <= 0) continue
    const isDeducted = !tellings.some(({ paysTotal }) => paysTotal)
    const key = `purchase:${purchaseId}:gift-card:${voucher.id}`
    const { storeId } = report
    await payWithGiftCard(ctx, {
      voucherId: voucher.id,
      amountMinor,
      purchaseId,
      key,
      ...(storeId === undefined ? {} : { storeId }),
    })
    await insertPayments(ctx, [
      {
        purchase_id: purchaseId,
        kind: 'voucher',
        amount_minor: amountMinor,
        // The value lies with the card, not with the customer, so a cancellation gives it back there.
        unit_id: null,
        unit_amount: amountMinor,
        posting_key: key,
        data: { giftCardId: voucher.id, ...(isDeducted ? { deducted: true } : {}) },
      },
    ])
  }
}

function rowOf(purchaseId: number, told: ToldBenefit, offered: readonly OfferedCode[]): DiscountRow {
  const found = told.ofTier ? undefined : offered.find(({ code }) => sameCode(code, told.code))
  return {
    purchaseId,
    rewardId: found?.reward?.id ?? null,
    voucherId: found?.voucher?.id ?? null,
    code: told.code,
    linePosition: told.linePosition ?? null,
    amountMinor: told.amountMinor,
  }
}

/** All of these sales was taken back: their vouchers can be used again, gift cards have their value, limits count less. */
export async function giveBenefitsBack(
  ctx: Ctx,
  cancelled: readonly { readonly saleId: number; readonly cancellationId: number }[],
): Promise<void> {
  if (cancelled.length === 0) return
  const saleIds = cancelled.map(({ saleId }) => saleId)
  await uncountRules(ctx, saleIds)
  const rows = await selectDiscounts(ctx, saleIds)
  for (const { saleId, cancellationId } of cancelled) {
    const own = rows.filter((row) => row.purchaseId === saleId)
    const ids = [...new Set(own.flatMap(({ voucherId }) => voucherId ?? []))]
    await unapplyVouchers(ctx, { ids, purchaseId: saleId })
    await uncount(ctx, own)
    for (const payment of await selectPayments(ctx, [saleId])) {
      const voucherId = payment.giftCardId
      if (voucherId === null || payment.postingKey === null || payment.unitAmount === null) continue
      const left = payment.unitAmount - payment.restored
      if (left <= 0) continue
      const key = `purchase:${cancellationId}:restore:${payment.id}`
      await refundGiftCard(ctx, {
        voucherId,
        reverses: payment.postingKey,
        amountMinor: left,
        purchaseId: cancellationId,
        key,
      })
      await insertPayments(ctx, [
        {
          purchase_id: cancellationId,
          kind: 'voucher',
          amount_minor: -left,
          unit_id: null,
          unit_amount: -left,
          posting_key: key,
          data: { restores: payment.postingKey },
        },
      ])
    }
  }
}

/** What rules with limits gave for sales that were taken back does not count any more. */
async function uncountRules(ctx: Ctx, saleIds: readonly number[]): Promise<void> {
  const book = await loadRuleBook(ctx)
  const { usage: needed } = factsNeeded({ rules: book.rules, rewards: [] })
  if (needed.length === 0) return
  for (const { decisions, customerId, occurredAt: at } of await selectDecisions(ctx, saleIds)) {
    const fired = decisions.filter((decision) => decision.fired && decision.subject === 'rule')
    const given = new Map(fired.map(({ id, amount }) => [id, { uses: -1, amount: -amount }]))
    await countUsage(ctx, { needed, customerId: customerId ?? undefined, at }, given)
  }
}

async function uncount(ctx: Ctx, rows: Awaited<ReturnType<typeof selectDiscounts>>): Promise<void> {
  for (const [code, own] of Map.groupBy(rows, (row) => row.code)) {
    const [first] = own
    if (!first?.rewardId) continue
    const [offered] = await findOfferedCodes(ctx, [code])
    const amount = own.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
    const { usage: needed } = factsNeeded({ rules: [], rewards: [] }, offered ? [offered] : [])
    const usageOf = { needed, customerId: first.customerId ?? undefined, at: first.occurredAt }
    await countUsage(ctx, usageOf, new Map([[first.rewardId, { uses: -1, amount: -amount }]]))
  }
}
