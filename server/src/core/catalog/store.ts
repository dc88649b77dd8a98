import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import type { BrandId, CategoryId, Product, ProductFilter, ProductId, ProductInput, ProductPage } from './types.ts'

interface ProductRow {
  id: ProductId
  code: string
  name: string
  description: string
  brand_id: BrandId | null
  brand_external_id: string | null
  brand_name: string | null
  category_id: CategoryId | null
  category_external_id: string | null
  category_name: string | null
  price_minor: number | null
  old_price_minor: number | null
  currency: string | null
  vat_rate: number | null
  url: string | null
  image_url: string | null
  available: boolean
  stock_quantity: number | null
  composition: string
  data: Record<string, unknown>
  state: Product['state']
  codes: { list_code: string; code: string }[] | null
  created_at: Date
  updated_at: Date
}

const productColumns = sql`
  products.id, products.code, products.name, products.description,
  products.brand_id, brands.external_id as brand_external_id, brands.name as brand_name,
  products.category_id, categories.external_id as category_external_id, categories.name as category_name,
  products.price_minor, products.old_price_minor, products.currency, products.vat_rate, products.url,
  products.image_url, products.available, products.stock_quantity, products.composition, products.data, products.state,
  (select json_agg(json_build_object('list_code', c.list_code, 'code', c.code) order by c.list_code, c.code)
     from product_codes c where c.tenant_id = products.tenant_id and c.product_id = products.id) as codes,
  products.created_at, products.updated_at`

const productTables = sql`products
  left join brands on brands.tenant_id = products.tenant_id and brands.id = products.brand_id
  left join categories on categories.tenant_id = products.tenant_id and categories.id = products.category_id`

