import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'

export interface ListFigures {
  /** Sales of its members, whenever they were. */
  readonly orders: number
  /** What its members can spend together, in the unit asked for. */
  readonly points: Minor
}

/** What the members of a list are worth. */
export async function listFigures(ctx: Ctx, query: { listId: number; unitId: number | null }): Promise<ListFigures> {
  const [row] = await ctx.db.query<ListFigures>(sql`
    with members as (
      select customer_id from list_members where tenant_id = ${ctx.tenant.id} and list_id = ${query.listId})
    select (select count(*) from purchases p join members m on m.customer_id = p.customer_id
             where p.tenant_id = ${ctx.tenant.id} and p.kind = 'sale') as orders,
           (select coalesce(sum(a.balance), 0)::bigint from ledger_accounts a join members m on m.customer_id = a.customer_id
             where a.tenant_id = ${ctx.tenant.id} and a.role = 'available' and a.unit_id = ${query.unitId}) as points`)
  return row ?? { orders: 0, points: 0 }
}
