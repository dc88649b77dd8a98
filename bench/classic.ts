import { readFileSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { updateCustomer } from '../server/src/core/customers/index.ts'
import { type Ctx, makeCtx } from '../server/src/platform/ctx.ts'
import type { Pool } from '../server/src/platform/db.ts'
import { makeLog } from '../server/src/platform/log.ts'
import { makeServer } from '../server/src/platform/server.ts'
import { createTenant, describeConnections } from '../server/src/template/index.ts'
import { type BenchDatabase, withBenchDatabase } from './shared/database.ts'
import { median } from './shared/measure.ts'
import { type BenchServer, withBenchServer } from './shared/server.ts'

const defaultCount = 1_000_000
const rounds = 3
const changed = 10

/**
 * The report of all customers as a stream, against COPY of the same rows from the same server, with the memory of the
 * server's process meanwhile; then the call that finds the ten customers who changed since.
 */
export function bench(args: readonly string[]): Promise<void> {
  const count = Number(args[0] ?? defaultCount)
  if (!Number.isInteger(count) || count < 1) throw new Error('name a number of customers: bench classic 100000')
  return withBenchDatabase((database) => run(database, count))
}

async function run({ url, pool }: BenchDatabase, count: number): Promise<void> {
  const server = await makeServer({ pool, log: makeLog({ level: 'warn' }) })
  const { tenant } = await createTenant(server, { slug: 'classic', name: 'Bench', template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'bench', via: 'bench' })
  const { base_url: _, ...user } = (await describeConnections(ctx, { publicUrl: '' })).classic
  const began = performance.now()
  await fill(pool, tenant.id, count)
  console.log(`classic: customers_all of ${count} customers (made in ${seconds(performance.now() - began)})`)
  await withBenchServer(url, async (place) => {
    const call = (fields: Readonly<Record<string, string>>, progress?: Progress) =>
      ask(place, { ...user, type: 'reports', ...fields }, progress)
    const since = (last: string) => call({ report: 'customers_all', last })
    const first = await since(await lastChange(ctx))
    await stream({ url, tenantId: tenant.id, count, place }, (progress) => call({ report: 'customers_all' }, progress))
    console.log(`  ${'last, the first call of a new server'.padEnd(44)} ${first.ms.toFixed(1)} ms`)
    await withPlainClient(url, (plain) => feed(ctx, { call: since, plain }))
  })
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`

/** Straight into the tables: the making of customers is measured elsewhere. Each has what a row of the report shows. */
async function fill(pool: Pool, tenantId: number, count: number): Promise<void> {
  const step = 100_000
  // Indexes for searches, which no report reads: built afterwards they take a tenth of the time.
  const { rows: indexes } = await pool.query<{ name: string; definition: string }>(
    `select indexname as name, indexdef as definition from pg_indexes where schemaname = 'public' and indexdef like '%USING gin%'`,
  )
  for (const { name } of indexes) await pool.query(`drop index "${name}"`)
  const client = await pool.connect()
  // What is made here refers to what is made here: a superuser may leave the checks out.
  const { rows: users } = await client.query('select 1 from pg_user where usename = current_user and usesuper')
  if (users.length > 0) await client.query('set session_replication_role = replica')
  for (let from = 1; from <= count; from += step) {
    const to = Math.min(from + step - 1, count)
    await client.query(
      `with made as (
         insert into customers (tenant_id, code, first_name, last_name, country, attributes)
         select $1, '4' || lpad(n::text, 15, '0'), 'Jane ' || n, 'Doe ' || n % 5000, 'NZ',
                jsonb_build_object('custom_field', 'She likes cheese ' || n, 'custom_date', '1970-07-14')
           from generate_series($2::bigint, $3::bigint) n
         returning id, right(first_name, -5) as n),
       told as (
         insert into changes (tenant_id, entity, entity_id, customer_id, operation)
         select $1, 'customer', id, id, 'created' from made),
       placed as (
         insert into customer_addresses (tenant_id, customer_id, line1, line2, city, region, postal_code, country, is_primary)
         select $1, id, n || ' Main St.', 'Apt 3G', 'Anytown', 'ND', '12345', 'NZ', true from made)
       insert into identities (tenant_id, customer_id, kind, value, display, is_primary)
       select $1, id, kind, case kind when 'phone' then '+6421' || n else kind || n || '@shop.example' end,
              case kind when 'phone' then '+6421' || n else kind || n || '@shop.example' end, true
         from made, unnest(array['email', 'phone', 'login', 'card']) kind`,
      [tenantId, from, to],
    )
  }
  await client.query('reset session_replication_role')
  client.release()
  for (const { definition } of indexes) await pool.query(definition)
  await pool.query('vacuum analyze')
}

interface Stage {
  readonly url: string
  readonly tenantId: number
  readonly count: number
  readonly place: BenchServer
}

async function stream(
  { url, tenantId, count, place }: Stage,
  call: (progress: Progress) => Promise<Answered>,
): Promise<void> {
  const [ours, copies]: [number[], number[]] = [[], []]
  const growths: Growth[] = []
  for (let round = 0; round < rounds; round++) {
    const memory = watchMemory(place.pid)
    const answer = await call(memory.progress)
    growths.push(memory.stop())
    if (answer.rows !== count) throw new Error(`${answer.rows} customers came instead of ${count}`)
    ours.push(answer.ms)
    copies.push(await copy(url, tenantId))
    if (round === 0)
      console.log(
        `  ${(answer.bytes / 1e6).toFixed(0)} MB of XML, the first byte after ${answer.firstMs.toFixed(0)} ms`,
      )
  }
  const rate = (times: readonly number[]) =>
    `${((count * 1_000) / median(times)).toFixed(0).padStart(8)} rows/s   ${seconds(median(times))}`
  console.log(`  ${'customers_all'.padEnd(44)} ${rate(ours)}`)
  console.log(`  ${'COPY of the same query'.padEnd(44)} ${rate(copies)}`)
  const ratios = ours.map((ms, index) => ms / (copies[index] ?? 1))
  console.log(`  ${median(ratios).toFixed(2)} times COPY (${ratios.map((ratio) => ratio.toFixed(2)).join(', ')})`)
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  const shown = growths.map(({ early, peak }) => `${megabytes(early)} / ${megabytes(peak)}`).join(', ')
  console.log(`  memory of the server above what it was: after 10,000 rows / at most: ${shown}`)
}

async function feed(
  ctx: Ctx,
  by: { readonly call: (last: string) => Promise<Answered>; readonly plain: pg.Client },
): Promise<void> {
  const { call } = by
  const [times, plain, idle]: [number[], number[], number[]] = [[], [], []]
  let last = await lastChange(ctx)
  for (let round = 0; round < 20; round++) {
    const { rows } = await ctx.pool.query<{ id: number }>(
      'select id from customers where tenant_id = $1 order by id offset $2 limit $3',
      [ctx.tenant.id, round * 100, changed],
    )
    for (const { id } of rows) await updateCustomer(ctx, { id, patch: { lastName: `Round ${round}` } })
    const answer = await call(last)
    if (answer.rows !== changed) throw new Error(`${answer.rows} changed customers came instead of ${changed}`)
    times.push(answer.ms)
    const began = performance.now()
    const same = await by.plain.query(changedSince(ctx.tenant.id, last))
    if (same.rows.length !== changed) throw new Error(`${same.rows.length} rows came instead of ${changed}`)
    plain.push(performance.now() - began)
    last = answer.last
    const nothing = await call(last)
    if (nothing.rows !== 0) throw new Error(`${nothing.rows} customers came instead of none`)
    idle.push(nothing.ms)
  }
  const shown = (all: readonly number[]) =>
    `p50 ${median(all).toFixed(1)} ms   slowest ${Math.max(...all).toFixed(1)} ms`
  console.log(`  ${`last, ${changed} changed customers`.padEnd(44)} ${shown(times)}`)
  console.log(`  ${'the same by a plain query'.padEnd(44)} ${shown(plain)}`)
  console.log(`  ${'last, nobody changed'.padEnd(44)} ${shown(idle)}`)
}

async function lastChange(ctx: Ctx): Promise<string> {
  const { rows } = await ctx.pool.query<{ id: number }>('select max(id) as id from changes where tenant_id = $1', [
    ctx.tenant.id,
  ])
  return String(rows[0]?.id ?? 0)
}

/** Told how many rows have come. */
type Progress = (rows: number) => void

interface Answered {
  readonly rows: number
  readonly bytes: number
  readonly firstMs: number
  readonly ms: number
  readonly last: string
}

/** Counts what comes and keeps none of it. */
function ask(place: BenchServer, fields: Readonly<Record<string, string>>, progress?: Progress): Promise<Answered> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request({ ...place, path: `/classic?${new URLSearchParams(fields)}` }, (answer: IncomingMessage) => {
      let [rows, bytes, firstMs, end] = [0, 0, 0, '']
      answer.on('data', (chunk: Buffer) => {
        if (bytes === 0) firstMs = performance.now() - began
        bytes += chunk.length
        const text = end + chunk.toString('latin1')
        rows += text.split('</customer>').length - 1
        progress?.(rows)
        // A tag may be cut in two; what was counted must not be counted again.
        end = text.slice(Math.max(text.lastIndexOf('</customer>') + 11, text.length - 60))
      })
      answer.on('error', reject)
      answer.on('end', () => {
        const last = /<last>(\d+)<\/last>/.exec(end)?.[1] ?? ''
        resolve({ rows, bytes, firstMs, ms: performance.now() - began, last })
      })
    })
    sent.on('error', reject)
    sent.end()
  })
}

/** The columns of a row of the report, in one plain statement. */
const columns = `
  c.first_name, c.last_name, i.phone, i.email, a.line1, a.line2, a.city, a.region, a.postal_code, coalesce(a.country, c.country),
  c.attributes ->> 'custom_field', c.attributes ->> 'custom_date', i.login, c.code, coalesce(k.number, i.card)`
const joins = `
    left join lateral (
      select max(display) filter (where kind = 'email') as email, max(display) filter (where kind = 'phone') as phone,
             max(display) filter (where kind = 'login') as login, max(display) filter (where kind = 'card') as card
        from identities where tenant_id = c.tenant_id and customer_id = c.id) i on true
    left join lateral (
      select number from cards where tenant_id = c.tenant_id and customer_id = c.id and state = 'active' order by id limit 1) k on true
    left join lateral (
      select * from customer_addresses where tenant_id = c.tenant_id and customer_id = c.id and is_primary limit 1) a on true`

const everybody = (tenantId: number) => `
  select ${columns} from customers c ${joins}
   where c.tenant_id = ${Number(tenantId)} and c.state = 'identified' order by c.id`

const changedSince = (tenantId: number, last: string) => `
  select ${columns} from (
    select distinct customer_id from changes
     where tenant_id = ${Number(tenantId)} and id > ${Number(last)} and entity in ('customer', 'card')) ch
    join customers c on c.tenant_id = ${Number(tenantId)} and c.id = ch.customer_id ${joins}`

/** As psql would ask: without our connections' settings, every statement planned for its values. */
async function withPlainClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function copy(url: string, tenantId: number): Promise<number> {
  return withPlainClient(url, async (client) => {
    const began = performance.now()
    for await (const _ of client.query(copyTo(`copy (${everybody(tenantId)}) to stdout`)));
    return performance.now() - began
  })
}

interface Growth {
  readonly early: number
  readonly peak: number
}

/** How far the resident memory of a process rises above what it is now: up to the first ten thousand rows, and in all. */
function watchMemory(pid: number): { progress: Progress; stop(): Growth } {
  const before = residentBytes(pid)
  let [early, peak] = [0, 0]
  const look = () => {
    peak = Math.max(peak, residentBytes(pid) - before)
  }
  const timer = setInterval(look, 50)
  return {
    progress: (rows) => {
      if (rows > 10_000) return
      look()
      early = peak
    },
    stop: () => {
      clearInterval(timer)
      look()
      return { early, peak }
    },
  }
}

/** From Linux's own account of it; 0 elsewhere. */
function residentBytes(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
  } catch {
    return 0
  }
}
