// Folding one customer into another across all slices, and taking it apart again. Sits above the slices whose rows move.
// Invariant: a merge is all or nothing, and what it moved is written down, so that undoing gives each back their own.
export { forgetMerges, identifyPerson, listMerges, mergeCustomers, undoMerge } from './service.ts'
export type { MergeId, MergeRecord } from './types.ts'
