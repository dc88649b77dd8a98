// The REES46 API as its clients speak it: each test is a conversation.
import { describe, expect, test } from 'vitest'
import { upsertProducts } from '../../src/core/catalog/index.ts'
import { addSourceRecord, createCustomer, findCustomerByIdentity, getCustomer } from '../../src/core/customers/index.ts'
import { findDevice, getCollection, listEvents } from '../../src/core/events/index.ts'
import { balancesOf } from '../../src/core/ledger/index.ts'
import { listPurchases, recordPurchase } from '../../src/core/purchases/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

async function newShop(slug: string) {
  const { tenant } = await createTenant(server, { slug, name: slug, template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const { shop_id, shop_secret } = (await describeConnections(ctx, { publicUrl: '' })).rees46
  return { ctx, shop_id, shop_secret }
}

const { ctx, shop_id, shop_secret } = await newShop('shop')

type Fields = Record<string, unknown>

async function get(path: string, query: Record<string, string> = {}, headers: Record<string, string> = {}) {
  const answer = await app.inject({ method: 'GET', url: `/rees46${path}`, query: { shop_id, ...query }, headers })
  return { status: answer.statusCode, body: answer.json() }
}

async function post(path: string, fields: Fields) {
  const answer = await app.inject({ method: 'POST', url: `/rees46${path}`, payload: { shop_id, ...fields } })
  return { status: answer.statusCode, body: answer.json() }
}

async function form(path: string, text: string) {
  const answer = await app.inject({
    method: 'POST',
    url: `/rees46${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: `shop_id=${shop_id}&${text}`,
  })
  return { status: answer.statusCode, body: answer.json() }
}

const ok = { status: 200, body: { status: 'success' } }
const secret = { shop_secret }

async function newDevice(): Promise<{ did: string; seance: string }> {
  const { body } = await get('/init', { v: '3' })
  return { did: body.did, seance: body.seance }
}

async function customerOf(did: string) {
  const device = await findDevice(ctx, did)
  return getCustomer(ctx, device?.customerId ?? 0)
}

async function eventsOf(did: string) {
  const events = await listEvents(ctx, { customerId: (await customerOf(did)).id, limit: 100 })
  return events.sort((a, b) => a.id - b.id)
}

async function cartOf(did: string, kind: 'cart' | 'wish' = 'cart') {
  const items = await getCollection(ctx, { customerId: (await customerOf(did)).id, kind })
  return Object.fromEntries(items.map((item) => [item.productCode, item.quantity]))
}

describe('a session', () => {
  test('a first visit gets a device, a session and the shop’s settings', async () => {
    const { status, body } = await get('/init', { v: '3', stream: 'ios', tz: '3', referrer: 'https://example.com/' })
    expect(status).toBe(200)
    expect(body.did).toMatch(/^[0-9A-Za-z]{10}$/)
    expect(body.seance).toMatch(/^[0-9A-Za-z]{10}$/)
    expect(body).not.toHaveProperty('message')
    expect(body).toMatchObject({
      currency: 'EUR',
      has_email: false,
      email_collector: false,
      recommendations: true,
      lazy_load: false,
      snippets: [],
      search: { enabled: true, type: 'full', settings: { redirects: {}, items_title: 'Products' } },
      popup: null,
      web_push_settings: { public_key: '' },
      recone: false,
    })
    expect(await findDevice(ctx, body.did)).toMatchObject({ platform: 'ios' })
  })

  test('a known device keeps its name and its session, also one that the host made up', async () => {
    const first = await newDevice()
    expect((await get('/init', first)).body).toMatchObject(first)
    const second = { did: 'host-made-did-1', sid: 's1' }
    expect((await get('/init', second)).body).toMatchObject({ did: 'host-made-did-1', seance: 's1' })
  })

  test('the oldest client gets its session as plain text', async () => {
    const answer = await app.inject({ url: `/rees46/generate_ssid?shop_id=${shop_id}` })
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
    expect(answer.body).toMatch(/^\w{10}$/)
  })

  test('browsers of any site may call, without credentials', async () => {
    const headers = { origin: 'https://shop.example', 'access-control-request-method': 'POST' }
    const asked = await app.inject({ method: 'OPTIONS', url: '/rees46/push', headers })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers).toMatchObject({ 'access-control-allow-origin': '*' })
    expect(asked.headers).not.toHaveProperty('access-control-allow-credentials')
    const refused = await app.inject({ method: 'POST', url: '/rees46/push', headers })
    expect(refused.headers['access-control-allow-origin']).toBe('*')
  })
})

describe('events', () => {
  test('every event in the form encoding of the reference', async () => {
    const { did } = await newDevice()
    for (const text of [
      'event=view&item_id[0]=P1&is_available[0]=1&recommended_by=dynamic&recommended_code=block',
      'event=category&category_id=shoes',
      'event=search&search_query=red%20shoes',
      'event=cart&item_id%5B0%5D=P1&amount%5B0%5D=2&is_available%5B0%5D=1',
      'event=cart&item_id[0]=P2&amount[0]=1',
      'event=remove_from_cart&item_id[0]=P2',
      'event=wish&item_id[0]=P3',
      'event=remove_wish&item_id[0]=P3',
    ]) {
      expect(await form('/push', `did=${did}&seance=s1&segment=A&${text}`)).toEqual(ok)
    }
    expect(await cartOf(did)).toEqual({ P1: 2 })
    expect(await cartOf(did, 'wish')).toEqual({})
    expect(await eventsOf(did)).toMatchObject([
      {
        type: 'product_viewed',
        productCode: 'P1',
        session: 's1',
        data: { segment: 'A', available: true, recommended_by: 'dynamic', recommended_code: 'block' },
      },
      { type: 'category_viewed', data: { category: 'shoes' } },
      { type: 'searched', data: { query: 'red shoes' } },
      { type: 'cart_added', productCode: 'P1', quantity: 2 },
      { type: 'cart_added', productCode: 'P2', quantity: 1 },
      { type: 'cart_removed', productCode: 'P2' },
      { type: 'wish_added', productCode: 'P3' },
      { type: 'wish_removed', productCode: 'P3' },
    ])
  })

  test('every event in the JSON of the newer clients', async () => {
    const { did } = await newDevice()
    const push = (fields: Fields) => post('/push', { did, seance: 's', sid: 's', stream: 'ios', ...fields })
    const view = { event: 'view', items: [{ id: 'z' }] }
    expect(await push({ event: 'view', items: [{ id: 37 }, { id: 'x' }] })).toEqual(ok)
    expect(
      await push({
        event: 'cart',
        items: [
          { id: 'a', quantity: '3' },
          { id: 'b', amount: 2 },
        ],
      }),
    ).toEqual(ok)
    expect(await cartOf(did)).toEqual({ a: 3, b: 2 })
    expect(await push({ event: 'cart', items: [{ id: 'c', quantity: 5000 }], full_cart: 'true' })).toEqual(ok)
    expect(await cartOf(did)).toEqual({ c: 1000 })
    expect(await push({ event: 'cart', items: [], full_cart: true })).toEqual(ok)
    expect(await cartOf(did)).toEqual({})
    expect(await push({ event: 'wish', items: ['a', 'b'], full_wish: 'yes' })).toEqual(ok)
    expect(await cartOf(did, 'wish')).toEqual({ a: 1, b: 1 })
    expect(await push({ event: 'remove_wish', items: [{ id: 'a' }] })).toEqual(ok)
    expect(await push({ event: 'search', search_query: 'x', results: 'a,b' })).toEqual(ok)
    expect(await push({ event: 'recone_click', campaign: 'c', position: 1 })).toEqual(ok)
    expect(await push({ ...view, source: { from: '', code: '' } })).toEqual(ok)
    expect(await push({ ...view, source: '{"from":"bulk","code":"c1"}' })).toEqual(ok)
    expect((await eventsOf(did)).at(-1)).toMatchObject({ data: { recommended_by: 'bulk', recommended_code: 'c1' } })
  })

  test('parameters may all come in the query of a POST', async () => {
    const { did } = await newDevice()
    const url = `/rees46/push?shop_id=${shop_id}&did=${did}&event=view&item_id%5B0%5D=Q`
    expect((await app.inject({ method: 'POST', url })).json()).toEqual({ status: 'success' })
    expect(await eventsOf(did)).toMatchObject([{ productCode: 'Q' }])
  })

  test('a shop’s own events carry whatever they say', async () => {
    const { did } = await newDevice()
    const own = `event=my_event&did=${did}&category=c&label=l&value=42&time=1767225600`
    expect(await form('/push/custom', own)).toEqual(ok)
    expect(await post('/push/custom', { did, event: 'purchased', color: 'red', payload: { size: 'L' } })).toEqual(ok)
    expect(await eventsOf(did)).toMatchObject([
      { type: 'my_event', occurredAt: new Date(1_767_225_600_000), data: { category: 'c', label: 'l', value: '42' } },
      { type: 'custom_purchased', data: { color: 'red', size: 'L' } },
    ])
    expect((await post('/push/custom', { did, event: 'x', value: 'many' })).status).toBe(422)
  })

  const view = { event: 'view', items: [{ id: 1 }] }
  const cart = { event: 'cart', did: 'd' }
  const purchase = { event: 'purchase', did: 'd', items: [{ id: 1 }] }
  test.each<[string, Fields, number]>([
    ['no shop', { shop_id: undefined, did: 'd', ...view }, 401],
    ['an empty shop', { shop_id: '', did: 'd', ...view }, 422],
    ['an unknown shop', { shop_id: 'nobody', did: 'd', ...view }, 404],
    ['a wrong secret', { shop_secret: 'x', did: 'd', ...view }, 403],
    ['no device', view, 401],
    ['an empty device', { did: '', ...view }, 401],
    ['an ill-formed device', { did: 'a\nb', ...view }, 422],
    ['no event', { did: 'd' }, 422],
    ['an unknown event', { did: 'd', event: 'dance', items: [{ id: 1 }] }, 422],
    ['an event that every object has', { did: 'd', event: '__proto__', items: [{ id: 1 }] }, 422],
    ['no items', { did: 'd', event: 'view' }, 422],
    ['empty items', { ...cart, items: [] }, 422],
    ['items that are no list', { ...cart, items: 'abc' }, 422],
    ['only items without a name', { ...cart, items: [{ id: '' }, { id: 'a\\b' }, { id: 'x'.repeat(256) }] }, 422],
    ['an empty stream', { did: 'd', ...view, stream: '' }, 422],
    ['a stream that is no text', { did: 'd', ...view, stream: { a: 1 } }, 422],
    ['an empty session', { did: 'd', ...view, sid: '' }, 422],
    ['an empty referer', { did: 'd', ...view, referer: '' }, 422],
    ['a segment that is neither A nor B', { did: 'd', ...view, segment: 'C' }, 422],
    ['an unknown recommender', { did: 'd', ...view, recommended_by: 'magic' }, 422],
    ['an empty recommender code', { did: 'd', ...view, recommended_by: 'dynamic', recommended_code: '' }, 422],
    ['a source that is no JSON', { did: 'd', ...view, source: 'bulk' }, 422],
    ['an empty source', { did: 'd', ...view, source: '' }, 422],
    ['an unknown source', { did: 'd', ...view, source: { from: 'moon', code: 'c' } }, 200],
    ['a source without a code', { did: 'd', ...view, source: { from: 'bulk' } }, 200],
    ['an empty search', { did: 'd', event: 'search', search_query: '' }, 422],
    ['a search that is a list', { did: 'd', event: 'search', search_query: ['a'] }, 422],
    ['an order number that is too long', { ...purchase, order_id: 'x'.repeat(256) }, 422],
    ['empty words about an order', { ...purchase, order_id: '', delivery_type: '', payment_type: '' }, 200],
    ['an old client’s recommender', { did: 'd', ...view, recommended_by: 'similar' }, 200],
    ['a price below zero', { ...cart, items: [{ id: 1, price: -1, line_id: '', fashion_size: '' }] }, 200],
    ['an amount below one', { ...cart, items: [{ id: 1, amount: 0 }] }, 200],
  ])('%s', async (_, fields, status) => {
    const answer = await post('/push', fields)
    expect(answer.status).toBe(status)
    if (status === 200) return
    const { message } = answer.body
    expect(message).toEqual(expect.any(String))
    expect(answer.body).toEqual({ status: 'error', payload: { message }, message })
  })

  test('what cannot be read, the wrong verb and an unknown path are answered in the API’s shape', async () => {
    const headers = { 'content-type': 'application/json' }
    const bad = await app.inject({ method: 'POST', url: '/rees46/push', headers, payload: '{"a":' })
    const wrongVerb = await app.inject({ method: 'GET', url: '/rees46/push' })
    const unknown = await app.inject({ method: 'GET', url: '/rees46/nothing' })
    expect([bad, wrongVerb, unknown].map((answer) => answer.statusCode)).toEqual([400, 405, 404])
    for (const answer of [bad, wrongVerb, unknown]) {
      expect(answer.json()).toMatchObject({ status: 'error', payload: { message: expect.any(String) } })
    }
  })
})

describe('purchases', () => {
  test('an order that a browser tells of empties the cart, is shown, and earns nothing', async () => {
    const { did } = await newDevice()
    await upsertProducts(ctx, [{ code: 'CAT', name: 'From the catalogue', priceMinor: 1999 }])
    await post('/profile/set', { did, email: 'buyer@example.com' })
    await post('/push', { did, event: 'cart', items: [{ id: 'CAT' }, { id: 'left' }] })
    const order = `event=purchase&did=${did}&order_id=N318&order_price=29999&item_id[0]=CAT&amount[0]=3&item_id[1]=187&amount[1]=1&price[1]=5000`
    expect(await form('/push', order)).toEqual(ok)
    expect(await form('/push', order)).toEqual(ok)
    expect(await cartOf(did)).toEqual({ left: 1 })
    const customer = await customerOf(did)
    const { items } = await listPurchases(ctx, { customerId: customer.id, limit: 10, withLines: true })
    expect(items).toMatchObject([
      {
        number: 'N318',
        source: 'tracking',
        confirmed: false,
        totalMinor: 2_999_900,
        pointsEarned: 0,
        lines: [
          { code: 'CAT', name: 'From the catalogue', quantity: 3, unitPrice: 19.99 },
          { code: '187', quantity: 1, unitPrice: 5000 },
        ],
      },
    ])
    expect((await balancesOf(ctx, customer.id)).every((balance) => balance.available === 0)).toBe(true)
    const last = await get('/orders/last_for_user', { did, seance: 's' })
    expect(last.body).toMatchObject([{ id: 'CAT', name: 'From the catalogue', price: 19.99 }, { id: '187' }])
  })

  test('a device without a person has its last order too, and none at first', async () => {
    const { did } = await newDevice()
    expect((await get('/orders/last_for_user', { did })).body).toEqual([])
    await post('/push', { did, event: 'purchase', items: [{ id: 'A' }, { id: 'B' }], order_id: 'anon-1' })
    await post('/push', { did, event: 'purchase', items: [{ id: 'C' }], order_id: 'anon-2' })
    expect((await get('/orders/last_for_user', { did })).body).toMatchObject([{ id: 'C' }])
    expect((await get('/profile', { did })).body).toMatchObject({ has_email: false, bought_something: true })
  })

  test('the shop’s server confirms the order: one purchase that earns once', async () => {
    const { did } = await newDevice()
    const items = [{ id: 'A', price: 30, quantity: 2 }]
    await post('/push', { did, event: 'purchase', items, order_id: 'S-1', order_price: 60 })
    const order = {
      id: 'S-1',
      status: 'Delivered',
      channel: 'website',
      date: Math.floor(Date.now() / 1000),
      email: 'synced@example.com',
      value: { total: 60 },
      items,
    }
    for (let time = 0; time < 2; time++) {
      const { body } = await post('/sync/orders', { ...secret, orders: [order] })
      expect(body).toEqual({ status: 'success', payload: { accepted: 1, rejected: [] } })
    }
    const customer = await findCustomerByIdentity(ctx, { kind: 'email', value: 'synced@example.com' })
    const found = await listPurchases(ctx, { number: 'S-1', limit: 10 })
    expect(found.items).toMatchObject([{ customerId: customer?.id, confirmed: true, source: 'api', pointsEarned: 60 }])
    const profile = async () => (await get('/profile', { ...secret, email: 'synced@example.com' })).body
    expect(await profile()).toMatchObject({
      loyalty_bonuses: 60,
      bought_something: true,
      orders: [{ id: 'S-1', value: 60, status: 'Delivered', items: [{ id: 'A', price: 30, quantity: 2 }] }],
    })
    for (let time = 0; time < 2; time++) {
      await post('/sync/orders', { ...secret, orders: [{ id: 'S-1', status: 'cancelled' }] })
    }
    expect(await profile()).toMatchObject({ loyalty_bonuses: 0 })
  })

  test('one bad order of a batch does not lose the others', async () => {
    const orders = [
      { id: 'B-1', status: 'done', items: [{ id: 'x', price: 1, quantity: 1 }], value: { total: 1 } },
      { status: 'done' },
      { id: 'B-2', status: 'done', items: [{ id: 'x', price: 1, quantity: -1 }] },
      { id: 'B-3', status: 'cancelled' },
      { id: 'B-4', status: 'done', date: 'soon' },
    ]
    const { status, body } = await post('/sync/orders', { ...secret, orders })
    expect(status).toBe(200)
    expect(body.payload.accepted).toBe(1)
    expect(body.payload.rejected.map((one: Fields) => one.id)).toEqual([null, 'B-2', 'B-3', 'B-4'])
    expect((await post('/sync/orders', { orders })).status).toBe(403)
    expect((await post('/sync/orders', { ...secret, orders: 'x' })).status).toBe(422)
  })
})

test('a large batch tells of many customers and of one order again and again', async () => {
  const orders = Array.from({ length: 300 }, (_, index) => ({
    id: index % 3 === 0 ? 'L-same' : `L-${index}`,
    status: index === 297 ? 'done' : 'new',
    email: index % 3 === 0 ? 'same@example.com' : `l${index % 40}@example.com`,
    value: { total: 5 },
    items: [{ id: 'A', price: 5, quantity: 1 }],
  }))
  const { body } = await post('/sync/orders', { ...secret, orders })
  expect(body).toEqual({ status: 'success', payload: { accepted: 300, rejected: [] } })
  expect((await get('/profile', { ...secret, email: 'same@example.com' })).body.orders).toMatchObject([
    { id: 'L-same' },
  ])
})

test('the reference tells of every operation', async () => {
  const { paths } = (await app.inject({ url: '/docs/rees46.json' })).json()
  expect(paths['/rees46/push'].post).toMatchObject({ summary: 'Track an event', tags: ['Events'] })
  const operations = Object.values<Record<string, Fields>>(paths).flatMap((path) => Object.values(path))
  for (const operation of operations) expect(operation).toMatchObject({ summary: expect.any(String) })
})

describe('what a browser can say without a secret never moves value', () => {
  const balanceOf = async (email: string) => (await get('/profile', { ...secret, email })).body.loyalty_bonuses

  test('an order told first with a huge total does not make the confirmed one earn more', async () => {
    const { did } = await newDevice()
    await post('/push', { did, event: 'purchase', items: [{ id: 'A' }], order_id: 'T-1', order_price: 1_000_000 })
    const items = [{ id: 'A', price: 10, quantity: 1 }]
    const order = { id: 'T-1', status: 'done', email: 't1@example.com', value: { total: 10 }, items }
    await post('/sync/orders', { ...secret, orders: [order] })
    expect(await balanceOf('t1@example.com')).toBe(10)
  })

  test('an order that the shop confirms without its total does not earn what a browser said', async () => {
    const { did } = await newDevice()
    await post('/push', { did, event: 'purchase', items: [{ id: 'A' }], order_id: 'T-2', order_price: 1_000_000 })
    await post('/sync/orders', { ...secret, orders: [{ id: 'T-2', status: 'done', email: 't2@example.com' }] })
    expect(await balanceOf('t2@example.com')).toBe(0)
  })

  test.each([
    ['before the till', true],
    ['after the till', false],
  ])('naming the number of somebody’s bill %s earns the browser nothing', async (_, first) => {
    const { did } = await newDevice()
    await post('/profile/set', { did, email: `thief-${first}@example.com` })
    const number = `BILL-${first}`
    const track = () => post('/push', { did, event: 'purchase', items: [{ id: 'A', price: 100 }], order_id: number })
    if (first) expect(await track()).toEqual(ok)
    await recordPurchase(ctx, {
      space: 'till',
      number,
      source: 'till',
      confirmed: true,
      currency: 'EUR',
      totalMinor: 10_000,
      occurredAt: new Date(),
      lines: [{ code: 'A', quantity: 1, unitPrice: 100 }],
      onKnownNumber: 'refuse',
    })
    if (!first) expect(await track()).toEqual(ok)
    expect(await balanceOf(`thief-${first}@example.com`)).toBe(0)
  })

  test('naming somebody’s e-mail gives neither their profile nor their past, and the answer does not tell', async () => {
    const email = 'vera@example.com'
    const victim = await createCustomer(ctx, { firstName: 'Vera', email, gender: 'female' })
    const { did } = await newDevice()
    expect(await post('/profile/set', { did, email, first_name: 'Mallory', gender: 'm' })).toEqual(ok)
    expect(await post('/subscriptions/manage', { did, email, email_bulk: true })).toEqual(ok)
    expect(await post('/push', { did, event: 'purchase', items: [{ id: 'A' }], order_id: 'V-1', email })).toEqual(ok)
    expect(await getCustomer(ctx, victim.id)).toMatchObject({ firstName: 'Vera', gender: 'female' })
    expect((await customerOf(did)).id).not.toBe(victim.id)
    expect((await listPurchases(ctx, { customerId: victim.id, limit: 1 })).items).toEqual([])
    expect((await get('/profile', { did, email })).body).toMatchObject({ has_email: false, gender: 'm' })
    const check = await get('/subscriptions/check', { ...secret, email })
    expect(check.body).toMatchObject({ exists: true, email_bulk: false })
    expect((await get('/orders/last_for_user', { email })).status).toBe(401)
    expect((await get('/profile', { email })).status).toBe(401)
  })
})

test('who said an address before its owner came does not see what the owner buys; a device the shop names does', async () => {
  const { did } = await newDevice()
  const email = 'early@example.com'
  await post('/profile/set', { did, email })
  const items = [{ id: 'SECRET', price: 5, quantity: 1 }]
  await post('/sync/orders', { ...secret, orders: [{ id: 'E-1', status: 'done', email, value: { total: 5 }, items }] })
  expect((await get('/orders/last_for_user', { did })).body).toEqual([])
  expect((await get('/profile', { did })).body).toMatchObject({ id: null, bought_something: false })
  await post('/profile/set', { ...secret, did, email, id: 'E' })
  expect((await get('/orders/last_for_user', { did })).body).toMatchObject([{ id: 'SECRET' }])
  expect((await get('/profile', { did })).body).toMatchObject({ id: 'E', bought_something: true })
})

describe('profiles', () => {
  test('a new person is noted on their device and read by the shop', async () => {
    const { did } = await newDevice()
    const set = await post('/profile/set', {
      did,
      seance: 's',
      email: 'Jane@Example.com',
      phone: '+49 1512 3456789',
      first_name: 'Jane',
      last_name: 'Smith',
      gender: 'f',
      birthday: '1990-03-11',
      location: 'NY',
      bought_something: true,
      kids: '[{"gender":"m","birthday":"2017-06-04"}]',
      favourite_color: 'blue',
    })
    expect(set).toEqual(ok)
    expect((await get('/profile', { ...secret, email: 'jane@example.com' })).body).toMatchObject({
      first_name: 'Jane',
      last_name: 'Smith',
      email: 'Jane@Example.com',
      phone: '+4915123456789',
      gender: 'f',
      birthday: '1990-03-11',
      location: 'NY',
      bought_something: true,
      kids: [{ gender: 'm', birthday: '2017-06-04' }],
      custom_properties: { favourite_color: 'blue' },
      loyalty_bonuses: 0,
      orders: [],
    })
    const own = await get('/profile', { did })
    expect(own.body).toMatchObject({ has_email: true, gender: 'f', custom_properties: { favourite_color: 'blue' } })
    expect(JSON.stringify(own.body)).not.toMatch(/jane|smith|4915/i)
    expect((await get('/init', { did })).body.has_email).toBe(true)
  })

  test('the shop sets a profile by any contact, field by field', async () => {
    const set = (text: string) => form('/profile/set', `shop_secret=${shop_secret}&${text}`)
    expect(await set('email=set@example.com&first_name=Ann&id=100500&loyalty_id=L01')).toEqual(ok)
    expect(await set('external_id=100500&last_name=Lee')).toEqual(ok)
    const shown = { first_name: 'Ann', last_name: 'Lee', id: '100500', loyalty_id: 'L01', email: 'set@example.com' }
    const ways: Record<string, string>[] = [
      { email: 'set@example.com' },
      { external_id: '100500' },
      { loyalty_id: 'L01' },
    ]
    for (const way of ways) expect((await get('/profile', { ...secret, ...way })).body).toMatchObject(shown)
    expect((await get('/profile', { ...secret, email: 'unknown@example.com' })).status).toBe(404)
    expect((await get('/profile', secret)).status).toBe(422)
    expect((await set('first_name=Nobody')).status).toBe(422)
    expect((await set('email=set@example.com&birthday=11.03.1990')).status).toBe(422)
    expect((await set('email=not-an-address')).status).toBe(422)
  })

  test('an external id of another source leads to its customer, for reading and for writing', async () => {
    const imported = await createCustomer(ctx, { firstName: 'Imported' })
    await addSourceRecord(ctx, { customerId: imported.id, source: 'newsletter', externalId: '12347' })
    const shown = () => get('/profile', { ...secret, external_id: '12347' })
    expect((await shown()).body).toMatchObject({ first_name: 'Imported', id: '12347' })
    await post('/profile/set', { ...secret, id: '12347', last_name: 'Person' })
    expect((await shown()).body).toMatchObject({ first_name: 'Imported', last_name: 'Person' })
  })

  test('the shop brings a device and a person together, past included', async () => {
    const { did } = await newDevice()
    await post('/push', { did, event: 'view', items: [{ id: 'seen-before' }] })
    await createCustomer(ctx, { firstName: 'Known', email: 'known@example.com' })
    expect(await post('/profile/set', { ...secret, did, email: 'known@example.com' })).toEqual(ok)
    const customer = await customerOf(did)
    expect(customer).toMatchObject({ firstName: 'Known' })
    expect(await listEvents(ctx, { customerId: customer.id, limit: 5 })).toMatchObject([{ productCode: 'seen-before' }])
    await createCustomer(ctx, { firstName: 'Other', email: 'other@example.com' })
    await post('/profile/set', { ...secret, did, email: 'other@example.com' })
    expect(await customerOf(did)).toMatchObject({ firstName: 'Other' })
  })

  test('an e-mail is renamed, and taken from whoever had the new one', async () => {
    const one = await createCustomer(ctx, { firstName: 'One', email: 'old@example.com' })
    const two = await createCustomer(ctx, { firstName: 'Two', email: 'new@example.com' })
    const emails = { old_email: 'old@example.com', new_email: 'new@example.com' }
    const change = (more: Fields) => post('/profile/force_change_email', { ...secret, ...emails, ...more })
    expect((await change({})).status).toBe(422)
    expect(await change({ i_understand_what_i_am_doing: 'believe me I know what I am doing' })).toEqual(ok)
    expect(await findCustomerByIdentity(ctx, { kind: 'email', value: 'new@example.com' })).toMatchObject({ id: one.id })
    expect((await getCustomer(ctx, two.id)).identities).toEqual([])
    expect((await change({ i_understand_what_i_am_doing: 1 })).status).toBe(404)
    expect((await post('/profile/force_change_email', { ...emails, i_understand_what_i_am_doing: 1 })).status).toBe(403)
  })
})

describe('subscriptions, segments, products, push', () => {
  test('subscriptions change flag by flag and are checked with the secret in the header', async () => {
    const manage = (text: string) => form('/subscriptions/manage', `shop_secret=${shop_secret}&${text}`)
    const who = 'email=sub@example.com&phone=%2B4915112345678'
    expect(await manage(`${who}&email_bulk=true&email_chain=1&sms_bulk=true`)).toEqual(ok)
    expect(await manage('email=sub@example.com&email_chain=false')).toEqual(ok)
    expect((await manage('email_bulk=true')).status).toBe(422)
    expect((await manage('email=sub@example.com&email_bulk=perhaps')).status).toBe(422)
    const checked = await get('/subscriptions/check', { email: 'sub@example.com' }, { 'x-shop-secret': shop_secret })
    expect(checked.body).toMatchObject({
      exists: true,
      email_bulk: true,
      email_chain: false,
      email_transactional: false,
      email_invalid: false,
      email_blacklisted: false,
      email_bounced: false,
      email_suppressed: false,
      web_push: false,
      mobile_push: false,
      sms_bulk: true,
      sms_chain: false,
    })
    const changed = await get('/subscriptions/changes', { ...secret, event: 'unsubscribe' })
    const row = { contact_type: 'email', contact: 'sub@example.com', campaign_type: 'chain', channel: 'api' }
    expect(changed.body).toMatchObject([row])
  })

  test('complaints and bounces close an address', async () => {
    await post('/subscriptions/manage', { ...secret, email: 'angry@example.com', email_bulk: true })
    const tell = (event: string, email: string) => post('/subscriptions/callback', { ...secret, email, event })
    expect(await tell('complained', 'angry@example.com')).toEqual(ok)
    const flags = async (email: string) => (await get('/subscriptions/check', { ...secret, email })).body
    expect(await flags('angry@example.com')).toMatchObject({ email_bulk: false, email_suppressed: true })
    await createCustomer(ctx, { email: 'gone@example.com' })
    expect(await tell('hard_bounced', 'gone@example.com')).toEqual(ok)
    expect(await flags('gone@example.com')).toMatchObject({ exists: false, email_bounced: true })
    expect((await tell('danced', 'a@example.com')).status).toBe(422)
    expect((await post('/subscriptions/callback', { email: 'a@example.com', event: 'complained' })).status).toBe(403)
  })

  test('static segments take and give back people and devices', async () => {
    const { createSegment } = await import('../../src/core/audience/index.ts')
    const segment = await createSegment(ctx, { name: 'Friends' })
    const { did } = await newDevice()
    for (let time = 0; time < 2; time++) {
      expect(await post('/segments/add', { did, segment_id: segment.id })).toEqual(ok)
    }
    expect((await get('/segments/get', { did })).body).toEqual([{ id: segment.id, type: 'static' }])
    for (let time = 0; time < 2; time++) {
      expect(await post('/segments/remove', { did, segment_id: String(segment.id) })).toEqual(ok)
    }
    expect((await get('/segments/get', { did })).body).toEqual([])
    expect(
      await form('/segments/add', `shop_secret=${shop_secret}&email=seg@example.com&segment_id=${segment.id}`),
    ).toEqual(ok)
    const asked = await get('/segments/includes', { ...secret, email: 'seg@example.com', segment_id: `${segment.id}` })
    expect(asked.body).toBe(true)
    expect((await post('/segments/add', { did, segment_id: 1 })).status).toBe(404)
  })

  test('products, the cart and push tokens', async () => {
    const lamp = { code: 'G-1', name: 'Lamp', priceMinor: 1250, oldPriceMinor: 2500, url: 'https://shop.example/g-1' }
    await upsertProducts(ctx, [lamp])
    expect((await get('/products/get', { item_id: 'G-1' })).body).toMatchObject({
      id: 'G-1',
      uniqid: 'G-1',
      name: 'Lamp',
      price: 12.5,
      oldprice: 25,
      discount_percent: 50,
      currency: 'EUR',
      url: 'https://shop.example/g-1',
      url_handle: '/g-1',
    })
    expect((await get('/products/get', { item_id: 'none' })).status).toBe(404)
    const { did } = await newDevice()
    await post('/push', { did, event: 'cart', items: [{ id: 'G-1', amount: 2 }] })
    const shown = { status: 'success', data: { items: [{ uniqid: 'G-1', quantity: 2 }] } }
    expect((await get('/products/cart', { did })).body).toEqual(shown)
    expect(await form('/mobile_push_tokens', `did=${did}&token=T1&platform=ios`)).toEqual(ok)
    expect(await findDevice(ctx, did)).toMatchObject({ pushToken: 'T1', platform: 'ios' })
    expect(await form('/web_push_subscriptions/clicked', 'code=CODE&type=mobile_push_transactional')).toEqual(ok)
    expect(await post('/track/opened', { did, type: 'bulk', code: 'c' })).toEqual(ok)
    expect((await post('/track/opened', { did, type: 'bulk' })).status).toBe(422)
    expect(await post('/track/stories', { did, event: 'view', story_id: 1, slide_id: '2' })).toEqual(ok)
    expect(await post('/popup/showed', { did, popup: 7 })).toEqual(ok)
    const types = (await eventsOf(did)).map((event) => event.type)
    expect(types).toEqual(['cart_added', 'message_opened', 'story_viewed', 'popup_shown'])
  })
})

test('another shop’s device, customers and products are not there', async () => {
  const other = await newShop('other')
  const { did } = await newDevice()
  await post('/profile/set', { ...secret, did, email: 'mine@example.com' })
  await upsertProducts(ctx, [{ code: 'MINE', name: 'Mine' }])
  const theirs = { shop_id: other.shop_id, shop_secret: other.shop_secret }
  expect((await get('/profile', { ...theirs, email: 'mine@example.com' })).status).toBe(404)
  expect((await get('/profile', { ...theirs, did })).status).toBe(404)
  expect((await get('/products/get', { ...theirs, item_id: 'MINE' })).status).toBe(404)
  const mixed = { shop_secret: theirs.shop_secret, email: 'mine@example.com' }
  expect((await get('/profile', mixed)).status).toBe(403)
})
