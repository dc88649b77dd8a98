// Whoever writes for a customer locks its row first: many in the order of their ids, and never one that was merged, so that writers
// and merges wait for each other without going round in a circle.
import type { Ctx } from '../../platform/ctx.ts'
import { StartAgain } from '../../platform/db.ts'
import { holdRows, lockRows, lockRowsAlone } from './lock-store.ts'
import type { CustomerId, CustomerState } from './types.ts'

/** States by id; who doesn't exist is absent. */
export type Locked = ReadonlyMap<CustomerId, Exclude<CustomerState, 'merged'>>

/** Against every other writer of these customers, until the transaction ends. Throws StartAgain when one was merged meanwhile. */
export async function lockForChange(ctx: Ctx, ids: readonly CustomerId[]): Promise<Locked> {
  return livingOnly(await lockRows(ctx, ids))
}

/** Also against those who only refer to them. Throws StartAgain when one was merged meanwhile. */
export async function lockAlone(ctx: Ctx, ids: readonly CustomerId[]): Promise<Locked> {
  return livingOnly(await lockRowsAlone(ctx, ids))
}

function livingOnly(locked: ReadonlyMap<CustomerId, CustomerState>): Locked {
  return new Map([...locked].map(([id, state]) => [id, state === 'merged' ? mergedMeanwhile(id) : state]))
}

/**
 * Who these customers are today: merged ones as their survivors, unknown ones absent. Until the transaction ends nobody
 * merges or erases them: for slices that are about to write rows of theirs. Throws StartAgain when one was merged meanwhile.
 */
export async function holdCustomers(ctx: Ctx, ids: readonly number[]): Promise<ReadonlyMap<number, CustomerId>> {
  const asked = [...new Set(ids)].filter(Number.isSafeInteger)
  if (asked.length === 0) return new Map()
  const held = await holdRows(ctx, asked)
  return new Map(held.map(({ id, live, isMerged }) => [id, isMerged ? mergedMeanwhile(live) : live]))
}

function mergedMeanwhile(id: CustomerId): never {
  throw new StartAgain(`customer ${id} was merged a moment ago`)
}
