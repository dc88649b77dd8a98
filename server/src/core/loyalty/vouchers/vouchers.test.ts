import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { fixedClock } from '../../../platform/clock.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import {
  createCustomer,
  findCustomerByCode,
  findCustomerById,
  listCustomers,
  searchCustomers,
} from '../../customers/index.ts'
import { addUnit, applyOperation, availableOf, findPosting, listEntries } from '../../ledger/index.ts'
import { mergeCustomers, undoMerge } from '../../merging/index.ts'
import { createOrganisation } from '../../organisations/index.ts'
import { eraseCustomer } from '../../privacy/index.ts'
import { verify } from '../../verification/index.ts'
import {
  addPoolCodes,
  applyVoucher,
  cancelVoucher,
  createCodePool,
  createProgramme,
  createReward,
  findOfferedCodes,
  getCodePool,
  getVoucher,
  giftCardBalance,
  issueVoucher,
  issueVouchers,
  listCodePools,
  listVouchers,
  markVouchersApplied,
  payWithGiftCard,
  type RewardInput,
  refundGiftCard,
  setRewardState,
  topUpGiftCard,
  unapplyVouchers,
  updateVoucher,
} from '../index.ts'

const { pool } = await testDatabase()
const page = { offset: 0, limit: 100 }
const refusal = (code: string, data: object = {}) =>
  expect.objectContaining({ code, data: expect.objectContaining(data) })
const percent = { benefit: { kind: 'percent', percent: 10 }, conditions: [] } as const

async function shop(options: { now?: string } = {}) {
  const clock = options.now ? fixedClock(options.now) : undefined
  const ctx = await newTenant(pool, clock ? { clock } : {})
  const points = { kind: 'points', code: 'p', name: 'Points', currency: null, scale: 0, isDefault: true } as const
  const unit = await addUnit(ctx, points)
  await addUnit(ctx, { kind: 'money', code: 'eur', name: 'Credit', currency: 'EUR', scale: 2, isDefault: true })
  await createProgramme(ctx, { kind: 'points', name: 'P', unitId: unit.id, isDefault: true, settings: {} })
  const customer = await createCustomer(ctx, { firstName: 'Eva', email: 'eva@example.com' })
  await applyOperation(ctx, { kind: 'earn', key: 'start', unitId: unit.id, customerId: customer.id, amount: 250 })
  const pointsOf = async (customerId = customer.id) =>
    (await availableOf(ctx, { unitId: unit.id, customerIds: [customerId] })).get(customerId) ?? 0
  return { ctx, clock, unit, customer, pointsOf }
}

let made = 0
function reward(ctx: Ctx, more: Partial<RewardInput> = {}) {
  return createReward(ctx, {
    code: `R${++made}`,
    name: 'Reward',
    usage: 'voucher',
    state: 'active',
    definition: percent,
    ...more,
  })
}

const catalogue = { kind: 'catalogue', pointsCost: 100 } as const

test('a voucher of the catalogue costs its points, and taking it back gives them back', async () => {
  const { ctx, customer, pointsOf } = await shop()
  const { id: rewardId } = await reward(ctx, catalogue)
  const voucher = await issueVoucher(ctx, { rewardId, customerId: customer.id, note: 'from the app' })
  expect(voucher).toMatchObject({
    rewardId,
    customerId: customer.id,
    state: 'issued',
    note: 'from the app',
    validTo: null,
  })
  expect(voucher.code).toMatch(/^[2-9A-HJ-NP-Z]{12}$/)
  expect(await pointsOf()).toBe(150)
  expect(await findPosting(ctx, { key: `voucher:${voucher.id}:cost` })).toMatchObject({ kind: 'spend', amount: -100 })
  await issueVoucher(ctx, { rewardId, customerId: customer.id })
  await expect(issueVoucher(ctx, { rewardId, customerId: customer.id })).rejects.toEqual(
    refusal('balance.insufficient'),
  )
  await expect(issueVoucher(ctx, { rewardId })).rejects.toEqual(refusal('request.invalid', { field: 'customerId' }))
  expect((await listVouchers(ctx, { customerId: customer.id, ...page })).total).toBe(2)
  await cancelVoucher(ctx, voucher.id)
  expect(await pointsOf()).toBe(150)
  await expect(getVoucher(ctx, voucher.id)).rejects.toEqual(refusal('voucher.not_found'))
  await expect(cancelVoucher(ctx, voucher.id)).rejects.toEqual(refusal('voucher.not_found'))
  expect((await listVouchers(ctx, { states: ['cancelled'], ...page })).total).toBe(1)
  expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter((one) => one.breaches > 0)).toEqual([])
})

