import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { addIdentity } from '../../src/core/customers/index.ts'
import { listMessages } from '../../src/core/messaging/index.ts'
import { putReferenceItem } from '../../src/core/organisations/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import {
  addCustomer,
  type Client,
  clientOf,
  customerInterface,
  enterprise,
  newCustomer,
  openShop,
  placesOf,
} from './carecloud-client.ts'

const clock = fixedClock('2026-11-21T10:00:00Z')
const { app, server } = await testApp({ clock })
const { ctx, till, appId, login } = await openShop(app, server)
const other = await openShop(app, server)
const places = await placesOf(till)
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0

async function openDevice(): Promise<{ token: string; phone: Client }> {
  const made = await clientOf(app, customerInterface).post('/tokens', {
    device: { device_id: 'd', device_system: 'Android', device_name: 'Pixel', device_type: 'phone' },
    setup: { language_id: 'en', allowed_gps: false, allowed_notifications: true },
    external_application_id: appId,
  })
  const token: string = made.body.data.token_id
  return { token, phone: clientOf(app, customerInterface, { authorization: `Bearer ${token}` }) }
}

describe('an account at a social network', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const stranger = await generateKeyPair('RS256')
  const [issuer, audience] = ['https://id.example', 'shop-app']
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'RS256' }] }
  await putReferenceItem(ctx, {
    kind: 'social_network',
    code: 'example',
    name: 'Example',
    data: { issuer, audience, jwks },
  })
  const tokenOf = (
    subject: string,
    change: { audience?: string; key?: typeof stranger.privateKey; expired?: boolean } = {},
  ) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256' })
      .setSubject(subject)
      .setIssuer(issuer)
      .setAudience(change.audience ?? audience)
      .setExpirationTime(change.expired ? new Date('2026-11-20T00:00:00Z') : new Date('2026-11-22T00:00:00Z'))
      .sign(change.key ?? privateKey)
  const credentials = async (subject: string, change = {}) => ({
    social_network_credentials: { social_network_id: 'example', social_network_token: await tokenOf(subject, change) },
  })
  const verify = (body: object) => till.post('/customers/actions/verify-social-network-credentials', body)

  test('leads to the customer who signed up with it, and signs them in on an app', async () => {
    const made = await till.post('/customers', { ...newCustomer(places), ...(await credentials('anna')) })
    expect(made.status).toBe(201)
    const { customer_id } = made.body.data
    expect((await verify(await credentials('anna'))).body.data).toEqual({ customer_id })
    const { token, phone } = await openDevice()
    const signedIn = await phone.post(`/tokens/${token}/actions/social-network-login`, await credentials('anna'))
    expect(signedIn.body.data).toEqual({ customer_id })
    expect((await phone.get('/customers')).body.data.customers).toMatchObject([{ customer_id }])
  })

  test('is linked to a customer who is there by PUT, and leads to one only', async () => {
    const [one, other] = [await addCustomer(till, places), await addCustomer(till, places)]
    const link = async (customer_id: string) => {
      const customer = (await till.get(`/customers/${customer_id}`)).body.data
      return till.put(`/customers/${customer_id}`, { customer, ...(await credentials('ben')) })
    }
    expect((await link(one)).status).toBe(204)
    expect((await verify(await credentials('ben'))).body.data).toEqual({ customer_id: one })
    expect((await link(other)).body.error.error_data.invalid_params).toMatchObject([{ reason: 'already_exists' }])
  })

  test.each([
    ['of nobody', 'nobody', {}],
    ['for another application', 'anna', { audience: 'other-app' }],
    ['signed by a stranger', 'anna', { key: stranger.privateKey }],
    ['that has expired', 'anna', { expired: true }],
  ])('a token %s proves nothing', async (_, subject, change) => {
    const { status, body } = await verify(await credentials(subject, change))
    expect(status).toBe(400)
    expect(body.error.error_data.invalid_params).toMatchObject([{ name: 'social_network_token' }])
  })

  test('that somebody only claimed, or at a network that nobody named, proves nothing', async () => {
    const customer_id = await addCustomer(till, places)
    const claim = { kind: 'social', source: 'example', value: 'carl' } as const
    await addIdentity(ctx, { customerId: idOf(customer_id), claim })
    expect((await verify(await credentials('carl'))).status).toBe(400)
    const unknown = { social_network_credentials: { social_network_id: 'none', social_network_token: 'x' } }
    expect((await verify(unknown)).body.error.error_data.invalid_params).toMatchObject([{ name: 'social_network_id' }])
  })
})

