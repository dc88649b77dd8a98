import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { openPool } from './db.ts'
import { hashPassword, verifyPassword } from './passwords.ts'
import { loadSecrets, seal, unseal } from './secrets.ts'

const { url } = await testDatabase()

it('processes that start at the same moment have the same secrets', async () => {
  const pools = Array.from({ length: 6 }, () => openPool({ url, max: 2 }))
  const secrets = await Promise.all(pools.map((pool) => loadSecrets(pool)))
  const texts = secrets.map((one) => one.opaqueIdKey.toString('hex') + one.sealingKey.toString('hex'))
  expect(new Set(texts).size).toBe(1)
  expect([secrets[0]?.opaqueIdKey.length, secrets[0]?.sealingKey.length]).toEqual([16, 32])
  await Promise.all(pools.map((pool) => pool.end()))
})

it('what is sealed is opened by the same key, unchanged, and by no other', () => {
  const key = randomBytes(32)
  const sealed = seal(key, 'geheim ✓')
  expect(unseal(key, sealed)).toBe('geheim ✓')
  expect(() => unseal(randomBytes(32), sealed)).toThrow()
  sealed[sealed.length - 1] = (sealed[sealed.length - 1] ?? 0) ^ 1
  expect(() => unseal(key, sealed)).toThrow()
})

it('a password is verified by its hash; without a hash the answer is no', async () => {
  const hash = await hashPassword('correct horse')
  expect(hash).toMatch(/^\$argon2id\$/)
  expect(await verifyPassword(hash, 'correct horse')).toBe(true)
  expect(await verifyPassword(hash, 'Correct horse')).toBe(false)
  expect(await verifyPassword(undefined, 'nobody has this password')).toBe(false)
})