test('the same call again, also at the same moment, makes one voucher and costs once', async () => {
  const { ctx, customer, pointsOf } = await shop()
  const { id: rewardId } = await reward(ctx, catalogue)
  const input = { rewardId, customerId: customer.id, key: 'call-1' }
  const vouchers = await Promise.all(Array.from({ length: 8 }, () => issueVoucher(ctx, input)))
  expect(new Set(vouchers.map(({ id }) => id)).size).toBe(1)
  expect(await pointsOf()).toBe(150)
  const other = await reward(ctx)
  await expect(issueVoucher(ctx, { ...input, rewardId: other.id })).rejects.toEqual(
    refusal('request.idempotency_key_reused'),
  )
})

test('points are never spent twice by vouchers that are asked for at the same moment', async () => {
  const { ctx, customer, pointsOf } = await shop()
  const { id: rewardId } = await reward(ctx, catalogue)
  const calls = Array.from({ length: 6 }, () => issueVoucher(ctx, { rewardId, customerId: customer.id }))
  const results = await Promise.allSettled(calls)
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  expect(await pointsOf()).toBe(50)
})

test('a reward’s limits hold for vouchers that are asked for at the same moment', async () => {
  const { ctx, customer } = await shop()
  const limits = { perCustomer: { period: 'month', uses: 2 }, inAll: { period: 'ever', uses: 3 } } as const
  const { id: rewardId } = await reward(ctx, { definition: { ...percent, limits } })
  const other = await createCustomer(ctx, { email: 'bob@example.com' })
  const ask = (customerId: number) => Array.from({ length: 6 }, () => issueVoucher(ctx, { rewardId, customerId }))
  const results = await Promise.allSettled(ask(customer.id))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
  expect(results).toContainEqual({
    status: 'rejected',
    reason: refusal('reward.limit_reached', { limit: 'customer' }),
  })
  const further = await Promise.allSettled(ask(other.id))
  expect(further.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(further).toContainEqual({ status: 'rejected', reason: refusal('reward.limit_reached', { limit: 'all' }) })
  const [one] = (await listVouchers(ctx, { customerId: customer.id, ...page })).items
  await cancelVoucher(ctx, one?.id ?? 0)
  await issueVoucher(ctx, { rewardId, customerId: other.id })
})

test('a limit by the month begins anew with the month of the tenant’s calendar', async () => {
  const { ctx, clock, customer } = await shop({ now: '2026-01-31T22:59:00Z' })
  const limits = { perCustomer: { period: 'month', uses: 1 } } as const
  const { id: rewardId } = await reward(ctx, { definition: { ...percent, limits } })
  await issueVoucher(ctx, { rewardId, customerId: customer.id })
  await expect(issueVoucher(ctx, { rewardId, customerId: customer.id })).rejects.toEqual(
    refusal('reward.limit_reached'),
  )
  clock?.advance(60_000)
  await issueVoucher(ctx, { rewardId, customerId: customer.id })
})

test('a voucher lives as long as its reward says', async () => {
  const { ctx, customer } = await shop({ now: '2026-02-10T12:00:00Z' })
  const validTo = async (more: Partial<RewardInput>, input = {}) => {
    const { id: rewardId } = await reward(ctx, more)
    return (await issueVoucher(ctx, { rewardId, customerId: customer.id, ...input })).validTo?.toISOString()
  }
  const lasting = (voucherValidity: NonNullable<RewardInput['definition']['voucherValidity']>) => ({
    definition: { ...percent, voucherValidity },
  })
  expect(await validTo(lasting({ days: 14 }))).toBe('2026-02-24T12:00:00.000Z')
  expect(await validTo(lasting({ minutes: 90 }))).toBe(new Date(ctx.clock.now().getTime() + 5_400_000).toISOString())
  expect(await validTo(lasting({ endOf: 'day' }))).toBe('2026-02-10T23:00:00.000Z')
  expect(await validTo(lasting({ endOf: 'week' }))).toBe('2026-02-15T23:00:00.000Z')
  expect(await validTo(lasting({ endOf: 'month' }))).toBe('2026-02-28T23:00:00.000Z')
  expect(await validTo(lasting({ endOf: 'year' }))).toBe('2026-12-31T23:00:00.000Z')
  expect(await validTo({ validTo: new Date('2027-01-01') })).toBeUndefined()
  expect(await validTo(lasting({ days: 14 }), { validTo: new Date('2026-03-01') })).toBe('2026-03-01T00:00:00.000Z')
})

test('what cannot be issued is refused', async () => {
  const { ctx, customer } = await shop()
  const ask = async (more: Partial<RewardInput>, input = {}) => {
    const { id: rewardId } = await reward(ctx, more)
    return issueVoucher(ctx, { rewardId, customerId: customer.id, ...input })
  }
  await expect(ask({ usage: 'automatic' })).rejects.toEqual(refusal('reward.wrong_kind'))
  await expect(ask({ state: 'draft' })).rejects.toEqual(refusal('reward.not_available', { reason: 'not_active' }))
  await expect(ask({ validTo: new Date('2020-01-01') })).rejects.toEqual(
    refusal('reward.not_available', { reason: 'no_longer_valid' }),
  )
  await expect(ask({ validFrom: new Date('2199-01-01') })).rejects.toEqual(
    refusal('reward.not_available', { reason: 'not_yet_valid' }),
  )
  await expect(ask({}, { valueMinor: 500 })).rejects.toEqual(refusal('reward.wrong_kind', { field: 'value' }))
  await expect(ask({}, { customerId: 1 })).rejects.toEqual(refusal('customer.not_found'))
  const gone = await createCustomer(ctx, { email: 'gone@example.com' })
  await eraseCustomer(ctx, gone.id)
  await expect(ask({}, { customerId: gone.id })).rejects.toEqual(refusal('customer.erased'))
  await expect(ask({}, { storeId: 1 })).rejects.toEqual(refusal('organisation.not_found'))
  await expect(ask({}, { code: ' ' })).rejects.toEqual(refusal('request.invalid', { field: 'code' }))
  await expect(ask({ code: 'MINE' }, { code: 'mine' })).rejects.toEqual(refusal('voucher.code_taken'))
  await expect(issueVoucher(ctx, { rewardId: 1 })).rejects.toEqual(refusal('reward.not_found'))
  await ask({}, { code: 'ONCE' })
  await expect(ask({}, { code: 'once' })).rejects.toEqual(refusal('voucher.code_taken'))
  expect((await listVouchers(ctx, page)).total).toBe(1)
})

test('codes come from the pool, each once, and none when it is empty', async () => {
  const { ctx, customer } = await shop()
  const { id: codePoolId } = await createCodePool(ctx, { name: 'Printed' })
  const codes = Array.from({ length: 3_000 }, (_, index) => `P-${String(index).padStart(4, '0')}`)
  expect(await addPoolCodes(ctx, { poolId: codePoolId, codes: [...codes, 'P-0001', ''] })).toEqual({
    added: 3_000,
    duplicates: 1,
  })
  expect(await addPoolCodes(ctx, { poolId: codePoolId, codes: ['P-0000'] })).toEqual({ added: 0, duplicates: 1 })
  const { id: rewardId } = await reward(ctx, { definition: { ...percent, codePoolId } })
  await issueVoucher(ctx, { rewardId, code: 'p-0000' })
  const issued = await Promise.all(
    Array.from({ length: 10 }, () => issueVoucher(ctx, { rewardId, customerId: customer.id })),
  )
  expect(new Set(issued.map(({ code }) => code)).size).toBe(10)
  for (const { code } of issued) expect(codes).toContain(code)
  expect(await getCodePool(ctx, codePoolId)).toMatchObject({ name: 'Printed', free: 2_989, used: 11 })
  const empty = await createCodePool(ctx, { name: 'Empty' })
  const { id } = await reward(ctx, { definition: { ...percent, codePoolId: empty.id } })
  await expect(issueVoucher(ctx, { rewardId: id })).rejects.toEqual(refusal('code_pool.empty'))
  expect((await listCodePools(ctx)).map((one) => one.name)).toEqual(['Printed', 'Empty'])
  await expect(addPoolCodes(ctx, { poolId: rewardId, codes: ['x'] })).rejects.toEqual(refusal('code_pool.not_found'))
  expect((await verify(ctx, { tenantId: ctx.tenant.id })).holds).toBe(true)
})

test('a voucher is used once, in its days and in its store', async () => {
  const { ctx } = await shop({ now: '2026-03-01T12:00:00Z' })
  const { id: rewardId } = await reward(ctx, { validFrom: new Date('2026-01-01'), validTo: new Date('2026-04-01') })
  const store = await createOrganisation(ctx, { kind: 'store', code: 's1', name: 'One' })
  const other = await createOrganisation(ctx, { kind: 'store', code: 's2', name: 'Two' })
  const { id } = await issueVoucher(ctx, { rewardId, storeId: store.id })
  const use = (more: object) => applyVoucher(ctx, { id, ...more })
  await expect(use({ storeId: other.id })).rejects.toEqual(
    refusal('voucher.not_valid', { reason: 'voucher_of_another_store' }),
  )
  await expect(use({ storeId: 1 })).rejects.toEqual(refusal('organisation.not_found'))
  await expect(use({ at: new Date('2025-01-01') })).rejects.toEqual(
    refusal('voucher.not_valid', { reason: 'not_yet_valid' }),
  )
  await expect(use({ at: new Date('2026-04-01') })).rejects.toEqual(
    refusal('voucher.not_valid', { reason: 'voucher_expired' }),
  )
  const at = new Date('2026-03-02T08:00:00Z')
  expect(await use({ at, storeId: store.id })).toMatchObject({
    state: 'applied',
    appliedAt: at,
    appliedStoreId: store.id,
  })
  await expect(use({})).rejects.toEqual(refusal('voucher.already_used'))
  await expect(cancelVoucher(ctx, id)).rejects.toEqual(refusal('voucher.already_used'))
})

test('a voucher that two purchases offer at once is used by one, and free again when that is cancelled', async () => {
  const { ctx } = await shop()
  const { id: rewardId } = await reward(ctx)
  const { id, code } = await issueVoucher(ctx, { rewardId })
  const free = await issueVoucher(ctx, { rewardId })
  const use = (purchaseId: number, ids = [id]) =>
    markVouchersApplied(ctx, { ids, purchaseId, storeId: null, at: ctx.clock.now() })
  const results = await Promise.allSettled([1, 2, 3, 4].map((purchaseId) => use(purchaseId)))
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const { purchaseId } = await getVoucher(ctx, id)
  await expect(use(9, [free.id, id])).rejects.toEqual(refusal('voucher.already_used', { id }))
  expect((await getVoucher(ctx, free.id)).state).toBe('issued')
  await unapplyVouchers(ctx, { ids: [id, free.id], purchaseId: 99 })
  expect(await getVoucher(ctx, id)).toMatchObject({ state: 'applied', purchaseId })
  await unapplyVouchers(ctx, { ids: [id], purchaseId: purchaseId ?? 0 })
  expect(await getVoucher(ctx, id)).toMatchObject({ state: 'issued', appliedAt: null, purchaseId: null })
  expect((await findOfferedCodes(ctx, [code]))[0]?.voucher?.state).toBe('issued')
})

test('a voucher can be changed, but not what a purchase says of it', async () => {
  const { ctx, customer } = await shop()
  const money = { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] } as const
  const { id: rewardId } = await reward(ctx, { definition: money })
  const { id } = await issueVoucher(ctx, { rewardId, code: 'A' })
  await issueVoucher(ctx, { rewardId, code: 'B' })
  const change = (patch: Parameters<typeof updateVoucher>[1]['patch']) => updateVoucher(ctx, { id, patch })
  expect(await change({ valueMinor: 700, note: 'more', customerId: customer.id })).toMatchObject({
    code: 'A',
    valueMinor: 700,
    note: 'more',
    customerId: customer.id,
  })
  await expect(change({ code: 'b' })).rejects.toEqual(refusal('voucher.code_taken'))
  await expect(change({ customerId: 1 })).rejects.toEqual(refusal('customer.not_found'))
  await expect(change({ validFrom: new Date(2), validTo: new Date(1) })).rejects.toEqual(refusal('request.invalid'))
  expect(await change({ appliedAt: new Date(5), customerId: null })).toMatchObject({
    state: 'applied',
    customerId: null,
  })
  expect(await change({ appliedAt: null })).toMatchObject({ state: 'issued' })
  await markVouchersApplied(ctx, { ids: [id], purchaseId: 5, storeId: null, at: new Date(7) })
  await expect(change({ appliedAt: null })).rejects.toEqual(refusal('voucher.already_used'))
  expect(await change({ note: 'still' })).toMatchObject({ state: 'applied', purchaseId: 5, note: 'still' })
})

