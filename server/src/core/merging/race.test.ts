// A merge while the customer is being written to: nothing may stay behind with the one who is gone.
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { changeTags, createList, membershipsOf, putMembers, tagsOf } from '../audience/index.ts'
import { getSubscriptions, setSubscriptions } from '../consent/index.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation, balancesOf } from '../ledger/index.ts'
import { createProgramme } from '../loyalty/index.ts'
import { listPurchases, recordPurchase } from '../purchases/index.ts'
import { mergeCustomers } from './index.ts'

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
await createProgramme(ctx, {
  kind: 'points',
  name: 'Points',
  unitId: unit.id,
  isDefault: true,
  settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
})
let count = 0
const sale = (customerId: number) =>
  recordPurchase(ctx, {
    space: 'till',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    onKnownNumber: 'refuse',
    number: `R-${++count}`,
    customerId,
    totalMinor: 1000,
    occurredAt: new Date(),
  })
const earn = (customerId: number) =>
  applyOperation(ctx, { kind: 'earn', key: `r-${++count}`, unitId: unit.id, customerId, amount: 1 })
const pointsOf = async (id: number) => (await balancesOf(ctx, id))[0]?.available
const salesOf = async (id: number) => (await listPurchases(ctx, { customerId: id, limit: 100 })).items.length

test('what is told of the old id after a merge is the survivor’s', async () => {
  const [from, into] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const list = await createList(ctx, { name: 'After' })
  await mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'x' })
  await sale(from.id)
  await earn(from.id)
  const receiver = await createCustomer(ctx, {})
  await applyOperation(ctx, {
    kind: 'transfer',
    key: 'there',
    unitId: unit.id,
    customerId: from.id,
    toCustomerId: receiver.id,
    amount: 4,
  })
  await putMembers(ctx, { listId: list.id, members: [{ customerId: from.id }], mode: 'upsert' })
  await changeTags(ctx, { add: [{ customerId: from.id, tag: 'late' }] })
  await setSubscriptions(ctx, {
    customerId: from.id,
    changes: [{ channel: 'sms', purpose: 'bulk', subscribed: true }],
    source: 'form',
  })
  expect(await salesOf(into.id)).toBe(1)
  expect([await pointsOf(from.id), await pointsOf(into.id), await pointsOf(receiver.id)]).toEqual([0, 7, 4])
  expect([...(await membershipsOf(ctx, [from.id, into.id])).keys()]).toEqual([into.id])
  expect([...(await tagsOf(ctx, [from.id, into.id])).keys()]).toEqual([into.id])
  expect(await getSubscriptions(ctx, into.id)).toMatchObject([{ channel: 'sms', subscribed: true }])
})

test('sales, points and lists told during a merge all end with the survivor', async () => {
  for (let round = 0; round < 4; round++) {
    const [from, into] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
    const list = await createList(ctx, { name: 'During' })
    const ten = <Result>(work: (id: number) => Promise<Result>) => Array.from({ length: 10 }, () => work(from.id))
    const merge = () => mergeCustomers(ctx, { fromId: from.id, intoId: into.id, reason: 'x' })
    await Promise.all([
      ...(round % 2 ? [merge()] : []),
      ...ten(sale),
      ...ten(earn),
      ...(round % 2 ? [] : [merge()]),
      ...ten(sale),
      putMembers(ctx, { listId: list.id, members: [{ customerId: from.id }], mode: 'upsert' }),
    ])
    expect([await salesOf(from.id), await salesOf(into.id)]).toEqual([0, 20])
    expect([await pointsOf(from.id), await pointsOf(into.id)]).toEqual([0, 210])
    expect([...(await membershipsOf(ctx, [from.id, into.id])).keys()]).toEqual([into.id])
  }
})
