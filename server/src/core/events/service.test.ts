import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import { transact } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { createCustomer, findCustomerByIdentity, identify } from '../customers/index.ts'
import {
  attachDevice,
  changeCollection,
  ensureDevice,
  findDevice,
  getCollection,
  getDevice,
  listDevices,
  listEvents,
  maintainEvents,
  moveCollections,
  recentProducts,
  recordEvents,
  restoreCollections,
  setPushToken,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)

const countEvents = async (type: string) =>
  (
    await ctx.db.query<{ count: number }>(sql`
      select count(*) from events where tenant_id = ${ctx.tenant.id} and type = ${type}`)
  )[0]?.count

test('an event is there when its call is answered, with everything it said', async () => {
  const customer = await createCustomer(ctx, { email: 'events@example.com' })
  const occurredAt = new Date('2026-03-01T10:00:00Z')
  await recordEvents(ctx, [
    {
      type: 'product_viewed',
      customerId: customer.id,
      productCode: 'A',
      session: 's1',
      data: { from: 'mail' },
      occurredAt,
    },
    { type: 'searched', customerId: customer.id, data: { query: 'mug' } },
  ])
  const events = await listEvents(ctx, { customerId: customer.id, limit: 10 })
  expect(events).toMatchObject([
    { type: 'searched', data: { query: 'mug' }, productCode: null },
    { type: 'product_viewed', productCode: 'A', session: 's1', data: { from: 'mail' }, occurredAt, quantity: null },
  ])
  const [newest] = events
  const older = await listEvents(ctx, { customerId: customer.id, before: newest, limit: 10 })
  expect(older.map((event) => event.type)).toEqual(['product_viewed'])
})

test('many calls at once are all written', async () => {
  await Promise.all(Array.from({ length: 3000 }, () => recordEvents(ctx, [{ type: 'burst' }, { type: 'burst' }])))
  expect(await countEvents('burst')).toBe(6000)
})

test('a process that does not keep up says so, and loses nothing of what it took', async () => {
  const events = Array.from({ length: 5_000 }, () => ({ type: 'flood' }))
  const answers = await Promise.allSettled(Array.from({ length: 14 }, () => recordEvents(ctx, events)))
  const taken = answers.filter((answer) => answer.status === 'fulfilled').length
  expect(taken).toBe(10)
  expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'service.unavailable' } })
  expect(await countEvents('flood')).toBe(taken * 5_000)
  await recordEvents(ctx, [{ type: 'after the flood' }])
})

test('what one caller got wrong fails that caller alone', async () => {
  const answers = await Promise.allSettled([
    recordEvents(ctx, [{ type: 'mixed' }]),
    recordEvents(ctx, [{ type: 'mixed', data: { text: 'nul \0 and \ud800' } }]),
    recordEvents(ctx, [{ type: 'mixed', quantity: 1e12 }]),
    recordEvents(ctx, [{ type: 'mixed', occurredAt: new Date(Number.NaN) }]),
    recordEvents(ctx, [{ type: '' }]),
    // Only the database can know that there is no such customer.
    recordEvents(ctx, [{ type: 'mixed', customerId: 2 ** 60 }]),
    recordEvents(ctx, [{ type: 'mixed', customerId: 2 ** 70 }]),
    recordEvents(ctx, [{ type: 'mixed', data: { long: 'x'.repeat(20_000) } }]),
  ])
  expect(answers.map((answer) => answer.status)).toEqual([
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
    'rejected',
    'fulfilled',
    'rejected',
    'rejected',
  ])
  expect(await countEvents('mixed')).toBe(3)
})

test('an event with a key is recorded once, however often it is told', async () => {
  await recordEvents(ctx, [
    { type: 'keyed', key: 'k1' },
    { type: 'keyed', key: 'k1' },
    { type: 'keyed' },
    { type: 'keyed' },
  ])
  await Promise.all(
    [1, 2, 3].map(() =>
      recordEvents(ctx, [
        { type: 'keyed', key: 'k1' },
        { type: 'keyed', key: 'k2' },
      ]),
    ),
  )
  expect(await countEvents('keyed')).toBe(4)
})

