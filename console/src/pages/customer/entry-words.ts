import type { Channel, Purpose, TimelineItem } from '../../api/types.ts'
import { inSentence, sentence } from '../../app/format.ts'
import { channelNames, purposeNames } from '../../app/names.ts'

export type EntryKind = 'purchase' | 'points' | 'event' | 'message' | 'consent'

export function kindOf(item: TimelineItem): EntryKind {
  switch (item.kind) {
    case 'purchase':
    case 'event':
    case 'message':
    case 'consent':
      return item.kind
    default:
      return 'points'
  }
}

/** What happened to value, said of its unit: "points". */
const postingWords: Readonly<Record<string, (unit: string) => string>> = {
  earn: (unit) => `Earned ${unit}`,
  spend: (unit) => `Spent ${unit}`,
  capture: (unit) => `Spent ${unit}`,
  adjust: (unit) => `Corrected ${unit} by hand`,
  transfer: (unit) => `Moved ${unit} from or to another customer`,
  reverse: (unit) => `Took back ${unit}`,
  expire: (unit) => `Lost ${unit} that expired`,
  repay: (unit) => `Settled a debt of ${unit}`,
}

const eventWords: Readonly<Record<string, string>> = {
  product_viewed: 'Looked at a product',
  category_viewed: 'Browsed a category',
  searched: 'Searched',
  cart_added: 'Put into the cart',
  cart_removed: 'Took out of the cart',
  wish_added: 'Put on the wish list',
  wish_removed: 'Took off the wish list',
}

/** The server's words, put for somebody who stands at a counter. */
export function titleOf(item: TimelineItem): string {
  switch (kindOf(item)) {
    case 'purchase': {
      const [kind, ...number] = item.title.split(' ')
      return `${purchaseWord(kind)} ${number.join(' ')}`.trim()
    }
    case 'points':
      return postingTitle(item)
    case 'event':
      return eventWords[item.title] ?? sentence(item.title)
    case 'consent':
      return consentTitle(item.title)
    default:
      return sentence(item.title)
  }
}

function purchaseWord(kind: string | undefined): string {
  if (kind === 'sale') return 'Bought'
  return sentence(kind ?? '')
}

function postingTitle(item: TimelineItem): string {
  const unit = inSentence(item.unit ?? 'points')
  const value = item.points ?? item.amount_minor ?? 0
  if (item.title === 'reverse' && value > 0) return `Got ${unit} back`
  return postingWords[item.title]?.(unit) ?? `${sentence(item.title)}, ${unit}`
}

/** "email:bulk subscribed" */
function consentTitle(title: string): string {
  const [subject = '', ...event] = title.split(' ')
  return `${subjectWords(subject)}: ${event.join(' ').replaceAll('_', ' ')}`
}

/** "email:bulk", "consent:terms", "suppression:email" */
export function subjectWords(subject: string): string {
  const [first = '', second = ''] = subject.split(':')
  if (first === 'consent') return `Consent to ${second.replaceAll('_', ' ')}`
  if (first === 'suppression') return `${channelNames[second as Channel] ?? sentence(second)} blocked list`
  const purpose = purposeNames[second as Purpose]
  const channel = channelNames[first as Channel]
  return purpose && channel ? `${purpose} by ${channel}` : sentence(subject.replace(':', ', '))
}

const stateWords: Readonly<Record<string, string>> = {
  waiting: 'waiting to be sent',
  sent: 'sent',
  refused: 'not sent: no permission',
  failed: 'could not be sent',
  partly_cancelled: 'partly cancelled',
  cancelled: 'cancelled',
  open: 'open',
}

export function detailOf(item: TimelineItem): string {
  const state = item.state ? stateWords[item.state] : undefined
  const detail = kindOf(item) === 'consent' ? sentence(item.detail ?? '') : item.detail
  return [detail, state].filter(Boolean).join(', ')
}
