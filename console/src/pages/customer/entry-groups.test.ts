import { expect, test } from 'vitest'
import type { TimelineItem } from '../../api/types.ts'
import { groupRuns } from './entry-groups.ts'

const at = '2026-11-21T10:00:00Z'
const viewed = (detail: string): TimelineItem => ({ at, kind: 'event', title: 'product_viewed', detail, ref_id: 1 })
const sale: TimelineItem = { at, kind: 'purchase', title: 'sale B-1', detail: 'Main store', ref_id: 2 }

test('a run of one event is one entry that names the first few', () => {
  const entries = groupRuns([viewed('A'), viewed('B'), viewed('A'), viewed('C'), viewed('D'), sale, viewed('E')])
  expect(entries.map(({ title, detail }) => [title, detail])).toEqual([
    ['Looked at 4 products', 'A, B, C and 1 more'],
    ['Bought B-1', 'Main store'],
    ['Looked at a product', 'E'],
  ])
})

test('looking at the same thing twice is looking at one product', () => {
  expect(groupRuns([viewed('A'), viewed('A')])).toMatchObject([{ title: 'Looked at a product', detail: 'A' }])
})

test('purchases and points are never folded together', () => {
  expect(groupRuns([sale, sale])).toHaveLength(2)
})
