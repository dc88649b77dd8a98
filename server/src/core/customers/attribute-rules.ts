import { DomainError } from '../../platform/errors.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import { isDay } from './rules.ts'
import type { AttributeDefinition, Attributes, AttributeType, AttributeValue } from './types.ts'

const maxNameLength = 100
const maxValueLength = 10_000

/** Names are lower case; refuses empty or endless ones. */
export function attributeName(text: string): string {
  const name = cleanText(text).trim().normalize('NFC').toLowerCase()
  if (name === '' || name.length > maxNameLength) {
    throw new DomainError('request.invalid', { field: 'attribute', reason: 'name empty or too long' })
  }
  return name
}

/** Lower-case names, no null values, bounded texts. */
export function cleanAttributes(values: Attributes): Record<string, AttributeValue> {
  const clean: Record<string, AttributeValue> = Object.create(null)
  for (const [name, value] of Object.entries(values)) {
    if (value !== null) clean[attributeName(name)] = cleanValue(name, value)
  }
  return { ...clean }
}

function cleanValue(name: string, value: AttributeValue): AttributeValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  if (text.length > maxValueLength) {
    throw new DomainError('attribute.invalid_value', { name, reason: 'too long' })
  }
  return cleanJson(value)
}

/** "+5" and "-2.5" on a number add and subtract; undefined for anything else. */
export function increment(value: AttributeValue): number | undefined {
  return typeof value === 'string' && /^[+-]\d+(\.\d+)?$/.test(value) ? Number(value) : undefined
}

/**
 * The attributes after `values`: null removes, an undefined type takes anything. Numeric attributes understand "+1".
 * Refuses `attribute.invalid_value` with the name.
 */
export function mergeAttributes(
  current: Attributes,
  values: Attributes,
  definitions: readonly AttributeDefinition[],
): Record<string, AttributeValue> {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]))
  const next: Record<string, AttributeValue> = { ...current }
  for (const [given, value] of Object.entries(values)) {
    const name = attributeName(given)
    if (value === null) {
      delete next[name]
      continue
    }
    const definition = byName.get(name)
    next[name] = definition ? typed(definition, cleanValue(name, value), next[name]) : cleanValue(name, value)
  }
  return next
}

function typed(definition: AttributeDefinition, value: AttributeValue, current: AttributeValue | undefined) {
  const isNumeric = definition.type === 'number' || definition.type === 'integer'
  const step = isNumeric ? increment(value) : undefined
  const wanted = step === undefined || current === undefined ? value : Number(current ?? 0) + step
  const read = readers[definition.type](wanted, definition)
  if (read === undefined) throw new DomainError('attribute.invalid_value', { name: definition.name, value })
  return read
}

type Reader = (value: AttributeValue, definition: AttributeDefinition) => AttributeValue | undefined

// An empty text is an empty value of any type: forms send it for what was left out.
const readers: Readonly<Record<AttributeType, Reader>> = {
  text: (value) => (typeof value === 'object' ? undefined : String(value)),
  number: readNumber,
  integer: (value) => {
    const number = readNumber(value)
    return number === '' || Number.isSafeInteger(number) ? number : undefined
  },
  boolean: (value) => {
    if (typeof value === 'boolean' || value === '') return value
    if (value === 'true' || value === '1' || value === 1) return true
    return value === 'false' || value === '0' || value === 0 ? false : undefined
  },
  date: (value) => (typeof value === 'string' ? value : undefined),
  gender: (value) => (typeof value === 'string' ? value : undefined),
  choice: (value, { choices }) =>
    typeof value === 'string' && (value === '' || choices.length === 0 || choices.includes(value)) ? value : undefined,
  choices: (value, { choices }) => {
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) return undefined
    return choices.length === 0 || value.every((one) => choices.includes(one)) ? value : undefined
  },
  json: (value) => value,
}

function readNumber(value: AttributeValue): number | '' | undefined {
  if (value === '') return ''
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value.replace(',', '.')) : value
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined
}

/** A date attribute read as a day, whichever usual way it is written: 2026-01-31, 31.01.2026, with a time behind it. */
export function dayOf(text: string): string | undefined {
  const iso = /^(\d{4}-\d{2}-\d{2})([T ]|$)/.exec(text)?.[1]
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)
  const day = iso ?? (german && `${german[3]}-${german[2]?.padStart(2, '0')}-${german[1]?.padStart(2, '0')}`)
  return day && isDay(day) ? day : undefined
}
