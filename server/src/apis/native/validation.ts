import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { readNumber, readRecord } from '../http/values.ts'

/** Errors that say only that one of the errors beside them happened. */
const echoes = new Set(['anyOf', 'boolean'])

/**
 * Compiles the schemas of routes. Parameters and queries are text on the wire and become what the schema says; bodies are
 * taken as they are: "12" is no number there. No body at all is read as null.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema)
  const prepare = httpPart === 'body' ? (value: unknown) => value ?? null : (value: unknown) => readTexts(schema, value)
  return (value: unknown) => {
    const prepared = prepare(value)
    if (compiled.Check(prepared)) return { value: prepared }
    const all = compiled.Errors(prepared)
    const telling = all.filter((error) => !echoes.has(error.keyword))
    // Fastify takes the list as ajv's; the type asks for an Error.
    return { error: (telling.length > 0 ? telling : all) as unknown as Error }
  }
}

/** TypeBox's own conversion would cut 1.5 down to 1. */
function readTexts(schema: TSchema, value: unknown): unknown {
  const properties = readRecord(readRecord(schema)?.properties) ?? {}
  const texts = readRecord(value)
  if (!texts) return value
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [name, readText(readRecord(properties[name])?.type, text)]),
  )
}

function readText(type: unknown, text: unknown): unknown {
  if (typeof text !== 'string') return text
  if (type === 'integer' || type === 'number') return readNumber(text) ?? text
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true'
  return text
}
