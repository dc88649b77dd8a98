import { expect, test, vi } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { newTenant } from '../../test/tenant.ts'
import { transact } from './ctx.ts'
import { type ChangeCursor, emitChanges, readChanges } from './outbox.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
const beginning: ChangeCursor = { xid: '0', id: 0 }

// Other tests share the database server, and any transaction that runs there holds the readers back until it ends.
const patience = { interval: 5, timeout: 50_000 }

const change = (entityId: number) => ({ entity: 'customer', entityId, operation: 'updated' })

test('a change whose number was drawn first is not skipped when it is committed last', async () => {
  const seen: number[] = []
  let cursor = beginning
  const read = async () => {
    for (const row of await readChanges(ctx, cursor, 100)) {
      seen.push(row.entityId)
      cursor = row.cursor
    }
  }
  await transact(ctx, async (slow) => {
    await emitChanges(slow, [change(1)])
    await transact(ctx, (quick) => emitChanges(quick, [change(2), change(3)]))
    await read()
    // The slow one may still write something older than what could be shown.
    expect(seen).toEqual([])
  })
  await vi.waitFor(async () => {
    await read()
    expect(seen).toEqual([1, 2, 3])
  }, patience)
  await read()
  expect(seen).toEqual([1, 2, 3])
})

test('a reader takes pages, and another tenant’s changes are not among them', async () => {
  const [own, foreign] = [await newTenant(pool), await newTenant(pool)]
  await emitChanges(
    own,
    [1, 2, 3].map((id) => change(id)),
  )
  await emitChanges(foreign, [change(9)])
  await vi.waitFor(async () => expect(await readChanges(own, beginning, 10)).toHaveLength(3), patience)
  const first = await readChanges(own, beginning, 2)
  const rest = await readChanges(own, first.at(-1)?.cursor ?? beginning, 2)
  expect([...first, ...rest].map((row) => row.entityId)).toEqual([1, 2, 3])
  expect(first[0]).toMatchObject({ entity: 'customer', customerId: null, operation: 'updated', data: {} })
})

test('what is rolled back was never there', async () => {
  const own = await newTenant(pool)
  const work = transact(own, async (tx) => {
    await emitChanges(tx, [change(1)])
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  expect(await readChanges(own, beginning, 10)).toEqual([])
})
