import type { OpaqueKind } from '../../platform/ids.ts'
import { readLocalTime } from '../http/times.ts'
import { readBoolean } from '../http/values.ts'
import { isStorable, type Reading, readDate } from './decode.ts'
import { badRequest, type InvalidParam, paramOf } from './errors.ts'

/** Which part of a collection is asked for, and in which order. */
export interface Page {
  readonly offset: number
  readonly limit: number
  readonly sortField: string | undefined
  readonly descending: boolean
}

const defaultCount = 100
const largestCount = 5_000
const largestOffset = 1_000_000_000
const longestValue = 500

/** The parameters behind the question mark. Like `Fields`: faults are collected, `done` refuses them. */
export interface Query {
  text(name: string): string | undefined
  needText(name: string): string
  /** key[]=a&key[]=b, key[0]=a, key=a: all of them. Undefined when none was sent. */
  list(name: string): string[] | undefined
  boolean(name: string): boolean | undefined
  integer(name: string): number | undefined
  choice<Value extends string>(name: string, choices: readonly Value[]): Value | undefined
  time(name: string): Date | undefined
  date(name: string): string | undefined
  /** An opaque id; -1, which no entity has, when it names nothing of the tenant: a filter by it finds nothing. */
  id(name: string, kind: OpaqueKind): number | undefined
  ids(name: string, kind: OpaqueKind): number[] | undefined
  /** Like id, but required, and refused when it names nothing. */
  needId(name: string, kind: OpaqueKind): number
  /** count, offset, sort_field (one of `fields`) and sort_direction. */
  page(fields: readonly string[]): Page
  refuse(name: string, reason: string): void
  done(): void
}

const noEntity = -1

export function queryOf(input: Readonly<Record<string, unknown>>, reading: Reading): Query {
  const faults: InvalidParam[] = []
  const values = collect(input)
  const first = (name: string) => values.get(name)?.find((value) => value !== '')
  const refuse = (name: string, reason: string) => {
    faults.push(paramOf(name, reason, first(name) ?? ''))
  }
  const parsed = <Value>(name: string, parse: (text: string) => Value | undefined): Value | undefined => {
    const text = first(name)
    if (text === undefined) return undefined
    const value = parse(text)
    if (value === undefined) refuse(name, 'invalid_value_format')
    return value
  }
  const wholeNumber = (name: string, limits: { min: number; max: number; fallback: number }): number => {
    const value = parsed(name, (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined)) ?? limits.fallback
    if (value < limits.min || value > limits.max) refuse(name, 'not_allowed_value')
    return value
  }
  const choice = <Value extends string>(name: string, choices: readonly Value[]): Value | undefined => {
    const text = first(name)
    const found = choices.find((candidate) => candidate === text)
    if (text !== undefined && found === undefined) refuse(name, 'not_allowed_value')
    return found
  }
  const list = (name: string) => {
    const given = values.get(name)?.filter((value) => value !== '')
    return given && given.length > 0 ? given : undefined
  }
  const readId = (kind: OpaqueKind, text: string) => reading.readId(kind, text) ?? noEntity
  for (const [name, texts] of values) {
    if (texts.some((text) => text.length > longestValue || !isStorable(text))) refuse(name, 'not_allowed_value')
  }

  return {
    text: first,
    needText: (name) => {
      const text = first(name)
      if (text === undefined) refuse(name, 'required')
      return text ?? ''
    },
    list,
    boolean: (name) => parsed(name, readBoolean),
    integer: (name) => parsed(name, (text) => (/^-?\d{1,15}$/.test(text) ? Number(text) : undefined)),
    choice,
    time: (name) => parsed(name, (text) => readLocalTime(text, reading.timeZone)),
    date: (name) => parsed(name, readDate),
    id: (name, kind) => {
      const text = first(name)
      return text === undefined ? undefined : readId(kind, text)
    },
    ids: (name, kind) => list(name)?.map((text) => readId(kind, text)),
    needId: (name, kind) => {
      const text = first(name)
      const id = text === undefined ? undefined : reading.readId(kind, text)
      if (text === undefined) refuse(name, 'required')
      else if (id === undefined) refuse(name, 'not_found')
      return id ?? noEntity
    },
    page: (fields) => {
      const limit = wholeNumber('count', { min: 1, max: largestCount, fallback: defaultCount })
      const offset = wholeNumber('offset', { min: 0, max: largestOffset, fallback: 0 })
      const sortField = choice('sort_field', fields)
      const direction = first('sort_direction')?.toUpperCase()
      if (direction !== undefined && direction !== 'ASC' && direction !== 'DESC') {
        refuse('sort_direction', 'not_allowed_value')
      }
      return { limit, offset, sortField, descending: direction === 'DESC' }
    },
    refuse,
    done: () => {
      if (faults.length > 0) throw badRequest(faults)
    },
  }
}

// PHP clients write key[]=a&key[]=b or key[0]=a&key[1]=b; a single value may come without brackets. Deeper nesting is
// nothing that this API knows.
function collect(input: Readonly<Record<string, unknown>>): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const [key, given] of Object.entries(input)) {
    const name = key.replace(/\[\d*\]$/, '')
    const texts = (Array.isArray(given) ? given : [given]).filter((value) => typeof value === 'string')
    values.set(name, [...(values.get(name) ?? []), ...texts])
  }
  return values
}
