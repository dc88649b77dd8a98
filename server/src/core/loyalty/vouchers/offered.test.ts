import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { transact } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import { createReward, findOfferedCodes } from '../index.ts'
import { drawVoucherId, insertVoucher } from './store.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const reward = await createReward(ctx, {
  code: 'SUMMER',
  name: 'Summer',
  usage: 'code',
  state: 'active',
  definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
})

async function voucher(code: string, state: 'issued' | 'cancelled' = 'issued') {
  const made = await insertVoucher(ctx, {
    id: await drawVoucherId(ctx),
    rewardId: reward.id,
    code,
    customerId: null,
    storeId: null,
    state,
    valueMinor: null,
    bearerId: null,
    note: '',
    validFrom: null,
    validTo: null,
    costKey: null,
    appliedAt: null,
    appliedStoreId: null,
    purchaseId: null,
    data: {},
    issueKey: null,
  })
  if (!made) throw new Error('the code is free')
  return made
}

test('a code leads to a voucher, else to a reward, else to a cancelled voucher, else nowhere', async () => {
  const own = await voucher('V-1')
  await voucher('v-2', 'cancelled')
  const newer = await voucher('V-2', 'cancelled')
  const codes = [' summer', 'v-1', 'V-1', 'V-2', 'NOTHING', '']
  expect(await findOfferedCodes(ctx, codes)).toEqual([
    { code: 'summer', reward },
    { code: 'v-1', voucher: own, reward },
    { code: 'V-1', voucher: own, reward },
    { code: 'V-2', voucher: newer, reward },
    { code: 'NOTHING' },
    { code: '' },
  ])
  expect(await findOfferedCodes(await newTenant(pool), ['V-1', 'SUMMER'])).toEqual([
    { code: 'V-1' },
    { code: 'SUMMER' },
  ])
  const live = await voucher('V-2')
  expect(await findOfferedCodes(ctx, ['v-2'])).toEqual([{ code: 'v-2', voucher: live, reward }])
})

test('a locked voucher is nobody else’s until the transaction ends', async () => {
  const own = await voucher('LOCKED')
  await transact(ctx, async (tx) => {
    await findOfferedCodes(tx, ['locked'], { lock: true })
    const other = transact(ctx, async (second) => {
      await second.db.query(sql`set local lock_timeout = '50ms'`)
      return findOfferedCodes(second, ['LOCKED'], { lock: true })
    })
    await expect(other).rejects.toMatchObject({ code: '55P03' })
  })
  expect((await findOfferedCodes(ctx, ['locked']))[0]?.voucher?.id).toBe(own.id)
})
