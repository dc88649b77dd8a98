// Campaigns as a merchant sets them up and a cashier uses them: rewards, promotions, items, depreciation and fees.
import { beforeAll, describe, expect, it } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { findCustomerByCode } from '../../src/core/customers/index.ts'
import { balancesOf } from '../../src/core/ledger/index.ts'
import { listVouchers, settleAllCharges } from '../../src/core/loyalty/index.ts'
import { listMessages } from '../../src/core/messaging/index.ts'
import { listPurchases, quotePurchase } from '../../src/core/purchases/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { type ClassicShop, classicClient, type Fields, refused } from './classic-shop.ts'

const clock = fixedClock('2026-03-02T10:00:00Z')
const { app, server } = await testApp({ clock })
const { openShop, ask, done, newCustomer, balanceOf } = classicClient(app, server)

let shop: ClassicShop
let other: ClassicShop
beforeAll(async () => {
  shop = await openShop('campaigns')
  other = await openShop('stranger')
})

/** A new campaign's id. */
async function newCampaign(fields: Fields, of = shop): Promise<string> {
  return (await done(of, { type: 'campaign_new', action: 'campaign', campaign_name: 'New', ...fields })).campaign_id
}

async function expectTrueBooks(): Promise<void> {
  const { results } = await verify(server)
  expect(results.filter(({ breaches }) => breaches > 0)).toEqual([])
}

const tooMuch = refused('The amount to redeem is more than the balance')

