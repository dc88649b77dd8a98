import { applyOperation } from '../server/src/core/ledger/index.ts'
import { type PurchaseReport, quotePurchase, recordPurchase } from '../server/src/core/purchases/index.ts'
import { withBenchDatabase } from './shared/database.ts'
import { compare, measure } from './shared/measure.ts'
import { customerOf, openShop } from './shared/shop.ts'
import { prepareTpcb } from './shared/tpcb.ts'

const seconds = 6
const rounds = 3
const connections = 8

/** A till's sale: a quote, then the receipt of five lines that earns and spends points in one transaction; against TPC-B. */
export function bench(): Promise<void> {
  return withBenchDatabase(({ url }) => run(url))
}

async function run(url: string): Promise<void> {
  const tpcb = await prepareTpcb(url)
  const shop = await openShop(url, { connections, customers: 5_000, slug: 'checkout' })
  for (const customerId of shop.customerIds) {
    await applyOperation(shop.ctx, {
      kind: 'adjust',
      key: `start-${customerId}`,
      unitId: shop.unit.id,
      customerId,
      amount: 1_000_000,
    })
  }
  console.log(`checkout: five lines, points earned and spent, ${connections} connections`)
  const report = (number: number): PurchaseReport => ({
    space: 'bench',
    source: 'till',
    confirmed: true,
    currency: 'EUR',
    number: String(number),
    customerId: customerOf(shop, number),
    occurredAt: new Date(),
    lines: Array.from({ length: 5 }, (_, index) => ({
      code: `P${(number + index) % 500}`,
      quantity: 1 + index,
      unitPrice: 9.95,
    })),
    spend: { points: 10 },
    onKnownNumber: 'refuse',
  })
  const baseline = { name: tpcb.name, run: () => tpcb.run({ concurrency: connections, seconds }) }
  await compare(
    'receipt (earn + spend)',
    rounds,
    () => measure({ concurrency: connections, seconds }, (number) => recordPurchase(shop.ctx, report(number))),
    baseline,
    () => shop.ctx.pool.query('analyze'),
  )
  await compare(
    'quote + receipt',
    rounds,
    () =>
      measure({ concurrency: connections, seconds }, async (number) => {
        await quotePurchase(shop.ctx, report(number))
        await recordPurchase(shop.ctx, report(number))
      }),
    baseline,
  )
  await shop.close()
}
