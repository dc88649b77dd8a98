import papaparse from 'papaparse'
import { DomainError } from '../../../platform/errors.ts'
import { readLocalTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { codeOf, getSheet } from '../customers.ts'
import { type Fields, findText, isYes, listTexts, refuse } from '../decode.ts'
import { type Answer, type Element, element, list } from '../encode.ts'
import { sentenceOf } from '../errors.ts'
import { enterCustomer } from './customers.ts'
import { enterRedemption } from './redemptions.ts'
import { decodeEntry, enterActivity } from './transactions.ts'

/** A call answers when all of its rows are written. */
const maxRows = 2_000
const maxLength = 2_000_000

/**
 * Customers as rows of delimited text, each as `record_customer` takes one. A row whose code or card is known changes that customer
 * with `overwrite_duplicates`, and is left out otherwise. A row that is refused says why; the others are written.
 */
export async function importCustomers(call: Call): Promise<Answer> {
  const rows = decodeRows(call.fields, 'profiles')
  const overwrite = isYes(call.fields.get('overwrite_duplicates'))
  const shared = new Map([
    ['campaign_id', listTexts(call.fields, 'campaigns_to_include').join(',')],
    ['auto_add', call.fields.get('auto_add') ?? ''],
  ])
  const told: Element[] = []
  const counts = { created: 0, updated: 0, refused: 0 }
  for (const [index, row] of rows.entries()) {
    const fields = new Map([...shared, ...row].filter(([, value]) => value !== ''))
    const done = await attempt(index, async () => {
      const { customerId, isNew } = await enterCustomer({ ...call, fields }, overwrite ? 'register' : 'new')
      const sheet = await getSheet(call.ctx, customerId)
      counts[isNew ? 'created' : 'updated']++
      return element({ code: codeOf(sheet), card_number: sheet.cardNumber }, isNew ? 'created' : 'updated')
    })
    if (done.status === 'error') counts.refused++
    told.push(done)
  }
  const batch = element({
    new_customers: counts.created,
    updated_customers: counts.updated,
    refused_customers: counts.refused,
    customers: list('customer', told),
  })
  return { head: { batch } }
}

/**
 * Transactions as rows, each with the fields of `record_activity`, or of `redeem` where its `transaction_type` says so. `date` is when
 * an activity was, if not now.
 */
export async function importTransactions(call: Call): Promise<Answer> {
  const rows = decodeRows(call.fields, 'transactions')
  const campaignId = call.fields.get('campaign_id')
  const told: Element[] = []
  for (const [index, row] of rows.entries()) {
    const fields = new Map([...(campaignId ? [['campaign_id', campaignId] as const] : []), ...row])
    told.push(await attempt(index, async () => element((await enterRow({ ...call, fields })).entries, 'recorded')))
  }
  const refused = told.filter(({ status }) => status === 'error').length
  const batch = element({
    new_transactions: told.length - refused,
    refused_transactions: refused,
    transactions: list('transaction', told),
  })
  return { head: { batch } }
}

async function enterRow(call: Call): Promise<Element> {
  const { ctx, fields } = call
  const type = fields.get('transaction_type')?.toLowerCase() ?? 'activity'
  const entry = await decodeEntry(call)
  if (type === 'redeem') {
    if (!call.permissions.has('redeem')) throw new DomainError('request.forbidden')
    return fields.has('date') ? refuse('date', 'is for activities only') : enterRedemption(ctx, entry)
  }
  if (type !== 'activity') return refuse('transaction_type', 'must be activity or redeem')
  const date = findText(fields, 'date')
  if (date === undefined) return enterActivity(ctx, entry)
  const occurredAt = readLocalTime(date, ctx.tenant.timeZone) ?? refuse('date', 'must be as YYYY-MM-DD HH:MM:SS')
  if (occurredAt > ctx.clock.now()) return refuse('date', 'must not be in the future')
  return enterActivity(ctx, { ...entry, occurredAt })
}

/** One row's refusal is its own: the rows before it are written, and those after it follow. */
async function attempt(index: number, work: () => Promise<Element>): Promise<Element> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DomainError) return element({ row: index + 1, error: sentenceOf(error) }, 'error')
    throw error
  }
}

/** The first row names the columns, unless `..._header` does. */
function decodeRows(fields: Fields, what: 'profiles' | 'transactions'): Fields[] {
  const name = `${what}_data`
  const text = findText(fields, name, { max: maxLength }) ?? refuse(name, 'is required')
  const delimiter = decodeDelimiter(fields)
  const { data } = papaparse.parse<string[]>(text, { delimiter, skipEmptyLines: 'greedy' })
  const given = listTexts(fields, `${what}_header`)
  const header = (given.length > 0 ? given : (data.shift() ?? [])).map((column) => column.trim())
  if (data.length > maxRows) return refuse(name, `must not have more than ${maxRows} rows`)
  const repeated = header.find((column, index) => column !== '' && header.indexOf(column) !== index)
  if (repeated) return refuse(name, `has the column ${repeated.slice(0, 50)} twice`)
  return data.map((row) => {
    const cells = header.map((column, index) => [column, (row[index] ?? '').trim()] as const)
    return new Map(cells.filter(([column, value]) => column !== '' && value !== ''))
  })
}

const delimiters: Readonly<Record<string, string>> = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' }

/** The character or its name; a tab is trimmed away by forms, so that it has to be named. */
function decodeDelimiter(fields: Fields): string {
  const text = fields.get('delimiter')?.toLowerCase() ?? 'comma'
  const named = Object.hasOwn(delimiters, text) ? delimiters[text] : text === '\\t' ? '\t' : text
  if (named === undefined || !Object.values(delimiters).includes(named))
    return refuse('delimiter', `must be one of ${Object.keys(delimiters).join(', ')}`)
  return named
}
