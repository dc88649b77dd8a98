import { listReferenceItems, type ReferenceItem } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Fields } from './decode.ts'

/** A customer source as a body names it, with the customer's id there. */
export interface ReadSource {
  readonly code: string
  readonly externalId: string | null
}

/** Reads a CustomerSourceRecord; an unknown source is a fault of the field. */
export async function readSource(ctx: Ctx, fields: Fields): Promise<ReadSource> {
  const id = fields.needId('customer_source_id', 'reference')
  const source = (await listReferenceItems(ctx, 'customer_source')).find((candidate) => candidate.id === id)
  // An id that reads as none of the tenant's is a fault already.
  if (!source && id !== 0) fields.refuse('customer_source_id', 'not_found')
  return { code: source?.code ?? '', externalId: fields.text('external_id', { max: 255 }) ?? null }
}

export async function findSourceById(ctx: Ctx, text: string): Promise<ReferenceItem | undefined> {
  const id = ctx.ids.read('reference', ctx.tenant.id, text)
  return (await listReferenceItems(ctx, 'customer_source')).find((candidate) => candidate.id === id)
}