test('inside a transaction an event commits or vanishes with it', async () => {
  const failed = transact(ctx, async (ctx) => {
    await recordEvents(ctx, [{ type: 'within' }])
    throw new Error('no')
  })
  await expect(failed).rejects.toThrow('no')
  expect(await countEvents('within')).toBe(0)
  await transact(ctx, (ctx) => recordEvents(ctx, [{ type: 'within' }]))
  expect(await countEvents('within')).toBe(1)
})

test('carts are put into, taken from and replaced, in the order of the calls', async () => {
  const { id: customerId } = await createCustomer(ctx, {})
  const cart = async () =>
    Object.fromEntries(
      (await getCollection(ctx, { customerId, kind: 'cart' })).map((item) => [item.productCode, item.quantity]),
    )
  const change = (action: 'put' | 'remove' | 'replace', items: Record<string, number>) =>
    changeCollection(ctx, {
      customerId,
      kind: 'cart',
      action,
      items: Object.entries(items).map(([productCode, quantity]) => ({ productCode, quantity })),
    })
  await change('put', { a: 1, b: 2 })
  await change('put', { a: 3 })
  expect(await cart()).toEqual({ a: 3, b: 2 })
  // Sent together, still one after the other.
  await Promise.all([
    change('replace', { c: 1 }),
    change('put', { d: 1 }),
    change('remove', { c: 1 }),
    change('put', { e: 5 }),
  ])
  expect(await cart()).toEqual({ d: 1, e: 5 })
  await Promise.all([change('put', { z: 1 }), change('replace', {})])
  expect(await cart()).toEqual({})
  await changeCollection(ctx, { customerId, kind: 'wish', action: 'put', items: [{ productCode: 'a' }] })
  expect(await getCollection(ctx, { customerId, kind: 'wish' })).toMatchObject([{ productCode: 'a', quantity: 1 }])
})

test('a cart moves with a merge and comes back', async () => {
  const [from, into] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const put = (customerId: number, items: { productCode: string; quantity: number }[]) =>
    changeCollection(ctx, { customerId, kind: 'cart', action: 'put', items })
  await put(from.id, [
    { productCode: 'a', quantity: 1 },
    { productCode: 'b', quantity: 2 },
  ])
  await put(into.id, [{ productCode: 'a', quantity: 9 }])
  const moved = await transact(ctx, (ctx) => moveCollections(ctx, { fromId: from.id, intoId: into.id }))
  expect(moved).toEqual([{ kind: 'cart', productCode: 'b', quantity: 2 }])
  expect(await getCollection(ctx, { customerId: into.id, kind: 'cart' })).toHaveLength(2)
  await restoreCollections(ctx, { fromId: from.id, intoId: into.id, moved })
  expect(await getCollection(ctx, { customerId: from.id, kind: 'cart' })).toMatchObject([
    { productCode: 'b', quantity: 2 },
  ])
  expect(await getCollection(ctx, { customerId: into.id, kind: 'cart' })).toMatchObject([
    { productCode: 'a', quantity: 9 },
  ])
})

test('a new device makes one anonymous customer, also when it is told twenty times at once', async () => {
  const devices = await Promise.all(Array.from({ length: 20 }, () => ensureDevice(ctx, { did: 'dev-1' })))
  expect(new Set(devices.map((device) => `${device.id}:${device.customerId}`)).size).toBe(1)
  const customer = await findCustomerByIdentity(ctx, { kind: 'device', value: 'dev-1' })
  expect(customer).toMatchObject({ id: devices[0]?.customerId, state: 'anonymous' })
  await expect(getDevice(ctx, 'nobody')).rejects.toMatchObject({ code: 'device.not_found' })
  await expect(ensureDevice(ctx, { did: ' ' })).rejects.toMatchObject({ code: 'request.invalid' })
})

