import { getConsents, getSubscriptions, setConsents, setSubscriptions } from '../../core/consent/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { decodeFlag, decodeWord, type Fields } from './decode.ts'
import type { ContactFacts } from './encode.ts'

/** What a contact says about being written to; what it does not say stays as it is. */
export interface Preferences {
  readonly serviceAcceptance?: boolean
  readonly emailOptOut?: boolean
  readonly smsOptOut?: boolean
  readonly consentState?: 'ACCEPTED' | 'PENDING' | 'REJECTED'
}

const source = 'crmcom'
const marketing = ['bulk', 'chain'] as const

export function decodePreferences(body: Fields): Preferences {
  return {
    serviceAcceptance: decodeFlag(body, 'service_acceptance'),
    emailOptOut: decodeFlag(body, 'email_opt_out'),
    smsOptOut: decodeFlag(body, 'sms_opt_out'),
    consentState: decodeWord(body, 'consent_state', ['ACCEPTED', 'PENDING', 'REJECTED']),
  }
}

/** Opting out ends bulk and chain messages on the channel, never the necessary ones. Pending is not an answer yet. */
export async function applyPreferences(ctx: Ctx, customerId: number, wanted: Preferences): Promise<void> {
  const subscribe = (channel: 'email' | 'sms', optOut: boolean | undefined) =>
    optOut === undefined ? [] : marketing.map((purpose) => ({ channel, purpose, subscribed: !optOut }))
  const subscriptions = [...subscribe('email', wanted.emailOptOut), ...subscribe('sms', wanted.smsOptOut)]
  const consents = [
    ...(wanted.serviceAcceptance === undefined ? [] : [{ type: 'terms', given: wanted.serviceAcceptance }]),
    ...(wanted.consentState === undefined || wanted.consentState === 'PENDING'
      ? []
      : [{ type: 'marketing', given: wanted.consentState === 'ACCEPTED' }]),
  ]
  await transact(ctx, async (ctx) => {
    if (subscriptions.length > 0) await setSubscriptions(ctx, { customerId, changes: subscriptions, source })
    if (consents.length > 0) await setConsents(ctx, { customerId, changes: consents, source })
  })
}

export async function preferencesOf(ctx: Ctx, customerId: number): Promise<ContactFacts> {
  const [subscriptions, consents] = await Promise.all([getSubscriptions(ctx, customerId), getConsents(ctx, customerId)])
  const subscribed = (channel: 'email' | 'sms') =>
    subscriptions.some((one) => one.channel === channel && one.purpose === 'bulk' && one.subscribed)
  const consent = consents.find((one) => one.type === 'marketing')
  return {
    emailOptOut: !subscribed('email'),
    smsOptOut: !subscribed('sms'),
    consentState: consent === undefined ? 'PENDING' : consent.given ? 'ACCEPTED' : 'REJECTED',
  }
}
