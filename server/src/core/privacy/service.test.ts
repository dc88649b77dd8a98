import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { dbOf, sql } from '../../platform/db.ts'
import { issueCode, withIdempotency } from '../accounts/index.ts'
import { changeTags, createList, membershipsOf, putMember } from '../audience/index.ts'
import { history, maySend } from '../consent/index.ts'
import {
  createCustomer,
  findCustomerByIdentity,
  getCustomer,
  identify,
  putAddress,
  searchCustomers,
  updateCustomer,
} from '../customers/index.ts'
import { attachDevice, ensureDevice, listEvents, recordEvents } from '../events/index.ts'
import { addUnit, applyOperation, balancesOf, listPostings } from '../ledger/index.ts'
import { addTier, createProgramme, createReward, giveTier, issueVoucher, listVouchers } from '../loyalty/index.ts'
import { mergeCustomers, undoMerge } from '../merging/index.ts'
import { deliverWaiting, listMessages, sendMessage } from '../messaging/index.ts'
import { listPurchases, recordPurchase } from '../purchases/index.ts'
import { eraseCustomer, exportCustomer } from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const unit = await addUnit(ctx, { kind: 'points', code: 'p', name: 'P', currency: null, scale: 0, isDefault: true })
const programme = await createProgramme(ctx, {
  kind: 'points',
  name: 'P',
  unitId: unit.id,
  isDefault: true,
  settings: { earnSources: [] },
})
const tier = await addTier(ctx, { programmeId: programme.id, name: 'Gold', rank: 1, threshold: 100, settings: {} })
const list = await createList(ctx, { name: 'News' })
const reward = await createReward(ctx, {
  code: 'TEN',
  name: 'Ten percent',
  usage: 'voucher',
  state: 'active',
  definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
})

let keys = 0

function answerOnce(key: string, response: object = {}) {
  const request = { scope: 'test', key, requestHash: 'same' }
  return withIdempotency(ctx, request, async () => ({ status: 201, response }))
}

async function livelyCustomer(email: string) {
  const customer = await createCustomer(ctx, {
    firstName: 'Gerda',
    lastName: 'Vergessen',
    email,
    attributes: { note: 'x' },
  })
  await putAddress(ctx, { customerId: customer.id, line1: 'Vergessenstraße 1', city: 'Köln' })
  await putMember(ctx, { listId: list.id, customerId: customer.id, mode: 'insert', confirmedAt: new Date() })
  await changeTags(ctx, { add: [{ customerId: customer.id, tag: 'vip' }] })
  await sendMessage(ctx, {
    key: `w-${++keys}`,
    channel: 'email',
    purpose: 'transactional',
    to: email,
    customerId: customer.id,
    text: 'Hello Gerda',
  })
  await recordPurchase(ctx, {
    space: 'till',
    number: `N-${keys}`,
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    totalMinor: 500,
    customerId: customer.id,
    occurredAt: new Date(),
    data: { delivery_address: 'Vergessenstraße 1' },
    onKnownNumber: 'refuse',
  })
  await giveTier(ctx, { customerId: customer.id, tierId: tier.id, note: 'Gerda asked for it' })
  await issueVoucher(ctx, { rewardId: reward.id, customerId: customer.id, note: 'for Gerda', data: { to: 'Gerda' } })
  const device = await attachDevice(ctx, { did: `did-gerda-${keys}`, customerId: customer.id })
  const who = { customerId: customer.id, deviceId: device.id }
  await recordEvents(
    ctx,
    [{ ...who, type: 'searched', session: 'gerda', data: { query: 'Vergessen' } }],
    [{ customerId: customer.id, kind: 'cart', action: 'put', items: [{ productCode: 'A' }] }],
  )
  await applyOperation(ctx, { kind: 'earn', key: `e-${keys}`, unitId: unit.id, customerId: customer.id, amount: 7 })
  await issueCode(ctx, { purpose: 'otp', subject: `EMAIL:${email}`, ttlSeconds: 60, data: { said: 'Gerda' } })
  await issueCode(ctx, {
    purpose: 'otp',
    subject: 'x',
    ttlSeconds: 60,
    data: { customerId: customer.id, name: 'Gerda' },
  })
  await answerOnce(`about ${customer.id}`, { id: customer.id, first_name: 'Gerda' })
  await answerOnce(`to ${customer.id}`, { to: email.toUpperCase(), text: 'Dear Vergessen' })
  return customer
}

