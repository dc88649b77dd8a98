import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { Minor } from '../../platform/money.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { audit } from '../accounts/index.ts'
import { holdAll } from '../customers/index.ts'
import { earnedIn, earnedReachedAt } from '../ledger/index.ts'
import { selectProgrammes } from './store.ts'
import { holds, measureOf, missing, windowsOf } from './tier-rules.ts'
import * as store from './tier-store.ts'
import type { CustomerTier, Programme, Tier, TierStanding } from './types.ts'

export function addTier(ctx: Ctx, tier: Omit<Tier, 'id'>): Promise<Tier> {
  return store.insertTier(ctx, tier)
}

/** By rank, the lowest first. */
export function listTiers(ctx: Ctx, programmeId: number): Promise<Tier[]> {
  return store.selectTiers(ctx, programmeId)
}

/** Changes what it takes to be in a tier; its rank stays. Refuses tier.not_found. */
export function updateTier(
  ctx: Ctx,
  change: { id: number; programmeId: number } & Partial<Pick<Tier, 'name' | 'threshold' | 'settings'>>,
): Promise<Tier> {
  return transact(ctx, async (ctx) => {
    const tier = (await store.selectTiers(ctx, change.programmeId)).find((candidate) => candidate.id === change.id)
    if (!tier) throw new DomainError('tier.not_found', { id: change.id })
    const next = {
      ...tier,
      name: change.name ?? tier.name,
      threshold: change.threshold ?? tier.threshold,
      settings: change.settings ?? tier.settings,
    }
    await store.updateTierRow(ctx, next)
    await emitChanges(ctx, [{ entity: 'tier', entityId: tier.id, operation: 'updated' }])
    return next
  })
}

const nothing: TierStanding = {
  tier: undefined,
  next: undefined,
  manual: undefined,
  earned: 0,
  toNext: 0,
  toKeep: 0,
  keepBy: null,
}

/**
 * The customer's tier in the default programme: the higher one of what was earned and what was given by hand and holds now.
 * `toNext` and `toKeep` are in the measure of the tier that they are about.
 */
export async function tierOf(ctx: Ctx, customerId: number): Promise<TierStanding> {
  const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.isDefault)
  if (!programme) return nothing
  const tiers = await store.selectTiers(ctx, programme.id)
  const amounts = await amountsOf(ctx, { customerId, programme, tiers })
  const byHand = (await store.selectTiersHeld(ctx, { customerIds: [customerId], at: ctx.clock.now() })).at(-1)
  const { tier, isGiven } = currentTier(tiers, amounts.of, byHand)
  const next = tiers.find(
    (candidate) => !candidate.settings.manual && candidate.rank > (tier?.rank ?? Number.NEGATIVE_INFINITY),
  )
  const yearEnd =
    tier?.settings.period?.kind === 'calendar_year'
      ? windowsOf(tier.settings.period, ctx.clock.now(), ctx.tenant.timeZone)[0]?.to
      : null
  return {
    tier,
    next,
    manual: isGiven ? byHand : undefined,
    earned: amounts.everEarned,
    toNext: next ? missing(next, amounts.of(next)).toReach : 0,
    toKeep: tier && !isGiven ? missing(tier, amounts.of(tier)).toKeep : 0,
    keepBy: isGiven ? (byHand?.validTo ?? null) : (yearEnd ?? null),
  }
}

/** The higher one of what amounts reached and what was given by hand. */
function currentTier(
  tiers: readonly Tier[],
  amountsOf: (tier: Tier) => readonly Minor[],
  byHand: CustomerTier | undefined,
): { tier: Tier | undefined; isGiven: boolean } {
  const reached = tiers.findLast((tier) => holds(tier, amountsOf(tier)))
  const given = tiers.find((tier) => tier.id === byHand?.tierId)
  const isGiven = given !== undefined && (reached === undefined || given.rank > reached.rank)
  return { tier: isGiven ? given : reached, isGiven }
}

/** The tiers of many customers, each as `tierOf` tells it; who is in none is absent. */
export async function tiersOf(ctx: Ctx, customerIds: readonly number[]): Promise<ReadonlyMap<number, Tier>> {
  const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.isDefault)
  const tiers = programme ? await store.selectTiers(ctx, programme.id) : []
  if (!programme || tiers.length === 0 || customerIds.length === 0) return new Map()
  const held = await store.selectTiersHeld(ctx, { customerIds, at: ctx.clock.now() })
  const byHand = new Map(held.map((record) => [record.customerId, record]))
  const amounts = await amountsOfMany(ctx, { customerIds, programme, tiers })
  return new Map(
    customerIds.flatMap((id) => {
      const { tier } = currentTier(tiers, (one) => amounts(id, one), byHand.get(id))
      return tier ? [[id, tier]] : []
    }),
  )
}

async function amountsOfMany(
  ctx: Ctx,
  query: { customerIds: readonly number[]; programme: Programme; tiers: readonly Tier[] },
): Promise<(customerId: number, tier: Tier) => readonly Minor[]> {
  const { customerIds, programme, tiers } = query
  const known = new Map<string, Minor[]>()
  for (const [measure, [tier]] of Map.groupBy(tiers, measureOf)) {
    const windows = windowsOf(tier?.settings.period, ctx.clock.now(), ctx.tenant.timeZone)
    const rows =
      tier?.settings.measure === 'spend'
        ? await store.selectSpentIn(ctx, { customerIds, windows, currency: ctx.tenant.currency })
        : await store.selectEarnedOf(ctx, { customerIds, windows, unitId: programme.unitId })
    const own = Map.groupBy(rows, (row) => row.customerId)
    for (const id of customerIds) known.set(`${measure}:${id}`, inEach(windows, own.get(id) ?? []))
  }
  return (customerId, tier) => known.get(`${measureOf(tier)}:${customerId}`) ?? []
}

