// Reads a backup into an empty database. Everything or nothing: one transaction.
import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { isMigrated, migrate, readMigrations } from '../migrate.ts'
import { BackupRefused, type TableProgress } from './backup.ts'
import { listForeignKeys, listTables, readHeader } from './catalog.ts'
import {
  BackupReader,
  BackupUnreadable,
  type Footer,
  formatVersion,
  type Header,
  type SequenceState,
  type Table,
  type TableLine,
} from './format.ts'

export type RestoreResult = {
  readonly tables: number
  readonly rows: number
  /** False when the backup's job queue has another version: waiting jobs were left out. */
  readonly jobsRestored: boolean
}

/** Refuses a database in which a tenant lives or somebody works, and a backup of a newer program. */
export async function readBackup(databaseUrl: string, file: string, onTable: TableProgress): Promise<RestoreResult> {
  const input = createReadStream(file)
  const unpacked = createGunzip({ chunkSize: 256 * 1024 })
  // Errors of either stream come out of the reader's loop.
  input.once('error', (error) => unpacked.destroy(error))
  const reader = new BackupReader(input.pipe(unpacked))
  try {
    return await restoreFrom(reader, databaseUrl, onTable)
  } catch (error) {
    if (isDamage(error)) throw new BackupUnreadable(`${file} cannot be read: ${error.message}`, { cause: error })
    throw error
  } finally {
    input.destroy()
    unpacked.destroy()
  }
}

function isDamage(error: unknown): error is Error {
  if (error instanceof BackupUnreadable) return true
  return error instanceof Error && 'code' in error && /^Z_|^ENOENT|^EACCES|^EISDIR/.test(String(error.code))
}

async function restoreFrom(reader: BackupReader, databaseUrl: string, onTable: TableProgress): Promise<RestoreResult> {
  const header = checkHeader(await reader.line())
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'regulars restore' })
  await client.connect()
  try {
    await prepare(client, databaseUrl, header)
    await passTransactionNumbers(client, BigInt(header.nextTransaction))
    const result = await load(client, reader, header, onTable)
    await migrate(databaseUrl)
    await client.query('analyze')
    return result
  } finally {
    await client.end()
  }
}

function checkHeader(line: unknown): Header {
  const header = line as Header // checked below, as far as it matters
  if (typeof line !== 'object' || line === null || header.regulars !== 'backup') {
    throw new BackupUnreadable('this is not a backup made by Regulars')
  }
  if (header.format !== formatVersion) {
    throw new BackupRefused(`the backup has format ${header.format}, this program reads ${formatVersion}`)
  }
  const ours = readMigrations()
  header.migrations.forEach((theirs, index) => {
    if (ours[index]?.checksum === theirs.checksum) return
    throw new BackupRefused(`the backup was made by another version of the program: ${theirs.name} is not known here`)
  })
  return header
}

/** Leaves the database with exactly the tables that the backup was made from, and nothing in them. */
async function prepare(client: pg.Client, databaseUrl: string, header: Header): Promise<void> {
  await refuseOthers(client)
  const { rows } = await client.query<{ used: boolean }>(`select to_regclass('tenants') is not null as used`)
  const last = header.migrations.at(-1)?.version ?? 0
  if (!rows[0]?.used) {
    await migrate(databaseUrl, { upTo: last })
  } else {
    const tenants = await client.query('select 1 from tenants limit 1')
    if (tenants.rowCount) throw new BackupRefused('the database is not empty: restore into a new DATA_DIR or database')
    const now = await readHeader(client, 0)
    if (now.migrations.length !== header.migrations.length || !(await isMigrated(client))) {
      throw new BackupRefused('the database has the tables of another version: restore into a new DATA_DIR or database')
    }
  }
}

async function refuseOthers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select application_name as name from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
  )
  if (rows.length > 0) throw new BackupRefused('somebody is working on the database: stop the server first')
}

