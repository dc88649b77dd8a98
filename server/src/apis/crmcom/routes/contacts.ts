import type { FastifyInstance } from 'fastify'
import { issueToken } from '../../../core/accounts/index.ts'
import {
  type Customer,
  createCustomer,
  findCustomerByIdentity,
  primaryIdentity,
  setCustomerPassword,
  updateCustomer,
} from '../../../core/customers/index.ts'
import { sendMessage } from '../../../core/messaging/index.ts'
import { type Ctx, type Server, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { type ApplicationCall, api, type ContactCall, countGuess, withApplication, withOwnContact } from '../auth.ts'
import { challengePhone, decodePhone } from '../challenges.ts'
import {
  decodeBody,
  decodeFlag,
  decodeObject,
  decodeWord,
  type Fields,
  refuse,
  requirePassword,
  requireText,
} from '../decode.ts'
import { encodeContact, encodeDemographics, uuid } from '../encode.ts'
import { applyPreferences, decodePreferences, preferencesOf } from '../preferences.ts'
import { decodeContactPatch } from '../profile.ts'
import { openSession } from '../sessions.ts'

export function contactRoutes(app: FastifyInstance, server: Server): void {
  const register = { config: { wireNames: { email: 'username', phone: 'phone_number' } } }
  app.post('/contacts/register', register, withApplication(server, registerContact))
  app.get('/contacts/:id', withOwnContact(server, showContact))
  app.put('/contacts/:id', withOwnContact(server, updateContact))
  app.put('/contacts/:id/consents', withOwnContact(server, updateConsents))
  app.get(
    '/contacts/:id/demographics',
    withOwnContact(server, async ({ customer }) => encodeDemographics(customer)),
  )
}

/** An e-mail with a password is signed in at once; a phone number must be proved first. */
async function registerContact(call: ApplicationCall) {
  const body = decodeBody(call.request.body)
  const identity = decodeObject(body, 'identity') ?? decodeObject(body, 'identification') ?? body
  const provider = decodeWord(identity, 'provider', ['EMAIL', 'PHONE', 'FACEBOOK', 'GOOGLE', 'MW4', 'APPLE']) ?? 'EMAIL'
  if (provider !== 'EMAIL' && provider !== 'PHONE') return refuse('provider', 'is not connected to this server')
  const names = { firstName: requireText(body, 'first_name'), lastName: requireText(body, 'last_name') }
  return provider === 'EMAIL'
    ? registerByEmail(call, { body, identity, names })
    : registerByPhone(call, { body, identity, names })
}

interface Registration {
  readonly body: Fields
  readonly identity: Fields
  readonly names: { readonly firstName: string; readonly lastName: string }
}

async function registerByEmail({ ctx, application }: ApplicationCall, { body, identity, names }: Registration) {
  const email = requireText(identity, 'username', { max: 254 })
  const password = requirePassword(identity, 'password')
  await countGuess(ctx, { scope: 'register', subject: email })
  const preferences = decodePreferences(body)
  const mustVerify = decodeFlag(identity, 'validation_required') ?? false
  const customer = await transact(ctx, async (ctx) => {
    const customer = await createCustomer(ctx, { ...names, claims: [{ kind: 'email', value: email }] })
    await setCustomerPassword(ctx, { customerId: customer.id, password })
    await applyPreferences(ctx, customer.id, preferences)
    if (mustVerify) await sendVerification(ctx, customer)
    return customer
  })
  return openSession(ctx, { customer, verified: false, applicationId: application.id })
}

async function sendVerification(ctx: Ctx, customer: Customer): Promise<void> {
  const identity = primaryIdentity(customer, 'email')
  if (!identity) return
  const { id, token } = await issueToken(ctx, {
    api,
    kind: 'verify_email',
    customerId: customer.id,
    ttlSeconds: 7 * 24 * 60 * 60,
    data: { identityId: identity.id },
  })
  await sendMessage(ctx, {
    key: `crmcom:verify_email:${id}`,
    channel: 'email',
    purpose: 'security',
    customerId: customer.id,
    to: identity.value,
    subject: `Confirm your email address for ${ctx.tenant.name}`,
    text: `Use this token to confirm your email address: ${token}\nIt works once.`,
  })
}

async function registerByPhone({ ctx }: ApplicationCall, { body, identity, names }: Registration) {
  const phone = decodePhone(ctx, identity, { number: 'phone_number', country: 'country_code' })
  const preferences = decodePreferences(body)
  await countGuess(ctx, { scope: 'register', subject: phone })
  const known = await findCustomerByIdentity(ctx, { kind: 'phone', value: phone })
  if (known) throw new DomainError('identity.taken', { kind: 'phone' })
  return challengePhone(ctx, { ...names, phone, preferences })
}

async function showContact({ ctx, customer }: ContactCall) {
  return encodeContact(ctx, customer, await preferencesOf(ctx, customer.id))
}

async function updateContact({ ctx, customer, request }: ContactCall) {
  const body = decodeBody(request.body)
  const patch = decodeContactPatch(body, customer)
  const preferences = decodePreferences(body)
  await transact(ctx, async (ctx) => {
    await updateCustomer(ctx, { id: customer.id, patch })
    await applyPreferences(ctx, customer.id, preferences)
  })
  return { id: uuid(ctx, 'customer', customer.id) }
}

async function updateConsents({ ctx, customer, request }: ContactCall) {
  const { consentState } = decodePreferences(decodeBody(request.body))
  if (!consentState) return refuse('consent_state', 'is required')
  await applyPreferences(ctx, customer.id, { consentState })
  return { id: uuid(ctx, 'customer', customer.id) }
}
