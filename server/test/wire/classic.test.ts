import { beforeAll, describe, expect, it, vi } from 'vitest'
import {
  addIdentity,
  createCustomer,
  findCustomerByCode,
  putAddress,
  updateCustomer,
} from '../../src/core/customers/index.ts'
import { listProgrammes } from '../../src/core/loyalty/index.ts'
import { listPurchases } from '../../src/core/purchases/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { sql } from '../../src/platform/db.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const clock = fixedClock('2026-03-02T10:00:00Z')
const { app, server } = await testApp({ clock })

interface Shop {
  readonly ctx: Ctx
  readonly user: { readonly user_id: string; readonly user_password: string; readonly account_id: string }
  /** Ids of the campaigns by their type. */
  readonly campaigns: Record<'points' | 'stored_value' | 'fixed_reward' | 'visits' | 'items', string>
}

async function openShop(slug: string): Promise<Shop> {
  const { tenant } = await createTenant(server, { slug, name: `Shop ${slug}`, template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const { base_url: _, ...user } = (await describeConnections(ctx, { publicUrl: '' })).classic
  const programmes = await listProgrammes(ctx)
  const campaigns = Object.fromEntries(programmes.map(({ kind, id }) => [kind, String(id)])) as Shop['campaigns'] // the template has one of each kind
  return { ctx, user, campaigns }
}

type Fields = Readonly<Record<string, string | number | undefined>>

function form(fields: Fields): string {
  const pairs = Object.entries(fields).filter(([, value]) => value !== undefined)
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()
}

async function post(fields: Fields, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: 'POST',
    url: '/classic/api.php',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: form(fields),
  })
  expect(answer.statusCode).toBe(200)
  return answer
}

/** The answer in JSON, the shape that is easiest to compare. */
async function ask(shop: Shop, fields: Fields) {
  return (await post({ ...shop.user, output: 'json', ...fields })).json()
}

/** The number of the newest change of a shop, as text. */
async function lastChange({ ctx }: Shop): Promise<string> {
  const [row] = await ctx.db.query<{ id: number }>(
    sql`select max(id) as id from changes where tenant_id = ${ctx.tenant.id}`,
  )
  return String(row?.id)
}

const refused = (error: string) => ({ status: 'error', error, errors: [error] })

let shop: Shop
let other: Shop
beforeAll(async () => {
  shop = await openShop('alfa')
  other = await openShop('beta')
})

/** A customer like the one that the documentation shows, made through the core. */
async function makeJane(ctx: Ctx): Promise<{ id: number; code: string }> {
  const jane = await createCustomer(ctx, {
    firstName: 'Jane',
    lastName: 'Doe',
    phone: '+64211234567',
    email: 'jdoe@email.com',
    attributes: { custom_field: 'She likes cheese & <wine>!', custom_date: '1970-07-14' },
  })
  await addIdentity(ctx, { customerId: jane.id, claim: { kind: 'login', value: 'jdoe123' } })
  await addIdentity(ctx, { customerId: jane.id, claim: { kind: 'card', value: '11111111' } })
  await putAddress(ctx, {
    customerId: jane.id,
    line1: '123 Main St.',
    line2: 'Apt 3G',
    city: 'Anytown',
    region: 'ND',
    postalCode: '12345',
    country: 'NZ',
  })
  return jane
}

