import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import { type CustomerId, findEmail } from '../customers/index.ts'
import { type MemberRow, memberColumns, toMember } from './store.ts'
import type { ListStats, Member, MemberOrder, MemberState } from './types.ts'

export interface MemberQuery {
  readonly listId: number
  readonly state: MemberState
  readonly ids?: readonly number[]
  readonly emails?: readonly string[]
  readonly order?: MemberOrder
  readonly descending?: boolean
  readonly offset?: number
  readonly limit: number
}

// Who refused bulk e-mail as a whole is active in no list.
const active = sql`(m.confirmed_at is not null and m.left_at is null and m.bounced_at is null and not exists (
  select 1 from subscriptions s where s.tenant_id = m.tenant_id and s.customer_id = m.customer_id
     and s.channel = 'email' and s.purpose = 'bulk' and not s.subscribed))`
const states: Readonly<Record<MemberState, Sql>> = {
  all: sql`true`,
  active,
  inactive: sql`not (${active})`,
  bounced: sql`m.bounced_at is not null`,
}
const orders: Readonly<Record<MemberOrder, Sql>> = {
  id: sql`m.customer_id`,
  email: sql`(select min(i.value) from identities i
    where i.tenant_id = m.tenant_id and i.customer_id = m.customer_id and i.kind = 'email' and i.is_primary)`,
  registered: sql`m.registered_at`,
  confirmed: sql`m.confirmed_at`,
  left: sql`m.left_at`,
  updated: sql`m.updated_at`,
}

export async function listMembers(ctx: Ctx, query: MemberQuery): Promise<Member[]> {
  const direction = query.descending ? sql` desc nulls last` : sql``
  const rows = await ctx.db.query<MemberRow>(sql`
    select ${memberColumns} from list_members m where ${conditionsOf(ctx, query)}
     order by ${orders[query.order ?? 'id']}${direction}, m.customer_id
     limit ${Math.min(query.limit, 5_000)} offset ${query.offset ?? 0}`)
  return rows.map(toMember)
}

function conditionsOf(ctx: Ctx, query: MemberQuery): Sql {
  const emails = query.emails?.flatMap((email) => findEmail(email) ?? [])
  return joinSql(
    [
      sql`m.tenant_id = ${ctx.tenant.id} and m.list_id = ${query.listId}`,
      states[query.state],
      ...(query.ids ? [sql`m.customer_id = any(${query.ids}::bigint[])`] : []),
      ...(emails
        ? [
            sql`m.customer_id in (select i.customer_id from identities i where i.tenant_id = ${ctx.tenant.id}
                  and i.kind = 'email' and i.source = '' and i.value = any(${emails}::text[]))`,
          ]
        : []),
    ],
    ' and ',
  )
}

export async function listStats(ctx: Ctx, listId: number): Promise<ListStats> {
  const [row] = await ctx.db.query<ListStats>(sql`
    select count(*) as total, count(*) filter (where ${states.active}) as active,
           count(*) filter (where ${states.inactive}) as inactive, count(*) filter (where ${states.bounced}) as bounced
      from list_members m where m.tenant_id = ${ctx.tenant.id} and m.list_id = ${listId}`)
  return row ?? { total: 0, active: 0, inactive: 0, bounced: 0 }
}

/** Everybody in the list, for work in batches: ids above `after`, at most `limit`. */
export async function memberIds(
  ctx: Ctx,
  query: { listId: number; state: MemberState; after?: CustomerId; limit: number },
): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    select m.customer_id from list_members m
     where m.tenant_id = ${ctx.tenant.id} and m.list_id = ${query.listId} and ${states[query.state]}
       and m.customer_id > ${query.after ?? 0}
     order by m.customer_id limit ${query.limit}`)
  return rows.map((row) => row.customer_id as CustomerId)
}
