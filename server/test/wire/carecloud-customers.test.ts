import { describe, expect, test } from 'vitest'
import { getSubscriptions } from '../../src/core/consent/index.ts'
import { getCustomer, primaryPhone } from '../../src/core/customers/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, newCustomer, openShop, placesOf, type Reply } from './carecloud-client.ts'

const { app, server } = await testApp({ clock: fixedClock('2026-11-21T11:30:00Z') })
const { till, ctx } = await openShop(app, server)
const places = await placesOf(till)

const coreId = (id: string) => server.ids.read('customer', ctx.tenant.id, id) ?? 0
const faults = (reply: Reply) =>
  reply.body.error.error_data.invalid_params.map((param: { name: string; reason: string }) => [
    param.name,
    param.reason,
  ])

describe('a customer', () => {
  test('is created with everything the form asked and is read back as it was told', async () => {
    const body = {
      ...newCustomer(places, {
        gender: 3,
        pre_nominals: 'Dr.',
        email: 'Petra@shop.example',
        phone: '420777123456',
        birthdate: '29.2.2024',
        address: { address1: 'Dlouhá', address2: '12', address3: 'B', zip: '11000', city: 'Praha', country_code: 'cz' },
        consents: [
          { consent_id: 'terms', consent_value: 1 },
          { consent_id: 'marketing', consent_value: 1 },
        ],
      }),
      password: 'Heslo-2026',
      autologin: true,
      property_records: [{ property_id: 'p1_note', property_value: 'likes tea' }],
    }
    const made = await till.post('/customers', body)
    expect([made.status, Object.keys(made.body.data)]).toEqual([201, ['customer_id']])
    const id = made.body.data.customer_id
    expect(id).toMatch(/^[0-9a-f]{26,32}$/)
    const { body: read } = await till.get(`/customers/${id}`)
    expect(read.data).toMatchObject({
      customer_id: id,
      state: 1,
      last_change: '2026-11-21 12:30:00',
      personal_information: {
        gender: 3,
        salutation: 'Dr. Jane Novak',
        birthdate: '2024-02-29',
        phone: '420777123456',
        language_id: 'cs',
        store_id: places.store,
        address: { address1: 'Dlouhá', address3: 'B', zip: '11000', country_code: 'cz' },
        agreement: { agreement_gtc: 1, agreement_profiling: 2, agreement_marketing_communication: 1 },
      },
    })
    // What is told here is what every other way in sees.
    const customer = await getCustomer(ctx, coreId(id))
    expect([primaryPhone(customer), customer.attributes.p1_note]).toEqual(['+420777123456', 'likes tea'])
    expect(await getSubscriptions(ctx, customer.id)).toContainEqual(
      expect.objectContaining({ channel: 'email', purpose: 'bulk', subscribed: true }),
    )
  })

  test('needs its language, source and autologin, and nothing else', async () => {
    const reply = await till.post('/customers', { customer: { personal_information: {} }, customer_source: {} })
    expect(faults(reply)).toEqual([
      ['language_id', 'required'],
      ['customer_source_id', 'required'],
      ['autologin', 'required'],
    ])
  })

  test('of wrong types is refused field by field, and nothing is kept', async () => {
    const body = newCustomer(places, {
      first_name: 7,
      email: 'none',
      birthdate: '2026-02-30',
      gender: 9,
      store_id: 'x',
    })
    expect(faults(await till.post('/customers', body))).toEqual([
      ['gender', 'not_allowed_value'],
      ['store_id', 'not_found'],
      ['first_name', 'invalid_value_format'],
      ['birthdate', 'invalid_value_format'],
    ])
    expect(faults(await till.post('/customers', newCustomer(places, { email: 'none' })))).toEqual([
      ['email', 'invalid_value_format'],
    ])
    const records = [{ property_id: 'p1_vip', property_value: 'yes' }, { property_id: 'p9_shoe' }]
    expect(faults(await till.post('/customers', { ...newCustomer(places), property_records: records }))).toEqual([
      ['property_value', 'invalid_value_format'],
      ['property_id', 'not_found'],
    ])
  })

  test('with an address that is taken is refused, also when it comes twenty times at once', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => till.post('/customers', newCustomer(places, { email: 'twice@shop.example' }))),
    )
    const statuses = replies.map((reply) => reply.status).sort()
    expect(statuses).toEqual([201, ...Array(19).fill(400)])
    const refused = replies.filter((reply) => reply.status === 400)
    for (const reply of refused) expect(faults(reply)).toEqual([['email', 'already_exists']])
    expect((await till.get('/customers?email=TWICE@shop.example')).body.data.total_items).toBe(1)
  })

  test('with a weak password is refused', async () => {
    for (const password of ['Short1', 'nodigitsHere', 'noupper123', 'Password1']) {
      const reply = await till.post('/customers', { ...newCustomer(places), password })
      expect(faults(reply), password).toEqual([['password', 'not_allowed_value']])
    }
    const reply = await till.post('/customers', { ...newCustomer(places), autologin: true })
    expect(faults(reply)).toEqual([['password', 'required']])
  })
})

