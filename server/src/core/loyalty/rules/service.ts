import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { onlyGiven } from '../../../platform/records.ts'
import { cleanJson, cleanText } from '../../../platform/text.ts'
import { audit } from '../../accounts/index.ts'
import { getUnit } from '../../ledger/index.ts'
import { readRuleDefinition } from '../engine/definition.ts'
import type { EarningRule, RuleDefinition } from '../engine/types.ts'
import { selectProgrammes } from '../store.ts'
import { bumpRuleBook } from './book-store.ts'
import { checkDays, checkFrame, checkMultiplied } from './checks.ts'
import { insertRule, type RuleQuery, selectRule, selectRules, updateRuleRow } from './store.ts'

export interface RuleInput {
  readonly name: string
  readonly description?: string
  readonly unitId: number
  /** draft when absent. */
  readonly state?: Exclude<EarningRule['state'], 'deleted'>
  /** 1 is looked at first; 5 when absent. */
  readonly priority?: number
  readonly validFrom?: Date | null
  readonly validTo?: Date | null
  readonly definition: RuleDefinition
  /** Counts only for a sale that names it; once and for all. */
  readonly onRequest?: boolean
  /** The shop's own number of it. */
  readonly code?: string | null
}

export type RulePatch = Partial<Omit<RuleInput, 'state' | 'onRequest'>>

/** In the order they are looked at; without `states` all but deleted ones. `total` counts all that match. */
export function listEarningRules(ctx: Ctx, query: RuleQuery): Promise<{ items: EarningRule[]; total: number }> {
  return selectRules(ctx, query)
}

/** Refuses rule.not_found, also for a deleted one. */
export async function getEarningRule(ctx: Ctx, id: number): Promise<EarningRule> {
  const rule = Number.isSafeInteger(id) ? await selectRule(ctx, id) : undefined
  if (!rule) throw new DomainError('rule.not_found', { id })
  return rule
}

/** Refuses request.invalid, unit.not_found. */
export function createEarningRule(ctx: Ctx, input: RuleInput): Promise<EarningRule> {
  return transact(ctx, async (ctx) => {
    const { id: unitId } = await getUnit(ctx, input.unitId)
    const rule = {
      name: cleanText(input.name),
      description: cleanText(input.description ?? ''),
      unitId,
      state: input.state ?? ('draft' as const),
      priority: input.priority ?? 5,
      validFrom: input.validFrom ?? null,
      validTo: input.validTo ?? null,
      definition: readRuleDefinition(cleanJson(input.definition)),
      onRequest: input.onRequest ?? false,
      code: input.code ?? null,
    }
    checkFrame(rule)
    await checkRuleSense(ctx, rule)
    const created = await insertRule(ctx, rule)
    await announce(ctx, created, 'created')
    return created
  })
}

/** Replaces what is given. Refuses rule.not_found, request.invalid, unit.not_found. */
export function updateEarningRule(ctx: Ctx, change: { id: number; patch: RulePatch }): Promise<EarningRule> {
  return transact(ctx, async (ctx) => {
    const before = await lockRule(ctx, change.id)
    const { unitId, definition, ...patch } = change.patch
    const next = {
      ...before,
      ...onlyGiven(cleanJson(patch)),
      definition: definition ? readRuleDefinition(cleanJson(definition)) : before.definition,
      unitId: unitId === undefined ? before.unitId : (await getUnit(ctx, unitId)).id,
    }
    checkFrame(next)
    await checkRuleSense(ctx, next)
    const updated = await updateRuleRow(ctx, next)
    await announce(ctx, updated, 'updated', Object.keys(onlyGiven(change.patch)))
    return updated
  })
}

/** A deleted rule stays where purchases point at it, and never comes back. Refuses rule.not_found. */
export function setEarningRuleState(
  ctx: Ctx,
  change: { id: number; state: EarningRule['state'] },
): Promise<EarningRule> {
  return transact(ctx, async (ctx) => {
    const before = await lockRule(ctx, change.id)
    if (before.state === change.state) return before
    const updated = await updateRuleRow(ctx, { ...before, state: change.state })
    await announce(ctx, updated, change.state === 'deleted' ? 'deleted' : 'updated')
    return updated
  })
}

/** Refuses request.invalid for what could never pay. */
export async function checkRuleSense(
  ctx: Ctx,
  rule: Parameters<typeof checkDays>[0] & Parameters<typeof checkMultiplied>[0],
): Promise<void> {
  checkDays(rule, ctx.tenant.timeZone)
  checkMultiplied(rule, await selectProgrammes(ctx))
}

async function lockRule(ctx: Ctx, id: number): Promise<EarningRule> {
  const rule = Number.isSafeInteger(id) ? await selectRule(ctx, id, true) : undefined
  if (!rule) throw new DomainError('rule.not_found', { id })
  return rule
}

async function announce(
  ctx: Ctx,
  rule: EarningRule,
  operation: 'created' | 'updated' | 'deleted',
  fields: readonly string[] = ['state'],
): Promise<void> {
  await bumpRuleBook(ctx)
  await emitChanges(ctx, [
    { entity: 'earning_rule', entityId: rule.id, operation, data: { state: rule.state, name: rule.name } },
  ])
  await audit(ctx, {
    action: `earning_rule.${operation}`,
    entity: 'earning_rule',
    entityId: rule.id,
    data: { name: rule.name, state: rule.state, ...(operation === 'updated' ? { fields } : {}) },
  })
}
