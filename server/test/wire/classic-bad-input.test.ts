import { beforeAll, expect, it } from 'vitest'
import { verify } from '../../src/core/verification/index.ts'
import { testApp } from '../app.ts'
import { type ClassicShop, classicClient, type Fields, form } from './classic-shop.ts'

// Whatever a till sends is answered with 200 in this API's own words, and never as a failure of the server.
const { app, server } = await testApp()
const { openShop, ask, done, newCustomer, balanceOf } = classicClient(app, server)

const values: readonly unknown[] = [
  null,
  ' ',
  0,
  -1,
  1.5,
  1e308,
  2 ** 60,
  true,
  [],
  [['a']],
  { a: 1 },
  'x'.repeat(300),
  'x'.repeat(20_000),
  '9'.repeat(40),
  '9223372036854775807',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '👍]]>&<"',
  '１２',
  'NaN',
  '1e400',
  '0.0000001',
  '99999999999999,99',
  '+',
  '%',
  "'; --",
  'constructor',
  '__proto__',
  '0000-00-00',
  '2026-13-45',
  '2026-02-28 25:61:00',
  '9999-12-31',
  ',,,',
  '1,2,3',
]

let shop: ClassicShop
let code: string
let operations: readonly Fields[]
beforeAll(async () => {
  shop = await openShop('bad-input')
  await openShop('beside')
  code = await newCustomer(shop, { card_number: 'CARD-1', first_name: 'Eve', email: 'eve@shop.example' })
  const { points, stored_value, fixed_reward, visits, items } = shop.campaigns
  const made = async (fields: Fields) => done(shop, { type: 'campaign_new', campaign_id: points, ...fields })
  const reward_id = (await made({ action: 'reward', reward_level: 5, reward_description: 'Cup' })).campaign.reward.id
  const promo_id = (await made({ action: 'promo', promo_amount: 5, promo_description: 'More' })).campaign.promo.id
  const charge = { campaign_id: points, depreciation_interval_type: 'years', depreciation_percentage: 1 }
  const depreciation_id = (await done(shop, { type: 'depreciation_new', ...charge })).depreciation.id
  const fee = { campaign_id: stored_value, interval_type: 'years', fee_amount: 1, fee_description: 'Fee' }
  const fee_id = (await done(shop, { type: 'campaign_fee_new', ...fee })).fee.id
  const activity = { type: 'record_activity', code, authorization: 'x', custom_field_1: 'y' }
  const sale = await done(shop, { ...activity, campaign_id: points, amount: 500 })
  const item_id = (await done(shop, { type: 'buyx_items_list', campaign_id: items })).buyx_items[0].id
  const days = { date_start: '2026-01-01', date_end: '2026-12-31', selected_campaigns: points }
  const report = (name: string, fields: Fields = {}) => ({ type: 'reports', report: name, ...days, ...fields })
  operations = [
    { type: 'account_info' },
    { type: 'account_update', biz_name: 'B', biz_country: 'DE', language_selector: 'EN', contact_email: 'a@b.example' },
    { type: 'user_login' },
    { type: 'dashboard', most_active: 3, campaigns_per_day_activity: 3, last_X_transactions: 3, last_X_customers: 3 },
    { type: 'user_new', user_first_name: 'A', user_role: 'K', allowed_campaigns: points, user_PIN: '77' },
    { type: 'user_update', user_name: 'nobody', user_custom1: 'x' },
    { type: 'user_delete', user_name: 'nobody' },
    { type: 'campaign_users', action: 'add', campaign_id: points, users_list: 'nobody' },
    { type: 'manage_fields', action: 'edit', custom_field_9_label: 'L', custom_field_9_choices: 'a' },
    { type: 'transaction_fields', action: 'delete', field_list: 'custom_field_9' },
    { type: 'generate_time_token', token_interval: 5 },
    { type: 'validate_time_token', token: 'ABC' },
    {
      type: 'record_customer',
      customer_action: 'edit',
      code,
      first_name: 'E',
      email: 'eve@shop.example',
      phone: '030 1234567',
      country: 'Germany',
      postal_code: '10115',
      custom_date: '1990-01-01',
      customer_username: 'eve',
      customer_password: 'a long password',
      customer_PIN: '1',
      custom_field_1: 'x',
    },
    { type: 'record_customer', customer_action: 'new', campaign_id: points, auto_add: 1, card_number_generate: 12 },
    { type: 'customer_info', code, campaign_id: points, include_balances: 'Y' },
    { type: 'customer_info', card_number: 'CARD-1' },
    { type: 'customer_balance', code, campaign_id: points, transactions_number: 1 },
    { type: 'customer_search', first_name: 'Eve', exact_match: 'sensitive', include_balances: 'Y' },
    { type: 'customer_find', find_customer: 'eve' },
    { type: 'generate_card_number', how_many_digits: 9 },
    { type: 'validate_customer_password', code, customer_password: 'x' },
    { type: 'card_replace', previous_code: code, new_code: 'NEW', new_card_number: 'CARD-1', keep_which: 'matched' },
    { type: 'customers_batch', profiles_data: 'first_name\nx', delimiter: 'comma', campaigns_to_include: points },
    { type: 'customer_delete', code: 'nobody' },
    { type: 'campaign_new', action: 'campaign', campaign_type: 'points', campaign_name: 'N', points_ratio: 1 },
    { type: 'campaign_new', action: 'reward', campaign_id: points, reward_level: 5, reward_description: 'x' },
    { type: 'campaign_new', action: 'promo', campaign_id: points, promo_amount: 5, promo_description: 'x' },
    { type: 'campaign_new', action: 'item', campaign_id: items, reward_level: 2, item_description: 'x' },
    { type: 'campaign_update', action: 'campaign', campaign_id: visits, new_campaign_name: 'V' },
    { type: 'campaign_update', action: 'reward', campaign_id: points, reward_id, new_reward_level: 6 },
    { type: 'campaign_update', action: 'promo', campaign_id: points, promo_id, new_promo_end_date: '2030-01-01' },
    { type: 'campaign_update', action: 'item', campaign_id: items, item_id, new_reward_level: 3 },
    { type: 'campaign_delete', action: 'campaign', campaign_id: 1 },
    { type: 'campaign_reactivate', campaign_id: visits },
    { type: 'depreciation_update', campaign_id: points, depreciation_id, depreciation_interval: 2 },
    { type: 'campaign_fee_update', campaign_id: stored_value, fee_id, fee_amount: 2, interval_type: 'days' },
    {
      type: 'campaigns_list',
      API: '1.5',
      type_restrict: 'points',
      searchField: 'campaign_name',
      searchOper: 'cn',
      searchValue: 'a',
      sortField: 'campaign_id',
      offset: 0,
      length: 3,
    },
    { type: 'campaign_rewards', campaign_id: points },
    { type: 'campaign_promos', campaign_id: points },
    { ...activity, campaign_id: points, amount: 1, promo_id, send_transaction_email: 'Y' },
    { ...activity, campaign_id: stored_value, amount: 1 },
    { ...activity, campaign_id: fixed_reward },
    { ...activity, campaign_id: items, service_product: item_id, buyx_quantity: 1 },
    { type: 'redeem', code, campaign_id: points, custom_points_redeem: 1, custom_dollars_redeem: '0.01' },
    { type: 'redeem', code, campaign_id: points, reward_to_redeem: reward_id },
    { type: 'redeem', code, campaign_id: stored_value, reward_to_redeem: 1 },
    { type: 'redeem', code, campaign_id: items, reward_to_redeem: item_id },
    { type: 'transaction_delete', code, campaign_id: points, transaction_id: sale.receipt.transaction.id },
    {
      type: 'batch_transactions',
      delimiter: 'pipe',
      visits_header_1: 'campaign_id',
      visits_header_2: 'code',
      visits_header_3: 'amount',
      visits_data: `${points}|${code}|1`,
    },
    report('customers_all'),
    { type: 'reports', report: 'customers_all', last: 1 },
    report('customers_new'),
    report('customers_frequent', { frequency: 1 }),
    report('customers_missing', { missing_for: 1 }),
    report('customers_birthday'),
    report('customers_custom_date'),
    report('customers_search', { search_text: 'x' }),
    report('customers_balances', { campaign_id: points, offset: 0, limit: 1 }),
    report('transactions_all', { last: 1, restrict_by_user: 'x', show_activations: 'Yes' }),
    report('audit_totals'),
    report('coalition_points'),
  ]
})

