import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { audit } from '../accounts/index.ts'
import { moveAudience, restoreAudience } from '../audience/index.ts'
import { moveConsent, restoreConsent } from '../consent/index.ts'
import {
  type CustomerId,
  getCustomer,
  type Identified,
  type Identify,
  identify,
  lockMerge,
  type Merge,
  moveCustomer,
  restoreCustomer,
} from '../customers/index.ts'
import { moveCollections, restoreCollections } from '../events/index.ts'
import { moveFiles, restoreFiles } from '../files/index.ts'
import { moveBalances, restoreBalances } from '../ledger/index.ts'
import {
  moveCardsOf,
  moveReservationsOf,
  moveTiersOf,
  moveUsagesOf,
  moveVouchersOf,
  restoreCardsOf,
  restoreTiersOf,
  restoreUsagesOf,
  restoreVouchersOf,
  resumeReservations,
  suspendReservations,
} from '../loyalty/index.ts'
import { moveMessages, restoreMessages } from '../messaging/index.ts'
import { movePurchases, restorePurchases } from '../purchases/index.ts'
import { blankMerges, insertMerge, lockMergeRow, markUndone, selectMerges, setMoved } from './store.ts'
import type { MergeId, MergeRecord, Moved } from './types.ts'

/**
 * Folds one customer into another: identities, purchases, balances with their lots, lists, cards and the rest lead to the
 * survivor from then on, and the other's id leads there too. Refuses customer.not_found, customer.merge_same,
 * customer.erased.
 */
export function mergeCustomers(
  ctx: Ctx,
  command: { fromId: number; intoId: number; reason: string },
): Promise<MergeId> {
  return transact(ctx, async (ctx) => {
    const merge = await lockMerge(ctx, command)
    const id = await insertMerge(ctx, { ...merge, reason: cleanText(command.reason) })
    // From here it must succeed.
    await setMoved(ctx, id, await moveAll(ctx, merge, id))
    await announce(ctx, 'merged', { ...merge, id })
    return id
  })
}

async function moveAll(ctx: Ctx, merge: Merge, id: MergeId): Promise<Moved> {
  return {
    audience: await moveAudience(ctx, merge),
    consent: await moveConsent(ctx, merge),
    messages: await moveMessages(ctx, merge),
    purchases: await movePurchases(ctx, merge),
    cards: await moveCardsOf(ctx, merge),
    tiers: await moveTiersOf(ctx, merge),
    reservations: await moveReservationsOf(ctx, merge),
    files: await moveFiles(ctx, merge),
    vouchers: await moveVouchersOf(ctx, merge),
    usages: await moveUsagesOf(ctx, merge),
    lots: await moveBalances(ctx, { ...merge, key: `merge:${id}` }),
    collections: await moveCollections(ctx, merge),
    // Last: from here on the one that goes is merged, and looking it up gives the survivor.
    customer: await moveCustomer(ctx, merge),
  }
}

/**
 * Takes a merge apart again. What the two did together since stays with the survivor, and so does what they spent.
 * Refuses merge.not_found, merge.already_undone, merge.not_last (the survivor was merged on: undo that first), customer.erased.
 */
export function undoMerge(ctx: Ctx, mergeId: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const record = Number.isSafeInteger(mergeId) ? await lockMergeRow(ctx, mergeId) : undefined
    if (!record) throw new DomainError('merge.not_found', { id: mergeId })
    if (record.undoneAt) throw new DomainError('merge.already_undone', { id: mergeId })
    const { moved, id } = record
    if (!moved.customer) throw new DomainError('customer.erased', { id: record.intoId })
    const reservations = moved.reservations ?? []
    const suspended = await suspendReservations(ctx, reservations)
    await restoreCustomer(ctx, record, moved.customer)
    await restoreAudience(ctx, record, moved.audience)
    await restoreConsent(ctx, record, moved.consent)
    const back = { fromId: record.intoId, intoId: record.fromId }
    await restoreMessages(ctx, { ...back, ids: moved.messages })
    await restorePurchases(ctx, { ...back, ids: moved.purchases })
    await restoreCardsOf(ctx, { ...back, ids: moved.cards })
    await restoreTiersOf(ctx, { ...back, ids: moved.tiers ?? [] })
    await restoreFiles(ctx, { ...back, ids: moved.files ?? [] })
    await restoreVouchersOf(ctx, { ...back, ids: moved.vouchers ?? [] })
    await restoreUsagesOf(ctx, { ...back, moved: moved.usages ?? [] })
    await restoreBalances(ctx, { ...back, key: `merge:${id}:undone`, lotIds: moved.lots })
    await resumeReservations(ctx, { customerId: record.fromId, ids: reservations, suspended })
    await restoreCollections(ctx, { ...back, moved: moved.collections })
    await markUndone(ctx, id)
    await announce(ctx, 'unmerged', record)
  })
}

async function announce(ctx: Ctx, operation: 'merged' | 'unmerged', merge: Merge & { id: MergeId }): Promise<void> {
  const data = { mergeId: merge.id, fromId: merge.fromId, intoId: merge.intoId }
  await emitChanges(
    ctx,
    [merge.intoId, merge.fromId].map((id) => ({ entity: 'customer', entityId: id, customerId: id, operation, data })),
  )
  await audit(ctx, { action: `customer.${operation}`, entity: 'customer', entityId: merge.intoId, data })
}

/** Newest first: merges the customer took part in. */
export function listMerges(ctx: Ctx, customerId: number): Promise<MergeRecord[]> {
  return selectMerges(ctx, customerId)
}

/**
 * `identify`, and then folds in what it found beside: the anonymous customer of a device on which somebody known signs in;
 * with policy merge, everybody the claims led to.
 */
export function identifyPerson(ctx: Ctx, command: Identify): Promise<Identified & { merged: readonly CustomerId[] }> {
  return transact(ctx, async (ctx) => {
    const identified = await identify(ctx, command)
    for (const fromId of identified.mergeable) {
      await mergeCustomers(ctx, { fromId, intoId: identified.customer.id, reason: 'identified' })
    }
    const merged = identified.mergeable
    const customer = merged.length > 0 ? await getCustomer(ctx, identified.customer.id) : identified.customer
    return { ...identified, customer, merged }
  })
}

/** For erasure. */
export function forgetMerges(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  return blankMerges(ctx, customerIds)
}
