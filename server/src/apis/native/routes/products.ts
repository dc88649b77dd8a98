import { Type } from 'typebox'
import { findProductByCode, listProducts, type ProductId, upsertProducts } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { createOnce, pageBy, readIdPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { decodeProduct } from '../decode.ts'
import { encodeProduct } from '../encode.ts'
import type { Routes } from '../routing.ts'
import {
  Body,
  Count,
  Currency,
  Id,
  Json,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  Text,
  Time,
  usualLimit,
} from '../schemas.ts'

const ProductState = OneOf('active', 'inactive', 'deleted')
const Relation = Nullable(Type.Object({ external_id: Type.String(), name: Type.String() }))

const Product = Type.Object({
  id: Id,
  code: Type.String(),
  name: Type.String(),
  description: Type.String(),
  brand: Relation,
  category: Relation,
  price_minor: Nullable(Minor),
  old_price_minor: Nullable(Minor),
  currency: Nullable(Type.String()),
  vat_rate: Nullable(Type.Number()),
  url: Nullable(Type.String()),
  image_url: Nullable(Type.String()),
  available: Type.Boolean(),
  stock_quantity: Nullable(Type.Number()),
  state: ProductState,
  codes: Type.Array(Type.Object({ list: Type.String(), code: Type.String() })),
  data: Json,
  created_at: Time,
  updated_at: Time,
})

const Optional = Type.Optional
const Price = Optional(Nullable(Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })))
const fields = {
  name: Optional(Text(1000)),
  description: Optional(Text(100_000)),
  brand_external_id: Optional(Nullable(Text(255))),
  category_external_id: Optional(Nullable(Text(255))),
  price_minor: Price,
  old_price_minor: Price,
  currency: Optional(Nullable(Currency)),
  vat_rate: Optional(Nullable(Type.Number({ minimum: 0, maximum: 100 }))),
  url: Optional(Nullable(Text(2000))),
  image_url: Optional(Nullable(Text(2000))),
  available: Optional(Type.Boolean()),
  stock_quantity: Optional(Nullable(Type.Number({ minimum: -1e10, maximum: 1e10 }))),
  state: Optional(ProductState),
  codes: Optional(Type.Array(Body({ list: Text(255, 1), code: Text(255, 1) }), { maxItems: 50 })),
  data: Optional(Json),
}

const CodeParams = Type.Object({ code: Text(255, 1) })
const tags = ['Products']

export function productRoutes(app: Routes): void {
  app.get(
    '/products',
    {
      config: { access: 'any' },
      schema: {
        tags,
        summary: 'Products by part of their name, or code',
        querystring: Type.Object({ q: Optional(Text(200)), ...PageQuery }),
        response: { 200: Page(Product) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const after = readIdPosition(request.query.after) as ProductId | undefined // from a cursor of ours
      const page = await pageBy(
        request.query.limit ?? usualLimit,
        (limit) => listProducts(ctx, { text: request.query.q || undefined }, { limit, after }),
        (product) => [product.id],
      )
      return { items: page.items.map(encodeProduct), next_cursor: page.nextCursor }
    },
  )

  app.get(
    '/products/:code',
    {
      config: { access: 'any' },
      schema: { tags, summary: 'One product', params: CodeParams, response: { 200: Product } },
    },
    async (request) => getByCode(ctxOf(request), request.params.code),
  )

  app.put(
    '/products/:code',
    {
      config: { access: 'catalog.write' },
      schema: {
        tags,
        summary: 'Make or change a product',
        description: 'A field that is left out stays; null empties it. `data` is merged by name.',
        params: CodeParams,
        body: Body(fields),
        response: { 200: Product },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      await upsertProducts(ctx, [{ ...decodeProduct(request.body), code: request.params.code }])
      return getByCode(ctx, request.params.code)
    },
  )

  app.post(
    '/products/batch',
    {
      config: { access: 'catalog.write' },
      schema: {
        tags,
        summary: 'Make or change many products at once',
        body: Body({ items: Type.Array(Body({ code: Text(255, 1), ...fields }), { minItems: 1, maxItems: 5000 }) }),
        response: {
          201: Type.Object({ count: Count, items: Type.Array(Type.Object({ id: Id, code: Type.String() })) }),
        },
      },
    },
    (request, reply) =>
      createOnce(request, reply, async (ctx) => {
        const ids = await upsertProducts(
          ctx,
          request.body.items.map((item) => decodeProduct(item)),
        )
        return { count: ids.size, items: [...ids].map(([code, id]) => ({ id: id as number, code })) }
      }),
  )
}

async function getByCode(ctx: Ctx, code: string) {
  const product = await findProductByCode(ctx, code)
  if (!product) throw new DomainError('product.not_found', { code })
  return encodeProduct(product)
}
