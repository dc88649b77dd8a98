import { applyOperation } from '../server/src/core/ledger/index.ts'
import { withBenchDatabase } from './shared/database.ts'
import { compare, measure } from './shared/measure.ts'
import { customerOf, openShop } from './shared/shop.ts'
import { prepareTpcb } from './shared/tpcb.ts'

const seconds = 6
const rounds = 3

/** Earning and spending in turn, one posting a transaction, answered after commit; against TPC-B on the same server. */
export function bench(): Promise<void> {
  return withBenchDatabase(({ url }) => run(url))
}

async function run(url: string): Promise<void> {
  const tpcb = await prepareTpcb(url)
  for (const connections of [8, 64]) {
    const shop = await openShop(url, { connections, customers: 10_000, slug: `ledger-${connections}` })
    console.log(`ledger: earn and spend, ${connections} connections`)
    const work = (number: number) => {
      const customerId = customerOf(shop, number >> 1)
      const base = {
        unitId: shop.unit.id,
        customerId,
        key: `bench-${connections}-${number}`,
        programmeId: shop.programme.id,
      }
      return number % 2 === 0
        ? applyOperation(shop.ctx, { ...base, kind: 'earn', amount: 10 })
        : spend({ ...base, kind: 'spend', amount: 4 })
    }
    // A spend may come before its customer earned anything: a refusal is an answer too, but it must stay the exception.
    const spend = (operation: Parameters<typeof applyOperation>[1]) =>
      applyOperation(shop.ctx, operation).catch((error: { code?: string }) => {
        if (error.code !== 'balance.insufficient') throw error
      })
    await compare('earn + spend', rounds, () => measure({ concurrency: connections, seconds }, work), {
      name: tpcb.name,
      run: () => tpcb.run({ concurrency: connections, seconds }),
    })
    await shop.close()
  }
}
