import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { onlyGiven } from '../../../platform/records.ts'
import { cleanJson, cleanText } from '../../../platform/text.ts'
import { audit } from '../../accounts/index.ts'
import { segmentsOf } from '../../audience/index.ts'
import type { CustomerId } from '../../customers/index.ts'
import { readRewardDefinition } from '../engine/definition.ts'
import type { Reward, RewardDefinition } from '../engine/types.ts'
import { bumpRuleBook } from '../rules/book-store.ts'
import { checkDays, checkFrame } from '../rules/checks.ts'
import { tierOf } from '../tiers.ts'
import type { Programme } from '../types.ts'
import { insertReward, lockReward, selectRewardsByCodes, selectRewardsByIds, updateRewardRow } from './store.ts'
import { type RewardQuery, selectRewards } from './views.ts'

export interface RewardInput {
  readonly code: string
  readonly name: string
  /** draft when absent. */
  readonly state?: Exclude<Reward['state'], 'deleted'>
  readonly usage: Reward['usage']
  /** till when absent. */
  readonly kind?: Reward['kind']
  readonly priority?: number
  readonly pointsCost?: Minor
  /** In whose value it is paid, once and for all; the default programme when absent. */
  readonly programmeId?: Reward['programmeId']
  readonly validFrom?: Date | null
  readonly validTo?: Date | null
  readonly definition: RewardDefinition
  readonly presentation?: Readonly<Record<string, unknown>>
}

export type RewardPatch = Partial<Omit<RewardInput, 'state' | 'programmeId'>>

export interface RewardFilter extends Omit<RewardQuery, 'customer'> {
  /** Only what no condition on segments or tiers keeps this customer from. */
  readonly customerId?: CustomerId
}

/** Without `states` all but deleted ones; `total` counts all that match. */
export async function listRewards(ctx: Ctx, filter: RewardFilter): Promise<{ items: Reward[]; total: number }> {
  const { customerId, ...query } = filter
  if (customerId === undefined) return selectRewards(ctx, query)
  const segmentIds = (await segmentsOf(ctx, customerId)).map((segment) => segment.id)
  const { tier } = await tierOf(ctx, customerId)
  return selectRewards(ctx, { ...query, customer: { segmentIds, tierId: tier?.id ?? null } })
}

/**
 * What can be had for a programme's value now, the cheapest first. The default points pay for the shop's own catalogue; a reward
 * with the usage `code` is taken with a sale.
 */
export async function listProgrammeRewards(
  ctx: Ctx,
  programme: Programme,
  options: { usages?: readonly Reward['usage'][] } = {},
): Promise<Reward[]> {
  const { items } = await selectRewards(ctx, {
    states: ['active'],
    usages: options.usages ?? ['voucher'],
    kinds: ['catalogue'],
    validity: { at: ctx.clock.now(), valid: true },
    programmeId: programme.isDefault ? null : programme.id,
    orderBy: 'pointsCost',
    offset: 0,
    limit: 1000,
  })
  return items.filter(({ pointsCost }) => pointsCost > 0)
}

/** Refuses reward.not_found, also for a deleted one. */
export async function getReward(ctx: Ctx, id: number): Promise<Reward> {
  const [reward] = Number.isSafeInteger(id) ? await selectRewardsByIds(ctx, [id]) : []
  if (!reward || reward.state === 'deleted') throw new DomainError('reward.not_found', { id })
  return reward
}

/** Those that exist, by id, also deleted ones: what a voucher leads to. */
export async function getRewards(ctx: Ctx, ids: readonly number[]): Promise<ReadonlyMap<number, Reward>> {
  const rewards = await selectRewardsByIds(ctx, [...new Set(ids)].filter(Number.isSafeInteger))
  return new Map(rewards.map((reward) => [reward.id, reward]))
}

/** In any case of letters. */
export async function findRewardByCode(ctx: Ctx, code: string): Promise<Reward | undefined> {
  return (await selectRewardsByCodes(ctx, [code]))[0]
}

