// The database: an address given by the operator, or a PostgreSQL of our own in DATA_DIR.
//
// Every process that uses the embedded server leaves a file in DATA_DIR/run with its pid and start time. Whoever comes
// first starts the server; whoever leaves last stops it (docs/decisions/0004-embedded-postgres.md).
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { checkExternal } from './external.ts'
import {
  type Credentials,
  createCredentials,
  databaseName,
  findFreePort,
  isPortFree,
  type Layout,
  prepareLayout,
  readCredentials,
  urlOf,
  writeCredentials,
} from './layout.ts'
import { withLock } from './lock-file.ts'
import {
  findPostmaster,
  PortTaken,
  type Start,
  servesCluster,
  startPostmaster,
  stopPostmaster,
  waitUntilReady,
} from './postmaster.ts'
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { DatabaseRefused } from './refused.ts'
import { chooseRunAs } from './run-as.ts'
import { supervise } from './supervisor.ts'

export { tryLock } from './lock-file.ts'
export { DatabaseRefused } from './refused.ts'

export type OpenDatabase = {
  readonly url: string
  readonly port: number
  readonly embedded: boolean
  /** Lets go of the database: an embedded server stops when nobody else uses it. */
  stop(): Promise<void>
}

export type OpenOptions = {
  /** When given, it always wins and nothing is started. */
  readonly databaseUrl?: string | undefined
  readonly dataDir: string
  /** False only for tests: no fsync. */
  readonly durable?: boolean
  readonly log?: (message: string) => void
  /** The embedded server died and could not be brought back. */
  readonly onLost?: (error: Error) => void
}

export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  if (options.databaseUrl) {
    await checkExternal(options.databaseUrl)
    const port = Number(new URL(options.databaseUrl).port || 5432)
    return { url: options.databaseUrl, port, embedded: false, stop: async () => undefined }
  }
  return openEmbedded(options)
}

async function openEmbedded(options: OpenOptions): Promise<OpenDatabase> {
  const layout = prepareLayout(options.dataDir)
  const log = options.log ?? (() => undefined)
  const opened = await withLock(layout.mutex, async () => {
    const prepared = await prepareStart(layout, options.durable ?? true)
    const running = await attachOrStart(prepared, log)
    await ensureDatabase(running.start.credentials)
    return { ...running, leave: announce(layout) }
  })
  const watch = supervise({
    server: opened.server,
    restart: () => withLock(layout.mutex, () => restart(opened.start)),
    log,
    onLost: options.onLost ?? ((error) => log(error.message)),
  })
  let stopping: Promise<void> | undefined
  const stop = async () => {
    watch.end()
    await withLock(layout.mutex, async () => {
      opened.leave()
      const server = findPostmaster(layout)
      if (server && !isUsed(layout)) await stopPostmaster(server.process)
    })
  }
  const { credentials } = opened.start
  return {
    url: urlOf(credentials),
    port: credentials.port,
    embedded: true,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

type Running = { readonly start: Start; readonly server: ProcessIdentity }

async function prepareStart(layout: Layout, durable: boolean): Promise<Start> {
  const binaries = findBinaries()
  const runAs = chooseRunAs([binaries.folder, layout.root])
  const existing = readCredentials(layout)
  const credentials = existing ?? (await createCredentials(layout))
  await ensureCluster({ binaries, runAs, folder: layout.cluster, password: credentials.password, durable })
  return { binaries, runAs, layout, credentials, durable }
}

async function attachOrStart(prepared: Start, log: (message: string) => void): Promise<Running> {
  const attached = await attach(prepared)
  if (attached) return attached
  let { credentials } = prepared
  for (let attempt = 0; attempt < 5; attempt++) {
    if (!(await isPortFree(credentials.port))) {
      const port = await findFreePort()
      log(`port ${credentials.port} is taken, the database moves to ${port}`)
      credentials = { ...credentials, port }
      writeCredentials(prepared.layout, credentials)
    }
    const start = { ...prepared, credentials }
    try {
      return { start, server: await startPostmaster(start) }
    } catch (error) {
      // A server whose starter was killed may have come up between our look and our start.
      const late = await attach(prepared)
      if (late) return late
      if (!(error instanceof PortTaken)) throw error
    }
  }
  throw new DatabaseRefused('every port tried for the embedded PostgreSQL was taken by another program')
}

/** Undefined when no server of this cluster runs, or it was just shutting down. */
async function attach(prepared: Start): Promise<Running | undefined> {
  const found = findPostmaster(prepared.layout)
  if (!found) return undefined
  // A server in its first milliseconds has not written its port yet; then it is the remembered one.
  const credentials: Credentials = { ...prepared.credentials, port: found.port || prepared.credentials.port }
  if (!(await waitUntilReady(found.process, credentials))) return undefined
  if (!(await servesCluster(prepared.layout, credentials))) {
    throw new DatabaseRefused(
      `the PostgreSQL on port ${credentials.port} serves another directory than ${prepared.layout.cluster}`,
    )
  }
  return { start: { ...prepared, credentials }, server: found.process }
}

// The pools of every attached process know the address, so a restart keeps the port, whatever it takes.
async function restart(start: Start): Promise<ProcessIdentity> {
  const running = await attach(start)
  return running ? running.server : startPostmaster(start)
}

async function ensureDatabase(credentials: Credentials): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(credentials, 'postgres') })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName])
    if (rowCount === 0) await client.query(`create database ${databaseName}`)
  } finally {
    await client.end()
  }
}

/** Leaves our name in DATA_DIR/run; the returned function takes it away. */
function announce(layout: Layout): () => void {
  const file = join(layout.run, `user-${process.pid}-${randomBytes(4).toString('hex')}.json`)
  writeFileSync(file, JSON.stringify(ownIdentity()))
  return () => rmSync(file, { force: true })
}

function isUsed(layout: Layout): boolean {
  let used = false
  for (const name of readdirSync(layout.run)) {
    if (!name.startsWith('user-')) continue
    const file = join(layout.run, name)
    if (isLiveUser(file)) used = true
    else rmSync(file, { force: true })
  }
  return used
}

function isLiveUser(file: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity)
  } catch {
    // Half written by a process that was killed at that moment.
    return false
  }
}
