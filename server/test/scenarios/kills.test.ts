// Answered means durable: 64 clients work on the ledger over HTTP while the server and PostgreSQL are killed in between.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { identityOf, waitForDeath } from '../../src/platform/postgres/process-identity.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'regulars-kills-'))
const port = await freePort()
const base = `http://127.0.0.1:${port}/api/v1`
const environment = {
  PATH: process.env.PATH,
  DATA_DIR: dataDir,
  PORT: String(port),
  REGULARS_DEMO: 'off',
  LOG_LEVEL: 'fatal',
}
const seed = Number(process.env.TEST_SEED ?? randomInt(1, 1_000_000_000))
const connections = 64
const operationsEach = 15
const customers = 12
let server: ChildProcess | undefined

afterAll(async () => {
  server?.kill('SIGKILL')
  const database = postgres()
  if (database) process.kill(database.pid, 'SIGQUIT')
  if (database) await waitForDeath(database, 10_000)
  rmSync(dataDir, { recursive: true, force: true })
})

test(`no answered operation is lost and none doubled through kills of server and database (TEST_SEED=${seed})`, async () => {
  console.log(`kills: TEST_SEED=${seed}`)
  server = serve()
  const created = cli('tenant', 'create', 'kills', '--name', 'Kills', '--template', 'retail', '--json')
  const headers = { authorization: `Bearer ${JSON.parse(created).api.key}`, 'content-type': 'application/json' }
  const ids = await Promise.all(Array.from({ length: customers }, (_, index) => newCustomer(headers, index)))
  const answered: Answer[] = []
  const work = Promise.all(Array.from({ length: connections }, (_, loop) => client({ loop, ids, headers, answered })))
  const random = randomOf(seed)
  for (const victim of ['server', 'database', 'server', 'database'] as const) {
    await until(answered.length + Math.floor((connections * operationsEach) / 6), answered)
    if (victim === 'database') process.kill(postgres()?.pid ?? 0, 'SIGKILL')
    else {
      server.kill('SIGKILL')
      await delay(random() * 300)
      server = serve()
    }
  }
  await work
  expect(answered).toHaveLength(connections * operationsEach)
  for (const [index, id] of ids.entries()) {
    const mine = answered.filter((answer) => answer.customer === index && answer.posted)
    const expected = mine.reduce((sum, answer) => sum + (answer.kind === 'earn' ? answer.amount : -answer.amount), 0)
    expect(await pointsOf(headers, id)).toBe(expected)
  }
  expect(cli('verify')).toContain('hold')
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
    const status = await untilAnswered(() =>
      fetch(`${base}/customers/${one.ids[customer]}/postings`, { method: 'POST', headers, body }),
    )
    one.answered.push({ customer, kind, amount, posted: status < 300 })
  }
}

/** A 2xx or the refusal of an overdraft is an answer; anything else (no connection, 5xx, still in progress) is tried again. */
async function untilAnswered(send: () => Promise<Response>): Promise<number> {
  for (;;) {
    const response = await send().catch(() => undefined)
    const text = response ? await response.text().catch(() => undefined) : undefined
    if (response && text !== undefined) {
      if (response.status < 300 || text.includes('balance.insufficient')) return response.status
      if (response.status < 500 && !text.includes('request.in_progress')) throw new Error(`${response.status} ${text}`)
    }
    await delay(50)
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

function serve(): ChildProcess {
  return spawn(process.execPath, [main, 'serve'], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
}

function cli(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    env: environment,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`)
  return stdout
}

function postgres() {
  try {
    return identityOf(Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]))
  } catch {
    return undefined
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** mulberry32: small, and the same numbers for the same seed. */
function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
