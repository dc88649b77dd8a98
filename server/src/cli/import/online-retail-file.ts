import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import papaparse from 'papaparse'
import { Temporal } from 'temporal-polyfill'
import type { LineInput } from '../../core/purchases/index.ts'
import type { Minor } from '../../platform/money.ts'
import { Refusal } from '../refusal.ts'

// The "Online Retail" data set (UCI): one row a line of an invoice, an invoice's rows together but for a few. A number that
// begins with C is a cancellation (it names no sale), one with A an adjustment. Times are local to London, amounts GBP.

export const currency = 'GBP'
export const scale = 2
const timeZone = 'Europe/London'

export interface Row {
  InvoiceNo: string
  StockCode: string
  Description: string
  Quantity: string
  InvoiceDate: string
  UnitPrice: string
  CustomerID: string
  Country: string
}

export interface Invoice {
  readonly number: string
  readonly time: string
  readonly customer: string
  readonly country: string
  readonly lines: (LineInput & { readonly totalMinor: Minor })[]
}

/** Row by row, with the share of the file that was read, 0 to 1. */
export async function* readRows(file: string): AsyncGenerator<{ row: Row; share: number }> {
  const { size } = await stat(file)
  const source = createReadStream(file, { highWaterMark: 256 * 1024 })
  let read = 0
  source.on('data', (chunk) => {
    read += chunk.length
  })
  const text = file.endsWith('.gz') ? source.pipe(createGunzip({ chunkSize: 256 * 1024 })) : source
  source.on('error', (error) => text.destroy(error))
  const rows = text.pipe(papaparse.parse(papaparse.NODE_STREAM_INPUT, { skipEmptyLines: true }))
  text.on('error', (cause: Error) => rows.destroy(new Refusal(`${file} cannot be read: ${cause.message}`, { cause })))
  let header: Header | undefined
  for await (const cells of rows) {
    // Without its header option the parser takes a quarter less: it has no object to make of every row.
    if (header) yield { row: toRow(cells as string[], header), share: size === 0 ? 1 : read / size }
    else header = headerOf(file, cells as string[]) // a parser without a header gives arrays of texts
  }
  if (!header) throw new Refusal(`${file} is empty`)
}

type Header = Readonly<Record<keyof Row, number>>

/** Where each column stands. A file without one of them is another file, whose rows would all be skipped. */
function headerOf(file: string, cells: readonly string[]): Header {
  const names = cells.map((cell) => cell.replace('\uFEFF', '').trim())
  const at = (name: string) => {
    const index = names.indexOf(name)
    if (index < 0) throw new Refusal(`${file} is not the Online Retail data set: it has no column ${name}`)
    return index
  }
  return {
    InvoiceNo: at('InvoiceNo'),
    StockCode: at('StockCode'),
    Description: at('Description'),
    Quantity: at('Quantity'),
    InvoiceDate: at('InvoiceDate'),
    UnitPrice: at('UnitPrice'),
    CustomerID: at('CustomerID'),
    Country: at('Country'),
  }
}

function toRow(cells: readonly string[], header: Header): Row {
  return {
    InvoiceNo: cells[header.InvoiceNo] ?? '',
    StockCode: cells[header.StockCode] ?? '',
    Description: cells[header.Description] ?? '',
    Quantity: cells[header.Quantity] ?? '',
    InvoiceDate: cells[header.InvoiceDate] ?? '',
    UnitPrice: cells[header.UnitPrice] ?? '',
    CustomerID: cells[header.CustomerID] ?? '',
    Country: cells[header.Country] ?? '',
  }
}

/** Why a row cannot be imported. */
export function problemOf(row: Row): string | undefined {
  if (!row.InvoiceNo) return 'no invoice number'
  if (!row.StockCode) return 'no stock code'
  if (!/^-?\d+$/.test(row.Quantity) || row.Quantity === '0') return 'quantity is not a number'
  if (!/^-?\d+(\.\d+)?$/.test(row.UnitPrice)) return 'price is not a number'
  if (!/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(row.InvoiceDate)) return 'time is not a time'
  if (row.InvoiceNo.startsWith('C') && Number(row.Quantity) > 0) return 'cancellation with a positive quantity'
  return undefined
}

export function londonTime(text: string): Date {
  const local = Temporal.PlainDateTime.from(text.replace(' ', 'T'))
  return new Date(local.toZonedDateTime(timeZone).epochMilliseconds)
}

/** The file's country names; "Unspecified", "European Community" and "Channel Islands" are no country of ISO 3166. */
export const countries: Readonly<Record<string, string>> = {
  Australia: 'AU',
  Austria: 'AT',
  Bahrain: 'BH',
  Belgium: 'BE',
  Brazil: 'BR',
  Canada: 'CA',
  Cyprus: 'CY',
  'Czech Republic': 'CZ',
  Denmark: 'DK',
  EIRE: 'IE',
  Finland: 'FI',
  France: 'FR',
  Germany: 'DE',
  Greece: 'GR',
  'Hong Kong': 'HK',
  Iceland: 'IS',
  Israel: 'IL',
  Italy: 'IT',
  Japan: 'JP',
  Lebanon: 'LB',
  Lithuania: 'LT',
  Malta: 'MT',
  Netherlands: 'NL',
  Norway: 'NO',
  Poland: 'PL',
  Portugal: 'PT',
  RSA: 'ZA',
  'Saudi Arabia': 'SA',
  Singapore: 'SG',
  Spain: 'ES',
  Sweden: 'SE',
  Switzerland: 'CH',
  'United Arab Emirates': 'AE',
  'United Kingdom': 'GB',
  USA: 'US',
}
