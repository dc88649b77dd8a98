import { type EntryQuery, type LedgerEntry, listEntries } from '../../../core/ledger/index.ts'
import { listPurchases } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { fromMinor } from '../../../platform/money.ts'
import type { Routes } from '../call.ts'
import { currencyId } from '../currencies.ts'
import { idOf, idOrNull, listOf, timeOf } from '../encode.ts'
import { fieldsOf } from '../fields.ts'
import { customerInQuery } from '../people.ts'
import { credits, points, unitIdsOf, type ValueKind } from '../value-kinds.ts'
import { partnerId } from './partners.ts'

/** The operations of a customer, newest first. */
export function historyRoutes(routes: Routes): void {
  for (const kind of [points, credits]) historyRoute(routes, kind)
}

function historyRoute(routes: Routes, kind: ValueKind): void {
  const name = kind.unit === 'points' ? 'point' : 'credit'
  routes.get(`/${name}-history`, 'both', async (call) => {
    const { ctx, query } = call
    const customerId = await customerInQuery(call)
    const page = query.page(fieldsOf(`${name}History`))
    const unitIds = query.ids(kind.typeId, 'unit')
    const [from, to] = [query.time('time_from'), query.time('time_to')]
    const operation = query.text(`${name}_operation_type`)
    const note = query.text(`${name}_operation_note`)
    const [storeId, partner] = [query.id('store_id', 'organisation'), query.text('partner_id')]
    query.done()
    if (partner !== undefined && partner !== partnerId(ctx)) return listOf(`${name}_history`, [], 0)
    const { items, total } = await listEntries(ctx, {
      unitIds: await unitIdsOf(ctx, kind, unitIds),
      customerId,
      from,
      ...(to ? { to: new Date(to.getTime() + 1_000) } : {}),
      note,
      ...(operation === undefined ? {} : { postingKind: operation }),
      ...(storeId === undefined ? {} : { purchaseIds: await purchaseIdsIn(ctx, { customerId, storeId }) }),
      orderBy: orderOf(page.sortField),
      descending: page.sortField === undefined || page.descending,
      offset: page.offset,
      limit: page.limit,
    })
    const stores = await storesBehind(ctx, items)
    const rows = items.map((entry) => historyRow(ctx, { kind, entry, storeId: stores.get(entry.purchaseId ?? 0) }))
    return listOf(`${name}_history`, rows, total)
  })
}

/** By time where nothing else is asked for. */
function orderOf(field: string | undefined): EntryQuery['orderBy'] {
  if (field === undefined || field.endsWith('_record_time')) return 'occurredAt'
  if (field.endsWith('amount')) return 'amount'
  if (field.endsWith('_operation_type')) return 'kind'
  return field.endsWith('_operation_note') ? 'note' : 'id'
}

const mostPurchases = 10_000

/** The customer's purchases in one store, the latest first. */
async function purchaseIdsIn(ctx: Ctx, of: { customerId: number; storeId: number }): Promise<number[]> {
  const { items } = await listPurchases(ctx, { ...of, limit: mostPurchases })
  return items.map(({ id }) => id)
}

/** Where the purchases behind these entries were made. */
async function storesBehind(ctx: Ctx, entries: readonly LedgerEntry[]): Promise<Map<number, number>> {
  const ids = [...new Set(entries.flatMap(({ purchaseId }) => purchaseId ?? []))]
  if (ids.length === 0) return new Map()
  const { items } = await listPurchases(ctx, { ids, limit: ids.length })
  return new Map(items.flatMap(({ id, storeId }) => (storeId === null ? [] : [[id as number, storeId] as const])))
}

interface Entry {
  readonly kind: ValueKind
  readonly entry: LedgerEntry
  readonly storeId: number | undefined
}

function historyRow(ctx: Ctx, { kind, entry, storeId }: Entry) {
  const amount = fromMinor(entry.amount, entry.unit.scale)
  const common = {
    customer_id: idOf(ctx, 'customer', entry.customerId),
    partner_id: partnerId(ctx),
    store_id: idOrNull(ctx, 'organisation', storeId),
  }
  const time = timeOf(ctx, entry.occurredAt)
  if (kind.unit === 'points') {
    return {
      ...common,
      point_amount: amount,
      point_operation_type: entry.kind,
      point_operation_note: entry.note,
      point_type_id: idOf(ctx, 'unit', entry.unit.id),
      point_history_record_time: time,
      extended_data: null,
    }
  }
  return {
    ...common,
    amount,
    credit_operation_type: entry.kind,
    credit_operation_note: entry.note,
    currency_id: currencyId(ctx, entry.unit.currency ?? ctx.tenant.currency),
    credit_history_record_time: time,
  }
}
