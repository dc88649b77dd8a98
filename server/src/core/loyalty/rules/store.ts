import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import type { EarningRule } from '../engine/types.ts'

/** What `readDates` takes back from jsonb, where times are texts. */
export const ruleColumns = sql`id, name, description, unit_id as "unitId", state, priority, valid_from as "validFrom", valid_to as "validTo",
  definition, on_request as "onRequest", code, created_at as "createdAt", updated_at as "updatedAt"`

export interface RuleQuery {
  readonly ids?: readonly number[]
  readonly states?: readonly EarningRule['state'][]
  /** Part of the name. */
  readonly name?: string
  /** Only those that a sale has to name, or only the others. */
  readonly onRequest?: boolean
  readonly unitId?: number
  readonly offset: number
  readonly limit: number
}

/** In the order of their priority; deleted ones only where they are asked for. */
export async function selectRules(ctx: Ctx, query: RuleQuery): Promise<{ items: EarningRule[]; total: number }> {
  const where = sql`tenant_id = ${ctx.tenant.id} and state = any (${query.states ?? ['draft', 'active', 'paused']}::text[])
    and (${query.ids ?? null}::bigint[] is null or id = any (${query.ids ?? null}::bigint[]))
    and (${query.name ?? null}::text is null or position(lower(${query.name ?? null}) in lower(name)) > 0)
    and (${query.onRequest ?? null}::boolean is null or on_request = ${query.onRequest ?? null}::boolean)
    and (${query.unitId ?? null}::bigint is null or unit_id = ${query.unitId ?? null}::bigint)`
  const items = await ctx.db.query<EarningRule>(sql`
    select ${ruleColumns} from earning_rules where ${where} order by priority, id offset ${query.offset} limit ${query.limit}`)
  const [count] = await ctx.db.query<{ total: number }>(
    sql`select count(*)::bigint as total from earning_rules where ${where}`,
  )
  return { items, total: count?.total ?? 0 }
}

export async function selectRule(ctx: Ctx, id: number, lock = false): Promise<EarningRule | undefined> {
  const rows = await ctx.db.query<EarningRule>(sql`
    select ${ruleColumns} from earning_rules
     where tenant_id = ${ctx.tenant.id} and id = ${id} and state <> 'deleted' ${lock ? sql`for update` : sql``}`)
  return rows[0]
}

export async function insertRule(
  ctx: Ctx,
  rule: Omit<EarningRule, 'id' | 'createdAt' | 'updatedAt'>,
): Promise<EarningRule> {
  const now = ctx.clock.now()
  const [row] = await ctx.db.query<EarningRule>(sql`
    insert into earning_rules (tenant_id, name, description, unit_id, state, priority, valid_from, valid_to, definition, on_request, code,
      created_at, updated_at)
    values (${ctx.tenant.id}, ${rule.name}, ${rule.description}, ${rule.unitId}, ${rule.state}, ${rule.priority}, ${rule.validFrom},
      ${rule.validTo}, ${JSON.stringify(rule.definition)}::jsonb, ${rule.onRequest ?? false}, ${rule.code ?? null}, ${now}, ${now})
    returning ${ruleColumns}`)
  return row as EarningRule // an insert without conflict clause returns its row
}

export async function updateRuleRow(ctx: Ctx, rule: EarningRule): Promise<EarningRule> {
  const [row] = await ctx.db.query<EarningRule>(sql`
    update earning_rules set name = ${rule.name}, description = ${rule.description}, unit_id = ${rule.unitId}, state = ${rule.state},
           priority = ${rule.priority}, valid_from = ${rule.validFrom}, valid_to = ${rule.validTo},
           definition = ${JSON.stringify(rule.definition)}::jsonb, code = ${rule.code ?? null}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${rule.id} returning ${ruleColumns}`)
  return row as EarningRule // the caller has locked the row
}
