// The loyalty engine over api/v1: rules and rewards are made, tried, turned on, and seen to pay.
import { beforeAll, describe, expect, test } from 'vitest'
import { runReplays } from '../../src/core/purchases/index.ts'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

let key = ''
let otherKey = ''
let categoryId = 0
let tiers: { id: number; name: string; threshold: number; settings: Record<string, unknown> }[] = []

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
type Body = any

async function call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: method as 'GET',
    url: `/api/v1${url}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    payload: body === undefined ? undefined : JSON.stringify(body),
  })
  const read: Body = answer.body === '' || answer.body === 'null' ? null : JSON.parse(answer.body)
  return { status: answer.statusCode, body: read }
}
const get = (url: string) => call('GET', url)
const post = (url: string, body: unknown, headers?: Record<string, string>) => call('POST', url, body, headers)

async function newCustomer(name: string): Promise<number> {
  return (await post('/customers', { first_name: name })).body.id
}

let numbers = 0
function sell(customerId: number | undefined, occurredAt: string, more: object = {}) {
  return post('/purchases', {
    number: `S-${++numbers}`,
    customer_id: customerId,
    occurred_at: occurredAt,
    lines: [
      { code: 'TEA', quantity: 2, unit_price: 10 },
      { code: 'MUG', quantity: 1, unit_price: 5 },
    ],
    ...more,
  })
}

const doubled = () => ({
  lines: { category_ids: [categoryId] },
  conditions: [{ kind: 'weekday', days: [6, 7] }],
  earning: { kind: 'multiply', factor: 2, rounding: 'down' },
})

beforeAll(async () => {
  key = (await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })).apiKey
  otherKey = (await createTenant(server, { slug: 'other', name: 'Other', template: 'retail' })).apiKey
  await call('PUT', '/products/TEA', { name: 'Tea', price_minor: 1000, category_external_id: 'drinks' })
  await call('PUT', '/products/MUG', { name: 'Mug', price_minor: 500 })
  categoryId = (await get('/categories?q=DRINK')).body.items[0].id
  tiers = (await get('/tiers')).body.items
})

describe('an earning rule', () => {
  test('is drafted, simulated, replayed, turned on, and pays; the purchase says why', async () => {
    const eva = await newCustomer('Eva')
    await sell(eva, '2026-01-03T12:00:00Z') // a Saturday
    await sell(eva, '2026-01-05T12:00:00Z') // a Monday
    const rule = { name: 'Tea weekend', definition: doubled(), priority: 3 }
    const simulated = await post('/loyalty/simulate', {
      customer_id: eva,
      at: '2026-01-10T12:00:00Z',
      lines: [
        { code: 'TEA', quantity: 1 },
        { code: 'MUG', quantity: 1 },
      ],
      rule,
    })
    expect(simulated).toMatchObject({
      status: 200,
      body: {
        total_minor: 1500,
        payable_minor: 1500,
        points_earned: 25,
        lines: [
          { code: 'TEA', name: 'Tea', quantity: 1, total_minor: 1000, discount_minor: 0 },
          { code: 'MUG', name: 'Mug', quantity: 1, total_minor: 500, discount_minor: 0 },
        ],
      },
    })
    const decision = simulated.body.decisions.find((one: Body) => one.name === 'Tea weekend')
    expect(decision).toMatchObject({ subject: 'rule', id: 0, fired: true, amount: 10, unit: { kind: 'points' } })
    const asked = await post('/loyalty/replays', { rule, from: '2026-01-01', to: '2026-01-31' })
    const waiting = { state: 'waiting', looked: 0, total: null, result: null, from: '2026-01-01', to: '2026-01-31' }
    const { name, definition } = rule
    expect(asked).toMatchObject({ status: 201, body: { ...waiting, rule: { id: null, name, definition } } })
    await runReplays(server)
    expect(await get(`/loyalty/replays/${asked.body.id}`)).toMatchObject({
      status: 200,
      body: {
        state: 'done',
        looked: 2,
        total: 2,
        result: {
          purchases: 2,
          affected: 1,
          customers: 1,
          amount: 20,
          value_minor: 20,
          by_month: [{ month: '2026-01', purchases: 1, amount: 20 }],
          top: [{ customer_id: eva, name: 'Eva', amount: 20 }],
        },
      },
    })
    const stopped = await post('/loyalty/replays', { rule, from: '2026-01-01', to: '2026-01-31' })
    const state = `/loyalty/replays/${stopped.body.id}/state`
    expect((await call('PUT', state, { state: 'cancelled' })).body.state).toBe('cancelled')
    expect((await call('PUT', state, { state: 'done' })).status).toBe(400)
    expect((await get('/loyalty/replays/1')).status).toBe(404)

    const made = await post('/earning-rules', rule, { 'idempotency-key': 'rule-1' })
    expect(made).toMatchObject({ status: 201, body: { ...rule, state: 'draft', valid_from: null } })
    expect((await post('/earning-rules', rule, { 'idempotency-key': 'rule-1' })).body.id).toBe(made.body.id)
    const url = `/earning-rules/${made.body.id}`
    expect(
      (await call('PATCH', url, { description: 'For tea lovers', valid_to: '2027-01-01T00:00:00Z' })).body,
    ).toMatchObject({
      name: 'Tea weekend',
      description: 'For tea lovers',
      valid_to: '2027-01-01T00:00:00.000Z',
    })
    expect((await call('PUT', `${url}/state`, { state: 'active' })).body.state).toBe('active')
    const sale = (await sell(eva, '2026-01-17T12:00:00Z')).body
    expect(sale.points_earned).toBe(45)
    expect(sale.decisions).toEqual([
      expect.objectContaining({ subject: 'programme', fired: true, amount: 25 }),
      expect.objectContaining({ subject: 'rule', id: made.body.id, fired: true, amount: 20, reason: 'fired' }),
    ])
    const monday = (await sell(eva, '2026-01-19T12:00:00Z')).body
    expect(monday.decisions[1]).toMatchObject({
      fired: false,
      reason: 'weekday',
      amount: 0,
      data: { asked: [6, 7], found: 1 },
    })
    expect((await get('/earning-rules?state=active')).body.items).toHaveLength(1)
    expect((await get('/earning-rules?q=nothing')).body.items).toEqual([])
    expect((await call('PUT', `${url}/state`, { state: 'paused' })).body.state).toBe('paused')
    expect((await call('DELETE', url)).status).toBe(204)
    expect((await get(url)).status).toBe(404)
    // What it paid is still told in its unit.
    expect((await get(`/purchases/${sale.id}`)).body.decisions[1].unit).toMatchObject({ kind: 'points' })
  })

  test('with faults is refused with every one of them, in the words of the wire', async () => {
    const faulty = {
      conditions: [{ kind: 'weekday', days: [8] }, { kind: 'moon' }],
      earning: { kind: 'per_amount', amount: 1, per_minor: 0, rounding: 'down' },
    }
    const { status, body } = await post('/earning-rules', { name: 'x', definition: faulty })
    expect(status).toBe(400)
    expect(body.errors.map((fault: Body) => fault.path)).toEqual([
      'body.definition.conditions[0].days[0]',
      'body.definition.conditions[1].kind',
      'body.definition.earning.per_minor',
    ])
    const camel = { conditions: [], earning: { kind: 'per_amount', amount: 1, perMinor: 100, rounding: 'down' } }
    expect((await post('/earning-rules', { name: 'x', definition: camel })).body.errors[0].path).toBe(
      'body.definition.earning.perMinor',
    )
    const credit = (await get('/units')).body.items.find((unit: Body) => unit.kind === 'money')
    const twice = { name: 'x', unit_id: credit.id, definition: doubled() }
    const unitFault = { status: 400, body: { errors: [{ path: 'body.unit_id' }] } }
    expect(await post('/earning-rules', twice)).toMatchObject(unitFault)
    expect(await post('/loyalty/replays', { rule: twice, from: '2026-01-01', to: '2026-01-31' })).toMatchObject(
      unitFault,
    )
    let deep: object = { kind: 'first_purchase' }
    for (let level = 0; level < 500; level++) deep = { kind: 'not', of: deep }
    expect((await post('/earning-rules', { name: 'x', definition: { conditions: [deep] } })).status).toBe(400)
    expect((await post('/loyalty/replays', { from: '2026-01-01', to: '2026-01-31' })).status).toBe(400)
    const days = { from: '2026-02-01', to: '2026-01-31' }
    expect((await post('/loyalty/replays', { rule: { name: 'x', definition: doubled() }, ...days })).status).toBe(400)
  })

  test('of one shop is nothing to another, and only a marketer may write it', async () => {
    const made = await post('/earning-rules', { name: 'Mine', definition: doubled() })
    const theirs = { authorization: `Bearer ${otherKey}` }
    expect((await call('GET', `/earning-rules/${made.body.id}`, undefined, theirs)).status).toBe(404)
    expect((await call('PUT', `/earning-rules/${made.body.id}/state`, { state: 'active' }, theirs)).status).toBe(404)
    const reader = (await post('/api-keys', { name: 'Reader', scopes: ['customers.read'] })).body
    const asReader = { authorization: `Bearer ${reader.key}` }
    expect((await call('GET', '/earning-rules', undefined, asReader)).status).toBe(200)
    expect((await call('POST', '/earning-rules', { name: 'x', definition: doubled() }, asReader)).status).toBe(403)
  })

  test('is listed page by page in the order it is looked at', async () => {
    const names: string[] = []
    for (const priority of [9, 8, 7])
      await post('/earning-rules', { name: `page ${priority}`, priority, definition: doubled() })
    let after = ''
    do {
      const page: Body = (await get(`/earning-rules?q=page&limit=2${after}`)).body
      names.push(...page.items.map((rule: Body) => rule.name))
      after = page.next_cursor ? `&after=${page.next_cursor}` : 'end'
    } while (after !== 'end')
    expect(names).toEqual(['page 7', 'page 8', 'page 9'])
    const crafted = Buffer.from('[-5]').toString('base64url')
    expect((await get(`/earning-rules?after=${crafted}`)).status).toBe(200)
  })
})

describe('a reward', () => {
  test('is tried on a total whose lines are not known', async () => {
    const definition = { benefit: { kind: 'percent', percent: 10 }, conditions: [] }
    const reward = { code: 'T', name: 'Ten off', usage: 'automatic', definition }
    const simulated = await post('/loyalty/simulate', { lines: [], total_minor: 4_000, reward })
    expect(simulated).toMatchObject({
      status: 200,
      body: { total_minor: 4_000, payable_minor: 3_600, lines: [], discounts: [{ amount_minor: 400, code: 'T' }] },
    })
    const cheapest = { ...reward, definition: { benefit: { kind: 'cheapest_free', of: 3 }, conditions: [] } }
    const { decisions } = (await post('/loyalty/simulate', { lines: [], total_minor: 4_000, reward: cheapest })).body
    expect(decisions).toContainEqual(expect.objectContaining({ name: 'Ten off', reason: 'lines_untold' }))
    expect((await post('/loyalty/simulate', { lines: [] })).status).toBe(400)
  })

  test('is tried as a draft, turned on, and taken off the basket line by line', async () => {
    const reward = {
      code: 'TEA10',
      name: 'Ten percent off tea',
      usage: 'code',
      definition: {
        benefit: { kind: 'percent', percent: 10 },
        lines: { category_ids: [categoryId] },
        conditions: [{ kind: 'basket', min_amount_minor: 1000 }],
      },
    }
    const lines = [
      { code: 'TEA', quantity: 1 },
      { code: 'MUG', quantity: 1 },
    ]
    const tried = (await post('/loyalty/simulate', { lines, reward })).body
    expect(tried).toMatchObject({ total_minor: 1500, payable_minor: 1400 })
    expect(tried.lines.map((line: Body) => line.discount_minor)).toEqual([100, 0])
    const made = await post('/rewards', reward)
    expect(made).toMatchObject({ status: 201, body: { ...reward, state: 'draft', kind: 'till', points_cost: 0 } })
    expect((await post('/rewards', reward)).body.code).toBe('reward.code_taken')
    expect((await post('/loyalty/simulate', { lines, codes: ['tea10'] })).body.refused_codes).toEqual([
      { code: 'tea10', reason: 'not_active' },
    ])
    await call('PUT', `/rewards/${made.body.id}/state`, { state: 'active' })
    const quoted = (await post('/loyalty/simulate', { lines, codes: ['tea10'] })).body
    expect(quoted).toMatchObject({
      payable_minor: 1400,
      discounts: [{ name: 'Ten percent off tea', code: 'tea10', amount_minor: 100, times: 1, is_tier: false }],
    })
    expect((await call('PATCH', `/rewards/${made.body.id}`, { points_cost: 50 })).body.points_cost).toBe(50)
    expect((await get('/rewards?usage=code&state=active&q=tea')).body.items).toHaveLength(1)
    expect((await call('DELETE', `/rewards/${made.body.id}`)).status).toBe(204)
    expect((await get(`/rewards/${made.body.id}`)).status).toBe(404)
  })

  test('gives vouchers, from a pool of codes, for points; a cancelled one gives the points back', async () => {
    const ivy = await newCustomer('Ivy')
    await post(`/customers/${ivy}/postings`, { kind: 'earn', amount: 100, note: 'x' }, { 'idempotency-key': 'ivy' })
    const pool = (await post('/code-pools', { name: 'Printed' })).body
    expect((await post(`/code-pools/${pool.id}/codes`, { codes: ['AAA', 'BBB', 'AAA'] })).body).toEqual({
      added: 2,
      duplicates: 1,
    })
    const reward = (
      await post('/rewards', {
        code: 'FIVE',
        name: 'Five off',
        usage: 'voucher',
        kind: 'catalogue',
        state: 'active',
        points_cost: 60,
        definition: { benefit: { kind: 'amount', amount_minor: 500 }, conditions: [], code_pool_id: pool.id },
      })
    ).body
    const given = await post('/vouchers', { reward_id: reward.id, customer_id: ivy }, { 'idempotency-key': 'v1' })
    expect(given).toMatchObject({
      status: 201,
      body: { code: 'AAA', reward: { name: 'Five off' }, customer: { id: ivy, name: 'Ivy' }, state: 'issued' },
    })
    expect((await post('/vouchers', { reward_id: reward.id, customer_id: ivy })).body.code).toBe('balance.insufficient')
    expect((await get('/code-pools')).body.items).toContainEqual(expect.objectContaining({ free: 1, used: 1 }))
    expect((await get(`/vouchers?customer_id=${ivy}`)).body.items).toHaveLength(1)
    expect((await get(`/vouchers?code=aaa`)).body.items[0].id).toBe(given.body.id)
    expect((await post(`/vouchers/${given.body.id}/cancel`, {})).body.state).toBe('cancelled')
    expect((await get(`/vouchers/${given.body.id}`)).status).toBe(404)
    const { available } = (await get(`/customers/${ivy}/balances`)).body.items.find(
      (balance: Body) => balance.unit.kind === 'points',
    )
    expect(available).toBe(100)
  })

  test('that is a gift card holds money, and is topped up once for its key', async () => {
    const reward = (
      await post('/rewards', {
        code: 'GIFT',
        name: 'Gift card',
        usage: 'voucher',
        kind: 'gift_card',
        state: 'active',
        definition: { benefit: { kind: 'amount', amount_minor: 2500 }, conditions: [] },
      })
    ).body
    expect((await post('/vouchers', { reward_id: reward.id })).body.code).toBe('reward.wrong_kind')
    expect((await post('/gift-cards', { reward_id: reward.id, amount_minor: 2500 })).status).toBe(400)
    const issue = { reward_id: reward.id, amount_minor: 2500, code: 'CARD-1' }
    const card = await post('/gift-cards', issue, { 'idempotency-key': 'card' })
    expect(card).toMatchObject({ status: 201, body: { code: 'CARD-1', balance_minor: 2500, currency: 'EUR' } })
    expect((await post('/gift-cards', issue, { 'idempotency-key': 'card' })).body.id).toBe(card.body.id)
    for (let again = 0; again < 2; again++)
      await post('/gift-cards/CARD-1/top-ups', { amount_minor: 500 }, { 'idempotency-key': 'top-up' })
    expect((await get('/gift-cards/card-1')).body).toMatchObject({ balance_minor: 3000, original_minor: 3000 })
    expect((await get('/gift-cards/nothing')).status).toBe(404)
  })
})

describe('a tier', () => {
  test('is changed, shown to a customer with the way to it, given by hand, and takes off what it says', async () => {
    const max = await newCustomer('Max')
    const gold = tiers.at(-1)
    const settings = { measure: 'points', period: { kind: 'calendar_year' }, keep: 500, discount_percent: 10 }
    const changed = await call('PATCH', `/tiers/${gold?.id}`, { name: 'Gold', threshold: 900, settings })
    expect(changed).toMatchObject({ status: 200, body: { name: 'Gold', threshold: 900, settings } })
    expect((await get(`/customers/${max}/tier`)).body).toMatchObject({ is_given: false, earned: 0, given: [] })
    const wish = { tier_id: gold?.id, valid_to: '2099-12-31T23:00:00Z', note: ' Opened the shop with us ' }
    const given = await call('PUT', `/customers/${max}/tier`, wish)
    expect(given.body).toMatchObject({
      tier: { name: 'Gold' },
      next: null,
      is_given: true,
      keep_by: '2099-12-31T23:00:00.000Z',
      given: [{ tier_id: gold?.id, note: 'Opened the shop with us' }],
    })
    const taken = await call('DELETE', `/customers/${max}/tier`)
    expect(taken.body).toMatchObject({ is_given: false, given: [{ valid_to: expect.any(String) }] })
    expect((await call('DELETE', `/customers/${max}/tier`)).status).toBe(200)
    expect((await call('PUT', `/customers/${max}/tier`, { ...wish, valid_to: '2020-01-01T00:00:00Z' })).status).toBe(
      400,
    )
    await call('PUT', `/customers/${max}/tier`, { tier_id: gold?.id })
    const lines = [{ code: 'TEA', quantity: 1 }]
    const { body } = await post('/loyalty/simulate', { customer_id: max, lines, tier_discount: true })
    expect(body).toMatchObject({ payable_minor: 900, discounts: [{ name: 'Gold', is_tier: true, amount_minor: 100 }] })
    expect((await call('PATCH', `/tiers/${gold?.id}`, { settings: { discount: 5 } })).status).toBe(400)
    expect((await call('PATCH', '/tiers/1', { name: 'x' })).status).toBe(404)
  })
})

test('a basket of what the catalogue does not know needs its prices', async () => {
  const unknown = await post('/loyalty/simulate', { lines: [{ code: 'NOTHING', quantity: 1 }] })
  expect(unknown.status).toBe(400)
  expect(unknown.body.errors[0].path).toBe('body.lines[0].unit_price')
  const told = await post('/loyalty/simulate', { lines: [{ code: 'NOTHING', quantity: 2, unit_price: 1.5 }] })
  expect(told.body).toMatchObject({ total_minor: 300, lines: [{ code: 'NOTHING', name: 'NOTHING' }] })
})
