import { Type } from 'typebox'
import { getCustomer } from '../../../core/customers/index.ts'
import { listMessages, type Message } from '../../../core/messaging/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { pageBy, readIdPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { time, timeOrNull } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Id, IdParams, Nullable, OneOf, Page, PageQuery, Time, usualLimit } from '../schemas.ts'

const Channel = OneOf('email', 'sms', 'push')

const OutboxMessage = Type.Object({
  id: Id,
  channel: Channel,
  to: Type.String(),
  subject: Nullable(Type.String()),
  text: Nullable(Type.String()),
  html: Nullable(Type.String()),
  headers: Type.Record(Type.String(), Type.String()),
  purpose: Type.String(),
  state: OneOf('waiting', 'sent', 'refused', 'failed'),
  reason: Nullable(Type.String()),
  customer_id: Nullable(Id),
  created_at: Time,
  sent_at: Nullable(Time),
})

const tags = ['Messages']

export function outboxRoutes(app: Routes): void {
  app.get(
    '/outbox',
    {
      config: { access: 'messages.read' },
      schema: {
        tags,
        summary: 'Messages to people, newest first',
        description: 'Without a real provider this is where they end: e-mails, texts and codes can be read here.',
        querystring: Type.Object({
          to: Type.Optional(Type.String({ maxLength: 254, description: 'The recipient, however it is written.' })),
          channel: Type.Optional(Channel),
          ...PageQuery,
        }),
        response: { 200: Page(OutboxMessage) },
      },
    },
    async (request) => {
      const { to, channel, after, limit } = request.query
      return findPage(ctxOf(request), { to: to || undefined, channel, after, limit })
    },
  )

  app.get(
    '/customers/:id/messages',
    {
      config: { access: 'messages.read' },
      schema: {
        tags,
        summary: 'Messages to a customer, newest first',
        params: IdParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Page(OutboxMessage) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id } = await getCustomer(ctx, request.params.id)
      return findPage(ctx, { ...request.query, customerId: id })
    },
  )
}

interface Query {
  readonly to?: string
  readonly channel?: Message['channel']
  readonly customerId?: number
  readonly after?: string
  readonly limit?: number
}

async function findPage(ctx: Ctx, { limit = usualLimit, after, ...filter }: Query) {
  const place = readIdPosition(after)
  const page = await pageBy(
    limit,
    (count) => listMessages(ctx, { ...filter, after: place, limit: count }),
    (message) => [message.id],
  )
  return { items: page.items.map(encodeMessage), next_cursor: page.nextCursor }
}

function encodeMessage(message: Message) {
  return {
    id: message.id as number,
    channel: message.channel,
    to: message.to,
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: { ...message.headers },
    purpose: message.purpose,
    state: message.state,
    reason: message.reason,
    customer_id: message.customerId as number | null,
    created_at: time(message.createdAt),
    sent_at: timeOrNull(message.sentAt),
  }
}
