import { beforeAll, expect, it } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { changePassword, getTenant, signIn } from '../../core/accounts/index.ts'
import { listLists, listStats } from '../../core/audience/index.ts'
import { countProducts } from '../../core/catalog/index.ts'
import { countCustomers } from '../../core/customers/index.ts'
import { balancesOf } from '../../core/ledger/index.ts'
import { listPurchases } from '../../core/purchases/index.ts'
import { seededChance } from '../../platform/chance.ts'
import { fixedClock } from '../../platform/clock.ts'
import { type Ctx, makeCtx, type Server } from '../../platform/ctx.ts'
import { makeLog } from '../../platform/log.ts'
import { makeServer } from '../../platform/server.ts'
import { createTenant, type DemoLogin, ensureDemo } from '../index.ts'
import { inventPeople } from './people.ts'
import { inventSales, totalOf } from './sales.ts'

const now = new Date('2026-11-21T12:00:00Z')
const { pool } = await testDatabase()
let server: Server
let login: DemoLogin | undefined
let ctx: Ctx

beforeAll(async () => {
  server = await makeServer({ pool, log: makeLog({ level: 'silent' }), clock: fixedClock(now) })
  const both = await Promise.all([ensureDemo(server), ensureDemo(server)])
  login = both[0]
  expect(both[1]).toEqual(login)
  ctx = makeCtx(server, await getTenant(server, 'demo'), { kind: 'system', id: 'test', via: 'test' })
}, 180_000)

it('the demo is made once, also by two processes at once, and says its login again', async () => {
  expect(login?.email).toBe('demo@regulars.example')
  expect(await ensureDemo(server)).toEqual(login)
  const signedIn = await signIn(server, { email: login?.email ?? '', password: login?.password ?? '' })
  expect(signedIn).toMatchObject({ tenant: { slug: 'demo' }, staff: { role: 'owner' } })
  const change = { id: signedIn.staff.id, currentPassword: login?.password ?? '', newPassword: 'chosen by a person' }
  await changePassword(ctx, change)
  expect(await ensureDemo(server)).toBeUndefined()
})

it('is not made beside other tenants', async () => {
  const other = await testDatabase()
  const elsewhere = await makeServer({ pool: other.pool, log: makeLog({ level: 'silent' }) })
  await createTenant(elsewhere, { slug: 'mine', name: 'Mine', template: 'empty' })
  expect(await ensureDemo(elsewhere)).toBeUndefined()
})

it('has trade of thirteen months up to this week, in stores and online, with returns and points', async () => {
  expect(await countCustomers(ctx, {})).toBe(300)
  expect(await countProducts(ctx, {})).toBe(60)
  const { total } = await listPurchases(ctx, { kind: 'sale', limit: 1, withTotal: true })
  expect(total).toBeGreaterThan(2_300)
  const cancelled = await listPurchases(ctx, { kind: 'cancellation', limit: 1, withTotal: true })
  expect(cancelled.total).toBeGreaterThan(60)
  const { items } = await listPurchases(ctx, { limit: 500 })
  expect(Math.max(...items.map((one) => one.occurredAt.getTime()))).toBeGreaterThan(now.getTime() - 3 * 86_400_000)
  expect(items.every((one) => one.occurredAt <= now)).toBe(true)
  const customer = items.find((one) => one.customerId !== null && one.pointsEarned > 0)
  const balances = await balancesOf(ctx, customer?.customerId ?? 0)
  expect(balances.some((one) => one.available > 0)).toBe(true)
  const [list] = await listLists(ctx)
  const stats = await listStats(ctx, list?.id ?? 0)
  expect(stats.active).toBeGreaterThan(100)
  expect(stats.inactive).toBeGreaterThan(5)
})

it('what is invented is the same for the same seed and moment', () => {
  const invent = () => {
    const chance = seededChance('again')
    const people = inventPeople(chance, now, 40)
    return { people, sales: inventSales(chance, { now, days: 60, count: 300, people, stores: 2 }) }
  }
  const [one, other] = [invent(), invent()]
  expect(one).toEqual(other)
  expect(new Set(one.people.map((person) => person.email)).size).toBe(40)
  expect(one.sales.every((sale) => sale.at < now && totalOf(sale.lines) > 0)).toBe(true)
  const early = one.sales.filter((sale) => sale.person !== undefined)
  expect(early.every((sale) => (one.people[sale.person ?? 0]?.joinedAt ?? now) < sale.at)).toBe(true)
})
