// Every operation there is, asked wrongly: by nobody, with garbage.
import { fastify, type HTTPMethods } from 'fastify'
import { expect, test } from 'vitest'
import { carecloudApi } from '../../src/apis/carecloud/plugin.ts'
import { testApp } from '../app.ts'
import { clientOf, enterprise, openShop, placesOf, sale } from './carecloud-client.ts'

const { app, server, config } = await testApp()
const shop = await openShop(app, server)
const { till } = shop
const places = await placesOf(till)

const operations: { method: HTTPMethods; url: string }[] = []
const probe = fastify()
probe.addHook('onRoute', ({ method, url }) => {
  const path = url.split('enterprise-interface/v1.0')[1]
  if (path !== undefined && !Array.isArray(method) && method !== 'HEAD') operations.push({ method, url: path })
})
await probe.register(carecloudApi, { server, config })
await probe.close()

const open = [
  '/users/actions/login',
  '/users/actions/sso-login',
  '/tests/connection',
  '/communication-channels',
  '/languages',
  '/tokens',
]
const isOpen = (url: string) =>
  open.includes(url) ||
  /^\/(communication-channels|customer-external-applications|customer-engagement-setups)(\/|$)/.test(url) ||
  url === '/customers/actions/validate-customer-data'

test('there are operations', () => {
  expect(operations.length).toBeGreaterThan(90)
})

test('without a token every operation but the open ones is a 401', async () => {
  const stranger = clientOf(app, enterprise)
  for (const { method, url } of operations.filter((operation) => !isOpen(operation.url))) {
    const reply = await stranger.send({ method: method as 'GET', url })
    expect(reply.status, `${method} ${url}`).toBe(401)
  }
})

const garbage: readonly unknown[] = [
  undefined,
  null,
  [],
  'text',
  7,
  {},
  { customer: null, card: [], bill: 'x', property_record: 7, amount: '1e400', customer_id: {} },
  { customer: { personal_information: { language_id: {}, address: [], consents: [null], phone: 1e300 } } },
  { bill: { bill_items: [null], total_price: 1e21, payment_time: '2026-13-45', currency_id: '0'.repeat(32) } },
  { amount: 1e15, customer_id: '0'.repeat(32), partner_id: [], point_type_id: 'x', note: 'a\ud800' },
  { products: [{ plu_ids: [{ list_code: '', code: null }], prices: [{ value: -1 }] }], error_processing: 3 },
  { property_records: [{ property_id: '__proto__', property_value: { a: '\0' } }] },
  { card: { card_number: ' ', card_type_id: '\0', state: '1', valid_from: 'never' }, contact: '@', login: '\0' },
]
const ids = ['x', '%00', '%ff', '..%2f..', '-1', '0'.repeat(32), 'a'.repeat(400), 'constructor', ':']
const queries = [
  'count=1e9&offset=-5',
  'customer_id=%00&payment_time_from=x',
  'customer_ids[]=&customer_ids[9]=x&customer_ids[a][b]=c',
  'sort_field=__proto__&sort_direction=DESC',
  'card_number=%00&is_valid=maybe&state=9',
  'date_from=2026-99-99&name=%25&external_ids[]=%F0%9F',
]

test('half a character in a free value is no reason to lose a sale', async () => {
  const property_records = [{ property_id: 'p1', property_value: { 'a\0': ['\ud800'] } }]
  const body = sale(places, { bill_id: 'nul', total: 1, bill: { property_records } })
  expect((await till.post('/purchases/actions/send-purchase', body)).status).toBe(201)
})

test('garbage in a path, a query or a body never becomes a 500', { timeout: 120_000 }, async () => {
  for (const { method, url } of operations) {
    const requests = ids.flatMap((id) => [{ url: url.replace(/:\w+/g, id), payload: undefined as unknown }])
    const plain = url.replace(/:\w+/g, '0'.repeat(32))
    if (method === 'GET') requests.push(...queries.map((query) => ({ url: `${plain}?${query}`, payload: undefined })))
    else requests.push(...garbage.map((payload) => ({ url: plain, payload })))
    for (const request of url.includes(':') ? requests : requests.slice(ids.length - 1)) {
      const reply = await till.send({
        method: method as 'GET',
        url: request.url,
        ...(request.payload === undefined
          ? {}
          : { payload: JSON.stringify(request.payload), headers: { 'content-type': 'application/json' } }),
      })
      expect(reply.status, `${method} ${request.url} ${JSON.stringify(request.payload)}`).toBeLessThan(500)
      if (reply.status >= 400) expect(reply.body.error, `${method} ${request.url}`).toBeDefined()
    }
  }
})

test('what is not served is not found, in the shape of every refusal', async () => {
  for (const path of [
    'bookings',
    'tasks/1',
    'stamps',
    'orders',
    'entrances/actions/overview',
    'campaigns',
    'nothing',
  ]) {
    const { status, body } = await till.get(`/${path}`)
    expect(status, path).toBe(404)
    expect(body.error).toMatchObject({
      exception: 'not_found_exception',
      error_data: { resource_name: path.split('/')[0] },
    })
  }
})
