import type { Tenant } from '../../platform/ctx.ts'
import type { Id } from '../../platform/ids.ts'

export type StaffUserId = Id<'staffUser'>
export type ApiKeyId = Id<'apiKey'>
export type CredentialId = Id<'credential'>
export type TokenId = Id<'token'>
export type CodeId = Id<'code'>
export type AuditId = Id<'audit'>

export type Data = Readonly<Record<string, unknown>>

/** What a staff user may do, from all to looking only. */
export type Role = 'owner' | 'admin' | 'marketer' | 'cashier' | 'viewer'

/** One thing that can be allowed: to a role, or to an API key as a scope. */
export type Permission =
  | 'settings.write'
  | 'staff.write'
  | 'keys.write'
  | 'credentials.read'
  | 'audit.read'
  | 'customers.read'
  | 'customers.write'
  | 'customers.erase'
  | 'audience.write'
  | 'catalog.write'
  | 'loyalty.write'
  | 'vouchers.write'
  | 'purchases.write'
  | 'ledger.write'
  | 'messages.read'
  | 'reports.read'

export interface StaffUser {
  readonly id: StaffUserId
  readonly email: string
  readonly name: string
  readonly role: Role
  readonly state: 'active' | 'disabled'
  readonly lastLoginAt: Date | null
  readonly createdAt: Date
}

/** Somebody who signed in on the console. */
export interface StaffSession {
  readonly tenant: Tenant
  readonly staff: StaffUser
  /** To be sent back by every request that changes something. */
  readonly csrfToken: string
  readonly expiresAt: Date
}

export interface ApiKey {
  readonly id: ApiKeyId
  readonly name: string
  /** The first characters, so that people can tell keys apart. */
  readonly prefix: string
  /** Empty: everything. */
  readonly scopes: readonly Permission[]
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

/** What a client of an API signs in with. `publicId` is what it says first, the secret proves it. */
export interface Credential {
  readonly id: CredentialId
  readonly api: string
  readonly kind: string
  readonly publicId: string
  readonly data: Data
  /** Present when the credential was made to be shown again. */
  readonly secret: string | undefined
  readonly createdAt: Date
}

/** A credential found by what the client said, before it is proved. */
export interface FoundCredential extends Credential {
  readonly tenant: Tenant
  /** Compares in constant time; false when the credential has no secret. */
  secretMatches(secret: string): boolean
}

/** A bearer token of an API. */
export interface Token {
  readonly id: TokenId
  readonly tenant: Tenant
  readonly kind: string
  readonly customerId: number | null
  readonly data: Data
  readonly createdAt: Date
  readonly expiresAt: Date | null
}

export interface AuditEntry {
  readonly id: AuditId
  readonly actorKind: string
  readonly actorId: string
  readonly via: string
  readonly ip: string | null
  readonly action: string
  readonly entity: string | null
  readonly entityId: number | null
  readonly data: Data
  readonly createdAt: Date
}
