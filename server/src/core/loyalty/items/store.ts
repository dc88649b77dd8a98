import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import type { ProgrammeItem } from '../types.ts'

const itemColumns = sql`i.unit_id as "unitId", i.programme_id as "programmeId", u.name, u.code, i.needed`

/** Of one programme, or of all; deleted ones are gone. */
export function selectItems(ctx: Ctx, programmeId: number | null): Promise<ProgrammeItem[]> {
  return ctx.db.query<ProgrammeItem>(sql`
    select ${itemColumns} from programme_items i join units u on u.tenant_id = i.tenant_id and u.id = i.unit_id
     where i.tenant_id = ${ctx.tenant.id} and i.state = 'active'
       and (${programmeId}::bigint is null or i.programme_id = ${programmeId}::bigint) order by i.unit_id`)
}

export async function insertItem(
  ctx: Ctx,
  item: { programmeId: number; unitId: number; needed: number },
): Promise<void> {
  await ctx.db.query(sql`
    insert into programme_items (tenant_id, programme_id, unit_id, needed)
    values (${ctx.tenant.id}, ${item.programmeId}, ${item.unitId}, ${item.needed})`)
}

/** Whether a unit was ever an item's. */
export async function isItemUnit(ctx: Ctx, unitId: number): Promise<boolean> {
  const rows = await ctx.db.query(
    sql`select 1 from programme_items where tenant_id = ${ctx.tenant.id} and unit_id = ${unitId}`,
  )
  return rows.length > 0
}

export async function updateItemRow(
  ctx: Ctx,
  item: { unitId: number; needed: number; state: 'active' | 'deleted' },
): Promise<void> {
  await ctx.db.query(sql`
    update programme_items set needed = ${item.needed}, state = ${item.state}
     where tenant_id = ${ctx.tenant.id} and unit_id = ${item.unitId}`)
}
