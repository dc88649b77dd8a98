import { expect, test } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { newTenant } from '../../test/tenant.ts'
import { createCustomer } from '../core/customers/index.ts'
import { addUnit, applyOperation, listPostings } from '../core/ledger/index.ts'
import { listMessages, sendMessage } from '../core/messaging/index.ts'
import { fixedClock } from '../platform/clock.ts'
import { openPool } from '../platform/db.ts'
import { makeLog } from '../platform/log.ts'
import { makeServer } from '../platform/server.ts'
import { startJobs } from './index.ts'
import { scheduledTasks } from './tasks.ts'

const { pool } = await testDatabase()
const clock = fixedClock(new Date())
const log = makeLog({ level: 'silent' })

async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if (await check()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`it never came to this: ${what}`)
}

test('a worker that starts does what became due while none ran, and stops when told', async () => {
  const server = await makeServer({ pool, log, clock })
  const ctx = await newTenant(pool, { clock })
  const unit = await addUnit(ctx, { kind: 'points', code: 'p', name: 'P', currency: null, scale: 0, isDefault: true })
  const { id: customerId } = await createCustomer(ctx, {})
  const expiresAt = new Date(clock.now().getTime() + 60_000)
  await applyOperation(ctx, { kind: 'earn', key: 'k', unitId: unit.id, customerId, amount: 10, expiresAt })
  await sendMessage(ctx, { key: 'm', channel: 'email', purpose: 'security', to: 'jane@example.com', subject: 'Code' })
  clock.advance(120_000)
  const jobs = await startJobs(server)
  await until('the points expired', async () => {
    const [last] = await listPostings(ctx, { customerId, limit: 1 })
    return last?.kind === 'expire'
  })
  await until('the message was sent', async () => (await listMessages(ctx, {}))[0]?.state === 'sent')
  await jobs.stop()
})

test('a worker starts and stops while the database is away', async () => {
  const server = await makeServer({ pool, log, clock })
  const away = openPool({ url: 'postgres://nobody@127.0.0.1:1/nothing', max: 1 })
  const jobs = await startJobs({ ...server, pool: away })
  await jobs.stop()
  await away.end()
})

test('a job that fails is tried again, and the others run on', async () => {
  const server = await makeServer({ pool, log, clock })
  const ran: string[] = []
  const failing = {
    name: 'failing',
    cron: '0 0 1 1 *',
    run: async () => {
      ran.push('failing')
      throw new Error('on purpose')
    },
  }
  const working = {
    name: 'working',
    cron: '0 0 1 1 *',
    run: async () => {
      ran.push('working')
    },
  }
  const jobs = await startJobs(server, [failing, working])
  await until(
    'both ran, one twice',
    async () => ran.filter((name) => name === 'failing').length > 1 && ran.includes('working'),
  )
  await jobs.stop()
})

test('the schedules name every task once', () => {
  const names = scheduledTasks.map((task) => task.name)
  expect(new Set(names).size).toBe(names.length)
})
