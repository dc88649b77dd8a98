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
