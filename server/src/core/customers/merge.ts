// What core/merging and core/privacy, the slices above, need of this one.
import type { Ctx } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { lockRowsAlone } from './lock-store.ts'
import { lockAlone } from './locks.ts'
import {
  eraseRows,
  lendPassword,
  type MovedRows,
  markAlive,
  markMerged,
  moveRows,
  restoreRows,
  selectSelves,
  takeBackPassword,
} from './merge-store.ts'
import { emptyProfile } from './rules.ts'
import { findCustomerById, getCustomer } from './service.ts'
import { findCustomer, updateProfile } from './store.ts'
import type { Attributes, Customer, CustomerId, Profile } from './types.ts'

/** What a merge changed in this slice, so that it can be undone; JSON. */
export interface MovedCustomer extends MovedRows {
  readonly fromState: 'anonymous' | 'identified'
  /** Fields and attributes that were empty at the survivor. */
  readonly filled: Partial<Profile>
  readonly filledAttributes: Attributes
  readonly lentPassword: boolean
}

export interface Merge {
  readonly fromId: CustomerId
  readonly intoId: CustomerId
}

/**
 * Locks both until the transaction ends and answers who they are today. Refuses customer.not_found, customer.merge_same
 * customer.erased.
 */
export async function lockMerge(ctx: Ctx, command: { fromId: number; intoId: number }): Promise<Merge> {
  const merge = {
    fromId: (await getCustomer(ctx, command.fromId)).id,
    intoId: (await getCustomer(ctx, command.intoId)).id,
  }
  if (merge.fromId === merge.intoId) throw new DomainError('customer.merge_same', command)
  const states = await lockAlone(ctx, [merge.fromId, merge.intoId])
  for (const [id, state] of states) if (state === 'erased') throw new DomainError('customer.erased', { id })
  return merge
}

/** Gives the survivor everything this slice keeps of the other, who is merged from then on. Both must be locked. */
export async function moveCustomer(ctx: Ctx, merge: Merge): Promise<MovedCustomer> {
  const from = await getCustomer(ctx, merge.fromId)
  const into = await getCustomer(ctx, merge.intoId)
  assert(from.state === 'anonymous' || from.state === 'identified', 'lockMerge refuses merged and erased customers')
  const rows = await moveRows(ctx, merge)
  const { filled, filledAttributes } = fill(from, into)
  await updateProfile(ctx, {
    id: into.id,
    profile: { ...into, ...filled },
    attributes: { ...into.attributes, ...filledAttributes },
  })
  const lentPassword = await lendPassword(ctx, merge)
  // A person who is folded into a device makes it that person.
  if (into.state === 'anonymous' && from.state === 'identified') await markAlive(ctx, into.id, 'identified')
  await markMerged(ctx, merge)
  return { ...rows, fromState: from.state, filled, filledAttributes, lentPassword }
}

function fill(from: Customer, into: Customer): { filled: Partial<Profile>; filledAttributes: Attributes } {
  const fields = Object.keys(emptyProfile) as (keyof Profile)[] // the object has exactly these keys
  const filled = Object.fromEntries(
    fields.filter((field) => into[field] === null && from[field] !== null).map((field) => [field, from[field]]),
  )
  const filledAttributes = Object.fromEntries(
    Object.entries(from.attributes).filter(([name]) => !(name in into.attributes)),
  )
  return { filled, filledAttributes }
}

/** Undoes moveCustomer; what the survivor was told since stays. Refuses customer.erased, merge.not_last. */
export async function restoreCustomer(ctx: Ctx, merge: Merge, moved: MovedCustomer): Promise<void> {
  const states = await lockRowsAlone(ctx, [merge.fromId, merge.intoId])
  const from = await findCustomer(ctx, merge.fromId)
  if (states.get(merge.intoId) === 'erased') throw new DomainError('customer.erased', { id: merge.intoId })
  if (from?.mergedInto !== merge.intoId) throw new DomainError('merge.not_last', { ...merge })
  const into = await getCustomer(ctx, merge.intoId)
  const isStill = ([field, value]: [string, unknown]) => into[field as keyof Profile] === value // the keys of a profile
  const back = Object.fromEntries(
    Object.entries(moved.filled)
      .filter(isStill)
      .map(([field]) => [field, null]),
  )
  const attributes = Object.fromEntries(
    Object.entries(into.attributes).filter(
      ([name, value]) => JSON.stringify(moved.filledAttributes[name]) !== JSON.stringify(value),
    ),
  )
  await updateProfile(ctx, { id: into.id, profile: { ...into, ...back }, attributes })
  if (moved.lentPassword) await takeBackPassword(ctx, merge)
  await markAlive(ctx, merge.fromId, moved.fromState)
  await restoreRows(ctx, merge, moved)
}

/** The living customer and the ids of all who were merged into it. Refuses `customer.not_found`. */
export async function selvesOf(ctx: Ctx, id: number): Promise<{ customer: Customer; ids: CustomerId[] }> {
  const customer = await getCustomer(ctx, id)
  return { customer, ids: await selectSelves(ctx, customer.id) }
}

/** Locks the customer, takes away everything that names a person; answers who it was. Refuses customer.erased. */
export async function forgetCustomer(ctx: Ctx, id: number): Promise<{ customer: Customer; ids: CustomerId[] }> {
  const found = await findCustomerById(ctx, id)
  if (!found) throw new DomainError('customer.not_found', { id })
  await lockAlone(ctx, [found.id])
  const { customer, ids } = await selvesOf(ctx, found.id)
  if (customer.state === 'erased') throw new DomainError('customer.erased', { id })
  await eraseRows(ctx, ids)
  return { customer, ids }
}
