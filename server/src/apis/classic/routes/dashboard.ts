import { countCustomers } from '../../../core/customers/index.ts'
import {
  activityByDay,
  getCustomerSheets,
  latestPostings,
  mostActive,
  newCustomersIn,
  newestCustomers,
} from '../../../core/reports/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { localDay, nextDay, startOfDay } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { listActiveCampaigns } from '../campaigns.ts'
import { encodeCustomer } from '../customers.ts'
import { findInteger, isYes } from '../decode.ts'
import { type Answer, type Entries, element, list } from '../encode.ts'
import { encodePostings, knownFor } from '../postings.ts'

interface Wanted {
  readonly call: Call
  readonly ctx: Ctx
  readonly programmeIds: readonly number[]
}

type Block = (wanted: Wanted) => Promise<Entries>

/** Each block is shown where its field asks for it. */
const blocks: Readonly<Record<string, Block>> = {
  most_active: showMostActive,
  customer_count: async ({ ctx }) => ({
    customer_count: await countCustomers(ctx, { filters: { states: ['identified'] } }),
  }),
  total_customers_this_month: async ({ ctx }) => {
    const spans = monthsOf(ctx)
    return { total_customers_this_month: encodeMonths(await newCustomersIn(ctx, spans)) }
  },
  total_transactions_this_month: async ({ ctx, programmeIds }) => {
    const counts = monthsOf(ctx).map(async ({ from, to }) => {
      const days = await activityByDay(ctx, { programmeIds, from, to })
      return days.reduce((sum, { count }) => sum + count, 0)
    })
    return { total_transactions_this_month: encodeMonths(await Promise.all(counts)) }
  },
  active_campaigns_count: async ({ programmeIds }) => ({ active_campaigns_count: programmeIds.length }),
  campaigns_per_day_activity: showActivity,
  last_X_transactions: async ({ ctx, call, programmeIds }) => {
    const limit = findInteger(call.fields, 'last_X_transactions', { min: 1, max: 1000 }) ?? 10
    const postings = await latestPostings(ctx, { programmeIds, limit })
    return { last_transactions: list('transaction', await encodePostings(ctx, postings, await knownFor(ctx))) }
  },
  last_X_customers: async ({ ctx, call }) => {
    const limit = findInteger(call.fields, 'last_X_customers', { min: 1, max: 1000 }) ?? 10
    const sheets = await newestCustomers(ctx, limit)
    return {
      last_customers: list(
        'customer',
        sheets.map((sheet) => encodeCustomer(sheet)),
      ),
    }
  },
}

const counted = ['most_active', 'campaigns_per_day_activity', 'last_X_transactions', 'last_X_customers']

/** Figures of the shop, of the campaigns that the user may see. */
export async function showDashboard(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programmeIds = (await listActiveCampaigns(call)).map(({ id }) => id)
  const shown: Entries[] = []
  for (const [name, block] of Object.entries(blocks)) {
    const value = fields.get(name)
    if (value === undefined || !(counted.includes(name) || isYes(value))) continue
    shown.push(await block({ call, ctx, programmeIds }))
  }
  return { head: { dashboard: element(Object.assign({}, ...shown)) } }
}

async function showMostActive({ ctx, call, programmeIds }: Wanted): Promise<Entries> {
  const limit = findInteger(call.fields, 'most_active', { min: 1, max: 1000 }) ?? 10
  const found = await mostActive(ctx, { programmeIds, limit })
  const sheets = await getCustomerSheets(
    ctx,
    found.map(({ customerId }) => customerId),
  )
  const customers = sheets.map((sheet) => {
    const count = found.find(({ customerId }) => customerId === sheet.id)?.count ?? 0
    return encodeCustomer(sheet, { more: { transactions_count: count } })
  })
  return { most_active: list('customer', customers) }
}

async function showActivity({ ctx, call, programmeIds }: Wanted): Promise<Entries> {
  const { timeZone } = ctx.tenant
  const days = findInteger(call.fields, 'campaigns_per_day_activity', { min: 1, max: 366 }) ?? 7
  const today = localDay(ctx.clock.now(), timeZone)
  const from = startOfDay(nextDay(today, 1 - days), timeZone)
  const rows = await activityByDay(ctx, { programmeIds, from })
  const shown = rows.map(({ programmeId, day, count }) =>
    element({ campaign_id: programmeId, date: day, transactions_count: count }),
  )
  return { campaigns_per_day_activity: list('activity', shown) }
}

interface Span {
  readonly from: Date
  readonly to: Date
}

/** This month so far, all of last month, and as much of last month as has passed of this one. */
function monthsOf(ctx: Ctx): Span[] {
  const { timeZone } = ctx.tenant
  const now = ctx.clock.now()
  const today = localDay(now, timeZone)
  const first = `${today.slice(0, 8)}01`
  const firstBefore = `${nextDay(first, -1).slice(0, 8)}01`
  const [from, before] = [startOfDay(first, timeZone), startOfDay(firstBefore, timeZone)]
  const stretch = before.getTime() + (now.getTime() - from.getTime())
  return [
    { from, to: new Date(now.getTime() + 1) },
    { from: before, to: from },
    { from: before, to: new Date(Math.min(stretch + 1, from.getTime())) },
  ]
}

function encodeMonths([current = 0, last = 0, stretch = 0]: readonly number[]) {
  return element({ this_month: current, last_month: last, last_month_to_date: stretch })
}
