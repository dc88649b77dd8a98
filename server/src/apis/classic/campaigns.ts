import { type Balance, balancesOf, getUnit, type Unit } from '../../core/ledger/index.ts'
import { getProgramme, listProgrammes, type Programme } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { formatMinor, type Minor } from '../../platform/money.ts'
import { localTime } from '../http/times.ts'
import { readId } from '../http/values.ts'
import { type Fields, requireText } from './decode.ts'
import { type Element, type Entries, element, list } from './encode.ts'
import { campaignTypeOf } from './vocabulary.ts'

/** An active campaign of this account, named by `campaign_id`. Another account's is not found. */
export async function getNamedCampaign(ctx: Ctx, fields: Fields): Promise<Programme> {
  const id = readId(requireText(fields, 'campaign_id'))
  if (id === undefined) throw new DomainError('programme.not_found')
  const programme = await getProgramme(ctx, id)
  if (programme.state === 'deleted') throw new DomainError('programme.not_found')
  return programme
}

export function listActiveCampaigns(ctx: Ctx): Promise<Programme[]> {
  return listProgrammes(ctx, { state: 'active' })
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

/** The campaign as `campaigns_list` shows it. */
export function encodeCampaign(ctx: Ctx, programme: Programme, unit: Unit): Element {
  const { currency } = ctx.tenant
  return element({
    id: programme.id,
    name: programme.name,
    type: campaignTypeOf(programme),
    currency,
    glyph: glyphOf(currency),
    created_stamp: localTime(programme.createdAt, ctx.tenant.timeZone),
    ...encodeTerms(programme, unit),
  })
}

/** What a type of campaign has and the others have not. */
export function encodeTerms(programme: Programme, unit: Unit): Entries {
  const { pointsPerUnit = 0, pointsPerCurrencyUnitRedeemed = 0, rewardMinor = 0 } = programme.settings
  switch (programme.kind) {
    case 'points':
      return { points_ratio: pointsPerUnit, reward_ratio: pointsPerCurrencyUnitRedeemed }
    case 'fixed_reward':
      return { earned_per_event: formatAmount(rewardMinor, unit) }
    case 'items':
      return { items: list('item', [element({ id: unit.id, description: unit.name, item_identifier: unit.code })]) }
    case 'stored_value':
    case 'visits':
      return {}
  }
}

/** The customer's balances in the account's active campaigns, or in one of them. */
export async function encodeBalances(ctx: Ctx, customerId: number, only?: Programme): Promise<Element[]> {
  const balances = await balancesOf(ctx, customerId)
  const campaigns = only ? [only] : await listActiveCampaigns(ctx)
  return campaigns.flatMap((programme) => {
    const balance = balances.find(({ unit }) => unit.id === programme.unitId)
    return balance ? [encodeBalance(programme, balance)] : []
  })
}

function encodeBalance(programme: Programme, { unit, available }: Balance): Element {
  const rewarded = programme.kind === 'points' || programme.kind === 'visits'
  return element({
    id: programme.id,
    name: programme.name,
    type: campaignTypeOf(programme),
    balance: formatAmount(available, unit),
    ...encodeTerms(programme, unit),
    ...(rewarded ? { rewards: list('reward', []) } : {}),
  })
}

export function unitOf(ctx: Ctx, programme: Programme): Promise<Unit> {
  return getUnit(ctx, programme.unitId)
}
