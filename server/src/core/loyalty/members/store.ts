import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'

export async function insertMember(
  ctx: Ctx,
  member: { programmeId: number; customerId: number; actor: string },
): Promise<void> {
  await ctx.db.query(sql`
    insert into programme_members (tenant_id, programme_id, customer_id, actor, joined_at)
    values (${ctx.tenant.id}, ${member.programmeId}, ${member.customerId}, ${member.actor}, ${ctx.clock.now()})
    on conflict on constraint programme_members_key do nothing`)
}