describe('a campaign of every type', () => {
  interface Case {
    readonly type: string
    readonly made: Fields
    readonly terms: Record<string, unknown>
    /** What one activity sends, and what the balance is after two of them. */
    readonly earn: Fields
    readonly balance: string
    readonly redeem: Fields
    readonly left: string
  }
  const cases: Case[] = [
    {
      type: 'points',
      made: { points_ratio: '2', reward_ratio: '50' },
      terms: { points_ratio: '2', reward_ratio: '50' },
      earn: { amount: '10,50' },
      balance: '42',
      redeem: { custom_points_redeem: 22 },
      left: '20',
    },
    {
      type: 'giftcard',
      made: {},
      terms: {},
      earn: { amount: '10.50' },
      balance: '21.00',
      redeem: { reward_to_redeem: '11,00' },
      left: '10.00',
    },
    {
      type: 'earned',
      made: { amount_per_event: '2.50' },
      terms: { earned_per_event: '2.50' },
      earn: {},
      balance: '5.00',
      redeem: { reward_to_redeem: '3' },
      left: '2.00',
    },
    { type: 'events', made: {}, terms: {}, earn: {}, balance: '2', redeem: {}, left: '0' },
    {
      type: 'buyx',
      made: {},
      terms: { items: [] },
      earn: { service_product: 'wash', buyx_quantity: 3 },
      balance: '6',
      redeem: { reward_to_redeem: 'wash' },
      left: '1',
    },
  ]

  it.each(cases)('$type is made, earns, redeems and refuses an overdraft, also in parallel', async (one) => {
    const { type, made, terms, earn, redeem } = one
    const campaign_id = await newCampaign({ campaign_type: type, campaign_name: `My ${type}`, ...made })
    const { campaigns } = await done(shop, { type: 'campaigns_list', type_restrict: type })
    const shown = campaigns.find(({ id }: { id: string }) => id === campaign_id)
    expect(shown).toMatchObject({ name: `My ${type}`, type, currency: 'EUR', ...terms })
    let redemption = redeem
    if (type === 'events') {
      const reward = { type: 'campaign_new', action: 'reward', campaign_id, reward_level: 2, reward_description: 'Cut' }
      redemption = { reward_to_redeem: (await done(shop, reward)).campaign.reward.id }
    }
    if (type === 'buyx') {
      const item = { item_description: 'Car wash', item_identifier: 'wash', reward_level: 5 }
      await done(shop, { type: 'campaign_new', action: 'item', campaign_id, ...item })
    }
    const code = await newCustomer(shop)
    const activity = { type: 'record_activity', code, campaign_id, ...earn }
    expect(await ask(shop, { type: 'redeem', code, campaign_id, ...redemption })).toMatchObject({ status: 'error' })
    await Promise.all([done(shop, activity), done(shop, activity)])
    expect(await balanceOf(shop, code, campaign_id)).toBe(one.balance)
    const spends = await Promise.all(
      Array.from({ length: 6 }, () => ask(shop, { type: 'redeem', code, campaign_id, ...redemption })),
    )
    const taken = spends.filter(({ status }) => status === 'success')
    expect(taken).toHaveLength(1)
    expect(taken[0].receipt).toMatchObject({ campaign: { balance: one.left }, transaction: { redeemed: 'R' } })
    expect(spends.find(({ status }) => status === 'error')).toEqual(tooMuch)
    expect(await balanceOf(shop, code, campaign_id)).toBe(one.left)
    const { campaign } = await done(shop, { type: 'balance', code, campaign_id })
    expect(campaign.customer.transactions).toHaveLength(3)
  })

  it('is renamed, given other terms, put to sleep, woken and deleted', async () => {
    const campaign_id = await newCampaign({ campaign_type: 'points', points_ratio: 1 })
    const code = await newCustomer(shop)
    const change = { type: 'campaign_update', action: 'campaign', campaign_id }
    const updated = await done(shop, {
      ...change,
      new_campaign_name: 'Renamed',
      new_points_ratio: '0,5',
      new_reward_ratio: 10,
    })
    expect(updated.campaign).toMatchObject({
      status: 'updated',
      name: 'Renamed',
      points_ratio: '0.5',
      reward_ratio: '10',
    })
    const activity = { type: 'record_activity', code, campaign_id, amount: 11 }
    expect((await done(shop, activity)).receipt.campaign.balance).toBe('5')

    await done(shop, { type: 'campaign_deactivate', campaign_id })
    expect(await ask(shop, activity)).toEqual(refused('The campaign is not active'))
    expect(await ask(shop, { type: 'redeem', code, campaign_id, custom_points_redeem: 1 })).toEqual(
      refused('The campaign is not active'),
    )
    const ids = async (type: string) => (await done(shop, { type })).campaigns.map(({ id }: { id: string }) => id)
    expect(await ids('campaigns_inactive_list')).toEqual([campaign_id])
    expect(await ids('campaigns_list')).not.toContain(campaign_id)
    await done(shop, { type: 'campaign_reactivate', campaign_id })
    expect((await done(shop, activity)).receipt.campaign.balance).toBe('10')

    expect(await ask(other, { type: 'campaign_delete', action: 'campaign', campaign_id })).toEqual(
      refused('The campaign does not exist'),
    )
    await done(shop, { type: 'campaign_delete', action: 'campaign', campaign_id })
    expect(await ask(shop, activity)).toEqual(refused('The campaign does not exist'))
    const report = {
      type: 'reports',
      report: 'transactions_all',
      date_start: '2026-01-01',
      selected_campaigns: campaign_id,
    }
    expect(await done(shop, report)).toMatchObject({ transactions: [], transactions_count: '0' })
    await expectTrueBooks()
  })

  it.each([
    [{ campaign_type: 'nope' }, 'campaign_type must be one of points, giftcard, earned, events, buyx'],
    [{ campaign_type: 'constructor' }, 'campaign_type must be one of points, giftcard, earned, events, buyx'],
    [{ campaign_name: '', campaign_type: 'points' }, 'campaign_name is required'],
    [{ campaign_type: 'points', points_ratio: 'many' }, 'points_ratio must be a number of points such as 1 or 0.5'],
    [{ campaign_type: 'earned' }, 'amount_per_event is required'],
    [{ campaign_type: 'points', two_tier_opt_out: 'No' }, 'two_tier_opt_out must be Yes: there are no two tiers here'],
    [{ action: 'gift' }, 'action must be campaign, reward, promo or item'],
    [{ action: '' }, 'action is required'],
  ])('is refused with %j', async (fields, error) => {
    const made = { type: 'campaign_new', action: 'campaign', campaign_name: 'X', ...fields }
    expect(await ask(shop, made)).toEqual(refused(error))
  })

  it('that every purchase earns in cannot be deleted', async () => {
    const deleted = { type: 'campaign_delete', action: 'campaign', campaign_id: shop.campaigns.points }
    expect((await ask(shop, deleted)).error).toContain('cannot be deleted')
  })
})

