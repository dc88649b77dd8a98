import type { Ctx } from '../../platform/ctx.ts'
import type { ChangeCursor } from '../../platform/outbox.ts'
import { type Phrase, selectIdsByPhrase } from './customer-search-views.ts'
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

/** The first are there at once; whoever reads on gets more at a time, since every page asks the indexes again. */
const [firstFound, nextFound] = [500, 20_000]

/** Everybody who has all pieces of one of the groups in their data, by id. */
export async function* walkFound(ctx: Ctx, phrase: Phrase): AsyncGenerator<CustomerSheet> {
  if (phrase.length === 0) return
  for (let after: number | undefined; ; ) {
    const limit = after === undefined ? firstFound : nextFound
    const ids = await selectIdsByPhrase(ctx, { phrase, after: after ?? 0, limit })
    yield* walkByIds(ctx, ids)
    after = ids.at(-1)
    if (ids.length < limit) return
  }
}

/** A number of which a part is looked for: of a card, of a phone or kept in an attribute, ours of a customer or theirs in a source. */
export type NumberPart =
  | { readonly of: 'card'; readonly part: string }
  | { readonly of: 'phone'; readonly part: string; readonly attribute: string }
  | { readonly of: 'code'; readonly part: string; readonly source: string }

const maxHolders = 5_000

/** Everybody who may have such a number, by id; undefined where that is too many to tell one by one. */
export async function walkHolders(ctx: Ctx, number: NumberPart): Promise<AsyncGenerator<CustomerSheet> | undefined> {
  const rows = await selectHolders(ctx, number)
  return rows.length > maxHolders
    ? undefined
    : walkByIds(
        ctx,
        rows.map(({ id }) => id),
      )
}

function selectHolders(ctx: Ctx, number: NumberPart): Promise<{ id: number }[]> {
  const limit = maxHolders + 1
  switch (number.of) {
    case 'card':
      return views.selectIdsByCard(ctx, { ...number, limit })
    case 'phone':
      return views.selectIdsByPhone(ctx, { ...number, limit })
    case 'code':
      return views.selectIdsByCode(ctx, { ...number, limit })
  }
}

async function* walkByIds(ctx: Ctx, ids: readonly number[]): AsyncGenerator<CustomerSheet> {
  for (let from = 0; from < ids.length; from += pageSize)
    yield* await getCustomerSheets(ctx, ids.slice(from, from + pageSize))
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
