import type { Ctx } from '../../platform/ctx.ts'
import { sql, violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import type {
  Attributes,
  Customer,
  CustomerId,
  CustomerKind,
  CustomerState,
  Gender,
  Identity,
  IdentityKind,
  Profile,
  StoreId,
} from './types.ts'

export interface CustomerRow {
  id: number
  code: string
  kind: CustomerKind
  state: CustomerState
  merged_into: number | null
  title: string | null
  first_name: string | null
  middle_name: string | null
  last_name: string | null
  company_name: string | null
  gender: Gender | null
  birthday: string | null
  language: string | null
  country: string | null
  time_zone: string | null
  store_id: number | null
  source: string | null
  attributes: Attributes
  has_password: boolean
  first_seen_at: Date
  created_at: Date
  updated_at: Date
  identities: IdentityJson[]
}

interface IdentityJson {
  id: number
  kind: IdentityKind
  source: string
  value: string
  display: string
  is_primary: boolean
  verified_at: string | null
  created_at: string
}

/** Columns of `customers c` with its identities, the primary one of each kind first. */
export const customerColumns = sql`
  c.id, c.code, c.kind, c.state, c.merged_into, c.title, c.first_name, c.middle_name, c.last_name, c.company_name, c.gender,
  c.birthday, c.language, c.country, c.time_zone, c.store_id, c.source, c.attributes, c.password_hash is not null as has_password,
  c.first_seen_at, c.created_at, c.updated_at,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'kind', i.kind, 'source', i.source, 'value', i.value,
                               'display', i.display, 'is_primary', i.is_primary, 'verified_at', i.verified_at,
                               'created_at', i.created_at) order by i.is_primary desc, i.id)
              from identities i where i.tenant_id = c.tenant_id and i.customer_id = c.id), '[]') as identities`

// A gift card's bearer is a row for the ledger to point at: nobody to be read, listed, changed or merged.
export const isCustomer = sql`c.state <> 'bearer'`

export function toCustomer(row: CustomerRow): Customer {
  return {
    id: row.id as CustomerId,
    code: row.code,
    kind: row.kind,
    state: row.state,
    mergedInto: row.merged_into as CustomerId | null,
    title: row.title,
    firstName: row.first_name,
    middleName: row.middle_name,
    lastName: row.last_name,
    companyName: row.company_name,
    gender: row.gender,
    birthday: row.birthday,
    language: row.language,
    country: row.country,
    timeZone: row.time_zone,
    storeId: row.store_id as StoreId | null,
    source: row.source,
    attributes: row.attributes,
    hasPassword: row.has_password,
    firstSeenAt: row.first_seen_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    identities: row.identities.map(toIdentity),
  }
}

function toIdentity(row: IdentityJson): Identity {
  return {
    id: row.id as Identity['id'],
    kind: row.kind,
    source: row.source,
    value: row.value,
    display: row.display,
    isPrimary: row.is_primary,
    verifiedAt: row.verified_at === null ? null : new Date(row.verified_at),
    createdAt: new Date(row.created_at),
  }
}

export async function findCustomer(ctx: Ctx, id: number): Promise<Customer | undefined> {
  const [row] = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from customers c where c.tenant_id = ${ctx.tenant.id} and c.id = ${id} and ${isCustomer}`)
  return row && toCustomer(row)
}

export async function findCustomersByIds(ctx: Ctx, ids: readonly number[]): Promise<Customer[]> {
  if (ids.length === 0) return []
  const rows = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from customers c
     where c.tenant_id = ${ctx.tenant.id} and c.id = any(${ids}::bigint[]) and ${isCustomer}`)
  return rows.map(toCustomer)
}

