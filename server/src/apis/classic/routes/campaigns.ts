import { listUnits } from '../../../core/ledger/index.ts'
import type { Programme } from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { localTime } from '../../http/times.ts'
import type { Call } from '../auth.ts'
import { encodeCampaign, listActiveCampaigns } from '../campaigns.ts'
import { type Fields, findInteger, findText, listTexts, refuse } from '../decode.ts'
import { type Answer, element, list } from '../encode.ts'
import { campaignTypeOf } from '../vocabulary.ts'

/** The active campaigns, by type or searched, sorted and paged as the newer generation of this API does it. */
export async function listCampaigns({ ctx, fields }: Call): Promise<Answer> {
  const types = listTexts(fields, 'type_restrict')
  const matches = decodeSearch(ctx, fields)
  const all = (await listActiveCampaigns(ctx))
    .filter((programme) => types.length === 0 || types.includes(campaignTypeOf(programme)))
    .filter(matches)
    .sort(decodeOrder(ctx, fields))
  const offset = findInteger(fields, 'offset') ?? 0
  const length = findInteger(fields, 'length', { min: 1, max: 10_000 }) ?? 10_000
  const units = await listUnits(ctx)
  const campaigns = all.slice(offset, offset + length).flatMap((programme) => {
    const unit = units.find((one) => one.id === programme.unitId)
    return unit ? [encodeCampaign(ctx, programme, unit)] : []
  })
  const paged = isNewer(fields) ? { pagination: element({ total: all.length, offset }) } : {}
  return { head: { campaigns: list('campaign', campaigns), ...paged } }
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
