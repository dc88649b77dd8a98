import type { Ctx } from '../../platform/ctx.ts'
import { currencyScale, type Minor } from '../../platform/money.ts'
import { findCategoryFacts, findProductFacts } from '../catalog/index.ts'
import type { BasketLine, FactsNeeded, PurchaseSource, RuleBasket } from '../loyalty/index.ts'
import { type ResolvedLine, sumLines } from './rules.ts'
import type { PurchaseReport } from './types.ts'

/** A purchase as the rules look at it, before they asked where its products stand in the catalogue. */
export interface Sale {
  readonly source: PurchaseSource
  readonly confirmed: boolean
  readonly currency: string
  readonly occurredAt: Date
  readonly storeId: number | null
  readonly channel: string | null
  readonly paymentType: string | null
  readonly lines: readonly SaleLine[]
  readonly totalMinor: Minor
  /** What benefits, and value that the till has taken off itself, took off the total; conditions look at the price before. */
  readonly givenMinor: Minor
  readonly paidByPointsMinor: Minor
  readonly earns: boolean
}

export interface SaleLine {
  readonly position: number
  readonly code: string
  readonly categoryCode: string | null
  readonly quantity: number
  readonly totalMinor: Minor
  readonly givenMinor: Minor
  readonly earns: boolean
  readonly discountable: boolean
}

/** A report as the rules look at it; what was told as its total, else the sum of its lines. */
export function saleFrom(report: PurchaseReport, lines: readonly ResolvedLine[]): Sale {
  const { paymentType } = report.data ?? {}
  const given = (benefits: PurchaseReport['benefits'] = []) =>
    benefits.reduce((sum, { amountMinor, paysTotal }) => (paysTotal ? sum : sum + amountMinor), 0)
  return {
    source: report.source,
    confirmed: report.confirmed,
    currency: report.currency,
    occurredAt: report.occurredAt,
    storeId: report.storeId ?? null,
    channel: report.channel ?? null,
    paymentType: typeof paymentType === 'string' ? paymentType : null,
    lines: lines.map((line, index) => ({
      position: index + 1,
      code: line.code,
      categoryCode: line.categoryCode ?? null,
      quantity: line.quantity,
      totalMinor: line.totalMinor,
      givenMinor: given(report.benefits?.filter(({ linePosition }) => linePosition === index + 1)),
      earns: line.earns !== false,
      discountable: line.discountable ?? line.earns !== false,
    })),
    totalMinor: report.totalMinor ?? sumLines(lines),
    givenMinor: given(report.benefits),
    paidByPointsMinor: 0,
    earns: report.earns !== false,
  }
}

/** The sales as baskets. The catalogue is asked once for all of them, and only where a rule asks for it. */
export async function basketsOf(
  ctx: Ctx,
  sales: readonly Sale[],
  needed: Pick<FactsNeeded, 'categories' | 'brands'>,
  options: { benefits: boolean },
): Promise<RuleBasket[]> {
  const places = await placesOf(ctx, sales, needed)
  return sales.map((sale) => ({
    ...sale,
    currencyScale: currencyScale(sale.currency),
    timeZone: ctx.tenant.timeZone,
    benefits: options.benefits,
    lines: sale.lines.map((line): BasketLine => ({ ...line, ...places(line) })),
  }))
}

type Places = (line: SaleLine) => Pick<BasketLine, 'categoryIds' | 'brandId'>

async function placesOf(
  ctx: Ctx,
  sales: readonly Sale[],
  needed: Pick<FactsNeeded, 'categories' | 'brands'>,
): Promise<Places> {
  if (!needed.categories && !needed.brands) return () => ({ categoryIds: [], brandId: null })
  const lines = sales.flatMap((sale) => sale.lines)
  const products = await findProductFacts(
    ctx,
    lines.map((line) => line.code),
  )
  // A till may name the group of a product that the catalogue does not know, or not in a group.
  const named = lines.flatMap(({ code, categoryCode }) =>
    categoryCode !== null && !products.get(code)?.categoryIds.length ? [categoryCode] : [],
  )
  const categories = await findCategoryFacts(ctx, named)
  return ({ code, categoryCode }) => {
    const product = products.get(code)
    const own = product?.categoryIds.length ? product.categoryIds : undefined
    return {
      categoryIds: own ?? (categoryCode === null ? [] : (categories.get(categoryCode) ?? [])),
      brandId: product?.brandId ?? null,
    }
  }
}
