import type { Ctx } from '../../../platform/ctx.ts'
import { sql, violates } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Reward } from '../engine/types.ts'

export const rewardColumns = sql`id, code, name, state, usage, kind, priority, points_cost as "pointsCost", programme_id as "programmeId", valid_from as "validFrom",
  valid_to as "validTo", definition, presentation, created_at as "createdAt", updated_at as "updatedAt"`

/** Also a deleted one where vouchers still point at it. */
export async function selectRewardsByIds(ctx: Ctx, ids: readonly number[]): Promise<Reward[]> {
  if (ids.length === 0) return []
  return ctx.db.query<Reward>(
    sql`select ${rewardColumns} from rewards where tenant_id = ${ctx.tenant.id} and id = any (${ids}::bigint[])`,
  )
}

export async function lockReward(ctx: Ctx, id: number): Promise<Reward | undefined> {
  const rows = await ctx.db.query<Reward>(sql`
    select ${rewardColumns} from rewards where tenant_id = ${ctx.tenant.id} and id = ${id} and state <> 'deleted' for no key update`)
  return rows[0]
}

/** By their own codes, in any case of letters; deleted ones have lost theirs. */
export async function selectRewardsByCodes(ctx: Ctx, codes: readonly string[]): Promise<Reward[]> {
  return ctx.db.query<Reward>(sql`
    select ${rewardColumns} from rewards
     where tenant_id = ${ctx.tenant.id} and lower(code) = any (${codes.map((code) => code.toLowerCase())}::text[]) and state <> 'deleted'`)
}

export async function insertReward(ctx: Ctx, reward: Omit<Reward, 'id' | 'createdAt' | 'updatedAt'>): Promise<Reward> {
  const now = ctx.clock.now()
  const [row] = await refusingTakenCode(reward.code, () =>
    ctx.db.query<Reward>(sql`
      insert into rewards (tenant_id, code, name, state, usage, kind, priority, points_cost, programme_id, valid_from, valid_to, definition,
                           presentation, created_at, updated_at)
      values (${ctx.tenant.id}, ${reward.code}, ${reward.name}, ${reward.state}, ${reward.usage}, ${reward.kind}, ${reward.priority},
        ${reward.pointsCost}, ${reward.programmeId ?? null}, ${reward.validFrom}, ${reward.validTo}, ${JSON.stringify(reward.definition)}::jsonb,
        ${JSON.stringify(reward.presentation)}::jsonb, ${now}, ${now})
      returning ${rewardColumns}`),
  )
  return row as Reward // an insert without conflict clause returns its row
}

export async function updateRewardRow(ctx: Ctx, reward: Reward): Promise<Reward> {
  const [row] = await refusingTakenCode(reward.code, () =>
    ctx.db.query<Reward>(sql`
      update rewards set code = ${reward.code}, name = ${reward.name}, state = ${reward.state}, usage = ${reward.usage},
             kind = ${reward.kind}, priority = ${reward.priority}, points_cost = ${reward.pointsCost}, valid_from = ${reward.validFrom},
             valid_to = ${reward.validTo}, definition = ${JSON.stringify(reward.definition)}::jsonb,
             presentation = ${JSON.stringify(reward.presentation)}::jsonb, updated_at = ${ctx.clock.now()}
       where tenant_id = ${ctx.tenant.id} and id = ${reward.id} returning ${rewardColumns}`),
  )
  return row as Reward // the caller has locked the row
}

async function refusingTakenCode<Result>(code: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (violates(error, 'rewards_code_key')) throw new DomainError('reward.code_taken', { code }, { cause: error })
    throw error
  }
}
