import type { Ctx } from '../../platform/ctx.ts'
import { formatPlace, newestFirst, parsePlace, startOf, timelineKinds } from './rules.ts'
import * as views from './timeline-views.ts'
import type { TimelineEntry, TimelineKind, TimelineQuery } from './types.ts'

const readers = {
  purchase: views.selectPurchases,
  points: views.selectPostings,
  event: views.selectEvents,
  message: views.selectMessages,
  consent: views.selectConsents,
} satisfies Record<TimelineKind, unknown>

/** Everything that happened with a customer, newest first, merged selves included. `limit` is at most 200. */
export async function timeline(ctx: Ctx, query: TimelineQuery): Promise<TimelineEntry[]> {
  const limit = Math.min(Math.max(query.limit, 1), 200)
  const before = query.before === undefined ? undefined : parsePlace(query.before)
  const customerIds = await views.selectSelf(ctx, query.customerId)
  const kinds = timelineKinds.filter((kind) => query.kinds?.includes(kind) ?? true)
  const found = await Promise.all(
    kinds.map(async (kind) => {
      const rows = await readers[kind](ctx, { customerIds, limit, ...startOf(kind, before) })
      return rows.map((row) => ({ ...row, kind }))
    }),
  )
  return found
    .flat()
    .sort(newestFirst)
    .slice(0, limit)
    .map(({ micros, ...entry }) => {
      const cursor = formatPlace({ micros, kind: entry.kind, id: entry.id })
      return { ...entry, cursor } as TimelineEntry // each reader gives the fields of its own kind
    })
}
