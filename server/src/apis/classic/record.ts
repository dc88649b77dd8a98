import {
  type AttributeDefinition,
  type Attributes,
  type AttributeValue,
  addIdentity,
  type Claim,
  type CustomerInput,
  findPhone,
  identitiesOf,
  listAddresses,
  listAttributes,
  normaliseEmail,
  type PutAddress,
  putAddress,
  removeIdentity,
  setCustomerPassword,
  updateCustomer,
} from '../../core/customers/index.ts'
import { giveCardNumber } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { decodeCountry } from './countries.ts'
import { customFieldName } from './customers.ts'
import { type Fields, findText, refuse } from './decode.ts'
import { fieldTypeOf, refuseWrongValue } from './fields.ts'
import { attributeName, givenCodeSource } from './vocabulary.ts'

/** What a call says of a customer; what it does not say stays as it is. */
export interface Details {
  readonly firstName: string | undefined
  readonly lastName: string | undefined
  readonly email: string | undefined
  readonly phone: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  readonly attributes: Attributes
  readonly address: Omit<PutAddress, 'customerId'>
}

export async function decodeDetails(ctx: Ctx, fields: Fields): Promise<Details> {
  const email = findText(fields, 'email', { max: 254 })
  const phone = findText(fields, 'phone')
  if (email) normaliseEmail(email)
  // A number that no telephone can have is kept as a text: tills wrote down what they were told.
  const isPhone = phone !== undefined && findPhone(phone, ctx.tenant.country) !== undefined
  return {
    firstName: findText(fields, 'first_name'),
    lastName: findText(fields, 'last_name'),
    email,
    phone: isPhone ? phone : undefined,
    username: findText(fields, 'customer_username'),
    password: findText(fields, 'customer_password'),
    attributes: await decodeAttributes(ctx, fields, phone !== undefined && !isPhone ? phone : undefined),
    address: decodeAddress(fields),
  }
}

async function decodeAttributes(ctx: Ctx, fields: Fields, phoneText: string | undefined): Promise<Attributes> {
  const customDate = findText(fields, 'custom_date')
  if (customDate !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(customDate)) {
    return refuse('custom_date', 'must be a date as YYYY-MM-DD')
  }
  const named = {
    [attributeName('customField')]: findText(fields, 'custom_field', { max: 1000 }),
    [attributeName('customDate')]: customDate,
    [attributeName('pin')]: findText(fields, 'customer_PIN', { max: 20 }),
    [attributeName('phoneText')]: phoneText,
  }
  const own = [...fields.keys()].filter((name) => customFieldName.test(name)).slice(0, 100)
  const definitions = own.length > 0 ? await listAttributes(ctx, null) : []
  const values = own.map((name) => {
    const definition = definitions.find((one) => one.name === name)
    return [name, readCustomField(name, findText(fields, name, { max: 1000 }) ?? '', definition)] as const
  })
  const given = Object.entries(named).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries([...given, ...values])
}

/** As its definition wants it: a list comes as one text with commas. */
function readCustomField(name: string, value: string, definition: AttributeDefinition | undefined): AttributeValue {
  if (!definition) return value
  const { choices } = definition
  const type = fieldTypeOf(definition.type)
  refuseWrongValue({ name, type, choices }, value)
  return type === 'List' ? value.split(',').map((one) => one.trim()) : value
}

function decodeAddress(fields: Fields): Details['address'] {
  const country = findText(fields, 'country')
  return {
    line1: findText(fields, 'street1'),
    line2: findText(fields, 'street2'),
    city: findText(fields, 'city'),
    region: findText(fields, 'state'),
    postalCode: findText(fields, 'postal_code', { max: 20 }),
    country: country && decodeCountry(country, 'country'),
  }
}

export function decodeNewCustomer(details: Details, givenCode: string | undefined): CustomerInput {
  const claims: Claim[] = []
  if (details.email) claims.push({ kind: 'email', value: details.email })
  if (details.phone) claims.push({ kind: 'phone', value: details.phone })
  if (details.username) claims.push({ kind: 'login', value: details.username })
  if (givenCode) claims.push({ kind: 'external', source: givenCodeSource, value: givenCode })
  return { firstName: details.firstName, lastName: details.lastName, attributes: details.attributes, claims }
}

/** Writes what a new customer's row does not hold, and of a known customer everything that was said. */
export async function writeDetails(
  ctx: Ctx,
  command: { customerId: number; details: Details; cardNumber: string | undefined; isNew: boolean },
): Promise<void> {
  const { customerId, details, cardNumber, isNew } = command
  const { firstName, lastName, email, phone, attributes } = details
  if (!isNew) {
    await updateCustomer(ctx, { id: customerId, patch: { firstName, lastName, email, phone, attributes } })
    if (details.username) await replaceUsername(ctx, customerId, details.username)
  }
  if (details.password) await setCustomerPassword(ctx, { customerId, password: details.password })
  if (Object.values(details.address).some((value) => value !== undefined)) await writeAddress(ctx, command)
  if (cardNumber) await giveCardNumber(ctx, { customerId, number: cardNumber })
}

async function replaceUsername(ctx: Ctx, customerId: number, username: string): Promise<void> {
  const customer = await addIdentity(ctx, { customerId, claim: { kind: 'login', value: username }, primary: true })
  const old = identitiesOf(customer, 'login').filter((identity) => identity.source === '' && !identity.isPrimary)
  for (const identity of old) await removeIdentity(ctx, { customerId, identityId: identity.id })
}

async function writeAddress(
  ctx: Ctx,
  { customerId, details }: { customerId: number; details: Details },
): Promise<void> {
  const primary = (await listAddresses(ctx, customerId)).find((address) => address.isPrimary)
  await putAddress(ctx, { customerId, ...details.address, ...(primary ? { id: primary.id } : {}), primary: true })
}