function inEach(windows: readonly unknown[], rows: readonly store.InWindow[]): Minor[] {
  return windows.map((_, position) => rows.find((row) => row.position === position)?.amount ?? 0)
}

export function isValid(record: CustomerTier, at: Date): boolean {
  return record.validFrom <= at && (record.validTo === null || record.validTo > at)
}

/** What the customer has in the windows of each tier; tiers with one measure are asked for together. */
async function amountsOf(
  ctx: Ctx,
  query: { customerId: number; programme: Programme; tiers: readonly Tier[] },
): Promise<{ everEarned: Minor; of: (tier: Tier) => readonly Minor[] }> {
  const { customerId, programme } = query
  const { unitId } = programme
  const [everEarned = 0] = await earnedIn(ctx, { customerId, unitId, windows: [{ from: null, to: null }] })
  const known = new Map<string, readonly Minor[]>([[JSON.stringify(['points', { kind: 'ever' }]), [everEarned]]])
  for (const tier of query.tiers) {
    const measure = measureOf(tier)
    if (known.has(measure)) continue
    const windows = windowsOf(tier.settings.period, ctx.clock.now(), ctx.tenant.timeZone)
    const bySpend = tier.settings.measure === 'spend'
    known.set(
      measure,
      bySpend
        ? inEach(
            windows,
            await store.selectSpentIn(ctx, { customerIds: [customerId], currency: ctx.tenant.currency, windows }),
          )
        : await earnedIn(ctx, { customerId, unitId, windows }),
    )
  }
  return { everEarned, of: (tier) => known.get(measureOf(tier)) ?? [] }
}

/** When the customer last rose into a tier of the default programme; undefined for a tier that everybody begins in. */
export async function tierReachedAt(ctx: Ctx, customerId: number, tier: Tier): Promise<Date | undefined> {
  const now = ctx.clock.now()
  const byHand = (await store.selectCustomerTiers(ctx, customerId)).findLast((record) => isValid(record, now))
  if (byHand?.tierId === tier.id) return byHand.validFrom
  const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.isDefault)
  return programme && earnedReachedAt(ctx, { customerId, unitId: programme.unitId, amount: tier.threshold })
}

/** What was given to a customer by hand, the oldest first. What is earned is worked out and stands in no record. */
export function listCustomerTiers(ctx: Ctx, customerId: number): Promise<CustomerTier[]> {
  return store.selectCustomerTiers(ctx, customerId)
}

/**
 * Gives a tier by hand, from now on and without an end unless told. What was given by hand before ends there. Refuses
 * customer.not_found, customer.erased, tier.not_found, request.invalid (an end that is not after the beginning).
 */
export function giveTier(
  ctx: Ctx,
  command: { customerId: number; tierId: number; validFrom?: Date; validTo?: Date; note?: string },
): Promise<CustomerTier> {
  return transact(ctx, async (ctx) => {
    const living = (await holdAll(ctx, [command.customerId]))(command.customerId)
    const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.isDefault)
    const tiers = programme ? await store.selectTiers(ctx, programme.id) : []
    const tier = tiers.find((candidate) => candidate.id === command.tierId)
    if (!tier) throw new DomainError('tier.not_found', { id: command.tierId })
    const validFrom = command.validFrom ?? ctx.clock.now()
    const validTo = command.validTo ?? null
    if (validTo && validTo <= validFrom) throw new DomainError('request.invalid', { field: 'validTo' })
    // From here it must succeed.
    await store.endCustomerTiers(ctx, { customerId: living, at: validFrom })
    const note = cleanText(command.note ?? '').trim()
    const record = { customerId: living, tierId: tier.id, validFrom, validTo, origin: 'manual' as const, note }
    const given = await store.insertCustomerTier(ctx, record)
    await announceGiven(ctx, given, { operation: 'tier_given', name: tier.name })
    return given
  })
}

/**
 * What was given by hand and holds now ends; what was earned counts again. Without any it changes nothing. Refuses
 * customer.not_found, customer.erased.
 */
export function takeTierBack(ctx: Ctx, customerId: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const living = (await holdAll(ctx, [customerId]))(customerId)
    const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.isDefault)
    const tiers = programme ? await store.selectTiers(ctx, programme.id) : []
    for (const ended of await store.endCustomerTiers(ctx, { customerId: living, at: ctx.clock.now() })) {
      const name = tiers.find(({ id }) => id === ended.tierId)?.name ?? ''
      await announceGiven(ctx, ended, { operation: 'tier_taken_back', name })
    }
  })
}

/** The note stays out of it: what is told and audited outlives the person's erasure. */
async function announceGiven(
  ctx: Ctx,
  { customerId, tierId, validTo }: CustomerTier,
  { operation, name }: { operation: 'tier_given' | 'tier_taken_back'; name: string },
): Promise<void> {
  const data = { tierId, name }
  await emitChanges(ctx, [{ entity: 'customer', entityId: customerId, customerId, operation, data }])
  await audit(ctx, {
    action: `customer.${operation}`,
    entity: 'customer',
    entityId: customerId,
    data: { ...data, validTo: validTo?.toISOString() ?? null },
  })
}

/** For an erasure: nobody reads any more why these customers were given what they were given. */
export function forgetTierNotes(ctx: Ctx, customerIds: readonly number[]): Promise<void> {
  return store.blankTierNotes(ctx, customerIds)
}

/** For a merge: what was given by hand goes to the survivor. Answers the ids, for `restoreTiersOf`. */
export function moveTiersOf(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return store.moveCustomerTiers(ctx, move)
}

export function restoreTiersOf(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return store.restoreCustomerTiers(ctx, move)
}
