import fc from 'fast-check'
import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { fixedClock } from '../../platform/clock.ts'
import { dbOf, sql } from '../../platform/db.ts'
import { createCustomer } from '../customers/index.ts'
import { addUnit, applyOperation, applyOperations, type OperationResult } from './index.ts'

const { pool } = await testDatabase()
const clock = fixedClock('2026-03-01T12:00:00Z')
const ctx = await newTenant(pool, { clock })
const points = { kind: 'points', code: 'p', name: 'Points', currency: null, scale: 0, isDefault: true } as const
const unitId = (await addUnit(ctx, points)).id

let numbers = 0
const next = (what: string) => `${what}-${++numbers}`
const newCustomer = async () => (await createCustomer(ctx, { firstName: next('Customer') })).id
const dayMs = 86_400_000
const inDays = (days: number) => new Date(clock.now().getTime() + days * dayMs)
const reversal = (customerId: number, reverses: string, amount?: number) =>
  ({ kind: 'reverse', key: next('back'), reverses, unitId, customerId, ...(amount ? { amount } : {}) }) as const

/** A customer's accounts and lots, each account with what its postings and its lots add up to. */
async function booksOf(customerId: number) {
  const accounts = await dbOf(pool).query<{ role: string; balance: number; posted: number; laid: number | null }>(sql`
    select role, balance,
           (select coalesce(sum(case when to_account_id = a.id then amount else -amount end), 0)::bigint from postings
             where tenant_id = a.tenant_id and a.id in (to_account_id, from_account_id)) as posted,
           (select sum(remaining)::bigint from lots where tenant_id = a.tenant_id and account_id = a.id) as laid
      from ledger_accounts a where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} order by role`)
  for (const { role, balance, posted, laid } of accounts) {
    expect(posted).toBe(balance)
    if (role === 'available' || role === 'pending') expect(laid ?? 0).toBe(balance)
  }
  const lots = await dbOf(pool).query(sql`
    select a.role, l.amount, l.remaining, (select sum(amount)::bigint from lot_movements where tenant_id = l.tenant_id and lot_id = l.id) as moved
      from lots l join ledger_accounts a on a.tenant_id = l.tenant_id and a.id = l.account_id
     where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ${customerId} order by l.id`)
  return { accounts: accounts.filter(({ balance }) => balance !== 0), lots }
}

test('many reversals at once are booked in order, with every balance between, and a retry changes nothing', async () => {
  const people = [await newCustomer(), await newCustomer()]
  const given = Array.from({ length: 20 }, (_, index) => ({
    kind: 'earn' as const,
    key: next('given'),
    unitId,
    customerId: people[index % 2] ?? 0,
    amount: 10 + index,
  }))
  await applyOperations(ctx, given)
  const operations = given.flatMap(({ customerId, key, amount }) => [
    reversal(customerId, key, 3),
    reversal(customerId, key, amount - 3),
  ])
  const left = new Map<number, number>()
  for (const { customerId, amount } of given) left.set(customerId, (left.get(customerId) ?? 0) + amount)
  const results = await applyOperations(ctx, operations)
  expect(results).toEqual(
    operations.map(({ key, customerId, amount = 0 }) => {
      const balance = (left.get(customerId) ?? 0) - amount
      left.set(customerId, balance)
      return { key, postingId: expect.any(Number), amount, balance, replayed: false }
    }),
  )
  expect(await applyOperations(ctx, operations)).toEqual(
    results.map((result) => ({ ...result, balance: 0, replayed: true })),
  )
  for (const id of people) {
    const { accounts, lots } = await booksOf(id)
    expect(accounts).toEqual([])
    expect(lots).toHaveLength(10)
  }
})

test('whatever is reversed, all together comes to what one by one does', async () => {
  const step = fc.record({
    customer: fc.nat(2),
    what: fc.constantFrom('earn', 'earn', 'earn', 'spend', 'late', 'short'),
    amount: fc.integer({ min: 1, max: 40 }),
  })
  const back = fc.record({
    of: fc.nat(11),
    amount: fc.option(fc.integer({ min: 1, max: 15 }), { nil: undefined, freq: 9 }),
  })
  const world = fc.record({
    steps: fc.array(step, { minLength: 4, maxLength: 12 }),
    backs: fc.array(back, { minLength: 2, maxLength: 6 }),
    // Half of the batches reverse nothing but earnings that are still there, mostly.
    plain: fc.boolean(),
  })
  type Step = { customer: number; what: string; amount: number }

  async function live(steps: readonly Step[]): Promise<{ people: number[]; made: [string, number][] }> {
    const people = [await newCustomer(), await newCustomer(), await newCustomer()]
    const made: [string, number][] = []
    for (const { customer, what, amount } of steps) {
      const base = { key: next('step'), unitId, customerId: people[customer] ?? 0, amount }
      made.push([base.key, base.customerId])
      if (what === 'spend') await applyOperations(ctx, [{ ...base, kind: 'spend' }])
      else
        await applyOperation(ctx, {
          ...base,
          kind: 'earn',
          ...(what === 'late' ? { activatesAt: inDays(5) } : {}),
          ...(what === 'short' ? { expiresAt: inDays(1) } : {}),
        })
    }
    return { people, made }
  }

  let many = 0
  await fc.assert(
    fc.asyncProperty(world, async ({ steps, backs, plain }) => {
      const lived = plain ? steps.map((step) => ({ ...step, what: 'earn' })) : steps
      const worlds = [await live(lived), await live(lived)]
      clock.advance(2 * dayMs)
      const told = []
      for (const [apart, { people, made }] of worlds.entries()) {
        const operations = backs.map(({ of, amount }) => {
          const [key, customerId] = made[of % made.length] ?? ['', 0]
          return reversal(customerId, key, amount)
        })
        const results: OperationResult[] = []
        for (const batch of apart ? operations.map((operation) => [operation]) : [operations])
          results.push(...(await applyOperations(ctx, batch)))
        const books = []
        for (const id of people) books.push(await booksOf(id))
        told.push({ results: results.map((result) => ({ ...result, key: '', postingId: 0 })), books })
        if (results.every((result) => 'postingId' in result)) many++
      }
      expect(told[0]).toEqual(told[1])
    }),
    { numRuns: 50 },
  )
  // Not only refusals were compared.
  expect(many).toBeGreaterThan(15)
})
