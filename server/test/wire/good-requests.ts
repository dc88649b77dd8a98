// Requests that every API takes, with ids and names wherever it takes one: what tests over all APIs vary.
import type { FastifyInstance } from 'fastify'
import type { Pool } from '../../src/platform/db.ts'
import type { OpaqueKind } from '../../src/platform/ids.ts'
import { clientOf, newCustomer, type Places, placesOf, sale } from './carecloud-client.ts'
import { type Asked, customerInterface, enterprise, type Role, selfService } from './every-api.ts'
import type { FullShop, Person } from './full-shop.ts'

/** All that requests name: the ids of a person and of their things, and those of the shop. */
export interface Names {
  readonly shop: FullShop
  readonly person: Person
  readonly places: Places
  /** Of the shop's own events, as CareCloud names it. */
  readonly eventType: string
  /** The newest row of a table that belongs to the person, or else to the shop. */
  readonly ids: Readonly<Record<string, number>>
}

const named = [
  'organisations',
  'products',
  'purchases',
  'units',
  'programmes',
  'cards',
  'card_types',
  'customer_addresses',
  'identities',
  'segments',
  'brands',
  'categories',
  'tiers',
  'customer_source_records',
  'customer_relations',
  'customer_interests',
  'point_reservations',
  'messages',
  'staff_users',
  'tiers',
  'reference_items',
  'rewards',
  'earning_rules',
  'programme_charges',
  'vouchers',
]

export async function namesOf(app: FastifyInstance, pool: Pool, shop: FullShop, person = shop.person): Promise<Names> {
  const ids: Record<string, number> = { customers: person.id, lists: person.listId, postings: person.postingId }
  for (const table of named) {
    const { rows } = await pool.query<{ id: number }>(
      `select id from ${table} t where tenant_id = $1
        order by (to_jsonb(t)->>'customer_id' = $2::text) desc nulls last, (to_jsonb(t)->>'name' = $3) desc nulls last, id
        limit 1`,
      [shop.ctx.tenant.id, person.id, person.word],
    )
    ids[table] = rows[0]?.id ?? 0
  }
  const till = clientOf(app, enterprise, { ...shop.callers.carecloud.headers })
  const types = await till.get('/event-types')
  const eventType: string = types.body.data.event_types[0].event_type_id
  return { shop, person, places: await placesOf(till), eventType, ids }
}

/** Distinguishes what must be new in each request: numbers of sales, addresses. */
let fresh = 0

export const goodRequests: Readonly<Record<Role, (names: Names) => Asked[]>> = {
  native,
  cleverreach,
  rees46,
  crmcom,
  carecloud,
  classic,
  'crmcom contact': contact,
  'carecloud customer': customer,
  'rees46 visitor': visitor,
}

function native(names: Names): Asked[] {
  const { person, ids, shop } = names
  const self = `/api/v1/customers/${ids.customers}`
  const customer_id = ids.customers
  const lines = [{ code: shop.productCode, quantity: 1, unit_price: 5 }]
  const email = `new-${++fresh}@shop.example`
  return [
    { method: 'get', url: '/api/v1/customers', query: { list_id: ids.lists } },
    { method: 'get', url: '/api/v1/customers', query: { q: person.email } },
    { method: 'post', url: '/api/v1/customers', body: { email, store_id: ids.organisations } },
    { method: 'patch', url: self, body: { title: 'Dr.', store_id: ids.organisations } },
    { method: 'put', url: `${self}/consents`, body: { consents: [{ type: 'terms', given: true }] } },
    {
      method: 'put',
      url: `${self}/subscriptions`,
      body: { subscriptions: [{ channel: 'email', purpose: 'bulk', subscribed: true }] },
    },
    { method: 'post', url: `${self}/postings`, body: { kind: 'earn', amount: 5, unit: ids.units, note: 'x' } },
    { method: 'put', url: `/api/v1/lists/${ids.lists}/members/${customer_id}`, body: {} },
    {
      method: 'post',
      url: '/api/v1/purchases',
      body: { number: `G-${fresh}`, customer_id, store_id: ids.organisations, card_number: person.cardNumber, lines },
    },
    { method: 'get', url: '/api/v1/purchases', query: { customer_id, store_id: ids.organisations } },
    { method: 'get', url: '/api/v1/purchases', query: { q: person.purchaseNumber } },
    { method: 'get', url: '/api/v1/outbox', query: { to: person.email } },
    { method: 'put', url: `/api/v1/products/${shop.productCode}`, body: { name: 'Renamed' } },
    { method: 'patch', url: `/api/v1/lists/${ids.lists}`, body: { description: 'Changed' } },
    { method: 'post', url: `/api/v1/purchases/${ids.purchases}/cancel`, body: {} },
    ...loyalty(ids, lines),
    ...till(names),
  ]
}

