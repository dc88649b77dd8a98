import {
  assignCard,
  assignFreeCard,
  type Card,
  type CardType,
  createCard,
  findCardByNumber,
  listCards,
  listCardTypes,
  putCardType,
  updateCard,
} from '../../../core/loyalty/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { fileUrl } from '../../http/files.ts'
import { readBatch } from '../batch.ts'
import type { Call, Routes } from '../call.ts'
import { contains, created, idOf, idOrNull, listOf, noContent, ok, pageOf, timeOf, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerFilter, customerInBody, customerInPath, findReachable, isApp } from '../people.ts'
import { storeOf } from './stores.ts'

export function cardRoutes(routes: Routes): void {
  cardTypeRoutes(routes)

  routes.get('/cards', 'both', (call) => listPage(call))
  routes.get('/customers/:customer_id/cards', 'both', async (call) =>
    listPage(call, { customerId: (await customerInPath(call)).id }),
  )

  routes.post('/cards', 'enterprise', async (call) => {
    const input = await readCard(call)
    const card = await transact(call.ctx, (ctx) => addCard(ctx, input))
    return created({ card_id: idOf(call.ctx, 'card', card.id) })
  })

  routes.get('/cards/:card_id', 'both', async (call) => ok(cardRow(call.ctx, await cardInPath(call))))

  routes.put('/cards/:card_id', 'both', async (call) => {
    const card = await cardInPath(call)
    await putCard(call, card)
    return noContent
  })

  routes.post('/cards/actions/assign-free-card', 'both', async (call) => {
    const cardTypeId = call.body.needId('card_type_id', 'cardType')
    const number = call.body.text('card_number', { max: 100 })
    const customerId = await customerInBody(call)
    const card = await assign(call.ctx, { cardTypeId, number, customerId })
    return ok({ card_id: idOf(call.ctx, 'card', card.id) })
  })

  routes.post('/cards/actions/validate-free-card', 'both', async ({ ctx, body }) => {
    const number = body.needText('card_number', { max: 100 })
    body.done()
    const card = await findCardByNumber(ctx, number)
    return ok({ is_free_to_use: card !== undefined && card.customerId === null && card.state === 'active' })
  })

  routes.post('/cards/actions/generate-digital-card-file', 'both', async (call) => {
    const { ctx, body, publicUrl } = call
    const id = body.needId('card_id', 'card')
    // A wallet's pass must be signed with a certificate of the shop's, which there is none of.
    const type = body.needChoice('file_type', ['png', 'qr-png', 'wallet'])
    if (type === 'wallet') body.refuse('file_type', 'not_allowed_value')
    const card = id === 0 ? undefined : (await listCards(ctx, { ids: [id], offset: 0, limit: 1 })).items[0]
    const hidden = isApp(call) && card?.customerId !== call.session.customerId
    if (id !== 0 && (!card || hidden)) body.refuse('card_id', 'not_found')
    body.done()
    const ending = type === 'png' ? '.png' : '.qr.png'
    return ok({ file_url: fileUrl(ctx, { publicUrl, kind: 'card', id, ending }) })
  })

  routes.post('/cards/batch', 'enterprise', async (call) => {
    const { mode, rows } = await readBatch(call.body, 'cards', (fields) => readCardFields(call, fields))
    if (mode === 1) await transact(call.ctx, async (ctx) => void (await eachInTurn(rows, (card) => addCard(ctx, card))))
    // Each for itself: a number that is taken leaves the others alone.
    else await eachInTurn(rows, (card) => transact(call.ctx, (ctx) => addCard(ctx, card)).catch(leftOut))
    return noContent
  })
}

