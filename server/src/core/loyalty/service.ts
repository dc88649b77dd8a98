import { type Ctx, transact } from '../../platform/ctx.ts'
import { violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { currencyScale, type Minor } from '../../platform/money.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { addUnit, applyOperation, findDefaultUnit, type Posted, type Unit } from '../ledger/index.ts'
import { insertItem, selectItems } from './items/store.ts'
import { promotionBonus } from './promotions.ts'
import { bumpRuleBook } from './rules/book-store.ts'
import { pointsFor, pointsToPay, valueOfPoints } from './rules.ts'
import { insertProgramme, selectProgrammes, updateProgrammeRow } from './store.ts'
import type { Programme, ProgrammeSettings } from './types.ts'

/** All programmes but deleted ones, in the order they were made. */
export async function listProgrammes(ctx: Ctx, filter: { state?: Programme['state'] } = {}): Promise<Programme[]> {
  const programmes = await selectProgrammes(ctx)
  return filter.state ? programmes.filter((programme) => programme.state === filter.state) : programmes
}

/** Refuses programme.not_found. */
export async function getProgramme(ctx: Ctx, id: number): Promise<Programme> {
  const programme = (await selectProgrammes(ctx)).find((candidate) => candidate.id === id)
  if (!programme) throw new DomainError('programme.not_found', { programmeId: id })
  return programme
}

/** The programme that purchases earn in. */
export async function findDefaultProgramme(ctx: Ctx): Promise<Programme | undefined> {
  return (await selectProgrammes(ctx)).find((programme) => programme.isDefault)
}

/** On a unit that is there. One that counts pieces counts those of its unit. */
export function createProgramme(
  ctx: Ctx,
  programme: Omit<Programme, 'id' | 'createdAt' | 'state'>,
): Promise<Programme> {
  return transact(ctx, async (ctx) => {
    const created = await makeProgramme(ctx, programme)
    if (created.kind === 'items') await insertItem(ctx, { programmeId: created.id, unitId: created.unitId, needed: 1 })
    return created
  })
}

function makeProgramme(ctx: Ctx, programme: Omit<Programme, 'id' | 'createdAt' | 'state'>): Promise<Programme> {
  return transact(ctx, async (ctx) => {
    const created = await insertProgramme(ctx, programme)
    await bumpRuleBook(ctx)
    await emitChanges(ctx, [{ entity: 'programme', entityId: created.id, operation: 'created' }])
    return created
  })
}

/**
 * Opens a programme with a unit of its own, or on the unit of another one of its kind: the two are then one balance. Refuses
 * programme.not_found, programme.wrong_kind.
 */
export function openProgramme(
  ctx: Ctx,
  input: Pick<Programme, 'kind' | 'name' | 'settings'> & { readonly sharesWith?: number },
): Promise<Programme> {
  return transact(ctx, async (ctx) => {
    const { sharesWith, ...rest } = input
    const other = sharesWith === undefined ? undefined : await getProgramme(ctx, sharesWith)
    if (other && other.kind !== input.kind) throw new DomainError('programme.wrong_kind', { programmeId: other.id })
    const unitId = other?.unitId ?? (await addUnitFor(ctx, input)).id
    return makeProgramme(ctx, { ...rest, unitId, isDefault: false })
  })
}

const unitKinds = {
  points: 'points',
  stored_value: 'money',
  fixed_reward: 'money',
  visits: 'visits',
  items: 'items',
} as const

async function addUnitFor(ctx: Ctx, { kind, name }: Pick<Programme, 'kind' | 'name'>): Promise<Unit> {
  const unitKind = unitKinds[kind]
  const isMoney = unitKind === 'money'
  const currency = isMoney ? ctx.tenant.currency : null
  const points = unitKind === 'points' ? await findDefaultUnit(ctx, 'points') : undefined
  const scale = currency === null ? (points?.scale ?? 0) : currencyScale(currency)
  return addUnit(ctx, { kind: unitKind, code: `unit-${ctx.random.hex(8)}`, name, currency, scale, isDefault: false })
}

/** Refuses programme.not_found, and programme.is_default for the end of the one that purchases earn in. */
export function updateProgramme(
  ctx: Ctx,
  change: { id: number; name?: string; settings?: ProgrammeSettings; state?: Programme['state'] },
): Promise<Programme> {
  return transact(ctx, async (ctx) => {
    const programme = await getProgramme(ctx, change.id)
    if (programme.isDefault && change.state === 'deleted')
      throw new DomainError('programme.is_default', { programmeId: programme.id })
    const next = {
      ...programme,
      name: change.name ?? programme.name,
      settings: change.settings ?? programme.settings,
      state: change.state ?? programme.state,
    }
    await updateProgrammeRow(ctx, next)
    await bumpRuleBook(ctx)
    await emitChanges(ctx, [{ entity: 'programme', entityId: next.id, operation: 'updated' }])
    return next
  })
}

/** What points of a programme pay for, in minor units of the tenant's currency. */
export function pointsValue(ctx: Ctx, programme: Programme, points: Minor): Minor {
  return valueOfPoints(programme.settings, points, currencyScale(ctx.tenant.currency))
}

/** How many points of a programme pay an amount of the tenant's currency. */
export function pointsForPayment(ctx: Ctx, programme: Programme, amountMinor: Minor): Minor {
  return pointsToPay(programme.settings, amountMinor, currencyScale(ctx.tenant.currency))
}

export interface Activity {
  readonly programmeId: number
  readonly customerId: number
  /** Unique for ever: a retry changes nothing. */
  readonly key: string
  /** points and stored_value: the money spent or put on, in minor units of the tenant's currency. */
  readonly amountMinor?: Minor
  /** items: how many pieces; 1 when absent. */
  readonly quantity?: number
  /** So much of what the programme counts (points, minor units of money, visits, pieces), whatever its terms say of an entry. */
  readonly units?: Minor
  /** points: a fixed bonus on top of what the amount earns. */
  readonly bonusPoints?: Minor
  /** points: what was promised for this time (an earning rule on request). */
  readonly promotionId?: number
  /** items: which one; the programme's first when absent. */
  readonly itemUnitId?: number
  readonly note?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** When it happened, if not now. */
  readonly occurredAt?: Date
}

/**
 * A cashier's entry in a programme: points for an amount, money put on, a fixed reward, a visit, pieces of an item.
 * Refuses programme.not_found, programme.inactive, rule.not_found, rule.not_in_force, item.not_found, and amount.invalid where nothing
 * would be earned.
 */
export async function recordActivity(ctx: Ctx, activity: Activity): Promise<Posted & { programme: Programme }> {
  const { programme, unitId, amount, bonus } = await weighActivity(ctx, activity)
  const { promotionId } = activity
  const { expiresAfterDays, activatesAfterDays } = programme.settings
  const posted = await applyOperation(ctx, {
    kind: 'earn',
    key: activity.key,
    unitId,
    customerId: activity.customerId,
    programmeId: programme.id,
    amount,
    note: activity.note,
    ...(activity.occurredAt ? { occurredAt: activity.occurredAt } : {}),
    data: {
      ...activity.data,
      ...(promotionId === undefined ? {} : { promotionId, bonus }),
      ...(activity.amountMinor === undefined ? {} : { originalAmountMinor: activity.amountMinor }),
    },
    ...(expiresAfterDays ? { expiresAt: daysFromNow(ctx, expiresAfterDays) } : {}),
    ...(activatesAfterDays ? { activatesAt: daysFromNow(ctx, activatesAfterDays) } : {}),
  })
  return { ...posted, programme }
}

export interface ActivityWorth {
  readonly programme: Programme
  readonly unitId: number
  readonly amount: Minor
  /** What a promotion adds, in the amount. */
  readonly bonus: Minor
}

/** What `recordActivity` would give, without giving it. Refuses what it refuses. */
export async function weighActivity(ctx: Ctx, activity: Omit<Activity, 'key' | 'customerId'>): Promise<ActivityWorth> {
  const programme = await getActiveProgramme(ctx, activity.programmeId)
  const basic = activity.units ?? activityAmount(ctx, programme, activity)
  const { promotionId } = activity
  const bonus = promotionId === undefined ? 0 : await promotionBonus(ctx, { programme, promotionId, basic })
  const amount = basic + bonus
  if (amount <= 0) throw new DomainError('amount.invalid', { amount: activity.amountMinor ?? 0, field: 'amount' })
  return { programme, unitId: await unitOfItem(ctx, programme, activity.itemUnitId), amount, bonus }
}

function activityAmount(
  ctx: Ctx,
  programme: Programme,
  activity: Pick<Activity, 'amountMinor' | 'bonusPoints' | 'quantity'>,
): Minor {
  switch (programme.kind) {
    case 'points': {
      const rate = programme.settings.pointsPerUnit ?? 1
      const earned = pointsFor({
        amountMinor: activity.amountMinor ?? 0,
        currencyScale: currencyScale(ctx.tenant.currency),
        rate,
      })
      return earned + (activity.bonusPoints ?? 0)
    }
    case 'stored_value':
      return activity.amountMinor ?? 0
    case 'fixed_reward':
      return programme.settings.rewardMinor ?? 0
    case 'visits':
      return 1
    case 'items':
      return activity.quantity ?? 1
  }
}

async function unitOfItem(ctx: Ctx, programme: Programme, itemUnitId: number | undefined): Promise<number> {
  if (itemUnitId === undefined) return programme.unitId
  const items = await selectItems(ctx, programme.id)
  if (!items.some(({ unitId }) => unitId === itemUnitId))
    throw new DomainError('item.not_found', { unitId: itemUnitId })
  return itemUnitId
}

export interface Redemption {
  readonly programmeId: number
  readonly customerId: number
  readonly key: string
  /** In the unit of the programme: points, minor units of money, visits, pieces. */
  readonly amount?: Minor
  /** points: a money value to pay with points instead of a number of points. */
  readonly valueMinor?: Minor
  /** items: which one; the programme's first when absent. */
  readonly itemUnitId?: number
  readonly note?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** Now when absent. */
  readonly occurredAt?: Date
}

/** Redeems in a programme. Refuses programme.not_found, programme.inactive, amount.invalid, item.not_found, balance.insufficient. */
export async function redeem(ctx: Ctx, redemption: Redemption): Promise<Posted & { programme: Programme }> {
  const programme = await getActiveProgramme(ctx, redemption.programmeId)
  const amount =
    redemption.amount ??
    (redemption.valueMinor === undefined ? 0 : pointsForPayment(ctx, programme, redemption.valueMinor))
  const { key, customerId, note, data } = redemption
  const posted = await applyOperation(ctx, {
    kind: 'spend',
    key,
    unitId: await unitOfItem(ctx, programme, redemption.itemUnitId),
    customerId,
    programmeId: programme.id,
    amount,
    note,
    data,
    ...(redemption.occurredAt ? { occurredAt: redemption.occurredAt } : {}),
  })
  return { ...posted, programme }
}

async function getActiveProgramme(ctx: Ctx, id: number): Promise<Programme> {
  const programme = await getProgramme(ctx, id)
  if (programme.state !== 'active') throw new DomainError('programme.inactive', { programmeId: id })
  return programme
}

const dayMilliseconds = 86_400_000

function daysFromNow(ctx: Ctx, days: number): Date {
  return new Date(ctx.clock.now().getTime() + days * dayMilliseconds)
}

/** Maps a taken number to card.number_taken; for the card use cases. */
export async function refusingTakenNumber<Result>(number: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (violates(error, 'cards_number_key')) throw new DomainError('card.number_taken', { number }, { cause: error })
    throw error
  }
}
