import type { Id } from '../../platform/ids.ts'
import type { Minor } from '../../platform/money.ts'

export type ProductId = Id<'product'>
export type CategoryId = Id<'category'>
export type BrandId = Id<'brand'>

export type ProductState = 'active' | 'inactive' | 'deleted'

/** A further code of a product in a number space of its own: a barcode, a till's list, GLOBAL. */
export interface ProductCode {
  readonly listCode: string
  readonly code: string
}

export interface Product {
  readonly id: ProductId
  /** The shop's own number (SKU). */
  readonly code: string
  readonly name: string
  readonly description: string
  readonly brand: { readonly id: BrandId; readonly externalId: string; readonly name: string } | null
  readonly category: { readonly id: CategoryId; readonly externalId: string; readonly name: string } | null
  readonly priceMinor: Minor | null
  readonly oldPriceMinor: Minor | null
  readonly currency: string | null
  /** Per cent: 19 is 19 %. */
  readonly vatRate: number | null
  readonly url: string | null
  readonly imageUrl: string | null
  readonly available: boolean
  readonly stockQuantity: number | null
  readonly composition: string
  readonly data: Readonly<Record<string, unknown>>
  readonly state: ProductState
  readonly codes: readonly ProductCode[]
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** What a report of a product says. An absent field leaves what is known; null clears it. */
export interface ProductInput {
  readonly code: string
  readonly name?: string
  readonly description?: string
  /** External id of a brand or category; an unknown one is made with the external id as its name. */
  readonly brandExternalId?: string | null
  readonly categoryExternalId?: string | null
  readonly priceMinor?: Minor | null
  readonly oldPriceMinor?: Minor | null
  readonly currency?: string | null
  readonly vatRate?: number | null
  readonly url?: string | null
  readonly imageUrl?: string | null
  readonly available?: boolean
  readonly stockQuantity?: number | null
  readonly composition?: string
  /** Merged key by key into what is known. */
  readonly data?: Readonly<Record<string, unknown>>
  readonly state?: ProductState
  /** Further codes to add; a code that led to another product leads to this one from now on. */
  readonly codes?: readonly ProductCode[]
}

export interface Category {
  readonly id: CategoryId
  readonly externalId: string
  readonly name: string
  readonly parentId: CategoryId | null
  readonly data: Readonly<Record<string, unknown>>
  readonly state: string
  readonly updatedAt: Date
}

export interface CategoryInput {
  readonly externalId: string
  readonly name?: string
  /** A parent that is not known yet is made with its external id as its name. */
  readonly parentExternalId?: string | null
  readonly data?: Readonly<Record<string, unknown>>
  readonly state?: 'active' | 'inactive' | 'deleted'
}

export interface Brand {
  readonly id: BrandId
  readonly externalId: string
  readonly name: string
  readonly state: string
  readonly updatedAt: Date
}

export interface BrandInput {
  readonly externalId: string
  readonly name?: string
  readonly state?: 'active' | 'inactive' | 'deleted'
}

export interface TaxonomyPage {
  /** Part of the name, in any case of letters. */
  readonly text?: string
  readonly after?: number
  readonly limit: number
}

export interface ProductFilter {
  /** Matches a part of the name, or the whole code. */
  readonly text?: string
  readonly categoryId?: CategoryId
  readonly brandId?: BrandId
  readonly states?: readonly ProductState[]
  readonly available?: boolean
  readonly ids?: readonly ProductId[]
  /** The product's own code, or the one that its shop calls it by (`data.code`). */
  readonly code?: string
  /** Stands in this list, under this code; a code without a list is one of any list, or the product's own. */
  readonly listed?: { readonly listCode?: string; readonly code?: string }
  /** Has any of these codes among its `data.tags`. */
  readonly tags?: readonly string[]
}

export interface ProductPage {
  readonly limit: number
  /** Keyset: products with a greater id than this. */
  readonly after?: ProductId
  /** For APIs that page by number. */
  readonly offset?: number
  /** Not together with `after`, which goes by id. */
  readonly orderBy?: 'id' | 'name' | 'code' | 'categoryId' | 'brandId' | 'state' | 'updatedAt'
  readonly descending?: boolean
}
