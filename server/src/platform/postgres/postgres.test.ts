import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { openPool } from '../db.ts'
import { checkExternal } from './external.ts'
import { type OpenDatabase, openDatabase } from './index.ts'
import { identityOf, waitForDeath } from './process-identity.ts'

const holderScript = fileURLToPath(new URL('../../../test/database-holder.ts', import.meta.url))
const isRoot = process.getuid?.() === 0

const cleanups: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

function newDataDir(mode = 0o755): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'regulars-postgres-'))
  chmodSync(dataDir, mode)
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }))
  return dataDir
}

// Making a cluster takes most of a second, copying one a twentieth. Tests that are not about the making start from a copy.
const made = mkdtempSync(join(tmpdir(), 'regulars-postgres-'))
chmodSync(made, 0o755)
beforeAll(async () => {
  const database = await openDatabase({ dataDir: made, durable: false })
  await database.stop()
})
afterAll(() => rmSync(made, { recursive: true, force: true }))

function madeDataDir(): string {
  const dataDir = newDataDir()
  execFileSync('cp', ['-a', `${made}/.`, dataDir])
  return dataDir
}

async function open(dataDir: string, onLost?: (error: Error) => void): Promise<OpenDatabase> {
  const database = await openDatabase({ dataDir, durable: false, ...(onLost ? { onLost } : {}) })
  cleanups.push(() => database.stop())
  return database
}

async function ask<Row>(url: string, query: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(query)).rows as Row[] // each call names the row it asks for
  } finally {
    await client.end()
  }
}

function serverOf(dataDir: string) {
  const file = join(dataDir, 'postgres', 'postmaster.pid')
  return existsSync(file) ? identityOf(Number(readFileSync(file, 'utf8').split('\n')[0])) : undefined
}

function runningServerOf(dataDir: string) {
  const server = serverOf(dataDir)
  if (!server) throw new Error(`no server runs in ${dataDir}`)
  return server
}

type Holder = { process: ChildProcess; url: string; leave(): Promise<void>; kill(): Promise<void> }

/** Another process that holds the database of this folder open. */
async function hold(dataDir: string, as: { uid?: number; gid?: number } = {}): Promise<Holder> {
  const child = spawnHolder(dataDir, as)
  if (!child.stdout) throw new Error('the holder was spawned without a pipe')
  const lines = createInterface({ input: child.stdout })
  const said = await Promise.race([once(lines, 'line'), once(child, 'exit')])
  if (typeof said[0] !== 'string') throw new Error(`the holder ended with ${said[0]}`)
  const { url } = JSON.parse(said[0]) as { url: string }
  return {
    process: child,
    url,
    leave: async () => {
      const ended = once(child, 'exit')
      child.stdin?.end()
      await ended
    },
    kill: () => killHard(child),
  }
}

