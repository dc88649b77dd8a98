import type { FastifyRequest } from 'fastify'
import { findToken, issueToken, type Token } from '../../core/accounts/index.ts'
import { type Ctx, makeCtx, type Server, type Tenant } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { readRecord, readText } from '../http/values.ts'

export const api = 'cleverreach'

export const accessSeconds = 2_592_000
const refreshSeconds = 31_536_000
/** Everything: what a token may do is not limited yet, and clients only show this. */
const scope = 'groups:read groups:write receivers:read receivers:write attributes:read attributes:write'

/** The bearer token in the header or in `?token=`. */
export function tokenOf(request: FastifyRequest): string | undefined {
  const [scheme = '', given = ''] = (request.headers.authorization ?? '').trim().split(/\s+/, 2)
  if (/^bearer$/i.test(scheme) && given) return given
  return readText(readRecord(request.query)?.token) || undefined
}

/** Refuses token.invalid, token.expired. */
export async function authenticate(server: Server, request: FastifyRequest): Promise<{ ctx: Ctx; token: Token }> {
  const text = tokenOf(request)
  if (!text) throw new DomainError('token.invalid', { reason: 'missing' })
  const token = await findToken(server, { api, kinds: ['access'], token: text, includeExpired: true })
  if (!token) throw new DomainError('token.invalid')
  if (token.expiresAt && token.expiresAt <= server.clock.now()) throw new DomainError('token.expired')
  return { ctx: ctxOf(server, token.tenant, request, String(token.data.clientId ?? token.id)), token }
}

/** A context that acts for the client with this id. */
export function ctxOf(server: Server, tenant: Tenant, request: FastifyRequest, clientId: string): Ctx {
  request.tenantId = tenant.id
  const userAgent = request.headers['user-agent']
  return makeCtx(server, tenant, {
    kind: 'key',
    id: clientId,
    via: api,
    ip: request.ip,
    ...(userAgent ? { userAgent } : {}),
  })
}

/** Refresh tokens go to who can be trusted to keep them: clients with a code, or that exchanged a token. */
export async function issueTokens(
  ctx: Ctx,
  options: { clientId: string; refresh: boolean },
): Promise<Readonly<Record<string, unknown>>> {
  const data = { clientId: options.clientId }
  const access = await issueToken(ctx, { api, kind: 'access', data, ttlSeconds: accessSeconds, bytes: 64 })
  const answer = { access_token: access.token, expires_in: accessSeconds, token_type: 'bearer', scope }
  if (!options.refresh) return answer
  const refresh = await issueToken(ctx, { api, kind: 'refresh', data, ttlSeconds: refreshSeconds, bytes: 64 })
  return { ...answer, refresh_token: refresh.token }
}
