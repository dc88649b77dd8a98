import { beforeAll, describe, expect, it } from 'vitest'
import { createCredential, createTenantWith } from '../../src/core/accounts/index.ts'
import { upsertCategories, upsertProducts } from '../../src/core/catalog/index.ts'
import { createCustomer, findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { addUnit, applyOperation } from '../../src/core/ledger/index.ts'
import { addTier, createProgramme } from '../../src/core/loyalty/index.ts'
import { mergeCustomers } from '../../src/core/merging/index.ts'
import { listMessages } from '../../src/core/messaging/index.ts'
import { createOrganisation, putReferenceItem } from '../../src/core/organisations/index.ts'
import { eraseCustomer } from '../../src/core/privacy/index.ts'
import { recordPurchase } from '../../src/core/purchases/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const clock = fixedClock('2026-03-02T10:00:00Z')
const { app, server } = await testApp({ clock })
const actor = { kind: 'system', id: 'test', via: 'test' } as const
const base = '/crmcom/self-service/v1'

interface Shop {
  readonly ctx: Ctx
  readonly key: string
  readonly businessId: string
  readonly storeId: number
  readonly appId: string
  readonly moneyUnitId: number
}

/** A shop with points (1 per EUR, 100 pay 1 EUR), two tiers, a wallet in EUR, a store, a catalogue and an application. */
function openShop(slug: string): Promise<Shop> {
  return createTenantWith(server, { slug, name: `Shop ${slug}` }, { actor, fill: (ctx) => fill(ctx, slug) })
}

async function fill(ctx: Ctx, slug: string): Promise<Shop> {
  const points = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  const money = await addUnit(ctx, {
    kind: 'money',
    code: 'eur',
    name: 'Credit',
    currency: 'EUR',
    scale: 2,
    isDefault: true,
  })
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'Loyal',
    unitId: points.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
  })
  for (const [rank, name, threshold] of [
    [1, 'Red', 0],
    [2, 'Gold', 500],
  ] as const) {
    await addTier(ctx, { programmeId: programme.id, name, rank, threshold, settings: {} })
  }
  const business = await createOrganisation(ctx, { kind: 'business', code: 'hq', name: 'Alfa' })
  const store = await createOrganisation(ctx, {
    kind: 'store',
    code: 's1',
    name: 'Main store',
    parentId: business.id,
    address: { line1: 'Elia 1', city: 'Nicosia', postalCode: '2000', country: 'CY' },
    latitude: 35.157115,
    longitude: 33.313719,
    phone: '+35722265566',
  })
  await upsertCategories(ctx, [
    { externalId: 'drinks', name: 'Drinks' },
    { externalId: 'cold', name: 'Cold', parentExternalId: 'drinks' },
  ])
  await upsertProducts(ctx, [
    { code: 'LATTE', name: 'Latte', priceMinor: 199, currency: 'EUR', vatRate: 19, categoryExternalId: 'drinks' },
    { code: 'TEA', name: 'Tea', priceMinor: 150, currency: 'EUR', vatRate: 19, categoryExternalId: 'drinks' },
  ])
  const industry = await putReferenceItem(ctx, { kind: 'industry', code: 'food', name: 'Restaurant' })
  await putReferenceItem(ctx, {
    kind: 'industry_sector',
    code: 'bar',
    name: 'Bar',
    data: { industries: [industry.code] },
  })
  const application = await putReferenceItem(ctx, { kind: 'application', code: 'app', name: 'Coffee App' })
  const key = `key-${slug}`
  await createCredential(ctx, { api: 'crmcom', kind: 'application', publicId: key })
  const uuid = (kind: 'organisation' | 'reference', id: number) => ctx.ids.uuid(kind, ctx.tenant.id, id)
  return {
    ctx: makeCtx(server, ctx.tenant, actor),
    key,
    businessId: uuid('organisation', business.id),
    storeId: store.id,
    appId: uuid('reference', application.id),
    moneyUnitId: money.id,
  }
}

interface Request {
  readonly key?: string
  readonly token?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, request: Request = {}) {
  const answer = await app.inject({
    method,
    url: path.startsWith('/crmcom') ? path : base + path,
    headers: {
      ...(request.key ? { api_key: request.key } : {}),
      ...(request.token ? { authorization: request.token } : {}),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...request.headers,
    },
    ...(request.body === undefined
      ? {}
      : { payload: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) }),
  })
  return { status: answer.statusCode, body: answer.payload === '' ? undefined : answer.json() }
}

const registration = (email: string, more = {}) => ({
  first_name: 'John',
  last_name: 'Doe',
  identity: { provider: 'EMAIL', username: email, password: '12345', validation_required: false },
  service_acceptance: 'true',
  email_opt_out: 'true',
  sms_opt_out: 'true',
  ...more,
})

