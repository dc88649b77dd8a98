import { type AttributeValue, attributeName, findEmail } from '../../core/customers/index.ts'
import { DomainError } from '../../platform/errors.ts'
import { readEpoch } from '../http/times.ts'
import { firstOf, readId, readList, readRecord, readText } from '../http/values.ts'
import type { Fields } from './call.ts'
import { decodeOrders, type OrderItem } from './orders.ts'

/** What a client says of a receiver; undefined: not said, null: explicitly none. */
export interface ReceiverInput {
  /** Undefined when it is no address. */
  readonly email: string | undefined
  readonly registered: Date | null | undefined
  readonly activated: Date | null | undefined
  readonly deactivated: Date | null | undefined
  readonly source: string | undefined
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly globalAttributes: Readonly<Record<string, AttributeValue>>
  readonly addTags: readonly string[]
  readonly removeTags: readonly string[]
  readonly orders: readonly OrderItem[]
}

/** Refuses request.invalid for what is no object, and for orders that say too little. */
export function decodeReceiver(row: unknown, context: { now: Date; currency: string }): ReceiverInput {
  const fields = readRecord(row)
  if (!fields) throw new DomainError('request.invalid', { reason: 'a receiver must be an object' })
  const tags = readList(fields.tags)
  return {
    email: decodeEmail(fields.email),
    registered: decodeStamp(fields.registered, context.now),
    activated: decodeStamp(fields.activated, context.now),
    deactivated: decodeStamp(fields.deactivated, context.now),
    source: readText(fields.source) || undefined,
    attributes: decodeAttributes(fields.attributes),
    globalAttributes: decodeAttributes(fields.global_attributes),
    addTags: tags.filter((tag) => !tag.startsWith('-')),
    removeTags: tags.filter((tag) => tag.startsWith('-')).map((tag) => tag.slice(1)),
    orders: decodeOrders(fields.orders, context),
  }
}

/** As it was given, so that it is shown again as its owner writes it; undefined when it is no address. */
function decodeEmail(value: unknown): string | undefined {
  const text = readText(value)?.trim() ?? ''
  return findEmail(text) === undefined ? undefined : text
}

/** Seconds since 1970; 0, false and '' are none, true is now. */
export function decodeStamp(value: unknown, now: Date): Date | null | undefined {
  if (value === undefined || value === null) return undefined
  if (value === true || value === 'true') return now
  if (value === false || value === 'false' || value === '' || Number(value) === 0) return null
  const time = readEpoch(value)
  if (!time) throw new DomainError('request.invalid', { field: 'stamp', reason: 'must be seconds since 1970' })
  return time
}

/** An object, or one text `name:value,name2:value2`. Names in lower case; nested values are left out. */
export function decodeAttributes(value: unknown): Record<string, AttributeValue> {
  const pairs = typeof value === 'string' ? pairsOf(value) : Object.entries(readRecord(value) ?? {})
  const attributes: Record<string, AttributeValue> = Object.create(null)
  for (const [name, given] of pairs) {
    const text = given === null ? null : readText(given)
    if (name.trim() !== '' && text !== undefined) attributes[attributeName(name)] = text
  }
  return { ...attributes }
}

function pairsOf(text: string): [string, string][] {
  return text
    .split(',')
    .filter((pair) => pair.includes(':'))
    .map((pair) => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)])
}

/** A receiver in a path or a list: its id or its e-mail. */
export type ReceiverName = { readonly id: number } | { readonly email: string }

export function decodeName(value: unknown): ReceiverName | undefined {
  const text = readText(value)?.trim() ?? ''
  const id = readId(text)
  if (id !== undefined) return { id }
  const email = findEmail(text)
  return email === undefined ? undefined : { email }
}

/** An id of a group in a body or query: `group_id`, `groups_id`; 0 and absent mean none. */
export function decodeGroupId(fields: Fields): number | undefined {
  return readId(firstOf(fields, ['group_id', 'groups_id']))
}
