import { findProductIds, upsertProducts } from '../../core/catalog/index.ts'
import { identifyMany } from '../../core/customers/index.ts'
import { putReferenceItem } from '../../core/organisations/index.ts'
import { type PurchaseReport, type Recorded, recordPurchases } from '../../core/purchases/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { refreshStatistics } from '../../platform/db.ts'
import { lineTotal, type Minor } from '../../platform/money.ts'
import {
  countries,
  currency,
  type Invoice,
  londonTime,
  problemOf,
  type Row,
  readRows,
  scale,
} from './online-retail-file.ts'

/** The customer source whose external ids are the shop's own customer numbers. */
export const sourceCode = 'online-retail'
const batchSize = 1_000
/** Invoices kept back at the end of a batch, since a few rows of an invoice come after the next one's. */
const keptBack = 25
/** What the catalogue takes at once. */
const productChunk = 1_000

export interface ImportSummary {
  rows: number
  sales: number
  cancellations: number
  adjustments: number
  /** Invoices that were there before: nothing was changed by them. */
  known: number
  customers: number
  products: number
  totalMinor: Minor
  pointsEarned: Minor
  pointsReversed: Minor
  /** Rows that were not imported, by reason. */
  skipped: Record<string, number>
  /** What was imported though it is odd, by kind. */
  notes: Record<string, number>
}

/**
 * Imports the file (.csv or .csv.gz) in batches, each its own transaction. Every invoice is a report with a number of its own, so
 * that a second run, or one after a crash, finds what is there and changes nothing. `onProgress` gets the share read, 0 to 1.
 */
export async function importOnlineRetail(
  ctx: Ctx,
  file: string,
  onProgress: (share: number, detail: string) => void,
): Promise<ImportSummary> {
  const summary: ImportSummary = {
    rows: 0,
    sales: 0,
    cancellations: 0,
    adjustments: 0,
    known: 0,
    customers: 0,
    products: 0,
    totalMinor: 0,
    pointsEarned: 0,
    pointsReversed: 0,
    skipped: {},
    notes: {},
  }
  await putReferenceItem(ctx, { kind: 'customer_source', code: sourceCode, name: 'Online Retail' })
  const importer = {
    ctx,
    summary,
    seenProducts: new Set<string>(),
    done: new Set<string>(),
    preparing: queue(),
    lanes: [queue(), queue()],
  }
  let open = new Map<string, Invoice>()
  // Two batches are under way, so that a lane that is done has the next one ready, and a third is read meanwhile.
  const underWay: Promise<void>[] = []
  const write = async (invoices: readonly Invoice[]) => {
    if (underWay.length >= 2) await underWay.shift()
    for (const invoice of invoices) importer.done.add(invoice.number)
    const writing = importBatch(importer, invoices)
    // Told by whoever waits for it next.
    writing.catch(() => undefined)
    underWay.push(writing)
  }
  for await (const { row, share } of readRows(file)) {
    summary.rows++
    addRow(importer, open, row)
    if (open.size < batchSize + keptBack) continue
    const ready = [...open.values()].slice(0, batchSize)
    await write(ready)
    open = new Map([...open].slice(batchSize))
    onProgress(share, `${summary.sales + summary.cancellations + summary.adjustments + summary.known} invoices`)
  }
  await write([...open.values()])
  for (const writing of underWay) await writing
  onProgress(1, 'done')
  return summary
}

interface Importer {
  readonly ctx: Ctx
  readonly summary: ImportSummary
  readonly seenProducts: Set<string>
  readonly done: Set<string>
  readonly preparing: Queue
  readonly lanes: readonly Queue[]
}

type Queue = <Result>(work: () => Promise<Result>) => Promise<Result>

/** Does one work after the other; after one that failed, none: what comes later may take back what that one sold. */
function queue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const next = last.then(work)
    next.catch(() => undefined)
    last = next
    return next
  }
}

function addRow(importer: Importer, open: Map<string, Invoice>, row: Row): void {
  const problem =
    problemOf(row) ?? (importer.done.has(row.InvoiceNo) ? 'row of an invoice that was already complete' : undefined)
  if (problem) {
    count(importer.summary.skipped, problem)
    return
  }
  const cancels = row.InvoiceNo.startsWith('C')
  const quantity = cancels ? -Number(row.Quantity) : Number(row.Quantity)
  const totalMinor = lineTotal({ quantity, unitPrice: row.UnitPrice, scale })
  const line = { code: row.StockCode, name: row.Description, quantity, unitPrice: row.UnitPrice, totalMinor }
  noteOddities(importer.summary, row, { ...line, cancels })
  const invoice = open.get(row.InvoiceNo)
  if (!invoice) {
    open.set(row.InvoiceNo, {
      number: row.InvoiceNo,
      time: row.InvoiceDate,
      customer: row.CustomerID,
      country: row.Country,
      lines: [line],
    })
    return
  }
  if (invoice.time !== row.InvoiceDate)
    count(importer.summary.notes, 'rows timed later than their invoice (the first time is kept)')
  invoice.lines.push(line)
}

function noteOddities(
  summary: ImportSummary,
  row: Row,
  { quantity, totalMinor, cancels }: { quantity: number; totalMinor: Minor; cancels: boolean },
): void {
  if (Number(row.UnitPrice) === 0) count(summary.notes, 'rows with price 0')
  if (quantity < 0 && !cancels) count(summary.notes, 'stock write-offs (negative quantity outside cancellations)')
  if (!row.CustomerID) count(summary.notes, 'rows without a customer')
  const exact = Math.round(quantity * Number(row.UnitPrice) * 1e6) / 1e4
  if (totalMinor !== exact) count(summary.notes, 'line totals rounded to the penny')
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1
}

