import { parsePhoneNumberFromString } from 'libphonenumber-js'
import {
  type Address,
  type Attributes,
  type AttributeValue,
  type Customer,
  displayName,
  type Identity,
  primaryEmail,
} from '../../core/customers/index.ts'
import type { ReferenceItem } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { OpaqueKind } from '../../platform/ids.ts'
import { currencyScale, formatMinor, fromMinor, type Minor } from '../../platform/money.ts'
import { encodeLanguage } from './codes.ts'
import type { Paging } from './decode.ts'

/** This API shows every id as a dashed UUID. */
export function uuid(ctx: Ctx, kind: OpaqueKind, id: number): string {
  return ctx.ids.uuid(kind, ctx.tenant.id, id)
}

/** The documentation prints some truths as text. */
export const textFlag = (value: boolean) => String(value)

export function page<Row>(content: readonly Row[], paging: Paging, total: number) {
  return { content, paging: { page: paging.page, size: paging.size, total } }
}

/** A page of rows that are all in memory: the short reference lists, in the shop's own order unless asked by name. */
export function pageOf<Row extends { name: string }>(
  rows: readonly Row[],
  paging: Paging & { offset: number; ascending: boolean; sort: string },
) {
  const byName = (one: Row, other: Row) => one.name.localeCompare(other.name) * (paging.ascending ? 1 : -1)
  const sorted = paging.sort === 'NAME' ? rows.toSorted(byName) : rows
  return page(sorted.slice(paging.offset, paging.offset + paging.size), paging, rows.length)
}

export function money(amount: Minor, currency: string): number {
  return fromMinor(amount, currencyScale(currency))
}

export function moneyText(amount: Minor, currency: string): string {
  return formatMinor(amount, currencyScale(currency))
}

/** Facts of a contact that the core keeps as free attributes, by the names they have there. */
export const attributeNames = {
  statutoryNumber: 'statutory_number',
  passport: 'passport',
  identityCard: 'identity_card',
  nameDay: 'name_day',
  companyProfile: 'company_profile',
  avatarUrl: 'avatar_url',
  phoneTypes: 'phone_types',
} as const

/** Clients read a text that the documentation prints as a text: one that nobody told is empty. */
export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** What a token response says of the contact; `verified` is about the identity that was used. */
export function encodeSignedIn(ctx: Ctx, customer: Customer, verified: boolean) {
  return {
    id: uuid(ctx, 'customer', customer.id),
    type: customer.kind === 'company' ? 'COMPANY' : 'PERSON',
    title: text(customer.title),
    first_name: text(customer.firstName),
    last_name: text(customer.lastName),
    avatar: text(customer.attributes[attributeNames.avatarUrl]),
    is_verified: textFlag(verified),
  }
}

export interface ContactFacts {
  readonly emailOptOut: boolean
  readonly smsOptOut: boolean
  readonly consentState: string
}

export function encodeContact(ctx: Ctx, customer: Customer, facts: ContactFacts) {
  return {
    id: uuid(ctx, 'customer', customer.id),
    code: customer.code,
    type: customer.kind === 'company' ? 'COMPANY' : 'PERSON',
    title: text(customer.title),
    first_name: text(customer.firstName),
    middle_name: text(customer.middleName),
    last_name: text(customer.lastName),
    company_name: text(customer.companyName),
    preferred_language_code: encodeLanguage(customer.language ?? ctx.tenant.language),
    statutory_number: text(customer.attributes[attributeNames.statutoryNumber]),
    avatar_url: text(customer.attributes[attributeNames.avatarUrl]),
    email_address: text(primaryEmail(customer)),
    referral_code: customer.code,
    loyalty_identifiers: customer.identities
      .filter((identity) => identity.kind === 'card')
      .map((identity) => ({ identifier: identity.display })),
    sms_opt_out: textFlag(facts.smsOptOut),
    email_opt_out: textFlag(facts.emailOptOut),
    consent_state: facts.consentState,
  }
}

