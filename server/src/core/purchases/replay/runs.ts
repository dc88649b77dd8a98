import { type Ctx, makeCtx, type Server, transact } from '../../../platform/ctx.ts'
import { dbOf } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { findTenantById } from '../../accounts/index.ts'
import { displayName, getCustomers } from '../../customers/index.ts'
import { getUnit } from '../../ledger/index.ts'
import { findDefaultProgramme, pointsValue } from '../../loyalty/index.ts'
import { type ReplayQuestion, replayRule } from './replay.ts'
import type { ReplayRun } from './run-store.ts'
import * as store from './run-store.ts'
import type { Replayed } from './tally.ts'

// A year of a large shop takes a minute; whoever asks for more at once has lost patience or track.
const mostOpen = 5
const keptMs = 30 * 86_400_000
/** A worker beats several times a second; one that has been silent this long is gone. */
const silenceMs = 30_000
const mostAttempts = 3
const beatMs = 250

/** Puts a replay in the queue of the workers. Refuses replay.too_many. Old ones of the tenant are forgotten. */
export function askReplay(ctx: Ctx, question: ReplayQuestion): Promise<ReplayRun> {
  return transact(ctx, async (ctx) => {
    const open = await store.countOpenRuns(ctx)
    if (open >= mostOpen) throw new DomainError('replay.too_many', { open })
    await store.deleteRunsBefore(ctx, new Date(ctx.clock.now().getTime() - keptMs))
    return store.insertRun(ctx, question)
  })
}

/** Refuses replay.not_found. */
export async function getReplay(ctx: Ctx, id: number): Promise<ReplayRun> {
  const run = Number.isSafeInteger(id) ? await store.selectRun(ctx, id) : undefined
  if (!run) throw new DomainError('replay.not_found', { id })
  return run
}

/** Stops it before its next page; what has ended stays as it is. Refuses replay.not_found. */
export async function cancelReplay(ctx: Ctx, id: number): Promise<ReplayRun> {
  await getReplay(ctx, id)
  await store.cancelOpenRun(ctx, id)
  return getReplay(ctx, id)
}

/** What a rule's value pays for, in minor units of the tenant's currency; null where nobody can tell. */
export async function worthOf(ctx: Ctx, of: { unitId: number; amount: Minor }): Promise<Minor | null> {
  const unit = await getUnit(ctx, of.unitId)
  if (unit.kind === 'money') return unit.currency === ctx.tenant.currency ? of.amount : null
  const programme = await findDefaultProgramme(ctx)
  const pays = programme?.unitId === unit.id && programme.settings.pointsPerCurrencyUnitRedeemed !== undefined
  return pays ? pointsValue(ctx, programme, of.amount) : null
}

/** Who would have had most, by their names of today. */
export async function topOfReplay(
  ctx: Ctx,
  { top }: Replayed,
): Promise<{ readonly customerId: number; readonly name: string; readonly amount: Minor }[]> {
  const customers = await getCustomers(
    ctx,
    top.map(({ customerId }) => customerId),
  )
  const names = new Map(customers.map((customer) => [customer.id as number, displayName(customer)]))
  return top.map((one) => ({ ...one, name: names.get(one.customerId) ?? '' }))
}

/** Works off what waits, one after the other, of any tenant. Answers how many turns it took. */
export async function runReplays(server: Server, signal?: AbortSignal): Promise<number> {
  for (let turns = 0; ; turns++) {
    const now = server.clock.now()
    const silentSince = new Date(now.getTime() - silenceMs)
    const turn = signal?.aborted ? undefined : await store.claimRun(dbOf(server.pool), { now, silentSince })
    if (!turn) return turns
    const tenant = await findTenantById(server, turn.tenantId)
    if (!tenant) continue
    await take(makeCtx(server, tenant, { kind: 'job', id: 'replays', via: 'replays' }), turn, signal)
  }
}

/** It was cancelled, or the worker is to stop. */
class Stopped extends Error {}

async function take(ctx: Ctx, turn: store.Claimed, signal?: AbortSignal): Promise<void> {
  let beatAt = Number.NEGATIVE_INFINITY
  const beat = async (looked: number, total: number) => {
    if (signal?.aborted) throw new Stopped()
    if (performance.now() - beatAt < beatMs) return
    beatAt = performance.now()
    if (!(await store.beatRun(ctx, turn, { looked, total }))) throw new Stopped()
  }
  try {
    const result = await replayRule(ctx, turn.question, beat)
    await store.endRun(ctx, turn, { state: 'done', result })
  } catch (error) {
    if (error instanceof Stopped) return store.endRun(ctx, turn, { state: 'waiting', result: null })
    ctx.log.error({ err: error, replay: turn.id }, 'a replay failed')
    await store.endRun(ctx, turn, { state: turn.attempts < mostAttempts ? 'waiting' : 'failed', result: null })
  }
}
