import {
  type Claim,
  type Customer,
  findCustomerByIdentity,
  findEmail,
  findPhone,
  getCustomer,
  identify,
  listSourceRecords,
} from '../../core/customers/index.ts'
import { attachDevice, type Device, ensureDevice, forgetDevice } from '../../core/events/index.ts'
import { identifyPerson } from '../../core/merging/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { readText } from '../http/values.ts'
import { type Caller, type Params, readDid, requireDevice } from './auth.ts'

/** The number space of the shop's own customer ids, shared with the other APIs. */
export const externalSource = 'e-shop'

/** Social accounts, by the parameter that names them. */
const socialSources = { fb_id: 'facebook', vk_id: 'vk', telegram_id: 'telegram' } as const

/** Who is named beside the device, most trusted first. What is no e-mail or phone number is refused when `strict`. */
export function readClaims(ctx: Ctx, params: Params, options: { strict: boolean }): Claim[] {
  const text = (name: string) => readText(params[name])?.trim() || undefined
  const claims: Claim[] = []
  const email = text('email') ?? text('user_email')
  const phone = text('phone')
  if (email && (options.strict || findEmail(email))) claims.push({ kind: 'email', value: email })
  if (phone && (options.strict || findPhone(phone, ctx.tenant.country))) claims.push({ kind: 'phone', value: phone })
  const external = text('external_id') ?? text('id') ?? text('user_id')
  if (external) claims.push({ kind: 'external', source: externalSource, value: external })
  const loyalty = text('loyalty_id')
  if (loyalty) claims.push({ kind: 'card', value: loyalty })
  for (const [name, source] of Object.entries(socialSources)) {
    const account = text(name)
    if (account) claims.push({ kind: 'social', source, value: account })
  }
  return claims
}

/**
 * The customer that the shop itself names, made when nobody is known. The device named beside joins: its anonymous past
 * is folded in, and one that was somebody else's goes over.
 */
export async function identifyTrusted(ctx: Ctx, params: Params, claims: readonly Claim[]): Promise<Customer> {
  const did = readDid(params)
  if (claims.length === 0) {
    if (did === undefined) throw new DomainError('request.invalid', { field: 'email, phone, external_id or did' })
    return getCustomer(ctx, (await ensureDevice(ctx, { did })).customerId)
  }
  const device = did === undefined ? undefined : await ensureDevice(ctx, { did })
  return transact(ctx, async (ctx) => {
    const deviceClaims: Claim[] = device ? [{ kind: 'device', value: device.did, verified: true }] : []
    const known = await Promise.all(claims.map((claim) => resolveExternal(ctx, claim)))
    const { customer, merged } = await identifyPerson(ctx, { claims: [...known, ...deviceClaims], policy: 'attach' })
    if (device && merged.some((id) => id === device.customerId)) forgetDevice(ctx, device.did)
    else if (device && device.customerId !== customer.id) {
      await attachDevice(ctx, { did: device.did, customerId: customer.id })
    }
    return getCustomer(ctx, customer.id)
  })
}

/**
 * The customer behind a device, with the contacts that its browser names. Anybody can say any address without a secret:
 * one that nobody has is noted, unverified; one that leads to somebody else is left alone, and the answer does not tell.
 */
export async function identifyPublic(ctx: Ctx, device: Device, claims: readonly Claim[]): Promise<Customer> {
  const free: Claim[] = []
  for (const claim of claims) {
    if (claim.kind !== 'email' && claim.kind !== 'phone') continue
    if (!(await findCustomerByIdentity(ctx, claim))) free.push(claim)
  }
  if (free.length > 0) {
    const { customer } = await identify(ctx, {
      claims: [{ kind: 'device', value: device.did }, ...free],
      policy: 'attach',
    })
    // Somebody else may have registered the address a moment ago: then it is theirs.
    if (customer.id === device.customerId) return customer
  }
  return getCustomer(ctx, device.customerId)
}

/** The customer of a call that may come from either side. */
export async function identifyCaller(caller: Caller, claims: readonly Claim[]): Promise<Customer> {
  if (caller.trusted) return identifyTrusted(caller.ctx, caller.params, claims)
  return identifyPublic(caller.ctx, await requireDevice(caller), claims)
}

/**
 * Finds without making: with the secret by anything, without it by the device alone. Undefined when nobody is known.
 * Refuses a call that names nobody.
 */
export async function findPerson(caller: Caller): Promise<Customer | undefined> {
  const { ctx, params } = caller
  if (!caller.trusted) return getCustomer(ctx, (await requireDevice(caller)).customerId)
  const claims = readClaims(ctx, params, { strict: false })
  const did = readDid(params)
  if (did !== undefined) claims.push({ kind: 'device', value: did })
  if (claims.length === 0) throw new DomainError('request.invalid', { field: 'email, phone, external_id or did' })
  for (const claim of claims) {
    const found = await findCustomerByIdentity(ctx, await resolveExternal(ctx, claim))
    if (found) return found
  }
  return undefined
}

/** True when the shop itself has named this device together with the person. */
export function isConfirmedDevice(customer: Customer, did: string | undefined): boolean {
  return customer.identities.some((one) => one.kind === 'device' && one.display === did && one.verifiedAt !== null)
}

/** A shop whose customers came with the ids of another source is understood too, as long as the id is one customer's. */
async function resolveExternal(ctx: Ctx, claim: Claim): Promise<Claim> {
  if (claim.kind !== 'external' || (await findCustomerByIdentity(ctx, claim))) return claim
  const [first, second] = await listSourceRecords(ctx, { externalIds: [claim.value], limit: 2 })
  if (!first || (second && second.customerId !== first.customerId)) return claim
  return { ...claim, source: first.source }
}
