import { DomainError } from '../../platform/errors.ts'
import type { Permission, Role } from './types.ts'

const reading: readonly Permission[] = ['customers.read', 'reports.read']
const selling: readonly Permission[] = [
  ...reading,
  'customers.write',
  'purchases.write',
  'ledger.write',
  'vouchers.write',
]
const marketing: readonly Permission[] = [
  ...reading,
  'customers.write',
  'audience.write',
  'catalog.write',
  'loyalty.write',
  'vouchers.write',
  'messages.read',
]
const administering: readonly Permission[] = [
  ...new Set([
    ...selling,
    ...marketing,
    'customers.erase',
    'settings.write',
    'staff.write',
    'keys.write',
    'credentials.read',
    'audit.read',
  ] as const),
]

const permissionsByRole: Readonly<Record<Role, readonly Permission[]>> = {
  owner: administering,
  admin: administering,
  marketer: marketing,
  cashier: selling,
  viewer: reading,
}

export const roles = Object.keys(permissionsByRole) as Role[] // Object.keys loses the key type
export const permissions = administering

export function roleAllows(role: Role, permission: Permission): boolean {
  return permissionsByRole[role].includes(permission)
}

/** A key without scopes may do everything. */
export function scopesAllow(scopes: readonly Permission[], permission: Permission): boolean {
  return scopes.length === 0 || scopes.includes(permission)
}

/** Only an owner makes, changes or removes an owner; everybody else who may write staff handles the roles below. */
export function mayHandleRole(actor: Role, handled: Role): boolean {
  return roleAllows(actor, 'staff.write') && (handled !== 'owner' || actor === 'owner')
}

const shortestPassword = 10
const longestPassword = 200

/** Length is what counts; a password of one repeated character or with the e-mail's name in it is no password. */
export function checkPassword(password: string, email: string): void {
  const name = email.split('@')[0]?.toLowerCase() ?? ''
  const weak =
    password.length < shortestPassword ||
    password.length > longestPassword ||
    new Set(password).size < 4 ||
    (name.length > 3 && password.toLowerCase().includes(name) && password.length < name.length + 8)
  if (weak) throw new DomainError('password.weak', { field: 'password', minimumLength: shortestPassword })
}

export function checkStaffEmail(email: string): string {
  const trimmed = email.trim()
  if (trimmed.length > 254 || !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(trimmed)) {
    throw new DomainError('email.invalid', { field: 'email' })
  }
  return trimmed
}

export interface TenantFields {
  readonly slug?: string
  readonly name?: string
  readonly currency?: string
  readonly timeZone?: string
  readonly language?: string
  readonly country?: string
}

/** Refuses `request.invalid` with the field at fault. */
export function checkTenantFields(fields: TenantFields): void {
  const shapes: readonly (readonly [keyof TenantFields, RegExp])[] = [
    ['slug', /^[a-z0-9][a-z0-9-]{0,39}$/],
    ['name', /^(?=.*\S).{1,200}$/],
    ['currency', /^[A-Z]{3}$/],
    ['language', /^[a-z]{2,3}$/],
    ['country', /^[A-Z]{2}$/],
  ]
  for (const [field, shape] of shapes) {
    const value = fields[field]
    if (value !== undefined && !shape.test(value)) throw new DomainError('request.invalid', { field })
  }
  if (fields.timeZone !== undefined && !isTimeZone(fields.timeZone)) {
    throw new DomainError('request.invalid', { field: 'timeZone' })
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const sessionLifeMs = 12 * 60 * 60 * 1000

/** A session ends twelve hours after it was last used. */
export function sessionEnd(now: Date): Date {
  return new Date(now.getTime() + sessionLifeMs)
}

/** Moving the end on every request would write on every read: once an hour is enough. */
export function sessionNeedsExtension(session: { expiresAt: Date; now: Date }): boolean {
  return session.expiresAt.getTime() - session.now.getTime() < sessionLifeMs - 60 * 60 * 1000
}
