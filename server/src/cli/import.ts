import { stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { getTenant } from '../core/accounts/index.ts'
import { type Ctx, makeCtx } from '../platform/ctx.ts'
import { formatMinor } from '../platform/money.ts'
import { makeServer } from '../platform/server.ts'
import { type ImportSummary, importOnlineRetail } from './import/online-retail.ts'
import { showProgress } from './progress.ts'
import { Refusal } from './refusal.ts'
import { withDatabase } from './with-database.ts'

export function registerImport(program: Command): void {
  const group = program
    .command('import')
    .description('Bring data of other systems in. Every import can be run again: what is there stays as it is.')
  group
    .command('online-retail')
    .description('A retailer\'s year of transactions: the UCI "Online Retail" data set (.csv or .csv.gz).')
    .argument('<file>', 'the file')
    .requiredOption('--tenant <slug>', 'the tenant to import into')
    .option('--json', 'print the summary as one JSON object')
    .action((file: string, options: { tenant: string; json?: boolean }) => importFile(file, options))
}

async function importFile(file: string, options: { tenant: string; json?: boolean }): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (!found?.isFile()) throw new Refusal(`there is no file ${file}`)
  await withDatabase(async (opened) => {
    const ctx = await cliContext(opened, options.tenant)
    const progress = showProgress('Importing', 100)
    const summary = await importOnlineRetail(ctx, file, (share, detail) =>
      progress.update(Math.floor(share * 100), detail),
    )
    progress.finish()
    if (options.json) console.log(JSON.stringify(summary))
    else print(summary)
  })
}

async function cliContext(opened: Parameters<Parameters<typeof withDatabase>[0]>[0], slug: string): Promise<Ctx> {
  const server = await makeServer(opened)
  return makeCtx(server, await getTenant(server, slug), { kind: 'system', id: 'import', via: 'cli' })
}

function print(summary: ImportSummary): void {
  const lines: [string, string | number][] = [
    ['rows read', summary.rows],
    ['sales', summary.sales],
    ['cancellations', summary.cancellations],
    ['adjustments', summary.adjustments],
    ['known before, unchanged', summary.known],
    ['new customers', summary.customers],
    ['new products', summary.products],
    ['sum of all invoices', `${formatMinor(summary.totalMinor, 2)} GBP`],
    ['points earned', summary.pointsEarned],
    ['points taken back', summary.pointsReversed],
    ...Object.entries(summary.skipped).map(([reason, rows]): [string, number] => [`skipped: ${reason}`, rows]),
    ...Object.entries(summary.notes).map(([kind, rows]): [string, number] => [`note: ${kind}`, rows]),
  ]
  if (Object.keys(summary.skipped).length === 0) lines.push(['skipped', 0])
  for (const [label, value] of lines) console.log(`${label}: ${value}`)
}
