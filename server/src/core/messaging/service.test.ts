import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import { transact } from '../../platform/ctx.ts'
import { DeliveryFailure } from '../../platform/errors.ts'
import { confirmMember, createList, leaveList, putMember } from '../audience/index.ts'
import { setSubscriptions, suppress } from '../consent/index.ts'
import { createCustomer } from '../customers/index.ts'
import { deliverWaiting, getMessage, listMessages, type Message, sendMessage } from './index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-05-01T10:00:00Z')
const ctx = await newTenant(pool, { clock })

test('a message can be read at once, goes out once, and its key never sends again', async () => {
  const send = () =>
    sendMessage(ctx, { key: 'k1', channel: 'email', purpose: 'security', to: 'A@Example.com', subject: 'Code\r\nX: 1' })
  const message = await send()
  expect(message).toMatchObject({ to: 'a@example.com', state: 'waiting', subject: 'Code X: 1' })
  expect(await listMessages(ctx, { to: 'a@EXAMPLE.com' })).toMatchObject([{ id: message.id }])
  const delivered: number[] = []
  const provider = { name: 'test', deliver: async (one: Message) => void delivered.push(one.id) }
  await Promise.all(Array.from({ length: 8 }, () => deliverWaiting(ctx, provider)))
  expect((await send()).id).toBe(message.id)
  await deliverWaiting(ctx, provider)
  expect(delivered).toEqual([message.id])
  expect(await getMessage(ctx, message.id)).toMatchObject({ state: 'sent', provider: 'test' })
})

test('a message of a transaction that fails does not exist', async () => {
  const failing = transact(ctx, async (ctx) => {
    await sendMessage(ctx, { key: 'lost', channel: 'sms', purpose: 'security', to: '0151 12345678', text: 'x' })
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(await listMessages(ctx, { to: '0151 12345678' })).toEqual([])
})

test('marketing is refused to whoever unsubscribed after it was queued', async () => {
  const { id } = await createCustomer(ctx, { email: 'm@example.com' })
  const subscribe = (subscribed: boolean) =>
    setSubscriptions(ctx, {
      customerId: id,
      changes: [{ channel: 'email', purpose: 'bulk', subscribed }],
      source: 'form',
    })
  await subscribe(true)
  const send = (key: string) =>
    sendMessage(ctx, { key, channel: 'email', purpose: 'bulk', customerId: id, to: 'm@example.com', text: 'news' })
  const [first, second] = [await send('m1'), await send('m2')]
  await subscribe(false)
  await deliverWaiting(ctx)
  expect(await getMessage(ctx, first.id)).toMatchObject({ state: 'refused', reason: 'not_subscribed' })
  expect(await listMessages(ctx, { customerId: id })).toEqual([])
  await subscribe(true)
  await deliverWaiting(ctx)
  expect((await getMessage(ctx, second.id)).state).toBe('refused')
  const third = await send('m3')
  await suppress(ctx, { channel: 'email', address: 'm@example.com', reason: 'bounced' })
  await deliverWaiting(ctx)
  expect(await getMessage(ctx, third.id)).toMatchObject({ reason: 'suppressed_bounced' })
})

test('a mailing to a list reaches only who is active in it at the moment of sending', async () => {
  const list = await createList(ctx, { name: 'News' })
  const { id } = await createCustomer(ctx, { email: 'l@example.com' })
  await putMember(ctx, { listId: list.id, customerId: id, mode: 'insert' })
  const other = await createList(ctx, { name: 'Other' })
  await putMember(ctx, { listId: other.id, customerId: id, mode: 'insert', confirmedAt: clock.now() })
  const send = (key: string) =>
    sendMessage(ctx, { key, channel: 'email', purpose: 'bulk', customerId: id, listId: list.id, to: 'l@example.com' })
  const before = await send('l1')
  await deliverWaiting(ctx)
  expect(await getMessage(ctx, before.id)).toMatchObject({ state: 'refused', reason: 'not_in_list' })
  await confirmMember(ctx, { listId: list.id, customerId: id })
  const during = await send('l2')
  await deliverWaiting(ctx)
  expect((await getMessage(ctx, during.id)).state).toBe('sent')
  await leaveList(ctx, { listId: list.id, customerId: id, byPerson: true })
  const after = await send('l3')
  await deliverWaiting(ctx)
  expect((await getMessage(ctx, after.id)).reason).toBe('not_in_list')
})

test('a provider’s passing failure is tried again later, a lasting one ends the message', async () => {
  let failure: DeliveryFailure | undefined = new DeliveryFailure('busy', { retryable: true })
  const provider = {
    name: 'flaky',
    deliver: async () => {
      if (failure) throw failure
    },
  }
  const message = await sendMessage(ctx, { key: 'f1', channel: 'push', purpose: 'security', to: 'token' })
  await deliverWaiting(ctx, provider)
  expect(await getMessage(ctx, message.id)).toMatchObject({ state: 'waiting', reason: 'busy' })
  failure = undefined
  expect(await deliverWaiting(ctx, provider)).toBe(0)
  clock.advance(60_000)
  await deliverWaiting(ctx, provider)
  expect((await getMessage(ctx, message.id)).state).toBe('sent')
  failure = new DeliveryFailure('gone', { retryable: false })
  const second = await sendMessage(ctx, { key: 'f2', channel: 'push', purpose: 'security', to: 'token' })
  await deliverWaiting(ctx, provider)
  expect(await getMessage(ctx, second.id)).toMatchObject({ state: 'failed', reason: 'gone' })
})
