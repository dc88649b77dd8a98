import type { Product } from '../../core/catalog/index.ts'
import type { Tenant } from '../../platform/ctx.ts'
import { currencyScale, formatMinor, fromMinor } from '../../platform/money.ts'

export const success = { status: 'success' } as const

/** What a client needs to know of the shop at its start. No key may be called `message`: a client takes that for a failure. */
export function settingsOf(tenant: Tenant, device: { hasEmail: boolean }): Record<string, unknown> {
  return {
    currency: tenant.currency,
    email_collector: false,
    has_email: device.hasEmail,
    recommendations: true,
    lazy_load: false,
    auto_css_recommender: true,
    cms: null,
    snippets: [],
    search: {
      enabled: true,
      landing: '',
      type: 'full',
      settings: searchSettings,
    },
    popup: null,
    web_push_settings: { public_key: '', safari_enabled: false, safari_id: '', service_worker: '' },
    recone: false,
  }
}

const searchSettings = {
  redirects: {},
  suggestions_title: 'Suggestions',
  categories_title: 'Categories',
  brands_title: 'Brands',
  filters_title: 'Filters',
  items_title: 'Products',
  show_all_title: 'Show all',
  last_queries_title: 'Recent searches',
  last_products_title: 'Recently viewed',
  empty_title: 'Nothing found',
  book_author_title: 'Authors',
  enable_full_search: true,
  append_to_body: false,
  enable_last_queries: true,
  enable_old_price: true,
  popular_links_title: 'Popular',
  popular_categories_title: 'Popular categories',
  popular_brands_title: 'Popular brands',
  price_filter_name: 'Price',
  price_filter_from: 'from',
  price_filter_to: 'to',
  sort_by_name: 'Sort by',
  sort_by_popular: 'Popularity',
  sort_by_price: 'Price',
  sort_by_discount: 'Discount',
  sort_by_sales_rate: 'Sales',
  sort_by_new: 'Newest',
  sort_dir_asc: 'ascending',
  sort_dir_desc: 'descending',
}

const imageSizes = ['120', '140', '160', '180', '200', '220', '310', '520', 'original']

/** A product as search, recommendations and product information show it. */
export function encodeProduct(product: Product, tenant: Tenant): Record<string, unknown> {
  const currency = product.currency ?? tenant.currency
  const scale = currencyScale(currency)
  const price = product.priceMinor === null ? 0 : fromMinor(product.priceMinor, scale)
  const oldPrice = product.oldPriceMinor === null ? 0 : fromMinor(product.oldPriceMinor, scale)
  const formatted = (minor: number | null) => (minor === null ? '' : `${formatMinor(minor, scale)} ${currency}`)
  const image = product.imageUrl ?? ''
  const percent = oldPrice > price ? Math.floor(((oldPrice - price) / oldPrice) * 100) : 0
  return {
    id: product.code,
    uniqid: product.code,
    _id: product.id,
    group_id: textOf(product.data.group_id),
    name: product.name,
    description: product.description,
    brand: product.brand?.name ?? '',
    model: textOf(product.data.model) ?? '',
    vendor_code: textOf(product.data.vendor_code) ?? '',
    barcode: product.codes.find((one) => /ean|barcode/i.test(one.listCode))?.code ?? '',
    url: product.url ?? '',
    url_handle: pathOf(product.url),
    picture: image,
    image_url: image,
    image_url_handle: pathOf(product.imageUrl),
    image_url_resized: Object.fromEntries(imageSizes.map((size) => [size, image])),
    category_ids: product.category ? [product.category.externalId] : [],
    categories: product.category
      ? [{ id: product.category.externalId, name: product.category.name, url: '', url_handle: '', level: 0 }]
      : [],
    price,
    price_full: price,
    price_formatted: formatted(product.priceMinor),
    price_full_formatted: formatted(product.priceMinor),
    oldprice: oldPrice,
    old_price: oldPrice,
    oldprice_full: oldPrice,
    oldprice_formatted: formatted(product.oldPriceMinor),
    oldprice_full_formatted: formatted(product.oldPriceMinor),
    discount: percent > 0,
    discount_percent: percent,
    currency,
    is_available: product.available,
    is_new: null,
    stock_quantity: product.stockQuantity,
    widgetable: Boolean(product.name && product.priceMinor && product.url && product.imageUrl),
    ignored: product.state !== 'active',
    params: [],
    locations: {},
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function pathOf(url: string | null): string {
  return url === null ? '' : url.replace(/^https?:\/\/[^/]+/, '')
}
