import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import type { CodePool } from '../types.ts'

const poolColumns = sql`p.id, p.name, p.created_at as "createdAt",
  (select count(*) from pool_codes c where c.tenant_id = p.tenant_id and c.pool_id = p.id and c.voucher_id is null) as free,
  (select count(*) from pool_codes c where c.tenant_id = p.tenant_id and c.pool_id = p.id and c.voucher_id is not null) as used`

export function selectPools(ctx: Ctx): Promise<CodePool[]> {
  return ctx.db.query<CodePool>(
    sql`select ${poolColumns} from code_pools p where p.tenant_id = ${ctx.tenant.id} order by p.id limit 1000`,
  )
}

export async function selectPool(ctx: Ctx, id: number): Promise<CodePool | undefined> {
  const rows = await ctx.db.query<CodePool>(
    sql`select ${poolColumns} from code_pools p where p.tenant_id = ${ctx.tenant.id} and p.id = ${id}`,
  )
  return rows[0]
}

export async function insertPool(ctx: Ctx, name: string): Promise<number> {
  const [row] = await ctx.db.query<{ id: number }>(sql`
    insert into code_pools (tenant_id, name, created_at) values (${ctx.tenant.id}, ${name}, ${ctx.clock.now()}) returning id`)
  return (row as { id: number }).id // an insert without conflict clause returns its row
}

/** Answers how many were new to the pool. */
export async function insertCodes(ctx: Ctx, poolId: number, codes: readonly string[]): Promise<number> {
  const [row] = await ctx.db.query<{ added: number }>(sql`
    with added as (
      insert into pool_codes (tenant_id, pool_id, code)
      select ${ctx.tenant.id}, ${poolId}, code from unnest(${codes}::text[]) code
      on conflict do nothing returning 1)
    select count(*) as added from added`)
  return row?.added ?? 0
}

/** The next free code, from now on the voucher's; parallel calls pass over one that another has just taken. */
export async function takeCode(ctx: Ctx, of: { poolId: number; voucherId: number }): Promise<string | undefined> {
  const rows = await ctx.db.query<{ code: string }>(sql`
    update pool_codes set voucher_id = ${of.voucherId}
     where tenant_id = ${ctx.tenant.id} and pool_id = ${of.poolId} and code = (
       select code from pool_codes
        where tenant_id = ${ctx.tenant.id} and pool_id = ${of.poolId} and voucher_id is null
        order by code limit 1 for update skip locked)
    returning code`)
  return rows[0]?.code
}

export async function giveCodeTo(ctx: Ctx, code: { poolId: number; code: string; voucherId: number }): Promise<void> {
  await ctx.db.query(sql`
    update pool_codes set voucher_id = ${code.voucherId}
     where tenant_id = ${ctx.tenant.id} and pool_id = ${code.poolId} and code = ${code.code}`)
}
