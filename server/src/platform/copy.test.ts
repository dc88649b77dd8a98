import { expect, test } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { dbOf, inTransaction, sql } from './db.ts'

const { pool } = await testDatabase()
await pool.query('create table copied (id int primary key, name text, amount numeric(10,3), earns boolean, data jsonb)')

test('rows that are copied arrive as they were, whatever signs they have', async () => {
  const names = ['', '\\N', '\\', '\\.', 'a\tb', 'a\nb\r\nc', '\\t', 'naïve ☕ 🎁', '"quoted", \'so\'', null]
  const rows = names.map((name, id) => [id, name, 1.5 * id, id % 2 === 0, JSON.stringify({ name })])
  await dbOf(pool).copy(sql`copied (id, name, amount, earns, data)`, rows)
  const found = await dbOf(pool).query(sql`select * from copied order by id`)
  expect(found).toEqual(names.map((name, id) => ({ id, name, amount: 1.5 * id, earns: id % 2 === 0, data: { name } })))
})

test('more than fits into one packet is copied whole', async () => {
  await dbOf(pool).copy(
    sql`copied (id, name)`,
    Array.from({ length: 20_000 }, (_, n) => [n + 1_000, 'x'.repeat(50)]),
  )
  expect(
    await dbOf(pool).query(sql`select count(*) as n, max(length(name)) as l from copied where id >= 1000`),
  ).toEqual([{ n: 20_000, l: 50 }])
})

test('a row that is refused takes all of its copy back, and the connection goes on', async () => {
  await dbOf(pool).copy(sql`copied (id)`, [[900]])
  const twice = inTransaction(pool, (db) => db.copy(sql`copied (id)`, [[901], [900]]))
  await expect(twice).rejects.toMatchObject({ constraint: 'copied_pkey' })
  const broken = dbOf(pool).copy(sql`copied (id)`, brokenRows())
  await expect(broken).rejects.toThrow('no more rows')
  expect(await dbOf(pool).query(sql`select id from copied where id between 900 and 999`)).toEqual([{ id: 900 }])
})

function* brokenRows(): Generator<readonly [number]> {
  yield [902]
  throw new Error('no more rows')
}