describe('PUT replaces the whole customer', () => {
  test('what is not sent is erased; the store, the password and consents stay', async () => {
    const id = await addCustomer(till, places, {
      phone: '420777000111',
      address: { address1: 'Krátká 1', city: 'Brno' },
      agreement: { agreement_gtc: 1 },
    })
    await till.put(`/customers/${id}`, {
      ...(await till.get(`/customers/${id}`).then(({ body }) => ({ customer: body.data }))),
      password: 'Heslo-2026',
    })
    const echoed = (await till.get(`/customers/${id}`)).body.data.personal_information
    expect(echoed).toMatchObject({ first_name: 'Jane', phone: '420777000111', address: { city: 'Brno' } })
    expect((await getCustomer(ctx, coreId(id))).attributes.salutation).toBeUndefined()

    const { email } = echoed
    const put = await till.put(`/customers/${id}`, { customer: { personal_information: { language_id: 'en', email } } })
    expect([put.status, put.body]).toEqual([204, undefined])
    const after = (await till.get(`/customers/${id}`)).body.data.personal_information
    expect(after).toMatchObject({
      first_name: null,
      phone: null,
      birthdate: null,
      gender: null,
      address: { address1: null, city: null },
      language_id: 'en',
      store_id: places.store,
      agreement: { agreement_gtc: 1 },
    })
    const login = { login_type: 'email', login_value: email, password: 'Heslo-2026' }
    expect((await till.post('/customers/actions/verify-credentials', login)).body.data.customer_id).toBe(id)
  })

  test('another customer’s address is refused', async () => {
    const [one, other] = [await addCustomer(till, places), await addCustomer(till, places)]
    const { email } = (await till.get(`/customers/${one}`)).body.data.personal_information
    const reply = await till.put(`/customers/${other}`, {
      customer: { personal_information: { language_id: 'en', email } },
    })
    expect(faults(reply)).toEqual([['email', 'already_exists']])
  })
})

test('customers are found by what is known of them, page by page', async () => {
  const ids = [
    await addCustomer(till, places, { last_name: 'Page' }),
    await addCustomer(till, places, { last_name: 'Page' }),
  ]
  const query = 'last_name=page&birthdate=28.02.1990&count=1'
  const first = await till.get(`/customers?${query}&offset=0&customer_short_salutation=true`)
  const second = await till.get(`/customers?${query}&offset=1`)
  expect([first.body.data.total_items, second.body.data.total_items]).toEqual([2, 2])
  expect([first, second].map((reply) => reply.body.data.customers[0].customer_id)).toEqual(ids)
  const byIds = await till.get(`/customers?customer_ids[]=${ids[1]}&customer_ids[]=ffffffffffffffffffffffffffffffff`)
  expect(byIds.body.data.customers).toMatchObject([{ customer_id: ids[1] }])
  const { email } = byIds.body.data.customers[0].personal_information
  expect((await till.get(`/customers?email_list[]=${email}&email_list[]=no@x.example`)).body.data.total_items).toBe(1)
  const inShop = await till.get(`/customers?last_name=page&customer_source_id=${places.source}`)
  expect(inShop.body.data.total_items).toBe(2)
})

describe('source records', () => {
  test('lead from the number of another system to the customer', async () => {
    const id = await addCustomer(till, places)
    const sources = (await till.get('/customer-sources?customer_source_text_id=store')).body.data.customer_sources
    const record = { customer_source_id: sources[0].customer_source_id, external_id: 'POS-77' }
    const made = await till.post(`/customers/${id}/customer-source-records`, { customer_source_record: record })
    expect(made.status).toBe(201)
    const query = `customer_source_id=${record.customer_source_id}&external_ids[]=POS-77&external_ids[]=none`
    const found = await till.get(`/customer-source-records?${query}`)
    expect(found.body.data).toMatchObject({
      total_items: 1,
      customer_source_records: [
        { customer_id: id, external_id: 'POS-77', customer_source_record_id: made.body.data.customer_source_record_id },
      ],
    })
    expect((await till.get(`/customers/${id}/customer-source-records`)).body.data.total_items).toBe(2)
    const other = await addCustomer(till, places)
    const refused = await till.post(`/customers/${other}/customer-source-records`, { customer_source_record: record })
    expect(faults(refused)).toEqual([['external_id', 'already_exists']])
  })
})

