// A PostgreSQL that the operator runs: checked once before anything relies on it.
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { DatabaseRefused } from './refused.ts'

/** Oldest version with everything that the migrations use. */
const oldestVersion = 16

/** In a set of containers the database may start after us; this is how long that may take. */
const patienceMs = 15_000
const notYet = new Set(['ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', '57P03'])

export async function checkExternal(databaseUrl: string, waitMs = patienceMs): Promise<void> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const problem = await problemOf(databaseUrl)
    if (problem === undefined) return
    if (!notYet.has(problem.code) || performance.now() > deadline) {
      throw new DatabaseRefused(`the database at DATABASE_URL cannot be used: ${problem.message}`)
    }
    await delay(250)
  }
}

async function problemOf(databaseUrl: string): Promise<{ code: string; message: string } | undefined> {
  try {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 })
    client.on('error', () => undefined)
    await client.connect()
    try {
      const { rows } = await client.query<{ server_version_num: string }>('show server_version_num')
      const version = Math.floor(Number(rows[0]?.server_version_num) / 10_000)
      if (version >= oldestVersion) return undefined
      return { code: 'version', message: `it is PostgreSQL ${version}, and ${oldestVersion} is the oldest that works` }
    } finally {
      await client.end()
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    // Node gathers one error for each address of a name and leaves its own message empty.
    const causes = error instanceof AggregateError ? error.errors : [error]
    return { code, message: causes.map((cause) => (cause instanceof Error ? cause.message : String(cause))).join('; ') }
  }
}
