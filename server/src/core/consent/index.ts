// Who may be written to, on which channel, for what, and the proof of it.
// Invariants: marketing needs a stated subscription; a suppression beats every subscription; each change leaves one entry
// in the history, which is never changed (erasure blanks where it came from).
export { isSubscribed, type SendPurpose, type Verdict } from './rules.ts'
export {
  consentsOf,
  findSuppression,
  forgetConsent,
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
