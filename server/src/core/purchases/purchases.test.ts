import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { dbOf, sql } from '../../platform/db.ts'
import { upsertProducts } from '../catalog/index.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation, balancesOf } from '../ledger/index.ts'
import { createProgramme } from '../loyalty/index.ts'
import {
  claimPurchase,
  getPurchase,
  getPurchaseDetails,
  listPurchases,
  type PurchaseReport,
  quotePurchase,
  recordPurchase,
  recordPurchases,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const unit = await addUnit(ctx, {
  kind: 'points',
  code: 'shop-points',
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

let numbers = 0
const number = () => `B-${++numbers}`
const newCustomer = async () => (await createCustomer(ctx, { firstName: 'Ada' })).id
const pointsOf = async (customerId: number) => {
  const balance = (await balancesOf(ctx, customerId)).find((candidate) => candidate.unit.id === unit.id)
  return { available: balance?.available, owed: balance?.owed }
}

function sale(more: Partial<PurchaseReport> & { number: string }): PurchaseReport {
  return {
    space: 'till',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    occurredAt: new Date('2026-05-04T10:00:00Z'),
    onKnownNumber: 'replay',
    ...more,
  }
}

test('a sale at the till earns a point for every whole euro, once however often it is told', async () => {
  const customerId = await newCustomer()
  const report = sale({
    number: number(),
    customerId,
    lines: [
      { code: 'A', quantity: 3, unitPrice: 6.45 },
      { code: 'B', quantity: 1, unitPrice: '0.649' },
    ],
  })
  const first = await recordPurchase(ctx, report)
  expect(first).toMatchObject({ created: true, earned: 20 })
  const again = await Promise.all(Array.from({ length: 10 }, () => recordPurchase(ctx, report)))
  expect(new Set(again.map((result) => result.purchaseId))).toEqual(new Set([first.purchaseId]))
  expect(await pointsOf(customerId)).toEqual({ available: 20, owed: 0 })
  expect(await getPurchase(ctx, first.purchaseId, { lines: true })).toMatchObject({
    totalMinor: 2000,
    pointsEarned: 20,
    state: 'completed',
    lines: [
      { code: 'A', totalMinor: 1935 },
      { code: 'B', totalMinor: 65, unitPrice: 0.649 },
    ],
  })
})

test('the same number sent twenty times at once where that is forbidden makes one purchase and nineteen refusals', async () => {
  const customerId = await newCustomer()
  const report = sale({ number: number(), customerId, totalMinor: 5000, onKnownNumber: 'refuse' })
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => recordPurchase(ctx, report)))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'purchase.number_taken' })
  expect(await pointsOf(customerId)).toMatchObject({ available: 50 })
})

test('one order told by tracking, newsletter and till at once is one purchase that earned once', async () => {
  const customerId = await newCustomer()
  const told = { number: number(), customerId, totalMinor: 4200 }
  const reports = [
    sale({ ...told, space: 'tracking', source: 'tracking', confirmed: false, onKnownNumber: 'fill' }),
    sale({
      ...told,
      space: 'newsletter',
      source: 'newsletter',
      totalMinor: undefined,
      lines: [{ code: 'A', quantity: 1, unitPrice: 40 }],
      onKnownNumber: 'fill',
    }),
    sale({ ...told, lines: [{ code: 'A', name: 'Lamp', quantity: 1, unitPrice: 42 }] }),
  ]
  const results = await Promise.all(reports.map((report) => recordPurchase(ctx, report)))
  const ids = new Set(results.map((result) => result.purchaseId))
  expect(ids.size).toBe(1)
  expect(results.reduce((sum, result) => sum + result.earned, 0)).toBe(42)
  const [purchaseId = 0] = ids
  expect(await getPurchase(ctx, purchaseId, { lines: true })).toMatchObject({
    source: 'till',
    confirmed: true,
    pointsEarned: 42,
    lines: [{ name: 'Lamp', totalMinor: 4200 }],
  })
  expect((await getPurchaseDetails(ctx, purchaseId)).reports).toHaveLength(3)
  expect(await pointsOf(customerId)).toMatchObject({ available: 42 })
})

test('a contradiction keeps two purchases of one number apart and shows them as possible twins', async () => {
  const [one, other] = [await newCustomer(), await newCustomer()]
  const told = { number: number(), totalMinor: 1000 }
  const first = await recordPurchase(ctx, sale({ ...told, customerId: one }))
  const second = await recordPurchase(ctx, sale({ ...told, customerId: other, space: 'shop', source: 'shop' }))
  const third = await recordPurchase(ctx, sale({ ...told, totalMinor: 1001, space: 'import', source: 'import' }))
  const fourth = await recordPurchase(
    ctx,
    sale({ ...told, space: 'api', source: 'api', occurredAt: new Date('2026-05-12T10:00:01Z') }),
  )
  const ids = [first, second, third, fourth].map((result) => result.purchaseId)
  expect(new Set(ids).size).toBe(4)
  for (const id of ids) expect(await getPurchase(ctx, id)).toMatchObject({ possibleTwin: true })
})

