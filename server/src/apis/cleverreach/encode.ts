import type { List, ListStats, Member } from '../../core/audience/index.ts'
import type { Subscription, Suppression } from '../../core/consent/index.ts'
import {
  type Address,
  type AttributeDefinition,
  type AttributeType,
  type AttributeValue,
  type Customer,
  primaryEmail,
} from '../../core/customers/index.ts'
import type { BehaviourEvent } from '../../core/events/index.ts'
import { epochSeconds } from '../http/times.ts'
import { fieldOf, genderOf, knownFields, nameOf, ownValue } from './vocabulary.ts'

type Fields = Readonly<Record<string, unknown>>

/** The customer source of whoever came through this API. */
export const ownSource = 'newsletter'

/** 0 means never. */
export function stamp(time: Date | null | undefined): number {
  return time ? epochSeconds(time) : 0
}

export function encodeGroup(list: List): Fields {
  return {
    id: String(list.id),
    name: list.name,
    locked: list.locked,
    backup: list.settings.backup !== false,
    receiver_info: list.description,
    stamp: stamp(list.createdAt),
    last_mailing: 0,
    last_changed: stamp(list.updatedAt),
  }
}

export function encodeStats(stats: ListStats & { orders: number; averagePoints: number }, now: Date): Fields {
  return {
    total_count: stats.total,
    inactive_count: stats.inactive,
    active_count: stats.active,
    bounce_count: stats.bounced,
    avg_points: stats.averagePoints,
    quality: stats.total === 0 ? 0 : Math.round((stats.active / stats.total) * 100),
    time: stamp(now),
    order_count: stats.orders,
  }
}

const typeNames: Readonly<Record<AttributeType, string>> = {
  text: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'text',
  date: 'date',
  gender: 'gender',
  choice: 'text',
  choices: 'text',
  json: 'text',
}

export function encodeAttribute(definition: AttributeDefinition, value: string | null = null): Fields {
  return {
    id: definition.id,
    groups_id: definition.listId ?? 0,
    name: definition.name,
    description: definition.label,
    preview_value: definition.previewValue ?? '',
    default_value: definition.defaultValue ?? '',
    value,
    type: typeNames[definition.type],
    tag: `{${definition.name.toUpperCase()}}`,
  }
}

/** All that a receiver's fields are made of. */
export interface ReceiverParts {
  readonly customer: Customer
  /** Undefined outside a group. */
  readonly member: Member | undefined
  readonly address: Address | undefined
  readonly points: number
  readonly bulk: Subscription | undefined
  readonly globals: readonly AttributeDefinition[]
  readonly locals: readonly AttributeDefinition[]
  readonly tags?: readonly string[]
  readonly events?: readonly BehaviourEvent[]
  readonly orders?: readonly Fields[]
}

export function encodeReceiver(parts: ReceiverParts): Fields {
  const { customer, member } = parts
  const left = member?.leftAt ?? refusedAt(parts)
  return {
    id: String(customer.id),
    email: primaryEmail(customer) ?? '',
    imported: 0,
    bounced: stamp(member?.bouncedAt),
    group_id: member ? String(member.listId) : '0',
    // Outside a group whoever can be written to counts as activated: clients work out `active` from it.
    activated: stamp(member ? member.confirmedAt : parts.bulk?.subscribed ? parts.bulk.changedAt : null),
    registered: stamp(member?.registeredAt ?? customer.createdAt),
    deactivated: stamp(left),
    last_ip: '',
    last_location: '',
    last_client: '',
    last_changed: stamp(latest(customer.updatedAt, member?.updatedAt)),
    points: parts.points,
    stars: 0,
    source: member?.source || otherSource(customer) || 'RESTful API',
    attributes: localAttributes(parts),
    global_attributes: globalAttributes(parts),
    active: member
      ? member.confirmedAt !== null && !left && member.bouncedAt === null
      : parts.bulk?.subscribed === true,
    conversion_rate: 0,
    open_rate: 0,
    click_rate: 0,
    ...(parts.tags ? { tags: parts.tags } : {}),
    ...(parts.events ? { events: parts.events.map(encodeEvent) } : {}),
    ...(parts.orders ? { orders: parts.orders } : {}),
  }
}

/** The way in which the customer came, unless it is this API. */
function otherSource(customer: Customer): string | null {
  return customer.source === ownSource ? null : customer.source
}

// Whoever refused bulk e-mail elsewhere is not active in any group.
function refusedAt({ bulk }: ReceiverParts): Date | null {
  return bulk && !bulk.subscribed ? bulk.changedAt : null
}

function latest(one: Date, other: Date | undefined): Date {
  return other && other > one ? other : one
}

/** Every attribute of the group is present; values are texts. */
export function localAttributes({ member, locals }: Pick<ReceiverParts, 'member' | 'locals'>): Record<string, string> {
  return Object.fromEntries(locals.map(({ name }) => [name, textOf(member?.attributes[name])]))
}

/** Every global attribute is present; beside them what we know of the customer under the usual names. */
export function globalAttributes(
  parts: Pick<ReceiverParts, 'customer' | 'address' | 'globals'>,
): Record<string, string> {
  const { customer, address, globals } = parts
  const shown = new Map(globals.map(({ name }) => [name, globalValue(name, parts)]))
  const told = new Set(globals.map(({ name }) => fieldOf(name)))
  for (const field of knownFields) {
    const value = told.has(field) ? '' : ownValue(field, customer, address)
    if (value !== '') shown.set(nameOf(field), value)
  }
  return Object.fromEntries(shown)
}

/** The customer's own field where the name means one; what was given for it is shown while it says the same. */
export function globalValue(name: string, { customer, address }: Pick<ReceiverParts, 'customer' | 'address'>): string {
  const given = textOf(customer.attributes[name])
  const field = fieldOf(name)
  if (!field) return given
  const own = ownValue(field, customer, address)
  if (field === 'gender' && given !== '' && (genderOf(given) ?? '') === own) return given
  return own === '' && field === 'phone' ? given : own
}

function textOf(value: AttributeValue | undefined): string {
  if (value === undefined || value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

export function encodeEvent(event: BehaviourEvent): Fields {
  const text = (name: string) => (typeof event.data[name] === 'string' ? event.data[name] : '')
  return {
    stamp: stamp(event.occurredAt),
    type: event.type,
    type_id: text('type_id') || (event.productCode ?? ''),
    value: text('value'),
    mailing_id: text('mailing_id') || '0',
    groups_id: text('groups_id') || '0',
  }
}

export function encodeBlacklisted(entry: Suppression): Fields {
  return {
    email: entry.address ?? '',
    comment: entry.comment ?? '',
    stamp: stamp(entry.createdAt),
    // What the recipients or their providers said is not the client's to take back.
    isLocked: entry.reason === 'complained',
  }
}
