import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import { createCustomer } from '../customers/index.ts'
import { recordEvents } from '../events/index.ts'
import { addUnit, applyOperations } from '../ledger/index.ts'
import { customerFigures, dashboard, timeline } from './index.ts'

const { pool } = await testDatabase()

async function insertPurchase(
  ctx: Ctx,
  purchase: { customerId: number; at: string; total: number; kind?: string; confirmed?: boolean; currency?: string },
): Promise<void> {
  await ctx.db.query(sql`
    insert into purchases (tenant_id, kind, number, customer_id, source, confirmed, currency, total_minor, occurred_at)
    values (${ctx.tenant.id}, ${purchase.kind ?? 'sale'}, 'N', ${purchase.customerId}, 'till', ${purchase.confirmed ?? true},
            ${purchase.currency ?? 'EUR'}, ${purchase.total}, ${purchase.at}::timestamptz)`)
}

test('the dashboard counts by the days of the shop, and compares with the period before', async () => {
  const ctx = await newTenant(pool)
  const [jane, john] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const bought = (customerId: number, at: string, total: number, more = {}) =>
    insertPurchase(ctx, { customerId, at, total, ...more })
  await bought(jane.id, '2026-03-09T22:59:59Z', 500) // the 9th in Berlin
  await bought(jane.id, '2026-03-09T23:00:00Z', 1000) // the 10th
  await bought(john.id, '2026-03-10T12:00:00Z', 2000)
  await bought(jane.id, '2026-03-11T12:00:00Z', 3000)
  await bought(jane.id, '2026-03-11T13:00:00Z', -1000, { kind: 'cancellation' })
  await bought(john.id, '2026-03-11T14:00:00Z', 99999, { confirmed: false })
  await bought(john.id, '2026-03-11T14:00:00Z', 777, { currency: 'USD' })
  await bought(john.id, '2026-03-11T23:00:00Z', 4000) // the 12th
  const shown = await dashboard(ctx, { from: '2026-03-10', to: '2026-03-12' })
  expect(shown).toMatchObject({ currency: 'EUR', currencies: ['EUR', 'USD'], timeZone: 'Europe/Berlin', unit: null })
  expect(shown.current.days).toMatchObject([
    { day: '2026-03-10', salesCount: 2, salesMinor: 3000, activeCustomers: 2, cancelledMinor: 0 },
    {
      day: '2026-03-11',
      salesCount: 1,
      salesMinor: 3000,
      cancelledCount: 1,
      cancelledMinor: 1000,
      trackedMinor: 99999,
    },
  ])
  expect(shown.current.totals).toMatchObject({ salesCount: 3, salesMinor: 6000, activeCustomers: 2 })
  expect(shown.previous).toMatchObject({ from: '2026-03-08', to: '2026-03-10', totals: { salesMinor: 500 } })
  expect(shown.previous.days.map((day) => day.day)).toEqual(['2026-03-08', '2026-03-09'])
})

test('what was sold in different currencies is not added up; the one that was used is shown', async () => {
  const ctx = await newTenant(pool)
  const [jane, john] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const bought = (customerId: number, at: string, total: number, currency: string) =>
    insertPurchase(ctx, { customerId, at, total, currency })
  await bought(jane.id, '2025-03-10T12:00:00Z', 1000, 'GBP')
  await bought(jane.id, '2025-03-11T12:00:00Z', 2000, 'GBP')
  await bought(jane.id, '2025-03-11T13:00:00Z', 500, 'USD')
  await bought(john.id, '2026-03-10T12:00:00Z', 300, 'EUR')
  await bought(john.id, '2025-03-10T12:00:00Z', 700, 'GBP')
  const figures = await customerFigures(ctx, [jane.id, john.id])
  expect(figures.get(jane.id)).toMatchObject({
    purchasesMinor: 3000,
    purchasesCurrency: 'GBP',
    lastPurchaseAt: new Date('2025-03-11T13:00:00Z'),
  })
  expect(figures.get(john.id)).toMatchObject({ purchasesMinor: 300, purchasesCurrency: 'EUR' })
  const then = { from: '2025-03-01', to: '2025-04-01' }
  expect(await dashboard(ctx, then)).toMatchObject({
    currency: 'GBP',
    currencies: ['GBP', 'USD'],
    current: { totals: { salesMinor: 3700 } },
  })
  expect(await dashboard(ctx, { ...then, currency: 'USD' })).toMatchObject({ current: { totals: { salesMinor: 500 } } })
  expect(await dashboard(ctx, { from: '2026-03-01', to: '2026-04-01' })).toMatchObject({
    currency: 'EUR',
    currencies: ['EUR'],
  })
})

