import { createReadStream, existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { from as copyFrom } from 'pg-copy-streams'
import { importOnlineRetail } from '../server/src/cli/import/online-retail.ts'
import { openPool } from '../server/src/platform/db.ts'
import { withBenchDatabase } from './shared/database.ts'
import { median } from './shared/measure.ts'
import { openShop } from './shared/shop.ts'

const rounds = 3
const defaultFile = resolve(import.meta.dirname, '../../shared/data/online-retail/online_retail.csv.gz')

/** The import of the Online Retail year through the core's use cases, against COPY of the same rows into a bare table. */
export function bench(args: readonly string[]): Promise<void> {
  return withBenchDatabase(({ url }) => run(url, args[0] ?? defaultFile))
}

async function run(url: string, file: string): Promise<void> {
  if (!existsSync(file)) throw new Error(`name the data set's file: bench import FILE (there is no ${file})`)
  const [imports, copies]: [number[], number[]] = [[], []]
  let rows = 0
  for (let round = 0; round < rounds; round++) {
    const shop = await openShop(url, { connections: 4, customers: 1, slug: `import-${round}` })
    const began = performance.now()
    rows = (await importOnlineRetail(shop.ctx, file, () => undefined)).rows
    imports.push(performance.now() - began)
    await shop.close()
    copies.push(await copy(url, file))
  }
  const [ours, theirs] = [median(imports), median(copies)]
  const rate = (ms: number) => `${((rows * 1_000) / ms).toFixed(0).padStart(8)} rows/s   ${(ms / 1_000).toFixed(1)} s`
  console.log(`import: ${rows} rows, customers, products, purchases, cancellations and points`)
  console.log(`  ${'import'.padEnd(44)} ${rate(ours)}`)
  console.log(`  ${'COPY into a bare table'.padEnd(44)} ${rate(theirs)}`)
  const ratios = imports.map((ms, index) => ms / (copies[index] ?? 1))
  console.log(`  ${median(ratios).toFixed(1)} times COPY (${ratios.map((ratio) => ratio.toFixed(1)).join(', ')})`)
}

async function copy(url: string, file: string): Promise<number> {
  const pool = openPool({ url, max: 1 })
  const client = await pool.connect()
  try {
    await client.query(
      'create table bench_rows (invoice text, code text, description text, quantity int, at timestamp, price numeric, customer text, country text)',
    )
    const began = performance.now()
    const source = createReadStream(file)
    const target = client.query(copyFrom('copy bench_rows from stdin with (format csv, header)'))
    await (file.endsWith('.gz') ? pipeline(source, createGunzip(), target) : pipeline(source, target))
    const elapsed = performance.now() - began
    await client.query('drop table bench_rows')
    return elapsed
  } finally {
    client.release()
    await pool.end()
  }
}