/** A scan, and a sale of everything that a cashier may enter. */
function till({ person, ids }: Names): Asked[] {
  const asked = {
    customer_id: ids.customers,
    store_id: ids.organisations,
    amount_minor: 1250,
    codes: [person.cardNumber],
    reward_ids: [ids.rewards],
    points: 1,
    credit_minor: 1,
    entries: [{ programme_id: ids.programmes, quantity: 1, amount_minor: 500 }],
    takings: [{ programme_id: ids.programmes, amount: 1 }],
  }
  const { customer_id, store_id, amount_minor } = asked
  return [
    { method: 'get', url: '/api/v1/till/scan', query: { text: person.cardNumber } },
    { method: 'get', url: `/api/v1/till/customers/${ids.customers}` },
    { method: 'post', url: '/api/v1/till/quote', body: asked },
    { method: 'post', url: '/api/v1/till/quote', body: { customer_id, amount_minor, automatic: false } },
    {
      method: 'post',
      url: '/api/v1/till/sales',
      body: { customer_id, store_id, amount_minor, number: `G-${++fresh}` },
    },
  ]
}

/** A rule and a reward are made, tried, and found again. */
function loyalty(ids: Names['ids'], lines: readonly object[]): Asked[] {
  const customer_id = ids.customers
  const conditions = [
    { kind: 'any', of: [{ kind: 'weekday', days: [6, 7] }, { kind: 'first_purchase' }] },
    { kind: 'basket', min_amount_minor: 100 },
  ]
  const rule = {
    name: 'Good',
    unit_id: ids.units,
    definition: { lines: { category_ids: [ids.categories] }, conditions, earning: { kind: 'fixed', amount: 5 } },
  }
  const benefit = { kind: 'percent', percent: 10 }
  const reward = { code: `G-${fresh}`, name: 'Good', usage: 'voucher', definition: { benefit, conditions: [] } }
  return [
    { method: 'get', url: '/api/v1/earning-rules', query: { q: 'a', state: 'active' } },
    { method: 'post', url: '/api/v1/earning-rules', body: rule },
    { method: 'post', url: '/api/v1/rewards', body: { ...reward, state: 'active' } },
    { method: 'get', url: '/api/v1/vouchers', query: { customer_id, state: 'issued' } },
    { method: 'put', url: `/api/v1/customers/${customer_id}/tier`, body: { tier_id: ids.tiers } },
    { method: 'patch', url: `/api/v1/tiers/${ids.tiers}`, body: { name: 'Tier', settings: { discount_percent: 5 } } },
    { method: 'post', url: '/api/v1/loyalty/simulate', body: { customer_id, lines, rule, reward, codes: ['x'] } },
    { method: 'post', url: '/api/v1/loyalty/replays', body: { rule, from: '2026-01-01', to: '2026-12-31' } },
  ]
}

function cleverreach({ person, ids }: Names): Asked[] {
  const group = `/cleverreach/v3/groups/${ids.lists}`
  const orders = [{ order_id: person.purchaseNumber, product: 'x', price: 1 }]
  return [
    { method: 'get', url: `${group}/receivers/${person.email}` },
    { method: 'get', url: '/cleverreach/v3/receivers/tags', query: { group_id: ids.lists } },
    { method: 'post', url: `${group}/receivers/upsert`, body: [{ email: person.email, tags: ['a'], orders }] },
    { method: 'put', url: `${group}/receivers/${ids.customers}`, body: { source: 'x' } },
    { method: 'post', url: `/cleverreach/v3/receivers/${person.email}/orders`, body: orders[0] },
    { method: 'post', url: `/cleverreach/v3/receivers/${ids.customers}/tags`, body: { tags: ['b'] } },
    {
      method: 'post',
      url: '/cleverreach/v3/receivers/filter',
      body: { groups: [ids.lists], rules: [{ field: 'email', logic: 'eq', condition: person.email }] },
    },
    {
      method: 'post',
      url: '/cleverreach/v3/receivers/isvalid',
      body: { group_id: ids.lists, emails: [person.email] },
    },
    {
      method: 'post',
      url: `/cleverreach/v3/forms/${ids.reference_items}/send/deactivate`,
      body: { email: person.email },
    },
    { method: 'post', url: '/cleverreach/v3/blacklist', body: { email: person.email, comment: 'x' } },
    { method: 'get', url: `/cleverreach/v3/blacklist/${person.email}` },
    { method: 'post', url: `${group}/receivers/delete`, body: [person.email] },
    { method: 'post', url: '/cleverreach/v3/receivers/delete', body: [String(ids.customers)] },
  ]
}

