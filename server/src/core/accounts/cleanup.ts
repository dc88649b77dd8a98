import type { Server } from '../../platform/ctx.ts'
import { dbOf } from '../../platform/db.ts'
import { deleteAttemptsBefore } from './attempts/store.ts'
import { deleteCodesBefore } from './codes/store.ts'
import { deleteAnswersBefore } from './idempotency/store.ts'
import { deleteSessionsBefore } from './staff/store.ts'
import { deleteTokensBefore } from './tokens/store.ts'

const dayMs = 24 * 60 * 60 * 1000

/** Takes away what nobody can use any more: for a daily job. Answers to idempotency keys stay for a month. */
export async function deleteExpired(server: Server): Promise<void> {
  const db = dbOf(server.pool)
  const daysAgo = (days: number) => new Date(server.clock.now().getTime() - days * dayMs)
  await deleteSessionsBefore(db, daysAgo(0))
  await deleteAttemptsBefore(db, daysAgo(1))
  await deleteCodesBefore(db, daysAgo(7))
  await deleteAnswersBefore(db, daysAgo(30))
  await deleteTokensBefore(db, daysAgo(30))
}
