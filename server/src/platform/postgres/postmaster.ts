// One PostgreSQL server process of a cluster: find it, start it, wait until it answers, stop it.
import { closeSync, openSync, readFileSync, readlinkSync, renameSync, rmSync, statSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Binaries } from './binaries.ts'
import { type Credentials, type Layout, urlOf } from './layout.ts'
import { identityOf, isAlive, type ProcessIdentity, waitForDeath } from './process-identity.ts'
import { DatabaseRefused } from './refused.ts'
import { type RunAs, spawnAs } from './run-as.ts'

export type Start = {
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly layout: Layout
  readonly credentials: Credentials
  /** False only for throw-away clusters of tests: then nothing is flushed to the disk. */
  readonly durable: boolean
}

export class PortTaken extends Error {}

/** SQLSTATE of a server that is starting up, recovering or shutting down. */
const cannotConnectNow = '57P03'

/** The running server of this cluster, if there is one; what a crash left behind is cleared away. */
export function findPostmaster(layout: Layout): { process: ProcessIdentity; port: number } | undefined {
  const file = join(layout.cluster, 'postmaster.pid')
  let lines: string[]
  try {
    lines = readFileSync(file, 'utf8').split('\n')
  } catch {
    return undefined
  }
  const pid = Number(lines[0])
  const found = Number.isInteger(pid) && pid > 0 ? identityOf(pid) : undefined
  if (found && worksIn(pid, layout.cluster)) return { process: found, port: Number(lines[3]) }
  // A new server trusts the number in this file as long as *any* process bears it, also a zombie or a stranger. The
  // shared memory segment still keeps it from starting beside processes that a dead server left behind.
  rmSync(file, { force: true })
  return undefined
}

export async function startPostmaster(start: Start): Promise<ProcessIdentity> {
  rotateLog(start.layout.log)
  const logOffset = sizeOf(start.layout.log)
  const log = openSync(start.layout.log, 'a', 0o600)
  const command = [start.binaries.postgres, '-D', start.layout.cluster, ...settings(start)]
  // Detached: Ctrl-C in a terminal reaches us only, and we stop the server after the last request is answered.
  const child = spawnAs(start.runAs, command, { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  const failure = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)))
  child.unref()
  if (child.pid === undefined) throw new DatabaseRefused(`PostgreSQL could not be started: ${await failure}`)
  const started = identityOf(child.pid)
  if (started && (await waitUntilReady(started, start.credentials))) return started
  const said = readLogFrom(start.layout.log, logOffset)
  if (/could not bind|Address already in use/.test(said)) throw new PortTaken(`port ${start.credentials.port} is taken`)
  throw new DatabaseRefused(`PostgreSQL stopped at once; it said:\n${said || '(nothing)'}`)
}

/** True when the server accepts connections; false when its process ended first. */
export async function waitUntilReady(server: ProcessIdentity, credentials: Credentials): Promise<boolean> {
  // Recovery after a crash may take minutes. As long as the process lives and says "starting up", waiting is right.
  for (;;) {
    const answer = await tryConnect(credentials)
    if (answer === 'ready') return true
    if (!isAlive(server)) return false
    if (answer instanceof Error) {
      // Refused by a stranger who has our port? Then our own server is about to end.
      if (await waitForDeath(server, 500)) return false
      throw answer
    }
    await delay(20)
  }
}

/** Asks the server itself which cluster it serves: another program may have got the port. */
export async function servesCluster(layout: Layout, credentials: Credentials): Promise<boolean> {
  const client = new pg.Client({ connectionString: urlOf(credentials, 'postgres') })
  try {
    await client.connect()
    const { rows } = await client.query<{ data_directory: string }>('show data_directory')
    return rows[0]?.data_directory === layout.cluster
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Fast shutdown: open transactions are rolled back, committed ones are flushed. Harsher only when that hangs. */
export async function stopPostmaster(server: ProcessIdentity): Promise<void> {
  for (const [signal, patienceMs] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
  ] as const) {
    if (!isAlive(server)) return
    process.kill(server.pid, signal)
    if (await waitForDeath(server, patienceMs)) return
  }
  throw new DatabaseRefused(`PostgreSQL (process ${server.pid}) does not stop`)
}

async function tryConnect(credentials: Credentials): Promise<'ready' | 'not yet' | Error> {
  const client = new pg.Client({ connectionString: urlOf(credentials, 'postgres'), connectionTimeoutMillis: 5_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return 'ready'
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (!(error instanceof pg.DatabaseError) || error.code === cannotConnectNow) return 'not yet'
    // 28xxx: our password is not accepted; waiting will not help. Any other refusal comes from a server that is up.
    return error.code?.startsWith('28') ? error : 'ready'
  } finally {
    await client.end().catch(() => undefined)
  }
}

// Given on the command line, not in postgresql.conf: a newer program brings its settings to an old cluster.
function settings(start: Start): string[] {
  const memoryMb = Math.floor(Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 2 ** 20)
  const sharedBuffersMb = Math.min(1024, Math.max(128, Math.floor(memoryMb / 8)))
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port: start.credentials.port,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: start.durable ? `${sharedBuffersMb}MB` : '128MB',
    effective_cache_size: `${sharedBuffersMb * 4}MB`,
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    random_page_cost: 1.1,
    jit: 'off',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    // A new shop's tables grow from nothing; plans made for empty ones are put right soon.
    autovacuum_naptime: '10s',
    wal_compression: 'on',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Statements and error details hold personal data, and this log is a plain file.
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    log_checkpoints: 'off',
    cluster_name: 'regulars',
    // Without fsync a killed server still loses nothing, only a machine that loses power does.
    ...(start.durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

// A server works inside its data directory. Where the system does not tell us, the start-up check against the server
// itself still decides.
function worksIn(pid: number, folder: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === folder
  } catch {
    return true
  }
}

function rotateLog(file: string): void {
  if (sizeOf(file) > 10 * 2 ** 20) renameSync(file, `${file}.1`)
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0
}

function readLogFrom(file: string, offset: number): string {
  return readFileSync(file).subarray(offset).toString('utf8').trim().slice(-2_000)
}