function rees46({ person, ids, shop }: Names): Asked[] {
  const who = { did: person.device, email: person.email }
  const items = [{ id: shop.productCode, quantity: 1, price: 5 }]
  const order = { id: person.purchaseNumber, email: person.email, status: 'delivered', value: { total: 5 }, items }
  return [
    { method: 'post', url: '/rees46/profile/set', body: { ...who, first_name: 'Changed' } },
    { method: 'get', url: '/rees46/profile', query: who },
    { method: 'get', url: '/rees46/profile', query: { phone: person.phone } },
    { method: 'get', url: '/rees46/orders/last_for_user', query: who },
    { method: 'get', url: '/rees46/subscriptions/check', query: { email: person.email } },
    { method: 'post', url: '/rees46/subscriptions/manage', body: { ...who, email_bulk: true } },
    { method: 'post', url: '/rees46/segments/add', body: { email: person.email, segment_id: ids.segments } },
    { method: 'get', url: '/rees46/segments/get', query: { email: person.email } },
    { method: 'post', url: '/rees46/segments/remove', body: { email: person.email, segment_id: ids.segments } },
    { method: 'post', url: '/rees46/push', body: { did: person.device, event: 'view', items } },
    {
      method: 'post',
      url: '/rees46/push',
      body: { did: person.device, event: 'purchase', order_id: person.purchaseNumber, order_price: 5, items },
    },
    { method: 'post', url: '/rees46/sync/orders', body: { orders: [order] } },
    { method: 'get', url: '/rees46/products/get', query: { item_id: shop.productCode } },
    { method: 'get', url: '/rees46/products/cart', query: who },
  ]
}

/** Without the shop's secret: what needs it is left out. */
function visitor(names: Names): Asked[] {
  const secret = /sync\/orders|segments\/get|products\/get|subscriptions\/(check|changes)/
  return rees46(names).filter(({ url }) => !secret.test(url))
}

const uuidOf = ({ shop, ids }: Names, kind: OpaqueKind, table: string) =>
  shop.ctx.ids.uuid(kind, shop.ctx.tenant.id, ids[table] ?? 0)

function crmcom(names: Names): Asked[] {
  const { person } = names
  const identity = { provider: 'EMAIL', username: `reg-${++fresh}@shop.example`, password: 'Correct-Horse-9' }
  return [
    {
      method: 'post',
      url: `${selfService}/contacts/register`,
      body: { first_name: 'A', last_name: 'B', identity },
    },
    {
      method: 'post',
      url: `${selfService}/contacts/authenticate`,
      body: { provider: 'EMAIL', username: person.email, password: 'Correct-Horse-9' },
    },
    {
      method: 'post',
      url: `${selfService}/contacts/otp`,
      body: { send_method: 'EMAIL', credentials: [{ name: 'EMAIL', value: person.email }] },
    },
    { method: 'post', url: `${selfService}/contacts/forgot_password`, body: { username: person.email } },
    { method: 'get', url: `${selfService}/products/${uuidOf(names, 'product', 'products')}` },
  ]
}