/** Refuses request.invalid, reward.code_taken. */
export function createReward(ctx: Ctx, input: RewardInput): Promise<Reward> {
  return transact(ctx, async (ctx) => {
    const reward = {
      code: cleanText(input.code),
      name: cleanText(input.name),
      state: input.state ?? ('draft' as const),
      usage: input.usage,
      kind: input.kind ?? ('till' as const),
      priority: input.priority ?? 5,
      pointsCost: input.pointsCost ?? 0,
      programmeId: input.programmeId ?? null,
      validFrom: input.validFrom ?? null,
      validTo: input.validTo ?? null,
      definition: readRewardDefinition(cleanJson(input.definition)),
      presentation: cleanJson(input.presentation ?? {}),
    }
    checkReward(reward, ctx.tenant.timeZone)
    const created = await insertReward(ctx, reward)
    await announce(ctx, created, 'created')
    return created
  })
}

/** Replaces what is given. Refuses reward.not_found, request.invalid, reward.code_taken, reward.wrong_kind. */
export function updateReward(ctx: Ctx, change: { id: number; patch: RewardPatch }): Promise<Reward> {
  return transact(ctx, async (ctx) => {
    const before = await lock(ctx, change.id)
    const { definition, ...patch } = change.patch
    const next = {
      ...before,
      ...onlyGiven(cleanJson(patch)),
      definition: definition ? readRewardDefinition(cleanJson(definition)) : before.definition,
    }
    checkReward(next, ctx.tenant.timeZone)
    // Vouchers of a gift card have an account, others have none.
    if ((next.kind === 'gift_card') !== (before.kind === 'gift_card'))
      throw new DomainError('reward.wrong_kind', { id: before.id, kind: before.kind })
    const updated = await updateRewardRow(ctx, next)
    await announce(ctx, updated, 'updated', Object.keys(onlyGiven(change.patch)))
    return updated
  })
}

/** A deleted reward gives its code back and never returns; vouchers of it no longer count. Refuses reward.not_found. */
export function setRewardState(ctx: Ctx, change: { id: number; state: Reward['state'] }): Promise<Reward> {
  return transact(ctx, async (ctx) => {
    const before = await lock(ctx, change.id)
    if (before.state === change.state) return before
    const updated = await updateRewardRow(ctx, { ...before, state: change.state })
    await announce(ctx, updated, change.state === 'deleted' ? 'deleted' : 'updated')
    return updated
  })
}

async function lock(ctx: Ctx, id: number): Promise<Reward> {
  const reward = Number.isSafeInteger(id) ? await lockReward(ctx, id) : undefined
  if (!reward) throw new DomainError('reward.not_found', { id })
  return reward
}

const longestCode = 100

function checkReward(reward: Omit<Reward, 'id' | 'createdAt' | 'updatedAt'>, timeZone: string): void {
  checkFrame(reward)
  checkDays(reward, timeZone)
  // A code is typed at the till: no space at its ends, nothing that cannot be typed.
  if (!/^\S(?:.*\S)?$/.test(reward.code) || reward.code.length > longestCode)
    throw new DomainError('request.invalid', { field: 'code' })
  if (!Number.isSafeInteger(reward.pointsCost) || reward.pointsCost < 0)
    throw new DomainError('request.invalid', { field: 'pointsCost' })
  // A card is a voucher with an account; what comes by itself or by a code that all share has none.
  if (reward.kind === 'gift_card' && reward.usage !== 'voucher')
    throw new DomainError('request.invalid', {
      field: 'usage',
      errors: [{ path: 'usage', message: 'must be voucher for a gift card' }],
    })
}

async function announce(
  ctx: Ctx,
  reward: Reward,
  operation: 'created' | 'updated' | 'deleted',
  fields: readonly string[] = ['state'],
): Promise<void> {
  await bumpRuleBook(ctx)
  await emitChanges(ctx, [
    { entity: 'reward', entityId: reward.id, operation, data: { code: reward.code, state: reward.state } },
  ])
  await audit(ctx, {
    action: `reward.${operation}`,
    entity: 'reward',
    entityId: reward.id,
    data: { code: reward.code, state: reward.state, ...(operation === 'updated' ? { fields } : {}) },
  })
}
