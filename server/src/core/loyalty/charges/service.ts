import { type Ctx, makeCtx, type Server, transact } from '../../../platform/ctx.ts'
import { dbOf, type Pool } from '../../../platform/db.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Minor } from '../../../platform/money.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { onlyGiven } from '../../../platform/records.ts'
import { audit, findTenantById } from '../../accounts/index.ts'
import { availableOf, type Balance, balancesOf, lapse, ownedSince } from '../../ledger/index.ts'
import { getProgramme } from '../service.ts'
import type { Charge } from '../types.ts'
import { chargeOn, checkCharge } from './rules.ts'
import {
  type Due,
  insertCharge,
  lockCharge,
  markCharged,
  selectCharges,
  selectChargingTenants,
  selectDueCharges,
  selectDueEarnings,
  updateChargeRow,
} from './store.ts'

export type ChargeInput = Omit<Charge, 'id' | 'startsAt' | 'name' | 'perEarning'> &
  Partial<Pick<Charge, 'name' | 'perEarning'>>

export function listCharges(ctx: Ctx, programmeId: number): Promise<Charge[]> {
  return selectCharges(ctx, programmeId)
}

/** From now on; nobody is charged for the time before. Refuses programme.not_found, programme.wrong_kind, request.invalid. */
export function createCharge(ctx: Ctx, input: ChargeInput): Promise<Charge> {
  checkCharge(input)
  return transact(ctx, async (ctx) => {
    const programme = await getProgramme(ctx, input.programmeId)
    // Pieces of several items have no balance together.
    if (programme.kind === 'items') throw new DomainError('programme.wrong_kind', { programmeId: programme.id })
    const charge = await insertCharge(ctx, { name: null, perEarning: false, ...input, startsAt: ctx.clock.now() })
    await announce(ctx, charge, 'created')
    return charge
  })
}

/** What has become due before is charged by the old terms at the latest moment. Refuses charge.not_found, request.invalid. */
export function updateCharge(
  ctx: Ctx,
  change: { id: number; programmeId: number; patch: Partial<Omit<ChargeInput, 'programmeId' | 'kind'>> },
): Promise<Charge> {
  return transact(ctx, async (ctx) => {
    const charge = { ...(await lockOwn(ctx, change)), ...onlyGiven(change.patch) }
    checkCharge(charge)
    await updateChargeRow(ctx, charge, 'active')
    await announce(ctx, charge, 'updated')
    return charge
  })
}

/** What was charged stays charged. Refuses charge.not_found. */
export function deleteCharge(ctx: Ctx, of: { id: number; programmeId: number }): Promise<Charge> {
  return transact(ctx, async (ctx) => {
    const charge = await lockOwn(ctx, of)
    await updateChargeRow(ctx, charge, 'deleted')
    await announce(ctx, charge, 'deleted')
    return charge
  })
}

async function lockOwn(ctx: Ctx, of: { id: number; programmeId: number }): Promise<Charge> {
  const charge = Number.isSafeInteger(of.id) ? await lockCharge(ctx, of.id) : undefined
  if (charge?.programmeId !== of.programmeId) throw new DomainError('charge.not_found', { id: of.id })
  return charge
}

async function announce(ctx: Ctx, charge: Charge, operation: 'created' | 'updated' | 'deleted'): Promise<void> {
  await emitChanges(ctx, [{ entity: 'programme', entityId: charge.programmeId, operation: 'updated' }])
  const { id, kind, amount, every, period } = charge
  await audit(ctx, {
    action: `charge.${operation}`,
    entity: 'charge',
    entityId: id,
    data: { kind, amount, every, period },
  })
}

/**
 * Takes off these customers' balances what has become due: before a balance is shown or spent, so that nobody waits for the
 * job. Each due moment is charged once, on what of the balance was there at that moment.
 */
export async function settleCharges(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  if (!(await mayCharge(ctx))) return
  await chargeAll(ctx, { customerIds, batch: customerIds.length * maxChargesEach })
}

const maxChargesEach = 20

/** The customer's balances of every unit as they are now: what balances that are shown are read with. */
export async function balancesAfterCharges(ctx: Ctx, customerId: number): Promise<Balance[]> {
  await settleCharges(ctx, [customerId])
  return balancesOf(ctx, customerId)
}

