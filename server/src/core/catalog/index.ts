/**
 * The catalogue: products with their codes, categories and brands.
 * Invariants: a code leads to one product; a code in a list leads to one product; a report that says nothing new
 * changes nothing; a product is never removed, as purchases and events point at it.
 */
export type { ProductFacts } from './facts-store.ts'
export {
  countProducts,
  createProduct,
  deleteProduct,
  findCategoryFacts,
  findProductByCode,
  findProductFacts,
  findProductIds,
  findProductsByCodes,
  findProductsByListCodes,
  getProduct,
  getProducts,
  keepOnlyAvailable,
  listCodeKey,
  listProducts,
  removeProductCode,
  updateProduct,
  upsertProducts,
} from './service.ts'
export {
  findCategoryByExternalId,
  getCategory,
  listBrands,
  listCategories,
  upsertBrands,
  upsertCategories,
} from './taxonomy.ts'
export type {
  Brand,
  BrandId,
  BrandInput,
  Category,
  CategoryId,
  CategoryInput,
  Product,
  ProductCode,
  ProductFilter,
  ProductId,
  ProductInput,
  ProductPage,
  ProductState,
} from './types.ts'