test('tracking never earns, however it is told', async () => {
  const customerId = await newCustomer()
  const result = await recordPurchase(
    ctx,
    sale({ number: number(), customerId, totalMinor: 9900, source: 'tracking', confirmed: false }),
  )
  expect(result.earned).toBe(0)
  expect(await pointsOf(customerId)).toMatchObject({ available: 0 })
  await expect(
    recordPurchase(ctx, sale({ number: number(), kind: 'cancellation', cancelsNumber: 'x', confirmed: false })),
  ).rejects.toMatchObject({ code: 'request.forbidden' })
})

test('points pay for a purchase in the same breath, and cancelling it gives them back and takes back what it earned', async () => {
  const customerId = await newCustomer()
  await applyOperation(ctx, { kind: 'earn', key: number(), unitId: unit.id, customerId, amount: 1000 })
  const report = sale({
    number: number(),
    customerId,
    totalMinor: 5000,
    spend: { points: 1000 },
    lines: [{ code: 'A', quantity: 2, unitPrice: 25 }],
  })
  expect(await quotePurchase(ctx, report)).toMatchObject({
    pointsEarned: 40,
    pointsUsable: 1000,
    pointsUsableMinor: 1000,
  })
  expect(await pointsOf(customerId)).toMatchObject({ available: 1000 })
  const bought = await recordPurchase(ctx, report)
  expect(bought.earned).toBe(40)
  expect(await pointsOf(customerId)).toMatchObject({ available: 40 })
  await expect(recordPurchase(ctx, { ...report, number: number() })).rejects.toMatchObject({
    code: 'balance.insufficient',
  })
  const undone = await recordPurchase(
    ctx,
    sale({
      number: number(),
      kind: 'cancellation',
      cancelsNumber: report.number,
      totalMinor: 5000,
      lines: report.lines,
    }),
  )
  expect(undone.earned).toBe(-40)
  expect(await pointsOf(customerId)).toEqual({ available: 1000, owed: 0 })
  expect(await getPurchase(ctx, bought.purchaseId)).toMatchObject({ state: 'cancelled', pointsEarned: 0 })
  expect(await getPurchase(ctx, undone.purchaseId)).toMatchObject({
    kind: 'cancellation',
    totalMinor: -5000,
    cancelsId: bought.purchaseId,
    pointsEarned: -40,
  })
  await expect(
    recordPurchase(ctx, sale({ number: number(), kind: 'cancellation', cancelsNumber: report.number })),
  ).rejects.toMatchObject({ code: 'purchase.already_cancelled' })
})

test('a cancellation is the customer’s whose sale it was, whoever it names', async () => {
  const [buyer, other] = [await newCustomer(), await newCustomer()]
  const [bought, anonymous] = [number(), number()]
  await recordPurchases(ctx, [sale({ number: bought, customerId: buyer }), sale({ number: anonymous })])
  for (const [cancelsNumber, customerId] of [
    [bought, buyer],
    [anonymous, null],
  ] as const) {
    const report = sale({ number: number(), kind: 'cancellation', cancelsNumber, customerId: other })
    const { purchaseId } = await recordPurchase(ctx, report)
    expect(await getPurchase(ctx, purchaseId)).toMatchObject({ kind: 'cancellation', customerId })
  }
})

test('cancelling in steps takes back exactly what was earned', async () => {
  const customerId = await newCustomer()
  const original = number()
  await recordPurchase(
    ctx,
    sale({
      number: original,
      customerId,
      lines: [
        { code: 'A', quantity: 3, unitPrice: 3.33 },
        { code: 'B', quantity: 1, unitPrice: 10.02 },
      ],
    }),
  )
  expect(await pointsOf(customerId)).toMatchObject({ available: 20 })
  const cancel = (code: string, quantity: number, unitPrice: number) =>
    recordPurchase(
      ctx,
      sale({
        number: number(),
        kind: 'cancellation',
        cancelsNumber: original,
        lines: [{ code, quantity, unitPrice }],
      }),
    )
  const steps = [await cancel('A', 1, 3.33), await cancel('A', 2, 3.33), await cancel('B', 1, 10.02)]
  expect(steps.reduce((sum, step) => sum + step.earned, 0)).toBe(-20)
  expect(await pointsOf(customerId)).toMatchObject({ available: 0 })
})

