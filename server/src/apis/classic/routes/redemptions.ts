import {
  listProgrammeRewards,
  type Programme,
  pointsForPayment,
  type Reward,
  redeem,
  redeemReward,
  settleCharges,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale } from '../../../platform/money.ts'
import type { Call } from '../auth.ts'
import { findAmount, findInteger, refuse, requireText } from '../decode.ts'
import type { Answer, Element } from '../encode.ts'
import { answerReceipt } from '../receipt.ts'
import { getNamedItem } from './items.ts'
import { customData, decodeEntry, type Entry, encodePosting, newKey } from './transactions.ts'

/** Takes points, money, visits or pieces off a balance. More than there is, is refused. */
export async function redeemValue(call: Call): Promise<Answer> {
  const entry = await decodeEntry(call)
  return answerReceipt(call, { entry, transaction: await enterRedemption(call.ctx, entry) })
}

/** With `units` so much of what the campaign counts is taken. */
export async function enterRedemption(ctx: Ctx, entry: Entry, units?: number): Promise<Element> {
  const { programme, customerId, note } = entry
  if (programme.state !== 'active') throw new DomainError('programme.inactive')
  const asked = units === undefined ? await decodeRedemption(ctx, entry) : await decodeImported(ctx, entry, units)
  // What has lapsed by the clock can no longer be spent.
  await settleCharges(ctx, [customerId])
  if ('reward' in asked) return enterReward(ctx, entry, asked.reward)
  const { key } = await redeem(ctx, {
    programmeId: programme.id,
    customerId,
    key: newKey(ctx),
    note,
    data: customData(entry),
    ...(entry.occurredAt ? { occurredAt: entry.occurredAt } : {}),
    ...asked,
  })
  return encodePosting(ctx, key)
}

/** The level is paid, and what it buys is handed over at once. */
async function enterReward(ctx: Ctx, entry: Entry, reward: Reward): Promise<Element> {
  const { customerId, note } = entry
  const costData = customData(entry)
  const voucher = await redeemReward(ctx, {
    rewardId: reward.id,
    customerId,
    costData,
    ...(note ? { costNote: note } : {}),
  })
  return encodePosting(ctx, voucher.costKey ?? '')
}

type Asked = { readonly amount: number; readonly itemUnitId?: number } | { readonly reward: Reward }

async function decodeImported(ctx: Ctx, { fields, programme }: Entry, amount: number): Promise<Asked> {
  if (programme.kind !== 'items') return { amount }
  const name = requireText(fields, 'service_product')
  return { amount, itemUnitId: (await getNamedItem(ctx, programme, { field: 'service_product', name })).unitId }
}

async function decodeRedemption(ctx: Ctx, entry: Entry): Promise<Asked> {
  const { fields, programme } = entry
  switch (programme.kind) {
    case 'points':
      return decodePoints(ctx, entry)
    case 'stored_value':
    case 'fixed_reward': {
      const amount = findAmount(fields, 'reward_to_redeem', currencyScale(ctx.tenant.currency))
      return amount ? { amount } : refuse('reward_to_redeem', 'must be an amount of money')
    }
    case 'items': {
      const name = requireText(fields, 'reward_to_redeem')
      const { unitId, needed } = await getNamedItem(ctx, programme, { field: 'reward_to_redeem', name })
      return { amount: needed, itemUnitId: unitId }
    }
    case 'visits':
      return { reward: await getNamedReward(ctx, programme, requireText(fields, 'reward_to_redeem')) }
  }
}

/** A reward, or a number of points and what an amount of money is worth in points, which add up. */
async function decodePoints(ctx: Ctx, { fields, programme }: Entry): Promise<Asked> {
  const points = findInteger(fields, 'custom_points_redeem', { min: 1, max: 1e12 })
  const dollars = findAmount(fields, 'custom_dollars_redeem', currencyScale(ctx.tenant.currency))
  const reward = fields.get('reward_to_redeem')
  if (reward !== undefined) {
    if (points !== undefined || dollars) return refuse('reward_to_redeem', 'must not be sent together with an amount')
    return { reward: await getNamedReward(ctx, programme, reward) }
  }
  if (points === undefined && !dollars)
    return refuse('custom_points_redeem', 'or custom_dollars_redeem or reward_to_redeem is required')
  if (dollars && !programme.settings.pointsPerCurrencyUnitRedeemed)
    return refuse('custom_dollars_redeem', 'needs a campaign with a reward_ratio')
  return { amount: (points ?? 0) + (dollars ? pointsForPayment(ctx, programme, dollars) : 0) }
}

/** By its `id`; the merchant's own `reward_id` is not for this. */
async function getNamedReward(ctx: Ctx, programme: Programme, id: string): Promise<Reward> {
  const reward = (await listProgrammeRewards(ctx, programme)).find((one) => String(one.id) === id)
  return reward ?? refuse('reward_to_redeem', 'does not exist')
}
