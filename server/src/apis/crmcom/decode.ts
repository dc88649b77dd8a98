import { DomainError } from '../../platform/errors.ts'
import { type Minor, toMinor } from '../../platform/money.ts'

/** What a client sent as an object of JSON. Its fields are read one by one, each with its own refusal. */
export type Fields = Readonly<Record<string, unknown>>

export function refuse(attribute: string, reason: string): never {
  throw new DomainError('request.invalid', { field: attribute, reason })
}

/** A request without a body is an empty object: several calls of this API need none. */
export function decodeBody(body: unknown): Fields {
  if (body === undefined || body === null) return {}
  if (typeof body !== 'object' || Array.isArray(body)) return refuse('body', 'must be a JSON object')
  return body as Fields // an object that is no array; its fields stay unknown
}

export function decodeObject(fields: Fields, name: string): Fields | undefined {
  const value = field(fields, name)
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'object' || Array.isArray(value)) return refuse(name, 'must be an object')
  return value as Fields // as above
}

export function decodeList(fields: Fields, name: string, options: { max: number }): readonly unknown[] {
  const value = field(fields, name)
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) return refuse(name, 'must be a list')
  if (value.length > options.max) return refuse(name, `must not have more than ${options.max} entries`)
  return value
}

/** The text of a field: undefined when it was not sent, null when it was sent empty. Numbers count as text. */
export function decodeText(fields: Fields, name: string, options: { max?: number } = {}): string | null | undefined {
  const value = field(fields, name)
  if (value === undefined) return undefined
  if (value === null) return null
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value !== 'string') return refuse(name, 'must be text')
  // PostgreSQL keeps neither zero bytes nor halves of surrogate pairs.
  if (value.includes('\0') || !value.isWellFormed()) return refuse(name, 'contains characters that are not allowed')
  if (value.length > (options.max ?? 200))
    return refuse(name, `must not be longer than ${options.max ?? 200} characters`)
  return value.trim() === '' ? null : value.trim()
}

export function requireText(fields: Fields, name: string, options: { max?: number } = {}): string {
  return decodeText(fields, name, options) ?? refuse(name, 'is required')
}

/** Passwords are taken as they are: blanks at their ends count. */
export function requirePassword(fields: Fields, name: string): string {
  const value = field(fields, name)
  if (typeof value !== 'string' || value === '') return refuse(name, 'is required')
  if (value.length > 200 || !value.isWellFormed()) return refuse(name, 'must not be longer than 200 characters')
  return value
}

/** True and false arrive as themselves or as text. */
export function decodeFlag(fields: Fields, name: string): boolean | undefined {
  const value = field(fields, name)
  if (value === undefined || value === null || value === '') return undefined
  const text = String(value).toLowerCase()
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  return refuse(name, 'must be true or false')
}

export function decodeInteger(
  fields: Fields,
  name: string,
  bounds: { min: number; max: number },
): number | null | undefined {
  const value = field(fields, name)
  if (value === undefined) return undefined
  if (value === null || value === '') return null
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isInteger(number)) return refuse(name, 'must be a whole number')
  if (number < bounds.min || number > bounds.max) return refuse(name, `must be from ${bounds.min} to ${bounds.max}`)
  return number
}

export function decodeNumber(fields: Fields, name: string, bounds: { min: number; max: number }): number | undefined {
  const value = field(fields, name)
  if (value === undefined || value === null || value === '') return undefined
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) return refuse(name, 'must be a number')
  if (number < bounds.min || number > bounds.max) return refuse(name, `must be from ${bounds.min} to ${bounds.max}`)
  return number
}

/** An amount in whole units to minor units. */
export function decodeAmount(fields: Fields, name: string, scale: number): Minor | undefined {
  const number = decodeNumber(fields, name, { min: 0, max: 1e12 })
  return number === undefined ? undefined : toMinor(number, scale)
}

/** One of the listed words, any case. */
export function decodeWord<Word extends string>(
  fields: Fields,
  name: string,
  words: readonly Word[],
): Word | undefined {
  const text = decodeText(fields, name)
  if (!text) return undefined
  return words.find((word) => word === text.toUpperCase()) ?? refuse(name, `must be one of ${words.join(', ')}`)
}

/** Epoch seconds; a client that sends milliseconds is understood. */
export function decodeTime(fields: Fields, name: string): Date | undefined {
  const number = decodeNumber(fields, name, { min: -1e13, max: 1e14 })
  if (number === undefined) return undefined
  return new Date(Math.abs(number) > 1e11 ? number : number * 1000)
}

export interface Paging {
  readonly page: number
  readonly size: number
}

const maxRows = 1_000_000

/** `page` counts from 1, `size` is 10 unless told, 100 at most. `order` is checked; an unknown `sort` is ignored. */
export function decodePaging(query: Fields): Paging & { offset: number; ascending: boolean; sort: string } {
  const page = decodeInteger(query, 'page', { min: 1, max: maxRows }) ?? 1
  const size = decodeInteger(query, 'size', { min: 1, max: 100 }) ?? 10
  const ascending = decodeWord(query, 'order', ['ASC', 'DESC']) === 'ASC'
  const sort = decodeText(query, 'sort')?.toUpperCase() ?? ''
  return { page, size, offset: Math.min((page - 1) * size, maxRows), ascending, sort }
}

function field(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined
}
