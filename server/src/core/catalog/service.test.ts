import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { sql } from '../../platform/db.ts'
import {
  countProducts,
  createProduct,
  deleteProduct,
  findCategoryByExternalId,
  findProductByCode,
  findProductIds,
  findProductsByCodes,
  getProduct,
  keepOnlyAvailable,
  listCategories,
  listProducts,
  removeProductCode,
  updateProduct,
  upsertCategories,
  upsertProducts,
} from './index.ts'

const { pool } = await testDatabase()

const changesOf = (ctx: Awaited<ReturnType<typeof newTenant>>) =>
  ctx.db.query<{ operation: string; entity_id: number }>(sql`
    select operation, entity_id from changes where tenant_id = ${ctx.tenant.id} and entity = 'product' order by id`)

test('products are inserted and updated by code, absent fields stay and null clears', async () => {
  const ctx = await newTenant(pool)
  const ids = await upsertProducts(ctx, [
    {
      code: ' A-1 ',
      name: 'Mug',
      description: 'A mug',
      brandExternalId: 'acme',
      categoryExternalId: 'kitchen',
      priceMinor: 1250,
      currency: 'EUR',
      vatRate: 19,
      url: 'https://shop.example/a-1',
      data: { color: 'red' },
      codes: [{ listCode: 'EAN', code: '4006381333931' }],
    },
    { code: 'B-2' },
  ])
  expect([...ids.keys()]).toEqual(['A-1', 'B-2'])
  await upsertProducts(ctx, [{ code: 'A-1', priceMinor: 999, oldPriceMinor: 1250, url: null, data: { size: 'L' } }])
  expect(await findProductByCode(ctx, 'A-1')).toMatchObject({
    id: ids.get('A-1'),
    name: 'Mug',
    description: 'A mug',
    brand: { externalId: 'acme', name: 'acme' },
    category: { externalId: 'kitchen' },
    priceMinor: 999,
    oldPriceMinor: 1250,
    currency: 'EUR',
    vatRate: 19,
    url: null,
    available: true,
    data: { color: 'red', size: 'L' },
    codes: [{ listCode: 'EAN', code: '4006381333931' }],
  })
  expect(await findProductByCode(ctx, 'B-2')).toMatchObject({ name: 'B-2', priceMinor: null, brand: null, codes: [] })
})

test('a report that says nothing new changes nothing and emits nothing', async () => {
  const ctx = await newTenant(pool)
  const report = [{ code: 'A', name: 'Lamp', priceMinor: 100, data: { a: 1 }, brandExternalId: 'x' }]
  await upsertProducts(ctx, report)
  const before = await findProductByCode(ctx, 'A')
  await upsertProducts(ctx, report)
  expect(await findProductByCode(ctx, 'A')).toEqual(before)
  expect((await changesOf(ctx)).map((change) => change.operation)).toEqual(['created'])
  await upsertProducts(ctx, [{ code: 'A', name: 'Lamp 2' }])
  expect((await changesOf(ctx)).map((change) => change.operation)).toEqual(['created', 'updated'])
})

test('one product named twice in a batch is one, and its later word wins', async () => {
  const ctx = await newTenant(pool)
  await upsertProducts(ctx, [
    { code: 'A', name: 'first', priceMinor: 100 },
    { code: 'A ', name: 'second' },
  ])
  expect(await countProducts(ctx, {})).toBe(1)
  expect(await findProductByCode(ctx, 'A')).toMatchObject({ name: 'second', priceMinor: 100 })
})

test('batches over the same products at the same moment all succeed', async () => {
  const ctx = await newTenant(pool)
  const codes = Array.from({ length: 200 }, (_, index) => `P${index}`)
  await Promise.all(
    Array.from({ length: 8 }, (_, batch) => {
      const order = batch % 2 === 0 ? codes : [...codes].reverse()
      return upsertProducts(
        ctx,
        order.map((code) => ({ code, name: `${code} of ${batch}`, categoryExternalId: `c${batch % 3}` })),
      )
    }),
  )
  expect(await countProducts(ctx, {})).toBe(200)
  expect((await findProductIds(ctx, [...codes, 'unknown'])).size).toBe(200)
})

test('a code of a list leads to one product and moves with the newest report', async () => {
  const ctx = await newTenant(pool)
  await upsertProducts(ctx, [
    { code: 'A', codes: [{ listCode: 'PLU', code: '7' }] },
    { code: 'B', codes: [{ listCode: 'PLU', code: '8' }] },
  ])
  await upsertProducts(ctx, [{ code: 'B', codes: [{ listCode: 'PLU', code: '7' }] }])
  const listed = async () =>
    (await listProducts(ctx, { listed: { listCode: 'PLU', code: '7' } }, { limit: 10 })).map(({ code }) => code)
  expect(await listed()).toEqual(['B'])
  expect(await listProducts(ctx, { listed: { code: '8' } }, { limit: 10 })).toMatchObject([{ code: 'B' }])
  expect(await countProducts(ctx, { listed: { listCode: 'EAN' } })).toBe(0)
  await removeProductCode(ctx, { listCode: 'PLU', code: '7' })
  expect(await listed()).toEqual([])
})

