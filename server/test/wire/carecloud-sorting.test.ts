// Every list is sorted by whatever first-level field of its rows a client names.
import { expect, test } from 'vitest'
import { testApp } from '../app.ts'
import { addCustomer, openShop, placesOf, sale } from './carecloud-client.ts'

const { app, server } = await testApp()
const { till } = await openShop(app, server)
const places = await placesOf(till)

const customer_id = await addCustomer(till, places)
const other = await addCustomer(till, places)
const partner_id = places.partner
for (const [number, owner] of [customer_id, other, customer_id].entries()) {
  const bill = { bill_id: `S-${3 - number}`, total: 10 + number, customer_id: owner }
  await till.post('/purchases/actions/send-purchase', sale(places, bill))
}
await till.post('/credits/actions/deposit-credits', { amount: 5, customer_id, partner_id })
await till.post('/point-reservations/actions/reserve-points', { external_id: 'S', customer_id, amount: 1 })
await till.post('/product-groups/batch', { product_groups: [{ name: 'Cups', external_id: 'cups' }] })
await till.post('/product-brands/batch', { product_brands: [{ name: 'Acme', external_id: 'acme' }] })
const [type] = (await till.get('/event-types')).body.data.event_types
await till.post('/events', { event: { event_type_id: type.event_type_id, customer_id, external_id: 'S' } })
await till.post('/segments', { name: 'Friends' })
const [reward] = (await till.get('/rewards?reward_group=1')).body.data.rewards
await till.post('/points/actions/assign-points', { amount: 500, customer_id, partner_id })
await till.post(`/rewards/${reward.reward_id}/actions/create-voucher`, { customer_id })
const [cardType] = (await till.get('/card-types')).body.data.card_types
await till.post('/cards/actions/assign-free-card', { card_type_id: cardType.card_type_id, customer_id })

const lists = [
  ...[
    'customers',
    'customer-source-records',
    'customer-sources',
    'customer-properties',
    'customer-types',
    'agreements',
  ],
  ...['cards', 'card-types', 'stores', 'partners', 'purchases', 'purchase-types', 'purchase-item-types', 'points'],
  ...[
    'point-types',
    'point-reservations',
    'credits',
    'credit-types',
    'rewards',
    'reward-types',
    'vouchers',
    'products',
  ],
  ...['product-brands', 'product-groups', 'event-groups', 'event-types', 'event-properties', 'events', 'segments'],
  ...['segment-groups', 'statuses', 'users', 'user-roles', 'message-templates', 'languages', 'countries', 'currencies'],
  ...['point-history?customer_id=ID', 'credit-history?customer_id=ID'],
  ...['purchases', 'points', 'vouchers', 'rewards', 'cards', 'status-records', 'customer-source-records', 'events'].map(
    (part) => `customers/ID/${part}`,
  ),
]

test.each(lists)('%s', async (path) => {
  const url = `/${path.replace('ID', customer_id)}`
  const ask = (query: string) => till.get(`${url}${path.includes('?') ? '&' : '?'}${query}`)
  const { data } = (await ask('count=5000')).body
  const [key = '', rows = []] = Object.entries<Record<string, unknown>[]>(data)[0] ?? []
  expect(rows.length, key).toBeGreaterThan(0)
  for (const field of Object.keys(rows[0] ?? {}).filter((name) => name !== 'purchase_property_records')) {
    for (const direction of ['ASC', 'DESC']) {
      const sorted = await ask(`count=5000&sort_field=${field}&sort_direction=${direction}`)
      expect([field, sorted.status]).toEqual([field, 200])
      expect(sorted.body.data[key]).toHaveLength(rows.length)
    }
  }
})

test.each([
  ['purchases', 'external_purchase_id'],
  ['purchases', 'total_price'],
  ['customer-source-records', 'external_id'],
  ['cards', 'card_number'],
  ['stores', 'name'],
  ['points', 'assigned_points'],
])('%s by %s come in that order, and the other way round', async (path, field) => {
  const values = async (direction: string) => {
    const { data } = (await till.get(`/${path}?sort_field=${field}&sort_direction=${direction}`)).body
    return Object.values<Record<string, string | number>[]>(data)[0]?.map((row) => row[field] ?? '') ?? []
  }
  const up = await values('ASC')
  expect(up).toEqual(up.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  expect(await values('DESC')).toEqual(up.toReversed())
})

test('what is no field of the rows is refused', async () => {
  const refused = await till.get('/cards?sort_field=colour')
  expect(refused.body.error.error_data.invalid_params).toMatchObject([
    { name: 'sort_field', reason: 'not_allowed_value' },
  ])
})
