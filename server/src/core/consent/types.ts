import type { CustomerId } from '../customers/index.ts'

export type Channel = 'email' | 'sms' | 'web_push' | 'mobile_push'
/** bulk: mailings; chain: automations; transactional: about the customer's own order. */
export type Purpose = 'bulk' | 'chain' | 'transactional'

export interface Subscription {
  readonly channel: Channel
  readonly purpose: Purpose
  readonly subscribed: boolean
  readonly changedAt: Date
}

export interface Consent {
  readonly type: string
  readonly given: boolean
  readonly changedAt: Date
}

export type SuppressionReason = 'bounced' | 'complained' | 'blacklisted' | 'unsubscribed' | 'erased'

/** An address we must not write to. `address` is null once the person was erased: only the hash is kept. */
export interface Suppression {
  readonly channel: Channel
  readonly address: string | null
  readonly reason: SuppressionReason
  readonly comment: string | null
  readonly createdAt: Date
}

export type ConsentEvent = 'subscribed' | 'unsubscribed' | 'given' | 'withdrawn' | 'suppressed' | 'unsuppressed'

/** One entry of the proof. `subject` is "email:bulk", "consent:terms" or "suppression:email". */
export interface ConsentChange {
  readonly id: number
  readonly customerId: CustomerId | null
  readonly subject: string
  readonly event: ConsentEvent
  /** Which way it came: "api", "form", "link", an API's name. */
  readonly source: string
  readonly actor: string
  readonly ip: string | null
  readonly userAgent: string | null
  readonly textVersion: string | null
  readonly data: Readonly<Record<string, unknown>>
  readonly createdAt: Date
}
