import {
  type Brand,
  type Category,
  countProducts,
  findProductByCode,
  findProductByListCode,
  findProductsByListCodes,
  getProducts,
  listCodeKey,
  listProducts,
  type Product,
  type ProductCode,
  type ProductInput,
  upsertProducts,
} from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale, fromMinor, toMinor } from '../../../platform/money.ts'
import { cleanJson } from '../../../platform/text.ts'
import { acceptedOf, maxBatch } from '../batch.ts'
import { mainCode } from '../bill.ts'
import type { Call, Routes } from '../call.ts'
import { currencyId, currencyOf } from '../currencies.ts'
import type { Fields } from '../decode.ts'
import { type Answer, contains, idOf, idOrNull, listOf, noContent, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
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
    return ok(productRow(call.ctx, product))
  })

  routes.post('/products/batch', 'enterprise', productBatch)
}

const allStates = ['active', 'inactive'] as const

async function productPage(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(['product_id'])
  const [name, code] = [query.text('name'), query.text('code')]
  const [externalId, list] = [query.text('external_id'), query.text('external_type_code')]
  query.list('tag_ids')
  query.done()
  if (code !== undefined || externalId !== undefined) {
    const found =
      externalId === undefined
        ? await findProductByCode(ctx, code ?? '')
        : await findProductByListCode(ctx, { listCode: list ?? 'GLOBAL', code: externalId })
    const rows = found && contains(found.name, name) ? [productRow(ctx, found)] : []
    return pageOf('products', rows, page)
  }
  const filter = { states: allStates, ...(name === undefined ? {} : { text: name }) }
  const total = await countProducts(ctx, filter)
  // Newest first means reading from the end of a list that is kept oldest first.
  const from = page.descending ? Math.max(0, total - page.offset - page.limit) : page.offset
  const limit = page.descending ? Math.max(0, total - page.offset - from) : page.limit
  const products: Product[] = []
  for (let read = 0; read < limit; read += pageSize) {
    const size = Math.min(pageSize, limit - read)
    products.push(...(await listProducts(ctx, filter, { offset: from + read, limit: size })))
  }
  if (page.descending) products.reverse()
  return listOf(
    'products',
    products.map((product) => productRow(ctx, product)),
    total,
  )
}

export function productRow(ctx: Ctx, product: Product) {
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
    prices:
      product.priceMinor === null || product.currency === null
        ? []
        : [
            {
              currency_id: currencyId(ctx, product.currency),
              value: fromMinor(product.priceMinor, currencyScale(product.currency)),
            },
          ],
    additional_properties: propertiesOf(ctx, product),
    image_urls: product.imageUrl === null ? [] : [product.imageUrl],
    last_change: timeOf(ctx, product.updatedAt),
    state: stateOf(product.state),
    tags: [],
  }
}

function propertiesOf(ctx: Ctx, product: Product) {
  const properties = (product.data.properties ?? {}) as Record<string, unknown> // written by the batch alone
  return Object.entries(properties).map(([code, value]) => ({
    property_record_id: `${code}:${idOf(ctx, 'product', product.id)}`,
    property_id: code,
    property_name: code,
    property_value: value,
    last_change: timeOf(ctx, product.updatedAt),
  }))
}

/** Upserts by plu_ids; what is not sent stays as it is. */
async function productBatch({ ctx, body }: Call): Promise<Answer> {
  const rows = body.needObjects('products', { max: maxBatch })
  const [brands, groups] = [await allBrands(ctx), await allGroups(ctx)]
  const read = rows.map((fields) => readProduct(ctx, fields, { brands, groups }))
  const wanted = acceptedOf(
    body,
    read,
    ({ input, codes }) => input.name !== '' && codes.every((plu) => plu.code !== ''),
  )
  const known = await findProductsByListCodes(
    ctx,
    wanted.flatMap(({ codes }) => codes),
  )
  const inputs = wanted.map(({ input, codes, code }): ProductInput => {
    const product = codes.map((plu) => known.get(listCodeKey(plu))).find(Boolean)
    return {
      ...input,
      code: product?.code ?? mainCode(codes),
      codes,
      ...(code === undefined ? {} : { data: { ...input.data, code } }),
    }
  })
  await upsertProducts(ctx, inputs)
  return noContent
}

interface ReadProduct {
  readonly input: Omit<ProductInput, 'code'>
  readonly codes: readonly ProductCode[]
  readonly code: string | undefined
}

function readProduct(
  ctx: Ctx,
  fields: Fields,
  known: { brands: readonly Brand[]; groups: readonly Category[] },
): ReadProduct {
  const codes = fields.needObjects('plu_ids', { max: 100 }).map((plu) => ({
    listCode: plu.needText('list_code', { max: 255 }),
    code: plu.needText('code', { max: 255 }),
  }))
  readPartner(ctx, fields, { required: false })
  const brand = pairOf(fields, { id: fields.id('product_brand_id', 'brand'), name: 'product_brand', of: known.brands })
  const group = pairOf(fields, {
    id: fields.id('product_group_id', 'category'),
    name: 'product_group',
    of: known.groups,
  })
  const state = fields.choice('state', [0, 1])
  const properties = fields.objects('property_records', { max: 200 }).map((record) => {
    return [record.needText('property_id', { max: 100 }), cleanJson(record.value('property_value') ?? null)] as const
  })
  const input = {
    name: fields.needText('name', { max: 500 }),
    ...(brand === undefined ? {} : { brandExternalId: brand }),
    ...(group === undefined ? {} : { categoryExternalId: group }),
    ...priceOf(ctx, fields),
    ...(state === undefined ? {} : { state: state === 1 ? ('active' as const) : ('deleted' as const) }),
    ...(properties.length > 0 ? { data: { properties: Object.fromEntries(properties) } } : {}),
  }
  return { input, codes, code: fields.text('code', { max: 255 }) }
}

/** A brand or group by its id or its external id; when both are sent they must agree. */
function pairOf(
  fields: Fields,
  asked: { id: number | undefined; name: 'product_brand' | 'product_group'; of: readonly (Brand | Category)[] },
): string | undefined {
  const externalId = fields.text(`${asked.name}_external_id`, { max: 255 })
  const byId = asked.id === undefined ? undefined : asked.of.find((one) => one.id === asked.id)
  if (asked.id !== undefined && !byId) fields.refuse(`${asked.name}_id`, 'not_found')
  if (externalId !== undefined && !asked.of.some((one) => one.externalId === externalId)) {
    fields.refuse(`${asked.name}_external_id`, 'not_found')
  }
  if (byId && externalId !== undefined && byId.externalId !== externalId) {
    fields.refuse(`${asked.name}_external_id`, 'not_allowed_value')
  }
  return byId?.externalId ?? externalId
}

/** The price in the tenant's currency where there is one, else the first: a product has one price so far. */
function priceOf(ctx: Ctx, fields: Fields): Pick<ProductInput, 'priceMinor' | 'currency'> {
  const prices = fields.objects('prices', { max: 100 }).map((price) => ({
    currency: currencyOf(price.needId('currency_id', 'currency')),
    value: price.needNumber('value', { min: 0 }),
  }))
  const price = prices.find((one) => one.currency === ctx.tenant.currency) ?? prices[0]
  if (!price) return {}
  return { currency: price.currency, priceMinor: toMinor(price.value, currencyScale(price.currency)) }
}
