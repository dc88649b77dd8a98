import type { CustomerId } from '../../../core/customers/index.ts'
import { issueVoucher, listRewards, type Reward, type RewardFilter } from '../../../core/loyalty/index.ts'
import { findOrganisation, listReferenceItems } from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { currencyScale, toMinor } from '../../../platform/money.ts'
import type { Call, Routes } from '../call.ts'
import { type Answer, contains, created, idOf, listOf, ok, pageOf, type Row } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { customerInBody, customerInPath, customerInQuery, isApp } from '../people.ts'
import { presentationOf, rewardGroups, rewardRows, rewardTypeId, rewardTypes, storeIdsOf, tagRow } from '../reward.ts'
import { createSimpleReward } from '../simple-reward.ts'
import { voucherPage } from '../voucher.ts'
import { storeRow } from './stores.ts'

export function rewardRoutes(routes: Routes): void {
  routes.get('/rewards', 'both', (call) => rewardPage(call))
  routes.get('/customers/:customer_id/rewards', 'both', async (call) =>
    rewardPage(call, { customerId: (await customerInPath(call)).id }),
  )
  routes.get('/customers/:customer_id/reward-recommendations', 'both', async (call) =>
    recommendations(call, (await customerInPath(call)).id),
  )
  routes.get(
    '/rewards/actions/reward-recommendations',
    'both',
    async (call) => recommendations(call, (await customerInQuery(call)) as CustomerId), // a customer who was found
  )
  routes.get('/rewards/tags', 'both', tagPage)
  routes.post('/rewards/actions/create-simple-reward', 'enterprise', createSimpleReward)

  routes.get('/rewards/:reward_id', 'both', async (call) => {
    const reward = await rewardInPath(call)
    const [row] = await rewardRows(call.ctx, [reward], { withStores: true, languages: call.languages })
    return ok(row as Row) // one reward is one row
  })
  routes.get('/rewards/:reward_id/vouchers', 'both', async (call) =>
    voucherPage(call, { rewardId: (await rewardInPath(call)).id }),
  )
  routes.get('/rewards/:reward_id/stores', 'both', storePage)
  routes.post('/rewards/:reward_id/actions/create-voucher', 'both', createVoucher)
  // A token of a customer never says what a voucher is worth: only the shop's systems do.
  routes.post('/rewards/:reward_id/actions/create-custom-voucher', 'enterprise', createCustomVoucher)

  routes.get('/reward-types', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('rewardTypes'))
    const name = query.text('name')
    query.done()
    const rows = rewardTypes.filter((type) => contains(type.name, name)).map((type) => typeRow(ctx, type))
    return pageOf('reward_types', rows, page)
  })
  routes.get('/reward-types/:reward_type_id', 'both', async (call) => {
    const number = call.pathId('reward_type_id', 'rewardType')
    const type = rewardTypes.find((one) => one.number === number)
    if (!type) throw notFound('reward-types', call.params.reward_type_id ?? '')
    return ok(typeRow(call.ctx, type))
  })
}

function typeRow(ctx: Ctx, type: (typeof rewardTypes)[number]): Row {
  return { reward_type_id: rewardTypeId(ctx, type.kind), name: type.name, last_change: null }
}

const rewardFields = {
  reward_id: 'id',
  code: 'code',
  name: 'name',
  points_cost: 'pointsCost',
  reward_group: 'kind',
  is_automated: 'usage',
  reward_type_id: 'benefit',
  state: 'state',
  priority: 'priority',
  last_change: 'updatedAt',
} as const

