import {
  addItem,
  createEarningRule,
  createReward,
  deleteItem,
  type EarningRule,
  listAllItems,
  listProgrammeRewards,
  type Programme,
  type ProgrammeItem,
  type Reward,
  setEarningRuleState,
  setRewardState,
  updateEarningRule,
  updateItem,
  updateReward,
} from '../../../core/loyalty/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call } from '../auth.ts'
import { encodeItem, encodeReward, getNamedCampaign, hasRewards, unitOf } from '../campaigns.ts'
import { type Fields, findInteger, findText, refuse, requireText } from '../decode.ts'
import { type Answer, type Element, element } from '../encode.ts'
import { decodePromotion, encodePromotion, promotionsOf } from '../promotions.ts'
import { getNamedItem } from './items.ts'

const rewardFieldName = /^(?:new_)?reward_custom_field_\d{1,3}$/

/** The merchant's own fields of a reward, as they were sent. */
function decodeRewardFields(fields: Fields): Record<string, string> {
  const names = [...fields.keys()].filter((name) => rewardFieldName.test(name)).slice(0, 50)
  return Object.fromEntries(
    names.map((name) => [name.replace(/^new_/, ''), findText(fields, name, { max: 1000 }) ?? '']),
  )
}

async function getRewarding(call: Call): Promise<Programme> {
  const programme = await getNamedCampaign(call)
  if (!hasRewards(programme)) throw new DomainError('programme.wrong_kind')
  return programme
}

/** Something handed over for so many points or visits. Of the default points it is in the shop's own catalogue of rewards. */
export async function createCampaignReward(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programme = await getRewarding(call)
  const customFields = decodeRewardFields(fields)
  const level = findInteger(fields, 'reward_level', { min: 1, max: 1e12 }) ?? refuse('reward_level', 'is required')
  const reward = await createReward(ctx, {
    code: findText(fields, 'reward_identifier', { max: 100 }) ?? `reward-${ctx.random.hex(6)}`,
    name: requireText(fields, 'reward_description'),
    state: 'active',
    usage: 'voucher',
    kind: 'catalogue',
    pointsCost: level,
    ...(programme.isDefault ? {} : { programmeId: programme.id }),
    definition: { benefit: { kind: 'thing' }, conditions: [] },
    presentation: Object.keys(customFields).length > 0 ? { customFields } : {},
  })
  return answerReward(call, { programme, reward, status: 'created' })
}

async function answerReward(call: Call, of: { programme: Programme; reward: Reward; status: string }): Promise<Answer> {
  const { programme, reward, status } = of
  const unit = await unitOf(call.ctx, programme)
  return answerPart({ programmeId: programme.id, name: 'reward', part: encodeReward(reward, unit, status) })
}

/** What is new is told inside its campaign, what was changed or deleted by itself. */
function answerPart(of: { programmeId: number; name: string; part: Element }): Answer {
  const { programmeId, name, part } = of
  return part.status === 'created'
    ? { head: { campaign: element({ id: programmeId, [name]: part }) } }
    : { head: { [name]: part } }
}

async function getReward(call: Call, programme: Programme): Promise<Reward> {
  const id = requireText(call.fields, 'reward_id')
  const reward = (await listProgrammeRewards(call.ctx, programme)).find((one) => String(one.id) === id)
  return reward ?? refuse('reward_id', 'does not exist')
}

export async function updateCampaignReward(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programme = await getRewarding(call)
  const before = await getReward(call, programme)
  const known = before.presentation.customFields
  const customFields = { ...(typeof known === 'object' ? known : {}), ...decodeRewardFields(fields) }
  const level = findInteger(fields, 'new_reward_level', { min: 1, max: 1e12 })
  const [name, code] = [
    findText(fields, 'new_reward_description'),
    findText(fields, 'new_reward_identifier', { max: 100 }),
  ]
  const reward = await updateReward(ctx, {
    id: before.id,
    patch: {
      ...(level === undefined ? {} : { pointsCost: level }),
      ...(name === undefined ? {} : { name }),
      ...(code === undefined ? {} : { code }),
      ...(Object.keys(customFields).length > 0 ? { presentation: { ...before.presentation, customFields } } : {}),
    },
  })
  return answerReward(call, { programme, reward, status: 'updated' })
}

