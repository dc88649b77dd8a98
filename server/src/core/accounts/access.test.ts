import { beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { sha256 } from '../../platform/random.ts'
import {
  authenticateApiKey,
  consumeToken,
  createCredential,
  createTenantWith,
  deleteExpired,
  findCredential,
  findTenant,
  findToken,
  getTenant,
  issueApiKey,
  issueToken,
  listApiKeys,
  listCredentials,
  revokeApiKey,
  revokeCredential,
  revokeToken,
  revokeTokensOfCustomer,
  revokeTokensWithData,
  updateSettings,
} from './index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-03-01T10:00:00Z')
let a: Ctx
let b: Ctx

beforeAll(async () => {
  a = await newTenant(pool, { clock })
  b = await newTenant(pool, { clock })
})

describe('tenants', () => {
  const actor = { kind: 'system', id: 'test', via: 'cli' } as const

  it('are made with all that fills them or not at all', async () => {
    const failing = createTenantWith(
      a,
      { slug: 'half', name: 'Half' },
      {
        actor,
        fill: async () => {
          throw new Error('the template broke')
        },
      },
    )
    await expect(failing).rejects.toThrow('the template broke')
    expect(await findTenant(a, 'half')).toBeUndefined()
    const made = await createTenantWith(
      a,
      { slug: 'whole', name: 'Whole', currency: 'GBP' },
      {
        actor,
        fill: async (ctx) => ctx.tenant,
      },
    )
    expect(await getTenant(a, 'whole')).toEqual(made)
    await expect(
      createTenantWith(a, { slug: 'whole', name: 'Again' }, { actor, fill: async () => 1 }),
    ).rejects.toMatchObject({ code: 'tenant.slug_taken' })
    await expect(getTenant(a, 'nowhere')).rejects.toMatchObject({ code: 'tenant.not_found' })
  })

  it('merge new settings into the old ones and forget those set to null', async () => {
    const ctx = await newTenant(pool)
    await updateSettings(ctx, { settings: { logo: 'a.png', theme: 'dark' } })
    const changed = await updateSettings(ctx, { name: 'New name', settings: { theme: null, size: 3 } })
    expect(changed).toMatchObject({ name: 'New name', settings: { logo: 'a.png', size: 3 } })
    expect(changed.settings).not.toHaveProperty('theme')
    await expect(updateSettings(ctx, { timeZone: 'Nowhere' })).rejects.toMatchObject({ code: 'request.invalid' })
  })
})

describe('API keys', () => {
  it('lead to their tenant and are kept as a hash', async () => {
    const { id, key } = await issueApiKey(a, { name: 'Till', scopes: ['purchases.write'] })
    expect(await authenticateApiKey(a, key)).toMatchObject({
      tenant: { id: a.tenant.id },
      keyId: id,
      scopes: ['purchases.write'],
    })
    const kept = await pool.query('select row_to_json(k)::text as text from api_keys k where id = $1', [id])
    expect(kept.rows[0].text).not.toContain(key)
    expect(kept.rows[0].text).toContain(sha256(key))
    expect(await listApiKeys(b)).toEqual([])
    expect(await listApiKeys(a)).toMatchObject([{ id, name: 'Till', prefix: key.slice(0, 12), revokedAt: null }])
  })

  it('open nothing once revoked, and only their tenant can revoke them', async () => {
    const { id, key } = await issueApiKey(a, { name: 'Old' })
    expect(await authenticateApiKey(a, key)).toBeDefined()
    await expect(revokeApiKey(b, id)).rejects.toMatchObject({ code: 'request.not_found' })
    await revokeApiKey(a, id)
    expect(await authenticateApiKey(a, key)).toBeUndefined()
    expect(await authenticateApiKey(a, 'rk_nonsense')).toBeUndefined()
  })
})

