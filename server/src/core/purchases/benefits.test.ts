import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation, availableOf } from '../ledger/index.ts'
import {
  createEarningRule,
  createProgramme,
  createReward,
  getVoucher,
  giftCardBalance,
  issueVoucher,
  type RewardInput,
  type RuleDefinition,
  setEarningRuleState,
} from '../loyalty/index.ts'
import { verify } from '../verification/index.ts'
import { getPurchaseDetails, type PurchaseReport, quotePurchase, recordPurchase } from './index.ts'

const { pool } = await testDatabase()
const occurredAt = new Date('2026-05-04T10:00:00Z')

async function shop() {
  const ctx = await newTenant(pool)
  const points = { kind: 'points', code: 'p', name: 'Points', currency: null, scale: 0, isDefault: true } as const
  const unit = await addUnit(ctx, points)
  await addUnit(ctx, { kind: 'money', code: 'eur', name: 'Credit', currency: 'EUR', scale: 2, isDefault: true })
  await createProgramme(ctx, {
    kind: 'points',
    name: 'P',
    unitId: unit.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
  })
  const customer = await createCustomer(ctx, { firstName: 'Eva' })
  await applyOperation(ctx, { kind: 'earn', key: 'start', unitId: unit.id, customerId: customer.id, amount: 250 })
  const pointsOf = async (customerId: number = customer.id) =>
    (await availableOf(ctx, { unitId: unit.id, customerIds: [customerId] })).get(customerId) ?? 0
  const reward = (more: Partial<RewardInput>) =>
    createReward(ctx, {
      code: 'R',
      name: 'Reward',
      usage: 'voucher',
      state: 'active',
      definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
      ...more,
    })
  const rule = async (definition: RuleDefinition) => {
    const made = await createEarningRule(ctx, { name: 'Rule', unitId: unit.id, definition })
    return setEarningRuleState(ctx, { id: made.id, state: 'active' })
  }
  const holds = async () =>
    expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter(({ breaches }) => breaches > 0)).toEqual([])
  return { ctx, unit, customer, pointsOf, reward, rule, holds }
}

let numbers = 0
function sale(customerId: number | undefined, more: Partial<PurchaseReport> = {}): PurchaseReport {
  return {
    space: 'till',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    occurredAt,
    onKnownNumber: 'refuse',
    number: `S-${++numbers}`,
    ...(customerId === undefined ? {} : { customerId }),
    lines: [
      { code: 'A', quantity: 2, unitPrice: 30 },
      { code: 'B', quantity: 1, unitPrice: 9.99 },
    ],
    ...more,
  }
}

const refused = (...codes: object[]) => expect.objectContaining({ code: 'benefit.refused', data: { codes } })

test('a voucher is quoted, used by one of twenty sales at once, and usable again when that sale is taken back', async () => {
  const { ctx, customer, reward, holds } = await shop()
  const { id: rewardId } = await reward({})
  const { id, code } = await issueVoucher(ctx, { rewardId, customerId: customer.id })
  const quote = await quotePurchase(ctx, sale(customer.id), { codes: [code] })
  expect(quote).toMatchObject({
    totalMinor: 6999,
    payableMinor: 6299,
    refusedCodes: [],
    discounts: [{ code, amountMinor: 700, lines: [{ position: 1 }, { position: 2 }] }],
    pointsEarned: 62,
  })
  const attempts = await Promise.allSettled(
    Array.from({ length: 20 }, () =>
      recordPurchase(ctx, sale(customer.id, { totalMinor: 6299, benefits: [{ code, amountMinor: 700 }] })),
    ),
  )
  const won = attempts.flatMap((attempt) => (attempt.status === 'fulfilled' ? [attempt.value] : []))
  expect(won).toHaveLength(1)
  for (const attempt of attempts) {
    if (attempt.status === 'rejected') expect(attempt.reason).toEqual(refused({ code, reason: 'voucher_used' }))
  }
  const [{ purchaseId } = { purchaseId: 0 }] = won
  expect(await getVoucher(ctx, id)).toMatchObject({ state: 'applied', purchaseId })
  const { reports } = await getPurchaseDetails(ctx, purchaseId)
  await recordPurchase(
    ctx,
    sale(customer.id, { kind: 'cancellation', cancelsNumber: reports[0]?.number ?? '', lines: [] }),
  )
  expect(await getVoucher(ctx, id)).toMatchObject({ state: 'issued', purchaseId: null })
  await recordPurchase(ctx, sale(customer.id, { benefits: [{ code, amountMinor: 700, linePosition: 1 }] }))
  await holds()
})

test('a code that costs points is paid with the sale, never beyond the balance, and given back with it', async () => {
  const { ctx, customer, reward, pointsOf, holds } = await shop()
  await reward({
    code: 'CUP',
    usage: 'code',
    kind: 'catalogue',
    pointsCost: 200,
    definition: { benefit: { kind: 'thing' }, conditions: [] },
  })
  expect(await quotePurchase(ctx, sale(customer.id), { codes: ['cup'] })).toMatchObject({
    pointsCost: 200,
    pointsBalance: 250,
  })
  const first = sale(customer.id, { earns: false, benefits: [{ code: 'CUP', amountMinor: 0 }] })
  await recordPurchase(ctx, first)
  expect(await pointsOf()).toBe(50)
  await expect(recordPurchase(ctx, sale(customer.id, { benefits: [{ code: 'CUP', amountMinor: 0 }] }))).rejects.toEqual(
    refused({ code: 'CUP', reason: 'points_too_few' }),
  )
  expect(await pointsOf()).toBe(50)
  await recordPurchase(ctx, sale(customer.id, { kind: 'cancellation', cancelsNumber: first.number, lines: [] }))
  expect(await pointsOf()).toBe(250)
  await holds()
})

