import type { Ctx, Server } from '../../platform/ctx.ts'
import { dbOf } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { deleteDevicesOf } from './device-store.ts'
import { forgetDevice } from './devices.ts'
import { deleteRecordsOf } from './record-store.ts'
import { checkChange, maxEventsPerCall, toRow } from './rules.ts'
import * as store from './store.ts'
import type {
  BehaviourEvent,
  CollectedItem,
  CollectionChange,
  CollectionKind,
  EventCursor,
  EventInput,
} from './types.ts'
import { writerOf, writeWithin } from './writer.ts'

/**
 * Records what was done, and changes carts and wish lists with it. Concurrent calls are gathered into one write;
 * resolves after its commit (inside a transaction of the caller: with that transaction). At most 5,000 events a call.
 * Refuses `event.invalid`, and `service.unavailable` when the process isn't keeping up.
 */
export async function recordEvents(
  ctx: Ctx,
  events: readonly EventInput[],
  changes: readonly CollectionChange[] = [],
): Promise<void> {
  if (events.length > maxEventsPerCall) throw new DomainError('request.too_large', { limit: maxEventsPerCall })
  const now = ctx.clock.now()
  const submission = { rows: events.map((event) => toRow(event, now)), changes: changes.map(checkChange) }
  if (ctx.inTransaction) await writeWithin(ctx, submission)
  else await writerOf(ctx.pool).write(ctx.tenant.id, submission)
}

/** Changes a cart or wish list without an event: what a merge of two carts or a console does. */
export function changeCollection(ctx: Ctx, change: CollectionChange): Promise<void> {
  return recordEvents(ctx, [], [change])
}

/** What is in the cart or on the wish list, oldest first. */
export function getCollection(ctx: Ctx, query: { customerId: number; kind: CollectionKind }): Promise<CollectedItem[]> {
  return store.selectCollected(ctx, query.customerId, query.kind)
}

/** The customer's events, newest first, those of merged customers included. `limit` is at most 500. */
export function listEvents(
  ctx: Ctx,
  query: { customerId: number; before?: EventCursor; types?: readonly string[]; limit: number },
): Promise<BehaviourEvent[]> {
  return store.selectOfCustomer(ctx, {
    customerId: query.customerId,
    before: query.before ?? { occurredAt: new Date(8.64e15 / 10), id: 0 },
    types: query.types ?? null,
    limit: Math.min(Math.max(query.limit, 1), 500),
  })
}

/** The products the customer last did this with, newest first, each once. `limit` is at most 200. */
export function recentProducts(
  ctx: Ctx,
  query: { customerId: number; type: string; limit: number },
): Promise<{ productCode: string; occurredAt: Date }[]> {
  return store.selectRecentProducts(ctx, { ...query, limit: Math.min(Math.max(query.limit, 1), 200) })
}

/** What a merge moved, so that it can be undone. */
export type MovedCollections = readonly { kind: CollectionKind; productCode: string; quantity: number }[]

/** Moves the carts and wish lists of a customer that is merged. Events stay: their readers follow the merge. */
export function moveCollections(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<MovedCollections> {
  return store.moveCollectedRows(ctx, move)
}

/** Gives back what a merge had moved. */
export async function restoreCollections(
  ctx: Ctx,
  move: { fromId: number; intoId: number; moved: MovedCollections },
): Promise<void> {
  const changes = (['cart', 'wish'] as const).flatMap((kind) => {
    const items = move.moved.filter((item) => item.kind === kind)
    return [
      { customerId: move.intoId, kind, action: 'remove' as const, items },
      { customerId: move.fromId, kind, action: 'put' as const, items },
    ]
  })
  await recordEvents(ctx, [], changes)
}

/** For erasure: carts and devices are gone, events are nobody's. A device that comes again is a new one. */
export async function forgetBehaviour(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await store.blankBehaviour(ctx, customerIds)
  await deleteRecordsOf(ctx, customerIds)
  for (const did of await deleteDevicesOf(ctx, customerIds)) forgetDevice(ctx, did)
}

const keyLifetimeDays = 35

/** Makes the partitions of this month and the next ones, and forgets event keys that no client repeats any more. */
export async function maintainEvents(
  server: Server,
  options: { monthsAhead: number } = { monthsAhead: 3 },
): Promise<void> {
  const now = server.clock.now()
  const db = dbOf(server.pool)
  for (let ahead = 0; ahead <= options.monthsAhead; ahead++) {
    const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1))
    await store.makePartition(db, month.toISOString().slice(0, 10))
  }
  await store.deleteOldKeys(db, new Date(now.getTime() - keyLifetimeDays * 86_400_000))
}
