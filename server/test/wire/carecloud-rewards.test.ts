// What a shop offers its customers and how it is handed out, as a till, a shop's system and an app ask for it.
import { describe, expect, test } from 'vitest'
import { addToSegment, createSegment } from '../../src/core/audience/index.ts'
import type { CustomerId } from '../../src/core/customers/index.ts'
import {
  addPoolCodes,
  createCodePool,
  createReward,
  issueVoucher,
  payWithGiftCard,
  type RewardInput,
} from '../../src/core/loyalty/index.ts'
import { putReferenceItems } from '../../src/core/organisations/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import {
  addCustomer,
  billItem,
  type Client,
  clientOf,
  customerInterface,
  newCustomer,
  openShop,
  placesOf,
  type Reply,
  sale,
} from './carecloud-client.ts'

const { app, server } = await testApp({ clock: fixedClock('2026-11-21T11:30:00Z') })
const shop = await openShop(app, server)
const { till, ctx } = shop
const places = await placesOf(till)
const hex = (kind: Parameters<typeof ctx.ids.hex>[0], id: number) => ctx.ids.hex(kind, ctx.tenant.id, id)
const read = (kind: Parameters<typeof ctx.ids.hex>[0], id: string) => ctx.ids.read(kind, ctx.tenant.id, id) ?? 0
const storeId = read('organisation', places.store)

const faults = (reply: Reply) =>
  reply.body.error.error_data.invalid_params.map((param: { name: string; reason: string }) => [
    param.name,
    param.reason,
  ])

await till.post('/product-brands/batch', { product_brands: [{ name: 'Kiln', external_id: 'KILN' }] })
await till.post('/product-groups/batch', { product_groups: [{ name: 'Cups', external_id: 'CUPS' }] })
await till.post('/products/batch', {
  products: ['MUG', 'PLATE', 'BOWL'].map((code) => ({ name: code, plu_ids: [{ list_code: 'GLOBAL', code }] })),
})
const brand = (await till.get('/product-brands?name=Kiln')).body.data.product_brands[0].product_brand_id
const group = (await till.get('/product-groups?name=Cups')).body.data.product_groups[0].product_group_id
await putReferenceItems(ctx, [
  { kind: 'reward_tag', code: 'new', name: 'New' },
  { kind: 'reward_tag', code: 'food', name: 'Food' },
  { kind: 'reward_property', code: 'colour', name: 'Colour', data: { dataType: 'text' } },
  { kind: 'voucher_property', code: 'batch', name: 'Batch', data: { dataType: 'text' } },
])

const percent = { benefit: { kind: 'percent', percent: 10 }, conditions: [] } as const
let made = 0
async function offer(more: Partial<RewardInput> = {}) {
  const base = { code: `R${++made}`, name: 'Reward', usage: 'voucher', state: 'active', definition: percent } as const
  const reward = await createReward(ctx, { ...base, ...more })
  return { ...reward, wire: hex('reward', reward.id) }
}

async function withPoints(amount: number): Promise<string> {
  const customer_id = await addCustomer(till, places)
  await till.post('/points/actions/assign-points', { amount, customer_id, partner_id: places.partner })
  return customer_id
}
const pointsOf = async (customer: string) =>
  (await till.get(`/wallet/actions/points-overview?customer_id=${customer}`)).body.data.available_points

async function signIn(email: string, password: string): Promise<Client> {
  const device = { device_id: `d-${++made}`, device_system: 'android', device_name: 'Phone', device_type: 'phone' }
  const setup = { language_id: 'en', allowed_gps: false, allowed_notifications: false }
  const stranger = clientOf(app, customerInterface)
  const token = await stranger.post('/tokens', { device, setup, external_application_id: shop.appId })
  const client = clientOf(app, customerInterface, { authorization: `Bearer ${token.body.data.token_id}` })
  const login = { login_type: 'email', login_value: email, password }
  expect((await client.post(`/tokens/${token.body.data.token_id}/actions/login`, login)).status).toBe(200)
  return client
}

async function withApp(points = 0): Promise<{ customer_id: string; phone: Client }> {
  const email = `app${++made}@shop.example`
  const person = newCustomer(places, { email })
  const { body } = await till.post('/customers', { ...person, password: 'Correct-Horse-9' })
  const customer_id = body.data.customer_id
  if (points > 0) {
    await till.post('/points/actions/assign-points', { amount: points, customer_id, partner_id: places.partner })
  }
  return { customer_id, phone: await signIn(email, 'Correct-Horse-9') }
}

