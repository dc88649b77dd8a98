import type { Ctx } from '../../../platform/ctx.ts'
import type { AuditEntry } from '../types.ts'
import * as store from './store.ts'

/** Writes down who did what, in the caller's transaction. `data` must hold no secret and no personal data. */
export function audit(ctx: Ctx, entry: store.NewAuditEntry): Promise<void> {
  return store.insertAudit(ctx.db, ctx.tenant.id, ctx.actor, entry)
}

/** Newest first; `before` is the id of the last entry of the page before. */
export function listAudit(ctx: Ctx, page: { before?: number; limit?: number } = {}): Promise<AuditEntry[]> {
  return store.selectAudit(ctx.db, ctx.tenant.id, {
    before: page.before ?? Number.MAX_SAFE_INTEGER,
    limit: Math.min(page.limit ?? 50, 500),
  })
}
