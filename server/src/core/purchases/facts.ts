import type { Ctx } from '../../platform/ctx.ts'
import { segmentsOf } from '../audience/index.ts'
import { findCustomerById } from '../customers/index.ts'
import { availableOf } from '../ledger/index.ts'
import { type CustomerFacts, type FactsNeeded, type RuleBook, tierOf } from '../loyalty/index.ts'
import { selectHasBought } from './store.ts'

/** What is asked about a customer, for a purchase at a moment. */
export interface FactsOf {
  readonly customerId: number
  /** The purchase itself, where it is written already: it is not the one before it. */
  readonly purchaseId?: number
  readonly at: Date
}

/** Loads what the rules ask for and nothing else; what they do not ask for is left empty. */
export async function loadFacts(
  ctx: Ctx,
  of: FactsOf,
  needed: FactsNeeded,
  programme: RuleBook['programme'],
): Promise<CustomerFacts> {
  const { customerId } = of
  const customer = needed.birthday ? await findCustomerById(ctx, customerId) : undefined
  const segments = needed.segmentIds.length > 0 ? await segmentsOf(ctx, customerId as never) : [] // an id of a customer
  const points =
    needed.points && programme
      ? await availableOf(ctx, { unitId: programme.unitId, customerIds: [customerId] })
      : new Map<number, number>()
  return {
    customerId,
    birthday: customer?.birthday ?? null,
    tierId: needed.tier ? ((await tierOf(ctx, customerId)).tier?.id ?? null) : null,
    segmentIds: new Set(segments.map((segment) => segment.id)),
    isFirstPurchase: needed.firstPurchase ? !(await selectHasBought(ctx, of)) : false,
    pointsAvailable: points.get(customerId) ?? 0,
  }
}
