import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import type { Charge } from '../types.ts'

/** Hundredths of a percent that make all of it. */
const whole = 10_000

/** What a charge takes off a balance: a share, rounded down, or the fee, never more than there is. */
export function chargeOn(charge: Pick<Charge, 'kind' | 'amount'>, balance: Minor): Minor {
  if (charge.kind === 'fee') return Math.min(charge.amount, Math.max(balance, 0))
  // Parts of the product stay exact: a balance times 10,000 may leave the safe integers.
  const [units, rest] = [Math.floor(balance / whole), balance % whole]
  return Math.max(0, units * charge.amount + Math.floor((rest * charge.amount) / whole))
}

const periods: readonly Charge['period'][] = ['day', 'week', 'month', 'year']

/** Refuses request.invalid with the field at fault. */
export function checkCharge(
  charge: Pick<Charge, 'kind' | 'amount' | 'every' | 'period'> & Partial<Pick<Charge, 'onlyDormant' | 'perEarning'>>,
): void {
  const { kind, amount, every, period, onlyDormant, perEarning } = charge
  const valid = Number.isSafeInteger(amount) && amount > 0 && (kind === 'fee' || amount <= whole)
  if (!valid) throw new DomainError('request.invalid', { field: 'amount' })
  if (!Number.isInteger(every) || every < 1 || every > 1000)
    throw new DomainError('request.invalid', { field: 'every' })
  if (perEarning && (onlyDormant || kind === 'fee')) throw new DomainError('request.invalid', { field: 'perEarning' })
  if (!periods.includes(period)) throw new DomainError('request.invalid', { field: 'period' })
}
