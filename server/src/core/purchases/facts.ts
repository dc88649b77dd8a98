import type { Ctx } from '../../platform/ctx.ts'
import { segmentsAmong } from '../audience/index.ts'
import { getCustomers } from '../customers/index.ts'
import { availableOf } from '../ledger/index.ts'
import { type CustomerFacts, type FactsNeeded, type RuleBook, tiersOf } from '../loyalty/index.ts'
import { selectHasBought } from './basis-store.ts'

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
  const facts = await lastingFacts(ctx, [customerId], needed, programme)
  return {
    ...(facts.get(customerId) ?? nothingKnown(customerId)),
    isFirstPurchase: needed.firstPurchase ? !(await selectHasBought(ctx, of)) : false,
  }
}

/** Of many customers at once what does not depend on a purchase: everything but whether one is their first. */
export async function lastingFacts(
  ctx: Ctx,
  customerIds: readonly number[],
  needed: FactsNeeded,
  programme: RuleBook['programme'],
): Promise<ReadonlyMap<number, CustomerFacts>> {
  const { segmentIds } = needed
  const customers = needed.birthday ? await getCustomers(ctx, customerIds) : []
  const birthdays = new Map(customers.map(({ id, birthday }) => [id as number, birthday]))
  const segments = segmentIds.length > 0 ? await segmentsAmong(ctx, { customerIds, segmentIds }) : undefined
  const points =
    needed.points && programme ? await availableOf(ctx, { unitId: programme.unitId, customerIds }) : undefined
  const tiers = needed.tier ? await tiersOf(ctx, customerIds) : undefined
  return new Map(
    customerIds.map((id): [number, CustomerFacts] => {
      const empty = nothingKnown(id)
      return [
        id,
        {
          ...empty,
          birthday: birthdays.get(id) ?? null,
          tierId: tiers?.get(id)?.id ?? null,
          segmentIds: segments?.get(id) ?? empty.segmentIds,
          pointsAvailable: points?.get(id) ?? 0,
        },
      ]
    }),
  )
}

const noSegments: ReadonlySet<number> = new Set()

function nothingKnown(customerId: number): CustomerFacts {
  return {
    customerId,
    birthday: null,
    tierId: null,
    segmentIds: noSegments,
    isFirstPurchase: false,
    pointsAvailable: 0,
  }
}