describe('rewards', () => {
  it('are kept with the campaign, shown where they are reached, and handed over for their level', async () => {
    const campaign_id = shop.campaigns.points
    const reward = {
      type: 'campaign_new',
      action: 'reward',
      campaign_id,
      reward_level: 100,
      reward_description: 'A mug & a spoon',
      reward_identifier: 'MUG-1',
      reward_custom_field_1: 'blue',
    }
    const made = (await done(shop, reward)).campaign.reward
    expect(made).toEqual({
      status: 'created',
      id: expect.stringMatching(/^\d+$/),
      level: '100',
      description: 'A mug & a spoon',
      reward_id: 'MUG-1',
      reward_custom_field_1: 'blue',
    })
    expect(await ask(shop, reward)).toEqual(refused('Another reward has this identifier already'))
    const { status: _, ...shown } = made
    const all = await done(shop, { type: 'campaign_rewards', campaign_id })
    expect(all).toEqual({ status: 'success', campaign: { id: campaign_id }, rewards: [shown] })

    const code = await newCustomer(shop)
    await done(shop, { type: 'record_activity', code, campaign_id, amount: 99 })
    const info = async () => (await done(shop, { type: 'customer_info', code, campaign_id })).campaigns[0]
    expect(await info()).toMatchObject({ balance: '99', rewards: [] })
    const redeem = { type: 'redeem', code, campaign_id, reward_to_redeem: made.id }
    expect(await ask(shop, redeem)).toEqual(tooMuch)
    await done(shop, { type: 'record_activity', code, campaign_id, amount: 51 })
    expect(await info()).toMatchObject({ balance: '150', rewards: [shown] })
    expect(await ask(shop, { ...redeem, reward_to_redeem: 'MUG-1' })).toEqual(
      refused('reward_to_redeem does not exist'),
    )
    expect(await ask(shop, { ...redeem, custom_points_redeem: 1 })).toMatchObject({ status: 'error' })
    const { receipt } = await done(shop, { ...redeem, authorization: 'counter 2' })
    expect(receipt).toMatchObject({
      campaign: { balance: '50' },
      transaction: { amount: '-100', redeemed: 'R', authorization: 'counter 2' },
    })
    const customer = await findCustomerByCode(shop.ctx, code)
    const { items } = await listVouchers(shop.ctx, { customerId: customer?.id ?? 0, offset: 0, limit: 10 })
    expect(items).toMatchObject([{ state: 'applied' }])

    const undo = { type: 'transaction_delete', code, campaign_id, transaction_id: receipt.transaction.id }
    await done(shop, undo)
    expect(await balanceOf(shop, code, campaign_id)).toBe('150')
    expect(await ask(shop, undo)).toMatchObject({ status: 'error' })

    const change = { type: 'campaign_update', action: 'reward', campaign_id, reward_id: made.id }
    const updated = await done(shop, { ...change, new_reward_level: 120, new_reward_description: 'Mug' })
    expect(updated.reward).toMatchObject({ level: '120', description: 'Mug', reward_custom_field_1: 'blue' })
    await done(shop, { type: 'campaign_delete', action: 'reward', campaign_id, reward_id: made.id })
    expect(await ask(shop, redeem)).toEqual(refused('reward_to_redeem does not exist'))
    expect(await ask(shop, change)).toEqual(refused('reward_id does not exist'))
    await expectTrueBooks()
  })

  it('belong to points and visits only, and to their own campaign', async () => {
    const reward = { type: 'campaign_new', action: 'reward', reward_level: 1, reward_description: 'X' }
    const made = await done(shop, { ...reward, campaign_id: shop.campaigns.visits })
    expect(await ask(shop, { ...reward, campaign_id: shop.campaigns.stored_value })).toEqual(
      refused('The campaign is of another type'),
    )
    expect(await ask(other, { ...reward, campaign_id: shop.campaigns.visits })).toEqual(
      refused('The campaign does not exist'),
    )
    const code = await newCustomer(shop)
    await done(shop, { type: 'record_activity', code, campaign_id: shop.campaigns.points, amount: 10 })
    const crossed = {
      type: 'redeem',
      code,
      campaign_id: shop.campaigns.points,
      reward_to_redeem: made.campaign.reward.id,
    }
    expect(await ask(shop, crossed)).toEqual(refused('reward_to_redeem does not exist'))
  })
})

