import type { Ctx } from '../../platform/ctx.ts'
import * as views from './posting-sheet-views.ts'
import type { PostingQuery, PostingSheet, ProgrammeTotals } from './types.ts'

const pageSize = 1000

/** Postings of programmes by number, from after one of them; a page at a time, so that memory stays flat. */
export async function* walkPostings(
  ctx: Ctx,
  query: Omit<PostingQuery, 'limit'>,
): AsyncGenerator<readonly PostingSheet[]> {
  for (let after = query.after; ; ) {
    const sheets = await views.selectPostingSheets(ctx, { ...query, after, limit: pageSize })
    if (sheets.length > 0) yield sheets
    const last = sheets.at(-1)
    if (!last || sheets.length < pageSize) return
    after = last.id
  }
}

export function programmeTotals(
  ctx: Ctx,
  query: Pick<PostingQuery, 'programmeIds' | 'from' | 'to'>,
): Promise<ProgrammeTotals[]> {
  return views.selectProgrammeTotals(ctx, query)
}

/** Where a customer ever got or spent something, or was made a member. */
export function programmesOf(ctx: Ctx, customerId: number): Promise<number[]> {
  return views.selectProgrammesOf(ctx, customerId)
}

/** How many postings of each programme each day of the tenant had in [from, to); no end is an open one. */
export function activityByDay(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; from: Date; to?: Date },
): Promise<{ programmeId: number; day: string; count: number }[]> {
  return views.selectActivityByDay(ctx, { ...query, to: query.to ?? null })
}

/** Who had the most postings in these programmes, the most active first. */
export function mostActive(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; limit: number },
): Promise<{ customerId: number; count: number }[]> {
  return views.selectMostActive(ctx, query)
}

/** The newest postings of these programmes, the newest first; a page of them at most. */
export async function latestPostings(
  ctx: Ctx,
  query: { programmeIds: readonly number[]; limit: number },
): Promise<PostingSheet[]> {
  const limit = Math.min(query.limit, pageSize)
  const after = await views.selectNumberBefore(ctx, { programmeIds: query.programmeIds, latest: limit })
  return (await views.selectPostingSheets(ctx, { programmeIds: query.programmeIds, after, limit })).reverse()
}
