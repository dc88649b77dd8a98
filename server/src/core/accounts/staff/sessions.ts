import { makeCtx, type Server, type Tenant } from '../../../platform/ctx.ts'
import { dbOf, inTransaction } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { verifyPassword } from '../../../platform/passwords.ts'
import { sha256 } from '../../../platform/random.ts'
import { countAttempt, forgetAttempts, uncountAttempt } from '../attempts/service.ts'
import { audit } from '../audit/service.ts'
import { sessionEnd, sessionNeedsExtension } from '../rules.ts'
import type { StaffSession, StaffUser } from '../types.ts'
import * as store from './store.ts'

export interface SignIn {
  readonly email: string
  readonly password: string
  /** The slug, where somebody works for several tenants under one address. */
  readonly tenant?: string
  readonly ip?: string
  readonly userAgent?: string
}

export interface SignedIn {
  /** The cookie's value; only its hash is kept. */
  readonly session: string
  readonly csrfToken: string
  readonly staff: StaffUser
  readonly tenant: Tenant
  readonly expiresAt: Date
}

const windowSeconds = 15 * 60
const byEmail = { scope: 'sign_in.email', limit: 10, windowSeconds }
const byIp = { scope: 'sign_in.ip', limit: 100, windowSeconds }

/**
 * Opens a console session. Refuses `credentials.wrong` without saying what was wrong, and `request.rate_limited` after
 * ten failures for an address or a hundred from an IP in fifteen minutes, counted before the password is looked at.
 */
export async function signIn(server: Server, command: SignIn): Promise<SignedIn> {
  const email = command.email.trim().toLowerCase()
  if (command.ip) await countAttempt(server, { ...byIp, subject: command.ip })
  await countAttempt(server, { ...byEmail, subject: email })
  const found = await findByPassword(server, { ...command, email })
  if (!found) throw new DomainError('credentials.wrong')
  await forgetAttempts(server, { scope: byEmail.scope, subject: email })
  // Not forgotten: somebody with an account of their own must not wipe out their guesses at others'.
  if (command.ip) await uncountAttempt(server, { scope: byIp.scope, subject: command.ip })
  return openSession(server, found, command)
}

async function findByPassword(server: Server, command: SignIn): Promise<store.StaffWithPassword | undefined> {
  const all = await store.selectStaffByEmail(dbOf(server.pool), command.email)
  const candidates = command.tenant === undefined ? all : all.filter((one) => one.tenant.slug === command.tenant)
  // One verification at least, so that an unknown address takes as long as a known one.
  if (candidates.length === 0) await verifyPassword(undefined, command.password)
  for (const candidate of candidates) {
    if (await verifyPassword(candidate.passwordHash, command.password)) return candidate
  }
  return undefined
}

async function openSession(server: Server, found: store.StaffWithPassword, from: SignIn): Promise<SignedIn> {
  const now = server.clock.now()
  const session = server.random.hex(32)
  const csrfToken = server.random.hex(16)
  const expiresAt = sessionEnd(now)
  await inTransaction(server.pool, async (db) => {
    await store.insertSession(db, found.tenant.id, {
      tokenHash: sha256(session),
      staffUserId: found.staff.id,
      csrfToken,
      expiresAt,
      now,
    })
    const actor = { kind: 'staff', id: String(found.staff.id), via: 'console', ip: from.ip } as const
    await audit({ ...makeCtx(server, found.tenant, actor), db, inTransaction: true }, { action: 'staff.signed_in' })
  })
  return { session, csrfToken, staff: { ...found.staff, lastLoginAt: now }, tenant: found.tenant, expiresAt }
}

/** Undefined when the session ended, was signed out, or its user was disabled. Use moves the end. */
export async function authenticateSession(server: Server, cookie: string): Promise<StaffSession | undefined> {
  if (!/^[0-9a-f]{64}$/.test(cookie)) return undefined
  const db = dbOf(server.pool)
  const now = server.clock.now()
  const tokenHash = sha256(cookie)
  const session = await store.selectSession(db, tokenHash, now)
  if (!session) return undefined
  if (!sessionNeedsExtension({ expiresAt: session.expiresAt, now })) return session
  const expiresAt = sessionEnd(now)
  await store.extendSession(db, session.tenant.id, tokenHash, expiresAt)
  return { ...session, expiresAt }
}

export function signOut(server: Server, cookie: string): Promise<void> {
  return store.deleteSession(dbOf(server.pool), sha256(cookie))
}
