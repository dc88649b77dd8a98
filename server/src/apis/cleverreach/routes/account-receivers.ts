import {
  changeTags,
  findList,
  findMember,
  listTags,
  membershipsOf,
  putMember,
  removeMembers,
  removeTagsByPrefix,
  tagsOf,
} from '../../../core/audience/index.ts'
import { suppressedOf } from '../../../core/consent/index.ts'
import { addressesOf, type Customer, findEmail, listAttributes, updateCustomer } from '../../../core/customers/index.ts'
import { recordEvents } from '../../../core/events/index.ts'
import { transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readEpoch } from '../../http/times.ts'
import { readId, readInteger, readList, readRecord, readText } from '../../http/values.ts'
import { type Call, type Fields, fieldsOf, type Routes } from '../call.ts'
import { decodeGroupId } from '../decode.ts'
import { encodeAttribute, encodeEvent, encodeGroup, globalValue, localAttributes } from '../encode.ts'
import { decodeOrder, listOrders, recordOrders } from '../orders.ts'
import { writeCustomer } from '../receiver-writes.ts'
import {
  eventsOf,
  findReceiver,
  fullDetail,
  getReceiver,
  memberOf,
  rowsOfCustomers,
  rowsOfMembers,
} from '../receivers.ts'
import { attributeOf } from './attributes.ts'

/** Receivers of the whole account, and what belongs to one of them, with or without a group in the path. */
export function accountReceiverRoutes({ add }: Routes): void {
  add('GET', '/receivers/:receiver', get)
  add('DELETE', '/receivers/:receiver', remove)
  add('POST', '/receivers/delete', removeMany)
  add('POST', '/receivers/isvalid', valid)
  add('GET', '/receivers/:receiver/groups', groups)
  add('PUT', '/receivers/:receiver/email', rename)
  for (const base of ['/receivers/:receiver', '/groups/:group/receivers/:receiver']) {
    add('GET', `${base}/events`, async (call) =>
      (await eventsOf(call.ctx, (await receiverOf(call)).id)).map(encodeEvent),
    )
    add('POST', `${base}/events`, addEvent)
    add('GET', `${base}/orders`, async (call) => listOrders(call.ctx, await receiverOf(call)))
    add('POST', `${base}/orders`, addOrder)
    add('GET', `${base}/attributes`, attributes)
    add('PUT', `${base}/attributes/:value`, setAttribute)
    add('GET', `${base}/tags`, async (call) => ownTags(call, await receiverOf(call)))
    add('POST', `${base}/tags`, addTags)
    add('DELETE', `${base}/tags/:tags`, removeTags)
  }
  for (const path of ['/tags', '/receivers/tags']) add('GET', path, allTags)
  add('GET', '/tags/count', countTag)
  add('DELETE', '/receivers/tags/:origin', async ({ ctx, params }) => {
    await removeTagsByPrefix(ctx, { prefix: `${params.origin}.`, customerId: null })
    return true
  })
}

// A path with a group leads only to the group's members.
async function receiverOf(call: Call): Promise<Customer> {
  return call.params.group === undefined ? getReceiver(call.ctx, call.params.receiver) : (await memberOf(call)).customer
}

async function get(call: Call): Promise<Fields> {
  const groupId = decodeGroupId(call.query)
  const customer = await getReceiver(call.ctx, call.params.receiver)
  const [row] =
    groupId === undefined
      ? await rowsOfCustomers(call.ctx, [customer], fullDetail)
      : await inGroup({ ...call, params: { ...call.params, group: String(groupId) } })
  if (!row) throw new DomainError('customer.not_found')
  return row
}

async function inGroup(call: Call): Promise<Fields[]> {
  const { list, member } = await memberOf(call)
  return rowsOfMembers(call.ctx, list, [member], fullDetail)
}

/** Takes the receiver out of one group or of all; the customer stays, with purchases and points. */
async function remove(call: Call): Promise<boolean> {
  const customer = await getReceiver(call.ctx, call.params.receiver)
  await removeFromGroups(call, customer, decodeGroupId({ ...readRecord(call.body), ...call.query }))
  return true
}

async function removeFromGroups(call: Call, customer: Customer, groupId: number | undefined): Promise<void> {
  const all = (await membershipsOf(call.ctx, [customer.id])).get(customer.id) ?? []
  for (const { listId } of all.filter((member) => groupId === undefined || member.listId === groupId)) {
    await removeMembers(call.ctx, { listId, customerIds: [customer.id] })
  }
}

async function removeMany(call: Call): Promise<Fields[]> {
  const fields = Array.isArray(call.body) ? { receivers: call.body } : fieldsOf(call)
  const names = readList(fields.receivers)
  if (names.length > 1_001) throw new DomainError('request.too_large', { reason: 'more than 1001 receivers' })
  return transact(call.ctx, async (ctx) => {
    const results: Fields[] = []
    for (const name of names) {
      const customer = await findReceiver(ctx, name)
      if (customer) await removeFromGroups({ ...call, ctx }, customer, decodeGroupId(fields))
      results.push({ status: customer ? 'success' : 'not found', id: customer ? String(customer.id) : name })
    }
    return results
  })
}

/** Those of the addresses that are addresses and may be written to. */
async function valid({ ctx, body }: Call): Promise<string[]> {
  const emails = readList(Array.isArray(body) ? body : readRecord(body)?.emails).slice(0, 5_000)
  const suppressed = await suppressedOf(ctx, 'email', emails)
  return emails.filter((email) => findEmail(email) !== undefined && !suppressed.has(email))
}

