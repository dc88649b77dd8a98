import { domainToASCII } from 'node:url'
import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js'
import { DomainError } from '../../platform/errors.ts'
import { cleanText } from '../../platform/text.ts'
import type { Claim, Customer, CustomerPatch, Identity, IdentityKind, NormalClaim, Profile } from './types.ts'

/** Lower case, composed Unicode, the domain in ASCII: two spellings of one address compare equal. Refuses `email.invalid`. */
export function normaliseEmail(text: string): string {
  const email = findEmail(text)
  if (!email) throw new DomainError('email.invalid', { email: text })
  return email
}

/** The same, undefined where it is not an address. */
export function findEmail(text: string): string | undefined {
  const trimmed = text.trim().normalize('NFC').toLowerCase()
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, at)
  const domain = domainToASCII(trimmed.slice(at + 1))
  const localIsFine = /^[^\s@"(),:;<>[\]\\\p{Cc}]{1,64}$/u.test(local) && !/^\.|\.\.|\.$/.test(local)
  const domainIsFine = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$/.test(domain)
  if (at < 1 || !localIsFine || !domainIsFine || local.length + domain.length > 253) return undefined
  return `${local}@${domain}`
}

/** E.164. A number without a country code belongs to `country` (ISO 3166 alpha-2). Refuses `phone.invalid`. */
export function normalisePhone(text: string, country: string): string {
  const phone = findPhone(text, country)
  if (!phone) throw new DomainError('phone.invalid', { phone: text })
  return phone
}

export function findPhone(text: string, country: string): string | undefined {
  const trimmed = text
    .trim()
    .normalize('NFKC')
    .replace(/^00(?=[1-9])/, '+')
  const upper = country.toUpperCase()
  const parsed = parsePhoneNumberFromString(trimmed, {
    ...(isSupportedCountry(upper) ? { defaultCountry: upper as CountryCode } : {}), // checked just before
    extract: false,
  })
  // Possible, not valid: number plans change faster than anybody's metadata.
  return parsed?.isPossible() ? parsed.number : undefined
}

/** Refuses e-mails and phones that are none, and claims that are empty or longer than an identity may be. */
export function normaliseClaim(claim: Claim, country: string): NormalClaim {
  const display = cleanText(claim.value).trim()
  return {
    kind: claim.kind,
    source: claim.source ?? '',
    value: normaliseValue(claim.kind, display, country),
    display,
    verified: claim.verified ?? false,
  }
}

const maxIdentityLength = 500

function normaliseValue(kind: IdentityKind, text: string, country: string): string {
  // The length keeps the unique index's rows small.
  if (text === '' || text.length > maxIdentityLength) {
    throw new DomainError('request.invalid', { field: kind, reason: 'empty or too long' })
  }
  if (kind === 'email') return normaliseEmail(text)
  if (kind === 'phone') return normalisePhone(text, country)
  if (kind === 'login') return text.normalize('NFKC').toLowerCase()
  if (kind === 'card') return text.replace(/[\s-]/g, '').toUpperCase()
  return text.normalize('NFC')
}

/** Normalised, each once, in the order given. */
export function normaliseClaims(claims: readonly Claim[], country: string): NormalClaim[] {
  const byKey = new Map<string, NormalClaim>()
  for (const claim of claims) {
    const normal = normaliseClaim(claim, country)
    const key = claimKey(normal)
    const known = byKey.get(key)
    byKey.set(key, known ? { ...known, verified: known.verified || normal.verified } : normal)
  }
  return [...byKey.values()]
}

export function claimKey(claim: { kind: IdentityKind; source: string; value: string }): string {
  return JSON.stringify([claim.kind, claim.source, claim.value])
}

/** A device alone is nobody yet; everything else names a person or company. */
export function namesSomebody(claims: readonly { kind: IdentityKind }[]): boolean {
  return claims.some((claim) => claim.kind !== 'device')
}

export function primaryIdentity(customer: Pick<Customer, 'identities'>, kind: IdentityKind): Identity | undefined {
  const ofKind = customer.identities.filter((identity) => identity.kind === kind)
  return ofKind.find((identity) => identity.isPrimary) ?? ofKind[0]
}

/** As it was given; undefined when there is none. */
export function primaryEmail(customer: Pick<Customer, 'identities'>): string | undefined {
  return primaryIdentity(customer, 'email')?.display
}

/** E.164; undefined when there is none. */
export function primaryPhone(customer: Pick<Customer, 'identities'>): string | undefined {
  return primaryIdentity(customer, 'phone')?.value
}

export function externalId(customer: Pick<Customer, 'identities'>, source: string): string | undefined {
  return customer.identities.find((identity) => identity.kind === 'external' && identity.source === source)?.value
}

/** What to call the customer on a screen; '' when nothing is known. */
export function displayName(
  customer: Pick<Customer, 'firstName' | 'middleName' | 'lastName' | 'companyName' | 'kind'>,
): string {
  const person = [customer.firstName, customer.middleName, customer.lastName].filter(Boolean).join(' ')
  return (customer.kind === 'company' ? customer.companyName || person : person || customer.companyName) ?? ''
}

export const emptyProfile: Profile = {
  kind: 'person',
  title: null,
  firstName: null,
  middleName: null,
  lastName: null,
  companyName: null,
  gender: null,
  birthday: null,
  language: null,
  country: null,
  timeZone: null,
  storeId: null,
  source: null,
}

const profileFields = Object.keys(emptyProfile) as (keyof Profile)[] // the object above has exactly these keys

/** The profile after a patch; undefined leaves a field as it is. Refuses a birthday that is no day and endless texts. */
export function applyPatch(profile: Profile, patch: CustomerPatch): { profile: Profile; changed: string[] } {
  const next: Record<string, unknown> = {}
  const changed: string[] = []
  for (const field of profileFields) {
    const given = patch[field]
    const value = given === undefined ? profile[field] : cleanField(field, given)
    next[field] = value
    if (value !== profile[field]) changed.push(field)
  }
  return { profile: next as unknown as Profile, changed } // built from the profile's own keys
}

const maxTextLength = 1_000

function cleanField(field: keyof Profile, value: Profile[keyof Profile]): Profile[keyof Profile] {
  if (typeof value !== 'string') return value
  const text = cleanText(value).trim().normalize('NFC')
  if (text.length > maxTextLength) throw new DomainError('request.invalid', { field, reason: 'too long' })
  if (text === '') return null
  if (field === 'birthday' && !isDay(text)) throw new DomainError('request.invalid', { field, reason: 'not a day' })
  if (field === 'country') return text.toUpperCase()
  return text
}

export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
