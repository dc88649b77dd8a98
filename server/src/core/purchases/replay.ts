import type { Ctx } from '../../platform/ctx.ts'
import type { Minor } from '../../platform/money.ts'
import { displayName, getCustomers } from '../customers/index.ts'
import {
  type CustomerFacts,
  type EarningRule,
  evaluate,
  type FactsNeeded,
  factsNeeded,
  loadRuleBook,
  periodStart,
  pointsValue,
  type RuleBook,
  type RuleId,
  type Usage,
  type Used,
} from '../loyalty/index.ts'
import { basketsOf, type Sale } from './basket.ts'
import { onlyEarning } from './effects.ts'
import { loadFacts } from './facts.ts'
import { type PastSale, selectPastSaleCount, selectPastSales } from './replay-store.ts'

/** A rule as it may not be saved yet; with the id of an active one it takes its place. */
export type DraftRule = Pick<EarningRule, 'name' | 'unitId' | 'priority' | 'definition'> & { readonly id?: RuleId }

export interface ReplayQuestion {
  readonly rule: DraftRule
  /** Sales of this time, the end not included. */
  readonly from: Date
  readonly to: Date
  /** The share that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void
}

export interface Replay {
  /** Sales of known customers that were looked at. */
  readonly purchases: number
  /** Those the rule would have paid for. */
  readonly affected: number
  readonly customers: number
  /** What it would have paid, in its unit. */
  readonly amount: Minor
  /** What that pays for, in minor units of the tenant's currency; null where points pay for nothing. */
  readonly valueMinor: Minor | null
  /** On the tenant's calendar; months without anything are left out. */
  readonly byMonth: readonly { readonly month: string; readonly purchases: number; readonly amount: Minor }[]
  /** Who would have had most. */
  readonly top: readonly { readonly customerId: number; readonly name: string; readonly amount: Minor }[]
}

const pageSize = 500
const topCustomers = 10
/** No rule has this id: ids come from a sequence above it. */
const draftId = 0 as RuleId

/**
 * What a rule would have paid, had it been active all that time: the same evaluation over the sales as they stand now (what was
 * taken back does not count), with the other rules of today beside it, its limits counted from nothing, tiers and segments as
 * they are today. Changes nothing.
 */
export async function replayRule(ctx: Ctx, question: ReplayQuestion): Promise<Replay> {
  const book = withDraft(onlyEarning(await loadRuleBook(ctx)), question.rule)
  const id = question.rule.id ?? draftId
  const needed = factsNeeded(book)
  const total = await selectPastSaleCount(ctx, question)
  const tally = newTally()
  const known = new Map<number, CustomerFacts>()
  let after: PastSale | undefined
  for (;;) {
    const sales = await selectPastSales(ctx, { ...question, after, limit: pageSize })
    const baskets = await basketsOf(ctx, sales.map(saleOf), needed, { benefits: false })
    for (const [index, sale] of sales.entries()) {
      const basket = baskets[index]
      if (!basket) continue
      const customer = await factsOf(ctx, { sale, needed, book, known })
      const counters = countersOf(ctx, { sale, needed, tally })
      const outcome = evaluate({ book, basket, customer, usage: counters.usage, codes: [], now: sale.occurredAt })
      const decision = outcome.decisions.find((one) => one.subject === 'rule' && one.id === id)
      tally.purchases++
      if (!decision?.fired) continue
      counters.count(id, decision.amount)
      note(tally, { sale, amount: decision.amount, month: periodStart('month', sale.occurredAt, ctx.tenant.timeZone) })
    }
    question.onProgress?.(total === 0 ? 1 : Math.min(1, tally.purchases / total))
    after = sales.at(-1)
    if (sales.length < pageSize) return answer(ctx, { tally, book, unitId: question.rule.unitId })
  }
}

/** The active rules with the draft among them, valid at any time: a weekend to come has no sales yet. */
export function withDraft(book: RuleBook, draft: DraftRule): RuleBook {
  const id = draft.id ?? draftId
  const epoch = new Date(0)
  const rule: EarningRule = {
    ...draft,
    id,
    description: '',
    state: 'active',
    validFrom: null,
    validTo: null,
    createdAt: epoch,
    updatedAt: epoch,
  }
  const others = book.rules.filter((one) => one.id !== id)
  return { ...book, rules: [...others, rule].sort((a, b) => a.priority - b.priority || a.id - b.id) }
}

