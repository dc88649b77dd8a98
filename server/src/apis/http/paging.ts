import { readInteger } from './values.ts'

/** A page size from the wire: `fallback` when it is absent or unreadable, never above `max`. */
export function readLimit(value: unknown, bounds: { fallback: number; max: number }): number {
  const limit = readInteger(value, { min: 1 })
  return limit === undefined ? bounds.fallback : Math.min(limit, bounds.max)
}

/** A page of numbered pages as offset and limit; `first` is the number of the first page (0 or 1). */
export function readPage(
  wire: { page: unknown; size: unknown },
  bounds: { first: 0 | 1; fallback: number; max: number },
): { page: number; limit: number; offset: number } {
  const limit = readLimit(wire.size, bounds)
  // The bound keeps the offset a safe integer; nobody reads that far.
  const page = readInteger(wire.page, { min: bounds.first, max: 1_000_000_000 }) ?? bounds.first
  return { page, limit, offset: (page - bounds.first) * limit }
}

/** A cursor is opaque to clients: JSON in base64url. */
export function writeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/** The position in a cursor, or undefined when the text is not one of ours with `length` parts. */
export function readCursor(text: unknown, length: number): (string | number)[] | undefined {
  if (typeof text !== 'string' || text.length > 1_000) return undefined
  try {
    const position: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (!Array.isArray(position) || position.length !== length) return undefined
    return position.every((part) => typeof part === 'string' || Number.isSafeInteger(part)) ? position : undefined
  } catch {
    return undefined
  }
}