test('vouchers are found by what they are', async () => {
  const { ctx, customer } = await shop({ now: '2026-05-01T00:00:00Z' })
  const store = await createOrganisation(ctx, { kind: 'store', code: 's', name: 'S' })
  const first = await reward(ctx)
  const ending = await reward(ctx, { validTo: new Date('2026-06-01') })
  await issueVoucher(ctx, { rewardId: first.id, code: 'A', customerId: customer.id, validTo: new Date('2026-05-02') })
  await issueVoucher(ctx, { rewardId: first.id, code: 'B', storeId: store.id, validFrom: new Date('2026-07-01') })
  await issueVoucher(ctx, { rewardId: ending.id, code: 'C', appliedAt: new Date('2026-04-30') })
  const { id } = await issueVoucher(ctx, { rewardId: first.id, code: 'D' })
  await cancelVoucher(ctx, id)
  const codes = async (query: object) => (await listVouchers(ctx, { ...page, ...query })).items.map(({ code }) => code)
  const at = new Date('2026-05-01')
  expect(await codes({})).toEqual(['A', 'B', 'C'])
  expect(await codes({ customerId: customer.id })).toEqual(['A'])
  expect(await codes({ rewardIds: [ending.id] })).toEqual(['C'])
  expect(await codes({ storeId: store.id })).toEqual(['B'])
  expect(await codes({ code: 'b' })).toEqual(['B'])
  expect(await codes({ code: 'd' })).toEqual([])
  expect(await codes({ states: ['applied'] })).toEqual(['C'])
  expect(await codes({ validity: { at, valid: true } })).toEqual(['A', 'C'])
  expect(await codes({ validity: { at: new Date('2026-07-02'), valid: true } })).toEqual(['B'])
  expect(await codes({ validity: { at, valid: false } })).toEqual(['B'])
  expect(await codes({ orderBy: 'code', descending: true, limit: 2 })).toEqual(['C', 'B'])
  expect(await listVouchers(ctx, { ...page, limit: 1, offset: 1 })).toMatchObject({ total: 3, items: [{ code: 'B' }] })
})

