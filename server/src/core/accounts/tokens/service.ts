import { type Ctx, type Server, transact } from '../../../platform/ctx.ts'
import { dbOf } from '../../../platform/db.ts'
import { assert, DomainError } from '../../../platform/errors.ts'
import { sha256 } from '../../../platform/random.ts'
import type { Data, Token, TokenId } from '../types.ts'
import * as store from './store.ts'

export interface TokenInput {
  readonly api: string
  /** What it is for, e.g. access, refresh, device. */
  readonly kind: string
  readonly customerId?: number | null
  readonly data?: Data
  /** Absent: it does not expire. */
  readonly ttlSeconds?: number
  /** Random bytes of the token's hex text; 32 unless an API's clients expect another length. At least 20. */
  readonly bytes?: number
  /** The token itself, where the API makes its own (one that carries claims). It must hold something random. */
  readonly token?: string
  /** Ends every token of the API whose data contains these values: of several that are issued at once, one lives on. */
  readonly replaces?: Data
}

export interface IssuedToken {
  readonly id: TokenId
  /** Shown this once; only its hash is kept. */
  readonly token: string
  readonly expiresAt: Date | null
}

export async function issueToken(ctx: Ctx, input: TokenInput): Promise<IssuedToken> {
  const bytes = input.bytes ?? 32
  assert(bytes >= 20, 'a token of less than 160 bits can be guessed')
  const token = input.token ?? ctx.random.hex(bytes)
  const now = ctx.clock.now()
  const expiresAt = input.ttlSeconds === undefined ? null : new Date(now.getTime() + input.ttlSeconds * 1000)
  const id = await transact(ctx, async (ctx) => {
    if (input.replaces) await revokeReplaced(ctx, input.api, input.replaces)
    return store.insertToken(ctx.db, ctx.tenant.id, {
      api: input.api,
      kind: input.kind,
      tokenHash: sha256(token),
      customerId: input.customerId ?? null,
      data: input.data ?? {},
      expiresAt,
      now,
    })
  })
  return { id, token, expiresAt }
}

async function revokeReplaced(ctx: Ctx, api: string, data: Data): Promise<void> {
  await store.lockTokensWithData(ctx.db, ctx.tenant.id, { api, data })
  await revokeTokensWithData(ctx, { api, data })
}

export interface TokenQuestion {
  readonly api: string
  readonly kinds: readonly string[]
  readonly token: string
  /** For those who say "expired" and "unknown" in different words. */
  readonly includeExpired?: boolean
}

/** Undefined when it is unknown, revoked, of another API or kind, or expired. */
export async function findToken(server: Server, question: TokenQuestion): Promise<Token | undefined> {
  const found = await store.selectToken(dbOf(server.pool), {
    api: question.api,
    kinds: question.kinds,
    tokenHash: sha256(question.token),
  })
  if (!found) return undefined
  const expired = found.expiresAt !== null && found.expiresAt <= server.clock.now()
  return expired && !question.includeExpired ? undefined : found
}

/**
 * Uses a token up: of several that try with the same one, a single one gets it. For refresh tokens and authorisation
 * codes. Refuses `token.invalid` and `token.expired`.
 */
export async function consumeToken(ctx: Ctx, question: Omit<TokenQuestion, 'includeExpired'>): Promise<Token> {
  const found = await findToken(ctx, { ...question, includeExpired: true })
  if (!found || found.tenant.id !== ctx.tenant.id) throw new DomainError('token.invalid')
  if (found.expiresAt && found.expiresAt <= ctx.clock.now()) throw new DomainError('token.expired')
  if (!(await revokeToken(ctx, found.id))) throw new DomainError('token.invalid')
  return found
}

/** A device's token changes hands when a customer signs in or out on it. Refuses `token.invalid`. */
export async function updateToken(
  ctx: Ctx,
  patch: { id: number; customerId: number | null; data: Data },
): Promise<void> {
  if (!(await store.updateToken(ctx.db, ctx.tenant.id, patch))) throw new DomainError('token.invalid')
}

/** False when it was revoked before, or is not this tenant's. */
export function revokeToken(ctx: Ctx, id: number): Promise<boolean> {
  return store.updateTokenRevoked(ctx.db, ctx.tenant.id, id, ctx.clock.now())
}

/** After a changed password, an erasure or a sign-out everywhere; of one API or of all. Answers how many. */
export function revokeTokensOfCustomer(ctx: Ctx, customerId: number, api?: string): Promise<number> {
  return store.updateTokensRevokedOf(ctx.db, ctx.tenant.id, { customerId, api: api ?? null, now: ctx.clock.now() })
}

/** All tokens of an API whose data contains these values: those of one session, of one device. Answers how many. */
export function revokeTokensWithData(ctx: Ctx, of: { api: string; data: Data; customerId?: number }): Promise<number> {
  const { api, data, customerId = null } = of
  return store.updateTokensRevokedByData(ctx.db, ctx.tenant.id, { api, data, customerId, now: ctx.clock.now() })
}