test('a gift card pays what is on it, by whoever holds it, and has it again when the sale is taken back', async () => {
  const { ctx, reward, holds } = await shop()
  const { id: rewardId } = await reward({
    code: 'GIFT',
    kind: 'gift_card',
    definition: { benefit: { kind: 'thing' }, conditions: [] },
  })
  const { code } = await issueVoucher(ctx, { rewardId, valueMinor: 5000 })
  expect(await quotePurchase(ctx, sale(undefined), { codes: [code] })).toMatchObject({
    giftCards: [{ code, amountMinor: 5000 }],
    payableMinor: 6999,
  })
  const first = sale(undefined, { benefits: [{ code, amountMinor: 3000 }] })
  await recordPurchase(ctx, first)
  expect(await giftCardBalance(ctx, { code })).toMatchObject({ currentMinor: 2000, originalMinor: 5000 })
  await expect(recordPurchase(ctx, sale(undefined, { benefits: [{ code, amountMinor: 2001 }] }))).rejects.toMatchObject(
    {
      code: 'balance.insufficient',
    },
  )
  await recordPurchase(ctx, sale(undefined, { kind: 'cancellation', cancelsNumber: first.number, lines: [] }))
  expect(await giftCardBalance(ctx, { code })).toMatchObject({ currentMinor: 5000 })
  await holds()
})

test('a rule earns with the programme, says why, and a sale that is taken back takes all of it back', async () => {
  const { ctx, customer, rule, pointsOf, holds } = await shop()
  const double = await rule({
    lines: { productCodes: ['A'] },
    conditions: [],
    earning: { kind: 'multiply', factor: 2, rounding: 'down' },
  })
  await rule({
    conditions: [{ kind: 'first_purchase' }],
    earning: { kind: 'fixed', amount: 100 },
    expires: { afterDays: 400 },
  })
  const first = sale(customer.id)
  const quote = await quotePurchase(ctx, first)
  // 69 for 69.99; the 60.00 of A once more: 69 x 60 / 69.99, down to 59; a hundred for the first purchase.
  expect(quote.pointsEarned).toBe(69 + 59 + 100)
  const { purchaseId, earned } = await recordPurchase(ctx, first)
  expect(earned).toBe(quote.pointsEarned)
  expect(await pointsOf()).toBe(250 + earned)
  const { effects } = await getPurchaseDetails(ctx, purchaseId)
  expect(effects.map(({ amount }) => amount)).toEqual([128, 100])
  expect(effects[0]?.why).toMatchObject({
    reason: 'earned',
    parts: [
      { ruleId: null, amount: 69 },
      { ruleId: double.id, amount: 59 },
    ],
  })
  // The second purchase is not the first.
  expect(await recordPurchase(ctx, sale(customer.id))).toMatchObject({ earned: 128 })
  await recordPurchase(ctx, sale(customer.id, { kind: 'cancellation', cancelsNumber: first.number, lines: [] }))
  expect(await pointsOf()).toBe(250 + 128)
  await holds()
})

test('a budget is never overdrawn by sales at once, and counts less when one of them is taken back', async () => {
  const { ctx, rule, pointsOf, holds } = await shop()
  await rule({
    conditions: [],
    earning: { kind: 'fixed', amount: 30 },
    limits: { inAll: { period: 'ever', amount: 100 }, perCustomer: { period: 'day', uses: 1 } },
  })
  const customers = await Promise.all(Array.from({ length: 8 }, () => createCustomer(ctx, { firstName: 'Ada' })))
  const sales = customers.map(({ id }) => sale(id, { lines: [{ code: 'C', quantity: 1, unitPrice: 0.5 }] }))
  const earned = await Promise.all(sales.map((one) => recordPurchase(ctx, one)))
  expect(earned.map((one) => one.earned).sort((a, b) => b - a)).toEqual([30, 30, 30, 10, 0, 0, 0, 0])
  const lucky = earned.findIndex((one) => one.earned === 30)
  const again = customers[lucky]?.id ?? 0
  expect(await recordPurchase(ctx, sale(again, { lines: [{ code: 'C', quantity: 1, unitPrice: 0.5 }] }))).toMatchObject(
    { earned: 0 },
  )
  await recordPurchase(ctx, sale(again, { kind: 'cancellation', cancelsNumber: sales[lucky]?.number ?? '', lines: [] }))
  expect(await pointsOf(again)).toBe(0)
  expect(await recordPurchase(ctx, sale(again, { lines: [{ code: 'C', quantity: 1, unitPrice: 0.5 }] }))).toMatchObject(
    { earned: 30 },
  )
  await holds()
})
