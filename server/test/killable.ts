// A server of its own, with its own embedded database, that a test may kill.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { identityOf, waitForDeath } from '../src/platform/postgres/process-identity.ts'

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url))

export interface Killable {
  readonly origin: string
  start(): void
  /** kill -9. The server is started again after a pause; the database is brought back by the server. */
  kill(victim: 'server' | 'database', pauseMs: number): Promise<void>
  cli(...args: string[]): string
  /** Ends both and removes their files. */
  remove(): Promise<void>
}

export async function killableServer(): Promise<Killable> {
  const dataDir = mkdtempSync(join(tmpdir(), 'regulars-kills-'))
  const port = await freePort()
  const env = {
    PATH: process.env.PATH,
    DATA_DIR: dataDir,
    PORT: String(port),
    REGULARS_DEMO: 'off',
    LOG_LEVEL: 'fatal',
  }
  let server: ChildProcess | undefined
  const postgres = () => {
    try {
      return identityOf(Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]))
    } catch {
      return undefined
    }
  }
  const start = () => {
    server = spawn(process.execPath, [main, 'serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    start,
    kill: async (victim, pauseMs) => {
      if (victim === 'database') process.kill(postgres()?.pid ?? 0, 'SIGKILL')
      else {
        server?.kill('SIGKILL')
        await delay(pauseMs)
        start()
      }
    },
    cli: (...args) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { env, encoding: 'utf8' })
      if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}${stdout}`)
      return stdout
    },
    remove: async () => {
      server?.kill('SIGKILL')
      const database = postgres()
      if (database) process.kill(database.pid, 'SIGQUIT')
      if (database) await waitForDeath(database, 10_000)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Sends until there is an answer that `isAnswer` takes; no connection, a 5xx or a call still in progress is tried again. */
export async function untilAnswered(
  send: () => Promise<Response>,
  isAnswer: (status: number, text: string) => boolean,
): Promise<{ status: number; text: string }> {
  for (;;) {
    const response = await send().catch(() => undefined)
    const text = response ? await response.text().catch(() => undefined) : undefined
    if (response && text !== undefined) {
      if (isAnswer(response.status, text)) return { status: response.status, text }
      if (response.status < 500 && !text.includes('request.in_progress')) throw new Error(`${response.status} ${text}`)
    }
    await delay(50)
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** mulberry32: small, and the same numbers for the same seed. */
export function randomOf(start: number): () => number {
  let state = start
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
