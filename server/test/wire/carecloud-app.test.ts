// The customer interface: an app on a device, before and after somebody signs in on it.
import { describe, expect, test } from 'vitest'
import { testApp } from '../app.ts'
import { clientOf, customerInterface, newCustomer, openShop, placesOf, sale } from './carecloud-client.ts'

const { app, server } = await testApp()
const { till, appId, token: userToken } = await openShop(app, server)
const places = await placesOf(till)
const stranger = clientOf(app, customerInterface)

const setup = { language_id: 'cs', allowed_gps: false, allowed_notifications: true }
const device = { device_id: 'phone-1', device_system: 'Android 16', device_name: 'Pixel', device_type: 'phone' }
const registration = { device, setup, external_application_id: appId }

async function newDevice(id: string) {
  const { body } = await stranger.post('/tokens', { ...registration, device: { ...device, device_id: id } })
  const token = body.data.token_id
  return { token, phone: clientOf(app, customerInterface, { authorization: `Bearer ${token}` }) }
}

async function newMember() {
  const body = { ...newCustomer(places), password: 'Heslo-2026' }
  const id: string = (await till.post('/customers', body)).body.data.customer_id
  const login = {
    login_type: 'email',
    login_value: body.customer.personal_information.email,
    password: 'Heslo-2026',
  }
  return { id, login }
}

describe('a cart', () => {
  const cart = (more: Record<string, unknown> = {}) => {
    const { bill, store_id, cashdesk_number } = sale(places, { bill_id: 'APP-1', total: 60 })
    return { store_id, cashdesk_number, bill, payment_type: 'S', ...more }
  }
  const ask = '/purchases/actions/accept-payment'
  const faults = (reply: Awaited<ReturnType<typeof stranger.post>>) =>
    reply.body.error.error_data.invalid_params.map(({ name, reason }: Record<string, string>) => [name, reason])

  test('is quoted for the one who is signed in, and for nobody else', async () => {
    const { phone, token } = await newDevice('cart')
    const [member, other] = [await newMember(), await newMember()]
    const partner_id = places.partner
    await till.post('/points/actions/assign-points', { amount: 300, customer_id: member.id, partner_id })
    expect((await phone.post(ask, cart())).body.data).toMatchObject({ total_credit_points: 0 })
    await phone.post(`/tokens/${token}/actions/login`, member.login)
    // Clients of older generations send the most that may be used as text.
    expect((await phone.post(ask, cart({ max_points: '200' }))).body.data).toMatchObject({
      credit_points: 200,
      total_credit_points: 100 + 52,
    })
    expect(faults(await phone.post(ask, cart({ customer_id: other.id })))).toEqual([
      ['customer_id', 'not_belong_to_logged_in_customer'],
    ])
    expect(faults(await phone.post(ask, cart({ max_points: '2oo' })))).toEqual([['max_points', 'invalid_value_format']])
  })

  test("of an app shows nothing by somebody else's card", async () => {
    const { phone } = await newDevice('card-reader')
    const member = await newMember()
    const [type] = (await till.get('/card-types')).body.data.card_types
    const card = { card_type_id: type.card_type_id, card_number: '4444000011112222', state: 1 }
    expect((await till.post('/cards', { card: { ...card, customer_id: member.id } })).status).toBe(201)
    const known = { card_number: card.card_number, reward_list_type: 'A' }
    const rewards = '/purchases/actions/recommended-best-rewards'
    for (const path of [ask, rewards])
      for (const card_number of [card.card_number, '4444000011119999'])
        expect(faults(await phone.post(path, cart({ ...known, card_number }))), path).toEqual([
          ['card_number', 'not_belong_to_logged_in_customer'],
        ])
    expect((await till.post(rewards, cart(known))).status).toBe(200)
  })
})

describe('a device', () => {
  test('has one token per application; a new one ends the old one', async () => {
    const first = await newDevice('phone-1')
    expect(first.token).toMatch(/^[0-9a-f]{72}$/)
    expect((await first.phone.get('/stores')).status).toBe(200)
    const second = await newDevice('phone-1')
    expect((await first.phone.get('/stores')).status).toBe(401)
    expect((await second.phone.get('/stores')).status).toBe(200)
    expect((await second.phone.put(`/tokens/${second.token}`, { setup })).status).toBe(204)
  })

  test('of an unknown application gets none', async () => {
    const reply = await stranger.post('/tokens', { ...registration, external_application_id: 'x' })
    expect(reply.body.error.error_data.invalid_params).toMatchObject([
      { name: 'external_application_id', reason: 'not_found' },
    ])
    expect((await stranger.post('/tokens', {})).body.error.error_data.invalid_params).toHaveLength(8 + 2)
  })

  test('signs in only with its own token, and a wrong password is a 400', async () => {
    const [one, other] = [await newDevice('phone-2'), await newDevice('phone-3')]
    const { login } = await newMember()
    expect((await one.phone.post(`/tokens/${other.token}/actions/login`, login)).status).toBe(404)
    const wrong = await one.phone.post(`/tokens/${one.token}/actions/login`, { ...login, password: 'no' })
    expect(wrong.status).toBe(400)
  })
})

