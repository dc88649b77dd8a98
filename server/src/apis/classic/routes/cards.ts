import { addIdentity, getCustomer, identitiesOf, removeIdentity } from '../../../core/customers/index.ts'
import { giveCardNumber, listCards, updateCard } from '../../../core/loyalty/index.ts'
import { mergeCustomers } from '../../../core/merging/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call } from '../auth.ts'
import { encodeCustomer, findByCard, findByCode, getSheet } from '../customers.ts'
import { type Fields, findText, refuse } from '../decode.ts'
import type { Answer } from '../encode.ts'
import { givenCodeSource } from '../vocabulary.ts'
import { findDrawnNumber } from './customers.ts'
import { findAlike } from './search.ts'

/**
 * Another card, another code, or both, for the customer whom the previous ones name, the code before the card; without them for the
 * only one whose data is what was sent. The previous card is blocked. A new card or code that is somebody else's already is refused,
 * unless `keep_which` says whose record is kept: that of the customer who matched, or of the duplicate. The other is merged into it.
 */
export async function replaceCard(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const asked = { ...(await decodeNew(ctx, fields)), keep: decodeKeep(fields) }
  const matchedId = await findMatchedId(call)
  const customerId = await transact(ctx, async (ctx) => {
    const id = await mergeDuplicates(ctx, { matchedId, ...asked })
    // From here it must succeed.
    if (asked.card) await giveOnlyCard(ctx, { customerId: id, number: asked.card })
    if (asked.code) await giveCode(ctx, { customerId: id, code: asked.code })
    return id
  })
  return { head: { customer: encodeCustomer(await getSheet(ctx, customerId)) } }
}

interface Asked {
  readonly card: string | undefined
  readonly code: string | undefined
  readonly keep: 'matched' | 'duplicate' | undefined
}

async function decodeNew(ctx: Ctx, fields: Fields): Promise<Pick<Asked, 'card' | 'code'>> {
  const code = findText(fields, 'new_code', { max: 64 })
  const card = findText(fields, 'new_card_number', { max: 100 })
  const drawn = card ?? (await findDrawnNumber(ctx, fields))
  return code || drawn ? { code, card: drawn } : refuse('new_card_number', 'or new_code is required')
}

function decodeKeep(fields: Fields): Asked['keep'] {
  const text = fields.get('keep_which')?.toLowerCase()
  if (text === undefined || text === 'matched' || text === 'duplicate') return text
  return refuse('keep_which', 'must be matched or duplicate')
}

async function findMatchedId(call: Call): Promise<number> {
  const { ctx, fields } = call
  const [code, card] = [findText(fields, 'previous_code'), findText(fields, 'previous_card')]
  if (code || card) {
    const customer = code ? await findByCode(ctx, code) : await findByCard(ctx, card ?? '')
    if (!customer) throw new DomainError('customer.not_found')
    return customer.id
  }
  const [found, second] = await findAlike(call, 2)
  if (second) return refuse('previous_code', 'is required: more than one customer has these data')
  if (!found) throw new DomainError('customer.not_found')
  return found.id
}

/** Whoever has the new card or code already becomes one with the customer, or is in the way. Answers who is left. */
async function mergeDuplicates(
  ctx: Ctx,
  { matchedId, card, code, keep }: Asked & { matchedId: number },
): Promise<number> {
  // Whoever was merged since is the survivor.
  let keptId: number = (await getCustomer(ctx, matchedId)).id
  for (const field of ['new_card_number', 'new_code'] as const) {
    const wanted = field === 'new_code' ? code : card
    const owner = wanted && (field === 'new_code' ? await findByCode(ctx, wanted) : await findByCard(ctx, wanted))
    if (!owner || owner.id === keptId) continue
    if (!keep) return refuse(field, 'belongs to another customer; keep_which says whose record is kept')
    const [fromId, intoId] = keep === 'matched' ? [owner.id, keptId] : [keptId, owner.id]
    await mergeCustomers(ctx, { fromId, intoId, reason: `card_replace: ${field}` })
    keptId = intoId
  }
  return keptId
}

/** Every other card is blocked, one that came with a merge too. */
async function giveOnlyCard(ctx: Ctx, of: { customerId: number; number: string }): Promise<void> {
  const { customerId, number } = of
  const { items } = await listCards(ctx, { customerId, state: 'active', offset: 0, limit: 100 })
  for (const card of items) {
    if (card.number !== number) await updateCard(ctx, { id: card.id, state: 'blocked', customerId: null })
  }
  await giveCardNumber(ctx, of)
}

/** The code of ours leads to the customer all the same. */
async function giveCode(ctx: Ctx, { customerId, code }: { customerId: number; code: string }): Promise<void> {
  const claim = { kind: 'external', source: givenCodeSource, value: code } as const
  const customer = await addIdentity(ctx, { customerId, claim })
  const old = identitiesOf(customer, 'external').filter((one) => one.source === givenCodeSource && one.value !== code)
  for (const { id } of old) await removeIdentity(ctx, { customerId, identityId: id })
}
