import type { Attributes, AttributeType, AttributeValue } from '../../core/customers/index.ts'
import { listReferenceItems, type ReferenceItem } from '../../core/organisations/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { cleanJson } from '../../platform/text.ts'
import { type Fields, readDate } from './decode.ts'
import { type Row, stateOf, timeOf } from './encode.ts'

/** What a property may hold, in this API's words. Its values are the customer's attributes, under the property's code. */
const dataTypes = {
  text: 'string',
  number: 'float',
  integer: 'integer',
  boolean: 'boolean',
  date: 'date',
  gender: 'string',
  choice: 'enum',
  choices: 'multiselect',
  json: 'custom',
} as const satisfies Readonly<Record<AttributeType, string>>

type DataType = (typeof dataTypes)[AttributeType]

export function listCustomerProperties(ctx: Ctx): Promise<ReferenceItem[]> {
  return listReferenceItems(ctx, 'customer_property')
}

function dataTypeOf(property: ReferenceItem): DataType {
  return dataTypes[property.data.dataType as AttributeType] ?? 'string' // any other word reads as text
}

/** The choices of a property, as objects. */
function itemsOf(property: ReferenceItem): { id: string; name: string; resource_record_id: null; state: 1 }[] {
  const choices = Array.isArray(property.data.choices) ? property.data.choices : []
  return choices.map((choice) => ({ id: String(choice), name: String(choice), resource_record_id: null, state: 1 }))
}

export function propertyRow(ctx: Ctx, property: ReferenceItem): Row {
  return {
    property_id: property.code,
    name: property.name,
    description: property.data.description ?? null,
    data_type: dataTypeOf(property),
    items: itemsOf(property),
    is_required: false,
    is_unique: false,
    last_change: timeOf(ctx, property.updatedAt),
    state: stateOf(property.state),
  }
}

/** The values in `property_records`, by the code of their property. */
export async function readPropertyValues(ctx: Ctx, body: Fields): Promise<Attributes> {
  const records = body.objects('property_records', { max: 500 })
  const properties = records.length > 0 ? await listCustomerProperties(ctx) : []
  return Object.fromEntries(records.map((record) => readRecord(record, properties)))
}

/** One PropertyRecord: the property's code and its value; unknown properties and values of the wrong type are faults. */
export function readRecord(record: Fields, properties: readonly ReferenceItem[]): readonly [string, AttributeValue] {
  const code = record.needText('property_id', { max: 100 })
  const property = properties.find((candidate) => candidate.code === code)
  if (!property && code !== '') record.refuse('property_id', 'not_found')
  const given = record.value('property_value')
  if (!property || given === undefined) return [code, null]
  const value = readValue(dataTypeOf(property), cleanJson(given), property)
  if (value === undefined) record.refuse('property_value', 'invalid_value_format', `must be ${dataTypeOf(property)}`)
  return [code, value ?? null]
}

const longestText = 10_000

function readValue(type: DataType, value: unknown, property: ReferenceItem): AttributeValue | undefined {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined // a safe integer is a number
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'date':
      return typeof value === 'string' ? readDate(value) : undefined
    case 'enum':
      return readChoices(value, property)?.[0]
    case 'multiselect':
      return readChoices(value, property)
    case 'custom':
      return JSON.stringify(value).length <= longestText ? (value as AttributeValue) : undefined // JSON is what an attribute may hold
    case 'string':
      return typeof value === 'string' && value.length <= longestText ? value : undefined
  }
}

// Written as the bare id, or as the objects that reading gives.
function readChoices(value: unknown, property: ReferenceItem): string[] | undefined {
  const given = Array.isArray(value) ? value : [value]
  const ids = given.map((one) => (typeof one === 'object' && one !== null ? (one as { id?: unknown }).id : one)) // any object may have an id
  const known = itemsOf(property).map((item) => item.id)
  return ids.every((id) => typeof id === 'string' && known.includes(id)) ? (ids as string[]) : undefined // just checked
}

/** Whose values they are; a record is named by its property and its owner. */
export interface RecordOwner {
  readonly id: string
  readonly values: Readonly<Record<string, unknown>>
  readonly changedAt: Date
}

/** The values that an owner has of these properties, as PropertyRecords. */
export function recordRows(ctx: Ctx, properties: readonly ReferenceItem[], owner: RecordOwner) {
  return properties.flatMap((property) => {
    const value = Object.hasOwn(owner.values, property.code) ? owner.values[property.code] : undefined
    if (value === undefined || value === null) return []
    return [
      {
        property_record_id: `${property.code}:${owner.id}`,
        property_id: property.code,
        property_name: property.name,
        property_value: wireValue(property, value as AttributeValue), // values are JSON, which is what attributes hold
        last_change: timeOf(ctx, owner.changedAt),
      },
    ]
  })
}

/** `p1_note:<owner's id>`: the property that a record's id names, where it is this owner's and has a value. */
export function propertyOfRecord(
  text: string,
  properties: readonly ReferenceItem[],
  owner: RecordOwner,
): ReferenceItem | undefined {
  const code = text.slice(0, Math.max(0, text.lastIndexOf(':')))
  const value = Object.hasOwn(owner.values, code) ? owner.values[code] : undefined
  const isThis = text.toLowerCase() === `${code}:${owner.id}`.toLowerCase()
  return isThis && value !== undefined && value !== null ? properties.find((one) => one.code === code) : undefined
}

/** A value as it is read: choices as the objects of the property's items. */
function wireValue(property: ReferenceItem, value: AttributeValue): unknown {
  const type = dataTypeOf(property)
  if (type !== 'enum' && type !== 'multiselect') return value
  const chosen = Array.isArray(value) ? value : [value]
  return itemsOf(property).filter((item) => chosen.includes(item.id))
}
