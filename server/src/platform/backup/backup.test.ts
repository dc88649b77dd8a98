import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emptyDatabase, testDatabase } from '../../../test/harness.ts'
import { openPool } from '../db.ts'
import { isMigrated, migrate } from '../migrate.ts'
import { openDatabase } from '../postgres/index.ts'
import { writeBackup } from './backup.ts'
import { readBackup } from './restore.ts'

const quiet = () => undefined
const folder = mkdtempSync(join(tmpdir(), 'regulars-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const source = await testDatabase()
const file = join(folder, 'shop.backup')

beforeAll(async () => {
  const { pool } = source
  await pool.query(`insert into tenants (id, slug, name) values (7, 'shop', 'Shop')`)
  const nasty = ['tab\there', 'line\nbreak', 'back\\slash', '\\.', '\\N', '', 'Łódź ☕', '"quoted", {braces}']
  for (const [index, name] of nasty.entries()) {
    await pool.query(`insert into customers (tenant_id, code, first_name, last_name) values (7, $1, $2, null)`, [
      `code ${index}`,
      name,
    ])
  }
  await pool.query(
    `insert into customers (tenant_id, code, state, merged_into) select 7, 'old', 'merged', min(id) from customers`,
  )
  await pool.query(`insert into server_secrets values ('key', '\\x00ff0a5c2e')`)
  await pool.query(`create table events_2031_05 partition of events for values from ('2031-05-01') to ('2031-06-01')`)
  await pool.query(`select graphile_worker.add_job('send', '{"a": 1}', run_at => now() + interval '1 day')`)
  // A cluster that has worked for a while is ahead of a new one in transaction numbers.
  for (let n = 0; n < 3_000; n++) await pool.query('select pg_current_xact_id()')
  await pool.query(`insert into changes (tenant_id, entity, entity_id, operation) values (7, 'customer', 1, 'created')`)
})

/** Everything that a client could ever ask: the rows of every table, and the next number of every sequence. */
async function fingerprint(pool: pg.Pool): Promise<Record<string, unknown>> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname in ('public', 'graphile_worker') and c.relname not in ('schema_migrations', 'migrations')
      order by 1`,
  )
  const found: Record<string, unknown> = {}
  for (const { name } of tables) {
    const { rows } = await pool.query(`select coalesce(jsonb_agg(t order by t::text), '[]') as rows from ${name} t`)
    found[name] = rows[0]?.rows
  }
  const { rows: sequences } = await pool.query(
    `select schemaname, sequencename, last_value from pg_sequences order by 1, 2`,
  )
  return { ...found, sequences }
}

async function constraints(pool: pg.Pool): Promise<unknown[]> {
  const { rows } = await pool.query(
    `select conrelid::regclass::text as on, conname, pg_get_constraintdef(oid) as is, convalidated from pg_constraint order by 1, 2`,
  )
  return rows
}

describe('a backup', () => {
  test('restored into an empty database is the same database', async () => {
    const before = await fingerprint(source.pool)
    const written = await writeBackup(source.url, file, quiet)
    expect(written.rows).toBeGreaterThan(10)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const target = await emptyDatabase()
    const restored = await readBackup(target.url, file, quiet)
    expect(restored).toEqual({ tables: written.tables, rows: written.rows, jobsRestored: true })
    expect(await fingerprint(target.pool)).toEqual(before)
    expect(await constraints(target.pool)).toEqual(await constraints(source.pool))
    expect(await isMigrated(target.pool)).toBe(true)
  })

  test('restored into a new server shows old changes to readers, and new changes after them', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'regulars-restore-'))
    const server = await openDatabase({ dataDir, durable: false })
    try {
      await readBackup(server.url, file, quiet)
      const pool = openPool({ url: server.url, max: 1 })
      await pool.query(
        `insert into changes (tenant_id, entity, entity_id, operation) values (7, 'customer', 1, 'updated')`,
      )
      const { rows } = await pool.query(
        `select operation from changes where xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id`,
      )
      await pool.end()
      expect(rows.map((row) => row.operation)).toEqual(['created', 'updated'])
    } finally {
      await server.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })

  test('is the state of one moment, although the shop goes on', async () => {
    const busy = join(folder, 'busy.backup')
    const before = await fingerprint(source.pool)
    let sale: Promise<unknown> | undefined
    await writeBackup(source.url, busy, (done) => {
      if (done === 1) sale = source.pool.query(`insert into tenants (id, slug, name) values (8, 'late', 'Late')`)
    })
    await sale
    const target = await emptyDatabase()
    await readBackup(target.url, busy, quiet)
    const after = await fingerprint(target.pool)
    expect(after.tenants).toEqual(before.tenants)
  })

  test('is not written over another file, and leaves nothing half done', async () => {
    await expect(writeBackup(source.url, file, quiet)).rejects.toThrow('exists already')
    await expect(writeBackup(source.url, join(folder, 'absent', 'x'), quiet)).rejects.toThrow('there is no folder')
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([])
  })

  test('is refused by a database in which a tenant lives, and by one that is being used', async () => {
    const lived = await testDatabase()
    await lived.pool.query(`insert into tenants (id, slug, name) values (1, 'old', 'Old')`)
    await lived.pool.end()
    await expect(readBackup(lived.url, file, quiet)).rejects.toThrow('the database is not empty')
    const used = await testDatabase()
    await used.pool.query('select 1')
    await expect(readBackup(used.url, file, quiet)).rejects.toThrow('stop the server first')
  })

  test('of a just migrated database goes into a just migrated one', async () => {
    const target = await testDatabase()
    expect((await readBackup(target.url, file, quiet)).rows).toBeGreaterThan(10)
  })

  test.each([
    ['cut off in the middle', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
    ['cut off cleanly', (path: string) => rewrite(path, (text) => text.slice(0, text.lastIndexOf('{"sequences"')))],
    ['short of a row', (path: string) => rewrite(path, (text) => text.replace(/^.*code 3.*\n/m, ''))],
    ['not a backup', (path: string) => writeFileSync(path, gzipSync('hello\n'))],
    ['not even compressed', (path: string) => writeFileSync(path, 'hello')],
    ['of another format', (path: string) => rewrite(path, (text) => text.replace('"format":1', '"format":2'))],
    ['of a newer program', (path: string) => rewrite(path, (text) => text.replace(/"checksum":"./, '"checksum":"x'))],
  ])('%s is refused as a whole', async (_what, damage) => {
    const damaged = join(folder, 'damaged.backup')
    writeFileSync(damaged, readFileSync(file))
    damage(damaged)
    const target = await emptyDatabase()
    await expect(readBackup(target.url, damaged, quiet)).rejects.toThrow(/backup|cannot be read/)
    const { rows } = await target.pool.query(`select to_regclass('tenants') is not null as made`)
    if (rows[0]?.made) expect((await target.pool.query('select 1 from tenants')).rowCount).toBe(0)
    await target.pool.end()
    // Nothing stands in the way of the undamaged file.
    await migrate(target.url)
    expect((await readBackup(target.url, file, quiet)).rows).toBeGreaterThan(10)
  })
})

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, gzipSync(change(gunzipSync(readFileSync(path)).toString('utf8'))))
}
