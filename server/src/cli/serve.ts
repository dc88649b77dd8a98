import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { FastifyInstance } from 'fastify'
import { createApp } from '../app.ts'
import { startJobs } from '../jobs/index.ts'
import { type Config, localUrl, readConfigWith } from '../platform/config.ts'
import type { Server } from '../platform/ctx.ts'
import { openPool } from '../platform/db.ts'
import { type Log, makeLog } from '../platform/log.ts'
import { migrate } from '../platform/migrate.ts'
import { type OpenDatabase, openDatabase, tryLock } from '../platform/postgres/index.ts'
import { recordServer } from '../platform/running-server.ts'
import { makeServer, type ServerParts } from '../platform/server.ts'
import { type DemoLogin, ensureDemo } from '../template/index.ts'
import { Refusal } from './refusal.ts'

type Flags = { readonly host?: string; readonly port?: string; readonly role?: string }

export function registerServe(program: Command): void {
  program
    .command('serve')
    .alias('start')
    .description('Serve the APIs, the console and the jobs; runs until it is told to stop (SIGTERM, Ctrl-C).')
    .option('--port <number>', 'port to listen on; 0 takes any free one (default: PORT or 8080)', checkPort)
    .option('--host <address>', 'address to listen on (default: HOST or 127.0.0.1)')
    .addOption(
      new Option('--role <role>', 'what this process does (default: REGULARS_ROLE or all)').choices([
        'api',
        'worker',
        'all',
      ]),
    )
    .action(({ host, port, role }: Flags) => serve(readConfigWith({ HOST: host, PORT: port, REGULARS_ROLE: role })))
}

function checkPort(text: string): string {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return text
  throw new InvalidArgumentError('It is a whole number from 0 to 65535.')
}

/** How long requests under way may take to finish once we are told to stop. */
const shutdownMs = 10_000

async function serve(config: Config): Promise<void> {
  const log = makeLog({ level: config.logLevel })
  const stop = stopSignal()
  const locks = config.databaseUrl ? [] : lockDataDir(config)
  try {
    const database = await openDatabase({
      ...config,
      log: (message) => log.warn(message),
      onLost: (error) => stop.now(error),
    })
    void stop.promise.then(() => endAnyway(database, log))
    try {
      await migrate(database.url)
      await serveFrom(config, database.url, log, stop)
    } finally {
      await database.stop()
    }
  } finally {
    for (const lock of locks) lock.release()
  }
}

/** A job or a query that does not end must not keep us from ending: nothing that was answered can be lost by it. */
function endAnyway(database: OpenDatabase, log: Log): void {
  const force = () => {
    log.warn('something did not finish in time and is cut off')
    void database.stop().finally(() => process.exit(1))
  }
  setTimeout(force, shutdownMs + 2_000).unref()
}

async function serveFrom(config: Config, url: string, log: Log, stop: StopSignal): Promise<void> {
  const pool = openPool({
    url,
    max: config.poolSize,
    onError: (error) => log.warn({ reason: error.message }, 'a database connection was lost'),
  })
  try {
    // First: it refuses settings that it can't serve with.
    const app = await createApp({ config, pool, log })
    const login = await prepareDemo(config, { pool, log })
    const server = await makeServer({ pool, log })
    try {
      await listen(app, config)
      // From here on a database that goes away is waited for, and ends nothing.
      await runUntilTold(app, { config, server, login, stop })
    } finally {
      await closeWithin(app, shutdownMs)
    }
  } finally {
    await pool.end()
  }
}

type Running = {
  readonly config: Config
  readonly server: Server
  readonly login: DemoLogin | undefined
  readonly stop: StopSignal
}

