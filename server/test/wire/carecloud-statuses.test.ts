import { describe, expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { findDefaultProgramme, listTiers, updateTier } from '../../src/core/loyalty/index.ts'
import { mergeCustomers, undoMerge } from '../../src/core/merging/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, clientOf, openShop, placesOf, sale } from './carecloud-client.ts'

const clock = fixedClock('2026-11-21T10:00:00Z')
const { app, server } = await testApp({ clock })
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)
const [bronze, silver, gold] = (await till.get('/statuses')).body.data.statuses
const set = '/customers/actions/set-status-record'

const statusOf = async (customer: string) => {
  const { body } = await till.get(`/customers/${customer}/status-records?valid_now=true`)
  return body.data.status_records
}
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0
const buy = async (customer_id: string, bill_id: string, total: number, payment_time: string) => {
  const bill = { bill_id, total, customer_id, bill: { payment_time } }
  expect((await till.post('/purchases/actions/send-purchase', sale(places, bill))).status).toBe(201)
}

describe('a status', () => {
  test('says what leads into it', () => {
    expect(bronze).toMatchObject({ name: 'Bronze', qualification_type: 0, previous_status: null })
    expect(silver).toMatchObject({
      name: 'Silver',
      text_id: 'silver',
      qualification_type: 2,
      qualification_points: 500,
      qualification_period: null,
      previous_status: bronze.status_id,
      next_status: gold.status_id,
    })
  })

  test('is earned, and the record says what is missing to the next one', async () => {
    const customer = await addCustomer(till, places)
    await buy(customer, 'S-1', 520, '2026-11-20 12:00:00')
    const [record] = await statusOf(customer)
    expect(record).toMatchObject({
      status_id: silver.status_id,
      valid_from: '2026-11-20 12:00:00',
      purchase_conditions: { next_status_points: 1480, next_status_id: gold.status_id, keep_status_points: 0 },
    })
  })

  test('is given by hand, and shown by every API', async () => {
    const customer_id = await addCustomer(till, places, { email: 'gold@shop.example' })
    const given = await till.post(set, { customer_id, status_id: gold.status_id, valid_to: '2026-11-21 12:00:00' })
    expect(given.status).toBe(200)
    expect(await statusOf(customer_id)).toMatchObject([
      {
        status_record_id: given.body.data.status_record_id,
        status_id: gold.status_id,
        valid_to: '2026-11-21 12:00:00',
      },
    ])
    const api = clientOf(app, '/api/v1', { authorization: `Bearer ${(await issueApiKey(ctx, { name: 'test' })).key}` })
    expect((await api.get(`/customers/${idOf(customer_id)}`)).body.tier).toMatchObject({ name: 'Gold' })
    clock.set('2026-11-21T12:00:00Z')
    expect(await statusOf(customer_id)).toMatchObject([{ status_id: bronze.status_id }])
    clock.set('2026-11-21T10:00:00Z')
  })

  test('ends the one that was given before', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post(set, { customer_id, status_id: gold.status_id, valid_from: '2026-11-01 00:00:00' })
    await till.post(set, { customer_id, status_id: silver.status_id, valid_from: '2026-11-10 00:00:00' })
    expect(await statusOf(customer_id)).toMatchObject([{ status_id: silver.status_id, valid_to: null }])
    const all = await till.get(`/customers/${customer_id}/status-records?sort_field=valid_from`)
    expect(all.body.data.status_records).toMatchObject([
      { status_id: gold.status_id, valid_to: '2026-11-10 00:00:00', state: 2 },
      { status_id: silver.status_id, state: 1 },
    ])
  })

  test('given below what is earned takes nothing away', async () => {
    const customer_id = await addCustomer(till, places)
    await buy(customer_id, 'S-2', 2100, '2026-11-20 12:00:00')
    await till.post(set, { customer_id, status_id: silver.status_id })
    expect((await statusOf(customer_id)).map((record: { status_id: string }) => record.status_id)).toContain(
      gold.status_id,
    )
  })

  test('given goes with the customer who is merged, and comes back', async () => {
    const [from, into] = [await addCustomer(till, places), await addCustomer(till, places)]
    await till.post(set, { customer_id: from, status_id: gold.status_id })
    const merge = await mergeCustomers(ctx, { fromId: idOf(from), intoId: idOf(into), reason: 'test' })
    expect(await statusOf(into)).toMatchObject([{ status_id: gold.status_id }])
    await undoMerge(ctx, merge)
    expect(await statusOf(into)).toMatchObject([{ status_id: bronze.status_id }])
    expect(await statusOf(from)).toMatchObject([{ status_id: gold.status_id }])
  })

  test.each([
    ['status_id', { status_id: 'f'.repeat(32) }],
    ['customer_id', { customer_id: 'f'.repeat(32) }],
    ['valid_to', { valid_to: '2020-01-01 00:00:00' }],
  ])('is refused with a wrong %s', async (name, change) => {
    const customer_id = await addCustomer(till, places)
    const { status, body } = await till.post(set, { customer_id, status_id: gold.status_id, ...change })
    expect(status).toBe(400)
    expect(body.error.error_data.invalid_params).toMatchObject([{ name }])
  })
})

test('a status may be earned by what is spent in a year, and kept by less', async () => {
  const programmeId = (await findDefaultProgramme(ctx))?.id ?? 0
  const tier = (await listTiers(ctx, programmeId)).find(({ name }) => name === 'Gold')
  const settings = { measure: 'spend', period: { kind: 'calendar_year' }, keep: 20_000 } as const
  await updateTier(ctx, { programmeId, id: tier?.id ?? 0, threshold: 50_000, settings })
  expect((await till.get(`/statuses/${gold.status_id}`)).body.data).toMatchObject({
    qualification_period: 365,
    qualification_points: null,
    qualification_turnover: [{ currency_id: places.currency, value: 500 }],
  })
  const customer = await addCustomer(till, places)
  await buy(customer, 'Y-1', 450, '2025-12-01 12:00:00')
  await buy(customer, 'Y-2', 60, '2025-12-02 12:00:00')
  const [record] = await statusOf(customer)
  expect(record).toMatchObject({
    status_id: gold.status_id,
    valid_to: '2027-01-01 00:00:00',
    purchase_conditions: { keep_status_turnover: [{ value: 200, due_date: '2027-01-01 00:00:00' }] },
  })
  const turnover = await till.get(`/wallet/actions/sales-turnover?customer_id=${customer}&date_from=2025-12-02`)
  expect(turnover.body.data.turnover).toMatchObject([{ currency_id: places.currency, value: 60 }])
})
