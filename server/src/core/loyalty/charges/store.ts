import type { Ctx } from '../../../platform/ctx.ts'
import { type Db, type Sql, sql } from '../../../platform/db.ts'
import type { Charge } from '../types.ts'

const chargeColumns = sql`id, programme_id as "programmeId", kind, amount, every, period, only_dormant as "onlyDormant",
  starts_at as "startsAt"`

/** Of one programme, or of all of them. */
export function selectCharges(ctx: Ctx, programmeId: number | null): Promise<Charge[]> {
  return ctx.db.query<Charge>(sql`
    select ${chargeColumns} from programme_charges
     where tenant_id = ${ctx.tenant.id} and state = 'active'
       and (${programmeId}::bigint is null or programme_id = ${programmeId}::bigint) order by id`)
}

export async function lockCharge(ctx: Ctx, id: number): Promise<Charge | undefined> {
  const [row] = await ctx.db.query<Charge>(sql`
    select ${chargeColumns} from programme_charges
     where tenant_id = ${ctx.tenant.id} and id = ${id} and state = 'active' for update`)
  return row
}

export async function insertCharge(ctx: Ctx, charge: Omit<Charge, 'id'>): Promise<Charge> {
  const [row] = await ctx.db.query<Charge>(sql`
    insert into programme_charges (tenant_id, programme_id, kind, amount, every, period, only_dormant, starts_at)
    values (${ctx.tenant.id}, ${charge.programmeId}, ${charge.kind}, ${charge.amount}, ${charge.every}, ${charge.period},
      ${charge.onlyDormant}, ${charge.startsAt})
    returning ${chargeColumns}`)
  return row as Charge // an insert without conflict clause returns its row
}

export async function updateChargeRow(ctx: Ctx, charge: Charge, state: 'active' | 'deleted'): Promise<void> {
  await ctx.db.query(sql`
    update programme_charges set amount = ${charge.amount}, every = ${charge.every}, period = ${charge.period},
           only_dormant = ${charge.onlyDormant}, state = ${state}
     where tenant_id = ${ctx.tenant.id} and id = ${charge.id}`)
}

/** A charge that has become due for a customer, and when. */
export interface Due {
  readonly chargeId: number
  readonly customerId: number
  readonly at: Date
}

/**
 * The next due moment of each charge and customer with a balance, where it is not after now. Counted from the last one, else from
 * when the customer first had something; a charge on the dormant counts from what they last did. By customer, so that a walk over
 * all of them looks at each once.
 */
export function selectDueCharges(
  ctx: Ctx,
  of: {
    customerIds: readonly number[] | null
    chargeId: number | null
    /** The last one seen. */
    after: Pick<Due, 'customerId' | 'chargeId'>
    limit: number
  },
): Promise<Due[]> {
  const customers: Sql = of.customerIds === null ? sql`` : sql`and a.customer_id = any(${of.customerIds}::bigint[])`
  return ctx.db.query<Due>(sql`
    select c.id as "chargeId", a.customer_id as "customerId", due.at
      from programme_charges c
      join programmes p on p.tenant_id = c.tenant_id and p.id = c.programme_id and p.state = 'active'
      join ledger_accounts a on a.tenant_id = c.tenant_id and a.unit_id = p.unit_id and a.role = 'available'
       and a.spend_condition = '' and a.balance > 0 ${customers}
      left join charges_done d on d.tenant_id = c.tenant_id and d.charge_id = c.id and d.customer_id = a.customer_id
     cross join lateral (
       select min(o.occurred_at) as first, max(o.occurred_at) filter (where o.kind in ('earn', 'spend', 'capture')) as last
         from postings o where o.tenant_id = c.tenant_id and o.customer_id = a.customer_id and o.unit_id = p.unit_id) done
     cross join lateral (
       select case when c.only_dormant then greatest(c.starts_at, done.last, d.charged_until)
         else coalesce(d.charged_until, greatest(c.starts_at, done.first)) end
         + (c.every || ' ' || c.period)::interval as at) due
     where c.tenant_id = ${ctx.tenant.id} and c.state = 'active' and due.at <= ${ctx.clock.now()}
       and (${of.chargeId}::bigint is null or c.id = ${of.chargeId}::bigint)
       and (a.customer_id, c.id) > (${of.after.customerId}::bigint, ${of.after.chargeId}::bigint)
     order by a.customer_id, c.id limit ${of.limit}`)
}

export async function markCharged(ctx: Ctx, due: Due): Promise<void> {
  await ctx.db.query(sql`
    insert into charges_done (tenant_id, charge_id, customer_id, charged_until)
    values (${ctx.tenant.id}, ${due.chargeId}, ${due.customerId}, ${due.at})
    on conflict (tenant_id, charge_id, customer_id) do update set charged_until = excluded.charged_until`)
}

/** Who has charges at all, over all tenants: the sweep's work list. */
export async function selectChargingTenants(db: Db): Promise<number[]> {
  const rows = await db.query<{ id: number }>(
    sql`select distinct tenant_id as id from programme_charges where state = 'active' order by tenant_id`,
  )
  return rows.map(({ id }) => id)
}