describe('the report of all customers', () => {
  it('answers as the documentation shows it, in XML', async () => {
    const { ctx, user } = await openShop('sheet')
    const { code } = await makeJane(ctx)
    await createCustomer(ctx, { lastName: 'Nobody' })
    const report = { ...user, type: 'reports', report: 'customers_all' }
    const answer = await post({ ...report, date_start: '2010-01-01', date_end: '2011-12-31' })
    expect(answer.headers['content-type']).toBe('text/xml; charset=utf-8')
    const last = /<last>(\d+)<\/last>/.exec(answer.payload)?.[1]
    expect(answer.payload).toBe(`<response status="success">
  <customer>
    <first_name>Jane</first_name>
    <last_name>Doe</last_name>
    <phone>+64211234567</phone>
    <email>jdoe@email.com</email>
    <address1>123 Main St.</address1>
    <address2>Apt 3G</address2>
    <city>Anytown</city>
    <state>ND</state>
    <zip>12345</zip>
    <country>NZ</country>
    <custom1>She likes cheese &amp; &lt;wine&gt;!</custom1>
    <custom_date>1970-07-14</custom_date>
    <customer_username>jdoe123</customer_username>
    <customer_code>${code}</customer_code>
    <card_number>11111111</card_number>
  </customer>
  <customer>
    <first_name></first_name>
    <last_name>Nobody</last_name>
    <phone></phone>
    <email></email>
    <address1></address1>
    <address2></address2>
    <city></city>
    <state></state>
    <zip></zip>
    <country></country>
    <custom1></custom1>
    <custom_date></custom_date>
    <customer_username></customer_username>
    <customer_code>${/<customer_code>(\d+)<\/customer_code>\s*<card_number><\/card_number>/.exec(answer.payload)?.[1]}</customer_code>
    <card_number></card_number>
  </customer>
  <last>${last}</last>
</response>
`)
  })

  it('answers a refusal as the documentation shows it', async () => {
    const answer = await post({
      ...shop.user,
      type: 'reports',
      report: 'customers_all',
      selected_campaigns: 1,
      last: 0,
    })
    expect(answer.payload).toBe(`<response status="error">
  <error>last must not be used together with selected_campaigns</error>
</response>
`)
  })

  it('selects by campaign and dates, and ignores dates without a campaign', async () => {
    const own = await openShop('select')
    const anna = await createCustomer(own.ctx, { firstName: 'Anna' })
    const ben = await createCustomer(own.ctx, { firstName: 'Ben' })
    await createCustomer(own.ctx, { firstName: 'Carl' })
    const { points, visits, stored_value } = own.campaigns
    await ask(own, { type: 'record_activity', campaign_id: points, code: anna.code, amount: '12,50' })
    clock.set('2026-03-05T22:59:00Z')
    await ask(own, { type: 'record_activity', campaign_id: visits, code: ben.code })
    clock.set('2026-03-06T10:00:00Z')
    const names = async (selection: Fields) => {
      const { status, customers } = await ask(own, { type: 'reports', report: 'customers_all', ...selection })
      expect(status).toBe('success')
      return customers.map((customer: { first_name: string }) => customer.first_name)
    }
    expect(await names({})).toEqual(['Anna', 'Ben', 'Carl'])
    expect(await names({ date_start: '2030-01-01', date_end: 'nonsense' })).toEqual(['Anna', 'Ben', 'Carl'])
    expect(await names({ selected_campaigns: points })).toEqual(['Anna'])
    expect(await names({ selected_campaigns: `${points},${visits}` })).toEqual(['Anna', 'Ben'])
    expect(await names({ selected_campaigns: stored_value })).toEqual([])
    // 22:59 UTC is 23:59 in Berlin: still the fifth of March, and both days are part of the range.
    expect(await names({ selected_campaigns: visits, date_start: '2026-03-05', date_end: '2026-03-05' })).toEqual([
      'Ben',
    ])
    expect(await names({ selected_campaigns: `${points},${visits}`, date_start: '2026-03-03' })).toEqual(['Ben'])
    expect(await names({ selected_campaigns: `${points},${visits}`, date_end: '2026-03-03' })).toEqual(['Anna'])
    expect(await names({ selected_campaigns: visits, date_start: '2026-03-06' })).toEqual([])
    expect(await names({ selected_campaigns: `${shop.campaigns.points},nonsense,99` })).toEqual([])
    expect(
      await ask(own, {
        type: 'reports',
        report: 'customers_all',
        selected_campaigns: visits,
        date_start: '2026-02-30',
      }),
    ).toEqual(refused('date_start must be a date as YYYY-MM-DD'))
  })

  it('tells with last who is new or changed since, by whatever way in, in the order of the changes', async () => {
    const own = await openShop('feed')
    const since = async (last?: number | string) => {
      const answer = await ask(own, {
        type: 'reports',
        report: 'customers_all',
        ...(last === undefined ? {} : { last }),
      })
      return { names: answer.customers?.map((row: { first_name: string }) => row.first_name), last: answer.last }
    }
    // Other tests share the database server, and any transaction that runs holds the number back for a moment.
    const settled = async (last: number) => {
      await vi.waitFor(async () => expect((await since(last)).last).toBe(await lastChange(own)), {
        interval: 1,
        timeout: 50_000,
      })
      return since(last)
    }
    expect(await since(0)).toMatchObject({ names: [] })
    const anna = await createCustomer(own.ctx, { firstName: 'Anna' })
    const ben = await createCustomer(own.ctx, { firstName: 'Ben' })
    const first = await settled(0)
    expect(first.names).toEqual(['Anna', 'Ben'])
    expect((await since()).last).toBe(first.last)
    expect(await since(first.last)).toEqual({ names: [], last: first.last })

    await updateCustomer(own.ctx, { id: anna.id, patch: { lastName: 'New' } })
    await putAddress(own.ctx, { customerId: anna.id, city: 'Berlin' })
    expect((await since(first.last)).names).toEqual(['Anna'])
    expect((await since(0)).names).toEqual(['Ben', 'Anna'])

    // A transaction changes no information; its number is a place in the feed all the same.
    const changed = await settled(0)
    const { receipt } = await ask(own, {
      type: 'record_activity',
      campaign_id: own.campaigns.points,
      code: ben.code,
      amount: '5.00',
    })
    expect((await since(changed.last)).names).toEqual([])
    await ask(own, { type: 'record_customer', customer_action: 'edit', code: ben.code, card_number: 'B-1' })
    expect((await since(receipt.transaction.id)).names).toEqual(['Ben'])
    const end = await settled(changed.last)
    expect(end.names).toEqual(['Ben'])
    expect(await since(end.last)).toEqual({ names: [], last: end.last })
    expect((await since('999999999999999')).names).toEqual([])
    for (const bad of ['-1', 'abc', '1.5', '99999999999999999999']) {
      expect((await ask(own, { type: 'reports', report: 'customers_all', last: bad })).error, bad).toContain(
        'last must be',
      )
    }
  })

  it('skips nothing that is still being written when the number is taken', async () => {
    const own = await openShop('race')
    const made: Promise<unknown>[] = []
    const seen = new Set<string>()
    let last = 0
    for (let round = 0; round < 15; round++) {
      made.push(
        ...Array.from({ length: 10 }, (_, index) => createCustomer(own.ctx, { firstName: `c${round}-${index}` })),
      )
      const answer = await ask(own, { type: 'reports', report: 'customers_all', last })
      for (const { first_name } of answer.customers) seen.add(first_name)
      last = answer.last
    }
    await Promise.all(made)
    // What was settled when the last number was taken is behind it, everything else comes now.
    const rest = await ask(own, { type: 'reports', report: 'customers_all', last })
    for (const { first_name } of rest.customers) seen.add(first_name)
    expect(seen.size).toBe(150)
  })
})

