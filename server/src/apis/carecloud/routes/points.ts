import { type LedgerEntry, listEntries, type Unit } from '../../../core/ledger/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, idOf, listOf, ok, pageOf, type Row } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { move, synchronize, transfer } from '../movements.ts'
import { customerFilter, customerInPath, isApp } from '../people.ts'
import { unitsThat } from '../units.ts'
import { credits, points, unitIdsOf, type ValueKind } from '../value-kinds.ts'
import { purchasesBehind } from './purchases.ts'

/** points and credits, their types, and what moves them. */
export function pointRoutes(routes: Routes): void {
  for (const kind of [points, credits]) {
    readRoutes(routes, kind)
    routes.post(`/${kind.path}/actions/${kind.give}`, 'enterprise', (call) => move(call, kind, 'give'))
    routes.post(`/${kind.path}/actions/${kind.take}`, 'enterprise', (call) => move(call, kind, 'take'))
    routes.post(`/${kind.path}/actions/${kind.transfer}`, 'enterprise', (call) => transfer(call, kind))
  }
  routes.post('/points/actions/synchronize-points', 'enterprise', synchronize)
}

const sortable = {
  point_id: 'id',
  credit_id: 'id',
  customer_id: 'customerId',
  point_type_id: 'unitId',
  credit_type_id: 'unitId',
  note: 'note',
  created_at: 'occurredAt',
  assigned_points: 'amount',
  assigned_credits: 'amount',
} as const

function readRoutes(routes: Routes, kind: ValueKind): void {
  routes.get(`/${kind.path}`, 'both', async (call) => entryPage(call, kind, await customerFilter(call)))
  routes.get(`/customers/:customer_id/${kind.path}`, 'both', async (call) =>
    entryPage(call, kind, (await customerInPath(call)).id),
  )
  routes.get(`/${kind.path}/:entry_id`, 'both', async (call) => ok(kind.row(call.ctx, await entryInPath(call, kind))))
  routes.get(`/${kind.path}/:entry_id/purchases`, 'both', async (call) =>
    purchasesBehind(call, (await entryInPath(call, kind)).purchaseId),
  )

  routes.get(`/${kind.typePath}`, 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf(kind.unit === 'points' ? 'pointTypes' : 'creditTypes'))
    query.done()
    const units = await unitsThat(ctx, kind.counts)
    return pageOf(
      kind.typeKey,
      units.map((unit) => unitRow(ctx, unit, kind.typeId)),
      page,
    )
  })
  routes.get(`/${kind.typePath}/:type_id`, 'both', async (call) => {
    const id = call.pathId('type_id', 'unit')
    const unit = (await unitsThat(call.ctx, kind.counts)).find((candidate) => candidate.id === id)
    if (!unit) throw notFound(kind.typePath, call.params.type_id ?? '')
    return ok(unitRow(call.ctx, unit, kind.typeId))
  })
}

async function entryInPath(call: Call, kind: ValueKind): Promise<LedgerEntry> {
  const ids = [call.pathId('entry_id', 'posting')]
  const unitIds = await unitIdsOf(call.ctx, kind)
  const [entry] = (await listEntries(call.ctx, { ids, unitIds, offset: 0, limit: 1 })).items
  const hidden = isApp(call) && entry?.customerId !== call.session.customerId
  if (!entry || hidden) throw notFound(kind.path, call.params.entry_id ?? '')
  return entry
}

/** How this API calls a unit of points or of credit. */
function unitRow(ctx: Ctx, unit: Unit, field: ValueKind['typeId']): Row {
  return { [field]: idOf(ctx, 'unit', unit.id), name: unit.name, last_change: null }
}

async function entryPage(call: Call, kind: ValueKind, customerId: number | undefined): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf(kind.path))
  const unitIds = query.ids(kind.typeId, 'unit')
  const [from, to] = [query.time(kind.timeFrom), query.time(kind.timeTo)]
  const note = query.text('note')
  query.done()
  const { items, total } = await listEntries(ctx, {
    unitIds: await unitIdsOf(ctx, kind, unitIds),
    customerId,
    from,
    ...(to ? { to: new Date(to.getTime() + 1_000) } : {}), // the last second named is part of the interval
    note,
    orderBy: sortable[page.sortField as keyof typeof sortable], // of the fields that query.page lets through, those that sort
    descending: page.sortField === undefined || page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  return listOf(
    kind.path,
    items.map((entry) => kind.row(ctx, entry)),
    total,
  )
}
