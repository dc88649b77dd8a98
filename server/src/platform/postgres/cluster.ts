// Makes the files of a new cluster, once. They are prepared aside and renamed into place, so that a kill in the middle
// leaves nothing that looks finished.
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { superuser } from './layout.ts'
import { DatabaseRefused } from './refused.ts'
import { type RunAs, spawnAs } from './run-as.ts'

export type NewCluster = {
  readonly binaries: Binaries
  readonly runAs: RunAs
  readonly folder: string
  readonly password: string
  /** False only for throw-away clusters of tests. */
  readonly durable: boolean
}

/** The major version of the programs that we start; a cluster belongs to one major version. */
export const majorVersion = '18'

export async function ensureCluster(wanted: NewCluster): Promise<void> {
  if (existsSync(wanted.folder)) return checkVersion(wanted.folder)
  removeUnfinished(wanted.folder)
  const unfinished = `${wanted.folder}.init-${randomBytes(4).toString('hex')}`
  mkdirSync(unfinished, { mode: 0o700 })
  const passwordFile = `${unfinished}.password`
  writeFileSync(passwordFile, wanted.password, { mode: 0o600 })
  for (const path of [unfinished, passwordFile]) giveTo(wanted.runAs, path)
  try {
    await initdbWithBestLocale(wanted, unfinished, passwordFile)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(unfinished, wanted.folder)
}

function checkVersion(folder: string): void {
  let found: string
  try {
    found = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  } catch (cause) {
    throw new DatabaseRefused(`${folder} is not a PostgreSQL cluster that this user can read`, { cause })
  }
  if (found === majorVersion) return
  throw new DatabaseRefused(
    `${folder} was made by PostgreSQL ${found}, this program brings ${majorVersion}: ` +
      'make a backup with the program version that made it and restore it into an empty DATA_DIR',
  )
}

// Left by a start that was killed; the caller holds the lock, so nobody is working on it now.
function removeUnfinished(folder: string): void {
  const parent = dirname(folder)
  for (const name of readdirSync(parent)) {
    if (join(parent, name).startsWith(`${folder}.init-`)) rmSync(join(parent, name), { recursive: true, force: true })
  }
}

// The builtin provider sorts and folds case the same on every machine, so an upgrade of the system's C library cannot
// corrupt an index. The character classes (which pg_trgm asks for) still come from the C library: UTF-8 where it has it.
async function initdbWithBestLocale(wanted: NewCluster, folder: string, passwordFile: string): Promise<void> {
  const failures: string[] = []
  for (const characterClasses of ['C.UTF-8', 'en_US.UTF-8', 'C']) {
    const failure = await initdb(wanted, folder, passwordFile, characterClasses)
    if (failure === undefined) return
    failures.push(failure)
    if (!failure.includes('locale')) break
  }
  throw new DatabaseRefused(`the database could not be made in ${folder}:\n${failures.at(-1)}`)
}

function initdb(wanted: NewCluster, folder: string, passwordFile: string, characterClasses: string) {
  const command = [
    wanted.binaries.initdb,
    ...['-D', folder, '--username', superuser, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    ...['--encoding', 'UTF8', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8', '--locale', 'C'],
    ...['--lc-ctype', characterClasses, '--no-instructions'],
    ...(wanted.durable ? [] : ['--no-sync']),
  ]
  return new Promise<string | undefined>((resolve) => {
    const child = spawnAs(wanted.runAs, command, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    child.stdout?.on('data', (part) => {
      output += part
    })
    child.stderr?.on('data', (part) => {
      output += part
    })
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code) => resolve(code === 0 ? undefined : output.trim() || `initdb ended with ${code}`))
  })
}

function giveTo(runAs: RunAs, path: string): void {
  if (runAs.owner) chownSync(path, runAs.owner.uid, runAs.owner.gid)
}
