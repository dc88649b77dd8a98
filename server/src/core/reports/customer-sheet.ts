import type { Ctx } from '../../platform/ctx.ts'
import type { ChangeCursor } from '../../platform/outbox.ts'
import * as views from './customer-sheet-views.ts'
import type { CustomerSheet, SheetQuery } from './types.ts'

const pageSize = 1000

/** Every customer, or those who were active in a programme, by id. Read page by page: memory stays flat. */
export async function* walkCustomers(
  ctx: Ctx,
  query: Pick<SheetQuery, 'activeIn'> = {},
): AsyncGenerator<CustomerSheet> {
  const read = (after: number) => views.selectSheets(ctx, { ...query, after, limit: pageSize })
  for (let page: Promise<CustomerSheet[]> | undefined = read(0); page; ) {
    const sheets: CustomerSheet[] = await page
    const last = sheets.length < pageSize ? undefined : sheets.at(-1)
    // The next page is read while this one is written out.
    page = last && read(last.id)
    // Whoever stops in between does not wait for it: its failure is nobody's then.
    page?.catch(() => undefined)
    yield* sheets
  }
}

/** Customers who are new or changed in the window (after, until], each once, in the order of their latest change. */
export async function* walkChangedCustomers(
  ctx: Ctx,
  window: { after: ChangeCursor; until: ChangeCursor },
): AsyncGenerator<CustomerSheet> {
  for (let after = window.after; ; ) {
    const changed = await views.selectChangedCustomers(ctx, { after, until: window.until, limit: pageSize })
    yield* await getCustomerSheets(
      ctx,
      changed.map(({ customerId }) => customerId),
    )
    const last = changed.at(-1)
    if (!last || changed.length < pageSize) return
    after = last.cursor
  }
}

/** Those of these customers that are there, in the order asked for. */
export async function getCustomerSheets(ctx: Ctx, ids: readonly number[]): Promise<CustomerSheet[]> {
  if (ids.length === 0) return []
  const sheets = new Map((await views.selectSheetsByIds(ctx, ids)).map((sheet) => [sheet.id, sheet]))
  return ids.flatMap((id) => sheets.get(id) ?? [])
}

/** The newest first; a page of them at most. */
export async function newestCustomers(ctx: Ctx, limit: number): Promise<CustomerSheet[]> {
  return getCustomerSheets(ctx, await views.selectNewest(ctx, Math.min(limit, pageSize)))
}

/** How many customers became known in each of the spans [from, to). */
export function newCustomersIn(
  ctx: Ctx,
  spans: readonly { readonly from: Date; readonly to: Date }[],
): Promise<number[]> {
  return views.selectNewCounts(ctx, spans)
}

export const startOfFeed: ChangeCursor = { xid: '0', id: 0 }

/**
 * Where the feed of changes ends: what can be read now, and up to where nothing can still come in between. Who goes on from
 * `settled` is told some changes twice and misses none.
 */
export async function feedEnds(ctx: Ctx): Promise<{ known: ChangeCursor; settled: ChangeCursor }> {
  const { known = startOfFeed, settled = startOfFeed } = await views.selectFeedEnds(ctx)
  return { known, settled }
}

/** The place in the feed of a change's or posting's number; 0 is the beginning. */
export async function placeInFeed(ctx: Ctx, number: number): Promise<ChangeCursor> {
  return (number > 0 ? await views.selectPlaceOf(ctx, number) : undefined) ?? startOfFeed
}

/** Whether one place of the feed comes after the other. */
export function isLater(one: ChangeCursor, other: ChangeCursor): boolean {
  const [left, right] = [BigInt(one.xid), BigInt(other.xid)]
  return left === right ? one.id > other.id : left > right
}
