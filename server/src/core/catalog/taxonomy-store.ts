import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { Brand, BrandId, BrandInput, Category, CategoryId, CategoryInput, TaxonomyPage } from './types.ts'

/** Brands and categories: the SQL of what products are sorted by. */

interface BrandRow {
  id: BrandId
  external_id: string
  name: string
  state: string
  updated_at: Date
}

interface CategoryRow extends Omit<BrandRow, 'id'> {
  id: CategoryId
  parent_id: CategoryId | null
  data: Record<string, unknown>
}

const toBrand = (row: BrandRow): Brand => ({
  id: row.id,
  externalId: row.external_id,
  name: row.name,
  state: row.state,
  updatedAt: row.updated_at,
})

const toCategory = (row: CategoryRow): Category => ({
  id: row.id,
  externalId: row.external_id,
  name: row.name,
  parentId: row.parent_id,
  data: row.data,
  state: row.state,
  updatedAt: row.updated_at,
})

export async function upsertBrandRows(ctx: Ctx, inputs: readonly BrandInput[]): Promise<void> {
  const rows = inputs.map((input) => ({ external_id: input.externalId, name: input.name, state: input.state }))
  await ctx.db.query(sql`
    insert into brands (tenant_id, external_id, name, state)
    select ${ctx.tenant.id}, external_id, coalesce(name, external_id), coalesce(state, 'active')
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as rows (external_id text, name text, state text)
     order by external_id
        on conflict on constraint brands_external_id_key do nothing`)
  await ctx.db.query(sql`
    update brands b set name = coalesce(r.name, b.name), state = coalesce(r.state, b.state), updated_at = ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (external_id text, name text, state text)
     where b.tenant_id = ${ctx.tenant.id} and b.external_id = r.external_id
       and (b.name, b.state) is distinct from (coalesce(r.name, b.name), coalesce(r.state, b.state))`)
}

export async function upsertCategoryRows(ctx: Ctx, inputs: readonly CategoryInput[]): Promise<void> {
  const rows = JSON.stringify(
    inputs.map((input) => ({
      external_id: input.externalId,
      name: input.name,
      data: input.data,
      state: input.state,
      ...(input.parentExternalId === undefined ? {} : { parent: input.parentExternalId }),
    })),
  )
  await ctx.db.query(sql`
    insert into categories (tenant_id, external_id, name)
    select ${ctx.tenant.id}, external_id, coalesce(name, external_id)
      from jsonb_to_recordset(${rows}::jsonb) as rows (external_id text, name text)
     order by external_id
        on conflict on constraint categories_external_id_key do nothing`)
  await ctx.db.query(sql`
    update categories c
       set name = coalesce(row ->> 'name', c.name), state = coalesce(row ->> 'state', c.state),
           data = c.data || coalesce(row -> 'data', '{}'),
           parent_id = case when row ? 'parent' then parent.id else c.parent_id end, updated_at = ${ctx.clock.now()}
      from jsonb_array_elements(${rows}::jsonb) as row
      left join categories parent on parent.tenant_id = ${ctx.tenant.id} and parent.external_id = row ->> 'parent'
     where c.tenant_id = ${ctx.tenant.id} and c.external_id = row ->> 'external_id'
       and (c.name, c.state, c.data, c.parent_id) is distinct from
           (coalesce(row ->> 'name', c.name), coalesce(row ->> 'state', c.state), c.data || coalesce(row -> 'data', '{}'),
            case when row ? 'parent' then parent.id else c.parent_id end)`)
}

export async function selectBrands(ctx: Ctx, externalIds: readonly string[]): Promise<Brand[]> {
  const rows = await ctx.db.query<BrandRow>(sql`
    select id, external_id, name, state, updated_at from brands
     where tenant_id = ${ctx.tenant.id} and external_id = any(${externalIds}::text[])`)
  return rows.map(toBrand)
}

export async function selectCategories(ctx: Ctx, externalIds: readonly string[]): Promise<Category[]> {
  const rows = await ctx.db.query<CategoryRow>(sql`
    select id, external_id, name, state, updated_at, parent_id, data from categories
     where tenant_id = ${ctx.tenant.id} and external_id = any(${externalIds}::text[])`)
  return rows.map(toCategory)
}

export async function selectBrandPage(ctx: Ctx, { after = 0, limit, text }: TaxonomyPage): Promise<Brand[]> {
  const rows = await ctx.db.query<BrandRow>(sql`
    select id, external_id, name, state, updated_at from brands
     where tenant_id = ${ctx.tenant.id} and state <> 'deleted' and id > ${after}
       and (${text ?? null}::text is null or position(lower(${text ?? null}) in lower(name)) > 0)
     order by id limit ${limit}`)
  return rows.map(toBrand)
}

export async function selectCategoryPage(ctx: Ctx, { after = 0, limit, text }: TaxonomyPage): Promise<Category[]> {
  const rows = await ctx.db.query<CategoryRow>(sql`
    select id, external_id, name, state, updated_at, parent_id, data from categories
     where tenant_id = ${ctx.tenant.id} and state <> 'deleted' and id > ${after}
       and (${text ?? null}::text is null or position(lower(${text ?? null}) in lower(name)) > 0)
     order by id limit ${limit}`)
  return rows.map(toCategory)
}

export async function selectCategory(ctx: Ctx, id: CategoryId): Promise<Category | undefined> {
  const rows = await ctx.db.query<CategoryRow>(sql`
    select id, external_id, name, state, updated_at, parent_id, data from categories
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return rows[0] && toCategory(rows[0])
}