test('products are listed by part of the name, category and availability, page by page', async () => {
  const ctx = await newTenant(pool)
  await upsertProducts(ctx, [
    { code: '1', name: '100% Cotton shirt', categoryExternalId: 'shirts' },
    { code: '2', name: 'Cotton trousers', available: false },
    { code: '3', name: 'Wool_hat' },
  ])
  const codesOf = async (...args: Parameters<typeof listProducts>) =>
    (await listProducts(...args)).map((product) => product.code)
  expect(await codesOf(ctx, { text: 'COTTON' }, { limit: 10 })).toEqual(['1', '2'])
  expect(await codesOf(ctx, { text: '0% c' }, { limit: 10 })).toEqual(['1'])
  expect(await codesOf(ctx, { text: 'l_h' }, { limit: 10 })).toEqual(['3'])
  expect(await codesOf(ctx, { text: '3' }, { limit: 10 })).toEqual(['3'])
  expect(await codesOf(ctx, { available: true }, { limit: 10 })).toEqual(['1', '3'])
  const category = await findCategoryByExternalId(ctx, 'shirts')
  expect(await codesOf(ctx, { categoryId: category?.id }, { limit: 10 })).toEqual(['1'])
  const [first] = await listProducts(ctx, {}, { limit: 1 })
  expect(await codesOf(ctx, {}, { limit: 10, after: first?.id })).toEqual(['2', '3'])
  expect(await codesOf(ctx, {}, { limit: 10, offset: 2 })).toEqual(['3'])
})

test('a product that is made must have a free code, and a deleted one is only unlisted', async () => {
  const ctx = await newTenant(pool)
  const made = await createProduct(ctx, { code: 'X', name: 'Box', priceMinor: 5 })
  await expect(createProduct(ctx, { code: 'X' })).rejects.toMatchObject({ code: 'product.code_taken' })
  expect(await updateProduct(ctx, { id: made.id, patch: { name: 'Big box' } })).toMatchObject({ name: 'Big box' })
  await deleteProduct(ctx, made.id)
  expect(await listProducts(ctx, {}, { limit: 10 })).toEqual([])
  expect(await getProduct(ctx, made.id)).toMatchObject({ state: 'deleted', available: false })
  expect((await changesOf(ctx)).map((change) => change.operation)).toEqual(['created', 'updated', 'updated'])
})

test('a list of everything in stock makes the others unavailable', async () => {
  const ctx = await newTenant(pool)
  await upsertProducts(ctx, [{ code: '1' }, { code: '2' }, { code: '3', available: false }])
  expect(await keepOnlyAvailable(ctx, ['1', '3'])).toBe(1)
  const found = await findProductsByCodes(ctx, ['1', '2', '3'])
  expect([...found.values()].filter((product) => product.available).map((product) => product.code)).toEqual(['1'])
})

test('categories form a tree, whatever order they arrive in', async () => {
  const ctx = await newTenant(pool)
  const [shoes] = await upsertCategories(ctx, [
    { externalId: 'shoes', name: 'Shoes', parentExternalId: 'all' },
    { externalId: 'boots', name: 'Boots', parentExternalId: 'shoes' },
  ])
  await upsertCategories(ctx, [{ externalId: 'all', name: 'Everything' }])
  const all = await listCategories(ctx, { limit: 10 })
  expect(all.find((one) => one.externalId === 'boots')?.parentId).toBe(shoes?.id)
  expect(all.find((one) => one.id === shoes?.parentId)).toMatchObject({ name: 'Everything' })
})

test('text that Postgres cannot hold and amounts that nothing costs are not stored', async () => {
  const ctx = await newTenant(pool)
  await upsertProducts(ctx, [{ code: 'a\0b', name: 'x\0\ud800', data: { 'k\0': ['v\0', '\\u0000'] } }])
  expect(await findProductByCode(ctx, 'ab')).toMatchObject({ name: 'x\ufffd', data: { k: ['v', '\\u0000'] } })
  for (const bad of [
    { code: ' ' },
    { code: 'x', priceMinor: -1 },
    { code: 'x', priceMinor: 0.5 },
    { code: 'x', vatRate: 101 },
  ]) {
    await expect(upsertProducts(ctx, [bad])).rejects.toMatchObject({ kind: 'invalid' })
  }
})

test("a tenant doesn't see another's products", async () => {
  const [one, other] = [await newTenant(pool), await newTenant(pool)]
  const made = await createProduct(one, { code: 'mine' })
  expect(await findProductByCode(other, 'mine')).toBeUndefined()
  await expect(getProduct(other, made.id)).rejects.toMatchObject({ code: 'product.not_found' })
})
