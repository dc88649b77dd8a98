// Writing receivers into a group, one or a thousand, in a few statements.
import {
  changeTags,
  type List,
  type Member,
  type MemberInput,
  membershipsOf,
  type PutMode,
  putMembers,
  type TagOf,
} from '../../core/audience/index.ts'
import {
  type AttributeValue,
  type Customer,
  type CustomerId,
  type CustomerInput,
  findEmail,
  findPhone,
  getCustomers,
  identify,
  identifyMany,
  listAddresses,
  listAttributes,
  primaryEmail,
  putAddress,
  searchCustomers,
  updateCustomer,
} from '../../core/customers/index.ts'
import { recordEvents } from '../../core/events/index.ts'
import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import type { ReceiverInput } from './decode.ts'
import { ownSource } from './encode.ts'
import { recordOrders } from './orders.ts'
import { fieldOf, type OwnFields, readOwnFields } from './vocabulary.ts'

/**
 * The vendor recommends stacks of a thousand, and its own example sends a thousand and one. Above that clients expect 413
 * and halve their stack.
 */
export const maxBatch = 1_001

export type RowStatus = 'insert success' | 'update success' | 'duplicate address' | 'invalid address' | 'not found'

export interface RowResult {
  readonly status: RowStatus
  /** Undefined where the address is none or nobody's. */
  readonly customerId: CustomerId | undefined
  /** True when an order of the row was not known. */
  readonly tellsNewOrders: boolean
}

/** All rows or none: what cannot be understood refuses the batch; what cannot be carried out says so in its row. */
export function writeReceivers(
  ctx: Ctx,
  command: { list: List; rows: readonly ReceiverInput[]; mode: PutMode },
): Promise<RowResult[]> {
  if (command.rows.length > maxBatch) throw new DomainError('request.too_large', { reason: `more than ${maxBatch}` })
  return transact(ctx, async (ctx) => {
    const owners = await ownersOf(ctx, command)
    const before = await membersBefore(ctx, command.list, owners)
    const seen = new Set<CustomerId>(before.keys())
    const results: RowResult[] = []
    const accepted: { row: ReceiverInput; customerId: CustomerId; known: Member | undefined; isNew: boolean }[] = []
    for (const [index, row] of command.rows.entries()) {
      const owner = owners[index]
      const status = statusOf(command.mode, owner?.customerId, seen)
      results.push({ status, customerId: owner?.customerId, tellsNewOrders: false })
      if (!owner || (status !== 'insert success' && status !== 'update success')) continue
      seen.add(owner.customerId)
      accepted.push({ row, ...owner, known: before.get(owner.customerId) })
    }
    // From here it must succeed, or all of it is refused.
    await write(ctx, command.list, accepted)
    const told = await tellOrders(ctx, command.rows, owners)
    return results.map((result, index) => ({ ...result, tellsNewOrders: told.has(index) }))
  })
}

function statusOf(mode: PutMode, customerId: CustomerId | undefined, seen: ReadonlySet<CustomerId>): RowStatus {
  if (customerId === undefined) return mode === 'update' ? 'not found' : 'invalid address'
  const isKnown = seen.has(customerId)
  if (isKnown) return mode === 'insert' ? 'duplicate address' : 'update success'
  return mode === 'update' ? 'not found' : 'insert success'
}

type Owner = { readonly customerId: CustomerId; readonly isNew: boolean }

/** Whose address it is, made where the mode may; undefined for no address, and for a stranger's in an update. */
async function ownersOf(
  ctx: Ctx,
  command: { rows: readonly ReceiverInput[]; mode: PutMode },
): Promise<(Owner | undefined)[]> {
  if (command.mode === 'update') return findOwners(ctx, command.rows)
  const valid = command.rows.filter((row) => row.email !== undefined)
  const found = await identifyMany(
    ctx,
    valid.map((row) => ({
      claims: [{ kind: 'email', value: row.email ?? '' }],
      create: newCustomer(row),
      source: { source: ownSource },
    })),
  )
  const byRow = new Map(valid.map((row, index) => [row, found[index]]))
  return command.rows.map((row) => {
    const one = byRow.get(row)
    return one && { customerId: one.customerId, isNew: one.created }
  })
}

