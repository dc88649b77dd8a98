import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { SendPurpose } from '../consent/index.ts'
import { type Customer, getCustomer, primaryEmail, primaryPhone } from '../customers/index.ts'
import { listDevices } from '../events/index.ts'
import { listReferenceItems, type ReferenceItem } from '../organisations/index.ts'
import { fillIn, fillInHtml } from './rules.ts'
import { sendMessage } from './service.ts'
import type { Message, MessageChannel, MessageTemplate } from './types.ts'

/** The tenant's templates, which are reference items of kind message_template. */
export async function listTemplates(ctx: Ctx): Promise<MessageTemplate[]> {
  return (await listReferenceItems(ctx, 'message_template')).map(toTemplate)
}

export async function findTemplate(ctx: Ctx, id: number): Promise<MessageTemplate | undefined> {
  return (await listTemplates(ctx)).find((template) => template.id === id)
}

const channels: readonly MessageChannel[] = ['email', 'sms', 'push']
const purposes: readonly SendPurpose[] = ['bulk', 'chain', 'transactional', 'security']

function toTemplate({ id, code, name, data, updatedAt }: ReferenceItem): MessageTemplate {
  const text = (field: string) => (typeof data[field] === 'string' ? data[field] : null)
  return {
    id,
    code,
    name,
    channel: channels.find((channel) => channel === data.channel) ?? 'email',
    purpose: purposes.find((purpose) => purpose === data.purpose) ?? 'transactional',
    subject: text('subject'),
    text: text('text'),
    html: text('html'),
    updatedAt,
  }
}

export interface SendTemplate {
  readonly key: string
  readonly templateId: number
  readonly customerId: number
  /** Where to, if not to the customer's own address of the template's channel. */
  readonly to?: string
  /** What is filled in; the customer's names are known without being told. */
  readonly values: Readonly<Record<string, string>>
}

/**
 * Sends a template to a customer; whether it may be sent is asked when it is. Refuses message_template.not_found,
 * customer.not_found, and identity.not_found when nothing leads to the customer by that channel.
 */
export async function sendTemplate(ctx: Ctx, command: SendTemplate): Promise<Message> {
  const template = await findTemplate(ctx, command.templateId)
  if (!template) throw new DomainError('message_template.not_found', { id: command.templateId })
  const customer = await getCustomer(ctx, command.customerId)
  const to = command.to ?? (await addressOf(ctx, customer, template.channel))
  if (to === undefined) throw new DomainError('identity.not_found', { customerId: customer.id, kind: template.channel })
  const values = { ...namesOf(customer), ...command.values }
  return sendMessage(ctx, {
    key: command.key,
    channel: template.channel,
    purpose: template.purpose,
    customerId: customer.id,
    templateId: template.id,
    to,
    ...fillTemplate(template, values),
  })
}

/** A template's subject and bodies with the values in them. */
export function fillTemplate(
  { subject, text, html }: MessageTemplate,
  values: Readonly<Record<string, string>>,
): { subject?: string; text?: string; html?: string } {
  return {
    ...(subject === null ? {} : { subject: fillIn(subject, values) }),
    ...(text === null ? {} : { text: fillIn(text, values) }),
    ...(html === null ? {} : { html: fillInHtml(html, values) }),
  }
}

async function addressOf(ctx: Ctx, customer: Customer, channel: MessageChannel): Promise<string | undefined> {
  if (channel === 'email') return primaryEmail(customer)
  if (channel === 'sms') return primaryPhone(customer)
  return (await listDevices(ctx, customer.id)).find((device) => device.pushToken !== null)?.pushToken ?? undefined
}

function namesOf({ title, firstName, lastName }: Customer): Readonly<Record<string, string>> {
  return { title: title ?? '', first_name: firstName ?? '', last_name: lastName ?? '' }
}
