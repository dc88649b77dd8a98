import type { Product, ProductInput } from '../../core/catalog/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, fromMinor, toMinor } from '../../platform/money.ts'
import { currencyId, currencyOf } from './currencies.ts'
import type { Fields } from './decode.ts'

export interface ToldPrice {
  readonly currency: string
  readonly priceMinor: number
}

/** The `prices` of a product; the later of two in one currency counts. */
export function readPrices(fields: Fields): ToldPrice[] {
  const prices = fields.objects('prices', { max: 100 }).map((price) => {
    const currency = currencyOf(price.needId('currency_id', 'currency'))
    const value = price.needNumber('value', { min: 0 })
    return [currency, { currency, priceMinor: toMinor(value, currencyScale(currency)) }] as const
  })
  return [...new Map(prices).values()]
}

// Each currency is a key of its own, so that a price that is sent leaves those in other currencies as they are.
const priceKey = 'price:'

export function pricesOf(prices: readonly ToldPrice[]): Readonly<Record<string, number>> {
  return Object.fromEntries(prices.map(({ currency, priceMinor }) => [`${priceKey}${currency}`, priceMinor]))
}

/**
 * The price that every API knows: the one in the tenant's currency. A new product that has none takes its first one; what a
 * known one has is not changed by a price in another currency.
 */
export function mainPrice(
  ctx: Ctx,
  prices: readonly ToldPrice[],
  of: { isNew: boolean },
): Pick<ProductInput, 'priceMinor' | 'currency'> {
  return prices.find((price) => price.currency === ctx.tenant.currency) ?? (of.isNew ? prices[0] : undefined) ?? {}
}

export function priceRows(ctx: Ctx, product: Product) {
  const told = Object.entries(product.data).flatMap(([key, value]): [string, number][] =>
    key.startsWith(priceKey) && typeof value === 'number' ? [[key.slice(priceKey.length), value]] : [],
  )
  const all = new Map(told)
  // Whoever told the main price last is right about it.
  if (product.priceMinor !== null) all.set(product.currency ?? ctx.tenant.currency, product.priceMinor)
  return [...all].map(([currency, minor]) => ({
    currency_id: currencyId(ctx, currency),
    value: fromMinor(minor, currencyScale(currency)),
  }))
}