async function findOwners(ctx: Ctx, rows: readonly ReceiverInput[]): Promise<(Owner | undefined)[]> {
  const emails = rows.flatMap((row) => row.email ?? [])
  const customers = emails.length === 0 ? [] : await searchCustomers(ctx, { filters: { emails }, limit: 5_000 })
  const byEmail = new Map(
    customers.flatMap((customer) =>
      customer.identities.filter((one) => one.kind === 'email').map((one) => [one.value, customer.id] as const),
    ),
  )
  return rows.map((row) => {
    const customerId = byEmail.get(findEmail(row.email ?? '') ?? '')
    return customerId === undefined ? undefined : { customerId, isNew: false }
  })
}

function newCustomer(row: ReceiverInput): CustomerInput {
  const own = readOwnFields(row.globalAttributes)
  return { ...own.profile, ...(own.address.country ? { country: own.address.country } : {}), source: ownSource }
}

async function membersBefore(
  ctx: Ctx,
  list: List,
  owners: readonly (Owner | undefined)[],
): Promise<Map<CustomerId, Member>> {
  const ids = owners.flatMap((owner) => owner?.customerId ?? [])
  const memberships = await membershipsOf(ctx, ids)
  return new Map(
    [...memberships].flatMap(([customerId, all]) => {
      const own = all.find((member) => member.listId === list.id)
      return own ? [[customerId, own] as const] : []
    }),
  )
}

interface Accepted extends Owner {
  readonly row: ReceiverInput
  readonly known: Member | undefined
}

async function write(ctx: Ctx, list: List, accepted: readonly Accepted[]): Promise<void> {
  if (accepted.length === 0) return
  const locals = new Set((await listAttributes(ctx, list.id)).map((definition) => definition.name))
  const now = ctx.clock.now()
  const seen = new Set<CustomerId>()
  const members = accepted.map((one) => {
    const isFirst = one.known === undefined && !seen.has(one.customerId)
    seen.add(one.customerId)
    return memberInput(one, { isFirst, locals, now })
  })
  await putMembers(ctx, { listId: list.id, members, mode: 'upsert' })
  await changeTags(ctx, tagChanges(accepted))
  await writeCustomers(ctx, accepted)
  await noteWrites(ctx, list, accepted)
}

// Of a customer who comes twice the last word about a tag counts.
function tagChanges(accepted: readonly Accepted[]): { add: TagOf[]; remove: TagOf[] } {
  const last = new Map<string, TagOf & { readonly stays: boolean }>()
  for (const { customerId, row } of accepted) {
    for (const tag of row.removeTags) last.set(`${customerId} ${tag}`, { customerId, tag, stays: false })
    for (const tag of row.addTags) last.set(`${customerId} ${tag}`, { customerId, tag, stays: true })
  }
  const all = [...last.values()]
  return { add: all.filter((one) => one.stays), remove: all.filter((one) => !one.stays) }
}

/**
 * A new member who is told no time at all is active from now on; one who is told `registered` alone waits for the
 * confirmation. A known one keeps what is not told; a time in `activated` brings them back.
 */
export function memberInput(
  one: Pick<Accepted, 'row' | 'customerId'>,
  context: { isFirst: boolean; locals: ReadonlySet<string>; now: Date },
): MemberInput {
  const { registered, activated, deactivated, source } = one.row
  const saysNothing = registered === undefined && activated === undefined && deactivated === undefined
  const startsNow = context.isFirst && saysNothing
  const returns = activated instanceof Date && deactivated === undefined
  const attributes = Object.entries(one.row.attributes).filter(([name]) => context.locals.has(name))
  return {
    customerId: one.customerId,
    registeredAt: registered ?? (context.isFirst ? (activated ?? context.now) : undefined),
    confirmedAt: startsNow ? context.now : activated,
    leftAt: returns ? null : deactivated,
    source,
    attributes: Object.fromEntries(attributes),
  }
}

