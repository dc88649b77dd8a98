import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Id } from '../../platform/ids.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { lockLiving } from '../customers/index.ts'
import * as store from './store.ts'

export type FileId = Id<'file'>

const maxBytes = 2 * 1024 * 1024

/** What a picture's first bytes say it is. */
export function pictureKind(content: Buffer): 'image/png' | 'image/jpeg' | undefined {
  if (content.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png'
  return content.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) ? 'image/jpeg' : undefined
}

/**
 * Keeps a picture of at most 2 MB in the place of the one there was. Refuses customer.not_found, customer.erased,
 * file.invalid (no PNG or JPEG), request.too_large.
 */
export function putPicture(
  ctx: Ctx,
  command: { customerId: number; purpose: 'photo'; content: Buffer },
): Promise<FileId> {
  const { content, purpose } = command
  if (content.length > maxBytes) throw new DomainError('request.too_large', { limit: maxBytes })
  const mediaType = pictureKind(content)
  if (!mediaType) throw new DomainError('file.invalid', { field: 'content' })
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, command.customerId)
    await store.deleteFiles(ctx, { customerIds: [customerId], purpose })
    const id = await store.insertFile(ctx, { customerId, purpose, mediaType, content })
    const data = { fields: [purpose] }
    await emitChanges(ctx, [{ entity: 'customer', entityId: customerId, customerId, operation: 'updated', data }])
    return id as FileId // just written
  })
}

export function findFile(ctx: Ctx, id: number): Promise<{ mediaType: string; content: Buffer } | undefined> {
  return store.selectFile(ctx, id)
}

/** The ids of many customers' pictures of a purpose, by customer. */
export async function pictureOf(
  ctx: Ctx,
  query: { customerIds: readonly number[]; purpose: 'photo' },
): Promise<ReadonlyMap<number, FileId>> {
  const rows = query.customerIds.length > 0 ? await store.selectFileIds(ctx, query) : []
  return new Map(rows.map((row) => [row.customerId, row.id as FileId])) // the ids of files
}

/** For a merge: what the survivor has of its own stays theirs. Answers what was moved, for `restoreFiles`. */
export function moveFiles(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return store.moveFileRows(ctx, move)
}

export function restoreFiles(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return store.restoreFileRows(ctx, move)
}

/** For erasure. */
export function forgetFiles(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  return store.deleteFiles(ctx, { customerIds })
}
