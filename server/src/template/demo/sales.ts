import type { Chance } from '../../platform/chance.ts'
import type { Person } from './people.ts'
import { type DemoProduct, demoProducts } from './products.ts'

export interface InventedLine {
  readonly product: DemoProduct
  readonly quantity: number
}

/** A sale as it happened; who and where by their positions. */
export interface InventedSale {
  readonly at: Date
  /** Nobody: somebody who paid at the till and left. */
  readonly person: number | undefined
  /** undefined: in the e-shop. */
  readonly store: number | undefined
  readonly lines: readonly InventedLine[]
  /** Given back as a whole, or its first line only. */
  readonly cancellation: { readonly at: Date; readonly whole: boolean } | undefined
  /** Pays with points, if there are enough by then. */
  readonly paysWithPoints: boolean
}

const dayMs = 86_400_000
const hourMs = 3_600_000

/** Oldest first; none in the future. */
export function inventSales(
  chance: Chance,
  shop: { now: Date; days: number; count: number; people: readonly Person[]; stores: number },
): InventedSale[] {
  const today = new Date(Math.floor(shop.now.getTime() / dayMs) * dayMs)
  const days = Array.from(
    { length: shop.days },
    (_, index) => new Date(today.getTime() - (shop.days - 1 - index) * dayMs),
  )
  const weights = days.map((day, index) => dayWeight(day, index / shop.days))
  const sum = weights.reduce((total, weight) => total + weight, 0)
  const sales: InventedSale[] = []
  days.forEach((day, index) => {
    // The fraction decides by chance, so that a day of 6.4 sales has six or seven.
    const expected = (shop.count * (weights[index] ?? 0)) / sum
    const todays = Math.floor(expected) + (chance.yes(expected % 1) ? 1 : 0)
    for (let made = 0; made < todays; made++) {
      const at = new Date(day.getTime() + chance.whole(7 * hourMs, 18.5 * hourMs))
      if (at < shop.now) sales.push(inventSale(chance, shop, at))
    }
  })
  return sales.sort((one, other) => one.at.getTime() - other.at.getTime())
}

/** The shop grows; Saturdays are strong and Sundays are for the e-shop; December is what it is. */
function dayWeight(day: Date, progress: number): number {
  const byWeekday = [0.55, 0.85, 0.9, 0.95, 1.05, 1.3, 1.5][day.getUTCDay()] ?? 1
  const byMonth = [0.8, 0.85, 0.95, 1, 1, 0.95, 0.85, 0.85, 1, 1.05, 1.3, 1.7][day.getUTCMonth()] ?? 1
  return byWeekday * byMonth * (0.7 + 0.6 * progress)
}

function inventSale(
  chance: Chance,
  shop: { now: Date; people: readonly Person[]; stores: number },
  at: Date,
): InventedSale {
  const inStore = at.getUTCDay() !== 0 && chance.yes(0.58)
  const known = shop.people.map((person) => (person.joinedAt < at ? person.appetite : 0))
  const anonymous = (inStore && chance.yes(0.2)) || !known.some(Boolean)
  const person = anonymous ? undefined : chance.weighted(known)
  const givenBackAt = new Date(at.getTime() + chance.whole(1 * dayMs, 12 * dayMs))
  const givenBack = chance.yes(inStore ? 0.03 : 0.07) && givenBackAt < shop.now
  return {
    at,
    person,
    store: inStore ? chance.weighted([5, 3, 2].slice(0, shop.stores)) : undefined,
    lines: inventLines(chance),
    cancellation: givenBack ? { at: givenBackAt, whole: chance.yes(0.7) } : undefined,
    paysWithPoints: person !== undefined && chance.yes(0.12),
  }
}

const popularity = demoProducts.map((product) => product.popularity)

function inventLines(chance: Chance): InventedLine[] {
  const wanted = 1 + chance.weighted([38, 30, 18, 9, 5])
  const lines = new Map<string, InventedLine>()
  for (let made = 0; made < wanted; made++) {
    const product = demoProducts[chance.weighted(popularity)] ?? chance.pick(demoProducts)
    const quantity = product.priceMinor < 2_000 ? 1 + chance.weighted([70, 20, 7, 3]) : 1
    lines.set(product.code, { product, quantity })
  }
  return [...lines.values()]
}

export function totalOf(lines: readonly InventedLine[]): number {
  return lines.reduce((sum, line) => sum + line.product.priceMinor * line.quantity, 0)
}
