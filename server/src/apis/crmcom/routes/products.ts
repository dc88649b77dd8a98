import type { FastifyInstance } from 'fastify'
import {
  type CategoryId,
  countProducts,
  getProduct,
  listCategories,
  listProducts,
  type Product,
  type ProductFilter,
  type ProductId,
} from '../../../core/catalog/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ApplicationCall, type ContactCall, withAnyone, withContact } from '../auth.ts'
import { decodeBody, decodeFlag, decodePaging, decodeText, type Fields, refuse } from '../decode.ts'
import { money, moneyText, page, pageOf, text, textFlag, uuid } from '../encode.ts'

export function productRoutes(app: FastifyInstance, server: Server): void {
  app.get('/products', withContact(server, showProducts))
  app.get('/products/:id', withAnyone(server, showProduct))
  app.get('/product_categories', withContact(server, showCategories))
}

async function showProducts({ ctx, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const filter = decodeFilter(ctx, query)
  const [products, total] = [
    await listProducts(ctx, filter, { limit: paging.size, offset: paging.offset }),
    await countProducts(ctx, filter),
  ]
  const content = products.map((product) => ({
    ...encodeProduct(ctx, product),
    pricing: encodePricing(ctx, product, 'text'),
  }))
  return page(content, paging, total)
}

function decodeFilter(ctx: Ctx, query: Fields): ProductFilter {
  const name = decodeText(query, 'name')
  const category = decodeText(query, 'category_id')
  const categoryId = category ? ctx.ids.read('category', ctx.tenant.id, category) : undefined
  if (category && categoryId === undefined) return refuse('category_id', 'does not exist')
  return {
    states: ['active'],
    ...(name ? { text: name } : {}),
    ...(categoryId === undefined ? {} : { categoryId: categoryId as CategoryId }), // read as a category's id above
  }
}

async function showProduct({ ctx, request }: ContactCall | ApplicationCall) {
  const { id: named = '' } = request.params as { id?: string } // the route has it
  const id = ctx.ids.read('product', ctx.tenant.id, named)
  if (id === undefined) throw new DomainError('product.not_found')
  const product = await getProduct(ctx, id as ProductId) // read as a product's id above
  if (product.state !== 'active') throw new DomainError('product.not_found')
  const { number_of_components: _, ...encoded } = encodeProduct(ctx, product)
  return {
    ...encoded,
    category: encoded.categories[0] ?? null,
    composition: [],
    pricing: encodePricing(ctx, product, 'number'),
    upsells: [],
    crosssells: [],
    variant_attributes: [],
  }
}

const maxCategories = 1000

/** Top categories unless a parent is named or all are asked for. */
async function showCategories({ ctx, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const parent = decodeText(query, 'parent_id')
  const parentId = parent ? ctx.ids.read('category', ctx.tenant.id, parent) : null
  if (parentId === undefined) throw new DomainError('category.not_found')
  const all = await listCategories(ctx, { limit: maxCategories })
  const wanted = decodeFlag(query, 'return_all') ? all : all.filter((category) => category.parentId === parentId)
  const rows = wanted.map((category) => {
    const above = all.find((one) => one.id === category.parentId)
    return {
      id: uuid(ctx, 'category', category.id),
      name: category.name,
      description: text(category.data.description),
      child_nodes: all.filter((one) => one.parentId === category.id).length,
      parent: above ? { id: uuid(ctx, 'category', above.id), name: above.name } : null,
      available_in_order_menus: textFlag(category.data.inOrderMenus !== false),
    }
  })
  return pageOf(rows, paging)
}

function encodeProduct(ctx: Ctx, product: Product) {
  const list = (value: unknown) => (Array.isArray(value) ? value.length : 0)
  const category = product.category && { id: uuid(ctx, 'category', product.category.id), name: product.category.name }
  return {
    id: uuid(ctx, 'product', product.id),
    sku: product.code,
    name: product.name,
    description: text(product.description),
    classification: 'NON_TRACEABLE_PHYSICAL_GOOD',
    type_composition: compositionOf(product),
    number_of_running_promotions: 0,
    number_of_components: list(product.data.components),
    number_of_variants: list(product.data.variants),
    number_of_variant_attributes: list(product.data.variantAttributes),
    number_of_prices: product.priceMinor === null ? 0 : 1,
    availability: product.available ? 'ENABLED' : 'DISABLED',
    categories: category ? [category] : [],
    type: null,
    family: null,
    brand: product.brand && { id: uuid(ctx, 'brand', product.brand.id), name: product.brand.name },
    creatives: product.imageUrl ? [encodePicture(product.imageUrl)] : [],
  }
}

function compositionOf(product: Product): string {
  if (product.composition !== 'bundle') return product.composition.toUpperCase()
  return product.data.flexible === true ? 'FLEXIBLE_BUNDLE' : 'FIXED_BUNDLE'
}

/** Prices are text in lists and numbers in a single product, as documented. */
function encodePricing(ctx: Ctx, product: Product, form: 'text' | 'number') {
  if (product.priceMinor === null) return []
  const currency = product.currency ?? ctx.tenant.currency
  const tax = product.vatRate === null ? [] : [{ id: '', name: 'VAT', tax_code: 'VAT', percentage: product.vatRate }]
  const price = form === 'text' ? moneyText(product.priceMinor, currency) : money(product.priceMinor, currency)
  const base = { price, currency, tax_model: 'TAX_INCLUSIVE', rate_model: 'FLAT', taxes: tax }
  return [{ ...base, supply_method: 'DELIVERY' }]
}

function encodePicture(url: string) {
  const format = /\.(\w{3,4})(?:$|\?)/.exec(url)?.[1]?.toLowerCase() ?? ''
  return { id: '', type: 'LOGO', usage_type: 'LOGO', width: 0, height: 0, format, url, public_id: '', media: [] }
}