async function rewardPage(call: Call, within: { customerId?: CustomerId } = {}): Promise<Answer> {
  const page = call.query.page(fieldsOf('rewards'))
  const { filter, withStores } = await readFilter(call)
  const { items, total } = await listRewards(call.ctx, {
    ...filter,
    ...within,
    // What costs visits or other points has no price here.
    programmeId: null,
    orderBy: rewardFields[page.sortField as keyof typeof rewardFields] ?? 'id', // of the fields that query.page lets through, those that sort
    descending: page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  return listOf('rewards', await rewardRows(call.ctx, items, { withStores, languages: call.languages }), total)
}

/** The ones that the customer may have, the shop's first choice first: nothing is learnt from anybody here. */
async function recommendations(call: Call, customerId: CustomerId): Promise<Answer> {
  const page = call.query.page([])
  const { filter, withStores } = await readFilter(call)
  const { items, total } = await listRewards(call.ctx, {
    ...filter,
    customerId,
    programmeId: null,
    states: ['active'],
    ...(filter.validity ? {} : { validity: { at: call.ctx.clock.now(), valid: true } }),
    orderBy: 'priority',
    offset: page.offset,
    limit: page.limit,
  })
  return listOf('rewards', await rewardRows(call.ctx, items, { withStores, languages: call.languages }), total)
}

/** What all lists of rewards can be narrowed by. An app sees what is on offer, not what the shop prepares. */
async function readFilter(call: Call): Promise<{
  filter: Omit<RewardFilter, 'offset' | 'limit'>
  withStores: boolean
}> {
  const { ctx, query } = call
  const [name, code, storeId] = [query.text('name'), query.text('code'), query.id('store_id', 'organisation')]
  const [isValid, isAutomated] = [query.boolean('is_valid'), query.boolean('is_automated')]
  const [from, to] = [query.time('valid_from'), query.time('valid_to')]
  const group = query.choice('reward_group', ['0', '1', '2', '4', '5'])
  const type = query.id('reward_type_id', 'rewardType')
  const [tagIds, partner] = [query.ids('tag_ids', 'reference'), query.id('partner_id', 'tenant')]
  const withStores = query.boolean('without_stores') === false
  const customerTypeIds = query.ids('customer_type_id', 'reference')
  query.done()
  const tags = tagIds && (await listReferenceItems(ctx, 'reward_tag')).filter((tag) => tagIds.includes(tag.id))
  const kinds = Object.entries(rewardGroups).flatMap(
    ([kind, number]) => (String(number) === group ? [kind as Reward['kind']] : []), // the keys are the kinds
  )
  const filter = {
    ...(name === undefined ? {} : { name }),
    ...(code === undefined ? {} : { code }),
    ...(storeId === undefined ? {} : { storeId }),
    ...(isApp(call) ? { states: ['active' as const] } : {}),
    ...(isValid === undefined ? {} : { validity: { at: ctx.clock.now(), valid: isValid } }),
    ...(from === undefined ? {} : { validSince: from }),
    ...(to === undefined ? {} : { validUntil: to }),
    ...(isAutomated === undefined ? {} : { usages: isAutomated ? automatic : byHand }),
    ...(group === undefined ? {} : { kinds }),
    ...(type === undefined ? {} : { benefitKinds: rewardTypes.filter((one) => one.number === type).map(kindOf) }),
    ...(tags ? { tags: tags.map((tag) => tag.code) } : {}),
    // There is one partner, and no reward is kept for customers of one type: others than those that exist have none.
    ...(partner === undefined || partner === ctx.tenant.id ? {} : { ids: [] }),
    ...((await areSome(ctx, customerTypeIds)) ? {} : { ids: [] }),
  }
  return { filter, withStores }
}

/** Is any of them a type of customer? Without a choice all are. */
async function areSome(ctx: Ctx, typeIds: readonly number[] | undefined): Promise<boolean> {
  if (typeIds === undefined) return true
  const types = await listReferenceItems(ctx, 'customer_type')
  return types.some((type) => typeIds.includes(type.id))
}

const automatic: readonly Reward['usage'][] = ['automatic']
const byHand: readonly Reward['usage'][] = ['code', 'voucher']
const kindOf = ({ kind }: (typeof rewardTypes)[number]) => kind

async function tagPage({ ctx, query }: Call): Promise<Answer> {
  const page = query.page(fieldsOf('tags'))
  const [name, textId] = [query.text('name'), query.text('text_id')]
  query.done()
  const tags = await listReferenceItems(ctx, 'reward_tag')
  const wanted = tags.filter((tag) => contains(tag.name, name) && (textId === undefined || tag.code === textId))
  return pageOf(
    'tags',
    wanted.map((tag) => tagRow(ctx, tag)),
    page,
  )
}

export async function rewardInPath(call: Call): Promise<Reward> {
  const id = call.pathId('reward_id', 'reward')
  const states = isApp(call) ? { states: ['active' as const] } : {}
  const { items } = await listRewards(call.ctx, { ids: [id], ...states, offset: 0, limit: 1 })
  if (!items[0]) throw notFound('rewards', call.params.reward_id ?? '')
  return items[0]
}

async function storePage(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('stores'))
  const visible = query.choice('visible_for_customer', ['0', '1'])
  query.done()
  const rows: Row[] = []
  for (const id of new Set(storeIdsOf(await rewardInPath(call)))) {
    const store = await findOrganisation(ctx, id)
    if (store?.kind === 'store' && (visible === undefined || store.visible === (visible === '1'))) {
      rows.push(storeRow(ctx, store))
    }
  }
  return pageOf('stores', rows, page)
}

async function createVoucher(call: Call): Promise<Answer> {
  const { body } = call
  const reward = await rewardInPath(call)
  const [code, note] = [body.text('code', { max: 100 }), body.text('note')]
  const customerId = await customerInBody(call)
  // A shop's system may hand out what it made itself; an app only what the catalogue offers its customer.
  const kinds: readonly Reward['kind'][] = isApp(call) ? ['catalogue'] : ['catalogue', 'simple']
  if (!kinds.includes(reward.kind)) throw invalidParam('reward_id', 'not_allowed_value', call.params.reward_id)
  if (isApp(call)) await refuseBeyondReach(call, { reward, customerId: customerId as CustomerId }) // a customer who was found
  if (code === undefined && presentationOf(reward).voucherCodes === 'given') throw invalidParam('code', 'required')
  return issue(call, { rewardId: reward.id, customerId, ...optional({ code, note }) })
}

/** Refuses what a condition on segments or tiers keeps the customer from. */
async function refuseBeyondReach(call: Call, of: { reward: Reward; customerId: CustomerId }): Promise<void> {
  const { customerId, reward } = of
  const { total } = await listRewards(call.ctx, { ids: [reward.id], customerId, offset: 0, limit: 1 })
  if (total === 0) throw invalidParam('reward_id', 'not_allowed_value', call.params.reward_id)
}

async function createCustomVoucher(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const reward = await rewardInPath(call)
  const value = body.needInteger('value', { min: 1, max: 1_000_000_000 })
  const [code, note] = [body.text('code', { max: 100 }), body.text('note')]
  const customerId = await customerInBody(call)
  if (reward.kind !== 'simple' || reward.definition.benefit.kind !== 'amount') {
    throw invalidParam('reward_id', 'not_allowed_value', call.params.reward_id)
  }
  const valueMinor = toMinor(value, currencyScale(ctx.tenant.currency))
  return issue(call, { rewardId: reward.id, customerId, valueMinor, ...optional({ code, note }) })
}

function optional(given: { code: string | undefined; note: string | undefined }): { code?: string; note?: string } {
  const { code, note } = given
  return { ...(code === undefined ? {} : { code }), ...(note === undefined ? {} : { note }) }
}

async function issue(call: Call, input: Parameters<typeof issueVoucher>[1]): Promise<Answer> {
  const voucher = await refusingPoints(issueVoucher(call.ctx, input))
  return created({ voucher_id: idOf(call.ctx, 'voucher', voucher.id) })
}

/** Here it is the voucher that costs too much. */
function refusingPoints<Result>(work: Promise<Result>): Promise<Result> {
  return work.catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.code !== 'balance.insufficient') throw error
    throw invalidParam('customer_id', 'not_enough_points_for_voucher', error.data.available)
  })
}
