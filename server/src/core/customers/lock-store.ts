import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { isCustomer } from './store.ts'
import type { CustomerId, CustomerState } from './types.ts'

/** Against every other writer, in one order for everybody; states by id. */
export async function lockRows(ctx: Ctx, ids: readonly CustomerId[]): Promise<Map<CustomerId, CustomerState>> {
  if (ids.length === 0) return new Map()
  const rows = await ctx.db.query<{ id: number; state: CustomerState }>(sql`
    select id, state from customers where tenant_id = ${ctx.tenant.id} and id = any(${ids}::bigint[])
     order by id for no key update`)
  return new Map(rows.map((row) => [row.id as CustomerId, row.state]))
}

/** Against everybody, also those who only refer to them; in the same order. */
export async function lockRowsAlone(ctx: Ctx, ids: readonly CustomerId[]): Promise<Map<CustomerId, CustomerState>> {
  const rows = await ctx.db.query<{ id: number; state: CustomerState }>(sql`
    select id, state from customers where tenant_id = ${ctx.tenant.id} and id = any(${ids}::bigint[])
     order by id for update`)
  return new Map(rows.map((row) => [row.id as CustomerId, row.state]))
}

/**
 * Who they are today, without those that don't exist; nobody merges or erases them until the transaction ends. Whoever is merged
 * already is not locked: nothing is held while waiting for the survivor. `isMerged`: the survivor was merged on in that moment.
 */
export async function holdRows(
  ctx: Ctx,
  ids: readonly number[],
): Promise<{ id: number; live: CustomerId; isMerged: boolean }[]> {
  return ctx.db.query(sql`
    select asked.id, c.id as live, c.merged_into is not null as "isMerged"
      from customers asked
      join customers c on c.tenant_id = asked.tenant_id and c.id = coalesce(asked.merged_into, asked.id)
     where asked.tenant_id = ${ctx.tenant.id} and asked.id = any(${ids}::bigint[]) and ${isCustomer}
     order by c.id for key share of c`)
}
