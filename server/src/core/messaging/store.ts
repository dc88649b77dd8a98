import type { Ctx } from '../../platform/ctx.ts'
import { type Db, joinSql, sql } from '../../platform/db.ts'
import type { SendPurpose } from '../consent/index.ts'
import type { CustomerId } from '../customers/index.ts'
import type { Message, MessageChannel, MessageId, MessageState } from './types.ts'

interface MessageRow {
  id: number
  key: string
  channel: MessageChannel
  purpose: SendPurpose
  customer_id: number | null
  list_id: number | null
  template_id: number | null
  to_address: string
  subject: string | null
  body_text: string | null
  body_html: string | null
  headers: Record<string, string>
  state: MessageState
  reason: string | null
  provider: string | null
  created_at: Date
  sent_at: Date | null
}

const messageColumns = sql`id, key, channel, purpose, customer_id, list_id, template_id, to_address, subject, body_text,
  body_html, headers, state, reason, provider, created_at, sent_at`

function toMessage(row: MessageRow): Message {
  return {
    id: row.id as MessageId,
    key: row.key,
    channel: row.channel,
    purpose: row.purpose,
    customerId: row.customer_id as CustomerId | null,
    listId: row.list_id,
    templateId: row.template_id,
    to: row.to_address,
    subject: row.subject,
    text: row.body_text,
    html: row.body_html,
    headers: row.headers,
    state: row.state,
    reason: row.reason,
    provider: row.provider,
    createdAt: row.created_at,
    sentAt: row.sent_at,
  }
}

export type NewMessage = Pick<
  Message,
  | 'key'
  | 'channel'
  | 'purpose'
  | 'customerId'
  | 'listId'
  | 'templateId'
  | 'to'
  | 'subject'
  | 'text'
  | 'html'
  | 'headers'
>

/** Undefined when a message with this key is there already. */
export async function insertMessage(ctx: Ctx, message: NewMessage): Promise<Message | undefined> {
  const now = ctx.clock.now()
  const [row] = await ctx.db.query<MessageRow>(sql`
    insert into messages (tenant_id, key, channel, purpose, customer_id, list_id, template_id, to_address, subject, body_text,
                          body_html, headers, next_attempt_at, created_at)
    values (${ctx.tenant.id}, ${message.key}, ${message.channel}, ${message.purpose}, ${message.customerId},
            ${message.listId}, ${message.templateId}, ${message.to}, ${message.subject}, ${message.text}, ${message.html},
            ${JSON.stringify(message.headers)}::jsonb, ${now}, ${now})
    on conflict on constraint messages_key_key do nothing
    returning ${messageColumns}`)
  return row && toMessage(row)
}

export async function findMessageByKey(ctx: Ctx, key: string): Promise<Message | undefined> {
  const [row] = await ctx.db.query<MessageRow>(sql`
    select ${messageColumns} from messages where tenant_id = ${ctx.tenant.id} and key = ${key}`)
  return row && toMessage(row)
}

