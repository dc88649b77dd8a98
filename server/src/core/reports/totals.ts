import { type Sql, sql } from '../../platform/db.ts'

/**
 * What a purchase `p` amounts to, for any query that reads it: what was told, else the sum of its lines, as the purchases
 * slice itself shows it.
 */
export const purchaseTotal: Sql = sql`
  coalesce(p.total_minor, (select sum(l.total_minor) from purchase_lines l
    where l.tenant_id = p.tenant_id and l.purchase_id = p.id), 0)::bigint`
