import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { onlyGiven } from '../../../platform/records.ts'
import { cleanJson } from '../../../platform/text.ts'
import { audit } from '../../accounts/index.ts'
import { holdAll } from '../../customers/index.ts'
import { applyOperation, findPosting } from '../../ledger/index.ts'
import { getOrganisation } from '../../organisations/index.ts'
import type { Voucher } from '../engine/types.ts'
import { valueOn } from '../gift-cards/service.ts'
import { creditUnit } from '../gift-cards/value.ts'
import { selectRewardsByIds } from '../rewards/store.ts'
import { emitVouchers } from './changes.ts'
import { refuseRewardCode } from './codes.ts'
import {
  blankVoucherRows,
  markAppliedRows,
  moveVoucherRows,
  restoreVoucherRows,
  selectVouchersByIds,
  unapplyRows,
  updateVoucherRow,
} from './store.ts'
import { refuseOutside } from './validity.ts'
import { selectVouchers, type VoucherQuery } from './views.ts'

/** Without `states` all but cancelled ones; `total` counts all that match. */
export function listVouchers(ctx: Ctx, query: VoucherQuery): Promise<{ items: Voucher[]; total: number }> {
  return selectVouchers(ctx, query)
}

/** Refuses voucher.not_found, also for a cancelled one. */
export async function getVoucher(ctx: Ctx, id: number): Promise<Voucher> {
  const [voucher] = Number.isSafeInteger(id) ? await selectVouchersByIds(ctx, [id]) : []
  if (!voucher || voucher.state === 'cancelled') throw new DomainError('voucher.not_found', { id })
  return voucher
}

async function lockVoucher(ctx: Ctx, id: number): Promise<Voucher> {
  const [voucher] = Number.isSafeInteger(id) ? await selectVouchersByIds(ctx, [id], true) : []
  if (!voucher || voucher.state === 'cancelled') throw new DomainError('voucher.not_found', { id })
  return voucher
}

/**
 * Uses a voucher by hand, outside of a purchase. Refuses voucher.not_found, voucher.already_used, voucher.not_valid, and
 * reward.wrong_kind for a gift card, whose value is paid with instead.
 */
export function applyVoucher(ctx: Ctx, use: { id: number; at?: Date; storeId?: number }): Promise<Voucher> {
  return transact(ctx, async (ctx) => {
    const voucher = await lockVoucher(ctx, use.id)
    if (voucher.state === 'applied')
      throw new DomainError('voucher.already_used', { id: voucher.id, code: voucher.code })
    if (voucher.bearerId !== null) throw new DomainError('reward.wrong_kind', { id: voucher.rewardId })
    if (use.storeId !== undefined) await getOrganisation(ctx, use.storeId)
    const at = use.at ?? ctx.clock.now()
    const [reward] = await selectRewardsByIds(ctx, [voucher.rewardId])
    refuseOutside(voucher, reward, { at, storeId: use.storeId })
    const applied = await updateVoucherRow(ctx, {
      ...voucher,
      state: 'applied',
      appliedAt: at,
      appliedStoreId: use.storeId ?? voucher.storeId,
    })
    await emitVouchers(ctx, [applied], 'applied')
    return applied
  })
}

/**
 * Marks vouchers as used by a purchase. The caller has locked them (findOfferedCodes) and checked what the rules say. Refuses
 * voucher.already_used when one of them cannot be used any more.
 */
export function markVouchersApplied(
  ctx: Ctx,
  use: { ids: readonly number[]; purchaseId: number; storeId: number | null; at: Date },
): Promise<void> {
  return transact(ctx, async (ctx) => {
    if (use.ids.length === 0) return
    const applied = await markAppliedRows(ctx, use)
    const missing = use.ids.find((id) => !applied.some((voucher) => voucher.id === id))
    if (missing !== undefined) throw new DomainError('voucher.already_used', { id: missing })
    await emitVouchers(ctx, applied, 'applied')
  })
}

/** A cancelled purchase gives its vouchers back; those that it did not use stay as they are. */
export function unapplyVouchers(ctx: Ctx, use: { ids: readonly number[]; purchaseId: number }): Promise<void> {
  return transact(ctx, async (ctx) => {
    if (use.ids.length > 0) await emitVouchers(ctx, await unapplyRows(ctx, use), 'unapplied')
  })
}

export interface VoucherPatch {
  readonly customerId?: number | null
  readonly storeId?: number | null
  readonly code?: string
  readonly valueMinor?: Minor | null
  readonly note?: string
  readonly validFrom?: Date | null
  readonly validTo?: Date | null
  /** When it was used outside of a purchase; null: it was not used after all. */
  readonly appliedAt?: Date | null
  readonly appliedStoreId?: number | null
  readonly data?: Readonly<Record<string, unknown>>
}

const longestCode = 100

/**
 * Replaces what is given. Refuses voucher.not_found, voucher.code_taken, customer.not_found, organisation.not_found,
 * request.invalid, reward.wrong_kind (a value where there can be none), and voucher.already_used where a purchase says
 * when it was used.
 */
