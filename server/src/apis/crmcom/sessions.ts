import { SignJWT } from 'jose'
import { findToken, issueToken, revokeToken, revokeTokensWithData } from '../../core/accounts/index.ts'
import { type Customer, getCustomer } from '../../core/customers/index.ts'
import { listOrganisations } from '../../core/organisations/index.ts'
import { type Ctx, makeCtx, type Server, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { loadSecrets } from '../../platform/secrets.ts'
import { api } from './auth.ts'
import { encodeSignedIn, uuid } from './encode.ts'

const accessSeconds = 60 * 60
const refreshSeconds = 90 * 24 * 60 * 60

export interface NewSession {
  readonly customer: Customer
  /** Whether the identity that was used is proved. */
  readonly verified: boolean
  readonly applicationId: number | undefined
}

/** Signs the contact in: the token response of authenticate, register, validate-otp and refresh. */
export function openSession(ctx: Ctx, session: NewSession) {
  return issueTokens(ctx, { ...session, name: ctx.random.hex(16) })
}

async function issueTokens(ctx: Ctx, session: NewSession & { name: string }) {
  const { customer, verified } = session
  const { tokenSigningKey } = await loadSecrets(ctx.pool)
  const issuedAt = Math.floor(ctx.clock.now().getTime() / 1000)
  const expiresAt = issuedAt + accessSeconds
  const data = { session: session.name, applicationId: session.applicationId ?? null, verified }
  // `jti` keeps two tokens of the same second apart; it is random, so that a token's hash cannot be worked out.
  const jwt = await new SignJWT({ sid: session.name })
    .setProtectedHeader({ alg: 'HS512' })
    .setSubject(uuid(ctx, 'customer', customer.id))
    .setExpirationTime(expiresAt)
    .setJti(ctx.random.hex(20))
    .sign(tokenSigningKey)
  const refresh = await transact(ctx, async (ctx) => {
    const common = { api, customerId: customer.id, data }
    await issueToken(ctx, { ...common, kind: 'access', token: jwt, ttlSeconds: accessSeconds })
    return issueToken(ctx, { ...common, kind: 'refresh', ttlSeconds: refreshSeconds })
  })
  return {
    access_token: jwt,
    refresh_token: refresh.token,
    exp: String(expiresAt),
    contact: encodeSignedIn(ctx, customer, verified),
    organisations: await encodeJoined(ctx),
  }
}

// Everybody who is a customer of the shop has joined its business.
async function encodeJoined(ctx: Ctx) {
  const { items } = await listOrganisations(ctx, { kind: 'business', page: { limit: 100 } })
  return items.map((organisation) => ({
    id: uuid(ctx, 'organisation', organisation.id),
    external_id: organisation.code,
    org_type: 'SERVICE_OWNER',
    org_relationship: 'MERCHANT',
    name: organisation.name,
  }))
}

/**
 * Exchanges a refresh token, once, for a new pair. Anything wrong with it is `token.invalid` or `token.expired`: clients
 * sign out on 401 and on nothing else.
 */
export async function refreshSession(server: Server, request: { token: string; ctx: Ctx | undefined }) {
  const found = await findToken(server, { api, kinds: ['refresh'], token: request.token })
  if (found?.customerId == null) throw new DomainError('token.invalid')
  if (request.ctx && request.ctx.tenant.id !== found.tenant.id) throw new DomainError('token.invalid')
  const { customerId, data } = found
  const actor = { kind: 'customer' as const, id: String(customerId), via: api }
  return transact(request.ctx ?? makeCtx(server, found.tenant, actor), async (ctx) => {
    // Of several that come with one token, a single one gets on.
    if (!(await revokeToken(ctx, found.id))) throw new DomainError('token.invalid')
    const customer = await getCustomer(ctx, customerId)
    if (customer.state === 'erased') throw new DomainError('token.invalid')
    const applicationId = typeof data.applicationId === 'number' ? data.applicationId : undefined
    return issueTokens(ctx, { customer, applicationId, verified: data.verified === true, name: String(data.session) })
  })
}

/** Ends a sign-in: its access and refresh tokens open nothing any more. */
export async function closeSession(ctx: Ctx, of: { customerId: number; session: string }): Promise<void> {
  await revokeTokensWithData(ctx, { api, customerId: of.customerId, data: { session: of.session } })
}
