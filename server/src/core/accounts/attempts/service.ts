import type { Server } from '../../../platform/ctx.ts'
import { dbOf } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { sha256 } from '../../../platform/random.ts'
import * as store from './store.ts'

export interface AttemptLimit {
  /** What is tried, e.g. "sign-in by e-mail". */
  readonly scope: string
  /** Who or what is counted; kept as a hash. Name the tenant in it where the thing is a tenant's. */
  readonly subject: string
  readonly limit: number
  readonly windowSeconds: number
}

/**
 * Counts an attempt before it is made and refuses `request.rate_limited` (with `retryAfterSeconds`) beyond the limit.
 * The counters live in the database, so that the limit holds over all processes; the count is committed at once, so
 * that a refused transaction does not take it back.
 */
export async function countAttempt(server: Server, attempt: AttemptLimit): Promise<void> {
  const now = server.clock.now()
  const counted = await store.insertAttempt(dbOf(server.pool), {
    scope: attempt.scope,
    subjectHash: sha256(attempt.subject),
    now,
    windowSeconds: attempt.windowSeconds,
  })
  if (counted.attempts <= attempt.limit) return
  const end = counted.startedAt.getTime() + attempt.windowSeconds * 1000
  throw new DomainError('request.rate_limited', {
    retryAfterSeconds: Math.max(1, Math.ceil((end - now.getTime()) / 1000)),
  })
}

/** Forgets the attempts after one that succeeded. */
export function forgetAttempts(server: Server, subject: { scope: string; subject: string }): Promise<void> {
  return store.deleteAttempts(dbOf(server.pool), { scope: subject.scope, subjectHash: sha256(subject.subject) })
}

/** Takes back one attempt that succeeded, where others of the same subject may still be guesses. */
export function uncountAttempt(server: Server, subject: { scope: string; subject: string }): Promise<void> {
  return store.decreaseAttempts(dbOf(server.pool), { scope: subject.scope, subjectHash: sha256(subject.subject) })
}
