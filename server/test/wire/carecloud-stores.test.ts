import { expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { testApp } from '../app.ts'
import { clientOf, openShop, placesOf } from './carecloud-client.ts'

const { app, server } = await testApp()
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)

const whole = {
  store_code: 'B-2',
  name: 'Second store',
  store_address: { address1: 'Hauptstraße 2', address3: 'Hof', zip: '10115', city: 'Berlin', country_code: 'de' },
  contact_email: 'second@shop.example',
  manager_name: 'Eva',
  phone_number: '4930999',
  partner_id: places.partner,
  system_id: 'POS-2',
  gps_coordinates: { gps_longitude: 13.4, gps_latitude: 52.5 },
  url_address: 'https://shop.example/2',
  opening: [{ day_id: 'MON', time_intervals: [{ from: '09:00:00', to: '18:00:00' }] }],
  visibility_for_customer: 0,
  short_description: 'Small',
  description: 'Small and fine',
  registration_id: 'HRB 2',
}

test('a store is opened, read back, found, and changed as a whole', async () => {
  const made = await till.post('/stores', { store: whole })
  expect(made.status).toBe(201)
  const { store_id } = made.body.data
  const read = await till.get(`/stores/${store_id}`)
  expect(read.body.data).toMatchObject({ ...whole, store_id, state: 1 })
  const hidden = await till.get('/stores?visible_for_customer=0')
  expect(hidden.body.data).toMatchObject({ total_items: 1, stores: [{ store_id }] })
  expect((await till.get('/stores?system_id=POS-2')).body.data.total_items).toBe(1)

  // What is echoed back with its read-only fields is taken; what is left out is gone.
  const { manager_name: _, short_description: __, ...left } = read.body.data
  expect((await till.put(`/stores/${store_id}`, { store: { ...left, name: 'Moved' } })).status).toBe(204)
  const after = (await till.get(`/stores/${store_id}`)).body.data
  expect(after).toMatchObject({ name: 'Moved', manager_name: null, short_description: null, system_id: 'POS-2' })
  expect(after.store_address).toMatchObject({ address1: 'Hauptstraße 2', address3: 'Hof' })

  const again = await till.post('/stores', { store: whole })
  expect(again.body.error.error_data.invalid_params).toMatchObject([{ name: 'store_code', reason: 'already_exists' }])
  expect((await till.send({ method: 'DELETE', url: `/stores/${store_id}` })).status).toBe(405)

  const own = clientOf(app, '/api/v1', { authorization: `Bearer ${(await issueApiKey(ctx, { name: 'test' })).key}` })
  expect((await own.get('/stores')).body.items).toContainEqual(
    expect.objectContaining({ code: 'B-2', name: 'Moved', email: 'second@shop.example' }),
  )
})

test('values of a store’s properties come, change and go, and find the store', async () => {
  const url = `/stores/${places.store}/property-records`
  expect((await till.get('/store-properties?name=park')).body.data.store_properties).toMatchObject([
    { property_id: 'parking_spaces', data_type: 'integer' },
  ])
  expect((await till.get(url)).body.data).toMatchObject({
    property_records: [{ property_id: 'parking_spaces', property_value: 12 }],
    total_items: 1,
  })
  const made = await till.post(url, { property_record: { property_id: 'size', property_value: 'large' } })
  expect(made.status).toBe(201)
  const record = `${url}/${made.body.data.property_record_id}`
  const twice = await till.post(url, { property_record: { property_id: 'size', property_value: 'small' } })
  expect(twice.body.error.error_data.invalid_params).toMatchObject([{ reason: 'already_exists' }])
  const found = await till.get('/stores?property_id=size&property_value=large')
  expect(found.body.data.stores).toMatchObject([{ store_id: places.store }])
  expect((await till.get('/stores?property_id=size')).status).toBe(400)
  expect((await till.put(record, { property_record: { property_id: 'size', property_value: 'small' } })).status).toBe(
    204,
  )
  expect((await till.get('/stores?property_id=size&property_value=large')).body.data.total_items).toBe(0)
  expect((await till.delete(record)).status).toBe(204)
  expect((await till.delete(record)).status).toBe(404)
})

test('a store stands in groups', async () => {
  const groups = (await till.get('/store-groups?name=city')).body.data.store_groups
  expect(groups).toMatchObject([{ name: 'City stores' }])
  expect((await till.get(`/store-groups/${groups[0].store_group_id}`)).body.data).toEqual(groups[0])
  const records = await till.get(`/stores/${places.store}/store-group-records`)
  expect(records.body.data).toMatchObject({
    store_group_records: [{ store_id: places.store, store_group_id: groups[0].store_group_id }],
    total_items: 1,
  })
})
