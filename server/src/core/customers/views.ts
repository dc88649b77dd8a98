import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, type Sql, sql } from '../../platform/db.ts'
import { findEmail, findPhone } from './rules.ts'
import { type CustomerRow, customerColumns, toCustomer } from './store.ts'
import type { Attributes, Customer, CustomerFilters, CustomerId, CustomerOrder, CustomerSearch } from './types.ts'

const maxLimit = 5_000

/**
 * Customers that match, newest first unless told otherwise. `after` continues behind that customer (orders id and -id);
 * the other orders page by offset. Without a filter on states, merged and erased customers are left out.
 */
export async function searchCustomers(ctx: Ctx, search: CustomerSearch): Promise<Customer[]> {
  const order = search.order ?? '-id'
  const conditions = conditionsOf(ctx, search)
  if (search.after !== undefined) {
    conditions.push(order === 'id' ? sql`c.id > ${search.after}` : sql`c.id < ${search.after}`)
  }
  const rows = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from customers c where ${joinSql(conditions, ' and ')}
     order by ${orders[order]} limit ${Math.min(search.limit, maxLimit)} offset ${search.offset ?? 0}`)
  return rows.map(toCustomer)
}

/** The same without a text: pages through everybody. */
export function listCustomers(
  ctx: Ctx,
  page: { ids?: readonly CustomerId[]; after?: CustomerId; limit: number; order?: CustomerOrder },
): Promise<Customer[]> {
  const { ids, ...rest } = page
  return searchCustomers(ctx, { ...rest, filters: ids ? { ids } : {} })
}

/** Identified customers whose attributes contain these, the oldest first. */
export async function findCustomersByAttributes(
  ctx: Ctx,
  query: { attributes: Attributes; limit: number },
): Promise<Customer[]> {
  const rows = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from customers c
     where c.tenant_id = ${ctx.tenant.id} and c.attributes @> ${JSON.stringify(query.attributes)}::jsonb
       and c.state = 'identified'
     order by c.id limit ${Math.min(query.limit, maxLimit)}`)
  return rows.map(toCustomer)
}

export async function countCustomers(ctx: Ctx, search: { text?: string; filters?: CustomerFilters }): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(sql`
    select count(*) as count from customers c where ${joinSql(conditionsOf(ctx, search), ' and ')}`)
  return row?.count ?? 0
}

const orders: Readonly<Record<CustomerOrder, Sql>> = {
  id: sql`c.id`,
  '-id': sql`c.id desc`,
  created: sql`c.created_at, c.id`,
  '-created': sql`c.created_at desc, c.id desc`,
  updated: sql`c.updated_at, c.id`,
  '-updated': sql`c.updated_at desc, c.id desc`,
  name: sql`lower(c.last_name), lower(c.first_name), c.id`,
  '-name': sql`lower(c.last_name) desc, lower(c.first_name) desc, c.id desc`,
}

function conditionsOf(ctx: Ctx, search: { text?: string; filters?: CustomerFilters }): Sql[] {
  const filters = search.filters ?? {}
  return [
    sql`c.tenant_id = ${ctx.tenant.id}`,
    sql`c.state = any(${filters.states ?? ['anonymous', 'identified']})`,
    ...(search.text?.trim() ? [textCondition(ctx, search.text.trim())] : []),
    ...profileConditions(filters),
    ...identityConditions(ctx, filters),
    ...timeConditions(filters),
  ]
}

// Every word must be part of the name or code, or the whole text part of an identity. A union, so that both trigram indexes serve.
function textCondition(ctx: Ctx, text: string): Sql {
  const words = text.toLowerCase().split(/\s+/).slice(0, 8)
  const named = joinSql(
    words.map(
      (word) => sql`(lower(coalesce(n.first_name, '') || ' ' || coalesce(n.last_name, '') || ' ' ||
                           coalesce(n.company_name, '') || ' ' || n.code)) like ${contains(word)}`,
    ),
    ' and ',
  )
  const values = [contains(text.toLowerCase())]
  const phone = findPhone(text, ctx.tenant.country)
  if (phone) values.push(contains(phone))
  return sql`c.id in (
    select n.id from customers n where n.tenant_id = ${ctx.tenant.id} and ${named}
    union
    select i.customer_id from identities i where i.tenant_id = ${ctx.tenant.id} and i.value like any(${values}))`
}

function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`
}

function profileConditions(filters: CustomerFilters): Sql[] {
  return [
    ...(filters.ids ? [sql`c.id = any(${filters.ids}::bigint[])`] : []),
    ...(filters.kind ? [sql`c.kind = ${filters.kind}`] : []),
    ...(filters.firstName ? [sql`lower(c.first_name) = lower(${filters.firstName})`] : []),
    ...(filters.lastName ? [sql`lower(c.last_name) = lower(${filters.lastName})`] : []),
    ...(filters.companyName ? [sql`lower(c.company_name) = lower(${filters.companyName})`] : []),
    ...(filters.gender ? [sql`c.gender = ${filters.gender}`] : []),
    ...(filters.birthday ? [sql`c.birthday::text = ${filters.birthday}`] : []),
    ...(filters.language ? [sql`c.language = ${filters.language}`] : []),
    ...(filters.country ? [sql`c.country = ${filters.country}`] : []),
    ...(filters.source ? [sql`c.source = ${filters.source}`] : []),
    ...(filters.storeId ? [sql`c.store_id = ${filters.storeId}`] : []),
    ...(filters.code ? [sql`c.code = ${filters.code}`] : []),
  ]
}

function identityConditions(ctx: Ctx, filters: CustomerFilters): Sql[] {
  const has = (kind: string, value: string | undefined) => sql`exists (select 1 from identities i
    where i.tenant_id = c.tenant_id and i.customer_id = c.id and i.kind = ${kind} and i.value = ${value ?? ''})`
  return [
    ...(filters.email ? [has('email', findEmail(filters.email))] : []),
    ...(filters.phone ? [has('phone', findPhone(filters.phone, ctx.tenant.country))] : []),
    ...(filters.emails
      ? [
          sql`exists (select 1 from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id
            and i.kind = 'email' and i.value = any(${filters.emails.flatMap((email) => findEmail(email) ?? [])}::text[]))`,
        ]
      : []),
    ...(filters.fromSource === undefined
      ? []
      : [
          sql`exists (select 1 from customer_source_records s
            where s.tenant_id = c.tenant_id and s.customer_id = c.id and s.source = ${filters.fromSource})`,
        ]),
  ]
}

function timeConditions(filters: CustomerFilters): Sql[] {
  return [
    ...(filters.createdFrom ? [sql`c.created_at >= ${filters.createdFrom}`] : []),
    ...(filters.createdTo ? [sql`c.created_at < ${filters.createdTo}`] : []),
    ...(filters.updatedFrom ? [sql`c.updated_at >= ${filters.updatedFrom}`] : []),
    ...(filters.updatedTo ? [sql`c.updated_at < ${filters.updatedTo}`] : []),
  ]
}
