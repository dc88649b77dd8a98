// What tests stand on: a database of their own, with the real schema, on a real PostgreSQL.
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, inject } from 'vitest'
import { openPool, type Pool } from '../src/platform/db.ts'

export type TestDatabase = { readonly url: string; readonly pool: Pool }

const opened: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const close of opened.splice(0)) await close()
})

/**
 * A fresh, migrated database for this test file, dropped after its last test. Call it at the top of the file:
 * `const { pool } = await testDatabase()`.
 */
export async function testDatabase(): Promise<TestDatabase> {
  return cloneOf(inject('templateDatabase'))
}

/** The same without any table, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<TestDatabase> {
  return cloneOf('template0')
}

async function cloneOf(template: string): Promise<TestDatabase> {
  const name = `test_${process.pid}_${randomBytes(5).toString('hex')}`
  await onServer(`create database ${name} template ${template}`)
  const url = new URL(inject('testServerUrl'))
  url.pathname = name
  const pool = openPool({ url: url.href, max: 20 })
  opened.push(async () => {
    if (!pool.ended) await pool.end()
    await onServer(`drop database if exists ${name} with (force)`)
  })
  return { url: url.href, pool }
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('testServerUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