/** The same of one unit, for many customers. */
export async function availableAfterCharges(
  ctx: Ctx,
  of: { unitId: number; customerIds: readonly number[] },
): Promise<ReadonlyMap<number, Minor>> {
  await settleCharges(ctx, of.customerIds)
  return availableOf(ctx, of)
}

// Until when a tenant that had no charges need not be asked again. A charge falls due a day after it was set up at the earliest, so
// that one set up meanwhile is in time for its first moment: shops without charges, which is most of them, pay nothing for this.
const quietTenants = new WeakMap<Pool, Map<number, number>>()
const quietMs = 3_600_000
const maxQuietTenants = 10_000

async function mayCharge(ctx: Ctx): Promise<boolean> {
  const quiet = quietTenants.get(ctx.pool) ?? new Map<number, number>()
  const now = ctx.clock.now().getTime()
  const left = (quiet.get(ctx.tenant.id) ?? 0) - now
  if (left > 0 && left <= quietMs) return false
  if ((await selectCharges(ctx, null)).length > 0) return true
  if (quiet.size >= maxQuietTenants) quiet.clear()
  quietTenants.set(ctx.pool, quiet.set(ctx.tenant.id, now + quietMs))
  return false
}

/** The same for everybody of every tenant, in batches, until a signal stops it; answers how many charges had become due. */
export async function settleAllCharges(
  server: Server,
  options: { batch: number; signal?: AbortSignal },
): Promise<number> {
  let charged = 0
  for (const tenantId of await selectChargingTenants(dbOf(server.pool))) {
    const tenant = await findTenantById(server, tenantId)
    if (!tenant) continue
    const ctx = makeCtx(server, tenant, { kind: 'job', id: 'settle_charges', via: 'jobs' })
    charged += await chargeAll(ctx, { customerIds: null, ...options })
  }
  return charged
}

interface Charging {
  readonly customerIds: readonly number[] | null
  readonly batch: number
  readonly signal?: AbortSignal
}

async function chargeAll(ctx: Ctx, { customerIds, batch, signal }: Charging): Promise<number> {
  let charged = 0
  for (let after = { customerId: 0, chargeId: 0 }; !signal?.aborted; ) {
    const due = await selectDueCharges(ctx, { customerIds, chargeId: null, after, limit: batch })
    for (const one of due) await transact(ctx, (ctx) => chargeOne(ctx, one))
    charged += due.length
    const last = due.at(-1)
    if (!last || due.length < batch) break
    after = last
  }
  return charged
}

/** A daily charge of ten years at most: what is left is due the next time. */
const maxMoments = 4_000

/** Every due moment of one charge, in their order: each works on what the one before left. */
async function chargeOne(ctx: Ctx, { chargeId, customerId }: Due): Promise<void> {
  const charge = (await selectCharges(ctx, null)).find((one) => one.id === chargeId)
  if (!charge) return
  const { unitId } = await getProgramme(ctx, charge.programmeId)
  for (let moment = 0; moment < maxMoments; moment++) {
    // Locks the account first: who waited for it sees what the other charged.
    const owned = (at: Date) => ownedSince(ctx, { unitId, customerId, at })
    await owned(ctx.clock.now())
    const [due] = await selectDueCharges(ctx, {
      customerIds: [customerId],
      chargeId,
      after: { customerId: 0, chargeId: 0 },
      limit: 1,
    })
    if (!due) return
    const parts = charge.perEarning
      ? await partsOfEarnings(ctx, charge, due)
      : [{ key: '', amount: chargeOn(charge, await owned(due.at)) }]
    for (const { key, ...part } of parts) {
      if (part.amount <= 0) continue
      await lapse(ctx, {
        ...part,
        key: `charge:${chargeId}:${customerId}:${due.at.toISOString()}${key}`,
        unitId,
        customerId,
        programmeId: charge.programmeId,
        note: charge.name ?? charge.kind,
        data: { chargeId },
        occurredAt: due.at,
      })
    }
    await markCharged(ctx, due)
  }
}

/** Of each earning a share of what it was, as far as it is still there. */
async function partsOfEarnings(
  ctx: Ctx,
  charge: Charge,
  due: Due,
): Promise<{ key: string; lotId: number; amount: Minor }[]> {
  const earnings = await selectDueEarnings(ctx, due)
  return earnings.map(({ lotId, amount, remaining }) => ({
    key: `:${lotId}`,
    lotId,
    amount: Math.min(remaining, chargeOn(charge, amount)),
  }))
}
