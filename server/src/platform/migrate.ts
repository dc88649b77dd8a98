// Brings a database to the schema of this program: numbered SQL files, forward only, each in its own transaction.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Logger, runMigrations } from 'graphile-worker'
import pg from 'pg'

export type Migration = {
  readonly version: number
  readonly name: string
  readonly sql: string
  readonly checksum: string
}

/** The database or the folder of migrations is not in a state from which going on is safe. */
export class MigrationRefused extends Error {}

export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url))

/** graphile-worker, the job queue, keeps its tables in a schema of its own and migrates them itself. */
export const jobSchema = 'graphile_worker'

const silentLogger = new Logger(() => () => undefined)

// Any number that no other program uses on this database; two processes that start together take turns.
const advisoryLock = 7_238_419_001

export type MigrateOptions = {
  readonly folder?: string
  /** Stops after this number: a restore first makes the tables that its backup was made from. */
  readonly upTo?: number
}

/** Returns the names of the migrations applied now; an empty list when the database was up to date. */
export async function migrate(databaseUrl: string, options: MigrateOptions = {}): Promise<string[]> {
  const { folder = migrationsFolder, upTo = Number.POSITIVE_INFINITY } = options
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [advisoryLock])
    await client.query(`create table if not exists schema_migrations (
      version int primary key, name text not null, checksum text not null, applied_at timestamptz not null default now())`)
    const pending = pendingOf(readMigrations(folder), await readApplied(client))
    const wanted = pending.filter((migration) => migration.version <= upTo)
    for (const migration of wanted) await apply(client, migration)
    await runMigrations({ connectionString: databaseUrl, schema: jobSchema, logger: silentLogger })
    return wanted.map((migration) => migration.name)
  } finally {
    await client.end()
  }
}

/** For readiness: true when nothing is missing. Refuses like `migrate` when program and database disagree. */
export async function isMigrated(db: pg.Pool | pg.Client, folder = migrationsFolder): Promise<boolean> {
  const { rows } = await db.query<{ exists: boolean }>(`select to_regclass('schema_migrations') is not null as exists`)
  if (!rows[0]?.exists) return false
  return pendingOf(readMigrations(folder), await readApplied(db)).length === 0
}

export function readMigrations(folder = migrationsFolder): Migration[] {
  const migrations = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => readMigration(folder, file))
  if (migrations.length === 0) throw new MigrationRefused(`no migrations in ${folder}`)
  migrations.forEach((migration, index) => {
    if (migrations[index + 1]?.version !== migration.version) return
    throw new MigrationRefused(`two migrations have the number of ${migration.name}`)
  })
  return migrations
}

function readMigration(folder: string, file: string): Migration {
  const version = /^(\d{4})_[a-z0-9_]+\.sql$/.exec(file)?.[1]
  if (version === undefined) throw new MigrationRefused(`${file} is not named like 0001_what_it_does.sql`)
  // Git may check files out with other line ends; that is no change.
  const sql = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
  const checksum = createHash('sha256').update(sql).digest('hex')
  return { version: Number(version), name: file.replace(/\.sql$/, ''), sql, checksum }
}

export type Applied = { readonly version: number; readonly name: string; readonly checksum: string }

export async function readApplied(db: pg.Pool | pg.Client): Promise<Applied[]> {
  const { rows } = await db.query<Applied>('select version, name, checksum from schema_migrations order by version')
  return rows
}

/** What is left to apply, in order; refuses a history that differs from ours. */
function pendingOf(migrations: readonly Migration[], applied: readonly Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]))
  for (const past of applied) {
    const ours = known.get(past.version)
    if (!ours) {
      throw new MigrationRefused(`the database is newer than this program: it has ${past.name}, which is unknown here`)
    }
    if (ours.checksum !== past.checksum) {
      throw new MigrationRefused(`${ours.name} was changed after it was applied; write a new migration instead`)
    }
  }
  const last = applied.at(-1)
  const done = new Set(applied.map((past) => past.version))
  const pending = migrations.filter((migration) => !done.has(migration.version))
  const late = pending.find((migration) => last && migration.version < last.version)
  if (late) throw new MigrationRefused(`${late.name} came after ${last?.name} was applied; give it a higher number`)
  return pending
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(migration.sql)
    await client.query('insert into schema_migrations (version, name, checksum) values ($1, $2, $3)', [
      migration.version,
      migration.name,
      migration.checksum,
    ])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback')
    throw new Error(`migration ${migration.name} failed: ${describe(cause, migration.sql)}`, { cause })
  }
}

function describe(error: unknown, sql: string): string {
  if (!(error instanceof pg.DatabaseError)) return String(error)
  if (error.position === undefined) return error.message
  const line = sql.slice(0, Number(error.position)).split('\n').length
  return `${error.message} (line ${line})`
}
