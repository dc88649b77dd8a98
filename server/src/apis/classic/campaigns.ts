import { type Balance, findDefaultUnit, getUnit, listUnits, type Unit } from '../../core/ledger/index.ts'
import {
  balancesAfterCharges,
  getProgramme,
  listAllItems,
  listProgrammeRewards,
  listProgrammes,
  type Programme,
  type ProgrammeItem,
  type Reward,
} from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { formatMinor, type Minor } from '../../platform/money.ts'
import { localTime } from '../http/times.ts'
import { readId } from '../http/values.ts'
import type { Call } from './auth.ts'
import { type Fields, requireText } from './decode.ts'
import { bareList, type Element, type Entries, element, list } from './encode.ts'
import { campaignTypeOf } from './vocabulary.ts'

/** What a question about campaigns needs of the user who asks it. */
export type Asking = Pick<Call, 'ctx' | 'campaigns'>

/** A campaign of this account that the user may see, named by `campaign_id`. Any other is not found. */
export function getNamedCampaign(call: Asking & { readonly fields: Fields }): Promise<Programme> {
  return getCampaign(call, requireText(call.fields, 'campaign_id'))
}

export async function getCampaign({ ctx, campaigns }: Asking, text: string): Promise<Programme> {
  const id = readId(text)
  if (id === undefined || (campaigns && !campaigns.has(id))) throw new DomainError('programme.not_found')
  return getProgramme(ctx, id)
}

/** Those that the user may see, active or not. */
export async function listVisibleCampaigns({ ctx, campaigns }: Asking): Promise<Programme[]> {
  return (await listProgrammes(ctx)).filter(({ id }) => !campaigns || campaigns.has(id))
}

export async function listActiveCampaigns(asking: Asking): Promise<Programme[]> {
  return (await listVisibleCampaigns(asking)).filter(({ state }) => state === 'active')
}

/** Points and visits are whole numbers, money has all its decimals; no commas for thousands. */
export function formatAmount(amount: Minor, unit: Unit): string {
  return formatMinor(amount, unit.scale)
}

const glyphs: Readonly<Record<string, string>> = {
  EUR: '€',
  USD: '$',
  GBP: '£',
  JPY: '¥',
  CHF: 'CHF',
  AUD: '$',
  NZD: '$',
}

export function glyphOf(currency: string): string {
  return glyphs[currency] ?? currency
}

/** Campaigns with what is said of each: read once for an answer, however many customers it has. */
export interface Campaigns {
  readonly programmes: readonly Programme[]
  readonly units: ReadonlyMap<number, Unit>
  /** By programme. */
  readonly items: ReadonlyMap<number, readonly ProgrammeItem[]>
}

export async function describeCampaigns(ctx: Ctx, programmes: readonly Programme[]): Promise<Campaigns> {
  const items = programmes.some(({ kind }) => kind === 'items') ? await listAllItems(ctx) : []
  return {
    programmes,
    units: new Map((await listUnits(ctx)).map((unit) => [unit.id as number, unit])),
    items: Map.groupBy(items, ({ programmeId }) => programmeId as number),
  }
}

/** The campaigns as `campaigns_list` shows them. */
export function encodeCampaigns(ctx: Ctx, campaigns: Campaigns): Element[] {
  const { currency } = ctx.tenant
  return campaigns.programmes.map((programme) =>
    element({
      id: programme.id,
      name: programme.name,
      type: campaignTypeOf(programme),
      ...encodeTerms(programme, campaigns),
      currency,
      glyph: glyphOf(currency),
      created_stamp: localTime(programme.createdAt, ctx.tenant.timeZone),
    }),
  )
}

/** What a type of campaign has and the others have not. */
export function encodeTerms(programme: Programme, { units, items }: Campaigns): Entries {
  const { pointsPerUnit = 0, pointsPerCurrencyUnitRedeemed = 0, rewardMinor = 0 } = programme.settings
  switch (programme.kind) {
    case 'points':
      return { points_ratio: pointsPerUnit, reward_ratio: pointsPerCurrencyUnitRedeemed }
    case 'fixed_reward':
      return { earned_per_event: formatMinor(rewardMinor, units.get(programme.unitId)?.scale ?? 0) }
    case 'items':
      return { items: bareList('item', (items.get(programme.id) ?? []).map(encodeItem)) }
    case 'stored_value':
    case 'visits':
      return {}
  }
}

