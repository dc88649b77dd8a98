import {
  type Customer,
  findCustomerByCode,
  findCustomerById,
  findCustomerByIdentity,
  getCustomer,
} from '../../core/customers/index.ts'
import { findCardByNumber } from '../../core/loyalty/index.ts'
import { type CustomerSheet, getCustomerSheets } from '../../core/reports/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { type Fields, findText, refuse } from './decode.ts'
import { type Element, type Entries, element } from './encode.ts'
import { givenCodeSource, textAttribute } from './vocabulary.ts'

/** By the code, ours or one that a client gave; by the card otherwise. Refuses `customer.not_found`. */
export async function getNamedCustomer(ctx: Ctx, fields: Fields): Promise<CustomerSheet> {
  const code = findText(fields, 'code')
  const card = findText(fields, 'card_number')
  if (!code && !card) return refuse('code', 'or card_number is required')
  const customer = code ? await findByCode(ctx, code) : await findByCard(ctx, card ?? '')
  if (!customer) throw new DomainError('customer.not_found')
  return getSheet(ctx, customer.id)
}

/** Devices, and the erased who keep their code, are nobody here. */
export async function findByCode(ctx: Ctx, code: string): Promise<Customer | undefined> {
  const customer =
    (await findCustomerByCode(ctx, code)) ??
    (await findCustomerByIdentity(ctx, { kind: 'external', source: givenCodeSource, value: code }))
  return customer?.state === 'identified' ? customer : undefined
}

/** Refuses `card.blocked`: a card that was replaced or lost leads to nobody. */
export async function findByCard(ctx: Ctx, number: string): Promise<Customer | undefined> {
  const card = await findCardByNumber(ctx, number)
  if (card?.state === 'blocked') throw new DomainError('card.blocked')
  if (card) return card.customerId === null ? undefined : findCustomerById(ctx, card.customerId)
  return findCustomerByIdentity(ctx, { kind: 'card', value: number })
}

/** Refuses `customer.not_found`: one who was there a moment ago may be erased since. */
export async function getSheet(ctx: Ctx, customerId: number): Promise<CustomerSheet> {
  const [sheet] = await getCustomerSheets(ctx, [customerId])
  if (sheet) return sheet
  // Or merged into somebody, who then is the customer.
  const [survivor] = await getCustomerSheets(ctx, [(await getCustomer(ctx, customerId)).id])
  if (!survivor) throw new DomainError('customer.not_found')
  return survivor
}

export function codeOf(sheet: CustomerSheet): string {
  return sheet.givenCode ?? sheet.code
}

/** What cannot be a phone number is kept as it was written. */
export function phoneOf(sheet: CustomerSheet): string {
  return sheet.phone ?? textAttribute(sheet.attributes, 'phoneText')
}

/** The account's own fields, as they were sent: custom_field_1 and so on. */
export const customFieldName = /^custom_field_\d{1,9}$/

/** A customer as every call but the reports shows one. */
export function encodeCustomer(
  sheet: CustomerSheet,
  options: { hideCustomField?: boolean; more?: Entries } = {},
): Element {
  const custom = Object.entries(sheet.attributes).filter(([name]) => customFieldName.test(name))
  return element({
    code: codeOf(sheet),
    card_number: sheet.cardNumber,
    first_name: sheet.firstName,
    last_name: sheet.lastName,
    phone: phoneOf(sheet),
    email: sheet.email,
    street1: sheet.line1,
    street2: sheet.line2,
    city: sheet.city,
    state: sheet.region,
    postal_code: sheet.postalCode,
    country: sheet.country,
    custom_date: textAttribute(sheet.attributes, 'customDate'),
    ...(options.hideCustomField ? {} : { custom_field: textAttribute(sheet.attributes, 'customField') }),
    customer_username: sheet.login,
    registered: sheet.hasPassword ? 'Y' : 'N',
    ...Object.fromEntries(custom.map(([name, value]) => [name, String(value ?? '')])),
    ...options.more,
  })
}
