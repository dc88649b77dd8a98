import { countAttempt, forgetAttempts } from '../../../core/accounts/index.ts'
import {
  type Customer,
  findCustomerByIdentity,
  findPhone,
  identitiesOf,
  isPasswordOf,
} from '../../../core/customers/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { api, type Call } from '../auth.ts'
import { codeOf, findByCard, findByCode, getSheet } from '../customers.ts'
import { type Fields, findText, refuse } from '../decode.ts'
import { type Answer, element } from '../encode.ts'
import { textAttribute } from '../vocabulary.ts'

/** Whom a field names. */
const named: Readonly<Record<string, (ctx: Ctx, value: string) => Promise<Customer | undefined>>> = {
  code: findByCode,
  card_number: findByCard,
  customer_username: (ctx, value) => findCustomerByIdentity(ctx, { kind: 'login', value }),
}

/** What a field proves of the customer whom the others name. */
const proven: Readonly<Record<string, (ctx: Ctx, customer: Customer, value: string) => boolean | Promise<boolean>>> = {
  customer_password: (ctx, { id }, password) => isPasswordOf(ctx, { customerId: id, password }),
  customer_PIN: (_, { attributes }, pin) => textAttribute(attributes, 'pin') === pin,
  phone: hasPhone,
}

/**
 * Success means that all of what was sent is the customer's: any of code, card and username, with the password, the PIN or both, and
 * the phone where it is sent.
 */
export async function validatePassword({ ctx, fields }: Call): Promise<Answer> {
  const customer = await getNamed(ctx, fields)
  if (!fields.has('customer_password') && !fields.has('customer_PIN'))
    return refuse('customer_password', 'or customer_PIN is required')
  await slowGuessing(ctx, customer, async () => {
    for (const [name, isTheirs] of Object.entries(proven)) {
      const value = findText(fields, name)
      if (value !== undefined && !(await isTheirs(ctx, customer, value))) refuse(name, 'is not valid')
    }
  })
  return { head: { customer: element({ code: codeOf(await getSheet(ctx, customer.id)) }) } }
}

/** The one customer whom every name that was sent leads to. */
async function getNamed(ctx: Ctx, fields: Fields): Promise<Customer> {
  let known: Customer | undefined
  for (const [name, find] of Object.entries(named)) {
    const value = findText(fields, name)
    if (value === undefined) continue
    const found = await find(ctx, value)
    if (!found) throw new DomainError('customer.not_found')
    if (known && known.id !== found.id) return refuse(name, 'is not valid')
    known = found
  }
  return known ?? refuse('code', 'or card_number or customer_username is required')
}

/** However it is written; what no telephone can have is compared as the text that it is. */
function hasPhone(ctx: Ctx, customer: Customer, text: string): boolean {
  const number = findPhone(text, ctx.tenant.country)
  const isKnown = identitiesOf(customer, 'phone').some(({ value }) => value === number)
  return isKnown || textAttribute(customer.attributes, 'phoneText') === text
}

const attempts = { limit: 100, windowSeconds: 5 * 60 }

/** A PIN has four digits: an app that passes on what a stranger types would let them try all of them. */
async function slowGuessing(ctx: Ctx, customer: Customer, check: () => Promise<void>): Promise<void> {
  const guess = { scope: `${api} customer password`, subject: `${ctx.tenant.id}:${customer.id}` }
  await countAttempt(ctx, { ...guess, ...attempts })
  await check()
  await forgetAttempts(ctx, guess)
}