describe('rewards', () => {
  test('are read with everything that a till or a catalogue shows of them', async () => {
    const reward = await offer({
      code: 'FULL',
      name: 'Cups for less',
      kind: 'catalogue',
      usage: 'code',
      priority: 2,
      pointsCost: 150,
      definition: {
        benefit: { kind: 'buy_get', buy: 2, get: 1, percent: 100 },
        lines: { brandIds: [read('brand', brand)], minPriceMinor: 500, maxPriceMinor: 2_000 },
        conditions: [
          { kind: 'lines', lines: { productCodes: ['MUG'], categoryIds: [read('category', group)] }, minCount: 3 },
          { kind: 'store', storeIds: [storeId] },
          { kind: 'time', from: '08:00', to: '10:30' },
        ],
      },
      presentation: {
        note: 'In the morning',
        subtitle: 'Three for two',
        tags: ['food'],
        imageUrls: ['https://shop.example/cup.png'],
        externalUrl: 'https://shop.example/cups',
        properties: { colour: 'blue' },
      },
    })
    const { status, body } = await till.get(`/rewards/${reward.wire}`)
    expect(status).toBe(200)
    expect(body.data).toEqual({
      reward_id: reward.wire,
      code: 'FULL',
      name: 'Cups for less',
      note: 'In the morning',
      subtitle: 'Three for two',
      points_cost: 150,
      valid_time_from: '08:00:00',
      valid_time_to: '10:30:00',
      reward_group: 1,
      reward_type_id: hex('rewardType', 4),
      store_list: [expect.objectContaining({ store_id: places.store })],
      additional_properties: [
        {
          property_record_id: `colour:${reward.wire}`,
          property_id: 'colour',
          property_name: 'Colour',
          property_value: 'blue',
          last_change: '2026-11-21 12:30:00',
        },
      ],
      priority: 2,
      image_urls: ['https://shop.example/cup.png'],
      reward_external_url: 'https://shop.example/cups',
      has_product_condition: true,
      has_group_condition: true,
      has_brand_condition: false,
      has_product_bonus: false,
      has_group_bonus: false,
      has_brand_bonus: true,
      reward_product_relation_conditions: [
        { related_to: 'product', count: 3, min_price: null, max_price: null },
        { related_to: 'product_group', count: 3, min_price: null, max_price: null },
      ],
      reward_product_relation_bonuses: [{ related_to: 'product_brand', count: 1, min_price: 5, max_price: 20 }],
      is_automated: false,
      tags: [expect.objectContaining({ name: 'Food', text_id: 'food', state: 1 })],
      last_change: '2026-11-21 12:30:00',
      state: 1,
    })
    const groups = await till.get(`/rewards/${reward.wire}/product-groups`)
    expect(groups.body.data).toMatchObject({
      product_groups: [{ product_group_id: group, name: 'Cups', reward_product_relation_types: ['condition'] }],
      total_items: 1,
    })
    const brands = await till.get(`/rewards/${reward.wire}/product-brands?reward_product_relation_type=bonus`)
    expect(brands.body.data).toMatchObject({
      product_brands: [{ product_brand_id: brand, reward_product_relation_types: ['bonus'] }],
    })
    const none = await till.get(`/rewards/${reward.wire}/product-brands?reward_product_relation_type=condition`)
    expect(none.body.data).toEqual({ product_brands: [], total_items: 0 })
    const stores = await till.get(`/rewards/${reward.wire}/stores?visible_for_customer=1`)
    expect(stores.body.data).toMatchObject({ stores: [{ store_id: places.store }], total_items: 1 })
    expect((await till.get(`/rewards/${'0'.repeat(32)}`)).status).toBe(404)
  })

  test('are filtered by all that the list knows', async () => {
    const own = await openShop(app, server)
    const ownPlaces = await placesOf(own.till)
    const known = (await own.till.get('/rewards?count=100')).body.data.rewards.map((one: { code: string }) => one.code)
    const put = (code: string, more: Partial<RewardInput> = {}) =>
      createReward(own.ctx, {
        code,
        name: `Reward ${code}`,
        usage: 'code',
        state: 'active',
        definition: percent,
        ...more,
      })
    const ownStore = own.ctx.ids.read('organisation', own.ctx.tenant.id, ownPlaces.store) ?? 0
    await putReferenceItems(own.ctx, [{ kind: 'reward_tag', code: 'new', name: 'New' }])
    await put('A', { usage: 'automatic', kind: 'campaign', presentation: { tags: ['new'] } })
    await put('B', { validTo: new Date('2026-01-01'), kind: 'simple' })
    await put('C', {
      kind: 'gift_card',
      usage: 'voucher',
      definition: {
        benefit: { kind: 'amount', amountMinor: 500 },
        conditions: [{ kind: 'store', storeIds: [ownStore + 1] }],
      },
    })
    await put('D', { state: 'draft', validFrom: new Date('2027-01-01') })
    const codes = async (query: string) => {
      const { body } = await own.till.get(`/rewards?${query}`)
      expect(body.data.total_items).toBe(body.data.rewards.length)
      const all: string[] = body.data.rewards.map((one: { code: string }) => one.code)
      return all.filter((code) => !known.includes(code))
    }
    const tag = (await own.till.get('/rewards/tags?text_id=new')).body.data.tags[0].tag_id
    const [amountType] = (await own.till.get('/reward-types?name=fixed')).body.data.reward_types
    expect(await codes('')).toEqual(['A', 'B', 'C', 'D'])
    expect(await codes('name=reward%20b')).toEqual(['B'])
    expect(await codes('code=c')).toEqual(['C'])
    expect(await codes('is_automated=true&reward_group=2')).toEqual(['A'])
    expect(await codes('is_automated=false')).toEqual(['B', 'C', 'D'])
    expect(await codes('reward_group=4')).toEqual(['B'])
    expect(await codes('reward_group=5')).toEqual(['C'])
    expect(await codes('is_valid=true')).toEqual(['A', 'C'])
    expect(await codes('is_valid=false')).toEqual(['B', 'D'])
    expect(await codes('valid_from=2026-06-01&valid_to=2026-06-01')).toEqual(['A', 'C'])
    expect(await codes('valid_from=2027-06-01')).toEqual(['A', 'B', 'C', 'D'])
    expect(await codes('valid_to=2026-06-01')).toEqual(['A', 'C', 'D'])
    expect(await codes(`tag_ids[]=${tag}&tag_ids[]=x`)).toEqual(['A'])
    expect(await codes(`reward_type_id=${amountType.reward_type_id}`)).toEqual(['C'])
    expect(await codes(`store_id=${ownPlaces.store}`)).toEqual(['A', 'B', 'D'])
    expect(await codes('partner_id=x')).toEqual([])
    expect(await codes(`partner_id=${ownPlaces.partner}`)).toEqual(['A', 'B', 'C', 'D'])
    // No reward is kept for one type of customers: each may have all, and one that is not there may have none.
    const [type] = (await own.till.get('/customer-types')).body.data.customer_types
    expect(await codes(`customer_type_id[]=${type.type_id}&customer_type_id[]=x`)).toEqual(['A', 'B', 'C', 'D'])
    expect(await codes(`customer_type_id[]=${tag}`)).toEqual([])
    expect(await codes('customer_type_id[]=x')).toEqual([])
    expect(faults(await own.till.get('/rewards?reward_group=3&is_valid=maybe&sort_field=x'))).toEqual([
      ['sort_field', 'not_allowed_value'],
      ['is_valid', 'invalid_value_format'],
      ['reward_group', 'not_allowed_value'],
    ])
    const full = await own.till.get('/rewards?without_stores=false&code=C')
    expect(full.body.data.rewards[0].store_list).toEqual([])
  })

  test('are offered to whom no segment keeps out, the shop’s first choice first', async () => {
    const [inside, outside] = [await addCustomer(till, places), await addCustomer(till, places)]
    const segment = await createSegment(ctx, { name: 'Cup people' })
    await addToSegment(ctx, { id: segment.id, customerIds: [read('customer', inside) as CustomerId] })
    const conditions = [{ kind: 'segment', segmentIds: [segment.id] } as const]
    await offer({ code: 'ONLY-CUPS', name: 'Offered', definition: { ...percent, conditions } })
    await offer({ code: 'FIRST', name: 'Offered', priority: 1 })
    await offer({ code: 'ASLEEP', name: 'Offered', state: 'paused' })
    await offer({ code: 'OVER', name: 'Offered', validTo: new Date('2026-01-01') })
    const codes = async (path: string) =>
      (await till.get(`${path}name=offered`)).body.data.rewards.map((one: { code: string }) => one.code)
    expect(await codes(`/customers/${inside}/rewards?`)).toEqual(['ONLY-CUPS', 'FIRST', 'ASLEEP', 'OVER'])
    expect(await codes(`/customers/${outside}/rewards?is_valid=true&`)).toEqual(['FIRST', 'ASLEEP'])
    expect(await codes(`/customers/${inside}/reward-recommendations?`)).toEqual(['FIRST', 'ONLY-CUPS'])
    expect(await codes(`/rewards/actions/reward-recommendations?customer_id=${outside}&`)).toEqual(['FIRST'])
    expect(faults(await till.get('/rewards/actions/reward-recommendations'))).toEqual([['customer_id', 'required']])
  })

  test('show nothing of what others keep with them in a shape of their own', async () => {
    const odd = {
      note: 7,
      subtitle: null,
      tags: 'new',
      imageUrls: [1, 'https://shop.example/x.png', null],
      externalUrl: [],
      properties: null,
      translations: { en: null, cs: { name: 5, note: 'Pozn.' } },
    }
    for (const presentation of [odd, { translations: null, tags: [null], properties: [] }]) {
      const reward = await offer({ presentation })
      const url = `/rewards/${reward.wire}`
      const reply = await till.send({ method: 'GET', url, headers: { 'accept-language': 'cs' } })
      expect(reply.status).toBe(200)
      expect(reply.body.data).toMatchObject({ name: 'Reward', subtitle: null, tags: [], reward_external_url: null })
    }
  })

  test('types, tags and properties are listed', async () => {
    const types = await till.get('/reward-types')
    expect(types.body.data.total_items).toBe(7)
    const [type] = types.body.data.reward_types
    expect((await till.get(`/reward-types/${type.reward_type_id}`)).body.data).toEqual(type)
    expect((await till.get('/rewards/tags?name=foo')).body.data).toMatchObject({ total_items: 1 })
    expect((await till.get('/reward-properties')).body.data).toMatchObject({
      rewards_properties: [{ property_id: 'colour', data_type: 'string' }],
    })
    expect((await till.get('/reward-properties/colour')).body.data).toMatchObject({ name: 'Colour' })
    expect((await till.get('/voucher-properties/batch')).body.data).toMatchObject({ name: 'Batch' })
    expect((await till.get(`/reward-types/${places.store}`)).status).toBe(404)
  })

  test('a shop’s products of a reward are set as a whole, on both sides', async () => {
    const reward = await offer({
      definition: {
        ...percent,
        conditions: [{ kind: 'lines', lines: { categoryIds: [read('category', group)] }, minAmountMinor: 900 }],
      },
    })
    const plu = (code: string) => ({ plu_id: { list_code: 'GLOBAL', code } })
    const plate = (await till.get('/products?external_id=PLATE')).body.data.products[0].product_id
    const set = (products: unknown) => till.post(`/rewards/${reward.wire}/actions/set-products`, { products })
    const products = async () =>
      (await till.get(`/rewards/${reward.wire}/products`)).body.data.products.map(
        (one: { name: string; reward_product_relation_types: string[] }) => [
          one.name,
          one.reward_product_relation_types,
        ],
      )
    const reply = await set([
      { ...plu('MUG'), reward_product_relation_type: 0 },
      { ...plu('MUG'), reward_product_relation_type: 1 },
      { product_id: plate, reward_product_relation_type: 1 },
    ])
    expect(reply.status).toBe(204)
    expect(await products()).toEqual([
      ['MUG', ['condition', 'bonus']],
      ['PLATE', ['bonus']],
    ])
    const { body } = await till.get(`/rewards/${reward.wire}`)
    expect(body.data).toMatchObject({ has_product_condition: true, has_group_condition: true, has_product_bonus: true })
    await set([{ ...plu('BOWL'), reward_product_relation_type: 1 }])
    expect(await products()).toEqual([['BOWL', ['bonus']]])
    await set([])
    expect(await products()).toEqual([])
    expect((await till.get(`/rewards/${reward.wire}`)).body.data).toMatchObject({
      has_group_condition: true,
      has_product_condition: false,
      has_product_bonus: false,
    })
    expect(faults(await set([{ ...plu('NOBODY'), reward_product_relation_type: 1 }, { product_id: 'x' }, {}]))).toEqual(
      [
        ['product_id', 'not_found'],
        ['reward_product_relation_type', 'required'],
        ['product_id', 'required'],
        ['reward_product_relation_type', 'required'],
        ['plu_id', 'not_found'],
      ],
    )
  })
})

