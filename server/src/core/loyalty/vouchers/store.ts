import type { Ctx } from '../../../platform/ctx.ts'
import { sql, violates } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Voucher, VoucherId } from '../engine/types.ts'

export const voucherColumns = sql`v.id, v.reward_id as "rewardId", v.code, v.customer_id as "customerId", v.store_id as "storeId", v.state,
  v.value_minor as "valueMinor", v.bearer_id as "bearerId", v.note, v.valid_from as "validFrom", v.valid_to as "validTo",
  v.cost_key as "costKey", v.applied_at as "appliedAt", v.applied_store_id as "appliedStoreId", v.purchase_id as "purchaseId",
  v.data, v.created_at as "createdAt", v.updated_at as "updatedAt"`

/** Those that count, by their codes in any case of letters. Locked ones in one order for everybody. */
export function selectVouchersByCodes(ctx: Ctx, codes: readonly string[], lock: boolean): Promise<Voucher[]> {
  return ctx.db.query<Voucher>(sql`
    select ${voucherColumns} from vouchers v
     where v.tenant_id = ${ctx.tenant.id} and lower(v.code) = any (${codes.map((code) => code.toLowerCase())}::text[])
       and v.state <> 'cancelled'
     order by v.id ${lock ? sql`for no key update` : sql``}`)
}

/** The youngest cancelled one of each code: what a till is told of a code that nothing else has. */
export function selectCancelledByCodes(ctx: Ctx, codes: readonly string[]): Promise<Voucher[]> {
  return ctx.db.query<Voucher>(sql`
    select distinct on (lower(v.code)) ${voucherColumns} from vouchers v
     where v.tenant_id = ${ctx.tenant.id} and lower(v.code) = any (${codes.map((code) => code.toLowerCase())}::text[])
       and v.state = 'cancelled'
     order by lower(v.code), v.id desc`)
}

export async function selectVouchersByIds(ctx: Ctx, ids: readonly number[], lock = false): Promise<Voucher[]> {
  if (ids.length === 0) return []
  return ctx.db.query<Voucher>(sql`
    select ${voucherColumns} from vouchers v where v.tenant_id = ${ctx.tenant.id} and v.id = any (${ids}::bigint[])
     order by v.id ${lock ? sql`for no key update` : sql``}`)
}

/** The same call at the same moment waits here, and then finds what the first one made. */
export async function lockIssueKey(ctx: Ctx, key: string): Promise<void> {
  await ctx.db.query(sql`select pg_advisory_xact_lock(hashtextextended(${`voucher:${ctx.tenant.id}:${key}`}::text, 0))`)
}

export async function selectVoucherByIssueKey(ctx: Ctx, key: string): Promise<Voucher | undefined> {
  const rows = await ctx.db.query<Voucher>(
    sql`select ${voucherColumns} from vouchers v where v.tenant_id = ${ctx.tenant.id} and v.issue_key = ${key}`,
  )
  return rows[0]
}

/** The number of a voucher before it is written: its postings are named after it. */
export async function drawVoucherId(ctx: Ctx): Promise<VoucherId> {
  const [row] = await ctx.db.query<{ id: number }>(sql`select nextval('entity_id') as id`)
  return (row?.id ?? 0) as VoucherId // a sequence always answers
}

export type NewVoucher = Omit<Voucher, 'createdAt' | 'updatedAt'> & { readonly issueKey: string | null }

/** Undefined when another voucher that counts has the code. The caller has locked the issue key. */
export async function insertVoucher(ctx: Ctx, voucher: NewVoucher): Promise<Voucher | undefined> {
  const now = ctx.clock.now()
  const rows = await ctx.db.query<Voucher>(sql`
    insert into vouchers as v (tenant_id, id, reward_id, code, customer_id, store_id, state, value_minor, bearer_id, note, valid_from, valid_to,
                               cost_key, applied_at, applied_store_id, purchase_id, data, issue_key, created_at, updated_at)
    values (${ctx.tenant.id}, ${voucher.id}, ${voucher.rewardId}, ${voucher.code}, ${voucher.customerId}, ${voucher.storeId}, ${voucher.state},
      ${voucher.valueMinor}, ${voucher.bearerId}, ${voucher.note}, ${voucher.validFrom}, ${voucher.validTo}, ${voucher.costKey},
      ${voucher.appliedAt}, ${voucher.appliedStoreId}, ${voucher.purchaseId}, ${JSON.stringify(voucher.data)}::jsonb, ${voucher.issueKey},
      ${now}, ${now})
    on conflict do nothing
    returning ${voucherColumns}`)
  return rows[0]
}

