import { type Db, sql } from '../platform/db.ts'

/** How many jobs wait, and how many failed for good. */
export async function countJobs(db: Db): Promise<{ waiting: number; failed: number }> {
  const [row] = await db.query<{ waiting: number; failed: number }>(sql`
    select count(*) filter (where attempts < max_attempts) as waiting,
           count(*) filter (where attempts >= max_attempts) as failed from graphile_worker.jobs`)
  return row ?? { waiting: 0, failed: 0 }
}