function contact(names: Names): Asked[] {
  const self = `${selfService}/contacts/${uuidOf(names, 'customer', 'customers')}`
  const address = uuidOf(names, 'address', 'customer_addresses')
  return [
    { method: 'get', url: self },
    { method: 'put', url: self, body: { title: 'DR' } },
    { method: 'get', url: `${self}/addresses` },
    { method: 'put', url: `${self}/addresses/${address}`, body: { address_line_1: 'Changed' } },
    { method: 'get', url: `${self}/phones` },
    { method: 'get', url: `${self}/purchases` },
    { method: 'get', url: `${self}/accounts` },
    { method: 'get', url: `${selfService}/organisations/${uuidOf(names, 'organisation', 'organisations')}` },
    { method: 'get', url: `${selfService}/products`, query: { category_id: uuidOf(names, 'category', 'categories') } },
    { method: 'get', url: `${selfService}/accounts/${uuidOf(names, 'contactAccount', 'customers')}/financials` },
    { method: 'get', url: `${selfService}/accounts/${uuidOf(names, 'contactAccount', 'customers')}/rewards` },
    { method: 'get', url: `${selfService}/wallets/${uuidOf(names, 'contactWallet', 'customers')}/balances` },
  ]
}

const hexOf = ({ shop, ids }: Names, kind: OpaqueKind, table: string) =>
  shop.ctx.ids.hex(kind, shop.ctx.tenant.id, ids[table] ?? 0)

function carecloud(names: Names): Asked[] {
  const { person, places, shop } = names
  const customer_id = hexOf(names, 'customer', 'customers')
  const card_type_id = hexOf(names, 'cardType', 'card_types')
  const self = `${enterprise}/customers/${customer_id}`
  const partner_id = places.partner
  const segment = `${enterprise}/segments/${hexOf(names, 'segment', 'segments')}/actions`
  const bill = { bill_id: `G-${++fresh}`, total: 5, customer_id, card_number: person.cardNumber }
  const unit = hexOf(names, 'unit', 'units')
  const reward_id = hexOf(names, 'reward', 'rewards')
  const reward = `${enterprise}/rewards/${reward_id}`
  const voucher = `${enterprise}/vouchers/${hexOf(names, 'voucher', 'vouchers')}`
  return [
    { method: 'post', url: `${enterprise}/customers`, body: newCustomer(places) },
    { method: 'get', url: `${enterprise}/customers`, query: { email: person.email } },
    { method: 'get', url: `${enterprise}/customers`, query: { customer_ids: [customer_id] } },
    { method: 'put', url: self, body: { ...newCustomer(places, { email: person.email }), autologin: undefined } },
    { method: 'post', url: `${enterprise}/purchases/actions/send-purchase`, body: sale(places, bill) },
    {
      method: 'post',
      url: `${enterprise}/purchases/actions/accept-payment`,
      body: { ...sale(places, bill), payment_type: 'S' },
    },
    { method: 'get', url: `${enterprise}/purchases`, query: { customer_id, store_id: places.store } },
    { method: 'get', url: `${enterprise}/purchases`, query: { external_purchase_id: person.purchaseNumber } },
    {
      method: 'get',
      url: `${enterprise}/customer-source-records`,
      query: { customer_source_id: places.source, external_id: person.externalId },
    },
    {
      method: 'post',
      url: `${self}/customer-source-records`,
      body: { customer_source_record: { customer_source_id: places.source, external_id: `R-${fresh}` } },
    },
    { method: 'get', url: `${enterprise}/cards`, query: { card_type_id, card_number: person.cardNumber } },
    { method: 'get', url: `${enterprise}/points`, query: { customer_id, point_type_id: unit } },
    { method: 'get', url: `${enterprise}/wallet/actions/points-overview`, query: { customer_id } },
    { method: 'get', url: `${enterprise}/point-history`, query: { customer_id } },
    {
      method: 'post',
      url: `${enterprise}/points/actions/assign-points`,
      body: { amount: 7, customer_id, partner_id, point_type_id: unit, note: 'x' },
    },
    {
      method: 'post',
      url: `${enterprise}/points/actions/reduce-points`,
      body: { amount: 7, customer_id, partner_id, point_type_id: unit },
    },
    {
      method: 'post',
      url: `${enterprise}/credits/actions/deposit-credits`,
      body: { amount: 7, customer_id, partner_id },
    },
    { method: 'get', url: `${self}/related-customers/${hexOf(names, 'relation', 'customer_relations')}` },
    { method: 'get', url: `${self}/interest-records` },
    { method: 'get', url: `${self}/events` },
    { method: 'get', url: `${self}/status-records`, query: { valid_now: true } },
    { method: 'get', url: `${self}/referrals` },
    { method: 'get', url: `${enterprise}/events`, query: { customer_id, external_id: `${person.word}-V` } },
    { method: 'get', url: `${enterprise}/point-reservations/${hexOf(names, 'reservation', 'point_reservations')}` },
    { method: 'get', url: `${enterprise}/point-reservations`, query: { customer_id } },
    { method: 'get', url: `${enterprise}/messages/${hexOf(names, 'message', 'messages')}/detail` },
    { method: 'get', url: `${enterprise}/messages`, query: { customer_id, contact: person.email } },
    {
      method: 'post',
      url: `${enterprise}/events`,
      body: { event: { event_type_id: names.eventType, customer_id, external_id: `E-${fresh}`, data: 'x' } },
    },
    {
      method: 'post',
      url: `${enterprise}/events`,
      body: {
        event: {
          event_type_id: names.eventType,
          customer_identifier_type: 'email',
          customer_identifier_value: person.email,
          external_id: `F-${fresh}`,
        },
      },
    },
    {
      method: 'post',
      url: `${enterprise}/point-reservations/actions/reserve-points`,
      body: { external_id: `G-${fresh}`, customer_id, amount: 1 },
    },
    {
      method: 'post',
      url: `${enterprise}/customers/actions/set-status-record`,
      body: { customer_id, status_id: hexOf(names, 'tier', 'tiers') },
    },
    { method: 'get', url: `${enterprise}/rewards`, query: { store_id: places.store, is_valid: true } },
    { method: 'get', url: `${reward}/vouchers`, query: { customer_id } },
    { method: 'post', url: `${reward}/actions/create-voucher`, body: { customer_id, code: `V-${fresh}`, note: 'x' } },
    {
      method: 'post',
      url: `${reward}/actions/set-products`,
      body: { products: [{ product_id: hexOf(names, 'product', 'products'), reward_product_relation_type: 1 }] },
    },
    {
      method: 'post',
      url: `${enterprise}/rewards/actions/create-simple-reward`,
      body: {
        simple_reward: {
          code: `S-${fresh}`,
          names: [{ language_code: 'en', text: 'Five off' }],
          reward_type_id: shop.ctx.ids.hex('rewardType', shop.ctx.tenant.id, 1),
          reward_type_value: 5,
          stores: [{ store_id: places.store }],
          segments: [{ segment_id: hexOf(names, 'segment', 'segments') }],
          global_reward: true,
          voucher_validity: 'interval',
          voucher_validity_value: '7 days',
          voucher_code_generation_preference: 'A',
          state: 1,
        },
      },
    },
    { method: 'get', url: `${enterprise}/vouchers`, query: { customer_id, reward_id } },
    { method: 'put', url: voucher, body: { voucher: { customer_id, store_id: places.store, note: 'x' } } },
    {
      method: 'post',
      url: `${enterprise}/vouchers/batch`,
      body: { vouchers: [{ reward_id, customer_id, store_id: places.store, code: `W-${fresh}` }] },
    },
    {
      method: 'post',
      url: `${enterprise}/purchases/actions/recommended-best-rewards`,
      body: { ...sale(places, bill), reward_list_type: 'A' },
    },
    { method: 'get', url: `${enterprise}/rewards/actions/reward-recommendations`, query: { customer_id } },
    { method: 'post', url: `${segment}/add-customer`, body: { customer_id } },
    { method: 'post', url: `${segment}/remove-customer`, body: { customer_id } },
    { method: 'post', url: `${enterprise}/cards/actions/assign-free-card`, body: { card_type_id, customer_id } },
  ]
}

