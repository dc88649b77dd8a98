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
  const read = await (needed.lines ? selectPastSalesWithLines(ctx, asked) : selectPastSales(ctx, asked))
  const ids = read.map(({ id }) => id)
  const paid = new Map((await selectPaid(ctx, ids)).map((row) => [row.purchaseId, row]))
  const given = Map.groupBy(await selectGiven(ctx, ids), (row) => row.purchaseId)
  return read.map((asTold): PastSale => {
    const off = given.get(asTold.id) ?? []
    const { byPointsMinor = 0, givenMinor = 0, besideMinor = 0 } = paid.get(asTold.id) ?? {}
    // What credit and gift cards paid is off the total that the till told, and earns all the same.
    const row = asTold.isTotalTold ? { ...asTold, totalMinor: asTold.totalMinor + besideMinor } : asTold
    const lines = 'positions' in row ? linesOf(row) : gathered(row)
    return {
      ...saleOf(row),
      earns: true,
      paidByPointsMinor: byPointsMinor,
      givenMinor: givenMinor + off.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
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
