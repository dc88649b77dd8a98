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
import { listTexts } from '../decode.ts'
import { type Answer, element, list } from '../encode.ts'
import { pick, type Readers } from '../listing.ts'
import { encodePromotion, promotionReaders, promotionsOf } from '../promotions.ts'
import { campaignTypeOf } from '../vocabulary.ts'

/** The active campaigns, by type or searched, sorted and paged. */
export async function listCampaigns(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const types = listTexts(fields, 'type_restrict')
  const active = (await listActiveCampaigns(call)).filter(
    (programme) => types.length === 0 || types.includes(campaignTypeOf(programme)),
  )
  const { items, pagination } = pick(fields, active, readersOf(ctx))
  const campaigns = encodeCampaigns(ctx, await describeCampaigns(ctx, items))
  return { head: { campaigns: list('campaign', campaigns), ...pagination } }
}

const readersOf = (ctx: Ctx): Readers<Programme> => ({
  campaign_id: (programme) => String(programme.id),
  campaign_name: (programme) => programme.name,
  campaign_type: (programme) => campaignTypeOf(programme),
  create_date: (programme) => localTime(programme.createdAt, ctx.tenant.timeZone),
})

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
  const { ctx, fields } = call
  const programme = await getNamedCampaign(call)
  const { items, pagination } = pick(fields, await promotionsOf(ctx, programme), promotionReaders)
  const promotions = items.map((rule) => encodePromotion(ctx, rule))
  return {
    head: { campaign: element({ id: programme.id }), promotions: list('promotion', promotions), ...pagination },
  }
}
