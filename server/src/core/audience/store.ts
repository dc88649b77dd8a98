import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { AttributeValue, CustomerId } from '../customers/index.ts'
import type { MemberFields } from './rules.ts'
import type { List, ListId, Member } from './types.ts'

interface ListRow {
  id: number
  name: string
  description: string
  locked: boolean
  settings: Record<string, unknown>
  created_at: Date
  updated_at: Date
}

const listColumns = sql`id, name, description, locked, settings, created_at, updated_at`

function toList({ created_at, updated_at, ...row }: ListRow): List {
  return { ...row, id: row.id as ListId, createdAt: created_at, updatedAt: updated_at }
}

export type ListFields = Pick<List, 'name' | 'description' | 'locked' | 'settings'>

export async function insertList(ctx: Ctx, list: ListFields): Promise<List> {
  const [row] = await ctx.db.query<ListRow>(sql`
    insert into lists (tenant_id, name, description, locked, settings, created_at, updated_at)
    values (${ctx.tenant.id}, ${list.name}, ${list.description}, ${list.locked}, ${JSON.stringify(list.settings)}::jsonb,
            ${ctx.clock.now()}, ${ctx.clock.now()})
    returning ${listColumns}`)
  return toList(row as ListRow) // an insert without conflict clause returns its row or throws
}

