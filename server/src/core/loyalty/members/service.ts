import type { Ctx } from '../../../platform/ctx.ts'
import { insertMember } from './store.ts'

/** Makes a customer a member of a programme without giving anything; again changes nothing. */
export function addMember(ctx: Ctx, of: { programmeId: number; customerId: number }): Promise<void> {
  const { via, kind, id } = ctx.actor
  return insertMember(ctx, { ...of, actor: `${via}:${kind}:${id}` })
}
