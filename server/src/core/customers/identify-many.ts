import { type Ctx, transact } from '../../platform/ctx.ts'
import { StartAgain } from '../../platform/db.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { makeCustomers } from './create.ts'
import { findOwners, insertIdentities, type NewIdentity } from './identity-store.ts'
import { lockForChange } from './locks.ts'
import { claimKey, namesSomebody, normaliseClaims } from './rules.ts'
import { insertSourceRecords } from './source-record-store.ts'
import { setStates } from './store.ts'
import type { Claim, CustomerId, CustomerInput, NormalClaim } from './types.ts'

export interface IdentifyOne {
  readonly claims: readonly Claim[]
  /** What to make when nobody is found. A found customer isn't changed by it. */
  readonly create?: CustomerInput
  /** Where the customer comes from; its external id is one of the claims. */
  readonly source?: { readonly source: string; readonly externalId?: string }
}

export interface IdentifiedOne {
  readonly customerId: CustomerId
  readonly created: boolean
}

export const maxBatch = 5_000

/**
 * `identify` with policy attach for a whole batch in a handful of statements, for imports. Answers in the order of the
 * batch; entries that share a claim are one customer. Refuses the whole batch when one claim is no e-mail, phone or the like.
 */
export function identifyMany(ctx: Ctx, batch: readonly IdentifyOne[]): Promise<IdentifiedOne[]> {
  if (batch.length > maxBatch) throw new DomainError('request.too_large', { max: maxBatch })
  const entries = batch.map((entry, index) => {
    const claims = normaliseClaims([...entry.claims, ...externalClaim(entry)], ctx.tenant.country)
    if (claims.length === 0) throw new DomainError('request.invalid', { field: 'claims', index })
    return { ...entry, claims }
  })
  if (entries.length === 0) return Promise.resolve([])
  return transact(ctx, (ctx) => findOrMakeMany(ctx, entries))
}

function externalClaim(entry: IdentifyOne): Claim[] {
  const { source, externalId } = entry.source ?? {}
  return source && externalId ? [{ kind: 'external', source, value: externalId }] : []
}

type Entry = Omit<IdentifyOne, 'claims'> & { readonly claims: readonly NormalClaim[] }

/** One customer of the batch: known to the database already (`id`) or still to be made from `input`. */
interface Party {
  id: CustomerId | undefined
  readonly isNew: boolean
  readonly input: CustomerInput
  anonymous: boolean
  readonly free: NormalClaim[]
}

async function findOrMakeMany(ctx: Ctx, entries: readonly Entry[]): Promise<IdentifiedOne[]> {
  const parties = await partiesOf(ctx, entries)
  const each = [...new Set(parties)]
  await lockChanged(ctx, each)
  const made = each.filter((party) => party.isNew)
  const ids = await makeCustomers(
    ctx,
    made.map((party) => ({ ...party.input, state: namesSomebody(party.free) ? 'identified' : 'anonymous' })),
  )
  made.forEach((party, index) => {
    party.id = ids[index]
  })
  const identities = each.flatMap((party) =>
    party.free.map((claim): NewIdentity => ({ ...claim, customerId: idOf(party) })),
  )
  const added = await insertIdentities(ctx, identities)
  if (added.size < identities.length) throw new StartAgain('a claim was taken a moment ago')
  await setStates(ctx, each.filter((party) => party.anonymous && namesSomebody(party.free)).map(idOf), 'identified')
  await insertSourceRecords(
    ctx,
    entries.flatMap((entry, index) =>
      entry.source
        ? [{ ...entry.source, customerId: idOf(parties[index]), externalId: entry.source.externalId ?? null }]
        : [],
    ),
  )
  await emitParties(ctx, each)
  return answers(parties)
}

function idOf(party: Party | undefined): CustomerId {
  assert(party?.id !== undefined, 'every party has an id once the new ones are made')
  return party.id
}

// The party of every entry; entries that share a claim, in the database or in the batch, share the party.
async function partiesOf(ctx: Ctx, entries: readonly Entry[]): Promise<Party[]> {
  const owners = await findOwners(
    ctx,
    entries.flatMap((entry) => entry.claims),
  )
  const byId = new Map<CustomerId, Party>()
  const byClaim = new Map<string, Party>()
  for (const [key, owner] of owners) {
    const known = byId.get(owner.customerId)
    const party = known ?? {
      id: owner.customerId,
      isNew: false,
      input: {},
      anonymous: owner.state === 'anonymous',
      free: [],
    }
    byId.set(owner.customerId, party)
    byClaim.set(key, party)
  }
  return entries.map((entry) => {
    const found = entry.claims.flatMap((claim) => byClaim.get(claimKey(claim)) ?? [])
    const party = found.find((one) => !one.anonymous) ??
      found[0] ?? { id: undefined, isNew: true, input: entry.create ?? {}, anonymous: false, free: [] }
    for (const claim of entry.claims) {
      if (byClaim.has(claimKey(claim))) continue
      byClaim.set(claimKey(claim), party)
      party.free.push(claim)
    }
    return party
  })
}

async function lockChanged(ctx: Ctx, parties: readonly Party[]): Promise<void> {
  const ids = parties.flatMap((party) => (party.id !== undefined && party.free.length > 0 ? [party.id] : []))
  for (const state of (await lockForChange(ctx, ids)).values()) {
    if (state === 'erased') throw new StartAgain('whoever owned a claim was erased a moment ago')
  }
}

async function emitParties(ctx: Ctx, parties: readonly Party[]): Promise<void> {
  const changed = parties.filter((party) => party.isNew || party.free.length > 0)
  await emitChanges(
    ctx,
    changed.map((party) => ({
      entity: 'customer',
      entityId: idOf(party),
      customerId: idOf(party),
      operation: party.isNew ? 'created' : 'updated',
      ...(party.isNew ? {} : { data: { fields: ['identities'] } }),
    })),
  )
}

// Only the first entry of a new customer made it.
function answers(parties: readonly Party[]): IdentifiedOne[] {
  const seen = new Set<Party>()
  return parties.map((party) => {
    const created = party.isNew && !seen.has(party)
    seen.add(party)
    return { customerId: idOf(party), created }
  })
}
