import type { Ctx } from '../../../platform/ctx.ts'
import { type Db, sql } from '../../../platform/db.ts'
import type { Id } from '../../../platform/ids.ts'
import type { ReplayQuestion } from './replay.ts'
import type { Replayed } from './tally.ts'

export interface ReplayRun {
  readonly id: Id<'replay'>
  readonly question: ReplayQuestion
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  /** Sales that were looked at, of so many; null before the first look. */
  readonly looked: number
  readonly total: number | null
  readonly result: Replayed | null
  readonly createdAt: Date
  readonly endedAt: Date | null
}

const columns = sql`id, question, state, looked, total, result, created_at as "createdAt", ended_at as "endedAt"`

/** Times come out of jsonb as texts, whatever the type says. */
function readTimes<Row extends { readonly question: ReplayQuestion }>(row: Row): Row {
  const { question } = row
  return { ...row, question: { ...question, from: new Date(question.from), to: new Date(question.to) } }
}

export async function insertRun(ctx: Ctx, question: ReplayQuestion): Promise<ReplayRun> {
  const [row] = await ctx.db.query<ReplayRun>(sql`
    insert into replays (tenant_id, question, created_at) values (${ctx.tenant.id}, ${JSON.stringify(question)}, ${ctx.clock.now()})
    returning ${columns}`)
  return readTimes(row as ReplayRun) // an insert without conflict clause returns its row
}

export async function selectRun(ctx: Ctx, id: number): Promise<ReplayRun | undefined> {
  const [row] = await ctx.db.query<ReplayRun>(
    sql`select ${columns} from replays where tenant_id = ${ctx.tenant.id} and id = ${id}`,
  )
  return row && readTimes(row)
}

export async function countOpenRuns(ctx: Ctx): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(
    sql`select count(*) from replays where tenant_id = ${ctx.tenant.id} and state in ('waiting', 'running')`,
  )
  return row?.count ?? 0
}

export async function deleteRunsBefore(ctx: Ctx, time: Date): Promise<void> {
  await ctx.db.query(sql`delete from replays where tenant_id = ${ctx.tenant.id} and created_at < ${time}`)
}

/** Which turn of which run: who was taken for dead and is not must not write over the one that came after. */
export interface Turn {
  readonly id: number
  readonly attempts: number
}

export interface Claimed extends Turn {
  readonly tenantId: number
  readonly question: ReplayQuestion
}

/** The oldest that waits, or that nobody has worked on since `silentSince`; of any tenant. No two workers get the same one. */
export async function claimRun(db: Db, at: { now: Date; silentSince: Date }): Promise<Claimed | undefined> {
  const [row] = await db.query<Claimed>(sql`
    update replays r set state = 'running', attempts = r.attempts + 1, beat_at = ${at.now}, looked = 0
      from (select tenant_id, id from replays
             where state in ('waiting', 'running') and (state = 'waiting' or beat_at < ${at.silentSince})
             order by created_at, id limit 1 for update skip locked) next
     where r.tenant_id = next.tenant_id and r.id = next.id
    returning r.tenant_id as "tenantId", r.id, r.attempts, r.question`)
  return row && readTimes(row)
}

/** False: it was cancelled, or is somebody else's by now. */
export async function beatRun(
  ctx: Ctx,
  turn: Turn,
  { looked, total }: { looked: number; total: number },
): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    update replays set looked = ${looked}, total = ${total}, beat_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${turn.id} and attempts = ${turn.attempts} and state = 'running' returning id`)
  return rows.length > 0
}

export async function endRun(
  ctx: Ctx,
  turn: Turn,
  end: { state: 'done' | 'failed' | 'waiting'; result: Replayed | null },
): Promise<void> {
  await ctx.db.query(sql`
    update replays set state = ${end.state}, result = ${end.result === null ? null : JSON.stringify(end.result)}::jsonb,
           looked = coalesce(${end.result?.purchases ?? null}, looked), total = coalesce(${end.result?.purchases ?? null}, total),
           beat_at = null, ended_at = ${end.state === 'waiting' ? null : ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${turn.id} and attempts = ${turn.attempts} and state = 'running'`)
}

/** What has ended stays as it is. */
export async function cancelOpenRun(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.query(sql`
    update replays set state = 'cancelled', beat_at = null, ended_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id} and state in ('waiting', 'running')`)
}
