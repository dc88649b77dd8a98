// A lock as a file that names its holder, so that a lock left behind by kill -9 is recognised and taken over.
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { identityOf, isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts'
import { DatabaseRefused } from './refused.ts'

export type LockAttempt =
  | { readonly held: true; release(): void }
  | { readonly held: false; readonly holder: ProcessIdentity }

/** Never waits. The file appears with its content at once (hard link), so a reader never sees half a lock. */
export function tryLock(path: string): LockAttempt {
  for (;;) {
    const mine = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
    writeFileSync(mine, JSON.stringify(ownIdentity()))
    try {
      linkSync(mine, path)
      return { held: true, release: () => rmSync(path, { force: true }) }
    } catch (error) {
      if (!hasCode(error, 'EEXIST')) throw error
    } finally {
      rmSync(mine, { force: true })
    }
    const holder = readHolder(path)
    if (holder === undefined) continue
    if (isAlive(holder)) return { held: false, holder }
    takeAway(path, holder)
  }
}

/** Waits for its turn, then runs `work` alone. */
export async function withLock<T>(path: string, work: () => Promise<T>, waitMs = 120_000): Promise<T> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const attempt = tryLock(path)
    if (attempt.held) {
      try {
        return await work()
      } finally {
        attempt.release()
      }
    }
    if (performance.now() > deadline) {
      throw new DatabaseRefused(
        `process ${attempt.holder.pid} has held ${path} for ${Math.round(waitMs / 1000)} s; is it stuck?`,
      )
    }
    await delay(20)
  }
}

/** Undefined when the lock has just gone, or names nobody who could be running. */
function readHolder(path: string): ProcessIdentity | undefined {
  let content: string
  try {
    content = readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    const { pid, startedAt } = JSON.parse(content) as ProcessIdentity
    return { pid, startedAt }
  } catch {
    return { pid: 0, startedAt: 'unreadable' }
  }
}

// Two processes may both find the same dead holder. The rename lets one of them win; the loser may have moved a
// fresh lock aside instead, notices by its content, and puts it back.
function takeAway(path: string, dead: ProcessIdentity): void {
  const aside = `${path}.stale.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return
    throw error
  }
  const moved = readHolder(aside)
  try {
    if (moved && moved.startedAt !== dead.startedAt && identityOf(moved.pid)) linkSync(aside, path)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
