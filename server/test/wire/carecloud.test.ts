import { describe, expect, test } from 'vitest'
import { basicPassword } from '../../src/apis/carecloud/auth.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, clientOf, enterprise, newCustomer, openShop, placesOf } from './carecloud-client.ts'

const clock = fixedClock('2026-11-21T11:30:00Z')
const { app, server } = await testApp({ clock })
const shop = await openShop(app, server)
const { till } = shop
const places = await placesOf(till)
const stranger = clientOf(app, enterprise)

describe('signing in', () => {
  test('a user of the webservice gets a bearer token for seven hours, in the project time', async () => {
    const reply = await stranger.post('/users/actions/login', shop.login)
    expect(reply.status).toBe(200)
    expect(reply.body.data).toMatchObject({
      bearer_token: expect.stringMatching(/^[0-9a-f]{40}$/),
      valid_to: '2026-11-21 19:30:00',
      user: { login: shop.login.login, user_role_ids: ['webservice'] },
    })
  })

  test('a wrong password, application or login is a 401 that does not say which', async () => {
    for (const wrong of [{ password: 'x' }, { user_external_application_id: 'x' }, { login: 'x' }]) {
      const reply = await stranger.post('/users/actions/login', { ...shop.login, ...wrong })
      expect(reply.status).toBe(401)
      expect(reply.body.error).toMatchObject({ type: 'about:blank', exception: 'unauthorized_exception' })
    }
  })

  test('a login without its fields names every one that is missing', async () => {
    const reply = await stranger.post('/users/actions/login', {})
    expect(reply.status).toBe(400)
    expect(reply.body.error.exception).toBe('bad_request_exception')
    expect(reply.body.error.error_data.invalid_params).toMatchObject([
      { name: 'user_external_application_id', reason: 'required' },
      { name: 'login', reason: 'required' },
      { name: 'password', reason: 'required' },
    ])
  })

  test('a logged out token opens nothing', async () => {
    const { body } = await stranger.post('/users/actions/login', shop.login)
    const token = body.data.bearer_token
    const client = clientOf(app, enterprise, { authorization: `Bearer ${token}` })
    expect((await client.get('/stores')).status).toBe(200)
    const { user_external_application_id } = shop.login
    const logout = await client.post('/users/actions/logout', { user_external_application_id, bearer_token: token })
    expect([logout.status, logout.body]).toEqual([204, undefined])
    expect((await client.get('/stores')).status).toBe(401)
  })

  test('an expired token is refused', async () => {
    const { body } = await stranger.post('/users/actions/login', shop.login)
    const client = clientOf(app, enterprise, { authorization: `Bearer ${body.data.bearer_token}` })
    clock.advance(7 * 3_600_000)
    expect((await client.get('/stores')).status).toBe(401)
    clock.advance(-7 * 3_600_000)
  })

  test('the deprecated Basic password is the hash of this hour, or of its neighbours', async () => {
    expect(basicPassword('password', new Date('2019-04-01T12:59:59Z'))).toBe(
      'c0c0d92061deb13bf34570e513229368979708efcdbc80b8d881e7ef03461a6c',
    )
    const basic = (password: string) =>
      clientOf(app, enterprise, {
        authorization: `Basic ${Buffer.from(`${shop.login.login}:${password}`).toString('base64')}`,
      }).get('/stores')
    const at = (hours: number) => basicPassword(shop.login.password, new Date(Date.UTC(2026, 10, 21, 11 + hours)))
    expect((await basic(at(0))).status).toBe(200)
    expect((await basic(at(-1))).status).toBe(200)
    expect((await basic(at(-2))).status).toBe(401)
    expect((await basic(shop.login.password)).status).toBe(401)
  })
})

