import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Token } from '../../core/accounts/index.ts'
import type { Ctx, Server } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { cleanJson } from '../../platform/text.ts'
import { parseForm, refuseUnreadableQuery, shallowOnly } from '../http/content.ts'
import { readRecord } from '../http/values.ts'
import { authenticate } from './auth.ts'

export type Fields = Readonly<Record<string, unknown>>

/** One authenticated request. */
export interface Call {
  readonly ctx: Ctx
  readonly token: Token
  readonly params: Readonly<Record<string, string>>
  readonly query: Fields
  /** JSON, or a form as nested fields; undefined without a body. */
  readonly body: unknown
  readonly request: FastifyRequest
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'
/** What it answers is sent as JSON, also when it is a bare `true`, number or text. */
export type Handle = (call: Call) => Promise<unknown>

export interface Routes {
  add(method: Method, path: string, handle: Handle): void
}

/** Declares routes under every spelling that clients use. */
export function routesOn(app: FastifyInstance, server: Server): Routes {
  return {
    add: (method, path, handle) =>
      addOpen(app, method, path, async (request) => {
        const { ctx, token } = await authenticate(server, request)
        const params = request.params as Record<string, string> // the router gives texts
        return handle({ ctx, token, params, query: readRecord(request.query) ?? {}, body: request.body, request })
      }),
  }
}

/** A route that needs no token. */
export function addOpen(
  app: FastifyInstance,
  method: Method,
  path: string,
  handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  for (const url of spellings(path)) {
    app.route({
      method,
      url,
      handler: async (request, reply) => {
        refuseUnreadableQuery(request)
        const answer = await handle(request, reply)
        // Some word their refusal themselves; awaiting a reply waits until it is sent.
        return reply.sent ? reply : sendJson(reply, answer)
      },
    })
  }
}

export function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(value ?? null))
}

/** Any one name in the path may carry `.json`: /groups.json/1/receivers, /receivers/filter.json. */
export function spellings(path: string): string[] {
  const segments = path.split('/')
  const suffixed = segments.flatMap((segment, index) =>
    segment === '' || segment.startsWith(':') || segment.endsWith('.php')
      ? []
      : [segments.map((one, at) => (at === index ? `${one}.json` : one)).join('/')],
  )
  return [path, ...suffixed]
}

/** JSON or a form, whatever the content type says: clients post JSON without one, or call it a form. */
export function acceptBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('remove', 'remove')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (request, body, done) => {
    const text = String(body).trim()
    if (text === '') return done(null, undefined)
    const isJson = /json/i.test(request.headers['content-type'] ?? '') || /^[[{"]|^(true|false|null|-?\d+)$/.test(text)
    if (isJson) {
      const clean = shallowOnly((error, value) => done(error, cleanJson(value)))
      return parseJson(request, text, clean)
    }
    try {
      done(null, cleanJson(parseForm(text.replace(/^&+/, ''))))
    } catch (error) {
      done(error instanceof Error ? error : new DomainError('request.invalid'))
    }
  })
}

/** The body as an object. Refuses request.invalid. */
export function fieldsOf(call: Pick<Call, 'body'>): Fields {
  if (call.body === undefined) return {}
  const fields = readRecord(call.body)
  if (!fields) throw new DomainError('request.invalid', { reason: 'the body must be an object' })
  return fields
}

/** A batch: a bare array, an array under `postdata`, or a single object. */
export function rowsOf(call: Pick<Call, 'body'>): unknown[] {
  const wrapped = readRecord(call.body)?.postdata
  const rows = wrapped ?? call.body
  if (Array.isArray(rows)) return rows
  // A form has no arrays at its root: postdata[0][email]=..., or 0[email]=...
  const record = readRecord(rows)
  if (!record) throw new DomainError('request.invalid', { reason: 'the body must be a list' })
  const keys = Object.keys(record)
  return keys.length > 0 && keys.every((key) => /^\d+$/.test(key)) ? Object.values(record) : [record]
}
