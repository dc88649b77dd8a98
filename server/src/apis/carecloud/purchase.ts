import { getProducts, type Product } from '../../core/catalog/index.ts'
import { getCustomers } from '../../core/customers/index.ts'
import { listReferenceItems } from '../../core/organisations/index.ts'
import type { Purchase, PurchaseLine, PurchaseQuery } from '../../core/purchases/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, fromMinor } from '../../platform/money.ts'
import { currencyId } from './currencies.ts'
import { idOf, idOrNull, type Row, timeOf } from './encode.ts'

// Purchases as they are read, and what their types are called.

export async function purchaseRows(
  ctx: Ctx,
  purchases: readonly Purchase[],
  include: { items: boolean; properties: boolean },
) {
  const types = new Map((await listReferenceItems(ctx, 'purchase_type')).map((item) => [item.code, item.id]))
  const itemTypes = new Map((await listReferenceItems(ctx, 'purchase_item_type')).map((item) => [item.code, item.id]))
  const products = include.items ? await productsOf(ctx, purchases) : new Map<number, Product>()
  const buyers = await livingCustomers(ctx, purchases)
  return purchases.map((purchase) => {
    const lines = purchase.lines ?? []
    return {
      purchase_id: idOf(ctx, 'purchase', purchase.id),
      customer_id: idOrNull(ctx, 'customer', purchase.customerId === null ? null : buyers.get(purchase.customerId)),
      store_id: idOrNull(ctx, 'organisation', purchase.storeId),
      external_purchase_id: purchase.number,
      payment_time: timeOf(ctx, purchase.occurredAt),
      items_count: lines.length,
      purchase_items: include.items ? lines.map((line) => itemRow(ctx, line, { purchase, products, itemTypes })) : [],
      type_id: idOrNull(ctx, 'reference', types.get(purchase.typeCode ?? usualType(purchase))),
      total_price: fromMinor(purchase.totalMinor, currencyScale(purchase.currency)),
      currency_id: currencyId(ctx, purchase.currency),
      card_number: purchase.cardNumber,
      cashdesk_number: purchase.till ?? '',
      last_change: timeOf(ctx, purchase.updatedAt),
      ...propertyFields(ctx, purchase, include.properties),
    }
  })
}

/** The type of a purchase that was told where there are no types. */
function usualType({ kind, source }: Purchase): string {
  if (kind === 'cancellation') return 'cancel'
  return inStores.some((one) => one === source) ? 'store' : 'e-commerce'
}

// The field was renamed; clients of either generation find theirs.
function propertyFields(ctx: Ctx, purchase: Purchase, include: boolean): Row {
  const given = include ? ((purchase.data.properties ?? {}) as Record<string, unknown>) : {} // written by send-purchase alone
  const owner = idOf(ctx, 'purchase', purchase.id)
  const records = Object.entries(given).map(([code, value]) => ({
    property_record_id: `${code}:${owner}`,
    property_id: code,
    property_name: code,
    property_value: value,
    last_change: timeOf(ctx, purchase.updatedAt),
  }))
  return { property_records: records, purchase_property_records: records }
}

// A purchase keeps the id it was made with only until its customer is merged; the merge moves it.
async function livingCustomers(ctx: Ctx, purchases: readonly Purchase[]): Promise<Map<number, number>> {
  const ids = [...new Set(purchases.flatMap((purchase) => purchase.customerId ?? []))]
  const customers = await getCustomers(ctx, ids)
  return new Map(customers.map((customer) => [customer.id, customer.mergedInto ?? customer.id]))
}

async function productsOf(ctx: Ctx, purchases: readonly Purchase[]): Promise<Map<number, Product>> {
  const ids = new Set(purchases.flatMap((purchase) => purchase.lines?.flatMap((line) => line.productId ?? []) ?? []))
  return getProducts(ctx, [...ids])
}

function itemRow(
  ctx: Ctx,
  line: PurchaseLine,
  known: { purchase: Purchase; products: ReadonlyMap<number, Product>; itemTypes: ReadonlyMap<string, number> },
) {
  const product = line.productId === null ? undefined : known.products.get(line.productId)
  return {
    purchase_item_id: idOf(ctx, 'purchaseLine', line.id),
    product_id: idOrNull(ctx, 'product', line.productId),
    product_name: line.name || (product?.name ?? line.code),
    product_group_id: idOrNull(ctx, 'category', product?.category?.id),
    product_group_name: product?.category?.name ?? null,
    product_brand_id: idOrNull(ctx, 'brand', product?.brand?.id),
    product_brand_name: product?.brand?.name ?? null,
    external_id: line.code,
    purchase_item_type_id: idOrNull(ctx, 'reference', known.itemTypes.get(line.itemType ?? usualType(known.purchase))),
    price: fromMinor(line.totalMinor, currencyScale(known.purchase.currency)),
    amount: line.quantity,
    vat_rate: line.vatRate ?? 0,
    additional_properties: [],
  }
}

/** Those of a type; a purchase that was told where there are no types is of the usual one. */
export async function ofType(ctx: Ctx, id: number): Promise<Pick<PurchaseQuery, 'typeCode' | 'orUntyped'>> {
  const item = (await listReferenceItems(ctx, 'purchase_type')).find((candidate) => candidate.id === id)
  const typeCode = item?.code ?? ''
  const sales = ['sale', 'adjustment'] as const
  if (typeCode === 'cancel')
    return { typeCode, orUntyped: { kinds: ['cancellation'], sources: [...inStores, ...online] } }
  if (typeCode === 'store') return { typeCode, orUntyped: { kinds: sales, sources: inStores } }
  if (typeCode === 'e-commerce') return { typeCode, orUntyped: { kinds: sales, sources: online } }
  return { typeCode }
}

const inStores = ['till', 'import'] as const
const online = ['shop', 'api', 'newsletter', 'tracking'] as const
