// Behaviour events over HTTP, one a request and many a request, each answered after its commit, against multi-row inserts
// of the same rows from plain SQL on the same server.
import pg from 'pg'
import { maintainEvents } from '../server/src/core/events/index.ts'
import { makeCtx } from '../server/src/platform/ctx.ts'
import type { Pool } from '../server/src/platform/db.ts'
import { makeLog } from '../server/src/platform/log.ts'
import { makeServer } from '../server/src/platform/server.ts'
import { createTenant, describeConnections } from '../server/src/template/index.ts'
import { withBenchDatabase } from './shared/database.ts'
import { type Measured, runLoad } from './shared/load.ts'
import { type BenchServer, withBenchServer } from './shared/server.ts'

const devices = 1_000
const products = 5_000
const itemsPerBatch = 100
const seconds = Number(process.env.BENCH_SECONDS ?? 8)
const rounds = 3

export async function bench(): Promise<void> {
  await withBenchDatabase(async ({ url, pool }) => {
    const shopId = await makeShop(pool)
    await withBenchServer(url, async (server) => {
      await warmUp(server, shopId)
      const before = await countEvents(pool)
      console.log('events, answered after commit   events/s   requests/s   p50 ms   p99 ms   of plain SQL')
      const rates: { single: number; batched: number; sql: number }[] = []
      let recorded = 0
      for (let round = 1; round <= rounds; round++) {
        const single = await measure(server, { shopId, items: 1, connections: 64 })
        const batched = await measure(server, { shopId, items: itemsPerBatch, connections: 16 })
        recorded += single.answered + batched.answered * itemsPerBatch
        const sql = await plainSql(url)
        recorded += sql * sqlSeconds
        rates.push({
          single: report('one per request', single, 1, sql),
          batched: report(`${itemsPerBatch} per request`, batched, itemsPerBatch, sql),
          sql,
        })
        console.log(line(`plain SQL, ${sqlRows} rows`, [sql]))
      }
      const stored = (await countEvents(pool)) - before
      console.log(
        `median of ${rounds}: one per request ${median(rates, 'single')}/s, batched ${median(rates, 'batched')}/s,`,
      )
      console.log(`plain SQL ${median(rates, 'sql')}/s. Answered ${Math.round(recorded)} events, stored ${stored}.`)
      if (stored < Math.round(recorded)) throw new Error('an answered event is missing')
    })
  })
}

function median(rates: readonly { single: number; batched: number; sql: number }[], key: 'single' | 'batched' | 'sql') {
  const sorted = rates.map((rate) => rate[key]).sort((a, b) => a - b)
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)
}

async function makeShop(pool: Pool): Promise<string> {
  const server = await makeServer({ pool, log: makeLog({ level: 'error' }) })
  const { tenant } = await createTenant(server, { slug: 'bench', name: 'Bench', template: 'empty' })
  await maintainEvents(server)
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'bench', via: 'cli' })
  return (await describeConnections(ctx, { publicUrl: '' })).rees46.shop_id
}

/** Every device is known and the code is warm before anything is measured. */
async function warmUp(server: BenchServer, shopId: string): Promise<void> {
  let next = 0
  const request = () => pushRequest({ shopId, did: next++ % devices, items: 1 })
  while (next < devices * 3) await runLoad({ ...server, connections: 32, seconds: 1, request })
}

function measure(server: BenchServer, how: { shopId: string; items: number; connections: number }): Promise<Measured> {
  const request = () => pushRequest({ ...how, did: Math.floor(Math.random() * devices) })
  return runLoad({ ...server, connections: how.connections, seconds, request })
}

function pushRequest(how: { shopId: string; did: number; items: number }): Buffer {
  const items = Array.from({ length: how.items }, () => ({ id: `P${Math.floor(Math.random() * products)}` }))
  const body = JSON.stringify({
    shop_id: how.shopId,
    did: `bench-${how.did}`,
    seance: `s${how.did}`,
    sid: `s${how.did}`,
    stream: 'web',
    event: 'view',
    items,
  })
  return Buffer.from(
    `POST /rees46/push HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

function report(name: string, measured: Measured, events: number, sql: number): number {
  if (measured.failed > 0) throw new Error(`${measured.failed} requests failed`)
  const requests = measured.answered / measured.seconds
  console.log(line(name, [requests * events, requests, measured.p50, measured.p99], (requests * events) / sql))
  return requests * events
}

function line(name: string, figures: readonly number[], ratio?: number): string {
  const [rate = 0, requests, p50, p99] = figures
  const cells = [
    Math.round(rate).toString().padStart(9),
    (requests === undefined ? '' : Math.round(requests).toString()).padStart(12),
    (p50?.toFixed(1) ?? '').padStart(9),
    (p99?.toFixed(1) ?? '').padStart(9),
    (ratio === undefined ? '' : `${(ratio * 100).toFixed(0)} %`).padStart(14),
  ]
  return name.padEnd(30) + cells.join('')
}

const sqlRows = 1_000
const sqlSeconds = 4

/** insert … values with a thousand rows, two connections, one statement a commit. */
async function plainSql(url: string): Promise<number> {
  const end = performance.now() + sqlSeconds * 1000
  const counts = await Promise.all([insertUntil(url, end), insertUntil(url, end)])
  return (counts[0] + counts[1]) / sqlSeconds
}

async function insertUntil(url: string, end: number): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const [{ tenant_id, customer_id, device_id }] = (
    await client.query('select tenant_id, customer_id, device_id from events where device_id is not null limit 1')
  ).rows
  let rows = 0
  while (performance.now() < end) {
    const values = Array.from({ length: sqlRows }, () => {
      const product = `P${Math.floor(Math.random() * products)}`
      return `(${tenant_id}, now(), 'product_viewed', ${customer_id}, ${device_id}, 's1', '${product}', '{"stream": "web"}')`
    })
    await client.query(
      `insert into events (tenant_id, occurred_at, type, customer_id, device_id, session, product_code, data)
       values ${values.join(',')}`,
    )
    rows += sqlRows
  }
  await client.end()
  return rows
}

async function countEvents(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>('select count(*) from events')
  return rows[0]?.count ?? 0
}