async function runUntilTold(app: FastifyInstance, { config, server, login, stop }: Running): Promise<void> {
  const jobs = config.role === 'api' ? undefined : await startJobs(server)
  const base = addressOf(app, config)
  const forget = recordServer(config.dataDir, base)
  if (!stop.told) announce(base, config, login)
  const reason = await stop.promise
  server.log.info('stopping')
  forget()
  // New connections are refused at once, while jobs finish what they have begun.
  await Promise.all([closeWithin(app, shutdownMs), jobs?.stop()])
  if (reason) throw new Refusal(reason.message, { cause: reason })
}

async function listen(app: FastifyInstance, config: Config): Promise<void> {
  try {
    await app.listen({ host: config.host, port: config.port })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : ''
    const reasons: Record<string, string> = {
      EADDRINUSE: `port ${config.port} on ${config.host} is in use: stop the other program or choose another with --port`,
      EACCES: `port ${config.port} may not be used by this user: choose one above 1023 with --port`,
      EADDRNOTAVAIL: `${config.host} is not an address of this machine: choose another with --host`,
    }
    throw new Refusal(reasons[String(code)] ?? String(error), { cause: error })
  }
}

/** Where clients reach us, also when we were told to take any free port. */
function addressOf(app: FastifyInstance, config: Config): string {
  const address = app.addresses()[0]
  const chosen = config.port === 0 && !config.publicUrlIsGiven && typeof address === 'object'
  return chosen ? localUrl(config.host, address.port) : config.publicUrl
}

/** On a server without tenants a demo shop is made first; later starts know its login. A server without it serves too. */
async function prepareDemo(config: Config, parts: ServerParts): Promise<DemoLogin | undefined> {
  if (!config.demo || config.role === 'worker') return undefined
  try {
    return await ensureDemo(await makeServer(parts), {
      willMake: () =>
        console.log('Making the demo shop: thirteen months of trade, a few seconds (REGULARS_DEMO=off: none)'),
    })
  } catch (error) {
    parts.log.error({ err: error }, 'the demo shop could not be made')
    return undefined
  }
}

function announce(base: string, config: Config, login: DemoLogin | undefined): void {
  console.log('Regulars is ready')
  console.log(`  console   ${base}/`)
  if (login) console.log(`  sign in   ${login.email}  ${login.password}`)
  console.log(`  API docs  ${base}/docs`)
  console.log(`  data      ${config.databaseUrl ? 'DATABASE_URL' : config.dataDir}`)
}

/** Waits for requests under way, then cuts the rest off. */
async function closeWithin(app: FastifyInstance, milliseconds: number): Promise<void> {
  const patience = setTimeout(() => app.server.closeAllConnections(), milliseconds)
  await app.close()
  clearTimeout(patience)
}

/** One process of each role per embedded database. Several processes share a DATABASE_URL, where nothing is locked. */
function lockDataDir(config: Config): { release(): void }[] {
  const run = join(config.dataDir, 'run')
  mkdirSync(run, { recursive: true })
  const roles = config.role === 'all' ? ['api', 'worker'] : [config.role]
  const locks: { release(): void }[] = []
  for (const role of roles) {
    const attempt = tryLock(join(run, `serve-${role}.lock`))
    if (attempt.held) {
      locks.push(attempt)
      continue
    }
    for (const lock of locks) lock.release()
    throw new Refusal(
      `process ${attempt.holder.pid} already serves ${config.dataDir}: stop it, or set another DATA_DIR (and --port)`,
    )
  }
  return locks
}

type StopSignal = {
  /** Resolves when we are to stop; with an error when something made us. */
  readonly promise: Promise<Error | undefined>
  readonly told: boolean
  now(error: Error): void
}

function stopSignal(): StopSignal {
  const { promise, resolve } = Promise.withResolvers<Error | undefined>()
  const state = { told: false }
  const tell = (error?: Error) => {
    state.told = true
    resolve(error)
  }
  // Kept for good: a second Ctrl-C must not cut the shutdown short and leave the database behind.
  process.on('SIGINT', () => tell())
  process.on('SIGTERM', () => tell())
  return {
    promise,
    get told() {
      return state.told
    },
    now: tell,
  }
}
