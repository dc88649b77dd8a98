import { type Customer, createCustomer } from '../../../core/customers/index.ts'
import { addMember, recordActivity } from '../../../core/loyalty/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError, type ErrorCode } from '../../../platform/errors.ts'
import { currencyScale } from '../../../platform/money.ts'
import { api, type Call } from '../auth.ts'
import { getCampaign } from '../campaigns.ts'
import { drawCardNumber, findCardDigits } from '../card-numbers.ts'
import { encodeCustomer, findByCard, findByCode, getSheet } from '../customers.ts'
import { type Fields, findAmount, findText, listTexts, refuse } from '../decode.ts'
import type { Answer } from '../encode.ts'
import { type Details, decodeDetails, decodeNewCustomer, writeDetails } from '../record.ts'

/** Makes a customer, activates a card that was handed out, or changes what is known of one. */
export async function recordCustomer(call: Call): Promise<Answer> {
  const action = findText(call.fields, 'customer_action')?.toLowerCase() ?? 'new'
  if (action !== 'new' && action !== 'register' && action !== 'edit') {
    return refuse('customer_action', 'must be new, register or edit')
  }
  const { customerId } = await enterCustomer(call, action)
  return { head: { customer: encodeCustomer(await getSheet(call.ctx, customerId)) } }
}

/** One customer as the fields tell; in a transaction of its own. */
export async function enterCustomer(
  call: Call,
  action: 'new' | 'register' | 'edit',
): Promise<{ customerId: number; isNew: boolean }> {
  const { ctx, fields } = call
  const entry = { action, details: await decodeDetails(ctx, fields), cardNumber: await decodeCardNumber(ctx, fields) }
  try {
    return await enter(call, entry)
  } catch (error) {
    // Of two who enter somebody new at once the second changes the customer whom the first has made.
    const isTaken = error instanceof DomainError && taken.includes(error.code)
    if (action === 'new' || !isTaken || !(await findKnown(ctx, fields, entry.cardNumber))) throw error
    return enter(call, entry)
  }
}

const taken: readonly ErrorCode[] = ['identity.taken', 'card.taken', 'card.number_taken']

interface NewEntry {
  readonly action: 'new' | 'register' | 'edit'
  readonly details: Details
  readonly cardNumber: string | undefined
}

function enter(call: Call, entry: NewEntry): Promise<{ customerId: number; isNew: boolean }> {
  const { fields } = call
  const { action, details, cardNumber } = entry
  return transact(call.ctx, async (ctx) => {
    const known =
      action === 'new' ? await refuseKnown(ctx, fields, cardNumber) : await findKnown(ctx, fields, cardNumber)
    const customerId = (known ?? (await makeCustomer(ctx, fields, details))).id
    await writeDetails(ctx, { customerId, details, cardNumber, isNew: !known })
    if (action !== 'edit') await enrol({ ...call, ctx }, customerId)
    return { customerId, isNew: !known }
  })
}

/** The number that was sent, or one with so many digits that nobody has. */
async function decodeCardNumber(ctx: Ctx, fields: Fields): Promise<string | undefined> {
  const given = findText(fields, 'card_number', { max: 100 })
  return given ?? findDrawnNumber(ctx, fields)
}

export async function findDrawnNumber(ctx: Ctx, fields: Fields): Promise<string | undefined> {
  const field = 'card_number_generate'
  const digits = findCardDigits(fields, field)
  return digits === undefined ? undefined : drawCardNumber(ctx, fields, { digits, field })
}

async function refuseKnown(ctx: Ctx, fields: Fields, cardNumber: string | undefined): Promise<undefined> {
  const code = findText(fields, 'code')
  if (code && (await findByCode(ctx, code)))
    throw new DomainError('identity.taken', { field: 'code', reason: 'is taken' })
  if (cardNumber && (await findByCard(ctx, cardNumber))) throw new DomainError('card.taken')
}

/** The code decides; without one the card does. An unknown code or card makes a new customer. */
async function findKnown(ctx: Ctx, fields: Fields, cardNumber: string | undefined): Promise<Customer | undefined> {
  const code = findText(fields, 'code')
  if (code) return findByCode(ctx, code)
  return cardNumber ? findByCard(ctx, cardNumber) : undefined
}

function makeCustomer(ctx: Ctx, fields: Fields, details: Details): Promise<Customer> {
  return createCustomer(ctx, decodeNewCustomer(details, findText(fields, 'code', { max: 64 })))
}

/** Belonging to a campaign is an entry without value; `auto_add` credits a first amount where there is one to credit. */
async function enrol(call: Call, customerId: number): Promise<void> {
  const { ctx, fields } = call
  const amountMinor = findAmount(fields, 'auto_add', currencyScale(ctx.tenant.currency))
  for (const text of listTexts(fields, 'campaign_id')) {
    const programme = await getCampaign(call, text)
    if (programme.state !== 'active') throw new DomainError('programme.inactive')
    await addMember(ctx, { programmeId: programme.id, customerId })
    if (!amountMinor || (programme.kind !== 'points' && programme.kind !== 'stored_value')) continue
    await recordActivity(ctx, {
      programmeId: programme.id,
      customerId,
      key: `${api}:${ctx.random.hex(16)}`,
      note: 'auto_add',
      ...(programme.kind === 'points'
        ? { bonusPoints: Math.round(amountMinor / 10 ** currencyScale(ctx.tenant.currency)) }
        : { amountMinor }),
    })
  }
}
