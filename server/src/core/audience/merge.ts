// What core/merging and core/privacy, the slices above, need of this one.
import type { Ctx } from '../../platform/ctx.ts'
import type { CustomerId, Merge } from '../customers/index.ts'
import {
  deleteEverything,
  deleteFromSegments,
  insertIntoSegments,
  moveFreeMemberships,
  returnMemberships,
  selectExistingLists,
  selectSegmentIds,
} from './merge-store.ts'
import { deleteMembers, insertMembers, lockMembers, selectMembershipsOf, updateMembers } from './store.ts'
import { deleteTags, insertTags, selectTagsOf } from './tag-store.ts'
import type { Member } from './types.ts'

/** What a merge changed in this slice, so that it can be undone; JSON. */
export interface MovedAudience {
  /** Lists whose membership went along. */
  readonly lists: readonly number[]
  /** Lists both were in: both memberships as they were (dates as texts once read back: the store writes either). */
  readonly shared: readonly { from: Member; into: Member }[]
  readonly tags: readonly string[]
  readonly newTags: readonly string[]
  readonly segments: readonly number[]
  readonly newSegments: readonly number[]
}

/**
 * The survivor is in every list either was in. Where both were, the survivor's membership stays, but whoever left by their
 * own act under one name has left under both.
 */
export async function moveAudience(ctx: Ctx, merge: Merge): Promise<MovedAudience> {
  const lists = await moveFreeMemberships(ctx, merge)
  const shared = await shareMemberships(ctx, merge)
  const tags = (await selectTagsOf(ctx, [merge.fromId])).map((one) => one.tag)
  const newTags = await insertTags(
    ctx,
    tags.map((tag) => ({ customerId: merge.intoId, tag })),
  )
  await deleteTags(
    ctx,
    tags.map((tag) => ({ customerId: merge.fromId, tag })),
  )
  const segments = await selectSegmentIds(ctx, merge.fromId)
  const newSegments = await insertIntoSegments(ctx, merge.intoId, segments)
  await deleteFromSegments(ctx, merge.fromId, segments)
  return { lists, shared, tags, newTags: newTags.map((one) => one.tag), segments, newSegments }
}

async function shareMemberships(ctx: Ctx, merge: Merge): Promise<{ from: Member; into: Member }[]> {
  const shared: { from: Member; into: Member }[] = []
  for (const from of await selectMembershipsOf(ctx, [merge.fromId])) {
    const [into] = await lockMembers(ctx, from.listId, [merge.intoId])
    if (!into) continue
    shared.push({ from, into })
    await deleteMembers(ctx, from.listId, [merge.fromId])
    if (from.leftByPerson && !into.leftByPerson) {
      await updateMembers(ctx, from.listId, [{ ...into, leftAt: into.leftAt ?? from.leftAt, leftByPerson: true }])
    }
  }
  return shared
}

export async function restoreAudience(ctx: Ctx, merge: Merge, moved: MovedAudience): Promise<void> {
  await returnMemberships(ctx, merge, moved.lists)
  await restoreShared(ctx, merge, moved)
  await deleteTags(
    ctx,
    moved.newTags.map((tag) => ({ customerId: merge.intoId, tag })),
  )
  await insertTags(
    ctx,
    moved.tags.map((tag) => ({ customerId: merge.fromId, tag })),
  )
  await deleteFromSegments(ctx, merge.intoId, moved.newSegments)
  await insertIntoSegments(ctx, merge.fromId, moved.segments)
}

async function restoreShared(ctx: Ctx, merge: Merge, moved: MovedAudience): Promise<void> {
  const existing = await selectExistingLists(
    ctx,
    moved.shared.map((one) => one.from.listId),
  )
  for (const { from, into } of moved.shared.filter((one) => existing.has(one.from.listId))) {
    await insertMembers(ctx, from.listId, [from])
    // Only what the merge itself changed is taken back.
    const [now] = await lockMembers(ctx, from.listId, [merge.intoId])
    if (now && from.leftByPerson && !into.leftByPerson) {
      await updateMembers(ctx, from.listId, [{ ...now, leftAt: into.leftAt, leftByPerson: false }])
    }
  }
}

/** For erasure. */
export function forgetAudience(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  return deleteEverything(ctx, customerIds)
}
