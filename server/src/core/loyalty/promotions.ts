import { Decimal } from 'decimal.js'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import { checkForce } from './engine/force.ts'
import type { EarningRule } from './engine/types.ts'
import { getEarningRule } from './rules/service.ts'
import type { Programme } from './types.ts'

/**
 * A rule on request that gives in the programme's unit and is in force. Refuses rule.not_found, rule.not_in_force.
 */
export async function getPromotion(ctx: Ctx, of: { programme: Programme; promotionId: number }): Promise<EarningRule> {
  const rule = await getEarningRule(ctx, of.promotionId)
  if (!rule.onRequest || rule.unitId !== of.programme.unitId) throw new DomainError('rule.not_found', { id: rule.id })
  if (checkForce(rule, ctx.clock.now())) throw new DomainError('rule.not_in_force', { id: rule.id })
  return rule
}

/** What a promotion adds to what an entry earns by itself; fractions are lost. */
export async function promotionBonus(
  ctx: Ctx,
  of: { programme: Programme; promotionId: number; basic: Minor },
): Promise<Minor> {
  const { earning } = (await getPromotion(ctx, of)).definition
  if (earning.kind === 'fixed') return earning.amount
  // Other ways of earning look at a basket, which an entry has not.
  if (earning.kind !== 'multiply') throw new DomainError('rule.not_in_force', { id: of.promotionId })
  return new Decimal(of.basic).times(new Decimal(earning.factor).minus(1)).floor().toNumber()
}

/** The rules that a sale names, to be looked at beside the others. Refuses rule.not_found. */
export async function requestedRules(ctx: Ctx, ids: readonly number[]): Promise<EarningRule[]> {
  const rules = await Promise.all(ids.map((id) => getEarningRule(ctx, id)))
  const other = rules.find((rule) => !rule.onRequest)
  if (other) throw new DomainError('rule.not_found', { id: other.id })
  return rules
}
