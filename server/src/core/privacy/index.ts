// A person's rights over all slices: to take everything along, and to be forgotten.
// Invariant: erasure removes the person and keeps the sums.
export { type CustomerExport, exportCustomer } from './export.ts'
export { eraseCustomer } from './service.ts'
