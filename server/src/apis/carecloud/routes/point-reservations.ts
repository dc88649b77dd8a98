import { findDefaultUnit, listUnits } from '../../../core/ledger/index.ts'
import { freePoints, listReservations, type Reservation, reservePoints } from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { fromMinor, toMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, idOf, listOf, noContent, ok, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { refusingAmount } from '../movements.ts'
import { customerFilter, customerInBody, isApp } from '../people.ts'
import { points } from '../value-kinds.ts'

/** Points set aside by a shop's system until it frees them or their time is over. */
export function reservationRoutes(routes: Routes): void {
  routes.post('/point-reservations/actions/reserve-points', 'both', reserve)

  routes.post('/point-reservations/actions/free-points', 'both', async (call) => {
    const externalId = call.body.needText('external_id', { max: 255 })
    call.body.done()
    const { items } = await listReservations(call.ctx, { externalId, offset: 0, limit: 1 })
    const hidden = isApp(call) && items[0]?.customerId !== call.session.customerId
    if (!items[0] || hidden) throw invalidParam('external_id', 'not_found', externalId)
    if (items[0].state === 'freed') throw invalidParam('external_id', 'deleted', externalId)
    await freePoints(call.ctx, { externalId })
    return noContent
  })

  routes.get('/point-reservations', 'both', async (call) => {
    const { ctx, query } = call
    const page = query.page(fieldsOf('pointReservations'))
    const externalId = query.text('external_id')
    const customerId = await customerFilter(call)
    query.done()
    const { items, total } = await listReservations(ctx, {
      ...(customerId === undefined ? {} : { customerId }),
      ...(externalId === undefined ? {} : { externalId }),
      descending: page.descending,
      offset: page.offset,
      limit: page.limit,
    })
    return listOf('point_reservations', await rowsOf(ctx, items), total)
  })

  routes.get('/point-reservations/:point_reservation_id', 'both', async (call) => {
    const id = call.pathId('point_reservation_id', 'reservation')
    const { items } = await listReservations(call.ctx, { ids: [id], offset: 0, limit: 1 })
    const hidden = isApp(call) && items[0]?.customerId !== call.session.customerId
    const [row] = hidden ? [] : await rowsOf(call.ctx, items)
    if (!row) throw notFound('point-reservations', call.params.point_reservation_id ?? '')
    return ok(row)
  })
}

async function reserve(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const externalId = body.needText('external_id', { max: 255 })
  const amount = body.needNumber('amount', { min: 0, max: 1_000_000_000 })
  const expiresAt = body.time('expiration_time')
  const unit = await findDefaultUnit(ctx, 'points')
  const minor = toMinor(amount, unit?.scale ?? 0)
  if (body.has('amount') && (minor <= 0 || fromMinor(minor, unit?.scale ?? 0) !== amount)) {
    body.refuse('amount', 'not_allowed_value')
  }
  if (expiresAt && expiresAt <= ctx.clock.now()) body.refuse('expiration_time', 'not_allowed_value')
  const customerId = await customerInBody(call)
  const command = { externalId, customerId, amount: minor, ...(expiresAt ? { expiresAt } : {}) }
  await refusingAmount(points, reservePoints(ctx, command))
  return noContent
}

const states = { held: 1, freed: 0, expired: 2 } as const

async function rowsOf(ctx: Ctx, reservations: readonly Reservation[]) {
  const scales = new Map((await listUnits(ctx)).map((unit) => [unit.id, unit.scale]))
  return reservations.map((one) => ({
    points_reservation_id: idOf(ctx, 'reservation', one.id),
    customer_id: idOf(ctx, 'customer', one.customerId),
    external_id: one.externalId,
    quantity: fromMinor(one.amount, scales.get(one.unitId) ?? 0),
    state: states[one.state],
    expiration: timeOrNull(ctx, one.expiresAt),
  }))
}