describe('promotions', () => {
  const promo = (campaign_id: string, fields: Fields) =>
    done(shop, { type: 'campaign_new', action: 'promo', campaign_id, promo_description: 'Promo', ...fields })

  it('add points to an activity that names them, or multiply what it earns; the sale is one transaction', async () => {
    const campaign_id = shop.campaigns.points
    const double = (await promo(campaign_id, { promo_operation: 'x', promo_amount: '2.5', promo_custom_id: 'TUE' }))
      .campaign.promo
    const fixed = (await promo(campaign_id, { promo_operation: '+', promo_amount: 30 })).campaign.promo
    expect(double).toMatchObject({ status: 'created', operand: 'multiply', value: '2.5', promo_custom_id: 'TUE' })
    const { promotions } = await done(shop, { type: 'campaign_promos', campaign_id })
    expect(promotions.map(({ id }: { id: string }) => id)).toEqual([double.id, fixed.id])
    const searched = { type: 'campaign_promos', API: '1.5', campaign_id, sortField: 'multiplier', sortOrder: 'DESC' }
    const page = await done(shop, {
      ...searched,
      searchField: 'operation',
      searchOper: 'in',
      searchValue: 'x,+',
      length: 1,
    })
    expect(page).toMatchObject({ promotions: [{ id: fixed.id }], pagination: { total: '2', offset: '0' } })
    expect(await ask(shop, { ...searched, searchField: 'points' })).toEqual(
      refused('searchField must be one of promotion, operation, multiplier'),
    )

    const code = await newCustomer(shop)
    const activity = { type: 'record_activity', code, campaign_id }
    const plain = await done(shop, { ...activity, amount: 11 })
    expect(plain.receipt.transaction).toMatchObject({ amount: '11' })
    const doubled = await done(shop, { ...activity, amount: 11, promo_id: double.id })
    expect(doubled.receipt).toMatchObject({
      transaction: { amount: '27', original_amount: '11.00' },
      campaign: { balance: '38' },
    })
    const added = await done(shop, { ...activity, amount: '0.50', promo_id: fixed.id })
    expect(added.receipt).toMatchObject({ transaction: { amount: '30' }, campaign: { balance: '68' } })
    const alone = await done(shop, { ...activity, promo_id: fixed.id })
    expect(alone.receipt).toMatchObject({ transaction: { amount: '30' }, campaign: { balance: '98' } })
    const customer = await findCustomerByCode(shop.ctx, code)
    const { items } = await listPurchases(shop.ctx, { customerId: customer?.id ?? 0, limit: 10 })
    expect(items.map(({ pointsEarned }) => pointsEarned).sort((a, b) => a - b)).toEqual([11, 27, 30])

    await done(shop, { type: 'transaction_delete', code, campaign_id, transaction_id: doubled.receipt.transaction.id })
    expect(await balanceOf(shop, code, campaign_id)).toBe('71')
    const sleeping = { type: 'campaign_update', action: 'promo', campaign_id, promo_id: double.id }
    const updated = await done(shop, {
      ...sleeping,
      new_promo_start_date: '2026-04-01',
      new_promo_end_date: '2026-04-02',
    })
    expect(updated.promo).toMatchObject({
      status: 'updated',
      promo_start_date: '2026-04-01 00:00:00',
      promo_end_date: '2026-04-02 23:59:59',
      value: '2.5',
    })
    const seconds = { new_promo_start_date: '2026-04-01 08:00:00', new_promo_end_date: '2026-04-02 20:30:00' }
    expect((await done(shop, { ...sleeping, ...seconds })).promo).toMatchObject({
      promo_start_date: '2026-04-01 08:00:00',
      promo_end_date: '2026-04-02 20:30:00',
    })
    expect(await ask(shop, { ...activity, amount: 1, promo_id: double.id })).toEqual(
      refused('The promotion is not in force'),
    )
    await done(shop, { type: 'campaign_delete', action: 'promo', campaign_id, promo_id: fixed.id })
    expect(await ask(shop, { ...activity, amount: 1, promo_id: fixed.id })).toEqual(
      refused('The promotion does not exist'),
    )
    await expectTrueBooks()
  })

  it('count in their own campaign, whichever points it gives', async () => {
    const campaign_id = await newCampaign({ campaign_type: 'points', points_ratio: 3 })
    const { promo: promotion } = (await promo(campaign_id, { promo_operation: 'x', promo_amount: 2 })).campaign
    const code = await newCustomer(shop)
    const activity = { type: 'record_activity', code, amount: 5, promo_id: promotion.id }
    expect((await done(shop, { ...activity, campaign_id })).receipt.campaign.balance).toBe('30')
    expect(await ask(shop, { ...activity, campaign_id: shop.campaigns.points })).toEqual(
      refused('The promotion does not exist'),
    )
    const foreign = { ...activity, code: await newCustomer(other), campaign_id: other.campaigns.points }
    expect(await ask(other, foreign)).toEqual(refused('The promotion does not exist'))
  })

  it.each([
    [{ promo_amount: 2, promo_description: '' }, 'promo_description is required'],
    [{ promo_operation: '/', promo_amount: 2 }, 'promo_operation must be x or +'],
    [{ promo_operation: '+' }, 'promo_amount is required'],
    [{ promo_operation: '+', promo_amount: '1.5' }, 'promo_amount must be a whole number of points'],
    [{ promo_operation: 'x', promo_amount: 1 }, 'promo_amount must be more than 1 to multiply, and 100 at most'],
    [{ promo_amount: 1, promo_start_date: '1.4.2026' }, 'promo_start_date must be as YYYY-MM-DD HH:MM:SS'],
  ])('are refused with %j', async (fields, error) => {
    const made = { type: 'campaign_new', action: 'promo', campaign_id: shop.campaigns.points, promo_description: 'P' }
    expect(await ask(shop, { ...made, ...fields })).toEqual(refused(error))
  })
})