export async function findMessageRow(ctx: Ctx, id: number): Promise<Message | undefined> {
  const [row] = await ctx.db.query<MessageRow>(sql`
    select ${messageColumns} from messages where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row && toMessage(row)
}

/** Tenants with something to send; the worker's only question across tenants. */
export async function selectTenantsWaiting(db: Db, now: Date): Promise<number[]> {
  const rows = await db.query<{ tenant_id: number }>(sql`
    select distinct tenant_id from messages where state = 'waiting' and next_attempt_at <= ${now} limit 1000`)
  return rows.map((row) => row.tenant_id)
}

/** Takes waiting messages; another worker takes others meanwhile. */
export async function lockWaiting(ctx: Ctx, limit: number): Promise<(Message & { attempts: number })[]> {
  const rows = await ctx.db.query<MessageRow & { attempts: number }>(sql`
    select ${messageColumns}, attempts from messages
     where tenant_id = ${ctx.tenant.id} and state = 'waiting' and next_attempt_at <= ${ctx.clock.now()}
     order by next_attempt_at, id limit ${limit} for update skip locked`)
  return rows.map((row) => ({ ...toMessage(row), attempts: row.attempts }))
}

export async function markSent(ctx: Ctx, id: MessageId, provider: string): Promise<void> {
  await ctx.db.query(sql`
    update messages set state = 'sent', provider = ${provider}, attempts = attempts + 1, sent_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function markEnded(
  ctx: Ctx,
  id: MessageId,
  end: { state: 'refused' | 'failed'; reason: string },
): Promise<void> {
  await ctx.db.query(sql`
    update messages set state = ${end.state}, reason = ${end.reason}, attempts = attempts + 1
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function postpone(ctx: Ctx, id: MessageId, retry: { at: Date; reason: string }): Promise<void> {
  await ctx.db.query(sql`
    update messages set attempts = attempts + 1, next_attempt_at = ${retry.at}, reason = ${retry.reason}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export interface MessageQuery {
  readonly to?: string
  readonly customerId?: number
  readonly channel?: MessageChannel
  /** Continues behind this message (newest first). */
  readonly after?: number
  readonly limit: number
}

/** Newest first; without those that were refused. */
export async function selectMessages(ctx: Ctx, query: MessageQuery): Promise<Message[]> {
  const conditions = [
    sql`tenant_id = ${ctx.tenant.id} and state <> 'refused'`,
    ...(query.to !== undefined ? [sql`to_address = ${query.to}`] : []),
    ...(query.customerId !== undefined ? [sql`customer_id = ${query.customerId}`] : []),
    ...(query.channel !== undefined ? [sql`channel = ${query.channel}`] : []),
    ...(query.after !== undefined ? [sql`id < ${query.after}`] : []),
  ]
  const rows = await ctx.db.query<MessageRow>(sql`
    select ${messageColumns} from messages where ${joinSql(conditions, ' and ')} order by id desc limit ${query.limit}`)
  return rows.map(toMessage)
}

export interface MessagePage {
  readonly to?: string
  readonly customerId?: number
  readonly channel?: MessageChannel
  /** Half-open, by when it was sent, or written where it was not. */
  readonly from?: Date
  readonly before?: Date
  readonly descending?: boolean
  readonly offset: number
  readonly limit: number
}

/** Every message that was ever asked for, those that were refused included. */
export async function selectMessagePage(ctx: Ctx, query: MessagePage): Promise<{ items: Message[]; total: number }> {
  const time = sql`coalesce(sent_at, created_at)`
  const where = joinSql(
    [
      sql`tenant_id = ${ctx.tenant.id}`,
      ...(query.to !== undefined ? [sql`to_address = ${query.to}`] : []),
      ...(query.customerId !== undefined ? [sql`customer_id = ${query.customerId}`] : []),
      ...(query.channel !== undefined ? [sql`channel = ${query.channel}`] : []),
      ...(query.from !== undefined ? [sql`${time} >= ${query.from}`] : []),
      ...(query.before !== undefined ? [sql`${time} < ${query.before}`] : []),
    ],
    ' and ',
  )
  const order = query.descending ? sql`desc` : sql`asc`
  const rows = await ctx.db.query<MessageRow>(sql`
    select ${messageColumns} from messages where ${where} order by id ${order} offset ${query.offset} limit ${query.limit}`)
  const [count] = await ctx.db.query<{ total: number }>(sql`
    select count(*)::bigint as total from messages where ${where}`)
  return { items: rows.map(toMessage), total: count?.total ?? 0 }
}

export async function moveMessageRows(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update messages set customer_id = ${move.intoId}
     where tenant_id = ${ctx.tenant.id} and customer_id = ${move.fromId} returning id`)
  return rows.map((row) => row.id)
}

export async function restoreMessageRows(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update messages set customer_id = ${move.intoId}
     where tenant_id = ${ctx.tenant.id} and id = any(${move.ids}::bigint[])`)
}

/** Also those sent to one of the addresses before anybody knew whose it was. */
export async function blankMessages(
  ctx: Ctx,
  whose: { customerIds: readonly CustomerId[]; addresses: readonly string[] },
): Promise<void> {
  await ctx.db.query(sql`
    update messages set to_address = '', subject = null, body_text = null, body_html = null, headers = '{}',
           state = case when state = 'waiting' then 'refused' else state end,
           reason = case when state = 'waiting' then 'erased' else reason end
     where tenant_id = ${ctx.tenant.id}
       and (customer_id = any(${whose.customerIds}::bigint[]) or to_address = any(${whose.addresses}::text[]))`)
}
