import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import type { Minor } from '../../platform/money.ts'
import type { PostingId, PostingKind, Unit, UnitId, UnitKind } from './types.ts'

/** A posting that changed what a customer owns, with what is left of what it gave. */
export interface LedgerEntry {
  readonly id: PostingId
  readonly customerId: number
  readonly kind: PostingKind
  /** Signed. */
  readonly amount: Minor
  /** Of the lot it made; 0 for what took. */
  readonly remaining: Minor
  readonly expiresAt: Date | null
  readonly unit: Unit
  readonly purchaseId: number | null
  readonly note: string | null
  readonly occurredAt: Date
}

export interface EntryQuery {
  readonly ids?: readonly number[]
  readonly unitKind?: UnitKind
  readonly unitIds?: readonly number[]
  readonly customerId?: number
  readonly purchaseId?: number
  readonly purchaseIds?: readonly number[]
  readonly postingKind?: string
  /** Part of the note. */
  readonly note?: string
  /** Half-open. */
  readonly from?: Date
  readonly to?: Date
  readonly orderBy?: keyof typeof orders
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

type EntryRow = Omit<LedgerEntry, 'unit'> & { readonly [Key in keyof Unit as `unit_${Key}`]: Unit[Key] }

/** Entries of all customers, or of one; `total` counts all that match. */
export async function listEntries(ctx: Ctx, query: EntryQuery): Promise<{ items: LedgerEntry[]; total: number }> {
  const from = entriesOf(ctx, query)
  const order = sql`${orders[query.orderBy ?? 'id']} ${query.descending ? sql`desc` : sql`asc`}`
  const sorted = sql`order by ${order}, e.id ${query.descending ? sql`desc` : sql`asc`}`
  // The lots are looked up for the page alone.
  const rows = await ctx.db.query<EntryRow>(sql`
    select e.*, coalesce(l.remaining, 0)::bigint as remaining, l.expires_at as "expiresAt"
      from (select * from (${from}) e ${sorted} offset ${query.offset} limit ${query.limit}) e
      left join lateral (
        select sum(remaining) as remaining, min(expires_at) filter (where remaining > 0) as expires_at from lots
         where tenant_id = ${ctx.tenant.id} and posting_id = e.id) l on e.amount > 0
     ${sorted}`)
  const [count] = await ctx.db.query<{ total: number }>(sql`select count(*)::bigint as total from (${from}) e`)
  return { items: rows.map(readEntry), total: count?.total ?? 0 }
}

/** What a customer has and will lose in [from, to), by unit; units that lose nothing are absent. */
export async function expiringIn(
  ctx: Ctx,
  query: { customerId: number; from: Date; to: Date },
): Promise<ReadonlyMap<number, Minor>> {
  const rows = await ctx.db.query<{ unitId: number; amount: Minor }>(sql`
    select a.unit_id as "unitId", sum(l.remaining)::bigint as amount
      from ledger_accounts a join lots l on l.tenant_id = a.tenant_id and l.account_id = a.id
     where a.tenant_id = ${ctx.tenant.id} and a.customer_id = ${query.customerId} and a.role = 'available'
       and l.is_open and l.expires_at >= ${query.from} and l.expires_at < ${query.to}
     group by a.unit_id`)
  return new Map(rows.map((row) => [row.unitId, row.amount]))
}

const orders = {
  id: sql`e.id`,
  occurredAt: sql`e."occurredAt"`,
  amount: sql`e.amount`,
  kind: sql`e.kind`,
  note: sql`e.note`,
  customerId: sql`e."customerId"`,
  unitId: sql`e.unit_id`,
} as const

// Movements inside a customer (activation, hold, release) change nothing that is owned and are left out.
function entriesOf(ctx: Ctx, query: EntryQuery): Sql {
  const owner = query.customerId === undefined ? sql`p.customer_id` : sql`${query.customerId}::bigint`
  const conditions = [sql`p.tenant_id = ${ctx.tenant.id}`]
  if (query.customerId !== undefined) {
    conditions.push(sql`(p.customer_id = ${query.customerId} or t.customer_id = ${query.customerId})`)
  }
  if (query.ids) conditions.push(sql`p.id = any(${query.ids}::bigint[])`)
  if (query.unitKind) conditions.push(sql`u.kind = ${query.unitKind}`)
  if (query.unitIds) conditions.push(sql`p.unit_id = any(${query.unitIds}::bigint[])`)
  if (query.purchaseId !== undefined) conditions.push(sql`p.purchase_id = ${query.purchaseId}`)
  if (query.purchaseIds) conditions.push(sql`p.purchase_id = any(${query.purchaseIds}::bigint[])`)
  if (query.postingKind !== undefined) conditions.push(sql`p.kind = ${query.postingKind}`)
  if (query.note !== undefined) conditions.push(sql`position(lower(${query.note}) in lower(coalesce(p.note, ''))) > 0`)
  if (query.from) conditions.push(sql`p.occurred_at >= ${query.from}`)
  if (query.to) conditions.push(sql`p.occurred_at < ${query.to}`)
  // A gift card's bearer is nobody; what is on the card is shown with the card.
  if (query.customerId === undefined) {
    conditions.push(sql`not exists (
      select from customers b where b.tenant_id = ${ctx.tenant.id} and b.id = p.customer_id and b.state = 'bearer')`)
  }
  return sql`
    select p.id, p.kind, p.purchase_id as "purchaseId", p.note, p.occurred_at as "occurredAt", ${owner} as "customerId",
           (case when t.customer_id = ${owner} then p.amount else 0 end
            - case when f.customer_id = ${owner} then p.amount else 0 end)::bigint as amount,
           u.id as unit_id, u.kind as unit_kind, u.code as unit_code, u.name as unit_name, u.currency as unit_currency,
           u.scale as unit_scale, u.is_default as "unit_isDefault"
      from postings p
      join ledger_accounts f on f.tenant_id = p.tenant_id and f.id = p.from_account_id
      join ledger_accounts t on t.tenant_id = p.tenant_id and t.id = p.to_account_id
      join units u on u.tenant_id = p.tenant_id and u.id = p.unit_id
     where ${joinSql(conditions, ' and ')}
       and (t.customer_id is not distinct from ${owner}) <> (f.customer_id is not distinct from ${owner})`
}

function readEntry(row: EntryRow): LedgerEntry {
  return {
    id: row.id,
    customerId: row.customerId,
    kind: row.kind,
    amount: row.amount,
    remaining: row.remaining,
    expiresAt: row.expiresAt,
    purchaseId: row.purchaseId,
    note: row.note,
    occurredAt: row.occurredAt,
    unit: {
      id: row.unit_id as UnitId,
      kind: row.unit_kind,
      code: row.unit_code,
      name: row.unit_name,
      currency: row.unit_currency,
      scale: row.unit_scale,
      isDefault: row.unit_isDefault,
    },
  }
}
