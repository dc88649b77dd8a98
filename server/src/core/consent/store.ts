import type { Ctx } from '../../platform/ctx.ts'
import { joinSql, sql } from '../../platform/db.ts'
import type { CustomerId } from '../customers/index.ts'
import type {
  Channel,
  Consent,
  ConsentChange,
  ConsentEvent,
  Purpose,
  Subscription,
  Suppression,
  SuppressionReason,
} from './types.ts'

export interface SubscriptionChange {
  readonly customerId: CustomerId
  readonly channel: Channel
  readonly purpose: Purpose
  readonly subscribed: boolean
}

/** Writes what is new; answers only what changed, so that saying a thing twice leaves one trace. */
export async function upsertSubscriptions(
  ctx: Ctx,
  changes: readonly SubscriptionChange[],
): Promise<SubscriptionChange[]> {
  const rows = await ctx.db.query<{ customer_id: number; channel: Channel; purpose: Purpose; subscribed: boolean }>(sql`
    insert into subscriptions as s (tenant_id, customer_id, channel, purpose, subscribed, changed_at)
    select ${ctx.tenant.id}, r."customerId", r.channel, r.purpose, r.subscribed, ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb)
        as r ("customerId" bigint, channel text, purpose text, subscribed boolean)
     order by r."customerId", r.channel, r.purpose
    on conflict (tenant_id, customer_id, channel, purpose) do update
       set subscribed = excluded.subscribed, changed_at = excluded.changed_at
     where s.subscribed <> excluded.subscribed
    returning customer_id, channel, purpose, subscribed`)
  return rows.map(({ customer_id, ...row }) => ({ ...row, customerId: customer_id as CustomerId }))
}

