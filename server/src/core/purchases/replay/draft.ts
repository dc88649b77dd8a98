import type { EarningRule, RuleBook, RuleId } from '../../loyalty/index.ts'

/** A rule as it may not be saved yet; with the id of an active one it takes its place. */
export type DraftRule = Pick<EarningRule, 'name' | 'unitId' | 'priority' | 'definition'> & { readonly id?: RuleId }

/** No rule has this id: ids come from a sequence above it. */
export const draftId = 0 as RuleId

/** The active rules with the draft among them, valid at any time: a weekend to come has no sales yet. */
export function withDraft(book: RuleBook, draft: DraftRule): RuleBook {
  const id = draft.id ?? draftId
  const epoch = new Date(0)
  const rule: EarningRule = {
    ...draft,
    id,
    description: '',
    state: 'active',
    validFrom: null,
    validTo: null,
    createdAt: epoch,
    updatedAt: epoch,
  }
  const others = book.rules.filter((one) => one.id !== id)
  return { ...book, rules: [...others, rule].sort((a, b) => a.priority - b.priority || a.id - b.id) }
}