describe('items', () => {
  it('are counted each by itself, and a free piece costs what the item asks for', async () => {
    const campaign_id = shop.campaigns.items
    const make = { type: 'campaign_new', action: 'item', campaign_id, item_description: 'Tea', item_identifier: 'tea' }
    const { item } = (await done(shop, { ...make, reward_level: 3 })).campaign
    expect(item).toMatchObject({ description: 'Tea', item_identifier: 'tea', reward_level: '3' })
    expect(await ask(shop, make)).toEqual(refused('reward_level is required'))
    expect(await ask(shop, { ...make, reward_level: 3 })).toEqual(refused('Something else has this identifier already'))
    const code = await newCustomer(shop)
    const activity = { type: 'record_activity', code, campaign_id }
    await done(shop, { ...activity, service_product: 'coffee' })
    const { receipt } = await done(shop, { ...activity, service_product: item.id, buyx_quantity: 4 })
    expect(receipt).toMatchObject({ transaction: { amount: '4', service_product: 'Tea' }, campaign: { balance: '5' } })
    const report = { type: 'reports', report: 'customers_balances', campaign_id }
    const rows = (await done(shop, report)).customers as { customer_code: string; balance: string }[]
    expect(rows.find(({ customer_code }) => customer_code === code)?.balance).toBe('5')
    expect(receipt.campaign.items.map(({ balance }: { balance: string }) => balance)).toEqual(['1', '4'])
    const redeem = { type: 'redeem', code, campaign_id, reward_to_redeem: 'tea' }
    expect((await done(shop, redeem)).receipt.campaign.balance).toBe('2')
    expect(await ask(shop, redeem)).toEqual(tooMuch)
    const change = { type: 'campaign_update', action: 'item', campaign_id, item_id: item.id }
    await done(shop, { ...change, new_reward_level: 1, new_item_description: 'Green tea' })
    await done(shop, redeem)
    const { buyx_items } = await done(shop, { type: 'buyx_items_list', campaign_id })
    expect(buyx_items.map(({ description }: { description: string }) => description)).toEqual(['Coffee', 'Green tea'])
    await done(shop, { type: 'campaign_delete', action: 'item', campaign_id, item_id: item.id })
    expect(await ask(shop, { ...activity, service_product: 'tea' })).toEqual(refused('service_product does not exist'))
  })
})

