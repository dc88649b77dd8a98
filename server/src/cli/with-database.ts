// How every short command reaches the database: beside a running server or without one.
import { type Config, readConfig } from '../platform/config.ts'
import { openPool, type Pool } from '../platform/db.ts'
import { type Log, makeLog } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { openDatabase } from '../platform/postgres/index.ts'

export type Opened = {
  readonly config: Config
  readonly url: string
  readonly pool: Pool
  readonly log: Log
  /** Names of the migrations that were applied just now. */
  readonly applied: readonly string[]
}

/**
 * Opens (and if need be starts) the database, migrates it, runs `work`, and lets go of everything again, also on Ctrl-C.
 * With `migrated: false` the tables are left as they are found. The log writes warnings only: a command speaks through its own lines.
 */
export async function withDatabase<Result>(
  work: (opened: Opened) => Promise<Result>,
  options: { readonly migrated?: boolean } = {},
): Promise<Result> {
  const config = readConfig()
  const log = makeLog({ level: 'warn' })
  const database = await openDatabase({ ...config, log: (message) => log.warn(message) })
  const release = onInterrupt(() => database.stop())
  try {
    const applied = options.migrated === false ? [] : await migrate(database.url)
    const pool = openPool({
      url: database.url,
      max: config.poolSize,
      applicationName: 'regulars cli',
    })
    try {
      return await work({ config, url: database.url, pool, log, applied })
    } finally {
      await pool.end()
    }
  } finally {
    release()
    await database.stop()
  }
}

// An interrupted command keeps what it has committed; only the database has to be let go in order.
function onInterrupt(letGo: () => Promise<void>): () => void {
  const interrupted = (signal: NodeJS.Signals) => {
    void letGo().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  return () => {
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
}
