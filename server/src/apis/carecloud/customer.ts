import {
  type Address,
  type Attributes,
  addressesOf,
  type Customer,
  type CustomerInput,
  deleteAddress,
  type Gender,
  listAddresses,
  primaryEmail,
  primaryIdentity,
  primaryPhone,
  putAddress,
} from '../../core/customers/index.ts'
import { pictureOf } from '../../core/files/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { fileUrl } from '../http/files.ts'
import type { Call } from './call.ts'
import { type ConsentChange, consentFields, readConsents, type Stated, statedBy } from './consents.ts'
import type { Fields } from './decode.ts'
import { idOf, idOrNull, type Row, timeOf, timeOrNull } from './encode.ts'
import { internationalPhone } from './passwords.ts'
import { storeOf } from './routes/stores.ts'

/** A customer as a body tells it. */
export interface ToldCustomer {
  readonly profile: CustomerInput
  readonly attributes: Attributes
  readonly address: ToldAddress | undefined
  readonly consents: readonly ConsentChange[]
}

const genders = [1, 2, 3, 4, 5] as const

// "Miss" and "private" are finer than our genders: the attribute keeps what our word loses.
const genderOf: Readonly<Record<(typeof genders)[number], { gender: Gender | null; detail: string | null }>> = {
  1: { gender: 'male', detail: null },
  2: { gender: 'female', detail: null },
  3: { gender: 'female', detail: 'miss' },
  4: { gender: null, detail: 'private' },
  5: { gender: 'other', detail: null },
}

/** Reads `personal_information`. Everything that is not sent is empty, for a PUT erases it. */
export async function readCustomer(ctx: Ctx, body: Fields): Promise<ToldCustomer> {
  const person = body.needObject('customer').needObject('personal_information')
  const gender = person.choice('gender', genders)
  const language = person.needText('language_id', { pattern: /^[a-z]{2}$/ })
  const storeId = await storeOf(ctx, person)
  const phone = person.has('phone') ? readPhone(person) : undefined
  const address = person.object('address')
  return {
    profile: {
      firstName: person.text('first_name', { max: 200 }) ?? null,
      lastName: person.text('last_name', { max: 200 }) ?? null,
      title: person.text('pre_nominals', { max: 100 }) ?? null,
      birthday: person.date('birthdate') ?? null,
      email: person.text('email', { max: 254 }) ?? null,
      phone: phone ?? null,
      language: language || null,
      gender: gender === undefined ? null : genderOf[gender].gender,
      // A store can be changed but not taken away.
      ...(storeId === undefined ? {} : { storeId: storeId as CustomerInput['storeId'] }), // a store of this tenant: storeOf looked
    },
    attributes: {
      salutation: person.text('salutation', { max: 200 }) ?? null,
      post_nominals: person.text('post_nominals', { max: 100 }) ?? null,
      gender_detail: gender === undefined ? null : genderOf[gender].detail,
    },
    address: address && readAddress(address),
    consents: readConsents(person, 'agreement'),
  }
}

/** Digits with the country's prefix; one sent as a number is read, too. */
function readPhone(person: Fields): string | undefined {
  const given = person.value('phone')
  if (typeof given === 'number' && Number.isSafeInteger(given)) return internationalPhone(String(given))
  const text = person.text('phone', { max: 40 })
  return text === undefined ? undefined : internationalPhone(text)
}

export type ToldAddress = Pick<Address, 'line1' | 'line2' | 'city' | 'postalCode' | 'country' | 'data'>

const furtherLines = ['address3', 'address4', 'address5', 'address6', 'address7'] as const

export function readAddress(fields: Fields): ToldAddress {
  const line = (name: string) => fields.text(name, { max: 200 }) ?? null
  return {
    line1: line('address1'),
    line2: line('address2'),
    city: line('city'),
    postalCode: line('zip'),
    country: fields.text('country_code', { pattern: /^[a-zA-Z]{2}$/ })?.toUpperCase() ?? null,
    data: Object.fromEntries(furtherLines.flatMap((name) => (fields.has(name) ? [[name, line(name)]] : []))),
  }
}