function cardTypeRoutes(routes: Routes): void {
  routes.get('/card-types', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('cardTypes'))
    const [name, textIds] = [query.text('name'), query.list('text_id')]
    query.done()
    const rows = (await listCardTypes(ctx))
      .filter((type) => contains(type.name, name) && (textIds === undefined || textIds.includes(type.code)))
      .map((type) => cardTypeRow(ctx, type))
    return pageOf('card_types', rows, page)
  })

  routes.post('/card-types', 'enterprise', async ({ ctx, body }) => {
    const input = body.needObject('card_type')
    const type = {
      name: input.needText('name', { max: 200 }),
      prefix: input.needText('prefix', { max: 20 }),
      code: input.text('text_id', { max: 100 }) ?? '',
    }
    body.done()
    const code = type.code || type.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_')
    if ((await listCardTypes(ctx)).some((known) => known.code === code)) {
      throw invalidParam('name', 'already_exists', type.name)
    }
    return created({ card_type_id: idOf(ctx, 'cardType', (await putCardType(ctx, { ...type, code })).id) })
  })

  routes.get('/card-types/:card_type_id', 'both', async (call) => ok(cardTypeRow(call.ctx, await cardTypeInPath(call))))

  routes.put('/card-types/:card_type_id', 'enterprise', async (call) => {
    const type = await cardTypeInPath(call)
    const input = call.body.needObject('card_type')
    const next = { name: input.needText('name', { max: 200 }), prefix: input.needText('prefix', { max: 20 }) }
    call.body.done()
    await putCardType(call.ctx, { code: type.code, ...next })
    return noContent
  })

  routes.get('/card-types/:card_type_id/cards', 'both', async (call) =>
    listPage(call, { cardTypeId: (await cardTypeInPath(call)).id }),
  )
}

async function cardTypeInPath(call: Call): Promise<CardType> {
  const id = call.pathId('card_type_id', 'cardType')
  const type = (await listCardTypes(call.ctx)).find((candidate) => candidate.id === id)
  if (!type) throw notFound('card-types', call.params.card_type_id ?? '')
  return type
}

function cardTypeRow(ctx: Ctx, type: CardType) {
  return { card_type_id: idOf(ctx, 'cardType', type.id), text_id: type.code, name: type.name, prefix: type.prefix }
}

const cardFields = {
  card_id: 'id',
  customer_id: 'customerId',
  card_type_id: 'cardTypeId',
  secondary_card_number: 'secondaryNumber',
  store_id: 'storeId',
  state: 'state',
  card_number: 'number',
  valid_from: 'validFrom',
  valid_to: 'validTo',
  last_change: 'updatedAt',
} as const

