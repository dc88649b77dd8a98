import type { Ctx } from '../../../platform/ctx.ts'
import { violates } from '../../../platform/db.ts'
import { assert } from '../../../platform/errors.ts'
import type { Data, TokenId } from '../types.ts'
import { findToken, issueToken } from './service.ts'
import * as store from './store.ts'

/** A short code that a customer shows and somebody with a secret of the tenant's types in, such as a cashier. */
export interface ShownCode {
  readonly id: TokenId
  readonly code: string
  readonly customerId: number
  readonly data: Data
  readonly expiresAt: Date
}

export interface ShownCodeInput {
  readonly api: string
  readonly kind: string
  readonly customerId: number
  readonly ttlSeconds: number
  readonly digits: number
  readonly data?: Data
}

const maxDraws = 50
const maxListed = 100

/**
 * Draws a code that no other living one of the kind has. Not inside a transaction: a draw that is taken would end it.
 * The code is short, so it must not open anything by itself.
 */
export async function issueShownCode(ctx: Ctx, input: ShownCodeInput): Promise<ShownCode> {
  assert(!ctx.inTransaction, 'a taken draw breaks the transaction it is made in')
  for (let draw = 1; draw <= maxDraws; draw++) {
    const code = ctx.random.digits(input.digits)
    const issued = await tryIssue(ctx, input, code)
    if (issued) return issued
  }
  throw new Error('fifty drawn codes in a row were taken')
}

async function tryIssue(ctx: Ctx, input: ShownCodeInput, code: string): Promise<ShownCode | undefined> {
  const { api, kind, customerId, ttlSeconds } = input
  try {
    const data = { ...input.data, code }
    const token = tokenOf(ctx, { api, kind, code })
    const { id, expiresAt } = await issueToken(ctx, { api, kind, customerId, ttlSeconds, data, token })
    assert(expiresAt, 'a token with a life has an end')
    return { id, code, customerId, data, expiresAt }
  } catch (error) {
    if (violates(error, 'api_tokens_hash_key')) return undefined
    throw error
  }
}

// The tenant is part of it: tokens are looked up by their hash alone.
function tokenOf(ctx: Ctx, of: { api: string; kind: string; code: string }): string {
  return `shown:${ctx.tenant.id}:${of.api}:${of.kind}:${of.code}`
}

/** The customer's codes that still live, oldest first, at most 100. */
export async function listShownCodes(
  ctx: Ctx,
  of: { api: string; kind: string; customerId: number },
): Promise<ShownCode[]> {
  const tokens = await store.selectTokensOf(ctx.db, ctx.tenant.id, { ...of, now: ctx.clock.now(), limit: maxListed })
  return tokens.map((token) => describe(token, of.customerId))
}

/** Whose code it is, while it lives. Using it up is `revokeToken` with its id. */
export async function findShownCode(
  ctx: Ctx,
  of: { api: string; kind: string; code: string },
): Promise<ShownCode | undefined> {
  const found = await findToken(ctx, { api: of.api, kinds: [of.kind], token: tokenOf(ctx, of) })
  return found?.customerId == null ? undefined : describe(found, found.customerId)
}

function describe(
  token: { readonly id: TokenId; readonly data: Data; readonly expiresAt: Date | null },
  customerId: number,
): ShownCode {
  assert(token.expiresAt, 'a shown code always ends')
  return { id: token.id, code: String(token.data.code), customerId, data: token.data, expiresAt: token.expiresAt }
}
