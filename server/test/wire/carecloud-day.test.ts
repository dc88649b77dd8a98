// The vendor's guide for tills and shops, use case by use case and in its order, told as one day of one customer. What the
// day has made of them is then read through other APIs.
import { beforeAll, describe, expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'
import {
  billItem,
  type Client,
  clientOf,
  enterprise,
  openShop,
  type Places,
  placesOf,
  type Reply,
  sale,
} from './carecloud-client.ts'

const { app, server } = await testApp()
const shop = await openShop(app, server)
const { ctx, till } = shop
const email = 'anna.dvorakova@shop.example'
const password = 'Correct-Horse-9'

let places: Places
let customer_id: string
let native: Client

beforeAll(async () => {
  places = await placesOf(till)
  const { key } = await issueApiKey(ctx, { name: 'test' })
  native = clientOf(app, '/api/v1', { authorization: `Bearer ${key}` })
})

const points = async () =>
  (await till.get(`/wallet/actions/points-overview?customer_id=${customer_id}`)).body.data.available_points

describe('authentication and the first call', () => {
  test('the connection answers, and a login gives a bearer token', async () => {
    const connection = await clientOf(app, enterprise).get('/tests/connection?test_string=hello')
    expect(connection.body.data.test_string).toBe('olleh')
    const { body } = await clientOf(app, enterprise).post('/users/actions/login', shop.login)
    expect(body.data).toMatchObject({ bearer_token: expect.stringMatching(/^[0-9a-f]{40}$/), user: {} })
  })
})

describe('customer account operations', () => {
  test('sign up: stores, customer sources and properties fill the form, POST /customers makes the account', async () => {
    const [store] = (await till.get('/stores')).body.data.stores
    const [source] = (await till.get('/customer-sources?customer_source_text_id=e-shop')).body.data.customer_sources
    const [property] = (await till.get('/customer-properties?name=note')).body.data.customer_properties
    const made = await till.post('/customers', {
      customer: {
        personal_information: {
          gender: 2,
          first_name: 'Anna',
          last_name: 'Dvořáková',
          birthdate: '1988-05-17',
          email,
          phone: '420776123456',
          language_id: 'cs',
          store_id: store.store_id,
          address: { address1: 'Dlouhá 1', zip: '11000', city: 'Praha', country_code: 'cz' },
        },
      },
      customer_source: { customer_source_id: source.customer_source_id, external_id: 'ESHOP-77' },
      password,
      autologin: false,
      property_records: [{ property_id: property.property_id, property_value: 'Likes lamps' }],
    })
    expect(made.status).toBe(201)
    customer_id = made.body.data.customer_id
  })

  test('verify: what the customer types into the sign-in form is checked, nobody is signed in', async () => {
    const check = (login_value: string, secret: string) =>
      till.post('/customers/actions/verify-credentials', { login_type: 'email', login_value, password: secret })
    expect((await check(email, password)).body.data.customer_id).toBe(customer_id)
    const wrong = await check(email, 'Wrong-Horse-9')
    expect(wrong.body.error).toMatchObject({ exception: 'bad_request_exception', detail: expect.any(String) })
  })

  test('search: by what is known of the customer, or strictly for the one', async () => {
    const list = await till.get('/customers?first_name=Anna&last_name=Dvořáková&birthdate=1988-05-17')
    expect(list.body.data).toMatchObject({ total_items: 1, customers: [{ customer_id }] })
    expect((await till.get('/customers?phone=420776123456')).body.data.customers).toMatchObject([{ customer_id }])
  })

  test('find by the number of the production system, and synchronise', async () => {
    const found = await till.get(`/customer-source-records?customer_source_id=${places.source}&external_ids[]=ESHOP-77`)
    expect(found.body.data.customer_source_records).toMatchObject([{ customer_id, external_id: 'ESHOP-77' }])
    const none = await till.get('/customer-source-records?external_id=ESHOP-78')
    expect(none.body.data).toEqual({ customer_source_records: [], total_items: 0 })
  })

  test('update: the whole customer is read and sent back changed; a property has a call of its own', async () => {
    const { body } = await till.get(`/customers/${customer_id}`)
    const customer = body.data
    customer.personal_information.last_name = 'Svobodová'
    expect((await till.put(`/customers/${customer_id}`, { customer })).status).toBe(204)
    const after = (await till.get(`/customers/${customer_id}`)).body.data.personal_information
    expect(after).toMatchObject({ first_name: 'Anna', last_name: 'Svobodová', email, address: { city: 'Praha' } })
    const url = `/customers/${customer_id}/property-records`
    const [record] = (await till.get(url)).body.data.property_records
    const property_record = { property_id: record.property_id, property_value: 'Likes mugs' }
    expect((await till.put(`${url}/${record.property_record_id}`, { property_record })).status).toBe(204)
    expect((await till.get(url)).body.data.property_records).toMatchObject([property_record])
  })

  test('a free card: found by its number, free, and assigned with PUT /cards', async () => {
    const cards = (await till.get('/cards?is_valid=true')).body.data.cards
    const card = cards.find((one: { customer_id: string | null }) => one.customer_id === null)
    const found = await till.get(`/cards?card_number=${card.card_number}`)
    expect(found.body.data.cards).toMatchObject([{ card_id: card.card_id, customer_id: null }])
    const changed = { ...card, customer_id }
    expect((await till.put(`/cards/${card.card_id}`, { card: changed })).status).toBe(204)
    expect((await till.get(`/customers/${customer_id}/cards`)).body.data.cards).toMatchObject([
      { card_id: card.card_id, card_number: card.card_number, customer_id, state: 1 },
    ])
    const strict = `first_name=Anna&last_name=Svobodová&birthdate=1988-05-17&card_number=${card.card_number}`
    const one = await till.get(`/customers/actions/search-customers?mode=strict&${strict}`)
    expect(one.body.data.strict).toEqual([{ customer_id, match: 100 }])
  })

  test('a printed card that nobody knows yet is made with POST /cards', async () => {
    const [type] = (await till.get('/card-types')).body.data.card_types
    const card = { card_type_id: type.card_type_id, card_number: '1000999988887777', state: 1 }
    const made = await till.post('/cards', { card })
    expect((await till.get(`/cards/${made.body.data.card_id}`)).body.data).toMatchObject({ ...card, customer_id: null })
  })

  test('a forgotten password: the address is known, the new password is put', async () => {
    const list = await till.get(`/customers?email=${email}`)
    expect(list.body.data.total_items).toBe(1)
    const [customer] = list.body.data.customers
    const weak = await till.put(`/customers/${customer_id}`, { customer, password: 'short' })
    expect(weak.body.error.error_data.invalid_params).toMatchObject([{ name: 'password' }])
    expect((await till.put(`/customers/${customer_id}`, { customer, password: 'Better-Horse-9' })).status).toBe(204)
    const check = { login_type: 'email', login_value: email, password: 'Better-Horse-9' }
    expect((await till.post('/customers/actions/verify-credentials', check)).status).toBe(200)
  })
})

describe('synchronising products', () => {
  test('brands, then groups, then products', async () => {
    const product_brands = [{ name: 'Lumen', external_id: 'lumen' }]
    expect((await till.post('/product-brands/batch', { product_brands })).status).toBe(204)
    const product_groups = [
      { name: 'Desk lamps', external_id: 'desk-lamps', parent_external_id: 'lamps' },
      { name: 'Lamps', external_id: 'lamps' },
    ]
    expect((await till.post('/product-groups/batch', { product_groups })).status).toBe(204)
    const products = [
      {
        name: 'Lamp Lumen 3',
        plu_ids: [{ list_code: 'GLOBAL', code: 'LUMEN-3' }],
        product_brand_external_id: 'lumen',
        product_group_external_id: 'desk-lamps',
        prices: [{ currency_id: places.currency, value: 120 }],
      },
    ]
    expect((await till.post('/products/batch', { products })).status).toBe(204)
    expect((await till.get('/products?external_id=LUMEN-3')).body.data.products).toMatchObject([
      { name: 'Lamp Lumen 3', prices: [{ value: 120 }] },
    ])
  })
})

const lamp = (places: Places, paid: number) =>
  billItem(places, paid, { plu_ids: [{ list_code: 'GLOBAL', code: 'LUMEN-3' }], plu_name: 'Lamp Lumen 3' })

/** What the till sends once it is paid: everything that the quote offered, and the total lowered by all of it. */
function paid(cart: ReturnType<typeof sale>, quote: Reply, more: Record<string, unknown> = {}) {
  const { vouchers, credit_points, price_of_credit_points, credit } = quote.body.data
  const off = vouchers.reduce((sum: number, one: { discount_value: number }) => sum + one.discount_value, 0)
  const total_price = cart.bill.total_price - off - price_of_credit_points - credit
  const payment_recap = { vouchers, credit_points, ...(credit > 0 ? { amount_for_credit: credit } : {}) }
  return { ...cart, bill: { ...cart.bill, total_price, payment_recap, ...more } }
}

const accept = (cart: object, more: Record<string, unknown> = {}) =>
  till.post('/purchases/actions/accept-payment', { ...cart, payment_type: 'S', ...more })
const send = async (body: object) => {
  const sent = await till.post('/purchases/actions/send-purchase', body)
  expect(sent.status, JSON.stringify(sent.body)).toBe(201)
  return sent.body.data.purchase_id
}
const cartOf = (bill_id: string) =>
  sale(places, { bill_id, total: 120, customer_id, bill: { bill_items: [lamp(places, 120)] } })

describe('check out', () => {
  test('the cart is quoted with its automatic reward, and the paid purchase earns what the quote promised', async () => {
    const cart = cartOf('B-1')
    const quote = await accept(cart)
    // The template's shop takes ten percent off from 50 EUR on.
    expect(quote.body.data).toMatchObject({
      vouchers: [{ code: 'TENOFF', discount_value: 12, bill_item_id: '1' }],
      credit_points_of_this_transaction: 108,
      total_credit_points: 108,
    })
    const purchase_id = await send(paid(cart, quote))
    expect((await till.get(`/purchases/${purchase_id}`)).body.data).toMatchObject({
      external_purchase_id: 'B-1',
      total_price: 108,
    })
    expect(await points()).toBe(108)
  })

  test('the cart changes, and the question is asked anew', async () => {
    const small = sale(places, { bill_id: 'B-1b', total: 20, customer_id })
    expect((await accept(small)).body.data).toMatchObject({ vouchers: [], credit_points_of_this_transaction: 20 })
  })

  test('points pay: how many there are, how many may, and they are taken', async () => {
    const before = await points()
    const cart = cartOf('B-2')
    const quote = await accept(cart, { max_points: 100 })
    expect(quote.body.data).toMatchObject({ credit_points: 100, price_of_credit_points: 1 })
    expect(await points()).toBe(before)
    const purchase_id = await send(paid(cart, quote))
    const summary = await till.get(`/purchases/${purchase_id}/actions/payment-summary`)
    expect(summary.body.data).toMatchObject({ used_points: 100 })
    expect(await points()).toBe(before - 100 + summary.body.data.earned_points)
  })

  test('a cancelled purchase gives back what was paid and takes back what was earned', async () => {
    const cart = cartOf('B-3')
    const before = await points()
    const body = paid(cart, await accept(cart, { max_points: 50 }))
    await send(body)
    expect(await points()).not.toBe(before)
    await send({ ...body, bill: { ...body.bill, bill_id: 'CB-3', bill_number: 'B-3', canceled: true } })
    expect(await points()).toBe(before)
  })

  test('credit pays with payment type C', async () => {
    const given = { amount: 20, customer_id, partner_id: places.partner }
    expect((await till.post('/credits/actions/deposit-credits', given)).status).toBe(201)
    const credit = await till.get(`/wallet/actions/credits-overview?customer_id=${customer_id}`)
    expect(credit.body.data.available_credits).toBe(20)
    const cart = sale(places, { bill_id: 'B-4', total: 30, customer_id })
    const quote = await accept(cart, { payment_type: 'C', max_credit: 15 })
    expect(quote.body.data.credit).toBe(15)
    await send(paid(cart, quote, { payment_type: 'C' }))
    const left = await till.get(`/wallet/actions/credits-overview?customer_id=${customer_id}`)
    expect(left.body.data.available_credits).toBe(5)
  })

  test('a reward: given as a voucher, quoted for the cart, used with the sale', async () => {
    const types = (await till.get('/reward-types')).body.data.reward_types
    const percent = types.find((type: { name: string }) => /per cent/i.test(type.name)).reward_type_id
    const simple_reward = {
      code: 'DAY10',
      names: [{ language_code: 'en', text: 'Ten off' }],
      reward_type_id: percent,
      reward_type_value: 10,
      global_reward: true,
      voucher_validity: 'reward_validity',
      voucher_code_generation_preference: 'A',
      state: 1,
    }
    const reward = await till.post('/rewards/actions/create-simple-reward', { simple_reward })
    expect(reward.status, JSON.stringify(reward.body)).toBe(201)
    const { reward_id } = reward.body.data
    const voucher = await till.post(`/rewards/${reward_id}/actions/create-voucher`, { customer_id })
    const { voucher_id } = voucher.body.data
    const { code } = (await till.get(`/vouchers/${voucher_id}`)).body.data
    const cart = sale(places, { bill_id: 'B-5', total: 40, customer_id })
    const quote = await accept(cart, { benefit_codes: [code] })
    expect(quote.body.data.vouchers).toMatchObject([{ code, discount_value: 4 }])
    await send(paid(cart, quote))
    expect((await till.get(`/vouchers/${voucher_id}`)).body.data.applied_date).not.toBeNull()
    const again = await accept(sale(places, { bill_id: 'B-6', total: 40, customer_id }), { benefit_codes: [code] })
    expect(again.body.error.error_data.invalid_params).toMatchObject([
      { name: 'benefit_codes', reason: 'voucher_already_used' },
    ])
  })
})

describe('newsletter sign-up', () => {
  const agreements = { agreement_gtc: 1, agreement_profiling: 2, agreement_marketing_communication: 1 }
  const signUp = async (contact: string) => {
    const [source] = (await till.get('/customer-sources?customer_source_text_id=newsletter')).body.data.customer_sources
    const body = { contact, customer_source_id: source.customer_source_id, agreements, language_id: 'cs' }
    return till.post('/customers/actions/newsletters-sign-up', body)
  }

  test('of somebody new makes the customer, the source and the consents', async () => {
    expect((await signUp('new.reader@shop.example')).status).toBe(204)
    const { body } = await till.get('/customers?email=new.reader@shop.example')
    expect(body.data.customers).toMatchObject([
      {
        personal_information: {
          language_id: 'cs',
          agreement: { agreement_gtc: 1, agreement_marketing_communication: 1 },
        },
      },
    ])
  })

  test('of a customer adds the source and the consents, and who signed up may register later', async () => {
    expect((await signUp(email)).status).toBe(204)
    const records = await till.get(`/customers/${customer_id}/customer-source-records`)
    expect(records.body.data.total_items).toBe(2)
    const ability = { type: 'email', value: email }
    const { body } = await till.post('/customers/actions/check-registration-ability', ability)
    expect(body.data.registration_ability).toBe(false)
  })
})

describe('marketing automation events', () => {
  test('group, type and properties are looked up, and the event is told of the customer', async () => {
    const [group] = (await till.get('/event-groups')).body.data.event_groups
    const types = await till.get(`/event-types?event_group_text_id=${group.text_id}`)
    const [type] = types.body.data.event_types
    const properties = (await till.get(`/event-types/${type.event_type_id}/event-properties`)).body.data
      .event_properties
    const event = {
      event_type_id: type.event_type_id,
      customer_id,
      external_id: 'CART-1',
      data: { cart: [{ code: 'LUMEN-3', quantity: 1 }] },
    }
    const property_records = [{ property_id: properties[0].property_id, property_value: 'abandoned' }]
    expect((await till.post('/events', { event, property_records })).status).toBe(201)
    const twice = await till.post('/events', { event, property_records })
    expect(twice.body.error.error_data.invalid_params).toMatchObject([{ reason: 'relation_already_exists' }])
    expect((await till.get(`/customers/${customer_id}/events`)).body.data.total_items).toBe(1)
  })
})

describe('the same customer', () => {
  const id = () => ctx.ids.read('customer', ctx.tenant.id, customer_id) ?? 0

  test('is right in our own API', async () => {
    const { body } = await native.get(`/customers/${id()}`)
    expect(body).toMatchObject({ first_name: 'Anna', last_name: 'Svobodová', tier: { name: expect.any(String) } })
    expect(JSON.stringify(body)).toContain(email)
    expect(body.subscriptions).toContainEqual(
      expect.objectContaining({ channel: 'email', purpose: 'bulk', subscribed: true }),
    )
    const balances = (await native.get(`/customers/${id()}/balances`)).body.items
    const own = balances.find((balance: { unit: { kind: string } }) => balance.unit.kind === 'points')
    expect(own.available).toBe(await points())
    const purchases = (await native.get(`/purchases?customer_id=${id()}`)).body.items
    expect(purchases.map((purchase: { number: string }) => purchase.number)).toEqual(
      expect.arrayContaining(['B-1', 'B-2', 'B-3', 'CB-3', 'B-4', 'B-5']),
    )
    const timeline = await native.get(`/customers/${id()}/timeline`)
    expect(JSON.stringify(timeline.body)).toContain('workshop_visited')
  })

  test('is right in the classic API', async () => {
    const { classic } = await describeConnections(ctx, { publicUrl: 'http://localhost' })
    const cards = (await till.get(`/customers/${customer_id}/cards`)).body.data.cards
    const { user_id, user_password, account_id } = classic
    const answer = await app.inject({
      method: 'POST',
      url: '/classic/api.php',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        user_id,
        user_password,
        account_id,
        output: 'json',
        type: 'customer_info',
        card_number: cards[0].card_number,
      }).toString(),
    })
    expect(answer.json()).toMatchObject({ status: 'success' })
    expect(answer.body).toContain('Svobodov')
    expect(answer.body).toContain(email)
  })

  test('leaves books that are right', async () => {
    expect((await verify(server)).results.filter(({ breaches }) => breaches > 0)).toEqual([])
  })
})
