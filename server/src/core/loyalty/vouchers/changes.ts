import type { Ctx } from '../../../platform/ctx.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import type { Voucher } from '../engine/types.ts'

export function emitVouchers(ctx: Ctx, vouchers: readonly Voucher[], operation: string): Promise<void> {
  return emitChanges(
    ctx,
    vouchers.map((voucher) => ({
      entity: 'voucher',
      entityId: voucher.id,
      customerId: voucher.customerId,
      operation,
      data: { rewardId: voucher.rewardId, ...(voucher.purchaseId ? { purchaseId: voucher.purchaseId } : {}) },
    })),
  )
}