describe('the customer who is signed in', () => {
  test('is the only one there is', async () => {
    const [me, somebody] = [await newMember(), await newMember()]
    const { phone, token } = await newDevice('phone-4')
    expect((await phone.get('/customers')).status).toBe(400)
    const signedIn = await phone.post(`/tokens/${token}/actions/login`, me.login)
    expect(signedIn.body).toEqual({ data: { customer_id: me.id } })

    await till.post('/purchases/actions/send-purchase', sale(places, { bill_id: 'A', total: 10, customer_id: me.id }))
    await till.post(
      '/purchases/actions/send-purchase',
      sale(places, { bill_id: 'B', total: 20, customer_id: somebody.id }),
    )
    const list = await phone.get('/customers')
    expect(list.body.data).toMatchObject({ total_items: 1, customers: [{ customer_id: me.id }] })
    const purchases = await phone.get('/purchases')
    expect(purchases.body.data).toMatchObject({ total_items: 1, purchases: [{ external_purchase_id: 'A' }] })
    expect((await phone.get('/points')).body.data).toMatchObject({ total_items: 1, points: [{ assigned_points: 10 }] })
    expect((await phone.get('/wallet/actions/points-overview')).body.data.available_points).toBe(10)

    expect((await phone.get(`/customers/${somebody.id}`)).status).toBe(404)
    expect((await phone.get(`/purchases?customer_id=${somebody.id}`)).body.data.total_items).toBe(0)
    expect((await phone.get(`/wallet/actions/points-overview?customer_id=${somebody.id}`)).status).toBe(400)
    const theirs = await till.get(`/purchases?customer_id=${somebody.id}`)
    expect((await phone.get(`/purchases/${theirs.body.data.purchases[0].purchase_id}`)).status).toBe(404)
  })

  test('changes their own data without naming themselves', async () => {
    const me = await newMember()
    const { phone, token } = await newDevice('phone-5')
    await phone.post(`/tokens/${token}/actions/login`, me.login)
    const person = { first_name: 'Eva', language_id: 'cs', email: me.login.login_value }
    expect((await phone.put('/customers', { customer: { personal_information: person } })).status).toBe(204)
    const record = { property_id: 'p1_note', property_value: 'hello' }
    expect((await phone.post('/customers/property-records', { property_record: record })).status).toBe(201)
    expect((await phone.get('/customers/property-records')).body.data.total_items).toBe(1)
    expect((await till.get(`/customers/${me.id}`)).body.data.personal_information.first_name).toBe('Eva')
    await phone.post(`/tokens/${token}/actions/logout`)
    expect((await phone.get('/customers/property-records')).status).toBe(400)
  })
})

test('a customer who registers on the app is signed in there', async () => {
  const { phone } = await newDevice('phone-7')
  const sources = (await phone.get('/customer-sources')).body.data.customer_sources
  const body = { ...newCustomer({ ...places, source: sources[0].customer_source_id }), autologin: true }
  const made = await phone.post('/customers', { ...body, password: 'Heslo-2026' })
  expect((await phone.get('/customers')).body.data.customers).toMatchObject([made.body.data])
})

describe('each interface', () => {
  test('refuses what belongs to the other one, and its tokens', async () => {
    const { phone, token } = await newDevice('phone-6')
    const refused = await phone.post('/points/actions/assign-points', {})
    expect(refused.status).toBe(403)
    expect(refused.body.error).toMatchObject({
      type: 'interface_not_allowed_exception',
      exception: 'interface_not_allowed_exception',
      error_data: { invalid_resource_name: 'points', interface: 'customer-interface' },
    })
    expect((await till.put(`/tokens/${token}`, { setup })).status).toBe(403)
    const user = clientOf(app, customerInterface, { authorization: `Bearer ${userToken}` })
    expect((await user.get('/stores')).status).toBe(401)
  })
})
