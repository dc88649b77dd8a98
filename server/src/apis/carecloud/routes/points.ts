import {
  applyOperation,
  balancesOf,
  findDefaultUnit,
  type LedgerEntry,
  listEntries,
  type Operation,
  type Posted,
  type Unit,
} from '../../../core/ledger/index.ts'
import { findDefaultProgramme, recordActivity } from '../../../core/loyalty/index.ts'
import type { Purchase } from '../../../core/purchases/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { fromMinor, toMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import { currencyId, currencyOf } from '../currencies.ts'
import { type Answer, created, idOf, listOf, noContent, ok, pageOf, type Row, timeOf, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { customerFilter, customerInBody, customerInPath, customerInQuery, isApp } from '../people.ts'
import { isCredit, isPoints, unitsThat } from '../units.ts'
import { partnerId, readPartner } from './partners.ts'

/** Points and credits are the same thing in two units: what differs is what the wire calls them. */
interface Kind {
  readonly unit: 'points' | 'money'
  readonly counts: (unit: Unit) => boolean
  /** The collection, its key and its id: points, point_id. */
  readonly path: 'points' | 'credits'
  readonly id: 'point_id' | 'credit_id'
  readonly typePath: 'point-types' | 'credit-types'
  readonly typeKey: 'point_types' | 'credit_types'
  readonly typeId: 'point_type_id' | 'credit_type_id'
  readonly timeFrom: string
  readonly timeTo: string
  readonly give: string
  readonly take: string
  readonly transfer: string
  readonly row: (ctx: Ctx, entry: LedgerEntry) => Readonly<Record<string, unknown>>
}

const points: Kind = {
  unit: 'points',
  counts: isPoints,
  path: 'points',
  id: 'point_id',
  typePath: 'point-types',
  typeKey: 'point_types',
  typeId: 'point_type_id',
  timeFrom: 'create_point_time_from',
  timeTo: 'create_point_time_to',
  give: 'assign-points',
  take: 'reduce-points',
  transfer: 'transfer-points',
  row: pointRow,
}

const credits: Kind = {
  unit: 'money',
  counts: isCredit,
  path: 'credits',
  id: 'credit_id',
  typePath: 'credit-types',
  typeKey: 'credit_types',
  typeId: 'credit_type_id',
  timeFrom: 'create_credit_time_from',
  timeTo: 'create_credit_time_to',
  give: 'deposit-credits',
  take: 'reduce-credits',
  transfer: 'transfer-credits',
  row: creditRow,
}

export function pointRoutes(routes: Routes): void {
  for (const kind of [points, credits]) {
    readRoutes(routes, kind)
    routes.post(`/${kind.path}/actions/${kind.give}`, 'enterprise', (call) => move(call, kind, 'give'))
    routes.post(`/${kind.path}/actions/${kind.take}`, 'enterprise', (call) => move(call, kind, 'take'))
    routes.post(`/${kind.path}/actions/${kind.transfer}`, 'enterprise', (call) => transfer(call, kind))
    historyRoute(routes, kind)
  }
  routes.post('/points/actions/synchronize-points', 'enterprise', synchronize)
}

const sortable = {
  point_id: 'id',
  credit_id: 'id',
  created_at: 'occurredAt',
  assigned_points: 'amount',
  assigned_credits: 'amount',
} as const

function readRoutes(routes: Routes, kind: Kind): void {
  routes.get(`/${kind.path}`, 'both', async (call) => entryPage(call, kind, await customerFilter(call)))
  routes.get(`/customers/:customer_id/${kind.path}`, 'both', async (call) =>
    entryPage(call, kind, (await customerInPath(call)).id),
  )
  routes.get(`/${kind.path}/:entry_id`, 'both', async (call) => {
    const id = call.pathId('entry_id', 'posting')
    const { items } = await listEntries(call.ctx, {
      ids: [id],
      unitIds: await unitIdsOf(call.ctx, kind),
      offset: 0,
      limit: 1,
    })
    const entry = items[0]
    const hidden = isApp(call) && entry?.customerId !== call.session.customerId
    if (!entry || hidden) throw notFound(kind.path, call.params.entry_id ?? '')
    return ok(kind.row(call.ctx, entry))
  })

  routes.get(`/${kind.typePath}`, 'both', async ({ ctx, query }) => {
    const page = query.page([kind.typeId, 'name'])
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

/** The units that are meant: those of the kind, or those of them that are asked for. */
async function unitIdsOf(ctx: Ctx, kind: Kind, asked?: readonly number[]): Promise<number[]> {
  const ids = (await unitsThat(ctx, kind.counts)).map((unit) => unit.id as number)
  return asked ? ids.filter((id) => asked.includes(id)) : ids
}

/** How this API calls a unit of points or of credit. */
function unitRow(ctx: Ctx, unit: Unit, field: Kind['typeId']): Row {
  return { [field]: idOf(ctx, 'unit', unit.id), name: unit.name, last_change: null }
}

async function entryPage(call: Call, kind: Kind, customerId: number | undefined): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(Object.keys(sortable))
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
    orderBy: sortable[page.sortField as keyof typeof sortable], // query.page lets only these through
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

/** The entries of the default points that a purchase brought or took. */
export async function pointsOfPurchase(ctx: Ctx, purchase: Purchase): Promise<LedgerEntry[]> {
  const { items } = await listEntries(ctx, { unitKind: 'points', purchaseId: purchase.id, offset: 0, limit: 1_000 })
  return items
}

export function pointRow(ctx: Ctx, entry: LedgerEntry) {
  const amount = (minor: number) => fromMinor(minor, entry.unit.scale)
  return {
    point_id: idOf(ctx, 'posting', entry.id),
    customer_id: idOf(ctx, 'customer', entry.customerId),
    assigned_points: amount(entry.amount),
    available_points: amount(entry.remaining),
    point_type_id: idOf(ctx, 'unit', entry.unit.id),
    partner_id: partnerId(ctx),
    valid_to: timeOrNull(ctx, entry.expiresAt),
    state: 1,
    created_at: timeOf(ctx, entry.occurredAt),
    note: entry.note,
  }
}

function creditRow(ctx: Ctx, entry: LedgerEntry) {
  const amount = (minor: number) => fromMinor(minor, entry.unit.scale)
  return {
    credit_id: idOf(ctx, 'posting', entry.id),
    customer_id: idOf(ctx, 'customer', entry.customerId),
    assigned_credits: amount(entry.amount),
    available_credits: amount(entry.remaining),
    credit_type_id: idOf(ctx, 'unit', entry.unit.id),
    partner_id: partnerId(ctx),
    valid_to: timeOrNull(ctx, entry.expiresAt),
    currency_id: currencyId(ctx, entry.unit.currency ?? ctx.tenant.currency),
    state: 1,
    note: entry.note,
  }
}

interface Movement {
  readonly unit: Unit
  readonly amount: number
  readonly note: string | undefined
}

/** Reads type, currency, amount and note; the default type where none is named. */
async function readMovement(call: Call, kind: Kind): Promise<Movement> {
  const { ctx, body } = call
  const amount = body.needNumber('amount', { min: 0, max: 1_000_000_000 })
  const note = body.text('note', { max: 500 })
  const typeId = body.id(kind.typeId, 'unit')
  const currencyNumber = kind.unit === 'money' ? body.id('currency_id', 'currency') : undefined
  const currency = currencyNumber === undefined ? undefined : currencyOf(currencyNumber)
  const units = await unitsThat(ctx, kind.counts)
  const unit =
    typeId === undefined
      ? await findDefaultUnit(ctx, kind.unit, currency)
      : units.find((candidate) => candidate.id === typeId)
  if (!unit && !(body.has(kind.typeId) && typeId === undefined)) {
    body.refuse(currency !== undefined && typeId === undefined ? 'currency_id' : kind.typeId, 'not_found')
  }
  if (unit && currency !== undefined && unit.currency !== currency) body.refuse('currency_id', 'not_allowed_value')
  const minor = unit ? toMinor(amount, unit.scale) : 0
  if (unit && minor <= 0 && body.has('amount')) body.refuse('amount', 'not_allowed_value', 'must be more than 0')
  return { unit: unit ?? noUnit, amount: minor, note }
}

// A stand-in for a unit that was refused: the body is refused before anybody looks at it.
const noUnit: Unit = {
  id: 0 as Unit['id'], // no unit has it
  kind: 'points',
  code: '',
  name: '',
  currency: null,
  scale: 0,
  isDefault: false,
}

async function move(call: Call, kind: Kind, direction: 'give' | 'take'): Promise<Answer> {
  const { ctx, body } = call
  const movement = await readMovement(call, kind)
  readPartner(ctx, body, { required: true })
  const customerId = await customerInBody(call)
  // This API has no key for a retry: every call is a movement of its own.
  const key = `carecloud:${direction}:${ctx.random.hex(16)}`
  const command = { ...movement, customerId, key }
  const posted = direction === 'give' ? await give(ctx, command) : await take(ctx, kind, command)
  return created({ [kind.id]: idOf(ctx, 'posting', posted.postingId) })
}

interface MovementOf extends Movement {
  readonly customerId: number
  readonly key: string
}

/** Points of the default programme are given by it, so that they expire as its points do. */
async function give(ctx: Ctx, { unit, amount, note, customerId, key }: MovementOf): Promise<Posted> {
  const programme = await findDefaultProgramme(ctx)
  if (programme?.kind === 'points' && programme.unitId === unit.id && programme.state === 'active') {
    return recordActivity(ctx, { programmeId: programme.id, customerId, key, bonusPoints: amount, note })
  }
  return applyOperation(ctx, { kind: 'earn', key, unitId: unit.id, customerId, amount, note })
}

async function take(ctx: Ctx, kind: Kind, { unit, amount, note, customerId, key }: MovementOf): Promise<Posted> {
  return refusingAmount(kind, applyOperation(ctx, { kind: 'spend', key, unitId: unit.id, customerId, amount, note }))
}

/** Here it is `amount` that was too much. */
function refusingAmount<Result>(kind: Kind, work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== 'balance.insufficient') throw error
    throw invalidParam('amount', 'not_allowed_value', error.data.asked, `The customer has not so many ${kind.path}.`)
  })
}

async function transfer(call: Call, kind: Kind): Promise<Answer> {
  const { ctx, body } = call
  body.needText(kind.typeId)
  const { unit, amount, note } = await readMovement(call, kind)
  const customerId = await customerInBody(call, 'original_customer_id')
  const toCustomerId = await customerInBody(call, 'new_customer_id')
  if (customerId === toCustomerId) throw invalidParam('new_customer_id', 'not_allowed_value')
  const key = `carecloud:transfer:${ctx.random.hex(16)}`
  const operation: Operation = { kind: 'transfer', key, unitId: unit.id, customerId, toCustomerId, amount, note }
  await refusingAmount(kind, applyOperation(ctx, operation))
  return noContent
}

/** Sets the balance to what another system says it is. */
async function synchronize(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const amount = body.needNumber('amount', { min: 0, max: 1_000_000_000 })
  const note = body.text('note', { max: 500 })
  readPartner(ctx, body, { required: false })
  const customerId = await customerInBody(call)
  const unit = await findDefaultUnit(ctx, 'points')
  if (!unit) throw invalidParam('amount', 'not_allowed_value', amount)
  const balance = (await balancesOf(ctx, customerId)).find((candidate) => candidate.unit.id === unit.id)
  const change = toMinor(amount, unit.scale) - (balance?.available ?? 0)
  if (change !== 0) {
    const key = `carecloud:synchronize:${ctx.random.hex(16)}`
    await applyOperation(ctx, { kind: 'adjust', key, unitId: unit.id, customerId, amount: change, note })
  }
  return noContent
}

/** The operations of a customer, newest first. */
function historyRoute(routes: Routes, kind: Kind): void {
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

function historyRow(ctx: Ctx, kind: Kind, entry: LedgerEntry) {
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
