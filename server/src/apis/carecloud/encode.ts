import type { Ctx } from '../../platform/ctx.ts'
import type { OpaqueKind } from '../../platform/ids.ts'
import { localTime } from '../http/times.ts'
import type { Page } from './query.ts'

/** What an operation answers: a status and its body, or none. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
}

export type Row = Readonly<Record<string, unknown>>

export function ok(data: Row): Answer {
  return { status: 200, body: { data } }
}

export function created(data: Row): Answer {
  return { status: 201, body: { data } }
}

export const noContent: Answer = { status: 204 }

/** A page of a collection under its plural key. `total` counts all matches. */
export function listOf(key: string, rows: readonly Row[], total: number): Answer {
  return ok({ [key]: rows, total_items: total })
}

/**
 * A page of a collection that is small enough to be read whole (reference data, the cards of a customer): sorted by any
 * of its first-level fields, in the order given when none is named.
 */
export function pageOf(key: string, rows: readonly Row[], page: Page): Answer {
  const field = page.sortField
  const sorted = field === undefined ? [...rows] : rows.toSorted((a, b) => compare(a[field], b[field]))
  if (page.descending) sorted.reverse()
  return listOf(key, sorted.slice(page.offset, page.offset + page.limit), rows.length)
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [a, b].map((value) => (value === null || value === undefined ? '' : String(value)))
  return (left ?? '').localeCompare(right ?? '')
}

/** `Berlin` is in `BERLIN STORE`: how this API's name filters match. */
export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLocaleLowerCase().includes(part.toLocaleLowerCase())
}

export function idOf(ctx: Ctx, kind: OpaqueKind, id: number): string {
  return ctx.ids.hex(kind, ctx.tenant.id, id)
}

export function idOrNull(ctx: Ctx, kind: OpaqueKind, id: number | null | undefined): string | null {
  return id === null || id === undefined ? null : idOf(ctx, kind, id)
}

/** `2026-01-31 12:00:00` on the tenant's clock. */
export function timeOf(ctx: Ctx, time: Date): string {
  return localTime(time, ctx.tenant.timeZone)
}

export function timeOrNull(ctx: Ctx, time: Date | null | undefined): string | null {
  return time ? timeOf(ctx, time) : null
}

/** The record's state as this API numbers it. */
export function stateOf(state: string): 0 | 1 | 2 {
  if (state === 'deleted') return 0
  return state === 'active' ? 1 : 2
}
