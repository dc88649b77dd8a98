import { getUnit, type Unit } from '../../../core/ledger/index.ts'
import { availableAfterCharges, listItems } from '../../../core/loyalty/index.ts'
import { type Activity, type CustomerSheet, walkCustomers } from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call } from '../auth.ts'
import { findCoalitionUnit, formatAmount, getNamedCampaign, unitOf } from '../campaigns.ts'
import { codeOf } from '../customers.ts'
import { type Fields, findInteger, isYes, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element, type Rows } from '../encode.ts'
import { encodeSheet, requireRange } from '../report.ts'
import { textAttribute } from '../vocabulary.ts'
import { textOf } from './search.ts'

const day = 86_400_000

/** Days the customer has been away; the manual's own sample and a reseller name the field differently. */
function decodeMissing(fields: Fields): number {
  const names = ['missing_for', 'Inactive_for', 'frequency']
  const name = names.find((one) => fields.has(one)) ?? refuse('missing_for', 'is required')
  return findInteger(fields, name, { min: 1, max: 36_500 }) ?? 0
}

const missing = (call: Call) =>
  select(call, {
    noneSince: new Date(call.ctx.clock.now().getTime() - decodeMissing(call.fields) * day),
    withoutSpending: !isYes(call.fields.get('include_redeemed')),
  })

/** Customers who had a transaction in the campaigns and the days, and what else each report asks of them. */
export const selections: Readonly<Record<string, (call: Call) => Promise<Answer>>> = {
  customers_new: (call) => select(call, { isFirst: true }),
  customers_frequent: (call) =>
    select(call, {
      atLeast: findInteger(call.fields, 'frequency', { min: 1, max: 100_000 }) ?? refuse('frequency', 'is required'),
      withoutSpending: !isYes(call.fields.get('include_redeemed')),
    }),
  customers_missing: missing,
  customers_Inactive: missing,
  customers_birthday: (call) => select(call, {}, hasBirthday(call.fields)),
  customers_custom_date: (call) => select(call, {}, hasCustomDate(call.fields)),
  customers_search: (call) => {
    const wanted = requireText(call.fields, 'search_text').toLowerCase()
    return select(call, {}, (sheet) => textOf(sheet).includes(wanted))
  },
}

async function select(
  call: Call,
  more: Partial<Activity>,
  matches: (sheet: CustomerSheet) => boolean = () => true,
): Promise<Answer> {
  const activeIn = { ...(await requireRange(call)), ...more }
  return { rows: rowsOf(encodeMatching(walkCustomers(call.ctx, { activeIn }), matches)) }
}

function rowsOf(items: AsyncIterable<Element>): Rows {
  return { singular: 'customer', plural: 'customers', wrapped: false, items }
}

async function* encodeMatching(
  sheets: AsyncIterable<CustomerSheet>,
  matches: (sheet: CustomerSheet) => boolean,
): AsyncGenerator<Element> {
  for await (const sheet of sheets) if (matches(sheet)) yield encodeSheet(sheet)
}

/** A birthday comes every year: month and day must fall in the range, which may run over the turn of the year. */
function hasBirthday(fields: Fields): (sheet: CustomerSheet) => boolean {
  const start = fields.get('date_start') ?? ''
  const end = fields.get('date_end') ?? '9999-12-31'
  const wholeYear = end.slice(0, 4) > start.slice(0, 4) && end.slice(5) >= start.slice(5)
  return ({ birthday }) => {
    if (!birthday) return false
    const [on, from, to] = [birthday.slice(5), start.slice(5), end.slice(5)]
    return wholeYear || (from <= to ? on >= from && on <= to : on >= from || on <= to)
  }
}

function hasCustomDate(fields: Fields): (sheet: CustomerSheet) => boolean {
  return (sheet) => {
    const date = textAttribute(sheet.attributes, 'customDate')
    return date >= (fields.get('date_start') ?? '') && date <= (fields.get('date_end') ?? '9999-12-31')
  }
}

/** The balance of every customer in one campaign or of a coalition, paged by offset and limit where they are given. */
export async function balancesReport(call: Call): Promise<Answer> {
  const { fields } = call
  const units = await decodeUnits(call)
  const offset = findInteger(fields, 'offset') ?? 0
  const limit = findInteger(fields, 'limit', { min: 1 }) ?? Number.MAX_SAFE_INTEGER
  return { rows: rowsOf(encodePage(call.ctx, { offset, limit, units })) }
}

/** Whose balances add up: a campaign of items has a unit for each of them. */
async function decodeUnits(call: Call): Promise<[Unit, ...Unit[]]> {
  const { ctx } = call
  const coalition = call.fields.get('coalition_balance')?.toLowerCase()
  if (coalition === undefined) {
    const programme = await getNamedCampaign(call)
    const items = programme.kind === 'items' ? await listItems(ctx, programme.id) : []
    const [first, ...others] = await Promise.all(items.map(({ unitId }) => getUnit(ctx, unitId)))
    return first ? [first, ...others] : [await unitOf(ctx, programme)]
  }
  const kinds = { coalition_points: 'points', coalition_storedvalue: 'stored_value' } as const
  if (coalition !== 'coalition_points' && coalition !== 'coalition_storedvalue')
    return refuse('coalition_balance', 'must be coalition_points or coalition_storedvalue')
  return [(await findCoalitionUnit(call, kinds[coalition])) ?? refuse('coalition_balance', 'has no campaign')]
}

const batchSize = 500

async function* encodePage(
  ctx: Ctx,
  page: { offset: number; limit: number; units: [Unit, ...Unit[]] },
): AsyncGenerator<Element> {
  const { offset, limit, units } = page
  let position = 0
  let batch: CustomerSheet[] = []
  for await (const sheet of walkCustomers(ctx)) {
    if (position >= offset + limit) break
    if (position++ >= offset) batch.push(sheet)
    if (batch.length < batchSize) continue
    yield* await encodeBatch(ctx, batch, units)
    batch = []
  }
  yield* await encodeBatch(ctx, batch, units)
}

/** The balances of a batch come with one question a unit. */
async function encodeBatch(
  ctx: Ctx,
  sheets: readonly CustomerSheet[],
  units: readonly [Unit, ...Unit[]],
): Promise<Element[]> {
  const customerIds = sheets.map(({ id }) => id)
  const balances = await Promise.all(units.map(({ id }) => availableAfterCharges(ctx, { unitId: id, customerIds })))
  return sheets.map((sheet) => {
    const available = balances.reduce((sum, balance) => sum + (balance.get(sheet.id) ?? 0), 0)
    return element({
      first_name: sheet.firstName,
      last_name: sheet.lastName,
      customer_code: codeOf(sheet),
      card_number: sheet.cardNumber,
      balance: formatAmount(available, units[0]),
    })
  })
}
