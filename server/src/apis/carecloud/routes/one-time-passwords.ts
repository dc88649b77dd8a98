import { issueCode, verifyCode } from '../../../core/accounts/index.ts'
import { findCustomerByIdentity, findEmail, findPhone } from '../../../core/customers/index.ts'
import { fillTemplate, findTemplate, type MessageChannel, sendMessage } from '../../../core/messaging/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { readApplication } from '../applications.ts'
import type { Call, Routes } from '../call.ts'
import { channelOf } from '../channels.ts'
import { type Answer, idOf, ok } from '../encode.ts'
import { refused } from '../hand-over.ts'
import { internationalPhone } from '../passwords.ts'

const lifeSeconds = 60 * 60
const purposeOf = (applicationId: string) => `carecloud otp:${applicationId}`

/** A code for an address, to prove that somebody reads what is sent there. Valid for an hour, and once. */
export function oneTimePasswordRoutes(routes: Routes): void {
  routes.post('/one-time-password/actions/send', 'both', send)

  routes.post('/one-time-password/actions/verify', 'both', async ({ ctx, body }) => {
    const code = body.needText('verification_code', { max: 50 })
    const requestId = body.needText('request_id', { max: 100 })
    const applicationId = await readApplication(ctx, body)
    body.done()
    // A request that nobody made is as wrong as a wrong code.
    const id = ctx.ids.read('code', ctx.tenant.id, requestId) ?? 0
    const question = { purpose: purposeOf(applicationId), id, code: code.toUpperCase() }
    return ok({ is_valid: (await verifyCode(ctx, question).catch(refused)) !== undefined })
  })
}

async function send(call: Call): Promise<Answer> {
  const { ctx, body } = call
  const applicationId = await readApplication(ctx, body)
  const channel = channelOf(body.needChoice('communication_channel_id', [1, 2, 4, 5]))
  if (channel === undefined) body.refuse('communication_channel_id', 'not_allowed_value')
  const recipient = body.needText('recipient', { max: 500 })
  const numeric = (body.choice('otp_type', [1, 2]) ?? 1) === 2
  const templateId = body.id('message_template_id', 'reference')
  const template = templateId === undefined ? undefined : await findTemplate(ctx, templateId)
  const to = channel && addressIn(ctx, channel, recipient)
  if (channel !== undefined && to === undefined && recipient !== '') body.refuse('recipient', 'invalid_value_format')
  if (templateId !== undefined && template?.channel !== channel) body.refuse('message_template_id', 'not_found')
  body.done()
  if (channel === undefined || to === undefined) return ok({}) // refused above
  const { id, code } = await issueCode(ctx, {
    purpose: purposeOf(applicationId),
    subject: `${channel}:${to}`,
    ttlSeconds: lifeSeconds,
    ...(numeric ? { digits: 6 } : { letters: 8 }),
  })
  const kind = channel === 'email' ? 'email' : 'phone'
  const customer = channel === 'push' ? undefined : await findCustomerByIdentity(ctx, { kind, value: to })
  const text = `Your code for ${ctx.tenant.name} is ${code}. It is valid for an hour.`
  const filled = template && fillTemplate(template, { code, one_time_password: code })
  await transact(ctx, (ctx) =>
    sendMessage(ctx, {
      key: `carecloud:otp:${id}`,
      channel,
      purpose: 'security',
      ...(customer ? { customerId: customer.id } : {}),
      to,
      ...(filled ?? { text, ...(channel === 'email' ? { subject: `Your code for ${ctx.tenant.name}` } : {}) }),
      ...(template ? { templateId: template.id } : {}),
    }),
  )
  return ok({ request_id: idOf(ctx, 'code', id) })
}

function addressIn(ctx: Ctx, channel: MessageChannel, recipient: string): string | undefined {
  if (channel === 'email') return findEmail(recipient)
  return channel === 'sms'
    ? findPhone(internationalPhone(recipient), ctx.tenant.country)
    : recipient.trim() || undefined
}
