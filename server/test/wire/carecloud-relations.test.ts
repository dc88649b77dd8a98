import { describe, expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { mergeCustomers, undoMerge } from '../../src/core/merging/index.ts'
import { putReferenceItem } from '../../src/core/organisations/index.ts'
import { testApp } from '../app.ts'
import { addCustomer, clientOf, newCustomer, openShop, placesOf } from './carecloud-client.ts'

const { app, server } = await testApp()
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0
const types = (await till.get('/customer-relation-types')).body.data.customer_relation_types
const household = types.find((type: { name: string }) => type.name === 'Household').customer_relation_type_id

describe('a customer and others', () => {
  test('belong together until they do not', async () => {
    const [mother, child] = [await addCustomer(till, places), await addCustomer(till, places, { first_name: 'Kim' })]
    const url = `/customers/${mother}/related-customers`
    const related_customer = { related_customer_id: child, customer_relation_type_id: household, is_leading: true }
    const made = await till.post(url, { related_customer })
    expect(made.status).toBe(201)
    const { customer_relation_id } = made.body.data
    const row = { customer_relation_id, ...related_customer, short_name: 'Kim Novak', valid_to: null, state: 1 }
    expect((await till.get(url)).body.data).toMatchObject({ related_customers: [row], total_items: 1 })
    expect((await till.get(`${url}/${customer_relation_id}`)).body.data).toMatchObject(row)
    // The other side sees it as well.
    expect((await till.get(`/customers/${child}/related-customers`)).body.data.related_customers).toMatchObject([
      { customer_relation_id, related_customer_id: mother, is_leading: false },
    ])
    const again = await till.post(url, { related_customer })
    expect(again.body.error.error_data.invalid_params).toMatchObject([{ reason: 'relation_already_exists' }])
    const self = await till.post(url, { related_customer: { ...related_customer, related_customer_id: mother } })
    expect(self.body.error.error_data.invalid_params).toMatchObject([{ name: 'related_customer_id' }])
    expect((await till.delete(`${url}/${customer_relation_id}`)).status).toBe(204)
    expect((await till.delete(`${url}/${customer_relation_id}`)).status).toBe(404)
    expect((await till.get(url)).body.data.total_items).toBe(0)
    const all = await till.get(`${url}?all_customer_relations=true&related_customer_id=${child}`)
    expect(all.body.data.related_customers).toMatchObject([{ state: 0 }])
  })

  test('who comes with somebody’s code is related to them', async () => {
    const friend = await addCustomer(till, places)
    const [referral] = (await till.get(`/customers/${friend}/referrals`)).body.data.referrals
    expect(referral).toMatchObject({ customer_id: friend, valid_to: null, code: expect.stringMatching(/^\d{16}$/) })
    expect((await till.get(`/customers/${friend}/referrals?referral_code=none`)).body.data.total_items).toBe(0)
    const check = { type: 'referral_code', value: referral.code }
    expect((await till.post('/customers/actions/validate-customer-data', check)).body.data.is_valid).toBe(true)
    const made = await till.post('/customers', { ...newCustomer(places), referral_code: referral.code })
    const { customer_id } = made.body.data
    const related = (await till.get(`/customers/${customer_id}/related-customers`)).body.data.related_customers
    expect(related).toMatchObject([
      { related_customer_id: friend, customer_relation_type_id: referral.referral_campaign_id },
    ])
    const wrong = await till.post('/customers', { ...newCustomer(places), referral_code: '0000' })
    expect(wrong.body.error.error_data.invalid_params).toMatchObject([{ name: 'referral_code', reason: 'not_found' }])
  })

  test('relations and interests go with a merge and come back', async () => {
    const [from, into, friend] = [
      await addCustomer(till, places),
      await addCustomer(till, places),
      await addCustomer(till, places),
    ]
    const related_customer = { related_customer_id: friend, customer_relation_type_id: household, is_leading: false }
    await till.post(`/customers/${from}/related-customers`, { related_customer })
    const [interest] = (await till.get('/interests')).body.data.interests
    await till.post(`/customers/${from}/interest-records`, { interest_record: { interest_id: interest.interest_id } })
    const merge = await mergeCustomers(ctx, { fromId: idOf(from), intoId: idOf(into), reason: 'test' })
    const counts = async (customer: string) => [
      (await till.get(`/customers/${customer}/related-customers`)).body.data.total_items,
      (await till.get(`/customers/${customer}/interest-records`)).body.data.total_items,
    ]
    expect(await counts(into)).toEqual([1, 1])
    await undoMerge(ctx, merge)
    expect(await counts(into)).toEqual([0, 0])
    expect(await counts(from)).toEqual([1, 1])
    const own = clientOf(app, '/api/v1', { authorization: `Bearer ${(await issueApiKey(ctx, { name: 'test' })).key}` })
    expect((await own.get(`/customers/${idOf(from)}/relations`)).body.items).toMatchObject([
      { related_customer_id: idOf(friend), type: { code: 'household' }, is_current: true },
    ])
    expect((await own.get(`/customers/${idOf(from)}/interests`)).body.items).toMatchObject([{ code: 'home' }])
    const told = await own.get(`/customers/${idOf(from)}/export`)
    expect(told.body).toMatchObject({ relations: [{ isLeading: false }], interests: [{}] })
  })
})

test('interests come, change and go', async () => {
  const customer_id = await addCustomer(till, places)
  const [home, kitchen] = (await till.get('/interests')).body.data.interests
  expect((await till.get(`/interests/${home.interest_id}`)).body.data).toEqual(home)
  const url = `/customers/${customer_id}/interest-records`
  const record = (one: { interest_id: string }) => ({ interest_record: { interest_id: one.interest_id, customer_id } })
  const made = await till.post(url, record(home))
  expect(made.status).toBe(201)
  expect((await till.post(url, record(home))).body.error.error_data.invalid_params).toMatchObject([
    { name: 'interest_id', reason: 'relation_already_exists' },
  ])
  const one = `${url}/${made.body.data.interest_record_id}`
  expect((await till.put(one, record(kitchen))).status).toBe(204)
  expect((await till.get(url)).body.data.interest_records).toMatchObject([
    { interest_id: kitchen.interest_id, customer_id },
  ])
  expect((await till.delete(one)).status).toBe(204)
  expect((await till.delete(one)).status).toBe(404)
})

test('a customer belongs to every partner until taken away', async () => {
  await putReferenceItem(ctx, { kind: 'partner', code: 'bakery', name: 'Bakery', data: { email: 'b@shop.example' } })
  const [shop, bakery] = (await till.get('/partners')).body.data.partners
  expect(bakery).toMatchObject({ name: 'Bakery', email: 'b@shop.example', state: 1 })
  const customer_id = await addCustomer(till, places)
  const url = `/customers/${customer_id}/partner-records`
  const records = async () => (await till.get(url)).body.data.partner_records
  expect(await records()).toMatchObject([{ partner_id: shop.partner_id }, { partner_id: bakery.partner_id }])
  expect((await till.delete(`${url}/${(await records())[1].partner_record_id}`)).status).toBe(204)
  expect(await records()).toMatchObject([{ partner_id: shop.partner_id }])
  const partner_record = { partner_id: bakery.partner_id }
  expect((await till.post(url, { partner_record })).status).toBe(201)
  expect((await till.post(url, { partner_record })).body.error.error_data.invalid_params).toMatchObject([
    { reason: 'relation_already_exists' },
  ])
  const only = { customer_id, partner_records: [{ partner_id: bakery.partner_id }] }
  expect((await till.post('/customers/actions/set-partners', only)).status).toBe(204)
  expect(await records()).toMatchObject([{ partner_id: bakery.partner_id }])
  expect((await till.post('/customers/actions/set-partners', { customer_id, partner_records: [] })).status).toBe(204)
  expect(await records()).toEqual([])
  expect((await till.get(`/partners/${bakery.partner_id}/property-records`)).body.data.total_items).toBe(0)
  // Who signs up for one partner's newsletter belongs to it alone; who was there belongs to it, too.
  const signUp = { contact: 'bread@shop.example', customer_source_id: places.source }
  const partner_records = [{ partner_id: bakery.partner_id }]
  const action = '/customers/actions/newsletters-sign-up'
  expect((await till.post(action, { ...signUp, partner_records })).status).toBe(204)
  const [reader] = (await till.get('/customers?email=bread@shop.example')).body.data.customers
  const its = async () =>
    (await till.get(`/customers/${reader.customer_id}/partner-records`)).body.data.partner_records.map(
      (record: { partner_id: string }) => record.partner_id,
    )
  expect(await its()).toEqual([bakery.partner_id])
  await till.post(action, { ...signUp, partner_records: [{ partner_id: places.partner }] })
  expect((await its()).toSorted()).toEqual([bakery.partner_id, places.partner].toSorted())
  const strange = await till.post(action, { ...signUp, partner_records: [{ partner_id: 'nobody' }, {}] })
  expect(strange.body.error.error_data.invalid_params).toMatchObject([
    { name: 'partner_id', reason: 'not_found' },
    { name: 'partner_id', reason: 'required' },
  ])
})

test('segments stand in groups, and records say since when', async () => {
  const groups = (await till.get('/segment-groups?text_id=marketing')).body.data.segment_groups
  expect(groups).toMatchObject([{ name: 'Marketing', text_id: 'marketing' }])
  const { segment_id } = (await till.post('/segments', { name: 'VIPs', note: 'By hand', priority: 1 })).body.data
  expect((await till.get(`/segments/${segment_id}`)).body.data).toMatchObject({ name: 'VIPs', note: 'By hand' })
  const customer_id = await addCustomer(till, places)
  const add = `/segments/${segment_id}/actions/add-customer`
  expect((await till.post(add, { customer_id })).status).toBe(204)
  const records = await till.get(`/segments/${segment_id}/segment-records`)
  expect(records.body.data).toMatchObject({ segment_records: [{ segment_id, customer_id }], total_items: 1 })
  expect((await till.get(`/customers/${customer_id}/segment-records`)).body.data.segment_records).toEqual(
    records.body.data.segment_records,
  )
  const other = `/segments?segment_group_ids[]=${groups[0].segment_group_id}`
  expect((await till.get(other)).body.data.total_items).toBe(0)
})

test('names come in the language that the caller wants, where they have one', async () => {
  const names = { cs: 'Zahrada', de: 'Garten' }
  await putReferenceItem(ctx, { kind: 'interest', code: 'garden', name: 'Garden', data: { names } })
  const named = async (language: string) => {
    const headers = { 'accept-language': language }
    const interests = await till.send({ method: 'GET', url: '/interests?name=gar', headers })
    const countries = await till.send({ method: 'GET', url: '/countries?country_id=de', headers })
    return [interests.body.data.interests[0]?.name, countries.body.data.countries[0].name]
  }
  expect(await named('en')).toEqual(['Garden', 'Germany'])
  expect(await named('fr, de;q=0.8')).toEqual(['Garten', 'Allemagne'])
  expect(await named('')).toEqual(['Garden', 'Germany'])
})

test('small lists', async () => {
  for (const [path, key] of [
    ['customer-types', 'customer_types'],
    ['customer-address-types', 'customer_address_types'],
    ['payment-types', 'payment_types'],
    ['products/tags', 'tags'],
    ['purchase-properties', 'purchase_properties'],
  ]) {
    const list = await till.get(`/${path}`)
    expect(list.status, path).toBe(200)
    expect(list.body.data).toHaveProperty(key as string)
  }
  expect((await till.get('/customer-address-types/delivery')).body.data).toMatchObject({ name: 'Delivery address' })
})
