// Who may be written to, on which channel, for what, and the proof of it.
// Invariants: marketing needs a stated subscription; a suppression beats every subscription; each change leaves one entry
// in the history, which is never changed (erasure blanks where it came from).
export { forgetConsent, type MovedConsent, moveConsent, restoreConsent, suppressErased } from './merge.ts'
export { isSubscribed, type SendPurpose, type Verdict } from './rules.ts'
export {
  consentsOf,
  findSuppression,
  getConsents,
  getSubscriptions,
  history,
  listSuppressions,
  maySend,
  type Provenance,
  setConsents,
  setSubscriptions,
  setSubscriptionsOfMany,
  subscriptionsOf,
  suppress,
  suppressedOf,
  unsuppress,
} from './service.ts'
export type * from './types.ts'
