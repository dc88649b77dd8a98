import { describe, expect, test } from 'vitest'
import type { Condition } from '../../api/loyalty-types.ts'
import { conditionOf, type Group, groupOf, unfinishedOf, withoutEmptyGroups } from './groups.ts'

const gold: Condition = { kind: 'tier', tier_ids: [1] }
const weekend: Condition = { kind: 'weekday', days: [6, 7] }

describe('a group', () => {
  test.each<[Group, Condition]>([
    [
      { mode: 'all', parts: [gold, weekend] },
      { kind: 'all', of: [gold, weekend] },
    ],
    [
      { mode: 'any', parts: [gold, weekend] },
      { kind: 'any', of: [gold, weekend] },
    ],
    [
      { mode: 'none', parts: [gold, weekend] },
      { kind: 'not', of: { kind: 'any', of: [gold, weekend] } },
    ],
    [
      { mode: 'none', parts: [gold] },
      { kind: 'not', of: gold },
    ],
    [
      { mode: 'none', parts: [] },
      { kind: 'not', of: { kind: 'any', of: [] } },
    ],
    [
      { mode: 'none', parts: [{ kind: 'any', of: [gold, weekend] }] },
      { kind: 'not', of: { kind: 'any', of: [{ kind: 'any', of: [gold, weekend] }] } },
    ],
  ])('is written as a condition and read back: %o', (group, condition) => {
    expect(conditionOf(group)).toEqual(condition)
    expect(groupOf(condition)).toEqual(group)
  })

  test('one condition alone is none', () => {
    expect(groupOf(gold)).toBeUndefined()
  })

  test('that is empty is not sent', () => {
    const empty: Condition = { kind: 'not', of: { kind: 'any', of: [] } }
    const conditions: Condition[] = [gold, { kind: 'any', of: [] }, empty, { kind: 'all', of: [weekend] }]
    expect(withoutEmptyGroups({ name: 'x', definition: { conditions } })).toEqual({
      name: 'x',
      definition: { conditions: [gold, { kind: 'all', of: [weekend] }] },
    })
  })
})

test('a condition that waits for its choice is found, also in a group', () => {
  const nobody: Condition = { kind: 'tier', tier_ids: [] }
  expect(unfinishedOf([gold, nobody])).toBe(nobody)
  expect(unfinishedOf([gold, conditionOf({ mode: 'none', parts: [weekend, nobody] })])).toBe(nobody)
  expect(unfinishedOf([gold, weekend, { kind: 'first_purchase' }])).toBeUndefined()
})
