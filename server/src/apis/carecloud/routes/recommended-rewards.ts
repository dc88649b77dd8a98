import { offersFor, type RewardOffer } from '../../../core/purchases/index.ts'
import { billSpace, readBill, readCheckout } from '../bill.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, listOf, type Row } from '../encode.ts'
import { presentationOf, relationsOf } from '../reward.ts'

/** What the person at the till could propose to the customer for this basket. Changes nothing. */
export function recommendedRewardRoutes(routes: Routes): void {
  routes.post('/purchases/actions/recommended-best-rewards', 'both', recommendedRewards)
}

/** F: all that are asked for by a code; C: of those, the ones about products in the basket; A: also those that come by themselves. */
const listTypes = ['F', 'C', 'A'] as const

async function recommendedRewards(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const checkout = await readCheckout(call)
  const listType = body.needChoice('reward_list_type', listTypes)
  // As a sale that earns and is given everything.
  const bill = await readBill(ctx, body.needObject('bill'), 'A')
  body.done()
  const report = {
    ...checkout,
    ...bill,
    space: billSpace,
    source: 'till',
    confirmed: true,
    onKnownNumber: 'refuse',
  } as const
  const wanted = (await offersFor(ctx, report)).filter(
    (offer) =>
      listType === 'A' || (offer.reward.usage !== 'automatic' && (listType === 'F' || isAboutTheBasket(offer))),
  )
  return listOf('recommended_best_rewards', wanted.map(offerRow), wanted.length)
}

function isAboutTheBasket({ reward, times }: RewardOffer): boolean {
  const { condition, bonus } = relationsOf(reward)
  return times > 0 && condition.length + bonus.length > 0
}

function offerRow({ reward, code, times }: RewardOffer): Row {
  const shown = presentationOf(reward)
  const hours = reward.definition.conditions.find((one) => one.kind === 'time')
  return {
    code,
    name: reward.name,
    reward_priority: Math.min(reward.priority, 9),
    max_count: times,
    description: shown.note ?? shown.subtitle ?? '',
    reward_properties: {
      image: null,
      valid_time_from: hours ? `${hours.from}:00` : null,
      valid_time_to: hours ? `${hours.to}:00` : null,
    },
  }
}
