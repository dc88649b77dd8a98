import type { ConsentChange } from '../../core/consent/index.ts'
import { localTime } from '../http/times.ts'
import { readText } from '../http/values.ts'

const contactTypes: Readonly<Record<string, string>> = {
  email: 'email',
  sms: 'sms',
  web_push: 'wpush',
  mobile_push: 'mpush',
}

const events: Readonly<Record<string, string>> = { subscribed: 'subscribe', unsubscribed: 'unsubscribe' }
const suppressions: Readonly<Record<string, string>> = {
  bounced: 'hard_bounced',
  complained: 'complained',
  blacklisted: 'blacklisted',
}

/** An entry of the consent history in the vendor's words; undefined for what the vendor has no word for. */
export function encodeChange(
  change: ConsentChange,
  contacts: { email: string | undefined; phone: string | undefined } | undefined,
  timeZone: string,
): Record<string, unknown> | undefined {
  const [first = '', second = ''] = change.subject.split(':')
  const suppressed = first === 'suppression'
  const contactType = contactTypes[suppressed ? second : first]
  const event = suppressed ? suppressions[readText(change.data.reason) ?? ''] : events[change.event]
  if (!contactType || !event) return undefined
  const contact = contactType === 'sms' ? contacts?.phone : contacts?.email
  return {
    contact_type: contactType,
    contact: readText(change.data.address) ?? contact ?? '',
    campaign_type: suppressed ? 'bulk' : second,
    event,
    channel: change.source.replace(/^rees46 /, ''),
    datetime: localTime(change.createdAt, timeZone),
    ip: change.ip ?? '',
  }
}
