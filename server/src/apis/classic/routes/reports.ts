import {
  type CustomerSheet,
  feedEnds,
  isLater,
  placeInFeed,
  walkChangedCustomers,
  walkCustomers,
} from '../../../core/reports/index.ts'
import { startOfDay } from '../../http/times.ts'
import { readId } from '../../http/values.ts'
import type { Call } from '../auth.ts'
import { codeOf, phoneOf } from '../customers.ts'
import { type Fields, findDay, findInteger, listTexts, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { textAttribute } from '../vocabulary.ts'

const reports: Readonly<Record<string, (call: Call) => Promise<Answer>>> = { customers_all: customersAll }

export function report(call: Call): Promise<Answer> {
  const name = requireText(call.fields, 'report')
  const run = Object.hasOwn(reports, name) ? reports[name] : undefined
  return run ? run(call) : refuse('report', 'is not known')
}

/**
 * Every customer; or with campaigns those who had a transaction there, within the dates if there are any; or with `last`
 * those who are new or changed since. Dates without a campaign have no effect. The answer ends with the number to send as
 * `last` the next time.
 */
async function customersAll({ ctx, fields }: Call): Promise<Answer> {
  const last = findInteger(fields, 'last')
  if (last !== undefined && fields.has('selected_campaigns')) {
    return refuse('last', 'must not be used together with selected_campaigns')
  }
  // Taken before the first row is read: what changes in between is told again next time, never lost.
  const { known, settled } = await feedEnds(ctx)
  if (last === undefined) {
    const sheets = walkCustomers(ctx, { activeIn: decodeActivity(ctx.tenant.timeZone, fields) })
    return encodeReport(sheets, settled.id)
  }
  const after = await placeInFeed(ctx, last)
  // A number from ahead of what is settled is given back as it came.
  const next = isLater(settled, after) ? settled.id : last
  return encodeReport(walkChangedCustomers(ctx, { after, until: known }), next)
}

function encodeReport(sheets: AsyncIterable<CustomerSheet>, last: number): Answer {
  return {
    rows: { singular: 'customer', plural: 'customers', wrapped: false, items: encodeSheets(sheets) },
    tail: () => ({ last }),
  }
}

/** Campaigns that are not this shop's match nobody. Either date may be left out; both days are part of the range. */
function decodeActivity(timeZone: string, fields: Fields) {
  const campaigns = listTexts(fields, 'selected_campaigns')
  if (campaigns.length === 0) return undefined
  const [start, end] = [findDay(fields, 'date_start'), findDay(fields, 'date_end')]
  return {
    programmeIds: campaigns.flatMap((campaign) => readId(campaign) ?? []),
    ...(start ? { from: startOfDay(start, timeZone) } : {}),
    ...(end ? { to: startOfDay(end, timeZone, 1) } : {}),
  }
}

async function* encodeSheets(sheets: AsyncIterable<CustomerSheet>): AsyncGenerator<Element> {
  for await (const sheet of sheets) yield encodeSheet(sheet)
}

/** A report has its own words for what the other calls name street1, postal_code, custom_field and code. */
function encodeSheet(sheet: CustomerSheet): Element {
  return element({
    first_name: sheet.firstName,
    last_name: sheet.lastName,
    phone: phoneOf(sheet),
    email: sheet.email,
    address1: sheet.line1,
    address2: sheet.line2,
    city: sheet.city,
    state: sheet.region,
    zip: sheet.postalCode,
    country: sheet.country,
    custom1: textAttribute(sheet.attributes, 'customField'),
    custom_date: textAttribute(sheet.attributes, 'customDate'),
    customer_username: sheet.login,
    customer_code: codeOf(sheet),
    card_number: sheet.cardNumber,
  })
}
