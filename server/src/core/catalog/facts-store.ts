import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'

/** What rules ask about a product: where it stands in the catalogue. */
export interface ProductFacts {
  readonly code: string
  /** Its category and all above it. */
  readonly categoryIds: readonly number[]
  readonly brandId: number | null
}

/** Products by their own codes; whoever is unknown is left out. Any number in one statement. */
export function selectProductFacts(ctx: Ctx, codes: readonly string[]): Promise<ProductFacts[]> {
  return ctx.db.query<ProductFacts>(sql`
    with recursive sold as (
      select code, brand_id, category_id from products where tenant_id = ${ctx.tenant.id} and code = any (${[...new Set(codes)]}::text[])),
    above as (
      select distinct category_id as origin, category_id as id from sold where category_id is not null
      -- union ends a circle of parents, which nobody should have made
      union select above.origin, c.parent_id from above join categories c on c.tenant_id = ${ctx.tenant.id} and c.id = above.id
       where c.parent_id is not null)
    select code, brand_id as "brandId", to_jsonb(array(select id from above where origin = category_id)) as "categoryIds" from sold`)
}

/** The same for category codes that a till names itself, with all above each. */
export function selectCategoryFacts(
  ctx: Ctx,
  externalIds: readonly string[],
): Promise<{ externalId: string; categoryIds: readonly number[] }[]> {
  return ctx.db.query(sql`
    with recursive named as (
      select id, external_id from categories where tenant_id = ${ctx.tenant.id} and external_id = any (${[...new Set(externalIds)]}::text[])),
    above as (
      select id as origin, id from named
      union select above.origin, c.parent_id from above join categories c on c.tenant_id = ${ctx.tenant.id} and c.id = above.id
       where c.parent_id is not null)
    select external_id as "externalId", to_jsonb(array(select id from above where origin = named.id)) as "categoryIds" from named`)
}