test('a device goes over to the person who signs in on it, its past stays', async () => {
  const device = await ensureDevice(ctx, { did: 'dev-2' })
  const jane = await createCustomer(ctx, { email: 'jane.device@example.com' })
  await attachDevice(ctx, { did: 'dev-2', customerId: jane.id })
  expect(await findDevice(ctx, 'dev-2')).toMatchObject({ id: device.id, customerId: jane.id })
  expect(await findCustomerByIdentity(ctx, { kind: 'device', value: 'dev-2' })).toMatchObject({ id: jane.id })
  const john = await createCustomer(ctx, { email: 'john.device@example.com' })
  await attachDevice(ctx, { did: 'dev-2', customerId: john.id })
  expect(await findDevice(ctx, 'dev-2')).toMatchObject({ customerId: john.id })
  expect(await listDevices(ctx, jane.id)).toEqual([])
  expect(await listDevices(ctx, john.id)).toMatchObject([{ did: 'dev-2' }])
})

test('a device and its events follow its customer into a merge', async () => {
  const device = await ensureDevice(ctx, { did: 'dev-3' })
  await recordEvents(ctx, [
    { type: 'product_viewed', productCode: 'A', customerId: device.customerId, deviceId: device.id },
    { type: 'product_viewed', productCode: 'B', customerId: device.customerId, deviceId: device.id },
    { type: 'product_viewed', productCode: 'A', customerId: device.customerId, deviceId: device.id },
  ])
  const { customer } = await identify(ctx, {
    claims: [{ kind: 'email', value: 'merged@example.com' }],
    policy: 'attach',
  })
  await ctx.db.query(sql`
    update customers set state = 'merged', merged_into = ${customer.id}
     where tenant_id = ${ctx.tenant.id} and id = ${device.customerId}`)
  expect(await listEvents(ctx, { customerId: customer.id, limit: 10 })).toHaveLength(3)
  const recent = await recentProducts(ctx, { customerId: customer.id, type: 'product_viewed', limit: 10 })
  expect(recent.map((one) => one.productCode).sort()).toEqual(['A', 'B'])
  expect(await listDevices(ctx, customer.id)).toMatchObject([{ did: 'dev-3' }])
  // A writer that still holds the old customer puts into the survivor's cart.
  await changeCollection(ctx, {
    customerId: device.customerId,
    kind: 'cart',
    action: 'put',
    items: [{ productCode: 'A' }],
  })
  expect(await getCollection(ctx, { customerId: customer.id, kind: 'cart' })).toHaveLength(1)
})

test('a push token belongs to one device', async () => {
  await ensureDevice(ctx, { did: 'phone-1' })
  await ensureDevice(ctx, { did: 'phone-2' })
  await setPushToken(ctx, { did: 'phone-1', token: 't', platform: 'ios' })
  await setPushToken(ctx, { did: 'phone-2', token: 't', platform: 'ios' })
  expect(await findDevice(ctx, 'phone-2')).toMatchObject({ pushToken: 't', platform: 'ios' })
  expect((await ctx.db.query(sql`select from devices where push_token = 't'`)).length).toBe(1)
})

test('months get partitions, and what the default one had caught moves there', async () => {
  const clock = fixedClock('2020-03-15T00:00:00Z')
  const then = await newTenant(pool, { clock })
  const record = () => recordEvents(then, [{ type: 'before_partition' }])
  const placed = () =>
    ctx.db.query<{ place: string; count: number }>(sql`
      select tableoid::regclass::text as place, count(*) from events where type = 'before_partition' group by 1`)
  await record()
  expect(await placed()).toEqual([{ place: 'events_default', count: 1 }])
  await Promise.all([maintainEvents(then), maintainEvents(then)])
  await record()
  expect(await placed()).toEqual([{ place: 'events_2020_03', count: 2 }])
  clock.set('2020-06-30T23:59:59Z')
  await record()
  expect((await placed()).map((row) => row.place).sort()).toEqual(['events_2020_03', 'events_2020_06'])
})