export async function deleteCampaignReward(call: Call): Promise<Answer> {
  const programme = await getRewarding(call)
  const { id } = await getReward(call, programme)
  const reward = await setRewardState(call.ctx, { id, state: 'deleted' })
  return answerReward(call, { programme, reward, status: 'deleted' })
}

async function getPointsCampaign(call: Call): Promise<Programme> {
  const programme = await getNamedCampaign(call)
  if (programme.kind !== 'points') throw new DomainError('programme.wrong_kind')
  return programme
}

/** More points for an activity that names it: so many on top, or so many times what the amount earns. */
export async function createPromotion(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const programme = await getPointsCampaign(call)
  const { definition, name, ...rest } = decodePromotion(ctx, fields, { isChange: false })
  const rule = await createEarningRule(ctx, {
    ...rest,
    name: name ?? refuse('promo_description', 'is required'),
    unitId: programme.unitId,
    state: 'active',
    onRequest: true,
    definition: definition ?? refuse('promo_amount', 'is required'),
  })
  return answerPromotion(call, { programme, rule, status: 'created' })
}

function answerPromotion(call: Call, of: { programme: Programme; rule: EarningRule; status: string }): Answer {
  const part = encodePromotion(call.ctx, of.rule, of.status)
  return answerPart({ programmeId: of.programme.id, name: 'promo', part })
}

async function getPromotion(call: Call, programme: Programme): Promise<EarningRule> {
  const id = requireText(call.fields, 'promo_id')
  const rule = (await promotionsOf(call.ctx, programme)).find((one) => String(one.id) === id)
  return rule ?? refuse('promo_id', 'does not exist')
}

export async function updatePromotion(call: Call): Promise<Answer> {
  const programme = await getPointsCampaign(call)
  const before = await getPromotion(call, programme)
  const patch = decodePromotion(call.ctx, call.fields, { isChange: true, before })
  const rule = await updateEarningRule(call.ctx, { id: before.id, patch })
  return answerPromotion(call, { programme, rule, status: 'updated' })
}

export async function deletePromotion(call: Call): Promise<Answer> {
  const programme = await getPointsCampaign(call)
  const { id } = await getPromotion(call, programme)
  const rule = await setEarningRuleState(call.ctx, { id, state: 'deleted' })
  return answerPromotion(call, { programme, rule, status: 'deleted' })
}

async function getItemCampaign(call: Call): Promise<Programme> {
  const programme = await getNamedCampaign(call)
  if (programme.kind !== 'items') throw new DomainError('programme.wrong_kind')
  return programme
}

const maxItems = 200

export async function createItem(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const { id } = await getItemCampaign(call)
  const identifier = findText(fields, 'item_identifier', { max: 100 })
  if ((await listAllItems(ctx)).length >= maxItems)
    return refuse('action', `leaves no item free: there may be ${maxItems}`)
  const item = await addItem(ctx, {
    programmeId: id,
    name: findText(fields, 'item_description') ?? requireText(fields, 'description'),
    needed: findInteger(fields, 'reward_level', { min: 1, max: 10_000 }) ?? refuse('reward_level', 'is required'),
    ...(identifier === undefined ? {} : { code: identifier }),
  })
  return answerItem(item, 'created')
}

function answerItem(item: ProgrammeItem, status: string): Answer {
  const part = element(encodeItem(item).entries, status)
  return answerPart({ programmeId: item.programmeId, name: 'item', part })
}

async function getItem(call: Call): Promise<ProgrammeItem> {
  const programme = await getItemCampaign(call)
  return getNamedItem(call.ctx, programme, { field: 'item_id', name: requireText(call.fields, 'item_id') })
}

export async function updateCampaignItem(call: Call): Promise<Answer> {
  const { ctx, fields } = call
  const { programmeId, unitId } = await getItem(call)
  const name = findText(fields, 'new_item_description')
  const code = findText(fields, 'new_item_identifier', { max: 100 })
  const needed = findInteger(fields, 'new_reward_level', { min: 1, max: 10_000 })
  const patch = {
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(needed === undefined ? {} : { needed }),
  }
  return answerItem(await updateItem(ctx, { programmeId, unitId, patch }), 'updated')
}

export async function deleteCampaignItem(call: Call): Promise<Answer> {
  const { programmeId, unitId } = await getItem(call)
  return answerItem(await deleteItem(call.ctx, { programmeId, unitId }), 'deleted')
}
