import { type Db, sql } from '../../../platform/db.ts'

export interface Attempts {
  readonly attempts: number
  readonly startedAt: Date
}

/** Counts one attempt and answers where the window stands: one statement, so that parallel attempts cannot slip through. */
export async function insertAttempt(
  db: Db,
  attempt: { scope: string; subjectHash: string; now: Date; windowSeconds: number },
): Promise<Attempts> {
  const windowStart = new Date(attempt.now.getTime() - attempt.windowSeconds * 1000)
  const [row] = await db.query<{ attempts: number; started_at: Date }>(sql`
    insert into attempt_counters as c (scope, subject_hash, started_at, attempts)
    values (${attempt.scope}, ${attempt.subjectHash}, ${attempt.now}, 1)
    on conflict (scope, subject_hash) do update set
      attempts = case when c.started_at <= ${windowStart} then 1 else least(c.attempts + 1, 1000000) end,
      started_at = case when c.started_at <= ${windowStart} then excluded.started_at else c.started_at end
    returning attempts, started_at`)
  if (!row) throw new Error('an upsert that returns always gives its row')
  return { attempts: row.attempts, startedAt: row.started_at }
}

/** Takes one back; it was counted before it was known to succeed. */
export async function decreaseAttempts(db: Db, subject: { scope: string; subjectHash: string }): Promise<void> {
  await db.query(sql`
    update attempt_counters set attempts = greatest(attempts - 1, 0)
     where scope = ${subject.scope} and subject_hash = ${subject.subjectHash}`)
}

export async function deleteAttempts(db: Db, subject: { scope: string; subjectHash: string }): Promise<void> {
  await db.query(sql`
    delete from attempt_counters where scope = ${subject.scope} and subject_hash = ${subject.subjectHash}`)
}

export async function deleteAttemptsBefore(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from attempt_counters where started_at < ${before}`)
}
