import type { Ctx } from '../../platform/ctx.ts'
import { type Db, joinSql, sql, violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Reservation, ReservationQuery } from './types.ts'

const columns = sql`id, external_id as "externalId", customer_id as "customerId", unit_id as "unitId", amount, state,
  hold_key as "holdKey", expires_at as "expiresAt", created_at as "createdAt"`

/** With the key of its hold. */
export interface ReservationRow extends Reservation {
  readonly holdKey: string
}

/** Refuses reservation.exists. */
export async function insertReservation(
  ctx: Ctx,
  given: Pick<ReservationRow, 'externalId' | 'customerId' | 'unitId' | 'amount' | 'expiresAt' | 'holdKey'>,
): Promise<ReservationRow> {
  const now = ctx.clock.now()
  try {
    const [row] = await ctx.db.query<ReservationRow>(sql`
      insert into point_reservations (tenant_id, external_id, customer_id, unit_id, amount, hold_key, expires_at, created_at, updated_at)
      values (${ctx.tenant.id}, ${given.externalId}, ${given.customerId}, ${given.unitId}, ${given.amount}, ${given.holdKey},
              ${given.expiresAt}, ${now}, ${now})
      returning ${columns}`)
    return row as ReservationRow // an insert without conflict clause returns its row
  } catch (error) {
    if (!violates(error, 'point_reservations_external_id_key')) throw error
    throw new DomainError('reservation.exists', { externalId: given.externalId }, { cause: error })
  }
}

export async function lockReservation(
  ctx: Ctx,
  by: { externalId: string } | { id: number },
): Promise<ReservationRow | undefined> {
  const condition = 'id' in by ? sql`id = ${by.id}` : sql`external_id = ${by.externalId}`
  const [row] = await ctx.db.query<ReservationRow>(sql`
    select ${columns} from point_reservations where tenant_id = ${ctx.tenant.id} and ${condition} for update`)
  return row
}

export async function updateReservation(
  ctx: Ctx,
  change: Pick<ReservationRow, 'id' | 'state' | 'customerId' | 'holdKey'>,
): Promise<void> {
  await ctx.db.query(sql`
    update point_reservations set state = ${change.state}, customer_id = ${change.customerId}, hold_key = ${change.holdKey},
           updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${change.id}`)
}

export async function selectReservations(
  ctx: Ctx,
  query: ReservationQuery,
): Promise<{ items: ReservationRow[]; total: number }> {
  const parts = [sql`tenant_id = ${ctx.tenant.id}`]
  if (query.ids) parts.push(sql`id = any(${query.ids}::bigint[])`)
  if (query.customerId !== undefined) parts.push(sql`customer_id = ${query.customerId}`)
  if (query.externalId !== undefined) parts.push(sql`external_id = ${query.externalId}`)
  const where = joinSql(parts, ' and ')
  const order = query.descending ? sql`desc` : sql`asc`
  const items = await ctx.db.query<ReservationRow>(sql`
    select ${columns} from point_reservations where ${where} order by id ${order} offset ${query.offset} limit ${query.limit}`)
  const [count] = await ctx.db.query<{ total: number }>(
    sql`select count(*)::bigint as total from point_reservations where ${where}`,
  )
  return { items, total: count?.total ?? 0 }
}

/** Of every tenant: the sweep's work list. */
export function selectDueReservations(
  db: Db,
  query: { now: Date; limit: number },
): Promise<{ tenantId: number; id: number }[]> {
  return db.query(sql`
    select tenant_id as "tenantId", id from point_reservations
     where state = 'held' and expires_at <= ${query.now} order by expires_at limit ${query.limit}`)
}

export async function moveReservationRows(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update point_reservations set customer_id = ${move.intoId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}