describe('a simple reward', () => {
  const types = async () => {
    const { body } = await till.get('/reward-types')
    return Object.fromEntries(
      body.data.reward_types.map((type: { name: string; reward_type_id: string }) => [type.name, type.reward_type_id]),
    )
  }
  const body = async (more: Record<string, unknown> = {}) => ({
    simple_reward: {
      code: `SIMPLE${++made}`,
      names: [
        { language_code: 'cs', text: 'Sleva' },
        { language_code: 'en', text: 'Fifteen off' },
      ],
      reward_type_id: (await types())['Fixed discount'],
      reward_type_value: 15,
      global_reward: true,
      voucher_validity: 'reward_validity',
      voucher_code_generation_preference: 'A',
      state: 1,
      ...more,
    },
  })
  const create = async (more: Record<string, unknown> = {}) =>
    till.post('/rewards/actions/create-simple-reward', await body(more))

  test('is made in one call and read back', async () => {
    const segment = await createSegment(ctx, { name: 'Simple people' })
    const tag = (await till.get('/rewards/tags?text_id=new')).body.data.tags[0].tag_id
    const reply = await create({
      code: 'BIRTHDAY20',
      notes: [{ language_code: 'en', text: 'Happy birthday' }],
      subtitles: [{ language_code: 'cs', text: 'Podtitul' }],
      points_cost: 20,
      valid_date_from: '2026-01-01',
      valid_date_to: '2026-12-31',
      reward_type_id: (await types())['Discount in per cent'],
      reward_type_value: 20,
      maximum_discount_value: 12.5,
      minimum_purchase_value: 30,
      stores: [{ store_id: places.store }],
      segments: [{ segment_id: hex('segment', segment.id) }],
      priority: 3,
      image_urls: [
        { language_code: 'cs', url: 'https://shop.example/cs.png' },
        { language_code: 'en', url: 'https://shop.example/en.png' },
      ],
      reward_external_urls: [{ language_code: 'en', url: 'https://shop.example/' }],
      tags: [{ tag_id: tag }],
      partner_id: places.partner,
      is_portable: true,
    })
    expect([reply.status, Object.keys(reply.body.data)]).toEqual([201, ['reward_id']])
    expect((await till.get(`/rewards/${reply.body.data.reward_id}`)).body.data).toMatchObject({
      code: 'BIRTHDAY20',
      name: 'Fifteen off',
      note: 'Happy birthday',
      subtitle: 'Podtitul',
      points_cost: 20,
      reward_group: 4,
      reward_type_id: (await types())['Discount in per cent'],
      store_list: [{ store_id: places.store }],
      priority: 3,
      image_urls: ['https://shop.example/en.png'],
      reward_external_url: 'https://shop.example/',
      tags: [{ tag_id: tag }],
      is_automated: false,
      state: 1,
    })
    expect(faults(await create({ code: 'birthday20' }))).toEqual([['code', 'already_exists']])
    const inCzech = {
      url: `/rewards/${reply.body.data.reward_id}`,
      headers: { 'accept-language': 'de, cs;q=0.9, en;q=0.5' },
    }
    expect((await till.send({ method: 'GET', ...inCzech })).body.data).toMatchObject({
      name: 'Sleva',
      note: 'Happy birthday',
      subtitle: 'Podtitul',
      image_urls: ['https://shop.example/cs.png'],
      reward_external_url: 'https://shop.example/',
    })
  })

  test('gives vouchers that live as long as it says', async () => {
    const customer_id = await addCustomer(till, places)
    const validTo = async (more: Record<string, unknown>) => {
      const { reward_id } = (await create(more)).body.data
      const issued = await till.post(`/rewards/${reward_id}/actions/create-voucher`, { customer_id })
      return (await till.get(`/vouchers/${issued.body.data.voucher_id}`)).body.data.valid_to
    }
    expect(await validTo({})).toBeNull()
    expect(await validTo({ valid_date_to: '2026-11-30' })).toBe('2026-12-01 00:00:00')
    const interval = (text: string) => ({ voucher_validity: 'interval', voucher_validity_value: text })
    expect(await validTo(interval('7 days'))).toBe('2026-11-28 12:30:00')
    expect(await validTo(interval('1 week'))).toBe('2026-11-28 12:30:00')
    expect(await validTo(interval('1 year'))).toBe('2027-11-21 12:30:00')
    const ending = (text: string) => ({ voucher_validity: 'end_of_time_unit', voucher_validity_value: text })
    expect(await validTo(ending('end_of_the_day'))).toBe('2026-11-22 00:00:00')
    expect(await validTo(ending('end_of_month'))).toBe('2026-12-01 00:00:00')
    expect(await validTo(interval('30 minutes'))).toBe('2026-11-21 13:00:00')
    expect(await validTo(interval('36 hours'))).toBe('2026-11-23 00:30:00')
    // By the calendar, through the end of summer time and all.
    expect(await validTo(interval('5 months'))).toBe('2027-04-21 12:30:00')
    expect(await validTo({ valid_date_to: '2026-11-30 18:15:30' })).toBe('2026-11-30 18:15:30')
    const wrong = [
      interval('soon'),
      interval('0 days'),
      interval('101 years'),
      interval('99999 days'),
      ending('7 days'),
    ]
    for (const more of wrong) {
      expect(faults(await create(more))).toEqual([['voucher_validity_value', 'not_allowed_value']])
    }
    expect(faults(await create({ voucher_validity: 'interval' }))).toEqual([['voucher_validity_value', 'required']])
  })

  test('that is wrong is refused with every fault', async () => {
    expect(faults(await till.post('/rewards/actions/create-simple-reward', { simple_reward: {} }))).toEqual([
      ['global_reward', 'required'],
      ['names', 'required'],
      ['code', 'required'],
      ['state', 'required'],
      ['voucher_validity', 'required'],
      ['reward_type_id', 'required'],
      ['reward_type_value', 'required'],
      ['voucher_code_generation_preference', 'required'],
    ])
    const wrong = await create({
      code: ' x',
      reward_type_id: (await types())['Cheapest free'],
      stores: [{ store_id: 'x' }],
      segments: [{ segment_id: places.store }],
      tags: [{ tag_id: places.item }],
      valid_date_from: '2026-02-01',
      valid_date_to: '2026-01-01',
      partner_id: 'x',
      image_urls: [{ url: 'javascript:alert(1)' }],
    })
    expect(faults(wrong)).toEqual([
      ['partner_id', 'not_found'],
      ['valid_date_to', 'not_allowed_value'],
      ['code', 'invalid_value_format'],
      ['reward_type_id', 'not_allowed_value'],
      ['store_id', 'not_found'],
      ['segment_id', 'not_found'],
      ['tag_id', 'not_found'],
      ['url', 'invalid_value_format'],
    ])
  })

  test('gives vouchers of any value, but only where it is money', async () => {
    const customer_id = await addCustomer(till, places)
    const { reward_id } = (await create()).body.data
    const custom = (body: object, id = reward_id) => till.post(`/rewards/${id}/actions/create-custom-voucher`, body)
    const reply = await custom({ customer_id, value: 754, code: 'w7TU7KfeE1', note: 'thanks' })
    expect(reply.status).toBe(201)
    expect((await till.get(`/vouchers/${reply.body.data.voucher_id}`)).body.data).toMatchObject({
      code: 'w7TU7KfeE1',
      value: 754,
      note: 'thanks',
    })
    expect(faults(await custom({}))).toEqual([
      ['value', 'required'],
      ['customer_id', 'required'],
    ])
    const catalogue = await offer({ kind: 'catalogue' })
    expect(faults(await custom({ customer_id, value: 5 }, catalogue.wire))).toEqual([
      ['reward_id', 'not_allowed_value'],
    ])
    const byHand = (await create({ voucher_code_generation_preference: 'M' })).body.data.reward_id
    const issue = (body: object) => till.post(`/rewards/${byHand}/actions/create-voucher`, body)
    expect(faults(await issue({ customer_id }))).toEqual([['code', 'required']])
    expect((await issue({ customer_id, code: 'MINE' })).status).toBe(201)
  })
})

