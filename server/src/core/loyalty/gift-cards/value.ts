import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { createBearer } from '../../customers/index.ts'
import { applyOperation, findDefaultUnit, type Unit } from '../../ledger/index.ts'
import type { VoucherId } from '../engine/types.ts'

/** Refuses unit.not_found in a shop without credit in its currency. */
export async function creditUnit(ctx: Ctx): Promise<Unit> {
  const unit = await findDefaultUnit(ctx, 'money')
  if (!unit) throw new DomainError('unit.not_found', { currency: ctx.tenant.currency })
  return unit
}

/** The bearer's account of a new gift card, with its first value on it. A card may be made empty and be topped up when it is sold. */
export async function openGiftCard(
  ctx: Ctx,
  card: { voucherId: VoucherId; valueMinor: Minor },
): Promise<{ bearerId: number; valueMinor: Minor }> {
  const unit = await creditUnit(ctx)
  const bearerId = await createBearer(ctx)
  if (card.valueMinor > 0) {
    await applyOperation(ctx, {
      kind: 'earn',
      key: `voucher:${card.voucherId}:value`,
      unitId: unit.id,
      customerId: bearerId,
      amount: card.valueMinor,
      data: { voucherId: card.voucherId },
    })
  }
  return { bearerId, valueMinor: card.valueMinor }
}
