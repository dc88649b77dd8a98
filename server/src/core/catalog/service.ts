import { type Ctx, transact } from '../../platform/ctx.ts'
import { refreshStatistics } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { type ProductFacts, selectCategoryFacts, selectProductFacts } from './facts-store.ts'
import { checkBatch, checkCode, foldInputs } from './rules.ts'
import * as store from './store.ts'
import { brandIds, categoryIds } from './taxonomy.ts'
import type { Product, ProductCode, ProductFilter, ProductId, ProductInput, ProductPage } from './types.ts'

/**
 * Inserts or updates products by code. A field that is absent stays as it was; a report that says nothing new changes
 * nothing and emits nothing. At most 10,000. Gives the ids by code.
 */
export async function upsertProducts(ctx: Ctx, inputs: readonly ProductInput[]): Promise<Map<string, ProductId>> {
  const folded = foldInputs(inputs)
  if (folded.length === 0) return new Map()
  const { ids, made } = await transact(ctx, async (ctx) => {
    const refs = await refsOf(ctx, folded)
    const made = await store.insertMissing(ctx, folded, refs)
    return { ids: await fillIn(ctx, { folded, refs, made }), made: made.length }
  })
  // Statements planned while there were few products would read all of them.
  if (made >= manyProducts && !ctx.inTransaction) await refreshStatistics(ctx.db)
  return ids
}

const manyProducts = 500

async function refsOf(ctx: Ctx, inputs: readonly ProductInput[]): Promise<store.ProductRefs> {
  const named = (field: 'brandExternalId' | 'categoryExternalId') =>
    inputs.flatMap((input) => input[field]?.trim() || [])
  return {
    brands: await brandIds(ctx, named('brandExternalId')),
    categories: await categoryIds(ctx, named('categoryExternalId')),
  }
}

/** Writes what the reports say into the products that were there before; `made` were made just now, with all of it. */
async function fillIn(
  ctx: Ctx,
  batch: {
    folded: readonly ProductInput[]
    refs: store.ProductRefs
    made: readonly { id: ProductId; code: string }[]
  },
): Promise<Map<string, ProductId>> {
  const ids = new Map(batch.made.map(({ code, id }) => [code, id]))
  const known = batch.folded.filter(({ code }) => !ids.has(code))
  const changed = known.length > 0 ? await store.updateGiven(ctx, known, batch.refs) : []
  for (const { code, id } of known.length > 0
    ? await store.findIdsByCodes(
        ctx,
        known.map(({ code }) => code),
      )
    : []) {
    ids.set(code, id)
  }
  await putGivenCodes(ctx, batch.folded, ids)
  await emitChanges(ctx, [
    ...batch.made.map(({ id }) => ({ entity: 'product', entityId: id, operation: 'created' })),
    ...changed.map(({ id }) => ({ entity: 'product', entityId: id, operation: 'updated' })),
  ])
  return ids
}

async function idsByCode(ctx: Ctx, codes: readonly string[]): Promise<Map<string, ProductId>> {
  const rows = await store.findIdsByCodes(ctx, codes)
  return new Map(rows.map((row) => [row.code, row.id]))
}

async function putGivenCodes(
  ctx: Ctx,
  inputs: readonly ProductInput[],
  ids: ReadonlyMap<string, ProductId>,
): Promise<void> {
  const codes = inputs.flatMap((input) => {
    const productId = ids.get(input.code)
    if (productId === undefined) return []
    return (input.codes ?? []).map(({ listCode, code }) => ({
      listCode: checkCode(listCode, 'listCode'),
      code: checkCode(code, 'code'),
      productId,
    }))
  })
  if (codes.length > 0) await store.putCodes(ctx, codes)
}

/** Refuses `product.not_found`. */
export async function getProduct(ctx: Ctx, id: ProductId): Promise<Product> {
  const product = await store.findProductById(ctx, id)
  if (!product) throw new DomainError('product.not_found', { id })
  return product
}

export async function findProductByCode(ctx: Ctx, code: string): Promise<Product | undefined> {
  return (await store.findByCodes(ctx, [cleanText(code)]))[0]
}

/** The products behind further codes, by `listCodeKey`; unknown codes are absent. */
export async function findProductsByListCodes(
  ctx: Ctx,
  codes: readonly ProductCode[],
): Promise<Map<string, { readonly id: ProductId; readonly code: string }>> {
  if (codes.length === 0) return new Map()
  const clean = codes.map(({ listCode, code }) => ({ listCode: cleanText(listCode), code: cleanText(code) }))
  const rows = await store.findByListCodes(ctx, clean)
  return new Map(rows.map((row) => [listCodeKey(row), { id: row.id, code: row.productCode }]))
}