describe('vouchers', () => {
  test('of the catalogue cost points, are read with their reward, and give the points back when they are deleted', async () => {
    const customer_id = await withPoints(120)
    const reward = await offer({ kind: 'catalogue', pointsCost: 100, name: 'A mug' })
    const create = (body: object) => till.post(`/rewards/${reward.wire}/actions/create-voucher`, body)
    const reply = await create({ customer_id, note: 'from the desk' })
    expect([reply.status, Object.keys(reply.body.data)]).toEqual([201, ['voucher_id']])
    const { voucher_id } = reply.body.data
    expect(await pointsOf(customer_id)).toBe(20)
    expect((await till.get(`/vouchers/${voucher_id}`)).body.data).toEqual({
      voucher_id,
      customer_id,
      store_id: null,
      code: expect.stringMatching(/^[2-9A-Z]{12}$/),
      value: null,
      applied_date: null,
      valid_from: '2026-11-21 12:30:00',
      valid_to: null,
      reward_group: '1',
      note: 'from the desk',
      reward: expect.objectContaining({ reward_id: reward.wire, name: 'A mug', reward_group: 1 }),
      created_at: '2026-11-21 12:30:00',
      last_change: '2026-11-21 12:30:00',
      state: 1,
    })
    expect(faults(await create({ customer_id }))).toEqual([['customer_id', 'not_enough_points_for_voucher']])
    expect(faults(await create({ customer_id: 'x' }))).toEqual([['customer_id', 'not_found']])
    expect((await till.delete(`/vouchers/${voucher_id}`)).status).toBe(204)
    expect(await pointsOf(customer_id)).toBe(120)
    expect((await till.get(`/vouchers/${voucher_id}`)).status).toBe(404)
    expect((await till.delete(`/vouchers/${voucher_id}`)).status).toBe(404)
    const till2 = await offer({ kind: 'till' })
    const refused = await till.post(`/rewards/${till2.wire}/actions/create-voucher`, { customer_id })
    expect(faults(refused)).toEqual([['reward_id', 'not_allowed_value']])
  })

  test('are limited as their reward says, and their codes come from its pool', async () => {
    const customer_id = await addCustomer(till, places)
    const pool = await createCodePool(ctx, { name: 'Printed' })
    await addPoolCodes(ctx, { poolId: pool.id, codes: ['PRINTED-1', 'PRINTED-2'] })
    const limits = { perCustomer: { period: 'ever', uses: 3 } } as const
    const reward = await offer({ kind: 'catalogue', definition: { ...percent, codePoolId: pool.id, limits } })
    const create = (body: object) => till.post(`/rewards/${reward.wire}/actions/create-voucher`, body)
    await create({ customer_id })
    await create({ customer_id })
    expect(faults(await create({ customer_id }))).toEqual([['code', 'required']])
    expect((await create({ customer_id, code: 'BY-HAND' })).status).toBe(201)
    expect(faults(await create({ customer_id, code: 'X' }))).toEqual([['reward_id', 'max_number_of_voucher_exceeded']])
    const other = await addCustomer(till, places)
    expect(faults(await create({ customer_id: other, code: 'by-hand' }))).toEqual([['code', 'already_exists']])
    const list = await till.get(`/rewards/${reward.wire}/vouchers?customer_id=${customer_id}&sort_field=code`)
    expect(list.body.data.vouchers.map((one: { code: string }) => one.code)).toEqual([
      'BY-HAND',
      'PRINTED-1',
      'PRINTED-2',
    ])
  })

  test('are used once, in their days and in their store', async () => {
    const customer_id = await addCustomer(till, places)
    const reward = await offer()
    await till.post('/vouchers/batch', {
      vouchers: [
        { reward_id: reward.wire, customer_id, code: 'USE-ME', valid_to: '2026-12-01 00:00:00' },
        { reward_id: reward.wire, customer_id, code: 'OLD', valid_to: '2026-11-01 00:00:00' },
      ],
    })
    const idOf = async (code: string) => (await till.get(`/vouchers?code=${code}`)).body.data.vouchers[0].voucher_id
    const apply = async (code: string, body: object) =>
      till.post(`/vouchers/${await idOf(code)}/actions/apply-voucher`, body)
    const now = { date_applied: '2026-11-21 12:30:00' }
    expect(faults(await apply('USE-ME', {}))).toEqual([['date_applied', 'required']])
    expect(faults(await apply('USE-ME', { ...now, store_id: 'x' }))).toEqual([['store_id', 'not_found']])
    expect(faults(await apply('OLD', now))).toEqual([['voucher_id', 'voucher_expired']])
    expect((await apply('USE-ME', { ...now, store_id: places.store })).status).toBe(204)
    expect(faults(await apply('USE-ME', now))).toEqual([['voucher_id', 'voucher_already_applied']])
    expect((await till.get('/vouchers?code=use-me&is_applied=true')).body.data).toMatchObject({
      total_items: 1,
      vouchers: [{ applied_date: '2026-11-21 12:30:00', store_id: places.store }],
    })
    expect(faults(await till.delete(`/vouchers/${await idOf('USE-ME')}`))).toEqual([
      ['voucher_id', 'voucher_already_applied'],
    ])
  })

  test('are told in batches, all or those that are right', async () => {
    const customer_id = await addCustomer(till, places)
    const reward = await offer({ definition: { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] } })
    const row = (code: string, more: object = {}) => ({ reward_id: reward.wire, customer_id, code, ...more })
    const send = (vouchers: object[], error_processing?: number) =>
      till.post('/vouchers/batch', { vouchers, ...(error_processing ? { error_processing } : {}) })
    const codes = async () =>
      (await till.get(`/customers/${customer_id}/vouchers?sort_field=code`)).body.data.vouchers.map(
        (one: { code: string }) => one.code,
      )
    expect(faults(await send([row('B1'), row('b1')]))).toEqual([['code', 'already_exists']])
    expect(faults(await send([row('B1'), { customer_id: 'x' }]))).toEqual([
      ['customer_id', 'not_found'],
      ['reward_id', 'required'],
    ])
    expect(await codes()).toEqual([])
    const mixed = [
      row('B1', { value: 7.5, note: 'one', valid_from: '2026-12-01 00:00:00' }),
      row('b1'),
      row('B2', { valid_to: 'soon' }),
      row('B3', { customer_id: 'x' }),
      row('B4', { applied_date: '2026-11-20 10:00:00', store_id: places.store }),
    ]
    expect((await send(mixed, 2)).status).toBe(204)
    expect(await codes()).toEqual(['B1', 'B4'])
    const { vouchers } = (await till.get(`/customers/${customer_id}/vouchers?sort_field=code`)).body.data
    expect(vouchers).toMatchObject([
      { value: 7.5, note: 'one', valid_from: '2026-12-01 00:00:00', applied_date: null },
      { value: 5, applied_date: '2026-11-20 10:00:00', store_id: places.store },
    ])
    const list = async (query: string) =>
      (await till.get(`/vouchers?customer_id=${customer_id}&${query}`)).body.data.total_items
    expect([await list('is_valid=true'), await list('is_valid=false')]).toEqual([1, 1])
    expect([await list('is_applied=true'), await list('is_applied=false')]).toEqual([1, 1])
    expect(await list(`reward_id[]=${reward.wire}&include_service_vouchers=true&without_stores=false`)).toBe(2)
    expect(await list(`store_id=${places.store}`)).toBe(1)
  })

  test('are replaced by a PUT, which may send back what was read', async () => {
    const [customer_id, other] = [await addCustomer(till, places), await addCustomer(till, places)]
    const reward = await offer({ definition: { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] } })
    await till.post('/vouchers/batch', {
      vouchers: [{ reward_id: reward.wire, customer_id, code: 'PUT-ME', note: 'x' }],
    })
    const voucher = async () => (await till.get('/vouchers?code=put-me')).body.data.vouchers[0]
    const { voucher_id } = await voucher()
    const put = (voucher: object) => till.put(`/vouchers/${voucher_id}`, { voucher })
    const before = await voucher()
    expect((await put(before)).status).toBe(204)
    expect(await voucher()).toEqual(before)
    await put({ customer_id: other, value: 6, valid_to: '2026-12-24 00:00:00', applied_date: '2026-11-21 10:00:00' })
    expect(await voucher()).toMatchObject({
      customer_id: other,
      code: 'PUT-ME',
      value: 6,
      note: '',
      valid_to: '2026-12-24 00:00:00',
      applied_date: '2026-11-21 10:00:00',
    })
    await put({ ...(await voucher()), applied_date: null })
    expect(await voucher()).toMatchObject({ applied_date: null, value: 6 })
    expect(faults(await put({ code: 'x', valid_from: 'soon' }))).toEqual([
      ['customer_id', 'required'],
      ['valid_from', 'invalid_value_format'],
    ])
    const records = await till.get(`/vouchers/${voucher_id}/property-records`)
    expect(records.body.data).toEqual({ property_records: [], total_items: 0 })
  })

  test('of a purchase are read with it, with what they took off', async () => {
    const customer_id = await addCustomer(till, places)
    const reward = await offer()
    await issueVoucher(ctx, { rewardId: reward.id, customerId: read('customer', customer_id), code: 'BOUGHT-WITH' })
    const vouchers = [
      { code: 'BOUGHT-WITH', name: 'Reward', discount_value: 3, discount_percent: 10, bill_item_id: '1' },
    ]
    const bill = { payment_recap: { vouchers } }
    const sent = await till.post(
      '/purchases/actions/send-purchase',
      sale(places, { bill_id: 'WITH-VOUCHER', total: 27, customer_id, bill }),
    )
    expect(sent.status, JSON.stringify(sent.body)).toBe(201)
    const purchase = sent.body.data.purchase_id
    const list = await till.get(`/purchases/${purchase}/vouchers`)
    expect(list.body.data).toMatchObject({
      total_items: 1,
      vouchers: [{ code: 'BOUGHT-WITH', value: 3, applied_date: expect.any(String), store_id: places.store }],
    })
    const summary = await till.get(`/purchases/${purchase}/actions/payment-summary`)
    expect(summary.body.data.used_vouchers).toMatchObject([{ code: 'BOUGHT-WITH', value: 3 }])
    const [voucher] = list.body.data.vouchers
    expect((await till.put(`/vouchers/${voucher.voucher_id}`, { voucher })).status).toBe(204)
    expect(faults(await till.put(`/vouchers/${voucher.voucher_id}`, { voucher: { customer_id } }))).toEqual([
      ['voucher_id', 'voucher_already_applied'],
    ])
  })

  test('that are gift cards tell their balance by number or code', async () => {
    const customer_id = await addCustomer(till, places)
    const reward = await offer({ kind: 'gift_card', definition: { benefit: { kind: 'thing' }, conditions: [] } })
    await till.post('/vouchers/batch', {
      vouchers: [{ reward_id: reward.wire, customer_id, code: 'GIFT-1', value: 50 }],
    })
    const { voucher_id } = (await till.get('/vouchers?code=gift-1')).body.data.vouchers[0]
    const balance = (body: object) => till.post('/vouchers/actions/gift-card-balance', body)
    const fifty = { voucher_id, current_balance: 50, original_balance: 50 }
    expect((await balance({ voucher_id })).body.data).toEqual(fifty)
    const id = read('voucher', voucher_id)
    await payWithGiftCard(ctx, { voucherId: id, amountMinor: 1_250, key: 'paid' })
    expect((await balance({ code: 'gift-1' })).body.data).toEqual({ ...fifty, current_balance: 37.5 })
    expect(faults(await balance({}))).toEqual([['voucher_id', 'required']])
    expect(faults(await balance({ code: 'PUT-ME' }))).toEqual([['code', 'not_found']])
    expect(faults(await balance({ voucher_id: 'x' }))).toEqual([['voucher_id', 'not_found']])
    const people = await till.get('/customers?count=500')
    expect(people.body.data.customers).toHaveLength(people.body.data.total_items)
    expect((await till.get('/credits')).body.data.total_items).toBe(0)
  })
})

