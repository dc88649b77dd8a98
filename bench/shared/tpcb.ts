import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openPool } from '../../server/src/platform/db.ts'
import { type Measurement, measure, summarise } from './measure.ts'

// The baseline of the value benches: TPC-B, the transaction PostgreSQL's own pgbench runs, prepared, on the same server.

const run = promisify(execFile)
const scale = 10

/** Fills pgbench's tables; uses pgbench where it is installed, else the same transaction from here. */
export async function prepareTpcb(
  url: string,
): Promise<{ name: string; run(options: { concurrency: number; seconds: number }): Promise<Measurement> }> {
  const program = await findPgbench()
  if (!program) return prepareOwn(url)
  const pgbench = (args: string[]) => run(program, [...args, url], { maxBuffer: 16 * 1024 * 1024 })
  await pgbench(['-i', '-q', '-s', String(scale)])
  return {
    name: 'pgbench TPC-B (prepared)',
    run: async ({ concurrency, seconds }) => {
      const folder = mkdtempSync(join(tmpdir(), 'regulars-pgbench-'))
      const counts = ['-c', String(concurrency), '-j', '2', '-T', String(seconds)]
      try {
        const { stdout } = await pgbench([
          '-n',
          '-M',
          'prepared',
          ...counts,
          '-l',
          `--log-prefix=${join(folder, 'log')}`,
        ])
        const measured = summarise(latenciesIn(folder), seconds * 1_000)
        return { ...measured, perSecond: Number(/tps = ([\d.]+)/.exec(stdout)?.[1] ?? 0) }
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  }
}

/** In ms. pgbench writes a line a transaction: client, number, microseconds, script, time. */
function latenciesIn(folder: string): number[] {
  const lines = readdirSync(folder).flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
  return lines.map((line) => Number(line.split(' ')[2]) / 1_000)
}

async function findPgbench(): Promise<string | undefined> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  for (const candidate of ['pgbench', ...versions.map((version) => `/usr/lib/postgresql/${version}/bin/pgbench`)]) {
    const found = await run(candidate, ['--version']).then(
      () => true,
      () => false,
    )
    if (found) return candidate
  }
  return undefined
}

async function prepareOwn(url: string): ReturnType<typeof prepareTpcb> {
  const pool = openPool({ url, max: 2 })
  await pool.query(`
    create table pgbench_branches (bid int primary key, bbalance int not null, filler char(88));
    create table pgbench_tellers (tid int primary key, bid int, tbalance int not null, filler char(84));
    create table pgbench_accounts (aid int primary key, bid int, abalance int not null, filler char(84));
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    insert into pgbench_branches select i, 0 from generate_series(1, ${scale}) i;
    insert into pgbench_tellers select i, (i - 1) / 10 + 1, 0 from generate_series(1, ${scale} * 10) i;
    insert into pgbench_accounts select i, (i - 1) / 100000 + 1, 0, '' from generate_series(1, ${scale} * 100000) i;
    analyze pgbench_accounts`)
  await pool.end()
  return { name: 'TPC-B from Node (pgbench is not installed)', run: (options) => runOwn(url, options) }
}

async function runOwn(url: string, options: { concurrency: number; seconds: number }): Promise<Measurement> {
  const pool = openPool({ url, max: options.concurrency })
  const random = (below: number) => 1 + Math.floor(Math.random() * below)
  const named = (name: string, text: string, values: unknown[]) => ({ name, text, values })
  const result = await measure(options, async () => {
    const [aid, tid, bid, delta] = [random(scale * 100_000), random(scale * 10), random(scale), random(10_000) - 5_000]
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query(
        named('a', 'update pgbench_accounts set abalance = abalance + $1 where aid = $2', [delta, aid]),
      )
      await client.query(named('s', 'select abalance from pgbench_accounts where aid = $1', [aid]))
      await client.query(named('t', 'update pgbench_tellers set tbalance = tbalance + $1 where tid = $2', [delta, tid]))
      await client.query(
        named('b', 'update pgbench_branches set bbalance = bbalance + $1 where bid = $2', [delta, bid]),
      )
      await client.query(
        named(
          'h',
          'insert into pgbench_history (tid, bid, aid, delta, mtime) values ($1, $2, $3, $4, current_timestamp)',
          [tid, bid, aid, delta],
        ),
      )
      await client.query('commit')
    } finally {
      client.release()
    }
  })
  await pool.end()
  return result
}
