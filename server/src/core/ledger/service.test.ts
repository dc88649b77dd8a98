import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { dbOf, sql } from '../../platform/db.ts'
import { createCustomer } from '../customers/index.ts'
import {
  addUnit,
  applyOperation,
  applyOperations,
  balancesOf,
  listPostings,
  moveBalances,
  restoreBalances,
  settleDue,
  totalsOf,
  type Unit,
} from './index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-03-01T12:00:00Z')
const ctx = await newTenant(pool, { clock })
const unit = await addUnit(ctx, {
  kind: 'points',
  code: 'points-test',
  name: 'Points',
  currency: null,
  scale: 0,
  isDefault: false,
})

let numbers = 0
const next = (what: string) => `${what}-${++numbers}`
const newCustomer = async () => (await createCustomer(ctx, { firstName: next('Customer') })).id
const day = 86_400_000
const inDays = (days: number) => new Date(clock.now().getTime() + days * day)

async function balanceOf(customerId: number, of: Unit = unit, within: Ctx = ctx) {
  const balance = (await balancesOf(within, customerId)).find((candidate) => candidate.unit.id === of.id)
  if (!balance) throw new Error('the unit is listed')
  const { available, pending, held, owed } = balance
  return { available, pending, held, owed }
}

const earn = (customerId: number, amount: number, more: { activatesAt?: Date; expiresAt?: Date; key?: string } = {}) =>
  applyOperation(ctx, { kind: 'earn', key: next('earn'), unitId: unit.id, customerId, amount, ...more })
const spend = (customerId: number, amount: number, key = next('spend')) =>
  applyOperation(ctx, { kind: 'spend', key, unitId: unit.id, customerId, amount })

/** The books of a customer, from the raw rows: every account's balance against its postings and its lots. */
async function bookErrors(customerId: number) {
  return dbOf(pool).query(sql`
    select a.role, a.balance, coalesce(p.sum, 0) as postings, case when a.role in ('available', 'pending') then coalesce(l.sum, 0) else a.balance end as lots
      from ledger_accounts a
      left join lateral (select sum(case when to_account_id = a.id then amount else -amount end) as sum from postings
        where tenant_id = a.tenant_id and (to_account_id = a.id or from_account_id = a.id)) p on true
      left join lateral (select sum(remaining) as sum from lots where tenant_id = a.tenant_id and account_id = a.id) l on true
     where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ${customerId}
       and (a.balance <> coalesce(p.sum, 0) or (a.role in ('available', 'pending') and a.balance <> coalesce(l.sum, 0)))`)
}

test('of twenty parallel spends of 100 from a balance of 100 exactly one succeeds', async () => {
  const customerId = await newCustomer()
  await earn(customerId, 100)
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => spend(customerId, 100)))
  expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(1)
  for (const result of results)
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'balance.insufficient' })
  expect(await balanceOf(customerId)).toMatchObject({ available: 0 })
  expect(await bookErrors(customerId)).toEqual([])
})

test('the same key twenty times at once posts once and answers the same', async () => {
  const customerId = await newCustomer()
  const key = next('retry')
  const results = await Promise.all(Array.from({ length: 20 }, () => earn(customerId, 40, { key })))
  expect(new Set(results.map((result) => result.postingId)).size).toBe(1)
  expect(results.filter((result) => !result.replayed)).toHaveLength(1)
  expect(await balanceOf(customerId)).toMatchObject({ available: 40 })
  await expect(earn(customerId, 41, { key })).rejects.toMatchObject({ code: 'posting.key_reused' })
})

test('a spend takes the lot that expires soonest, and a reversal restores the very lots', async () => {
  const customerId = await newCustomer()
  await earn(customerId, 10, { expiresAt: inDays(30) })
  await earn(customerId, 10, { expiresAt: inDays(10) })
  await earn(customerId, 10)
  const spent = await spend(customerId, 15)
  const [before] = await balancesOf(ctx, customerId).then((all) => all.filter((balance) => balance.unit.id === unit.id))
  expect(before?.nextExpiry).toEqual({ amount: 5, at: inDays(30) })
  await applyOperation(ctx, { kind: 'reverse', key: next('undo'), reverses: spent.key, unitId: unit.id, customerId })
  const [after] = await balancesOf(ctx, customerId).then((all) => all.filter((balance) => balance.unit.id === unit.id))
  expect(after).toMatchObject({ available: 30, nextExpiry: { amount: 10, at: inDays(10) } })
  await expect(
    applyOperation(ctx, { kind: 'reverse', key: next('undo'), reverses: spent.key, unitId: unit.id, customerId }),
  ).rejects.toMatchObject({
    code: 'posting.already_reversed',
  })
})

