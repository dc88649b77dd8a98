// Twenty tills at once against one limit: what is promised for a number of times is given that often, and no more.
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { sql } from '../../platform/db.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, availableOf } from '../ledger/index.ts'
import {
  createEarningRule,
  createProgramme,
  createReward,
  giftCardBalance,
  issueVoucher,
  type Limits,
  type RewardInput,
  type RuleDefinition,
} from '../loyalty/index.ts'
import { verify } from '../verification/index.ts'
import { type PurchaseReport, quotePurchase, recordPurchase } from './index.ts'

const { pool } = await testDatabase()
const occurredAt = new Date('2026-05-04T10:00:00Z')
const tills = Array.from({ length: 20 }, (_, till) => till)
const five: Limits = { inAll: { period: 'day', uses: 5 } }

async function shop() {
  const ctx = await newTenant(pool)
  const points = { kind: 'points', code: 'p', name: 'Points', currency: null, scale: 0, isDefault: true } as const
  const unit = await addUnit(ctx, points)
  await addUnit(ctx, { kind: 'money', code: 'eur', name: 'Credit', currency: 'EUR', scale: 2, isDefault: true })
  await createProgramme(ctx, { kind: 'points', name: 'P', unitId: unit.id, isDefault: true, settings: {} })
  const customers = await Promise.all(tills.map(() => createCustomer(ctx, { firstName: 'Ada' })))
  const ids = customers.map(({ id }) => id as number)
  const rule = (more: Partial<RuleDefinition>) =>
    createEarningRule(ctx, {
      name: 'Hundred',
      unitId: unit.id,
      state: 'active',
      definition: { conditions: [], earning: { kind: 'fixed', amount: 100 }, ...more },
    })
  const reward = (more: Partial<RewardInput>) =>
    createReward(ctx, {
      code: 'TEN',
      name: 'Ten off',
      usage: 'code',
      state: 'active',
      definition: { benefit: { kind: 'amount', amountMinor: 1_000 }, conditions: [], limits: five },
      ...more,
    })
  const used = async (id: number) => {
    const [row] = await ctx.db.query<{ uses: number; amount: number }>(
      sql`select uses, amount from rule_usages where tenant_id = ${ctx.tenant.id} and rule_id = ${id} and customer_id = 0`,
    )
    return row
  }
  const holds = async () =>
    expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter(({ breaches }) => breaches > 0)).toEqual([])
  return { ctx, unit, ids, rule, reward, used, holds }
}

let numbers = 0
const sale = (customerId: number | undefined, more: Partial<PurchaseReport> = {}): PurchaseReport => ({
  space: 'till',
  source: 'till',
  confirmed: true,
  currency: 'EUR',
  occurredAt,
  onKnownNumber: 'refuse',
  number: `P-${++numbers}`,
  customerId,
  // Below a point of the programme: what is earned is the rule's.
  lines: [{ code: 'A', quantity: 1, unitPrice: 0.5 }],
  ...more,
})

const outcomes = async (work: readonly Promise<unknown>[]) => {
  const settled = await Promise.allSettled(work)
  const refusals = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
  return { written: settled.length - refusals.length, refusals }
}

const dear = { lines: [{ code: 'A', quantity: 1, unitPrice: 30 }] }
const told = { ...dear, totalMinor: 2_000, benefits: [{ code: 'TEN', amountMinor: 1_000, linePosition: 1 }] }

test.each(['twenty customers', 'one customer'])('a rule for five times pays five times, to %s', async (who) => {
  const { ctx, unit, ids, rule, used, holds } = await shop()
  const { id } = await rule({ limits: five })
  const sold = await Promise.all(
    tills.map((till) => recordPurchase(ctx, sale(who === 'one customer' ? ids[0] : ids[till]))),
  )
  expect(sold.map(({ earned }) => earned).sort((a, b) => b - a)).toEqual([...Array(5).fill(100), ...Array(15).fill(0)])
  const balances = await availableOf(ctx, { unitId: unit.id, customerIds: ids })
  expect([...balances.values()].reduce((sum, amount) => sum + amount)).toBe(500)
  expect(await used(id)).toEqual({ uses: 5, amount: 500 })
  await holds()
})

test('a rule for the first purchase pays each customer once, however many tills are first', async () => {
  const { ctx, unit, ids, rule, holds } = await shop()
  await rule({ conditions: [{ kind: 'first_purchase' }] })
  const few = ids.slice(0, 4)
  await Promise.all(tills.map((till) => recordPurchase(ctx, sale(few[till % few.length]))))
  const balances = await availableOf(ctx, { unitId: unit.id, customerIds: few })
  expect(few.map((id) => balances.get(id))).toEqual([100, 100, 100, 100])
  await holds()
})