describe('the shape of refusals', () => {
  test('no token is a 401', async () => {
    const reply = await stranger.get('/customers')
    expect([reply.status, reply.body.error.exception]).toEqual([401, 'unauthorized_exception'])
  })

  test('an unknown path is a 404, a wrong verb on a known one a 405 that names it', async () => {
    expect((await till.get('/coupons')).status).toBe(404)
    const reply = await till.delete('/customers')
    expect(reply.status).toBe(405)
    expect(reply.body.error).toMatchObject({
      exception: 'method_not_allowed_exception',
      error_data: { http_method: 'DELETE' },
    })
  })

  test('an unknown id in a path is a 404 that names the resource', async () => {
    for (const id of ['8bed991c68a4ffff', 'x', '00000000000000000000000000000000', '%00', 'ü']) {
      const reply = await till.get(`/customers/${id}`)
      expect(reply.status, id).toBe(404)
      expect(reply.body.error.error_data.resource_name).toBe('customers')
    }
  })

  test('broken JSON, a body that is no object and a NUL are 400s', async () => {
    const headers = { 'content-type': 'application/json' }
    for (const payload of ['{"customer":', '[]', '"x"', '{"customer":{"personal_information":7}}']) {
      const reply = await till.send({ method: 'POST', url: '/customers', headers, payload })
      expect(reply.status, payload).toBe(400)
      expect(reply.body.error.exception).toBe('bad_request_exception')
    }
    const nul = newCustomer(places, { first_name: 'a\0b' })
    expect((await till.post('/customers', nul)).body.error.error_data.invalid_params[0].name).toBe('first_name')
  })

  test('a body beyond the limit is refused in the same shape', async () => {
    const payload = JSON.stringify({ customer: 'x'.repeat(11 * 1024 * 1024) })
    const headers = { 'content-type': 'application/json' }
    const reply = await till.send({ method: 'POST', url: '/customers', headers, payload })
    expect(reply.status).toBe(413)
    expect(reply.body.error.exception).toBe('bad_request_exception')
  })

  test('paging outside its bounds and unknown sort fields are 400s', async () => {
    for (const query of ['count=0', 'count=x', 'offset=-1', 'sort_field=shoe', 'sort_direction=UP', 'system_id=%00']) {
      expect((await till.get(`/stores?${query}`)).status, query).toBe(400)
    }
  })
})

describe('reference data', () => {
  test('the connection test answers backwards, without a token', async () => {
    const reply = await stranger.get('/tests/connection?test_string=hello')
    expect(reply.body).toEqual({ data: { test_string: 'olleh' } })
  })

  test('languages and communication channels need no token either', async () => {
    const languages = await stranger.get('/languages')
    expect(languages.body.data.languages).toContainEqual({ language_id: 'cs', state: 1, last_change: null })
    const channels = await stranger.get('/communication-channels')
    expect(channels.body.data).toMatchObject({ total_items: 3, communication_channels: [{ text_id: 'email' }, {}, {}] })
  })

  test('a list has its plural key and counts all matches; the item alone has no wrapper', async () => {
    const list = await till.get('/stores?count=1')
    expect(list.body.data).toMatchObject({ stores: [{ name: 'Main store', state: 1 }], total_items: 1 })
    const one = await till.get(`/stores/${places.store}`)
    expect(one.body.data).toEqual(list.body.data.stores[0])
    expect(one.body.data.opening[0]).toMatchObject({ day_id: 'MON', time_intervals: [{ from: '00:00:00' }] })
  })

  test('sources, types, countries, currencies are there to fill a form', async () => {
    const sources = await till.get('/customer-sources?sort_field=name&sort_direction=DESC')
    const names = sources.body.data.customer_sources.map((source: { name: string }) => source.name)
    expect(names).toEqual(['Store', 'Newsletter', 'E-shop'])
    expect((await till.get('/countries?country_id=cz')).body.data.countries).toMatchObject([{ name: 'Czechia' }])
    expect((await till.get('/currencies')).body.data.currencies[0]).toMatchObject({ code: 'EUR', name: 'Euro' })
    const types = await till.get('/purchase-item-types?text_id=cancel')
    expect(types.body.data).toMatchObject({ purchase_item_types: [{ text_id: 'cancel' }], total_items: 1 })
    expect((await till.get('/card-types')).body.data.card_types).toMatchObject([{ name: 'Loyalty card' }])
    expect((await till.get('/point-types')).body.data.point_types).toMatchObject([{ name: 'Points' }])
    expect((await till.get('/credit-types')).body.data).toMatchObject({ total_items: 1 })
    expect((await till.get('/customer-properties?name=note')).body.data.customer_properties).toMatchObject([
      { property_id: 'p1_note', data_type: 'string' },
    ])
  })
})