// The outbox orders changes by transaction number and shows a reader only what lies below the running ones. A new
// cluster counts from the beginning: until it had caught up, restored changes would stay unseen and new ones would sort
// before them. So the numbers are used up (about 130,000 a second), each by a subtransaction that writes.
async function passTransactionNumbers(client: pg.Client, goal: bigint): Promise<void> {
  await client.query('create temporary table numbers_used (n int)')
  for (;;) {
    const { rows } = await client.query<{ next: string }>(
      'select pg_snapshot_xmax(pg_current_snapshot())::text as next',
    )
    const missing = goal - BigInt(rows[0]?.next ?? '0')
    if (missing <= 0n) break
    const count = missing > 50_000n ? 50_000 : Number(missing)
    await client.query(`do $$ begin
      for n in 1..${count} loop
        begin insert into numbers_used values (n); exception when others then raise; end;
      end loop;
    end $$`)
    await client.query('truncate numbers_used')
  }
  await client.query('drop table numbers_used')
}

async function load(client: pg.Client, reader: BackupReader, header: Header, onTable: TableProgress) {
  const jobsRestored = (await readHeader(client, 0)).jobQueue === header.jobQueue
  await client.query('begin')
  // Put back at the end, when every row is there: checked in bulk, and in whatever order the tables come.
  const foreignKeys = await listForeignKeys(client)
  for (const key of foreignKeys) await client.query(`alter table ${key.table} drop constraint ${key.name}`)
  await client.query(`truncate ${(await listTables(client)).map(pathOf).join(', ')}`)
  await addPartitions(client, header)
  let rows = 0
  for (let done = 0; done < header.tables; done++) {
    const { table, columns } = (await reader.line()) as TableLine // our own line: the header vouches for the format
    onTable(done, header.tables, table.name)
    if (jobsRestored || table.schema === 'public') rows += await copyInto(client, table, columns, reader)
    else for await (const _ of reader.rows());
  }
  const footer = (await reader.line()) as Footer
  if (footer.end !== true) throw new BackupUnreadable('the backup has no end')
  if (jobsRestored && footer.rows !== rows) {
    throw new BackupUnreadable(`the backup promises ${footer.rows} rows and has ${rows}`)
  }
  for (const key of foreignKeys)
    await client.query(`alter table ${key.table} add constraint ${key.name} ${key.definition}`)
  for (const sequence of footer.sequences) await setSequence(client, sequence)
  await client.query(
    'update graphile_worker._private_jobs set locked_at = null, locked_by = null where locked_at is not null',
  )
  await client.query(
    'update graphile_worker._private_job_queues set locked_at = null, locked_by = null where locked_at is not null',
  )
  await client.query('commit')
  onTable(header.tables, header.tables, '')
  return { tables: header.tables, rows, jobsRestored }
}

async function copyInto(
  client: pg.Client,
  table: Table,
  columns: readonly string[],
  reader: BackupReader,
): Promise<number> {
  const names = columns.map((column) => pg.escapeIdentifier(column)).join(', ')
  const copy = client.query(copyFrom(`copy ${pathOf(table)} (${names}) from stdin`))
  await pipeline(Readable.from(reader.rows()), copy)
  return copy.rowCount
}

async function addPartitions(client: pg.Client, header: Header): Promise<void> {
  for (const { name, parent, bound } of header.partitions) {
    const [child, of] = [pg.escapeIdentifier(name), pg.escapeIdentifier(parent)]
    await client.query(`create table if not exists ${child} partition of ${of} ${bound}`)
  }
}

async function setSequence(client: pg.Client, { schema, name, value, called }: SequenceState): Promise<void> {
  await client.query(`select setval(format('%I.%I', $1::text, $2::text)::regclass, $3::bigint, $4)`, [
    schema,
    name,
    value,
    called,
  ])
}

function pathOf(table: Table): string {
  return `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`
}
