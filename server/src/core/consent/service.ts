import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { sha256 } from '../../platform/random.ts'
import { cleanText } from '../../platform/text.ts'
import { type CustomerId, findEmail, getCustomer, holdAll, normaliseEmail, normalisePhone } from '../customers/index.ts'
import { type SendPurpose, type Verdict, verdict } from './rules.ts'
import {
  deleteSuppression,
  type HistoryQuery,
  insertHistory,
  readSubscription,
  type SubscriptionChange,
  selectConsents,
  selectConsentsOf,
  selectHistory,
  selectSubscriptions,
  selectSuppressedHashes,
  selectSuppression,
  selectSuppressions,
  upsertConsents,
  upsertSubscriptions,
  upsertSuppression,
} from './store.ts'
import type { Channel, Consent, ConsentChange, Purpose, Subscription, Suppression, SuppressionReason } from './types.ts'

/** Where a statement came from: the way in and the version of the text that was agreed to. */
export interface Provenance {
  readonly source: string
  readonly textVersion?: string
  /** What else proves it: the page, the browser and the IP of the one who asked. */
  readonly proof?: Readonly<Record<string, unknown>>
}

/** Only what changes leaves a trace in the history. Refuses `customer.not_found`. */
export function setSubscriptions(
  ctx: Ctx,
  command: Provenance & {
    customerId: number
    changes: readonly { channel: Channel; purpose: Purpose; subscribed: boolean }[]
  },
): Promise<Subscription[]> {
  return transact(ctx, async (ctx) => {
    const id = await hold(ctx, command.customerId)
    await setSubscriptionsOfMany(ctx, {
      ...command,
      changes: command.changes.map((change) => ({ ...change, customerId: id })),
    })
    return getSubscriptions(ctx, id)
  })
}

async function hold(ctx: Ctx, customerId: number): Promise<CustomerId> {
  return (await holdAll(ctx, [customerId]))(customerId)
}

/** The same for many customers in a few statements; the ids must be those of living customers. */
export function setSubscriptionsOfMany(
  ctx: Ctx,
  command: Provenance & { changes: readonly SubscriptionChange[] },
): Promise<void> {
  if (command.changes.length === 0) return Promise.resolve()
  // The last word of a batch counts: one statement must not touch a row twice.
  const last = new Map(command.changes.map((one) => [`${one.customerId} ${one.channel} ${one.purpose}`, one]))
  return transact(ctx, async (ctx) => {
    const changed = await upsertSubscriptions(ctx, [...last.values()])
    await insertHistory(
      ctx,
      changed.map((change) => ({
        customerId: change.customerId,
        subject: `${change.channel}:${change.purpose}`,
        event: change.subscribed ? 'subscribed' : 'unsubscribed',
        source: command.source,
        textVersion: command.textVersion ?? null,
        ...(command.proof ? { data: command.proof } : {}),
      })),
    )
    await emitChanges(
      ctx,
      changed.map(({ customerId, ...data }) => ({
        entity: 'subscription',
        entityId: customerId,
        customerId,
        operation: 'changed',
        data,
      })),
    )
  })
}

/** What was stated; see `isSubscribed` for what holds where nothing was. */
export async function getSubscriptions(ctx: Ctx, customerId: number): Promise<Subscription[]> {
  const { id } = await getCustomer(ctx, customerId)
  return (await selectSubscriptions(ctx, [id])).map(({ customerId: _, ...subscription }) => subscription)
}

