import { describe, expect, test } from 'vitest'
import type { Desk, DeskProgramme } from '../../api/till.ts'
import { type Draft, isEmpty, newDraft, readAmount, readDraft, slotOf } from './draft.ts'

describe('an amount as it is typed', () => {
  test.each<[string, number | undefined]>([
    ['', undefined],
    [' ', undefined],
    ['12', 1200],
    ['12,5', 1250],
    ['12.50', 1250],
    ['12.', 1200],
    ['1 250,00', 125_000],
    ['1.250,00', 125_000],
    ['1,250.00', 125_000],
    ['12.505', Number.NaN],
    ['1.250', Number.NaN],
    ['-5', Number.NaN],
    ['abc', Number.NaN],
    ['.5', Number.NaN],
  ])('%s', (text, minor) => expect(readAmount(text, 2)).toEqual(minor))

  test('has no decimals where the unit has none', () => {
    expect(readAmount('100', 0)).toBe(100)
    expect(readAmount('1.5', 0)).toBeNaN()
  })
})

const unit = { id: 1, code: 'u', name: 'Units', kind: 'points', currency: null, scale: 0 } as const
const programme = (id: number, kind: DeskProgramme['kind'], more: Partial<DeskProgramme> = {}): DeskProgramme => ({
  id,
  kind,
  name: kind,
  is_default: false,
  unit: kind === 'stored_value' ? { ...unit, kind: 'money', currency: 'EUR', scale: 2 } : unit,
  settings: {},
  available: 0,
  items: [],
  rewards: [],
  promotions: [],
  ...more,
})

const desk = {
  customer: { id: 7 },
  programmes: [
    programme(1, 'points', { is_default: true }),
    programme(2, 'visits'),
    programme(3, 'items', { items: [{ unit_id: 30, name: 'Coffee', code: 'c', needed: 10, available: 12 }] }),
    programme(4, 'stored_value'),
  ],
} as unknown as Desk // what is not read is left out

const read = (patch: Partial<Draft>) =>
  readDraft({ ...newDraft('k'), ...patch }, { desk, scale: 2, storeId: undefined })

describe('a draft', () => {
  test('is empty to begin with', () => {
    expect(isEmpty(newDraft('k'))).toBe(true)
    expect(read({}).empty).toBe(true)
    expect(isEmpty({ ...newDraft('k'), codes: ['A'] })).toBe(false)
  })

  test('says each entry in its programme’s own terms', () => {
    const entries = { [slotOf(2)]: '1', [slotOf(3, 30)]: '2', [slotOf(4)]: '20,00' }
    expect(read({ amount: '12.50', entries }).question).toMatchObject({
      customer_id: 7,
      amount_minor: 1250,
      entries: [
        { programme_id: 2 },
        { programme_id: 3, quantity: 2, item_unit_id: 30 },
        { programme_id: 4, amount_minor: 2000 },
      ],
    })
  })

  test('pays with points where there is an amount, and takes them by hand where there is none', () => {
    expect(read({ amount: '10', points: '50' }).question).toMatchObject({ points: 50, takings: [] })
    const byHand = read({ points: '50' }).question
    expect(byHand.takings).toEqual([{ programme_id: 1, amount: 50 }])
    expect(byHand.points).toBeUndefined()
  })

  test('takes a free one and money of a gift card', () => {
    const takings = { [slotOf(3, 30)]: 'free', [slotOf(4)]: '5' }
    expect(read({ takings }).question.takings).toEqual([
      { programme_id: 3, amount: 10, item_unit_id: 30 },
      { programme_id: 4, amount: 500 },
    ])
  })

  test('names the fields that hold no amount', () => {
    expect([...read({ amount: '1x', points: '1.5' }).faults]).toEqual(['amount', 'points'])
  })
})
