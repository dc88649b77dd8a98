import type { Ctx } from '../../../platform/ctx.ts'
import {
  type CustomerFacts,
  evaluate,
  type FactsNeeded,
  factsNeeded,
  loadRuleBook,
  type Period,
  periodStart,
  type RuleBook,
} from '../../loyalty/index.ts'
import { basketsOf } from '../basket.ts'
import { onlyEarning } from '../effects.ts'
import { lastingFacts } from '../facts.ts'
import { type DraftRule, draftId, withDraft } from './draft.ts'
import { type PastSale, pastSales } from './past-sales.ts'
import { selectPastSaleCount } from './store.ts'
import { countGiven, newLimited, newTally, note, type Replayed, resultOf, usageAt } from './tally.ts'

export interface ReplayQuestion {
  readonly rule: DraftRule
  /** Sales of this time, the end not included. */
  readonly from: Date
  readonly to: Date
}

/** How many sales were looked at, of how many. Whoever wants no more of it throws. */
export type OnProgress = (looked: number, total: number) => Promise<void>

// A page of the largest shops' sales keeps the process from answering others for some twenty milliseconds.
const pageSize = 250

/**
 * What a rule would have paid, had it been active all that time: the same evaluation over the sales as they stand now (what was
 * taken back does not count), with the other rules of today beside it, limits counted from nothing, tiers and segments as
 * they are today. Changes nothing. Reads a page of sales at a time, and what is asked of their customers once a page.
 */
export async function replayRule(ctx: Ctx, question: ReplayQuestion, onProgress?: OnProgress): Promise<Replayed> {
  const book = withDraft(onlyEarning(await loadRuleBook(ctx)), question.rule)
  const needed = factsNeeded(book)
  const total = await selectPastSaleCount(ctx, question)
  const tally = newTally(question.rule.id ?? draftId)
  const limited = newLimited(needed.usage)
  const facts = newFacts()
  await onProgress?.(0, total)
  for (let after: PastSale | undefined; ; ) {
    const sales = await pastSales(ctx, { ...question, after, limit: pageSize }, needed)
    const baskets = await basketsOf(ctx, sales, needed, { benefits: false })
    await learn(ctx, facts, { sales, needed, book })
    for (const [index, sale] of sales.entries()) {
      const basket = baskets[index]
      const customer = facts.get(sale.customerId)
      if (!basket || !customer) continue
      const { customerId, occurredAt: now, isFirst: isFirstPurchase } = sale
      const startOf = (period: Period) => periodStart(period, now, ctx.tenant.timeZone)
      const usage = usageAt(limited, { customerId, startOf })
      const { decisions } = evaluate({
        book,
        basket,
        customer: { ...customer, isFirstPurchase },
        usage,
        codes: [],
        now,
      })
      countGiven(limited, customerId, decisions)
      note(tally, { customerId, dayOf: () => startOf('day'), decisions })
    }
    after = sales.at(-1)
    await onProgress?.(tally.purchases, Math.max(total, tally.purchases))
    if (sales.length < pageSize) return resultOf(tally)
  }
}

type Facts = Map<number, CustomerFacts>

// Customers come again and again; what is known of more of them than this is asked anew.
const mostKnown = 20_000

function newFacts(): Facts {
  return new Map()
}

async function learn(
  ctx: Ctx,
  facts: Facts,
  { sales, needed, book }: { sales: readonly PastSale[]; needed: FactsNeeded; book: RuleBook },
): Promise<void> {
  if (facts.size > mostKnown) facts.clear()
  const unknown = new Set(sales.map(({ customerId }) => customerId).filter((id) => !facts.has(id)))
  for (const [id, known] of await lastingFacts(ctx, [...unknown], needed, book.programme)) facts.set(id, known)
}
