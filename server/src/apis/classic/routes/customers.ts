import { type Customer, createCustomer } from '../../../core/customers/index.ts'
import { findCardByNumber, getProgramme, recordActivity } from '../../../core/loyalty/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale } from '../../../platform/money.ts'
import { readId } from '../../http/values.ts'
import { api, type Call } from '../auth.ts'
import { encodeCustomer, findByCard, findByCode, getSheet } from '../customers.ts'
import { type Fields, findAmount, findInteger, findText, listTexts, refuse } from '../decode.ts'
import type { Answer } from '../encode.ts'
import { type Details, decodeDetails, decodeNewCustomer, writeDetails } from '../record.ts'

/** Makes a customer, activates a card that was handed out, or changes what is known of one. */
export async function recordCustomer({ ctx, fields }: Call): Promise<Answer> {
  const action = findText(fields, 'customer_action')?.toLowerCase() ?? 'new'
  if (action !== 'new' && action !== 'register' && action !== 'edit') {
    return refuse('customer_action', 'must be new, register or edit')
  }
  const details = decodeDetails(ctx, fields)
  const cardNumber = await decodeCardNumber(ctx, fields)
  const customerId = await transact(ctx, async (ctx) => {
    const known =
      action === 'new' ? await refuseKnown(ctx, fields, cardNumber) : await findKnown(ctx, fields, cardNumber)
    const id = (known ?? (await makeCustomer(ctx, fields, details))).id
    await writeDetails(ctx, { customerId: id, details, cardNumber, isNew: !known })
    if (action !== 'edit') await enrol(ctx, id, fields)
    return id
  })
  return { head: { customer: encodeCustomer(await getSheet(ctx, customerId)) } }
}

/** The number that was sent, or one with so many digits that nobody has. */
async function decodeCardNumber(ctx: Ctx, fields: Fields): Promise<string | undefined> {
  const given = findText(fields, 'card_number', { max: 100 })
  const digits = findInteger(fields, 'card_number_generate', { min: 4, max: 30 })
  if (given || digits === undefined) return given
  for (let draw = 0; draw < maxDraws; draw++) {
    const number = ctx.random.digits(digits)
    if (!(await findCardByNumber(ctx, number))) return number
  }
  return refuse('card_number_generate', 'leaves no number that is free')
}

const maxDraws = 50

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

/** Belonging to a campaign needs no entry of its own; `auto_add` credits a first amount where there is one to credit. */
async function enrol(ctx: Ctx, customerId: number, fields: Fields): Promise<void> {
  const amountMinor = findAmount(fields, 'auto_add', currencyScale(ctx.tenant.currency))
  for (const text of listTexts(fields, 'campaign_id')) {
    const id = readId(text)
    if (id === undefined) throw new DomainError('programme.not_found')
    const programme = await getProgramme(ctx, id)
    if (programme.state !== 'active') throw new DomainError('programme.inactive')
    if (!amountMinor || (programme.kind !== 'points' && programme.kind !== 'stored_value')) continue
    await recordActivity(ctx, {
      programmeId: id,
      customerId,
      key: `${api}:${ctx.random.hex(16)}`,
      note: 'auto_add',
      ...(programme.kind === 'points'
        ? { bonusPoints: Math.round(amountMinor / 10 ** currencyScale(ctx.tenant.currency)) }
        : { amountMinor }),
    })
  }
}
