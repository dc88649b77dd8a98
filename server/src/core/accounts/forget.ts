import type { Ctx } from '../../platform/ctx.ts'
import { deleteCodesAbout } from './codes/store.ts'
import { clearAnswers } from './idempotency/store.ts'

/**
 * Forgets what was said about customers who are erased: codes that were sent to them, and answers kept for retries. That a
 * key was used is kept, so that a retry does not do the work again: it is refused `customer.erased`.
 */
export async function forgetCorrespondence(
  ctx: Ctx,
  about: { readonly customerIds: readonly number[]; readonly addresses: readonly string[] },
): Promise<void> {
  await deleteCodesAbout(ctx.db, ctx.tenant.id, about)
  await clearAnswers(ctx.db, ctx.tenant.id, about)
}
