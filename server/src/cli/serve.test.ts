import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { identityOf, waitForDeath } from '../platform/postgres/process-identity.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const dataDir = mkdtempSync(join(tmpdir(), 'regulars-serve-'))
const environment = {
  PATH: process.env.PATH,
  DATA_DIR: dataDir,
  REGULARS_DEMO: 'off',
  LOG_LEVEL: 'warn',
  // As bin/regulars starts it.
  NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
}
const children: ChildProcess[] = []

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  const server = postgres()
  if (server) process.kill(server.pid, 'SIGQUIT')
  if (server) await waitForDeath(server, 10_000)
  rmSync(dataDir, { recursive: true, force: true })
})

function postgres() {
  try {
    return identityOf(Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]))
  } catch {
    return undefined
  }
}

function run(...args: string[]) {
  return runWith({}, ...args)
}

function runWith(settings: Readonly<Record<string, string>>, ...args: string[]) {
  return spawnSync(process.execPath, [main, ...args], { env: { ...environment, ...settings }, encoding: 'utf8' })
}

/** Starts the server on a free port and waits until it says that it is ready. */
async function serve(
  ...args: string[]
): Promise<{ child: ChildProcess; base: string; stop(): Promise<number | null> }> {
  const child = spawn(process.execPath, [main, 'serve', '--port', '0', ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  for await (const line of createInterface({ input: child.stdout })) {
    const base = /console +(\S+)\//.exec(line)?.[1]
    if (!base) continue
    child.stdout.resume()
    const stop = async () => {
      child.kill('SIGTERM')
      return (await once(child, 'exit'))[0] as number | null // the event's first argument is the exit code
    }
    return { child, base, stop }
  }
  throw new Error('the server ended before it was ready')
}

describe('regulars serve', () => {
  test('answers, lets commands work beside it, refuses a second server, and stops with its database', async () => {
    const { base, stop } = await serve()
    expect((await fetch(`${base}/readyz`)).status).toBe(200)
    const database = postgres()
    const migrate = run('migrate')
    expect(migrate).toMatchObject({ status: 0, stdout: 'nothing to do: the database is up to date\n' })
    expect(postgres()).toEqual(database)
    const second = run('serve', '--port', '0')
    expect(second.status).toBe(1)
    expect(second.stderr).toContain(`already serves ${dataDir}`)
    expect(await stop()).toBe(0)
    expect(postgres()).toBeUndefined()
  })

  test('lets api and worker run beside each other, each once', async () => {
    const api = await serve('--role', 'api')
    const worker = await serve('--role', 'worker')
    expect(run('serve', '--port', '0', '--role', 'worker').status).toBe(1)
    expect(await api.stop()).toBe(0)
    expect(postgres()).toBeDefined()
    expect(await worker.stop()).toBe(0)
    expect(postgres()).toBeUndefined()
  })

  test('goes on after a kill of PostgreSQL, and starts again after a kill of itself', async () => {
    const first = await serve()
    const killed = postgres()
    if (killed) process.kill(killed.pid, 'SIGKILL')
    const ready = async () => (await fetch(`${first.base}/readyz`)).status === 200 && postgres()?.pid !== killed?.pid
    while (!(await ready())) await delay(50)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    expect(postgres()).toBeDefined()
    const second = await serve()
    expect((await fetch(`${second.base}/readyz`)).status).toBe(200)
    expect(await second.stop()).toBe(0)
    expect(postgres()).toBeUndefined()
  })

  test('says which port is in use and ends with 1', async () => {
    const stranger = createServer().listen(0, '127.0.0.1')
    await once(stranger, 'listening')
    const address = stranger.address()
    const port = typeof address === 'object' && address ? String(address.port) : ''
    const refused = run('serve', '--port', port)
    stranger.close()
    expect(refused.status).toBe(1)
    expect(refused.stderr).toBe(
      `regulars: port ${port} on 127.0.0.1 is in use: stop the other program or choose another with --port\n`,
    )
    expect(postgres()).toBeUndefined()
  })

  test('answers wrong usage with 2 and a request for help with 0', () => {
    expect(run('serve', '--port', 'http')).toMatchObject({ status: 2, stderr: expect.stringContaining('0 to 65535') })
    expect(run('serve', '--role', 'boss')).toMatchObject({ status: 2, stderr: expect.stringContaining('api, worker') })
    expect(run('sevre')).toMatchObject({ status: 2, stderr: expect.stringContaining('unknown command') })
    expect(run('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('DATABASE_URL') })
    expect(run('--version')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  test('says in one line which setting cannot be served with, whatever command it is for', () => {
    const refused = (stderr: string) => ({ status: 1, stdout: '', stderr: `regulars: ${stderr}\n` })
    expect(runWith({ PORT: 'http' }, 'verify')).toMatchObject(
      refused('PORT must be a whole number from 0 to 65535, not "http"'),
    )
    expect(runWith({ API_HOSTS: 'api.shop.example=shop' }, 'serve', '--port', '0')).toMatchObject(
      refused(
        'API_HOSTS binds api.shop.example to shop, which is none of native, rees46, cleverreach, crmcom, carecloud, classic',
      ),
    )
    expect(runWith({ DATABASE_URL: 'mysql://root:hunter2@localhost/shop' }, 'serve')).toMatchObject(
      refused('DATABASE_URL must look like postgres://user:password@host:5432/database'),
    )
  })

  test('refuses to import a file that is not the data set, and to write a backup where there is no folder', () => {
    const file = join(dataDir, 'other.csv')
    writeFileSync(file, 'email,name\na@b.example,A\n')
    expect(run('tenant', 'create', 'imported', '--template', 'empty').status).toBe(0)
    expect(run('import', 'online-retail', file, '--tenant', 'imported')).toMatchObject({
      status: 1,
      stderr: `regulars: ${file} is not the Online Retail data set: it has no column InvoiceNo\n`,
    })
    const packed = `${file}.gz`
    writeFileSync(packed, 'not packed')
    expect(run('import', 'online-retail', packed, '--tenant', 'imported')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^regulars: \S+ cannot be read: [^\n]+\n$/),
    })
    const nowhere = join(dataDir, 'nowhere')
    expect(run('backup', join(nowhere, 'shop.bak'))).toMatchObject({
      status: 1,
      stderr: `regulars: there is no folder ${nowhere}\n`,
    })
  })
})
