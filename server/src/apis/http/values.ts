// Values as they come over the wire: forms and query strings have only text, and clients of five products spell the same
// thing in many ways. Each reader answers undefined for what it cannot read; the API decides whether that is an error.

const yes = new Set(['1', 'true', 'yes', 'on', 'y', 't'])
const no = new Set(['0', 'false', 'no', 'off', 'n', 'f', ''])

/** true, 1, "1", "true", "yes", "on" and their opposites, any case. An empty text is false. */
export function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'number' && typeof value !== 'string') return undefined
  const text = String(value).trim().toLowerCase()
  if (yes.has(text)) return true
  return no.has(text) ? false : undefined
}

/** A text; numbers and booleans become their text. Nothing else does, so that "[object Object]" is never stored. */
export function readText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

/** A whole number within the bounds, from a number or its decimal text. */
export function readInteger(value: unknown, bounds: { min?: number; max?: number } = {}): number | undefined {
  const number = readNumber(value)
  if (number === undefined || !Number.isSafeInteger(number)) return undefined
  if (number < (bounds.min ?? Number.MIN_SAFE_INTEGER) || number > (bounds.max ?? Number.MAX_SAFE_INTEGER)) {
    return undefined
  }
  return number
}

/** A finite number, from a number or its decimal text ("12.50", "1e3"; not "0x10", not "12,50"). */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'string' || !/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?\s*$/i.test(value)) return undefined
  const number = Number(value)
  return Number.isFinite(number) ? number : undefined
}

/** An entity's id: a positive safe integer, from a number or its plain digits. */
export function readId(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^\d{1,16}$/.test(value)) return undefined
  return readInteger(value, { min: 1 })
}

/** A list however it is sent: an array, a repeated field, or one text with commas. Empty pieces vanish. */
export function readList(value: unknown): string[] {
  const pieces = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  return pieces
    .flatMap((piece) => (typeof piece === 'string' ? piece.split(',') : [readText(piece) ?? '']))
    .map((piece) => piece.trim())
    .filter(Boolean)
}

/** A plain object, not an array and not null. */
export function readRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>) // any object can be read by text keys
    : undefined
}

/** The value of the first of these names that is present and not null. */
export function firstOf(source: Readonly<Record<string, unknown>>, names: readonly string[]): unknown {
  for (const name of names) {
    const value = source[name]
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

/** Deeper than anything that is meant: what walks through it, here and in the database, would run out of stack. */
const maxJsonDepth = 64

/** Whether objects and lists lie within one another beyond all reason. */
export function isTooDeep(value: unknown, left = maxJsonDepth): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (left === 0) return true
  const parts = Array.isArray(value) ? value : Object.values(value)
  return parts.some((part) => isTooDeep(part, left - 1))
}