function customer(names: Names): Asked[] {
  const own = (path: string) => path.replace(enterprise, customerInterface)
  const reading = carecloud(names).filter(({ method, url }) => method === 'get' && !url.includes('/search'))
  const customer_id = hexOf(names, 'customer', 'customers')
  return [
    ...reading.map((asked) => ({ ...asked, url: own(asked.url) })),
    { method: 'get', url: `${customerInterface}/customers/${customer_id}` },
    { method: 'get', url: `${customerInterface}/purchases/${hexOf(names, 'purchase', 'purchases')}` },
    { method: 'get', url: `${customerInterface}/cards/${hexOf(names, 'card', 'cards')}` },
    { method: 'get', url: `${customerInterface}/customers/${customer_id}/addresses` },
    { method: 'get', url: `${customerInterface}/vouchers/${hexOf(names, 'voucher', 'vouchers')}` },
    { method: 'get', url: `${customerInterface}/customers/${customer_id}/vouchers` },
  ]
}

function classic({ person, ids }: Names): Asked[] {
  const { programmes: campaign_id, earning_rules: promo_id, programme_charges: depreciation_id } = ids
  const who = { code: person.code }
  const days = { date_start: '2020-01-01', date_end: '2099-12-31' }
  const operations = [
    { type: 'customer_info', ...who },
    { type: 'customer_info', card_number: person.cardNumber },
    { type: 'customer_balance', ...who, campaign_id },
    { type: 'customer_search', email: person.email },
    { type: 'customer_search', phone: person.phone },
    { type: 'customer_find', find_customer: person.word },
    { type: 'record_activity', ...who, campaign_id, amount: '10' },
    { type: 'record_activity', card_number: person.cardNumber, campaign_id, amount: '10' },
    { type: 'redeem', ...who, campaign_id, custom_points_redeem: '1' },
    { type: 'campaign_rewards', campaign_id },
    { type: 'campaign_promos', campaign_id },
    { type: 'record_activity', ...who, campaign_id, amount: '10', promo_id },
    { type: 'campaign_update', action: 'promo', campaign_id, promo_id, new_promo_amount: '4' },
    { type: 'campaign_update', action: 'campaign', campaign_id, new_points_ratio: '1' },
    { type: 'campaign_new', action: 'reward', campaign_id, reward_level: '5', reward_description: 'x' },
    {
      type: 'campaign_new',
      action: 'promo',
      campaign_id,
      promo_description: 'x',
      promo_operation: 'x',
      promo_amount: '2',
    },
    { type: 'campaign_new', action: 'campaign', campaign_type: 'giftcard', campaign_name: 'x' },
    { type: 'campaign_depreciations', campaign_id },
    { type: 'depreciation_update', campaign_id, depreciation_id, depreciation_interval: '2' },
    { type: 'depreciation_delete', campaign_id, depreciation_id },
    { type: 'campaign_fee_new', campaign_id, interval_type: 'years', fee_amount: '1' },
    { type: 'campaign_fees', campaign_id },
    { type: 'campaign_deactivate', campaign_id },
    { type: 'campaign_reactivate', campaign_id },
    { type: 'campaign_delete', action: 'promo', campaign_id, promo_id },
    { type: 'account_info' },
    { type: 'account_update', contact_first_name: 'x', biz_city: 'y' },
    { type: 'dashboard', most_active: '3', customer_count: 'Yes', last_X_transactions: '3', last_X_customers: '3' },
    { type: 'user_info' },
    { type: 'users_list' },
    { type: 'user_new', allowed_campaigns: campaign_id, user_name: `x${++fresh}` },
    { type: 'manage_fields', action: 'add', [`custom_field_${++fresh}_label`]: 'x' },
    { type: 'transaction_fields', action: 'add', [`custom_field_${++fresh}_label`]: 'x' },
    { type: 'card_replace', previous_code: person.code, new_code: `N-${++fresh}` },
    { type: 'card_replace', previous_card: person.cardNumber, new_code: `N-${++fresh}` },
    {
      type: 'customers_batch',
      profiles_data: `first_name,card_number\nx,C-${++fresh}`,
      campaigns_to_include: campaign_id,
    },
    { type: 'batch_transactions', campaign_id, visits_data: `card_number,amount\n${person.cardNumber},10` },
    { type: 'record_customer', customer_action: 'edit', ...who, custom_field: 'changed' },
    { type: 'record_customer', customer_action: 'edit', card_number: person.cardNumber, custom_field: 'changed' },
    { type: 'validate_customer_password', ...who, customer_password: 'Correct-Horse-9' },
    { type: 'reports', report: 'customers_all', selected_campaigns: campaign_id },
    {
      type: 'reports',
      report: 'customers_search',
      search_text: person.email,
      selected_campaigns: campaign_id,
      ...days,
    },
    { type: 'reports', report: 'transactions_all', show_activations: 'Yes', selected_campaigns: campaign_id, ...days },
    { type: 'reports', report: 'audit_totals', selected_campaigns: campaign_id, ...days },
    { type: 'reports', report: 'customers_balances', coalition_balance: 'coalition_points' },
    { type: 'reports', report: 'coalition_points', ...days },
    { type: 'transaction_delete', ...who, campaign_id, transaction_id: ids.postings },
    { type: 'customer_delete', ...who },
  ]
  return operations.map((body) => ({ method: 'post', url: '/classic/api.php', body }))
}