export async function selectSubscriptions(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<(Subscription & { customerId: CustomerId })[]> {
  const rows = await ctx.db.query<{
    customer_id: number
    channel: Channel
    purpose: Purpose
    subscribed: boolean
    changed_at: Date
  }>(sql`
    select customer_id, channel, purpose, subscribed, changed_at from subscriptions
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])
     order by customer_id, channel, purpose`)
  return rows.map(({ customer_id, changed_at, ...row }) => ({
    ...row,
    customerId: customer_id as CustomerId,
    changedAt: changed_at,
  }))
}

/** Locked until the transaction ends: whoever unsubscribes meanwhile waits for the message, or the message sees it. */
export async function readSubscription(
  ctx: Ctx,
  wanted: { customerId: CustomerId; channel: Channel; purpose: Purpose },
): Promise<boolean | undefined> {
  const [row] = await ctx.db.query<{ subscribed: boolean }>(sql`
    select subscribed from subscriptions where tenant_id = ${ctx.tenant.id} and customer_id = ${wanted.customerId}
       and channel = ${wanted.channel} and purpose = ${wanted.purpose} for share`)
  return row?.subscribed
}

export async function upsertConsents(
  ctx: Ctx,
  customerId: CustomerId,
  changes: readonly { type: string; given: boolean }[],
): Promise<{ type: string; given: boolean }[]> {
  return ctx.db.query<{ type: string; given: boolean }>(sql`
    insert into consents as c (tenant_id, customer_id, consent_type, given, changed_at)
    select ${ctx.tenant.id}, ${customerId}, r.type, r.given, ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as r (type text, given boolean)
    on conflict (tenant_id, customer_id, consent_type) do update
       set given = excluded.given, changed_at = excluded.changed_at
     where c.given <> excluded.given
    returning consent_type as type, given`)
}

export async function selectConsents(ctx: Ctx, customerId: CustomerId): Promise<Consent[]> {
  const rows = await ctx.db.query<{ consent_type: string; given: boolean; changed_at: Date }>(sql`
    select consent_type, given, changed_at from consents
     where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} order by consent_type`)
  return rows.map((row) => ({ type: row.consent_type, given: row.given, changedAt: row.changed_at }))
}

/** The same for many. */
export async function selectConsentsOf(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<(Consent & { customerId: CustomerId })[]> {
  return ctx.db.query(sql`
    select customer_id as "customerId", consent_type as type, given, changed_at as "changedAt" from consents
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])
     order by customer_id, consent_type`)
}

export interface NewHistory {
  readonly customerId: CustomerId | null
  readonly subject: string
  readonly event: ConsentEvent
  readonly source: string
  readonly textVersion?: string | null
  readonly data?: Readonly<Record<string, unknown>>
}

export async function insertHistory(ctx: Ctx, entries: readonly NewHistory[]): Promise<void> {
  if (entries.length === 0) return
  await ctx.db.query(sql`
    insert into consent_history (tenant_id, customer_id, subject, event, source, actor, ip, user_agent, text_version, data, created_at)
    select ${ctx.tenant.id}, r."customerId", r.subject, r.event, r.source, ${`${ctx.actor.kind}:${ctx.actor.id}`},
           ${ctx.actor.ip ?? null}, ${ctx.actor.userAgent ?? null}, r."textVersion", coalesce(r.data, '{}'), ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
        as r ("customerId" bigint, subject text, event text, source text, "textVersion" text, data jsonb)`)
}

export interface HistoryQuery {
  readonly customerId?: number
  readonly from?: Date
  readonly to?: Date
  readonly event?: ConsentEvent
  readonly channel?: Channel
  /** Continues behind this entry (newest first). */
  readonly before?: number
  readonly limit: number
}

export async function selectHistory(ctx: Ctx, query: HistoryQuery): Promise<ConsentChange[]> {
  const conditions = [
    sql`tenant_id = ${ctx.tenant.id}`,
    ...(query.customerId !== undefined ? [sql`customer_id = ${query.customerId}`] : []),
    ...(query.from ? [sql`created_at >= ${query.from}`] : []),
    ...(query.to ? [sql`created_at < ${query.to}`] : []),
    ...(query.event ? [sql`event = ${query.event}`] : []),
    ...(query.channel
      ? [sql`subject = any(${[...purposesOf(query.channel), `suppression:${query.channel}`]}::text[])`]
      : []),
    ...(query.before !== undefined ? [sql`id < ${query.before}`] : []),
  ]
  const rows = await ctx.db.query<{
    id: number
    customer_id: number | null
    subject: string
    event: ConsentEvent
    source: string
    actor: string
    ip: string | null
    user_agent: string | null
    text_version: string | null
    data: Record<string, unknown>
    created_at: Date
  }>(sql`
    select id, customer_id, subject, event, source, actor, ip, user_agent, text_version, data, created_at
      from consent_history where ${joinSql(conditions, ' and ')} order by id desc limit ${query.limit}`)
  return rows.map(({ customer_id, user_agent, text_version, created_at, ...row }) => ({
    ...row,
    customerId: customer_id as CustomerId | null,
    userAgent: user_agent,
    textVersion: text_version,
    createdAt: created_at,
  }))
}

function purposesOf(channel: Channel): string[] {
  return ['bulk', 'chain', 'transactional'].map((purpose) => `${channel}:${purpose}`)
}

export interface NewSuppression {
  readonly channel: Channel
  readonly addressHash: string
  readonly address: string | null
  readonly reason: SuppressionReason
  readonly comment: string | null
}

interface SuppressionRow {
  channel: Channel
  address: string | null
  reason: SuppressionReason
  comment: string | null
  created_at: Date
}

const suppressionColumns = sql`channel, address, reason, comment, created_at`

function toSuppression({ created_at, ...row }: SuppressionRow): Suppression {
  return { ...row, createdAt: created_at }
}

export async function upsertSuppression(ctx: Ctx, suppression: NewSuppression): Promise<void> {
  await ctx.db.query(sql`
    insert into suppressions (tenant_id, channel, address_hash, reason, address, comment, created_at)
    values (${ctx.tenant.id}, ${suppression.channel}, ${suppression.addressHash}, ${suppression.reason},
            ${suppression.address}, ${suppression.comment}, ${ctx.clock.now()})
    on conflict (tenant_id, channel, address_hash) do update
       set reason = excluded.reason, address = excluded.address, comment = excluded.comment`)
}

export async function selectSuppression(
  ctx: Ctx,
  channel: Channel,
  addressHash: string,
): Promise<Suppression | undefined> {
  const [row] = await ctx.db.query<SuppressionRow>(sql`
    select ${suppressionColumns} from suppressions
     where tenant_id = ${ctx.tenant.id} and channel = ${channel} and address_hash = ${addressHash}`)
  return row && toSuppression(row)
}

/** Those of `hashes` that are suppressed. */
export async function selectSuppressedHashes(
  ctx: Ctx,
  channel: Channel,
  hashes: readonly string[],
): Promise<Set<string>> {
  const rows = await ctx.db.query<{ address_hash: string }>(sql`
    select address_hash from suppressions
     where tenant_id = ${ctx.tenant.id} and channel = ${channel} and address_hash = any(${hashes}::text[])`)
  return new Set(rows.map((row) => row.address_hash))
}

export async function selectSuppressions(
  ctx: Ctx,
  query: { channel: Channel; reason?: SuppressionReason; offset: number; limit: number },
): Promise<Suppression[]> {
  const rows = await ctx.db.query<SuppressionRow>(sql`
    select ${suppressionColumns} from suppressions
     where tenant_id = ${ctx.tenant.id} and channel = ${query.channel}
       and (${query.reason ?? null}::text is null or reason = ${query.reason ?? null})
     order by created_at desc, address_hash limit ${query.limit} offset ${query.offset}`)
  return rows.map(toSuppression)
}

export async function deleteSuppression(ctx: Ctx, channel: Channel, addressHash: string): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    delete from suppressions
     where tenant_id = ${ctx.tenant.id} and channel = ${channel} and address_hash = ${addressHash} returning 1`)
  return rows.length > 0
}

export async function deleteSubscription(
  ctx: Ctx,
  customerId: CustomerId,
  one: { channel: Channel; purpose: Purpose },
): Promise<void> {
  await ctx.db.query(sql`
    delete from subscriptions where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId}
       and channel = ${one.channel} and purpose = ${one.purpose}`)
}

export async function deleteConsent(ctx: Ctx, customerId: CustomerId, type: string): Promise<void> {
  await ctx.db.query(sql`
    delete from consents where tenant_id = ${ctx.tenant.id} and customer_id = ${customerId} and consent_type = ${type}`)
}

export async function deleteStatements(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  await ctx.db.query(sql`
    with gone as (
      delete from subscriptions where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[]))
    delete from consents where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
}

/** The proof stays, what names a person in it goes. */
export async function blankHistory(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<void> {
  await ctx.db.query(sql`
    update consent_history set ip = null, user_agent = null, data = '{}'
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${customerIds}::bigint[])`)
}

export async function upsertErased(
  ctx: Ctx,
  hashes: readonly { channel: Channel; addressHash: string }[],
): Promise<void> {
  await ctx.db.query(sql`
    insert into suppressions (tenant_id, channel, address_hash, reason, created_at)
    select ${ctx.tenant.id}, r.channel, r."addressHash", 'erased', ${ctx.clock.now()}
      from jsonb_to_recordset(${JSON.stringify(hashes)}::jsonb) as r (channel text, "addressHash" text)
    on conflict (tenant_id, channel, address_hash) do update set address = null, comment = null`)
}
