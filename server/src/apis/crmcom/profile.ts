import {
  type Attributes,
  type AttributeValue,
  type Customer,
  type CustomerPatch,
  isDay,
} from '../../core/customers/index.ts'
import { decodeLanguage } from './codes.ts'
import {
  decodeInteger,
  decodeList,
  decodeObject,
  decodeText,
  decodeWord,
  type Fields,
  refuse,
  requireText,
} from './decode.ts'
import { attributeNames } from './encode.ts'

/** What PUT /contacts/{id} may change. A contact does not decide on its own tax exemption, so that field is ignored. */
export function decodeContactPatch(body: Fields, customer: Customer): CustomerPatch {
  const demographics = decodeObject(body, 'demographics') ?? {}
  const names = decodeNames(body, customer)
  const language = decodeText(body, 'preferred_language_code')
  const email = decodeText(body, 'email_address', { max: 254 })
  return {
    ...names,
    title: decodeText(body, 'title'),
    middleName: decodeText(body, 'middle_name'),
    ...(language ? { language: decodeLanguage(language, 'preferred_language_code') } : {}),
    ...(email ? { email } : {}),
    gender: decodeGender(demographics),
    birthday: decodeBirthday(demographics),
    attributes: decodeFacts(body, demographics),
  }
}

// The name that a contact goes by can change but not vanish.
function decodeNames(body: Fields, customer: Customer): CustomerPatch {
  const names = {
    firstName: decodeText(body, 'first_name'),
    lastName: decodeText(body, 'last_name'),
    companyName: decodeText(body, 'company_name'),
  }
  if (customer.kind === 'company' && names.companyName === null) return refuse('company_name', 'must not be empty')
  if (customer.kind === 'person' && names.firstName === null) return refuse('first_name', 'must not be empty')
  if (customer.kind === 'person' && names.lastName === null) return refuse('last_name', 'must not be empty')
  return names
}

function decodeGender(demographics: Fields): CustomerPatch['gender'] {
  const gender = decodeWord(demographics, 'gender', ['MALE', 'FEMALE', 'OTHER'])
  if (gender === undefined) return undefined
  return gender === 'MALE' ? 'male' : gender === 'FEMALE' ? 'female' : 'other'
}

function decodeBirthday(demographics: Fields): string | undefined {
  const date = decodeObject(demographics, 'date_of_birth')
  if (!date) return undefined
  const year = decodeInteger(date, 'year', { min: 1850, max: 9999 })
  const month = decodeInteger(date, 'month', { min: 1, max: 12 })
  const day = decodeInteger(date, 'day', { min: 1, max: 31 })
  const digits = (value: number | null | undefined, length: number) => String(value ?? 0).padStart(length, '0')
  const text = [digits(year, 4), digits(month, 2), digits(day, 2)].join('-')
  return isDay(text) ? text : refuse('date_of_birth', 'is not a date')
}

function decodeFacts(body: Fields, demographics: Fields): Attributes {
  const statutoryNumber = decodeText(body, 'statutory_number')
  const facts: Record<string, AttributeValue | undefined> = {
    [attributeNames.statutoryNumber]: statutoryNumber,
    [attributeNames.passport]: decodeDocument(demographics, 'passport', 'passport_number'),
    [attributeNames.identityCard]: decodeDocument(demographics, 'id_details', 'id_number'),
    [attributeNames.nameDay]: decodeNameDay(demographics),
    [attributeNames.companyProfile]: decodeCompany(body),
  }
  const given = Object.entries(facts).filter((entry): entry is [string, AttributeValue] => entry[1] !== undefined)
  return Object.fromEntries(given)
}

// Written as passport_number or id_number, shown as number: either is understood.
function decodeDocument(demographics: Fields, name: string, numberName: string): AttributeValue | undefined {
  const document = decodeObject(demographics, name)
  if (!document) return undefined
  return {
    number: decodeText(document, numberName) ?? decodeText(document, 'number') ?? null,
    issue_country_code: decodeText(document, 'issue_country_code') ?? null,
    expiration_date: decodeInteger(document, 'expiration_date', { min: 0, max: 1e13 }) ?? null,
  }
}

function decodeNameDay(demographics: Fields): AttributeValue | undefined {
  const date = decodeObject(demographics, 'name_day')
  if (!date) return undefined
  return {
    month: decodeInteger(date, 'month', { min: 1, max: 12 }) ?? refuse('month', 'is required'),
    day: decodeInteger(date, 'day', { min: 1, max: 31 }) ?? refuse('day', 'is required'),
  }
}

const companyFields = [
  'profile_year',
  'annual_turnover',
  'established_on',
  'number_of_employees',
  'registration_number',
  'registration_country',
  'tax_reference_number',
  'vat_registration_number',
  'industry_id',
] as const

// The printed name of the group has a letter missing.
function decodeCompany(body: Fields): AttributeValue | undefined {
  const profile = decodeObject(body, 'company_profile') ?? decodeObject(body, 'company_profle')
  if (!profile) return undefined
  const sectors = decodeList(profile, 'industry_sectors', { max: 100 })
  return {
    ...Object.fromEntries(companyFields.map((name) => [name, decodeText(profile, name) ?? null])),
    industry_sectors: sectors.map((sector) => requireText({ sector }, 'sector')),
  }
}
