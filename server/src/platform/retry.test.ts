import { expect, test } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { inTransaction, openPool, StartAgain, sql } from './db.ts'

const { pool, url } = await testDatabase()

test('who finds the world changed starts again in a new transaction, and is refused when that leads nowhere', async () => {
  let attempts = 0
  const transactions = new Set<string>()
  const answer = await inTransaction(pool, async (db) => {
    attempts++
    const [row] = await db.query<{ id: string }>(sql`select pg_current_xact_id()::text as id`)
    transactions.add(row?.id ?? '')
    if (attempts < 3) throw new StartAgain('moved on')
    return 'done'
  })
  expect([answer, attempts, transactions.size]).toEqual(['done', 3, 3])

  const never = inTransaction(pool, async () => {
    throw new StartAgain('moved on')
  })
  await expect(never).rejects.toMatchObject({ code: 'service.unavailable', kind: 'unavailable' })
  await expect(pool.query('select 1')).resolves.toBeDefined()
})

test('two that lock each other out both get through', async () => {
  await pool.query('create table knots (id int primary key); insert into knots values (1), (2)')
  const lock = (first: number, second: number) =>
    inTransaction(pool, async (db) => {
      await db.query(sql`select id from knots where id = ${first} for update`)
      await db.query(sql`select pg_sleep(0.2)`)
      await db.query(sql`select id from knots where id = ${second} for update`)
      return first
    })
  expect(await Promise.all([lock(1, 2), lock(2, 1)])).toEqual([1, 2])
})

test('a connection that ends is told of while the pool is in use, and not once it has let go of it', async () => {
  const lost: string[] = []
  const own = openPool({ url, max: 1, onError: (error) => lost.push(error.message) })
  const inUse = await own.connect()
  inUse.emit('error', new Error('in use'))
  inUse.release(true)
  const idle = await own.connect()
  idle.release()
  const ended = own.end()
  idle.emit('error', new Error('let go'))
  await ended
  expect(lost).toEqual(['in use'])
})
