import {
  type Consent,
  consentsOf,
  type Subscription,
  setConsents,
  setSubscriptions,
  subscriptionsOf,
} from '../../core/consent/index.ts'
import type { Customer } from '../../core/customers/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import type { Fields } from './decode.ts'
import { type Row, timeOrNull } from './encode.ts'

/** How this API says it: 0 withdrawn, 1 given, 2 never stated. */
type WireValue = 0 | 1 | 2
const wireValues = [0, 1, 2] as const

/** The three consents that every project of the vendor has, and our types for them. */
const agreementTypes = {
  agreement_gtc: 'terms',
  agreement_profiling: 'profiling',
  agreement_marketing_communication: 'marketing',
} as const

export const marketing = 'marketing'

/** The consents that exist for every customer, in the order in which they are shown. */
export const standardConsents = [
  { type: 'terms', name: 'Terms and conditions' },
  { type: 'profiling', name: 'Profiling' },
  { type: marketing, name: 'Marketing communication' },
] as const

export interface ConsentChange {
  readonly type: string
  readonly given: boolean
}

/**
 * The consents in a body: `consents` counts, and the older `agreement` object only where there is none. "Never stated" is
 * no statement: it changes nothing, and neither does leaving a consent out, for silence withdraws nothing.
 */
export function readConsents(fields: Fields, agreementField: string): ConsentChange[] {
  if (fields.has('consents')) {
    return fields
      .objects('consents', { max: 100 })
      .flatMap((consent) =>
        changeOf(consent.needText('consent_id', { max: 100 }), consent.needChoice('consent_value', wireValues)),
      )
  }
  const agreement = fields.object(agreementField)
  if (!agreement) return []
  const standard = Object.entries(agreementTypes).flatMap(([field, type]) =>
    changeOf(type, agreement.choice(field, wireValues) ?? 2),
  )
  const custom = agreement
    .objects('custom_agreements', { max: 100 })
    .flatMap((one) =>
      changeOf(one.needText('agreement_id', { max: 100 }), one.needChoice('agreement_value', wireValues)),
    )
  return [...standard, ...custom]
}

function changeOf(type: string, value: WireValue): ConsentChange[] {
  return value === 2 || type === '' ? [] : [{ type, given: value === 1 }]
}

const channels = ['email', 'sms', 'mobile_push'] as const
const purposes = ['bulk', 'chain'] as const

/** Consent to marketing is what subscribes: the one to the others' words for the same thing. */
export async function writeConsents(ctx: Ctx, customerId: number, changes: readonly ConsentChange[]): Promise<void> {
  if (changes.length === 0) return
  await setConsents(ctx, { customerId, source: 'carecloud', changes })
  const wanted = changes.findLast((change) => change.type === marketing)
  if (!wanted) return
  const subscriptions = channels.flatMap((channel) =>
    purposes.map((purpose) => ({ channel, purpose, subscribed: wanted.given })),
  )
  await setSubscriptions(ctx, { customerId, source: 'carecloud', changes: subscriptions })
}

export interface Stated {
  readonly consents: readonly Consent[]
  readonly subscriptions: readonly Subscription[]
}

export async function statedBy(ctx: Ctx, customers: readonly Customer[]): Promise<(customer: Customer) => Stated> {
  const ids = customers.map((customer) => customer.id)
  const [consents, subscriptions] = [await consentsOf(ctx, ids), await subscriptionsOf(ctx, ids)]
  return ({ id }) => ({ consents: consents.get(id) ?? [], subscriptions: subscriptions.get(id) ?? [] })
}

/** `consents` and the older `agreement`, both about the same statements. */
export function consentFields(ctx: Ctx, stated: Stated): Row {
  const own = stated.consents.filter((consent) => !standardConsents.some(({ type }) => type === consent.type))
  const rows = [
    ...standardConsents.map(({ type }) => statementOf(stated, type)),
    ...own.map(({ type }) => statementOf(stated, type)),
  ]
  const byType = new Map(rows.map((row) => [row.type, row]))
  return {
    agreement: {
      ...Object.fromEntries(
        Object.entries(agreementTypes).map(([field, type]) => [field, byType.get(type)?.value ?? 2]),
      ),
      custom_agreements: own.map(({ type }) => ({ agreement_id: type, agreement_value: byType.get(type)?.value ?? 2 })),
    },
    consents: rows.map(({ type, value, changedAt }) => ({
      consent_id: type,
      consent_value: value,
      last_change: timeOrNull(ctx, changedAt),
    })),
  }
}

// What holds for marketing is the subscription to e-mail, for that is what decides whether a mailing is sent.
function statementOf(stated: Stated, type: string): { type: string; value: WireValue; changedAt: Date | null } {
  const consent = stated.consents.find((one) => one.type === type)
  const subscription =
    type === marketing
      ? stated.subscriptions.find((one) => one.channel === 'email' && one.purpose === 'bulk')
      : undefined
  const given = subscription?.subscribed ?? consent?.given
  const changedAt = subscription?.changedAt ?? consent?.changedAt ?? null
  return { type, value: given === undefined ? 2 : given ? 1 : 0, changedAt }
}
