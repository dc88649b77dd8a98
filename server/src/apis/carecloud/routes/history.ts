import { type LedgerEntry, listEntries } from '../../../core/ledger/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { fromMinor } from '../../../platform/money.ts'
import type { Routes } from '../call.ts'
import { currencyId } from '../currencies.ts'
import { idOf, listOf, timeOf } from '../encode.ts'
import { customerInQuery } from '../people.ts'
import { credits, points, unitIdsOf, type ValueKind } from '../value-kinds.ts'
import { partnerId } from './partners.ts'

/** The operations of a customer, newest first. */
export function historyRoutes(routes: Routes): void {
  for (const kind of [points, credits]) historyRoute(routes, kind)
}

function historyRoute(routes: Routes, kind: ValueKind): void {
  const name = kind.unit === 'points' ? 'point' : 'credit'
  const timeField = `${name}_history_record_time`
  routes.get(`/${name}-history`, 'both', async (call) => {
    const { ctx, query } = call
    const customerId = await customerInQuery(call)
    const page = query.page([timeField, 'amount', 'point_amount'])
    const unitIds = query.ids(kind.typeId, 'unit')
    const [from, to] = [query.time('time_from'), query.time('time_to')]
    const operation = query.text(`${name}_operation_type`)
    const note = query.text(`${name}_operation_note`)
    query.done()
    const { items, total } = await listEntries(ctx, {
      unitIds: await unitIdsOf(ctx, kind, unitIds),
      customerId,
      from,
      ...(to ? { to: new Date(to.getTime() + 1_000) } : {}),
      note,
      ...(operation === undefined ? {} : { postingKind: operation }),
      orderBy: page.sortField === undefined || page.sortField === timeField ? 'occurredAt' : 'amount',
      descending: page.sortField === undefined || page.descending,
      offset: page.offset,
      limit: page.limit,
    })
    const rows = items.map((entry) => historyRow(ctx, kind, entry))
    return listOf(`${name}_history`, rows, total)
  })
}

function historyRow(ctx: Ctx, kind: ValueKind, entry: LedgerEntry) {
  const amount = fromMinor(entry.amount, entry.unit.scale)
  const common = { customer_id: idOf(ctx, 'customer', entry.customerId), partner_id: partnerId(ctx), store_id: null }
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
