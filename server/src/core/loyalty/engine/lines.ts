import type { Minor } from '../../../platform/money.ts'
import type { BasketLine, LineFilter } from './types.ts'

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

function makeTest(filter: LineFilter): LineTest {
  const codes = setOf(filter.productCodes)
  const categories = setOf(filter.categoryIds)
  const brands = setOf(filter.brandIds)
  const { minPriceMinor, maxPriceMinor } = filter
  const left = filter.except && lineTest(filter.except)
  return (line) => {
    if (codes && !codes.has(line.code)) return false
    if (brands && (line.brandId === null || !brands.has(line.brandId))) return false
    if (categories && !line.categoryIds.some((id) => categories.has(id))) return false
    if (minPriceMinor !== undefined && comparePrice(line, minPriceMinor) < 0) return false
    if (maxPriceMinor !== undefined && comparePrice(line, maxPriceMinor) > 0) return false
    return !left?.(line)
  }
}

function setOf<Value>(values: readonly Value[] | undefined): ReadonlySet<Value> | undefined {
  return values && new Set(values)
}

/** Below 0: a piece costs less than this. A line of no pieces is taken for one. */
function comparePrice(line: BasketLine, priceMinor: Minor): number {
  const quantity = thousandths(line.quantity)
  return quantity === 0 ? line.totalMinor - priceMinor : (line.totalMinor * 1_000) / quantity - priceMinor
}

/** A quantity as a whole number of its smallest part. */
export function thousandths(quantity: number): number {
  return Math.round(quantity * 1_000)
}

/** So many whole pieces are there. */
export function wholePieces(quantity: number): number {
  return Math.max(0, Math.floor(thousandths(quantity) / 1_000))
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

export function priceOf(lines: readonly BasketLine[]): Minor {
  return lines.reduce((sum, line) => sum + line.totalMinor, 0)
}

/** Are products, categories or brands asked for anywhere in the filter? */
export function asksFor(filter: LineFilter | undefined, what: 'productCodes' | 'categoryIds' | 'brandIds'): boolean {
  return filter !== undefined && (filter[what] !== undefined || asksFor(filter.except, what))
}
