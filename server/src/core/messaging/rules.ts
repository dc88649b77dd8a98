import type { Channel } from '../consent/index.ts'
import type { MessageChannel } from './types.ts'

/** The word consent has for a message's channel. */
export function consentChannel(channel: MessageChannel): Channel {
  return channel === 'push' ? 'mobile_push' : channel
}

export const maxAttempts = 8

/** How long to wait after the nth failed attempt: a minute, doubled each time, at most six hours. */
export function retryDelaySeconds(attempt: number): number {
  return Math.min(60 * 2 ** (attempt - 1), 6 * 3600)
}