export async function updateVoucherRow(ctx: Ctx, voucher: Voucher): Promise<Voucher> {
  try {
    const [row] = await ctx.db.query<Voucher>(sql`
      update vouchers v set code = ${voucher.code}, customer_id = ${voucher.customerId}, store_id = ${voucher.storeId}, state = ${voucher.state},
             value_minor = ${voucher.valueMinor}, bearer_id = ${voucher.bearerId}, note = ${voucher.note},
             valid_from = ${voucher.validFrom}, valid_to = ${voucher.validTo}, cost_key = ${voucher.costKey},
             applied_at = ${voucher.appliedAt}, applied_store_id = ${voucher.appliedStoreId}, purchase_id = ${voucher.purchaseId},
             data = ${JSON.stringify(voucher.data)}::jsonb, updated_at = ${ctx.clock.now()}
       where v.tenant_id = ${ctx.tenant.id} and v.id = ${voucher.id} returning ${voucherColumns}`)
    return row as Voucher // the caller has locked the row
  } catch (error) {
    if (!violates(error, 'vouchers_code_key')) throw error
    throw new DomainError('voucher.code_taken', { code: voucher.code }, { cause: error })
  }
}

/** Answers those that were still to be used. */
export async function markAppliedRows(
  ctx: Ctx,
  use: { ids: readonly number[]; purchaseId: number | null; storeId: number | null; at: Date },
): Promise<Voucher[]> {
  return ctx.db.query<Voucher>(sql`
    update vouchers v set state = 'applied', applied_at = ${use.at}, applied_store_id = ${use.storeId}, purchase_id = ${use.purchaseId},
           updated_at = ${ctx.clock.now()}
     where v.tenant_id = ${ctx.tenant.id} and v.id = any (${use.ids}::bigint[]) and v.state = 'issued'
    returning ${voucherColumns}`)
}

/** Those that a purchase used can be used again. */
export async function unapplyRows(ctx: Ctx, use: { ids: readonly number[]; purchaseId: number }): Promise<Voucher[]> {
  return ctx.db.query<Voucher>(sql`
    update vouchers v set state = 'issued', applied_at = null, applied_store_id = null, purchase_id = null, updated_at = ${ctx.clock.now()}
     where v.tenant_id = ${ctx.tenant.id} and v.id = any (${use.ids}::bigint[]) and v.state = 'applied' and v.purchase_id = ${use.purchaseId}
    returning ${voucherColumns}`)
}

/**
 * How many vouchers of a reward were issued since the first day of a period ('' for ever), to one customer and to all; cancelled ones
 * do not count.
 */
export async function countIssued(
  ctx: Ctx,
  of: { rewardId: number; customerId: number | null; customerSince: string; allSince: string },
): Promise<{ customer: number; all: number }> {
  const since = (day: string) =>
    sql`(${day} = '' or created_at >= nullif(${day}::text, '')::date::timestamp at time zone ${ctx.tenant.timeZone}::text)`
  const [row] = await ctx.db.query<{ customer: number; all: number }>(sql`
    select count(*) filter (where customer_id = ${of.customerId}::bigint and ${since(of.customerSince)}) as customer,
           count(*) filter (where ${since(of.allSince)}) as all
      from vouchers where tenant_id = ${ctx.tenant.id} and reward_id = ${of.rewardId} and state <> 'cancelled'`)
  return row ?? { customer: 0, all: 0 }
}

export async function moveVoucherRows(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update vouchers set customer_id = ${move.intoId}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreVoucherRows(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update vouchers set customer_id = ${move.intoId}, updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = any (${move.ids}::bigint[])`)
}

/** Notes and further data may name the person. */
export async function blankVoucherRows(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  await ctx.db.query(sql`
    update vouchers set note = '', data = '{}', updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and customer_id = any (${customerIds}::bigint[])`)
}