describe('credentials', () => {
  it('are found by what the client says and proved by its secret', async () => {
    await createCredential(a, { api: 'x', kind: 'shop', publicId: 'shop-1', secret: 's3cret', data: { storeId: 7 } })
    const found = await findCredential(a, { api: 'x', kind: 'shop', publicId: 'shop-1' })
    expect(found).toMatchObject({ tenant: { id: a.tenant.id }, data: { storeId: 7 }, secret: undefined })
    expect(found?.secretMatches('s3cret')).toBe(true)
    expect(found?.secretMatches('s3cret ')).toBe(false)
    expect(await findCredential(a, { api: 'x', kind: 'user', publicId: 'shop-1' })).toBeUndefined()
    expect(await findCredential(a, { api: 'y', kind: 'shop', publicId: 'shop-1' })).toBeUndefined()
  })

  it('show their secret again only where they were made to, and never to another tenant', async () => {
    const shown = await createCredential(a, {
      api: 'x',
      kind: 'user',
      publicId: 'shown',
      secret: 'open sesame',
      showSecret: true,
    })
    const all = await listCredentials(a, 'x')
    expect(all.map((one) => [one.publicId, one.secret])).toEqual([
      ['shop-1', undefined],
      ['shown', 'open sesame'],
    ])
    expect(await listCredentials(b)).toEqual([])
    const kept = await pool.query('select row_to_json(c)::text as text from api_credentials c where id = $1', [
      shown.id,
    ])
    expect(kept.rows[0].text).not.toContain('open sesame')
    await expect(createCredential(a, { api: 'x', kind: 'user', publicId: 'shown' })).rejects.toMatchObject({
      code: 'credentials.taken',
    })
    await expect(revokeCredential(b, shown.id)).rejects.toMatchObject({ code: 'request.not_found' })
    await revokeCredential(a, shown.id)
    expect(await findCredential(a, { api: 'x', kind: 'user', publicId: 'shown' })).toBeUndefined()
  })

  it('that two tenants share lead to neither', async () => {
    await createCredential(a, { api: 'x', kind: 'user', publicId: 'admin', secret: 'one' })
    await createCredential(b, { api: 'x', kind: 'user', publicId: 'admin', secret: 'two' })
    expect(await findCredential(a, { api: 'x', kind: 'user', publicId: 'admin' })).toBeUndefined()
  })
})

describe('tokens', () => {
  const access = { api: 'x', kinds: ['access'] }

  it('lead to their tenant and customer, through their own API and kind only', async () => {
    const issued = await issueToken(a, { api: 'x', kind: 'access', customerId: 42, data: { scope: 'all' } })
    expect(issued.token).toMatch(/^[0-9a-f]{64}$/)
    expect(await findToken(a, { ...access, token: issued.token })).toMatchObject({
      id: issued.id,
      tenant: { id: a.tenant.id },
      customerId: 42,
      data: { scope: 'all' },
    })
    expect(await findToken(a, { api: 'y', kinds: ['access'], token: issued.token })).toBeUndefined()
    expect(await findToken(a, { api: 'x', kinds: ['refresh'], token: issued.token })).toBeUndefined()
    const kept = await pool.query('select row_to_json(t)::text as text from api_tokens t where id = $1', [issued.id])
    expect(kept.rows[0].text).not.toContain(issued.token)
  })

  it('of one tenant are nothing to another', async () => {
    const { id, token } = await issueToken(a, { api: 'x', kind: 'access' })
    expect((await findToken(b, { ...access, token }))?.tenant.id).toBe(a.tenant.id)
    expect(await revokeToken(b, id)).toBe(false)
    await expect(consumeToken(b, { ...access, token })).rejects.toMatchObject({ code: 'token.invalid' })
    expect(await findToken(a, { ...access, token })).toBeDefined()
  })

  it('end with their time and with their revocation', async () => {
    const short = await issueToken(a, { api: 'x', kind: 'access', ttlSeconds: 60, bytes: 20 })
    expect(short.token).toHaveLength(40)
    clock.advance(60_000)
    expect(await findToken(a, { ...access, token: short.token })).toBeUndefined()
    expect(await findToken(a, { ...access, token: short.token, includeExpired: true })).toBeDefined()
    await expect(consumeToken(a, { ...access, token: short.token })).rejects.toMatchObject({ code: 'token.expired' })
    expect(await revokeToken(a, short.id)).toBe(true)
    expect(await findToken(a, { ...access, token: short.token, includeExpired: true })).toBeUndefined()
  })

  it('of a customer, of an API or of a session end together', async () => {
    const of = (customerId: number, api: string, session: string) =>
      issueToken(a, { api, kind: 'access', customerId, data: { session } })
    await of(7, 'x', 's1')
    await of(7, 'y', 's2')
    const kept = await of(8, 'x', 's3')
    expect(await revokeTokensOfCustomer(b, 7)).toBe(0)
    expect(await revokeTokensOfCustomer(a, 7, 'x')).toBe(1)
    expect(await revokeTokensOfCustomer(a, 7)).toBe(1)
    expect(await revokeTokensWithData(a, { api: 'x', data: { session: 's3' } })).toBe(1)
    expect(await findToken(a, { ...access, token: kept.token })).toBeUndefined()
  })

  it('are consumed by a single one of ten', async () => {
    const { token } = await issueToken(a, { api: 'x', kind: 'access' })
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, () => transact(a, (ctx) => consumeToken(ctx, { ...access, token }))),
    )
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('that ended long ago are taken away', async () => {
    const { id } = await issueToken(a, { api: 'x', kind: 'access', ttlSeconds: 1 })
    const forever = await issueToken(a, { api: 'x', kind: 'access' })
    clock.advance(31 * 86_400_000)
    await deleteExpired(a)
    const left = await pool.query('select id from api_tokens where id = any ($1)', [[id, forever.id]])
    expect(left.rows).toEqual([{ id: forever.id }])
  })
})
