import type { Channel, Purpose, Subscription, SuppressionReason } from './types.ts'

/** What holds where nobody said anything: only mail about the customer's own orders. */
export function defaultSubscription(purpose: Purpose): boolean {
  return purpose === 'transactional'
}

export function isSubscribed(
  subscriptions: readonly Subscription[],
  wanted: { channel: Channel; purpose: Purpose },
): boolean {
  const stated = subscriptions.find((one) => one.channel === wanted.channel && one.purpose === wanted.purpose)
  return stated ? stated.subscribed : defaultSubscription(wanted.purpose)
}

/** security: codes and confirmations that the person asked for just now. */
export type SendPurpose = Purpose | 'security'

export type Verdict =
  | { readonly allowed: true; readonly reason: 'subscribed' | 'asked_for' }
  | { readonly allowed: false; readonly reason: `suppressed_${SuppressionReason}` | 'not_subscribed' }

/** Suppression beats everything; who only unsubscribed or was erased still gets what they ask for themselves. */
export function verdict(facts: {
  purpose: SendPurpose
  suppression: SuppressionReason | undefined
  subscribed: boolean | undefined
}): Verdict {
  const { purpose, suppression } = facts
  const isMarketing = purpose === 'bulk' || purpose === 'chain'
  const onlyMarketing = suppression === 'unsubscribed' || suppression === 'erased'
  if (suppression && (isMarketing || !onlyMarketing)) return { allowed: false, reason: `suppressed_${suppression}` }
  if (purpose === 'security') return { allowed: true, reason: 'asked_for' }
  if (facts.subscribed ?? defaultSubscription(purpose)) return { allowed: true, reason: 'subscribed' }
  return { allowed: false, reason: 'not_subscribed' }
}