test('many are issued all or none, or without the refused ones', async () => {
  const { ctx, customer } = await shop()
  const { id: rewardId } = await reward(ctx)
  const inputs = ['A', 'B', 'a', 'C'].map((code) => ({ rewardId, customerId: customer.id, code }))
  await expect(issueVouchers(ctx, inputs, { onRefusal: 'stop' })).rejects.toEqual(refusal('voucher.code_taken'))
  expect((await listVouchers(ctx, page)).total).toBe(0)
  const results = await issueVouchers(ctx, inputs, { onRefusal: 'skip' })
  expect(results.map((result) => ('voucher' in result ? result.voucher.code : result.refused.code))).toEqual([
    'A',
    'B',
    'voucher.code_taken',
    'C',
  ])
  expect((await listVouchers(ctx, page)).total).toBe(3)
})

test('a merge takes the vouchers along, with the way back of their points, and can be undone', async () => {
  const { ctx, customer, pointsOf } = await shop()
  const { id: rewardId } = await reward(ctx, catalogue)
  const survivor = await createCustomer(ctx, { email: 'survivor@example.com' })
  const voucher = await issueVoucher(ctx, { rewardId, customerId: customer.id })
  const other = await issueVoucher(ctx, { rewardId, customerId: customer.id })
  const mergeId = await mergeCustomers(ctx, { fromId: customer.id, intoId: survivor.id, reason: 'twins' })
  expect((await listVouchers(ctx, { customerId: survivor.id, ...page })).total).toBe(2)
  await cancelVoucher(ctx, voucher.id)
  expect(await pointsOf(survivor.id)).toBe(150)
  const late = await issueVoucher(ctx, { rewardId, customerId: customer.id })
  expect(late.customerId).toBe(survivor.id)
  await undoMerge(ctx, mergeId)
  expect((await getVoucher(ctx, other.id)).customerId).toBe(customer.id)
  expect((await getVoucher(ctx, late.id)).customerId).toBe(survivor.id)
  expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter((one) => one.breaches > 0)).toEqual([])
})

