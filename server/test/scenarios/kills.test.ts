// Answered means durable: 64 clients work on the ledger over HTTP while the server and PostgreSQL are killed in between.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { killableServer, randomOf, untilAnswered } from '../killable.ts'

const server = await killableServer()
const base = `${server.origin}/api/v1`
const seed = Number(process.env.TEST_SEED ?? randomInt(1, 1_000_000_000))
const connections = 64
const operationsEach = 15
const customers = 12

afterAll(() => server.remove())

test(`no answered operation is lost and none doubled through kills of server and database (TEST_SEED=${seed})`, async () => {
  console.log(`kills: TEST_SEED=${seed}`)
  server.start()
  const created = server.cli('tenant', 'create', 'kills', '--name', 'Kills', '--template', 'retail', '--json')
  const headers = { authorization: `Bearer ${JSON.parse(created).api.key}`, 'content-type': 'application/json' }
  const ids = await Promise.all(Array.from({ length: customers }, (_, index) => newCustomer(headers, index)))
  const answered: Answer[] = []
  const work = Promise.all(Array.from({ length: connections }, (_, loop) => client({ loop, ids, headers, answered })))
  const random = randomOf(seed)
  for (const victim of ['server', 'database', 'server', 'database'] as const) {
    await until(answered.length + Math.floor((connections * operationsEach) / 6), answered)
    await server.kill(victim, random() * 300)
  }
  await work
  expect(answered).toHaveLength(connections * operationsEach)
  for (const [index, id] of ids.entries()) {
    const mine = answered.filter((answer) => answer.customer === index && answer.posted)
    const expected = mine.reduce((sum, answer) => sum + (answer.kind === 'earn' ? answer.amount : -answer.amount), 0)
    expect(await pointsOf(headers, id)).toBe(expected)
  }
  expect(server.cli('verify')).toContain('hold')
}, 480_000)

interface Answer {
  readonly customer: number
  readonly kind: 'earn' | 'spend'
  readonly amount: number
  /** false: refused, as more was asked than was there. */
  readonly posted: boolean
}

/** Does its operations one after the other; one that is not answered is sent again under the same key until it is. */
async function client(one: {
  loop: number
  ids: readonly number[]
  headers: Record<string, string>
  answered: Answer[]
}): Promise<void> {
  const random = randomOf(seed + one.loop)
  for (let number = 0; number < operationsEach; number++) {
    const customer = Math.floor(random() * one.ids.length)
    const kind = random() < 0.5 ? 'earn' : 'spend'
    const amount = 1 + Math.floor(random() * 50)
    const headers = { ...one.headers, 'idempotency-key': `op-${one.loop}-${number}` }
    const body = JSON.stringify({ kind, amount, note: 'kills' })
    const { status } = await untilAnswered(
      () => fetch(`${base}/customers/${one.ids[customer]}/postings`, { method: 'POST', headers, body }),
      (status, text) => status < 300 || text.includes('balance.insufficient'),
    )
    one.answered.push({ customer, kind, amount, posted: status < 300 })
  }
}

async function until(count: number, answered: readonly Answer[]): Promise<void> {
  while (answered.length < count && answered.length < connections * operationsEach) await delay(20)
}

async function newCustomer(headers: Record<string, string>, index: number): Promise<number> {
  for (;;) {
    const response = await fetch(`${base}/customers`, {
      method: 'POST',
      headers: { ...headers, 'idempotency-key': `customer-${index}` },
      body: JSON.stringify({ first_name: 'K', last_name: String(index) }),
    }).catch(() => undefined)
    if (response?.ok) return ((await response.json()) as { id: number }).id
    await delay(100)
  }
}

async function pointsOf(headers: Record<string, string>, id: number): Promise<number> {
  const response = await fetch(`${base}/customers/${id}/balances`, { headers })
  const { items } = (await response.json()) as { items: { unit: { kind: string; code: string }; available: number }[] }
  return items.find(({ unit }) => unit.kind === 'points')?.available ?? Number.NaN
}