describe('property records', () => {
  test('are the customer’s attributes under their codes', async () => {
    const id = await addCustomer(till, places)
    const path = `/customers/${id}/property-records`
    const record = { property_id: 'p1_note', property_value: 'left-handed' }
    const made = await till.post(path, { property_record: record })
    expect([made.status, made.body.data]).toEqual([201, { property_record_id: `p1_note:${id}` }])
    expect(faults(await till.post(path, { property_record: record }))).toEqual([['property_id', 'already_exists']])
    const changed = { property_record: { ...record, property_value: 'right-handed' } }
    expect((await till.put(`${path}/p1_note:${id}`, changed)).status).toBe(204)
    expect((await getCustomer(ctx, coreId(id))).attributes.p1_note).toBe('right-handed')
    const batch = [
      { property_id: 'p1_vip', property_value: true },
      { property_id: 'p1_newsletter_topic', property_value: [{ id: 'home' }] },
    ]
    expect((await till.post(`${path}/batch`, { property_records: batch })).status).toBe(204)
    const list = await till.get(`${path}?sort_field=property_id`)
    expect(list.body.data.property_records).toMatchObject([
      { property_id: 'p1_newsletter_topic', property_value: [{ id: 'home', name: 'home' }] },
      { property_id: 'p1_note', property_value: 'right-handed' },
      { property_id: 'p1_vip', property_value: true },
    ])
    expect((await till.delete(`${path}/p1_note:${id}`)).status).toBe(204)
    expect((await till.delete(`${path}/p1_note:${id}`)).status).toBe(404)
    expect((await till.get(path)).body.data.total_items).toBe(2)
  })

  test('a batch with one wrong record changes nothing, or only that record when told so', async () => {
    const id = await addCustomer(till, places)
    const path = `/customers/${id}/property-records`
    const property_records = [
      { property_id: 'p1_note', property_value: 'kept' },
      { property_id: 'p1_vip', property_value: 7 },
    ]
    expect((await till.post(`${path}/batch`, { property_records })).status).toBe(400)
    expect((await till.get(path)).body.data.total_items).toBe(0)
    expect((await till.post(`${path}/batch`, { property_records, error_processing: 2 })).status).toBe(204)
    expect((await till.get(path)).body.data.property_records).toMatchObject([{ property_id: 'p1_note' }])
  })
})

