import { queryOptions } from '@tanstack/react-query'
import { get } from './client.ts'

/** What one field of an item may hold, as JSON Schema says it; the parts that a form is made from. */
export interface FieldShape {
  readonly type?: 'string' | 'boolean' | 'array' | 'object'
  readonly enum?: readonly string[]
  readonly items?: { readonly type?: string }
  readonly maxLength?: number
  readonly description?: string
}

/** A small list that the shop keeps. */
export interface ReferenceList {
  readonly list: string
  readonly summary: string
  readonly fields: {
    readonly properties?: Readonly<Record<string, FieldShape>>
    readonly required?: readonly string[]
  }
}

/** With the fields of its list. */
export interface ReferenceItem {
  readonly id: number
  readonly code: string
  readonly name: string
  readonly position: number
  readonly updated_at: string
  readonly [field: string]: unknown
}

export const referenceListsQuery = queryOptions({
  queryKey: ['reference'],
  queryFn: async ({ signal }) => (await get<{ items: ReferenceList[] }>('/reference', { signal })).items,
  staleTime: Number.POSITIVE_INFINITY,
})

export const referenceItemsQuery = (list: string) =>
  queryOptions({
    queryKey: ['reference', list],
    queryFn: async ({ signal }) => (await get<{ items: ReferenceItem[] }>(`/reference/${list}`, { signal })).items,
  })
