import type { Condition } from '../../api/loyalty-types.ts'

/** Conditions that are looked at together: all of them must hold, any of them, or none. */
export interface Group {
  readonly mode: 'all' | 'any' | 'none'
  readonly parts: readonly Condition[]
}

export const groupNames: Readonly<Record<Group['mode'], string>> = { any: 'Any of', all: 'All of', none: 'None of' }

/** A condition as a group; undefined for one that stands alone. */
export function groupOf(condition: Condition): Group | undefined {
  switch (condition.kind) {
    case 'all':
    case 'any':
      return { mode: condition.kind, parts: condition.of }
    case 'not':
      return { mode: 'none', parts: condition.of.kind === 'any' ? condition.of.of : [condition.of] }
    default:
      return undefined
  }
}

export function conditionOf({ mode, parts }: Group): Condition {
  if (mode !== 'none') return { kind: mode, of: parts }
  const [only] = parts
  return { kind: 'not', of: only && parts.length === 1 && only.kind !== 'any' ? only : { kind: 'any', of: parts } }
}

/** A draft as it is sent: groups in which nothing was put yet say nothing. */
export function withoutEmptyGroups<
  Draft extends { readonly definition: { readonly conditions: readonly Condition[] } },
>(draft: Draft): Draft {
  const { definition } = draft
  return { ...draft, definition: { ...definition, conditions: filledOf(definition.conditions) } }
}

function filledOf(conditions: readonly Condition[]): readonly Condition[] {
  return conditions.filter((condition) => groupOf(condition)?.parts.length !== 0)
}

/** A condition that waits for its choice: it can be looked at, but neither saved nor turned on. */
export function unfinishedOf(conditions: readonly Condition[]): Condition | undefined {
  for (const condition of conditions) {
    const found = groupOf(condition)
      ? unfinishedOf(groupOf(condition)?.parts ?? [])
      : isUnfinished(condition) && condition
    if (found) return found
  }
  return undefined
}

function isUnfinished(condition: Condition): boolean {
  switch (condition.kind) {
    case 'tier':
      return condition.tier_ids.length === 0
    case 'segment':
      return condition.segment_ids.length === 0
    case 'store':
      return condition.store_ids.length === 0
    case 'weekday':
      return condition.days.length === 0
    case 'channel':
      return condition.channels.length === 0
    case 'payment':
      return condition.types.length === 0
    default:
      return false
  }
}
