import type { Ctx } from '../../../platform/ctx.ts'
import { type Db, type Sql, sql } from '../../../platform/db.ts'
import type { Minor } from '../../../platform/money.ts'
import type { Charge } from '../types.ts'

const chargeColumns = sql`id, programme_id as "programmeId", kind, amount, every, period, only_dormant as "onlyDormant",
  per_earning as "perEarning", name, starts_at as "startsAt"`

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
    insert into programme_charges (tenant_id, programme_id, kind, amount, every, period, only_dormant, per_earning, name, starts_at)
    values (${ctx.tenant.id}, ${charge.programmeId}, ${charge.kind}, ${charge.amount}, ${charge.every}, ${charge.period},
      ${charge.onlyDormant}, ${charge.perEarning}, ${charge.name}, ${charge.startsAt})
    returning ${chargeColumns}`)
  return row as Charge // an insert without conflict clause returns its row
}

export async function updateChargeRow(ctx: Ctx, charge: Charge, state: 'active' | 'deleted'): Promise<void> {
  await ctx.db.query(sql`
    update programme_charges set amount = ${charge.amount}, every = ${charge.every}, period = ${charge.period},
           only_dormant = ${charge.onlyDormant}, per_earning = ${charge.perEarning}, name = ${charge.name}, state = ${state}
     where tenant_id = ${ctx.tenant.id} and id = ${charge.id}`)
}

/** A charge that has become due for a customer, and when. */
export interface Due {
  readonly chargeId: number
  readonly customerId: number
  readonly at: Date
}

const interval = sql`(c.every || ' ' || c.period)::interval`

/** Of an earning `e`. In milliseconds, as it comes back here: what is charged up to it must not be due again. */
const dueOfEarning = sql`date_trunc('milliseconds', greatest(e.occurred_at, c.starts_at) + ${interval})`

/**
 * The next due moment of each charge and customer with a balance, where it is not after now. Counted from the last one, else from
 * when the customer first had something; a charge on the dormant counts from what they last did, one of each earning from that. By
 * customer, so that a walk over all of them looks at each once.
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
       select case
         when c.per_earning then (
           select min(${dueOfEarning}) from lots l join postings e on e.tenant_id = l.tenant_id and e.id = l.posting_id
            where l.tenant_id = c.tenant_id and l.account_id = a.id and l.is_open
              and ${dueOfEarning} > coalesce(d.charged_until, '-infinity'))
         when c.only_dormant then greatest(c.starts_at, done.last, d.charged_until) + ${interval}
         else coalesce(d.charged_until, greatest(c.starts_at, done.first)) + ${interval} end as at) due
     where c.tenant_id = ${ctx.tenant.id} and c.state = 'active' and due.at <= ${ctx.clock.now()}
       and (${of.chargeId}::bigint is null or c.id = ${of.chargeId}::bigint)
       and (a.customer_id, c.id) > (${of.after.customerId}::bigint, ${of.after.chargeId}::bigint)
     order by a.customer_id, c.id limit ${of.limit}`)
}

/** The customer's earnings that become due at this very moment, with what is left of each. */
export function selectDueEarnings(
  ctx: Ctx,
  due: Due,
): Promise<{ readonly lotId: number; readonly amount: Minor; readonly remaining: Minor }[]> {
  return ctx.db.query(sql`
    select l.id as "lotId", l.amount, l.remaining
      from programme_charges c
      join programmes p on p.tenant_id = c.tenant_id and p.id = c.programme_id
      join ledger_accounts a on a.tenant_id = c.tenant_id and a.unit_id = p.unit_id and a.role = 'available'
       and a.spend_condition = '' and a.customer_id = ${due.customerId}
      join lots l on l.tenant_id = a.tenant_id and l.account_id = a.id and l.is_open
      join postings e on e.tenant_id = l.tenant_id and e.id = l.posting_id
     where c.tenant_id = ${ctx.tenant.id} and c.id = ${due.chargeId} and ${dueOfEarning} = ${due.at}
     order by l.id`)
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
