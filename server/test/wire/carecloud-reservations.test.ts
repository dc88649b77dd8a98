import { expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { balancesOf } from '../../src/core/ledger/index.ts'
import { expireReservations } from '../../src/core/loyalty/index.ts'
import { mergeCustomers, undoMerge } from '../../src/core/merging/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, clientOf, openShop, placesOf } from './carecloud-client.ts'

const clock = fixedClock('2026-11-21T10:00:00Z')
const { app, server } = await testApp({ clock })
const { ctx, till } = await openShop(app, server)
const places = await placesOf(till)
const reserve = (body: object) => till.post('/point-reservations/actions/reserve-points', body)
const free = (external_id: string) => till.post('/point-reservations/actions/free-points', { external_id })
const reservation = async (external_id: string) =>
  (await till.get(`/point-reservations?external_id=${external_id}`)).body.data.point_reservations[0]
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0
const points = async (customer: string) => {
  const all = await balancesOf(ctx, idOf(customer))
  const { available, held } = all.find(({ unit }) => unit.kind === 'points') ?? { available: 0, held: 0 }
  return { available, held }
}

async function customerWith(amount: number): Promise<string> {
  const customer_id = await addCustomer(till, places)
  const given = { amount, customer_id, partner_id: places.partner }
  expect((await till.post('/points/actions/assign-points', given)).status).toBe(201)
  return customer_id
}

test('points are set aside and given back', async () => {
  const customer_id = await customerWith(100)
  expect((await reserve({ external_id: 'R-1', customer_id, amount: 60 })).status).toBe(204)
  expect(await points(customer_id)).toEqual({ available: 40, held: 60 })
  const one = await reservation('R-1')
  expect(one).toMatchObject({ customer_id, quantity: 60, state: 1, expiration: null })
  expect((await till.get(`/point-reservations/${one.points_reservation_id}`)).body.data).toEqual(one)
  const overview = await till.get(`/wallet/actions/points-overview?customer_id=${customer_id}`)
  expect(overview.body.data.available_points).toBe(40)
  expect((await free('R-1')).status).toBe(204)
  expect(await points(customer_id)).toEqual({ available: 100, held: 0 })
  expect((await reservation('R-1')).state).toBe(0)
  expect((await free('R-1')).body.error.error_data.invalid_params).toMatchObject([
    { name: 'external_id', reason: 'deleted' },
  ])
})

test('a number is taken once, however many ask at the same time, and nobody reserves what is not there', async () => {
  const customer_id = await customerWith(100)
  const same = await Promise.all(
    Array.from({ length: 8 }, () => reserve({ external_id: 'R-2', customer_id, amount: 10 })),
  )
  expect(same.filter(({ status }) => status === 204)).toHaveLength(1)
  expect(same.find(({ status }) => status === 400)?.body.error.error_data.invalid_params).toMatchObject([
    { name: 'external_id', reason: 'already_exists' },
  ])
  const many = await Promise.all(
    Array.from({ length: 8 }, (_, index) => reserve({ external_id: `R-3-${index}`, customer_id, amount: 30 })),
  )
  expect(many.filter(({ status }) => status === 204)).toHaveLength(3)
  expect(await points(customer_id)).toEqual({ available: 0, held: 100 })
  const none = await reserve({ external_id: 'R-4', customer_id, amount: 1 })
  expect(none.body.error.error_data.invalid_params).toMatchObject([{ name: 'amount', reason: 'not_allowed_value' }])
})

test('a reservation ends with its time', async () => {
  const customer_id = await customerWith(10)
  const past = await reserve({ external_id: 'R-5', customer_id, amount: 4, expiration_time: '2026-11-21 10:59:59' })
  expect(past.body.error.error_data.invalid_params).toMatchObject([{ name: 'expiration_time' }])
  await reserve({ external_id: 'R-5', customer_id, amount: 4, expiration_time: '2026-11-21 12:00:00' })
  expect(await expireReservations(server, 10)).toBe(0)
  clock.set('2026-11-21T11:00:00Z')
  expect((await reservation('R-5')).state).toBe(2)
  expect(await expireReservations(server, 10)).toBe(1)
  expect(await points(customer_id)).toEqual({ available: 10, held: 0 })
  expect((await reservation('R-5')).state).toBe(2)
  expect((await free('R-5')).body.error.error_data.invalid_params).toMatchObject([{ reason: 'not_found' }])
  clock.set('2026-11-21T10:00:00Z')
})

test('a reservation goes with the customer who is merged, and comes back', async () => {
  const [from, into] = [await customerWith(50), await customerWith(5)]
  await reserve({ external_id: 'R-6', customer_id: from, amount: 20 })
  const merge = await mergeCustomers(ctx, { fromId: idOf(from), intoId: idOf(into), reason: 'test' })
  expect((await reservation('R-6')).customer_id).toBe(into)
  expect(await points(into)).toEqual({ available: 35, held: 20 })
  await undoMerge(ctx, merge)
  expect(await points(from)).toEqual({ available: 30, held: 20 })
  expect(await points(into)).toEqual({ available: 5, held: 0 })
  expect((await reservation('R-6')).customer_id).toBe(from)
  const own = clientOf(app, '/api/v1', { authorization: `Bearer ${(await issueApiKey(ctx, { name: 'test' })).key}` })
  expect((await own.get(`/customers/${idOf(from)}/reservations`)).body.items).toMatchObject([
    { external_id: 'R-6', amount: 20, state: 'held' },
  ])
  expect((await free('R-6')).status).toBe(204)
  expect(await points(from)).toEqual({ available: 50, held: 0 })
})

test('after all of it the books are right', async () => {
  expect((await verify(server)).results.filter(({ breaches }) => breaches > 0)).toEqual([])
})
