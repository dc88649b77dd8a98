/**
 * Purchases own sales, however they were reported, their lines, payments and cancellations.
 *
 * Invariants: two reports of one sale are one purchase (rules.contradicts); a purchase earns once, and only on a confirmed
 * report from a source that the programme trusts; a cancellation is its own record, and reverses postings exactly.
 */
export type { DiscountRow } from './benefit-store.ts'
export { offersFor, type RewardOffer } from './offers.ts'
export { type DraftReward, type Quote, quotePurchase } from './quote.ts'
export { recordPurchase, recordPurchases } from './record.ts'
export type { DraftRule } from './replay/draft.ts'
export { type ReplayQuestion, replayRule } from './replay/replay.ts'
export type { ReplayRun } from './replay/run-store.ts'
export { askReplay, cancelReplay, getReplay, runReplays, topOfReplay, worthOf } from './replay/runs.ts'
export type { Replayed } from './replay/tally.ts'
export type { PurchaseDetails, VoucherDiscount } from './service.ts'
export {
  claimPurchase,
  findPurchase,
  forgetNotes,
  getPurchase,
  getPurchaseDetails,
  listPurchases,
  movedValuesOf,
  movePurchases,
  restorePurchases,
  spendingOf,
  voucherDiscountsOf,
} from './service.ts'
export type * from './types.ts'
export type { PurchaseQuery } from './views.ts'
