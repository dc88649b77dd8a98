import { beforeAll, describe, expect, it } from 'vitest'
import { createCustomer, findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { mergeCustomers } from '../../src/core/merging/index.ts'
import { eraseCustomer } from '../../src/core/privacy/index.ts'

import { call, claimsOf, clock, openShop, received, registration, type Shop, signUp } from './crmcom-shop.ts'

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
        title: '',
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