test('a cancellation without a number finds the latest lines of the customer', async () => {
  const customerId = await newCustomer()
  const [older, newer] = [number(), number()]
  await recordPurchases(ctx, [
    sale({
      number: older,
      customerId,
      occurredAt: new Date('2026-01-01'),
      lines: [{ code: 'A', quantity: 5, unitPrice: 10 }],
    }),
    sale({
      number: newer,
      customerId,
      occurredAt: new Date('2026-02-01'),
      lines: [{ code: 'A', quantity: 2, unitPrice: 10 }],
    }),
  ])
  const [cancelled, unknown] = await recordPurchases(ctx, [
    sale({
      number: number(),
      kind: 'cancellation',
      customerId,
      occurredAt: new Date('2026-03-01'),
      lines: [{ code: 'A', quantity: 3, unitPrice: 10 }],
    }),
    sale({
      number: number(),
      kind: 'cancellation',
      customerId,
      occurredAt: new Date('2025-03-01'),
      lines: [{ code: 'A', quantity: 3, unitPrice: 10 }],
    }),
  ])
  expect([cancelled, unknown]).toMatchObject([{ earned: -30 }, { earned: -0 }])
  const { items } = await listPurchases(ctx, { customerId, limit: 10 })
  expect(items.map(({ state, kind, totalMinor, pointsEarned }) => [kind, state, totalMinor, pointsEarned])).toEqual([
    ['cancellation', 'completed', -3000, -30],
    ['sale', 'cancelled', 2000, 0],
    ['sale', 'partly_cancelled', 5000, 40],
    ['cancellation', 'completed', -3000, 0],
  ])
})

test('an anonymous sale is claimed by one customer and earns then', async () => {
  const [customerId, other] = [await newCustomer(), await newCustomer()]
  const told = sale({ number: number(), totalMinor: 1234 })
  expect((await recordPurchase(ctx, told)).earned).toBe(0)
  const claims = await Promise.allSettled([
    claimPurchase(ctx, { number: told.number, customerId }),
    claimPurchase(ctx, { number: told.number, customerId: other }),
  ])
  expect(claims.filter((claim) => claim.status === 'fulfilled')).toHaveLength(1)
  expect(((await pointsOf(customerId)).available ?? 0) + ((await pointsOf(other)).available ?? 0)).toBe(12)
})

test('a purchase paid later earns when it is completed', async () => {
  const customerId = await newCustomer()
  const told = sale({
    number: number(),
    customerId,
    totalMinor: 700,
    state: 'open',
    source: 'api',
    onKnownNumber: 'fill',
  })
  expect((await recordPurchase(ctx, told)).earned).toBe(0)
  expect((await recordPurchase(ctx, { ...told, state: 'completed' })).earned).toBe(7)
  expect((await recordPurchase(ctx, { ...told, state: 'completed' })).earned).toBe(0)
})

test('many lines are written as few are', async () => {
  await upsertProducts(ctx, [{ code: 'mug', name: 'A mug\twith a tab', currency: 'EUR' }])
  const some = [
    { code: 'mug', quantity: 2, unitPrice: '3.333333' },
    {
      code: 'mug',
      name: 'Told \\N',
      quantity: 0.125,
      unitPrice: 8,
      vatRate: 20.5,
      categoryCode: 'a\nb',
      itemType: 'x',
    },
    { code: 'nowhere', quantity: 1, unitPrice: 1, earns: false, data: { note: 'Ω "\\"' } },
  ]
  const few = await recordPurchase(ctx, sale({ number: number(), lines: some }))
  const reports = Array.from({ length: 200 }, () => sale({ number: number(), lines: some }))
  const many = await recordPurchases(ctx, reports)
  const linesOf = (ids: readonly number[]) =>
    ctx.db.query<Record<string, unknown>>(sql`
      select position, product_id, code, name, quantity::text, unit_price::text, total_minor, vat_rate, category_code, item_type, earns,
             cancelled_quantity, cancels_line_id, data
        from purchase_lines where tenant_id = ${ctx.tenant.id} and purchase_id = any (${ids}::bigint[]) order by purchase_id, position`)
  const expected = await linesOf([few.purchaseId])
  expect(expected.map(({ name }) => name)).toEqual(['A mug\twith a tab', 'Told \\N', ''])
  const ids = many.flatMap((result) => ('refused' in result ? [] : result.purchaseId))
  expect(await linesOf(ids)).toEqual(ids.flatMap(() => expected))
})

test('bad reports are refused before anything is written', async () => {
  const count = async () =>
    (
      await dbOf(pool).query<{ n: number }>(sql`select count(*) as n from purchases where tenant_id = ${ctx.tenant.id}`)
    )[0]?.n
  const before = await count()
  const bad: [Partial<PurchaseReport>, string][] = [
    [{ number: '' }, 'request.invalid'],
    [{ number: 'x'.repeat(256) }, 'request.invalid'],
    [{ currency: 'euro' }, 'currency.unknown'],
    [{ totalMinor: 1.5 }, 'amount.invalid'],
    [{ occurredAt: new Date('never') }, 'request.invalid'],
    [{ lines: [{ code: 'A', quantity: Number.NaN, unitPrice: 1 }] }, 'request.invalid'],
    [{ lines: [{ code: 'A', quantity: 1, unitPrice: 'cheap' }] }, 'amount.invalid'],
    [{ lines: [{ code: 'A', quantity: 1e9, unitPrice: 1e12 }] }, 'amount.invalid'],
    [{ spend: { points: -5 } }, 'amount.invalid'],
  ]
  for (const [more, code] of bad)
    await expect(recordPurchase(ctx, sale({ number: number(), totalMinor: 1, ...more }))).rejects.toMatchObject({
      code,
    })
  expect(await count()).toBe(before)
})