async function groups(call: Call): Promise<Fields[]> {
  const customer = await getReceiver(call.ctx, call.params.receiver)
  const result: Fields[] = []
  for (const { listId } of (await membershipsOf(call.ctx, [customer.id])).get(customer.id) ?? []) {
    const list = await findList(call.ctx, listId)
    if (list) result.push(encodeGroup(list))
  }
  return result
}

async function rename(call: Call): Promise<Fields> {
  const customer = await getReceiver(call.ctx, call.params.receiver)
  const email = readText(fieldsOf(call).email)
  if (!email) throw new DomainError('request.invalid', { field: 'email', reason: 'missing' })
  await updateCustomer(call.ctx, { id: customer.id, patch: { email } })
  return get({ ...call, params: { receiver: String(customer.id) } })
}

async function addEvent(call: Call): Promise<boolean> {
  const customer = await receiverOf(call)
  const fields = fieldsOf(call)
  const text = (name: string) => readText(fields[name]) ?? ''
  if (text('type') === '') throw new DomainError('request.invalid', { field: 'type', reason: 'missing' })
  const data = Object.fromEntries(['type_id', 'value', 'mailing_id', 'groups_id'].map((name) => [name, text(name)]))
  const occurredAt = readEpoch(fields.stamp) ?? call.ctx.clock.now()
  await recordEvents(call.ctx, [{ type: text('type'), customerId: customer.id, occurredAt, data }])
  return true
}

async function addOrder(call: Call): Promise<Fields[]> {
  const customer = await receiverOf(call)
  const context = { now: call.ctx.clock.now(), currency: call.ctx.tenant.currency }
  const item = decodeOrder(call.body, context)
  await recordOrders(call.ctx, [{ index: 0, customerId: customer.id, isNew: false, orders: [item] }])
  return (await listOrders(call.ctx, customer)).filter((order) => order.order_id === item.orderId)
}

/** Every attribute with its current value: the global ones, and under a group the group's. */
async function attributes(call: Call): Promise<Fields[]> {
  const { ctx } = call
  const customer = await receiverOf(call)
  const address = (await addressesOf(ctx, [customer.id])).get(customer.id)?.[0]
  const globals = await listAttributes(ctx, null)
  const rows = globals.map((one) => encodeAttribute(one, globalValue(one.name, { customer, address })))
  const groupId = readId(call.params.group) ?? decodeGroupId(call.query)
  if (groupId === undefined) return rows
  const member = await findMember(ctx, groupId, customer.id)
  const locals = await listAttributes(ctx, groupId)
  const values = localAttributes({ member, locals })
  return [...rows, ...locals.map((one) => encodeAttribute(one, values[one.name] ?? ''))]
}

async function setAttribute(call: Call): Promise<Fields> {
  const { ctx } = call
  const customer = await receiverOf(call)
  const definition = await attributeOf({ ...call, params: { attribute: call.params.value ?? '' } })
  const value = readText(fieldsOf(call).value) ?? null
  if (definition.listId === null) {
    await writeCustomer(ctx, customer, { values: { [definition.name]: value }, defined: new Set([definition.name]) })
  } else {
    const values = { [definition.name]: value }
    await putMember(ctx, { listId: definition.listId, customerId: customer.id, attributes: values, mode: 'update' })
  }
  return encodeAttribute(definition, value)
}

async function ownTags({ ctx }: Call, customer: Customer): Promise<readonly string[]> {
  return (await tagsOf(ctx, [customer.id])).get(customer.id) ?? []
}

async function addTags(call: Call): Promise<readonly string[]> {
  const customer = await receiverOf(call)
  const tags = readList(Array.isArray(call.body) ? call.body : fieldsOf(call).tags)
  if (tags.length === 0) throw new DomainError('request.invalid', { field: 'tags', reason: 'missing' })
  const of = (tag: string) => ({ customerId: customer.id, tag })
  await changeTags(call.ctx, {
    remove: tags.filter((tag) => tag.startsWith('-')).map((tag) => of(tag.slice(1))),
    add: tags.filter((tag) => !tag.startsWith('-')).map(of),
  })
  return ownTags(call, customer)
}

/** A list with commas; `origin.*` means every tag of that origin. */
async function removeTags(call: Call): Promise<boolean> {
  const customer = await receiverOf(call)
  const tags = readList(call.params.tags)
  await transact(call.ctx, async (ctx) => {
    for (const tag of tags.filter((one) => one.endsWith('*'))) {
      await removeTagsByPrefix(ctx, { prefix: tag.slice(0, -1), customerId: customer.id })
    }
    const exact = tags.filter((one) => !one.endsWith('*'))
    await changeTags(ctx, { remove: exact.map((tag) => ({ customerId: customer.id, tag })) })
  })
  return true
}

async function allTags({ ctx, query }: Call): Promise<Fields[]> {
  const tags = await listTags(ctx, {
    listId: decodeGroupId(query),
    limit: readInteger(query.limit, { min: 1, max: 10_000 }) ?? 100,
    offset: readInteger(query.offset, { min: 0 }) ?? 0,
  })
  return tags.map(({ tag, count }) => ({ ...originOf(tag), count }))
}

function originOf(tag: string): { origin: string; tag: string } {
  const dot = tag.indexOf('.')
  return dot < 0 ? { origin: '', tag } : { origin: tag.slice(0, dot), tag: tag.slice(dot + 1) }
}

async function countTag({ ctx, query }: Call): Promise<number> {
  const wanted = readText(query.tag) ?? ''
  const tags = await listTags(ctx, { listId: decodeGroupId(query), limit: 10_000 })
  return tags.find(({ tag }) => tag === wanted)?.count ?? 0
}
