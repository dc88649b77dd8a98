import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { CustomerId } from '../customers/index.ts'

export interface TagOf {
  readonly customerId: CustomerId
  readonly tag: string
}

/** Only those that were new. */
export async function insertTags(ctx: Ctx, tags: readonly TagOf[]): Promise<TagOf[]> {
  const rows = await ctx.db.query<{ customer_id: number; tag: string }>(sql`
    insert into tags (tenant_id, customer_id, tag, created_at)
    select ${ctx.tenant.id}, r."customerId", r.tag, ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) as r ("customerId" bigint, tag text)
     order by r."customerId", r.tag
    on conflict (tenant_id, customer_id, tag) do nothing
    returning customer_id, tag`)
  return rows.map((row) => ({ customerId: row.customer_id as CustomerId, tag: row.tag }))
}

export async function deleteTags(ctx: Ctx, tags: readonly TagOf[]): Promise<TagOf[]> {
  const rows = await ctx.db.query<{ customer_id: number; tag: string }>(sql`
    delete from tags t using jsonb_to_recordset(${JSON.stringify(tags)}::jsonb) as r ("customerId" bigint, tag text)
     where t.tenant_id = ${ctx.tenant.id} and t.customer_id = r."customerId" and t.tag = r.tag
    returning t.customer_id, t.tag`)
  return rows.map((row) => ({ customerId: row.customer_id as CustomerId, tag: row.tag }))
}

/** Every tag that begins with the prefix, of one customer or of all. */
export async function deleteTagsByPrefix(ctx: Ctx, prefix: string, customerId: CustomerId | null): Promise<TagOf[]> {
  const rows = await ctx.db.query<{ customer_id: number; tag: string }>(sql`
    delete from tags where tenant_id = ${ctx.tenant.id} and starts_with(tag, ${prefix})
       and (${customerId}::bigint is null or customer_id = ${customerId})
    returning customer_id, tag`)
  return rows.map((row) => ({ customerId: row.customer_id as CustomerId, tag: row.tag }))
}

export async function selectTagsOf(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<TagOf[]> {
  const rows = await ctx.db.query<{ customer_id: number; tag: string }>(sql`
    select customer_id, tag from tags
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[]) order by customer_id, created_at, tag`)
  return rows.map((row) => ({ customerId: row.customer_id as CustomerId, tag: row.tag }))
}

export interface TagCount {
  readonly tag: string
  readonly count: number
}

export async function selectTagCounts(ctx: Ctx, page: { offset: number; limit: number }): Promise<TagCount[]> {
  return ctx.db.query<TagCount>(sql`
    select tag, count(*) as count from tags where tenant_id = ${ctx.tenant.id}
     group by tag order by tag limit ${page.limit} offset ${page.offset}`)
}

export async function selectTagCountsInList(
  ctx: Ctx,
  listId: number,
  page: { offset: number; limit: number },
): Promise<TagCount[]> {
  return ctx.db.query<TagCount>(sql`
    select t.tag, count(*) as count from tags t
      join list_members m on m.tenant_id = t.tenant_id and m.customer_id = t.customer_id and m.list_id = ${listId}
     where t.tenant_id = ${ctx.tenant.id}
     group by t.tag order by t.tag limit ${page.limit} offset ${page.offset}`)
}
