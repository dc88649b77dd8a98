import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { hashPassword, verifyPassword } from '../../../platform/passwords.ts'
import { sha256 } from '../../../platform/random.ts'
import { countAttempt } from '../attempts/service.ts'
import { audit } from '../audit/service.ts'
import { checkPassword, checkStaffEmail, mayHandleRole } from '../rules.ts'
import type { Role, StaffUser } from '../types.ts'
import * as store from './store.ts'

export interface StaffInput {
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly password: string
}

/** Refuses `email.invalid`, `password.weak`, `request.forbidden` and `staff.email_taken`. */
export async function createStaffUser(ctx: Ctx, input: StaffInput): Promise<StaffUser> {
  const email = checkStaffEmail(input.email)
  checkPassword(input.password, email)
  const passwordHash = await hashPassword(input.password)
  return transact(ctx, async (ctx) => {
    await refuseUnlessMayHandle(ctx, input.role)
    const staff = await store.insertStaff(ctx.db, ctx.tenant.id, { ...input, email, passwordHash })
    await audit(ctx, { action: 'staff.created', entity: 'staff', entityId: staff.id, data: { role: staff.role } })
    return staff
  })
}

/** A staff actor is checked against its own role; the system, the command line and keys were checked at their edge. */
async function refuseUnlessMayHandle(ctx: Ctx, role: Role): Promise<void> {
  if (ctx.actor.kind !== 'staff') return
  const acting = await store.selectStaffWithPassword(ctx.db, ctx.tenant.id, Number(ctx.actor.id))
  if (!acting || !mayHandleRole(acting.staff.role, role)) throw new DomainError('request.forbidden', { role })
}

export function listStaffUsers(ctx: Ctx): Promise<StaffUser[]> {
  return store.selectStaff(ctx.db, ctx.tenant.id)
}

/** For showing a generated password again: true while it was not changed. Never for signing in, as it counts nothing. */
export async function isCurrentPassword(ctx: Ctx, login: { email: string; password: string }): Promise<boolean> {
  const all = await store.selectStaffByEmail(ctx.db, login.email)
  const found = all.find((one) => one.tenant.id === ctx.tenant.id)
  return verifyPassword(found?.passwordHash, login.password)
}

export interface StaffPatch {
  readonly id: number
  readonly email?: string
  readonly name?: string
  readonly role?: Role
  readonly state?: 'active' | 'disabled'
  /** Sets a new password for somebody who lost theirs. */
  readonly password?: string
}

/** Refuses `request.not_found`, `request.forbidden` and, for the last active owner, `request.invalid`. */
export async function updateStaffUser(ctx: Ctx, patch: StaffPatch): Promise<StaffUser> {
  const passwordHash = patch.password === undefined ? undefined : await hashChecked(patch.password, patch.email ?? '')
  return transact(ctx, async (ctx) => {
    const before = await lockHandled(ctx, patch.id)
    const next = {
      id: before.id,
      email: patch.email === undefined ? before.email : checkStaffEmail(patch.email),
      name: patch.name ?? before.name,
      role: patch.role ?? before.role,
      state: patch.state ?? before.state,
    }
    await refuseUnlessMayHandle(ctx, next.role)
    if (next.role !== 'owner' || next.state !== 'active') await refuseLastOwner(ctx, before)
    // From here it must succeed.
    const updated = await store.updateStaff(ctx.db, ctx.tenant.id, next)
    if (!updated) throw new DomainError('request.not_found', { id: patch.id })
    if (passwordHash) await store.updatePasswordHash(ctx.db, ctx.tenant.id, before.id, passwordHash)
    if (passwordHash || updated.state === 'disabled') await endSessions(ctx, before.id)
    await audit(ctx, {
      action: 'staff.updated',
      entity: 'staff',
      entityId: before.id,
      data: { role: next.role, state: next.state, passwordSet: passwordHash !== undefined },
    })
    return updated
  })
}

async function hashChecked(password: string, email: string): Promise<string> {
  checkPassword(password, email)
  return hashPassword(password)
}

function endSessions(ctx: Ctx, staffUserId: number): Promise<void> {
  return store.deleteSessionsOf(ctx.db, ctx.tenant.id, { staffUserId, keptTokenHash: '' })
}

/** Refuses `request.not_found`, `request.forbidden` and, for the last active owner, `request.invalid`. */
export function deleteStaffUser(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const staff = await lockHandled(ctx, id)
    await refuseLastOwner(ctx, staff)
    await store.deleteStaff(ctx.db, ctx.tenant.id, id)
    await audit(ctx, { action: 'staff.deleted', entity: 'staff', entityId: id })
  })
}

async function lockHandled(ctx: Ctx, id: number): Promise<StaffUser> {
  const locked = await store.lockStaff(ctx.db, ctx.tenant.id, id)
  const staff = locked.find((one) => one.id === id)
  if (!staff) throw new DomainError('request.not_found', { id })
  await refuseUnlessMayHandle(ctx, staff.role)
  return staff
}

async function refuseLastOwner(ctx: Ctx, staff: StaffUser): Promise<void> {
  if (staff.role !== 'owner' || staff.state !== 'active') return
  const owners = (await store.lockStaff(ctx.db, ctx.tenant.id, staff.id)).filter(
    (one) => one.role === 'owner' && one.state === 'active',
  )
  if (owners.length < 2) throw new DomainError('request.invalid', { field: 'role', reason: 'last_owner' })
}

export interface PasswordChange {
  readonly id: number
  readonly currentPassword: string
  readonly newPassword: string
  /** The cookie of the session that stays; all others end. */
  readonly session?: string
}

/** A staff user's own change. Refuses `credentials.wrong`, `password.weak` and `request.rate_limited`. */
export async function changePassword(ctx: Ctx, change: PasswordChange): Promise<void> {
  const subject = `${ctx.tenant.id}:${change.id}`
  await countAttempt(ctx, { scope: 'staff.change_password', subject, limit: 10, windowSeconds: 900 })
  const found = await store.selectStaffWithPassword(ctx.db, ctx.tenant.id, change.id)
  if (!(await verifyPassword(found?.passwordHash, change.currentPassword)) || !found) {
    throw new DomainError('credentials.wrong', { field: 'currentPassword' })
  }
  const hash = await hashChecked(change.newPassword, found.staff.email)
  await transact(ctx, async (ctx) => {
    await store.updatePasswordHash(ctx.db, ctx.tenant.id, change.id, hash)
    await store.deleteSessionsOf(ctx.db, ctx.tenant.id, {
      staffUserId: change.id,
      keptTokenHash: change.session ? sha256(change.session) : '',
    })
    await audit(ctx, { action: 'staff.password_changed', entity: 'staff', entityId: change.id })
  })
}
