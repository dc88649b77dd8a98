// PostgreSQL refuses to run as root. When we are root it runs as the system user `postgres`.
import { type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import { DatabaseRefused } from './refused.ts'

export type RunAs = {
  /** Owner of the cluster's files; undefined when we are not root and everything is ours anyway. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined
  readonly prefix: readonly string[]
}

const user = 'postgres'

/** Chooses how to start PostgreSQL so that it reaches all of `paths`. */
export function chooseRunAs(paths: readonly string[]): RunAs {
  if (process.getuid?.() !== 0) return { owner: undefined, prefix: [] }
  const owner = findUser() ?? createUser()
  const plain: RunAs = { owner, prefix: [] }
  if (reaches(plain, paths)) return plain
  // The clone lies below a directory that only root may enter, such as /root or the result of mktemp -d. Opening such
  // a directory to everybody is not ours to do, so the server gets the one capability to pass through it: to read
  // (search) only where the container grants that, else the wider one that Docker grants by default.
  for (const capability of ['dac_read_search', 'dac_override']) {
    const privileged: RunAs = { owner: undefined, prefix: privilegePrefix(capability) }
    if (reaches(privileged, paths)) return { owner, prefix: privileged.prefix }
  }
  throw new DatabaseRefused(
    `the system user "${user}", which runs the embedded PostgreSQL when started as root, cannot enter ` +
      `${paths.join(' or ')}: move the installation and DATA_DIR to where it can, start as another user, or set DATABASE_URL`,
  )
}

export function spawnAs(runAs: RunAs, command: readonly string[], options: SpawnOptions) {
  const [file, ...args] = [...runAs.prefix, ...command]
  if (file === undefined) throw new Error('nothing to run')
  return spawn(file, args, { ...options, ...identity(runAs), cwd: '/', env: quietEnvironment })
}

// setpriv changes the user itself; otherwise the kernel does, at the spawn.
function identity(runAs: RunAs): { uid?: number; gid?: number } {
  return runAs.prefix.length === 0 && runAs.owner ? runAs.owner : {}
}

// English messages (we read some of them) and nothing of the operator's environment, PGPORT and the like included.
const quietEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC', HOME: '/' }

function reaches(runAs: RunAs, paths: readonly string[]): boolean {
  const script = 'for path; do test -x "$path" || exit 1; done'
  const [file = '', ...args] = [...runAs.prefix, '/bin/sh', '-c', script, 'sh', ...paths]
  const answer = spawnSync(file, args, { ...identity(runAs), cwd: '/', env: quietEnvironment, stdio: 'ignore' })
  return answer.status === 0
}

function privilegePrefix(capability: string): string[] {
  const only = `-all,+${capability}`
  return [
    ...['setpriv', '--reuid', user, '--regid', user, '--init-groups'],
    // access(2) drops the capabilities of a user other than root unless this bit is set; initdb relies on it.
    ...['--securebits', '+no_setuid_fixup'],
    ...['--inh-caps', only, '--ambient-caps', only, '--bounding-set', only, '--'],
  ]
}

function findUser(): { uid: number; gid: number } | undefined {
  const uid = numberFrom(spawnSync('id', ['-u', user], { encoding: 'utf8' }).stdout)
  const gid = numberFrom(spawnSync('id', ['-g', user], { encoding: 'utf8' }).stdout)
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

function createUser(): { uid: number; gid: number } {
  const options = [
    '--system',
    '--user-group',
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/bin/false',
  ]
  const made = spawnSync('useradd', [...options, user], { encoding: 'utf8' })
  const found = findUser()
  if (found) return found
  const reason = made.stderr?.trim() || made.error?.message || 'useradd failed'
  throw new DatabaseRefused(
    `PostgreSQL does not run as root, and the system user "${user}" could not be made (${reason}): ` +
      'start as another user, or set DATABASE_URL',
  )
}

function numberFrom(text: string | null | undefined): number | undefined {
  return text && /^\d+\s*$/.test(text) ? Number(text) : undefined
}