describe('the rewards that a till could propose', () => {
  test('are those of the store and the customer’s vouchers, with how often each would work', async () => {
    const own = await openShop(app, server)
    const at = await placesOf(own.till)
    await own.till.post('/products/batch', {
      products: [{ name: 'Mug', plu_ids: [{ list_code: 'GLOBAL', code: 'MUG' }] }],
    })
    const customer_id = await addCustomer(own.till, at)
    const put = (code: string, more: Partial<RewardInput> = {}) =>
      createReward(own.ctx, { code, name: code, usage: 'code', state: 'active', definition: percent, ...more })
    const mugs = {
      benefit: { kind: 'buy_get', buy: 1, get: 1, percent: 100 },
      lines: { productCodes: ['MUG'] },
    } as const
    await put('MUGS', {
      priority: 1,
      definition: { ...mugs, conditions: [{ kind: 'time', from: '08:00', to: '20:00' }], maxPerBasket: 5 },
      presentation: { note: 'Two for one' },
    })
    await put('RICH', {
      priority: 2,
      definition: { ...percent, conditions: [{ kind: 'basket', minAmountMinor: 90_000 }] },
    })
    await put('ELSEWHERE', { definition: { ...percent, conditions: [{ kind: 'store', storeIds: [1] }] } })
    await put('ASLEEP', { state: 'paused' })
    const reward = await put('BY-VOUCHER', { usage: 'voucher', priority: 3 })
    const customerId = own.ctx.ids.read('customer', own.ctx.tenant.id, customer_id) ?? 0
    await issueVoucher(own.ctx, { rewardId: reward.id, customerId, code: 'MY-OWN' })
    const ask = async (reward_list_type: string, total: number, more: object = {}) => {
      const { bill } = sale(at, { bill_id: 'Q', total, bill: { bill_items: [billItem(at, total, { quantity: 4 })] } })
      const body = { store_id: at.store, cashdesk_number: 3, customer_id, reward_list_type, bill, ...more }
      const reply = await own.till.post('/purchases/actions/recommended-best-rewards', body)
      expect(reply.status, JSON.stringify(reply.body)).toBe(200)
      expect(reply.body.data.total_items).toBe(reply.body.data.recommended_best_rewards.length)
      return reply.body.data.recommended_best_rewards
    }
    const shown = async (...asked: Parameters<typeof ask>) =>
      (await ask(...asked)).map((one: { code: string; max_count: number }) => [one.code, one.max_count])
    expect(await shown('F', 40)).toEqual([
      ['MUGS', 2],
      ['RICH', 0],
      ['MY-OWN', 1],
      ['POINTS100', 0],
    ])
    expect(await shown('C', 40)).toEqual([['MUGS', 2]])
    expect(await shown('A', 60)).toEqual([
      ['MUGS', 2],
      ['RICH', 0],
      ['MY-OWN', 1],
      ['TENOFF', 1],
      ['POINTS100', 0],
    ])
    expect(await shown('F', 1_000, { customer_id: undefined })).toEqual([
      ['MUGS', 2],
      ['RICH', 1],
      ['POINTS100', 0],
    ])
    expect((await ask('C', 40))[0]).toEqual({
      code: 'MUGS',
      name: 'MUGS',
      reward_priority: 1,
      max_count: 2,
      description: 'Two for one',
      reward_properties: { image: null, valid_time_from: '08:00:00', valid_time_to: '20:00:00' },
    })
    expect(
      faults(await own.till.post('/purchases/actions/recommended-best-rewards', { bill: {} })).length,
    ).toBeGreaterThan(5)
  })
})

