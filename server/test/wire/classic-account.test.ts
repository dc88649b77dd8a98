// The account behind the till: its users and what they may do, custom fields, cards, imports, figures and reports.
import { beforeAll, describe, expect, it } from 'vitest'
import { findCustomerByCode } from '../../src/core/customers/index.ts'
import { listPurchases } from '../../src/core/purchases/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { type ClassicShop, classicClient, type Fields, form, refused } from './classic-shop.ts'

const clock = fixedClock('2026-03-16T10:00:00Z')
const { app, server } = await testApp({ clock })
const { openShop, post, ask, done, newCustomer, balanceOf } = classicClient(app, server)

let shop: ClassicShop
let other: ClassicShop
beforeAll(async () => {
  shop = await openShop('account')
  other = await openShop('neighbour')
})

describe('the account', () => {
  it('is changed field by field, and shown', async () => {
    const change = {
      biz_name: 'Shop & Son',
      biz_address1: 'Hauptstr. 1',
      biz_city: 'Wien',
      biz_country: 'Austria',
      contact_email: 'son@shop.example',
      contact_phone: '+43 1 234',
      language_selector: 'DE',
      timezone_selector: 'Europe/Vienna',
      symbol_selector: 'EUR',
    }
    const expected = { biz_name: 'Shop & Son', biz_city: 'Wien', biz_country: 'AT', contact_email: 'son@shop.example' }
    expect((await done(shop, { type: 'account_update', ...change })).account).toMatchObject(expected)
    const { account } = await done(shop, { type: 'account_info' })
    expect(account).toMatchObject({
      ...expected,
      language: 'DE',
      timezone: 'Europe/Vienna',
      biz_address1: 'Hauptstr. 1',
      symbol: 'EUR',
      created: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
    expect(account.coalition).toBeUndefined()
    await done(shop, { type: 'account_update', biz_zip: '1010' })
    expect((await done(shop, { type: 'account_info' })).account).toMatchObject({ ...expected, biz_zip: '1010' })
    expect((await done(other, { type: 'account_info' })).account.biz_city).toBe('')
  })

  it.each([
    [{ symbol_selector: 'AUD' }, 'symbol_selector cannot change: the books are kept in EUR'],
    [{ timezone_selector: '12' }, 'timezone_selector must be a name such as Europe/Berlin'],
    [{ timezone_selector: 'Mars/Base' }, 'timezone_selector must be a name such as Europe/Berlin'],
    [{ language_selector: 'German' }, 'language_selector must be a code such as EN'],
    [{ biz_country: 'Nowhere' }, 'biz_country must be a code of two letters or a name in English'],
    [{ agency: 'x' }, 'agency is not kept: there is no reseller above an account'],
    [{ account_password: 'x' }, 'account_password is changed in the console'],
  ])('is not changed by %j', async (fields, error) => {
    expect(await ask(shop, { type: 'account_update', ...fields })).toEqual(refused(error))
  })

  it('has figures, each where it is asked for', async () => {
    const own = await openShop('figures')
    const { points, visits } = own.campaigns
    clock.set('2026-02-05T10:00:00Z')
    const early = await newCustomer(own, { first_name: 'Early' })
    await done(own, { type: 'record_activity', code: early, campaign_id: visits })
    clock.set('2026-02-27T10:00:00Z')
    await done(own, { type: 'record_activity', code: early, campaign_id: visits })
    clock.set('2026-03-16T10:00:00Z')
    const late = await newCustomer(own, { first_name: 'Late' })
    await done(own, { type: 'record_activity', code: late, campaign_id: points, amount: 20 })
    expect(await done(own, { type: 'dashboard' })).toEqual({ status: 'success', dashboard: {} })
    const { dashboard } = await done(own, {
      type: 'dashboard',
      API: '1.5',
      most_active: 1,
      customer_count: 'Yes',
      total_transactions_this_month: 'Yes',
      active_campaigns_count: 'Yes',
      campaigns_per_day_activity: 2,
      last_X_transactions: 2,
      last_X_customers: 1,
    })
    expect(dashboard).toEqual({
      most_active: [expect.objectContaining({ first_name: 'Early', transactions_count: '2' })],
      customer_count: '2',
      total_transactions_this_month: { this_month: '1', last_month: '2', last_month_to_date: '1' },
      active_campaigns_count: '5',
      campaigns_per_day_activity: [{ campaign_id: points, date: '2026-03-16', transactions_count: '1' }],
      last_transactions: [
        expect.objectContaining({ first_name: 'Late', amount_number: '20' }),
        expect.objectContaining({ first_name: 'Early', amount_number: '1' }),
      ],
      last_customers: [expect.objectContaining({ first_name: 'Late' })],
    })
    const months = await done(own, { type: 'dashboard', total_customers_this_month: 'Yes' })
    expect(Object.keys(months.dashboard.total_customers_this_month)).toEqual([
      'this_month',
      'last_month',
      'last_month_to_date',
    ])
  })
})

describe('users', () => {
  const as = (user_id: string, user_password: string, of = shop) => ({
    user: { user_id, user_password, account_id: of.user.account_id },
  })
  async function newUser(fields: Fields = {}) {
    const { user } = await done(shop, { type: 'user_new', ...fields })
    return { user, caller: as(user.user_id, user.user_api_key) }
  }
  const forbidden = refused('The user may not do this')

  it('are made, shown, changed and deleted', async () => {
    const { user, caller } = await newUser({
      user_name: 'till_1',
      user_first_name: 'Till',
      user_last_name: 'One',
      user_custom1: 'front',
      user_new_password: 'open sesame',
      user_PIN: '4711',
      user_role: 'K',
    })
    expect(user).toMatchObject({
      status: 'created',
      user_id: 'till_1',
      user_name: 'till_1',
      user_first_name: 'Till',
      user_last_name: 'One',
      user_role: 'K',
      user_api_key: expect.stringMatching(/^[0-9a-f]{40}$/),
      user_permissions: { redeem: 'Yes', edit_users: 'No', view_reports: 'No', add_buyx_items: 'No' },
      allowed_campaigns: 'all',
    })
    expect(await ask(shop, { type: 'user_new', user_name: 'till_1' })).toEqual(refused('user_name is taken'))
    expect(await ask(other, { type: 'user_new', user_name: 'till_1' })).toEqual(refused('user_name is taken'))
    expect(await ask(shop, { type: 'user_new', user_PIN: '4711' })).toEqual(refused('user_PIN is taken'))
    const signedIn = { type: 'user_login', user_id: 'till_1', user_password: 'open sesame', account_id: '' }
    expect((await done(shop, signedIn)).account).toMatchObject({ user_api_key: user.user_api_key })
    expect((await ask(shop, { ...signedIn, user_password: 'open' })).error).toContain('is not valid')
    expect((await ask(as('till_1', 'open sesame'), { type: 'user_info' })).error).toContain('is not valid')
    expect((await done(caller, { type: 'user_info' })).user).toMatchObject({ user_id: 'till_1', user_custom1: 'front' })
    expect(await ask(caller, { type: 'user_info', user_name: shop.user.user_id })).toEqual(forbidden)
    expect(await ask(caller, { type: 'users_list' })).toEqual(forbidden)
    const { users } = await done(shop, { type: 'users_list' })
    expect(users.map(({ user_id }: { user_id: string }) => user_id)).toEqual([shop.user.user_id, 'till_1'])

    const report = { type: 'reports', report: 'customers_all' }
    expect(await ask(caller, report)).toEqual(forbidden)
    const change = { type: 'user_update', user_name: 'till_1' }
    const updated = await done(shop, { ...change, view_reports: 'Yes', redeem: 'No', user_last_name: 'Two' })
    expect(updated.user).toMatchObject({
      user_name: 'till_1',
      user_last_name: 'Two',
      user_permissions: { view_reports: 'Yes', redeem: 'No', record_activity: 'Yes' },
    })
    await done(caller, report)
    expect(await ask(other, { ...change, user_last_name: 'Theirs' })).toEqual(refused('user_name does not exist'))
    expect((await done(shop, { type: 'user_delete', user_name: 'till_1' })).user.status).toBe('deleted')
    expect((await ask(caller, { type: 'user_info' })).error).toContain('is not valid')
    expect(await ask(shop, { type: 'user_delete', user_name: shop.user.user_id })).toEqual(
      refused('user_name must not be yourself'),
    )
  })

  it('may do what they are given and no more, operation by operation', async () => {
    const { caller } = await newUser({ user_permissions: 'view_customers,redeem' })
    const code = await newCustomer(shop)
    await done(caller, { type: 'customer_info', code })
    expect(await ask(caller, { type: 'record_customer', customer_action: 'edit', code })).toEqual(forbidden)
    for (const type of [
      'customer_delete',
      'record_activity',
      'transaction_delete',
      'customers_batch',
      'account_update',
    ])
      expect(await ask(caller, { type, code, campaign_id: shop.campaigns.visits }), type).toEqual(forbidden)
    for (const action of ['campaign', 'reward', 'promo', 'item'])
      expect(await ask(caller, { type: 'campaign_new', action }), action).toEqual(forbidden)
    expect((await ask(shop, { type: 'user_new', user_permissions: 'fly' })).error).toContain('user_permissions must be')
  })

  it('give nobody a right that they have not, and do not touch who may do more', async () => {
    const { caller } = await newUser({ user_permissions: 'view_users,add_users,edit_users,delete_users,redeem' })
    expect(await ask(caller, { type: 'user_new', user_permissions: 'redeem,view_reports' })).toEqual(
      refused('view_reports is not yours to give'),
    )
    const made = await done(caller, { type: 'user_new', user_permissions: 'redeem' })
    await done(caller, { type: 'user_update', user_name: made.user.user_id, redeem: 'No' })
    const stronger = { user_name: shop.user.user_id }
    expect(await ask(caller, { type: 'user_update', ...stronger, redeem: 'No' })).toEqual(forbidden)
    expect(await ask(caller, { type: 'user_delete', ...stronger })).toEqual(forbidden)
  })

  it('who are administrators see all campaigns', async () => {
    const { points } = shop.campaigns
    const seen = async (fields: Fields) => (await done(shop, { ...fields })).user.allowed_campaigns
    const named = { user_name: 'head_office', allowed_campaigns: points }
    expect(await seen({ type: 'user_new', ...named, user_role: 'A' })).toBe('all')
    expect(await seen({ type: 'user_update', ...named })).toBe(points)
    expect(await seen({ type: 'user_update', user_name: named.user_name, user_role: 'A' })).toBe('all')
    await done(shop, { type: 'user_delete', user_name: named.user_name })
  })

  it('see their own campaigns only', async () => {
    const { points, visits } = shop.campaigns
    const rights = 'view_campaigns,view_customers,record_activity,view_reports,view_users,add_users,edit_users'
    const { user, caller } = await newUser({ allowed_campaigns: visits, user_permissions: rights })
    const code = await newCustomer(shop)
    await done(shop, { type: 'record_activity', code, campaign_id: points, amount: 5 })
    const ids = (campaigns: readonly { id: string }[]) => campaigns.map(({ id }) => id)
    expect(ids((await done(caller, { type: 'campaigns_list' })).campaigns)).toEqual([visits])
    expect(ids((await done(caller, { type: 'customer_info', code })).campaigns)).toEqual([visits])
    const nothing = refused('The campaign does not exist')
    expect(await ask(caller, { type: 'record_activity', code, campaign_id: points, amount: 5 })).toEqual(nothing)
    expect(await ask(caller, { type: 'customer_balance', code, campaign_id: points })).toEqual(nothing)
    const report = { type: 'reports', report: 'transactions_all', date_start: '2026-01-01', selected_campaigns: points }
    expect((await done(caller, report)).transactions).toEqual([])
    expect(await ask(caller, { type: 'user_new', user_permissions: 'view_users', allowed_campaigns: points })).toEqual(
      refused(`allowed_campaigns has no campaign ${points}`),
    )
    const change = { type: 'campaign_users', users_list: `${user.user_id}, nobody`, campaign_id: points }
    expect(await done(shop, { ...change, action: 'add' })).toMatchObject({ users_added: [user.user_id] })
    expect(await done(shop, { ...change, action: 'add' })).toMatchObject({ users_added: [] })
    expect(ids((await done(caller, { type: 'campaigns_list' })).campaigns)).toEqual([points, visits])
    expect(await done(shop, { ...change, action: 'remove' })).toMatchObject({ users_removed: [user.user_id] })
    expect(ids((await done(caller, { type: 'campaigns_list' })).campaigns)).toEqual([visits])
    expect(await ask(shop, { ...change, action: 'drop' })).toEqual(refused('action must be add or remove'))
  })
})

describe('custom fields', () => {
  it('of customers are defined, checked, changed and taken away', async () => {
    const add = { type: 'manage_fields', action: 'add' }
    const size = { custom_field_4_label: 'Size', custom_field_4_type: 'Pick', custom_field_4_choices: 'S, M, L' }
    const { account } = await done(shop, { ...add, ...size, custom_field_4_show: 'Y' })
    expect(account.account_id).toBe(shop.user.account_id)
    expect(account.fields[0]).toEqual({ name: 'card_number', label: 'Card #', show: 'Y', type: 'Text' })
    expect(account.fields.at(-1)).toEqual({
      name: 'custom_field_4',
      label: 'Size',
      show: 'Y',
      type: 'Pick',
      choices: ['S', 'M', 'L'],
    })
    await done(shop, {
      ...add,
      custom_field_2_label: 'Likes',
      custom_field_2_type: 'list',
      custom_field_2_choices: 'tea,cake',
      custom_field_3_label: 'Since',
      custom_field_3_type: 'Date',
    })
    const record = { type: 'record_customer', first_name: 'Field' }
    const values = { custom_field_4: 'M', custom_field_2: 'cake,tea', custom_field_3: '2020-01-31' }
    expect((await done(shop, { ...record, ...values })).customer).toMatchObject(values)
    const timestamp = { custom_field_3: '2012.07.28 22:59:59' }
    expect((await done(shop, { ...record, ...timestamp })).customer).toMatchObject(timestamp)
    expect(await ask(shop, { ...record, custom_field_4: 'XL' })).toEqual(
      refused('custom_field_4 must be one of S, M, L'),
    )
    expect(await ask(shop, { ...record, custom_field_2: 'tea,beer' })).toEqual(
      refused('custom_field_2 must be a list of tea, cake'),
    )
    expect(await ask(shop, { ...record, custom_field_3: '31.1.2020' })).toMatchObject({ status: 'error' })
    const found = await done(shop, { type: 'customer_search', custom_field_2: 'cake' })
    expect(found.customers).toHaveLength(1)

    const own = async (of: ClassicShop, fields: Fields) =>
      (await done(of, { type: 'manage_fields', ...fields })).account.fields.filter(({ name }: { name: string }) =>
        name.startsWith('custom_field_'),
      )
    const edit = { action: 'edit', custom_field_4_label: 'Shirt', custom_field_4_show: 'N' }
    const named = (fields: readonly { name: string }[], wanted: string) => fields.find(({ name }) => name === wanted)
    const shirt = { label: 'Shirt', show: 'N', choices: ['S', 'M', 'L'] }
    expect(named(await own(shop, edit), 'custom_field_4')).toMatchObject(shirt)
    const left = await own(shop, { action: 'delete', field_list: 'custom_field_2|custom_field_3' })
    expect(left).toMatchObject([{ name: 'custom_field_4' }])
    expect(await own(other, { action: 'list' })).toEqual([])
    expect(await ask(other, { type: 'manage_fields', ...edit })).toEqual(refused('custom_field_4 does not exist'))
    const unknown = { type: 'manage_fields', action: 'delete', field_list: 'custom_field_4|first_name' }
    expect(await ask(shop, unknown)).toEqual(refused('first_name does not exist'))
    expect(await own(shop, {})).toHaveLength(1)
    for (const [fields, error] of [
      [{ custom_field_5_type: 'Pick' }, 'custom_field_5_choices is required'],
      [{ custom_field_5_type: 'Blob' }, 'custom_field_5_type must be Text, Date, Pick, List'],
      [{ custom_field_5_show: 'perhaps' }, 'custom_field_5_show must be Y or N'],
      [{ custom_field_4_label: 'Again' }, 'custom_field_4 is there already'],
      [{}, 'custom_field_#_label is required'],
    ] as const)
      expect(await ask(shop, { ...add, ...fields })).toEqual(refused(error))
  })

  it('of transactions are kept with what was entered, whatever the campaign', async () => {
    const add = {
      type: 'transaction_fields',
      action: 'add',
      custom_field_1_label: 'Table',
      custom_field_1_type: 'Pick',
      custom_field_1_choices: '1,2',
    }
    await done(shop, add)
    const code = await newCustomer(shop)
    const { points, visits } = shop.campaigns
    const activity = { type: 'record_activity', code, amount: 10, custom_field_1: '2', custom_field_2: 'free' }
    for (const campaign_id of [points, visits]) {
      const { receipt } = await done(shop, { ...activity, campaign_id })
      expect(receipt.transaction).toMatchObject({ custom_field_1: '2', custom_field_2: 'free' })
    }
    const spent = await done(shop, {
      type: 'redeem',
      code,
      campaign_id: points,
      custom_points_redeem: 1,
      custom_field_1: '1',
    })
    expect(spent.receipt.transaction).toMatchObject({ custom_field_1: '1' })
    const report = { type: 'reports', report: 'transactions_all', date_start: '2026-03-16' }
    const { transactions } = await done(shop, { ...report, selected_campaigns: `${points},${visits}` })
    const told = transactions.filter((row: { code: string }) => row.code === code)
    expect(told.map((row: Fields) => row.custom_field_1)).toEqual(['2', '2', '1'])
    expect(await ask(shop, { ...activity, campaign_id: points, custom_field_1: '3' })).toEqual(
      refused('custom_field_1 must be one of 1, 2'),
    )
    await done(shop, { type: 'transaction_fields', action: 'delete', field_list: 'custom_field_1' })
    expect((await done(shop, { type: 'transaction_fields' })).account.fields).toEqual([])
  })
})

describe('card_replace', () => {
  it('gives another card and another code; the old card leads to nobody, our own code still to the customer', async () => {
    const code = await newCustomer(shop, { card_number: 'LOST-1' })
    const replace = { type: 'card_replace', previous_card: 'LOST-1' }
    const { customer } = await done(shop, { ...replace, new_card_number: 'FOUND-1', new_code: 'C-77' })
    expect(customer).toMatchObject({ code: 'C-77', card_number: 'FOUND-1' })
    expect((await ask(shop, { type: 'customer_info', card_number: 'LOST-1' })).error).toBe('The card is blocked')
    for (const by of [{ code: 'C-77' }, { code }, { card_number: 'FOUND-1' }])
      expect((await done(shop, { type: 'customer_info', ...by })).customer.code).toBe('C-77')
    const again = await done(shop, { type: 'card_replace', previous_code: 'C-77', new_code: 'C-78' })
    expect(again.customer).toMatchObject({ code: 'C-78', card_number: 'FOUND-1' })
    expect((await ask(shop, { type: 'customer_info', code: 'C-77' })).error).toBe('The customer does not exist')
  })

  it('refuses what is somebody else’s, changing nothing', async () => {
    const [one, two] = [
      await newCustomer(shop, { card_number: 'ONE' }),
      await newCustomer(shop, { card_number: 'TWO' }),
    ]
    const replace = { type: 'card_replace', previous_code: one }
    expect((await ask(shop, { ...replace, new_code: 'FREE', new_card_number: 'TWO' })).error).toContain(
      'another customer',
    )
    expect((await ask(shop, { ...replace, new_code: two })).error).toContain('another customer')
    expect(await ask(shop, replace)).toEqual(refused('new_card_number or new_code is required'))
    expect(await ask(other, { ...replace, new_code: 'X' })).toEqual(refused('The customer does not exist'))
    expect((await done(shop, { type: 'customer_info', code: one })).customer).toMatchObject({
      code: one,
      card_number: 'ONE',
    })
  })

  it('merges the two who have them where keep_which says whose record is kept', async () => {
    const { visits } = shop.campaigns
    const pair = async (name: string) => {
      const codes = [
        await newCustomer(shop, { first_name: `${name} matched`, card_number: `${name}-OLD` }),
        await newCustomer(shop, { first_name: `${name} duplicate`, card_number: `${name}-NEW` }),
      ]
      for (const code of codes) await done(shop, { type: 'record_activity', code, campaign_id: visits })
      return codes
    }
    for (const keep_which of ['matched', 'duplicate']) {
      const codes = await pair(keep_which)
      const replace = { type: 'card_replace', previous_card: `${keep_which}-OLD`, new_card_number: `${keep_which}-NEW` }
      expect((await ask(shop, replace)).error).toContain('keep_which')
      const { customer } = await done(shop, { ...replace, keep_which })
      expect(customer).toMatchObject({ first_name: `${keep_which} ${keep_which}`, card_number: `${keep_which}-NEW` })
      for (const code of codes) expect(await balanceOf(shop, code, visits)).toBe('2')
      const old = { type: 'customer_info', card_number: `${keep_which}-OLD` }
      expect((await ask(shop, old)).error).toBe('The card is blocked')
    }
    expect(await ask(shop, { type: 'card_replace', previous_code: 'x', new_code: 'y', keep_which: 'both' })).toEqual(
      refused('keep_which must be matched or duplicate'),
    )
  })

  it('takes nobody of whom one of the data is another: a street, a country, a password', async () => {
    const home = { street1: '1 Main St.', street2: 'Apt 3G', country: 'Canada', customer_password: 'long enough' }
    const code = await newCustomer(shop, { first_name: 'Solo', ...home })
    const replace = { type: 'card_replace', card_number_generate: 9, first_name: 'solo', ...home }
    for (const other of [
      { street1: '2 Main St.' },
      { street2: 'Apt 4' },
      { country: 'AT' },
      { customer_password: 'Long enough' },
      { first_name: undefined, street1: undefined, street2: undefined, country: undefined },
    ])
      expect(await ask(shop, { ...replace, ...other })).toEqual(refused('The customer does not exist'))
    expect((await done(shop, replace)).customer.code).toBe(code)
  })

  it('finds the customer by their data where only one has them, and draws a number', async () => {
    const [code] = [
      await newCustomer(shop, { first_name: 'Una', last_name: 'Sola', city: 'Graz' }),
      await newCustomer(shop, { first_name: 'Una', last_name: 'Altra', city: 'Graz' }),
    ]
    const replace = { type: 'card_replace', card_number_generate: 9 }
    expect((await ask(shop, { ...replace, first_name: 'una', city: 'Graz' })).error).toContain('more than one')
    const { customer } = await done(shop, { ...replace, first_name: 'una', last_name: 'SOLA' })
    expect(customer).toMatchObject({ code, card_number: expect.stringMatching(/^\d{9}$/) })
    expect(await ask(shop, { ...replace, first_name: 'Nobody' })).toEqual(refused('The customer does not exist'))
    expect(await ask(shop, replace)).toEqual(refused('The customer does not exist'))
  })
})

describe('batches', () => {
  it('of customers make and change them row by row, and tell what was refused', async () => {
    const profiles_data = [
      'card_number;first_name;email;city',
      'B-1;Ann;ann@batch.example;Bonn',
      'B-2;"Ben; the second";ben@batch.example;',
      'B-3;Carl;no address;Köln',
    ].join('\n')
    const batch = { type: 'customers_batch', delimiter: ';', campaigns_to_include: shop.campaigns.points, auto_add: 25 }
    const first = await done(shop, { ...batch, profiles_data })
    expect(first.batch).toMatchObject({ new_customers: '2', updated_customers: '0', refused_customers: '1' })
    expect(first.batch.customers).toEqual([
      { status: 'created', code: expect.any(String), card_number: 'B-1' },
      { status: 'created', code: expect.any(String), card_number: 'B-2' },
      { status: 'error', row: '3', error: 'The email is not valid' },
    ])
    expect(await balanceOf(shop, first.batch.customers[0].code, shop.campaigns.points)).toBe('25')
    expect((await ask(shop, { type: 'customer_info', card_number: 'B-3' })).error).toBe('The customer does not exist')

    const again = {
      type: 'customers_batch',
      delimiter: 'pipe',
      profiles_header_1: 'none',
      profiles_header_2: 'card_number',
      profiles_header_3: 'city',
      profiles_data: 'x|B-1|Ulm',
    }
    expect((await done(shop, again)).batch).toMatchObject({ new_customers: '0', refused_customers: '1' })
    expect((await done(shop, { ...again, overwrite_duplicates: 'update' })).batch).toMatchObject({
      updated_customers: '1',
    })
    const { customer } = await done(shop, { type: 'customer_info', card_number: 'B-1' })
    expect(customer).toMatchObject({ first_name: 'Ann', city: 'Ulm' })
  })

  it('of transactions enter each, in its campaign and at its time', async () => {
    const { points, visits } = shop.campaigns
    const code = await newCustomer(shop, { card_number: 'T-1' })
    const visits_data = [
      `${points}|T-1|N|100|03/01/2026|late|x`,
      `${points}|T-1|Y|40||`,
      `${points}|T-1|Y|400||`,
      `${visits}|T-1||3|2026-03-02|`,
      `${visits}|T-9||1||`,
      `${visits}|T-1||1|2030-01-01|`,
      `${visits}|T-1|Y|1|2026-03-03|free`,
    ].join('\r\n')
    const header = ['campaign_id', 'card_number', 'redeemed', 'amount', 'date', 'authorization', 'none']
    const columns = Object.fromEntries(header.map((column, index) => [`visits_header_${index + 1}`, column]))
    const batched = { type: 'batch_transactions', delimiter: 'pipe', ...columns }
    const { batch } = await done(shop, { ...batched, Visits_Data: visits_data })
    expect(batch).toMatchObject({ new_transactions: '4', refused_transactions: '3' })
    expect(batch.transactions).toMatchObject([
      { status: 'recorded', amount: '100', date: '2026-03-01', authorization: 'late', original_amount: '' },
      { status: 'recorded', amount: '-40', redeemed: 'R' },
      { status: 'error', row: '3', error: 'The amount to redeem is more than the balance' },
      { status: 'recorded', amount: '3', date: '2026-03-02' },
      { status: 'error', row: '5', error: 'The customer does not exist' },
      { status: 'error', row: '6', error: 'date must not be in the future' },
      { status: 'recorded', amount: '-1', date: '2026-03-03', authorization: 'free' },
    ])
    expect(await balanceOf(shop, code, points)).toBe('60')
    const customer = await findCustomerByCode(shop.ctx, code)
    const purchases = async () =>
      (await listPurchases(shop.ctx, { customerId: customer?.id ?? 0, limit: 10 })).items.map(({ occurredAt }) =>
        occurredAt.toISOString(),
      )
    expect(await purchases()).toEqual([])

    const { reward } = (
      await done(shop, {
        type: 'campaign_new',
        action: 'reward',
        campaign_id: points,
        reward_level: 50,
        reward_description: 'Mug',
      })
    ).campaign
    const applied = await done(shop, {
      ...batched,
      apply_ratio: 'yes',
      create_new_customers: 'Y',
      visits_data: [
        `${points}|T-1|N|14,95|2026-03-01 10:00:00|sale`,
        `${points}|T-1|Y|${reward.id}||`,
        `${points}|T-2|N|7||`,
      ].join('\n'),
    })
    expect(applied.batch.transactions).toMatchObject([
      { status: 'recorded', amount: '14', original_amount: '14.95' },
      { status: 'recorded', amount: '-50' },
      { status: 'recorded', amount: '7' },
    ])
    expect(await balanceOf(shop, code, points)).toBe('24')
    expect(await purchases()).toEqual(['2026-03-01T09:00:00.000Z'])
    expect((await done(shop, { type: 'customer_info', card_number: 'T-2' })).customer.card_number).toBe('T-2')
  })

  it.each([
    [{ profiles_data: '' }, 'profiles_data is required'],
    [{ profiles_data: 'a,a\n1,2' }, 'profiles_data has the column a twice'],
    [{ profiles_data: 'x', delimiter: '#' }, 'delimiter must be one of pipe, comma, tab, semicolon'],
    [{ profiles_data: `a\n${'1\n'.repeat(20_001)}` }, 'profiles_data must not have more than 20000 rows'],
    [{ profiles_data: 'x', overwrite_duplicates: 'maybe' }, 'overwrite_duplicates must be yes, update or ignore'],
  ])('are refused as a whole where they cannot be read: %#', async (fields, error) => {
    expect(await ask(shop, { type: 'customers_batch', ...fields })).toEqual(refused(error))
  })
})

describe('reports of transactions', () => {
  it('are restricted to users, name them, and tell who was activated where that is asked for', async () => {
    const own = await openShop('restricted')
    const { visits } = own.campaigns
    const made = await done(own, {
      type: 'user_new',
      user_name: 'front_desk',
      user_first_name: 'Front',
      user_last_name: 'desk',
    })
    const desk = { user: { ...own.user, user_id: 'front_desk', user_password: made.user.user_api_key } }
    const code = await newCustomer(own, { campaign_id: visits })
    await done(own, { type: 'record_activity', code, campaign_id: visits })
    await done(desk, { type: 'record_activity', code, campaign_id: visits })
    const report = { type: 'reports', report: 'transactions_all', date_start: '2026-03-01', selected_campaigns: visits }
    const names = async (fields: Fields) =>
      (await done(own, { ...report, ...fields })).transactions.map((row: { user_name: string }) => row.user_name)
    expect(await names({})).toEqual([own.user.user_id, 'Front desk'])
    expect(await names({ restrict_by_user: 'front_desk' })).toEqual(['Front desk'])
    expect(await names({ restrict_by_user: 'front_desk,nobody' })).toEqual(['Front desk'])
    expect(await names({ restrict_by_user: 'nobody' })).toEqual([])
    const { transactions, transactions_count } = await done(own, { ...report, show_activations: 'Yes' })
    expect(transactions_count).toBe('3')
    expect(transactions[0]).toMatchObject({
      authorization: 'customer activated',
      amount_number: '0',
      code,
      redeemed: '',
    })
    const later = await done(own, { ...report, show_activations: 'Yes', last: transactions[0].id })
    expect(later.transactions_count).toBe('2')
    const belongs = await done(own, { type: 'customer_info', code, show_only_belong_to: 'Y' })
    expect(belongs.campaigns.map(({ id }: { id: string }) => id)).toEqual([visits])
  })
})

describe('every question', () => {
  const boundary = 'X-BOUNDARY'
  const multipart = (fields: Fields) =>
    `${Object.entries(fields)
      .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('')}--${boundary}--\r\n`

  /** One question over every transport with every credential: the answers, to be compared byte by byte. */
  async function everyWay(question: Fields): Promise<string[]> {
    const { user_id, user_password, account_id } = shop.user
    const credentials: readonly { fields: Fields; headers: Record<string, string> }[] = [
      { fields: { user_id, account_id, user_password }, headers: {} },
      { fields: { user_id, account_id, user_api_key: user_password, API: '1.5' }, headers: {} },
      { fields: { user_id, account_id }, headers: { api_access_key: user_password } },
    ]
    const payloads: string[] = []
    for (const { fields: credential, headers } of credentials) {
      const fields = { API: '1.5', ...question, ...credential }
      const sent = (type: string, payload: string) =>
        app.inject({ method: 'POST', url: '/classic', headers: { ...headers, 'content-type': type }, payload })
      const answers = [
        await app.inject({ method: 'GET', url: `/classic/api.php?${form(fields)}`, headers }),
        await sent('application/x-www-form-urlencoded', form(fields)),
        await sent(`multipart/form-data; boundary=${boundary}`, multipart(fields)),
        await sent('application/json', JSON.stringify(fields)),
        await app.inject({
          method: 'POST',
          url: `/classic/api.php?${form(question)}`,
          headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
          payload: form({ API: '1.5', ...credential }),
        }),
      ]
      for (const { statusCode, payload } of answers) {
        expect(statusCode, payload).toBe(200)
        payloads.push(payload)
      }
    }
    return payloads
  }

  let code: string
  beforeAll(async () => {
    code = await newCustomer(shop, { first_name: 'Zoë & "Co"', card_number: 'EVERY-1', custom_field: '<i>' })
    for (const campaign_id of Object.values(shop.campaigns))
      await done(shop, { type: 'record_activity', code, campaign_id, amount: '12,50', service_product: 'coffee' })
    await done(shop, {
      type: 'campaign_new',
      action: 'promo',
      campaign_id: shop.campaigns.points,
      promo_description: 'P',
      promo_amount: 2,
    })
  })

  const range = { date_start: '2026-01-01', date_end: '2026-12-31' }
  const questions: readonly [string, (shop: ClassicShop) => Fields][] = [
    ['account_info', () => ({})],
    ['user_info', () => ({})],
    ['users_list', () => ({})],
    ['dashboard', () => ({ most_active: 5, customer_count: 'Yes', last_X_transactions: 5, last_X_customers: 5 })],
    ['manage_fields', () => ({})],
    ['transaction_fields', () => ({ action: 'list' })],
    ['customer_info', () => ({ code })],
    ['customer_balance', ({ campaigns }) => ({ code, campaign_id: campaigns.points })],
    ['customer_search', () => ({ first_name: 'zoë', include_balances: 'Y' })],
    ['customer_find', () => ({ find_customer: 'every-1' })],
    ['campaigns_list', () => ({})],
    ['campaigns_inactive_list', () => ({})],
    ['campaign_rewards', ({ campaigns }) => ({ campaign_id: campaigns.visits })],
    ['campaign_promos', ({ campaigns }) => ({ campaign_id: campaigns.points })],
    ['campaign_depreciations', ({ campaigns }) => ({ campaign_id: campaigns.points })],
    ['campaign_fees', ({ campaigns }) => ({ campaign_id: campaigns.points })],
    ['buyx_items_list', ({ campaigns }) => ({ campaign_id: campaigns.items })],
    ['reports', () => ({ report: 'customers_all' })],
    ['reports', ({ campaigns }) => ({ report: 'transactions_all', ...range, selected_campaigns: campaigns.points })],
    ['reports', ({ campaigns }) => ({ report: 'audit_totals', ...range, selected_campaigns: campaigns.points })],
    ['reports', ({ campaigns }) => ({ report: 'customers_balances', campaign_id: campaigns.points })],
    ['reports', () => ({ report: 'coalition_points', ...range })],
    ['reports', () => ({ report: 'customers_all', last: 0, selected_campaigns: 1 })],
    ['campaign_new', () => ({})],
    ['validate_time_token', () => ({ token: 'NOBODY' })],
    ['no_such_type', () => ({})],
  ]
  it.each(questions)('%s is answered alike, byte by byte, whichever way it comes (%#)', async (type, fields) => {
    for (const output of [
      {},
      { output: 'JSON' },
      { output: 'json', condensed: 'yes' },
      { output: 'JSON', callback: 'my.f' },
    ]) {
      const payloads = await everyWay({ type, ...fields(shop), ...output })
      expect(payloads).toHaveLength(15)
      expect(new Set(payloads).size, payloads[0]).toBe(1)
    }
  })
})

describe('a time token', () => {
  it('is valid in its account for as long as was asked, and says so by its status', async () => {
    const { token } = await done(shop, { type: 'generate_time_token', token_interval: 120 })
    expect(token).toMatch(/^[A-Z]{36}$/)
    const validate = { type: 'validate_time_token', token }
    expect(await ask(shop, validate)).toEqual({ status: 'valid' })
    expect((await post({ ...shop.user, ...validate })).payload).toBe('<response status="valid">\n</response>\n')
    const invalid = refused('token is not valid')
    expect(await ask(other, validate)).toEqual(invalid)
    expect(await ask(shop, { ...validate, token: 'CHFBTABPGWGB' })).toEqual(invalid)
    const short = (await done(shop, { type: 'generate_time_token' })).token
    clock.advance(61_000)
    expect(await ask(shop, { ...validate, token: short })).toEqual(invalid)
    expect(await ask(shop, validate)).toEqual({ status: 'valid' })
    clock.advance(60_000)
    expect(await ask(shop, validate)).toEqual(invalid)
    expect(await ask(shop, { type: 'generate_time_token', token_interval: 0 })).toMatchObject({ status: 'error' })
  })
})
