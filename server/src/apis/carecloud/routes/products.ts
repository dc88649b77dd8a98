import {
  type Brand,
  type Category,
  countProducts,
  findProductsByListCodes,
  getProducts,
  listCodeKey,
  listProducts,
  type Product,
  type ProductCode,
  type ProductInput,
  upsertProducts,
} from '../../../core/catalog/index.ts'
import { listReferenceItems, type ReferenceItem } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { cleanJson } from '../../../platform/text.ts'
import { readBatch } from '../batch.ts'
import { mainCode } from '../bill.ts'
import type { Call, Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { type Answer, idOf, idOrNull, listOf, noContent, ok, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { mainPrice, priceRows, pricesOf, readPrices, type ToldPrice } from '../prices.ts'
import { partnerId, readPartner } from './partners.ts'
import { allBrands } from './product-brands.ts'
import { allGroups } from './product-groups.ts'

const pageSize = 1_000

export function productRoutes(routes: Routes): void {
  routes.get('/products', 'both', productPage)

  routes.get('/products/:product_id', 'both', async (call) => {
    const id = call.pathId('product_id', 'product')
    const product = (await getProducts(call.ctx, [id])).get(id)
    if (!product) throw notFound('products', call.params.product_id ?? '')
    return ok(productRow(call.ctx, product, await listTags(call.ctx)))
  })

  routes.post('/products/batch', 'enterprise', productBatch)
}

const allStates = ['active', 'inactive'] as const
const orders = {
  product_id: 'id',
  name: 'name',
  code: 'code',
  external_id: 'code',
  product_group_id: 'categoryId',
  product_brand_id: 'brandId',
  state: 'state',
  last_change: 'updatedAt',
} as const

async function productPage(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('products'))
  const [name, code] = [query.text('name'), query.text('code')]
  const [externalId, list] = [query.text('external_id'), query.text('external_type_code')]
  const tagIds = query.ids('tag_ids', 'reference')
  const partner = query.text('partner_id')
  query.done()
  const tags = await listTags(ctx)
  if (partner !== undefined && partner !== partnerId(ctx)) return listOf('products', [], 0)
  const wanted = tagIds && tags.filter((tag) => tagIds.includes(tag.id)).map((tag) => tag.code)
  const filter = {
    states: allStates,
    ...(name === undefined ? {} : { text: name }),
    ...(code === undefined ? {} : { code }),
    ...(wanted === undefined ? {} : { tags: wanted }),
    // Without a list its codes of all lists are the product's.
    ...(externalId === undefined && list === undefined ? {} : { listed: { listCode: list, code: externalId } }),
  }
  const order = {
    orderBy: orders[page.sortField as keyof typeof orders] ?? 'id', // of the fields that query.page lets through, those that sort
    descending: page.descending,
  }
  const products: Product[] = []
  for (let read = 0; read < page.limit; read += pageSize) {
    const limit = Math.min(pageSize, page.limit - read)
    products.push(...(await listProducts(ctx, filter, { ...order, offset: page.offset + read, limit })))
    if (products.length < read + limit) break
  }
  const rows = products.map((product) => productRow(ctx, product, tags))
  return listOf('products', rows, await countProducts(ctx, filter))
}

export function listTags(ctx: Ctx): Promise<ReferenceItem[]> {
  return listReferenceItems(ctx, 'product_tag')
}

export function productRow(ctx: Ctx, product: Product, tags: readonly ReferenceItem[]) {
  const plus = product.codes.map(({ listCode, code }) => ({ list_code: listCode, code }))
  return {
    product_id: idOf(ctx, 'product', product.id),
    name: product.name,
    code: product.data.code ?? product.code,
    external_id: mainCode(product.codes) || product.code,
    plu_ids: plus.length > 0 ? plus : [{ list_code: 'GLOBAL', code: product.code }],
    product_group_id: idOrNull(ctx, 'category', product.category?.id),
    product_brand_id: idOrNull(ctx, 'brand', product.brand?.id),
    partner_id: partnerId(ctx),
    prices: priceRows(ctx, product),
    additional_properties: propertiesOf(ctx, product),
    image_urls: product.imageUrl === null ? [] : [product.imageUrl],
    last_change: timeOf(ctx, product.updatedAt),
    state: stateOf(product.state),
    tags: tagsOf(ctx, product, tags),
  }
}

function tagsOf(ctx: Ctx, product: Product, tags: readonly ReferenceItem[]) {
  const codes = Array.isArray(product.data.tags) ? product.data.tags : []
  return tags
    .filter((tag) => codes.includes(tag.code))
    .map((tag) => ({
      tag_id: idOf(ctx, 'reference', tag.id),
      name: tag.name,
      text_id: tag.code,
      state: stateOf(tag.state),
      last_change: timeOf(ctx, tag.updatedAt),
    }))
}

// Each property is a key of its own, so that one that is sent leaves the others as they are.
const propertyKey = 'property:'

function propertiesOf(ctx: Ctx, product: Product) {
  const properties = Object.entries(product.data).filter(([key]) => key.startsWith(propertyKey))
  return properties.map(([key, value]) => ({
    property_record_id: `${key.slice(propertyKey.length)}:${idOf(ctx, 'product', product.id)}`,
    property_id: key.slice(propertyKey.length),
    property_name: key.slice(propertyKey.length),
    property_value: value,
    last_change: timeOf(ctx, product.updatedAt),
  }))
}

interface Known {
  readonly brands: ReadonlyMap<number | string, Brand>
  readonly groups: ReadonlyMap<number | string, Category>
  readonly tags: readonly ReferenceItem[]
}

/** By their ids and their external ids. */
function indexed<One extends Brand | Category>(all: readonly One[]): ReadonlyMap<number | string, One> {
  return new Map<number | string, One>(all.flatMap((one) => [[one.id, one] as const, [one.externalId, one] as const]))
}

/** Upserts by plu_ids; what is not sent stays as it is. */
async function productBatch({ ctx, body }: Call): Promise<Answer> {
  const [brands, groups, tags] = [indexed(await allBrands(ctx)), indexed(await allGroups(ctx)), await listTags(ctx)]
  const { rows } = await readBatch(body, 'products', (fields) => readProduct(ctx, fields, { brands, groups, tags }))
  const known = await findProductsByListCodes(
    ctx,
    rows.flatMap(({ codes }) => codes),
  )
  const inputs = rows.map(({ input, codes, prices }): ProductInput => {
    const product = codes.map((plu) => known.get(listCodeKey(plu))).find(Boolean)
    const main = mainPrice(ctx, prices, { isNew: product === undefined })
    return { ...input, ...main, code: product?.code ?? mainCode(codes), codes }
  })
  await upsertProducts(ctx, inputs)
  return noContent
}

interface ReadProduct {
  readonly input: Omit<ProductInput, 'code'>
  readonly codes: readonly ProductCode[]
  readonly prices: readonly ToldPrice[]
}

function readProduct(ctx: Ctx, fields: Fields, known: Known): ReadProduct {
  const codes = fields.needObjects('plu_ids', { max: 100 }).map((plu) => ({
    listCode: plu.needText('list_code', { max: 255, pattern: /\S/ }),
    code: plu.needText('code', { max: 255, pattern: /\S/ }),
  }))
  readPartner(ctx, fields, { required: false })
  const brand = pairOf(fields, { id: fields.id('product_brand_id', 'brand'), name: 'product_brand', of: known.brands })
  const group = pairOf(fields, {
    id: fields.id('product_group_id', 'category'),
    name: 'product_group',
    of: known.groups,
  })
  const state = fields.choice('state', [0, 1])
  const prices = readPrices(fields)
  const code = fields.text('code', { max: 255 })
  const tags = readTags(ctx, fields, known.tags)
  const properties = fields.objects('property_records', { max: 200 }).map((record) => {
    const value = cleanJson(record.value('property_value') ?? null)
    return [`${propertyKey}${record.needText('property_id', { max: 100 })}`, value] as const
  })
  const input = {
    name: fields.needText('name', { max: 500 }),
    ...(brand === undefined ? {} : { brandExternalId: brand }),
    ...(group === undefined ? {} : { categoryExternalId: group }),
    ...(state === undefined ? {} : { state: state === 1 ? ('active' as const) : ('deleted' as const) }),
    data: {
      ...Object.fromEntries(properties),
      ...pricesOf(prices),
      ...(code === undefined ? {} : { code }),
      ...(tags === undefined ? {} : { tags }),
    },
  }
  return { input, codes, prices }
}

function readTags(ctx: Ctx, fields: Fields, tags: readonly ReferenceItem[]): string[] | undefined {
  const given = fields.objects('tags', { max: 200 })
  if (given.length === 0) return undefined
  return given.flatMap((one) => {
    const id = one.needText('tag_id', { max: 100 })
    const tag = tags.find((candidate) => idOf(ctx, 'reference', candidate.id) === id.toLowerCase())
    if (!tag && id !== '') one.refuse('tag_id', 'not_found')
    return tag ? [tag.code] : []
  })
}

/** A brand or group by its id or its external id; when both are sent they must agree. */
function pairOf(
  fields: Fields,
  asked: {
    id: number | undefined
    name: 'product_brand' | 'product_group'
    of: ReadonlyMap<number | string, Brand | Category>
  },
): string | undefined {
  const externalId = fields.text(`${asked.name}_external_id`, { max: 255 })
  const byId = asked.id === undefined ? undefined : asked.of.get(asked.id)
  if (asked.id !== undefined && !byId) fields.refuse(`${asked.name}_id`, 'not_found')
  if (externalId !== undefined && !asked.of.has(externalId)) {
    fields.refuse(`${asked.name}_external_id`, 'not_found')
  }
  if (byId && externalId !== undefined && byId.externalId !== externalId) {
    fields.refuse(`${asked.name}_external_id`, 'not_allowed_value')
  }
  return byId?.externalId ?? externalId
}
