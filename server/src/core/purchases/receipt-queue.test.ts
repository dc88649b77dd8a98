// Receipts that come at once are written together: each still stands or falls by itself.
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation, balancesOf } from '../ledger/index.ts'
import { createProgramme } from '../loyalty/index.ts'
import { type PurchaseReport, recordPurchase } from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const points = {
  kind: 'points',
  code: 'shop-points',
  name: 'Points',
  currency: null,
  scale: 0,
  isDefault: true,
} as const
const unit = await addUnit(ctx, points)
const settings = { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 }
await createProgramme(ctx, { kind: 'points', name: 'Points', unitId: unit.id, isDefault: true, settings })

async function customerWith(amount: number): Promise<number> {
  const { id } = await createCustomer(ctx, { firstName: 'Ada' })
  await applyOperation(ctx, { kind: 'adjust', key: `start-${id}`, unitId: unit.id, customerId: id, amount })
  return id
}

const pointsOf = async (customerId: number) => (await balancesOf(ctx, customerId))[0]?.available

/** Ten euros, of which what `spend` points are worth is paid with them. */
function sale(number: string, customerId: number, spend: number): PurchaseReport {
  return {
    space: 'till',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    occurredAt: new Date('2026-05-04T10:00:00Z'),
    onKnownNumber: 'refuse',
    number,
    customerId,
    lines: [{ code: 'A', quantity: 2, unitPrice: 5 }],
    spend: { points: spend },
  }
}

test('forty tills at once: who pays with more than there is is refused alone, all others are written', async () => {
  const customers = await Promise.all(Array.from({ length: 40 }, (_, n) => customerWith(n % 10 === 3 ? 50 : 100)))
  const answers = await Promise.allSettled(customers.map((id, n) => recordPurchase(ctx, sale(`Q-${n}`, id, 100))))
  for (const [n, answer] of answers.entries()) {
    const poor = n % 10 === 3
    expect([n, answer.status]).toEqual([n, poor ? 'rejected' : 'fulfilled'])
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'balance.insufficient' })
    // Nine euros were paid with money.
    expect([n, await pointsOf(customers[n] ?? 0)]).toEqual([n, poor ? 50 : 9])
  }
  const { rows } = await pool.query(
    "select count(*)::int as n, count(distinct p.id)::int as ids, count(l.id)::int as lines from purchases p join purchase_lines l on l.purchase_id = p.id where p.number like 'Q-%'",
  )
  expect(rows).toEqual([{ n: 36, ids: 36, lines: 36 }])
})

test('those that are all right share their statements', async () => {
  const customers = await Promise.all(Array.from({ length: 32 }, () => customerWith(100)))
  await Promise.all(customers.map((id, n) => recordPurchase(ctx, sale(`S-${n}`, id, 10))))
  const { rows } = await pool.query(
    "select count(distinct xmin::text)::int as n from purchases where number like 'S-%'",
  )
  expect(rows[0].n).toBeLessThan(16)
})

test('one customer at forty tills never pays with more than there is', async () => {
  const id = await customerWith(1_000)
  const answers = await Promise.allSettled(
    Array.from({ length: 40 }, (_, n) => recordPurchase(ctx, { ...sale(`O-${n}`, id, 100), earns: false })),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  expect(await pointsOf(id)).toBe(0)
})

test('one number told forty times at once is one sale; the others hear that it is taken', async () => {
  const { id } = await createCustomer(ctx, { firstName: 'Ada' })
  const answers = await Promise.allSettled(
    Array.from({ length: 40 }, () => recordPurchase(ctx, { ...sale('SAME', id, 0), spend: undefined })),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason.code).toBe('purchase.number_taken')
  expect(await pointsOf(id)).toBe(10)
})

test('what several callers tell at once is each caller’s own', async () => {
  const callers = ['one', 'two', 'three'].map((name) => ({ ...ctx, actor: { ...ctx.actor, id: name } }))
  const customers = await Promise.all(Array.from({ length: 12 }, () => customerWith(100)))
  await Promise.all(customers.map((id, n) => recordPurchase(callers[n % 3] ?? ctx, sale(`C-${n}`, id, 10))))
  const { rows } = await pool.query(
    "select p.number, s.actor from purchases p join postings s on s.purchase_id = p.id where p.number like 'C-%' and s.kind = 'spend'",
  )
  const names = Object.fromEntries(rows.map((row) => [row.number, row.actor.split(':').at(-1)]))
  expect(names).toEqual(Object.fromEntries(customers.map((_, n) => [`C-${n}`, ['one', 'two', 'three'][n % 3]])))
})
