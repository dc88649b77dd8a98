import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { changeTags, createList, findMember, leaveList, membershipsOf, putMember, tagsOf } from '../audience/index.ts'
import { getSubscriptions, setSubscriptions } from '../consent/index.ts'
import {
  addSourceRecord,
  createCustomer,
  findCustomerByIdentity,
  getCustomer,
  identify,
  listAddresses,
  primaryEmail,
  putAddress,
  setAttributes,
  updateCustomer,
} from '../customers/index.ts'
import { addUnit, applyOperation, balancesOf } from '../ledger/index.ts'
import { countUsage, createReward, loadUsage } from '../loyalty/index.ts'
import { listMessages, sendMessage } from '../messaging/index.ts'
import { listPurchases, recordPurchase } from '../purchases/index.ts'
import { identifyPerson, listMerges, mergeCustomers, undoMerge } from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const unit = await addUnit(ctx, {
  kind: 'points',
  code: 'points',
  name: 'Points',
  currency: null,
  scale: 0,
  isDefault: true,
})
let keys = 0
const earn = (customerId: number, amount: number) =>
  applyOperation(ctx, { kind: 'earn', key: `k${keys++}`, unitId: unit.id, customerId, amount })
const pointsOf = async (customerId: number) => (await balancesOf(ctx, customerId))[0]?.available
const purchaseNumbers = async (customerId: number) =>
  (await listPurchases(ctx, { customerId, limit: 10 })).items.map((purchase) => purchase.number)

async function twoPeople(name: string) {
  const from = await createCustomer(ctx, {
    firstName: 'Jo',
    companyName: 'Only Old',
    email: `${name}-old@example.com`,
    phone: `+4915120000${keys++ + 100}`,
    attributes: { color: 'red', size: 'm' },
  })
  const into = await createCustomer(ctx, { firstName: 'Jo', lastName: 'New', email: `${name}-new@example.com` })
  await setAttributes(ctx, { customerId: into.id, values: { color: 'blue' } })
  return { from, into }
}

test('everything of a merged customer is the survivor’s, and comes back when the merge is undone', async () => {
  const { from, into } = await twoPeople('all')
  await putAddress(ctx, { customerId: from.id, city: 'Köln' })
  await addSourceRecord(ctx, { customerId: from.id, source: 'shop', externalId: 'old-1' })
  const [both, oldOnly] = [await createList(ctx, { name: 'Both' }), await createList(ctx, { name: 'Old only' })]
  const now = new Date()
  await putMember(ctx, { listId: both.id, customerId: from.id, mode: 'insert', confirmedAt: now, source: 'old' })
  await putMember(ctx, { listId: both.id, customerId: into.id, mode: 'insert', source: 'new' })
  await putMember(ctx, { listId: oldOnly.id, customerId: from.id, mode: 'insert', confirmedAt: now })
  await changeTags(ctx, { add: [from, into].map(({ id }) => ({ customerId: id, tag: `tag-${id === from.id}` })) })
  await sendMessage(ctx, {
    key: 'to-old',
    channel: 'email',
    purpose: 'security',
    to: 'all-old@example.com',
    customerId: from.id,
  })
  const sale = { space: 'till', source: 'till', confirmed: true, currency: 'EUR', onKnownNumber: 'refuse' } as const
  await recordPurchase(ctx, { ...sale, number: 'M-1', customerId: from.id, totalMinor: 100, occurredAt: now })
  await earn(from.id, 30)
  await earn(into.id, 12)

  const mergeId = await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'same person' })

  const survivor = await getCustomer(ctx, from.id)
  expect(survivor).toMatchObject({ id: into.id, lastName: 'New', companyName: 'Only Old' })
  expect(survivor.attributes).toEqual({ color: 'blue', size: 'm' })
  expect(primaryEmail(survivor)).toBe('all-new@example.com')
  expect((await findCustomerByIdentity(ctx, { kind: 'email', value: 'all-old@example.com' }))?.id).toBe(into.id)
  expect((await findCustomerByIdentity(ctx, { kind: 'external', source: 'shop', value: 'old-1' }))?.id).toBe(into.id)
  expect(await listAddresses(ctx, into.id)).toMatchObject([{ city: 'Köln', isPrimary: true }])
  const lists = (await membershipsOf(ctx, [into.id])).get(into.id)
  expect(lists?.map((one) => [one.listId, one.source])).toEqual([
    [both.id, 'new'],
    [oldOnly.id, ''],
  ])
  expect(await getSubscriptions(ctx, into.id)).toMatchObject([{ channel: 'email', purpose: 'bulk', subscribed: true }])
  expect((await tagsOf(ctx, [into.id])).get(into.id)).toHaveLength(2)
  expect(await listMessages(ctx, { customerId: into.id })).toHaveLength(1)
  expect(await purchaseNumbers(into.id)).toEqual(['M-1'])
  expect(await pointsOf(into.id)).toBe(42)
  await applyOperation(ctx, { kind: 'spend', key: 'spent-together', unitId: unit.id, customerId: into.id, amount: 5 })

  await undoMerge(ctx, mergeId)

  const back = await getCustomer(ctx, from.id)
  expect(back).toMatchObject({ id: from.id, state: 'identified', companyName: 'Only Old' })
  expect(back.identities.map((one) => one.value)).toContain('old-1')
  expect(primaryEmail(back)).toBe('all-old@example.com')
  const left = await getCustomer(ctx, into.id)
  expect(left).toMatchObject({ companyName: null, lastName: 'New', attributes: { color: 'blue' } })
  expect(await listAddresses(ctx, from.id)).toMatchObject([{ city: 'Köln', isPrimary: true }])
  expect(await findMember(ctx, both.id, from.id)).toMatchObject({ source: 'old', confirmedAt: now })
  expect(await findMember(ctx, oldOnly.id, into.id)).toBeUndefined()
  expect(await getSubscriptions(ctx, into.id)).toEqual([])
  expect((await tagsOf(ctx, [from.id])).get(from.id)).toEqual(['tag-true'])
  expect(await purchaseNumbers(from.id)).toEqual(['M-1'])
  expect(((await pointsOf(from.id)) ?? 0) + ((await pointsOf(into.id)) ?? 0)).toBe(37)
  await expect(undoMerge(ctx, mergeId)).rejects.toMatchObject({ code: 'merge.already_undone' })
  expect(await listMerges(ctx, from.id)).toMatchObject([{ id: mergeId, reason: 'same person' }])
})

