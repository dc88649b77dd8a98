import {
  type CustomerSheet,
  feedEnds,
  isLater,
  placeInFeed,
  walkChangedCustomers,
  walkCustomers,
} from '../../../core/reports/index.ts'
import type { Call } from '../auth.ts'
import { findInteger, listTexts, refuse, requireText } from '../decode.ts'
import type { Answer, Element } from '../encode.ts'
import { decodeProgrammeIds, decodeRange, encodeSheet } from '../report.ts'
import { balancesReport, selections } from './customer-reports.ts'
import { auditTotals, coalitionTotals, transactionsReport } from './transaction-reports.ts'

const reports: Readonly<Record<string, (call: Call) => Promise<Answer>>> = {
  customers_all: customersAll,
  ...selections,
  customers_balances: balancesReport,
  transactions_all: (call) => transactionsReport(call, { onlySpending: false }),
  transactions_redeemed: (call) => transactionsReport(call, { onlySpending: true }),
  audit_totals: auditTotals,
  coalition_points: (call) => coalitionTotals(call, 'points'),
  coalition_stored_value: (call) => coalitionTotals(call, 'stored_value'),
}

export async function report(call: Call): Promise<Answer> {
  const name = requireText(call.fields, 'report')
  const run = Object.hasOwn(reports, name) ? reports[name] : undefined
  return run ? run(call) : refuse('report', 'is not known')
}

/**
 * Every customer; or with campaigns those who had a transaction there, within the dates if there are any; or with `last`
 * those who are new or changed since. Dates without a campaign have no effect. The answer ends with the number to send as
 * `last` the next time.
 */
async function customersAll(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const last = findInteger(fields, 'last')
  const selected = listTexts(fields, 'selected_campaigns').length > 0
  if (last !== undefined && selected) return refuse('last', 'must not be used together with selected_campaigns')
  // Taken before the first row is read: what changes in between is told again next time, never lost.
  const [{ known, settled }, after] = await Promise.all([
    feedEnds(ctx),
    last === undefined ? undefined : placeInFeed(ctx, last),
  ])
  if (last === undefined || !after) {
    const activeIn = selected
      ? { programmeIds: await decodeProgrammeIds(call), ...decodeRange(ctx.tenant.timeZone, fields) }
      : undefined
    return encodeReport(walkCustomers(ctx, { activeIn }), settled.id)
  }
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

async function* encodeSheets(sheets: AsyncIterable<CustomerSheet>): AsyncGenerator<Element> {
  for await (const sheet of sheets) yield encodeSheet(sheet)
}
