import {
  confirmMember,
  leaveList,
  listMembers,
  type MemberOrder,
  type MemberState,
  putMember,
  removeMembers,
} from '../../../core/audience/index.ts'
import { setSubscriptions } from '../../../core/consent/index.ts'
import { listAttributes, updateCustomer } from '../../../core/customers/index.ts'
import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readPage } from '../../http/paging.ts'
import { readId, readList, readRecord, readText } from '../../http/values.ts'
import { type Call, type Fields, fieldsOf, type Routes, rowsOf } from '../call.ts'
import { decodeReceiver, type ReceiverInput } from '../decode.ts'
import { maxBatch, memberInput, type RowResult, writeCustomer, writeReceivers } from '../receiver-writes.ts'
import { findReceiver, fullDetail, groupOf, groupToFill, memberOf, readDetail, rowsOfMembers } from '../receivers.ts'

/** Receivers inside a group. */
export function receiverRoutes({ add }: Routes): void {
  add('GET', '/groups/:group/receivers', (call) => list(call, call.query))
  add('POST', '/groups/:group/get_receivers', (call) => list(call, { ...call.query, ...fieldsOf(call) }))
  add('POST', '/groups/:group/receivers', post)
  add('POST', '/groups/:group/receivers/insert', (call) => statuses(call, 'insert'))
  add('POST', '/groups/:group/receivers/upsert', (call) => statuses(call, 'upsert'))
  add('POST', '/groups/:group/receivers/upsertplus', (call) => fullRows(call, 'upsert'))
  add('PUT', '/groups/:group/receivers/update', (call) => statuses(call, 'update'))
  add('PUT', '/groups/:group/receivers/updateplus', (call) => fullRows(call, 'update'))
  add('POST', '/groups/:group/receivers/delete', removeMany)
  add('GET', '/groups/:group/receivers/:receiver', one)
  add('PUT', '/groups/:group/receivers/:receiver', change)
  add('DELETE', '/groups/:group/receivers/:receiver', remove)
  for (const name of ['activate', 'setactive']) add('PUT', `/groups/:group/receivers/:receiver/${name}`, activate)
  for (const name of ['deactivate', 'setinactive']) add('PUT', `/groups/:group/receivers/:receiver/${name}`, deactivate)
}

const states: Readonly<Record<string, MemberState>> = {
  all: 'all',
  active: 'active',
  inactive: 'inactive',
  bounce: 'bounced',
  bounced: 'bounced',
}

const orders: Readonly<Record<string, MemberOrder>> = {
  id: 'id',
  email: 'email',
  registered: 'registered',
  activated: 'confirmed',
  deactivated: 'left',
  last_changed: 'updated',
}

async function list(call: Call, query: Fields): Promise<Fields[]> {
  const group = await groupOf(call)
  const page = readPage({ page: query.page, size: query.pagesize }, { first: 0, fallback: 50, max: 5_000 })
  const [column = '', direction = ''] = (readText(query.order_by) ?? '').trim().toLowerCase().split(/\s+/)
  const members = await listMembers(call.ctx, {
    listId: group.id,
    state: choose('type', states, readText(query.type)?.toLowerCase() || 'all'),
    order: choose('order_by', orders, column || 'id'),
    descending: direction === 'desc',
    ...page,
    ...(query.email_list === undefined ? {} : { emails: readList(query.email_list).map(plusInAddress) }),
    ...(query.id_list === undefined ? {} : { ids: readList(query.id_list).flatMap((id) => readId(id) ?? []) }),
  })
  return rowsOfMembers(call.ctx, group, members, readDetail(query.detail))
}

// An address has no blank: it was a plus that the client forgot to encode.
function plusInAddress(email: string): string {
  return email.replaceAll(' ', '+')
}

function choose<Value>(field: string, values: Readonly<Record<string, Value>>, text: string): Value {
  const value = Object.hasOwn(values, text) ? values[text] : undefined
  if (value === undefined) {
    throw new DomainError('request.invalid', { field, reason: `must be one of ${Object.keys(values).join(', ')}` })
  }
  return value
}

async function one(call: Call): Promise<Fields> {
  const { list, member } = await memberOf(call)
  const [row] = await rowsOfMembers(call.ctx, list, [member], fullDetail)
  if (!row) throw new DomainError('customer.not_found')
  return row
}

function decodeRows(call: Call): ReceiverInput[] {
  const rows = rowsOf(call)
  if (rows.length > maxBatch) throw new DomainError('request.too_large', { reason: `more than ${maxBatch} receivers` })
  const context = { now: call.ctx.clock.now(), currency: call.ctx.tenant.currency }
  return rows.map((row) => decodeReceiver(row, context))
}

/** A list is written like `insert`; a single receiver is answered whole. */
async function post(call: Call): Promise<unknown> {
  if (Array.isArray(call.body) || Array.isArray(readRecord(call.body)?.postdata)) return statuses(call, 'insert')
  const list = await groupToFill(call)
  const [row] = decodeRows(call)
  if (!row) throw new DomainError('request.invalid', { field: 'email', reason: 'missing' })
  const { ctx } = call
  return transact(ctx, async (ctx) => {
    const [result] = await writeReceivers(ctx, { list, rows: [row], mode: 'insert' })
    refuseRow(result)
    return one({ ...call, ctx, params: { ...call.params, receiver: String(result?.customerId) } })
  })
}

