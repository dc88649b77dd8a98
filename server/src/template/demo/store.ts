import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'

/**
 * A tenant that is filled in one transaction grows past what the planner knows: autovacuum can't see it yet, and plans made
 * for empty tables read them whole (measured: 28 s instead of 6 s for the demo). Our own uncommitted rows are counted.
 */
export async function refreshStatistics(ctx: Ctx): Promise<void> {
  await ctx.db.query(sql`
    analyze ledger_accounts, postings, lots, lot_movements, purchases, purchase_lines, purchase_effects, purchase_reports,
            purchase_numbers, customers, identities, changes`)
}
