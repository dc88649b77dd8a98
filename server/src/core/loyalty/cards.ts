import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { addIdentity, findCustomerById, lockLiving, removeIdentity } from '../customers/index.ts'
import { refusingTakenNumber } from './service.ts'
import {
  type CardQuery,
  insertCard,
  moveCards,
  restoreCards,
  selectCard,
  selectCards,
  selectCardTypes,
  selectFreeCard,
  updateCardRow,
  upsertCardType,
} from './store.ts'
import type { Card, CardType } from './types.ts'

export function listCardTypes(ctx: Ctx): Promise<CardType[]> {
  return selectCardTypes(ctx)
}

/** Refuses card_type.not_found. */
export async function getCardType(ctx: Ctx, id: number): Promise<CardType> {
  const type = (await selectCardTypes(ctx)).find((candidate) => candidate.id === id)
  if (!type) throw new DomainError('card_type.not_found', { cardTypeId: id })
  return type
}

/** Adds a card type or renames the one with this code. */
export function putCardType(ctx: Ctx, type: Omit<CardType, 'id'>): Promise<CardType> {
  return upsertCardType(ctx, type)
}

/** By id; `total` counts all that match. */
export function listCards(ctx: Ctx, query: CardQuery): Promise<{ items: Card[]; total: number }> {
  return selectCards(ctx, query)
}

export function findCardByNumber(ctx: Ctx, number: string): Promise<Card | undefined> {
  return selectCard(ctx, { number })
}

/** Refuses card.not_found. */
export async function getCard(ctx: Ctx, id: number): Promise<Card> {
  const card = await selectCard(ctx, { id })
  if (!card) throw new DomainError('card.not_found', { cardId: id })
  return card
}

export interface NewCard {
  readonly cardTypeId: number
  readonly number: string
  readonly customerId?: number
  readonly storeId?: number
  readonly state?: Card['state']
  readonly validFrom?: Date
  readonly validTo?: Date
  readonly data?: Readonly<Record<string, unknown>>
}

/** Refuses card_type.not_found, card.number_taken, card.taken. */
export function createCard(ctx: Ctx, card: NewCard): Promise<Card> {
  return transact(ctx, async (ctx) => {
    const type = await getCardType(ctx, card.cardTypeId)
    const row = {
      cardTypeId: type.id,
      number: card.number,
      customerId: card.customerId ?? null,
      storeId: card.storeId ?? null,
      state: card.state ?? ('active' as const),
      validFrom: card.validFrom ?? null,
      validTo: card.validTo ?? null,
      data: card.data ?? {},
    }
    const created = await refusingTakenNumber(card.number, () => insertCard(ctx, row))
    if (created.customerId !== null) await leadToOwner(ctx, created.number, created.customerId)
    await emitCard(ctx, created, 'created')
    return created
  })
}

/** Replaces what is given. Refuses card.not_found, card_type.not_found, card.number_taken, card.taken. */
export function updateCard(ctx: Ctx, change: Partial<Omit<Card, 'id' | 'updatedAt'>> & { id: number }): Promise<Card> {
  return transact(ctx, async (ctx) => {
    const card = await selectCard(ctx, { id: change.id }, true)
    if (!card) throw new DomainError('card.not_found', { cardId: change.id })
    if (change.cardTypeId !== undefined) await getCardType(ctx, change.cardTypeId)
    const updated = await refusingTakenNumber(change.number ?? card.number, () =>
      updateCardRow(ctx, { ...card, ...change, id: card.id }),
    )
    if (updated.number !== card.number || updated.customerId !== card.customerId) {
      await forgetOwner(ctx, card)
      if (updated.customerId !== null) await leadToOwner(ctx, updated.number, updated.customerId)
    }
    await emitCard(ctx, updated, 'updated')
    return updated
  })
}

/**
 * Gives a free card to a customer. The same customer again changes nothing. Refuses card.not_found, card.blocked, card.taken.
 */
