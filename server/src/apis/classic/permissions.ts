import { DomainError } from '../../platform/errors.ts'
import { isNo, isYes } from './decode.ts'

/**
 * What a user of this API may do, flag by flag. The manual names some of them (view_promotions, add_buyx_items,
 * edit_depreciation, ...); the others follow their pattern.
 */
export const permissionNames = [
  'view_account',
  'edit_account',
  'view_dashboard',
  'view_users',
  'add_users',
  'edit_users',
  'delete_users',
  'view_fields',
  'edit_fields',
  'view_customers',
  'add_customers',
  'edit_customers',
  'delete_customers',
  'import_customers',
  'view_campaigns',
  'add_campaigns',
  'edit_campaigns',
  'delete_campaigns',
  'view_rewards',
  'add_rewards',
  'edit_rewards',
  'delete_rewards',
  'view_promotions',
  'add_promotions',
  'edit_promotions',
  'delete_promotions',
  'view_buyx_items',
  'add_buyx_items',
  'edit_buyx_items',
  'delete_buyx_items',
  'view_depreciations',
  'add_depreciation',
  'edit_depreciation',
  'delete_depreciation',
  'view_fees',
  'add_fee',
  'edit_fee',
  'delete_fee',
  'record_activity',
  'redeem',
  'delete_transactions',
  'import_transactions',
  'view_reports',
] as const

export type Permission = (typeof permissionNames)[number]

/** What a cashier needs: the rights of a new user who is given none by name. */
export const cashierPermissions: readonly Permission[] = [
  'view_account',
  'view_fields',
  'view_customers',
  'add_customers',
  'edit_customers',
  'view_campaigns',
  'view_rewards',
  'view_promotions',
  'view_buyx_items',
  'view_depreciations',
  'view_fees',
  'record_activity',
  'redeem',
]

export function isPermission(name: string): name is Permission {
  return (permissionNames as readonly string[]).includes(name)
}

/** The credential that a shop starts with says nothing of rights and has them all. */
export function permissionsOf(data: Readonly<Record<string, unknown>>): ReadonlySet<Permission> {
  const { permissions } = data
  if (!Array.isArray(permissions)) return new Set(permissionNames)
  return new Set(permissions.filter((name) => typeof name === 'string').filter(isPermission))
}

/** Undefined: every campaign. */
export function allowedCampaignsOf(data: Readonly<Record<string, unknown>>): ReadonlySet<number> | undefined {
  const { allowedCampaigns } = data
  if (!Array.isArray(allowedCampaigns)) return undefined
  return new Set(allowedCampaigns.filter((id) => typeof id === 'number'))
}

/** The manual's letters for ready-made rights, as far as they are known. */
const roles: Readonly<Record<string, readonly Permission[]>> = { A: permissionNames, K: cashierPermissions }

export function roleOf(permissions: ReadonlySet<Permission>): string {
  return permissionNames.every((name) => permissions.has(name)) ? 'A' : 'K'
}

/** The rights after a call: those of a role, flag by flag (`redeem=Yes`), or all at once as a comma list. */
export function decodePermissions(
  fields: ReadonlyMap<string, string>,
  before: ReadonlySet<Permission>,
): readonly Permission[] {
  const [listed, role] = [fields.get('user_permissions'), fields.get('user_role')?.toUpperCase()]
  const ready = role !== undefined && Object.hasOwn(roles, role) ? roles[role] : undefined
  if (role !== undefined && !ready)
    throw new DomainError('request.invalid', {
      field: 'user_role',
      reason: `must be ${Object.keys(roles).join(' or ')}; other rights are given one by one`,
    })
  const after = new Set(listed === undefined ? (ready ?? before) : readList(listed))
  for (const name of permissionNames) {
    if (isYes(fields.get(name))) after.add(name)
    if (isNo(fields.get(name))) after.delete(name)
  }
  return permissionNames.filter((name) => after.has(name))
}

function readList(text: string): Permission[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
    .map((name) => {
      if (isPermission(name)) return name
      throw new DomainError('request.invalid', {
        field: 'user_permissions',
        reason: `must be a list of ${permissionNames.join(', ')}`,
      })
    })
}
