import { type Ctx, makeCtx, type Server, transact } from '../../platform/ctx.ts'
import { dbOf } from '../../platform/db.ts'
import { assert, DeliveryFailure, DomainError } from '../../platform/errors.ts'
import { metrics } from '../../platform/metrics.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { cleanText } from '../../platform/text.ts'
import { findTenantById } from '../accounts/index.ts'
import { findMember, isActive } from '../audience/index.ts'
import { maySend, type SendPurpose } from '../consent/index.ts'
import { type CustomerId, findEmail, findPhone, normaliseEmail, normalisePhone } from '../customers/index.ts'
import { consentChannel, maxAttempts, retryDelaySeconds } from './rules.ts'
import { sandboxProvider } from './sandbox.ts'
import {
  blankMessages,
  findMessageByKey,
  findMessageRow,
  insertMessage,
  lockWaiting,
  type MessagePage,
  type MessageQuery,
  markEnded,
  markSent,
  moveMessageRows,
  postpone,
  restoreMessageRows,
  selectMessagePage,
  selectMessages,
  selectTenantsWaiting,
} from './store.ts'
import type { Message, MessageChannel, MessageProvider } from './types.ts'

export interface SendMessage {
  /** Unique for ever: the same key again sends nothing and answers the first message. */
  readonly key: string
  readonly channel: MessageChannel
  /** security: codes and confirmations the person asked for; they need no subscription. */
  readonly purpose: SendPurpose
  readonly customerId?: number | null
  /** Set for a mailing to a list: only an active member gets it. */
  readonly listId?: number | null
  readonly templateId?: number | null
  readonly to: string
  readonly subject?: string
  readonly text?: string
  readonly html?: string
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * Puts a message in the queue, in the caller's transaction: it exists when that commits. Whether it may be sent is asked
 * when it is sent. Refuses email.invalid, phone.invalid.
 */
export function sendMessage(ctx: Ctx, command: SendMessage): Promise<Message> {
  const to = normaliseTo(ctx, command.channel, command.to)
  return transact(ctx, async (ctx) => {
    const message = await insertMessage(ctx, {
      key: command.key,
      channel: command.channel,
      purpose: command.purpose,
      customerId: (command.customerId ?? null) as CustomerId | null,
      listId: command.listId ?? null,
      templateId: command.templateId ?? null,
      to,
      subject: clean(command.subject)?.replace(/[\r\n]+/g, ' ') ?? null,
      text: clean(command.text) ?? null,
      html: clean(command.html) ?? null,
      headers: command.headers ?? {},
    })
    if (message) {
      await emitMessage(ctx, message, 'created')
      return message
    }
    const known = await findMessageByKey(ctx, command.key)
    assert(known, 'a key that is taken belongs to a committed message')
    return known
  })
}

function clean(text: string | undefined): string | undefined {
  return text === undefined ? undefined : cleanText(text)
}

function normaliseTo(ctx: Ctx, channel: MessageChannel, to: string): string {
  if (channel === 'email') return normaliseEmail(to)
  if (channel === 'sms') return normalisePhone(to, ctx.tenant.country)
  return cleanText(to).trim()
}

const batchSize = 100

/** Sends what waits, of every tenant, until nothing does; answers how many messages came to an end. */
export async function deliverWaiting(server: Server, provider: MessageProvider = sandboxProvider): Promise<number> {
  let ended = 0
  for (const tenantId of await selectTenantsWaiting(dbOf(server.pool), server.clock.now())) {
    const tenant = await findTenantById(server, tenantId)
    if (!tenant) continue
    const ctx = makeCtx(server, tenant, { kind: 'job', id: 'messages', via: 'messages' })
    for (let count = batchSize; count === batchSize; ) {
      count = await deliverBatch(ctx, provider)
      ended += count
    }
  }
  return ended
}

// Permission is read and the outcome written in one transaction, with the message locked: nobody else sends it meanwhile.
function deliverBatch(ctx: Ctx, provider: MessageProvider): Promise<number> {
  return transact(ctx, async (ctx) => {
    const messages = await lockWaiting(ctx, batchSize)
    for (const message of messages) await deliver(ctx, message, provider)
    return messages.length
  })
}

async function deliver(ctx: Ctx, message: Message & { attempts: number }, provider: MessageProvider): Promise<void> {
  const refusal = await refusalOf(ctx, message)
  if (refusal) {
    await markEnded(ctx, message.id, { state: 'refused', reason: refusal })
    return emitMessage(ctx, message, 'refused')
  }
  try {
    await provider.deliver(message)
  } catch (error) {
    return failed(ctx, message, error)
  }
  await markSent(ctx, message.id, provider.name)
  return emitMessage(ctx, message, 'sent')
}

async function refusalOf(ctx: Ctx, message: Message): Promise<string | undefined> {
  const verdict = await maySend(ctx, {
    customerId: message.customerId,
    channel: consentChannel(message.channel),
    purpose: message.purpose,
    address: message.to,
  })
  if (!verdict.allowed) return verdict.reason
  if (message.listId === null) return undefined
  const member = message.customerId === null ? undefined : await findMember(ctx, message.listId, message.customerId)
  return member && isActive(member) ? undefined : 'not_in_list'
}

async function failed(ctx: Ctx, message: Message & { attempts: number }, error: unknown): Promise<void> {
  if (!(error instanceof DeliveryFailure)) throw error
  const attempt = message.attempts + 1
  if (error.retryable && attempt < maxAttempts) {
    const at = new Date(ctx.clock.now().getTime() + retryDelaySeconds(attempt) * 1000)
    return postpone(ctx, message.id, { at, reason: error.message })
  }
  await markEnded(ctx, message.id, { state: 'failed', reason: error.message })
  return emitMessage(ctx, message, 'failed')
}

/** The outbox: newest first, without what was refused. An address is found however it is written. */
export function listMessages(ctx: Ctx, query: Omit<MessageQuery, 'limit'> & { limit?: number }): Promise<Message[]> {
  const to = query.to === undefined ? undefined : addressIn(ctx, query.to)
  return selectMessages(ctx, { ...query, to, limit: Math.min(query.limit ?? 50, 1_000) })
}

/** All that was asked to be sent, by id; what was refused included. An address is found however it is written. */
export function pageMessages(ctx: Ctx, query: MessagePage): Promise<{ items: Message[]; total: number }> {
  return selectMessagePage(ctx, query.to === undefined ? query : { ...query, to: addressIn(ctx, query.to) })
}

function addressIn(ctx: Ctx, text: string): string {
  return findEmail(text) ?? findPhone(text, ctx.tenant.country) ?? text
}

/** Refuses `message.not_found`. */
export async function getMessage(ctx: Ctx, id: number): Promise<Message> {
  const message = Number.isSafeInteger(id) ? await findMessageRow(ctx, id) : undefined
  if (!message) throw new DomainError('message.not_found', { id })
  return message
}

/** For a merge. Answers what was moved, for `restoreMessages`. */
export function moveMessages(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  return moveMessageRows(ctx, move)
}

export function restoreMessages(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  return restoreMessageRows(ctx, move)
}

/** For erasure: that something was sent stays, what and to whom goes; what waits is not sent any more. */
export function forgetMessages(
  ctx: Ctx,
  whose: { customerIds: readonly CustomerId[]; addresses: readonly string[] },
): Promise<void> {
  return blankMessages(ctx, whose)
}

async function emitMessage(ctx: Ctx, message: Message, operation: string): Promise<void> {
  if (operation !== 'created') metrics.messageDelivered({ channel: message.channel, state: operation })
  await emitChanges(ctx, [{ entity: 'message', entityId: message.id, customerId: message.customerId, operation }])
}
