import { issueCode, verifyCode } from '../../core/accounts/index.ts'
import {
  type Customer,
  createCustomer,
  getCustomer,
  normalisePhone,
  primaryIdentity,
  verifyIdentity,
} from '../../core/customers/index.ts'
import { sendMessage } from '../../core/messaging/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { decodeCountry } from './codes.ts'
import { type Fields, refuse, requireText } from './decode.ts'
import { obfuscate, uuid } from './encode.ts'
import { applyPreferences, type Preferences } from './preferences.ts'

const purpose = 'crmcom.otp'
const lifeSeconds = 10 * 60

export type SendMethod = 'SMS' | 'EMAIL'

/** A sign-up that waits for its phone number to be proved: nobody becomes a customer by naming another's number. */
export interface PendingContact {
  readonly firstName: string
  readonly lastName: string
  readonly phone: string
  readonly preferences: Preferences
}

type Subject = { readonly customer: Customer } | { readonly pending: PendingContact }

/** Sends a code to the contact's own address. Refuses when there is none for the method. */
export async function challengeContact(ctx: Ctx, customer: Customer, method: SendMethod) {
  const identity = primaryIdentity(customer, method === 'SMS' ? 'phone' : 'email')
  if (!identity) return refuse('send_method', 'cannot reach this contact')
  return challenge(ctx, { customer }, { method, to: identity.value, identityId: identity.id })
}

/** Sends a code to the phone number of a sign-up. */
export function challengePhone(ctx: Ctx, pending: PendingContact) {
  return challenge(ctx, { pending }, { method: 'SMS', to: pending.phone, identityId: null })
}

async function challenge(
  ctx: Ctx,
  subject: Subject,
  delivery: { method: SendMethod; to: string; identityId: number | null },
) {
  const customerId = 'customer' in subject ? subject.customer.id : undefined
  const { id, code } = await issueCode(ctx, {
    purpose,
    subject: `${delivery.method}:${delivery.to}`,
    ttlSeconds: lifeSeconds,
    data: {
      identityId: delivery.identityId,
      ...(customerId === undefined ? {} : { customerId }),
      ...('pending' in subject ? { pending: subject.pending } : {}),
    },
  })
  await sendMessage(ctx, {
    key: `crmcom:otp:${id}`,
    channel: delivery.method === 'SMS' ? 'sms' : 'email',
    purpose: 'security',
    ...(customerId === undefined ? {} : { customerId }),
    to: delivery.to,
    ...(delivery.method === 'EMAIL' ? { subject: `Your code for ${ctx.tenant.name}` } : {}),
    text: `Your code for ${ctx.tenant.name} is ${code}. It is valid for ${lifeSeconds / 60} minutes.`,
  })
  return { obfuscated_value: obfuscate(delivery.to), auth_otp: uuid(ctx, 'code', id) }
}

/** The contact who proved to have received the code; a pending sign-up becomes a contact now. */
export async function answerChallenge(ctx: Ctx, answer: { authOtp: string; code: string }): Promise<Customer> {
  const id = ctx.ids.read('code', ctx.tenant.id, answer.authOtp)
  if (id === undefined) throw new DomainError('code.wrong', { field: 'auth_otp', reason: 'is not known' })
  const { data } = await verifyCode(ctx, { purpose, id, code: answer.code })
  if (typeof data.customerId === 'number') {
    const customer = await getCustomer(ctx, data.customerId)
    const identity = customer.identities.find((one) => one.id === data.identityId)
    return identity ? verifyIdentity(ctx, { customerId: customer.id, identityId: identity.id }) : customer
  }
  return registerPending(ctx, data.pending as PendingContact) // written by challengePhone above
}

function registerPending(ctx: Ctx, pending: PendingContact): Promise<Customer> {
  return transact(ctx, async (ctx) => {
    const customer = await createCustomer(ctx, {
      firstName: pending.firstName,
      lastName: pending.lastName,
      claims: [{ kind: 'phone', value: pending.phone, verified: true }],
    })
    await applyPreferences(ctx, customer.id, pending.preferences)
    return customer
  })
}

/** A number with its country: "22265577" with "CY", "CYP", "357" or "+357"; a number that starts with + needs none. */
export function decodePhone(ctx: Ctx, fields: Fields, names: { number: string; country: string }): string {
  const number = requireText(fields, names.number)
  const country = fields[names.country] === undefined ? '' : requireText(fields, names.country)
  const calling = /^\+?(\d{1,3})$/.exec(country)?.[1]
  const text = calling && !number.startsWith('+') ? `+${calling}${number.replace(/^0+/, '')}` : number
  return normalisePhone(text, country && !calling ? decodeCountry(country, names.country) : ctx.tenant.country)
}