describe('stores', () => {
  test('are added, replaced and named once', async () => {
    const store = {
      store_code: 'BRNO',
      name: 'Brno',
      store_address: { address1: 'Masná 1', city: 'Brno', country_code: 'cz' },
      system_id: 'till-7',
      partner_id: places.partner,
      gps_coordinates: { gps_longitude: 16.6, gps_latitude: 49.2 },
      opening: [{ day_id: 'SAT', time_intervals: [{ from: '09:00:00', to: '12:00:00' }] }],
    }
    const made = await till.post('/stores', { store })
    expect(made.status).toBe(201)
    const path = `/stores/${made.body.data.store_id}`
    expect((await till.get(path)).body.data).toMatchObject({ ...store, visibility_for_customer: 1, state: 1 })
    expect((await till.get('/stores?system_id=till-7')).body.data.total_items).toBe(1)
    const again = await till.post('/stores', { store })
    expect(again.body.error.error_data.invalid_params).toMatchObject([{ name: 'store_code', reason: 'already_exists' }])
    const { opening, ...without } = store
    expect((await till.put(path, { store: { ...without, name: 'Brno centre' } })).status).toBe(204)
    expect((await till.get(path)).body.data).toMatchObject({ name: 'Brno centre', opening: [] })
    const backwards = { day_id: 'SUN', time_intervals: [{ from: '12:00:00', to: '09:00:00' }] }
    expect((await till.put(path, { store: { ...store, opening: [...opening, backwards] } })).status).toBe(400)
  })
})

describe('segments and statuses', () => {
  test('a customer is put into a segment and out of it', async () => {
    const customer_id = await addCustomer(till, places)
    const made = await till.post('/segments', { name: 'Regular guests' })
    const path = `/segments/${made.body.data.segment_id}`
    expect((await till.post(`${path}/actions/add-customer`, { customer_id })).status).toBe(204)
    const again = await till.post(`${path}/actions/add-customer`, { customer_id })
    expect(again.body.error.error_data.invalid_params[0].reason).toBe('relation_already_exists')
    expect((await till.get(`${path}/segment-records`)).body.data).toMatchObject({
      total_items: 1,
      segment_records: [{ customer_id }],
    })
    expect((await till.get(`/customers/${customer_id}/segment-records`)).body.data.total_items).toBe(1)
    expect((await till.post(`${path}/actions/remove-customer`, { customer_id })).status).toBe(204)
    expect((await till.get(`/customers/${customer_id}/segment-records`)).body.data.total_items).toBe(0)
  })

  test('a status is reached by points', async () => {
    const customer_id = await addCustomer(till, places)
    const { statuses } = (await till.get('/statuses')).body.data
    expect(statuses.map((status: { name: string }) => status.name)).toEqual(['Bronze', 'Silver', 'Gold'])
    await till.post('/points/actions/assign-points', { amount: 600, customer_id, partner_id: places.partner })
    const records = await till.get(`/customers/${customer_id}/status-records`)
    expect(records.body.data.status_records).toMatchObject([
      {
        status_id: statuses[1].status_id,
        purchase_conditions: { next_status_points: 1400, next_status_id: statuses[2].status_id },
      },
    ])
  })
})

describe('another tenant', () => {
  test('finds nothing by ids that are not its own', async () => {
    const other = await openShop(app, server)
    const customer = await addCustomer(till, places)
    for (const path of [`/customers/${customer}`, `/stores/${places.store}`, `/customer-sources/${places.source}`]) {
      expect((await other.till.get(path)).status, path).toBe(404)
    }
    const elsewhere = await placesOf(other.till)
    const body = newCustomer(elsewhere, { store_id: places.store })
    const refused = await other.till.post('/customers', body)
    expect(refused.body.error.error_data.invalid_params).toMatchObject([{ name: 'store_id', reason: 'not_found' }])
    const overview = await other.till.get(`/wallet/actions/points-overview?customer_id=${customer}`)
    expect([overview.status, overview.body.error.error_data.invalid_params[0].reason]).toEqual([400, 'not_found'])
  })
})