export function listCodeKey({ listCode, code }: ProductCode): string {
  return JSON.stringify([listCode, code])
}

/** Those of the products that exist, in whatever state, by id. */
export async function getProducts(ctx: Ctx, ids: readonly number[]): Promise<Map<number, Product>> {
  if (ids.length === 0) return new Map()
  const products = await store.findByIds(ctx, ids)
  return new Map(products.map((product) => [product.id, product]))
}

/** The products behind these codes, by code; unknown codes are absent. */
export async function findProductsByCodes(ctx: Ctx, codes: readonly string[]): Promise<Map<string, Product>> {
  checkBatch(codes.length)
  if (codes.length === 0) return new Map()
  const products = await store.findByCodes(ctx, codes.map(cleanText))
  return new Map(products.map((product) => [product.code, product]))
}

/** As `findProductsByCodes`, but the ids alone: what the lines of a purchase need. */
export async function findProductIds(ctx: Ctx, codes: readonly string[]): Promise<Map<string, ProductId>> {
  checkBatch(codes.length)
  return codes.length === 0 ? new Map() : idsByCode(ctx, [...new Set(codes.map(cleanText))])
}

/** Oldest first; deleted products only when asked for by state. `limit` is at most 1,000. */
export function listProducts(ctx: Ctx, filter: ProductFilter, page: ProductPage): Promise<Product[]> {
  return store.selectPage(ctx, filter, { ...page, limit: Math.min(Math.max(page.limit, 1), 1000) })
}

export function countProducts(ctx: Ctx, filter: ProductFilter): Promise<number> {
  return store.countFiltered(ctx, filter)
}

/** Refuses `product.not_found`. */
export async function updateProduct(
  ctx: Ctx,
  command: { id: ProductId; patch: Omit<ProductInput, 'code'> },
): Promise<Product> {
  return transact(ctx, async (ctx) => {
    const { code } = await getProduct(ctx, command.id)
    await upsertProducts(ctx, [{ ...command.patch, code }])
    return getProduct(ctx, command.id)
  })
}

/** Makes a product with a code nobody has. Refuses `product.code_taken`. */
export async function createProduct(ctx: Ctx, input: ProductInput): Promise<Product> {
  const folded = foldInputs([input])
  return transact(ctx, async (ctx) => {
    const refs = await refsOf(ctx, folded)
    const made = await store.insertMissing(ctx, folded, refs)
    const [product] = made
    if (!product) throw new DomainError('product.code_taken', { code: input.code })
    await fillIn(ctx, { folded, refs, made })
    return getProduct(ctx, product.id)
  })
}

/** Keeps the row, as purchases point at it; it is no longer listed. Refuses `product.not_found`. */
export async function deleteProduct(ctx: Ctx, id: ProductId): Promise<void> {
  await transact(ctx, async (ctx) => {
    const { code } = await getProduct(ctx, id)
    await upsertProducts(ctx, [{ code, state: 'deleted', available: false }])
  })
}

/** Applies a list of everything that is in stock: all other products become unavailable. Gives how many changed. */
export async function keepOnlyAvailable(ctx: Ctx, codes: readonly string[]): Promise<number> {
  return transact(ctx, async (ctx) => {
    const ids = await store.markUnavailableExcept(ctx, codes.map(cleanText))
    await emitChanges(
      ctx,
      ids.map((entityId) => ({ entity: 'product', entityId, operation: 'updated' })),
    )
    return ids.length
  })
}

export async function removeProductCode(ctx: Ctx, given: { listCode: string; code: string }): Promise<void> {
  await store.deleteCode(ctx, cleanText(given.listCode), cleanText(given.code))
}

/** Where products stand in the catalogue, by their own codes, for rules: their categories with all above, their brands. */
export async function findProductFacts(ctx: Ctx, codes: readonly string[]): Promise<ReadonlyMap<string, ProductFacts>> {
  if (codes.length === 0) return new Map()
  return new Map((await selectProductFacts(ctx, codes)).map((facts) => [facts.code, facts]))
}

/** Categories with all above them, by the codes that others give them. */
export async function findCategoryFacts(
  ctx: Ctx,
  externalIds: readonly string[],
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (externalIds.length === 0) return new Map()
  return new Map((await selectCategoryFacts(ctx, externalIds)).map((row) => [row.externalId, row.categoryIds]))
}
