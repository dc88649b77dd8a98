import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { applyOperation, availableOf, type Posted } from '../../ledger/index.ts'
import type { Voucher } from '../engine/types.ts'
import { selectRewardsByIds } from '../rewards/store.ts'
import { emitVouchers } from '../vouchers/changes.ts'
import { selectVouchersByCodes, selectVouchersByIds, updateVoucherRow } from '../vouchers/store.ts'
import { refuseOutside } from '../vouchers/validity.ts'
import { creditUnit } from './value.ts'

export interface GiftCardBalance {
  readonly voucher: Voucher
  readonly currentMinor: Minor
  /** All that was ever put on it. */
  readonly originalMinor: Minor
}

/** Refuses voucher.not_found, also for a voucher that is no gift card. */
export async function giftCardBalance(
  ctx: Ctx,
  by: { voucherId: number } | { code: string },
): Promise<GiftCardBalance> {
  const [found] =
    'code' in by
      ? await selectVouchersByCodes(ctx, [by.code.trim()], false)
      : await selectVouchersByIds(ctx, [by.voucherId].filter(Number.isSafeInteger))
  const card = cardOf(found, by)
  return { voucher: card, currentMinor: await valueOn(ctx, card), originalMinor: card.valueMinor ?? 0 }
}

export interface GiftCardPayment {
  readonly voucherId: number
  /** In minor units of the tenant's currency. */
  readonly amountMinor: Minor
  readonly purchaseId?: number
  readonly storeId?: number
  /** Unique for ever: a retry pays nothing a second time. */
  readonly key: string
}

/**
 * Pays with what is on a card; an empty card is used up. Refuses voucher.not_found, voucher.not_valid, balance.insufficient,
 * amount.invalid.
 */
export function payWithGiftCard(ctx: Ctx, payment: GiftCardPayment): Promise<Posted> {
  return transact(ctx, async (ctx) => {
    const card = await lockCard(ctx, payment.voucherId)
    const [reward] = await selectRewardsByIds(ctx, [card.rewardId])
    refuseOutside(card, reward, { at: ctx.clock.now(), storeId: payment.storeId })
    const posted = await applyOperation(ctx, {
      kind: 'spend',
      key: payment.key,
      unitId: (await creditUnit(ctx)).id,
      customerId: card.bearerId,
      amount: payment.amountMinor,
      data: { voucherId: card.id },
      ...(payment.purchaseId === undefined ? {} : { purchaseId: payment.purchaseId }),
    })
    if (!posted.replayed) await followBalance(ctx, card, { balance: posted.balance, ...payment })
    return posted
  })
}

/** Takes a payment back, in whole or in part. Refuses voucher.not_found, posting.not_found, posting.already_reversed. */
export function refundGiftCard(
  ctx: Ctx,
  refund: { voucherId: number; reverses: string; amountMinor?: Minor; purchaseId?: number; key: string },
): Promise<Posted> {
  return transact(ctx, async (ctx) => {
    const card = await lockCard(ctx, refund.voucherId)
    const posted = await applyOperation(ctx, {
      kind: 'reverse',
      key: refund.key,
      reverses: refund.reverses,
      unitId: (await creditUnit(ctx)).id,
      customerId: card.bearerId,
      ...(refund.amountMinor === undefined ? {} : { amount: refund.amountMinor }),
      ...(refund.purchaseId === undefined ? {} : { purchaseId: refund.purchaseId }),
    })
    if (!posted.replayed) await followBalance(ctx, card, { balance: posted.balance })
    return posted
  })
}

/** Puts more value on a card. Refuses voucher.not_found, amount.invalid. */
export function topUpGiftCard(
  ctx: Ctx,
  topUp: { voucherId: number; amountMinor: Minor; key: string },
): Promise<Posted> {
  return transact(ctx, async (ctx) => {
    const card = await lockCard(ctx, topUp.voucherId)
    const posted = await applyOperation(ctx, {
      kind: 'earn',
      key: topUp.key,
      unitId: (await creditUnit(ctx)).id,
      customerId: card.bearerId,
      amount: topUp.amountMinor,
      data: { voucherId: card.id },
    })
    if (posted.replayed) return posted
    await followBalance(
      ctx,
      { ...card, valueMinor: (card.valueMinor ?? 0) + topUp.amountMinor },
      { balance: posted.balance },
    )
    return posted
  })
}

/** What is on a card. */
export async function valueOn(ctx: Ctx, card: { bearerId: number }): Promise<Minor> {
  const { id: unitId } = await creditUnit(ctx)
  return (await availableOf(ctx, { unitId, customerIds: [card.bearerId] })).get(card.bearerId) ?? 0
}

type Card = Voucher & { readonly bearerId: number }

function cardOf(found: Voucher | undefined, by: object): Card {
  if (!found || found.bearerId === null || found.state === 'cancelled')
    throw new DomainError('voucher.not_found', { ...by })
  return { ...found, bearerId: found.bearerId }
}

async function lockCard(ctx: Ctx, id: number): Promise<Card> {
  const [found] = Number.isSafeInteger(id) ? await selectVouchersByIds(ctx, [id], true) : []
  return cardOf(found, { id })
}

/** A card without value is used up, by the purchase that took the rest; with value again it can be used again. */
async function followBalance(
  ctx: Ctx,
  card: Card,
  after: { balance: Minor; purchaseId?: number; storeId?: number },
): Promise<void> {
  const used = after.balance === 0
  const updated = await updateVoucherRow(ctx, {
    ...card,
    state: used ? 'applied' : 'issued',
    appliedAt: used ? ctx.clock.now() : null,
    appliedStoreId: used ? (after.storeId ?? null) : null,
    purchaseId: used ? (after.purchaseId ?? null) : null,
  })
  await emitVouchers(ctx, [updated], 'balance_changed')
}