test('what a limited rule gave both counts for the survivor, and each their own again afterwards', async () => {
  const { from, into } = await twoPeople('limits')
  const reward = await createReward(ctx, {
    code: 'ONCE-A-MONTH',
    name: 'Limited',
    usage: 'automatic',
    definition: { benefit: { kind: 'thing' }, conditions: [], limits: { perCustomer: { period: 'month', uses: 3 } } },
  })
  const needed = [{ id: reward.id, customer: 'month' }] as const
  const at = new Date()
  const usedBy = async (customerId: number) =>
    (await loadUsage(ctx, { needed, customerId, at }, { lock: false })).customer.get(reward.id)?.uses
  const use = async (customerId: number, uses: number) => {
    await loadUsage(ctx, { needed, customerId, at }, { lock: true })
    await countUsage(ctx, { needed, customerId, at }, new Map([[reward.id, { uses, amount: 0 }]]))
  }
  await use(from.id, 2)
  await use(into.id, 1)
  const mergeId = await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'twins' })
  expect([await usedBy(from.id), await usedBy(into.id)]).toEqual([undefined, 3])
  await use(into.id, 1)
  await undoMerge(ctx, mergeId)
  expect([await usedBy(from.id), await usedBy(into.id)]).toEqual([2, 2])
})

test('the same merge at once happens once, in whichever direction it is asked', async () => {
  const { from, into } = await twoPeople('race')
  const results = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => {
      const [a, b] = index % 2 ? [from.id, into.id] : [into.id, from.id]
      return mergeCustomers(ctx, { fromId: a, intoId: b, reason: 'race' })
    }),
  )
  expect(results.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  for (const one of results) {
    if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'customer.merge_same' })
  }
})

test('a circle of merges at once ends with one living customer who has everything', async () => {
  const people = await Promise.all(
    ['a', 'b', 'c', 'd'].map((one) => createCustomer(ctx, { email: `${one}@circle.example` })),
  )
  for (const { id } of people) await earn(id, 10)
  await Promise.allSettled(
    people.map((one, index) =>
      mergeCustomers(ctx, { fromId: one.id, intoId: people[(index + 1) % 4]?.id ?? 0, reason: 'circle' }),
    ),
  )
  const alive = new Set(await Promise.all(people.map(async ({ id }) => (await getCustomer(ctx, id)).id)))
  expect(alive.size).toBe(1)
  const [survivor = 0] = alive
  expect((await getCustomer(ctx, survivor)).identities).toHaveLength(4)
  expect(await pointsOf(survivor)).toBe(40)
})

