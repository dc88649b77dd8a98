import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { addToSegment, createSegment } from '../../audience/index.ts'
import { createCustomer } from '../../customers/index.ts'
import type { RewardInput } from '../index.ts'
import { createReward, findRewardByCode, getReward, listRewards, setRewardState, updateReward } from '../index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const page = { offset: 0, limit: 100 }
const base = {
  name: 'Reward',
  usage: 'code',
  state: 'active',
  definition: { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] },
} as const satisfies Partial<RewardInput>

const refusal = (code: string, data: object = {}) =>
  expect.objectContaining({ code, data: expect.objectContaining(data) })

test('a code is taken in any case of letters until its reward is deleted', async () => {
  const shop = await newTenant(pool)
  const first = await createReward(shop, { ...base, code: 'Summer' })
  await expect(createReward(shop, { ...base, code: 'SUMMER' })).rejects.toEqual(
    refusal('reward.code_taken', { code: 'SUMMER' }),
  )
  const other = await createReward(shop, { ...base, code: 'Winter' })
  await expect(updateReward(shop, { id: other.id, patch: { code: 'summer' } })).rejects.toEqual(
    refusal('reward.code_taken'),
  )
  expect((await findRewardByCode(shop, 'sUmMeR'))?.id).toBe(first.id)
  await setRewardState(shop, { id: first.id, state: 'deleted' })
  await expect(getReward(shop, first.id)).rejects.toEqual(refusal('reward.not_found'))
  expect(await updateReward(shop, { id: other.id, patch: { code: 'summer' } })).toMatchObject({ code: 'summer' })
  await createReward(await newTenant(pool), { ...base, code: 'summer' })
})

test('a reward without a sense is refused', async () => {
  for (const [wrong, field] of [
    [{ code: '' }, 'code'],
    [{ code: ' x' }, 'code'],
    [{ name: '' }, 'name'],
    [{ pointsCost: -1 }, 'pointsCost'],
    [{ pointsCost: 1.5 }, 'pointsCost'],
    [{ validFrom: new Date(2), validTo: new Date(1) }, 'validTo'],
  ] as const) {
    await expect(createReward(ctx, { ...base, code: 'wrong', ...wrong })).rejects.toEqual(
      refusal('request.invalid', { field }),
    )
  }
})

test('rewards are found by what they are', async () => {
  const conditions = [{ kind: 'store', storeIds: [7, 8] } as const]
  const segment = await createSegment(ctx, { name: 'Regulars' })
  const made = {
    plain: await createReward(ctx, { ...base, code: 'PLAIN', name: 'Five off' }),
    automatic: await createReward(ctx, { ...base, code: 'AUTO', usage: 'automatic', name: 'By itself', priority: 1 }),
    catalogue: await createReward(ctx, {
      ...base,
      code: 'CAT',
      kind: 'catalogue',
      usage: 'voucher',
      pointsCost: 100,
      presentation: { tags: ['new', 'food'] },
    }),
    past: await createReward(ctx, { ...base, code: 'PAST', validTo: new Date('2026-01-01') }),
    future: await createReward(ctx, { ...base, code: 'FUTURE', validFrom: new Date('2027-01-01') }),
    store: await createReward(ctx, { ...base, code: 'STORE', definition: { ...base.definition, conditions } }),
    gold: await createReward(ctx, {
      ...base,
      code: 'GOLD',
      state: 'draft',
      definition: { ...base.definition, conditions: [{ kind: 'tier', tierIds: [3] }] },
    }),
    segment: await createReward(ctx, {
      ...base,
      code: 'SEGMENT',
      definition: {
        benefit: { kind: 'percent', percent: 5 },
        conditions: [{ kind: 'segment', segmentIds: [1, segment.id] }, ...conditions],
      },
    }),
  }
  const codes = async (query: object) => (await listRewards(ctx, { ...page, ...query })).items.map(({ code }) => code)
  const all = Object.values(made).map(({ code }) => code)
  const but = (...left: string[]) => all.filter((code) => !left.includes(code))
  const at = new Date('2026-06-01')
  expect(await codes({})).toEqual(all)
  expect(await codes({ states: ['draft'] })).toEqual(['GOLD'])
  expect(await codes({ name: 'FIVE' })).toEqual(['PLAIN'])
  expect(await codes({ code: 'plain' })).toEqual(['PLAIN'])
  expect(await codes({ usages: ['automatic'] })).toEqual(['AUTO'])
  expect(await codes({ kinds: ['catalogue'] })).toEqual(['CAT'])
  expect(await codes({ benefitKinds: ['percent'] })).toEqual(['SEGMENT'])
  expect(await codes({ validity: { at, valid: true } })).toEqual(but('PAST', 'FUTURE'))
  expect(await codes({ validity: { at, valid: false } })).toEqual(['PAST', 'FUTURE'])
  expect(await codes({ validSince: at })).toEqual(but('FUTURE'))
  expect(await codes({ validUntil: at })).toEqual(but('PAST'))
  expect(await codes({ tags: ['food', 'other'] })).toEqual(['CAT'])
  expect(await codes({ storeId: 9 })).toEqual(but('STORE', 'SEGMENT'))
  expect(await codes({ storeId: 8 })).toEqual(all)
  const customer = await createCustomer(ctx, { email: 'eva@example.com' })
  expect(await codes({ customerId: customer.id })).toEqual(but('GOLD', 'SEGMENT'))
  await addToSegment(ctx, { id: segment.id, customerIds: [customer.id] })
  expect(await codes({ customerId: customer.id })).toEqual(but('GOLD'))
  expect(await codes({ orderBy: 'priority', limit: 1 })).toEqual(['AUTO'])
  expect(await codes({ orderBy: 'pointsCost', descending: true, limit: 1 })).toEqual(['CAT'])
  expect(await listRewards(ctx, { ...page, offset: 7, limit: 1 })).toMatchObject({
    total: 8,
    items: [{ code: 'SEGMENT' }],
  })
})
