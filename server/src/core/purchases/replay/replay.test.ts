import { expect, test } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { upsertCategories, upsertProducts } from '../../catalog/index.ts'
import { createCustomer } from '../../customers/index.ts'
import { addUnit, availableOf } from '../../ledger/index.ts'
import { createProgramme, type RuleDefinition } from '../../loyalty/index.ts'
import { quotePurchase, recordPurchase, replayRule, topOfReplay, worthOf } from '../index.ts'

const { pool } = await testDatabase()

test('a rule that is not there yet shows what it would have paid, month by month, and changes nothing', async () => {
  const ctx = await newTenant(pool)
  const unit = await addUnit(ctx, { kind: 'points', code: 'p', name: 'P', currency: null, scale: 0, isDefault: true })
  await createProgramme(ctx, {
    kind: 'points',
    name: 'P',
    unitId: unit.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
  })
  const [drinks, tea] = await upsertCategories(ctx, [
    { externalId: 'drinks', name: 'Drinks' },
    { externalId: 'tea', name: 'Tea', parentExternalId: 'drinks' },
  ])
  expect([drinks, tea]).not.toContain(undefined)
  await upsertProducts(ctx, [{ code: 'TEA', name: 'Tea', categoryExternalId: 'tea' }])
  const eva = await createCustomer(ctx, { firstName: 'Eva' })
  const max = await createCustomer(ctx, { firstName: 'Max' })
  let numbers = 0
  const sell = (customerId: number | undefined, occurredAt: string, codes: readonly string[], more: object = {}) =>
    recordPurchase(ctx, {
      space: 'till',
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      onKnownNumber: 'refuse',
      number: `R-${++numbers}`,
      occurredAt: new Date(occurredAt),
      ...(customerId === undefined ? {} : { customerId }),
      lines: codes.map((code) => ({ code, quantity: 2, unitPrice: 10 })),
      ...more,
    })
  // Saturdays and Sundays, one of them only so in Berlin; a Monday; nobody; somebody's tea that was half taken back.
  await sell(eva.id, '2026-01-03T12:00:00Z', ['TEA', 'MUG'])
  await sell(max.id, '2026-01-02T23:30:00Z', ['TEA'])
  await sell(eva.id, '2026-02-08T12:00:00Z', ['TEA'])
  await sell(undefined, '2026-02-08T12:00:00Z', ['TEA'])
  await sell(eva.id, '2026-02-09T12:00:00Z', ['TEA'])
  await sell(eva.id, '2026-02-14T12:00:00Z', ['TEA'])
  await sell(eva.id, '2026-02-14T13:00:00Z', [], {
    kind: 'cancellation',
    cancelsNumber: `R-${numbers}`,
    lines: [{ code: 'TEA', quantity: 1, unitPrice: 10 }],
  })
  const definition = (more: Partial<RuleDefinition> = {}): RuleDefinition => ({
    lines: { categoryIds: [drinks?.id ?? 0] },
    conditions: [{ kind: 'weekday', days: [6, 7] }],
    earning: { kind: 'multiply', factor: 2, rounding: 'down' },
    ...more,
  })
  const draft = (more?: Partial<RuleDefinition>) => ({
    name: 'Tea weekend',
    unitId: unit.id,
    priority: 5,
    definition: definition(more),
  })
  const before = await availableOf(ctx, { unitId: unit.id, customerIds: [eva.id] })
  const time = { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2027-01-01T00:00:00Z') }
  const steps: [number, number][] = []
  const replay = await replayRule(ctx, { rule: draft(), ...time }, async (...step) => void steps.push(step))
  expect(replay).toEqual({
    purchases: 5,
    affected: 4,
    customers: 2,
    amount: 20 + 20 + 20 + 10,
    byMonth: [
      { month: '2026-01', purchases: 2, amount: 40 },
      { month: '2026-02', purchases: 2, amount: 30 },
    ],
    top: [
      { customerId: eva.id, amount: 50 },
      { customerId: max.id, amount: 20 },
    ],
  })
  expect(steps).toEqual([
    [0, 5],
    [5, 5],
  ])
  expect(await worthOf(ctx, { unitId: unit.id, amount: replay.amount })).toBe(70)
  expect(await topOfReplay(ctx, replay)).toMatchObject([{ name: 'Eva', amount: 50 }, { name: 'Max' }])
  expect(await availableOf(ctx, { unitId: unit.id, customerIds: [eva.id] })).toEqual(before)
  // A limit counts through the year; what is first stays first.
  const limited = draft({
    limits: { perCustomer: { period: 'year', uses: 1 }, inAll: { period: 'month', amount: 25 } },
  })
  expect(await replayRule(ctx, { rule: limited, ...time })).toMatchObject({ affected: 2, amount: 25 })
  const first = draft({ conditions: [{ kind: 'first_purchase' }] })
  expect(await replayRule(ctx, { rule: first, ...time })).toMatchObject({ affected: 2, customers: 2 })
  expect(await replayRule(ctx, { rule: draft(), from: time.to, to: time.from })).toMatchObject({
    purchases: 0,
    amount: 0,
  })
  // And on a basket.
  const basket = {
    space: 'simulation',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    onKnownNumber: 'replay',
    number: 'simulation',
    customerId: eva.id,
    occurredAt: new Date('2026-06-06T10:00:00Z'),
    lines: [{ code: 'TEA', quantity: 1, unitPrice: 50 }],
  } as const
  expect((await quotePurchase(ctx, basket, { draftRule: draft() })).pointsEarned).toBe(100)
  expect((await quotePurchase(ctx, basket)).pointsEarned).toBe(50)
})
