import type { Ctx } from '../../platform/ctx.ts'
import { dbOf, inTransaction, isPgError, type Pool } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { metrics } from '../../platform/metrics.ts'
import { type EventRow, foldChanges } from './rules.ts'
import { applyCollected, insertEvents, insertKeyedEvents } from './store.ts'
import type { CollectionChange } from './types.ts'

/** What one caller wants written; it's answered when this is committed. */
export interface Submission {
  readonly rows: readonly EventRow[]
  readonly changes: readonly CollectionChange[]
}

interface Waiting extends Submission {
  readonly done: () => void
  readonly failed: (error: unknown) => void
}

interface TenantQueue {
  waiting: Waiting[]
  rows: number
  writing: boolean
  timer: NodeJS.Timeout | undefined
}

const gatherMilliseconds = 2
const maxBatchRows = 2_000
/** Beyond this a process is not keeping up; better to say so than to answer late. */
const maxWaitingRows = 50_000

/**
 * Gathers what concurrent calls want written into one multi-row insert a tenant. Batches of a tenant follow one another,
 * so two changes of a cart keep their order; while one is being written the next gathers, so load makes batches larger
 * by itself.
 */
export class EventWriter {
  readonly #pool: Pool
  readonly #queues = new Map<number, TenantQueue>()
  #waitingRows = 0

  constructor(pool: Pool) {
    this.#pool = pool
  }

  write(tenantId: number, submission: Submission): Promise<void> {
    const size = sizeOf(submission)
    if (size === 0) return Promise.resolve()
    if (this.#waitingRows + size > maxWaitingRows) {
      return Promise.reject(new DomainError('service.unavailable', { reason: 'event queue full' }))
    }
    this.#waitingRows += size
    const queue = this.#queues.get(tenantId) ?? { waiting: [], rows: 0, writing: false, timer: undefined }
    this.#queues.set(tenantId, queue)
    return new Promise((done, failed) => {
      queue.waiting.push({ ...submission, done: () => done(), failed })
      queue.rows += size
      this.#schedule(tenantId, queue)
    })
  }

  #schedule(tenantId: number, queue: TenantQueue): void {
    if (queue.writing || queue.waiting.length === 0) return
    if (queue.rows >= maxBatchRows) {
      clearTimeout(queue.timer)
      queue.timer = undefined
      void this.#writeNext(tenantId, queue)
      return
    }
    queue.timer ??= setTimeout(() => {
      queue.timer = undefined
      void this.#writeNext(tenantId, queue)
    }, gatherMilliseconds)
  }

  async #writeNext(tenantId: number, queue: TenantQueue): Promise<void> {
    if (queue.writing) return
    queue.writing = true
    const batch = takeBatch(queue)
    await this.#writeBatch(tenantId, batch)
    this.#waitingRows -= batch.reduce((sum, one) => sum + sizeOf(one), 0)
    queue.writing = false
    if (queue.waiting.length > 0) this.#schedule(tenantId, queue)
    else this.#queues.delete(tenantId)
  }

  async #writeBatch(tenantId: number, batch: readonly Waiting[]): Promise<void> {
    try {
      await writeSubmissions(this.#pool, tenantId, batch)
      metrics.eventsRecorded(batch.reduce((sum, one) => sum + one.rows.length, 0))
      for (const one of batch) one.done()
    } catch (error) {
      // Bad data of one caller must not take the others' events along.
      if (batch.length > 1 && isBadData(error)) {
        for (const one of batch) await this.#writeBatch(tenantId, [one])
        return
      }
      for (const one of batch) one.failed(isBadData(error) ? error : unavailable(error))
    }
  }
}

function takeBatch(queue: TenantQueue): Waiting[] {
  let rows = 0
  let count = 0
  for (const one of queue.waiting) {
    if (count > 0 && rows + sizeOf(one) > maxBatchRows) break
    rows += sizeOf(one)
    count++
  }
  queue.rows -= rows
  return queue.waiting.splice(0, count)
}

const sizeOf = (submission: Submission) =>
  submission.rows.length + submission.changes.reduce((sum, change) => sum + 1 + change.items.length, 0)

async function writeSubmissions(pool: Pool, tenantId: number, batch: readonly Submission[]): Promise<void> {
  const rows = batch.flatMap((one) => one.rows)
  const changes = batch.flatMap((one) => one.changes)
  if (changes.length === 0) {
    await writeRows(dbOf(pool), tenantId, rows)
    return
  }
  await inTransaction(pool, async (db) => {
    await writeRows(db, tenantId, rows)
    await applyCollected(db, tenantId, foldChanges(changes))
  })
}

async function writeRows(db: Ctx['db'], tenantId: number, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  if (rows.some((row) => row.key !== null)) await insertKeyedEvents(db, tenantId, rows)
  else await insertEvents(db, tenantId, rows)
}

/** Inside the caller's own transaction: nothing is gathered, it commits with the rest. */
export async function writeWithin(ctx: Ctx, submission: Submission): Promise<void> {
  await writeRows(ctx.db, ctx.tenant.id, submission.rows)
  if (submission.changes.length > 0) await applyCollected(ctx.db, ctx.tenant.id, foldChanges(submission.changes))
}

/** Classes 22 and 23: the data, not the server. */
function isBadData(error: unknown): boolean {
  return isPgError(error) && /^2[23]/.test(error.code ?? '')
}

function unavailable(cause: unknown): DomainError {
  return new DomainError('service.unavailable', { reason: 'events could not be written' }, { cause })
}

const writers = new WeakMap<Pool, EventWriter>()

export function writerOf(pool: Pool): EventWriter {
  const known = writers.get(pool)
  if (known) return known
  const writer = new EventWriter(pool)
  writers.set(pool, writer)
  return writer
}
