import { type Ctx, type Server, type Tenant, transact } from '../../../platform/ctx.ts'
import { dbOf, type Pool } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { sha256 } from '../../../platform/random.ts'
import { audit } from '../audit/service.ts'
import type { ApiKey, ApiKeyId, Permission } from '../types.ts'
import * as store from './store.ts'

const prefixLength = 12

/** Makes a key of api/v1; it is shown this once and kept as a hash. Without scopes it may do everything. */
export function issueApiKey(
  ctx: Ctx,
  input: { name: string; scopes?: readonly Permission[] },
): Promise<{ id: ApiKeyId; key: string }> {
  const key = `rk_${ctx.random.hex(32)}`
  return transact(ctx, async (ctx) => {
    const id = await store.insertKey(ctx.db, ctx.tenant.id, {
      name: input.name,
      keyHash: sha256(key),
      prefix: key.slice(0, prefixLength),
      scopes: input.scopes ?? [],
    })
    await audit(ctx, { action: 'api_key.issued', entity: 'api_key', entityId: id, data: { name: input.name } })
    return { id, key }
  })
}

export function listApiKeys(ctx: Ctx): Promise<ApiKey[]> {
  return store.selectKeys(ctx.db, ctx.tenant.id)
}

/** Other processes stop accepting it within `cacheMs`. Refuses `request.not_found`. */
export async function revokeApiKey(ctx: Ctx, id: number): Promise<void> {
  await transact(ctx, async (ctx) => {
    if (!(await store.updateKeyRevoked(ctx.db, ctx.tenant.id, id, ctx.clock.now()))) {
      throw new DomainError('request.not_found', { id })
    }
    await audit(ctx, { action: 'api_key.revoked', entity: 'api_key', entityId: id })
  })
  caches.delete(ctx.pool)
}

export interface AuthenticatedKey {
  readonly tenant: Tenant
  readonly keyId: ApiKeyId
  readonly scopes: readonly Permission[]
}

// A key is looked up on every request, so the answer is kept for a moment; bounded, and one cache for each pool so that
// tests on several databases do not share it.
const cacheMs = 2_000
const maxCached = 1_000
const caches = new WeakMap<Pool, Map<string, { found: AuthenticatedKey; until: number }>>()

export async function authenticateApiKey(server: Server, key: string): Promise<AuthenticatedKey | undefined> {
  if (!/^rk_[0-9a-f]{64}$/.test(key)) return undefined
  const keyHash = sha256(key)
  const now = server.clock.now()
  const cache = caches.get(server.pool) ?? new Map<string, { found: AuthenticatedKey; until: number }>()
  caches.set(server.pool, cache)
  const cached = cache.get(keyHash)
  if (cached && cached.until > now.getTime()) return cached.found
  const found = await store.selectKeyByHash(dbOf(server.pool), keyHash)
  if (!found) return undefined
  await noteUse(server, found, now)
  if (cache.size >= maxCached) cache.clear()
  cache.set(keyHash, { found, until: now.getTime() + cacheMs })
  return found
}

/** To the minute, so that a busy key is not a row that is written all the time. */
async function noteUse(server: Server, found: store.FoundKey, now: Date): Promise<void> {
  if (found.lastUsedAt && now.getTime() - found.lastUsedAt.getTime() < 60_000) return
  await store.updateKeyUsed(dbOf(server.pool), found.tenant.id, found.keyId, now)
}
