import type { Ctx } from '../../../platform/ctx.ts'
import type { Minor } from '../../../platform/money.ts'
import type { FactsNeeded } from '../../loyalty/index.ts'
import type { Sale, SaleLine } from '../basket.ts'
import {
  type LineLists,
  type LineSums,
  type PastSaleRow,
  type SalePage,
  selectGiven,
  selectPaid,
  selectPastSales,
  selectPastSalesWithLines,
} from './store.ts'

/** A sale as the rules look at it, and whose it was. */
export interface PastSale extends Sale {
  readonly id: number
  readonly customerId: number
  readonly isFirst: boolean
}

/** The next sales after one, oldest first: with their lines where a rule asks for lines, else with the lines' sums. */
export async function pastSales(
  ctx: Ctx,
  page: Omit<SalePage, 'asksFirst'>,
  needed: Pick<FactsNeeded, 'lines' | 'firstPurchase'>,
): Promise<PastSale[]> {
  const asked = { ...page, asksFirst: needed.firstPurchase }
  const rows = needed.lines
    ? (await selectPastSalesWithLines(ctx, asked)).map((row) => ({ row, lines: linesOf(row) }))
    : (await selectPastSales(ctx, asked)).map((row) => ({ row, lines: gathered(row) }))
  const ids = rows.map(({ row }) => row.id)
  const paid = new Map((await selectPaid(ctx, ids)).map((row) => [row.purchaseId, row]))
  const given = Map.groupBy(await selectGiven(ctx, ids), (row) => row.purchaseId)
  return rows.map(({ row, lines }): PastSale => {
    const off = given.get(row.id) ?? []
    const { byPointsMinor = 0, deductedMinor = 0 } = paid.get(row.id) ?? {}
    return {
      ...saleOf(row),
      earns: true,
      paidByPointsMinor: byPointsMinor,
      givenMinor: deductedMinor + off.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      lines: needed.lines && off.length > 0 ? withGiven(lines, off) : lines,
    }
  })
}

function saleOf({
  id,
  customerId,
  source,
  confirmed,
  currency,
  occurredAt,
  storeId,
  channel,
  paymentType,
  ...row
}: PastSaleRow) {
  const { totalMinor, isFirst } = row
  return {
    id,
    customerId,
    source,
    confirmed,
    currency,
    occurredAt,
    storeId,
    channel,
    paymentType,
    totalMinor,
    isFirst,
  }
}

function linesOf({ positions, codes, categoryCodes, quantities, totals, earns }: LineLists): SaleLine[] {
  // All lists are as long: they are the columns of the same rows.
  return (positions ?? []).map((position, index) => ({
    position,
    code: codes[index] ?? '',
    categoryCode: categoryCodes[index] ?? null,
    quantity: quantities[index] ?? 0,
    totalMinor: totals[index] ?? 0,
    givenMinor: 0,
    earns: earns[index] ?? true,
    discountable: earns[index] ?? true,
  }))
}

/** One line for all that may earn, one for all that may not. */
function gathered({ lineCount, isBought, silentMinor, totalMinor }: PastSaleRow & LineSums): SaleLine[] {
  if (lineCount === 0) return []
  const line = { code: '', categoryCode: null, givenMinor: 0 }
  const quantity = isBought ? 1 : 0
  return [
    { ...line, position: 1, quantity, totalMinor: totalMinor - silentMinor, earns: true, discountable: true },
    { ...line, position: 2, quantity: 1, totalMinor: silentMinor, earns: false, discountable: false },
  ]
}

function withGiven(
  lines: readonly SaleLine[],
  off: readonly { position: number | null; amountMinor: Minor }[],
): SaleLine[] {
  const byPosition = new Map(off.map(({ position, amountMinor }) => [position, amountMinor]))
  return lines.map((line) => ({ ...line, givenMinor: byPosition.get(line.position) ?? 0 }))
}
