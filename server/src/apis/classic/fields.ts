import type { AttributeType } from '../../core/customers/index.ts'
import { readDay } from '../http/times.ts'
import { type Fields, findText, isNo, isYes, listTexts, refuse, requireText } from './decode.ts'
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
      type: field.type,
      show: field.shown ? 'Y' : 'N',
      choices: list('choice', field.choices),
    },
    status,
  )
}

const maxChoices = 200

/** What a call says of a field; what it does not say stays. */
export function decodeFieldChange(fields: Fields): Partial<Omit<CustomField, 'name'>> {
  const type = decodeFieldType(fields)
  const label = findText(fields, 'field_label')
  const choices = fields.has('field_choices') ? listTexts(fields, 'field_choices') : undefined
  if (choices && choices.length > maxChoices) return refuse('field_choices', `may be ${maxChoices} at most`)
  const show = fields.get('field_show')
  if (show !== undefined && !isYes(show) && !isNo(show)) return refuse('field_show', 'must be Y or N')
  return {
    ...(label === undefined ? {} : { label }),
    ...(type === undefined ? {} : { type }),
    ...(show === undefined ? {} : { shown: isYes(show) }),
    ...(choices === undefined ? {} : { choices }),
  }
}

function decodeFieldType(fields: Fields): FieldType | undefined {
  const text = fields.get('field_type')?.toLowerCase()
  if (text === undefined) return undefined
  return (
    fieldTypes.find((type) => type.toLowerCase() === text) ?? refuse('field_type', `must be ${fieldTypes.join(', ')}`)
  )
}

export function decodeNewField(fields: Fields, names: readonly string[]): CustomField {
  const change = decodeFieldChange(fields)
  const label = change.label ?? requireText(fields, 'field_label')
  const type = change.type ?? 'Text'
  const choices = change.choices ?? []
  if ((type === 'Pick' || type === 'List') && choices.length === 0) return refuse('field_choices', 'is required')
  return { name: freeName(names), label, type, shown: change.shown ?? true, choices }
}

const maxFields = 100

/** The lowest number that no field has. */
function freeName(names: readonly string[]): string {
  for (let number = 1; number <= maxFields; number++) {
    if (!names.includes(`custom_field_${number}`)) return `custom_field_${number}`
  }
  return refuse('action', `leaves no field free: there may be ${maxFields}`)
}

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
  if (type === 'Date' && !readDay(value.slice(0, 10))) refuse(name, 'must be a date as YYYY-MM-DD')
  if (type === 'Pick' && !choices.includes(value)) refuse(name, `must be one of ${choices.join(', ')}`)
  if (type === 'List' && !value.split(',').every((one) => choices.includes(one.trim())))
    refuse(name, `must be a list of ${choices.join(', ')}`)
}
