import { Type } from 'typebox'
import { history, setConsents, setSubscriptions } from '../../../core/consent/index.ts'
import { getCustomer } from '../../../core/customers/index.ts'
import { type TimelineEntry, timeline } from '../../../core/reports/index.ts'
import { pageBy, readIdPosition } from '../answers.ts'
import { ctxOf } from '../auth.ts'
import { encodeConsent, encodeConsentChange, encodeSubscription, time } from '../encode.ts'
import type { Routes } from '../routing.ts'
import {
  BackwardsQuery,
  Body,
  Id,
  IdParams,
  List,
  Minor,
  Nullable,
  OneOf,
  Page,
  PageQuery,
  Text,
  Time,
  usualLimit,
} from '../schemas.ts'
import { Channel, Consent, Purpose, Subscription } from './customer-schemas.ts'

const TimelineItem = Type.Object({
  at: Time,
  kind: OneOf('purchase', 'posting', 'event', 'message', 'consent'),
  title: Type.String({ description: 'A word of ours: the kind of purchase or posting, the event, the channel.' }),
  detail: Nullable(Type.String()),
  amount_minor: Type.Optional(Nullable(Minor)),
  currency: Type.Optional(Nullable(Type.String())),
  points: Type.Optional(Nullable(Minor)),
  unit: Type.Optional(Nullable(Type.String())),
  state: Type.Optional(Type.String()),
  ref_id: Id,
})

const ConsentChange = Type.Object({
  id: Id,
  subject: Type.String({ description: '"email:bulk", "consent:terms", "suppression:email"' }),
  event: Type.String(),
  source: Type.String(),
  actor: Type.String(),
  ip: Nullable(Type.String()),
  text_version: Nullable(Type.String()),
  created_at: Time,
})

const tags = ['Customers']

export function historyRoutes(app: Routes): void {
  app.get(
    '/customers/:id/timeline',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'Everything that happened, newest first',
        params: IdParams,
        querystring: Type.Object(BackwardsQuery),
        response: { 200: Page(TimelineItem) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: customerId } = await getCustomer(ctx, request.params.id)
      const { before, limit = usualLimit } = request.query
      const found = await timeline(ctx, { customerId, before, limit })
      // A full page may be the last one; then the next is empty.
      const next = found.length === limit ? found.at(-1)?.cursor : undefined
      return { items: found.map(encodeEntry), next_cursor: next ?? null }
    },
  )

  app.get(
    '/customers/:id/consent-history',
    {
      config: { access: 'customers.read' },
      schema: {
        tags,
        summary: 'The proof of every subscription and consent, newest first',
        params: IdParams,
        querystring: Type.Object(PageQuery),
        response: { 200: Page(ConsentChange) },
      },
    },
    async (request) => {
      const ctx = ctxOf(request)
      const { id: customerId } = await getCustomer(ctx, request.params.id)
      const before = readIdPosition(request.query.after)
      const page = await pageBy(
        request.query.limit ?? usualLimit,
        (limit) => history(ctx, { customerId, before, limit }),
        (change) => [change.id],
      )
      return { items: page.items.map(encodeConsentChange), next_cursor: page.nextCursor }
    },
  )

  const textVersion = Type.Optional(Text(100))

  app.put(
    '/customers/:id/subscriptions',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'State subscriptions',
        description: 'Names only what changes; what is not named stays.',
        params: IdParams,
        body: Body({
          subscriptions: Type.Array(Body({ channel: Channel, purpose: Purpose, subscribed: Type.Boolean() }), {
            maxItems: 50,
          }),
          text_version: textVersion,
        }),
        response: { 200: List(Subscription) },
      },
    },
    async (request) => {
      const { subscriptions: changes, text_version: version } = request.body
      const command = { customerId: request.params.id, changes, textVersion: version, source: viaOf(request) }
      return { items: (await setSubscriptions(ctxOf(request), command)).map(encodeSubscription) }
    },
  )

  app.put(
    '/customers/:id/consents',
    {
      config: { access: 'customers.write' },
      schema: {
        tags,
        summary: 'State consents',
        description: 'Names only what changes; what is not named stays.',
        params: IdParams,
        body: Body({
          consents: Type.Array(Body({ type: Text(100, 1), given: Type.Boolean() }), { maxItems: 50 }),
          text_version: textVersion,
        }),
        response: { 200: List(Consent) },
      },
    },
    async (request) => {
      const { consents: changes, text_version: version } = request.body
      const command = { customerId: request.params.id, changes, textVersion: version, source: viaOf(request) }
      return { items: (await setConsents(ctxOf(request), command)).map(encodeConsent) }
    },
  )
}

function viaOf(request: Parameters<typeof ctxOf>[0]): string {
  return ctxOf(request).actor.via
}

function encodeEntry(entry: TimelineEntry) {
  const base = { at: time(entry.at), ref_id: entry.id }
  switch (entry.kind) {
    case 'purchase':
      return {
        ...base,
        kind: entry.kind,
        title: `${entry.purchaseKind} ${entry.number}`,
        detail: entry.storeName,
        amount_minor: entry.totalMinor,
        currency: entry.currency,
        state: entry.state,
      }
    case 'points':
      return {
        ...base,
        kind: 'posting' as const,
        title: entry.postingKind,
        detail: entry.note,
        ...(entry.unitCurrency === null
          ? { points: entry.amount, unit: entry.unitName }
          : { amount_minor: entry.amount, currency: entry.unitCurrency, unit: entry.unitName }),
      }
    case 'event':
      return { ...base, kind: entry.kind, title: entry.type, detail: entry.productName ?? entry.productCode }
    case 'message':
      return { ...base, kind: entry.kind, title: entry.subject ?? entry.channel, detail: entry.to, state: entry.state }
    case 'consent':
      return { ...base, kind: entry.kind, title: `${entry.subject} ${entry.event}`, detail: entry.source }
  }
}
