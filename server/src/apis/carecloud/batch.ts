import type { Fields } from './decode.ts'

/** The vendor advises at most 1,000 rows a call; more are refused. */
export const maxBatch = 5_000

/** error_processing 1: one wrong row refuses all. 2: the wrong ones are left out. */
export function acceptedOf<Input>(body: Fields, inputs: readonly Input[], isWhole: (input: Input) => boolean): Input[] {
  const mode = body.choice('error_processing', [1, 2]) ?? 1
  if (mode === 2) return inputs.filter(isWhole)
  body.done()
  return [...inputs]
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
