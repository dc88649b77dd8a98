import { expect, test } from 'vitest'
import type { TimelineItem } from '../../api/types.ts'
import { detailOf, titleOf } from './entry-words.ts'

function item(kind: string, title: string, more: Partial<TimelineItem> = {}): TimelineItem {
  return { at: '2026-11-21T10:00:00Z', kind, title, detail: null, ref_id: 1, ...more }
}

test.each([
  [item('purchase', 'sale B-1001'), 'Bought B-1001'],
  [item('purchase', 'cancellation B-1001 C'), 'Cancellation B-1001 C'],
  [item('posting', 'earn', { points: 47, unit: 'Points' }), 'Earned points'],
  [item('posting', 'reverse', { points: -47, unit: 'Points' }), 'Took back points'],
  [item('posting', 'reverse', { points: 200, unit: 'Points' }), 'Got points back'],
  [item('posting', 'spend', { amount_minor: -700, unit: 'Credit EUR' }), 'Spent credit EUR'],
  [item('event', 'searched'), 'Searched'],
  [item('event', 'party_booked'), 'Party booked'],
  [item('message', 'Your receipt'), 'Your receipt'],
  [item('consent', 'email:bulk subscribed'), 'Campaigns by E-mail: subscribed'],
  [item('consent', 'consent:terms given'), 'Consent to terms: given'],
])('%o is put into words for people', (entry, words) => {
  expect(titleOf(entry)).toBe(words)
})

test('a state is told where it matters', () => {
  expect(detailOf(item('message', 'Hello', { detail: 'jane@example.com', state: 'refused' }))).toBe(
    'jane@example.com, not sent: no permission',
  )
  expect(detailOf(item('purchase', 'sale 1', { detail: 'Main store', state: 'completed' }))).toBe('Main store')
})
