import { type Ctx, transact } from '../../platform/ctx.ts'
import { StartAgain } from '../../platform/db.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { makeCustomers } from './create.ts'
import { findOwners, insertIdentities, type Owner, setVerified } from './identity-store.ts'
import { lockAlone, lockForChange } from './locks.ts'
import { claimKey, namesSomebody, normaliseClaims } from './rules.ts'
import { findCustomer, setStates } from './store.ts'
import type { Claim, Customer, CustomerId, CustomerInput, NormalClaim } from './types.ts'

/**
 * attach: find by any claim and give the found customer the claims that are free; a claim that leads to somebody else
 * stays with them. refuse: `identity.taken` when any claim is known. merge: like attach, and `mergeable` names every
 * other customer the claims led to, for core/merging to fold in.
 */
export type IdentifyPolicy = 'attach' | 'refuse' | 'merge'

export interface Identify {
  /** In order of trust: the first that leads to an identified customer decides. */
  readonly claims: readonly Claim[]
  readonly policy: IdentifyPolicy
  /** What to make when nobody is found; false refuses `customer.not_found`. Default true. A found customer isn't changed by it. */
  readonly create?: boolean | CustomerInput
}

export interface Identified {
  readonly customer: Customer
  readonly created: boolean
  /** Others the claims led to and that may be folded into the customer: anonymous ones, with policy merge all of them. */
  readonly mergeable: readonly CustomerId[]
  /** Identified others the claims led to: they keep these claims. */
  readonly conflicting: readonly CustomerId[]
}

/**
 * Finds or makes the customer behind the claims. Calls at the same moment with the same new claim make one customer: the
 * unique index decides, and who lost starts over. Refusals: email.invalid, phone.invalid, request.invalid (no claims),
 * identity.taken, customer.not_found.
 */
export function identify(ctx: Ctx, command: Identify): Promise<Identified> {
  const claims = normaliseClaims(command.claims, ctx.tenant.country)
  if (claims.length === 0) throw new DomainError('request.invalid', { field: 'claims', reason: 'nothing to go by' })
  return transact(ctx, (ctx) => findOrMake(ctx, claims, command))
}

async function findOrMake(ctx: Ctx, claims: readonly NormalClaim[], command: Identify): Promise<Identified> {
  const owners = await findOwners(ctx, claims)
  const taken = claims.find((claim) => owners.has(claimKey(claim)))
  if (!taken) return create(ctx, claims, command.create ?? true)
  if (command.policy === 'refuse') {
    throw new DomainError('identity.taken', {
      kind: taken.kind,
      value: taken.display,
      customerId: owners.get(claimKey(taken))?.customerId,
    })
  }
  return attach(ctx, { claims, owners, policy: command.policy })
}

async function create(ctx: Ctx, claims: readonly NormalClaim[], input: boolean | CustomerInput): Promise<Identified> {
  if (input === false) throw new DomainError('customer.not_found')
  const profile = input === true ? {} : input
  const [id] = await makeCustomers(ctx, [{ ...profile, state: namesSomebody(claims) ? 'identified' : 'anonymous' }])
  assert(id !== undefined, 'one input makes one row')
  await addFree(ctx, id, claims)
  await emitChanges(ctx, [{ entity: 'customer', entityId: id, customerId: id, operation: 'created' }])
  return { customer: await mustFind(ctx, id), created: true, mergeable: [], conflicting: [] }
}

// The claims looked free: somebody else got one a moment before.
async function addFree(ctx: Ctx, customerId: CustomerId, free: readonly NormalClaim[]): Promise<void> {
  const added = await insertIdentities(
    ctx,
    free.map((claim) => ({ ...claim, customerId })),
  )
  if (added.size < free.length) throw new StartAgain('a claim was taken a moment ago')
}

async function mustFind(ctx: Ctx, id: CustomerId): Promise<Customer> {
  const customer = await findCustomer(ctx, id)
  assert(customer, 'the owner of an identity is there')
  return customer
}

async function attach(
  ctx: Ctx,
  found: { claims: readonly NormalClaim[]; owners: ReadonlyMap<string, Owner>; policy: IdentifyPolicy },
): Promise<Identified> {
  const { claims, owners } = found
  const inOrder = claims.flatMap((claim) => owners.get(claimKey(claim)) ?? [])
  const owner = inOrder.find((one) => one.state === 'identified') ?? inOrder[0]
  assert(owner, 'one of the claims is taken')
  const others = inOrder.filter((one) => one.customerId !== owner.customerId)
  const mergeable = others.filter((one) => found.policy === 'merge' || one.state === 'anonymous')
  // All who may be merged or lose a device, now and together: one after the other is not everybody's order.
  if (others.length > 0) await lockAlone(ctx, idsOf(inOrder))
  const free = claims.filter((claim) => !owners.has(claimKey(claim)))
  const proved = claims.filter((claim) => {
    const known = owners.get(claimKey(claim))
    return claim.verified && known?.customerId === owner.customerId && !known.verified
  })
  const becomesSomebody = owner.state === 'anonymous' && namesSomebody(claims)
  if (free.length + proved.length > 0 || becomesSomebody) {
    await enrich(ctx, { id: owner.customerId, free, proved, becomesSomebody })
  }
  return {
    customer: await mustFind(ctx, owner.customerId),
    created: false,
    mergeable: idsOf(mergeable),
    conflicting: idsOf(others.filter((one) => !mergeable.includes(one))),
  }
}

function idsOf(owners: readonly Owner[]): CustomerId[] {
  return [...new Set(owners.map((owner) => owner.customerId))]
}

async function enrich(
  ctx: Ctx,
  what: {
    id: CustomerId
    free: readonly NormalClaim[]
    proved: readonly NormalClaim[]
    becomesSomebody: boolean
  },
): Promise<void> {
  const states = await lockForChange(ctx, [what.id])
  if (states.get(what.id) === 'erased') throw new StartAgain('whoever owned the claims was erased a moment ago')
  await addFree(ctx, what.id, what.free)
  if (what.proved.length > 0) await setVerified(ctx, what.id, what.proved)
  if (what.becomesSomebody) await setStates(ctx, [what.id], 'identified')
  await emitChanges(ctx, [
    {
      entity: 'customer',
      entityId: what.id,
      customerId: what.id,
      operation: 'updated',
      data: { fields: ['identities'] },
    },
  ])
}
