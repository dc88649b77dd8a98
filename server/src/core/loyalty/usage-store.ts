import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'

/** One counter: of a rule or reward, for one customer or (0) for all, in one period ('' for ever, else its first day). */
export interface UsageKey {
  readonly ruleId: number
  readonly customerId: number
  readonly period: string
}

export interface UsageRow extends UsageKey {
  readonly uses: number
  readonly amount: Minor
}

/** The counters as they stand; with `lock` made where they are missing, and nobody else's until the transaction ends. */
export async function selectUsages(ctx: Ctx, keys: readonly UsageKey[], lock: boolean): Promise<UsageRow[]> {
  const rows = JSON.stringify(keys)
  if (lock) {
    await ctx.db.query(sql`
      insert into rule_usages (tenant_id, rule_id, customer_id, period)
      select distinct ${ctx.tenant.id}::bigint, "ruleId", "customerId", period
        from jsonb_to_recordset(${rows}::jsonb) as rows ("ruleId" bigint, "customerId" bigint, period text)
       order by 2, 3, 4 on conflict do nothing`)
  }
  return ctx.db.query<UsageRow>(sql`
    select u.rule_id as "ruleId", u.customer_id as "customerId", u.period, u.uses, u.amount from rule_usages u
     where u.tenant_id = ${ctx.tenant.id} and (u.rule_id, u.customer_id, u.period) in (
       select "ruleId", "customerId", period from jsonb_to_recordset(${rows}::jsonb) as rows ("ruleId" bigint, "customerId" bigint, period text))
     order by u.rule_id, u.customer_id, u.period ${lock ? sql`for update` : sql``}`)
}

/** Counts up, or with negative numbers down; never below nothing. Counters that are not there stay away: `selectUsages` makes them. */
export async function addUsages(ctx: Ctx, rows: readonly UsageRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    update rule_usages u set uses = greatest(0, u.uses + r.uses), amount = greatest(0, u.amount + r.amount)
      from (select "ruleId", "customerId", period, sum(uses)::int as uses, sum(amount)::bigint as amount
              from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows ("ruleId" bigint, "customerId" bigint, period text, uses int, amount bigint)
             group by 1, 2, 3) r
     where u.tenant_id = ${ctx.tenant.id} and u.rule_id = r."ruleId" and u.customer_id = r."customerId" and u.period = r.period`)
}

/** A counter that a merge moved; JSON. */
export interface MovedUsage {
  readonly ruleId: number
  readonly period: string
  readonly uses: number
  readonly amount: Minor
}

/** A customer's counters, which are gone from then on. */
export function takeUsages(ctx: Ctx, customerId: number): Promise<MovedUsage[]> {
  return ctx.db.query<MovedUsage>(sql`
    delete from rule_usages where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and customer_id <> 0
    returning rule_id as "ruleId", period, uses, amount`)
}

/** Counts up, making the counters that are missing; in one order for everybody. */
export async function putUsages(ctx: Ctx, rows: readonly UsageRow[]): Promise<void> {
  if (rows.length === 0) return
  await ctx.db.query(sql`
    insert into rule_usages as u (tenant_id, rule_id, customer_id, period, uses, amount)
    select ${ctx.tenant.id}::bigint, "ruleId", "customerId", period, uses, amount
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows ("ruleId" bigint, "customerId" bigint, period text, uses int, amount bigint)
     order by 2, 3, 4
    on conflict (tenant_id, rule_id, customer_id, period) do update set uses = u.uses + excluded.uses, amount = u.amount + excluded.amount`)
}
