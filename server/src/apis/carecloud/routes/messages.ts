import {
  findTemplate,
  getMessage,
  listTemplates,
  type Message,
  type MessageTemplate,
  pageMessages,
  sendTemplate,
} from '../../../core/messaging/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { Call, Routes } from '../call.ts'
import { channelNumber, channelOf } from '../channels.ts'
import type { Fields } from '../decode.ts'
import { type Answer, contains, idOf, idOrNull, listOf, noContent, ok, pageOf, timeOf, timeOrNull } from '../encode.ts'
import { invalidParam, notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { internationalPhone } from '../passwords.ts'
import { customerFilter, findReachable, isApp } from '../people.ts'

/** What was sent to customers, and the templates it is made of. */
export function messageRoutes(routes: Routes): void {
  routes.get('/messages', 'both', listPage)

  routes.get('/messages/:message_id', 'both', async (call) => ok(messageRow(call.ctx, await messageInPath(call))))

  routes.get('/messages/:message_id/detail', 'both', async (call) => {
    const message = await messageInPath(call)
    return ok({
      plain_text_body: message.text ?? '',
      html_body: message.html ?? '',
      attachments: [],
      last_change: timeOf(call.ctx, message.sentAt ?? message.createdAt),
    })
  })

  routes.post('/messages/actions/send-message', 'enterprise', send)
  templateRoutes(routes)
}

async function listPage(call: Call): Promise<Answer> {
  const { ctx, query } = call
  const page = query.page(fieldsOf('messages'))
  const customerId = await customerFilter(call)
  const contact = query.text('contact')
  const channel = query.choice('communication_channel_id', ['1', '2', '4', '5'])
  const [from, to] = [query.time('send_time_from'), query.time('send_time_to')]
  query.done()
  const known = channel === undefined ? undefined : channelOf(Number(channel))
  if (channel !== undefined && known === undefined) return listOf('messages', [], 0)
  const { items, total } = await pageMessages(ctx, {
    ...(customerId === undefined ? {} : { customerId }),
    ...(contact === undefined ? {} : { to: internationalPhone(contact) }),
    ...(known === undefined ? {} : { channel: known }),
    ...(from ? { from } : {}),
    ...(to ? { before: new Date(to.getTime() + 1_000) } : {}), // the last second named is part of the interval
    descending: page.descending,
    offset: page.offset,
    limit: page.limit,
  })
  const rows = items.map((message) => messageRow(ctx, message))
  return listOf('messages', rows, total)
}

async function messageInPath(call: Call): Promise<Message> {
  const id = call.pathId('message_id', 'message')
  const message = await getMessage(call.ctx, id).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'message.not_found') return undefined
    throw error
  })
  const hidden = isApp(call) && message?.customerId !== call.session.customerId
  if (!message || hidden) throw notFound('messages', call.params.message_id ?? '')
  return message
}

function statusOf({ state, reason }: Message): number {
  if (state === 'sent') return 1
  if (state === 'failed') return 2
  if (state === 'refused') return 4
  // One that waits after a failed attempt is tried again.
  return reason === null ? 0 : 5
}

function messageRow(ctx: Ctx, message: Message) {
  return {
    message_id: idOf(ctx, 'message', message.id),
    status: statusOf(message),
    message_template_id: idOrNull(ctx, 'reference', message.templateId),
    customer_id: idOrNull(ctx, 'customer', message.customerId),
    contact: message.to.replace(/^\+(?=\d+$)/, ''),
    title: message.subject,
    send_time: timeOrNull(ctx, message.sentAt),
    opened_time: null,
    mail_client_user_agent: null,
    mail_client_language: null,
    communication_channel_id: channelNumber(message.channel),
    message_data: [],
    attachments: [],
    last_change: timeOf(ctx, message.sentAt ?? message.createdAt),
  }
}

async function send(call: Call): Promise<Answer> {
  const { ctx } = call
  const body = call.body.needObject('message')
  const template = await readTemplate(ctx, body)
  const channel = channelOf(body.needChoice('communication_channel_id', [1, 2, 4, 5]))
  if (template && template.channel !== channel) body.refuse('communication_channel_id', 'not_allowed_value')
  // What cannot be sent along is not silently left behind.
  if (body.objects('attachments', { max: 100 }).length > 0) body.refuse('attachments', 'not_allowed_value')
  const values = readValues(body)
  const contact = body.text('contact', { max: 500 })
  const id = body.needId('customer_id', 'customer')
  const customer = id === 0 ? undefined : await findReachable(call, id)
  if (!customer && id !== 0) body.refuse('customer_id', 'not_found')
  body.done()
  const to = contact === undefined ? undefined : channel === 'sms' ? internationalPhone(contact) : contact
  await sendTemplate(ctx, {
    // This API has no key for a retry: every call is a message of its own.
    key: `carecloud:message:${ctx.random.hex(16)}`,
    templateId: template?.id ?? 0,
    customerId: customer?.id ?? 0,
    ...(to === undefined ? {} : { to }),
    values,
  }).catch((error: unknown) => {
    const unreachable =
      error instanceof DomainError && ['identity.not_found', 'email.invalid', 'phone.invalid'].includes(error.code)
    if (!unreachable) throw error
    throw invalidParam('contact', contact === undefined ? 'required' : 'invalid_value_format', contact)
  })
  return noContent
}

async function readTemplate(ctx: Ctx, body: Fields): Promise<MessageTemplate | undefined> {
  const id = body.needId('message_template_id', 'reference')
  const template = id === 0 ? undefined : await findTemplate(ctx, id)
  if (!template && id !== 0) body.refuse('message_template_id', 'not_found')
  return template
}

function readValues(body: Fields): Record<string, string> {
  const parameters = body.objects('message_data', { max: 200 })
  return Object.fromEntries(
    parameters.map((one) => [
      one.needText('parameter_name', { max: 100 }),
      one.has('value') ? (one.text('value', { max: 10_000 }) ?? '') : '',
    ]),
  )
}

const groups = { bulk: 1, chain: 1, security: 2, transactional: 3 } as const

function templateRoutes(routes: Routes): void {
  routes.get('/message-templates', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('messageTemplates'))
    const [name, channel] = [query.text('name'), query.integer('communication_channel_id')]
    query.done()
    const rows = (await listTemplates(ctx))
      .map((template) => templateRow(ctx, template))
      .filter((row) => contains(row.name, name) && (channel === undefined || row.communication_channel_id === channel))
    return pageOf('message_templates', rows, page)
  })

  routes.get('/message-templates/:message_template_id', 'both', async (call) => {
    const template = await findTemplate(call.ctx, call.pathId('message_template_id', 'reference'))
    if (!template) throw notFound('message-templates', call.params.message_template_id ?? '')
    return ok(templateRow(call.ctx, template))
  })
}

function templateRow(ctx: Ctx, template: MessageTemplate) {
  const texts = [template.subject, template.text, template.html].join(' ')
  const names = new Set([...texts.matchAll(/\{\{\s*([\w.-]{1,100})\s*\}\}/g)].map((match) => match[1] ?? ''))
  return {
    message_template_id: idOf(ctx, 'reference', template.id),
    consent_free_template: template.purpose === 'transactional' || template.purpose === 'security',
    subject: template.subject ?? '',
    sender: ctx.tenant.name,
    name: template.name,
    preview_url: null,
    icon_url: null,
    message_template_group_id: groups[template.purpose],
    communication_channel_id: channelNumber(template.channel),
    template_data: [...names].map((name) => ({ parameter_name: name, value: '' })),
    last_change: timeOf(ctx, template.updatedAt),
  }
}
