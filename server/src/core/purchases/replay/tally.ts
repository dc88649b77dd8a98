import type { Minor } from '../../../platform/money.ts'
import type { Decision, Period, Usage, UsageNeeded, Used } from '../../loyalty/index.ts'

/** What a rule would have paid, in its unit. */
export interface Replayed {
  /** Sales of known customers that were looked at. */
  readonly purchases: number
  /** Those the rule would have paid for. */
  readonly affected: number
  readonly customers: number
  readonly amount: Minor
  /** On the tenant's calendar, YYYY-MM; months without anything are left out. */
  readonly byMonth: readonly { readonly month: string; readonly purchases: number; readonly amount: Minor }[]
  /** Who would have had most. */
  readonly top: readonly { readonly customerId: number; readonly amount: Minor }[]
}

/** What has been found so far. It grows with the customers that were paid, not with the sales. */
export interface Tally {
  readonly ruleId: number
  purchases: number
  affected: number
  amount: Minor
  readonly byMonth: Map<string, { purchases: number; amount: Minor }>
  readonly byCustomer: Map<number, Minor>
}

export function newTally(ruleId: number): Tally {
  return { ruleId, purchases: 0, affected: 0, amount: 0, byMonth: new Map(), byCustomer: new Map() }
}

/** `dayOf` is the sale's day on the tenant's calendar. */
export function note(
  tally: Tally,
  { customerId, dayOf, decisions }: { customerId: number; dayOf: () => string; decisions: readonly Decision[] },
): void {
  tally.purchases++
  const own = decisions.find(({ subject, id }) => subject === 'rule' && id === tally.ruleId)
  if (!own?.fired) return
  tally.affected++
  tally.amount += own.amount
  const month = dayOf().slice(0, 7)
  const before = tally.byMonth.get(month) ?? { purchases: 0, amount: 0 }
  tally.byMonth.set(month, { purchases: before.purchases + 1, amount: before.amount + own.amount })
  tally.byCustomer.set(customerId, (tally.byCustomer.get(customerId) ?? 0) + own.amount)
}

const topCustomers = 10

export function resultOf({ purchases, affected, amount, byMonth, byCustomer }: Tally): Replayed {
  const top = [...byCustomer].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, topCustomers)
  return {
    purchases,
    affected,
    customers: byCustomer.size,
    amount,
    byMonth: [...byMonth].sort(([a], [b]) => (a < b ? -1 : 1)).map(([month, sums]) => ({ month, ...sums })),
    top: top.map(([customerId, amount]) => ({ customerId, amount })),
  }
}

/** The counters of one limit in the period that is being looked at. */
interface Counters {
  readonly id: number
  readonly side: keyof Usage
  readonly period: Period
  /** The first day of the period. */
  start: string
  used: Map<number, Used>
}

/** The limits' counters as they would have stood at each sale, of every rule that has limits. */
export interface Limited {
  readonly counters: readonly Counters[]
}

const all = 0

export function newLimited(needed: readonly UsageNeeded[]): Limited {
  const counters = needed.flatMap(({ id, customer, inAll }): Counters[] => [
    ...(customer ? [{ id, side: 'customer' as const, period: customer, start: '', used: new Map() }] : []),
    ...(inAll ? [{ id, side: 'inAll' as const, period: inAll, start: '', used: new Map() }] : []),
  ])
  return { counters }
}

/** Sales come in the order of their time: with a new period the counters of the one before are forgotten. */
export function usageAt(limited: Limited, sale: { customerId: number; startOf: (period: Period) => string }): Usage {
  const usage = { customer: new Map<number, Used>(), inAll: new Map<number, Used>() }
  for (const counters of limited.counters) {
    const start = sale.startOf(counters.period)
    if (start !== counters.start) {
      counters.start = start
      counters.used = new Map()
    }
    const used = counters.used.get(counters.side === 'inAll' ? all : sale.customerId)
    if (used) usage[counters.side].set(counters.id, used)
  }
  return usage
}

/** Counts what the rules gave for the sale that `usageAt` was asked for last. */
export function countGiven(limited: Limited, customerId: number, decisions: readonly Decision[]): void {
  for (const { id, side, used } of limited.counters) {
    const given = decisions.find((decision) => decision.fired && decision.subject === 'rule' && decision.id === id)
    if (!given) continue
    const key = side === 'inAll' ? all : customerId
    const before = used.get(key) ?? { uses: 0, amount: 0 }
    used.set(key, { uses: before.uses + 1, amount: before.amount + given.amount })
  }
}
