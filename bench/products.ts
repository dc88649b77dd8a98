import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { from as copyFrom } from 'pg-copy-streams'
import { type ProductInput, upsertBrands, upsertCategories, upsertProducts } from '../server/src/core/catalog/index.ts'
import type { Ctx } from '../server/src/platform/ctx.ts'
import { openPool } from '../server/src/platform/db.ts'
import { withBenchDatabase } from './shared/database.ts'
import { median } from './shared/measure.ts'
import { openShop } from './shared/shop.ts'

const rounds = 3
const perCall = 1_000
const [brands, categories] = [200, 500]

/** The sync of a shop's catalogue in batches, new, changed and as it was, against COPY of the same rows into tables alike. */
export function bench(args: readonly string[]): Promise<void> {
  return withBenchDatabase(({ url }) => run(url, Number(args[0] ?? 100_000)))
}

async function run(url: string, count: number): Promise<void> {
  const times: Record<'new' | 'changed' | 'unchanged' | 'copy', number[]> = {
    new: [],
    changed: [],
    unchanged: [],
    copy: [],
  }
  const products = Array.from({ length: count }, (_, number) => productOf(number, 0))
  const dearer = Array.from({ length: count }, (_, number) => productOf(number, 1))
  for (let round = 0; round < rounds; round++) {
    const shop = await openShop(url, { connections: 2, customers: 1, slug: `products-${round}` })
    await upsertBrands(shop.ctx, named('b', brands))
    await upsertCategories(shop.ctx, named('c', categories))
    times.new.push(await sync(shop.ctx, products))
    times.unchanged.push(await sync(shop.ctx, products))
    times.changed.push(await sync(shop.ctx, dearer))
    await shop.close()
    times.copy.push(await copy(url, products))
    console.log(`round ${round + 1} of ${rounds}: new in ${((times.new.at(-1) ?? 0) / 1_000).toFixed(1)} s`)
  }
  const rate = (ms: number) => `${((count * 1_000) / ms).toFixed(0).padStart(8)} rows/s   ${(ms / 1_000).toFixed(1)} s`
  console.log(`products: ${count} with a brand, a group, a price and two codes, ${perCall} a call`)
  console.log(`  ${'new'.padEnd(44)} ${rate(median(times.new))}`)
  console.log(`  ${'every price changed'.padEnd(44)} ${rate(median(times.changed))}`)
  console.log(`  ${'nothing changed'.padEnd(44)} ${rate(median(times.unchanged))}`)
  console.log(`  ${'COPY into tables with the same indexes'.padEnd(44)} ${rate(median(times.copy))}`)
  const ratios = times.new.map((ms, index) => ms / (times.copy[index] ?? 1))
  console.log(`  new: ${median(ratios).toFixed(1)} times COPY (${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})`)
}

const named = (letter: string, count: number) =>
  Array.from({ length: count }, (_, number) => ({ externalId: `${letter}${number}`, name: `Name ${letter}${number}` }))

function productOf(number: number, dearer: number): ProductInput {
  return {
    code: `SKU-${number}`,
    name: `Product ${number} of the catalogue`,
    brandExternalId: `b${number % brands}`,
    categoryExternalId: `c${number % categories}`,
    priceMinor: 100 + (number % 10_000) + dearer,
    currency: 'EUR',
    data: { code: `S${number}`, tags: ['new'] },
    codes: [
      { listCode: 'GLOBAL', code: `SKU-${number}` },
      { listCode: 'EAN', code: String(4_000_000_000_000 + number) },
    ],
  }
}

async function sync(ctx: Ctx, products: readonly ProductInput[]): Promise<number> {
  const began = performance.now()
  for (let start = 0; start < products.length; start += perCall) {
    await upsertProducts(ctx, products.slice(start, start + perCall))
  }
  return performance.now() - began
}

/** Whoever has nothing to find, compare or tell of: rows into tables with the keys and indexes of ours. */
async function copy(url: string, products: readonly ProductInput[]): Promise<number> {
  const pool = openPool({ url, max: 1 })
  const client = await pool.connect()
  try {
    await client.query('create table bench_products (like products including all)')
    await client.query('create table bench_codes (like product_codes including all)')
    const began = performance.now()
    const rows = products.map((one) =>
      [1, one.code, one.name, 1, 1, one.priceMinor, one.currency, JSON.stringify(one.data)].join('\t'),
    )
    await pipeline(
      Readable.from([rows.join('\n')]),
      client.query(
        copyFrom(
          'copy bench_products (tenant_id, code, name, brand_id, category_id, price_minor, currency, data) from stdin',
        ),
      ),
    )
    const codes = products.flatMap((one, id) =>
      (one.codes ?? []).map((code) => [1, code.listCode, code.code, id].join('\t')),
    )
    await pipeline(
      Readable.from([codes.join('\n')]),
      client.query(copyFrom('copy bench_codes (tenant_id, list_code, code, product_id) from stdin')),
    )
    const elapsed = performance.now() - began
    await client.query('drop table bench_products, bench_codes')
    return elapsed
  } finally {
    client.release()
    await pool.end()
  }
}
