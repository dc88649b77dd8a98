import { describe, expect, test } from 'vitest'
import { holds, missing, windowsOf } from './tier-rules.ts'
import type { Tier, TierSettings } from './types.ts'

const now = new Date('2026-05-10T12:00:00Z')
const gold = (settings: TierSettings, threshold = 100) => ({ settings, threshold }) as Tier // the rules look at nothing else

describe('the spans in which a tier is earned', () => {
  test('a year is the tenant’s own, the current one first', () => {
    const [current, last] = windowsOf({ kind: 'calendar_year' }, now, 'Europe/Berlin')
    expect(current).toEqual({ from: new Date('2025-12-31T23:00:00Z'), to: new Date('2026-12-31T23:00:00Z') })
    expect(last?.to).toEqual(current?.from)
  })

  test('rolling days end now and leave no gap', () => {
    const [current, before] = windowsOf({ kind: 'rolling', days: 30 }, now, 'UTC')
    expect(current).toEqual({ from: new Date('2026-04-10T12:00:00Z'), to: null })
    expect(before).toEqual({ from: new Date('2026-03-11T12:00:00Z'), to: current?.from })
  })
})

const yearly = { period: { kind: 'calendar_year' } } as const
const rolling = { period: { kind: 'rolling', days: 30 } } as const

// What was earned, the current span first.
test.each([
  ['ever: reached', {}, [100], true],
  ['ever: not reached', {}, [99], false],
  ['a year: reached in this one', yearly, [100, 0], true],
  ['a year: reached in the last one lasts to the end of this one', yearly, [0, 100], true],
  ['a year: reached the year before last and not kept', yearly, [0, 99, 100], false],
  ['a year: kept by less than it takes to reach it', { ...yearly, keep: 50 }, [0, 50, 100], true],
  ['a year: kept for years', { ...yearly, keep: 50 }, [0, 50, 50, 50, 100], true],
  ['a year: once lost, `keep` does not bring it back', { ...yearly, keep: 50 }, [60, 60, 49, 60, 0], false],
  ['rolling: reached in the last days', rolling, [100, 0], true],
  ['rolling: reached before and not kept', rolling, [99, 100], false],
  ['rolling: kept by less', { ...rolling, keep: 50 }, [50, 100], true],
  ['rolling: not even kept', { ...rolling, keep: 50 }, [49, 100], false],
  ['by hand alone', { manual: true }, [1_000], false],
] as const)('%s', (_, settings, amounts, expected) => {
  expect(holds(gold(settings), amounts)).toBe(expected)
})

test('what is missing is counted in the current span', () => {
  expect(missing(gold({}), [40])).toEqual({ toReach: 60, toKeep: 0 })
  expect(missing(gold({ ...yearly, keep: 50 }), [20, 100])).toEqual({ toReach: 80, toKeep: 30 })
  expect(missing(gold(yearly), [120])).toEqual({ toReach: 0, toKeep: 0 })
})
