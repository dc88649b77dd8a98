// Writes the whole database, as it is at one moment, into one file.
import { randomBytes } from 'node:crypto'
import { createWriteStream, existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { listColumns, listSequences, listTables, readHeader } from './catalog.ts'
import type { Footer } from './format.ts'

export type BackupResult = { readonly tables: number; readonly rows: number; readonly bytes: number }
export type TableProgress = (done: number, total: number, table: string) => void

/** Refuses to overwrite. The file appears under its name only when it is complete; it holds every secret: mode 0600. */
export async function writeBackup(databaseUrl: string, file: string, onTable: TableProgress): Promise<BackupResult> {
  if (existsSync(file)) throw new BackupRefused(`${file} exists already`)
  if (!existsSync(dirname(file))) throw new BackupRefused(`there is no folder ${dirname(file)}`)
  const unfinished = `${file}.${randomBytes(4).toString('hex')}.unfinished`
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'regulars backup' })
  await client.connect()
  try {
    // One snapshot for every table: a backup of a busy server is the state of one moment.
    await client.query('begin isolation level repeatable read read only')
    const counted = { tables: 0, rows: 0 }
    const output = createWriteStream(unfinished, { mode: 0o600, flush: true })
    await pipeline(Readable.from(content(client, counted, onTable)), createGzip({ level: 5 }), output)
    renameSync(unfinished, file)
    return { ...counted, bytes: statSync(file).size }
  } finally {
    await client.end()
    rmSync(unfinished, { force: true })
  }
}

/** What was asked cannot be done with this file or this database. */
export class BackupRefused extends Error {}

async function* content(client: pg.Client, counted: { tables: number; rows: number }, onTable: TableProgress) {
  const tables = await listTables(client)
  yield line(await readHeader(client, tables.length))
  for (const table of tables) {
    onTable(counted.tables, tables.length, table.name)
    const columns = await listColumns(client, table)
    yield line({ table, columns })
    const names = columns.map((column) => pg.escapeIdentifier(column)).join(', ')
    const from = `${pg.escapeIdentifier(table.schema)}.${pg.escapeIdentifier(table.name)}`
    // A query, not the table: of a partitioned table COPY gives rows to a query only.
    const copy = client.query(copyTo(`copy (select ${names} from ${from}) to stdout`))
    for await (const chunk of copy) yield chunk as Buffer // pg-copy-streams gives buffers; its type says any
    yield '\\.\n'
    counted.tables += 1
    counted.rows += copy.rowCount
  }
  // After the tables: numbers drawn meanwhile leave gaps, numbers missing would be given twice.
  const footer: Footer = { sequences: await listSequences(client), rows: counted.rows, end: true }
  yield line(footer)
  onTable(tables.length, tables.length, '')
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
