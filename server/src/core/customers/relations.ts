import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import * as store from './relation-store.ts'
import { findCustomerByCode, lockBoth, lockLiving } from './service.ts'
import type { Customer, CustomerId, InterestRecord, Relation } from './types.ts'

/** What the customer and others are to each other, on either side; ended ones included. */
export function listRelations(ctx: Ctx, customerId: number): Promise<Relation[]> {
  return store.selectRelations(ctx, customerId)
}

export function isCurrent(relation: Relation, now: Date): boolean {
  return relation.validFrom <= now && (relation.validTo === null || relation.validTo > now)
}

/**
 * Says that two customers belong together from now on. Refuses customer.not_found, customer.erased, customer.merge_same
 * (both are one), relation.exists while the same relation between the two holds.
 */
export function relate(
  ctx: Ctx,
  command: { customerId: number; relatedId: number; typeId: number; isLeading: boolean },
): Promise<Relation> {
  return transact(ctx, async (ctx) => {
    const [customer, related] = await lockBoth(ctx, [command.customerId, command.relatedId])
    if (customer === related) throw new DomainError('customer.merge_same', { id: customer })
    const now = ctx.clock.now()
    const known = (await store.selectRelations(ctx, customer)).some(
      (one) =>
        one.customerId === customer &&
        one.relatedId === related &&
        one.typeId === command.typeId &&
        isCurrent(one, now),
    )
    if (known) throw new DomainError('relation.exists', { relatedId: related })
    // From here it must succeed.
    const relation = await store.insertRelation(ctx, { ...command, customerId: customer, relatedId: related })
    await emitRelated(ctx, relation, 'related')
    return relation
  })
}

/** Ends a relation of the customer's. Refuses relation.not_found, also when it has ended. */
export function endRelation(ctx: Ctx, of: { customerId: number; id: number }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const relation = (await store.selectRelations(ctx, of.customerId)).find((one) => one.id === of.id)
    if (!relation || !isCurrent(relation, ctx.clock.now())) throw new DomainError('relation.not_found', { id: of.id })
    await store.endRelationRow(ctx, relation.id)
    await emitRelated(ctx, relation, 'relation_ended')
  })
}

/** Whoever hands out this code to others; a customer's own code is what they refer others with. */
export async function findReferrer(ctx: Ctx, code: string): Promise<Customer | undefined> {
  const customer = await findCustomerByCode(ctx, code)
  return customer?.state === 'identified' ? customer : undefined
}

export function listInterests(ctx: Ctx, customerId: number): Promise<InterestRecord[]> {
  return store.selectInterests(ctx, customerId)
}

/** Refuses customer.not_found, customer.erased, relation.exists when the customer has the interest. */
export function addInterest(ctx: Ctx, command: { customerId: number; interestId: number }): Promise<InterestRecord> {
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, command.customerId)
    const record = await store.insertInterest(ctx, { customerId, interestId: command.interestId })
    if (!record) throw new DomainError('relation.exists', { interestId: command.interestId })
    await emitInterests(ctx, customerId)
    return record
  })
}

/** Another interest in the place of one. Refuses relation.not_found, relation.exists. */
export function changeInterest(
  ctx: Ctx,
  command: { customerId: number; id: number; interestId: number },
): Promise<void> {
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, command.customerId)
    const records = await store.selectInterests(ctx, customerId)
    if (!records.some((record) => record.id === command.id))
      throw new DomainError('relation.not_found', { id: command.id })
    if (records.some((record) => record.interestId === command.interestId && record.id !== command.id)) {
      throw new DomainError('relation.exists', { interestId: command.interestId })
    }
    await store.updateInterest(ctx, command)
    await emitInterests(ctx, customerId)
  })
}

/** Refuses relation.not_found. */
export function removeInterest(ctx: Ctx, of: { customerId: number; id: number }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, of.customerId)
    const known = (await store.selectInterests(ctx, customerId)).some((record) => record.id === of.id)
    if (!known) throw new DomainError('relation.not_found', { id: of.id })
    await store.deleteInterest(ctx, of.id)
    await emitInterests(ctx, customerId)
  })
}

/** The partners that the customer was taken away from; everybody belongs to all others. */
export function partnersLeft(ctx: Ctx, customerId: number): Promise<number[]> {
  return store.selectPartnersLeft(ctx, customerId)
}

/** From now on the customer does not belong to these partners, and to all others. */
export function leavePartners(ctx: Ctx, command: { customerId: number; partnerIds: readonly number[] }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const customerId = await lockLiving(ctx, command.customerId)
    await store.replacePartnersLeft(ctx, { customerId, partnerIds: command.partnerIds })
    await emitFields(ctx, customerId, 'partners')
  })
}

const emitInterests = (ctx: Ctx, id: CustomerId) => emitFields(ctx, id, 'interests')

function emitFields(ctx: Ctx, id: CustomerId, field: string): Promise<void> {
  const data = { fields: [field] }
  return emitChanges(ctx, [{ entity: 'customer', entityId: id, customerId: id, operation: 'updated', data }])
}

function emitRelated(ctx: Ctx, { customerId, relatedId, typeId }: Relation, operation: string): Promise<void> {
  const data = { relatedId, typeId }
  return emitChanges(ctx, [{ entity: 'customer', entityId: customerId, customerId, operation, data }])
}
