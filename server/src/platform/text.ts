/**
 * Text as Postgres can store it: without NUL, which `text` cannot hold, and without lone surrogates, which jsonb refuses.
 * One such character must not fail a batch with other people's rows in it.
 */
export function cleanText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}

/** The same for every string inside a JSON value, keys included. */
export function cleanJson<Value>(value: Value): Value {
  return clean(value) as Value // the shape is kept, only characters are dropped
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(clean)
  if (value instanceof Date || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), clean(inner)]))
}