function spawnHolder(dataDir: string, as: { uid?: number; gid?: number } = {}): ChildProcess {
  const child = spawn(process.execPath, [holderScript, dataDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...as,
    cwd: '/',
  })
  cleanups.push(() => killHard(child))
  return child
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

describe('the embedded database', () => {
  test('keeps its data, its port and a secret password from one start to the next', async () => {
    const dataDir = newDataDir()
    const first = await open(dataDir)
    expect(first.embedded).toBe(true)
    await ask(first.url, 'create table kept as select 42 as answer')
    await first.stop()
    expect(serverOf(dataDir)).toBeUndefined()
    expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600)
    const second = await open(dataDir)
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'select answer from kept')).toEqual([{ answer: 42 }])
    await expect(ask(second.url.replace(/:[^:@]+@/, ':guess@'), 'select 1')).rejects.toThrow('password authentication')
  })

  test('understands every language: sorts by code point, folds case and finds parts of names', async () => {
    const { url } = await open(madeDataDir())
    await ask(url, 'create extension pg_trgm')
    const folded = `select lower('ÄÖÜ ŠĐ ΑΒΓ') as lower, cardinality(show_trgm('Müller')) as trigrams`
    expect(await ask(url, folded)).toEqual([{ lower: 'äöü šđ αβγ', trigrams: 7 }])
    const sorted = `select string_agg(name, ' ' order by name) as names from unnest(array['b', 'Z', 'ä', 'a']) as name`
    expect(await ask(url, sorted)).toEqual([{ names: 'Z a b ä' }])
  })

  test('moves to another port when a program has taken the remembered one', async () => {
    const dataDir = madeDataDir()
    const first = await open(dataDir)
    await first.stop()
    const stranger = createServer().listen(first.port, '127.0.0.1')
    await once(stranger, 'listening')
    cleanups.push(() => stranger.close())
    const second = await open(dataDir)
    expect(second.port).not.toBe(first.port)
    expect(await ask(second.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('is not harmed by a kill in the middle of its creation', async () => {
    const dataDir = newDataDir()
    const child = spawnHolder(dataDir)
    while (!readdirSync(dataDir).some((name) => name.startsWith('postgres.init-') && !name.endsWith('.password'))) {
      await delay(2)
    }
    await killHard(child)
    expect(existsSync(join(dataDir, 'postgres'))).toBe(false)
    const { url } = await open(dataDir)
    expect(await ask(url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(readdirSync(dataDir).sort()).toEqual(['postgres', 'postgres.json', 'postgres.log', 'run'])
  })

  test('is made once when two processes start at once, and ends with the last of them', async () => {
    const dataDir = newDataDir()
    const [one, other] = await Promise.all([hold(dataDir), hold(dataDir)])
    expect(one.url).toBe(other.url)
    const server = runningServerOf(dataDir)
    await one.leave()
    expect(await ask(other.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await other.leave()
    expect(await waitForDeath(server, 0)).toBe(true)
  })

  test('is taken over alive when the process that started it was killed, and then stopped', async () => {
    const dataDir = madeDataDir()
    const holder = await hold(dataDir)
    const server = runningServerOf(dataDir)
    await holder.kill()
    expect(identityOf(server.pid)).toEqual(server)
    const database = await open(dataDir)
    expect(database.url).toBe(holder.url)
    expect(serverOf(dataDir)).toEqual(server)
    await database.stop()
    expect(await waitForDeath(server, 0)).toBe(true)
  })

  test('recovers when both it and the process that started it were killed', async () => {
    const dataDir = madeDataDir()
    const holder = await hold(dataDir)
    await ask(holder.url, 'create table kept as select 42 as answer')
    const server = runningServerOf(dataDir)
    await holder.kill()
    process.kill(server.pid, 'SIGKILL')
    await waitForDeath(server, 5_000)
    const { url } = await open(dataDir)
    expect(await ask(url, 'select answer from kept')).toEqual([{ answer: 42 }])
  })

  test('starts although a left-over pid file names a living stranger', async () => {
    const dataDir = madeDataDir()
    const database = await open(dataDir)
    await database.stop()
    const stranger = spawn('sleep', ['60'])
    cleanups.push(() => killHard(stranger))
    const lines = [stranger.pid, join(dataDir, 'postgres'), 1, database.port, '', '127.0.0.1', '', 'ready']
    writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), lines.join('\n'))
    const again = await open(dataDir)
    expect(await ask(again.url, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('is brought back on the same port when it is killed, and a pool goes on', async () => {
    const dataDir = madeDataDir()
    const { url } = await open(dataDir)
    const pool = openPool({ url, max: 2 })
    cleanups.push(() => pool.end())
    await pool.query('create table kept as select 42 as answer')
    const server = runningServerOf(dataDir)
    process.kill(server.pid, 'SIGKILL')
    await waitForDeath(server, 5_000)
    // A connection's own process outlives the server for a moment and may still answer; only the next server's answer counts.
    while (!serverOf(dataDir)) await delay(20)
    const deadline = performance.now() + 20_000
    let rows: unknown[] | undefined
    while (rows === undefined && performance.now() < deadline) {
      rows = await pool.query('select answer from kept').then(
        (result) => result.rows,
        () => delay(50, undefined),
      )
    }
    expect(rows).toEqual([{ answer: 42 }])
    expect(runningServerOf(dataDir)).not.toEqual(server)
  })

  test('is brought back also by a process that only attached to it', async () => {
    const dataDir = madeDataDir()
    const starter = await hold(dataDir)
    const { url } = await open(dataDir)
    await starter.leave()
    const server = runningServerOf(dataDir)
    process.kill(server.pid, 'SIGKILL')
    await waitForDeath(server, 5_000)
    while (!serverOf(dataDir)) await delay(20)
    while (!(await ask(url, 'select 1').catch(() => undefined))) await delay(20)
  })

  test('refuses files of another major version', async () => {
    const dataDir = madeDataDir()
    const database = await open(dataDir)
    await database.stop()
    chmodSync(join(dataDir, 'postgres', 'PG_VERSION'), 0o600)
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    await expect(openDatabase({ dataDir })).rejects.toThrow('was made by PostgreSQL 17')
  })

  test('says what PostgreSQL said when it cannot start', async () => {
    const dataDir = madeDataDir()
    const database = await open(dataDir)
    await database.stop()
    rmSync(join(dataDir, 'postgres', 'global', 'pg_control'))
    await expect(openDatabase({ dataDir })).rejects.toThrow(/PostgreSQL stopped at once; it said:[\s\S]*pg_control/)
  })

  test.runIf(isRoot)('works for root below a directory that only root may enter', async () => {
    const { url } = await open(newDataDir(0o700))
    const rows = await ask(url, `select current_setting('data_directory') <> '' as runs`)
    expect(rows).toEqual([{ runs: true }])
  })

  test.runIf(isRoot)('works for a user without any rights', async () => {
    const dataDir = newDataDir(0o777)
    const nobody = { uid: 65_534, gid: 65_534 }
    const reachable = spawn(process.execPath, ['-e', `require('node:fs').readFileSync('${holderScript}')`], {
      ...nobody,
      cwd: '/',
      stdio: 'ignore',
    })
    const [code] = await once(reachable, 'exit').catch(() => [1])
    // A clone below root's home cannot be read by anybody else; then there is nothing to test.
    if (code !== 0) return
    const holder = await hold(dataDir, nobody)
    expect(await ask(holder.url, 'select 1 as one')).toEqual([{ one: 1 }])
    expect(statSync(join(dataDir, 'postgres')).uid).toBe(nobody.uid)
    await holder.leave()
    expect(serverOf(dataDir)).toBeUndefined()
  })
})

describe('an address given by the operator', () => {
  test('wins, and nothing is started or stopped', async () => {
    const databaseUrl = inject('testServerUrl')
    const dataDir = newDataDir()
    const database = await openDatabase({ databaseUrl, dataDir })
    expect(database).toMatchObject({ url: databaseUrl, port: Number(new URL(databaseUrl).port), embedded: false })
    await database.stop()
    expect(readdirSync(dataDir)).toEqual([])
    expect(await ask(databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('is waited for a while, and refused in one sentence without its password', async () => {
    const nobody = 'postgres://shop:secret@127.0.0.1:1/shop'
    await expect(checkExternal(nobody, 300)).rejects.toThrow(
      'the database at DATABASE_URL cannot be used: connect ECONNREFUSED 127.0.0.1:1',
    )
    const wrong = inject('testServerUrl').replace(/:[^:@]+@/, ':secret@')
    await expect(checkExternal(wrong)).rejects.toThrow(/cannot be used: password authentication failed for user/)
  })
})
