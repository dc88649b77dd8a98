import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { type CustomerId, holdAll } from '../customers/index.ts'
import {
  deleteTags,
  deleteTagsByPrefix,
  insertTags,
  selectTagCounts,
  selectTagCountsInList,
  selectTagsOf,
  type TagCount,
  type TagOf,
} from './tag-store.ts'

const maxLength = 200

/** Adds and removes tags of many customers at once; a tag that is there already, or not there, is fine. */
export function changeTags(
  ctx: Ctx,
  changes: { readonly add?: readonly TagOf[]; readonly remove?: readonly TagOf[] },
): Promise<void> {
  return transact(ctx, async (ctx) => {
    const [add, remove] = [changes.add?.map(cleanTag) ?? [], changes.remove?.map(cleanTag) ?? []]
    const living = await holdAll(
      ctx,
      [...add, ...remove].map((one) => one.customerId),
    )
    const today = (one: TagOf) => ({ ...one, customerId: living(one.customerId) })
    if (remove.length > 0) await emitTags(ctx, 'removed', await deleteTags(ctx, remove.map(today)))
    if (add.length > 0) await emitTags(ctx, 'added', await insertTags(ctx, add.map(today)))
  })
}

/** Removes every tag that begins with the prefix, from one customer or, with null, from all. */
export function removeTagsByPrefix(
  ctx: Ctx,
  command: { prefix: string; customerId: CustomerId | null },
): Promise<number> {
  return transact(ctx, async (ctx) => {
    const gone = await deleteTagsByPrefix(ctx, command.prefix, command.customerId)
    await emitTags(ctx, 'removed', gone)
    return gone.length
  })
}

/** By customer; who has none is absent. */
export async function tagsOf(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<ReadonlyMap<CustomerId, string[]>> {
  const grouped = Map.groupBy(await selectTagsOf(ctx, customerIds), (one) => one.customerId)
  return new Map([...grouped].map(([customerId, tags]) => [customerId, tags.map((one) => one.tag)]))
}

/** Every tag in use with how many have it, of everybody or of a list's members. */
export function listTags(ctx: Ctx, query: { listId?: number; offset?: number; limit?: number }): Promise<TagCount[]> {
  const page = { offset: query.offset ?? 0, limit: Math.min(query.limit ?? 100, 10_000) }
  return query.listId === undefined ? selectTagCounts(ctx, page) : selectTagCountsInList(ctx, query.listId, page)
}

function cleanTag(one: TagOf): TagOf {
  const tag = cleanText(one.tag).trim()
  if (tag === '' || tag.length > maxLength) throw new DomainError('request.invalid', { field: 'tags', tag })
  return { customerId: one.customerId, tag }
}

async function emitTags(ctx: Ctx, operation: 'added' | 'removed', tags: readonly TagOf[]): Promise<void> {
  await emitChanges(
    ctx,
    tags.map(({ customerId, tag }) => ({ entity: 'tag', entityId: customerId, customerId, operation, data: { tag } })),
  )
}
