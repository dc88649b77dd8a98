import { describe, expect, test } from 'vitest'
import { timeline } from '../../src/core/reports/index.ts'
import { testApp } from '../app.ts'
import { addCustomer, openShop, placesOf } from './carecloud-client.ts'

const { app, server } = await testApp()
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)
const group = (await till.get('/event-groups?text_id=shop')).body.data.event_groups[0]
const type = (await till.get('/event-types?event_group_text_id[]=shop')).body.data.event_types[0]
const event_type_id: string = type.event_type_id

describe('an event of the shop', () => {
  test('has a type in a group, with properties', async () => {
    expect(type).toMatchObject({
      event_group_id: group.event_group_id,
      event_group_text_id: 'shop',
      text_id: 'workshop_visited',
      state: 1,
    })
    expect((await till.get(`/event-types/${event_type_id}`)).body.data).toEqual(type)
    const own = await till.get(`/event-types/${event_type_id}/event-properties`)
    expect(own.body.data.event_properties).toMatchObject([{ property_id: 'workshop', data_type: 'string' }])
    const all = await till.get('/event-properties')
    expect(all.body.data.event_properties).toEqual(own.body.data.event_properties)
    expect((await till.get('/event-properties/workshop')).body.data).toMatchObject({ name: 'Workshop' })
  })

  test('is told of a customer, and stands in their timeline', async () => {
    const customer_id = await addCustomer(till, places)
    const event = {
      event_type_id,
      customer_id,
      external_id: 'V-1',
      data: { seats: 2 },
      created_at: '2026-11-20 18:00:00',
    }
    const property_records = [{ property_id: 'workshop', property_value: 'Glazing' }]
    const made = await till.post('/events', { event, property_records })
    expect(made.status).toBe(201)
    const { event_id } = made.body.data
    const read = await till.get(`/events/${event_id}`)
    expect(read.body.data).toMatchObject({ ...event, event_id, secondary_external_id: null, state: 1 })
    const records = await till.get(`/events/${event_id}/property-records`)
    expect(records.body.data).toMatchObject({ property_records, total_items: 1 })

    const own = await till.get(`/customers/${customer_id}/events`)
    expect(own.body.data).toMatchObject({ customer_events: [{ event_id, property_records: null }], total_items: 1 })
    const full = await till.get(`/events?customer_id=${customer_id}&include_property_records=true`)
    expect(full.body.data.events[0].property_records).toMatchObject(property_records)
    const id = ctx.ids.read('customer', ctx.tenant.id, customer_id) ?? 0
    const entries = await timeline(ctx, { customerId: id, kinds: ['event'], limit: 10 })
    expect(entries).toMatchObject([{ type: 'workshop_visited', data: { externalId: 'V-1', data: { seats: 2 } } }])
  })

  test('is told once', async () => {
    const customer_id = await addCustomer(till, places)
    const event = { event_type_id, customer_id, external_id: 'V-2', secondary_external_id: 'a' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => till.post('/events', { event })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const refused = answers.find(({ status }) => status === 400)
    expect(refused?.body.error.error_data.invalid_params).toMatchObject([
      {
        name: 'event_id_event_type_id_customer_id_external_id_secondary_external_id',
        reason: 'relation_already_exists',
      },
    ])
    expect((await till.post('/events', { event: { ...event, secondary_external_id: 'b' } })).status).toBe(201)
    expect((await till.get('/events?external_id=V-2')).body.data.total_items).toBe(2)
  })

  test('finds its customer by an address or the number of another system', async () => {
    const customer_id = await addCustomer(till, places, { email: 'events@shop.example', phone: '420776111222' })
    const source = { customer_source_id: places.source, external_id: 'EXT-77' }
    await till.post(`/customers/${customer_id}/customer-source-records`, { customer_source_record: source })
    const ways = [
      { customer_identifier_type: 'email', customer_identifier_value: 'Events@shop.example' },
      { customer_identifier_type: 'phone', customer_identifier_value: '420776111222' },
      { customer_identifier_type: 'external_id', customer_identifier_value: source },
    ]
    for (const [index, way] of ways.entries()) {
      const event = { event_type_id, ...way, external_id: `by-${index}`, data: ['text', index] }
      const made = await till.post('/events', { event })
      expect(made.status, JSON.stringify(made.body)).toBe(201)
      expect((await till.get(`/events/${made.body.data.event_id}`)).body.data).toMatchObject({
        customer_id,
        data: ['text', index],
      })
    }
    const day = await till.get(
      `/customers/${customer_id}/events?time_from=2020-01-01 00:00:00&event_type_ids[]=${event_type_id}`,
    )
    expect(day.body.data.total_items).toBe(3)
  })

  test.each([
    ['both ways of naming the customer', { customer_identifier_type: 'email' }, 'customer_identifier_type'],
    ['no customer', { customer_id: undefined }, 'customer_id'],
    [
      'a customer nobody is',
      { customer_id: undefined, customer_identifier_type: 'email', customer_identifier_value: 'no@shop.example' },
      'customer_identifier_value',
    ],
    ['a number in data', { data: 7 }, 'data'],
    ['too much data', { data: 'x'.repeat(20_000) }, 'data'],
    ['no type', { event_type_id: 'f'.repeat(32) }, 'event_type_id'],
    ['no number', { external_id: '' }, 'external_id'],
  ])('is refused with %s', async (_, change, name) => {
    const customer_id = await addCustomer(till, places)
    const event = { event_type_id, customer_id, external_id: 'X', ...change }
    const { status, body } = await till.post('/events', { event })
    expect(status).toBe(400)
    expect(body.error.error_data.invalid_params).toMatchObject([{ name }])
  })

  test('is refused with a property that its type has not', async () => {
    const customer_id = await addCustomer(till, places)
    const event = { event_type_id, customer_id, external_id: 'P' }
    const { body } = await till.post('/events', {
      event,
      property_records: [{ property_id: 'none', property_value: 1 }],
    })
    expect(body.error.error_data.invalid_params).toMatchObject([{ name: 'property_id', reason: 'not_found' }])
  })
})
