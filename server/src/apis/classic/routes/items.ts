import { getItem, listItems as listInCore, type Programme, type ProgrammeItem } from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call } from '../auth.ts'
import { encodeItem, getNamedCampaign } from '../campaigns.ts'
import { refuse } from '../decode.ts'
import { type Answer, list } from '../encode.ts'

export async function listItems(call: Call): Promise<Answer> {
  const { id } = await getNamedCampaign(call)
  return { head: { buyx_items: list('item', (await listInCore(call.ctx, id)).map(encodeItem)) } }
}

/** An item by its id or by the shop's own word. */
export async function getNamedItem(
  ctx: Ctx,
  programme: Programme,
  of: { field: string; name: string },
): Promise<ProgrammeItem> {
  try {
    return await getItem(ctx, { programmeId: programme.id, name: of.name })
  } catch (error) {
    if (error instanceof DomainError && error.code === 'item.not_found') return refuse(of.field, 'does not exist')
    throw error
  }
}