describe('an app', () => {
  test('sees what is on offer and its own customer’s vouchers, and buys from the catalogue', async () => {
    const { phone, customer_id } = await withApp(100)
    const reward = await offer({ kind: 'catalogue', pointsCost: 100, name: 'App mug' })
    await offer({ name: 'App draft', state: 'draft' })
    const offered = await phone.get('/rewards?name=app')
    expect(offered.body.data.rewards.map((one: { name: string }) => one.name)).toEqual(['App mug'])
    const own = await phone.post(`/rewards/${reward.wire}/actions/create-voucher`, { customer_id })
    expect(own.status).toBe(201)
    const stranger = await addCustomer(till, places)
    const simple = await offer({ kind: 'simple' })
    const theirs = await till.post(`/rewards/${simple.wire}/actions/create-voucher`, { customer_id: stranger })
    const theirId = theirs.body.data.voucher_id
    const list = await phone.get('/vouchers')
    expect(list.body.data).toMatchObject({ total_items: 1, vouchers: [{ voucher_id: own.body.data.voucher_id }] })
    expect((await phone.get(`/vouchers?customer_id=${stranger}`)).body.data.total_items).toBe(0)
    expect((await phone.get(`/rewards/${simple.wire}/vouchers`)).body.data.total_items).toBe(0)
    expect((await phone.get(`/vouchers/${theirId}`)).status).toBe(404)
    expect((await phone.delete(`/vouchers/${theirId}`)).status).toBe(404)
    expect((await phone.get(`/customers/${stranger}/vouchers`)).status).toBe(404)
    expect((await phone.get(`/customers/${stranger}/rewards`)).status).toBe(404)
    expect((await phone.get('/rewards/actions/reward-recommendations')).status).toBe(200)
    const apply = (id: string) =>
      phone.post(`/vouchers/${id}/actions/apply-voucher`, { date_applied: '2026-11-21 12:30:00' })
    expect((await apply(theirId)).status).toBe(404)
    expect((await apply(own.body.data.voucher_id)).status).toBe(204)
  })

  test('makes no value of its own', async () => {
    const { phone, customer_id } = await withApp(100)
    const segment = await createSegment(ctx, { name: 'Not the app’s' })
    const conditions = [{ kind: 'segment', segmentIds: [segment.id] } as const]
    const kept = await offer({ kind: 'catalogue', definition: { ...percent, conditions } })
    const simple = await offer({ kind: 'simple' })
    const stranger = await addCustomer(till, places)
    const create = (reward: { wire: string }, id: string) =>
      phone.post(`/rewards/${reward.wire}/actions/create-voucher`, { customer_id: id })
    expect(faults(await create(kept, customer_id))).toEqual([['reward_id', 'not_allowed_value']])
    expect(faults(await create(simple, customer_id))).toEqual([['reward_id', 'not_allowed_value']])
    const free = await offer({ kind: 'catalogue' })
    expect(faults(await create(free, stranger))).toEqual([['customer_id', 'not_found']])
    const { voucher_id } = (await create(free, customer_id)).body.data
    const draft = await offer({ kind: 'catalogue', state: 'draft' })
    expect((await create(draft, customer_id)).status).toBe(404)
    for (const [method, url] of [
      ['PUT', `/vouchers/${voucher_id}`],
      ['POST', '/vouchers/batch'],
      ['POST', `/rewards/${simple.wire}/actions/create-custom-voucher`],
      ['POST', `/rewards/${simple.wire}/actions/set-products`],
      ['POST', '/rewards/actions/create-simple-reward'],
    ] as const) {
      expect((await phone.send({ method, url, payload: {} })).status, url).toBe(403)
    }
  })
})
