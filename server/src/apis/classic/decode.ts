import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../platform/errors.ts'
import { type Minor, toMinor } from '../../platform/money.ts'
import { readDay } from '../http/times.ts'
import { readRecord, readText } from '../http/values.ts'
import type { Format } from './encode.ts'

/** The fields of a call, wherever they came from. A field that was sent empty counts as not sent. */
export type Fields = ReadonlyMap<string, string>

/** The body's fields win over those of the query string. */
export function decodeFields(request: FastifyRequest): Fields {
  const given = { ...readRecord(request.query), ...readRecord(request.body) }
  // Of a field that was sent twice the last counts.
  const texts = Object.entries(given).map(([name, value]) => {
    const last = Array.isArray(value) ? value.at(-1) : value
    return [name, readText(last)?.trim() ?? ''] as const
  })
  return new Map(texts.filter(([, value]) => value !== ''))
}

export function refuse(field: string, reason: string): never {
  throw new DomainError('request.invalid', { field, reason })
}

/** XML unless JSON is asked for; a callback alone asks for it too. */
export function decodeFormat(fields: Fields): Format {
  const output = fields.get('output')?.toUpperCase()
  const callback = fields.get('callback')
  if (output !== undefined && output !== 'XML' && output !== 'JSON') return refuse('output', 'must be JSON or XML')
  if (output === 'XML' || (output === undefined && callback === undefined)) return { kind: 'xml' }
  if (callback !== undefined && !isFunctionName(callback)) return refuse('callback', 'must be the name of a function')
  return { kind: 'json', condensed: isYes(fields.get('condensed')), callback }
}

/** The format of a refusal: what was asked for as far as it can be understood. A bad callback is never echoed. */
export function decodeFormatOfRefusal(fields: Fields): Format {
  const json = fields.get('output')?.toUpperCase() === 'JSON' || (!fields.has('output') && fields.has('callback'))
  if (!json) return { kind: 'xml' }
  const callback = fields.get('callback')
  const safe = callback !== undefined && isFunctionName(callback) ? callback : undefined
  return { kind: 'json', condensed: isYes(fields.get('condensed')), callback: safe }
}

function isFunctionName(text: string): boolean {
  return text.length <= 100 && /^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*$/.test(text)
}

export function isYes(text: string | undefined): boolean {
  return text !== undefined && ['y', 'yes', 'true', '1'].includes(text.toLowerCase())
}

export function isNo(text: string | undefined): boolean {
  return text !== undefined && ['n', 'no', 'false', '0'].includes(text.toLowerCase())
}

export function findText(fields: Fields, name: string, options: { max?: number } = {}): string | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  // PostgreSQL keeps neither zero bytes nor halves of surrogate pairs.
  if (text.includes('\0') || !text.isWellFormed()) return refuse(name, 'contains characters that are not allowed')
  if (text.length > (options.max ?? 200))
    return refuse(name, `must not be longer than ${options.max ?? 200} characters`)
  return text
}

export function requireText(fields: Fields, name: string): string {
  return findText(fields, name) ?? refuse(name, 'is required')
}

/** Digits only: an id, a count. */
export function findInteger(
  fields: Fields,
  name: string,
  bounds: { min?: number; max?: number } = {},
): number | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  const number = Number(text)
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds
  if (!/^\d{1,16}$/.test(text) || number < min || number > max)
    return refuse(name, `must be a whole number from ${min} to ${max}`)
  return number
}

/** A decimal with a point or a comma (9.95, 9,95), in minor units. */
export function findAmount(fields: Fields, name: string, scale: number): Minor | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  if (!/^\d{1,13}([.,]\d{0,6})?$/.test(text)) return refuse(name, 'must be an amount such as 9.95')
  return toMinor(text.replace(',', '.').replace(/\.$/, ''), scale)
}

export function findDay(fields: Fields, name: string): string | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  return readDay(text) ?? refuse(name, 'must be a date as YYYY-MM-DD')
}

/** A comma list without empty parts. */
export function listTexts(fields: Fields, name: string): string[] {
  const parts = (findText(fields, name, { max: 10_000 }) ?? '').split(',').map((part) => part.trim())
  return parts.filter(Boolean)
}