describe('actions', () => {
  test('credentials are verified, not more; a wrong password is a 400', async () => {
    const body = { ...newCustomer(places), password: 'Heslo-2026' }
    const id = (await till.post('/customers', body)).body.data.customer_id
    const login_value = body.customer.personal_information.email
    const right = { login_type: 'email', login_value, password: 'Heslo-2026' }
    expect((await till.post('/customers/actions/verify-credentials', right)).body).toEqual({
      data: { customer_id: id },
    })
    const wrong = await till.post('/customers/actions/verify-credentials', { ...right, password: 'Heslo-2027' })
    expect([wrong.status, faults(wrong)]).toEqual([400, [['password', 'not_allowed_value']]])
  })

  test('a newsletter sign-up makes a customer once and subscribes', async () => {
    const sources = (await till.get('/customer-sources?customer_source_text_id=newsletter')).body.data.customer_sources
    const signUp = {
      contact: 'reader@shop.example',
      customer_source_id: sources[0].customer_source_id,
      agreements: { agreement_marketing_communication: 1 },
    }
    for (let times = 0; times < 2; times++) {
      const reply = await till.post('/customers/actions/newsletters-sign-up', signUp)
      expect([reply.status, reply.body]).toEqual([204, undefined])
    }
    const found = await till.get('/customers?email=reader@shop.example')
    expect(found.body.data.total_items).toBe(1)
    const [customer] = found.body.data.customers
    expect(customer.personal_information.agreement.agreement_marketing_communication).toBe(1)
    const records = await till.get(`/customers/${customer.customer_id}/customer-source-records`)
    expect(records.body.data.total_items).toBe(1)
  })

  test('what is no address signs nobody up, and nobody could register with it', async () => {
    const signUp = { contact: 'not an address', customer_source_id: places.source }
    const refused = await till.post('/customers/actions/newsletters-sign-up', signUp)
    expect(refused.body.error.error_data.invalid_params).toMatchObject([
      { name: 'contact', reason: 'invalid_value_format' },
    ])
    for (const type of ['email', 'phone']) {
      const asked = await till.post('/customers/actions/check-registration-ability', { type, value: 'zz' })
      expect(asked.body.error.error_data.invalid_params).toMatchObject([
        { name: 'value', reason: 'invalid_value_format' },
      ])
    }
  })

  test('a strict search needs all four of its parameters', async () => {
    const id = await addCustomer(till, places, { first_name: 'Rare', last_name: 'Bird', birthdate: '1980-01-02' })
    const types = (await till.get('/card-types')).body.data.card_types
    const assign = { card_type_id: types[0].card_type_id, customer_id: id }
    await till.post('/cards/actions/assign-free-card', assign)
    const cards = (await till.get(`/customers/${id}/cards`)).body.data.cards
    const query = `first_name=rare&last_name=Bird&birthdate=02.01.1980&card_number=${cards[0].card_number}`
    const found = await till.get(`/customers/actions/search-customers?mode=strict&${query}`)
    expect(found.body.data).toEqual({ strict: [{ customer_id: id, match: 100 }] })
    const less = await till.get('/customers/actions/search-customers?mode=strict&first_name=rare')
    expect(faults(less)).toEqual([
      ['last_name', 'required'],
      ['birthdate', 'required'],
      ['card_number', 'required'],
    ])
  })

  test('registration ability tells whether an address is free', async () => {
    const id = await addCustomer(till, places)
    const { email } = (await till.get(`/customers/${id}`)).body.data.personal_information
    const ask = (value: string) => till.post('/customers/actions/check-registration-ability', { type: 'email', value })
    expect((await ask(email)).body.data.registration_ability).toBe(false)
    expect((await ask('free@shop.example')).body.data.registration_ability).toBe(true)
  })
})

describe('cards', () => {
  test('a free card found by its number is given to the customer with PUT', async () => {
    const id = await addCustomer(till, places)
    const free = (await till.get('/cards?state=1')).body.data.cards.find(
      (card: { customer_id: string | null }) => card.customer_id === null,
    )
    const check = () => till.post('/cards/actions/validate-free-card', { card_number: free.card_number })
    expect((await check()).body.data).toEqual({ is_free_to_use: true })
    const put = await till.put(`/cards/${free.card_id}`, { card: { ...free, customer_id: id } })
    expect(put.status).toBe(204)
    const read = await till.get(`/cards/${free.card_id}`)
    expect(read.body.data).toMatchObject({ customer_id: id, card_number: free.card_number, state: 1 })
    expect((await check()).body.data).toEqual({ is_free_to_use: false })
    const { customer: person } = newCustomer(places)
    await till.put(`/customers/${id}`, { customer: person, password: 'Heslo-2026' })
    const login = { login_type: 'card', login_value: free.card_number, password: 'Heslo-2026' }
    expect((await till.post('/customers/actions/verify-credentials', login)).body.data.customer_id).toBe(id)
    const other = await addCustomer(till, places)
    const stolen = await till.put(`/cards/${free.card_id}`, { card: { ...free, customer_id: other } })
    expect(faults(stolen)).toEqual([['customer_id', 'relation_already_exists']])
  })

  test('a printed card is added; its number is taken once', async () => {
    const type = (await till.get('/card-types')).body.data.card_types[0]
    const card = { card_type_id: type.card_type_id, card_number: '9000 1', state: 1, valid_to: '2026-11-21 12:30:00' }
    expect((await till.post('/cards', { card })).status).toBe(201)
    expect(faults(await till.post('/cards', { card }))).toEqual([['card_number', 'already_exists']])
    expect((await till.get('/cards?card_number=9000 1&is_valid=false')).body.data.total_items).toBe(1)
    expect((await till.get('/cards?card_number_list[]=9000 1&is_valid=true')).body.data.total_items).toBe(0)
    expect(faults(await till.post('/cards', { card: {} }))).toEqual([
      ['card_type_id', 'required'],
      ['card_number', 'required'],
      ['state', 'required'],
    ])
  })
})
