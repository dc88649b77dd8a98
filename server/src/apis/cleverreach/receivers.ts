// Receivers as the routes need them: found by id or e-mail, with everything their fields are made of.
import { findList, findMember, type List, type Member, tagsOf } from '../../core/audience/index.ts'
import { subscriptionsOf } from '../../core/consent/index.ts'
import {
  addressesOf,
  type Customer,
  type CustomerId,
  findCustomerById,
  findCustomerByIdentity,
  getCustomers,
  listAttributes,
} from '../../core/customers/index.ts'
import { type BehaviourEvent, listEvents } from '../../core/events/index.ts'
import { findDefaultUnit } from '../../core/ledger/index.ts'
import { availableAfterCharges } from '../../core/loyalty/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { readId, readInteger } from '../http/values.ts'
import type { Call } from './call.ts'
import { decodeName } from './decode.ts'
import { encodeReceiver } from './encode.ts'
import { listOrders } from './orders.ts'

type Fields = Readonly<Record<string, unknown>>

/** Which of the costly parts a row has: a sum of 1 events, 2 orders, 4 tags. */
export interface Detail {
  readonly events: boolean
  readonly orders: boolean
  readonly tags: boolean
}

export const fullDetail: Detail = { events: true, orders: true, tags: true }

export function readDetail(value: unknown): Detail {
  const mask = readInteger(value, { min: 0, max: 7 }) ?? 0
  return { events: (mask & 1) > 0, orders: (mask & 2) > 0, tags: (mask & 4) > 0 }
}

/** The group in the path. Refuses `list.not_found`. */
export async function groupOf(call: Call): Promise<List> {
  const id = readId(call.params.group)
  const list = id === undefined ? undefined : await findList(call.ctx, id)
  if (!list) throw new DomainError('list.not_found')
  return list
}

/** For posting receivers, where the vendor says 405 about a group that is not there. */
export async function groupToFill(call: Call): Promise<List> {
  const id = readId(call.params.group)
  const list = id === undefined ? undefined : await findList(call.ctx, id)
  if (!list) throw new DomainError('request.method_not_allowed', { reason: 'invalid group' })
  return list
}

/** Whoever the id or e-mail leads to. Refuses `customer.not_found`; erased and anonymous customers are no receivers. */
export async function findReceiver(ctx: Ctx, text: unknown): Promise<Customer | undefined> {
  const name = decodeName(text)
  if (!name) return undefined
  const customer =
    'id' in name
      ? await findCustomerById(ctx, name.id)
      : await findCustomerByIdentity(ctx, { kind: 'email', value: name.email })
  return customer?.state === 'identified' ? customer : undefined
}

export async function getReceiver(ctx: Ctx, text: unknown): Promise<Customer> {
  const customer = await findReceiver(ctx, text)
  if (!customer) throw new DomainError('customer.not_found')
  return customer
}

/** The receiver in the path as a member of the group in the path. Refuses list.not_found, customer.not_found, member.not_found. */
export async function memberOf(call: Call): Promise<{ list: List; customer: Customer; member: Member }> {
  const list = await groupOf(call)
  const customer = await getReceiver(call.ctx, call.params.receiver)
  const member = await findMember(call.ctx, list.id, customer.id)
  if (!member) throw new DomainError('member.not_found')
  return { list, customer, member }
}

/** Rows of a group's listing, in the order of the members. */
export function rowsOfMembers(ctx: Ctx, list: List, members: readonly Member[], detail: Detail): Promise<Fields[]> {
  return rows(ctx, { list, who: members.map((member) => ({ customerId: member.customerId, member })), detail })
}

/** Rows outside any group. */
export function rowsOfCustomers(ctx: Ctx, customers: readonly Customer[], detail: Detail): Promise<Fields[]> {
  const who = customers.map((customer) => ({ customerId: customer.id, member: undefined }))
  return rows(ctx, { list: undefined, who, detail })
}

async function rows(
  ctx: Ctx,
  query: {
    list: List | undefined
    who: readonly { customerId: CustomerId; member: Member | undefined }[]
    detail: Detail
  },
): Promise<Fields[]> {
  const ids = [...new Set(query.who.map((one) => one.customerId))]
  const customers = new Map((await getCustomers(ctx, ids)).map((customer) => [customer.id, customer]))
  const globals = await listAttributes(ctx, null)
  const locals = query.list ? await listAttributes(ctx, query.list.id) : []
  const addresses = await addressesOf(ctx, ids)
  const subscriptions = await subscriptionsOf(ctx, ids)
  const points = await pointsOf(ctx, ids)
  const tags = query.detail.tags ? await tagsOf(ctx, ids) : undefined
  const result: Fields[] = []
  for (const { customerId, member } of query.who) {
    const customer = customers.get(customerId)
    if (!customer) continue
    result.push(
      encodeReceiver({
        customer,
        member,
        globals,
        locals,
        address: addresses.get(customerId)?.[0],
        points: points.get(customerId) ?? 0,
        bulk: subscriptions.get(customerId)?.find((one) => one.channel === 'email' && one.purpose === 'bulk'),
        ...(tags ? { tags: tags.get(customerId) ?? [] } : {}),
        ...(query.detail.events ? { events: await eventsOf(ctx, customerId) } : {}),
        ...(query.detail.orders ? { orders: await listOrders(ctx, customer) } : {}),
      }),
    )
  }
  return result
}

// The loyalty balance: whole points of the default type.
async function pointsOf(ctx: Ctx, customerIds: readonly CustomerId[]): Promise<ReadonlyMap<number, number>> {
  const unit = await findDefaultUnit(ctx, 'points')
  return unit ? availableAfterCharges(ctx, { unitId: unit.id, customerIds }) : new Map()
}

const maxEvents = 250

/** Newest first. */
export function eventsOf(ctx: Ctx, customerId: CustomerId): Promise<BehaviourEvent[]> {
  return listEvents(ctx, { customerId, limit: maxEvents })
}
