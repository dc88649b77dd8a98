// The words of this API for what the core calls otherwise: attributes that are the customer's own fields.
import {
  type Address,
  type AttributeValue,
  type Customer,
  type CustomerInput,
  dayOf,
  type Gender,
  primaryPhone,
} from '../../core/customers/index.ts'

type ProfileField = 'firstName' | 'lastName' | 'title' | 'companyName' | 'gender' | 'birthday' | 'language'
type AddressField = 'line1' | 'postalCode' | 'city' | 'country'
export type KnownField = ProfileField | AddressField | 'phone'

/** Names that clients give to attributes with one meaning; the first of a field is the one we show by ourselves. */
const names: Readonly<Record<KnownField, readonly string[]>> = {
  firstName: ['firstname', 'first_name', 'vorname'],
  lastName: ['lastname', 'last_name', 'nachname'],
  title: ['title', 'titel'],
  companyName: ['company', 'firma'],
  gender: ['gender', 'salutation', 'sex', 'anrede'],
  birthday: ['birthday', 'birthdate', 'date_of_birth', 'geburtstag'],
  language: ['language'],
  line1: ['street', 'address', 'strasse'],
  postalCode: ['zip', 'zipcode', 'postcode', 'plz'],
  city: ['city', 'town', 'ort'],
  country: ['country', 'land'],
  phone: ['phone', 'mobile', 'telefon'],
}

const fieldByName = new Map(
  Object.entries(names).flatMap(([field, all]) => all.map((name) => [name, field as KnownField] as const)), // the record's own keys
)

export function fieldOf(name: string): KnownField | undefined {
  return fieldByName.get(name)
}

/** The name under which a field is shown when no attribute was made for it. */
export function nameOf(field: KnownField): string {
  return names[field][0] ?? field
}

export const knownFields = Object.keys(names) as readonly KnownField[] // the record's own keys

const genders: Readonly<Record<Gender, readonly string[]>> = {
  male: ['male', 'm', 'mr', 'mr.', 'herr', 'man', 'männlich', '1'],
  female: ['female', 'f', 'w', 'mrs', 'mrs.', 'ms', 'ms.', 'miss', 'frau', 'woman', 'weiblich', '2'],
  other: ['other', 'diverse', 'divers', 'd', 'x'],
}

export function genderOf(text: string): Gender | undefined {
  const word = text.trim().toLowerCase()
  return (Object.keys(genders) as Gender[]).find((gender) => genders[gender].includes(word)) // the record's own keys
}

/** What of the global attributes is the customer's own field: null clears, a value that does not fit is left out. */
export interface OwnFields {
  readonly profile: Partial<Pick<CustomerInput, ProfileField>>
  readonly address: Partial<Record<AddressField, string | null>>
  readonly phone: string | undefined
}

const addressFields: ReadonlySet<string> = new Set(['line1', 'postalCode', 'city', 'country'])

export function readOwnFields(attributes: Readonly<Record<string, AttributeValue>>): OwnFields {
  const profile: Record<string, string | null> = {}
  const address: Record<string, string | null> = {}
  let phone: string | undefined
  for (const [name, value] of Object.entries(attributes)) {
    const field = fieldOf(name)
    if (!field) continue
    const text = value === null ? '' : String(value).trim()
    if (field === 'phone') phone = text || undefined
    else if (addressFields.has(field)) address[field] = text || null
    else {
      const read = readProfileField(field, text)
      if (read !== undefined) profile[field] = read
    }
  }
  return { profile: profile as OwnFields['profile'], address: address as OwnFields['address'], phone } // filled by these very keys
}

function readProfileField(field: KnownField, text: string): string | null | undefined {
  if (text === '') return null
  if (field === 'gender') return genderOf(text)
  return field === 'birthday' ? dayOf(text) : text
}

/** The customer's own value of a field, as an attribute: '' when it is not known. */
export function ownValue(field: KnownField, customer: Customer, address: Address | undefined): string {
  switch (field) {
    case 'phone':
      return primaryPhone(customer) ?? ''
    case 'line1':
    case 'postalCode':
    case 'city':
      return address?.[field] ?? ''
    case 'country':
      return address?.country ?? customer.country ?? ''
    default:
      return customer[field] ?? ''
  }
}
