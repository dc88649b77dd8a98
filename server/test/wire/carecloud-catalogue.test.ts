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