// The vendor's live order injection posts a receiver who may be there already: what counts then are the orders.
function refuseRow(result: RowResult | undefined): void {
  if (result?.customerId === undefined) throw new DomainError('email.invalid')
  if (result.status === 'duplicate address' && !result.tellsNewOrders) throw new DomainError('member.exists')
}

type Mode = 'insert' | 'upsert' | 'update'

async function statuses(call: Call, mode: Mode): Promise<Fields[]> {
  const list = mode === 'update' ? await groupOf(call) : await groupToFill(call)
  const results = await writeReceivers(call.ctx, { list, rows: decodeRows(call), mode })
  return results.map(({ status, customerId }) => ({ status, id: customerId ?? 0 }))
}

/** One full row for each that was written, in their order; whoever comes twice is shown twice, as it is in the end. */
async function fullRows(call: Call, mode: 'upsert' | 'update'): Promise<Fields[]> {
  const list = mode === 'update' ? await groupOf(call) : await groupToFill(call)
  const results = await writeReceivers(call.ctx, { list, rows: decodeRows(call), mode })
  const written = results.filter((result) => result.status === 'insert success' || result.status === 'update success')
  const ids = [...new Set(written.flatMap((result) => result.customerId ?? []))]
  const members = await listMembers(call.ctx, { listId: list.id, state: 'all', ids, limit: ids.length })
  const rows = await rowsOfMembers(call.ctx, list, members, { events: false, orders: false, tags: true })
  const byId = new Map(rows.map((row) => [row.id, row]))
  return written.map((result) => byId.get(String(result.customerId))).filter((row) => row !== undefined)
}

/** Changes what is given; the e-mail too. */
async function change(call: Call): Promise<Fields> {
  return transact(call.ctx, async (ctx) => {
    const within = { ...call, ctx }
    const { list, customer, member } = await memberOf(within)
    const fields = fieldsOf(call)
    const context = { now: ctx.clock.now(), currency: ctx.tenant.currency }
    const row = decodeReceiver({ email: call.params.receiver, ...fields }, context)
    const email = readText(fields.email)
    if (email) await updateCustomer(ctx, { id: customer.id, patch: { email } })
    const locals = new Set((await listAttributes(ctx, list.id)).map((definition) => definition.name))
    const input = memberInput({ row, customerId: member.customerId }, { isFirst: false, locals, now: context.now })
    await putMember(ctx, { ...input, listId: list.id, mode: 'update' })
    const defined = new Set((await listAttributes(ctx, null)).map((definition) => definition.name))
    await writeCustomer(ctx, customer, { values: row.globalAttributes, defined })
    await writeRest(ctx, within, { ...row, email: undefined })
    return one({ ...within, params: { ...call.params, receiver: String(customer.id) } })
  })
}

// Tags and orders go the way of the batches.
async function writeRest(ctx: Ctx, call: Call, row: ReceiverInput): Promise<void> {
  const { list, customer } = await memberOf(call)
  const email = customer.identities.find((identity) => identity.kind === 'email')?.value
  const rest = { ...row, email, attributes: {}, globalAttributes: {} }
  const times = { registered: undefined, activated: undefined, deactivated: undefined, source: undefined }
  if (email) await writeReceivers(ctx, { list, rows: [{ ...rest, ...times }], mode: 'update' })
}

async function remove(call: Call): Promise<boolean> {
  const { list, customer } = await memberOf(call)
  await removeMembers(call.ctx, { listId: list.id, customerIds: [customer.id] })
  return true
}

async function removeMany(call: Call): Promise<Fields[]> {
  const group = await groupOf(call)
  const names = namesOf(call)
  return transact(call.ctx, async (ctx) => {
    const found = []
    for (const name of names) found.push({ name, customer: await findReceiver(ctx, name) })
    const customerIds = found.flatMap(({ customer }) => customer?.id ?? [])
    const gone = await removeMembers(ctx, { listId: group.id, customerIds })
    return found.map(({ name, customer }) => ({
      status: customer && gone.has(customer.id) ? 'success' : 'not found',
      id: customer ? String(customer.id) : name,
    }))
  })
}

function namesOf(call: Call): string[] {
  const rows = Array.isArray(call.body) ? call.body : readList(fieldsOf(call).receivers ?? fieldsOf(call).postdata)
  if (rows.length > maxBatch) throw new DomainError('request.too_large', { reason: `more than ${maxBatch} receivers` })
  return rows.map((row) => readText(row) ?? '')
}

/** The shop says so: it also takes back a departure, but not one by the person's own act. */
async function activate(call: Call): Promise<boolean> {
  await transact(call.ctx, async (ctx) => {
    const { list, customer, member } = await memberOf({ ...call, ctx })
    const confirmedAt = member.confirmedAt ?? ctx.clock.now()
    const changed = await putMember(ctx, {
      listId: list.id,
      customerId: customer.id,
      confirmedAt,
      leftAt: null,
      mode: 'update',
    })
    if (changed.leftByPerson) return
    await confirmMember(ctx, { listId: list.id, customerId: customer.id, source: 'cleverreach' })
    const changes = [{ channel: 'email', purpose: 'bulk', subscribed: true }] as const
    await setSubscriptions(ctx, { customerId: customer.id, changes, source: 'cleverreach' })
  })
  return true
}

async function deactivate(call: Call): Promise<boolean> {
  const { list, customer } = await memberOf(call)
  await leaveList(call.ctx, { listId: list.id, customerId: customer.id, byPerson: false, source: 'cleverreach' })
  return true
}