/** The address of `personal_information`: the primary one where people live. All others are additional ones. */
export function homeOf(addresses: readonly Address[] | undefined): Address | undefined {
  return addresses?.find((address) => address.kind === 'home')
}

/** Puts the address of `personal_information` in the place of the one there was, or takes it away. */
export async function writeHomeAddress(ctx: Ctx, customerId: number, address: ToldAddress | undefined): Promise<void> {
  const old = homeOf(await listAddresses(ctx, customerId))
  const isEmpty = !address || Object.values({ ...address, data: null }).every((value) => value === null)
  if (!isEmpty)
    await putAddress(ctx, { ...address, customerId, kind: 'home', primary: true, ...(old ? { id: old.id } : {}) })
  else if (old) await deleteAddress(ctx, { customerId, id: old.id })
}

export function addressRow(address: Address | undefined): Row {
  return {
    address1: address?.line1 ?? null,
    address2: address?.line2 ?? null,
    ...Object.fromEntries(furtherLines.map((name) => [name, address?.data[name] ?? null])),
    zip: address?.postalCode ?? null,
    city: address?.city ?? null,
    country_code: address?.country?.toLowerCase() ?? null,
  }
}

/** The customers as rows, whatever they need read in a few questions for all of them. */
export async function customerRows(
  { ctx, publicUrl }: Pick<Call, 'ctx' | 'publicUrl'>,
  customers: readonly Customer[],
  shortSalutation = false,
): Promise<Row[]> {
  const addresses = await addressesOf(
    ctx,
    customers.map((customer) => customer.id),
  )
  const stated = await statedBy(ctx, customers)
  const photos = await pictureOf(ctx, { customerIds: customers.map((customer) => customer.id), purpose: 'photo' })
  return customers.map((customer) => {
    const address = homeOf(addresses.get(customer.id))
    const photo = photos.get(customer.id)
    const photoUrl = photo === undefined ? null : fileUrl(ctx, { publicUrl, kind: 'file', id: photo })
    return customerRow(ctx, { customer, address, stated: stated(customer), shortSalutation, photoUrl })
  })
}

interface KnownCustomer {
  readonly customer: Customer
  readonly address: Address | undefined
  readonly stated: Stated
  readonly shortSalutation: boolean
  readonly photoUrl: string | null
}

function customerRow(ctx: Ctx, known: KnownCustomer): Row {
  const { customer } = known
  return {
    customer_id: idOf(ctx, 'customer', customer.id),
    personal_information: {
      salutation: customer.attributes.salutation ?? salutationOf(customer),
      ...(known.shortSalutation ? { short_salutation: shortSalutationOf(customer) } : {}),
      gender: genderNumber(customer),
      first_name: customer.firstName,
      last_name: customer.lastName,
      pre_nominals: customer.title,
      post_nominals: customer.attributes.post_nominals ?? null,
      birthdate: customer.birthday,
      email: primaryEmail(customer) ?? null,
      phone: primaryPhone(customer)?.replace(/^\+/, '') ?? null,
      language_id: customer.language ?? ctx.tenant.language,
      store_id: idOrNull(ctx, 'organisation', customer.storeId),
      photo_url: known.photoUrl,
      address: addressRow(known.address),
      ...consentFields(ctx, known.stated),
    },
    doi_email: timeOrNull(ctx, primaryIdentity(customer, 'email')?.verifiedAt),
    doi_phone: timeOrNull(ctx, primaryIdentity(customer, 'phone')?.verifiedAt),
    last_change: timeOf(ctx, customer.updatedAt),
    state: customer.state === 'identified' ? 1 : 2,
  }
}

function genderNumber(customer: Customer): number | null {
  if (customer.gender === 'male') return 1
  if (customer.gender === 'female') return customer.attributes.gender_detail === 'miss' ? 3 : 2
  if (customer.gender === 'other') return 5
  return customer.attributes.gender_detail === 'private' ? 4 : null
}

/** Made where none was given. A client that echoes a made one back has given none. */
export function salutationOf(customer: Customer): string | null {
  return [customer.title, customer.firstName, customer.lastName].filter(Boolean).join(' ') || null
}

function shortSalutationOf(customer: Customer): string | null {
  return customer.firstName || salutationOf(customer)
}
