import formbody from '@fastify/formbody'
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { parse } from 'picoquery'
import { DomainError } from '../../platform/errors.ts'
import { isTooDeep } from './values.ts'

/** The bounds of a form: the parser has none of its own, and `p[4294967294]=1` would make an array of that length. */
const maxPairs = 50_000
const maxIndex = 999
const maxDepth = 16

/**
 * A form or query string with the nesting that PHP and Rails clients send: `p[0][name]=a`, `tags[]=x`. A field sent twice
 * becomes a list. Refuses `request.invalid` for forms beyond the bounds.
 */
export function parseForm(text: string): Record<string, unknown> {
  refuseUnbounded(text)
  const parsed = parse(plainBrackets(text), {
    nesting: true,
    nestingSyntax: 'index',
    arrayRepeat: true,
    arrayRepeatSyntax: 'bracket',
  })
  return parsed as Record<string, unknown> // the parser's own type is the same with a null prototype
}

const refusedQuery = Symbol('refusal of the query string')

/** For the router, which has nobody to catch an error: the refusal travels in the query, to `refuseUnreadableQuery`. */
export function parseQuery(text: string): Record<string, unknown> {
  try {
    return parseForm(text)
  } catch (refusal) {
    return Object.assign(Object.create(null), { [refusedQuery]: refusal })
  }
}

/** Throws what `parseQuery` could not, where the API's error handler hears it. */
export function refuseUnreadableQuery(request: FastifyRequest): void {
  const refusal = (request.query as { readonly [refusedQuery]?: unknown })[refusedQuery] // always an object of ours
  if (refusal) throw refusal
}

/** Most clients percent-encode the brackets; the parser sees nesting only in plain ones. */
function plainBrackets(text: string): string {
  if (!/%5[bd]/i.test(text)) return text
  const plain = (key: string) => key.replace(/%5b/gi, '[').replace(/%5d/gi, ']')
  return text.replace(/(^|&)([^=&]+)/g, (_, separator: string, key: string) => separator + plain(key))
}

function refuseUnbounded(text: string): void {
  let pairs = 0
  for (let start = 0; start <= text.length; pairs++) {
    if (pairs >= maxPairs) throw new DomainError('request.invalid', { reason: 'too many fields' })
    const end = text.indexOf('&', start)
    const pair = text.slice(start, end < 0 ? text.length : end)
    refuseUnboundedKey(pair.slice(0, pair.indexOf('=') < 0 ? pair.length : pair.indexOf('=')))
    start = end < 0 ? text.length + 1 : end + 1
  }
}

function refuseUnboundedKey(raw: string): void {
  // Brackets may be percent-encoded, and so may the digits between them.
  const key = raw.includes('%') ? decodeLoosely(raw) : raw
  if (!key.includes('[')) return
  const steps = key.split('[').slice(1)
  if (steps.length > maxDepth) throw new DomainError('request.invalid', { reason: 'nested too deeply' })
  for (const step of steps) {
    const index = step.replace(/\].*$/s, '').trim()
    if (/^[+-]?[\d.]+(e\d+)?$/i.test(index) && !(Number(index) <= maxIndex)) {
      throw new DomainError('request.invalid', { reason: 'array index too large', index: index.slice(0, 20) })
    }
  }
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Reads application/x-www-form-urlencoded bodies with nesting. */
export async function acceptForms(app: FastifyInstance): Promise<void> {
  await app.register(formbody, { parser: parseForm })
}

/** The bounds of a multipart body beside its length; files are small things here (a logo, a CSV), bulk goes through imports. */
const multipartLimits = { fieldNameSize: 200, fields: 5_000, files: 10, parts: 5_010 }

/**
 * Reads multipart bodies: fields arrive in `request.body` as text with the same nesting as forms, files as Buffers. The limit of a
 * body is that of every other: nothing is cut off. Refuses `request.too_large`.
 */
export async function acceptMultipart(app: FastifyInstance): Promise<void> {
  const { bodyLimit: maxLength = 1024 * 1024 } = app.initialConfig
  await app.register(multipart, { limits: { ...multipartLimits, fieldSize: maxLength, fileSize: maxLength } })
  app.addHook('preValidation', async (request) => {
    if (request.isMultipart()) request.body = nestFields(await readParts(request, maxLength))
  })
}

// The plugin would gather the parts by itself, but it cuts what is too long without a word and counts no sum.
async function readParts(request: FastifyRequest, maxLength: number): Promise<ReadonlyMap<string, unknown[]>> {
  if (Number(request.headers['content-length'] ?? 0) > maxLength) throw new DomainError('request.too_large')
  const parts = new Map<string, unknown[]>()
  let length = 0
  for await (const part of request.parts()) {
    const value: unknown = part.type === 'file' ? await part.toBuffer() : part.value
    length += part.fieldname.length + lengthOf(value)
    if (length > maxLength || (part.type === 'field' && part.valueTruncated)) {
      // A client reads no answer before it has sent everything.
      request.raw.unpipe().resume()
      throw new DomainError('request.too_large')
    }
    const known = parts.get(part.fieldname)
    if (known) known.push(value)
    else parts.set(part.fieldname, [value])
  }
  return parts
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value.length
  return JSON.stringify(value ?? null).length
}

function nestFields(parts: ReadonlyMap<string, unknown[]>): Record<string, unknown> {
  const encode = (name: string, value: unknown) =>
    `${encodeURIComponent(name)}=${encodeURIComponent(String(value).toWellFormed())}`
  const isText = (values: unknown[]) => values.every((value) => typeof value === 'string')
  const all = [...parts]
  const form = all.flatMap(([name, values]) => (isText(values) ? values.map((value) => encode(name, value)) : []))
  const others = all.filter(([, values]) => !isText(values))
  const files = Object.fromEntries(others.map(([name, values]) => [name, values.length > 1 ? values : values[0]]))
  return { ...parseForm(form.join('&')), ...files }
}

/**
 * Reads JSON whatever the content type says (clients send text/plain, text/json or nothing) and takes an empty body as
 * none. Register it after the types that have a parser of their own.
 */
export function acceptLooseJson(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('remove', 'remove')
  const read: Parser = (request, body, done) => {
    if (body.trim() === '') return done(null, undefined)
    // Postgres has no text with a zero in it.
    if (body.includes('\\u0000'))
      return done(new DomainError('request.invalid', { reason: 'a text has a zero character' }))
    parseJson(request, body, shallowOnly(done))
  }
  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser(['application/json', 'text/plain'], { parseAs: 'string' }, read)
  app.addContentTypeParser('*', { parseAs: 'string' }, read)
}

type Done = (error: Error | null, value?: unknown) => void
type Parser = (request: FastifyRequest, body: string, done: Done) => void

/** Hands on what was parsed, unless it is nested too deeply. */
export function shallowOnly(done: Done): Done {
  return (error, value) => {
    if (isTooDeep(value)) done(new DomainError('request.invalid', { reason: 'nested too deeply' }))
    else done(error, value)
  }
}
