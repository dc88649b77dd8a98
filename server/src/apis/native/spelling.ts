// Nested data whose fields have the same names on both sides but for their case: camelCase within, snake_case on the wire.
import { DomainError } from '../../platform/errors.ts'

/** Deeper than any definition may be nested. */
const deepest = 24

/** For the wire. Texts and lists of them stay as they are. */
export function snakeKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeKeys)
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [snakeCase(key), snakeKeys(inner)]))
}

/** For the core. Refuses request.invalid for a field that no wire of ours spells, and for what is nested without end. */
export function camelKeys(value: unknown, path: string, depth = 0): unknown {
  if (depth > deepest) refuse(path, 'is nested too deeply')
  if (Array.isArray(value)) return value.map((inner, index) => camelKeys(inner, `${path}[${index}]`, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const below = `${path}.${key.slice(0, 100)}`
      if (/[A-Z]/.test(key)) refuse(below, 'is not known here')
      return [camelCase(key), camelKeys(inner, below, depth + 1)]
    }),
  )
}

export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
}

function refuse(path: string, message: string): never {
  throw new DomainError('request.invalid', { errors: [{ path, message }] })
}
