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

/** Puts values in the place of {{their names}}; a name that nobody told a value for becomes nothing. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{\s*([\w.-]{1,100})\s*\}\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : '',
  )
}

/** The same in HTML, where a value is text and no markup. */
export function fillInHtml(html: string, values: Readonly<Record<string, string>>): string {
  const escaped = Object.entries(values).map(([name, value]) => [name, escapeHtml(value)])
  return fillIn(html, Object.fromEntries(escaped))
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
