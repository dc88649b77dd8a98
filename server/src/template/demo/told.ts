import { type PurchaseReport, recordPurchases } from '../../core/purchases/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { refreshStatistics } from '../../platform/db.ts'
import { at } from './clock.ts'
import { type InventedSale, totalOf } from './sales.ts'

export interface Shop {
  /** By the position of the person. */
  readonly customerIds: readonly number[]
  readonly cardNumbers: ReadonlyMap<number, string>
  readonly storeIds: readonly number[]
}

const salesAtOnce = 60

/** Tells the sales in the order in which they happened, as a till and an e-shop would, with the clock of that day. */
export async function tellSales(ctx: Ctx, shop: Shop, sales: readonly InventedSale[]): Promise<void> {
  const points = new Map<number, number>()
  const owners = new Map<string, number>()
  let open: { at: Date; report: PurchaseReport }[] = []
  for (let start = 0; start < sales.length; start += salesAtOnce) {
    const some = sales.slice(start, start + salesAtOnce)
    const now = some.at(-1)?.at ?? ctx.clock.now()
    // A sale is given back in a later call than the one that tells it, because a call writes many at once.
    const due = open.filter((cancellation) => cancellation.at <= now).map((cancellation) => cancellation.report)
    open = open.filter((cancellation) => cancellation.at > now)
    const reports = some.map((sale, index) => reportOf(shop, sale, { number: start + index + 1, points }))
    const told = [...due, ...reports]
    const results = await transact(at(ctx, now), (ctx) => recordPurchases(ctx, told))
    results.forEach((result, index) => {
      const report = told[index]
      const owner = owners.get(report?.cancelsNumber ?? '') ?? report?.customerId
      if ('refused' in result || !report || owner === undefined) return
      owners.set(report.number, owner)
      points.set(owner, (points.get(owner) ?? 0) + result.earned)
    })
    // Each time that there is twice as much.
    if (Number.isInteger(Math.log2(start / salesAtOnce + 1))) await refreshStatistics(ctx.db)
    some.forEach((sale, index) => {
      const report = reports[index]
      if (sale.cancellation && report) open.push({ at: sale.cancellation.at, report: cancellationOf(sale, report) })
    })
  }
}

function reportOf(
  shop: Shop,
  sale: InventedSale,
  known: { number: number; points: Map<number, number> },
): PurchaseReport {
  const customerId = sale.person === undefined ? undefined : shop.customerIds[sale.person]
  const totalMinor = totalOf(sale.lines)
  const inStore = sale.store !== undefined
  return {
    space: inStore ? 'till' : 'e-shop',
    number: inStore ? `T${200_000 + known.number}` : `W${500_000 + known.number}`,
    source: inStore ? 'till' : 'shop',
    confirmed: true,
    customerId,
    storeId: inStore ? shop.storeIds[sale.store] : undefined,
    currency: 'EUR',
    totalMinor,
    occurredAt: sale.at,
    lines: sale.lines.map(({ product, quantity }) => ({
      code: product.code,
      name: product.name,
      quantity,
      unitPrice: product.priceMinor / 100,
      vatRate: 19,
      categoryCode: product.categoryCode,
      itemType: inStore ? 'store' : 'e-commerce',
    })),
    payments: [{ kind: inStore && known.number % 3 === 0 ? 'cash' : 'card', amountMinor: totalMinor }],
    typeCode: inStore ? 'store' : 'e-commerce',
    channel: inStore ? 'store' : 'e-shop',
    till: inStore ? String(1 + (known.number % 2)) : undefined,
    cardNumber: inStore && sale.person !== undefined ? shop.cardNumbers.get(sale.person) : undefined,
    onKnownNumber: 'replay',
    spend: sale.paysWithPoints ? spendOf(known.points, customerId, totalMinor) : undefined,
  }
}

/** Whole hundreds, at most half of the sale. Taken off at once: a later sale of the same call may want them too. */
function spendOf(points: Map<number, number>, customerId: number | undefined, totalMinor: number) {
  const balance = points.get(customerId ?? 0) ?? 0
  const amount = Math.floor(Math.min(balance, totalMinor / 2) / 100) * 100
  if (customerId === undefined || amount <= 0) return undefined
  points.set(customerId, balance - amount)
  return { points: amount }
}

function cancellationOf(sale: InventedSale, report: PurchaseReport): PurchaseReport {
  const { payments: _, spend: __, cardNumber: ___, totalMinor: ____, lines, ...same } = report
  return {
    ...same,
    kind: 'cancellation',
    number: `C${report.number}`,
    cancelsNumber: report.number,
    occurredAt: sale.cancellation?.at ?? report.occurredAt,
    typeCode: 'cancel',
    lines: sale.cancellation?.whole ? undefined : lines?.slice(0, 1),
  }
}