function saleOf(sale: PastSale): Sale {
  return { ...sale, earns: true }
}

interface Looking {
  readonly sale: PastSale
  readonly needed: FactsNeeded
  readonly book: RuleBook
  readonly known: Map<number, CustomerFacts>
}

/** Once a customer, but what changes from sale to sale. */
async function factsOf(ctx: Ctx, { sale, needed, book, known }: Looking): Promise<CustomerFacts> {
  const { customerId, occurredAt: at } = sale
  let facts = known.get(customerId)
  if (!facts) {
    facts = await loadFacts(ctx, { customerId, at }, { ...needed, firstPurchase: false }, book.programme)
    known.set(customerId, facts)
  }
  return { ...facts, isFirstPurchase: sale.isFirst }
}

interface Tally {
  purchases: number
  affected: number
  amount: Minor
  readonly byMonth: Map<string, { purchases: number; amount: Minor }>
  readonly byCustomer: Map<number, Minor>
  readonly counters: Map<string, Used>
}

function newTally(): Tally {
  return { purchases: 0, affected: 0, amount: 0, byMonth: new Map(), byCustomer: new Map(), counters: new Map() }
}

function note(tally: Tally, { sale, amount, month }: { sale: PastSale; amount: Minor; month: string }): void {
  tally.affected++
  tally.amount += amount
  const before = tally.byMonth.get(month) ?? { purchases: 0, amount: 0 }
  tally.byMonth.set(month, { purchases: before.purchases + 1, amount: before.amount + amount })
  tally.byCustomer.set(sale.customerId, (tally.byCustomer.get(sale.customerId) ?? 0) + amount)
}

/** The limits' counters as they would have stood at that sale. */
function countersOf(
  ctx: Ctx,
  { sale, needed, tally }: { sale: PastSale; needed: FactsNeeded; tally: Tally },
): { usage: Usage; count: (ruleId: number, amount: Minor) => void } {
  const keyOf = (id: number, customerId: number, period: Parameters<typeof periodStart>[0]) =>
    `${id}:${customerId}:${periodStart(period, sale.occurredAt, ctx.tenant.timeZone)}`
  const keys = needed.usage.map(({ id, customer, inAll }) => ({
    id,
    customer: customer && keyOf(id, sale.customerId, customer),
    inAll: inAll && keyOf(id, 0, inAll),
  }))
  const used = (side: 'customer' | 'inAll') =>
    new Map(
      keys.flatMap((key) => {
        const counter = tally.counters.get(key[side] ?? '')
        return counter ? [[key.id, counter] as const] : []
      }),
    )
  return {
    usage: { customer: used('customer'), inAll: used('inAll') },
    count: (ruleId, amount) => {
      const own = keys.find(({ id }) => id === ruleId)
      for (const key of [own?.customer, own?.inAll]) {
        if (key === undefined) continue
        const before = tally.counters.get(key) ?? { uses: 0, amount: 0 }
        tally.counters.set(key, { uses: before.uses + 1, amount: before.amount + amount })
      }
    },
  }
}

async function answer(
  ctx: Ctx,
  { tally, book, unitId }: { tally: Tally; book: RuleBook; unitId: number },
): Promise<Replay> {
  const { programme } = book
  const top = [...tally.byCustomer].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, topCustomers)
  const customers = await getCustomers(
    ctx,
    top.map(([id]) => id),
  )
  const names = new Map(customers.map((customer) => [customer.id as number, displayName(customer)]))
  const pays = programme?.unitId === unitId && programme.settings.pointsPerCurrencyUnitRedeemed !== undefined
  return {
    purchases: tally.purchases,
    affected: tally.affected,
    customers: tally.byCustomer.size,
    amount: tally.amount,
    valueMinor: pays && programme ? pointsValue(ctx, programme, tally.amount) : null,
    byMonth: [...tally.byMonth].sort().map(([day, sums]) => ({ month: day.slice(0, 7), ...sums })),
    top: top.map(([customerId, amount]) => ({ customerId, name: names.get(customerId) ?? '', amount })),
  }
}