const card = { kind: 'gift_card', definition: { benefit: { kind: 'thing' }, conditions: [] } } as const

test('a gift card holds value that is spent in parts, given back and topped up', async () => {
  const { ctx } = await shop()
  const { id: rewardId } = await reward(ctx, card)
  const gift = await issueVoucher(ctx, { rewardId, code: 'GIFT', valueMinor: 5_000 })
  const voucherId = gift.id
  const balance = async () => {
    const { currentMinor, originalMinor } = await giftCardBalance(ctx, { voucherId })
    return [currentMinor, originalMinor]
  }
  expect(await giftCardBalance(ctx, { code: 'gift' })).toEqual({
    voucher: gift,
    currentMinor: 5_000,
    originalMinor: 5_000,
  })
  const pay = (amountMinor: number, key: string) => payWithGiftCard(ctx, { voucherId, amountMinor, key, purchaseId: 7 })
  expect(await pay(2_000, 'one')).toMatchObject({ balance: 3_000, replayed: false })
  expect(await pay(2_000, 'one')).toMatchObject({ replayed: true })
  expect(await balance()).toEqual([3_000, 5_000])
  await expect(pay(3_001, 'two')).rejects.toEqual(refusal('balance.insufficient'))
  await expect(cancelVoucher(ctx, voucherId)).rejects.toEqual(refusal('voucher.already_used'))
  await pay(3_000, 'two')
  expect(await getVoucher(ctx, voucherId)).toMatchObject({ state: 'applied', purchaseId: 7 })
  await refundGiftCard(ctx, { voucherId, reverses: 'two', amountMinor: 1_000, key: 'two-back' })
  expect(await getVoucher(ctx, voucherId)).toMatchObject({ state: 'issued', purchaseId: null, appliedAt: null })
  await topUpGiftCard(ctx, { voucherId, amountMinor: 500, key: 'top' })
  expect(await balance()).toEqual([1_500, 5_500])
  await expect(applyVoucher(ctx, { id: voucherId })).rejects.toEqual(refusal('reward.wrong_kind'))
  expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter((one) => one.breaches > 0)).toEqual([])
})

