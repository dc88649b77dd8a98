import { Temporal } from 'temporal-polyfill'
import type { Ctx } from '../../platform/ctx.ts'
import type { OpaqueKind } from '../../platform/ids.ts'
import { readLocalTime } from '../http/times.ts'
import { badRequest, type InvalidParam, paramOf } from './errors.ts'

/** What reading needs to know of the tenant: its ids and its clock on the wall. */
export interface Reading {
  readonly timeZone: string
  readId(kind: OpaqueKind, text: string): number | undefined
}

export function readingFor(ctx: Ctx): Reading {
  return {
    timeZone: ctx.tenant.timeZone,
    readId: (kind, text) => ctx.ids.read(kind, ctx.tenant.id, text),
  }
}

const longestText = 2_000
const largestNumber = 100_000_000_000
const largestArray = 5_000

/**
 * The fields of a JSON object. Reading one that is wrong records what is wrong and goes on, so that an answer names every
 * fault at once; `done` refuses if there were any. Absent, null and (for optional text) empty are the same: this API's
 * PUT erases what is not sent.
 */
export interface Fields {
  has(name: string): boolean
  value(name: string): unknown
  text(name: string, limits?: TextLimits): string | undefined
  needText(name: string, limits?: TextLimits): string
  number(name: string, limits?: NumberLimits): number | undefined
  needNumber(name: string, limits?: NumberLimits): number
  integer(name: string, limits?: NumberLimits): number | undefined
  needInteger(name: string, limits?: NumberLimits): number
  boolean(name: string): boolean | undefined
  needBoolean(name: string): boolean
  choice<Value extends string | number>(name: string, choices: readonly Value[]): Value | undefined
  needChoice<Value extends string | number>(name: string, choices: readonly Value[]): Value
  /** A local time of the tenant, or one with its offset. */
  time(name: string): Date | undefined
  needTime(name: string): Date
  /** A calendar day as YYYY-MM-DD. */
  date(name: string): string | undefined
  /** An opaque id; one that names nothing of this tenant is `not_found`. */
  id(name: string, kind: OpaqueKind): number | undefined
  needId(name: string, kind: OpaqueKind): number
  texts(name: string): string[]
  object(name: string): Fields | undefined
  needObject(name: string): Fields
  objects(name: string, limits?: { max?: number }): Fields[]
  /** At least one, unless told otherwise. */
  needObjects(name: string, limits?: { min?: number; max?: number }): Fields[]
  refuse(name: string, reason: string, message?: string): void
  /** How many faults the whole body has so far. */
  faults(): number
  /** Throws the 400 that names everything refused so far. */
  done(): void
}

interface TextLimits {
  readonly max?: number
  readonly pattern?: RegExp
}

interface NumberLimits {
  readonly min?: number
  readonly max?: number
}

class Wrong {
  readonly reason: string
  readonly message: string
  constructor(reason: string, message: string) {
    this.reason = reason
    this.message = message
  }
}

type Parse<Value> = (value: unknown) => Value | Wrong

/** Reads a request's body; a body that is no object has none of its fields. */
export function fieldsOf(body: unknown, reading: Reading): Fields {
  const faults: InvalidParam[] = []
  return readObject(isObject(body) ? body : {}, { reading, faults, path: '' })
}

interface Place {
  readonly reading: Reading
  readonly faults: InvalidParam[]
  readonly path: string
}

