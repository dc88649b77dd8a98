import { type Ctx, transact } from '../../../platform/ctx.ts'
import { dbOf } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { sha256 } from '../../../platform/random.ts'
import { countAttempt } from '../attempts/service.ts'
import type { CodeId, Data } from '../types.ts'
import * as store from './store.ts'

export interface CodeInput {
  /** What it proves or allows, e.g. "sign-in", "confirm-list". */
  readonly purpose: string
  /** Whom or what it is about, e.g. "email:jane@example.com" or a customer's id. */
  readonly subject: string
  readonly ttlSeconds: number
  /** So many digits for a person to type, five attempts. Six unless told. */
  readonly digits?: number
  /** So many letters and digits instead, in capitals and without those that look alike. */
  readonly letters?: number
  /** 64 hex digits for a link instead; found by itself, without subject or id. */
  readonly linkToken?: boolean
  /** Comes back on success. */
  readonly data?: Data
  /** How many codes a subject may be sent in an hour; 20 unless told. */
  readonly maxPerHour?: number
}

const attemptsOfDigits = 5

/** Refuses `request.rate_limited`. A new code of the same purpose and subject makes the earlier ones worthless. */
export async function issueCode(ctx: Ctx, input: CodeInput): Promise<{ id: CodeId; code: string; expiresAt: Date }> {
  await countAttempt(ctx, {
    scope: 'code.issue',
    subject: `${ctx.tenant.id}:${input.purpose}:${input.subject}`,
    limit: input.maxPerHour ?? 20,
    windowSeconds: 3600,
  })
  const code = input.linkToken ? ctx.random.hex(32) : typed(ctx, input)
  const now = ctx.clock.now()
  const expiresAt = new Date(now.getTime() + input.ttlSeconds * 1000)
  const id = await transact(ctx, (ctx) =>
    store.insertCode(ctx.db, ctx.tenant.id, {
      purpose: input.purpose,
      subject: input.subject,
      codeHash: input.linkToken ? sha256(code) : hashOf(input, code),
      attempts: attemptsOfDigits,
      data: input.data ?? {},
      expiresAt,
      now,
    }),
  )
  return { id, code, expiresAt }
}

// 32 of them: each of 256 bytes means one, and none more often than another.
const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

function typed(ctx: Ctx, input: CodeInput): string {
  if (input.letters === undefined) return ctx.random.digits(input.digits ?? 6)
  return [...Buffer.from(ctx.random.hex(input.letters), 'hex')].map((byte) => letters[byte % letters.length]).join('')
}

/** The subject is in the hash: the same digits of two people look different. */
function hashOf(of: { purpose: string; subject: string }, code: string): string {
  return sha256(`${of.purpose}\n${of.subject}\n${code}`)
}

export type CodeQuestion =
  | { readonly purpose: string; readonly code: string; readonly id: number }
  | { readonly purpose: string; readonly code: string; readonly subject: string }
  | { readonly purpose: string; readonly code: string }

/**
 * Accepts a code once. Digits are named by their id or subject, links by themselves. Refuses `code.wrong` (also when no
 * attempt is left) and `code.expired`. A failed attempt is counted for good, whatever becomes of the caller's transaction;
 * the use is part of it, so that a refusal later on leaves the code usable.
 */
export async function verifyCode(ctx: Ctx, question: CodeQuestion): Promise<{ subject: string; data: Data }> {
  const found = await findMatching(ctx, question)
  if (!found) throw new DomainError('code.wrong', { field: 'code' })
  if (found.expiresAt <= ctx.clock.now()) throw new DomainError('code.expired', { field: 'code' })
  return transact(ctx, async (ctx) => {
    if (!(await store.updateCodeUsed(ctx.db, ctx.tenant.id, found.id, ctx.clock.now()))) {
      throw new DomainError('code.wrong', { field: 'code' })
    }
    return { subject: found.subject, data: found.data }
  })
}

async function findMatching(ctx: Ctx, question: CodeQuestion): Promise<store.StoredCode | undefined> {
  const { purpose, code } = question
  if (!('id' in question) && !('subject' in question)) {
    return store.selectCodeByHash(ctx.db, ctx.tenant.id, { purpose, codeHash: sha256(code) })
  }
  // On its own connection: the attempt stays counted when the caller's transaction is refused.
  const db = dbOf(ctx.pool)
  const id = 'id' in question ? question.id : await store.selectLatestCodeId(db, ctx.tenant.id, question)
  const found = id === undefined ? undefined : await store.takeAttemptById(db, ctx.tenant.id, { purpose, id })
  return found && found.codeHash === hashOf({ purpose, subject: found.subject }, code) ? found : undefined
}