describe('the transports', () => {
  const boundary = 'X-BOUNDARY'
  const multipart = (fields: Fields) =>
    `${Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
      .join('')}--${boundary}--\r\n`

  it('give the same bytes for the same question, whichever way it comes and whichever credential it bears', async () => {
    await makeJane(shop.ctx)
    const { user_id, user_password, account_id } = shop.user
    const question = { type: 'customer_search', first_name: 'jan', include_balances: 'Y' }
    const credentials = [
      { fields: { user_id, account_id, user_password }, headers: {} },
      { fields: { user_id, account_id, user_api_key: user_password, API: '1.5', user_password: '' }, headers: {} },
      { fields: { user_id, account_id }, headers: { api_access_key: user_password } },
      {
        fields: { user_id, account_id, user_password: 'wrong, but not looked at' },
        headers: { api_access_key: user_password },
      },
    ]
    for (const output of [
      {},
      { output: 'JSON' },
      { output: 'json', condensed: 'yes' },
      { output: 'JSON', callback: 'a.b' },
    ]) {
      const payloads: string[] = []
      for (const { fields: credential, headers } of credentials) {
        const fields = { ...question, ...credential, ...output }
        for (const url of ['/classic', '/classic/', '/classic/api.php']) {
          const urlencoded = { ...headers, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
          const formData = { ...headers, 'content-type': `multipart/form-data; boundary=${boundary}` }
          const json = { ...headers, 'content-type': 'application/json' }
          const answers = [
            await app.inject({ method: 'GET', url: `${url}?${form(fields)}`, headers }),
            await app.inject({ method: 'POST', url, headers: urlencoded, payload: form(fields) }),
            await app.inject({ method: 'POST', url, headers: formData, payload: multipart(fields) }),
            await app.inject({ method: 'POST', url, headers: json, payload: JSON.stringify(fields) }),
            await app.inject({
              method: 'POST',
              url: `${url}?${form(question)}`,
              headers: urlencoded,
              payload: form({ ...credential, ...output }),
            }),
          ]
          for (const answer of answers) expect(answer.statusCode).toBe(200)
          payloads.push(...answers.map(({ payload }) => payload))
        }
      }
      expect(payloads).toHaveLength(60)
      expect(new Set(payloads).size, JSON.stringify(output)).toBe(1)
      expect(payloads[0]).toContain('Jane')
    }
  })

  it('write JSON pretty, condensed or as a call of a function', async () => {
    const fields = { ...shop.user, type: 'account_info' }
    const pretty = await post({ ...fields, output: 'JSON' })
    const account = {
      account_id: shop.user.account_id,
      biz_name: 'Shop alfa',
      account_name: 'Shop alfa',
      biz_address1: '',
      biz_address2: '',
      biz_city: '',
      biz_state: '',
      biz_zip: '',
      biz_country: 'DE',
      client_email: '',
      contact_first_name: '',
      contact_last_name: '',
      contact_email: '',
      contact_phone: '',
      referrer_name: '',
      language: 'EN',
      symbol: 'EUR',
      currency: 'EUR',
      glyph: '€',
      timezone: 'Europe/Berlin',
      created: pretty.json().account.created,
    }
    const answer = { status: 'success', account }
    expect(pretty.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(pretty.payload).toBe(JSON.stringify(answer, null, 2))
    expect((await post({ ...fields, output: 'JSON', condensed: 'yes' })).payload).toBe(JSON.stringify(answer))
    const called = await post({ ...fields, callback: '$.my_1', condensed: 'YES' })
    expect(called.headers['content-type']).toBe('application/javascript; charset=utf-8')
    expect(called.payload).toBe(`$.my_1(${JSON.stringify(answer)});`)
    expect((await post({ ...fields, output: 'XML', callback: 'f' })).payload).toMatch(/^<response status="success">/)
    expect((await post({ ...fields, type: 'nope', callback: 'f' })).payload).toBe(
      `f(${JSON.stringify(refused('type is not known'), null, 2)});`,
    )
  })

  it.each(['alert(1)', 'a;b', '<script>', 'a b', '1a', 'a..b', 'x'.repeat(101)])(
    'never echo %s as a function',
    async (callback) => {
      const answer = await post({ ...shop.user, type: 'account_info', callback })
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
      expect(answer.json()).toEqual(refused('callback must be the name of a function'))
    },
  )

  it('hold characters that XML cannot, in either format', async () => {
    await createCustomer(shop.ctx, {
      firstName: 'Zoë "&\u0007" \u2028 😀',
      lastName: ']]>',
      attributes: { custom_field: 'a\r\nb' },
    })
    const search = { ...shop.user, type: 'customer_search', last_name: ']]>' }
    expect((await post(search)).payload).toContain('<first_name>Zoë &quot;&amp;&quot; \u2028 😀</first_name>')
    expect((await post(search)).payload).toContain('<last_name>]]&gt;</last_name>')
    // A line's end that a reader of XML would make another of.
    expect((await post(search)).payload).toContain('<custom_field>a&#13;\nb</custom_field>')
    expect((await post({ ...search, callback: 'f' })).payload).toContain('\\u2028')
  })
})

describe('credentials', () => {
  it.each([
    [{ user_password: 'wrong' }, {}],
    [{ user_id: 'nobody' }, {}],
    [{ account_id: 'elsewhere' }, {}],
    [{}, { api_access_key: 'wrong' }],
  ])('that are wrong open nothing: %j %j', async (fields, headers: Record<string, string>) => {
    const answer = await post({ ...shop.user, type: 'account_info', output: 'json', ...fields }, headers)
    expect(answer.json()).toEqual(refused('The user, the password or the account is not valid'))
  })

  it('must be there', async () => {
    const { user_id, account_id, user_password } = shop.user
    const error = async (fields: Fields) =>
      (await post({ output: 'json', type: 'account_info', ...fields })).json().error
    expect(await error({})).toBe('user_id is required')
    expect(await error({ user_id, user_password })).toBe('account_id is required')
    expect(await error({ user_id, account_id })).toBe('user_password is required')
    expect(await error({ user_id, account_id, user_password, type: '' })).toBe('type is required')
    const crossed = { user_id, account_id: other.user.account_id, user_password }
    expect(await error(crossed)).toBe('The user, the password or the account is not valid')
  })

  it('let a user sign in without knowing the account', async () => {
    const { user_id, user_password, account_id } = shop.user
    const answer = (await post({ output: 'json', type: 'user_login', user_id, user_password })).json()
    expect(answer).toEqual({
      status: 'success',
      account: { account_id, account_name: 'Shop alfa', user_id, user_api_key: user_password },
    })
  })
})

describe('customers', () => {
  it('are recorded new, found again, changed, and never made twice with one card', async () => {
    const created = await ask(shop, {
      type: 'record_customer',
      customer_action: 'new',
      campaign_id: shop.campaigns.points,
      card_number: 'CARD-7',
      first_name: 'Mia',
      last_name: 'Roe',
      email: 'mia@example.com',
      phone: '+49 170 1234567',
      street1: 'Hauptstr. 1',
      city: 'Berlin',
      postal_code: '10115',
      country: 'Germany',
      custom_date: '1990-00-00',
      custom_field: 'VIP',
      custom_field_12: 'a,b',
      customer_username: 'mia',
      customer_password: 'secret',
    })
    const expected = {
      code: expect.stringMatching(/^\d{16}$/),
      card_number: 'CARD-7',
      first_name: 'Mia',
      last_name: 'Roe',
      phone: '+49 170 1234567',
      email: 'mia@example.com',
      street1: 'Hauptstr. 1',
      street2: '',
      city: 'Berlin',
      state: '',
      postal_code: '10115',
      country: 'DE',
      custom_date: '1990-00-00',
      custom_field: 'VIP',
      customer_username: 'mia',
      registered: 'Y',
      custom_field_12: 'a,b',
    }
    expect(created).toEqual({ status: 'success', customer: expected })
    const { code } = created.customer
    const again = { type: 'record_customer', customer_action: 'new', card_number: 'CARD-7', first_name: 'X' }
    expect(await ask(shop, again)).toEqual(refused('Another customer has this card already'))
    const parallel = { ...again, card_number: 'CARD-8' }
    const answers = await Promise.all([1, 2, 3].map(() => ask(shop, parallel)))
    expect(answers.map(({ status }) => status).sort()).toEqual(['error', 'error', 'success'])

    const edited = await ask(shop, {
      type: 'record_customer',
      customer_action: 'edit',
      code,
      city: 'Potsdam',
      custom_field: '',
    })
    expect(edited.customer).toEqual({ ...expected, code, city: 'Potsdam' })
    const byCard = await ask(shop, {
      type: 'record_customer',
      customer_action: 'edit',
      card_number: 'CARD-7',
      last_name: 'Poe',
    })
    expect(byCard.customer).toMatchObject({ code, last_name: 'Poe' })
    const info = await ask(shop, {
      type: 'customer_info',
      card_number: 'CARD-7',
      include_balances: 'N',
      hide_custom_field: 'Y',
    })
    const { custom_field: _, ...shown } = { ...expected, code, city: 'Potsdam', last_name: 'Poe' }
    expect(info).toEqual({ status: 'success', customer: shown })
  })

  it('are made by an edit whose code is unknown, with that code, or without any', async () => {
    const edit = { type: 'record_customer', customer_action: 'edit' }
    const made = await ask(shop, { ...edit, code: '4137071924090694', first_name: 'Given' })
    expect(made.customer).toMatchObject({ code: '4137071924090694', first_name: 'Given' })
    const same = await ask(shop, { ...edit, code: '4137071924090694', last_name: 'Code' })
    expect(same.customer).toMatchObject({ code: '4137071924090694', first_name: 'Given', last_name: 'Code' })
    expect((await ask(other, { type: 'customer_info', code: '4137071924090694' })).error).toBe(
      'The customer does not exist',
    )
    const fresh = await ask(shop, { ...edit, first_name: 'Fresh', card_number_generate: '9' })
    expect(fresh.customer).toMatchObject({
      code: expect.stringMatching(/^\d{16}$/),
      card_number: expect.stringMatching(/^\d{9}$/),
    })
    expect(await ask(shop, { ...edit, customer_action: 'new', code: '4137071924090694' })).toEqual(
      refused('code is taken'),
    )
  })

  it('get another card in place of the old one, which then leads to nobody', async () => {
    const { customer } = await ask(shop, { type: 'record_customer', card_number: 'OLD-1', first_name: 'Swap' })
    const edit = { type: 'record_customer', customer_action: 'edit', code: customer.code, card_number: 'NEW-1' }
    expect((await ask(shop, edit)).customer.card_number).toBe('NEW-1')
    expect((await ask(shop, { type: 'customer_info', card_number: 'OLD-1' })).error).toBe('The card is blocked')
    expect((await ask(shop, { type: 'customer_info', card_number: 'NEW-1' })).customer.code).toBe(customer.code)
  })

  it.each([
    [{ email: 'no address' }, 'The email is not valid'],
    [{ custom_date: '14.7.1970' }, 'custom_date must be a date as YYYY-MM-DD'],
    [{ country: 'Nowhere' }, 'country must be a code of two letters or a name in English'],
    [{ first_name: 'x'.repeat(201) }, 'first_name must not be longer than 200 characters'],
    [{ campaign_id: '99' }, 'The campaign does not exist'],
    [{ customer_action: 'drop' }, 'customer_action must be new, register or edit'],
    [{ customer_password: 'abc' }, 'The password is too weak'],
    [{ card_number_generate: '99' }, 'card_number_generate must be a whole number from 4 to 30'],
  ])('are refused with %j, and nothing is left behind', async (fields, error) => {
    const before = (await ask(shop, { type: 'reports', report: 'customers_all' })).customers.length
    expect(await ask(shop, { type: 'record_customer', first_name: 'Half', ...fields })).toEqual(refused(error))
    expect((await ask(shop, { type: 'reports', report: 'customers_all' })).customers).toHaveLength(before)
  })

  it('keep a phone that is none as a text', async () => {
    const { customer } = await ask(shop, { type: 'record_customer', first_name: 'Text', phone: 'at work' })
    expect(customer.phone).toBe('at work')
    const found = await ask(shop, { type: 'customer_search', phone: 'WORK' })
    expect(found.customers).toMatchObject([{ first_name: 'Text' }])
  })
})

describe('searching', () => {
  let own: Shop
  beforeAll(async () => {
    own = await openShop('search')
    const people = [
      ['Ann', 'Berg', 'Berlin', 'ann@one.example'],
      ['ANNA', 'Bergmann', 'Bonn', 'anna@two.example'],
      ['Bert', 'Ann', 'Berlin', 'bert@two.example'],
    ]
    for (const [first_name, last_name, city, email] of people) {
      await ask(own, {
        type: 'record_customer',
        first_name: first_name ?? '',
        last_name: last_name ?? '',
        city: city ?? '',
        email: email ?? '',
      })
    }
  })
  const found = async (fields: Fields) => {
    const { customers } = await ask(own, fields)
    return customers.map((customer: { first_name: string }) => customer.first_name).sort()
  }

  it('by parts of numbers finds cards, codes of ours and theirs, and phones of either kind', async () => {
    const numbers = await openShop('numbers')
    const record = { type: 'record_customer' }
    const first = { first_name: 'One', card_number: 'Card-77_x', code: 'Given-9', phone: '030 1234567' }
    await ask(numbers, { ...record, ...first })
    const ours = (await ask(numbers, { ...record, first_name: 'Two', card_number: '88%', phone: 'ext 5' })).customer
      .code
    const names = async (fields: Fields) =>
      (await ask(numbers, { type: 'customer_search', ...fields })).customers.map(
        (customer: { first_name: string }) => customer.first_name,
      )
    expect(await names({ card_number: 'aRD-7' })).toEqual(['One'])
    expect(await names({ card_number: '_' })).toEqual(['One'])
    expect(await names({ card_number: '%' })).toEqual(['Two'])
    expect(await names({ card_number: 'card-77_X', exact_match: 'insensitive' })).toEqual(['One'])
    expect(await names({ card_number: 'ard', exact_match: 'insensitive' })).toEqual([])
    expect(await names({ code: 'given' })).toEqual(['One'])
    expect(await names({ code: ours.slice(3) })).toEqual(['Two'])
    expect(await names({ phone: '0 123' })).toEqual(['One'])
    expect(await names({ phone: 'EXT' })).toEqual(['Two'])
    expect(await names({ phone: '1234', card_number: '88' })).toEqual([])
  })

  it.each([
    [{}, ['ANNA', 'Ann', 'Bert']],
    [{ first_name: 'ann' }, ['ANNA', 'Ann']],
    [{ first_name: 'an' }, ['ANNA', 'Ann']],
    [{ first_name: 'ann', city: 'ber' }, ['Ann']],
    [{ first_name: 'Ann', exact_match: 'sensitive' }, ['Ann']],
    [{ first_name: 'anna', exact_match: 'insensitive' }, ['ANNA']],
    [{ first_name: 'anna', exact_match: 'sensitive' }, []],
    [{ email: 'TWO.example' }, ['ANNA', 'Bert']],
    [{ last_name: '%' }, []],
  ])('by field %j finds %j', async (criteria, names) => {
    expect(await found({ type: 'customer_search', ...criteria })).toEqual(names)
  })

  it.each([
    ['berg', ['ANNA', 'Ann']],
    ['berlin ann', ['Ann', 'Bert']],
    ['berlin berg', ['Ann']],
    ['berlin berg,bonn', ['ANNA', 'Ann']],
    ['two.example bert', ['Bert']],
    ['nothing,,', []],
  ])('over all fields for "%s" finds %j', async (phrase, names) => {
    expect(await found({ type: 'customer_find', find_customer: phrase })).toEqual(names)
    expect(await found({ type: 'find_customer', find_customer: phrase })).toEqual(names)
  })

  it('finds every customer by every word that is known of them, and by its parts, in any case', async () => {
    const wide = await openShop('wide')
    const people: Fields[] = [
      {
        first_name: 'Jürgen',
        last_name: "O'Neil-Łoś",
        card_number: 'Card-77_x',
        code: 'Given-9',
        phone: '030 1234567',
      },
      { first_name: 'Γιώργος', last_name: 'ΠΑΠΑΔΟΠΟΥΛΟΣ', email: 'P.Papadopoulos@Shop.Example', customer_PIN: '0042' },
      { first_name: 'Анна', street1: '12 Main St.', street2: 'Apt 3G', city: 'São Paulo', country: 'BR' },
      { first_name: 'Xi', state: 'ND', postal_code: '01234', custom_date: '1970-07-14', customer_username: 'Xi_1' },
      { first_name: 'Al', custom_field: 'Likes "cheese", 100% & tea', phone: 'at work', custom_field_7: 'Gouda,Swiss' },
    ]
    const record = { type: 'record_customer', customer_action: 'new' }
    for (const person of people) {
      const { customer } = await ask(wide, { ...record, ...person })
      const values = Object.entries(customer).flatMap(([name, value]) => (name === 'registered' ? [] : [String(value)]))
      const words = values.flatMap((value) => value.split(/[\s,]+/)).filter(Boolean)
      const parts = words.map((word) => word.slice(1, 5)).filter(Boolean)
      for (const word of [...words, ...parts, words.slice(0, 6).join(' ')]) {
        for (const text of [word, word.toLowerCase(), `nobody at all,${word}`]) {
          const { customers } = await ask(wide, { type: 'customer_find', find_customer: text })
          expect(customers, text).toContainEqual(customer)
        }
      }
      for (const name of Object.keys(person).filter((one) => !/^(code|street\d|country)$/.test(one))) {
        const { customers } = await ask(wide, { type: 'customer_search', [name]: person[name] })
        const codes = customers.map((one: { code: string }) => one.code)
        expect(codes, name).toContain(customer.code)
      }
    }
    const find = async (text: string) => (await ask(wide, { type: 'customer_find', find_customer: text })).customers
    for (const text of [',', ' , ,', 'nobody', 'Apt nobody', 'chees%', 'a\\b', '_____'])
      expect(await find(text), text).toEqual([])
    // More choices than are asked of the indexes.
    expect(await find(Array.from({ length: 12 }, (_, turn) => `none${turn}`).join(','))).toEqual([])
    expect(await find('Анна SÃO,gouda al')).toHaveLength(2)
  })

  it('wraps what it found, with balances where they are asked for', async () => {
    const search = { type: 'customer_search', first_name: 'bert', include_balances: 'Y' }
    const { customers } = await ask(own, search)
    expect(customers[0].campaigns).toHaveLength(5)
    expect(customers[0].campaigns[0]).toMatchObject({ type: 'points', balance: '0', rewards: [] })
    const { payload } = await post({ ...own.user, ...search })
    expect(payload).toMatch(/^<response status="success">\n {2}<customers>\n {4}<customer>\n/)
    expect(payload).toMatch(/<\/customer>\n {2}<\/customers>\n<\/response>\n$/)
    expect((await ask(own, { type: 'customer_search', customer_password: 'x' })).error).toContain('cannot be searched')
    expect((await ask(own, { type: 'customer_find' })).error).toBe('find_customer is required')
  })
})

describe('campaigns and transactions', () => {
  it('lists the campaigns of every type, restricted and searched', async () => {
    const { campaigns } = await ask(shop, { type: 'campaigns_list' })
    expect(campaigns.map(({ type }: { type: string }) => type)).toEqual([
      'points',
      'giftcard',
      'earned',
      'events',
      'buyx',
    ])
    expect(campaigns[0]).toEqual({
      id: shop.campaigns.points,
      name: 'Points',
      type: 'points',
      currency: 'EUR',
      glyph: '€',
      created_stamp: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
      points_ratio: '1',
      reward_ratio: '100',
    })
    expect(campaigns[2]).toMatchObject({ earned_per_event: '5.00' })
    expect(campaigns[4].items).toEqual([
      { id: expect.any(String), description: 'Coffee', item_identifier: 'coffee', reward_level: '1' },
    ])
    // As the manual shows it: the items of a campaign stand in it without a wrapper, and its terms before the currency.
    const { payload } = await post({ ...shop.user, type: 'campaigns_list', type_restrict: 'buyx' })
    expect(payload).toMatch(
      /<type>buyx<\/type>\n {6}<item>\n {8}<id>\d+<\/id>\n {8}<description>Coffee<[\s\S]+<\/item>\n {6}<currency>EUR</,
    )
    const types = async (fields: Fields) =>
      (await ask(shop, { type: 'campaigns_list', ...fields })).campaigns.map(({ type }: { type: string }) => type)
    expect(await types({ type_restrict: 'events,points' })).toEqual(['points', 'events'])
    expect(await types({ searchField: 'campaign_name', searchOper: 'bw', searchValue: 'gift' })).toEqual(['giftcard'])
    expect(await types({ sortField: 'campaign_name', sortOrder: 'DESC', length: '2' })).toEqual(['events', 'earned'])
    const paged = await ask(shop, { type: 'campaigns_list', API: '1.5', offset: '1', length: '1' })
    expect(paged).toMatchObject({ campaigns: [{ type: 'giftcard' }], pagination: { total: '5', offset: '1' } })
    expect((await ask(shop, { type: 'campaigns_list', searchField: 'constructor' })).error).toContain(
      'searchField must be',
    )
  })

  it('earns points for an amount as a sale that every way in shows, and redeems them', async () => {
    const ada = await createCustomer(shop.ctx, { firstName: 'Ada', lastName: 'Till' })
    const campaign_id = shop.campaigns.points
    const earned = await ask(shop, {
      type: 'record_activity',
      code: ada.code,
      campaign_id,
      amount: '199,90',
      authorization: 'R-77',
    })
    expect(earned).toEqual({
      status: 'success',
      receipt: {
        account_name: 'Shop alfa',
        agency: { name: 'Shop alfa', email: '' },
        campaign: {
          id: campaign_id,
          name: 'Points',
          type: 'points',
          balance: '199',
          points_ratio: '1',
          reward_ratio: '100',
          rewards: [],
        },
        customer: expect.objectContaining({ code: ada.code, first_name: 'Ada' }),
        transaction: {
          id: expect.stringMatching(/^\d+$/),
          date: '2026-03-06',
          record_timestamp: '2026-03-06 11:00:00',
          redeemed: '',
          authorization: 'R-77',
          amount: '199',
          amount_number: '199',
          amount_type: '',
          original_amount: '199.90',
        },
      },
    })
    const { items } = await listPurchases(shop.ctx, { customerId: ada.id, limit: 10 })
    expect(items).toMatchObject([{ totalMinor: 19_990, source: 'till', confirmed: true, pointsEarned: 199 }])

    const redeem = { type: 'redeem', code: ada.code, campaign_id }
    const points = await ask(shop, { ...redeem, custom_points_redeem: '49', authorization: 'gift' })
    expect(points.receipt).toMatchObject({
      campaign: { balance: '150' },
      transaction: { amount: '-49', redeemed: 'R', authorization: 'gift' },
    })
    expect((await ask(shop, { ...redeem, custom_dollars_redeem: '1,00' })).receipt.campaign.balance).toBe('50')
    expect(await ask(shop, { ...redeem, custom_points_redeem: '51' })).toEqual(
      refused('The amount to redeem is more than the balance'),
    )
    const spends = await Promise.all(
      Array.from({ length: 20 }, () => ask(shop, { ...redeem, custom_points_redeem: '50' })),
    )
    expect(spends.filter(({ status }) => status === 'success')).toHaveLength(1)

    const balance = await ask(shop, { type: 'customer_balance', code: ada.code, campaign_id, transactions_number: '2' })
    expect(balance.campaign).toMatchObject({
      campaign_id,
      campaign_type: 'points',
      campaign_name: 'Points',
      reward_ratio: '100',
      customer: { code: ada.code, balance: '0', transactions: [{ amount: '-50' }, { amount: '-100' }] },
    })
    const all = await ask(shop, { type: 'balance', code: ada.code, campaign_id })
    expect(all.campaign.customer.transactions).toHaveLength(4)
    expect(all.campaign.customer.transactions[3]).toMatchObject({
      amount: '199',
      original_amount: '199.90',
      authorization: 'R-77',
    })
    expect(
      (await ask(shop, { type: 'balance', code: ada.code, campaign_id, transactions_number: '0' })).campaign.customer
        .transactions,
    ).toEqual([])
    const small = await ask(shop, { type: 'record_activity', code: ada.code, campaign_id, amount: '0.50' })
    expect(small.receipt.transaction).toMatchObject({ amount: '0', original_amount: '0.50' })
    expect((await post({ ...shop.user, type: 'balance', code: ada.code, campaign_id })).payload).toMatch(
      /<campaign>[\s\S]*<customer>[\s\S]*<transactions>\n\s*<transaction>\n\s*<id>\d+<\/id>/,
    )
  })

  it('earns and redeems in the other campaigns, and refuses an overdraft in each', async () => {
    const { code } = await createCustomer(shop.ctx, { firstName: 'Every' })
    const { stored_value, fixed_reward, visits, items } = shop.campaigns
    const earn = async (campaign_id: string, more: Fields = {}) =>
      (await ask(shop, { type: 'record_activity', code, campaign_id, ...more })).receipt?.campaign.balance
    expect(await earn(stored_value, { amount: '20.5' })).toBe('20.50')
    expect(await earn(fixed_reward)).toBe('5.00')
    expect(await earn(visits)).toBe('1')
    expect(await earn(items, { service_product: 'coffee', buyx_quantity: '3' })).toBe('3')
    const redeem = (campaign_id: string, reward_to_redeem: string) =>
      ask(shop, { type: 'redeem', code, campaign_id, reward_to_redeem })
    expect((await redeem(stored_value, '20.51')).error).toBe('The amount to redeem is more than the balance')
    expect((await redeem(stored_value, '20,50')).receipt).toMatchObject({
      campaign: { balance: '0.00' },
      transaction: { amount_type: '$', amount: '-20.50' },
    })
    expect((await redeem(fixed_reward, '5.01')).status).toBe('error')
    expect((await redeem(fixed_reward, '1')).receipt.campaign.balance).toBe('4.00')
    expect((await redeem(items, 'coffee')).receipt.campaign.balance).toBe('2')
    const info = await ask(shop, { type: 'customer_info', code })
    expect(info.campaigns.map(({ balance }: { balance: string }) => balance)).toEqual(['0', '0.00', '4.00', '1', '2'])
    const one = await ask(shop, { type: 'customer_info', code, campaign_id: visits })
    expect(one.campaigns).toEqual([{ id: visits, name: 'Visits', type: 'events', balance: '1', rewards: [] }])
  })

  it.each([
    [{}, 'amount is required'],
    [{ amount: '' }, 'amount is required'],
    [{ amount: '-5' }, 'amount must be an amount such as 9.95'],
    [{ amount: '1e3' }, 'amount must be an amount such as 9.95'],
    [{ amount: '0' }, 'amount must be more than 0'],
    [{ amount: '99999999999999' }, 'amount must be an amount such as 9.95'],
    [{ amount: '5', promo_id: '1' }, 'The promotion does not exist'],
    [{ amount: '5', code: '', card_number: '' }, 'code or card_number is required'],
    [{ amount: '5', code: '1' }, 'The customer does not exist'],
    [{ amount: '5', campaign_id: '' }, 'campaign_id is required'],
    [{ amount: '5', campaign_id: 'abc' }, 'The campaign does not exist'],
    [{ amount: '5', campaign_id: '99999999999999999' }, 'The campaign does not exist'],
  ])('refuses an activity with %j', async (fields, error) => {
    const { code } = await createCustomer(shop.ctx, {})
    const activity = { type: 'record_activity', code, campaign_id: shop.campaigns.points }
    expect(await ask(shop, { ...activity, ...fields })).toEqual(refused(error))
  })

  it('reaches no customer, card or campaign of another account', async () => {
    const theirs = await ask(other, {
      type: 'record_customer',
      first_name: 'Theirs',
      card_number: 'THEIRS',
      code: 'T-1',
    })
    const mine = await createCustomer(shop.ctx, {})
    const { code } = theirs.customer
    const campaign_id = shop.campaigns.points
    const nobody = refused('The customer does not exist')
    const nothing = refused('The campaign does not exist')
    expect(await ask(shop, { type: 'customer_info', code })).toEqual(nobody)
    expect(await ask(shop, { type: 'customer_info', card_number: 'THEIRS' })).toEqual(nobody)
    expect(await ask(shop, { type: 'customer_balance', code, campaign_id })).toEqual(nobody)
    expect(await ask(shop, { type: 'record_activity', code, campaign_id, amount: '1' })).toEqual(nobody)
    expect(await ask(shop, { type: 'redeem', code, campaign_id, custom_points_redeem: '1' })).toEqual(nobody)
    const foreign = other.campaigns.points
    expect(await ask(shop, { type: 'record_activity', code: mine.code, campaign_id: foreign, amount: '1' })).toEqual(
      nothing,
    )
    expect(
      await ask(shop, { type: 'redeem', code: mine.code, campaign_id: foreign, custom_points_redeem: '1' }),
    ).toEqual(nothing)
    expect(await ask(shop, { type: 'customer_info', code: mine.code, campaign_id: foreign })).toEqual(nothing)
    expect(await ask(shop, { type: 'customer_balance', code: mine.code, campaign_id: foreign })).toEqual(nothing)
    expect((await ask(shop, { type: 'customer_find', find_customer: 'theirs' })).customers).toEqual([])
  })
})

describe('the other reports', () => {
  let own: Shop
  let range: Fields
  const names = async (report: string, more: Fields = {}) => {
    const answer = await ask(own, { type: 'reports', report, ...range, ...more })
    return answer.customers?.map((row: { first_name: string }) => row.first_name) ?? answer.error
  }
  beforeAll(async () => {
    clock.set('2026-01-10T12:00:00Z')
    own = await openShop('reports')
    const { points, visits } = own.campaigns
    range = { date_start: '2026-03-01', date_end: '2026-03-31', selected_campaigns: `${points},${visits}` }
    const make = async (first_name: string, more: Fields = {}) =>
      (await ask(own, { type: 'record_customer', first_name, ...more })).customer.code
    const old = await make('Old', { custom_date: '2026-03-15', city: 'Bonn' })
    const fresh = await make('Fresh', { card_number: 'F-1' })
    await make('Never')
    const born = await findCustomerByCode(own.ctx, old)
    await updateCustomer(own.ctx, { id: born?.id ?? 0, patch: { birthday: '1980-03-31' } })
    const buy = (code: string, amount: string) =>
      ask(own, { type: 'record_activity', code, campaign_id: points, amount })
    await buy(old, '1000.00')
    clock.set('2026-03-05T12:00:00Z')
    await buy(old, '427.00')
    await ask(own, {
      type: 'redeem',
      code: old,
      campaign_id: points,
      custom_points_redeem: '100',
      authorization: 'mug',
    })
    await ask(own, { type: 'record_activity', code: fresh, campaign_id: visits, authorization: 'walk-in' })
    clock.set('2026-03-20T12:00:00Z')
    await buy(fresh, '10.00')
  })

  it('select customers by what they did in the campaigns and days', async () => {
    expect(await names('customers_new')).toEqual(['Fresh'])
    expect(await names('customers_frequent', { frequency: '1' })).toEqual(['Old', 'Fresh'])
    expect(await names('customers_frequent', { frequency: '2' })).toEqual(['Fresh'])
    expect(await names('customers_frequent', { frequency: '2', include_redeemed: 'Y' })).toEqual(['Old', 'Fresh'])
    expect(await names('customers_missing', { missing_for: '7' })).toEqual(['Old'])
    expect(await names('customers_Inactive', { Inactive_for: '60' })).toEqual([])
    expect(await names('customers_birthday')).toEqual(['Old'])
    expect(await names('customers_birthday', { date_end: '2026-03-30' })).toEqual([])
    expect(await names('customers_custom_date')).toEqual(['Old'])
    expect(await names('customers_search', { search_text: 'bonn' })).toEqual(['Old'])
    expect(await names('customers_new', { selected_campaigns: shop.campaigns.points })).toEqual([])
    expect(await names('customers_new', { selected_campaigns: '' })).toBe('selected_campaigns is required')
    expect(await names('customers_new', { date_start: '' })).toBe('date_start is required')
    expect(await names('customers_frequent')).toBe('frequency is required')
  })

  it('list transactions and redemptions, from a number on', async () => {
    const all = await ask(own, { type: 'reports', report: 'transactions_all', ...range })
    expect(all.transactions_count).toBe('4')
    const rows = all.transactions.map((row: Record<string, string>) => [
      row.first_name,
      row.amount_number,
      row.redeemed,
      row.authorization,
    ])
    expect(rows).toEqual([
      ['Old', '427', '', expect.stringMatching(/^C\d+$/)],
      ['Old', '-100', 'R', 'mug'],
      ['Fresh', '1', '', 'walk-in'],
      ['Fresh', '10', '', expect.stringMatching(/^C\d+$/)],
    ])
    expect(all.transactions[3]).toMatchObject({ card_number: 'F-1', original_amount: '10.00', date: '2026-03-20' })
    const later = await ask(own, {
      type: 'reports',
      report: 'transactions_all',
      ...range,
      last: all.transactions[2].id,
    })
    expect(later.transactions).toHaveLength(1)
    const redeemed = await ask(own, { type: 'reports', report: 'transactions_redeemed', ...range })
    expect(redeemed).toMatchObject({ transactions: [{ authorization: 'mug' }], transactions_count: '1' })
  })

  it('add up what each campaign gave, took and owes, with commas', async () => {
    const audit = { type: 'reports', report: 'audit_totals', ...range, date_start: '2026-01-01' }
    expect((await ask(own, audit)).campaigns).toEqual([
      {
        campaign_name: 'Points',
        campaign_type: 'T',
        earned: '1,437',
        redeemed: '-100',
        liability: '1,337',
        monetary_equivalent: '13.37',
        campaign_id: own.campaigns.points,
      },
      expect.objectContaining({ campaign_name: 'Visits', earned: '1', redeemed: '0', monetary_equivalent: '' }),
    ])
    const balances = { type: 'reports', report: 'customers_balances', campaign_id: own.campaigns.points }
    const page = await ask(own, { ...balances, offset: '1', limit: '1' })
    expect(page.customers).toMatchObject([{ first_name: 'Fresh', card_number: 'F-1', balance: '10' }])
    expect((await ask(own, balances)).customers.map(({ balance }: { balance: string }) => balance)).toEqual([
      '1327',
      '10',
      '0',
    ])
  })
})

describe('upkeep', () => {
  it('takes a transaction back when campaign, customer and number belong together', async () => {
    const own = await openShop('undo')
    const { code } = (await ask(own, { type: 'record_customer', first_name: 'Undo' })).customer
    const other = (await ask(own, { type: 'record_customer', first_name: 'Other' })).customer
    const { points, visits } = own.campaigns
    const sale = await ask(own, { type: 'record_activity', code, campaign_id: points, amount: '50' })
    const visit = await ask(own, { type: 'record_activity', code, campaign_id: visits })
    const undo = (fields: Fields) => ask(own, { type: 'transaction_delete', code, ...fields })
    const saleId = sale.receipt.transaction.id
    const none = refused('transaction_id does not exist')
    expect(await undo({ campaign_id: visits, transaction_id: saleId })).toEqual(none)
    expect(await undo({ campaign_id: points, transaction_id: saleId, code: other.code })).toEqual(none)
    expect(await undo({ campaign_id: points, transaction_id: '1' })).toEqual(none)
    const both = await Promise.all([1, 2].map(() => undo({ campaign_id: points, transaction_id: saleId })))
    // Deleted twice is deleted, and taken back once.
    expect(both.map(({ status }) => status)).toEqual(['success', 'success'])
    expect(await undo({ campaign_id: visits, transaction_id: visit.receipt.transaction.id })).toEqual({
      status: 'success',
      transaction: { status: 'deleted', id: visit.receipt.transaction.id, code },
    })
    const { campaigns } = await ask(own, { type: 'customer_info', code })
    expect(campaigns.map(({ balance }: { balance: string }) => balance)).toEqual(['0', '0.00', '0.00', '0', '0'])
    const customer = await findCustomerByCode(own.ctx, code)
    const { items } = await listPurchases(own.ctx, { customerId: customer?.id ?? 0, limit: 10 })
    expect(items.map(({ kind, totalMinor }) => [kind, totalMinor]).sort()).toEqual([
      ['cancellation', -5000],
      ['sale', 5000],
    ])
  })

  it('forgets a customer, with an attribute for the status in XML', async () => {
    const { code } = (await ask(shop, { type: 'record_customer', first_name: 'Gone', card_number: 'GONE' })).customer
    const { payload } = await post({ ...shop.user, type: 'customer_delete', code })
    expect(payload).toBe(`<response status="success">
  <customer status="deleted">
    <code>${code}</code>
  </customer>
</response>
`)
    expect(await ask(shop, { type: 'customer_info', code })).toEqual(refused('The customer does not exist'))
    expect(await ask(shop, { type: 'customer_delete', code })).toEqual(refused('The customer does not exist'))
    expect(await ask(other, { type: 'customer_delete', code: '1' })).toEqual(refused('The customer does not exist'))
  })

  it('finds valid only what is all of one customer’s', async () => {
    const own = await openShop('passwords')
    const [pin, other] = [{ customer_PIN: '0042' }, { card_number: 'OTHER-1', customer_username: 'other' }]
    const person = { card_number: 'OWN-1', phone: '555-5555', ...pin, customer_password: 'long enough' }
    // Without an e-mail.
    const { code } = (await ask(own, { type: 'record_customer', ...person, customer_username: 'own' })).customer
    await ask(own, { type: 'record_customer', ...other })
    const check = async (fields: Fields) => {
      const { status, error } = await ask(own, { type: 'validate_customer_password', ...fields })
      return status === 'success' ? status : error
    }
    const password = { customer_password: 'long enough' }
    const valid = [
      { card_number: 'OWN-1', ...password },
      { code, ...pin },
      { customer_username: 'own', ...pin, ...password, phone: '555-5555' },
      { ...person, code, customer_username: 'own' },
    ]
    for (const fields of valid) expect(await check(fields)).toBe('success')
    for (const [fields, error] of [
      [{ code, ...password, customer_PIN: '42' }, 'customer_PIN is not valid'],
      [{ code, ...pin, customer_password: 'else' }, 'customer_password is not valid'],
      [{ code, ...pin, phone: '555-5556' }, 'phone is not valid'],
      [{ code, ...pin, card_number: 'OTHER-1' }, 'card_number is not valid'],
      [{ card_number: 'OWN-1', ...password, customer_username: 'other' }, 'customer_username is not valid'],
      [{ card_number: 'OTHER-1', ...pin }, 'customer_PIN is not valid'],
      [{ customer_username: 'nobody', ...pin }, 'The customer does not exist'],
      [{ code }, 'customer_password or customer_PIN is required'],
      [pin, 'code or card_number or customer_username is required'],
    ] as const)
      expect(await check(fields)).toBe(error)
  })

  it('lets nobody try all PINs of a customer', async () => {
    const { code } = (await ask(shop, { type: 'record_customer', customer_PIN: '9999' })).customer
    const guess = (customer_PIN: number) => ask(shop, { type: 'validate_customer_password', code, customer_PIN })
    for (let pin = 1000; pin < 1100; pin++) expect((await guess(pin)).error).toBe('customer_PIN is not valid')
    expect((await guess(9999)).error).toBe('Too many requests, try again later')
  })

  it('draws card numbers of any length, sixteen digits unless told, with what they begin and end with', async () => {
    const draw = async (fields: Fields) => {
      const { error, customer } = await ask(shop, { type: 'generate_card_number', ...fields })
      return error ?? customer.card_number
    }
    expect(await draw({})).toMatch(/^\d{16}$/)
    const affixes = { card_number_prefix: '77', card_number_suffix: '001' }
    expect(await draw({ how_many_digits: '12', ...affixes })).toMatch(/^77\d{7}001$/)
    expect(await draw({ how_many_digits: '7', ...affixes })).toMatch(/^how_many_digits must be/)
    expect(await draw({ card_number_prefix: 'A' })).toBe('card_number_prefix must be digits')
    const asked = { type: 'record_customer', card_number_generate: '10', ...affixes }
    expect((await ask(shop, asked)).customer.card_number).toMatch(/^77\d{5}001$/)
  })

  it('checks a password and lists what campaigns have', async () => {
    const person = { customer_username: 'checker', customer_password: 'right one' }
    const { code } = (await ask(shop, { type: 'record_customer', email: 'checker@example.com', ...person })).customer
    const check = (fields: Fields) => ask(shop, { type: 'validate_customer_password', ...fields })
    expect(await check(person)).toEqual({ status: 'success', customer: { code } })
    expect(await check({ code, customer_password: 'right one' })).toEqual({ status: 'success', customer: { code } })
    expect(await check({ ...person, customer_password: 'wrong' })).toEqual(refused('customer_password is not valid'))
    const { points, items } = shop.campaigns
    expect(await ask(shop, { type: 'campaign_rewards', campaign_id: points })).toEqual({
      status: 'success',
      campaign: { id: points },
      rewards: [],
    })
    expect((await ask(shop, { type: 'campaign_promos', campaign_id: points })).promotions).toEqual([])
    expect((await ask(shop, { type: 'buyx_items_list', campaign_id: items })).buyx_items).toMatchObject([
      { description: 'Coffee' },
    ])
    expect((await ask(shop, { type: 'campaigns_inactive_list' })).campaigns).toEqual([])
  })
})

describe('what is not a question', () => {
  it.each([
    ['an unknown type', { type: 'constructor' }, 'type is not known'],
    ['an unknown report', { type: 'reports', report: 'toString' }, 'report is not known'],
    ['an unknown output', { type: 'account_info', output: 'YAML' }, 'output must be JSON or XML'],
  ])('is refused: %s', async (_, fields, error) => {
    const { payload } = await post({ ...shop.user, ...fields })
    expect(payload).toBe(`<response status="error">\n  <error>${error}</error>\n</response>\n`)
  })

  it('is refused in the same shape: broken JSON, a broken form, a form too deep, an empty body', async () => {
    const send = (contentType: string, payload: string) =>
      app.inject({ method: 'POST', url: '/classic', headers: { 'content-type': contentType }, payload })
    for (const [contentType, payload] of [
      ['application/json', '{"a":'],
      ['multipart/form-data', 'x'],
      ['multipart/form-data; boundary=b', '--b\r\nbroken'],
      ['application/x-www-form-urlencoded', 'a[99999999]=1'],
      ['application/x-www-form-urlencoded', ''],
      ['application/octet-stream', '\u0000\u0001'],
    ] as const) {
      const answer = await send(contentType, payload)
      expect(answer.statusCode, `${contentType} ${payload}`).toBe(200)
      expect(answer.payload).toMatch(/^<response status="error">\n {2}<error>.+<\/error>\n<\/response>\n$/)
    }
    expect((await app.inject({ method: 'GET', url: '/classic/elsewhere?output=json' })).json().status).toBe('error')
  })
})
