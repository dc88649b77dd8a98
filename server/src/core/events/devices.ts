import { type Ctx, transact } from '../../platform/ctx.ts'
import type { Pool } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { cleanText } from '../../platform/text.ts'
import {
  addIdentity,
  findCustomerByIdentity,
  getCustomer,
  identify,
  lockForChange,
  removeIdentity,
} from '../customers/index.ts'
import * as store from './device-store.ts'
import type { Device } from './types.ts'

// Every event names its device, so its customer is kept at hand for a moment. Another process may attach the device
// meanwhile: for that long its events are still written for the customer before.
const cacheMilliseconds = 5_000
const maxCached = 50_000
type Cache = Map<string, { device: Device; until: number }>
const caches = new WeakMap<Pool, Cache>()

function cacheOf(ctx: Ctx): Cache {
  const known = caches.get(ctx.pool)
  if (known) return known
  const cache: Cache = new Map()
  caches.set(ctx.pool, cache)
  return cache
}

const keyOf = (ctx: Ctx, did: string) => `${ctx.tenant.id}:${did}`

function remember(ctx: Ctx, device: Device): Device {
  const cache = cacheOf(ctx)
  // The oldest entries come first in a Map: dropping one in passing keeps it bounded.
  if (cache.size >= maxCached) cache.delete(cache.keys().next().value ?? '')
  // What a transaction sees may never come true.
  if (!ctx.inTransaction) cache.set(keyOf(ctx, device.did), { device, until: performance.now() + cacheMilliseconds })
  return device
}

export function forgetDevice(ctx: Ctx, did: string): void {
  cacheOf(ctx).delete(keyOf(ctx, did))
}

const maxDidLength = 255

function checkDid(did: string): string {
  const clean = cleanText(did).trim()
  if (clean === '' || clean.length > maxDidLength) throw new DomainError('request.invalid', { field: 'did' })
  return clean
}

export async function findDevice(ctx: Ctx, did: string): Promise<Device | undefined> {
  const name = checkDid(did)
  const cached = cacheOf(ctx).get(keyOf(ctx, name))
  if (cached && cached.until > performance.now()) return cached.device
  const device = await store.selectDevice(ctx, name)
  return device && remember(ctx, device)
}

/** Refuses `device.not_found`. */
export async function getDevice(ctx: Ctx, did: string): Promise<Device> {
  const device = await findDevice(ctx, did)
  if (!device) throw new DomainError('device.not_found', { did })
  return device
}

/** Finds the device or makes it, with an anonymous customer of its own. Two calls at once make one. */
export async function ensureDevice(ctx: Ctx, given: { did: string; platform?: string }): Promise<Device> {
  const did = checkDid(given.did)
  const known = await findDevice(ctx, did)
  if (known) return known
  const device = await transact(ctx, async (ctx) => {
    const { customer } = await identify(ctx, { claims: [{ kind: 'device', value: did }], policy: 'attach' })
    await store.insertDevice(ctx, { did, customerId: customer.id, platform: given.platform ?? null })
    return store.selectDevice(ctx, did)
  })
  if (!device) throw new DomainError('device.not_found', { did })
  return remember(ctx, device)
}

/**
 * Gives the device to another customer: somebody else has signed in on it. What was done on it before stays with whom it
 * was done by. To fold an anonymous device's past into a person, merge the two customers instead.
 */
export async function attachDevice(ctx: Ctx, given: { did: string; customerId: number }): Promise<Device> {
  const device = await ensureDevice(ctx, { did: given.did })
  if (device.customerId === given.customerId) return device
  const attached = await transact(ctx, async (ctx) => {
    // Two who attach it at once: the second finds what the first has done.
    await store.lockDevice(ctx, device.did)
    const customer = await getCustomer(ctx, given.customerId)
    const holder = await findCustomerByIdentity(ctx, { kind: 'device', value: device.did })
    await lockForChange(ctx, holder ? [holder.id, customer.id] : [customer.id])
    const identity = holder?.identities.find((one) => one.kind === 'device' && one.display === device.did)
    if (holder && identity && holder.id !== customer.id) {
      await removeIdentity(ctx, { customerId: holder.id, identityId: identity.id })
    }
    if (holder?.id !== customer.id) {
      await addIdentity(ctx, { customerId: customer.id, claim: { kind: 'device', value: device.did, verified: true } })
    }
    await store.updateOwner(ctx, device.did, customer.id)
    return { ...device, customerId: customer.id }
  })
  forgetDevice(ctx, device.did)
  return attached
}

/** Notes that the device was here. */
export async function noteDeviceSeen(
  ctx: Ctx,
  seen: { did: string; platform?: string; timeZoneMinutes?: number },
): Promise<void> {
  await store.updateSeen(ctx, {
    did: seen.did,
    platform: seen.platform ?? null,
    timeZoneMinutes: seen.timeZoneMinutes ?? null,
  })
  forgetDevice(ctx, seen.did)
}

/** A token belongs to one device; null: nothing is pushed to this one any more. */
export async function setPushToken(
  ctx: Ctx,
  given: { did: string; token: string | null; platform: string | null },
): Promise<void> {
  const token = given.token === null ? null : cleanText(given.token)
  await transact(ctx, (ctx) => store.updatePushToken(ctx, { ...given, token }))
  forgetDevice(ctx, given.did)
}

export function listDevices(ctx: Ctx, customerId: number): Promise<Device[]> {
  return store.selectDevicesOf(ctx, customerId)
}