export function assignCard(ctx: Ctx, assignment: { number: string; customerId: number }): Promise<Card> {
  return transact(ctx, async (ctx) => {
    const card = await selectCard(ctx, { number: assignment.number }, true)
    if (!card) throw new DomainError('card.not_found', { number: assignment.number })
    if (card.customerId === assignment.customerId) return card
    if (card.customerId !== null) throw new DomainError('card.taken', { number: assignment.number })
    if (card.state === 'blocked') throw new DomainError('card.blocked', { number: assignment.number })
    return give(ctx, card, assignment.customerId)
  })
}

/**
 * Gives a free card of a type, any or the one with this number. A customer has one of a type, however many ask at the same
 * time: who has one keeps it, and is refused another. Refuses card_type.not_found, customer.not_found, customer.erased,
 * card.none_free, and for a number card.not_found, card.blocked, card.taken (also when the customer has another one).
 */
export function assignFreeCard(
  ctx: Ctx,
  given: { cardTypeId: number; customerId: number; number?: string },
): Promise<Card> {
  return transact(ctx, async (ctx) => {
    const { number } = given
    const { id: cardTypeId } = await getCardType(ctx, given.cardTypeId)
    const customerId = await lockLiving(ctx, given.customerId)
    const own = (await selectCards(ctx, { cardTypeId, customerId, state: 'active', offset: 0, limit: 1 })).items[0]
    if (own && number !== undefined && own.number !== number) throw new DomainError('card.taken', { number })
    if (own) return own
    const card =
      number === undefined ? await selectFreeCard(ctx, cardTypeId) : await lockFreeCard(ctx, { number, cardTypeId })
    if (!card) throw new DomainError('card.none_free', { cardTypeId })
    return give(ctx, card, customerId)
  })
}

async function lockFreeCard(ctx: Ctx, { number, cardTypeId }: { number: string; cardTypeId: number }): Promise<Card> {
  const card = await selectCard(ctx, { number }, true)
  if (card?.cardTypeId !== cardTypeId) throw new DomainError('card.not_found', { number })
  if (card.customerId !== null) throw new DomainError('card.taken', { number })
  if (card.state === 'blocked') throw new DomainError('card.blocked', { number })
  return card
}

async function give(ctx: Ctx, card: Card, customerId: number): Promise<Card> {
  const given = await updateCardRow(ctx, { ...card, customerId })
  await leadToOwner(ctx, card.number, customerId)
  await emitCard(ctx, given, 'assigned')
  return given
}

/** From now on the number leads to the customer as their e-mail does. Refuses card.taken when it leads to somebody else. */
async function leadToOwner(ctx: Ctx, number: string, customerId: number): Promise<void> {
  try {
    await addIdentity(ctx, { customerId, claim: { kind: 'card', value: number, verified: true } })
  } catch (cause) {
    if (!(cause instanceof DomainError) || cause.code !== 'identity.taken') throw cause
    throw new DomainError('card.taken', { number }, { cause })
  }
}

async function forgetOwner(ctx: Ctx, { number, customerId }: Card): Promise<void> {
  const owner = customerId === null ? undefined : await findCustomerById(ctx, customerId)
  const identity = owner?.identities.find((one) => one.kind === 'card' && one.display === number)
  if (owner && identity) await removeIdentity(ctx, { customerId: owner.id, identityId: identity.id })
}

function emitCard(ctx: Ctx, card: Card, operation: string): Promise<void> {
  return emitChanges(ctx, [
    {
      entity: 'card',
      entityId: card.id,
      customerId: card.customerId,
      operation,
      data: { cardTypeId: card.cardTypeId },
    },
  ])
}

/** For a merge: the cards go to the survivor. Answers their ids, for `restoreCardsOf`. */
export function moveCardsOf(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return moveCards(ctx, move)
}

export function restoreCardsOf(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return restoreCards(ctx, move)
}
