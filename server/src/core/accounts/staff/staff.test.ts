import { beforeEach, describe, expect, it } from 'vitest'
import { testDatabase } from '../../../../test/harness.ts'
import { newTenant } from '../../../../test/tenant.ts'
import { fixedClock } from '../../../platform/clock.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import {
  authenticateSession,
  changePassword,
  createStaffUser,
  deleteStaffUser,
  listAudit,
  listStaffUsers,
  signIn,
  signOut,
  updateStaffUser,
} from '../index.ts'

const { pool } = await testDatabase()
const password = 'correct horse battery'
let clock = fixedClock('2026-03-01T10:00:00Z')
let ctx: Ctx
let email: string

beforeEach(async () => {
  clock = fixedClock('2026-03-01T10:00:00Z')
  ctx = await newTenant(pool, { clock })
  email = `owner@${ctx.tenant.slug}.example`
  await createStaffUser(ctx, { email, name: 'Olga Owner', role: 'owner', password })
})

const staff = async () => {
  const [owner] = await listStaffUsers(ctx)
  if (!owner) throw new Error('the tenant has its owner')
  return owner
}

describe('signing in', () => {
  it('opens a session that knows its tenant, its user and a CSRF token, whatever the case of the address', async () => {
    const signedIn = await signIn(ctx, { email: email.toUpperCase(), password })
    const session = await authenticateSession(ctx, signedIn.session)
    expect(session).toMatchObject({
      tenant: { id: ctx.tenant.id },
      staff: { email, role: 'owner' },
      csrfToken: signedIn.csrfToken,
    })
    expect(signedIn.csrfToken).toMatch(/^[0-9a-f]{32}$/)
    const second = await signIn(ctx, { email, password })
    expect(second.csrfToken).not.toBe(signedIn.csrfToken)
  })

  it('keeps neither cookie nor password as they are', async () => {
    const { session } = await signIn(ctx, { email, password })
    const kept = await pool.query(
      `select row_to_json(s)::text || row_to_json(u)::text as text from staff_sessions s join staff_users u on u.id = s.staff_user_id
        where u.tenant_id = $1`,
      [ctx.tenant.id],
    )
    expect(kept.rows).toHaveLength(1)
    expect(kept.rows[0].text).not.toContain(session)
    expect(kept.rows[0].text).not.toContain(password)
  })

  it.each([
    ['a wrong password', { password: 'correct horse batterY' }],
    ['an unknown address', { email: 'nobody@shop.example' }],
    ['another tenant', { tenant: 'somewhere-else' }],
  ])('refuses %s in the same words', async (_, change) => {
    await expect(signIn(ctx, { email, password, ...change })).rejects.toMatchObject({
      code: 'credentials.wrong',
      data: {},
    })
  })

  it('finds the tenant of somebody who works for two by the password, or by the tenant named', async () => {
    const other = await newTenant(pool, { clock })
    await createStaffUser(other, { email, name: 'Olga', role: 'viewer', password: 'another password' })
    expect((await signIn(ctx, { email, password: 'another password' })).tenant.id).toBe(other.tenant.id)
    expect((await signIn(ctx, { email, password })).tenant.id).toBe(ctx.tenant.id)
    await expect(signIn(ctx, { email, password, tenant: other.tenant.slug })).rejects.toMatchObject({
      code: 'credentials.wrong',
    })
  })

  it('is limited for an address: after ten attempts even the right password waits a quarter of an hour', async () => {
    const guesses = Array.from({ length: 14 }, () =>
      signIn(ctx, { email, password: 'a wrong guess' }).catch((error) => error.code),
    )
    const codes = await Promise.all(guesses)
    expect(codes.filter((code) => code === 'credentials.wrong')).toHaveLength(10)
    expect(codes.filter((code) => code === 'request.rate_limited')).toHaveLength(4)
    await expect(signIn(ctx, { email, password })).rejects.toMatchObject({
      code: 'request.rate_limited',
      data: { retryAfterSeconds: 900 },
    })
    clock.advance(15 * 60_000)
    await expect(signIn(ctx, { email, password })).resolves.toMatchObject({ staff: { email } })
  })

  it('is limited for an IP over all addresses', async () => {
    const ip = `192.0.2.${ctx.tenant.id % 250}`
    await pool.query(`delete from attempt_counters`)
    const tries = Array.from({ length: 103 }, (_, index) =>
      signIn(ctx, { email: `guess${index}@shop.example`, password: 'whatever it is', ip }).catch((error) => error.code),
    )
    const codes = await Promise.all(tries)
    expect(codes.filter((code) => code === 'request.rate_limited')).toHaveLength(3)
  })

  it('that succeeds does not use up what an IP may try', async () => {
    await pool.query(`delete from attempt_counters`)
    for (let signedIn = 0; signedIn < 12; signedIn++) await signIn(ctx, { email, password, ip: '203.0.113.9' })
    const left = await pool.query(`select sum(attempts)::int as attempts from attempt_counters`)
    expect(left.rows).toEqual([{ attempts: 0 }])
  })
})