test('payments with one card at the same moment never overspend it', async () => {
  const { ctx } = await shop()
  const { id: rewardId } = await reward(ctx, card)
  const { id: voucherId } = await issueVoucher(ctx, { rewardId, valueMinor: 1_000 })
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, (_, index) => payWithGiftCard(ctx, { voucherId, amountMinor: 300, key: `p${index}` })),
  )
  expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
  expect((await giftCardBalance(ctx, { voucherId })).currentMinor).toBe(100)
})

test('an untouched gift card can be taken back, an expired one cannot pay, and another voucher is none', async () => {
  const { ctx } = await shop()
  const { id: rewardId } = await reward(ctx, card)
  const { id } = await issueVoucher(ctx, { rewardId, code: 'BACK', valueMinor: 1_000 })
  await cancelVoucher(ctx, id)
  await expect(giftCardBalance(ctx, { voucherId: id })).rejects.toEqual(refusal('voucher.not_found'))
  const expired = await issueVoucher(ctx, { rewardId, valueMinor: 100, validTo: new Date('2020-01-01') })
  await expect(payWithGiftCard(ctx, { voucherId: expired.id, amountMinor: 1, key: 'x' })).rejects.toEqual(
    refusal('voucher.not_valid', { reason: 'voucher_expired' }),
  )
  const plain = await issueVoucher(ctx, { rewardId: (await reward(ctx)).id, code: 'PLAIN' })
  await expect(giftCardBalance(ctx, { code: plain.code })).rejects.toEqual(refusal('voucher.not_found'))
  expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter((one) => one.breaches > 0)).toEqual([])
})

