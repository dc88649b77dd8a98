import type { Minor } from '../../../platform/money.ts'
import type { BasketLine, LineFilter, RuleBasket } from './types.ts'

export type LineTest = (line: BasketLine) => boolean

/** A filter of a rule book that is asked again and again; it is data that nobody changes, so its test can be kept. */
const tests = new WeakMap<LineFilter, LineTest>()

/** Does a line fit? No filter: every line does. */
export function lineTest(filter: LineFilter | undefined): LineTest {
  if (!filter) return everyLine
  const known = tests.get(filter)
  if (known) return known
  const made = makeTest(filter)
  tests.set(filter, made)
  return made
}

const everyLine: LineTest = () => true

// Plain loops and no closures inside: a shop's rules ask this ten thousand times a basket.
function makeTest(filter: LineFilter): LineTest {
  const { minPriceMinor = Number.NEGATIVE_INFINITY, maxPriceMinor = Number.POSITIVE_INFINITY } = filter
  const asksPrice = filter.minPriceMinor !== undefined || filter.maxPriceMinor !== undefined
  const codes = filter.productCodes && among(filter.productCodes)
  const categories = filter.categoryIds && among(filter.categoryIds)
  const brands = filter.brandIds && among(filter.brandIds)
  const except = filter.except && lineTest(filter.except)
  return (line) => {
    if (brands !== undefined && (line.brandId === null || !brands(line.brandId))) return false
    if (categories !== undefined && !hasAny(line.categoryIds, categories)) return false
    if (codes !== undefined && !codes(line.code)) return false
    if (asksPrice && !isBetween(priceOfPiece(line), minPriceMinor, maxPriceMinor)) return false
    return except === undefined || !except(line)
  }
}

const fewValues = 6

/** A few values are found sooner by looking at each. */
function among<Value>(values: readonly Value[]): (value: Value) => boolean {
  if (values.length <= fewValues) return (value) => values.includes(value)
  const set = new Set(values)
  return (value) => set.has(value)
}

function hasAny(ids: readonly number[], wanted: (id: number) => boolean): boolean {
  for (const id of ids) {
    if (wanted(id)) return true
  }
  return false
}

function isBetween(price: number, least: number, most: number): boolean {
  return least <= price && price <= most
}

/** A line of no pieces is taken for one. */
function priceOfPiece(line: BasketLine): number {
  const quantity = thousandths(line.quantity)
  const price = fullPrice(line)
  return quantity === 0 ? price : (price * 1_000) / quantity
}

/** A quantity as a whole number of its smallest part. */
export function thousandths(quantity: number): number {
  return Math.round(quantity * 1_000)
}

/** So many whole pieces are there. */
export function wholePieces(quantity: number): number {
  return Math.max(0, Math.floor(thousandths(quantity) / 1_000))
}

/** Only a total was told: nobody knows what was in the basket. */
export function areLinesUntold({ lines, totalMinor }: Pick<RuleBasket, 'lines' | 'totalMinor'>): boolean {
  return lines.length === 0 && totalMinor !== 0
}

/** In the order of their positions, however they came: the order decides where a last cent goes. */
export function inOrder(lines: readonly BasketLine[]): readonly BasketLine[] {
  return [...lines].sort(
    (a, b) =>
      a.position - b.position ||
      compareText(a.code, b.code) ||
      a.totalMinor - b.totalMinor ||
      a.quantity - b.quantity ||
      Number(a.earns) - Number(b.earns) ||
      Number(a.discountable) - Number(b.discountable),
  )
}

function compareText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

export function piecesOf(lines: readonly BasketLine[]): number {
  return lines.reduce((sum, line) => sum + thousandths(line.quantity), 0) / 1_000
}

function fullPrice(line: BasketLine): Minor {
  return line.totalMinor + (line.givenMinor ?? 0)
}

/** Before benefits. */
export function priceOf(lines: readonly BasketLine[]): Minor {
  return lines.reduce((sum, line) => sum + fullPrice(line), 0)
}

/** Are categories or brands asked for anywhere in the filter? */
export function asksFor(filter: LineFilter | undefined, what: 'categoryIds' | 'brandIds'): boolean {
  return filter !== undefined && (filter[what] !== undefined || asksFor(filter.except, what))
}
