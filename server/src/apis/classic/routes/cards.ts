import { addIdentity, identitiesOf, removeIdentity } from '../../../core/customers/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call } from '../auth.ts'
import { encodeCustomer, findByCard, findByCode, getSheet } from '../customers.ts'
import { findText, refuse } from '../decode.ts'
import type { Answer } from '../encode.ts'
import { giveCard } from '../record.ts'
import { givenCodeSource } from '../vocabulary.ts'

/**
 * Another card, another code, or both, for the customer whom the previous ones name; the previous card is blocked. What
 * `keep_which` may say is not documented: a new card or code that is somebody else's already is refused.
 */
export async function replaceCard({ ctx, fields }: Call): Promise<Answer> {
  const [code, card] = [findText(fields, 'previous_code'), findText(fields, 'previous_card')]
  const newCard = findText(fields, 'new_card_number', { max: 100 })
  const newCode = findText(fields, 'new_code', { max: 64 })
  if (!code && !card) return refuse('previous_code', 'or previous_card is required')
  if (!newCard && !newCode) return refuse('new_card_number', 'or new_code is required')
  const customerId = await transact(ctx, async (ctx) => {
    const customer = code ? await findByCode(ctx, code) : await findByCard(ctx, card ?? '')
    if (!customer) throw new DomainError('customer.not_found')
    // Both were sent: they must mean the same person.
    if (code && card && (await findByCard(ctx, card))?.id !== customer.id)
      return refuse('previous_card', 'is not of the customer with previous_code')
    if (newCard)
      await refuseTaken(await findByCard(ctx, newCard), { customerId: customer.id, field: 'new_card_number' })
    if (newCode) await refuseTaken(await findByCode(ctx, newCode), { customerId: customer.id, field: 'new_code' })
    // From here it must succeed.
    if (newCard) await giveCard(ctx, { customerId: customer.id, number: newCard })
    if (newCode) await giveCode(ctx, { customerId: customer.id, code: newCode })
    return customer.id
  })
  return { head: { customer: encodeCustomer(await getSheet(ctx, customerId)) } }
}

async function refuseTaken(
  owner: { readonly id: number } | undefined,
  of: { customerId: number; field: string },
): Promise<void> {
  if (owner && owner.id !== of.customerId) refuse(of.field, 'belongs to another customer; the two are not merged here')
}

/** The code of ours leads to the customer all the same. */
async function giveCode(ctx: Ctx, { customerId, code }: { customerId: number; code: string }): Promise<void> {
  const claim = { kind: 'external', source: givenCodeSource, value: code } as const
  const customer = await addIdentity(ctx, { customerId, claim })
  const old = identitiesOf(customer, 'external').filter((one) => one.source === givenCodeSource && one.value !== code)
  for (const { id } of old) await removeIdentity(ctx, { customerId, identityId: id })
}
