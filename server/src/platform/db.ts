import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { DomainError } from './errors.ts'

/** Something that answers queries: the pool, or one connection inside a transaction. */
export interface Db {
  /** Runs `text` as a named prepared statement; rows come back with the columns' own names. */
  query<Row>(statement: Sql): Promise<Row[]>
  /**
   * Writes rows by COPY; `into` is a table with the columns that the rows have, e.g. sql`labels (tenant_id, name)`. For bulk: to
   * read thousands of rows from parameters takes longer than to write them.
   */
  copy(into: Sql, rows: Iterable<readonly CopyValue[]>): Promise<void>
}

/** A date or an object is told as text, as its column reads it. */
export type CopyValue = string | number | boolean | null

/** A statement made by the `sql` tag: its text with $n and its values. */
export interface Sql {
  readonly text: string
  readonly values: readonly unknown[]
}

class Fragment implements Sql {
  readonly text: string
  readonly values: readonly unknown[]
  constructor(text: string, values: readonly unknown[]) {
    this.text = text
    this.values = values
  }
}

/** Hand-written SQL: values become parameters, fragments (made by the same tag) are spliced in. */
export function sql(strings: TemplateStringsArray, ...parts: readonly unknown[]): Sql {
  let text = strings[0] ?? ''
  const values: unknown[] = []
  parts.forEach((part, index) => {
    if (part instanceof Fragment) {
      const offset = values.length
      text += part.text.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + offset}`)
      values.push(...part.values)
    } else {
      values.push(part)
      text += `$${values.length}`
    }
    text += strings[index + 1] ?? ''
  })
  return new Fragment(text, values)
}

/** Joins fragments with a separator of SQL text, e.g. `joinSql(conditions, ' and ')`. Empty gives an empty fragment. */
export function joinSql(parts: readonly Sql[], separator: string): Sql {
  return parts.reduce<Sql>(
    (all, part, index) => (index === 0 ? part : sqlConcat(all, new Fragment(separator, []), part)),
    new Fragment('', []),
  )
}

function sqlConcat(...parts: readonly Sql[]): Sql {
  const strings = Object.assign(['', ...parts.map(() => '')], { raw: [] as readonly string[] })
  return sql(strings as unknown as TemplateStringsArray, ...parts) // an array of strings is all the tag reads
}

// int8 and numeric arrive as text. Ids and amounts are safe integers by rule (docs/decisions/0002-amounts.md).
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new Error(`int8 beyond the safe integers: ${text}`)
  return value
})
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number)
pg.types.setTypeParser(pg.types.builtins.DATE, (text) => text)

export type Pool = pg.Pool

export interface PoolOptions {
  readonly url: string
  readonly max: number
  readonly applicationName?: string
  readonly onError?: (error: Error) => void
}

export function openPool(options: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.max,
    application_name: options.applicationName ?? 'regulars',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    // A statement is planned once a connection, for a tenant of average size. Planned for the tenant at hand, one that the
    // statistics have not met yet counts as a single row, and whole tables are read for it (measured: eleven times as long).
    // Nor does such a plan know that a page has ten rows: to start processes for it costs more than the page (20 to 150 ms).
    options: '-c plan_cache_mode=force_generic_plan -c max_parallel_workers_per_gather=0',
  })
  // Without a listener a restart of Postgres would end the process. A pool that ends has let go of its connections before
  // they are closed: a server that stops meanwhile takes nothing from anybody.
  const lost = (error: Error) => {
    if (!pool.ending) options.onError?.(error)
  }
  pool.on('error', lost)
  pool.on('connect', (client) => client.on('error', lost))
  return pool
}

// Statements are prepared once a connection under a name that depends on the text alone. The map is bounded: composed
// statements have few shapes, but a runaway shape must not grow it for ever.
const names = new Map<string, string>()
const maxNames = 2_000

function statementName(text: string): string | undefined {
  const known = names.get(text)
  if (known) return known
  if (names.size >= maxNames) return undefined
  const name = `r${names.size}`
  names.set(text, name)
  return name
}

type Connection = pg.Pool | pg.PoolClient

export function dbOf(connection: Connection): Db {
  return {
    query: async <Row>(statement: Sql) => {
      const name = statementName(statement.text)
      const result = await connection.query({
        ...(name ? { name } : {}),
        text: statement.text,
        values: [...statement.values],
      })
      return result.rows as Row[] // the caller states the row's shape beside the SQL that makes it
    },
    copy: async (into, rows) => {
      const client = connection instanceof pg.Pool ? await connection.connect() : connection
      try {
        await pipeline(Readable.from(copyChunks(rows)), client.query(copyFrom(`copy ${into.text} from stdin`)))
      } finally {
        if (client !== connection) client.release()
      }
    },
  }
}

const copyChunkLength = 64 * 1024

function* copyChunks(rows: Iterable<readonly CopyValue[]>): Generator<string> {
  let chunk = ''
  for (const row of rows) {
    chunk += `${row.map(copyText).join('\t')}\n`
    if (chunk.length < copyChunkLength) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}

const copyEscapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' }

function copyText(value: CopyValue): string {
  if (value === null) return '\\N'
  return typeof value === 'string' ? value.replace(/[\\\t\n\r]/g, (sign) => copyEscapes[sign] ?? sign) : String(value)
}

/**
 * For bulk loads. Plans, those of foreign keys' checks too, are made while the tables are nearly empty and kept until somebody
 * looks at the tables again: they would read them whole (measured: 28 s instead of 6 s for the demo). Autovacuum looks in its
 * own time and does not see a transaction's rows before its end. Looks at the tables that have more than doubled since.
 */
export async function refreshStatistics(db: Db): Promise<void> {
  const grown = await db.query<{ name: string }>(sql`
    select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace
       and pg_relation_size(oid) / current_setting('block_size')::int > 2 * greatest(relpages, 0)`)
  if (grown.length > 0) await db.query(new Fragment(`analyze ${grown.map(({ name }) => name).join(', ')}`, []))
}

const retryable = new Set(['40001', '40P01'])
const maxAttempts = 8
const longestPauseMs = 50

/**
 * What `work` throws that waited for a lock and found that the world has changed meanwhile: from the start, with all its locks given
 * back. To go on and wait for the next row with the first still held is how two transactions come to wait for each other.
 */
export class StartAgain extends Error {
  readonly code = '40001'
}

// Whoever was in the way gets on first: those who come back at once, all together, meet again.
async function pauseBefore(attempt: number): Promise<void> {
  await setTimeout(Math.random() * longestPauseMs * attempt)
}

/**
 * Runs `work` until it ends; deadlocks, serialisation failures and StartAgain are tried again a few times: it must have no effect
 * outside the database. Refuses `service.unavailable` when that leads nowhere.
 */
export async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!(isPgError(error) && retryable.has(error.code ?? ''))) throw error
      if (attempt >= maxAttempts) {
        throw new DomainError('service.unavailable', { reason: 'contended' }, { cause: error })
      }
    }
    await pauseBefore(attempt)
  }
}

/** Runs `work` in one transaction and commits; `retried`. */
export function inTransaction<Result>(
  pool: Pool,
  work: (tx: Db, client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  return retried(async () => {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      await client.query('begin')
      const result = await work(dbOf(client), client)
      await client.query('commit')
      return result
    } catch (error) {
      broken = await rollback(client)
      throw error
    } finally {
      client.release(broken)
    }
  })
}

/** Reads everything as of one moment, beside whatever is written meanwhile, with more than one process; writes are refused. */
export async function inSnapshot<Result>(pool: Pool, work: (db: Db) => Promise<Result>): Promise<Result> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin isolation level repeatable read read only')
    await client.query('set local max_parallel_workers_per_gather = 2')
    return await work(dbOf(client))
  } finally {
    broken = await rollback(client)
    client.release(broken)
  }
}

async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query('rollback')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

export interface PgError extends Error {
  readonly code?: string
  readonly constraint?: string
}

export function isPgError(error: unknown): error is PgError {
  return error instanceof Error && typeof (error as PgError).code === 'string' // node errors have string codes too; the callers compare
}

/** True when the database answered that it refused and took back what the statement did; a broken connection leaves that open. */
export function wroteNothing(error: unknown): boolean {
  return error instanceof DomainError || (error instanceof pg.DatabaseError && error.severity === 'ERROR')
}

/** True when `error` is the violation of the named constraint: how a store maps constraints to codes. */
export function violates(error: unknown, constraint: string): boolean {
  return isPgError(error) && error.constraint === constraint
}
