import type { FastifyRequest } from 'fastify'
import { findCredential } from '../../core/accounts/index.ts'
import { type Device, ensureDevice } from '../../core/events/index.ts'
import { type Ctx, makeCtx, type Server } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { readRecord, readText } from '../http/values.ts'

export type Params = Readonly<Record<string, unknown>>

/** Who calls: a shop's browser or app, or with the secret the shop itself. */
export interface Caller {
  readonly ctx: Ctx
  readonly params: Params
  readonly trusted: boolean
}

type Shop = NonNullable<Awaited<ReturnType<typeof findCredential>>>

// Every event comes with the shop's id: its credential is kept at hand for a moment. A revoked one opens that long.
const cacheMilliseconds = 5_000
const maxCached = 10_000
type Cache = Map<string, { shop: Shop; until: number }>
const caches = new WeakMap<Server, Cache>()

async function findShop(server: Server, shopId: string): Promise<Shop | undefined> {
  const cache = caches.get(server) ?? new Map()
  caches.set(server, cache)
  const cached = cache.get(shopId)
  if (cached && cached.until > performance.now()) return cached.shop
  const shop = await findCredential(server, { api: 'rees46', kind: 'shop', publicId: shopId })
  if (cache.size >= maxCached) cache.clear()
  if (shop) cache.set(shopId, { shop, until: performance.now() + cacheMilliseconds })
  return shop
}

/** Query and body are one set of parameters; the body wins, as it's what the newer clients fill. */
export function paramsOf(request: FastifyRequest): Params {
  return { ...readRecord(request.query), ...readRecord(request.body) }
}

/** Refuses: no shop_id 401, an empty one 422, an unknown one 404, a wrong secret 403. */
export async function authenticate(server: Server, request: FastifyRequest): Promise<Caller> {
  const params = paramsOf(request)
  const shopId = readText(params.shop_id)?.trim()
  if (params.shop_id === undefined) throw new DomainError('request.unauthenticated', { field: 'shop_id' })
  if (!shopId || shopId.length > 255) throw new DomainError('request.invalid', { field: 'shop_id' })
  const shop = await findShop(server, shopId)
  if (!shop) throw new DomainError('tenant.not_found', { field: 'shop_id' })
  const secret = readText(request.headers['x-shop-secret']) ?? readText(params.shop_secret)
  const trusted = secret !== undefined && secret !== '' && shop.secretMatches(secret)
  if (secret && !trusted) throw new DomainError('request.forbidden', { field: 'shop_secret' })
  request.tenantId = shop.tenant.id
  const actor = {
    kind: trusted ? 'key' : 'device',
    id: trusted ? shopId : (readText(params.did) ?? ''),
    via: 'rees46',
    ip: request.ip,
    userAgent: request.headers['user-agent'],
  } as const
  return { ctx: makeCtx(server, shop.tenant, actor), params, trusted }
}

/** Refuses a call without the shop's secret: 403. */
export function requireSecret(caller: Caller): void {
  if (!caller.trusted) throw new DomainError('request.forbidden', { field: 'shop_secret' })
}

/** The device's name, if one is given: printable and at most 255 long, as hosts may bring their own. */
export function readDid(params: Params): string | undefined {
  const did = readText(params.did)?.trim()
  if (!did) return undefined
  if (did.length > 255 || /[^\x20-\x7e]/.test(did)) throw new DomainError('request.invalid', { field: 'did' })
  return did
}

/** Every call from a browser or app names its device: without one 401. One we have never seen is made. */
export async function requireDevice(caller: Caller): Promise<Device> {
  const did = readDid(caller.params)
  if (did === undefined) throw new DomainError('request.unauthenticated', { field: 'did' })
  return ensureDevice(caller.ctx, { did, platform: readText(caller.params.stream) })
}