/** By customer; who never stated anything is absent. */
export async function subscriptionsOf(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, Subscription[]>> {
  return Map.groupBy(await selectSubscriptions(ctx, customerIds), (subscription) => subscription.customerId)
}

/** Types are the tenant's own words: terms, profiling, marketing. Refuses `consent.unknown` for an empty one. */
export function setConsents(
  ctx: Ctx,
  command: Provenance & { customerId: number; changes: readonly { type: string; given: boolean }[] },
): Promise<Consent[]> {
  const changes = command.changes.map((change) => ({ ...change, type: cleanText(change.type).trim() }))
  if (changes.some((change) => change.type === '' || change.type.length > 100)) {
    throw new DomainError('consent.unknown', { field: 'type' })
  }
  const last = new Map(changes.map((change) => [change.type, change]))
  return transact(ctx, async (ctx) => {
    const id = await hold(ctx, command.customerId)
    const changed = await upsertConsents(ctx, id, [...last.values()])
    await insertHistory(
      ctx,
      changed.map((change) => ({
        customerId: id,
        subject: `consent:${change.type}`,
        event: change.given ? 'given' : 'withdrawn',
        source: command.source,
        textVersion: command.textVersion ?? null,
        ...(command.proof ? { data: command.proof } : {}),
      })),
    )
    await emitChanges(
      ctx,
      changed.map((data) => ({ entity: 'consent', entityId: id, customerId: id, operation: 'changed', data })),
    )
    return selectConsents(ctx, id)
  })
}

export async function getConsents(ctx: Ctx, customerId: number): Promise<Consent[]> {
  return selectConsents(ctx, (await getCustomer(ctx, customerId)).id)
}

/** By customer; who was never asked is absent. */
export async function consentsOf(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, Consent[]>> {
  return Map.groupBy(await selectConsentsOf(ctx, customerIds), (consent) => consent.customerId)
}

const maxLimit = 1_000

/** Newest first. */
export function history(ctx: Ctx, query: Omit<HistoryQuery, 'limit'> & { limit?: number }): Promise<ConsentChange[]> {
  return selectHistory(ctx, { ...query, limit: Math.min(query.limit ?? 100, maxLimit) })
}

/** Nothing is sent to the address any more. A second call changes reason and comment. Refuses email.invalid, phone.invalid. */
export function suppress(
  ctx: Ctx,
  command: { channel: Channel; address: string; reason: SuppressionReason; comment?: string; source?: string },
): Promise<Suppression> {
  const address = normaliseAddress(ctx, command.channel, command.address)
  const addressHash = hashOf(address)
  return transact(ctx, async (ctx) => {
    await upsertSuppression(ctx, {
      channel: command.channel,
      addressHash,
      address: command.reason === 'erased' ? null : address,
      reason: command.reason,
      comment: command.comment === undefined ? null : cleanText(command.comment),
    })
    await noteSuppression(ctx, 'suppressed', { ...command, addressHash })
    return getSuppression(ctx, command)
  })
}

/** Refuses `suppression.not_found`. */
export function unsuppress(ctx: Ctx, command: { channel: Channel; address: string; source?: string }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { reason } = await getSuppression(ctx, command)
    const addressHash = hashOf(normaliseAddress(ctx, command.channel, command.address))
    await deleteSuppression(ctx, command.channel, addressHash)
    await noteSuppression(ctx, 'unsuppressed', { ...command, reason, addressHash })
  })
}

async function noteSuppression(
  ctx: Ctx,
  event: 'suppressed' | 'unsuppressed',
  what: { channel: Channel; reason: SuppressionReason; source?: string; addressHash: string },
): Promise<void> {
  await insertHistory(ctx, [
    {
      customerId: null,
      subject: `suppression:${what.channel}`,
      event,
      source: what.source ?? ctx.actor.via,
      data: { reason: what.reason, addressHash: what.addressHash },
    },
  ])
}

export async function findSuppression(
  ctx: Ctx,
  wanted: { channel: Channel; address: string },
): Promise<Suppression | undefined> {
  return selectSuppression(ctx, wanted.channel, hashOf(normaliseAddress(ctx, wanted.channel, wanted.address)))
}

async function getSuppression(ctx: Ctx, wanted: { channel: Channel; address: string }): Promise<Suppression> {
  const found = await findSuppression(ctx, wanted)
  if (!found) throw new DomainError('suppression.not_found')
  return found
}

/** Newest first. */
export function listSuppressions(
  ctx: Ctx,
  query: { channel: Channel; reason?: SuppressionReason; offset?: number; limit?: number },
): Promise<Suppression[]> {
  const { offset = 0, limit = 100 } = query
  return selectSuppressions(ctx, { ...query, offset, limit: Math.min(limit, 10_000) })
}

/** Those of the addresses that are suppressed, as they were given; what is no address is left out. */
export async function suppressedOf(ctx: Ctx, channel: 'email', addresses: readonly string[]): Promise<Set<string>> {
  const hashes = new Map(addresses.map((address) => [address, hashOf(findEmail(address) ?? address)]))
  const suppressed = await selectSuppressedHashes(ctx, channel, [...hashes.values()])
  return new Set(addresses.filter((address) => suppressed.has(hashes.get(address) ?? '')))
}

/** May this be sent, now? Call it in the transaction that sends. */
export async function maySend(
  ctx: Ctx,
  message: { customerId?: number | null; channel: Channel; purpose: SendPurpose; address: string },
): Promise<Verdict> {
  const { channel, purpose, customerId } = message
  const suppression = await findSuppression(ctx, message)
  const subscribed =
    purpose === 'security' || customerId === undefined || customerId === null
      ? undefined
      : await readSubscription(ctx, { customerId: customerId as CustomerId, channel, purpose })
  return verdict({ purpose, suppression: suppression?.reason, subscribed })
}

function normaliseAddress(ctx: Ctx, channel: Channel, address: string): string {
  if (channel === 'email') return normaliseEmail(address)
  if (channel === 'sms') return normalisePhone(address, ctx.tenant.country)
  return cleanText(address).trim()
}

function hashOf(address: string): string {
  return sha256(address)
}
