import { expect, test } from 'vitest'
import { base, call, openShop, received, registration, signUp } from './crmcom-shop.ts'

// Whatever a client sends is answered in this API's own words, and never as a failure of the server.
const shop = await openShop('alfa')
const john = await signUp(shop, 'john@crm.com')

const values = [
  null,
  '',
  ' ',
  0,
  -1,
  1.5,
  1e308,
  2 ** 60,
  true,
  [],
  [[]],
  [null],
  {},
  { a: 1 },
  'x'.repeat(300),
  '\u0000',
  'a\u0000b',
  '\ud800',
  '👍',
  '１２',
  'NaN',
  '1e400',
  '+',
  '2026-13-45',
]

const bodies: Readonly<Record<string, object>> = {
  'POST /contacts/register': { ...registration('taken@crm.com'), consent_state: 'ACCEPTED' },
  'POST /contacts/authenticate': { provider: 'PHONE', phone_number: '22265577', country_code: 'CYP' },
  'POST /contacts/otp': { send_method: 'SMS', credentials: [{ name: 'EMAIL', value: 'nobody@crm.com' }] },
  'POST /contacts/validate-otp': { auth_otp: '731e4023-4c04-4278-8eb5-240651317e46', code: '123456', credentials: [] },
  'POST /contacts/refresh': { refresh_token: 'x' },
  'POST /contacts/forgot_password': { username: 'nobody@crm.com' },
  'POST /contacts/change_password': { token: 'x', password: '12345' },
  'PUT /contacts/{id}': {
    title: 'Sir',
    first_name: 'John',
    last_name: 'Doe',
    preferred_language_code: 'ENG',
    statutory_number: 'EF-12345',
    demographics: {
      gender: 'MALE',
      passport: { passport_number: '123456', issue_country_code: 'CYP', expiration_date: 129876567 },
      name_day: { month: 10, day: 4 },
      date_of_birth: { year: 1990, month: 10, day: '16' },
    },
    company_profle: { annual_turnover: 1568.14, industry_sectors: ['4AD9C84FA60F9FE407140E20F707726A'] },
    sms_opt_out: 'false',
    is_tax_exempt: 'false',
    consent_state: 'ACCEPTED',
  },
  'PUT /contacts/{id}/consents': { consent_state: 'ACCEPTED' },
  'POST /contacts/{id}/addresses': {
    address_type: 'HOME',
    address_line_1: 'Elia 1',
    country_code: 'CY',
    is_primary: true,
    lat: 35.1,
    lon: 33.3,
    googleplaceid: 'x',
  },
  'POST /contacts/{id}/phones': {
    phone_type: 'MOBILE',
    is_primary: 'x',
    number: '22265577',
    country_code: 'CY',
  },
  'POST /contacts/{id}/tokens': { intent: 'SPEND', spend_amount: 14.52 },
}

/** Each body with one of its fields, at whatever depth, replaced by the value. */
function* replaced(body: object, value: unknown): Generator<object> {
  for (const [name, known] of Object.entries(body)) {
    yield { ...body, [name]: value }
    if (typeof known === 'object' && known !== null && !Array.isArray(known)) {
      for (const inner of replaced(known, value)) yield { ...body, [name]: inner }
    }
  }
}

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever was answered; the expectations say what it must be.
  readonly body: any
}

function expectOwnWords({ status, body }: Answer, what: string): void {
  expect(status, what).toBeLessThan(500)
  if (status < 400) return
  const words = { code: status, message: expect.any(String), error: expect.any(String) }
  expect(body, what).toMatchObject(words)
  expect(body.attribute === null || typeof body.attribute === 'string', what).toBe(true)
}

test.each(Object.entries(bodies))('%s refuses what it does not understand', async (name, body) => {
  const [method, path] = name.replace('{id}', john.id).split(' ') as ['POST' | 'PUT', string]
  const credentials = name.includes('{id}') ? { token: john.token } : { key: shop.key }
  const send = async (sent: unknown) =>
    expectOwnWords(await call(method, path, { ...credentials, body: sent }), `${name} ${JSON.stringify(sent)}`)
  for (const value of values) for (const sent of replaced(body, value)) await send(sent)
  for (const text of ['', 'null', '[]', '"x"', '1', '{', '{"a":1}x', '{"__proto__":{"x":1}}', '\ufeff{}'])
    await send(text)
})

test('queries are checked like bodies', { timeout: 300_000 }, async () => {
  const accounts = await call('GET', `/contacts/${john.id}/accounts`, john)
  const account = `/accounts/${accounts.body.content[0].accounts[0].id}`
  const paths = ['', '/purchases', '/accounts', '/organisations', '/tokens'].map((end) => `/contacts/${john.id}${end}`)
  const names = 'page size order sort name from_date to_date date[gte] date include_rewards category_id intent'.split(
    ' ',
  )
  const texts = ['', '0', '-1', '1e9', '9'.repeat(21), '%00', '%FF', '%ED%A0%80', 'NaN', '2026-02-30', '%F0%9F%91%8D']
  for (const path of [...paths, `${account}/rewards`, '/products', '/product_categories', '/reward_schemes']) {
    for (const name of names) {
      for (const text of [...texts, `1&${name}=2`]) {
        expectOwnWords(await call('GET', `${path}?${name}=${text}`, john), `${path}?${name}=${text}`)
      }
    }
  }
})

test('a path names nothing that it should not', async () => {
  const ids = ['x', '0', '-1', '%00', '..%2f..', 'null', 'CAD1E31269B76D7A65ACCE45B2E68DFD', '%F0%9F%91%8D', '%', "'--"]
  const paths = ['/contacts/ID', '/contacts/ID/purchases', '/accounts/ID/rewards', '/wallets/ID/balances']
  for (const id of ids) {
    for (const path of [...paths, '/organisations/ID', '/organisations/ID/network', '/products/ID']) {
      const answer = await call('GET', path.replace('ID', id), john)
      expectOwnWords(answer, `${path} ${id}`)
      expect(answer.status, `${path} ${id}`).toBeGreaterThanOrEqual(400)
    }
  }
  expect((await call('GET', `${base}/contacts/${john.id}`, john)).status).toBe(200)
})

test('of calls that come at once with one secret a single one gets on', async () => {
  const all = <Result>(make: () => Promise<Result>) => Promise.all(Array.from({ length: 10 }, make))
  const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).toSorted()
  const jane = await signUp(shop, 'jane@crm.com')
  const refresh = () => call('POST', '/contacts/refresh', { key: shop.key, headers: { refresh_token: jane.refresh } })
  expect(statuses(await all(refresh))).toEqual([200, ...Array(9).fill(401)])

  const phone = { first_name: 'A', last_name: 'B', identity: { provider: 'PHONE', phone_number: '+35799777666' } }
  const { body } = await call('POST', '/contacts/register', { key: shop.key, body: phone })
  const code = await received(shop, '+35799777666', /\d{6}/)
  const answer = () =>
    call('POST', '/contacts/validate-otp', { key: shop.key, body: { auth_otp: body.auth_otp, code } })
  expect(statuses(await all(answer))).toEqual([200, ...Array(9).fill(400)])

  const same = { key: shop.key, body: registration('same@crm.com') }
  expect(statuses(await all(() => call('POST', '/contacts/register', same)))).toEqual([200, ...Array(9).fill(400)])
})