export async function updateListRow(ctx: Ctx, id: ListId, list: ListFields): Promise<void> {
  await ctx.db.query(sql`
    update lists set name = ${list.name}, description = ${list.description}, locked = ${list.locked},
           settings = ${JSON.stringify(list.settings)}::jsonb, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function findListRow(ctx: Ctx, id: number): Promise<List | undefined> {
  const [row] = await ctx.db.query<ListRow>(sql`
    select ${listColumns} from lists where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row && toList(row)
}

/** Held until the transaction ends: the list can't be deleted meanwhile; deleting waits for writers of members. */
export async function lockList(ctx: Ctx, id: number, strength: 'share' | 'delete'): Promise<List | undefined> {
  const [row] = await ctx.db.query<ListRow>(
    strength === 'delete'
      ? sql`select ${listColumns} from lists where tenant_id = ${ctx.tenant.id} and id = ${id} for update`
      : sql`select ${listColumns} from lists where tenant_id = ${ctx.tenant.id} and id = ${id} for key share`,
  )
  return row && toList(row)
}

export async function selectLists(ctx: Ctx): Promise<List[]> {
  const rows = await ctx.db.query<ListRow>(sql`
    select ${listColumns} from lists where tenant_id = ${ctx.tenant.id} order by id limit 10000`)
  return rows.map(toList)
}

/** Members go with it. */
export async function deleteListRow(ctx: Ctx, id: ListId): Promise<void> {
  await ctx.db.query(sql`delete from lists where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export interface MemberRow {
  list_id: number
  customer_id: number
  registered_at: Date
  confirmed_at: Date | null
  left_at: Date | null
  left_by_person: boolean
  bounced_at: Date | null
  source: string
  attributes: Record<string, AttributeValue>
  updated_at: Date
}

export const memberColumns = sql`m.list_id, m.customer_id, m.registered_at, m.confirmed_at, m.left_at, m.left_by_person,
  m.bounced_at, m.source, m.attributes, m.updated_at`

export function toMember(row: MemberRow): Member {
  return {
    listId: row.list_id as ListId,
    customerId: row.customer_id as CustomerId,
    registeredAt: row.registered_at,
    confirmedAt: row.confirmed_at,
    leftAt: row.left_at,
    leftByPerson: row.left_by_person,
    bouncedAt: row.bounced_at,
    source: row.source,
    attributes: row.attributes,
    updatedAt: row.updated_at,
  }
}

/** In one order for everybody, so that two batches over the same people wait instead of deadlocking. */
export async function lockMembers(ctx: Ctx, listId: number, customerIds: readonly CustomerId[]): Promise<Member[]> {
  const rows = await ctx.db.query<MemberRow>(sql`
    select ${memberColumns} from list_members m
     where m.tenant_id = ${ctx.tenant.id} and m.list_id = ${listId} and m.customer_id = any(${customerIds}::bigint[])
     order by m.customer_id for update`)
  return rows.map(toMember)
}

export async function findMember(ctx: Ctx, listId: number, customerId: number): Promise<Member | undefined> {
  const [row] = await ctx.db.query<MemberRow>(sql`
    select ${memberColumns} from list_members m
     where m.tenant_id = ${ctx.tenant.id} and m.list_id = ${listId} and m.customer_id = ${customerId}`)
  return row && toMember(row)
}

export async function selectMembershipsOf(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<Member[]> {
  const rows = await ctx.db.query<MemberRow>(sql`
    select ${memberColumns} from list_members m
     where m.tenant_id = ${ctx.tenant.id} and m.customer_id = any(${customerIds}::bigint[])
     order by m.customer_id, m.list_id`)
  return rows.map(toMember)
}

/** Who was added; somebody who came in a moment before is left out. */
export async function insertMembers(
  ctx: Ctx,
  listId: number,
  members: readonly MemberFields[],
): Promise<Set<CustomerId>> {
  if (members.length === 0) return new Set()
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    insert into list_members (tenant_id, list_id, customer_id, registered_at, confirmed_at, left_at, left_by_person,
                              bounced_at, source, attributes, updated_at)
    select ${ctx.tenant.id}, ${listId}, ${recordsColumns}, ${ctx.clock.now()} from ${recordsOf(members)}
     order by r."customerId"
    on conflict (tenant_id, list_id, customer_id) do nothing
    returning customer_id`)
  return new Set(rows.map((row) => row.customer_id as CustomerId))
}

export async function updateMembers(ctx: Ctx, listId: number, members: readonly MemberFields[]): Promise<void> {
  if (members.length === 0) return
  await ctx.db.query(sql`
    update list_members m
       set registered_at = r."registeredAt", confirmed_at = r."confirmedAt", left_at = r."leftAt",
           left_by_person = r."leftByPerson", bounced_at = r."bouncedAt", source = r.source, attributes = r.attributes,
           updated_at = ${ctx.clock.now()}
      from ${recordsOf(members)}
     where m.tenant_id = ${ctx.tenant.id} and m.list_id = ${listId} and m.customer_id = r."customerId"`)
}

const recordsColumns = sql`r."customerId", r."registeredAt", r."confirmedAt", r."leftAt", r."leftByPerson", r."bouncedAt",
  r.source, r.attributes`

function recordsOf(members: readonly MemberFields[]) {
  return sql`jsonb_to_recordset(${JSON.stringify(members)}::jsonb)
    as r ("customerId" bigint, "registeredAt" timestamptz, "confirmedAt" timestamptz, "leftAt" timestamptz,
          "leftByPerson" boolean, "bouncedAt" timestamptz, source text, attributes jsonb)`
}

/** Who was in it. */
export async function deleteMembers(
  ctx: Ctx,
  listId: number,
  customerIds: readonly CustomerId[],
): Promise<Set<CustomerId>> {
  const rows = await ctx.db.query<{ customer_id: number }>(sql`
    delete from list_members
     where tenant_id = ${ctx.tenant.id} and list_id = ${listId} and customer_id = any(${customerIds}::bigint[])
    returning customer_id`)
  return new Set(rows.map((row) => row.customer_id as CustomerId))
}

export async function deleteAllMembers(ctx: Ctx, listId: number): Promise<number> {
  const rows = await ctx.db.query(sql`
    delete from list_members where tenant_id = ${ctx.tenant.id} and list_id = ${listId} returning 1`)
  return rows.length
}

/** Those of the customers who are active in no list. */
export async function selectInactiveEverywhere(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<CustomerId[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    select id from unnest(${customerIds}::bigint[]) as given (id)
     where not exists (select 1 from list_members m where m.tenant_id = ${ctx.tenant.id} and m.customer_id = given.id
                          and m.confirmed_at is not null and m.left_at is null)`)
  return rows.map((row) => row.id as CustomerId)
}
