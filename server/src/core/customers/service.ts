import { type Ctx, transact } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { onlyGiven } from '../../platform/records.ts'
import { mergeAttributes } from './attribute-rules.ts'
import { listGlobalDefinitions } from './attribute-store.ts'
import { makeCustomers } from './create.ts'
import { identify } from './identify.ts'
import { deleteIdentity, findOwners, insertIdentities, makePrimary, setVerified } from './identity-store.ts'
import { holdCustomers, lockForChange } from './locks.ts'
import { applyPatch, claimKey, emptyProfile, normaliseClaim, primaryIdentity } from './rules.ts'
import {
  findByCode,
  findByIdentity,
  findCustomer,
  findCustomersByIds,
  findSurvivorId,
  touchCustomer,
  updateProfile,
} from './store.ts'
import type {
  Attributes,
  Claim,
  Customer,
  CustomerId,
  CustomerInput,
  CustomerPatch,
  IdentityId,
  IdentityKind,
} from './types.ts'

/** A new customer, with or without anything that leads to it. Refuses `identity.taken` when one of its identities is known. */
export function createCustomer(ctx: Ctx, input: CustomerInput): Promise<Customer> {
  const claims = claimsOf(input)
  return transact(ctx, async (ctx) => {
    if (claims.length > 0) return (await identify(ctx, { claims, policy: 'refuse', create: input })).customer
    const [id] = await makeCustomers(ctx, [{ ...input, state: 'identified' }])
    assert(id !== undefined, 'one input makes one customer')
    await emitChanges(ctx, [{ entity: 'customer', entityId: id, customerId: id, operation: 'created' }])
    return getCustomer(ctx, id)
  })
}

function claimsOf(input: CustomerInput): Claim[] {
  return [
    ...(input.email ? [{ kind: 'email' as const, value: input.email }] : []),
    ...(input.phone ? [{ kind: 'phone' as const, value: input.phone }] : []),
    ...(input.claims ?? []),
  ]
}

/** The customer, or the one it was merged into. Refuses `customer.not_found`. */
export async function getCustomer(ctx: Ctx, id: number): Promise<Customer> {
  const customer = await findCustomerById(ctx, id)
  if (!customer) throw new DomainError('customer.not_found', { id })
  return customer
}

/** Like getCustomer, undefined when there is none. */
export async function findCustomerById(ctx: Ctx, id: number): Promise<Customer | undefined> {
  if (!Number.isSafeInteger(id)) return undefined
  const customer = await findCustomer(ctx, id)
  if (customer?.state !== 'merged') return customer
  const survivorId = await findSurvivorId(ctx, id)
  return survivorId === undefined ? undefined : findCustomer(ctx, survivorId)
}

/** In the order asked for, without those that don't exist. Merged ones come as they are: their state says so. */
export async function getCustomers(ctx: Ctx, ids: readonly number[]): Promise<Customer[]> {
  const known = ids.filter(Number.isSafeInteger)
  const byId = new Map((await findCustomersByIds(ctx, known)).map((customer) => [customer.id as number, customer]))
  return known.flatMap((id) => byId.get(id) ?? [])
}

/** `holdCustomers`, refusing `customer.not_found` when one of them is unknown. */
export async function holdAll(ctx: Ctx, ids: readonly number[]): Promise<(id: number) => CustomerId> {
  const live = await holdCustomers(ctx, ids)
  return (id) => {
    const today = live.get(id)
    if (today === undefined) throw new DomainError('customer.not_found', { id })
    return today
  }
}

