import type { AttributeType } from '../../core/customers/index.ts'
import { readDay } from '../http/times.ts'
import { type Fields, findText, isNo, isYes, listTexts, refuse } from './decode.ts'
import { type Element, element, list } from './encode.ts'

export const fieldTypes = ['Text', 'Date', 'Pick', 'List'] as const
export type FieldType = (typeof fieldTypes)[number]

/** A custom field of customers or of transactions. */
export interface CustomField {
  /** custom_field_1 and so on. */
  readonly name: string
  readonly label: string
  readonly type: FieldType
  readonly shown: boolean
  readonly choices: readonly string[]
}

/** The core's types of an attribute by this API's words: Pick is one of the choices, List any of them. */
export const attributeTypes: Readonly<Record<FieldType, AttributeType>> = {
  Text: 'text',
  Date: 'date',
  Pick: 'choice',
  List: 'choices',
}

export function fieldTypeOf(type: AttributeType): FieldType {
  return fieldTypes.find((one) => attributeTypes[one] === type) ?? 'Text'
}

export function encodeField(field: CustomField, status?: string): Element {
  return element(
    {
      name: field.name,
      label: field.label,
      show: field.shown ? 'Y' : 'N',
      type: field.type,
      ...(field.choices.length > 0 ? { choices: list('choice', field.choices) } : {}),
    },
    status,
  )
}

/** What a call says of a field; what it does not say stays. */
export type FieldChange = Partial<Omit<CustomField, 'name'>>

const partName = /^(custom_field_\d{1,9})_(label|type|show|choices|unique)$/

const [maxFields, maxChoices] = [100, 200]

/** By field: a call may speak of several, each part in a field of its own (`custom_field_2_label`). */
export function decodeFieldChanges(fields: Fields): Map<string, FieldChange> {
  const names = [...fields.keys()].flatMap((sent) => partName.exec(sent)?.[1] ?? [])
  const different = [...new Set(names)]
  if (different.length === 0) return refuse('custom_field_#_label', 'is required')
  if (different.length > maxFields) return refuse('custom_field_#_label', `may be given ${maxFields} times at most`)
  return new Map(different.map((name) => [name, decodeFieldChange(fields, name)]))
}

function decodeFieldChange(fields: Fields, name: string): FieldChange {
  const sent = (part: string) => `${name}_${part}`
  const type = decodeFieldType(fields, sent('type'))
  const label = findText(fields, sent('label'))
  const choices = fields.has(sent('choices')) ? listTexts(fields, sent('choices')) : undefined
  if (choices && choices.length > maxChoices) return refuse(sent('choices'), `may be ${maxChoices} at most`)
  const show = fields.get(sent('show'))
  if (show !== undefined && !isYes(show) && !isNo(show)) return refuse(sent('show'), 'must be Y or N')
  if (isYes(fields.get(sent('unique'))))
    return refuse(sent('unique'), 'is not offered: only cards and codes are unique')
  return {
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type }),
    ...(show === undefined ? {} : { shown: isYes(show) }),
    ...(choices === undefined ? {} : { choices }),
  }
}

function decodeFieldType(fields: Fields, name: string): FieldType | undefined {
  const text = fields.get(name)?.toLowerCase()
  if (text === undefined) return undefined
  return fieldTypes.find((type) => type.toLowerCase() === text) ?? refuse(name, `must be ${fieldTypes.join(', ')}`)
}

/** A text that is not shown, as far as nothing else is said. */
export function newField(name: string, change: FieldChange): CustomField {
  const { label = name, type = 'Text', shown = false, choices = [] } = change
  if ((type === 'Pick' || type === 'List') && choices.length === 0) return refuse(`${name}_choices`, 'is required')
  return { name, label, type, shown, choices }
}

export function refuseTooMany(count: number): void {
  if (count > maxFields) refuse('action', `leaves no field free: there may be ${maxFields}`)
}

/** What every account asks of a customer. */
export const standardFields: readonly CustomField[] = Object.entries({
  card_number: 'Card #',
  first_name: 'First name',
  last_name: 'Last name',
  phone: 'Phone',
  email: 'Email',
  street1: 'Street',
  street2: 'Street 2',
  city: 'City',
  state: 'State',
  postal_code: 'Postal code',
  country: 'Country',
  customer_username: 'Username',
  customer_PIN: 'PIN',
  customer_password: 'Password',
  custom_date: 'Date',
  custom_field: 'Note',
}).map(([name, label]) => ({ name, label, type: name === 'custom_date' ? 'Date' : 'Text', shown: true, choices: [] }))

/** A transaction's field as it is kept with its name. */
export function readFieldData(
  data: Readonly<Record<string, unknown>>,
): Pick<CustomField, 'type' | 'shown' | 'choices'> {
  const { type, shown, choices } = data
  return {
    type: fieldTypes.find((one) => one === type) ?? 'Text',
    shown: shown !== false,
    choices: Array.isArray(choices) ? choices.filter((choice) => typeof choice === 'string') : [],
  }
}

/** A date is a day or a timestamp, a pick one of the choices, a list some of them with commas between. */
export function refuseWrongValue(field: Pick<CustomField, 'name' | 'type' | 'choices'>, value: string): void {
  const { name, type, choices } = field
  // The manual writes a timestamp with points: 2012.07.28 22:59:59.
  const isDay = readDay(value.slice(0, 10).replaceAll('.', '-')) !== undefined
  if (type === 'Date' && !isDay) refuse(name, 'must be a date as YYYY-MM-DD')
  if (type === 'Pick' && !choices.includes(value)) refuse(name, `must be one of ${choices.join(', ')}`)
  if (type === 'List' && !value.split(',').every((one) => choices.includes(one.trim())))
    refuse(name, `must be a list of ${choices.join(', ')}`)
}
