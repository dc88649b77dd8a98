import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { getSubscriptions, history, setSubscriptions } from '../consent/index.ts'
import { createCustomer, defineAttribute, identifyMany, listAttributes } from '../customers/index.ts'
import {
  addToSegment,
  changeTags,
  clearList,
  confirmMember,
  createList,
  createSegment,
  deleteList,
  findMember,
  getList,
  isActive,
  isInSegment,
  leaveList,
  listMembers,
  listStats,
  listTags,
  membershipsOf,
  putMember,
  putMembers,
  removeFromSegment,
  removeMembers,
  removeTagsByPrefix,
  segmentsOf,
  tagsOf,
  updateList,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const at = (day: string) => new Date(`${day}T00:00:00Z`)
let number = 10
const someone = () => createCustomer(ctx, { email: `someone${number++}@example.com` })

test('a membership is registered, then confirmed by the person, then left', async () => {
  const list = await createList(ctx, { name: 'News' })
  const { id } = await someone()
  const registered = await putMember(ctx, { listId: list.id, customerId: id, mode: 'insert', source: 'form' })
  expect(isActive(registered)).toBe(false)
  expect(await getSubscriptions(ctx, id)).toEqual([])
  expect(
    isActive(await confirmMember(ctx, { listId: list.id, customerId: id, source: 'link', textVersion: 'v2' })),
  ).toBe(true)
  expect(await getSubscriptions(ctx, id)).toMatchObject([{ channel: 'email', purpose: 'bulk', subscribed: true }])
  const left = await leaveList(ctx, { listId: list.id, customerId: id, byPerson: true, source: 'link' })
  expect(left).toMatchObject({ leftByPerson: true })
  expect(await getSubscriptions(ctx, id)).toMatchObject([{ subscribed: false }])
  const trace = await history(ctx, { customerId: id })
  expect(trace.map((entry) => [entry.event, entry.source, entry.textVersion])).toEqual([
    ['unsubscribed', 'link', null],
    ['subscribed', 'link', 'v2'],
  ])
})

test('who left by their own act is brought back by themselves only; who was taken out by an API comes back by it', async () => {
  const list = await createList(ctx, { name: 'News' })
  const [own, api] = [await someone(), await someone()]
  const put = (customerId: typeof own.id) =>
    putMember(ctx, { listId: list.id, customerId, mode: 'upsert', confirmedAt: at('2026-01-01'), leftAt: null })
  await put(own.id)
  await put(api.id)
  await leaveList(ctx, { listId: list.id, customerId: own.id, byPerson: true })
  await leaveList(ctx, { listId: list.id, customerId: api.id, byPerson: false })
  expect(isActive(await put(own.id))).toBe(false)
  expect(isActive(await put(api.id))).toBe(true)
  expect(isActive(await confirmMember(ctx, { listId: list.id, customerId: own.id }))).toBe(true)
})

test('leaving one list keeps the subscription while another list holds it', async () => {
  const [first, second] = [await createList(ctx, { name: 'A' }), await createList(ctx, { name: 'B' })]
  const { id } = await someone()
  for (const list of [first, second]) {
    await putMember(ctx, { listId: list.id, customerId: id, mode: 'insert', confirmedAt: at('2026-01-01') })
  }
  await leaveList(ctx, { listId: first.id, customerId: id, byPerson: true })
  expect(await getSubscriptions(ctx, id)).toMatchObject([{ subscribed: true }])
  await leaveList(ctx, { listId: second.id, customerId: id, byPerson: true })
  expect(await getSubscriptions(ctx, id)).toMatchObject([{ subscribed: false }])
})

test('a batch answers row by row, and a customer who comes twice is changed twice', async () => {
  const list = await createList(ctx, { name: 'Batch' })
  const [a, b] = [await someone(), await someone()]
  const rows = [{ customerId: a.id }, { customerId: b.id, source: 'x' }, { customerId: a.id, source: 'y' }]
  expect(await putMembers(ctx, { listId: list.id, members: rows, mode: 'upsert' })).toEqual([
    'inserted',
    'inserted',
    'updated',
  ])
  expect(await findMember(ctx, list.id, a.id)).toMatchObject({ source: 'y' })
  expect(await putMembers(ctx, { listId: list.id, members: rows, mode: 'insert' })).toEqual([
    'exists',
    'exists',
    'exists',
  ])
  const stranger = await someone()
  expect(await putMembers(ctx, { listId: list.id, members: [{ customerId: stranger.id }], mode: 'update' })).toEqual([
    'missing',
  ])
  const refused = putMember(ctx, { listId: list.id, customerId: a.id, mode: 'insert' })
  await expect(refused).rejects.toMatchObject({ code: 'member.exists' })
})

test('twenty batches at once over the same thousand people make each a member once', async () => {
  const list = await createList(ctx, { name: 'Crowd' })
  const people = await identifyMany(
    ctx,
    Array.from({ length: 300 }, (_, index) => ({ claims: [{ kind: 'email', value: `crowd${index}@example.com` }] })),
  )
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, turn) => {
      const members = people.slice(turn).concat(people.slice(0, turn))
      return putMembers(ctx, { listId: list.id, members, mode: 'insert' })
    }),
  )
  expect(results.flat().filter((one) => one === 'inserted')).toHaveLength(300)
  expect(await listStats(ctx, list.id)).toEqual({ total: 300, active: 0, inactive: 300, bounced: 0 })
})