export function encodeDemographics(customer: Customer) {
  const [year, month, day] = (customer.birthday ?? '').split('-').map(Number)
  return {
    gender: text(customer.gender).toUpperCase(),
    passport: encodeDocument(customer.attributes[attributeNames.passport]),
    id_details: encodeDocument(customer.attributes[attributeNames.identityCard]),
    name_day: customer.attributes[attributeNames.nameDay] ?? null,
    date_of_birth: year && month && day ? { year, month, day } : null,
  }
}

function encodeDocument(value: AttributeValue | undefined) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const document = value as Readonly<Record<string, unknown>> // an object that is no list; its fields stay unknown
  const { number, issue_country_code, expiration_date } = document
  return {
    number: text(number),
    issue_country_code: text(issue_country_code),
    expiration_date: typeof expiration_date === 'number' ? expiration_date : null,
  }
}

function encodeLines(address: Pick<Address, 'line1' | 'line2' | 'region' | 'city' | 'postalCode' | 'country'>) {
  return {
    address_line_1: address.line1 ?? '',
    address_line_2: address.line2 ?? '',
    state_province_county: address.region ?? '',
    town_city: address.city ?? '',
    postal_code: address.postalCode ?? '',
    country_code: address.country ?? '',
  }
}

export function encodeAddress(ctx: Ctx, address: Address) {
  return {
    id: uuid(ctx, 'address', address.id),
    type: address.kind.toUpperCase(),
    ...encodeLines(address),
    care_of: text(address.data.careOf),
    is_primary: textFlag(address.isPrimary),
    lat: address.latitude,
    lon: address.longitude,
    googleplaceid: text(address.data.googlePlaceId),
  }
}

export function encodeBillingAddress(ctx: Ctx, address: Address | undefined) {
  if (!address) return null
  return {
    id: uuid(ctx, 'address', address.id),
    address_type: address.kind.toUpperCase(),
    ...encodeLines(address),
  }
}

export function encodePhone(ctx: Ctx, phone: Identity, type: string) {
  return {
    id: uuid(ctx, 'identity', phone.id),
    phone_type: type,
    is_primary: textFlag(phone.isPrimary),
    ...encodeNumber(phone.value),
  }
}

/** A phone number in the two parts that this API shows. */
export function encodeNumber(phone: string) {
  const parsed = parsePhoneNumberFromString(phone)
  return {
    number: parsed?.nationalNumber ?? phone,
    country_code: parsed?.country ?? (parsed ? `+${parsed.countryCallingCode}` : ''),
  }
}

/** A mobile unless the contact said otherwise; the types are kept by number. */
export function phoneTypeOf(customer: Customer, phone: Identity): string {
  const type = phoneTypesOf(customer)[phone.value]
  return typeof type === 'string' ? type : 'MOBILE'
}

export function phoneTypesAfter(customer: Customer, of: { phone: Identity; type: string }): Attributes {
  return { [attributeNames.phoneTypes]: { ...phoneTypesOf(customer), [of.phone.value]: of.type } }
}

function phoneTypesOf(customer: Customer): Readonly<Record<string, unknown>> {
  const types = customer.attributes[attributeNames.phoneTypes]
  return typeof types === 'object' && types !== null && !Array.isArray(types)
    ? (types as Readonly<Record<string, unknown>>) // an attribute that is an object
    : {}
}

/** "+35799***834", "jo***@example.com": enough to know one's own, too little to learn another's. */
export function obfuscate(address: string): string {
  const at = address.lastIndexOf('@')
  if (at >= 0) return `${address.slice(0, Math.min(2, at - 1))}***${address.slice(at)}`
  return `${address.slice(0, 6)}***${address.slice(-3)}`
}

export function encodeReference(ctx: Ctx, item: ReferenceItem) {
  return { id: uuid(ctx, 'reference', item.id), name: item.name }
}

export function encodeAccountNames(customer: Customer) {
  const number = `AC${customer.code}`
  return { name: [displayName(customer), number].filter(Boolean).join(' '), number }
}
