import { type Ctx, transact } from '../../platform/ctx.ts'
import { assignCard, createCard, findCardByNumber, listCards, listCardTypes, putCardType, updateCard } from './cards.ts'

const mostCards = 100

/**
 * From now on the customer has the card with this number: a free one is handed out, an unknown number becomes a card. Cards that the
 * customer had before are blocked and belong to nobody. Refuses card.taken, card.blocked.
 */
export function giveCardNumber(ctx: Ctx, given: { customerId: number; number: string }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const { customerId, number } = given
    const card = await findCardByNumber(ctx, number)
    if (card?.customerId === customerId) return
    const before = await listCards(ctx, { customerId, state: 'active', offset: 0, limit: mostCards })
    for (const { id } of before.items) await updateCard(ctx, { id, state: 'blocked', customerId: null })
    if (card) await assignCard(ctx, { number, customerId })
    else await createCard(ctx, { cardTypeId: await cardTypeId(ctx), number, customerId })
  })
}

async function cardTypeId(ctx: Ctx): Promise<number> {
  const [type] = await listCardTypes(ctx)
  return (type ?? (await putCardType(ctx, { code: 'card', name: 'Card', prefix: '' }))).id
}
