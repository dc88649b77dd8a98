import type { Tenant, TenantId } from '../../../platform/ctx.ts'
import { type Db, sql, violates } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readTenant, type TenantRow, tenantColumns } from '../tenants/store.ts'
import type { Role, StaffSession, StaffUser, StaffUserId } from '../types.ts'

interface StaffRow {
  id: number
  email: string
  name: string
  role: Role
  state: 'active' | 'disabled'
  last_login_at: Date | null
  created_at: Date
}

const staffColumns = sql`s.id, s.email, s.name, s.role, s.state, s.last_login_at, s.created_at`

function readStaff(row: StaffRow): StaffUser {
  return {
    id: row.id as StaffUserId,
    email: row.email,
    name: row.name,
    role: row.role,
    state: row.state,
    lastLoginAt: row.last_login_at,
    createdAt: row.created_at,
  }
}

export interface NewStaffUser {
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly passwordHash: string
}

export async function insertStaff(db: Db, tenantId: TenantId, staff: NewStaffUser): Promise<StaffUser> {
  try {
    const [row] = await db.query<StaffRow>(sql`
      insert into staff_users as s (tenant_id, email, name, role, password_hash)
      values (${tenantId}, ${staff.email}, ${staff.name}, ${staff.role}, ${staff.passwordHash})
      returning ${staffColumns}`)
    if (!row) throw new Error('an insert that returns always gives its row')
    return readStaff(row)
  } catch (error) {
    throw emailTaken(error) ?? error
  }
}

function emailTaken(error: unknown): DomainError | undefined {
  if (!violates(error, 'staff_users_email_key')) return undefined
  return new DomainError('staff.email_taken', { field: 'email' }, { cause: error })
}

export async function selectStaff(db: Db, tenantId: TenantId): Promise<StaffUser[]> {
  const rows = await db.query<StaffRow>(sql`
    select ${staffColumns} from staff_users s where s.tenant_id = ${tenantId} order by s.id limit 1000`)
  return rows.map(readStaff)
}

/** Locks all owners with the one asked for, so that two cannot take the last owner away at the same moment. */
export async function lockStaff(db: Db, tenantId: TenantId, id: number): Promise<StaffUser[]> {
  const rows = await db.query<StaffRow>(sql`
    select ${staffColumns} from staff_users s
     where s.tenant_id = ${tenantId} and (s.id = ${id} or s.role = 'owner') order by s.id for update`)
  return rows.map(readStaff)
}

export async function updateStaff(
  db: Db,
  tenantId: TenantId,
  staff: Pick<StaffUser, 'id' | 'email' | 'name' | 'role' | 'state'>,
): Promise<StaffUser | undefined> {
  try {
    const [row] = await db.query<StaffRow>(sql`
      update staff_users s set email = ${staff.email}, name = ${staff.name}, role = ${staff.role}, state = ${staff.state}
       where s.tenant_id = ${tenantId} and s.id = ${staff.id} returning ${staffColumns}`)
    return row && readStaff(row)
  } catch (error) {
    throw emailTaken(error) ?? error
  }
}

export async function deleteStaff(db: Db, tenantId: TenantId, id: number): Promise<void> {
  await db.query(sql`delete from staff_users where tenant_id = ${tenantId} and id = ${id}`)
}

export async function updatePasswordHash(db: Db, tenantId: TenantId, id: number, hash: string): Promise<void> {
  await db.query(sql`update staff_users set password_hash = ${hash} where tenant_id = ${tenantId} and id = ${id}`)
}

export interface StaffWithPassword {
  readonly tenant: Tenant
  readonly staff: StaffUser
  readonly passwordHash: string | null
}

type PasswordRow = StaffRow & TenantRow & { password_hash: string | null }

function readWithPassword(row: PasswordRow): StaffWithPassword {
  return { tenant: readTenant(row), staff: readStaff(row), passwordHash: row.password_hash }
}

/** Starts a sign-in, so it looks through all tenants: the one statement on staff that has no tenant yet. */
export async function selectStaffByEmail(db: Db, email: string): Promise<StaffWithPassword[]> {
  const rows = await db.query<PasswordRow>(sql`
    select ${staffColumns}, s.password_hash, ${tenantColumns}
      from staff_users s join tenants t on t.id = s.tenant_id
     where lower(s.email) = lower(${email}) and s.state = 'active'
     order by s.last_login_at desc nulls last, s.id limit 5`)
  return rows.map(readWithPassword)
}

export async function selectStaffWithPassword(
  db: Db,
  tenantId: TenantId,
  id: number,
): Promise<StaffWithPassword | undefined> {
  const [row] = await db.query<PasswordRow>(sql`
    select ${staffColumns}, s.password_hash, ${tenantColumns}
      from staff_users s join tenants t on t.id = s.tenant_id
     where s.tenant_id = ${tenantId} and s.id = ${id}`)
  return row && readWithPassword(row)
}

export interface NewSession {
  readonly tokenHash: string
  readonly staffUserId: number
  readonly csrfToken: string
  readonly expiresAt: Date
  readonly now: Date
}

export async function insertSession(db: Db, tenantId: TenantId, session: NewSession): Promise<void> {
  await db.query(sql`
    insert into staff_sessions (tenant_id, token_hash, staff_user_id, csrf_token, expires_at, created_at)
    values (${tenantId}, ${session.tokenHash}, ${session.staffUserId}, ${session.csrfToken}, ${session.expiresAt}, ${session.now})`)
  await db.query(sql`
    update staff_users set last_login_at = ${session.now} where tenant_id = ${tenantId} and id = ${session.staffUserId}`)
}

/** The cookie says nothing about its tenant, so the hash alone is asked for; it has 256 random bits. */
export async function selectSession(db: Db, tokenHash: string, now: Date): Promise<StaffSession | undefined> {
  const [row] = await db.query<StaffRow & TenantRow & { csrf_token: string; expires_at: Date }>(sql`
    select ${staffColumns}, ${tenantColumns}, x.csrf_token, x.expires_at
      from staff_sessions x
      join staff_users s on s.tenant_id = x.tenant_id and s.id = x.staff_user_id
      join tenants t on t.id = x.tenant_id
     where x.token_hash = ${tokenHash} and x.expires_at > ${now} and s.state = 'active'`)
  if (!row) return undefined
  return { tenant: readTenant(row), staff: readStaff(row), csrfToken: row.csrf_token, expiresAt: row.expires_at }
}

export async function extendSession(db: Db, tenantId: TenantId, tokenHash: string, expiresAt: Date): Promise<void> {
  await db.query(sql`
    update staff_sessions set expires_at = ${expiresAt} where tenant_id = ${tenantId} and token_hash = ${tokenHash}`)
}

export async function deleteSession(db: Db, tokenHash: string): Promise<void> {
  await db.query(sql`delete from staff_sessions where token_hash = ${tokenHash}`)
}

/** Ends the sessions of a staff user but the one that is kept. */
export async function deleteSessionsOf(
  db: Db,
  tenantId: TenantId,
  sessions: { staffUserId: number; keptTokenHash: string },
): Promise<void> {
  await db.query(sql`
    delete from staff_sessions where tenant_id = ${tenantId} and staff_user_id = ${sessions.staffUserId}
       and token_hash <> ${sessions.keptTokenHash}`)
}

export async function deleteSessionsBefore(db: Db, before: Date): Promise<void> {
  await db.query(sql`delete from staff_sessions where expires_at < ${before}`)
}