test('attaching to a customer while it is merged gives the identity to the survivor', async () => {
  const { from, into } = await twoPeople('attach')
  const claims = (index: number) => [
    { kind: 'email', value: 'attach-old@example.com' } as const,
    { kind: 'external', source: 'attach', value: String(index) } as const,
  ]
  await Promise.all([
    mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'x' }),
    ...Array.from({ length: 10 }, (_, index) => identify(ctx, { claims: claims(index), policy: 'attach' })),
  ])
  for (let index = 0; index < 10; index++) {
    const owner = await findCustomerByIdentity(ctx, { kind: 'external', source: 'attach', value: String(index) })
    expect(owner?.id).toBe(into.id)
  }
})

test('merges are undone in the reverse order only', async () => {
  const { from, into } = await twoPeople('chain')
  const last = await createCustomer(ctx, { email: 'chain-last@example.com' })
  const first = await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: '1' })
  const second = await mergeCustomers(ctx, { fromId: into.id, intoId: last.id, reason: '2' })
  expect((await getCustomer(ctx, from.id)).id).toBe(last.id)
  await expect(undoMerge(ctx, first)).rejects.toMatchObject({ code: 'merge.not_last' })
  await undoMerge(ctx, second)
  expect((await getCustomer(ctx, from.id)).id).toBe(into.id)
  await undoMerge(ctx, first)
  expect((await getCustomer(ctx, from.id)).id).toBe(from.id)
})

test('who left a list under one name has left it under both, until the merge is undone', async () => {
  const { from, into } = await twoPeople('left')
  const list = await createList(ctx, { name: 'Left' })
  for (const { id } of [from, into]) {
    await putMember(ctx, { listId: list.id, customerId: id, mode: 'insert', confirmedAt: new Date() })
  }
  await leaveList(ctx, { listId: list.id, customerId: from.id, byPerson: true })
  await setSubscriptions(ctx, {
    customerId: into.id,
    changes: [{ channel: 'sms', purpose: 'bulk', subscribed: true }],
    source: 'form',
  })
  const mergeId = await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'x' })
  expect(await findMember(ctx, list.id, into.id)).toMatchObject({ leftByPerson: true })
  const bulk = async () => (await getSubscriptions(ctx, into.id)).map((one) => [one.channel, one.subscribed])
  expect(await bulk()).toEqual([
    ['email', false],
    ['sms', true],
  ])
  await undoMerge(ctx, mergeId)
  expect(await findMember(ctx, list.id, into.id)).toMatchObject({ leftByPerson: false, leftAt: null })
  expect(await bulk()).toEqual([
    ['email', true],
    ['sms', true],
  ])
})

test('who signs in on an anonymous device takes its past along', async () => {
  const device = await identify(ctx, { claims: [{ kind: 'device', value: 'did-9' }], policy: 'attach' })
  await earn(device.customer.id, 3)
  const person = await createCustomer(ctx, { email: 'device@example.com' })
  const result = await identifyPerson(ctx, {
    claims: [
      { kind: 'email', value: 'device@example.com' },
      { kind: 'device', value: 'did-9', verified: true },
    ],
    policy: 'attach',
  })
  expect(result.merged).toEqual([device.customer.id])
  expect(result.customer.identities.map((one) => one.value)).toEqual(['did-9', 'device@example.com'])
  expect(await pointsOf(person.id)).toBe(3)
})

test('nobody is merged with themselves, with a stranger’s customer, or with nobody', async () => {
  const { from, into } = await twoPeople('refused')
  const merge = (fromId: number, intoId: number, where = ctx) => mergeCustomers(where, { fromId, intoId, reason: 'x' })
  await expect(merge(from.id, from.id)).rejects.toMatchObject({ code: 'customer.merge_same' })
  await expect(merge(from.id, 1)).rejects.toMatchObject({ code: 'customer.not_found' })
  const other = await newTenant(pool)
  await expect(merge(from.id, into.id, other)).rejects.toMatchObject({ code: 'customer.not_found' })
  await expect(undoMerge(ctx, 1)).rejects.toMatchObject({ code: 'merge.not_found' })
  await updateCustomer(ctx, { id: from.id, patch: { firstName: 'Still' } })
})
