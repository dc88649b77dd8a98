import { type Ctx, transact } from '../../../platform/ctx.ts'
import type { Voucher } from '../engine/types.ts'
import { issueVoucher, type VoucherInput } from './issue.ts'
import { applyVoucher, cancelVoucher, getVoucher, updateVoucher } from './service.ts'

/**
 * A reward that is handed over at once: a voucher is made, what it costs is taken, and it is used, in one transaction. Refuses
 * what `issueVoucher` and `applyVoucher` refuse.
 */
export function redeemReward(ctx: Ctx, input: VoucherInput): Promise<Voucher> {
  return transact(ctx, async (ctx) => {
    const voucher = await issueVoucher(ctx, input)
    // A retry finds the voucher of the first time, which is used.
    return voucher.state === 'applied' ? voucher : applyVoucher(ctx, { id: voucher.id, storeId: input.storeId })
  })
}

/** It was not handed over after all: what it cost is given back. Refuses voucher.not_found, voucher.already_used by a purchase. */
export function takeRewardBack(ctx: Ctx, voucherId: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const voucher = await getVoucher(ctx, voucherId)
    if (voucher.state === 'applied') await updateVoucher(ctx, { id: voucherId, patch: { appliedAt: null } })
    await cancelVoucher(ctx, voucherId)
  })
}