test('a code for the first purchase is used by one of twenty tills', async () => {
  const { ctx, ids, reward, holds } = await shop()
  const [customerId] = ids
  const definition = {
    benefit: { kind: 'amount', amountMinor: 1_000 },
    conditions: [{ kind: 'first_purchase' }],
  } as const
  await reward({ definition })
  const { written, refusals } = await outcomes(tills.map(() => recordPurchase(ctx, sale(customerId, told))))
  expect(written).toBe(1)
  for (const one of refusals)
    expect(one).toMatchObject({ data: { codes: [{ code: 'TEN', reason: 'first_purchase' }] } })
  await holds()
})

test.each(['code', 'automatic'] as const)(
  'a reward for five times, given by %s, is given five times',
  async (usage) => {
    const { ctx, ids, reward, used, holds } = await shop()
    const { id } = await reward({ usage })
    const codes = usage === 'code' ? ['TEN'] : []
    for (const customerId of ids) {
      const quote = await quotePurchase(ctx, sale(customerId, dear), { codes })
      expect(quote).toMatchObject({ payableMinor: 2_000, refusedCodes: [] })
    }
    const { written, refusals } = await outcomes(ids.map((customerId) => recordPurchase(ctx, sale(customerId, told))))
    expect(written).toBe(5)
    const refusal = { code: 'benefit.refused', data: { codes: [{ code: 'TEN', reason: 'limit_in_all' }] } }
    for (const one of refusals) expect(one).toMatchObject(refusal)
    expect(await used(id)).toEqual({ uses: 5, amount: 5_000 })
    await holds()
  },
)

test('a budget of a reward is not overdrawn by what tills were quoted before others had used it', async () => {
  const { ctx, ids, reward, used, holds } = await shop()
  const definition = {
    benefit: { kind: 'amount', amountMinor: 1_000 },
    conditions: [],
    limits: { inAll: { period: 'ever', amount: 3_500 } },
  } as const
  const { id } = await reward({ definition })
  const { written } = await outcomes(ids.map((customerId) => recordPurchase(ctx, sale(customerId, told))))
  expect(written).toBe(3)
  expect(await used(id)).toEqual({ uses: 3, amount: 3_000 })
  // What is left of it is still given.
  const quote = await quotePurchase(ctx, sale(ids[0], dear), { codes: ['TEN'] })
  expect(quote.discounts).toMatchObject([{ amountMinor: 500 }])
  const rest = { ...dear, totalMinor: 2_500, benefits: [{ code: 'TEN', amountMinor: 500, linePosition: 1 }] }
  await recordPurchase(ctx, sale(ids[0], rest))
  expect(await used(id)).toEqual({ uses: 4, amount: 3_500 })
  await holds()
})

test('a voucher is used by one of twenty tills, whoever brings it', async () => {
  const { ctx, ids, reward, holds } = await shop()
  const definition = { benefit: { kind: 'amount', amountMinor: 1_000 }, conditions: [], portable: true } as const
  const { id: rewardId } = await reward({ usage: 'voucher', definition })
  const { code } = await issueVoucher(ctx, { rewardId })
  const benefits = [{ code, amountMinor: 1_000, linePosition: 1 }]
  const { written, refusals } = await outcomes(
    ids.map((customerId) => recordPurchase(ctx, sale(customerId, { ...dear, totalMinor: 2_000, benefits }))),
  )
  expect(written).toBe(1)
  for (const one of refusals) expect(one).toMatchObject({ data: { codes: [{ code, reason: 'voucher_used' }] } })
  await holds()
})

test('a gift card of fifty pays for five of twenty tills that ask for ten', async () => {
  const { ctx, ids, reward, holds } = await shop()
  const definition = { benefit: { kind: 'thing' }, conditions: [] } as const
  const { id: rewardId } = await reward({ usage: 'voucher', kind: 'gift_card', definition })
  const { id: voucherId, code } = await issueVoucher(ctx, { rewardId, valueMinor: 5_000 })
  const benefits = [{ code, amountMinor: 1_000 }]
  const { written } = await outcomes(
    ids.map((customerId) => recordPurchase(ctx, sale(customerId, { ...dear, totalMinor: 3_000, benefits }))),
  )
  expect(written).toBe(5)
  expect(await giftCardBalance(ctx, { voucherId })).toMatchObject({ currentMinor: 0 })
  await holds()
})
