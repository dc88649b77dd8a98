import {
  listProgrammes,
  openProgramme,
  type Programme,
  type ProgrammeKind,
  type ProgrammeSettings,
  updateProgramme,
} from '../../../core/loyalty/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { currencyScale } from '../../../platform/money.ts'
import type { Call } from '../auth.ts'
import { describeCampaigns, encodeCampaigns, getNamedCampaign } from '../campaigns.ts'
import { type Fields, findAmount, findText, isNo, refuse, requireText } from '../decode.ts'
import { type Answer, element } from '../encode.ts'
import { kindByType } from '../vocabulary.ts'

/** A campaign of its own unit; with `coalition_opt_out=No` one on the balance that the coalition's campaigns share. */
export async function createCampaign(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const type = requireText(fields, 'campaign_type').toLowerCase()
  const kind = Object.hasOwn(kindByType, type) ? kindByType[type] : undefined
  if (!kind) return refuse('campaign_type', `must be one of ${Object.keys(kindByType).join(', ')}`)
  if (isNo(fields.get('two_tier_opt_out')))
    return refuse('two_tier_opt_out', 'must be Yes: there are no two tiers here')
  const sharesWith = await findPartner(ctx, fields, kind)
  const programme = await openProgramme(ctx, {
    kind,
    name: requireText(fields, 'campaign_name'),
    settings: decodeSettings(ctx, fields, { kind, prefix: '' }),
    ...(sharesWith === undefined ? {} : { sharesWith }),
  })
  return answerCampaign(ctx, programme, 'created')
}

/** The campaign whose balance a new one of the coalition shares: that of the default points, or the oldest gift card. */
async function findPartner(ctx: Ctx, fields: Fields, kind: ProgrammeKind): Promise<number | undefined> {
  if (!isNo(fields.get('coalition_opt_out'))) return undefined
  if (kind !== 'points' && kind !== 'stored_value')
    return refuse('coalition_opt_out', 'must be Yes: only points and giftcard campaigns share a balance')
  const all = (await listProgrammes(ctx)).filter((one) => one.kind === kind)
  const partner = kind === 'points' ? all.find(({ isDefault }) => isDefault) : all[0]
  return partner?.id ?? refuse('coalition_opt_out', 'must be Yes: there is no balance to share yet')
}

/** What a type of campaign needs; a change leaves out what stays. */
function decodeSettings(ctx: Ctx, fields: Fields, of: { kind: ProgrammeKind; prefix: '' | 'new_' }): ProgrammeSettings {
  const isNew = of.prefix === ''
  if (of.kind === 'points') {
    const [earned, redeemed] = [
      decodeRatio(fields, `${of.prefix}points_ratio`),
      decodeRatio(fields, `${of.prefix}reward_ratio`),
    ]
    return {
      ...(earned === undefined ? (isNew ? { pointsPerUnit: 1 } : {}) : { pointsPerUnit: earned }),
      ...(redeemed === undefined ? {} : { pointsPerCurrencyUnitRedeemed: redeemed }),
    }
  }
  if (of.kind !== 'fixed_reward') return {}
  const name = `${of.prefix}amount_per_event`
  const rewardMinor = findAmount(fields, name, currencyScale(ctx.tenant.currency))
  if (rewardMinor === undefined) return isNew ? refuse(name, 'is required') : {}
  return rewardMinor > 0 ? { rewardMinor } : refuse(name, 'must be more than 0')
}

/** So many points for one unit of money: up to four decimals. */
function decodeRatio(fields: Fields, name: string): number | undefined {
  const text = fields.get(name)
  if (text === undefined) return undefined
  const number = /^\d{1,7}([.,]\d{1,4})?$/.test(text) ? Number(text.replace(',', '.')) : 0
  return number > 0 ? number : refuse(name, 'must be a number of points such as 1 or 0.5')
}

async function answerCampaign(ctx: Ctx, programme: Programme, status: string): Promise<Answer> {
  const [campaign] = encodeCampaigns(ctx, await describeCampaigns(ctx, [programme]))
  return { head: { campaign_id: programme.id, campaign: element(campaign?.entries ?? {}, status) } }
}

export async function updateCampaign(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const { id, kind, settings } = await getNamedCampaign(call)
  if (fields.has('new_coalition_opt_out') || fields.has('new_two_tier_opt_out'))
    return refuse('new_coalition_opt_out', 'cannot change: balances are not moved between campaigns')
  const name = findText(fields, 'new_campaign_name')
  const change = decodeSettings(ctx, fields, { kind, prefix: 'new_' })
  const updated = await updateProgramme(ctx, {
    id,
    settings: { ...settings, ...change },
    ...(name === undefined ? {} : { name }),
  })
  return answerCampaign(ctx, updated, 'updated')
}

/** No customer sees it any more, and no report; the books keep what was entered. */
export async function deleteCampaign(call: Call): Promise<Answer> {
  const { id } = await getNamedCampaign(call)
  await updateProgramme(call.ctx, { id, state: 'deleted' })
  return { head: { campaign: element({ id }, 'deleted') } }
}

export function deactivateCampaign(call: Call): Promise<Answer> {
  return setState(call, 'inactive')
}

export function reactivateCampaign(call: Call): Promise<Answer> {
  return setState(call, 'active')
}

async function setState(call: Call, state: 'active' | 'inactive'): Promise<Answer> {
  const { id } = await getNamedCampaign(call)
  const updated = await updateProgramme(call.ctx, { id, state })
  return answerCampaign(call.ctx, updated, state === 'active' ? 'reactivated' : 'deactivated')
}