test('a list’s own attributes are typed, counted and gone with the list', async () => {
  const list = await createList(ctx, { name: 'Attributes' })
  await defineAttribute(ctx, { listId: list.id, name: 'Visits', type: 'number' })
  const { id } = await someone()
  const put = (visits: string) =>
    putMember(ctx, { listId: list.id, customerId: id, mode: 'upsert', attributes: { VISITS: visits } })
  await put('5')
  await Promise.all([put('+1'), put('+2'), put('-1')])
  expect(await findMember(ctx, list.id, id)).toMatchObject({ attributes: { visits: 7 } })
  await expect(put('often')).rejects.toMatchObject({ code: 'attribute.invalid_value' })
  await deleteList(ctx, list.id)
  expect(await listAttributes(ctx, list.id)).toEqual([])
  expect(await membershipsOf(ctx, [id])).toEqual(new Map())
  await expect(getList(ctx, list.id)).rejects.toMatchObject({ code: 'list.not_found' })
})

test('members are listed by state, in order, by ids and by e-mails', async () => {
  const list = await createList(ctx, { name: 'Order' })
  const people = [await someone(), await someone(), await someone()] as const
  await putMembers(ctx, {
    listId: list.id,
    mode: 'insert',
    members: [
      { customerId: people[0].id, registeredAt: at('2026-03-01'), confirmedAt: at('2026-03-02') },
      {
        customerId: people[1].id,
        registeredAt: at('2026-01-01'),
        confirmedAt: at('2026-03-02'),
        bouncedAt: at('2026-04-01'),
      },
      { customerId: people[2].id, registeredAt: at('2026-02-01') },
    ],
  })
  const ids = async (query: Partial<Parameters<typeof listMembers>[1]>) =>
    (await listMembers(ctx, { listId: list.id, state: 'all', limit: 10, ...query })).map((member) =>
      people.findIndex((one) => one.id === member.customerId),
    )
  expect(await ids({ state: 'active' })).toEqual([0])
  expect(await ids({ state: 'inactive' })).toEqual([1, 2])
  expect(await ids({ state: 'bounced' })).toEqual([1])
  expect(await ids({ order: 'registered' })).toEqual([1, 2, 0])
  expect(await ids({ order: 'email', descending: true })).toEqual([2, 1, 0])
  expect(await ids({ order: 'registered', limit: 1, offset: 1 })).toEqual([2])
  expect(await ids({ ids: [people[2].id] })).toEqual([2])
  expect(await ids({ emails: [people[0].identities[0]?.display.toUpperCase() ?? '', 'nobody'] })).toEqual([0])
  const gone = await removeMembers(ctx, { listId: list.id, customerIds: people.slice(0, 1).map((one) => one.id) })
  expect(gone.size).toBe(1)
  expect(await clearList(ctx, list.id)).toBe(2)
})

test('a locked list is neither deleted nor cleared', async () => {
  const list = await createList(ctx, { name: 'Locked', locked: true })
  await expect(deleteList(ctx, list.id)).rejects.toMatchObject({ code: 'list.locked' })
  await expect(clearList(ctx, list.id)).rejects.toMatchObject({ code: 'list.locked' })
  await updateList(ctx, { id: list.id, patch: { locked: false } })
  await deleteList(ctx, list.id)
})

test('tags are counted, and removed one by one or by their beginning', async () => {
  const [a, b] = [await someone(), await someone()]
  await changeTags(ctx, {
    add: [
      { customerId: a.id, tag: 'Shop-Magento.vip' },
      { customerId: a.id, tag: 'Shop-Magento.größe' },
      { customerId: b.id, tag: 'Shop-Magento.vip' },
      { customerId: b.id, tag: 'plain' },
    ],
  })
  expect(await listTags(ctx, {})).toEqual([
    { tag: 'Shop-Magento.größe', count: 1 },
    { tag: 'Shop-Magento.vip', count: 2 },
    { tag: 'plain', count: 1 },
  ])
  await changeTags(ctx, { remove: [{ customerId: b.id, tag: 'plain' }] })
  expect(await removeTagsByPrefix(ctx, { prefix: 'Shop-Magento.', customerId: a.id })).toBe(2)
  expect(await tagsOf(ctx, [a.id, b.id])).toEqual(new Map([[b.id, ['Shop-Magento.vip']]]))
})

test('a static segment has who was put in', async () => {
  const segment = await createSegment(ctx, { name: 'VIP' })
  const [a, b] = [await someone(), await someone()]
  expect(await addToSegment(ctx, { id: segment.id, customerIds: [a.id, b.id] })).toBe(2)
  expect(await addToSegment(ctx, { id: segment.id, customerIds: [a.id] })).toBe(0)
  expect(await removeFromSegment(ctx, { id: segment.id, customerIds: [b.id] })).toBe(1)
  expect(await isInSegment(ctx, { id: segment.id, customerId: a.id })).toBe(true)
  expect(await isInSegment(ctx, { id: segment.id, customerId: b.id })).toBe(false)
  expect(await segmentsOf(ctx, a.id)).toMatchObject([{ name: 'VIP', kind: 'static' }])
})

test('lists and segments of one tenant are not found by another', async () => {
  const other = await newTenant(pool)
  const list = await createList(ctx, { name: 'Mine' })
  const segment = await createSegment(ctx, { name: 'Mine' })
  await expect(getList(other, list.id)).rejects.toMatchObject({ code: 'list.not_found' })
  await expect(putMembers(other, { listId: list.id, members: [], mode: 'upsert' })).rejects.toMatchObject({
    code: 'list.not_found',
  })
  await expect(addToSegment(other, { id: segment.id, customerIds: [] })).rejects.toMatchObject({
    code: 'segment.not_found',
  })
  const { id } = await someone()
  await expect(setSubscriptions(other, { customerId: id, changes: [], source: 'x' })).rejects.toMatchObject({
    code: 'customer.not_found',
  })
})
