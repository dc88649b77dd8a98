import type { FastifyRequest } from 'fastify'
import { countAttempt, type FoundCredential, findCredential } from '../../core/accounts/index.ts'
import { type Ctx, makeCtx, type Server } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { verifyPassword } from '../../platform/passwords.ts'
import { type Fields, refuse } from './decode.ts'
import { allowedCampaignsOf, type Permission, permissionsOf } from './permissions.ts'

export const api = 'classic'

/** A call of a user who has proved who it is. */
export interface Call {
  readonly ctx: Ctx
  readonly user: FoundCredential
  readonly fields: Fields
  readonly permissions: ReadonlySet<Permission>
  /** The campaigns the user may see; undefined for all of them. */
  readonly campaigns: ReadonlySet<number> | undefined
}

/** The account of a user; the shop's own name where the credential does not say. */
export function accountIdOf(user: FoundCredential): string {
  return typeof user.data.accountId === 'string' ? user.data.accountId : user.tenant.slug
}

/**
 * Every call names its account; only a user who signs in learns it from the answer. The key goes by two names in the
 * body; where the header has one, only the header is looked at.
 */
export async function authenticate(server: Server, request: FastifyRequest, fields: Fields): Promise<Call> {
  const userId = fields.get('user_id') ?? refuse('user_id', 'is required')
  const accountId = fields.get('account_id')
  if (!accountId && fields.get('type') !== 'user_login') return refuse('account_id', 'is required')
  const key = headerKey(request) ?? fields.get('user_password') ?? fields.get('user_api_key')
  if (!key) return refuse('user_password', 'is required')
  const user = await findCredential(server, { api, kind: 'user', publicId: userId })
  const isKnown = user?.secretMatches(key) || (fields.get('type') === 'user_login' && (await hasPassword(user, key)))
  if (!user || !isKnown || (accountId !== undefined && accountId !== accountIdOf(user))) {
    return refuseStranger(server, { userId, ip: request.ip })
  }
  request.tenantId = user.tenant.id
  const ctx = makeCtx(server, user.tenant, { kind: 'key', id: userId, via: api, ip: request.ip })
  return {
    ctx,
    user,
    fields,
    permissions: permissionsOf(user.data),
    campaigns: allowedCampaignsOf(user.data),
  }
}

/** Only to sign in: all other calls are made with the key. */
function hasPassword(user: FoundCredential | undefined, password: string): Promise<boolean> {
  const hash = user?.data.passwordHash
  return verifyPassword(typeof hash === 'string' ? hash : undefined, password)
}

function headerKey(request: FastifyRequest): string | undefined {
  const value = request.headers.api_access_key
  return (Array.isArray(value) ? value[0] : value) || undefined
}

// Only failures are counted: the right key costs no write.
async function refuseStranger(server: Server, from: { userId: string; ip: string }): Promise<never> {
  const limit = { limit: 100, windowSeconds: 900 }
  await countAttempt(server, { scope: `${api}.sign_in`, subject: from.userId, ...limit })
  await countAttempt(server, { scope: `${api}.sign_in.ip`, subject: from.ip, ...limit })
  throw new DomainError('credentials.wrong')
}
