import type { TimelineItem } from '../../api/types.ts'
import { detailOf, kindOf, titleOf } from './entry-words.ts'

/** One line of the timeline: an item, or a run of the same event. */
export interface Entry {
  readonly item: TimelineItem
  readonly title: string
  readonly detail: string
}

const NAMED = 3

const runTitles: Readonly<Record<string, (count: number) => string>> = {
  product_viewed: (count) => `Looked at ${count} products`,
  category_viewed: (count) => `Browsed ${count} categories`,
  searched: (count) => `Searched ${count} times`,
  cart_added: (count) => `Put ${count} products into the cart`,
  cart_removed: (count) => `Took ${count} products out of the cart`,
  wish_added: (count) => `Put ${count} products on the wish list`,
}

/**
 * Somebody who browses leaves ten events a minute; next to them a purchase would drown. Events of one kind that follow each
 * other become one entry, which stands where the newest of them does.
 */
export function groupRuns(items: readonly TimelineItem[]): readonly Entry[] {
  const runs: TimelineItem[][] = []
  for (const item of items) {
    const run = runs.at(-1)
    const first = run?.[0]
    if (run && first && kindOf(item) === 'event' && kindOf(first) === 'event' && first.title === item.title)
      run.push(item)
    else runs.push([item])
  }
  return runs.flatMap((run) => entryOf(run) ?? [])
}

function entryOf(run: readonly TimelineItem[]): Entry | undefined {
  const item = run[0]
  if (!item) return undefined
  if (run.length === 1) return { item, title: titleOf(item), detail: detailOf(item) }
  const names = [...new Set(run.flatMap((one) => one.detail ?? []))]
  const count = names.length || run.length
  if (count === 1) return { item, title: titleOf(item), detail: detailOf(item) }
  const title = runTitles[item.title]?.(count) ?? `${titleOf(item)}, ${count} times`
  return { item, title, detail: listed(names) }
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED).join(', ')
  return names.length > NAMED ? `${shown} and ${names.length - NAMED} more` : shown
}
