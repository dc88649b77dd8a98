import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type Ctx, makeCtx, type Server } from '../../platform/ctx.ts'
import type { OpaqueKind } from '../../platform/ids.ts'
import type { ApiOptions } from '../http/options.ts'
import { authenticate, type Session } from './auth.ts'
import { type Fields, fieldsOf, type Reading, readingFor } from './decode.ts'
import type { Answer } from './encode.ts'
import { interfaceNotAllowed, notFound, unauthorized } from './errors.ts'
import { type Query, queryOf } from './query.ts'

/** The two doors of one API: the shop's systems see every customer, an app sees the one who is signed in. */
export type InterfaceName = 'enterprise' | 'customer'

/** Which door an operation answers at. */
export type Access = InterfaceName | 'both'

/** What every operation gets, signed in or not. */
export interface OpenCall {
  readonly server: Server
  /** Where this server is reached from outside, for addresses of files. */
  readonly publicUrl: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Query
  readonly body: Fields
  /** The request's own way in, for histories. */
  readonly origin: { readonly ip: string; readonly userAgent: string }
  /** ISO 639-1, the most wanted first; none where the client says nothing. */
  readonly languages: readonly string[]
}

export interface Call extends OpenCall {
  readonly ctx: Ctx
  readonly session: Session
  /** The id in the path under `name`; 404 when it is none of this tenant's. */
  pathId(name: string, kind: OpaqueKind): number
}

type Handler = (call: Call) => Promise<Answer>
type OpenHandler = (call: OpenCall & { readonly ctx: Ctx | undefined }) => Promise<Answer>

/** Where a resource's routes are declared. */
export interface Routes {
  get(url: string, access: Access, handler: Handler): void
  post(url: string, access: Access, handler: Handler): void
  put(url: string, access: Access, handler: Handler): void
  delete(url: string, access: Access, handler: Handler): void
  /** Operations without authentication; a valid token is still used when one is sent. */
  open(method: 'GET' | 'POST', url: string, access: Access, handler: OpenHandler): void
}

export function routesOn(app: FastifyInstance, { server, config }: ApiOptions, interfaceName: InterfaceName): Routes {
  const { publicUrl } = config
  const declare = (method: 'GET' | 'POST' | 'PUT' | 'DELETE') => (url: string, access: Access, handler: Handler) => {
    const resource = url.split('/')[1] ?? ''
    app.route({
      method,
      url,
      // Before the body is read: a stranger's body is not parsed.
      onRequest: async (request) => {
        const session = await sessionOf(server, interfaceName, request)
        if (!session) throw unauthorized('The access token is missing, not valid or expired.')
        if (access !== 'both' && access !== interfaceName) {
          throw interfaceNotAllowed(resource, `${interfaceName}-interface`)
        }
      },
      handler: async (request, reply) => {
        const session = sessions.get(request)
        if (!session) throw unauthorized('The access token is missing, not valid or expired.')
        const answer = await handler(callOf({ server, publicUrl }, request, session))
        return reply.status(answer.status).send(answer.body)
      },
    })
  }
  return {
    get: declare('GET'),
    post: declare('POST'),
    put: declare('PUT'),
    delete: declare('DELETE'),
    open: (method, url, access, handler) => {
      app.route({
        method,
        url,
        handler: async (request, reply) => {
          if (access !== 'both' && access !== interfaceName) {
            throw interfaceNotAllowed(url.split('/')[1] ?? '', `${interfaceName}-interface`)
          }
          const session = await sessionOf(server, interfaceName, request)
          const ctx = session && ctxOf(server, request, session)
          const answer = await handler({
            ...openCallOf({ server, publicUrl }, request, ctx ? readingFor(ctx) : noTenant),
            ctx,
          })
          return reply.status(answer.status).send(answer.body)
        },
      })
    },
  }
}

// Who a request comes from, from its first hook to its handler.
const sessions = new WeakMap<FastifyRequest, Session>()

async function sessionOf(
  server: Server,
  interfaceName: InterfaceName,
  request: FastifyRequest,
): Promise<Session | undefined> {
  const session = await authenticate(server, interfaceName, request.headers.authorization)
  if (session) {
    sessions.set(request, session)
    request.tenantId = session.tenant.id
  }
  return session
}

function ctxOf(server: Server, request: FastifyRequest, session: Session): Ctx {
  return makeCtx(server, session.tenant, { ...session.actor, via: 'carecloud', ...originOf(request) })
}

function originOf(request: FastifyRequest): { ip: string; userAgent: string } {
  return { ip: request.ip, userAgent: (request.headers['user-agent'] ?? '').slice(0, 300) }
}

const mostLanguages = 20

/** `cs, en-gb;q=0.8` as cs, en. */
function languagesOf(header: string | undefined): string[] {
  const wanted = (header ?? '')
    .split(',')
    .slice(0, mostLanguages)
    .flatMap((part) => {
      const [, language, quality = '1'] = /^\s*([a-z]{2})\b[^;]*(?:;\s*q=([\d.]+))?\s*$/i.exec(part) ?? []
      return language === undefined ? [] : [{ language: language.toLowerCase(), quality: Number(quality) }]
    })
  return [...new Set(wanted.toSorted((a, b) => b.quality - a.quality).map(({ language }) => language))]
}

// Without a tenant no id names anything and times are universal.
const noTenant: Reading = { timeZone: 'UTC', readId: () => undefined }

interface Site {
  readonly server: Server
  readonly publicUrl: string
}

function openCallOf(site: Site, request: FastifyRequest, reading: Reading): OpenCall {
  return {
    ...site,
    params: request.params as Record<string, string>, // fastify's path parameters are texts
    query: queryOf(request.query as Record<string, unknown>, reading), // the parser makes an object of any query
    body: fieldsOf(request.body, reading),
    origin: originOf(request),
    languages: languagesOf(request.headers['accept-language']),
  }
}

function callOf(site: Site, request: FastifyRequest, session: Session): Call {
  const ctx = ctxOf(site.server, request, session)
  const open = openCallOf(site, request, readingFor(ctx))
  return {
    ...open,
    ctx,
    session,
    pathId: (name, kind) => {
      const text = open.params[name] ?? ''
      const id = ctx.ids.read(kind, ctx.tenant.id, text)
      if (id === undefined) throw notFound(resourceOf(request), text)
      return id
    },
  }
}

/** The resource a path is about, for 404s: `/stores/{id}` is about stores. */
function resourceOf(request: FastifyRequest): string {
  return (
    request.url
      .split('?')[0]
      ?.replace(/^.*?\/v1\.0\//, '')
      .split('/')[0] ?? ''
  )
}