export async function findByCode(ctx: Ctx, code: string): Promise<Customer | undefined> {
  const [row] = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from customers c where c.tenant_id = ${ctx.tenant.id} and c.code = ${code} and ${isCustomer}`)
  return row && toCustomer(row)
}

export async function findByIdentity(
  ctx: Ctx,
  identity: { kind: IdentityKind; source: string; value: string },
): Promise<Customer | undefined> {
  const [row] = await ctx.db.query<CustomerRow>(sql`
    select ${customerColumns} from identities f
      join customers c on c.tenant_id = f.tenant_id and c.id = f.customer_id
     where f.tenant_id = ${ctx.tenant.id} and f.kind = ${identity.kind} and f.source = ${identity.source}
       and f.value = ${identity.value}`)
  return row && toCustomer(row)
}

/** The id at the end of a chain of merges. */
export async function findSurvivorId(ctx: Ctx, id: number): Promise<CustomerId | undefined> {
  const [row] = await ctx.db.query<{ id: number }>(sql`
    with recursive chain as (
      select id, merged_into, 0 as depth from customers where tenant_id = ${ctx.tenant.id} and id = ${id}
      union all
      select c.id, c.merged_into, chain.depth + 1 from chain
        join customers c on c.tenant_id = ${ctx.tenant.id} and c.id = chain.merged_into
       where chain.depth < 1000)
    select id from chain where merged_into is null`)
  return row?.id as CustomerId | undefined
}

export interface NewCustomer {
  readonly code: string
  readonly state: 'anonymous' | 'identified' | 'bearer'
  readonly profile: Profile
  readonly attributes: Attributes
  readonly createdAt: Date
}

/** Ids by code. A code that is taken is left out: the caller draws another. */
export async function insertCustomers(ctx: Ctx, customers: readonly NewCustomer[]): Promise<Map<string, CustomerId>> {
  const rows = await refusingUnknownStore(
    ctx.db.query<{ id: number; code: string }>(sql`
    insert into customers (tenant_id, code, state, kind, title, first_name, middle_name, last_name, company_name, gender,
                           birthday, language, country, time_zone, store_id, source, attributes, first_seen_at, created_at, updated_at)
    select ${ctx.tenant.id}, code, state, kind, title, "firstName", "middleName", "lastName", "companyName", gender,
           birthday, language, country, "timeZone", "storeId", source, attributes, "createdAt", "createdAt", ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(customers.map(({ profile, ...rest }) => ({ ...rest, ...profile })))}::jsonb)
        as r (code text, state text, kind text, title text, "firstName" text, "middleName" text, "lastName" text,
              "companyName" text, gender text, birthday date, language text, country text, "timeZone" text,
              "storeId" bigint, source text, attributes jsonb, "createdAt" timestamptz)
    on conflict on constraint customers_code_key do nothing
    returning id, code`),
  )
  return new Map(rows.map((row) => [row.code, row.id as CustomerId]))
}

async function refusingUnknownStore<Result>(writing: Promise<Result>): Promise<Result> {
  try {
    return await writing
  } catch (error) {
    if (violates(error, 'customers_tenant_id_store_id_fkey'))
      throw new DomainError('organisation.not_found', { field: 'storeId' })
    throw error
  }
}

export async function updateProfile(
  ctx: Ctx,
  customer: { id: CustomerId; profile: Profile; attributes: Attributes },
): Promise<void> {
  const { id, profile, attributes } = customer
  await refusingUnknownStore(
    ctx.db.query(sql`
    update customers set kind = ${profile.kind}, title = ${profile.title}, first_name = ${profile.firstName},
           middle_name = ${profile.middleName}, last_name = ${profile.lastName}, company_name = ${profile.companyName},
           gender = ${profile.gender}, birthday = ${profile.birthday}, language = ${profile.language},
           country = ${profile.country}, time_zone = ${profile.timeZone}, store_id = ${profile.storeId},
           source = ${profile.source}, attributes = ${JSON.stringify(attributes)}::jsonb, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`),
  )
}

export async function touchCustomer(ctx: Ctx, id: CustomerId): Promise<void> {
  await ctx.db.query(sql`
    update customers set updated_at = ${ctx.clock.now()} where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function setStates(
  ctx: Ctx,
  ids: readonly CustomerId[],
  state: 'anonymous' | 'identified',
): Promise<void> {
  if (ids.length === 0) return
  await ctx.db.query(sql`
    update customers set state = ${state}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = any(${ids}::bigint[])`)
}

export async function findPasswordHash(ctx: Ctx, id: number): Promise<string | null> {
  const [row] = await ctx.db.query<{ password_hash: string | null }>(sql`
    select password_hash from customers where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row?.password_hash ?? null
}

export async function setPasswordHash(ctx: Ctx, id: CustomerId, hash: string): Promise<void> {
  await ctx.db.query(sql`
    update customers set password_hash = ${hash}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}
