import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { periodStart } from '../engine/calendar.ts'
import type { Limit, Reward } from '../engine/types.ts'
import { lockReward } from '../rewards/store.ts'
import { countIssued } from './store.ts'

/**
 * A reward's limits count the vouchers that were issued, too. Whoever issues one of such a reward waits for the others: two calls
 * at once must not both find the last place free.
 */
export async function refuseBeyondLimits(ctx: Ctx, reward: Reward, customerId: number | null): Promise<void> {
  const { perCustomer, inAll } = reward.definition.limits ?? {}
  const [ofCustomer, ofAll] = [perCustomer?.uses, inAll?.uses]
  if (ofCustomer === undefined && ofAll === undefined) return
  await lockReward(ctx, reward.id)
  const issued = await countIssued(ctx, {
    rewardId: reward.id,
    customerId,
    customerSince: startOf(ctx, perCustomer),
    allSince: startOf(ctx, inAll),
  })
  if (customerId !== null && ofCustomer !== undefined && issued.customer >= ofCustomer)
    throw new DomainError('reward.limit_reached', { id: reward.id, limit: 'customer' })
  if (ofAll !== undefined && issued.all >= ofAll)
    throw new DomainError('reward.limit_reached', { id: reward.id, limit: 'all' })
}

function startOf(ctx: Ctx, limit: Limit | undefined): string {
  return periodStart(limit?.period ?? 'ever', ctx.clock.now(), ctx.tenant.timeZone)
}