test('a sale whose total nobody told amounts to its lines, wherever it is shown', async () => {
  const ctx = await newTenant(pool)
  const jane = await createCustomer(ctx, {})
  const [row] = await ctx.db.query<{ id: number }>(sql`
    insert into purchases (tenant_id, number, customer_id, source, confirmed, currency, occurred_at)
    values (${ctx.tenant.id}, 'N', ${jane.id}, 'till', true, 'EUR', '2026-03-10T12:00:00Z') returning id`)
  await ctx.db.query(sql`
    insert into purchase_lines (tenant_id, purchase_id, position, code, quantity, unit_price, total_minor)
    values (${ctx.tenant.id}, ${row?.id ?? 0}, 1, 'a', 1, 10, 1000), (${ctx.tenant.id}, ${row?.id ?? 0}, 2, 'b', 1, 5, 500)`)
  const shown = await dashboard(ctx, { from: '2026-03-10', to: '2026-03-11' })
  expect(shown.current.totals).toMatchObject({ salesCount: 1, salesMinor: 1500 })
  expect((await customerFigures(ctx, [jane.id])).get(jane.id)).toMatchObject({ purchasesMinor: 1500 })
  expect(await timeline(ctx, { customerId: jane.id, limit: 1 })).toMatchObject([{ totalMinor: 1500 }])
})

test('points issued, spent and outstanding add up day by day', async () => {
  const clock = fixedClock('2026-03-20T10:00:00Z')
  const ctx = await newTenant(pool, { clock })
  const unit = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  const { id: customerId } = await createCustomer(ctx, {})
  const on = (day: string) => ({ unitId: unit.id, customerId, occurredAt: new Date(`2026-03-${day}T10:00:00Z`) })
  await applyOperations(ctx, [
    { kind: 'earn', key: '1', amount: 100, ...on('09') },
    { kind: 'earn', key: '2', amount: 50, ...on('11') },
    { kind: 'spend', key: '3', amount: 30, ...on('12') },
    { kind: 'reverse', key: '4', reverses: '2', ...on('13') },
    { kind: 'hold', key: '5', amount: 10, ...on('13') },
    { kind: 'earn', key: '6', amount: 1000, ...on('18') },
  ])
  const { current, previous } = await dashboard(ctx, { from: '2026-03-11', to: '2026-03-14' })
  expect(
    current.days.map((day) => [day.pointsIssued, day.pointsSpent, day.pointsExpired, day.pointsOutstanding]),
  ).toEqual([
    [50, 0, 0, 150],
    [0, 30, 0, 120],
    [-50, 0, 0, 70],
  ])
  expect(previous.days.map((day) => day.pointsOutstanding)).toEqual([0, 100, 100])
  expect(current.totals).toMatchObject({ pointsIssued: 0, pointsSpent: 30, pointsOutstanding: 70 })
})

test('what is no period is refused', async () => {
  const ctx = await newTenant(pool)
  for (const query of [
    { from: '2026-03-10', to: '2026-03-10' },
    { from: '2026-02-30', to: '2026-03-10' },
    { from: 'x', to: '2026-03-10' },
    { from: '2020-01-01', to: '2026-03-10' },
    { from: '2026-03-01', to: '2026-03-10', timeZone: 'Mars/Olympus' },
  ]) {
    await expect(dashboard(ctx, query)).rejects.toMatchObject({ code: 'request.invalid' })
  }
})

