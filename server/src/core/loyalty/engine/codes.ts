import type { Failure } from './conditions.ts'
import type { OfferedCode, Refusal, Reward, RuleBasket, Voucher } from './types.ts'

/** Codes are the same in any case. */
function sameCode(code: string): string {
  return code.trim().toLowerCase()
}

export interface Presented {
  readonly basket: RuleBasket
  readonly customerId: number | undefined
  readonly now: Date
}

/** A code that leads to a reward and passes every check of its own. */
export interface UsableCode {
  readonly offered: OfferedCode
  readonly reward: Reward
}

export interface RefusedOffer extends Failure {
  readonly offered: OfferedCode
}

/** Looks at each code by itself, in the order they were typed; what the reward asks for is not looked at here. */
export function checkCodes(codes: readonly OfferedCode[], presented: Presented): (UsableCode | RefusedOffer)[] {
  const seen = new Set<string>()
  return codes.map((offered) => {
    const { reward, voucher } = offered
    if (!reward) return { offered, reason: 'unknown_code', data: {} }
    const failure = (voucher && checkVoucher(voucher, reward, presented)) ?? checkUsage(offered, reward)
    if (failure) return { offered, ...failure }
    const key = voucher ? `voucher ${voucher.id}` : sameCode(offered.code)
    if (seen.has(key)) return { offered, reason: 'voucher_offered_twice', data: {} }
    seen.add(key)
    return { offered, reward }
  })
}

const spent: Readonly<Record<Voucher['state'], Refusal | undefined>> = {
  issued: undefined,
  applied: 'voucher_used',
  cancelled: 'voucher_cancelled',
}

/** A voucher lives as long as it says itself, else as its reward; when it is presented counts, not when the purchase was. */
function checkVoucher(voucher: Voucher, reward: Reward, { basket, customerId, now }: Presented): Failure | undefined {
  const reason = spent[voucher.state]
  if (reason) return { reason, data: voucher.appliedAt ? { appliedAt: voucher.appliedAt.toISOString() } : {} }
  const validFrom = voucher.validFrom ?? reward.validFrom
  const validTo = voucher.validTo ?? reward.validTo
  if (validTo && validTo <= now) return { reason: 'voucher_expired', data: { validTo: validTo.toISOString() } }
  if (validFrom && validFrom > now) return { reason: 'not_yet_valid', data: { validFrom: validFrom.toISOString() } }
  if (voucher.customerId !== null && voucher.customerId !== customerId && !reward.definition.portable)
    return { reason: 'voucher_of_another_customer', data: {} }
  if (voucher.storeId !== null && voucher.storeId !== basket.storeId)
    return { reason: 'voucher_of_another_store', data: { asked: voucher.storeId, found: basket.storeId } }
  return undefined
}

/** A reward's own code works where that is how it is used. */
function checkUsage({ voucher }: OfferedCode, { usage }: Reward): Failure | undefined {
  return voucher || usage === 'code' ? undefined : { reason: 'wrong_usage', data: { usage } }
}