test('whose value a gift card holds is nobody that can be found', async () => {
  const { ctx, customer } = await shop()
  const { id: rewardId } = await reward(ctx, card)
  const { bearerId } = await issueVoucher(ctx, { rewardId, valueMinor: 1_000 })
  const [bearer] = await ctx.db.query<{ code: string }>(
    sql`select code from customers where tenant_id = ${ctx.tenant.id} and id = ${bearerId}`,
  )
  expect(await findCustomerById(ctx, bearerId ?? 0)).toBeUndefined()
  expect(await findCustomerByCode(ctx, bearer?.code ?? '')).toBeUndefined()
  expect((await listCustomers(ctx, { limit: 10 })).map(({ id }) => id)).toEqual([customer.id])
  expect(await searchCustomers(ctx, { text: bearer?.code ?? '', limit: 10 })).toEqual([])
  expect((await listEntries(ctx, page)).items.map(({ customerId }) => customerId)).toEqual([customer.id])
  await expect(mergeCustomers(ctx, { fromId: bearerId ?? 0, intoId: customer.id, reason: 'claim' })).rejects.toEqual(
    refusal('customer.not_found'),
  )
  await expect(issueVoucher(ctx, { rewardId, customerId: bearerId ?? 0 })).rejects.toEqual(
    refusal('customer.not_found'),
  )
  const told = await ctx.db.query(
    sql`select 1 from changes where tenant_id = ${ctx.tenant.id} and entity = 'customer' and entity_id = ${bearerId}`,
  )
  expect(told).toEqual([])
})

test('a deleted reward’s vouchers are still shown, with the reward that they were of', async () => {
  const { ctx } = await shop()
  const { id: rewardId } = await reward(ctx)
  const { code } = await issueVoucher(ctx, { rewardId })
  await setRewardState(ctx, { id: rewardId, state: 'deleted' })
  expect((await findOfferedCodes(ctx, [code]))[0]).toMatchObject({ reward: { id: rewardId, state: 'deleted' } })
})
