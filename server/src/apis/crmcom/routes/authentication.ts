import type { FastifyInstance, FastifyRequest } from 'fastify'
import { findToken, issueToken, revokeToken, revokeTokensOfCustomer } from '../../../core/accounts/index.ts'
import {
  findCustomerByIdentity,
  getCustomer,
  primaryIdentity,
  setCustomerPassword,
  verifyCustomerPassword,
  verifyIdentity,
} from '../../../core/customers/index.ts'
import { sendMessage } from '../../../core/messaging/index.ts'
import { type Server, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import {
  type ApplicationCall,
  answering,
  api,
  authenticateApplication,
  countGuess,
  ctxOfToken,
  forgetGuesses,
  headerOf,
  withApplication,
  withOwnContact,
} from '../auth.ts'
import { answerChallenge, challengeContact, decodePhone } from '../challenges.ts'
import { decodeContactByCredentials } from '../credentials.ts'
import {
  decodeBody,
  decodeList,
  decodeText,
  decodeWord,
  type Fields,
  refuse,
  requirePassword,
  requireText,
} from '../decode.ts'
import { closeSession, openSession, refreshSession } from '../sessions.ts'

const providers = ['EMAIL', 'PHONE', 'FACEBOOK', 'GOOGLE', 'MW4', 'APPLE', 'MAC_ADDRESS', 'OIDC_OAUTH'] as const

export function authenticationRoutes(app: FastifyInstance, server: Server): void {
  app.post('/contacts/authenticate', withApplication(server, authenticate))
  app.post('/contacts/otp', withApplication(server, requestOtp))
  app.post('/contacts/validate-otp', withApplication(server, validateOtp))
  app.post('/contacts/validate_otp', withApplication(server, validateOtp))
  app.post('/contacts/forgot_password', withApplication(server, forgotPassword))
  app.post(
    '/contacts/refresh',
    answering((request) => refresh(server, request)),
  )
  app.post(
    '/contacts/change_password',
    answering((request) => changeForgottenPassword(server, request)),
  )
  app.route({
    method: ['GET', 'POST'],
    url: '/contacts/verify_email',
    handler: answering((request) => verifyEmail(server, request)),
  })
  app.post(
    '/contacts/:id/change_password',
    withOwnContact(server, async ({ ctx, customer, request }) => {
      const password = requirePassword(decodeBody(request.body), 'password')
      if (!primaryIdentity(customer, 'email')) return refuse('password', 'needs a contact with an email identity')
      await setCustomerPassword(ctx, { customerId: customer.id, password })
    }),
  )
  app.post(
    '/contacts/:id/sign_out',
    withOwnContact(server, ({ ctx, session, tokenCustomerId }) =>
      closeSession(ctx, { session, customerId: tokenCustomerId }),
    ),
  )
}

/** An e-mail with a password signs in; an e-mail or a phone number alone is sent a code. */
async function authenticate(call: ApplicationCall) {
  const body = decodeBody(call.request.body)
  const provider = decodeWord(body, 'provider', providers) ?? 'EMAIL'
  if (provider === 'PHONE') return authenticateByPhone(call, body)
  if (provider !== 'EMAIL') return refuse('provider', 'is not connected to this server')
  const username = requireText(body, 'username')
  await countGuess(call.ctx, { scope: 'authenticate', subject: username })
  if (body.password === undefined) {
    const customer = await findCustomerByIdentity(call.ctx, { kind: 'email', value: username })
    if (!customer) throw new DomainError('customer.not_found')
    return challengeContact(call.ctx, customer, 'EMAIL')
  }
  return authenticateByPassword(call, { username, password: requirePassword(body, 'password') })
}

async function authenticateByPassword(call: ApplicationCall, given: { username: string; password: string }) {
  const { ctx, application } = call
  const customer = await verifyCustomerPassword(ctx, {
    identity: { kind: 'email', value: given.username },
    password: given.password,
  })
  if (!customer) throw new DomainError('credentials.wrong')
  await forgetGuesses(ctx, { scope: 'authenticate', subject: given.username })
  const identity = customer.identities.find(
    (one) => one.kind === 'email' && one.value === given.username.trim().toLowerCase(),
  )
  return openSession(ctx, { customer, verified: identity?.verifiedAt != null, applicationId: application.id })
}

async function authenticateByPhone({ ctx }: ApplicationCall, body: Fields) {
  const phone = decodePhone(ctx, body, { number: 'phone_number', country: 'country_code' })
  await countGuess(ctx, { scope: 'authenticate', subject: phone })
  const customer = await findCustomerByIdentity(ctx, { kind: 'phone', value: phone })
  if (!customer) throw new DomainError('customer.not_found')
  return challengeContact(ctx, customer, 'SMS')
}

async function requestOtp({ ctx, request }: ApplicationCall) {
  const body = decodeBody(request.body)
  const method = decodeWord(body, 'send_method', ['SMS', 'EMAIL']) ?? decodeWord(body, 'method', ['SMS', 'EMAIL'])
  if (!method) return refuse('send_method', 'is required')
  const customer = await decodeContactByCredentials(ctx, body)
  return challengeContact(ctx, customer, method)
}

/** The challenge is named directly or, as the older form has it, among the credentials. */
async function validateOtp({ ctx, application, request }: ApplicationCall) {
  const body = decodeBody(request.body)
  const listed = decodeList(body, 'credentials', { max: 20 })
    .map((credential) => decodeBody(credential))
    .find((credential) => decodeText(credential, 'name')?.toUpperCase() === 'AUTH_OTP')
  const authOtp =
    decodeText(body, 'auth_otp') ?? (listed ? requireText(listed, 'value') : refuse('auth_otp', 'is required'))
  const customer = await answerChallenge(ctx, { authOtp, code: requireText(body, 'code') })
  return openSession(ctx, { customer, verified: true, applicationId: application.id })
}

/** The refresh token travels as a header or in the body; with an API key, the two must be of one shop. */
async function refresh(server: Server, request: FastifyRequest) {
  const token =
    headerOf(request, 'refresh_token') ?? decodeText(decodeBody(request.body), 'refresh_token', { max: 4000 })
  if (!token) throw new DomainError('token.invalid', { field: 'refresh_token' })
  const application = headerOf(request, 'api_key') ? await authenticateApplication(server, request) : undefined
  return refreshSession(server, { token, ctx: application?.ctx })
}

const resetSeconds = 60 * 60

/** Answers the same whether or not there is such a contact. */
async function forgotPassword({ ctx, request }: ApplicationCall) {
  const username = requireText(decodeBody(request.body), 'username')
  await countGuess(ctx, { scope: 'forgot_password', subject: username })
  const customer = await findCustomerByIdentity(ctx, { kind: 'email', value: username })
  const identity = customer?.identities.find((one) => one.kind === 'email' && one.value === username.toLowerCase())
  if (!customer || !identity) return
  await transact(ctx, async (ctx) => {
    const { id, token } = await issueToken(ctx, {
      api,
      kind: 'password_reset',
      customerId: customer.id,
      ttlSeconds: resetSeconds,
      data: { identityId: identity.id },
    })
    await sendMessage(ctx, {
      key: `crmcom:password_reset:${id}`,
      channel: 'email',
      purpose: 'security',
      customerId: customer.id,
      to: identity.value,
      subject: `Set a new password for ${ctx.tenant.name}`,
      text: `Use this token to set a new password: ${token}\nIt is valid for one hour and works once.`,
    })
  })
}

/** The token of the mail is all the authority that is needed. It proves the address and ends every sign-in. */
async function changeForgottenPassword(server: Server, request: FastifyRequest) {
  const body = decodeBody(request.body)
  const found = await findOneTimeToken(server, { kind: 'password_reset', token: requireText(body, 'token') })
  const password = requirePassword(body, 'password')
  await transact(ctxOfToken(server, found.tenant, request), async (ctx) => {
    if (!(await revokeToken(ctx, found.id))) throw new DomainError('token.invalid', { field: 'token' })
    const customer = await getCustomer(ctx, found.customerId)
    await setCustomerPassword(ctx, { customerId: customer.id, password })
    const identity = customer.identities.find((one) => one.id === found.data.identityId)
    if (identity) await verifyIdentity(ctx, { customerId: customer.id, identityId: identity.id })
    await revokeTokensOfCustomer(ctx, customer.id, api)
  })
}

/** A link in a mail is opened with GET, an app sends POST. */
async function verifyEmail(server: Server, request: FastifyRequest) {
  const token = requireText(decodeBody(request.query), 'token')
  const found = await findOneTimeToken(server, { kind: 'verify_email', token })
  await transact(ctxOfToken(server, found.tenant, request), async (ctx) => {
    if (!(await revokeToken(ctx, found.id))) throw new DomainError('token.invalid', { field: 'token' })
    const customer = await getCustomer(ctx, found.customerId)
    const identity = customer.identities.find((one) => one.id === found.data.identityId)
    if (identity) await verifyIdentity(ctx, { customerId: customer.id, identityId: identity.id })
  })
}

async function findOneTimeToken(server: Server, asked: { kind: string; token: string }) {
  const found = await findToken(server, { api, kinds: [asked.kind], token: asked.token })
  if (found?.customerId == null) throw new DomainError('token.invalid', { field: 'token' })
  return { ...found, customerId: found.customerId }
}