test('erasure removes the person from every table and keeps purchases and postings', async () => {
  const { id } = await livelyCustomer('gerda@example.com')
  await eraseCustomer(ctx, id)
  expect(await getCustomer(ctx, id)).toMatchObject({ state: 'erased', lastName: null, identities: [], attributes: {} })
  expect(await searchCustomers(ctx, { text: 'vergessen', limit: 10 })).toEqual([])
  expect((await membershipsOf(ctx, [id])).size).toBe(0)
  expect((await listPurchases(ctx, { customerId: id, limit: 10 })).items).toHaveLength(1)
  expect((await listVouchers(ctx, { customerId: id, offset: 0, limit: 10 })).items).toMatchObject([
    { note: '', data: {} },
  ])
  expect(await listPostings(ctx, { customerId: id, limit: 10 })).toHaveLength(1)
  expect((await balancesOf(ctx, id))[0]?.available).toBe(7)
  expect(await deliverWaiting(ctx)).toBe(0)
  expect(await listMessages(ctx, { to: 'gerda@example.com' })).toEqual([])
  const proof = await history(ctx, { customerId: id })
  expect(proof).toMatchObject([{ event: 'subscribed', ip: null }])
  expect(await listEvents(ctx, { customerId: id, limit: 10 })).toEqual([])
  expect(await dbOf(pool).query(sql`select from events where type = 'searched'`)).toHaveLength(1)
  // The person's words are nowhere in the database any more, but for the change log's ids.
  for (const { table_name: table } of await dbOf(pool).query<{ table_name: string }>(sql`
    select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`)) {
    const { rows } = await pool.query(`select count(*) as count from "${table}" t where t::text ~* 'gerda|vergessen'`)
    expect([table, rows[0].count]).toEqual([table, 0])
  }
})

test('what was answered about an erased customer is not told again, and its work is not done again', async () => {
  const { id } = await livelyCustomer('retried@example.com')
  const other = await livelyCustomer('other@example.com')
  await answerOnce('longer', { id: Number(`${id}1`) })
  await answerOnce('sum', { id: other.id, points: id, note: [`id ${id}`] })
  await answerOnce('referred', { items: [{ ok: true, related_customer_id: id }] })
  await eraseCustomer(ctx, id)
  for (const key of [`about ${id}`, `to ${id}`, 'referred']) {
    await expect(answerOnce(key)).rejects.toMatchObject({ code: 'customer.erased' })
  }
  for (const key of [`about ${other.id}`, `to ${other.id}`, 'longer', 'sum']) {
    expect(await answerOnce(key)).toMatchObject({ status: 201, replayed: true })
  }
})

test('an erased customer is not changed, written to or erased again, and the address can begin anew', async () => {
  const { id } = await livelyCustomer('again@example.com')
  await eraseCustomer(ctx, id)
  await expect(eraseCustomer(ctx, id)).rejects.toMatchObject({ code: 'customer.erased' })
  await expect(updateCustomer(ctx, { id, patch: { firstName: 'X' } })).rejects.toMatchObject({
    code: 'customer.erased',
  })
  const message = { channel: 'email', address: 'again@example.com' } as const
  expect(await maySend(ctx, { ...message, purpose: 'bulk' })).toEqual({ allowed: false, reason: 'suppressed_erased' })
  const { customer, created } = await identify(ctx, {
    claims: [{ kind: 'email', value: 'again@example.com' }],
    policy: 'attach',
  })
  expect([created, customer.id === id]).toEqual([true, false])
  expect((await ensureDevice(ctx, { did: `did-gerda-${keys}` })).customerId).not.toBe(id)
  expect(await maySend(ctx, { ...message, purpose: 'security' })).toMatchObject({ allowed: true })
})

test('whoever was merged into the person is erased too, and the merge cannot be undone', async () => {
  const [from, into] = [await livelyCustomer('m1@example.com'), await livelyCustomer('m2@example.com')]
  const mergeId = await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'x' })
  await eraseCustomer(ctx, from.id)
  expect(await getCustomer(ctx, from.id)).toMatchObject({ id: into.id, state: 'erased' })
  await expect(undoMerge(ctx, mergeId)).rejects.toMatchObject({ code: 'customer.erased' })
  const [row] = await dbOf(pool).query(sql`select first_name, state from customers where id = ${from.id}`)
  expect(row).toEqual({ first_name: null, state: 'merged' })
})

test('calls at once with the erasure either come before it or are refused', async () => {
  const { id } = await livelyCustomer('busy@example.com')
  const results = await Promise.allSettled([
    eraseCustomer(ctx, id),
    ...Array.from({ length: 10 }, (_, index) => updateCustomer(ctx, { id, patch: { firstName: `Name ${index}` } })),
  ])
  expect(results[0]?.status).toBe('fulfilled')
  expect(await getCustomer(ctx, id)).toMatchObject({ state: 'erased', firstName: null })
})

test('an export has everything there is about the person', async () => {
  const { id } = await livelyCustomer('export@example.com')
  const all = JSON.parse(JSON.stringify(await exportCustomer(ctx, id)))
  expect(all).toMatchObject({
    customer: { firstName: 'Gerda' },
    identities: [{ value: 'export@example.com' }, { kind: 'device' }],
    addresses: [{ city: 'Köln' }],
    lists: [{ listName: 'News' }],
    tags: ['vip'],
    subscriptions: [{ channel: 'email', purpose: 'bulk' }],
    messages: [{ text: 'Hello Gerda' }],
    purchases: [{ totalMinor: 500 }],
    postings: [{ amount: 7 }],
    vouchers: [{ rewardId: reward.id, note: 'for Gerda' }],
    events: [{ type: 'searched' }],
    cart: [{ productCode: 'A' }],
  })
  expect(await findCustomerByIdentity(ctx, { kind: 'email', value: 'export@example.com' })).toBeDefined()
})
