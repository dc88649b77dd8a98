import { listProgrammeRewards, type Programme } from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { localTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import {
  describeCampaigns,
  encodeCampaigns,
  encodeReward,
  getNamedCampaign,
  hasRewards,
  listActiveCampaigns,
  listVisibleCampaigns,
  unitOf,
} from '../campaigns.ts'
import { type Fields, findInteger, findText, listTexts, refuse } from '../decode.ts'
import { type Answer, element, list } from '../encode.ts'
import { encodePromotion, promotionsOf } from '../promotions.ts'
import { campaignTypeOf } from '../vocabulary.ts'

/** The active campaigns, by type or searched, sorted and paged as the newer generation of this API does it. */
export async function listCampaigns(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const types = listTexts(fields, 'type_restrict')
  const matches = decodeSearch(ctx, fields)
  const all = (await listActiveCampaigns(call))
    .filter((programme) => types.length === 0 || types.includes(campaignTypeOf(programme)))
    .filter(matches)
    .sort(decodeOrder(ctx, fields))
  const offset = findInteger(fields, 'offset') ?? 0
  const length = findInteger(fields, 'length', { min: 1, max: 10_000 }) ?? 10_000
  const campaigns = encodeCampaigns(ctx, await describeCampaigns(ctx, all.slice(offset, offset + length)))
  const paged = isNewer(fields) ? { pagination: element({ total: all.length, offset }) } : {}
  return { head: { campaigns: list('campaign', campaigns), ...paged } }
}

export async function listInactiveCampaigns(call: Call): Promise<Answer> {
  const inactive = (await listVisibleCampaigns(call)).filter(({ state }) => state === 'inactive')
  const campaigns = encodeCampaigns(call.ctx, await describeCampaigns(call.ctx, inactive))
  return { head: { campaigns: list('campaign', campaigns) } }
}

export async function listRewards(call: Call): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const unit = await unitOf(call.ctx, programme)
  const rewards = hasRewards(programme) ? await listProgrammeRewards(call.ctx, programme) : []
  return {
    head: {
      campaign: element({ id: programme.id }),
      rewards: list(
        'reward',
        rewards.map((reward) => encodeReward(reward, unit)),
      ),
    },
  }
}

/** Promotions that a cashier can name, those of days to come among them. */
export async function listPromotions(call: Call): Promise<Answer> {
  const programme = await getNamedCampaign(call)
  const promotions = (await promotionsOf(call.ctx, programme)).map((rule) => encodePromotion(call.ctx, rule))
  return { head: { campaign: element({ id: programme.id }), promotions: list('promotion', promotions) } }
}

function isNewer(fields: Fields): boolean {
  return Number(fields.get('API') ?? 0) >= 1.5
}

const values: Readonly<Record<string, (ctx: Ctx, programme: Programme) => string>> = {
  campaign_name: (_, programme) => programme.name,
  campaign_type: (_, programme) => campaignTypeOf(programme),
  campaign_id: (_, programme) => String(programme.id),
  create_date: (ctx, programme) => localTime(programme.createdAt, ctx.tenant.timeZone),
}

type Comparison = (value: string, wanted: string) => boolean
const isIn: Comparison = (value, wanted) => wanted.split(',').some((one) => one.trim() === value)
const comparisons: Readonly<Record<string, Comparison>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  bw: (value, wanted) => value.startsWith(wanted),
  bn: (value, wanted) => !value.startsWith(wanted),
  ew: (value, wanted) => value.endsWith(wanted),
  en: (value, wanted) => !value.endsWith(wanted),
  cn: (value, wanted) => value.includes(wanted),
  nc: (value, wanted) => !value.includes(wanted),
  nu: (value) => value === '',
  nn: (value) => value !== '',
  in: isIn,
  ni: (value, wanted) => !isIn(value, wanted),
}

function decodeSearch(ctx: Ctx, fields: Fields): (programme: Programme) => boolean {
  const field = findText(fields, 'searchField')
  if (!field) return () => true
  const read = Object.hasOwn(values, field) ? values[field] : undefined
  if (!read) return refuse('searchField', `must be one of ${Object.keys(values).join(', ')}`)
  const operator = findText(fields, 'searchOper') ?? 'cn'
  const compare = Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined
  if (!compare) return refuse('searchOper', `must be one of ${Object.keys(comparisons).join(', ')}`)
  const wanted = (findText(fields, 'searchValue') ?? '').toLowerCase()
  return (programme) => compare(read(ctx, programme).toLowerCase(), wanted)
}

function decodeOrder(ctx: Ctx, fields: Fields): (one: Programme, other: Programme) => number {
  const field = findText(fields, 'sortField')
  const direction = fields.get('sortOrder')?.toUpperCase() === 'DESC' ? -1 : 1
  if (!field || field === 'campaign_id') return (one, other) => direction * (one.id - other.id)
  const read = Object.hasOwn(values, field) ? values[field] : undefined
  if (!read) return refuse('sortField', `must be one of ${Object.keys(values).join(', ')}`)
  return (one, other) => direction * read(ctx, one).localeCompare(read(ctx, other)) || one.id - other.id
}
