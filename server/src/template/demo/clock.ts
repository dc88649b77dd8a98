import type { Ctx } from '../../platform/ctx.ts'

/** The same context on another day: what is told there happened then. */
export function at(ctx: Ctx, time: Date): Ctx {
  return { ...ctx, clock: { now: () => time } }
}
