import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { findReferenceItem, listReferenceItems } from '../../organisations/index.ts'

/**
 * Whom an identity provider says that somebody is: the subject of an OpenID Connect ID token. The tenant names the providers
 * that it believes as reference items of kind social_network: `issuer`, `audience`, and the keys themselves (`jwks`) or where
 * they are (`jwksUrl`). Refuses reference.not_found (no such network), token.invalid, token.expired, service.unavailable.
 */
export async function verifySocialToken(
  ctx: Ctx,
  claimed: { network: string; token: string },
): Promise<{ network: string; subject: string }> {
  const item = await findReferenceItem(ctx, { kind: 'social_network', code: claimed.network })
  const payload = await readToken(ctx, item?.data ?? {}, claimed.token)
  if (!payload) throw new DomainError('reference.not_found', { kind: 'social_network', code: claimed.network })
  if (!payload.sub) throw new DomainError('token.invalid')
  return { network: claimed.network, subject: payload.sub }
}

/**
 * The names under which the shop's own identity provider knows somebody: preferred_username, e-mail (unless unproved) and subject of
 * an ID token. The tenant names its providers as reference items of kind sso_provider, like social networks. Refuses token.invalid,
 * token.expired, service.unavailable.
 */
export async function verifySsoToken(ctx: Ctx, token: string): Promise<string[]> {
  const issuer = issuerOf(token)
  const provider = (await listReferenceItems(ctx, 'sso_provider')).find(({ data }) => data.issuer === issuer)
  const payload = await readToken(ctx, provider?.data ?? {}, token)
  if (!payload) throw new DomainError('token.invalid')
  const email = payload.email_verified === false ? undefined : payload.email
  const names = [payload.preferred_username, email, payload.sub]
  return names.filter((name): name is string => typeof name === 'string' && name !== '')
}

// What it says before anybody has proved it.
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss
  } catch {
    throw new DomainError('token.invalid')
  }
}

/** Undefined without a provider that is set up: issuer, audience and keys; without all three a token of anybody's would do. */
async function readToken(
  ctx: Ctx,
  provider: Readonly<Record<string, unknown>>,
  token: string,
): Promise<JWTPayload | undefined> {
  const { issuer, audience } = provider
  const keys = keysOf(provider)
  if (!keys || typeof issuer !== 'string' || typeof audience !== 'string' || issuer === '' || audience === '') {
    return undefined
  }
  const options = { issuer, audience, currentDate: ctx.clock.now(), requiredClaims: ['sub', 'exp'] }
  return (await jwtVerify(token, keys, options).catch(refuse)).payload
}

// A set of keys that was fetched is kept, and fetched anew when a token names a key that is not in it.
const remoteKeys = new Map<string, JWTVerifyGetKey>()
const mostRemoteKeys = 1_000

function keysOf(data: Readonly<Record<string, unknown>>): JWTVerifyGetKey | undefined {
  if (isKeySet(data.jwks)) return createLocalJWKSet(data.jwks)
  if (typeof data.jwksUrl !== 'string' || !URL.canParse(data.jwksUrl)) return undefined
  const known = remoteKeys.get(data.jwksUrl)
  if (known) return known
  const fetched = createRemoteJWKSet(new URL(data.jwksUrl), { timeoutDuration: 5_000 })
  if (remoteKeys.size < mostRemoteKeys) remoteKeys.set(data.jwksUrl, fetched)
  return fetched
}

function isKeySet(value: unknown): value is JSONWebKeySet {
  return typeof value === 'object' && value !== null && Array.isArray((value as { keys?: unknown }).keys) // any object may have keys
}

function refuse(error: unknown): never {
  if (error instanceof errors.JWTExpired) throw new DomainError('token.expired', {}, { cause: error })
  const isUnreachable = error instanceof errors.JWKSTimeout || !(error instanceof errors.JOSEError)
  if (isUnreachable) throw new DomainError('service.unavailable', { reason: 'identity provider' }, { cause: error })
  throw new DomainError('token.invalid', {}, { cause: error })
}
