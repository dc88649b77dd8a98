import type { Minor } from '../../../platform/money.ts'
import type { Failure } from './conditions.ts'
import type { Limit, Limits, Refusal, Usage, Used } from './types.ts'

/** What the limits still allow; without limits it is without end. */
export interface Room {
  readonly uses: number
  readonly amount: Minor
  /** Whose limit is the narrower one for the amount. */
  readonly amountLimitedBy: Refusal | undefined
}

const unused: Used = { uses: 0, amount: 0 }

/**
 * What is left of a rule's or reward's limits: less what was used before, and what this basket used already. A limit of
 * each customer needs one that is known.
 */
export function roomOf(asked: {
  readonly id: number
  readonly limits: Limits | undefined
  readonly usage: Usage
  readonly usedHere?: Used
  readonly isCustomerKnown: boolean
}): Room | Failure {
  const { id, limits, usage, usedHere = unused } = asked
  if (limits?.perCustomer && !asked.isCustomerKnown) return { reason: 'no_customer', data: { asked: 'limit' } }
  const scopes = [
    { limit: limits?.perCustomer, used: usage.customer.get(id), refusal: 'limit_customer' },
    { limit: limits?.inAll, used: usage.inAll.get(id), refusal: 'limit_in_all' },
  ] as const
  let room: Room = { uses: Number.POSITIVE_INFINITY, amount: Number.POSITIVE_INFINITY, amountLimitedBy: undefined }
  for (const { limit, used = unused, refusal } of scopes) {
    if (!limit) continue
    const found = { uses: used.uses + usedHere.uses, amount: used.amount + usedHere.amount }
    const uses = (limit.uses ?? Number.POSITIVE_INFINITY) - found.uses
    const amount = (limit.amount ?? Number.POSITIVE_INFINITY) - found.amount
    if (uses <= 0 || amount <= 0) return usedUp(refusal, limit, found, uses <= 0)
    room = {
      uses: Math.min(room.uses, uses),
      amount: Math.min(room.amount, amount),
      amountLimitedBy: amount < room.amount ? refusal : room.amountLimitedBy,
    }
  }
  return room
}

function usedUp(reason: Refusal, limit: Limit, found: Used, byUses: boolean): Failure {
  const data = byUses
    ? { asked: limit.uses, found: found.uses, of: 'uses' }
    : { asked: limit.amount, found: found.amount, of: 'amount' }
  return { reason, data: { ...data, period: limit.period } }
}