async function listPage(call: Call, within: { customerId?: number; cardTypeId?: number } = {}) {
  const { ctx, query } = call
  const page = query.page(fieldsOf('cards'))
  const customerId = within.customerId ?? (await customerFilter(call))
  const cardTypeId = within.cardTypeId ?? query.id('card_type_id', 'cardType')
  const state = query.choice('state', ['0', '1'])
  const isValid = query.boolean('is_valid')
  const secondary = query.boolean('search_secondary_card_number') ?? false
  const numbers = [...(query.list('card_number_list') ?? []), ...(query.list('card_number') ?? [])]
  query.done()
  const wanted = numbers.length > 0 ? numbers : undefined
  const { items, total } = await listCards(ctx, {
    customerId,
    cardTypeId,
    ...(secondary ? { secondaryNumbers: wanted } : { numbers: wanted }),
    ...(state === undefined ? {} : { state: state === '1' ? 'active' : 'blocked' }),
    ...(isValid === undefined ? {} : { validity: { at: ctx.clock.now(), valid: isValid } }),
    orderBy: cardFields[page.sortField as keyof typeof cardFields] ?? 'id', // of the fields that query.page lets through, those that sort
    descending: page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  return listOf(
    'cards',
    items.map((card) => cardRow(ctx, card)),
    total,
  )
}

/** The card in the path. An app sees its own customer's cards and the free ones, which it may assign. */
async function cardInPath(call: Call): Promise<Card> {
  const id = call.pathId('card_id', 'card')
  const { items } = await listCards(call.ctx, { ids: [id], offset: 0, limit: 1 })
  const card = items[0]
  const hidden = isApp(call) && card && card.customerId !== null && card.customerId !== call.session.customerId
  if (!card || hidden) throw notFound('cards', call.params.card_id ?? '')
  return card
}

interface CardInput {
  readonly cardTypeId: number
  readonly number: string
  readonly customerId: number | undefined
  readonly storeId: number | undefined
  readonly state: Card['state']
  readonly validFrom: Date | undefined
  readonly validTo: Date | undefined
  readonly data: Readonly<Record<string, unknown>>
}

async function addCard(ctx: Ctx, { customerId, ...card }: CardInput): Promise<Card> {
  const made = await createCard(ctx, card)
  if (customerId !== undefined) await assignCard(ctx, { number: made.number, customerId })
  return made
}

async function eachInTurn<Row>(rows: readonly Row[], work: (row: Row) => Promise<unknown>): Promise<void> {
  for (const row of rows) await work(row)
}

/** A row that the core refuses. */
function leftOut(error: unknown): void {
  if (!(error instanceof DomainError)) throw error
}

async function readCard(call: Call): Promise<CardInput> {
  const card = await readCardFields(call, call.body.needObject('card'))
  call.body.done()
  return card
}

async function readCardFields(call: Call, fields: ReturnType<Call['body']['needObject']>): Promise<CardInput> {
  const secondary = fields.text('secondary_card_number', { max: 100 })
  const card = {
    cardTypeId: fields.needId('card_type_id', 'cardType'),
    number: fields.needText('card_number', { max: 100 }),
    customerId: fields.id('customer_id', 'customer'),
    storeId: await storeOf(call.ctx, fields),
    state: fields.needChoice('state', [0, 1]) === 1 ? ('active' as const) : ('blocked' as const),
    validFrom: fields.time('valid_from'),
    validTo: fields.time('valid_to'),
    data: secondary === undefined ? {} : { secondaryNumber: secondary },
  }
  const types = await listCardTypes(call.ctx)
  if (card.cardTypeId !== 0 && !types.some((type) => type.id === card.cardTypeId)) {
    fields.refuse('card_type_id', 'not_found')
  }
  const owner = card.customerId === undefined ? undefined : await findReachable(call, card.customerId)
  if (card.customerId !== undefined && !owner) fields.refuse('customer_id', 'not_found')
  return { ...card, customerId: owner?.id }
}

/** PUT replaces the card; naming a customer on a free card assigns it. A card never goes from one customer to another. */
async function putCard(call: Call, card: Card): Promise<void> {
  const input = await readCard(call)
  if (isApp(call) && input.customerId !== call.session.customerId) {
    throw invalidParam('customer_id', 'not_belong_to_logged_in_customer')
  }
  if (card.customerId !== null && input.customerId !== undefined && card.customerId !== input.customerId) {
    throw invalidParam('customer_id', 'relation_already_exists', call.body.object('card')?.value('customer_id'))
  }
  const { secondaryNumber: _, ...kept } = card.data
  await transact(call.ctx, async (ctx) => {
    const { customerId, ...rest } = input
    await updateCard(ctx, {
      id: card.id,
      cardTypeId: rest.cardTypeId as Card['cardTypeId'], // a card type of this tenant: readCard looked
      number: rest.number,
      storeId: rest.storeId ?? null,
      state: rest.state,
      validFrom: rest.validFrom ?? null,
      validTo: rest.validTo ?? null,
      data: { ...kept, ...rest.data },
      ...(customerId === undefined ? { customerId: null } : {}),
    })
    if (customerId !== undefined) await assignCard(ctx, { number: rest.number, customerId })
  })
}

async function assign(
  ctx: Ctx,
  asked: { cardTypeId: number; number: string | undefined; customerId: number },
): Promise<Card> {
  if (!(await listCardTypes(ctx)).some((type) => type.id === asked.cardTypeId)) {
    throw invalidParam('card_type_id', 'not_found')
  }
  const { number, ...rest } = asked
  return assignFreeCard(ctx, { ...rest, ...(number === undefined ? {} : { number }) }).catch((error: unknown) => {
    // The card is named by the body, not by the path.
    if (!(error instanceof DomainError) || error.code !== 'card.not_found') throw error
    throw invalidParam('card_number', 'not_found', number)
  })
}

export function cardRow(ctx: Ctx, card: Card) {
  return {
    card_id: idOf(ctx, 'card', card.id),
    customer_id: idOrNull(ctx, 'customer', card.customerId),
    card_type_id: idOf(ctx, 'cardType', card.cardTypeId),
    card_number: card.number,
    secondary_card_number: card.data.secondaryNumber ?? null,
    valid_from: timeOrNull(ctx, card.validFrom),
    valid_to: timeOrNull(ctx, card.validTo),
    store_id: idOrNull(ctx, 'organisation', card.storeId),
    last_change: timeOf(ctx, card.updatedAt),
    state: card.state === 'active' ? 1 : 0,
  }
}