function readObject(input: Readonly<Record<string, unknown>>, place: Place): Fields {
  const at = (name: string) => (place.path ? `${place.path}.${name}` : name)
  const value = (name: string) => (Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined)
  const refuse = (name: string, reason: string, message?: string) => {
    place.faults.push(
      paramOf(name, reason, value(name) ?? '', `${at(name)}: ${message ?? reason.replaceAll('_', ' ')}.`),
    )
  }
  const optional = <Value>(name: string, parse: Parse<Value>): Value | undefined => {
    const given = value(name)
    if (given === undefined || given === '') return undefined
    const parsed = parse(given)
    if (!(parsed instanceof Wrong)) return parsed
    refuse(name, parsed.reason, parsed.message)
    return undefined
  }
  // A faulty required field answers a stand-in: `done` throws before anybody uses it.
  const needed = <Value>(name: string, parse: Parse<Value>, standIn: Value): Value => {
    const given = value(name)
    if (given === undefined) refuse(name, 'required', 'is required')
    else if (given === '') refuse(name, 'empty', 'must not be empty')
    else return optional(name, parse) ?? standIn
    return standIn
  }
  const objectsFrom = (name: string, given: readonly unknown[]): Fields[] =>
    given.map((item, index) => readObject(item as Record<string, unknown>, { ...place, path: `${at(name)}[${index}]` })) // parseObjects checked them
  const nested = (name: string, given: Readonly<Record<string, unknown>>) =>
    readObject(given, { ...place, path: at(name) })
  const idParser = (kind: OpaqueKind): Parse<number> => {
    return (given) => (typeof given === 'string' ? (place.reading.readId(kind, given) ?? unknownId) : unknownId)
  }
  const timeParser: Parse<Date> = (given) => readLocalTime(given, place.reading.timeZone) ?? noTime

  return {
    has: (name) => value(name) !== undefined,
    value,
    text: (name, limits) => optional(name, textParser(limits)),
    needText: (name, limits) => needed(name, textParser(limits), ''),
    number: (name, limits) => optional(name, numberParser(limits)),
    needNumber: (name, limits) => needed(name, numberParser(limits), 0),
    integer: (name, limits) => optional(name, integerParser(limits)),
    needInteger: (name, limits) => needed(name, integerParser(limits), 0),
    boolean: (name) => optional(name, parseBoolean),
    needBoolean: (name) => needed(name, parseBoolean, false),
    choice: (name, choices) => optional(name, choiceParser(choices)),
    needChoice: (name, choices) => needed(name, choiceParser(choices), choices[0] as (typeof choices)[number]), // a stand-in
    time: (name) => optional(name, timeParser),
    needTime: (name) => needed(name, timeParser, new Date(0)),
    date: (name) => optional(name, parseDate),
    id: (name, kind) => optional(name, idParser(kind)),
    needId: (name, kind) => needed(name, idParser(kind), 0),
    texts: (name) => optional(name, parseTexts) ?? [],
    object: (name) => {
      const given = optional(name, parseObject)
      return given && nested(name, given)
    },
    needObject: (name) => nested(name, needed(name, parseObject, {})),
    objects: (name, limits) => objectsFrom(name, optional(name, objectsParser(limits)) ?? []),
    needObjects: (name, limits) => objectsFrom(name, needed(name, objectsParser({ min: 1, ...limits }), [])),
    refuse,
    faults: () => place.faults.length,
    done: () => {
      if (place.faults.length > 0) throw badRequest(place.faults)
    },
  }
}

const noTime = new Wrong('invalid_value_format', 'must be a time like 2026-01-31 12:00:00')
const unknownId = new Wrong('not_found', 'is unknown')

function textParser(limits: TextLimits = {}): Parse<string> {
  const max = limits.max ?? longestText
  return (value) => {
    if (typeof value !== 'string') return new Wrong('invalid_value_format', 'must be text')
    if (value.length > max) return new Wrong('not_allowed_value', `must not be longer than ${max}`)
    if (!isStorable(value)) return new Wrong('invalid_value_format', 'has a character that is none')
    if (limits.pattern && !limits.pattern.test(value)) return new Wrong('invalid_value_format', 'is not well formed')
    return value
  }
}

/** Postgres keeps neither NUL nor half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

function numberParser({ min = -largestNumber, max = largestNumber }: NumberLimits = {}): Parse<number> {
  return (value) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return new Wrong('invalid_value_format', 'must be a number')
    }
    return value >= min && value <= max ? value : new Wrong('not_allowed_value', `must be from ${min} to ${max}`)
  }
}

function integerParser(limits?: NumberLimits): Parse<number> {
  const parse = numberParser(limits)
  return (value) => {
    // The same number is read as text and written as an integer (cashdesk_number): clients echo what they read.
    const given = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value
    return Number.isInteger(given) ? parse(given) : new Wrong('invalid_value_format', 'must be a whole number')
  }
}

const parseBoolean: Parse<boolean> = (value) =>
  typeof value === 'boolean' ? value : new Wrong('invalid_value_format', 'must be true or false')

function choiceParser<Value extends string | number>(choices: readonly Value[]): Parse<Value> {
  return (value) =>
    choices.find((choice) => choice === value) ?? new Wrong('not_allowed_value', `must be one of ${choices.join(', ')}`)
}

const parseObject: Parse<Readonly<Record<string, unknown>>> = (value) =>
  isObject(value) ? value : new Wrong('invalid_value_format', 'must be an object')

function objectsParser({ min = 0, max = largestArray }: NumberLimits = {}): Parse<readonly unknown[]> {
  return (value) => {
    if (!Array.isArray(value) || !value.every(isObject)) {
      return new Wrong('invalid_value_format', 'must be an array of objects')
    }
    if (value.length < min) return new Wrong('empty', 'must not be empty')
    return value.length <= max ? value : new Wrong('not_allowed_value', `must not have more than ${max} entries`)
  }
}

const parseTexts: Parse<string[]> = (value) =>
  Array.isArray(value) &&
  value.length <= largestArray &&
  value.every((item) => typeof item === 'string' && isStorable(item))
    ? value
    : new Wrong('invalid_value_format', 'must be an array of texts')

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const parseDate: Parse<string> = (value) =>
  (typeof value === 'string' && readDate(value)) || new Wrong('invalid_value_format', 'must be a date like 2026-01-31')

/** YYYY-MM-DD, or DD.MM.YYYY as clients send it too; undefined when there is no such day. */
export function readDate(text: string): string | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)
  const german = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text)
  const [year, month, day] = match ? match.slice(1).map(Number) : german ? german.slice(1).map(Number).reverse() : []
  if (!year || !month || !day || year < 1800 || year > 2200) return undefined
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString()
  } catch {
    return undefined
  }
}