/** Undefined also when the value cannot be one of its kind (an e-mail without @). */
export async function findCustomerByIdentity(ctx: Ctx, identity: Claim): Promise<Customer | undefined> {
  let claim: ReturnType<typeof normaliseClaim>
  try {
    claim = normaliseClaim(identity, ctx.tenant.country)
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
  return findByIdentity(ctx, claim)
}

export async function findCustomerByCode(ctx: Ctx, code: string): Promise<Customer | undefined> {
  const customer = await findByCode(ctx, code)
  return customer?.state === 'merged' ? findCustomerById(ctx, customer.id) : customer
}

/** Changes what the patch names. Refuses customer.not_found, customer.erased, identity.taken, attribute.invalid_value. */
export function updateCustomer(ctx: Ctx, command: { id: number; patch: CustomerPatch }): Promise<Customer> {
  return transact(ctx, async (ctx) => {
    const customer = await getForChange(ctx, command.id)
    const { profile, changed } = applyPatch(customer, command.patch)
    const attributes = command.patch.attributes
      ? mergeAttributes(customer.attributes, command.patch.attributes, await listGlobalDefinitions(ctx))
      : customer.attributes
    if (command.patch.attributes) changed.push('attributes')
    for (const kind of ['email', 'phone'] as const) {
      if (await replacePrimary(ctx, customer, kind, command.patch[kind])) changed.push(kind)
    }
    if (changed.length === 0) return customer
    await updateProfile(ctx, { id: customer.id, profile, attributes })
    await emitUpdated(ctx, customer.id, changed)
    return getCustomer(ctx, customer.id)
  })
}

/** Sets every field of the profile; what is not given becomes empty. Identities change only where e-mail or phone is given. */
export function replaceCustomer(ctx: Ctx, command: { id: number; customer: CustomerInput }): Promise<Customer> {
  return updateCustomer(ctx, { id: command.id, patch: { ...emptyProfile, ...onlyGiven(command.customer) } })
}

/** Adds to, changes or (null) removes from the customer's attributes. "+1" counts up a numeric one. */
export function setAttributes(ctx: Ctx, command: { customerId: number; values: Attributes }): Promise<Customer> {
  return updateCustomer(ctx, { id: command.customerId, patch: { attributes: command.values } })
}

/**
 * Who the customer is today, locked until the transaction ends: for other slices whose rules count what a customer has.
 * Refuses customer.not_found, customer.erased.
 */
export async function lockLiving(ctx: Ctx, id: number): Promise<CustomerId> {
  return (await getForChange(ctx, id)).id
}

/** The same of two, who are locked at once. */
export async function lockBoth(ctx: Ctx, ids: readonly [number, number]): Promise<readonly [CustomerId, CustomerId]> {
  const [one, other] = [(await getCustomer(ctx, ids[0])).id, (await getCustomer(ctx, ids[1])).id]
  for (const [id, state] of await lockForChange(ctx, [one, other])) {
    if (state === 'erased') throw new DomainError('customer.erased', { id })
  }
  return [one, other]
}

// Any two writers of one customer queue here.
async function getForChange(ctx: Ctx, id: number): Promise<Customer> {
  const { id: liveId } = await getCustomer(ctx, id)
  await lockForChange(ctx, [liveId])
  const customer = await getCustomer(ctx, liveId)
  if (customer.state === 'erased') throw new DomainError('customer.erased', { id })
  return customer
}

async function replacePrimary(
  ctx: Ctx,
  customer: Customer,
  kind: 'email' | 'phone',
  value: string | null | undefined,
): Promise<boolean> {
  if (value === undefined) return false
  const old = primaryIdentity(customer, kind)
  if (value === null || value.trim() === '') return old ? deleteIdentity(ctx, customer.id, old.id) : false
  const claim = normaliseClaim({ kind, value }, ctx.tenant.country)
  if (old?.value === claim.value) return false
  const identityId = await ownIdentity(ctx, customer.id, { kind, value })
  await makePrimary(ctx, { customerId: customer.id, kind, identityId })
  if (old) await deleteIdentity(ctx, customer.id, old.id)
  return true
}

// The id of the customer's identity with this value, added when it is free. Refuses `identity.taken`.
async function ownIdentity(ctx: Ctx, customerId: CustomerId, claim: Claim): Promise<IdentityId> {
  const normal = normaliseClaim(claim, ctx.tenant.country)
  await insertIdentities(ctx, [{ ...normal, customerId }])
  const owner = (await findOwners(ctx, [normal])).get(claimKey(normal))
  if (owner?.customerId !== customerId) {
    throw new DomainError('identity.taken', { kind: normal.kind, value: normal.display, customerId: owner?.customerId })
  }
  const { identities } = await getCustomer(ctx, customerId)
  const identity = identities.find((one) => claimKey(one) === claimKey(normal))
  assert(identity, 'the owner of a claim has it among its identities')
  return identity.id
}

/** Gives the customer one more identity; having it already is fine. Refuses `identity.taken`. */
export function addIdentity(
  ctx: Ctx,
  command: { customerId: number; claim: Claim; primary?: boolean },
): Promise<Customer> {
  return transact(ctx, async (ctx) => {
    const customer = await getForChange(ctx, command.customerId)
    const identityId = await ownIdentity(ctx, customer.id, command.claim)
    if (command.claim.verified) {
      await setVerified(ctx, customer.id, [normaliseClaim(command.claim, ctx.tenant.country)])
    }
    if (command.primary) {
      await makePrimary(ctx, { customerId: customer.id, kind: command.claim.kind, identityId })
    }
    await identitiesChanged(ctx, customer.id)
    return getCustomer(ctx, customer.id)
  })
}

/** Refuses `identity.not_found` when it is not the customer's. */
export function removeIdentity(ctx: Ctx, command: { customerId: number; identityId: number }): Promise<Customer> {
  return changeIdentity(ctx, command, (ctx, customer, identity) => deleteIdentity(ctx, customer.id, identity.id))
}

export function setPrimaryIdentity(ctx: Ctx, command: { customerId: number; identityId: number }): Promise<Customer> {
  return changeIdentity(ctx, command, (ctx, customer, identity) =>
    makePrimary(ctx, { customerId: customer.id, kind: identity.kind, identityId: identity.id }),
  )
}

/** Notes that the customer proved to own it. */
export function verifyIdentity(ctx: Ctx, command: { customerId: number; identityId: number }): Promise<Customer> {
  return changeIdentity(ctx, command, (ctx, customer, identity) =>
    setVerified(ctx, customer.id, [{ ...identity, verified: true }]),
  )
}

type Change = (ctx: Ctx, customer: Customer, identity: Customer['identities'][number]) => Promise<unknown>

function changeIdentity(
  ctx: Ctx,
  command: { customerId: number; identityId: number },
  change: Change,
): Promise<Customer> {
  return transact(ctx, async (ctx) => {
    const customer = await getForChange(ctx, command.customerId)
    const identity = customer.identities.find((one) => one.id === command.identityId)
    if (!identity) throw new DomainError('identity.not_found', { id: command.identityId })
    await change(ctx, customer, identity)
    await identitiesChanged(ctx, customer.id)
    return getCustomer(ctx, customer.id)
  })
}

async function identitiesChanged(ctx: Ctx, id: CustomerId): Promise<void> {
  await touchCustomer(ctx, id)
  await emitUpdated(ctx, id, ['identities'])
}

async function emitUpdated(ctx: Ctx, id: CustomerId, fields: readonly string[]): Promise<void> {
  await emitChanges(ctx, [{ entity: 'customer', entityId: id, customerId: id, operation: 'updated', data: { fields } }])
}

/** The identities of one kind, the primary one first. */
export function identitiesOf(customer: Customer, kind: IdentityKind): Customer['identities'] {
  return customer.identities.filter((identity) => identity.kind === kind)
}