test('a forgotten password is chosen anew behind a link, once', async () => {
  const email = 'forgot@shop.example'
  const customer_id = await addCustomer(till, places, { email })
  const { token, phone } = await openDevice()
  const ask = (recipient: string) => phone.post(`/tokens/${token}/actions/send-password-setup-email`, { recipient })
  expect((await ask('nobody@shop.example')).status).toBe(204)
  expect(await listMessages(ctx, { to: 'nobody@shop.example' })).toEqual([])
  expect((await ask(email)).status).toBe(204)
  const [message] = await listMessages(ctx, { to: email })
  const url = new URL(/https?:\S+/.exec(message?.text ?? '')?.[0] ?? '').pathname
  const open = (method: 'GET' | 'POST', password?: string) =>
    app.inject({
      method,
      url,
      ...(password === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            payload: new URLSearchParams({ password }).toString(),
          }),
    })
  // Mail programs look at links before people do.
  expect([(await open('GET')).statusCode, (await open('GET')).statusCode]).toEqual([200, 200])
  expect((await open('POST', 'weak')).statusCode).toBe(400)
  expect((await open('POST', 'Chosen-Horse-9')).statusCode).toBe(200)
  expect((await open('POST', 'Other-Horse-9')).statusCode).toBe(410)
  const check = { login_type: 'email', login_value: email, password: 'Chosen-Horse-9' }
  expect((await till.post('/customers/actions/verify-credentials', check)).body.data).toEqual({ customer_id })
  expect((await app.inject({ url: `${url.slice(0, -1)}x` })).statusCode).toBe(404)
})

describe('a user whom the shop’s own identity provider signs in', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const [issuer, audience] = ['https://sso.shop.example', 'carecloud']
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256' }] }
  await putReferenceItem(ctx, { kind: 'sso_provider', code: 'staff', name: 'Staff', data: { issuer, audience, jwks } })
  const tokenOf = (
    claims: Record<string, unknown>,
    change: { audience?: string; issuer?: string; exp?: string } = {},
  ) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject('u-1')
      .setIssuer(change.issuer ?? issuer)
      .setAudience(change.audience ?? audience)
      .setExpirationTime(new Date(change.exp ?? '2026-11-22T00:00:00Z'))
      .sign(privateKey)
  const open = clientOf(app, enterprise)
  const signIn = (sso_token: string, application = login.user_external_application_id) =>
    open.post('/users/actions/sso-login', { user_external_application_id: application, sso_token })

  test('gets a bearer token that works, by user name or by proved e-mail', async () => {
    for (const claims of [{ preferred_username: login.login }, { email: login.login, email_verified: true }]) {
      const answer = await signIn(await tokenOf(claims))
      expect([answer.status, answer.body.data?.user.login]).toEqual([200, login.login])
      const authorization = `Bearer ${answer.body.data.bearer_token}`
      expect((await clientOf(app, enterprise, { authorization }).get('/users')).status).toBe(200)
    }
  })

  test('is refused with any token that does not name a user of this shop', async () => {
    const mine = { preferred_username: login.login }
    const tokens = [
      await tokenOf(mine, { audience: 'another app' }),
      await tokenOf(mine, { issuer: 'https://elsewhere.example' }),
      await tokenOf(mine, { exp: '2026-11-20T00:00:00Z' }),
      await tokenOf({ email: login.login, email_verified: false }),
      await tokenOf({ preferred_username: other.login.login }),
      await tokenOf({}),
      'no token',
    ]
    for (const token of tokens) expect([(await signIn(token)).status, token]).toEqual([401, token])
    const there = other.login.user_external_application_id
    expect((await signIn(await tokenOf({ preferred_username: other.login.login }), there)).status).toBe(401)
    expect((await signIn(await tokenOf(mine), 'unknown')).status).toBe(401)
    expect((await open.post('/users/actions/sso-login', {})).status).toBe(400)
  })
})
