import { DomainError } from '../../platform/errors.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import type { CollectionChange, CollectionKind, EventInput } from './types.ts'

export const maxEventsPerCall = 5_000
export const maxItemsPerCollection = 1_000
const maxDataBytes = 16 * 1024
const maxQuantity = 10_000_000_000

/** An event as the table has it; dates as text, as it travels in JSON. */
export interface EventRow {
  readonly type: string
  readonly occurred_at: string
  readonly customer_id: number | null
  readonly device_id: number | null
  readonly session: string | null
  readonly product_code: string | null
  readonly quantity: number | null
  readonly data: Readonly<Record<string, unknown>> | null
  readonly key: string | null
}

/** Refuses `event.invalid` with the field, so that no row can make a batch fail that carries other people's events. */
export function toRow(event: EventInput, now: Date): EventRow {
  const at = event.occurredAt ?? now
  const milliseconds = at.getTime()
  // Older than any shop's records, or further ahead than a wrong clock explains.
  if (!(milliseconds >= Date.UTC(1990, 0) && milliseconds <= now.getTime() + 7 * 86_400_000)) {
    throw new DomainError('event.invalid', { field: 'occurredAt' })
  }
  if (event.type === '') throw new DomainError('event.invalid', { field: 'type' })
  return {
    type: shortText(event.type, 64, 'type'),
    occurred_at: at.toISOString(),
    customer_id: event.customerId ?? null,
    device_id: event.deviceId ?? null,
    session: event.session ? shortText(event.session, 255, 'session') : null,
    product_code: event.productCode ? shortText(event.productCode, 255, 'productCode') : null,
    quantity: event.quantity == null ? null : quantityOf(event.quantity),
    data: dataOf(event.data),
    key: event.key ? shortText(event.key, 255, 'key') : null,
  }
}

function shortText(text: string, limit: number, field: string): string {
  const clean = cleanText(text)
  if (clean.length > limit) throw new DomainError('event.invalid', { field })
  return clean
}

function quantityOf(quantity: number): number {
  if (!(Math.abs(quantity) < maxQuantity)) throw new DomainError('event.invalid', { field: 'quantity' })
  return quantity
}

function dataOf(data: EventInput['data']): EventRow['data'] {
  if (!data || Object.keys(data).length === 0) return null
  const clean = cleanJson(data)
  if (JSON.stringify(clean).length > maxDataBytes) throw new DomainError('event.invalid', { field: 'data' })
  return clean
}

/** Several changes of collections in the order they came, as what is left to do in the end. */
export interface FoldedChanges {
  readonly replaced: readonly { customer_id: number; kind: CollectionKind }[]
  readonly removed: readonly { customer_id: number; kind: CollectionKind; product_code: string }[]
  readonly put: readonly { customer_id: number; kind: CollectionKind; product_code: string; quantity: number }[]
}

export function foldChanges(changes: readonly CollectionChange[]): FoldedChanges {
  const collections = new Map<string, { customer_id: number; kind: CollectionKind; replaced: boolean; items: Items }>()
  for (const change of changes) {
    const key = `${change.kind}:${change.customerId}`
    const known = collections.get(key) ?? {
      customer_id: change.customerId,
      kind: change.kind,
      replaced: false,
      items: new Map(),
    }
    collections.set(key, known)
    if (change.action === 'replace') {
      known.replaced = true
      known.items.clear()
    }
    for (const item of change.items) {
      known.items.set(item.productCode, change.action === 'remove' ? null : (item.quantity ?? 1))
    }
  }
  const all = [...collections.values()]
  const rows = all.flatMap(({ customer_id, kind, items }) =>
    [...items].map(([product_code, quantity]) => ({ customer_id, kind, product_code, quantity })),
  )
  return {
    replaced: all.filter((one) => one.replaced).map(({ customer_id, kind }) => ({ customer_id, kind })),
    removed: rows.filter((row) => row.quantity === null).map(({ quantity: _, ...row }) => row),
    put: rows.flatMap(({ quantity, ...row }) => (quantity === null ? [] : [{ ...row, quantity }])),
  }
}

type Items = Map<string, number | null>

/** Refuses `event.invalid`; gives the change with clean codes. */
export function checkChange(change: CollectionChange): CollectionChange {
  if (change.items.length > maxItemsPerCollection) throw new DomainError('event.invalid', { field: 'items' })
  return {
    ...change,
    items: change.items.map((item) => {
      const productCode = shortText(item.productCode, 255, 'productCode')
      const quantity = quantityOf(item.quantity ?? 1)
      if (productCode === '' || quantity <= 0) throw new DomainError('event.invalid', { field: 'items' })
      return { productCode, quantity }
    }),
  }
}