export function updateVoucher(ctx: Ctx, change: { id: number; patch: VoucherPatch }): Promise<Voucher> {
  return transact(ctx, async (ctx) => {
    const before = await lockVoucher(ctx, change.id)
    const patch = onlyGiven(cleanJson(change.patch))
    await refuseWrongPatch(ctx, before, patch)
    const { customerId } = patch
    const holder = typeof customerId === 'number' ? (await holdAll(ctx, [customerId]))(customerId) : customerId
    const appliedAt = patch.appliedAt === undefined ? before.appliedAt : patch.appliedAt
    const updated = await updateVoucherRow(ctx, {
      ...before,
      ...patch,
      ...(holder === undefined ? {} : { customerId: holder }),
      appliedAt,
      state: appliedAt ? 'applied' : 'issued',
    })
    await emitVouchers(ctx, [updated], 'updated')
    return updated
  })
}

async function refuseWrongPatch(ctx: Ctx, before: Voucher, patch: VoucherPatch): Promise<void> {
  const next = { ...before, ...patch }
  if (next.code.trim() === '' || next.code.length > longestCode)
    throw new DomainError('request.invalid', { field: 'code' })
  if (next.validFrom && next.validTo && next.validFrom >= next.validTo)
    throw new DomainError('request.invalid', { field: 'validTo' })
  if (patch.code !== undefined && patch.code !== before.code) await refuseRewardCode(ctx, patch.code)
  for (const field of ['storeId', 'appliedStoreId'] as const) {
    const storeId = patch[field]
    if (typeof storeId === 'number' && storeId !== before[field]) await getOrganisation(ctx, storeId)
  }
  const isOfPurchase = before.purchaseId !== null || before.bearerId !== null
  if (isOfPurchase && next.appliedAt?.getTime() !== before.appliedAt?.getTime())
    throw new DomainError('voucher.already_used', { id: before.id, code: before.code })
  if (next.valueMinor === before.valueMinor) return
  const [reward] = await selectRewardsByIds(ctx, [before.rewardId])
  if (before.bearerId !== null || reward?.definition.benefit.kind !== 'amount')
    throw new DomainError('reward.wrong_kind', { id: before.rewardId, field: 'value' })
  if (next.valueMinor !== null && (!Number.isSafeInteger(next.valueMinor) || next.valueMinor < 0))
    throw new DomainError('amount.invalid', { amount: next.valueMinor, field: 'value' })
}

/**
 * Takes an unused voucher back: whoever paid for it gets the points back, its code may be given again, what is on a gift card
 * is written off. Refuses voucher.not_found, voucher.already_used.
 */
export function cancelVoucher(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const voucher = await lockVoucher(ctx, id)
    if (voucher.state === 'applied') throw new DomainError('voucher.already_used', { id, code: voucher.code })
    await writeOff(ctx, voucher)
    await givePointsBack(ctx, voucher)
    const cancelled = await updateVoucherRow(ctx, { ...voucher, state: 'cancelled' })
    await emitVouchers(ctx, [cancelled], 'cancelled')
    await audit(ctx, { action: 'voucher.cancelled', entity: 'voucher', entityId: voucher.id })
  })
}

/** A card that was paid with in part is used. */
async function writeOff(ctx: Ctx, voucher: Voucher): Promise<void> {
  if (voucher.bearerId === null) return
  const value = await valueOn(ctx, { bearerId: voucher.bearerId })
  if (value !== (voucher.valueMinor ?? 0))
    throw new DomainError('voucher.already_used', { id: voucher.id, code: voucher.code })
  if (value === 0) return
  await applyOperation(ctx, {
    kind: 'adjust',
    key: `voucher:${voucher.id}:void`,
    unitId: (await creditUnit(ctx)).id,
    customerId: voucher.bearerId,
    amount: -value,
    data: { voucherId: voucher.id },
  })
}

async function givePointsBack(ctx: Ctx, voucher: Voucher): Promise<void> {
  if (voucher.costKey === null) return
  const paid = await findPosting(ctx, { key: voucher.costKey })
  if (!paid) throw new DomainError('posting.not_found', { key: voucher.costKey })
  await applyOperation(ctx, {
    kind: 'reverse',
    key: `${voucher.costKey}:back`,
    reverses: voucher.costKey,
    unitId: paid.unitId,
    // Whoever paid, even when the voucher was handed on.
    customerId: paid.customerId,
    ...(paid.programmeId === null ? {} : { programmeId: paid.programmeId }),
    data: { voucherId: voucher.id },
  })
}

/** For a merge: the vouchers go to the survivor. Answers their ids, for `restoreVouchersOf`. */
export function moveVouchersOf(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return moveVoucherRows(ctx, move)
}

export function restoreVouchersOf(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return restoreVoucherRows(ctx, move)
}

/** For an erasure: what was noted on vouchers may name the person. The vouchers stay, with the value that was paid for them. */
export function forgetVoucherNotes(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  return blankVoucherRows(ctx, customerIds)
}
