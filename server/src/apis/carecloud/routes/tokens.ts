import { countAttempt, findToken, issueToken, type Token, updateToken } from '../../../core/accounts/index.ts'
import { findCustomerByIdentity, findEmail, findPhone, identify } from '../../../core/customers/index.ts'
import { type Ctx, makeCtx } from '../../../platform/ctx.ts'
import { listApplications } from '../applications.ts'
import { api, deviceTokenKind, findApplication } from '../auth.ts'
import type { Call, Routes } from '../call.ts'
import { channelOf } from '../channels.ts'
import type { Fields } from '../decode.ts'
import { type Answer, created, idOf, noContent, ok } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { issueHandOver, takeHandOver } from '../hand-over.ts'
import { sendPasswordLink } from '../password-pages.ts'
import { internationalPhone, proveCustomer } from '../passwords.ts'
import { ownCustomer } from '../people.ts'
import { proveBySocial } from '../social.ts'

/** Seventy-two hex digits, as clients of the vendor know them. */
const tokenBytes = 36
const newTokensPerAddress = 300
const windowSeconds = 60 * 60

/** Devices of the customer interface: each has one token that does not expire, whoever signs in on it. */
export function tokenRoutes(routes: Routes): void {
  routes.open('POST', '/tokens', 'customer', async ({ server, body, origin }) => {
    const device = readDevice(body.needObject('device'))
    const setup = readSetup(body.needObject('setup'))
    const applicationId = body.needText('external_application_id')
    const pushToken = body.text('push_token') ?? null
    body.done()
    await countAttempt(server, {
      scope: 'carecloud device tokens by ip',
      subject: origin.ip,
      limit: newTokensPerAddress,
      windowSeconds,
    })
    const credential = await findApplication(server, 'customer', applicationId)
    if (!credential) throw invalidParam('external_application_id', 'not_found', applicationId)
    const ctx = makeCtx(server, credential.tenant, { kind: 'device', id: device.deviceId, via: api })
    const data = { applicationId, ...device, ...setup, pushToken }
    const replaces = { applicationId, deviceId: device.deviceId }
    const issued = await issueToken(ctx, { api, kind: deviceTokenKind, data, replaces, bytes: tokenBytes })
    return created({ token_id: issued.token })
  })

  routes.put('/tokens/:token_id', 'customer', async (call) => {
    const token = await ownToken(call)
    const setup = readSetup(call.body.needObject('setup'))
    const pushToken = call.body.text('push_token') ?? null
    call.body.done()
    const data = { ...token.data, ...setup, pushToken }
    await updateToken(call.ctx, { id: token.id, customerId: token.customerId, data })
    return noContent
  })

  routes.post('/tokens/:token_id/actions/login', 'customer', async (call) => {
    const token = await ownToken(call)
    const customerId = await proveCustomer(call, ['email', 'phone', 'card'])
    await updateToken(call.ctx, { id: token.id, customerId, data: token.data })
    return ok({ customer_id: idOf(call.ctx, 'customer', customerId) })
  })

  routes.post('/tokens/:token_id/actions/authentication-token-login', 'customer', async (call) => {
    const token = await ownToken(call)
    const customerId = await takeHandOver(call)
    await updateToken(call.ctx, { id: token.id, customerId, data: token.data })
    return ok({ customer_id: idOf(call.ctx, 'customer', customerId) })
  })

  routes.post('/tokens/:token_id/actions/social-network-login', 'customer', async (call) => {
    const token = await ownToken(call)
    const customerId = await proveBySocial(call.ctx, call.body)
    await updateToken(call.ctx, { id: token.id, customerId, data: token.data })
    return ok({ customer_id: idOf(call.ctx, 'customer', customerId) })
  })

  routes.post('/tokens/:token_id/actions/send-password-setup-email', 'customer', sendPasswordSetup)

  routes.get('/tokens/:token_id/actions/auth-token', 'customer', async (call) => {
    await ownToken(call)
    const customerId = ownCustomer(call)
    const applicationId = call.query.needText('external_application_id')
    const numeric = call.query.choice('token_type', ['1', '2']) === '2'
    const known = (await listApplications(call.ctx)).some((one) => one.publicId === applicationId)
    if (!known && applicationId !== '') call.query.refuse('external_application_id', 'not_found')
    call.query.done()
    return ok(await issueHandOver(call.ctx, { customerId, applicationId, numeric }))
  })

  routes.post('/tokens/:token_id/actions/login-test-customer', 'customer', async (call) => {
    const token = await ownToken(call)
    const customerId = await testCustomer(call.ctx)
    await updateToken(call.ctx, { id: token.id, customerId, data: token.data })
    return ok({ customer_id: idOf(call.ctx, 'customer', customerId) })
  })

  routes.post('/tokens/:token_id/actions/logout', 'customer', async (call) => {
    const token = await ownToken(call)
    await updateToken(call.ctx, { id: token.id, customerId: null, data: token.data })
    return noContent
  })
}

/** Answers the same whether anybody has the address: an app does not find out who is a customer. */
async function sendPasswordSetup(call: Call): Promise<Answer> {
  const { ctx, body, publicUrl } = call
  await ownToken(call)
  const given = body.text('communication_channel_id', { max: 10 }) ?? '1'
  const channel = channelOf(Number(given))
  if (channel !== 'email' && channel !== 'sms') body.refuse('communication_channel_id', 'not_allowed_value')
  // The older field names an e-mail address.
  const recipient = body.has('email') ? body.text('email', { max: 254 }) : body.needText('recipient', { max: 254 })
  body.done()
  if (channel !== 'email' && channel !== 'sms') return noContent // refused above
  const kind = channel === 'sms' ? 'phone' : 'email'
  const value = kind === 'phone' ? internationalPhone(recipient ?? '') : (recipient ?? '')
  const customer = await findCustomerByIdentity(ctx, { kind, value })
  const address = customer && (kind === 'phone' ? findPhone(value, ctx.tenant.country) : findEmail(value))
  if (customer && address) await sendPasswordLink(ctx, { customer, channel, address, publicUrl })
  return noContent
}

/** Nobody's, to try an app with: made when it is first asked for, and the same one for every app. */
async function testCustomer(ctx: Ctx): Promise<number> {
  const { customer } = await identify(ctx, {
    claims: [{ kind: 'login', source: api, value: 'test-customer' }],
    policy: 'attach',
    create: { firstName: 'Test', lastName: 'Customer', language: ctx.tenant.language },
  })
  return customer.id
}

/** The path names the token that was sent; another one is not found, even where it exists. */
async function ownToken(call: Call): Promise<Token> {
  const text = call.params.token_id ?? ''
  const token = await findToken(call.ctx, { api, kinds: [deviceTokenKind], token: text })
  if (!token || token.id !== call.session.tokenId) throw notFound('tokens', text)
  return token
}

export function readDevice(fields: Fields) {
  return {
    deviceId: fields.needText('device_id', { max: 200 }),
    deviceSystem: fields.needText('device_system', { max: 200 }),
    deviceName: fields.needText('device_name', { max: 200 }),
    deviceType: fields.needText('device_type', { max: 200 }),
  }
}

function readSetup(fields: Fields) {
  return {
    languageId: fields.needText('language_id', { max: 10 }),
    allowedGps: fields.needBoolean('allowed_gps'),
    allowedNotifications: fields.needBoolean('allowed_notifications'),
  }
}
