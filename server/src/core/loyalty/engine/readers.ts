import { DomainError } from '../../../platform/errors.ts'
import { cleanText } from '../../../platform/text.ts'

/** Where a value stands in what came in, and what was found wrong so far. */
export interface Place {
  readonly path: string
  readonly faults: { path: string; message: string }[]
  /** How many conditions or filters it lies in. */
  readonly depth: number
}

export const invalid: unique symbol = Symbol('invalid')

/** Reads a value that came from outside; notes its faults and goes on, so that all of them are told at once. */
export type Reader<Value> = (value: unknown, at: Place) => Value | typeof invalid

const mostFaults = 50

/** Reads all of it, or refuses request.invalid with every fault: `errors` of path and message, `field` the first path. */
export function readAll<Value>(reader: Reader<Value>, value: unknown, name: string): Value {
  const faults: Place['faults'] = []
  const read = reader(value, { path: name, faults, depth: 0 })
  const [first] = faults
  if (read !== invalid && !first) return read
  throw new DomainError('request.invalid', { field: first?.path ?? name, errors: faults.slice(0, mostFaults) })
}

export function refuse(at: Place, message: string): typeof invalid {
  at.faults.push({ path: at.path, message })
  return invalid
}

function below(at: Place, name: string | number): Place {
  return { ...at, path: typeof name === 'number' ? `${at.path}[${name}]` : `${at.path}.${name}` }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** One object with these fields and no others; what is absent stays absent. */
export function record<Value extends object>(
  readers: {
    readonly [Key in keyof Required<Value>]: Reader<Value[Key]>
  },
): Reader<Value> {
  const known: ReadonlyMap<string, Reader<unknown>> = new Map(Object.entries<Reader<unknown>>(readers))
  return (value, at) => {
    if (!isRecord(value)) return refuse(at, 'must be an object')
    const faultsBefore = at.faults.length
    for (const key of Object.keys(value)) {
      if (!known.has(key)) refuse(below(at, key.slice(0, 100)), 'is not known here')
    }
    const result: Record<string, unknown> = {}
    for (const [key, read] of known) {
      const field = read(Object.hasOwn(value, key) ? value[key] : undefined, below(at, key))
      if (field !== undefined && field !== invalid) result[key] = field
    }
    // Every field was read by the reader of its type, or the whole is refused.
    return at.faults.length > faultsBefore ? invalid : (result as Value)
  }
}

export function optional<Value>(read: Reader<Value>): Reader<Value | undefined> {
  return (value, at) => (value === undefined ? undefined : read(value, at))
}

export function list<Value>(read: Reader<Value>, { least = 0, most = 1_000 } = {}): Reader<readonly Value[]> {
  return (value, at) => {
    if (!Array.isArray(value)) return refuse(at, 'must be a list')
    if (value.length < least || value.length > most) return refuse(at, `must have ${least} to ${most} entries`)
    const items: Value[] = []
    for (const [index, item] of value.entries()) {
      const one = read(item, below(at, index))
      if (one !== invalid) items.push(one)
    }
    return items.length === value.length ? items : invalid
  }
}

export function whole(least: number, most: number): Reader<number> {
  return (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && least <= value && value <= most
      ? value
      : refuse(at, `must be a whole number from ${least} to ${most}`)
}

/** A number above `above`, up to `most`, with so many decimals at most. */
export function decimal(bounds: { above: number; most: number; decimals: number }): Reader<number> {
  const { above, most, decimals } = bounds
  return (value, at) =>
    typeof value === 'number' && above < value && value <= most && Number(value.toFixed(decimals)) === value
      ? value
      : refuse(at, `must be a number above ${above}, at most ${most}, with ${decimals} decimals at most`)
}

export function oneOf<Word extends string>(...words: readonly Word[]): Reader<Word> {
  return (value, at) => words.find((word) => word === value) ?? refuse(at, `must be one of: ${words.join(', ')}`)
}

export const truth: Reader<boolean> = (value, at) =>
  typeof value === 'boolean' ? value : refuse(at, 'must be true or false')

export function text(most: number): Reader<string> {
  return (value, at) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= most && cleanText(value) === value
      ? value
      : refuse(at, `must be a text of 1 to ${most} characters`)
}

/** A text of a form that is said in words. */
export function pattern(form: RegExp, words: string): Reader<string> {
  return (value, at) => (typeof value === 'string' && form.test(value) ? value : refuse(at, `must be ${words}`))
}

/** What has been read must also make sense as a whole: the check answers what is wrong, or undefined. */
export function checked<Value>(read: Reader<Value>, check: (value: Value) => string | undefined): Reader<Value> {
  return (value, at) => {
    const one = read(value, at)
    if (one === invalid) return invalid
    const wrong = check(one)
    return wrong === undefined ? one : refuse(at, wrong)
  }
}

/** Objects that tell by `kind` what they are. */
export function byKind<Value extends { readonly kind: string }>(
  readers: Readonly<Record<Value['kind'], Reader<Value>>>,
): Reader<Value> {
  const known: ReadonlyMap<unknown, Reader<Value>> = new Map(Object.entries<Reader<Value>>(readers))
  const kinds = [...known.keys()].join(', ')
  return (value, at) => {
    if (!isRecord(value)) return refuse(at, 'must be an object')
    const read = known.get(value.kind)
    return read ? read(value, at) : refuse(below(at, 'kind'), `must be one of: ${kinds}`)
  }
}

const mostDepth = 5

/** What may contain its like, so deep at most. The reader is asked for late, since it contains itself. */
export function nested<Value>(read: () => Reader<Value>): Reader<Value> {
  return (value, at) =>
    at.depth >= mostDepth
      ? refuse(at, `must not be nested deeper than ${mostDepth}`)
      : read()(value, { ...at, depth: at.depth + 1 })
}
