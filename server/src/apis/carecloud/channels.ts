import type { MessageChannel } from '../../core/messaging/index.ts'

/** How this API numbers the ways to a customer. 5, the customer's own pages, and 9, Viber, lead nowhere here. */
export const channels = [
  { number: 1, channel: 'email', name: 'E-mail' },
  { number: 2, channel: 'sms', name: 'SMS' },
  { number: 4, channel: 'push', name: 'Push notification' },
] as const satisfies readonly { number: number; channel: MessageChannel; name: string }[]

export function channelOf(number: number): MessageChannel | undefined {
  return channels.find((one) => one.number === number)?.channel
}

export function channelNumber(channel: MessageChannel): number {
  return channels.find((one) => one.channel === channel)?.number ?? 1
}
