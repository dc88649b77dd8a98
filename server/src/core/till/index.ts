/**
 * The till owns what a cashier does for one customer in one go: finding them by whatever is scanned, and a sale made of an amount,
 * visits and pieces, money put on, rewards, points that pay, and codes. It keeps no rows: purchases, loyalty and the ledger do.
 *
 * Invariants: a sale happens as a whole or not at all; its key makes a retry harmless; what is quoted is worked out by the very
 * functions that record; it can be taken back as a whole, by postings of its own.
 */
export { openDesk, scan } from './desk.ts'
export { quoteSale } from './quote.ts'
export { recordSale } from './record.ts'
export type * from './types.ts'
export { undoSale } from './undo.ts'