test('points wait for their day and are gone after it, whether or not the sweep has run', async () => {
  const customerId = await newCustomer()
  await earn(customerId, 50, { activatesAt: inDays(2), expiresAt: inDays(5) })
  expect(await balanceOf(customerId)).toEqual({ available: 0, pending: 50, held: 0, owed: 0 })
  await expect(spend(customerId, 1)).rejects.toMatchObject({
    code: 'balance.insufficient',
    data: { available: 0, asked: 1 },
  })
  clock.advance(2 * day)
  expect(await balanceOf(customerId)).toMatchObject({ available: 50, pending: 0 })
  await spend(customerId, 20)
  clock.advance(3 * day)
  expect(await balanceOf(customerId)).toMatchObject({ available: 0, pending: 0 })
  expect(await settleDue(ctx, 1_000)).toBeGreaterThan(0)
  expect(await settleDue(ctx, 1_000)).toBe(0)
  expect((await listPostings(ctx, { customerId, limit: 10 })).map(({ kind, amount }) => [kind, amount])).toEqual([
    ['expire', -30],
    ['spend', -20],
    ['activate', 0],
    ['earn', 50],
  ])
  expect(await bookErrors(customerId)).toEqual([])
})

test('what is taken back after it was spent is owed, and repaid by what is earned next', async () => {
  const customerId = await newCustomer()
  const earned = await earn(customerId, 100)
  await spend(customerId, 70)
  await applyOperation(ctx, { kind: 'reverse', key: next('undo'), reverses: earned.key, unitId: unit.id, customerId })
  expect(await balanceOf(customerId)).toEqual({ available: 0, pending: 0, held: 0, owed: 70 })
  await earn(customerId, 100)
  expect(await balanceOf(customerId)).toEqual({ available: 30, pending: 0, held: 0, owed: 0 })
  expect(await totalsOf(ctx, { customerId, unitId: unit.id })).toEqual({ earned: 100, spent: 70 })
  expect(await bookErrors(customerId)).toEqual([])
})

test('a hold sets value aside; a part is captured, the rest released', async () => {
  const customerId = await newCustomer()
  await earn(customerId, 100, { expiresAt: inDays(9) })
  const hold = await applyOperation(ctx, { kind: 'hold', key: next('hold'), unitId: unit.id, customerId, amount: 60 })
  expect(await balanceOf(customerId)).toMatchObject({ available: 40, held: 60 })
  await applyOperation(ctx, {
    kind: 'capture',
    key: next('capture'),
    reverses: hold.key,
    unitId: unit.id,
    customerId,
    amount: 25,
  })
  await applyOperation(ctx, { kind: 'release', key: next('release'), reverses: hold.key, unitId: unit.id, customerId })
  expect(await balanceOf(customerId)).toMatchObject({ available: 75, held: 0 })
  await expect(
    applyOperation(ctx, {
      kind: 'capture',
      key: next('capture'),
      reverses: hold.key,
      unitId: unit.id,
      customerId,
      amount: 1,
    }),
  ).rejects.toMatchObject({
    code: 'posting.already_reversed',
  })
  expect(await bookErrors(customerId)).toEqual([])
})

test('a merge moves every balance with its lots, what was earned before can still be undone, and the undo gives the lots back', async () => {
  const [from, into] = [await newCustomer(), await newCustomer()]
  const earned = await earn(from, 80, { expiresAt: inDays(20) })
  await earn(into, 5)
  const key = next('merge')
  const lotIds = await moveBalances(ctx, { fromId: from, intoId: into, key })
  expect([await balanceOf(from), await balanceOf(into)]).toMatchObject([{ available: 0 }, { available: 85 }])
  await dbOf(pool).query(
    sql`update customers set state = 'merged', merged_into = ${into} where tenant_id = ${ctx.tenant.id} and id = ${from}`,
  )
  await applyOperation(ctx, {
    kind: 'reverse',
    key: next('undo'),
    reverses: earned.key,
    unitId: unit.id,
    customerId: into,
    amount: 30,
  })
  expect(await balanceOf(into)).toMatchObject({ available: 55 })
  await restoreBalances(ctx, { fromId: into, intoId: from, key: `${key}:undo`, lotIds })
  expect([await balanceOf(from), await balanceOf(into)]).toMatchObject([{ available: 50 }, { available: 5 }])
  expect([await bookErrors(from), await bookErrors(into)]).toEqual([[], []])
})

