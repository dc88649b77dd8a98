/**
 * Verification proves, on a live database, what the other slices promise: postings balance, balances equal postings, lots
 * equal balances, no floor is broken, every purchase's points are posted, every key is unique. It owns no table and
 * changes nothing.
 */
export { checkCount, verify } from './service.ts'
export type * from './types.ts'