describe('a receipt', () => {
  it('goes out by mail where that is asked for and there is an address', async () => {
    const code = await newCustomer(shop, { email: 'mailed@shop.example' })
    const activity = { type: 'record_activity', code, campaign_id: shop.campaigns.visits, authorization: 'seat 4' }
    await done(shop, activity)
    const sent = async () => (await listMessages(shop.ctx, { to: 'mailed@shop.example' })).map(({ text }) => text)
    expect(await sent()).toEqual([])
    await done(shop, { ...activity, send_transaction_email: 'Y' })
    expect(await sent()).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d {2}1\nseat 4\n= 2$/)])
    await done(shop, { ...activity, code: await newCustomer(shop), send_transaction_email: 'Y' })
  })
})

describe('what a balance loses by the clock', () => {
  const day = 86_400_000
  /** The points that a till is told of before a sale. */
  async function quoted(of: ClassicShop, customerId: number): Promise<number> {
    const report = {
      space: 'test',
      number: 'Q',
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      totalMinor: 1000,
    } as const
    return (await quotePurchase(of.ctx, { ...report, customerId, occurredAt: clock.now(), onKnownNumber: 'refuse' }))
      .pointsBalance
  }
  async function balances(code: string): Promise<number[]> {
    const customer = await findCustomerByCode(shop.ctx, code)
    return (await balancesOf(shop.ctx, customer?.id ?? 0)).map(({ available }) => available).filter(Boolean)
  }

  it('is a share each interval, taken when a balance is read, once, and never from what came later', async () => {
    const campaign_id = await newCampaign({ campaign_type: 'points' })
    const terms = { depreciation_interval: 10, depreciation_interval_type: 'Days', depreciation_percentage: '12.50' }
    const { depreciation } = await done(shop, { type: 'depreciation_new', campaign_id, ...terms })
    expect(depreciation).toEqual({
      status: 'created',
      id: expect.any(String),
      depreciation_type: 'recurring',
      depreciation_interval: '10',
      depreciation_interval_type: 'days',
      depreciation_percentage: '12.50',
    })
    const code = await newCustomer(shop)
    await done(shop, { type: 'record_activity', code, campaign_id, amount: 100 })
    clock.advance(9 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('100')
    clock.advance(2 * day)
    const reads = await Promise.all([1, 2, 3].map(() => balanceOf(shop, code, campaign_id)))
    expect(reads).toEqual(['88', '88', '88'])
    clock.advance(20 * day)
    expect(await ask(shop, { type: 'redeem', code, campaign_id, custom_points_redeem: 69 })).toEqual(tooMuch)
    expect(await balanceOf(shop, code, campaign_id)).toBe('68')
    clock.advance(9 * day + day / 2)
    await done(shop, { type: 'record_activity', code, campaign_id, amount: 1000 })
    expect(await balanceOf(shop, code, campaign_id)).toBe('1060')

    const { campaign } = await done(shop, { type: 'balance', code, campaign_id })
    const lost = campaign.customer.transactions.filter(({ amount }: { amount: string }) => amount.startsWith('-'))
    expect(lost.map(({ amount }: { amount: string }) => amount)).toEqual(['-8', '-9', '-11', '-12'])
    const undo = { type: 'transaction_delete', code, campaign_id, transaction_id: lost[0].id }
    expect((await ask(shop, undo)).error).toContain('depreciation')
    const audit = { type: 'reports', report: 'audit_totals', date_start: '2026-01-01', selected_campaigns: campaign_id }
    expect((await done(shop, audit)).campaigns).toMatchObject([{ earned: '1,060', redeemed: '0', liability: '1,060' }])
    await expectTrueBooks()
  })

  it('is of each earning by itself where it says so: a share of what it was, once, as far as it is still there', async () => {
    const campaign_id = await newCampaign({ campaign_type: 'points' })
    const rule = (depreciation_interval: number, depreciation_percentage: number) =>
      done(shop, {
        type: 'depreciation_new',
        campaign_id,
        depreciation_type: 'per_transaction',
        depreciation_interval,
        depreciation_interval_type: 'days',
        depreciation_percentage,
      })
    expect((await rule(10, 25)).depreciation.depreciation_percentage).toBe('25')
    await rule(20, 50)
    const code = await newCustomer(shop)
    const earn = (amount: number) => done(shop, { type: 'record_activity', code, campaign_id, amount })
    await earn(100)
    clock.advance(5 * day)
    await earn(40)
    clock.advance(5 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('115')
    clock.advance(5 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('105')
    // Spending takes the oldest first: of the hundred 20 are left.
    await done(shop, { type: 'redeem', code, campaign_id, custom_points_redeem: 55 })
    clock.advance(5 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('30')
    clock.advance(5 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('10')
    clock.advance(100 * day)
    expect(await balanceOf(shop, code, campaign_id)).toBe('10')
    await expectTrueBooks()
  })

  it('is missing in every API at once, without anybody having asked this one', async () => {
    const own = await openShop('lapsing')
    const code = await newCustomer(own)
    const { points: campaign_id } = own.campaigns
    await done(own, { type: 'record_activity', code, campaign_id, amount: 100 })
    const id = (await findCustomerByCode(own.ctx, code))?.id ?? 0
    const { key } = await issueApiKey(own.ctx, { name: 'test' })
    const available = async () => {
      const url = `/api/v1/customers/${id}/balances`
      const answer = await app.inject({ url, headers: { authorization: `Bearer ${key}` } })
      return answer.json().items.find(({ available }: { available: number }) => available > 0).available
    }
    expect(await available()).toBe(100)
    const terms = { depreciation_interval: 1, depreciation_interval_type: 'days', depreciation_percentage: 10 }
    await done(own, { type: 'depreciation_new', campaign_id, ...terms })
    clock.advance(day / 2)
    expect(await available()).toBe(100)
    clock.advance(day / 2)
    expect(await available()).toBe(90)
    expect(await quoted(own, id)).toBe(90)
    clock.advance(day)
    expect(await quoted(own, id)).toBe(81)
    await expectTrueBooks()
  })

  it('is a fee, at most what is there, and only from the dormant where it says so; the job takes it from everybody', async () => {
    const campaign_id = await newCampaign({ campaign_type: 'giftcard' })
    const fee = { fee_interval: 1, interval_type: 'months', fee_amount: '7,50', fee_description: 'Service charge' }
    const made = await done(shop, { type: 'campaign_fee_new', campaign_id, ...fee, fee_type: 'last_transaction' })
    expect(made.fee).toEqual({
      status: 'new',
      id: expect.any(String),
      interval: '1',
      interval_type: 'months',
      amount: '7.50',
      description: 'Service charge',
    })
    const [sleeper, regular] = [await newCustomer(shop), await newCustomer(shop)]
    const load = (code: string) => done(shop, { type: 'record_activity', code, campaign_id, amount: 10 })
    await load(sleeper)
    await load(regular)
    clock.advance(20 * day)
    await load(regular)
    clock.advance(15 * day)
    expect(await settleAllCharges(server, { batch: 1 })).toBeGreaterThan(0)
    expect(await settleAllCharges(server, { batch: 1 })).toBe(0)
    expect([await balances(sleeper), await balances(regular)]).toEqual([[250], [2000]])
    clock.advance(31 * day)
    const report = { type: 'reports', report: 'customers_balances', campaign_id }
    const rows = (await done(shop, report)).customers as { customer_code: string; balance: string }[]
    expect(rows.find(({ customer_code }) => customer_code === sleeper)?.balance).toBe('0.00')
    expect(rows.find(({ customer_code }) => customer_code === regular)?.balance).toBe('12.50')

    const change = { type: 'campaign_fee_update', campaign_id, fee_id: made.fee.id }
    expect((await done(shop, { ...change, fee_amount: 1, fee_type: 'recurring' })).fee).toMatchObject({
      status: 'updated',
      amount: '1.00',
      description: 'Service charge',
    })
    const { campaign } = await done(shop, { type: 'balance', code: sleeper, campaign_id })
    expect(campaign.customer.transactions[0]).toMatchObject({ amount: '-2.50', authorization: 'Service charge' })
    expect((await done(shop, { type: 'campaign_fees', campaign_id })).fees).toHaveLength(1)
    await done(shop, { type: 'campaign_fee_delete', campaign_id, fee_id: made.fee.id })
    expect((await done(shop, { type: 'campaign_fees', campaign_id })).fees).toEqual([])
    clock.advance(60 * day)
    expect(await balanceOf(shop, regular, campaign_id)).toBe('12.50')
    await expectTrueBooks()
  })

  it.each([
    [{ depreciation_percentage: 0 }, 'depreciation_percentage must be more than 0 and 100 at most'],
    [{ depreciation_percentage: '100.01' }, 'depreciation_percentage must be more than 0 and 100 at most'],
    [{ depreciation_interval: 0 }, 'depreciation_interval must be a whole number from 1 to 1000'],
    [{ depreciation_interval_type: 'aeon' }, 'depreciation_interval_type must be days, weeks, months or years'],
    [{ depreciation_type: 'odd' }, 'depreciation_type must be per_transaction, last_transaction or recurring'],
    [{ depreciation_percentage: '' }, 'depreciation_percentage is required'],
  ])('is refused with %j', async (fields, error) => {
    const made = {
      type: 'depreciation_new',
      campaign_id: shop.campaigns.visits,
      depreciation_interval_type: 'week',
      depreciation_percentage: 5,
    }
    expect(await ask(shop, { ...made, ...fields })).toEqual(refused(error))
    expect(await ask(shop, { ...made, campaign_id: shop.campaigns.items })).toEqual(
      refused('The campaign is of another type'),
    )
  })
})

describe('a coalition', () => {
  it('shares one balance among its campaigns; who opted out has one of its own', async () => {
    const own = await openShop('coalition')
    const [inside, outside] = [
      await newCampaign(
        { campaign_type: 'points', campaign_name: 'In', points_ratio: 2, coalition_opt_out: 'No' },
        own,
      ),
      await newCampaign({ campaign_type: 'points', campaign_name: 'Out', coalition_opt_out: 'Yes' }, own),
    ]
    const first = own.campaigns.points
    expect((await done(own, { type: 'account_info' })).account.coalition).toBe('Yes')
    const code = await newCustomer(own)
    const earn = (campaign_id: string) => done(own, { type: 'record_activity', code, campaign_id, amount: 10 })
    await earn(first)
    await earn(inside)
    await earn(outside)
    expect(await balanceOf(own, code, first)).toBe('30')
    expect(await balanceOf(own, code, inside)).toBe('30')
    expect(await balanceOf(own, code, outside)).toBe('10')
    const history = async (fields: Fields) =>
      (await done(own, { type: 'balance', code, campaign_id: inside, ...fields })).campaign.customer.transactions
    expect(await history({})).toHaveLength(1)
    expect(await history({ across_campaigns: 'Yes' })).toHaveLength(2)
    await done(own, { type: 'redeem', code, campaign_id: inside, custom_points_redeem: 25 })
    expect(await balanceOf(own, code, first)).toBe('5')
    const balances = { type: 'reports', report: 'customers_balances', coalition_balance: 'coalition_points' }
    expect((await done(own, balances)).customers).toMatchObject([{ customer_code: code, balance: '5' }])
    const totals = { type: 'reports', report: 'coalition_points', date_start: '2026-01-01' }
    expect((await done(own, totals)).coalition).toEqual({
      campaigns: `${first},${inside}`,
      earned: '30',
      redeemed: '-25',
      liability: '5',
      monetary_equivalent: '0.05',
    })
    expect((await done(own, { ...totals, selected_campaigns: inside })).coalition).toMatchObject({ earned: '20' })
    const stored = { ...totals, report: 'coalition_stored_value' }
    expect((await done(own, stored)).coalition).toMatchObject({ earned: '0.00' })
    expect(await ask(own, { ...balances, coalition_balance: 'all' })).toMatchObject({ status: 'error' })
  })
})