export function encodeItem(item: ProgrammeItem): Element {
  return element({
    id: item.unitId,
    description: item.name,
    item_identifier: item.code,
    reward_level: item.needed,
  })
}

/**
 * The customer's balances in the user's active campaigns, or in one of them. What has lapsed by the clock is taken off first.
 */
export async function encodeBalances(
  call: Asking,
  customerId: number,
  options: { only?: Programme | undefined; campaigns?: Campaigns } = {},
): Promise<Element[]> {
  const { ctx } = call
  const { only } = options
  const campaigns = options.campaigns ?? (await describeCampaigns(ctx, only ? [only] : await listActiveCampaigns(call)))
  const balances = await balancesAfterCharges(ctx, customerId)
  const elements: Element[] = []
  for (const programme of campaigns.programmes)
    elements.push(await encodeBalance(ctx, { programme, campaigns, balances }))
  return elements
}

interface Standing {
  readonly programme: Programme
  readonly campaigns: Campaigns
  readonly balances: readonly Balance[]
}

async function encodeBalance(ctx: Ctx, { programme, campaigns, balances }: Standing): Promise<Element> {
  const availableIn = (unitId: number) => balances.find(({ unit }) => unit.id === unitId)?.available ?? 0
  const unit = campaigns.units.get(programme.unitId) ?? (await getUnit(ctx, programme.unitId))
  const named = { id: programme.id, name: programme.name, type: campaignTypeOf(programme) }
  if (programme.kind === 'items') {
    const items = campaigns.items.get(programme.id) ?? []
    const total = items.reduce((sum, { unitId }) => sum + availableIn(unitId), 0)
    const counted = items.map((item) =>
      element({ ...encodeItem(item).entries, balance: formatAmount(availableIn(item.unitId), unit) }),
    )
    return element({ ...named, balance: formatAmount(total, unit), items: bareList('item', counted) })
  }
  const available = availableIn(programme.unitId)
  return element({
    ...named,
    balance: formatAmount(available, unit),
    ...encodeTerms(programme, campaigns),
    ...(await encodeReachable(ctx, programme, available)),
  })
}

/** Points and visits pay for rewards: those that the balance reaches. */
async function encodeReachable(ctx: Ctx, programme: Programme, available: Minor): Promise<Entries> {
  if (!hasRewards(programme)) return {}
  const rewards = available > 0 ? await listProgrammeRewards(ctx, programme) : []
  const reached = rewards.filter(({ pointsCost }) => pointsCost <= available)
  const unit = await unitOf(ctx, programme)
  return {
    rewards: list(
      'reward',
      reached.map((reward) => encodeReward(reward, unit)),
    ),
  }
}

export function hasRewards({ kind }: Programme): boolean {
  return kind === 'points' || kind === 'visits'
}

export function encodeReward(reward: Reward, unit: Unit, status?: string): Element {
  const { customFields } = reward.presentation
  return element(
    {
      id: reward.id,
      level: formatAmount(reward.pointsCost, unit),
      description: reward.name,
      reward_id: reward.code,
      ...Object.fromEntries(
        Object.entries(typeof customFields === 'object' && customFields ? customFields : {}).map(([name, value]) => [
          name,
          String(value),
        ]),
      ),
    },
    status,
  )
}

export function unitOf(ctx: Ctx, programme: Programme): Promise<Unit> {
  return getUnit(ctx, programme.unitId)
}

/**
 * The balance that campaigns of a coalition share: all on one unit, that of the default points, or of the oldest gift card.
 * Whoever has a unit of its own has opted out.
 */
export async function findCoalitionUnit(asking: Asking, kind: 'points' | 'stored_value'): Promise<Unit | undefined> {
  if (kind === 'points') return findDefaultUnit(asking.ctx, 'points')
  const first = (await listProgrammes(asking.ctx)).find((programme) => programme.kind === kind)
  return first && unitOf(asking.ctx, first)
}
