/**
 * Who may do what: tenants, staff users and their sessions, API keys, the credentials and tokens of every API, one-time
 * codes, idempotency keys and the audit log.
 *
 * Invariants: a secret is kept as a hash, and sealed beside it only where it must be shown again. What a client says
 * before we know its tenant (an e-mail, a key, a token, a public id) is looked up across tenants here and nowhere else;
 * what comes back names its tenant, and everything after is asked within it. An attempt that failed stays counted.
 */
export { type AttemptLimit, countAttempt, forgetAttempts } from './attempts/service.ts'
export { audit, listAudit } from './audit/service.ts'
export { deleteExpired } from './cleanup.ts'
export { type CodeInput, type CodeQuestion, issueCode, verifyCode } from './codes/service.ts'
export {
  type CredentialInput,
  createCredential,
  findCredential,
  isPublicIdTaken,
  listCredentials,
  revokeCredential,
  updateCredential,
} from './credentials/service.ts'
export { forgetCorrespondence } from './forget.ts'
export { type Answer, type IdempotentRequest, withIdempotency } from './idempotency/service.ts'
export {
  type AuthenticatedKey,
  authenticateApiKey,
  issueApiKey,
  listApiKeys,
  revokeApiKey,
} from './keys/service.ts'
export { permissions, roleAllows, roles, scopesAllow } from './rules.ts'
export { verifySocialToken, verifySsoToken } from './social/service.ts'
export {
  changePassword,
  createStaffUser,
  deleteStaffUser,
  isCurrentPassword,
  listStaffUsers,
  type PasswordChange,
  type StaffInput,
  type StaffPatch,
  updateStaffUser,
} from './staff/service.ts'
export { authenticateSession, type SignedIn, type SignIn, signIn, signOut } from './staff/sessions.ts'
export {
  createTenantWith,
  findTenant,
  findTenantById,
  getTenant,
  getTenantCreatedAt,
  listTenants,
  type SettingsPatch,
  type TenantInput,
  updateSettings,
} from './tenants/service.ts'
export {
  consumeToken,
  findToken,
  type IssuedToken,
  issueToken,
  revokeToken,
  revokeTokensOfCustomer,
  revokeTokensWithData,
  type TokenInput,
  type TokenQuestion,
  updateToken,
} from './tokens/service.ts'
export {
  findShownCode,
  issueShownCode,
  listShownCodes,
  type ShownCode,
  type ShownCodeInput,
} from './tokens/shown-codes.ts'
export type * from './types.ts'
