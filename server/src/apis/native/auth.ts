import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  authenticateApiKey,
  authenticateSession,
  type Permission,
  roleAllows,
  type StaffSession,
  scopesAllow,
} from '../../core/accounts/index.ts'
import type { Config } from '../../platform/config.ts'
import { type Actor, type Ctx, makeCtx, type Server, type Tenant } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'

/** Who asks, and what they may do. */
interface Caller {
  readonly ctx: Ctx
  readonly session: (StaffSession & { readonly cookie: string }) | undefined
  may(permission: Permission): boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** What the caller must be allowed to, all of it; "none" needs no sign-in, "any" only that. Every route of api/v1 has one. */
    access?: Permission | readonly Permission[] | 'any' | 'none'
  }
}

const cookieName = 'regulars_session'
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Reads the key or session of every request and refuses what its route does not allow. */
export async function authenticate(app: FastifyInstance, server: Server): Promise<void> {
  await app.register(cookie)
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    assert(route.config?.access, `the route ${route.url} says who may call it`)
  })
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access
    if (access === undefined || access === 'none') return
    const caller = await findCaller(server, request)
    if (!caller) throw new DomainError('request.unauthenticated')
    request.caller = caller
    request.tenantId = caller.ctx.tenant.id
    if (caller.session) refuseForgery(request, caller.session)
    const missing = access === 'any' ? undefined : [access].flat().find((permission) => !caller.may(permission))
    if (missing) throw new DomainError('request.forbidden', { reason: `Needs ${missing}.` })
  })
}

async function findCaller(server: Server, request: FastifyRequest): Promise<Caller | undefined> {
  const { authorization } = request.headers
  if (authorization !== undefined) return findKeyCaller(server, request, authorization)
  const cookie = request.cookies[cookieName]
  const session = cookie === undefined ? undefined : await authenticateSession(server, cookie)
  if (!session || cookie === undefined) return undefined
  return {
    ctx: ctxFor(server, session.tenant, request, { kind: 'staff', id: String(session.staff.id), via: 'console' }),
    session: { ...session, cookie },
    may: (permission) => roleAllows(session.staff.role, permission),
  }
}

async function findKeyCaller(server: Server, request: FastifyRequest, header: string): Promise<Caller | undefined> {
  const key = /^bearer +(\S+)$/i.exec(header)?.[1]
  const found = key === undefined ? undefined : await authenticateApiKey(server, key)
  if (!found) return undefined
  return {
    ctx: ctxFor(server, found.tenant, request, { kind: 'key', id: String(found.keyId), via: 'api' }),
    session: undefined,
    may: (permission) => scopesAllow(found.scopes, permission),
  }
}

function ctxFor(server: Server, tenant: Tenant, request: FastifyRequest, actor: Actor): Ctx {
  const ctx = makeCtx(server, tenant, { ...actor, ip: request.ip, userAgent: request.headers['user-agent'] })
  return { ...ctx, log: request.log as Ctx['log'] } // the request's logger is a child of the server's
}

/** A cookie travels with requests that other sites make; the token in the header does not. */
function refuseForgery(request: FastifyRequest, session: StaffSession): void {
  if (safeMethods.has(request.method)) return
  if (request.headers['x-csrf-token'] === session.csrfToken) return
  throw new DomainError('request.forbidden', { reason: 'The X-CSRF-Token header is missing or wrong.' })
}

/** The context of an authenticated request. */
export function ctxOf(request: FastifyRequest): Ctx {
  assert(request.caller, 'the route lets nobody in unauthenticated')
  return request.caller.ctx
}

export function sessionOf(request: FastifyRequest): NonNullable<Caller['session']> {
  const session = request.caller?.session
  if (!session)
    throw new DomainError('request.unauthenticated', { reason: 'This needs a signed-in person, not a key.' })
  return session
}

export function setSessionCookie(
  reply: FastifyReply,
  config: Config,
  session: { value: string; expiresAt: Date },
): void {
  reply.setCookie(cookieName, session.value, { ...cookieOptions(config), expires: session.expiresAt })
}

export function clearSessionCookie(reply: FastifyReply, config: Config): void {
  reply.clearCookie(cookieName, cookieOptions(config))
}

function cookieOptions(config: Config) {
  return { path: '/', httpOnly: true, sameSite: 'lax', secure: config.publicUrl.startsWith('https:') } as const
}