async function importBatch(importer: Importer, invoices: readonly Invoice[]): Promise<void> {
  if (invoices.length === 0) return
  const { ctx, summary } = importer
  const { customers, products, ids } = await importer.preparing(() => prepare(importer, invoices))
  const reports = invoices.map((invoice) => reportOf(invoice, ids.get(invoice.customer)))
  const results = await recordInLanes(importer, reports)
  await refreshStatistics(ctx.db)
  // Counted only once committed: a batch that is tried again must not count twice.
  summary.customers += customers
  summary.products += products
  for (const { report, result } of results) {
    if ('refused' in result) {
      count(summary.skipped, `invoice refused: ${result.refused.code}`)
      continue
    }
    const kind = report.kind ?? 'sale'
    if (!result.created) summary.known++
    else if (kind === 'sale') summary.sales++
    else if (kind === 'cancellation') summary.cancellations++
    else summary.adjustments++
    summary.totalMinor += kind === 'cancellation' ? -(report.totalMinor ?? 0) : (report.totalMinor ?? 0)
    if (result.earned > 0) summary.pointsEarned += result.earned
    else summary.pointsReversed -= result.earned
  }
}

/** The products and customers that the invoices name. */
async function prepare(importer: Importer, invoices: readonly Invoice[]) {
  const prepared = await transact(importer.ctx, async (ctx) => {
    const products = await addProducts(ctx, importer, invoices)
    const { ids, created } = await findCustomers(ctx, invoices)
    return { customers: created, products, ids }
  })
  for (const invoice of invoices) for (const line of invoice.lines) importer.seenProducts.add(line.code)
  return prepared
}

/** Transactions side by side keep two cores busy. All that is of one customer stays in its order, in one lane. */
async function recordInLanes(
  { ctx, lanes }: Importer,
  reports: readonly PurchaseReport[],
): Promise<{ report: PurchaseReport; result: Recorded }[]> {
  const parts = lanes.map((lane, number) => {
    const part = reports.filter((report, index) => (report.customerId ?? index) % lanes.length === number)
    return lane(async () => {
      const results = await recordPurchases(ctx, part)
      return part.flatMap((report, index) => {
        const result = results[index]
        return result ? [{ report, result }] : []
      })
    })
  })
  const settled = await Promise.allSettled(parts)
  return settled.flatMap((part) => {
    if (part.status === 'rejected') throw part.reason
    return part.value
  })
}

/** Products that are new with the first description and price that the file gives; known ones stay as the shop has them. */
async function addProducts(ctx: Ctx, importer: Importer, invoices: readonly Invoice[]): Promise<number> {
  const first = new Map<string, { name: string; priceMinor: Minor }>()
  for (const line of invoices.flatMap((invoice) => invoice.lines)) {
    if (importer.seenProducts.has(line.code)) continue
    const priceMinor = lineTotal({ quantity: 1, unitPrice: line.unitPrice, scale })
    const known = first.get(line.code)
    if (!known || (!known.name && line.name))
      first.set(line.code, {
        name: line.name || known?.name || '',
        priceMinor: Math.max(priceMinor, known?.priceMinor ?? 0),
      })
  }
  const known = await findKnown(ctx, [...first.keys()])
  const added = [...first]
    .filter(([code]) => !known.has(code))
    .map(([code, { name, priceMinor }]) => ({
      code,
      name: name || code,
      currency,
      ...(priceMinor > 0 ? { priceMinor } : {}),
    }))
  for (let start = 0; start < added.length; start += productChunk) {
    await upsertProducts(ctx, added.slice(start, start + productChunk))
    // The first batch brings half of all products; the next chunk must not be planned for an empty table.
    await refreshStatistics(ctx.db)
  }
  return added.length
}

async function findKnown(ctx: Ctx, codes: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  for (let start = 0; start < codes.length; start += productChunk) {
    for (const code of (await findProductIds(ctx, codes.slice(start, start + productChunk))).keys()) known.add(code)
  }
  return known
}

async function findCustomers(
  ctx: Ctx,
  invoices: readonly Invoice[],
): Promise<{ ids: Map<string, number>; created: number }> {
  const byNumber = new Map(invoices.filter((invoice) => invoice.customer).map((invoice) => [invoice.customer, invoice]))
  const batch = [...byNumber.values()].map(({ customer, country }) => ({
    claims: [],
    // The file has no names; the shop's number stands in for one.
    create: { firstName: 'Customer', lastName: customer, country: countries[country] ?? null, source: sourceCode },
    source: { source: sourceCode, externalId: customer },
  }))
  const found = await identifyMany(ctx, batch)
  const ids = new Map([...byNumber.keys()].map((customer, index) => [customer, found[index]?.customerId ?? 0]))
  return { ids, created: found.filter((one) => one.created).length }
}

function reportOf(invoice: Invoice, customerId: number | undefined): PurchaseReport {
  const kind = invoice.number.startsWith('C') ? 'cancellation' : invoice.number.startsWith('A') ? 'adjustment' : 'sale'
  const totalMinor = invoice.lines.reduce((sum, line) => sum + line.totalMinor, 0)
  return {
    space: sourceCode,
    number: invoice.number,
    kind,
    source: 'import',
    confirmed: true,
    customerId,
    currency,
    totalMinor,
    occurredAt: londonTime(invoice.time),
    lines: invoice.lines,
    channel: 'online',
    onKnownNumber: 'replay',
  }
}
