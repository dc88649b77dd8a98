import { type Ctx, makeCtx, type Server, transact } from '../../platform/ctx.ts'
import { dbOf } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { findTenantById } from '../accounts/index.ts'
import { applyOperation, applyOperations, findDefaultUnit } from '../ledger/index.ts'
import * as store from './reservation-store.ts'
import type { Reservation, ReservationQuery } from './types.ts'

export interface Reserve {
  /** The reserving system's own number; a tenant's are unique for ever. */
  readonly externalId: string
  readonly customerId: number
  /** In the default points' smallest part. */
  readonly amount: number
  /** When the points are free again by themselves; never when absent. */
  readonly expiresAt?: Date
}

/** Sets points aside. Refuses unit.not_found, reservation.exists, balance.insufficient, amount.invalid. */
export function reservePoints(ctx: Ctx, command: Reserve): Promise<Reservation> {
  return transact(ctx, async (ctx) => {
    const unit = await findDefaultUnit(ctx, 'points')
    if (!unit) throw new DomainError('unit.not_found', { kind: 'points' })
    if (command.amount <= 0) throw new DomainError('amount.invalid', { amount: command.amount, field: 'amount' })
    const holdKey = `reservation:${ctx.random.hex(16)}`
    const { externalId, customerId, amount } = command
    const row = { externalId, customerId, amount, unitId: unit.id, expiresAt: command.expiresAt ?? null, holdKey }
    const reservation = await store.insertReservation(ctx, row)
    await applyOperation(ctx, { kind: 'hold', key: holdKey, unitId: unit.id, customerId, amount, note: externalId })
    await emitReservation(ctx, reservation, 'reserved')
    return reservation
  })
}

/** Gives reserved points back. Refuses reservation.not_found, also when they are free already. */
export function freePoints(ctx: Ctx, of: { externalId: string }): Promise<void> {
  return transact(ctx, async (ctx) => {
    const reservation = await store.lockReservation(ctx, of)
    if (reservation?.state !== 'held') {
      throw new DomainError('reservation.not_found', { ...of, ...(reservation ? { state: reservation.state } : {}) })
    }
    await release(ctx, reservation, 'freed')
  })
}

async function release(ctx: Ctx, reservation: store.ReservationRow, state: 'freed' | 'expired'): Promise<void> {
  const { holdKey, unitId, customerId, externalId } = reservation
  const key = `${holdKey}:${state}`
  await applyOperation(ctx, { kind: 'release', key, reverses: holdKey, unitId, customerId, note: externalId })
  await store.updateReservation(ctx, { ...reservation, state })
  await emitReservation(ctx, reservation, state)
}

/** By id; `total` counts all that match. One whose time is over reads as expired, before the sweep has come by, too. */
export async function listReservations(
  ctx: Ctx,
  query: ReservationQuery,
): Promise<{ items: Reservation[]; total: number }> {
  const { items, total } = await store.selectReservations(ctx, query)
  const now = ctx.clock.now()
  const isOver = (one: Reservation) => one.state === 'held' && one.expiresAt !== null && one.expiresAt <= now
  return { items: items.map((one) => (isOver(one) ? { ...one, state: 'expired' } : one)), total }
}

/** Frees at most `limit` reservations of any tenant whose time is over, each in its own transaction. Answers how many were due. */
export async function expireReservations(server: Server, limit: number): Promise<number> {
  const now = server.clock.now()
  const due = await store.selectDueReservations(dbOf(server.pool), { now, limit })
  for (const { tenantId, id } of due) {
    const tenant = await findTenantById(server, tenantId)
    if (!tenant) continue
    const ctx = makeCtx(server, tenant, { kind: 'job', id: 'reservations', via: 'reservations' })
    await transact(ctx, async (ctx) => {
      const reservation = await store.lockReservation(ctx, { id })
      if (reservation?.state === 'held') await release(ctx, reservation, 'expired')
    })
  }
  return due.length
}

/** For a merge: what is held moves with the balances. Answers the ids, for `suspendReservations`. */
export function moveReservationsOf(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return store.moveReservationRows(ctx, move)
}

/**
 * Before a merge is undone: what is held stays with the survivor there, so reservations that came with the merge are
 * released, and held anew for their owner by `resumeReservations` once the balances are back.
 */
export async function suspendReservations(ctx: Ctx, ids: readonly number[]): Promise<number[]> {
  const suspended: number[] = []
  for (const id of ids) {
    const reservation = await store.lockReservation(ctx, { id })
    if (reservation?.state !== 'held') continue
    const { holdKey, unitId, customerId } = reservation
    await applyOperation(ctx, { kind: 'release', key: `${holdKey}:moved`, reverses: holdKey, unitId, customerId })
    suspended.push(id)
  }
  return suspended
}

/** All of them belong to that customer again; those whose points were spent meanwhile are free. */
export async function resumeReservations(
  ctx: Ctx,
  of: { customerId: number; ids: readonly number[]; suspended: readonly number[] },
): Promise<void> {
  for (const id of of.ids) {
    const reservation = await store.lockReservation(ctx, { id })
    if (!reservation) continue
    const { customerId } = of
    if (!of.suspended.includes(id)) {
      await store.updateReservation(ctx, { ...reservation, customerId })
      continue
    }
    const holdKey = `reservation:${ctx.random.hex(16)}`
    const { unitId, amount } = reservation
    const [held] = await applyOperations(ctx, [{ kind: 'hold', key: holdKey, unitId, customerId, amount }])
    const isHeld = held !== undefined && !('refused' in held)
    await store.updateReservation(ctx, {
      ...reservation,
      customerId,
      holdKey: isHeld ? holdKey : reservation.holdKey,
      state: isHeld ? 'held' : 'freed',
    })
  }
}

function emitReservation(ctx: Ctx, { id, customerId, amount }: Reservation, operation: string): Promise<void> {
  return emitChanges(ctx, [{ entity: 'reservation', entityId: id, customerId, operation, data: { amount } }])
}
