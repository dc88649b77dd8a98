import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { emptyDatabase } from '../../test/harness.ts'
import { isMigrated, migrate, readMigrations } from './migrate.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'regulars-migrations-'))
  folders.push(folder)
  for (const [name, sql] of Object.entries(files)) writeFileSync(join(folder, name), sql)
  return folder
}

const first = { '0001_first.sql': 'create table first (id int primary key);' }

describe('migrate', () => {
  test('brings an empty database to the schema, the job queue included, and then has nothing to do', async () => {
    const { url, pool } = await emptyDatabase()
    expect(await isMigrated(pool)).toBe(false)
    const names = readMigrations().map((migration) => migration.name)
    expect(await migrate(url)).toEqual(names)
    expect(await isMigrated(pool)).toBe(true)
    expect(await migrate(url)).toEqual([])
    const { rows } = await pool.query(
      `select to_regclass('tenants') as ours, to_regclass('graphile_worker.jobs') as jobs`,
    )
    expect(rows).toEqual([{ ours: 'tenants', jobs: 'graphile_worker.jobs' }])
  })

  test('lets processes that start together take turns', async () => {
    const { url } = await emptyDatabase()
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)])
    expect(applied.map((names) => names.length).sort((a, b) => a - b)).toEqual([0, 0, readMigrations().length])
  })

  test('refuses a file that was changed after it was applied', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { folder: folderWith(first) })
    const changed = folderWith({ '0001_first.sql': 'create table first (id bigint primary key);' })
    await expect(migrate(url, { folder: changed })).rejects.toThrow('0001_first was changed after it was applied')
  })

  test('does not take other line ends for a change', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { folder: folderWith({ '0001_first.sql': 'create table first (\n  id int);\n' }) })
    expect(
      await migrate(url, { folder: folderWith({ '0001_first.sql': 'create table first (\r\n  id int);\r\n' }) }),
    ).toEqual([])
  })

  test('refuses a database that is newer than the program', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { folder: folderWith({ ...first, '0002_second.sql': 'select 1;' }) })
    await expect(migrate(url, { folder: folderWith(first) })).rejects.toThrow(
      'newer than this program: it has 0002_second',
    )
  })

  test('refuses a file whose turn has passed', async () => {
    const { url } = await emptyDatabase()
    await migrate(url, { folder: folderWith({ '0002_second.sql': 'select 1;' }) })
    const late = folderWith({ ...first, '0002_second.sql': 'select 1;' })
    await expect(migrate(url, { folder: late })).rejects.toThrow('0001_first came after 0002_second was applied')
  })

  test('undoes a failing file as a whole, says where it failed, and goes on from there the next time', async () => {
    const { url, pool } = await emptyDatabase()
    const failing = folderWith({ ...first, '0002_second.sql': 'create table second (id int);\ncreate tabel third ();' })
    await expect(migrate(url, { folder: failing })).rejects.toThrow(
      'migration 0002_second failed: syntax error at or near "tabel" (line 2)',
    )
    const { rows } = await pool.query(`select to_regclass('first') as first, to_regclass('second') as second`)
    expect(rows).toEqual([{ first: 'first', second: null }])
    const mended = folderWith({ ...first, '0002_second.sql': 'create table second (id int);' })
    expect(await migrate(url, { folder: mended })).toEqual(['0002_second'])
  })

  test('refuses names without a number, and a number used twice', () => {
    expect(() => readMigrations(folderWith({ 'first.sql': '' }))).toThrow('first.sql is not named like')
    expect(() => readMigrations(folderWith({ '0001_a.sql': '', '0001_b.sql': '' }))).toThrow(
      'two migrations have the number',
    )
  })
})
