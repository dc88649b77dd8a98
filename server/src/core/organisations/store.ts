import type { Ctx } from '../../platform/ctx.ts'
import { sql, violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import type { OpeningHours, Organisation, OrganisationId, OrganisationKind, PostalAddress, State } from './types.ts'

interface OrganisationRow {
  id: number
  parent_id: number | null
  kind: OrganisationKind
  code: string
  name: string
  email: string | null
  phone: string | null
  url: string | null
  description: string | null
  address: PostalAddress
  latitude: number | null
  longitude: number | null
  opening_hours: OpeningHours[]
  attributes: Record<string, unknown>
  visible: boolean
  state: State
  created_at: Date
  updated_at: Date
}

const organisationColumns = sql`id, parent_id, kind, code, name, email, phone, url, description, address, latitude, longitude,
  opening_hours, attributes, visible, state, created_at, updated_at`

function readOrganisation(row: OrganisationRow): Organisation {
  return {
    id: row.id as OrganisationId,
    parentId: row.parent_id as OrganisationId | null,
    kind: row.kind,
    code: row.code,
    name: row.name,
    email: row.email,
    phone: row.phone,
    url: row.url,
    description: row.description,
    address: row.address,
    latitude: row.latitude,
    longitude: row.longitude,
    openingHours: row.opening_hours,
    attributes: row.attributes,
    visible: row.visible,
    state: row.state,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export type WrittenOrganisation = Omit<Organisation, 'id' | 'parentId' | 'createdAt' | 'updatedAt'> & {
  readonly parentId: number | null
}

function codeTaken(error: unknown, code: string): DomainError | undefined {
  if (!violates(error, 'organisations_code_key')) return undefined
  return new DomainError('organisation.code_taken', { field: 'code', code }, { cause: error })
}

export async function insertOrganisation(ctx: Ctx, one: WrittenOrganisation): Promise<Organisation> {
  const now = ctx.clock.now()
  try {
    const [row] = await ctx.db.query<OrganisationRow>(sql`
      insert into organisations (tenant_id, parent_id, kind, code, name, email, phone, url, description, address, latitude,
                                 longitude, opening_hours, attributes, visible, state, created_at, updated_at)
      values (${ctx.tenant.id}, ${one.parentId}, ${one.kind}, ${one.code}, ${one.name}, ${one.email}, ${one.phone},
              ${one.url}, ${one.description}, ${JSON.stringify(one.address)}::jsonb, ${one.latitude}, ${one.longitude},
              ${JSON.stringify(one.openingHours)}::jsonb, ${JSON.stringify(one.attributes)}::jsonb, ${one.visible},
              ${one.state}, ${now}, ${now})
      returning ${organisationColumns}`)
    if (!row) throw new Error('an insert that returns always gives its row')
    return readOrganisation(row)
  } catch (error) {
    throw codeTaken(error, one.code) ?? error
  }
}

export async function updateOrganisation(ctx: Ctx, id: number, one: WrittenOrganisation): Promise<Organisation> {
  try {
    const [row] = await ctx.db.query<OrganisationRow>(sql`
      update organisations set parent_id = ${one.parentId}, code = ${one.code}, name = ${one.name}, email = ${one.email},
             phone = ${one.phone}, url = ${one.url}, description = ${one.description},
             address = ${JSON.stringify(one.address)}::jsonb, latitude = ${one.latitude}, longitude = ${one.longitude},
             opening_hours = ${JSON.stringify(one.openingHours)}::jsonb,
             attributes = ${JSON.stringify(one.attributes)}::jsonb, visible = ${one.visible}, state = ${one.state},
             updated_at = ${ctx.clock.now()}
       where tenant_id = ${ctx.tenant.id} and id = ${id} returning ${organisationColumns}`)
    if (!row) throw new DomainError('organisation.not_found', { id })
    return readOrganisation(row)
  } catch (error) {
    throw codeTaken(error, one.code) ?? error
  }
}

export async function selectOrganisation(ctx: Ctx, id: number): Promise<Organisation | undefined> {
  const [row] = await ctx.db.query<OrganisationRow>(sql`
    select ${organisationColumns} from organisations
     where tenant_id = ${ctx.tenant.id} and id = ${id} and state <> 'deleted'`)
  return row && readOrganisation(row)
}

export async function lockOrganisation(ctx: Ctx, id: number): Promise<Organisation | undefined> {
  const [row] = await ctx.db.query<OrganisationRow>(sql`
    select ${organisationColumns} from organisations
     where tenant_id = ${ctx.tenant.id} and id = ${id} and state <> 'deleted' for update`)
  return row && readOrganisation(row)
}

export async function selectOrganisationByCode(ctx: Ctx, code: string): Promise<Organisation | undefined> {
  const [row] = await ctx.db.query<OrganisationRow>(sql`
    select ${organisationColumns} from organisations
     where tenant_id = ${ctx.tenant.id} and code = ${code} and state <> 'deleted'`)
  return row && readOrganisation(row)
}

export interface OrganisationFilter {
  readonly kind: OrganisationKind | null
  readonly parentId: number | null
  readonly text: string | null
}

// A tenant has tens to thousands of organisations: optional conditions on its own rows cost nothing.
const matches = (ctx: Ctx, filter: OrganisationFilter) => sql`
  tenant_id = ${ctx.tenant.id} and state <> 'deleted'
  and (${filter.kind}::text is null or kind = ${filter.kind})
  and (${filter.parentId}::bigint is null or parent_id = ${filter.parentId})
  and (${filter.text}::text is null or name ilike '%' || ${filter.text} || '%' or code = ${filter.text})`

export async function selectOrganisations(
  ctx: Ctx,
  query: OrganisationFilter & { limit: number; offset: number },
): Promise<Organisation[]> {
  const rows = await ctx.db.query<OrganisationRow>(sql`
    select ${organisationColumns} from organisations where ${matches(ctx, query)}
     order by id limit ${query.limit} offset ${query.offset}`)
  return rows.map(readOrganisation)
}

export async function countOrganisations(ctx: Ctx, filter: OrganisationFilter): Promise<number> {
  const [row] = await ctx.db.query<{ count: number }>(sql`
    select count(*) as count from organisations where ${matches(ctx, filter)}`)
  return row?.count ?? 0
}
