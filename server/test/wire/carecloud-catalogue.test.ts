import { describe, expect, test } from 'vitest'
import { testApp } from '../app.ts'
import { addCustomer, billItem, openShop, placesOf, sale } from './carecloud-client.ts'

const { app, server } = await testApp()
const { till } = await openShop(app, server)
const places = await placesOf(till)

describe('synchronising the catalogue', () => {
  test('brands, groups and products come in batches and meet the lines of sales', async () => {
    const brands = [{ name: 'Acme', external_id: 'acme' }]
    expect((await till.post('/product-brands/batch', { product_brands: brands })).status).toBe(204)
    // A parent may come after its child in the same batch.
    const groups = [
      { name: 'Cups', external_id: 'cups', parent_external_id: 'kitchen' },
      { name: 'Kitchen', external_id: 'kitchen' },
    ]
    expect((await till.post('/product-groups/batch', { product_groups: groups })).status).toBe(204)
    const plu_ids = [
      { list_code: 'GLOBAL', code: 'CUP-1' },
      { list_code: 'EAN', code: '4006381333931' },
    ]
    const product = {
      name: 'Cup',
      plu_ids,
      product_brand_external_id: 'acme',
      product_group_external_id: 'cups',
      prices: [{ currency_id: places.currency, value: 7.5 }],
    }
    expect((await till.post('/products/batch', { products: [product] })).status).toBe(204)
    // Found again by its other number; what is not sent stays.
    const renamed = { name: 'Big cup', plu_ids: [plu_ids[1]] }
    expect((await till.post('/products/batch', { products: [renamed] })).status).toBe(204)
    const list = await till.get('/products?external_id=4006381333931&external_type_code=EAN')
    expect(list.body.data.total_items).toBe(1)
    const [found] = list.body.data.products
    expect(found).toMatchObject({ name: 'Big cup', prices: [{ value: 7.5 }], external_id: 'CUP-1' })
    // Without a list its codes of all lists are the product's; one that is in no such list has none there.
    expect((await till.get('/products?external_id=4006381333931')).body.data.products).toMatchObject([
      { name: 'Big cup' },
    ])
    expect((await till.get('/products?external_type_code=EAN')).body.data.total_items).toBe(1)
    expect((await till.get('/products?external_type_code=NONE')).body.data.total_items).toBe(0)
    const group = await till.get(`/product-groups/${found.product_group_id}`)
    expect(group.body.data).toMatchObject({ name: 'Cups', parent_external_id: 'kitchen' })

    const customer_id = await addCustomer(till, places)
    const bill_items = [billItem(places, 15, { plu_ids: [plu_ids[1]], quantity: 2 })]
    await till.post(
      '/purchases/actions/send-purchase',
      sale(places, { bill_id: 'cups', total: 15, customer_id, bill: { bill_items } }),
    )
    const sales = await till.get(`/purchases?customer_id=${customer_id}&purchase_items_extension=true`)
    expect(sales.body.data.purchases[0].purchase_items).toMatchObject([
      { product_id: found.product_id, product_brand_name: 'Acme', product_group_name: 'Cups', amount: 2, price: 15 },
    ])
  })

  test('one wrong row refuses the batch, or is left out when told so', async () => {
    const product_brands = [{ name: 'Whole', external_id: 'whole' }, { name: 'Half' }]
    const refused = await till.post('/product-brands/batch', { product_brands })
    expect(refused.body.error.error_data.invalid_params).toMatchObject([{ name: 'external_id', reason: 'required' }])
    expect((await till.get('/product-brands?name=whole')).body.data.total_items).toBe(0)
    expect((await till.post('/product-brands/batch', { product_brands, error_processing: 2 })).status).toBe(204)
    expect((await till.get('/product-brands?name=whole')).body.data.total_items).toBe(1)
  })

  test('prices in several currencies, tags and properties add up over batches', async () => {
    const czk = (await till.get('/currencies?currency_code=CZK')).body.data.currencies[0].currency_id
    const [fresh, sale] = (await till.get('/products/tags')).body.data.tags
    const plu_ids = [{ list_code: 'GLOBAL', code: 'JAR-1' }]
    const product = {
      name: 'Jar',
      plu_ids,
      code: 'J1',
      prices: [{ currency_id: places.currency, value: 4.5 }],
      tags: [{ tag_id: fresh.tag_id }],
      property_records: [{ property_id: 'colour', property_value: 'blue' }],
    }
    expect((await till.post('/products/batch', { products: [product] })).status).toBe(204)
    const more = {
      name: 'Jar',
      plu_ids,
      prices: [{ currency_id: czk, value: 112 }],
      property_records: [{ property_id: 'height', property_value: 12 }],
    }
    expect((await till.post('/products/batch', { products: [more] })).status).toBe(204)
    const { body } = await till.get('/products?code=J1')
    const [found] = body.data.products
    expect(found.prices).toHaveLength(2)
    expect(found.prices).toEqual(
      expect.arrayContaining([
        { currency_id: places.currency, value: 4.5 },
        { currency_id: czk, value: 112 },
      ]),
    )
    expect(found).toMatchObject({ tags: [{ tag_id: fresh.tag_id, text_id: 'new' }], additional_properties: [{}, {}] })
    expect((await till.get(`/products?tag_ids[]=${fresh.tag_id}`)).body.data.total_items).toBe(1)
    expect((await till.get(`/products?tag_ids[]=${sale.tag_id}`)).body.data.total_items).toBe(0)
  })

  test('a group may belong to a store, and is below no group of its own', async () => {
    const product_groups = [{ name: 'Local', external_id: 'local', store_id: places.store, code: 'L' }]
    expect((await till.post('/product-groups/batch', { product_groups })).status).toBe(204)
    const list = await till.get(`/product-groups?store_id=${places.store}`)
    expect(list.body.data.product_groups).toMatchObject([{ external_id: 'local', store_id: places.store, code: 'L' }])
    const own = [{ name: 'Ring', external_id: 'ring', parent_external_id: 'ring' }]
    expect((await till.post('/product-groups/batch', { product_groups: own })).status).toBe(400)
  })

  test('with error_processing 2 a product with any fault is left out, and nothing of it is kept', async () => {
    const products = [
      { name: 'Whole', plu_ids: [{ list_code: 'GLOBAL', code: 'EP-1' }] },
      { name: 'Of no brand', plu_ids: [{ list_code: 'GLOBAL', code: 'EP-2' }], product_brand_external_id: 'nobody' },
      { name: 'Below nothing', plu_ids: [{ list_code: 'GLOBAL', code: 'EP-3' }], prices: [{ value: -1 }] },
    ]
    expect((await till.post('/products/batch', { products })).body.error.error_data.invalid_params).toMatchObject([
      { name: 'product_brand_external_id', reason: 'not_found' },
      { name: 'currency_id', reason: 'required' },
      { name: 'value', reason: 'not_allowed_value' },
    ])
    expect((await till.post('/products/batch', { products, error_processing: 2 })).status).toBe(204)
    for (const [code, count] of [
      ['EP-1', 1],
      ['EP-2', 0],
      ['EP-3', 0],
    ]) {
      expect((await till.get(`/products?external_id=${code}`)).body.data.total_items, String(code)).toBe(count)
    }
  })

  test('a thousand rows come in one call, each kind with its parents', async () => {
    const rows = Array.from({ length: 1000 }, (_, index) => index)
    const product_brands = rows.map((index) => ({ name: `Brand ${index}`, external_id: `tb-${index}` }))
    const product_groups = rows.map((index) => ({
      name: `Group ${index}`,
      external_id: `tg-${index}`,
      ...(index < 999 ? { parent_external_id: `tg-${index + 1}` } : {}),
    }))
    const products = rows.map((index) => ({
      name: `Bulk ${index}`,
      plu_ids: [{ list_code: 'GLOBAL', code: `bulk-${index}` }],
      product_brand_external_id: `tb-${index}`,
      product_group_external_id: `tg-${index}`,
      prices: [{ currency_id: places.currency, value: index }],
    }))
    expect((await till.post('/product-brands/batch', { product_brands })).status).toBe(204)
    expect((await till.post('/product-groups/batch', { product_groups })).status).toBe(204)
    expect((await till.post('/products/batch', { products })).status).toBe(204)
    const { body } = await till.get('/products?name=bulk&count=1&sort_field=name&sort_direction=DESC')
    expect(body.data).toMatchObject({ total_items: 1000, products: [{ name: 'Bulk 999', prices: [{ value: 999 }] }] })
    const group = await till.get(`/product-groups/${body.data.products[0].product_group_id}`)
    expect(group.body.data).toMatchObject({ external_id: 'tg-999', parent_external_id: null })
  })

  test('pages run through all products in either direction', async () => {
    const products = ['A', 'B', 'C'].map((code) => ({
      name: `Paged ${code}`,
      plu_ids: [{ list_code: 'GLOBAL', code }],
    }))
    await till.post('/products/batch', { products })
    const names = async (query: string) => {
      const { body } = await till.get(`/products?name=paged&${query}`)
      expect(body.data.total_items).toBe(3)
      return body.data.products.map((product: { name: string }) => product.name)
    }
    expect(await names('count=2')).toEqual(['Paged A', 'Paged B'])
    expect(await names('count=2&offset=2')).toEqual(['Paged C'])
    expect(await names('count=2&sort_field=product_id&sort_direction=DESC')).toEqual(['Paged C', 'Paged B'])
  })
})

test('a group that would be above itself is refused, however long the way', async () => {
  const group = (external_id: string, parent_external_id?: string) => ({
    name: external_id,
    external_id,
    parent_external_id,
  })
  const put = (...product_groups: object[]) => till.post('/product-groups/batch', { product_groups })
  expect((await put(group('t1', 't2'), group('t2', 't3'), group('t3'))).status).toBe(204)
  const round = await put(group('t3', 't1'))
  expect(round.body.error.error_data.invalid_params).toMatchObject([
    { name: 'parent_external_id', reason: 'not_allowed_value', value: 't1' },
  ])
  expect((await put(group('u1', 'u2'), group('u2', 'u1'))).status).toBe(400)
  // Turned around as a whole it is a tree again.
  expect((await put(group('t3', 't2'), group('t2', 't1'), group('t1'))).status).toBe(204)
  expect((await till.get('/product-groups?external_id=t3')).body.data.product_groups).toMatchObject([
    { parent_external_id: 't2' },
  ])
})
