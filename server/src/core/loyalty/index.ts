/**
 * Loyalty owns programmes, earning rules, rewards, vouchers, code pools and gift cards, tiers and cards. It decides; the ledger
 * moves the value.
 *
 * Invariants: `evaluate` is pure, so that a quote, the sale itself and a replay of history agree; a card belongs to one
 * customer at most and its number to one card; a code leads to one voucher that counts; what a voucher costs is posted with it
 * and given back with it; a gift card's value lies on the account of a bearer, who is no customer to anybody.
 */
export { giveCardNumber } from './card-numbers.ts'
export {
  assignCard,
  assignFreeCard,
  createCard,
  findCardByNumber,
  getCard,
  getCardType,
  listCards,
  listCardTypes,
  moveCardsOf,
  putCardType,
  restoreCardsOf,
  updateCard,
} from './cards.ts'
export {
  availableAfterCharges,
  balancesAfterCharges,
  type ChargeInput,
  createCharge,
  deleteCharge,
  listCharges,
  settleAllCharges,
  settleCharges,
  updateCharge,
} from './charges/service.ts'
export type * from './engine/index.ts'
export {
  endOf,
  evaluate,
  factsNeeded,
  periodStart,
  readRewardDefinition,
  readRuleDefinition,
  roomOf,
} from './engine/index.ts'
export {
  type GiftCardBalance,
  type GiftCardPayment,
  giftCardBalance,
  payWithGiftCard,
  refundGiftCard,
  topUpGiftCard,
} from './gift-cards/service.ts'
export { addItem, deleteItem, getItem, type ItemInput, listAllItems, listItems, updateItem } from './items/service.ts'
export { addMember } from './members/service.ts'
export { addPoolCodes, createCodePool, getCodePool, listCodePools } from './pools/service.ts'
export { getPromotion, requestedRules } from './promotions.ts'
export {
  expireReservations,
  freePoints,
  listReservations,
  moveReservationsOf,
  type Reserve,
  reservePoints,
  resumeReservations,
  suspendReservations,
} from './reservations.ts'
export {
  createReward,
  findRewardByCode,
  getReward,
  getRewards,
  listProgrammeRewards,
  listRewards,
  type RewardFilter,
  type RewardInput,
  type RewardPatch,
  setRewardState,
  updateReward,
} from './rewards/service.ts'
export { lastRuleBook, loadRuleBook } from './rules/book.ts'
export {
  checkRuleSense,
  createEarningRule,
  getEarningRule,
  listEarningRules,
  type RuleInput,
  type RulePatch,
  setEarningRuleState,
  updateEarningRule,
} from './rules/service.ts'
export type { RuleQuery } from './rules/store.ts'
export { evaluateProgramme, pointsFor } from './rules.ts'
export {
  type ActivityWorth,
  createProgramme,
  findDefaultProgramme,
  getProgramme,
  listProgrammes,
  openProgramme,
  pointsForPayment,
  pointsValue,
  recordActivity,
  redeem,
  updateProgramme,
  weighActivity,
} from './service.ts'
export {
  addTier,
  forgetTierNotes,
  giveTier,
  isValid,
  listCustomerTiers,
  listTiers,
  moveTiersOf,
  restoreTiersOf,
  takeTierBack,
  tierOf,
  tierReachedAt,
  tiersOf,
  updateTier,
} from './tiers.ts'
export type * from './types.ts'
export type { MovedUsage } from './usage-store.ts'
export { countUsage, loadUsage, moveUsagesOf, restoreUsagesOf } from './usages.ts'
export {
  type IssueResult,
  issueVoucher,
  issueVouchers,
  type VoucherInput,
} from './vouchers/issue.ts'
export { findOfferedCodes } from './vouchers/offered.ts'
export { redeemReward, takeRewardBack } from './vouchers/redeem.ts'
export {
  applyVoucher,
  cancelVoucher,
  forgetVoucherNotes,
  getVoucher,
  listVouchers,
  markVouchersApplied,
  moveVouchersOf,
  restoreVouchersOf,
  unapplyVouchers,
  updateVoucher,
  type VoucherPatch,
} from './vouchers/service.ts'
export type { VoucherQuery } from './vouchers/views.ts'
