import { type Ctx, transact } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
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
  return transact(ctx, async (ctx) => fillIn(ctx, folded, new Set(await store.insertMissing(ctx, folded))))
}

/** Writes what the reports say into products that exist; `made` are those that were made just now. */
async function fillIn(
  ctx: Ctx,
  folded: readonly ProductInput[],
  made: ReadonlySet<string>,
): Promise<Map<string, ProductId>> {
  const refs = {
    brands: await brandIds(
      ctx,
      folded.flatMap((input) => input.brandExternalId?.trim() || []),
    ),
    categories: await categoryIds(
      ctx,
      folded.flatMap((input) => input.categoryExternalId?.trim() || []),
    ),
  }
  const changed = await store.updateGiven(ctx, folded, refs)
  const ids = await idsByCode(
    ctx,
    folded.map((input) => input.code),
  )
  await putGivenCodes(ctx, folded, ids)
  await emitUpserts(ctx, { made, changed, ids })
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

async function emitUpserts(
  ctx: Ctx,
  result: {
    made: ReadonlySet<string>
    changed: readonly { id: ProductId; code: string }[]
    ids: ReadonlyMap<string, ProductId>
  },
): Promise<void> {
  const created = [...result.made].map((code) => ({
    entity: 'product',
    entityId: result.ids.get(code) ?? 0,
    operation: 'created',
  }))
  const updated = result.changed.filter((product) => !result.made.has(product.code))
  await emitChanges(ctx, [
    ...created,
    ...updated.map((product) => ({ entity: 'product', entityId: product.id, operation: 'updated' })),
  ])
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

/** By a further code, in its number space. */
export function findProductByListCode(ctx: Ctx, given: { listCode: string; code: string }) {
  return store.findByListCode(ctx, cleanText(given.listCode), cleanText(given.code))
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
    const made = await store.insertMissing(ctx, folded)
    const code = made[0]
    if (code === undefined) throw new DomainError('product.code_taken', { code: input.code })
    const id = (await fillIn(ctx, folded, new Set(made))).get(code)
    assert(id !== undefined, 'the row was inserted in this transaction')
    return getProduct(ctx, id)
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
