// A database for one measurement, on the same server as everything else, dropped afterwards.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { readConfig } from '../../server/src/platform/config.ts'
import { openPool, type Pool } from '../../server/src/platform/db.ts'
import { migrate } from '../../server/src/platform/migrate.ts'
import { openDatabase } from '../../server/src/platform/postgres/index.ts'

export interface BenchDatabase {
  readonly url: string
  readonly pool: Pool
}

export async function withBenchDatabase(work: (database: BenchDatabase) => Promise<void>): Promise<void> {
  const server = await openDatabase({ ...readConfig(), log: () => {} })
  const name = `regulars_bench_${randomBytes(4).toString('hex')}`
  const url = new URL(server.url)
  try {
    await onServer(server.url, `create database ${name}`)
    url.pathname = name
    await migrate(url.href)
    const pool = openPool({ url: url.href, max: 20, applicationName: 'regulars bench', onError: () => {} })
    try {
      await work({ url: url.href, pool })
    } finally {
      await pool.end()
      await onServer(server.url, `drop database if exists ${name} with (force)`)
    }
  } finally {
    await server.stop()
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
