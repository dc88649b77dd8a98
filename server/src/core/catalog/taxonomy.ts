import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { cleanText } from '../../platform/text.ts'
import { checkBatch, checkCode } from './rules.ts'
import * as store from './taxonomy-store.ts'
import type { Brand, BrandId, BrandInput, Category, CategoryId, CategoryInput, TaxonomyPage } from './types.ts'

/** Inserts or updates brands by external id; the result is in the order asked. */
export async function upsertBrands(ctx: Ctx, inputs: readonly BrandInput[]): Promise<Brand[]> {
  checkBatch(inputs.length)
  const clean = inputs.map((input) => ({
    ...input,
    externalId: checkCode(input.externalId, 'externalId'),
    ...(input.name === undefined ? {} : { name: cleanText(input.name) }),
  }))
  return transact(ctx, async (ctx) => {
    await store.upsertBrandRows(ctx, lastOfEach(clean))
    return inAskedOrder(
      clean,
      await store.selectBrands(
        ctx,
        clean.map((input) => input.externalId),
      ),
    )
  })
}

/** Inserts or updates categories by external id, parents included; the result is in the order asked. */
export async function upsertCategories(ctx: Ctx, inputs: readonly CategoryInput[]): Promise<Category[]> {
  checkBatch(inputs.length)
  const clean = inputs.map((input) => ({
    ...input,
    externalId: checkCode(input.externalId, 'externalId'),
    ...(input.name === undefined ? {} : { name: cleanText(input.name) }),
  }))
  const given = new Set(clean.map((input) => input.externalId))
  const parents = clean.flatMap((input) =>
    input.parentExternalId && !given.has(input.parentExternalId) ? [{ externalId: input.parentExternalId }] : [],
  )
  return transact(ctx, async (ctx) => {
    await store.upsertCategoryRows(ctx, lastOfEach([...parents, ...clean]))
    return inAskedOrder(
      clean,
      await store.selectCategories(
        ctx,
        clean.map((input) => input.externalId),
      ),
    )
  })
}

export async function brandIds(ctx: Ctx, externalIds: readonly string[]): Promise<Map<string, BrandId>> {
  if (externalIds.length === 0) return new Map()
  const brands = await upsertBrands(
    ctx,
    [...new Set(externalIds)].map((externalId) => ({ externalId })),
  )
  return new Map(brands.map((brand) => [brand.externalId, brand.id]))
}

export async function categoryIds(ctx: Ctx, externalIds: readonly string[]): Promise<Map<string, CategoryId>> {
  if (externalIds.length === 0) return new Map()
  const categories = await upsertCategories(
    ctx,
    [...new Set(externalIds)].map((externalId) => ({ externalId })),
  )
  return new Map(categories.map((category) => [category.externalId, category.id]))
}

export function listBrands(ctx: Ctx, page: TaxonomyPage): Promise<Brand[]> {
  return store.selectBrandPage(ctx, { ...page, limit: Math.min(page.limit, 1000) })
}

export function listCategories(ctx: Ctx, page: TaxonomyPage): Promise<Category[]> {
  return store.selectCategoryPage(ctx, { ...page, limit: Math.min(page.limit, 1000) })
}

/** Refuses `category.not_found`. */
export async function getCategory(ctx: Ctx, id: CategoryId): Promise<Category> {
  const category = await store.selectCategory(ctx, id)
  if (!category || category.state === 'deleted') throw new DomainError('category.not_found', { id })
  return category
}

export async function findCategoryByExternalId(ctx: Ctx, externalId: string): Promise<Category | undefined> {
  return (await store.selectCategories(ctx, [externalId]))[0]
}

function lastOfEach<Input extends { readonly externalId: string }>(inputs: readonly Input[]): Input[] {
  return [...new Map(inputs.map((input) => [input.externalId, input])).values()]
}

function inAskedOrder<Found extends { readonly externalId: string }>(
  asked: readonly { readonly externalId: string }[],
  found: readonly Found[],
): Found[] {
  const byId = new Map(found.map((item) => [item.externalId, item]))
  return asked.flatMap((input) => byId.get(input.externalId) ?? [])
}
