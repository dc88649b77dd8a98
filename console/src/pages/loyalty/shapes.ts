import type { Condition } from '../../api/loyalty-types.ts'
import { withoutEmptyGroups } from './groups.ts'

/** What was emptied is not sent. */
export function withoutNothing<Shape extends object>(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Shape // optional ones went
}

/** A draft as it is kept: without spaces around its name, and without groups in which nothing was put yet. */
export function asStored<
  Draft extends { readonly name: string; readonly definition: { readonly conditions: readonly Condition[] } },
>(draft: Draft): Draft {
  return { ...withoutEmptyGroups(draft), name: draft.name.trim() }
}

/** Equal whatever the order of their keys: what was sent and what comes back need not have one order. */
export function isSameShape(one: unknown, other: unknown): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted)
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
