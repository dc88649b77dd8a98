import { applyOperation, findPosting } from '../../../core/ledger/index.ts'
import { takeRewardBack } from '../../../core/loyalty/index.ts'
import { eraseCustomer } from '../../../core/privacy/index.ts'
import { getPurchase, getPurchaseDetails, recordPurchase } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { api, type Call } from '../auth.ts'
import { getNamedCampaign } from '../campaigns.ts'
import { drawCardNumber, findCardDigits } from '../card-numbers.ts'
import { codeOf, findByCode, getNamedCustomer } from '../customers.ts'
import { findInteger, refuse, requireText } from '../decode.ts'
import { type Answer, element } from '../encode.ts'

/** Forgets the person for good; what was bought and earned stays in the books without a name. */
export async function deleteCustomer({ ctx, fields }: Call): Promise<Answer> {
  const code = requireText(fields, 'code')
  const customer = await findByCode(ctx, code)
  if (!customer) throw new DomainError('customer.not_found')
  await eraseCustomer(ctx, customer.id)
  return { head: { customer: element({ code }, 'deleted') } }
}

/** Unless told how long it is. */
const usualDigits = 16

/** A number that no card has yet. It is not kept: whoever uses it first has it. */
export async function generateCardNumber({ ctx, fields }: Call): Promise<Answer> {
  const field = 'how_many_digits'
  const digits = findCardDigits(fields, field) ?? usualDigits
  return { head: { customer: element({ card_number: await drawCardNumber(ctx, fields, { digits, field }) }) } }
}

/**
 * Takes a transaction back: campaign, customer and number must belong together. The books keep it and what undid it; a
 * sale is cancelled as a whole. What other systems told of is theirs to cancel.
 */
export async function deleteTransaction(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programme = await getNamedCampaign(call)
  const sheet = await getNamedCustomer(ctx, fields)
  const id = findInteger(fields, 'transaction_id', { min: 1 }) ?? refuse('transaction_id', 'is required')
  const posting = await findPosting(ctx, { id })
  const fits = posting?.customerId === sheet.id && posting.programmeId === programme.id
  if (!posting || !fits) return refuse('transaction_id', 'does not exist')
  const voucherId = posting.data?.voucherId
  if (posting.kind === 'expire') return refuse('transaction_id', 'is of a depreciation, a fee or an expiry and stays')
  if (posting.purchaseId !== null) await cancelSale(ctx, posting.purchaseId)
  else if (typeof voucherId === 'number' && posting.kind === 'spend') await takeRewardBack(ctx, voucherId)
  else {
    await applyOperation(ctx, {
      kind: 'reverse',
      key: `${api}:delete:${id}`,
      unitId: posting.unitId,
      customerId: sheet.id,
      programmeId: programme.id,
      reverses: posting.key,
    })
  }
  return { head: { transaction: element({ id, code: codeOf(sheet) }, 'deleted') } }
}

async function cancelSale(ctx: Ctx, purchaseId: number): Promise<void> {
  const purchase = await getPurchase(ctx, purchaseId)
  const { reports } = await getPurchaseDetails(ctx, purchaseId)
  if (!reports.some(({ space }) => space === api))
    return refuse('transaction_id', 'belongs to a sale of another system')
  await recordPurchase(ctx, {
    space: api,
    kind: 'cancellation',
    number: `${purchase.number}-X`,
    cancelsNumber: purchase.number,
    source: 'till',
    confirmed: true,
    ...(purchase.customerId === null ? {} : { customerId: purchase.customerId }),
    currency: purchase.currency,
    totalMinor: purchase.totalMinor,
    occurredAt: ctx.clock.now(),
    // Deleted twice is deleted, as it is for what is no sale.
    onKnownNumber: 'replay',
  })
}