type Output = { readonly output?: string; readonly callback?: string; readonly condensed?: string }
const outputs: readonly Output[] = [{}, { output: 'json' }, { output: 'JSON', callback: 'f', condensed: 'yes' }]

/** Every tag is closed by its own, and between tags is nothing that XML does not allow. */
function expectWellFormed(payload: string): void {
  const open: string[] = []
  const rest = payload.replace(/<(\/?)([a-zA-Z_][\w.-]*)((?: \w+="[^"<&]*")*)>/g, (_, closes: string, name: string) => {
    if (!closes) open.push(name)
    else expect(open.pop()).toBe(name)
    return ''
  })
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#13);)/)
  expect(rest.replace(/[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')).toBe('')
}

/** What an answer says, whichever way it was written; fails where it is not what the manual shows. */
function read(payload: string, { output, callback }: Output): { status: string; error?: unknown } {
  if (!output) {
    expectWellFormed(payload)
    const status = /^<response status="(\w+)">/.exec(payload)?.[1] ?? ''
    return { status, error: /<error>(.*)<\/error>/s.exec(payload)?.[1] }
  }
  const json = callback ? /^f\((.*)\);$/s.exec(payload)?.[1] : payload
  const answer = JSON.parse(json ?? '')
  if (answer.status === 'error')
    expect(answer).toEqual({ status: 'error', error: answer.error, errors: [answer.error] })
  return answer
}

async function askBadly(fields: Readonly<Record<string, unknown>>, turn: number): Promise<void> {
  const output = outputs[turn % outputs.length] ?? {}
  const asked = { ...shop.user, ...fields, ...output }
  const texts = Object.entries(asked).map(([name, value]) => [name, typeof value === 'string' ? value : String(value)])
  // Types that a form has not come as JSON; every other call as a form. JSON with a zero is not read at all.
  const json = JSON.stringify(asked)
  const isForm = turn % 2 === 0 || json.includes('\\u0000')
  const answer = await app.inject({
    method: 'POST',
    url: '/classic',
    headers: { 'content-type': isForm ? 'application/x-www-form-urlencoded' : 'application/json' },
    payload: isForm ? form(Object.fromEntries(texts)) : json,
  })
  const what = `${JSON.stringify(fields).slice(0, 400)} ${answer.payload.slice(0, 400)}`
  expect(answer.statusCode, what).toBe(200)
  const { status, error } = read(answer.payload, output)
  expect(['success', 'error', 'valid'], what).toContain(status)
  if (status === 'error') expect(String(error).length, what).toBeGreaterThan(5)
}

/** All of them for every field are eight thousand calls; in turns every value meets every kind of field. */
const valuesEach = 8

it('every field of every call may hold anything', async () => {
  let turn = 0
  for (const operation of operations) {
    for (const field of Object.keys(operation)) {
      for (let count = 0; count < valuesEach; count++, turn++)
        await askBadly({ ...operation, [field]: values[turn % values.length] }, turn)
    }
  }
}, 240_000)

it('every field of every call may be left out', async () => {
  let turn = 0
  for (const operation of operations) {
    for (const field of Object.keys(operation)) {
      const { [field]: _, ...others } = operation
      await askBadly(others, turn++)
    }
  }
}, 120_000)

it('twenty tills at once are answered as well, and the books hold', async () => {
  const own = await openShop('crowded')
  const { points, stored_value } = own.campaigns
  const customer = await newCustomer(own, { card_number: 'CROWD-1' })
  const all = async (of: (turn: number) => Fields) => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, turn) => ask(own, of(turn))))
    return answers.filter(({ status }) => status === 'success')
  }
  for (const [campaign_id, spend] of [
    [points, { custom_points_redeem: 25 }],
    [stored_value, { reward_to_redeem: 25 }],
  ] as const) {
    const earned = await all(() => ({ type: 'record_activity', code: customer, campaign_id, amount: 10 }))
    expect(earned).toHaveLength(20)
    expect(await all(() => ({ type: 'redeem', code: customer, campaign_id, ...spend }))).toHaveLength(8)
    const { id } = earned[0].receipt.transaction
    const gone = { type: 'transaction_delete', code: customer, campaign_id, transaction_id: id }
    // Deleted twice is deleted, and taken off once: what was spent already is owed.
    expect(await all(() => gone)).toHaveLength(20)
    await done(own, { type: 'record_activity', code: customer, campaign_id, amount: 11 })
    expect(Number(await balanceOf(own, customer, campaign_id))).toBe(1)
  }
  const second = await newCustomer(own, { card_number: 'CROWD-2' })
  const swap = (turn: number) => ({
    type: 'card_replace',
    previous_code: turn % 2 ? customer : second,
    new_card_number: turn % 2 ? 'CROWD-2' : 'CROWD-1',
    keep_which: turn % 3 ? 'matched' : 'duplicate',
  })
  expect((await all(swap)).length).toBeGreaterThan(0)
  // Of those who enter the same stranger at once the first makes the customer whom the others change.
  for (const named of [{ code: 'CROWD-3' }, { card_number: 'CROWD-4' }]) {
    const edit = (turn: number) => ({ type: 'record_customer', customer_action: 'edit', ...named, city: `C${turn}` })
    const codes = (await all(edit)).map(({ customer }) => customer.code)
    expect(codes).toHaveLength(20)
    expect(new Set(codes).size).toBe(1)
  }
  const login = { type: 'user_new', user_name: 'crowd' }
  expect(await all(() => login)).toHaveLength(1)
  const { results } = await verify(server)
  expect(results.filter(({ breaches }) => breaches > 0)).toEqual([])
}, 60_000)
