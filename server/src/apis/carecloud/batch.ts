import type { Fields } from './decode.ts'

/** The vendor advises at most 1,000 rows a call; more are refused. */
export const maxBatch = 5_000

export interface BatchOf<Row> {
  /** 1: one wrong row refuses all. 2: the wrong ones are left out. */
  readonly mode: 1 | 2
  /** All of them, or those without a fault. */
  readonly rows: readonly Row[]
}

/** Reads the rows under `name` and refuses, or leaves out, those that are at fault. */
export async function readBatch<Row>(
  body: Fields,
  name: string,
  read: (fields: Fields) => Row | Promise<Row>,
): Promise<BatchOf<Row>> {
  const mode = body.choice('error_processing', [1, 2]) ?? 1
  const before = body.faults()
  const given = body.needObjects(name, { max: maxBatch })
  // What is wrong with the batch itself leaves nothing to keep.
  if (body.faults() > before) body.done()
  const rows: Row[] = []
  for (const fields of given) {
    const faults = body.faults()
    const row = await read(fields)
    if (mode === 1 || body.faults() === faults) rows.push(row)
  }
  if (mode === 1) body.done()
  return { mode, rows }
}

const pageSize = 1_000
const maxRows = 50_000

/** For lists that are read whole: a page after the other, up to a bound. */
export async function allOf<Item extends { readonly id: number }>(
  read: (page: { after: number; limit: number }) => Promise<Item[]>,
): Promise<Item[]> {
  const all: Item[] = []
  while (all.length < maxRows) {
    const items = await read({ after: all.at(-1)?.id ?? 0, limit: pageSize })
    all.push(...items)
    if (items.length < pageSize) break
  }
  return all
}
