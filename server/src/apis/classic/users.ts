import { type Credential, listCredentials } from '../../core/accounts/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { type Element, element } from './encode.ts'
import { allowedCampaignsOf, type Permission, permissionNames, permissionsOf, roleOf } from './permissions.ts'

const api = 'classic'

/** A login inside the account: a credential of this API. */
export interface User {
  readonly id: Credential['id']
  readonly userId: string
  readonly apiKey: string | undefined
  readonly name: string
  readonly email: string | null
  readonly custom1: string | null
  readonly firstName: string | null
  readonly lastName: string | null
  readonly pin: string | null
  readonly permissions: ReadonlySet<Permission>
  readonly campaigns: ReadonlySet<number> | undefined
}

export async function listUsers(ctx: Ctx): Promise<User[]> {
  return (await listCredentials(ctx, api)).filter(({ kind }) => kind === 'user').map(readUser)
}

export function readUser({ id, publicId, secret, data }: Credential): User {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)
  return {
    id,
    userId: publicId,
    apiKey: secret,
    name: [text(data.firstName), text(data.lastName)].filter(Boolean).join(' ') || text(data.name) || publicId,
    firstName: text(data.firstName),
    lastName: text(data.lastName),
    pin: text(data.pin),
    email: text(data.email),
    custom1: text(data.custom1),
    permissions: permissionsOf(data),
    campaigns: allowedCampaignsOf(data),
  }
}

/** With the key only for those who may set it. */
export function encodeUser(user: User, options: { showKey?: boolean; status?: string } = {}): Element {
  const flags = permissionNames.map((name) => [name, user.permissions.has(name) ? 'Yes' : 'No'] as const)
  return element(
    {
      user_id: user.userId,
      user_name: user.userId,
      user_first_name: user.firstName,
      user_last_name: user.lastName,
      user_email: user.email,
      user_custom1: user.custom1,
      user_role: roleOf(user.permissions),
      ...(options.showKey ? { user_PIN: user.pin, user_api_key: user.apiKey ?? null } : {}),
      user_permissions: element(Object.fromEntries(flags)),
      allowed_campaigns: encodeCampaigns(user.campaigns),
    },
    options.status,
  )
}

function encodeCampaigns(campaigns: User['campaigns']): string {
  if (!campaigns) return 'all'
  return campaigns.size > 0 ? [...campaigns].join(',') : 'none'
}
