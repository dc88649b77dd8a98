/**
 * The ledger owns units, accounts, postings, lots and holds. Value moves only here.
 *
 * Invariants, held by the database itself (migrations 0007 and 0008):
 * - a posting moves one positive amount between two accounts of one unit, is never changed, and its key is unique for ever;
 * - a customer's available, pending and held balance never falls below zero; what must be taken back after it was spent
 *   is owed, and repaid from what is earned next;
 * - the open lots of an account add up to its balance; a spend takes the soonest to expire, a reversal restores the very lots.
 */
export {
  addUnit,
  applyOperation,
  applyOperations,
  availableOf,
  balancesOf,
  checkOperation,
  earnedIn,
  earnedReachedAt,
  findDefaultUnit,
  findPosting,
  getUnit,
  lapse,
  listPostings,
  listUnits,
  moveBalances,
  ownedSince,
  renameUnit,
  restoreBalances,
  settleDue,
  totalsOf,
} from './service.ts'
export { applyAllCall, refusalIn } from './store.ts'
export type * from './types.ts'
export { type EntryQuery, expiringIn, type LedgerEntry, listEntries } from './views.ts'
