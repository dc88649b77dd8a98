import type { Ctx } from '../../../platform/ctx.ts'
import { type Sql, sql } from '../../../platform/db.ts'
import type { EarningRule, Reward } from '../engine/types.ts'
import { rewardColumns } from '../rewards/store.ts'
import { programmeColumns } from '../store.ts'
import type { Programme } from '../types.ts'
import { ruleColumns } from './store.ts'

/**
 * To be called by whatever changes rules, rewards or programmes, in its transaction: from its commit on every process reads
 * them anew. The number comes from a sequence, so that it can never mean two states of the rules, not even after a rollback.
 */
export async function bumpRuleBook(ctx: Ctx): Promise<void> {
  await ctx.db.query(sql`
    insert into rule_book_versions (tenant_id) values (${ctx.tenant.id})
    on conflict (tenant_id) do update set version = nextval('entity_id')`)
}

/** Times are texts: they come out of jsonb. */
export interface BookJson {
  readonly programme: Programme | null
  readonly rules: readonly EarningRule[]
  readonly rewards: readonly Reward[]
}

/** The version as it stands, and what it holds where that is not the version that is known: one statement, one moment. */
export async function selectBook(ctx: Ctx, known: number): Promise<{ version: number; book: BookJson | null }> {
  const [row] = await ctx.db.query<{ version: number; book: BookJson | null }>(sql`
    with v as (
      select coalesce((select version from rule_book_versions where tenant_id = ${ctx.tenant.id}), 0) as version)
    select version, case when version <> ${known}::bigint then jsonb_build_object(
        'programme', (select to_jsonb(p) from (
          select ${programmeColumns} from programmes where tenant_id = ${ctx.tenant.id} and is_default and state <> 'deleted') p),
        'rules', coalesce((select jsonb_agg(to_jsonb(r) order by r.priority, r.id) from (
          select ${ruleColumns} from earning_rules where tenant_id = ${ctx.tenant.id} and state = 'active' and not on_request) r), '[]'),
        'rewards', coalesce((select jsonb_agg(to_jsonb(r) order by r.priority, r.id) from (
          select ${rewardColumns} from rewards
           where tenant_id = ${ctx.tenant.id} and state = 'active' and usage = 'automatic') r), '[]')) end as book
      from v`)
  return row as { version: number; book: BookJson | null } // v has one row
}

/** True, in SQL, while the rules are those of this version. */
export function isVersion(ctx: Ctx, version: number): Sql {
  return sql`(coalesce((select version from rule_book_versions where tenant_id = ${ctx.tenant.id}), 0) = ${version}::bigint)`
}
