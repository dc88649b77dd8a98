import type { Ctx } from '../../platform/ctx.ts'
import { periodStart, type UsageNeeded } from './engine/index.ts'
import type { Usage, Used } from './engine/types.ts'
import { addUsages, type MovedUsage, putUsages, selectUsages, takeUsages, type UsageKey } from './usage-store.ts'

/** Whose counters of which rules at which moment. */
export interface UsageOf {
  readonly needed: readonly UsageNeeded[]
  readonly customerId: number | undefined
  readonly at: Date
}

const all = 0

/**
 * What rules with limits have given so far, in the period that the moment falls into. `lock` keeps the counters until the
 * transaction ends: between the decision and `countUsage` nobody else may decide by them.
 */
export async function loadUsage(ctx: Ctx, of: UsageOf, options: { lock: boolean }): Promise<Usage> {
  const keys = keysOf(ctx, of)
  if (keys.length === 0) return { customer: new Map(), inAll: new Map() }
  const rows = await selectUsages(ctx, keys, options.lock)
  const used = (ofAll: boolean) =>
    new Map<number, Used>(
      rows
        .filter((row) => (row.customerId === all) === ofAll)
        .map(({ ruleId, uses, amount }) => [ruleId, { uses, amount }]),
    )
  return { customer: used(false), inAll: used(true) }
}

/** What rules have given just now, or with negative numbers what was taken back. Counts only where a limit does. */
export async function countUsage(ctx: Ctx, of: UsageOf, given: ReadonlyMap<number, Used>): Promise<void> {
  const rows = keysOf(ctx, of).flatMap((key) => {
    const used = given.get(key.ruleId)
    return used ? [{ ...key, ...used }] : []
  })
  await addUsages(ctx, rows)
}

function keysOf(ctx: Ctx, { needed, customerId, at }: UsageOf): UsageKey[] {
  const start = (period: Parameters<typeof periodStart>[0]) => periodStart(period, at, ctx.tenant.timeZone)
  return needed.flatMap(({ id, customer, inAll }) => [
    ...(customer !== undefined && customerId !== undefined
      ? [{ ruleId: id, customerId, period: start(customer) }]
      : []),
    ...(inAll !== undefined ? [{ ruleId: id, customerId: all, period: start(inAll) }] : []),
  ])
}

/**
 * For a merge: what limited rules gave the one counts for the survivor, who has no limit left of their own for it. Answers what
 * was added, for `restoreUsagesOf`.
 */
export async function moveUsagesOf(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<MovedUsage[]> {
  const moved = await takeUsages(ctx, move.fromId)
  await putUsages(
    ctx,
    moved.map((usage) => ({ ...usage, customerId: move.intoId })),
  )
  return moved
}

/** Undoes `moveUsagesOf`; what was given since stays with the survivor. */
export async function restoreUsagesOf(
  ctx: Ctx,
  move: { fromId: number; intoId: number; moved: readonly MovedUsage[] },
): Promise<void> {
  const { fromId, intoId, moved } = move
  await addUsages(
    ctx,
    moved.map(({ uses, amount, ...key }) => ({ ...key, customerId: fromId, uses: -uses, amount: -amount })),
  )
  await putUsages(
    ctx,
    moved.map((usage) => ({ ...usage, customerId: intoId })),
  )
}
