import { DomainError } from '../../../platform/errors.ts'
import type { Reward, Voucher } from '../engine/types.ts'

/** Refuses voucher.not_valid: a voucher outside of its own days, else its reward's, or in another store than its own. */
export function refuseOutside(
  voucher: Voucher,
  reward: Reward | undefined,
  use: { at: Date; storeId?: number | undefined },
): void {
  const from = voucher.validFrom ?? reward?.validFrom ?? null
  const to = voucher.validTo ?? reward?.validTo ?? null
  const refuse = (reason: string) => new DomainError('voucher.not_valid', { id: voucher.id, reason })
  if (from && use.at < from) throw refuse('not_yet_valid')
  if (to && use.at >= to) throw refuse('voucher_expired')
  if (voucher.storeId !== null && use.storeId !== undefined && use.storeId !== voucher.storeId)
    throw refuse('voucher_of_another_store')
}
