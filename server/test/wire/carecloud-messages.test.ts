import { describe, expect, test } from 'vitest'
import { listDevices } from '../../src/core/events/index.ts'
import { deliverWaiting, listMessages } from '../../src/core/messaging/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, clientOf, customerInterface, openShop, placesOf } from './carecloud-client.ts'

const clock = fixedClock('2026-11-21T10:00:00Z')
const { app, server } = await testApp({ clock })
const { ctx, till, appId, login } = await openShop(app, server)
const places = await placesOf(till)
const external_application_id = appId
const idOf = (customer: string) => ctx.ids.read('customer', ctx.tenant.id, customer) ?? 0
const lastTo = async (to: string) => (await listMessages(ctx, { to, limit: 1 }))[0]
const codeTo = async (to: string) => /\bis (\w+)\./.exec((await lastTo(to))?.text ?? '')?.[1] ?? ''

describe('a one-time password', () => {
  const send = (body: object) => till.post('/one-time-password/actions/send', { external_application_id, ...body })
  const verify = async (body: object) =>
    (await till.post('/one-time-password/actions/verify', { external_application_id, ...body })).body.data.is_valid

  test.each([
    ['mail', { communication_channel_id: 1, recipient: 'Otp@shop.example' }, 'otp@shop.example', /^[A-Z2-9]{8}$/],
    ['SMS', { communication_channel_id: 2, recipient: '420776333444', otp_type: 2 }, '+420776333444', /^\d{6}$/],
  ])('comes by %s and is right once', async (_, body, to, form) => {
    const sent = await send(body)
    expect(sent.status).toBe(200)
    const { request_id } = sent.body.data
    const verification_code = await codeTo(to)
    expect(verification_code).toMatch(form)
    expect(await verify({ request_id, verification_code: 'WRONG' })).toBe(false)
    expect(await verify({ request_id: 'f'.repeat(32), verification_code })).toBe(false)
    const other = { external_application_id: login.user_external_application_id, request_id, verification_code }
    expect(await verify(other)).toBe(false)
    expect(await verify({ request_id, verification_code: verification_code.toLowerCase() })).toBe(true)
    expect(await verify({ request_id, verification_code })).toBe(false)
  })

  test('is right for an hour', async () => {
    const recipient = 'hour@shop.example'
    const { request_id } = (await send({ communication_channel_id: 1, recipient })).body.data
    const verification_code = await codeTo(recipient)
    clock.advance(3_600_000)
    expect(await verify({ request_id, verification_code })).toBe(false)
    clock.set('2026-11-21T10:00:00Z')
  })

  test.each([
    ['recipient', { communication_channel_id: 1, recipient: 'nobody' }],
    ['communication_channel_id', { communication_channel_id: 5, recipient: 'x@shop.example' }],
    [
      'external_application_id',
      { external_application_id: 'none', communication_channel_id: 1, recipient: 'x@shop.example' },
    ],
  ])('is refused with a wrong %s', async (name, body) => {
    const { status, body: answer } = await send(body)
    expect(status).toBe(400)
    expect(answer.error.error_data.invalid_params).toMatchObject([{ name }])
  })
})

describe('a message', () => {
  test('is made of a template, sent with consent, and read back', async () => {
    const templates = (await till.get('/message-templates?name=welcome')).body.data.message_templates
    expect(templates).toMatchObject([{ name: 'Welcome', communication_channel_id: 1, consent_free_template: true }])
    const { message_template_id } = templates[0]
    expect((await till.get(`/message-templates/${message_template_id}`)).body.data).toEqual(templates[0])
    const customer_id = await addCustomer(till, places, { first_name: 'Jana <3', email: 'jana@shop.example' })
    const message = {
      message_template_id,
      customer_id,
      communication_channel_id: 1,
      message_data: [{ parameter_name: 'card_number', value: '1000 1234' }],
    }
    expect((await till.post('/messages/actions/send-message', { message })).status).toBe(204)
    await deliverWaiting(server)
    const list = await till.get(`/messages?customer_id=${customer_id}&communication_channel_id=1`)
    expect(list.body.data).toMatchObject({
      total_items: 1,
      messages: [{ message_template_id, status: 1, contact: 'jana@shop.example', title: 'Welcome, Jana <3' }],
    })
    const { message_id } = list.body.data.messages[0]
    expect((await till.get(`/messages/${message_id}`)).body.data).toEqual(list.body.data.messages[0])
    const detail = await till.get(`/messages/${message_id}/detail`)
    expect(detail.body.data).toMatchObject({
      plain_text_body: 'Hello Jana <3, your card 1000 1234 is ready.',
      html_body: '<p>Hello Jana &lt;3, your card <b>1000 1234</b> is ready.</p>',
    })
    expect((await till.get('/messages?contact=JANA@shop.example')).body.data.total_items).toBe(1)
    expect((await till.get('/messages?contact=jana@shop.example&send_time_to=2020-01-01')).body.data.total_items).toBe(
      0,
    )
  })

  test('of a newsletter is not sent to who did not ask for it', async () => {
    const [news] = (await till.get('/message-templates?name=news')).body.data.message_templates
    expect(news).toMatchObject({ message_template_group_id: 1, consent_free_template: false })
    const customer_id = await addCustomer(till, places)
    const message = { message_template_id: news.message_template_id, customer_id, communication_channel_id: 1 }
    expect((await till.post('/messages/actions/send-message', { message })).status).toBe(204)
    await deliverWaiting(server)
    const list = await till.get(`/messages?customer_id=${customer_id}`)
    expect(list.body.data.messages).toMatchObject([{ status: 4 }])
  })

  test.each([
    ['attachments', { attachments: [{ upload_method: 'url', file_data: 'https://shop.example/a.pdf' }] }],
    ['communication_channel_id', { communication_channel_id: 2 }],
    ['message_template_id', { message_template_id: 'f'.repeat(32) }],
    ['contact', { contact: 'nobody' }],
  ])('is refused with wrong %s', async (name, change) => {
    const [welcome] = (await till.get('/message-templates?name=welcome')).body.data.message_templates
    const customer_id = await addCustomer(till, places)
    const { message_template_id } = welcome
    const message = { message_template_id, customer_id, communication_channel_id: 1, ...change }
    const { status, body } = await till.post('/messages/actions/send-message', { message })
    expect(status).toBe(400)
    expect(body.error.error_data.invalid_params).toMatchObject([{ name }])
  })
})

