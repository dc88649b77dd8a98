import { type Brand, listBrands, upsertBrands } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { allOf, readBatch } from '../batch.ts'
import type { Routes } from '../call.ts'
import { contains, idOf, noContent, ok, pageOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'

export function brandRoutes(routes: Routes): void {
  routes.get('/product-brands', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('productBrands'))
    const name = query.text('name')
    query.done()
    const rows = (await allBrands(ctx))
      .filter((brand) => contains(brand.name, name))
      .map((brand) => brandRow(ctx, brand))
    return pageOf('product_brands', rows, page)
  })

  routes.get('/product-brands/:product_brand_id', 'both', async (call) => {
    const id = call.pathId('product_brand_id', 'brand')
    const brand = (await allBrands(call.ctx)).find((candidate) => candidate.id === id)
    if (!brand) throw notFound('product-brands', call.params.product_brand_id ?? '')
    return ok(brandRow(call.ctx, brand))
  })

  routes.post('/product-brands/batch', 'enterprise', async ({ ctx, body }) => {
    const { rows } = await readBatch(body, 'product_brands', (fields) => ({
      externalId: fields.needText('external_id', { max: 255, pattern: /\S/ }),
      name: fields.needText('name', { max: 500 }),
    }))
    await upsertBrands(ctx, rows)
    return noContent
  })
}

export function allBrands(ctx: Ctx): Promise<Brand[]> {
  return allOf((page) => listBrands(ctx, page))
}

export function brandRow(ctx: Ctx, brand: Brand) {
  return { product_brand_id: idOf(ctx, 'brand', brand.id), name: brand.name, external_id: brand.externalId }
}