test('a timeline shows each kind of thing once, newest first, whatever the size of a page', async () => {
  const ctx = await newTenant(pool)
  const unit = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  const [jane, giver] = [await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const at = '2026-03-01T10:00:00.000123Z'
  for (let index = 0; index < 3; index++) await insertPurchase(ctx, { customerId: jane.id, at, total: 100 })
  const moment = new Date('2026-03-01T10:00:00Z')
  await applyOperations(ctx, [
    { kind: 'earn', key: 'a', amount: 5, unitId: unit.id, customerId: giver.id, occurredAt: moment },
    { kind: 'earn', key: 'b', amount: 7, unitId: unit.id, customerId: jane.id, occurredAt: moment },
    { kind: 'hold', key: 'c', amount: 7, unitId: unit.id, customerId: jane.id, occurredAt: moment },
    {
      kind: 'transfer',
      key: 'd',
      amount: 2,
      unitId: unit.id,
      customerId: giver.id,
      toCustomerId: jane.id,
      occurredAt: moment,
    },
  ])
  await recordEvents(ctx, [
    { type: 'product_viewed', customerId: jane.id, productCode: 'A', occurredAt: moment },
    { type: 'purchased', customerId: jane.id, productCode: 'A', occurredAt: moment },
  ])
  await ctx.db.query(sql`
    insert into messages (tenant_id, key, channel, purpose, customer_id, to_address, subject)
    values (${ctx.tenant.id}, 'm', 'email', 'transactional', ${jane.id}, 'jane@example.com', 'Hello')`)
  const all = await timeline(ctx, { customerId: jane.id, limit: 50 })
  expect(all.map((entry) => entry.kind)).toEqual([
    'message',
    'purchase',
    'purchase',
    'purchase',
    'points',
    'points',
    'event',
  ])
  expect(all.flatMap((entry) => (entry.kind === 'points' ? entry.amount : []))).toEqual([2, 7])
  for (const limit of [1, 2, 3]) {
    const seen: typeof all = []
    for (let before: string | undefined; ; ) {
      const page = await timeline(ctx, { customerId: jane.id, limit, before })
      if (page.length === 0) break
      seen.push(...page)
      before = page.at(-1)?.cursor
    }
    expect(seen).toEqual(all)
  }
  expect(await timeline(ctx, { customerId: jane.id, limit: 9, kinds: ['event'] })).toHaveLength(1)
  await expect(timeline(ctx, { customerId: jane.id, limit: 9, before: 'x' })).rejects.toMatchObject({
    code: 'request.invalid',
  })
})

test('the days of half a year add up to what was sold, earned and by how many', async () => {
  const ctx = await newTenant(pool)
  const unit = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  await ctx.db.query(sql`
    insert into customers (tenant_id, code, created_at)
    select ${ctx.tenant.id}::bigint, n::text, timestamptz '2025-01-01' + n * interval '2 hours' from generate_series(1, 4000) n`)
  await ctx.db.query(sql`
    insert into purchases (tenant_id, number, customer_id, source, confirmed, currency, total_minor, occurred_at)
    select ${ctx.tenant.id}::bigint, n::text, c.id, 'import', true, 'EUR', n % 10000,
           timestamptz '2025-01-01' + n * interval '20 minutes'
      from generate_series(1, 26000) n
      join customers c on c.tenant_id = ${ctx.tenant.id} and c.code = (n % 4000 + 1)::text`)
  await ctx.db.query(sql`
    with issue as (
      insert into ledger_accounts (tenant_id, unit_id, role) values (${ctx.tenant.id}, ${unit.id}, 'issue') returning id),
    own as (
      insert into ledger_accounts (tenant_id, unit_id, customer_id, role, balance)
      select tenant_id, ${unit.id}, id, 'available', 100 from customers where tenant_id = ${ctx.tenant.id}
      returning id, customer_id)
    insert into postings (tenant_id, key, kind, unit_id, from_account_id, to_account_id, amount, customer_id, occurred_at)
    select p.tenant_id, p.id::text, 'earn', ${unit.id}, issue.id, own.id, 1, p.customer_id, p.occurred_at
      from purchases p join own on own.customer_id = p.customer_id cross join issue where p.tenant_id = ${ctx.tenant.id}`)
  await ctx.db.query(sql`analyze`)
  const query = { from: '2025-07-01', to: '2026-01-01' }
  const { current } = await dashboard(ctx, query)
  const [expected] = await ctx.db.query(sql`
    select count(*) as "salesCount", sum(total_minor)::bigint as "salesMinor", count(distinct customer_id) as "activeCustomers", count(*) as "pointsIssued"
      from purchases where tenant_id = ${ctx.tenant.id} and occurred_at >= ${query.from}::timestamp at time zone ${ctx.tenant.timeZone}
       and occurred_at < ${query.to}::timestamp at time zone ${ctx.tenant.timeZone}`)
  expect(current.totals).toMatchObject(expected ?? {})
  expect(current.days).toHaveLength(184)
  for (const key of ['salesCount', 'salesMinor', 'pointsIssued'] as const)
    expect(current.days.reduce((sum, day) => sum + day[key], 0)).toBe(current.totals[key])
})
