// Rules, rewards, vouchers, tiers and decisions on the wire of api/v1.
import type { Unit } from '../../core/ledger/index.ts'
import { listUnits } from '../../core/ledger/index.ts'
import {
  type CodePool,
  type CustomerTier,
  type Decision,
  type EarningRule,
  type GiftCardBalance,
  listEarningRules,
  listProgrammes,
  type Reward,
  type Tier,
  type TierStanding,
  type Voucher,
} from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { encodeUnit, time, timeOrNull } from './encode.ts'
import { snakeKeys } from './spelling.ts'

type Wire = Record<string, unknown>

/** Definitions and settings have one shape on both sides. */
function encodeShape(value: object): Wire {
  return snakeKeys(value) as Wire // an object stays one
}

export function encodeRule(rule: EarningRule, units: readonly Unit[]) {
  const unit = units.find((candidate) => candidate.id === rule.unitId)
  return {
    id: rule.id as number,
    name: rule.name,
    description: rule.description,
    unit: unit ? encodeUnit(unit) : null,
    state: rule.state,
    priority: rule.priority,
    on_request: rule.onRequest ?? false,
    valid_from: timeOrNull(rule.validFrom),
    valid_to: timeOrNull(rule.validTo),
    definition: encodeShape(rule.definition),
    created_at: time(rule.createdAt),
    updated_at: time(rule.updatedAt),
  }
}

export function encodeReward(reward: Reward) {
  return {
    id: reward.id as number,
    code: reward.code,
    name: reward.name,
    state: reward.state,
    usage: reward.usage,
    kind: reward.kind,
    priority: reward.priority,
    points_cost: reward.pointsCost,
    programme_id: (reward.programmeId ?? null) as number | null,
    valid_from: timeOrNull(reward.validFrom),
    valid_to: timeOrNull(reward.validTo),
    definition: encodeShape(reward.definition),
    presentation: { ...reward.presentation },
    created_at: time(reward.createdAt),
    updated_at: time(reward.updatedAt),
  }
}

export interface VoucherSurroundings {
  readonly rewards: ReadonlyMap<number, Reward>
  readonly customerNames: ReadonlyMap<number, string>
}

export function encodeVoucher(voucher: Voucher, around: VoucherSurroundings) {
  const reward = around.rewards.get(voucher.rewardId)
  const { customerId } = voucher
  return {
    id: voucher.id as number,
    code: voucher.code,
    reward: { id: voucher.rewardId as number, code: reward?.code ?? '', name: reward?.name ?? '' },
    customer: customerId === null ? null : { id: customerId, name: around.customerNames.get(customerId) ?? '' },
    store_id: voucher.storeId,
    state: voucher.state,
    value_minor: voucher.valueMinor,
    is_gift_card: voucher.bearerId !== null,
    note: voucher.note,
    // A voucher lives as long as it says itself, else as its reward.
    valid_from: timeOrNull(voucher.validFrom ?? reward?.validFrom),
    valid_to: timeOrNull(voucher.validTo ?? reward?.validTo),
    applied_at: timeOrNull(voucher.appliedAt),
    purchase_id: voucher.purchaseId,
    created_at: time(voucher.createdAt),
  }
}

export function encodeGiftCard({ voucher, currentMinor, originalMinor }: GiftCardBalance, currency: string) {
  return {
    id: voucher.id as number,
    code: voucher.code,
    state: voucher.state,
    currency,
    balance_minor: currentMinor,
    original_minor: originalMinor,
    valid_to: timeOrNull(voucher.validTo),
  }
}

export function encodeCodePool({ id, name, free, used, createdAt }: CodePool) {
  return { id: id as number, name, free, used, created_at: time(createdAt) }
}

export function encodeTier(tier: Tier) {
  const { id, programmeId, name, rank, threshold, settings } = tier
  return {
    id: id as number,
    programme_id: programmeId as number,
    name,
    rank,
    threshold,
    settings: encodeShape(settings),
  }
}

export function encodeStanding(standing: TierStanding, given: readonly CustomerTier[]) {
  const { tier, next, manual, earned, toNext, toKeep, keepBy } = standing
  return {
    tier: tier ? encodeTier(tier) : null,
    next: next ? encodeTier(next) : null,
    is_given: manual !== undefined,
    earned,
    to_next: toNext,
    to_keep: toKeep,
    keep_by: timeOrNull(keepBy),
    given: given.map((record) => ({
      tier_id: record.tierId as number,
      valid_from: time(record.validFrom),
      valid_to: timeOrNull(record.validTo),
      note: record.note,
    })),
  }
}

/** A rule as it is tried out, before it is kept. */
export interface DraftUnit {
  readonly id: number
  readonly unitId: number
}

/** What was decided, with the unit of what it gave; discounts are money and have none. */
export async function encodeDecisions(ctx: Ctx, decisions: readonly Decision[], drafts: readonly DraftUnit[] = []) {
  if (decisions.length === 0) return []
  const units = new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit]))
  const unitIds = new Map(drafts.map(({ id, unitId }) => [id, unitId]))
  for (const { id, unitId } of await listProgrammes(ctx)) unitIds.set(id, unitId)
  const ids = decisions.flatMap(({ subject, id }) => (subject === 'rule' && !unitIds.has(id) ? [id] : []))
  const states = ['draft', 'active', 'paused', 'deleted'] as const
  const { items } = await listEarningRules(ctx, { ids, states, offset: 0, limit: Math.max(1, ids.length) })
  for (const { id, unitId } of items) unitIds.set(id, unitId)
  return decisions.map(({ subject, id, name, fired, reason, amount, data }) => {
    const unit = subject === 'reward' ? undefined : units.get(unitIds.get(id) ?? 0)
    return { subject, id, name, fired, reason, amount, unit: unit ? encodeUnit(unit) : null, data: encodeShape(data) }
  })
}
