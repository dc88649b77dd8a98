import { expect, test } from 'vitest'
import { opaqueIds } from './ids.ts'

const ids = opaqueIds(Buffer.alloc(16, 7))

test('an id comes back from either form, in any case', () => {
  for (const id of [0, 1, 1000, Number.MAX_SAFE_INTEGER]) {
    const hex = ids.hex('customer', 3, id)
    expect(hex).toMatch(/^[0-9a-f]{32}$/)
    expect(ids.read('customer', 3, hex.toUpperCase())).toBe(id)
    expect(ids.read('customer', 3, ids.uuid('customer', 3, id))).toBe(id)
  }
})

test('a wrong kind, a wrong tenant, another key and a text that is none read as nothing', () => {
  const hex = ids.hex('customer', 3, 1000)
  expect(ids.read('purchase', 3, hex)).toBeUndefined()
  expect(ids.read('customer', 4, hex)).toBeUndefined()
  expect(opaqueIds(Buffer.alloc(16, 8)).read('customer', 3, hex)).toBeUndefined()
  for (const text of ['', '1000', `${hex}0`, 'g'.repeat(32)]) expect(ids.read('customer', 3, text)).toBeUndefined()
})

test('an id is the same however many were shown and read before it', () => {
  const first = ids.hex('purchase', 1, 42)
  for (let id = 0; id < 1_000; id++) ids.read('customer', 1, ids.hex('customer', 1, id))
  ids.read('customer', 1, 'f'.repeat(32))
  expect(ids.hex('purchase', 1, 42)).toBe(first)
  expect(ids.read('purchase', 1, first)).toBe(42)
})