test('amounts that are no positive integers are refused', async () => {
  const customerId = await newCustomer()
  for (const amount of [0, -5, 1.5, Number.NaN, 2 ** 53])
    await expect(earn(customerId, amount)).rejects.toMatchObject({ code: 'amount.invalid' })
  await expect(
    applyOperation(ctx, {
      kind: 'transfer',
      key: next('t'),
      unitId: unit.id,
      customerId,
      toCustomerId: customerId,
      amount: 1,
    }),
  ).rejects.toMatchObject({
    code: 'customer.merge_same',
  })
})

test('whatever is done in whatever order, the books agree and nobody has more than was earned', async () => {
  const step = fc.record({
    kind: fc.constantFrom(
      'earn',
      'spend',
      'adjust',
      'hold',
      'capture',
      'release',
      'reverse',
      'transfer',
      'wait' as const,
    ),
    amount: fc.integer({ min: 1, max: 120 }),
    pick: fc.nat(),
    days: fc.integer({ min: -1, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const customers = [await newCustomer(), await newCustomer()]
      const made: string[] = []
      for (const { kind, amount, pick, days } of steps) {
        const customerId = customers[pick % 2] ?? 0
        const key = next('random')
        const base = { key, unitId: unit.id, customerId }
        if (kind === 'wait') clock.advance(Math.max(0, days) * day)
        else if (kind === 'earn')
          await applyOperations(ctx, [
            {
              ...base,
              kind,
              amount,
              activatesAt: days > 3 ? inDays(1) : undefined,
              expiresAt: days > 0 ? inDays(days) : undefined,
            },
          ])
        else if (kind === 'capture' || kind === 'release' || kind === 'reverse') {
          const reverses = made[pick % Math.max(1, made.length)] ?? 'none'
          await applyOperations(ctx, [{ ...base, kind, reverses, amount: pick % 3 === 0 ? amount : undefined }])
        } else if (kind === 'transfer')
          await applyOperations(ctx, [{ ...base, kind, amount, toCustomerId: customers[(pick + 1) % 2] ?? 0 }])
        else await applyOperations(ctx, [{ ...base, kind, amount: kind === 'adjust' && pick % 2 ? -amount : amount }])
        made.push(key)
      }
      for (const customerId of customers) expect(await bookErrors(customerId)).toEqual([])
      const [floor] = await dbOf(pool).query<{ broken: number }>(sql`
        select count(*) as broken from ledger_accounts where tenant_id = ${ctx.tenant.id} and role <> 'owed' and balance < 0`)
      expect(floor?.broken).toBe(0)
    }),
    { numRuns: 60, verbose: 1 },
  )
})

test('many earnings at once are booked as one by one: in order, with every balance between, and a retry changes nothing', async () => {
  const people = [await newCustomer(), await newCustomer(), await newCustomer()]
  const earnings = Array.from({ length: 30 }, (_, index) => ({
    kind: 'earn' as const,
    key: next('many'),
    unitId: unit.id,
    customerId: people[index % 3] ?? 0,
    amount: index + 1,
    expiresAt: inDays(index % 2 === 0 ? 30 : 60),
  }))
  const together = await applyOperations(ctx, earnings)
  const running = new Map<number, number>()
  expect(together).toEqual(
    earnings.map(({ key, customerId, amount }) => {
      const balance = (running.get(customerId) ?? 0) + amount
      running.set(customerId, balance)
      return { key, postingId: expect.any(Number), amount, balance, replayed: false }
    }),
  )
  expect(together.map((one) => 'postingId' in one && one.postingId)).toEqual(
    together.flatMap((one) => ('postingId' in one ? one.postingId : [])).sort((a, b) => a - b),
  )
  for (const result of await applyOperations(ctx, earnings)) expect(result).toMatchObject({ replayed: true })
  for (const [customerId, balance] of running) {
    expect(await balanceOf(customerId)).toMatchObject({ available: balance })
    expect(await bookErrors(customerId)).toEqual([])
  }
})

test('among many earnings, what is owed is paid back and what is due expires', async () => {
  const [debtor, other] = [await newCustomer(), await newCustomer()]
  const key = next('owed')
  await earn(debtor, 100, { key })
  await spend(debtor, 100)
  await applyOperation(ctx, {
    kind: 'reverse',
    key: next('reverse'),
    reverses: key,
    unitId: unit.id,
    customerId: debtor,
  })
  const operations = [debtor, other, debtor].map((customerId) => ({
    kind: 'earn' as const,
    key: next('many'),
    unitId: unit.id,
    customerId,
    amount: 70,
  }))
  await applyOperations(ctx, operations)
  expect(await balanceOf(debtor)).toMatchObject({ available: 40, owed: 0 })
  expect(await balanceOf(other)).toMatchObject({ available: 70 })
  expect(await bookErrors(debtor)).toEqual([])
})
