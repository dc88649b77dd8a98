import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { createCustomer } from '../customers/index.ts'
import {
  findSuppression,
  getConsents,
  history,
  isSubscribed,
  listSuppressions,
  maySend,
  setConsents,
  setSubscriptions,
  suppress,
  suppressedOf,
  unsuppress,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)

test('nobody gets marketing unasked, everybody gets news of their own order', async () => {
  const { id } = await createCustomer(ctx, { email: 'a@example.com' })
  const message = { customerId: id, channel: 'email', address: 'a@example.com' } as const
  expect(await maySend(ctx, { ...message, purpose: 'bulk' })).toEqual({ allowed: false, reason: 'not_subscribed' })
  expect(await maySend(ctx, { ...message, purpose: 'chain' })).toMatchObject({ allowed: false })
  expect(await maySend(ctx, { ...message, purpose: 'transactional' })).toMatchObject({ allowed: true })
  expect(await maySend(ctx, { ...message, purpose: 'security' })).toMatchObject({ allowed: true })
  const stated = await setSubscriptions(ctx, {
    customerId: id,
    changes: [{ channel: 'email', purpose: 'bulk', subscribed: true }],
    source: 'form',
    textVersion: 'v3',
  })
  expect(isSubscribed(stated, { channel: 'email', purpose: 'bulk' })).toBe(true)
  expect(isSubscribed(stated, { channel: 'sms', purpose: 'bulk' })).toBe(false)
  expect(await maySend(ctx, { ...message, purpose: 'bulk' })).toMatchObject({ allowed: true })
})

test('each change leaves one entry with who, from where and which text; saying it again leaves none', async () => {
  const { id } = await createCustomer(ctx, {})
  const say = (subscribed: boolean) =>
    setSubscriptions(ctx, {
      customerId: id,
      changes: [{ channel: 'sms', purpose: 'bulk', subscribed }],
      source: 'form',
      textVersion: 'v1',
    })
  await say(true)
  await say(true)
  await say(false)
  await setConsents(ctx, { customerId: id, changes: [{ type: 'terms', given: true }], source: 'app' })
  const entries = await history(ctx, { customerId: id })
  expect(entries.map((entry) => [entry.subject, entry.event])).toEqual([
    ['consent:terms', 'given'],
    ['sms:bulk', 'unsubscribed'],
    ['sms:bulk', 'subscribed'],
  ])
  expect(entries[2]).toMatchObject({ source: 'form', actor: 'system:test', ip: '192.0.2.1', textVersion: 'v1' })
  expect(await history(ctx, { customerId: id, channel: 'sms', event: 'subscribed' })).toHaveLength(1)
  expect(await getConsents(ctx, id)).toMatchObject([{ type: 'terms', given: true }])
})

test('a suppression beats a subscription, whichever way the address is written', async () => {
  const { id } = await createCustomer(ctx, { email: 'b@example.com' })
  await setSubscriptions(ctx, {
    customerId: id,
    changes: [{ channel: 'email', purpose: 'bulk', subscribed: true }],
    source: 'form',
  })
  await suppress(ctx, { channel: 'email', address: 'B@Example.com', reason: 'complained', comment: 'spam' })
  const message = { customerId: id, channel: 'email', address: 'b@EXAMPLE.com' } as const
  for (const purpose of ['bulk', 'transactional', 'security'] as const) {
    expect(await maySend(ctx, { ...message, purpose })).toEqual({ allowed: false, reason: 'suppressed_complained' })
  }
  await suppress(ctx, { channel: 'email', address: 'b@example.com', reason: 'unsubscribed' })
  expect(await maySend(ctx, { ...message, purpose: 'bulk' })).toMatchObject({ allowed: false })
  expect(await maySend(ctx, { ...message, purpose: 'security' })).toMatchObject({ allowed: true })
  expect(await listSuppressions(ctx, { channel: 'email' })).toMatchObject([{ address: 'b@example.com' }])
  expect(await suppressedOf(ctx, 'email', ['B@example.com', 'c@example.com'])).toEqual(new Set(['B@example.com']))
  await unsuppress(ctx, { channel: 'email', address: 'b@example.com' })
  await expect(unsuppress(ctx, { channel: 'email', address: 'b@example.com' })).rejects.toMatchObject({
    code: 'suppression.not_found',
  })
  expect(await maySend(ctx, { ...message, purpose: 'bulk' })).toMatchObject({ allowed: true })
})

test('a suppression is the tenant’s own', async () => {
  await suppress(ctx, { channel: 'sms', address: '0151 12345678', reason: 'blacklisted' })
  expect(await findSuppression(ctx, { channel: 'sms', address: '+4915112345678' })).toBeDefined()
  const other = await newTenant(pool)
  expect(await findSuppression(other, { channel: 'sms', address: '+4915112345678' })).toBeUndefined()
})