function claimsOf(token: string): { sub: string; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

async function signUp(shop: Shop, email: string) {
  const { status, body } = await call('POST', '/contacts/register', { key: shop.key, body: registration(email) })
  expect(status).toBe(200)
  return { token: String(body.access_token), refresh: String(body.refresh_token), id: claimsOf(body.access_token).sub }
}

/** The last thing of this shape in the newest message to the address. */
async function received(shop: Shop, to: string, shape: RegExp): Promise<string> {
  const [message] = await listMessages(shop.ctx, { to, limit: 1 })
  return shape.exec(message?.text ?? '')?.[0] ?? ''
}

let shop: Shop
let other: Shop
beforeAll(async () => {
  shop = await openShop('alfa')
  other = await openShop('beta')
})

describe('signing up and in', () => {
  it('registers by email and answers a token whose subject is the contact', async () => {
    const { status, body } = await call('POST', '/contacts/register', {
      key: shop.key,
      body: registration('john@crm.com'),
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      access_token: expect.stringMatching(/^eyJ.+\..+\..+$/),
      refresh_token: expect.any(String),
      exp: String(clock.now().getTime() / 1000 + 3600),
      contact: {
        id: claimsOf(body.access_token).sub,
        type: 'PERSON',
        title: null,
        first_name: 'John',
        last_name: 'Doe',
        avatar: '',
        is_verified: 'false',
      },
      organisations: [
        {
          id: shop.businessId,
          external_id: 'hq',
          org_type: 'SERVICE_OWNER',
          org_relationship: 'MERCHANT',
          name: 'Alfa',
        },
      ],
    })
    expect(JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url').toString())).toEqual({ alg: 'HS512' })
  })

  it('refuses a known email with the attribute at fault, also when two sign up at once', async () => {
    expect(await call('POST', '/contacts/register', { key: shop.key, body: registration('JOHN@crm.com') })).toEqual({
      status: 400,
      body: {
        code: 400,
        message: 'A contact with this identity already exists',
        attribute: 'username',
        error: 'identity.taken',
      },
    })
    const both = await Promise.all(
      [1, 2, 3].map(() => call('POST', '/contacts/register', { key: shop.key, body: registration('race@crm.com') })),
    )
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400, 400])
  })

  it('signs in with the password, with or without a provider, and answers 401 otherwise', async () => {
    const good = { username: 'john@crm.com', password: '12345' }
    expect(
      (await call('POST', '/contacts/authenticate', { key: shop.key, body: { provider: 'EMAIL', ...good } })).status,
    ).toBe(200)
    expect((await call('POST', '/contacts/authenticate', { key: shop.key, body: good })).status).toBe(200)
    const wrong = { code: 401, message: 'The credentials are not valid', attribute: null, error: 'credentials.wrong' }
    for (const body of [
      { ...good, password: 'nope!' },
      { ...good, username: 'nobody@crm.com' },
    ]) {
      expect(await call('POST', '/contacts/authenticate', { key: shop.key, body })).toEqual({
        status: 401,
        body: wrong,
      })
    }
    expect((await call('POST', '/contacts/authenticate', { key: 'nope', body: good })).status).toBe(401)
    expect((await call('POST', '/contacts/authenticate', { body: good })).status).toBe(401)
    expect((await call('POST', '/contacts/authenticate', { key: other.key, body: good })).status).toBe(401)
  })

  it('stops who guesses a password, and nobody who knows it', async () => {
    await signUp(shop, 'guessed@crm.com')
    const signIn = (password: string) =>
      call('POST', '/contacts/authenticate', { key: shop.key, body: { username: 'guessed@crm.com', password } })
    for (let attempt = 0; attempt < 25; attempt++) expect((await signIn('12345')).status).toBe(200)
    const statuses = await Promise.all(Array.from({ length: 25 }, () => signIn('wrong')))
    expect(statuses.filter(({ status }) => status === 429)).toHaveLength(5)
    expect((await signIn('12345')).body).toMatchObject({ code: 429, error: 'request.rate_limited' })
  })

  it('registers a phone number only when its code was received', async () => {
    const body = {
      first_name: 'Anna',
      last_name: 'Poe',
      identity: { provider: 'PHONE', phone_number: '99123834', country_code: 'CYP' },
      sms_opt_out: 'false',
    }
    const challenge = await call('POST', '/contacts/register', { key: shop.key, body })
    expect(challenge).toEqual({
      status: 200,
      body: { obfuscated_value: '+35799***834', auth_otp: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    })
    expect(await findCustomerByIdentity(shop.ctx, { kind: 'phone', value: '+35799123834' })).toBeUndefined()

    const credentials = [{ name: 'AUTH_OTP', value: challenge.body.auth_otp }]
    const code = await received(shop, '+35799123834', /\d{6}/)
    const wrong = await call('POST', '/contacts/validate-otp', { key: shop.key, body: { credentials, code: '1' } })
    expect(wrong).toMatchObject({ status: 400, body: { attribute: 'code', error: 'code.wrong' } })
    const foreign = await call('POST', '/contacts/validate-otp', { key: other.key, body: { credentials, code } })
    expect(foreign.status).toBe(400)
    const answers = await Promise.all(
      [1, 2].map(() => call('POST', '/contacts/validate-otp', { key: shop.key, body: { credentials, code } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    const signedIn = answers.find(({ status }) => status === 200)
    expect(signedIn?.body.contact).toMatchObject({ first_name: 'Anna', is_verified: 'true' })
    expect((await call('POST', '/contacts/register', { key: shop.key, body })).body).toMatchObject({
      attribute: 'phone_number',
    })
  })

  it('signs in by a code to the phone or the email, named in either form', async () => {
    const byPhone = { provider: 'PHONE', phone_number: '99123834', country_code: 'CY' }
    const challenge = await call('POST', '/contacts/authenticate', { key: shop.key, body: byPhone })
    const code = await received(shop, '+35799123834', /\d{6}/)
    const { auth_otp } = challenge.body
    expect((await call('POST', '/contacts/validate_otp', { key: shop.key, body: { auth_otp, code } })).status).toBe(200)

    const byEmail = { send_method: 'EMAIL', credentials: [{ name: 'EMAIL', value: 'john@crm.com' }] }
    const mailed = await call('POST', '/contacts/otp', { key: shop.key, body: byEmail })
    expect(mailed.body.obfuscated_value).toBe('jo***@crm.com')
    const answer = { auth_otp: mailed.body.auth_otp, code: await received(shop, 'john@crm.com', /\d{6}/) }
    const signedIn = await call('POST', '/contacts/validate-otp', { key: shop.key, body: answer })
    expect(signedIn.body.contact).toMatchObject({ first_name: 'John', is_verified: 'true' })
  })

  it('finds a contact for a code only when all credentials describe it', async () => {
    const ask = (credentials: unknown, send_method = 'EMAIL') =>
      call('POST', '/contacts/otp', { key: shop.key, body: { send_method, credentials } })
    expect((await ask([{ name: 'EMAIL', value: 'nobody@crm.com' }])).status).toBe(404)
    expect(
      (
        await ask([
          { name: 'EMAIL', value: 'john@crm.com' },
          { name: 'PHONE', value: '+35799123834' },
        ])
      ).status,
    ).toBe(404)
    expect((await ask([{ name: 'BIRTHDATE', value: '1990-10-16' }])).status).toBe(400)
    expect((await ask([{ name: 'EMAIL', value: 'john@crm.com' }], 'SMS')).body).toMatchObject({
      attribute: 'send_method',
    })
    expect((await ask([])).body).toMatchObject({ code: 400, attribute: 'credentials' })
    expect((await ask('x')).status).toBe(400)
  })

  it('rotates the refresh token, from the header or the body, and gives 401 for a used one', async () => {
    const { refresh } = await signUp(shop, 'refresh@crm.com')
    const rotate = (token: string, key?: string) =>
      call('POST', '/contacts/refresh', { key, headers: { refresh_token: token }, body: {} })
    expect((await rotate(refresh, other.key)).status).toBe(401)
    const answers = await Promise.all([rotate(refresh, shop.key), rotate(refresh, shop.key)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    const next = answers.find(({ status }) => status === 200)?.body
    const again = await call('POST', '/contacts/refresh', {
      key: shop.key,
      body: { refresh_token: next.refresh_token },
    })
    expect(again.status).toBe(200)
    expect((await call('POST', '/contacts/refresh', { key: shop.key, body: {} })).status).toBe(401)
    expect((await rotate('x'.repeat(3000), shop.key)).status).toBe(401)
  })

  it('signs out: the access and the refresh token open nothing any more', async () => {
    const { token, refresh, id } = await signUp(shop, 'out@crm.com')
    expect((await call('GET', `/contacts/${id}`, { token: `Bearer ${token}` })).status).toBe(200)
    expect(await call('POST', `/contacts/${id}/sign_out`, { token })).toEqual({ status: 200, body: undefined })
    expect((await call('GET', `/contacts/${id}`, { token })).status).toBe(401)
    expect((await call('POST', '/contacts/refresh', { key: shop.key, body: { refresh_token: refresh } })).status).toBe(
      401,
    )
  })

  it('sets a new password with the token of a mail, once, and ends every sign-in', async () => {
    const { token, id } = await signUp(shop, 'forgot@crm.com')
    const forgot = (username: string) =>
      call('POST', '/contacts/forgot_password', { key: shop.key, body: { username } })
    expect(await forgot('nobody@crm.com')).toEqual({ status: 200, body: undefined })
    expect(await forgot('forgot@crm.com')).toEqual({ status: 200, body: undefined })
    const reset = await received(shop, 'forgot@crm.com', /[0-9a-f]{64}/)
    const change = (password: string) => call('POST', '/contacts/change_password', { body: { token: reset, password } })
    expect((await change('abc')).body).toMatchObject({ code: 400, attribute: 'password' })
    expect((await change('wsxcde421qadfg')).status).toBe(200)
    expect((await change('another-one')).status).toBe(401)
    expect((await call('GET', `/contacts/${id}`, { token })).status).toBe(401)
    const signIn = { username: 'forgot@crm.com', password: 'wsxcde421qadfg' }
    const signedIn = await call('POST', '/contacts/authenticate', { key: shop.key, body: signIn })
    expect(signedIn.body.contact.is_verified).toBe('true')
    const changed = { token: signedIn.body.access_token, body: { password: 'changed-again' } }
    expect((await call('POST', `/contacts/${id}/change_password`, changed)).status).toBe(200)
    expect((await call('POST', '/contacts/authenticate', { key: shop.key, body: signIn })).status).toBe(401)
  })

  it('verifies an email address by the link of a mail', async () => {
    const identity = { provider: 'EMAIL', username: 'verify@crm.com', password: '12345', validation_required: 'true' }
    await call('POST', '/contacts/register', { key: shop.key, body: registration('', { identity }) })
    const token = await received(shop, 'verify@crm.com', /[0-9a-f]{64}/)
    expect((await call('GET', `/contacts/verify_email?token=${token}`)).status).toBe(200)
    expect((await call('POST', `/contacts/verify_email?token=${token}`)).status).toBe(401)
    const signIn = { username: 'verify@crm.com', password: '12345' }
    const { body } = await call('POST', '/contacts/authenticate', { key: shop.key, body: signIn })
    expect(body.contact.is_verified).toBe('true')
  })

  it('lets a token end after an hour and a forged one never begin', async () => {
    const { token, id } = await signUp(shop, 'ends@crm.com')
    const [head, payload] = token.split('.')
    expect((await call('GET', `/contacts/${id}`, { token: `${head}.${payload}.AAAA` })).status).toBe(401)
    expect((await call('GET', `/contacts/${id}`, { token: 'secret_U0tfZGtqYXNmZGJob2VJUkZKRVdGSjo=' })).status).toBe(
      401,
    )
    expect((await call('GET', `/contacts/${id}`)).status).toBe(401)
    clock.advance(3601_000)
    expect((await call('GET', `/contacts/${id}`, { token })).status).toBe(401)
  })
})

describe('a token', () => {
  it('opens nothing of a contact who was erased', async () => {
    const { token, refresh, id } = await signUp(shop, 'erased@crm.com')
    const customer = await findCustomerByIdentity(shop.ctx, { kind: 'email', value: 'erased@crm.com' })
    await eraseCustomer(shop.ctx, customer?.id ?? 0)
    expect((await call('GET', `/contacts/${id}`, { token })).status).toBe(401)
    const refreshed = await call('POST', '/contacts/refresh', { key: shop.key, body: { refresh_token: refresh } })
    expect(refreshed.status).toBe(401)
  })

  it('of a contact who was merged opens the survivor, by either id', async () => {
    const before = await signUp(shop, 'before@crm.com')
    const survivor = await createCustomer(shop.ctx, { firstName: 'Sur', lastName: 'Vivor' })
    const merged = await findCustomerByIdentity(shop.ctx, { kind: 'email', value: 'before@crm.com' })
    await mergeCustomers(shop.ctx, { fromId: merged?.id ?? 0, intoId: survivor.id, reason: 'test' })
    const { status, body } = await call('GET', `/contacts/${before.id}`, before)
    expect(status).toBe(200)
    expect(body).toMatchObject({ code: survivor.code, first_name: 'Sur', email_address: 'before@crm.com' })
    expect((await call('GET', `/contacts/${body.id}/purchases`, before)).status).toBe(200)
  })
})

describe('a contact', () => {
  let john: Awaited<ReturnType<typeof signUp>>
  let mary: Awaited<ReturnType<typeof signUp>>
  beforeAll(async () => {
    john = await signUp(shop, 'contact@crm.com')
    mary = await signUp(other, 'contact@crm.com')
  })

  it('is shown by its id in any form, under both base paths', async () => {
    const expected = {
      id: john.id,
      code: expect.stringMatching(/^\d{16}$/),
      type: 'PERSON',
      title: null,
      first_name: 'John',
      middle_name: null,
      last_name: 'Doe',
      company_name: null,
      preferred_language_code: 'ENG',
      statutory_number: null,
      avatar_url: '',
      email_address: 'contact@crm.com',
      referral_code: expect.any(String),
      loyalty_identifiers: [],
      sms_opt_out: 'true',
      email_opt_out: 'true',
      consent_state: 'PENDING',
    }
    const { body } = await call('GET', `/contacts/${john.id}`, john)
    expect(body).toEqual(expected)
    const legacy = john.id.replaceAll('-', '').toUpperCase()
    expect((await call('GET', `/contacts/${legacy}/`, john)).body).toEqual(expected)
    expect((await call('GET', `/contacts/${body.code}`, john)).body).toEqual(expected)
    expect((await call('GET', `/crmcom/selfservice/v3/contacts/${john.id}`, john)).body).toEqual(expected)
  })

  it('takes the documented update and shows it', async () => {
    const update = {
      title: 'Sir',
      first_name: 'Johnny',
      middle_name: 'Alias',
      preferred_language_code: 'GRE',
      statutory_number: 'EF-12345',
      demographics: {
        gender: 'MALE',
        passport: { passport_number: '123456', issue_country_code: 'CYP', expiration_date: 129876567 },
        id_details: { id_number: 'K123456', issue_country_code: 'CYP', expiration_date: 129876567 },
        name_day: { month: 10, day: 4 },
        date_of_birth: { year: 1990, month: 10, day: '16' },
      },
      company_profle: { annual_turnover: 1568.14, registration_number: '123456' },
      email_address: 'bill@gmail.com',
      sms_opt_out: 'false',
      email_opt_out: false,
      is_tax_exempt: 'true',
      consent_state: 'ACCEPTED',
    }
    const bad = await call('PUT', `/contacts/${john.id}`, { ...john, body: update })
    expect(bad.body).toMatchObject({ code: 400, attribute: 'preferred_language_code' })
    const body = { ...update, preferred_language_code: 'ell' }
    expect(await call('PUT', `/contacts/${john.id}`, { ...john, body })).toEqual({ status: 200, body: { id: john.id } })
    expect((await call('GET', `/contacts/${john.id}`, john)).body).toMatchObject({
      title: 'Sir',
      first_name: 'Johnny',
      middle_name: 'Alias',
      last_name: 'Doe',
      preferred_language_code: 'ELL',
      statutory_number: 'EF-12345',
      email_address: 'bill@gmail.com',
      sms_opt_out: 'false',
      email_opt_out: 'false',
      consent_state: 'ACCEPTED',
    })
    expect((await call('GET', `/contacts/${john.id}/demographics`, john)).body).toEqual({
      gender: 'MALE',
      passport: { number: '123456', issue_country_code: 'CYP', expiration_date: 129876567 },
      id_details: { number: 'K123456', issue_country_code: 'CYP', expiration_date: 129876567 },
      name_day: { month: 10, day: 4 },
      date_of_birth: { year: 1990, month: 10, day: 16 },
    })
    const byDocument = { send_method: 'EMAIL', credentials: [{ name: 'ID_NUMBER', value: 'K123456' }] }
    expect((await call('POST', '/contacts/otp', { key: shop.key, body: byDocument })).body.obfuscated_value).toBe(
      'bi***@gmail.com',
    )
    expect((await call('POST', '/contacts/otp', { key: other.key, body: byDocument })).status).toBe(404)
  })

  it.each([
    [{ first_name: '' }, 'first_name'],
    [{ first_name: 'x\u0000' }, null],
    [{ first_name: 'x\ud800' }, 'first_name'],
    [{ last_name: 'y'.repeat(201) }, 'last_name'],
    [{ demographics: { date_of_birth: { year: 2018, month: 2, day: 30 } } }, 'date_of_birth'],
    [{ demographics: 'x' }, 'demographics'],
    [{ demographics: { gender: 'X' } }, 'gender'],
    [{ sms_opt_out: 'perhaps' }, 'sms_opt_out'],
    [{ consent_state: 'X' }, 'consent_state'],
    [{ email_address: 'no address' }, 'email_address'],
    [{ email_address: 'erin@crm.com' }, 'email_address'],
    [{ title: { a: 1 } }, 'title'],
    [[1], 'body'],
    ['{"a":', null],
  ])('refuses %j and names the attribute', async (body, attribute) => {
    await createCustomer(shop.ctx, { email: 'erin@crm.com' }).catch(() => undefined)
    const answer = await call('PUT', `/contacts/${john.id}`, { ...john, body })
    expect(answer).toEqual({
      status: 400,
      body: { code: 400, message: expect.any(String), attribute, error: expect.any(String) },
    })
  })

  it('records consent on its own', async () => {
    const give = (consent_state: string) =>
      call('PUT', `/contacts/${john.id}/consents`, { ...john, body: { consent_state } })
    expect(await give('REJECTED')).toEqual({ status: 200, body: { id: john.id } })
    expect((await call('GET', `/contacts/${john.id}`, john)).body.consent_state).toBe('REJECTED')
    expect((await give('')).status).toBe(400)
  })

  it('keeps addresses: the first is the primary one until another is', async () => {
    const path = `/contacts/${john.id}/addresses`
    const home = {
      address_type: 'HOME',
      address_line_1: 'Elia 1',
      town_city: 'Nicosia',
      country_code: 'CYP',
      lat: '35.1',
      lon: 33.3,
    }
    const first = (await call('POST', path, { ...john, body: home })).body.id
    const work = { address_type: 'BUSINESS', address_line_1: 'Tower', country_code: 'CY', is_primary: true }
    const second = (await call('POST', path, { ...john, body: work })).body.id
    await call('PUT', `${path}/${first}`, { ...john, body: { address_line_2: 'Floor 2', care_of: 'Jane' } })
    const { body } = await call('GET', path, john)
    const rows = Object.fromEntries(body.content.map((row: { id: string }) => [row.id, row]))
    expect(rows[first]).toEqual({
      id: first,
      type: 'HOME',
      address_line_1: 'Elia 1',
      address_line_2: 'Floor 2',
      state_province_county: '',
      town_city: 'Nicosia',
      postal_code: '',
      country_code: 'CY',
      care_of: 'Jane',
      is_primary: 'false',
      lat: 35.1,
      lon: 33.3,
      googleplaceid: null,
    })
    expect(rows[second]).toMatchObject({ type: 'BUSINESS', is_primary: 'true' })
    expect((await call('DELETE', `${path}/${second}`, john)).status).toBe(200)
    expect((await call('DELETE', `${path}/${second}`, john)).status).toBe(404)
    expect((await call('POST', path, { ...john, body: { ...home, country_code: 'XX' } })).body.attribute).toBe(
      'country_code',
    )
    expect((await call('POST', path, { ...john, body: { country_code: 'CY' } })).body.attribute).toBe('address_line_1')
    expect((await call('POST', path, { ...john, body: { ...home, lat: 91 } })).body.attribute).toBe('lat')
  })

  it('keeps phones, each of one contact only', async () => {
    const path = `/contacts/${john.id}/phones`
    const phone = { phone_type: 'LANDLINE', is_primary: 'true', number: '22265577', country_code: 'CYP' }
    const added = await call('POST', path, { ...john, body: phone })
    expect(added.status).toBe(200)
    expect((await call('GET', path, john)).body).toEqual({
      content: [
        { id: added.body.id, phone_type: 'LANDLINE', is_primary: 'true', number: '22265577', country_code: 'CY' },
      ],
    })
    const changed = await call('PUT', `${path}/${added.body.id}`, {
      ...john,
      body: { number: '22265578', country_code: 'CY' },
    })
    expect((await call('GET', path, john)).body.content).toEqual([
      { id: changed.body.id, phone_type: 'LANDLINE', is_primary: 'true', number: '22265578', country_code: 'CY' },
    ])
    const taken = { number: '99123834', country_code: '357' }
    expect((await call('POST', path, { ...john, body: taken })).body).toMatchObject({
      attribute: 'number',
      error: 'identity.taken',
    })
    expect((await call('POST', path, { ...john, body: { number: '1' } })).status).toBe(400)
    expect((await call('DELETE', `${path}/${changed.body.id}`, john)).status).toBe(200)
    expect((await call('GET', path, john)).body).toEqual({ content: [] })
  })

  it('shows short codes for the till, unique and for a while', async () => {
    const path = `/contacts/${john.id}/tokens`
    const made = await call('POST', path, { ...john, body: { intent: 'SPEND', spend_amount: 14.52 } })
    expect(made.body).toEqual({
      id: expect.any(String),
      value: expect.stringMatching(/^\d{6}$/),
      expiration: clock.now().getTime() / 1000 + 600,
      spend_amount: 14.52,
    })
    await call('POST', path, { ...john, body: { intent: 'APPROVE_PURCHASE' } })
    expect((await call('GET', `${path}?intent=SPEND`, john)).body).toEqual({ content: [made.body] })
    expect((await call('GET', path, john)).body.content).toHaveLength(2)
    expect((await call('POST', path, { ...john, body: {} })).body.attribute).toBe('intent')
    expect((await call('POST', path, { ...john, body: { intent: 'SPEND', spend_amount: -1 } })).status).toBe(400)
    clock.advance(601_000)
    expect((await call('GET', path, john)).body).toEqual({ content: [] })
  })

  it('reaches nothing of another contact or another shop', async () => {
    const jane = await signUp(shop, 'jane@crm.com')
    const anna = await signUp(other, 'anna@crm.com')
    const accountOf = async (who: typeof jane) =>
      (await call('GET', `/contacts/${who.id}/accounts`, who)).body.content[0].accounts[0].id
    const [janes, annas] = [await accountOf(jane), await accountOf(anna)]
    const routes = [
      '',
      '/demographics',
      '/addresses',
      '/phones',
      '/tokens',
      '/accounts',
      '/purchases',
      '/organisations',
    ]
    for (const route of routes) {
      expect((await call('GET', `/contacts/${jane.id}${route}`, john)).status, route).toBe(403)
      expect((await call('GET', `/contacts/${anna.id}${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/contacts/nonsense${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/contacts/${john.id}${route}`, { key: shop.key })).status, route).toBe(401)
    }
    for (const route of ['financials', 'rewards']) {
      expect((await call('GET', `/accounts/${janes}/${route}`, john)).status, route).toBe(403)
      expect((await call('GET', `/accounts/${annas}/${route}`, john)).status, route).toBe(404)
      expect((await call('GET', `/accounts/${john.id}/${route}`, john)).status, route).toBe(404)
    }
    const janesAddress = await call('POST', `/contacts/${jane.id}/addresses`, {
      ...jane,
      body: { address_line_1: 'Hers' },
    })
    const janesPhone = await call('POST', `/contacts/${jane.id}/phones`, { ...jane, body: { number: '+35722000001' } })
    for (const path of [`addresses/${janesAddress.body.id}`, `phones/${janesPhone.body.id}`]) {
      expect(
        (await call('PUT', `/contacts/${john.id}/${path}`, { ...john, body: { is_primary: true } })).status,
        path,
      ).toBe(404)
      expect((await call('DELETE', `/contacts/${john.id}/${path}`, john)).status, path).toBe(404)
      expect((await call('DELETE', `/contacts/${jane.id}/${path}`, john)).status, path).toBe(403)
    }
    expect((await call('PUT', `/contacts/${jane.id}`, { ...john, body: { first_name: 'X' } })).status).toBe(403)
    expect((await call('POST', `/contacts/${jane.id}/sign_out`, john)).status).toBe(403)
    expect((await call('GET', `/organisations/${other.businessId}`, john)).status).toBe(404)
    expect((await call('GET', `/organisations/${other.businessId}/network`, john)).status).toBe(404)
    expect((await call('GET', `/contacts/${mary.id}`, john)).status).toBe(404)
  })
})

describe('what the contact owns', () => {
  it('is one account with a wallet, points by tier, and purchases as every API told them', async () => {
    const kate = await signUp(shop, 'kate@crm.com')
    const customer = await findCustomerByIdentity(shop.ctx, { kind: 'email', value: 'kate@crm.com' })
    const customerId = customer?.id ?? 0
    for (const [number, quantity] of [
      ['R-1', 100],
      ['R-2', 1],
    ] as const) {
      await recordPurchase(shop.ctx, {
        space: 'till',
        number,
        source: 'till',
        confirmed: true,
        customerId,
        storeId: shop.storeId,
        currency: 'EUR',
        occurredAt: new Date(clock.now().getTime() - (number === 'R-1' ? 86_400_000 * 40 : 1000)),
        lines: [{ code: 'LATTE', quantity, unitPrice: '1.19', vatRate: 19 }],
        onKnownNumber: 'replay',
      })
    }
    await applyOperation(shop.ctx, { kind: 'earn', key: 'gift', unitId: shop.moneyUnitId, customerId, amount: 1250 })

    const { body: accounts } = await call('GET', `/contacts/${kate.id}/accounts?is_primary=true`, kate)
    const number = `AC${customer?.code}`
    const account = accounts.content[0].accounts[0]
    expect(account).toMatchObject({
      is_primary: true,
      number,
      name: `John Doe ${number}`,
      life_cycle_state: 'ACTIVE',
      currency_code: 'EUR',
    })
    const { body: financials } = await call('GET', `/accounts/${account.id}/financials`, kate)
    expect(financials).toMatchObject({ is_primary: 'true', number, currency_code: 'EUR' })
    expect(financials.wallet).toEqual([
      {
        id: expect.any(String),
        code: customer?.code,
        balance: 12.5,
        commerce_balance: 0,
        open_balance: 12.5,
        life_cycle_state: 'ACTIVE',
        minimum_balance: 0,
        limit_rules: [],
      },
    ])
    const balances = await call('GET', `/wallets/${financials.wallet[0].id}/balances`, kate)
    expect(balances.body).toEqual({ content: [], paging: { page: 1, size: 10, total: 0 } })

    const { body: rewards } = await call('GET', `/accounts/${account.id}/rewards?include_rewards=OVERALL`, kate)
    expect(rewards).toMatchObject({
      id: account.id,
      spending_blocked_status: 'false',
      reward_tier: {
        name: 'Red',
        period_value_units: 120,
        lifetime_value_units: 120,
        progress: { points_needed: '380', name: 'Gold' },
      },
      points: { balance: 120, pending: 0, held: 0 },
      joined_reward_schemes: [{ name: 'Loyal' }],
      rewards: { total_awards: '12.50', total_spends: '0.00' },
    })
    expect((await call('GET', `/accounts/${account.id}/rewards`, kate)).body.rewards).toBeUndefined()
    expect((await call('GET', `/accounts/${account.id}/rewards?include_rewards=X`, kate)).status).toBe(400)

    const { body: purchases } = await call('GET', `/contacts/${kate.id}/purchases?size=1`, kate)
    expect(purchases.paging).toEqual({ page: 1, size: 1, total: 2 })
    expect(purchases.content[0]).toMatchObject({ reference_number: 'R-2', total_amount: 1.19 })
    const { body: older } = await call(
      'GET',
      `/contacts/${kate.id}/purchases?sort=CREATED_DATE&order=ASC&page=1&size=1`,
      kate,
    )
    expect(older.content).toEqual([
      {
        id: expect.any(String),
        account_id: account.id,
        reference_number: 'R-1',
        life_cycle_state: 'POSTED',
        payment_medium_identifier: '',
        currency: 'EUR',
        total_net_amount: 100,
        total_tax_amount: 19,
        discount_amount: 0,
        total_amount: 119,
        requested_spend_amount: 0,
        performed_on: Math.floor(clock.now().getTime() / 1000) - 86_400 * 40,
        classification: null,
        performed_by_organisation: { id: expect.any(String), name: 'Main store', creatives: [] },
        parent_organisation: { id: shop.businessId, name: 'Alfa', creatives: [] },
        rewards: {
          total_award_amount: 1.19,
          total_spend_amount: 0,
          total_automatic_spend_amount: 0,
          total_instant_discount_amount: 0,
          total_spend_request_amount: 0,
        },
      },
    ])
    const since = Math.floor(clock.now().getTime() / 1000) - 3600
    expect((await call('GET', `/contacts/${kate.id}/purchases?from_date=${since}`, kate)).body.paging.total).toBe(1)
    expect((await call('GET', `/contacts/${kate.id}/purchases?date[lte]=2026-02-01`, kate)).body.paging.total).toBe(1)
    for (const query of ['page=0', 'size=101', 'order=UP', 'from_date=2026-13-01', 'page=1e3x', 'page[a]=1']) {
      expect((await call('GET', `/contacts/${kate.id}/purchases?${query}`, kate)).status, query).toBe(400)
    }
  })
})

describe('what everybody may see', () => {
  let john: Awaited<ReturnType<typeof signUp>>
  beforeAll(async () => {
    john = await signUp(shop, 'reader@crm.com')
  })

  it('shows the business and its network', async () => {
    const { body } = await call('GET', `/organisations/${shop.businessId}`, john)
    expect(body.content).toMatchObject({ id: shop.businessId, name: 'Alfa' })
    const network = await call('GET', `/organisations/${shop.businessId.toUpperCase()}/network?name=main`, john)
    expect(network.body).toMatchObject({
      content: [{ name: 'Main store', locations: [{ address_line_1: 'Elia 1', lat: '35.157115', lon: '33.313719' }] }],
      paging: { page: 1, size: 10, total: 1 },
    })
    const joined = await call('GET', `/contacts/${john.id}/organisations`, john)
    expect(joined.body.content).toEqual([{ id: shop.businessId, name: 'Alfa', creatives: [] }])
  })

  it('lists products with prices as text and shows one with prices as numbers', async () => {
    const { body } = await call('GET', '/products?name=lat&order=ASC', john)
    expect(body.paging.total).toBe(1)
    expect(body.content[0]).toMatchObject({
      sku: 'LATTE',
      availability: 'ENABLED',
      categories: [{ name: 'Drinks' }],
      pricing: [
        { price: '1.99', currency: 'EUR', tax_model: 'TAX_INCLUSIVE', taxes: [{ tax_code: 'VAT', percentage: 19 }] },
      ],
    })
    const path = `/products/${body.content[0].id}`
    expect((await call('GET', `${path}/`, { key: shop.key })).body).toMatchObject({
      sku: 'LATTE',
      pricing: [{ price: 1.99 }],
    })
    expect((await call('GET', path, { key: other.key })).status).toBe(404)
    expect((await call('GET', '/products', { key: shop.key })).status).toBe(401)
    const categories = await call('GET', '/product_categories', john)
    expect(categories.body.content).toMatchObject([{ name: 'Drinks', child_nodes: 1, parent: null }])
    const children = await call('GET', `/product_categories?parent_id=${categories.body.content[0].id}`, john)
    expect(children.body.content).toMatchObject([{ name: 'Cold', parent: { name: 'Drinks' } }])
  })

  it('lists the schemes and lets a browser of any origin ask', async () => {
    const schemes = await call('GET', '/reward_schemes?name=loy', john)
    expect(schemes.body.content).toMatchObject([{ name: 'Loyal', sign_up_option: 'AUTO_SIGN_UP', is_joined: 'true' }])
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: `${base}/contacts/authenticate`,
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'api_key',
      },
    })
    expect(preflight.statusCode).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toContain('api_key')
  })

  it('lists reference data and shows the application', async () => {
    const { body } = await call('GET', '/industries?name=rest', john)
    expect(body).toMatchObject({ content: [{ name: 'Restaurant' }], paging: { total: 1 } })
    const sectors = await call('GET', '/industry_sectors?industry_name=restaurant', john)
    expect(sectors.body.content).toMatchObject([{ name: 'Bar', related_industries: [{ name: 'Restaurant' }] }])
    expect((await call('GET', '/business_activities', john)).body.content).toEqual([])
    expect((await call('GET', '/organisation_tags', john)).body.content).toEqual([])
    const application = await call('GET', `/applications?app_id=${shop.appId}&version=1.1`, { key: shop.key })
    expect(application.body).toMatchObject({
      id: shop.appId,
      name: 'Coffee App',
      auth_support: { email_password: true },
    })
    expect((await call('GET', `/applications?app_id=${other.appId}`, { key: shop.key })).status).toBe(404)
    expect((await call('GET', '/applications')).status).toBe(401)
  })

  it('opens to what a new tenant of the retail template is given', async () => {
    const { tenant } = await createTenant(server, { slug: 'gamma', name: 'Gamma', template: 'retail' })
    const ctx = makeCtx(server, tenant, actor)
    const { crmcom } = await describeConnections(ctx, { publicUrl: '' })
    const { body } = await call('POST', `${crmcom.base_url}/contacts/register`, {
      key: crmcom.api_key,
      body: registration('gamma@crm.com'),
    })
    const token = body.access_token
    const application = await call('GET', `/applications?app_id=${crmcom.app_id}`, { key: crmcom.api_key })
    expect(application.body.name).toBe('Gamma app')
    const { body: network } = await call('GET', `/organisations/${crmcom.organisation_id}/network`, { token })
    expect(network.content).toMatchObject([
      { id: crmcom.merchant_id, industry_name: 'Retail', industry_sectors: [{ name: 'Home and living' }, {}] },
      { id: crmcom.venue_id, name: 'Main store', tags: [{ name: 'Parking' }, { name: 'Delivery' }] },
    ])
    const { body: products } = await call('GET', '/products?size=100', { token })
    expect(products.paging.total).toBe(6)
    const compositions = products.content.map((product: { type_composition: string }) => product.type_composition)
    expect(new Set(compositions)).toEqual(new Set(['FLAT', 'COMPOSITE', 'FLEXIBLE_BUNDLE']))
  })

  it('answers an unknown address in its own error shape', async () => {
    expect(await call('GET', '/nothing', john)).toEqual({
      status: 404,
      body: {
        code: 404,
        message: 'The requested resource does not exist',
        attribute: null,
        error: 'request.not_found',
      },
    })
  })
})
