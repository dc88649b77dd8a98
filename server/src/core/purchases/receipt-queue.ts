// What many tills send at once is written together: a receipt that comes while others are being written waits for them and goes with
// all that came meanwhile. One till alone never waits.
import { type Ctx, inOneStatement } from '../../platform/ctx.ts'
import { type Pool, type Sql, wroteNothing } from '../../platform/db.ts'
import { insertReceipts, type Receipt } from './receipt-store.ts'
import type { PurchaseId } from './types.ts'

/** A receipt, and the rule book that it was worked out by. */
export interface Written {
  readonly receipt: Receipt
  readonly version: number
  readonly stillStands: Sql
}

interface Waiting extends Written {
  readonly ctx: Ctx
  readonly resolve: (id: PurchaseId | undefined) => void
  readonly reject: (error: unknown) => void
}

interface Queue {
  waiting: Waiting[]
  /** Statements under way, and the numbers in them. */
  running: number
  readonly numbers: Set<string>
}

// A second statement beside the first, where there is enough for it: two of four cost less than eight of one.
const lanes = 2
const enoughForAnother = 4
const maxTogether = 16
const queues = new WeakMap<Pool, Map<number, Queue>>()

/** `insertReceipts` for one, answered after its commit. Inside a transaction it belongs to that one, and goes alone. */
export async function writeReceipt(ctx: Ctx, written: Written): Promise<PurchaseId | undefined> {
  if (ctx.inTransaction) return (await insertReceipts(ctx, [written.receipt], written.stillStands))[0]
  return new Promise((resolve, reject) => {
    const queue = queueOf(ctx)
    queue.waiting.push({ ...written, ctx, resolve, reject })
    startLanes(ctx, queue)
  })
}

function queueOf(ctx: Ctx): Queue {
  const tenants = queues.get(ctx.pool) ?? new Map<number, Queue>()
  queues.set(ctx.pool, tenants)
  const queue = tenants.get(ctx.tenant.id) ?? { waiting: [], running: 0, numbers: new Set() }
  tenants.set(ctx.tenant.id, queue)
  return queue
}

function startLanes(ctx: Ctx, queue: Queue): void {
  while (queue.running === 0 || (queue.running < lanes && queue.waiting.length >= enoughForAnother)) {
    const batch = takeBatch(queue)
    if (batch.length === 0) break
    queue.running++
    for (const { receipt } of batch) queue.numbers.add(receipt.purchase.number)
    void writeBatch(batch).finally(() => {
      queue.running--
      for (const { receipt } of batch) queue.numbers.delete(receipt.purchase.number)
      startLanes(ctx, queue)
    })
  }
  if (queue.running === 0 && queue.waiting.length === 0) queues.get(ctx.pool)?.delete(ctx.tenant.id)
}

/** In their order; who tells a number that is on its way waits for what becomes of it. */
function takeBatch(queue: Queue): Waiting[] {
  const batch: Waiting[] = []
  const left: Waiting[] = []
  const numbers = new Set(queue.numbers)
  const customers = new Set<number>()
  for (const one of queue.waiting) {
    const { number, customer_id: customerId } = one.receipt.purchase
    const fits =
      batch.length < maxTogether &&
      isLike(one, batch[0] ?? one) &&
      !numbers.has(number) &&
      !(customerId !== null && customers.has(customerId))
    ;(fits ? batch : left).push(one)
    numbers.add(number)
    if (customerId !== null) customers.add(customerId)
  }
  queue.waiting = left
  return batch
}

/** What a statement says once for all: which rule book stands, whose postings they are, what time it is. */
function isLike(one: Waiting, other: Waiting): boolean {
  const { actor, clock } = other.ctx
  return (
    one.version === other.version &&
    one.ctx.clock === clock &&
    one.ctx.actor.via === actor.via &&
    one.ctx.actor.kind === actor.kind &&
    one.ctx.actor.id === actor.id
  )
}

// Never rejects: each of the batch is told what became of it.
async function writeBatch(batch: readonly Waiting[]): Promise<void> {
  const [first, ...others] = batch
  if (!first) return
  try {
    const receipts = batch.map(({ receipt }) => receipt)
    const ids = await inOneStatement(first.ctx, () => insertReceipts(first.ctx, receipts, first.stillStands))
    for (const [index, one] of batch.entries()) one.resolve(ids[index])
  } catch (error) {
    // One of them is refused: nothing of any is written, and each is tried by itself. Where the connection broke, nobody knows.
    if (others.length > 0 && wroteNothing(error)) for (const one of batch) await writeBatch([one])
    else for (const one of batch) one.reject(error)
  }
}