// One by one, but only those of whom something changes: new customers have their profile already.
async function writeCustomers(ctx: Ctx, accepted: readonly Accepted[]): Promise<void> {
  const telling = accepted.filter((one) => Object.keys(one.row.globalAttributes).length > 0)
  const customers = new Map(
    (
      await getCustomers(
        ctx,
        telling.map((one) => one.customerId),
      )
    ).map((customer) => [customer.id, customer]),
  )
  const defined = new Set((await listAttributes(ctx, null)).map((definition) => definition.name))
  for (const one of telling) {
    const customer = customers.get(one.customerId)
    if (customer) await writeCustomer(ctx, customer, { values: one.row.globalAttributes, defined })
  }
}

/** Sets global attributes: the customer's own fields, and those that were defined; other names are not kept. */
export async function writeCustomer(
  ctx: Ctx,
  customer: Customer,
  told: { values: Readonly<Record<string, AttributeValue>>; defined: ReadonlySet<string> },
): Promise<void> {
  const own = readOwnFields(told.values)
  const attributes = Object.fromEntries(
    Object.entries(told.values).filter(([name, value]) => keepsAttribute(name, told.defined) && value !== undefined),
  )
  const differs =
    Object.entries(own.profile).some(([field, value]) => customer[field as keyof Customer] !== value) || // a profile's field
    Object.entries(attributes).some(([name, value]) => customer.attributes[name] !== value)
  if (differs) await updateCustomer(ctx, { id: customer.id, patch: { ...own.profile, attributes } })
  await writeAddress(ctx, customer, own.address)
  await writePhone(ctx, customer, own.phone)
}

// A salutation is kept as it was worded beside the gender it says; names and days live in the profile alone.
function keepsAttribute(name: string, defined: ReadonlySet<string>): boolean {
  const field = fieldOf(name)
  return defined.has(name) && (field === undefined || field === 'gender' || field === 'phone')
}

async function writeAddress(ctx: Ctx, customer: Customer, address: OwnFields['address']): Promise<void> {
  const told = Object.entries(address).filter(([, value]) => value !== undefined)
  if (told.length === 0) return
  const [primary] = await listAddresses(ctx, customer.id)
  if (!primary && told.every(([, value]) => value === null)) return
  if (primary && told.every(([field, value]) => primary[field as keyof OwnFields['address']] === value)) return // its own keys
  await putAddress(ctx, { customerId: customer.id, id: primary?.id, ...address })
}

// A phone that is no number, or somebody else's, is only a remark.
async function writePhone(ctx: Ctx, customer: Customer, phone: string | undefined): Promise<void> {
  if (!phone) return
  const email = primaryEmail(customer)
  if (!email || !findPhone(phone, ctx.tenant.country)) return
  const claims = [
    { kind: 'email', value: email },
    { kind: 'phone', value: phone },
  ] as const
  await identify(ctx, { claims, policy: 'attach', create: false })
}

async function noteWrites(ctx: Ctx, list: List, accepted: readonly Accepted[]): Promise<void> {
  await recordEvents(
    ctx,
    accepted.map((one) => ({
      type: 'api',
      customerId: one.customerId,
      data: {
        type_id: one.known ? 'REST update' : 'REST insert',
        value: ctx.actor.ip ?? '',
        groups_id: String(list.id),
      },
    })),
  )
}

// Orders count whatever becomes of the row: a shop tells them of customers it has told before.
function tellOrders(
  ctx: Ctx,
  rows: readonly ReceiverInput[],
  owners: readonly (Owner | undefined)[],
): Promise<ReadonlySet<number>> {
  return recordOrders(
    ctx,
    rows.flatMap((row, index) => {
      const owner = owners[index]
      return owner && row.orders.length > 0 ? [{ ...owner, index, orders: row.orders }] : []
    }),
  )
}