describe('handing a customer over', () => {
  const device = { device_id: 'd-1', device_system: 'Android', device_name: 'Pixel', device_type: 'phone' }
  const openDevice = async () => {
    const setup = { language_id: 'en', allowed_gps: false, allowed_notifications: true }
    const made = await clientOf(app, customerInterface).post('/tokens', { device, setup, external_application_id })
    const token: string = made.body.data.token_id
    return { token, phone: clientOf(app, customerInterface, { authorization: `Bearer ${token}` }) }
  }

  test.each([
    [1, /^[A-Z2-9]{12}$/],
    [2, /^\d{8}$/],
  ])('with a token of type %d signs the customer in on an app, once', async (token_type, form) => {
    const customer_id = await addCustomer(till, places)
    const issued = await till.post('/customers/actions/auth-token', {
      customer_id,
      external_application_id,
      token_type,
    })
    const { authentication_token: shown, token_request_id } = issued.body.data
    expect(shown).toMatch(form)
    const { token, phone } = await openDevice()
    const proof = { application_id: external_application_id, token: shown, token_request_id }
    const signIn = `/tokens/${token}/actions/authentication-token-login`
    expect((await phone.post(signIn, { ...proof, token: 'WRONG' })).status).toBe(400)
    expect((await phone.post(signIn, proof)).body.data).toEqual({ customer_id })
    expect((await phone.post(signIn, proof)).status).toBe(400)
    expect((await phone.get('/customers')).body.data.customers).toMatchObject([{ customer_id }])

    // And back: what the app shows proves to a system of the shop who stands there.
    const own = await phone.get(`/tokens/${token}/actions/auth-token?external_application_id=${appId}&token_type=2`)
    const back = { application_id: appId, token: own.body.data.authentication_token }
    const told = { ...back, token_request_id: own.body.data.token_request_id }
    expect((await till.post('/customers/actions/verify-auth-token', told)).body.data).toEqual({ customer_id })
  })

  test('a test customer signs in on any app', async () => {
    const { token, phone } = await openDevice()
    const first = await phone.post(`/tokens/${token}/actions/login-test-customer`)
    expect(first.status).toBe(200)
    expect((await phone.get('/customers')).body.data.customers).toMatchObject([
      { customer_id: first.body.data.customer_id, personal_information: { first_name: 'Test' } },
    ])
  })

  test('push messages go to the device that a system named, until it takes that back', async () => {
    const customer_id = await addCustomer(till, places)
    const body = { customer_id, device, external_application_id, push_token: 'push-1' }
    expect((await till.post('/customers/actions/set-push-notifications', body)).status).toBe(204)
    expect(await listDevices(ctx, idOf(customer_id))).toMatchObject([{ did: 'd-1', pushToken: 'push-1' }])
    const cancel = { customer_id, external_application_id }
    expect((await till.post('/customers/actions/cancel-push-notifications', cancel)).status).toBe(204)
    expect(await listDevices(ctx, idOf(customer_id))).toMatchObject([{ did: 'd-1', pushToken: null }])
  })

  test('whose token a user shows is told', async () => {
    const users = (await till.get('/users')).body.data.users
    const token = (
      await clientOf(app, '').post(
        '/carecloud/webservice/rest-api/enterprise-interface/v1.0/users/actions/login',
        login,
      )
    ).body.data.bearer_token
    const told = await till.post('/users/actions/verify-auth-token', { auth_token: token })
    expect(told.body.data.user_id).toBe(users[0].user_id)
    expect((await till.post('/users/actions/verify-auth-token', { auth_token: 'none' })).status).toBe(400)
  })
})

test('applications and engagement set-ups are listed to who has a token', async () => {
  const { body } = await till.get('/customer-external-applications?text_id=customer')
  expect(body.data.customer_external_applications).toMatchObject([{ external_application_id: appId, state: 1 }])
  expect((await till.get(`/customer-external-applications/${appId}`)).status).toBe(200)
  expect((await till.get('/customer-engagement-setups')).body.data.total_items).toBe(0)
})