describe('a session', () => {
  it('ends twelve hours after its last use', async () => {
    const { session } = await signIn(ctx, { email, password })
    clock.advance(11 * 3_600_000)
    expect(await authenticateSession(ctx, session)).toBeDefined()
    clock.advance(11 * 3_600_000)
    expect(await authenticateSession(ctx, session)).toBeDefined()
    clock.advance(12 * 3_600_000)
    expect(await authenticateSession(ctx, session)).toBeUndefined()
  })

  it('ends on sign-out, and nonsense opens nothing', async () => {
    const { session } = await signIn(ctx, { email, password })
    await signOut(ctx, session)
    expect(await authenticateSession(ctx, session)).toBeUndefined()
    expect(await authenticateSession(ctx, "' or 1=1")).toBeUndefined()
    expect(await authenticateSession(ctx, '0'.repeat(64))).toBeUndefined()
  })

  it('ends when its user is disabled', async () => {
    const input = { email: `v@${ctx.tenant.slug}.example`, name: 'Vera', role: 'viewer', password } as const
    const viewer = await createStaffUser(ctx, input)
    const { session } = await signIn(ctx, { email: viewer.email, password })
    await updateStaffUser(ctx, { id: viewer.id, state: 'disabled' })
    expect(await authenticateSession(ctx, session)).toBeUndefined()
    await expect(signIn(ctx, { email: viewer.email, password })).rejects.toMatchObject({ code: 'credentials.wrong' })
  })

  it('that changes the password stays, all others end', async () => {
    const [here, elsewhere] = [await signIn(ctx, { email, password }), await signIn(ctx, { email, password })]
    const { id } = await staff()
    const change = { id, currentPassword: password, newPassword: 'a better password', session: here.session }
    await changePassword(ctx, change)
    expect(await authenticateSession(ctx, here.session)).toBeDefined()
    expect(await authenticateSession(ctx, elsewhere.session)).toBeUndefined()
    await expect(changePassword(ctx, change)).rejects.toMatchObject({ code: 'credentials.wrong' })
    await expect(signIn(ctx, { email, password })).rejects.toMatchObject({ code: 'credentials.wrong' })
  })
})

describe('staff users', () => {
  it('have one account per address in a tenant', async () => {
    await expect(
      createStaffUser(ctx, { email: email.toUpperCase(), name: 'Twin', role: 'viewer', password }),
    ).rejects.toMatchObject({ code: 'staff.email_taken' })
  })

  it('cannot be made or raised to owner by an admin', async () => {
    const admin = await createStaffUser(ctx, {
      email: `a@${ctx.tenant.slug}.example`,
      name: 'Ada',
      role: 'admin',
      password,
    })
    const asAdmin: Ctx = { ...ctx, actor: { kind: 'staff', id: String(admin.id), via: 'console' } }
    const input = { email: `b@${ctx.tenant.slug}.example`, name: 'Bo', role: 'owner', password } as const
    await expect(createStaffUser(asAdmin, input)).rejects.toMatchObject({ code: 'request.forbidden' })
    await expect(updateStaffUser(asAdmin, { id: admin.id, role: 'owner' })).rejects.toMatchObject({
      code: 'request.forbidden',
    })
    await expect(deleteStaffUser(asAdmin, (await staff()).id)).rejects.toMatchObject({ code: 'request.forbidden' })
    await expect(createStaffUser(asAdmin, { ...input, role: 'cashier' })).resolves.toMatchObject({ role: 'cashier' })
  })

  it('keep their last owner, also when two are taken away at once', async () => {
    const { id } = await staff()
    await expect(deleteStaffUser(ctx, id)).rejects.toMatchObject({ data: { reason: 'last_owner' } })
    const second = await createStaffUser(ctx, {
      email: `o2@${ctx.tenant.slug}.example`,
      name: 'Otto',
      role: 'owner',
      password,
    })
    const both = await Promise.allSettled([
      deleteStaffUser(ctx, id),
      updateStaffUser(ctx, { id: second.id, role: 'admin' }),
    ])
    expect(both.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
  })

  it('are written down in the audit log', async () => {
    await signIn(ctx, { email, password, ip: '198.51.100.7' })
    expect(await listAudit(ctx)).toMatchObject([
      { action: 'staff.signed_in', actorKind: 'staff', via: 'console', ip: '198.51.100.7' },
      { action: 'staff.created', data: { role: 'owner' } },
    ])
    const [newest] = await listAudit(ctx, { limit: 1 })
    expect(await listAudit(ctx, { before: newest?.id })).toHaveLength(1)
  })
})