function toProduct(row: ProductRow): Product {
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    description: row.description,
    brand:
      row.brand_id === null
        ? null
        : { id: row.brand_id, externalId: row.brand_external_id ?? '', name: row.brand_name ?? '' },
    category:
      row.category_id === null
        ? null
        : { id: row.category_id, externalId: row.category_external_id ?? '', name: row.category_name ?? '' },
    priceMinor: row.price_minor,
    oldPriceMinor: row.old_price_minor,
    currency: row.currency,
    vatRate: row.vat_rate,
    url: row.url,
    imageUrl: row.image_url,
    available: row.available,
    stockQuantity: row.stock_quantity,
    composition: row.composition,
    data: row.data,
    state: row.state,
    codes: (row.codes ?? []).map((code) => ({ listCode: code.list_code, code: code.code })),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export async function findProductById(ctx: Ctx, id: ProductId): Promise<Product | undefined> {
  const rows = await ctx.db.query<ProductRow>(sql`
    select ${productColumns} from ${productTables} where products.tenant_id = ${ctx.tenant.id} and products.id = ${id}`)
  return rows[0] && toProduct(rows[0])
}

export async function findByIds(ctx: Ctx, ids: readonly number[]): Promise<Product[]> {
  const rows = await ctx.db.query<ProductRow>(sql`
    select ${productColumns} from ${productTables}
     where products.tenant_id = ${ctx.tenant.id} and products.id = any(${ids}::bigint[])`)
  return rows.map(toProduct)
}

export async function findByCodes(ctx: Ctx, codes: readonly string[]): Promise<Product[]> {
  const rows = await ctx.db.query<ProductRow>(sql`
    select ${productColumns} from ${productTables}
     where products.tenant_id = ${ctx.tenant.id} and products.code = any(${codes}::text[])`)
  return rows.map(toProduct)
}

export async function findIdsByCodes(ctx: Ctx, codes: readonly string[]): Promise<{ code: string; id: ProductId }[]> {
  return ctx.db.query(sql`
    select code, id from products where tenant_id = ${ctx.tenant.id} and code = any(${codes}::text[])`)
}

/** All at once: (list, code) and the product it leads to. */
export async function findByListCodes(
  ctx: Ctx,
  codes: readonly { listCode: string; code: string }[],
): Promise<{ listCode: string; code: string; id: ProductId; productCode: string }[]> {
  return ctx.db.query(sql`
    select given."listCode", given.code, products.id, products.code as "productCode"
      from jsonb_to_recordset(${JSON.stringify(codes)}::jsonb) as given ("listCode" text, code text)
      join product_codes on product_codes.tenant_id = ${ctx.tenant.id} and product_codes.list_code = given."listCode"
       and product_codes.code = given.code
      join products on products.tenant_id = product_codes.tenant_id and products.id = product_codes.product_id`)
}

function conditionsOf(ctx: Ctx, filter: ProductFilter): Sql {
  const parts = [sql`products.tenant_id = ${ctx.tenant.id}`]
  parts.push(sql`products.state = any(${filter.states ?? ['active', 'inactive']}::text[])`)
  if (filter.text) {
    const part = `%${cleanText(filter.text)
      .toLowerCase()
      .replace(/[\\%_]/g, '\\$&')}%`
    parts.push(sql`(lower(products.name) like ${part} or products.code = ${cleanText(filter.text)})`)
  }
  if (filter.categoryId !== undefined) parts.push(sql`products.category_id = ${filter.categoryId}`)
  if (filter.brandId !== undefined) parts.push(sql`products.brand_id = ${filter.brandId}`)
  if (filter.available !== undefined) parts.push(sql`products.available = ${filter.available}`)
  if (filter.ids) parts.push(sql`products.id = any(${filter.ids}::bigint[])`)
  if (filter.code !== undefined) {
    parts.push(sql`(products.code = ${filter.code} or products.data ->> 'code' = ${filter.code})`)
  }
  if (filter.listed) {
    const { listCode, code } = filter.listed
    const inList = listCode === undefined ? sql`true` : sql`c.list_code = ${cleanText(listCode)}`
    const asCode = code === undefined ? sql`true` : sql`c.code = ${cleanText(code)}`
    const isOwn = listCode === undefined && code !== undefined ? sql`products.code = ${cleanText(code)}` : sql`false`
    parts.push(
      sql`(${isOwn} or products.id in (select c.product_id from product_codes c where c.tenant_id = ${ctx.tenant.id} and ${inList} and ${asCode}))`,
    )
  }
  if (filter.tags) parts.push(sql`products.data -> 'tags' ?| ${filter.tags}::text[]`)
  return joinSql(parts, ' and ')
}

const orders = {
  id: sql`products.id`,
  name: sql`products.name`,
  code: sql`products.code`,
  categoryId: sql`products.category_id`,
  brandId: sql`products.brand_id`,
  state: sql`products.state`,
  updatedAt: sql`products.updated_at`,
} as const

export async function selectPage(ctx: Ctx, filter: ProductFilter, page: ProductPage): Promise<Product[]> {
  const rows = await ctx.db.query<ProductRow>(sql`
    select ${productColumns} from ${productTables}
     where ${conditionsOf(ctx, filter)} and products.id > ${page.after ?? 0}
     order by ${orders[page.orderBy ?? 'id']} ${page.descending ? sql`desc` : sql`asc`}, products.id limit ${page.limit} offset ${page.offset ?? 0}`)
  return rows.map(toProduct)
}

export async function countFiltered(ctx: Ctx, filter: ProductFilter): Promise<number> {
  const rows = await ctx.db.query<{ count: number }>(sql`
    select count(*) from products where ${conditionsOf(ctx, filter)}`)
  return rows[0]?.count ?? 0
}

export interface ProductRefs {
  readonly brands: ReadonlyMap<string, BrandId>
  readonly categories: ReadonlyMap<string, CategoryId>
}

/** Only the keys that were given, under the columns' names, so that SQL can tell absent from null. */
function toRow(input: ProductInput, refs: ProductRefs): Record<string, unknown> {
  const { brandExternalId: brand, categoryExternalId: category } = input
  const row = {
    code: input.code,
    name: input.name === undefined ? undefined : cleanText(input.name),
    description: input.description === undefined ? undefined : cleanText(input.description),
    brand_id: brand === undefined ? undefined : brand === null ? null : refs.brands.get(brand.trim()),
    category_id: category === undefined ? undefined : category === null ? null : refs.categories.get(category.trim()),
    price_minor: input.priceMinor,
    old_price_minor: input.oldPriceMinor,
    currency: input.currency,
    vat_rate: input.vatRate,
    url: input.url,
    image_url: input.imageUrl,
    available: input.available,
    stock_quantity: input.stockQuantity,
    composition: input.composition,
    data: input.data,
    state: input.state,
  }
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

/** Makes the products that are not there yet, with all that is said of them; gives those it made. */
export async function insertMissing(
  ctx: Ctx,
  inputs: readonly ProductInput[],
  refs: ProductRefs,
): Promise<{ id: ProductId; code: string }[]> {
  const rows = JSON.stringify(inputs.map((input) => cleanJson(toRow(input, refs))))
  return ctx.db.query(sql`
    insert into products (tenant_id, code, name, description, brand_id, category_id, price_minor, old_price_minor, currency,
                          vat_rate, url, image_url, available, stock_quantity, composition, data, state, updated_at)
    select ${ctx.tenant.id}, code, coalesce(name, code), coalesce(description, ''), brand_id, category_id, price_minor,
           old_price_minor, currency, vat_rate, url, image_url, coalesce(available, true), stock_quantity,
           coalesce(composition, 'flat'), coalesce(data, '{}'), coalesce(state, 'active'), ${ctx.clock.now()}
      from jsonb_to_recordset(${rows}::jsonb) as rows (code text, name text, description text, brand_id bigint,
        category_id bigint, price_minor bigint, old_price_minor bigint, currency text, vat_rate numeric(6, 3), url text,
        image_url text, available boolean, stock_quantity numeric(14, 3), composition text, data jsonb, state text)
     order by code
        on conflict on constraint products_code_key do nothing
    returning id, code`)
}

/**
 * Fills in what the reports say and gives the ids of the products that really changed. `?` tells a key that was given
 * from one that was not.
 */
export async function updateGiven(
  ctx: Ctx,
  inputs: readonly ProductInput[],
  refs: ProductRefs,
): Promise<{ id: ProductId; code: string }[]> {
  const rows = JSON.stringify(inputs.map((input) => cleanJson(toRow(input, refs))))
  return ctx.db.query(sql`
    with rows as materialized (
      select p.id, row from jsonb_array_elements(${rows}::jsonb) as row
        join products p on p.tenant_id = ${ctx.tenant.id} and p.code = row ->> 'code'
       order by p.code for update of p),
    wanted as (
      select p.tenant_id, p.id,
        coalesce(row ->> 'name', p.name) as name,
        coalesce(row ->> 'description', p.description) as description,
        case when row ? 'brand_id' then (row ->> 'brand_id')::bigint else p.brand_id end as brand_id,
        case when row ? 'category_id' then (row ->> 'category_id')::bigint else p.category_id end as category_id,
        case when row ? 'price_minor' then (row ->> 'price_minor')::bigint else p.price_minor end as price_minor,
        case when row ? 'old_price_minor' then (row ->> 'old_price_minor')::bigint else p.old_price_minor end as old_price_minor,
        case when row ? 'currency' then row ->> 'currency' else p.currency end as currency,
        case when row ? 'vat_rate' then (row ->> 'vat_rate')::numeric(6, 3) else p.vat_rate end as vat_rate,
        case when row ? 'url' then row ->> 'url' else p.url end as url,
        case when row ? 'image_url' then row ->> 'image_url' else p.image_url end as image_url,
        coalesce((row ->> 'available')::boolean, p.available) as available,
        case when row ? 'stock_quantity' then (row ->> 'stock_quantity')::numeric(14, 3) else p.stock_quantity end as stock_quantity,
        coalesce(row ->> 'composition', p.composition) as composition,
        p.data || coalesce(row -> 'data', '{}') as data,
        -- A deleted product that is reported again is there again.
        coalesce(row ->> 'state', case when p.state = 'deleted' then 'active' else p.state end) as state
      from rows join products p on p.tenant_id = ${ctx.tenant.id} and p.id = rows.id)
    update products p
       set name = w.name, description = w.description, brand_id = w.brand_id, category_id = w.category_id,
           price_minor = w.price_minor, old_price_minor = w.old_price_minor, currency = w.currency,
           vat_rate = w.vat_rate, url = w.url, image_url = w.image_url, available = w.available,
           stock_quantity = w.stock_quantity, composition = w.composition, data = w.data, state = w.state,
           updated_at = ${ctx.clock.now()}
      from wanted w
     where p.tenant_id = w.tenant_id and p.id = w.id
       and (p.name, p.description, p.brand_id, p.category_id, p.price_minor, p.old_price_minor, p.currency, p.vat_rate,
            p.url, p.image_url, p.available, p.stock_quantity, p.composition, p.data, p.state)
           is distinct from
           (w.name, w.description, w.brand_id, w.category_id, w.price_minor, w.old_price_minor, w.currency, w.vat_rate,
            w.url, w.image_url, w.available, w.stock_quantity, w.composition, w.data, w.state)
    returning p.id, p.code`)
}

export async function putCodes(
  ctx: Ctx,
  codes: readonly { listCode: string; code: string; productId: ProductId }[],
): Promise<void> {
  const rows = codes.map((code) => ({ list_code: code.listCode, code: code.code, product_id: code.productId }))
  await ctx.db.query(sql`
    insert into product_codes (tenant_id, list_code, code, product_id)
    select distinct on (list_code, code) ${ctx.tenant.id}::bigint, list_code, code, product_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (list_code text, code text, product_id bigint)
     order by list_code, code
        on conflict (tenant_id, list_code, code) do update set product_id = excluded.product_id
     where product_codes.product_id <> excluded.product_id`)
}

export async function deleteCode(ctx: Ctx, listCode: string, code: string): Promise<void> {
  await ctx.db.query(sql`
    delete from product_codes where tenant_id = ${ctx.tenant.id} and list_code = ${listCode} and code = ${code}`)
}

/** Sets availability of all the others: how a list of everything in stock is applied. Gives the products it changed. */
export async function markUnavailableExcept(ctx: Ctx, codes: readonly string[]): Promise<ProductId[]> {
  const rows = await ctx.db.query<{ id: ProductId }>(sql`
    update products set available = false, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and available and state <> 'deleted' and not code = any(${codes}::text[])
    returning id`)
  return rows.map((row) => row.id)
}
