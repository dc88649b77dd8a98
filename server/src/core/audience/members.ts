import { type Ctx, transact } from '../../platform/ctx.ts'
import { assert, DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { setSubscriptionsOfMany } from '../consent/index.ts'
import { type CustomerId, holdAll, listAttributes } from '../customers/index.ts'
import { changeMember, isActive, type MemberFields } from './rules.ts'
import {
  deleteMembers,
  findMember,
  insertMembers,
  lockList,
  lockMembers,
  selectInactiveEverywhere,
  selectMembershipsOf,
  updateMembers,
} from './store.ts'
import type { Member, MemberInput } from './types.ts'

/** insert: only new ones; update: only known ones; upsert: both. */
export type PutMode = 'insert' | 'upsert' | 'update'
export type PutResult = 'inserted' | 'updated' | 'exists' | 'missing'

export interface PutMembers {
  readonly listId: number
  readonly members: readonly MemberInput[]
  readonly mode: PutMode
  /** For the consent history; the API's name by default. */
  readonly source?: string
}

const maxAttempts = 8

/**
 * Adds and changes members in a few statements; answers in the order of the input, where a customer who comes twice is
 * changed twice. Whoever becomes active in a list has agreed to bulk e-mail; whoever is active in none any more has not.
 * Refuses list.not_found, customer.not_found, attribute.invalid_value.
 */
export function putMembers(ctx: Ctx, command: PutMembers): Promise<PutResult[]> {
  return transact(ctx, async (ctx) => {
    const list = await lockList(ctx, command.listId, 'share')
    if (!list) throw new DomainError('list.not_found', { id: command.listId })
    const definitions = await listAttributes(ctx, list.id)
    const members = await today(ctx, command.members)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      const before = await lockMembers(
        ctx,
        list.id,
        members.map((member) => member.customerId),
      )
      const plan = planOf({ ...command, members }, { before, definitions, now: ctx.clock.now() })
      const added = await insertMembers(ctx, list.id, plan.toInsert)
      // Somebody else added one of them meanwhile: look again, those who came in with us are known now.
      if (added.size < plan.toInsert.length) continue
      await updateMembers(ctx, list.id, plan.toUpdate)
      await afterChange(ctx, { listId: list.id, plan, source: command.source })
      return plan.results
    }
    throw new DomainError('service.unavailable', { reason: 'list contended' })
  })
}

// Whoever was merged is the survivor.
async function today(ctx: Ctx, members: readonly MemberInput[]): Promise<MemberInput[]> {
  const living = await holdAll(
    ctx,
    members.map((member) => member.customerId),
  )
  return members.map((member) => ({ ...member, customerId: living(member.customerId) }))
}

interface Plan {
  readonly results: PutResult[]
  readonly toInsert: readonly MemberFields[]
  readonly toUpdate: readonly MemberFields[]
  readonly activated: readonly CustomerId[]
  readonly deactivated: readonly CustomerId[]
}

function planOf(
  command: PutMembers,
  known: { before: readonly Member[]; definitions: Parameters<typeof changeMember>[0]['definitions']; now: Date },
): Plan {
  const before = new Map(known.before.map((member) => [member.customerId, member]))
  const after = new Map<CustomerId, MemberFields>()
  const results = command.members.map((input): PutResult => {
    const current = after.get(input.customerId) ?? before.get(input.customerId)
    if (command.mode === 'insert' && current) return 'exists'
    if (command.mode === 'update' && !current) return 'missing'
    after.set(input.customerId, changeMember({ ...known, known: asMember(current), input }))
    return current ? 'updated' : 'inserted'
  })
  const all = [...after.values()]
  const wasActive = (member: MemberFields) => {
    const old = before.get(member.customerId)
    return old !== undefined && isActive(old)
  }
  return {
    results,
    toInsert: all.filter((member) => !before.has(member.customerId)),
    toUpdate: all.filter((member) => before.has(member.customerId)),
    activated: all.filter((member) => isActive(member) && !wasActive(member)).map((member) => member.customerId),
    deactivated: all.filter((member) => member.leftAt !== null && wasActive(member)).map((member) => member.customerId),
  }
}

// Only the fields that a change looks at matter here.
function asMember(fields: MemberFields | Member | undefined): Member | undefined {
  return fields as Member | undefined
}

async function afterChange(
  ctx: Ctx,
  what: { listId: number; plan: Plan } & Partial<Pick<PersonalAct, 'source' | 'textVersion' | 'proof'>>,
): Promise<void> {
  const { plan } = what
  const source = what.source ?? ctx.actor.via
  const gone = await selectInactiveEverywhere(ctx, plan.deactivated)
  const bulk = (subscribed: boolean) => (customerId: CustomerId) =>
    ({ customerId, channel: 'email', purpose: 'bulk', subscribed }) as const
  await setSubscriptionsOfMany(ctx, {
    source,
    textVersion: what.textVersion,
    proof: what.proof,
    changes: [...plan.activated.map(bulk(true)), ...gone.map(bulk(false))],
  })
  const inserted = new Set(plan.toInsert.map((member) => member.customerId))
  const activated = new Set(plan.activated)
  const deactivated = new Set(plan.deactivated)
  await emitChanges(
    ctx,
    [...plan.toInsert, ...plan.toUpdate].map(({ customerId }) => ({
      entity: 'member',
      entityId: what.listId,
      customerId,
      operation: inserted.has(customerId) ? 'created' : 'updated',
      data: { activated: activated.has(customerId), deactivated: deactivated.has(customerId) },
    })),
  )
}

/** One member. Refuses list.not_found, member.exists (insert), member.not_found (update), attribute.invalid_value. */
export function putMember(
  ctx: Ctx,
  command: MemberInput & { listId: number; mode: PutMode; source?: string },
): Promise<Member> {
  const { listId, mode, ...member } = command
  return transact(ctx, async (ctx) => {
    const [result] = await putMembers(ctx, { listId, mode, members: [member] })
    if (result === 'exists') throw new DomainError('member.exists', { listId, customerId: member.customerId })
    if (result === 'missing') throw new DomainError('member.not_found', { listId, customerId: member.customerId })
    return getMember(ctx, { listId, customerId: member.customerId })
  })
}

/** Refuses `member.not_found`. */
export async function getMember(ctx: Ctx, wanted: { listId: number; customerId: number }): Promise<Member> {
  const member = await findMember(ctx, wanted.listId, wanted.customerId)
  if (!member) throw new DomainError('member.not_found', wanted)
  return member
}

/** By customer; who is in no list is absent. */
export async function membershipsOf(
  ctx: Ctx,
  customerIds: readonly CustomerId[],
): Promise<ReadonlyMap<CustomerId, Member[]>> {
  return Map.groupBy(await selectMembershipsOf(ctx, customerIds), (member) => member.customerId)
}

export interface PersonalAct {
  readonly listId: number
  readonly customerId: CustomerId
  /** For the consent history: "link", "form". */
  readonly source?: string
  readonly textVersion?: string
  /** Kept in the history beside it. */
  readonly proof?: Readonly<Record<string, unknown>>
}

/** The person confirms (double opt-in), also after having left. Doing it twice changes nothing. Refuses `member.not_found`. */
export function confirmMember(ctx: Ctx, act: PersonalAct): Promise<Member> {
  return changeOwn(ctx, act, (member, now) => ({
    ...member,
    confirmedAt: isActive(member) ? member.confirmedAt : now,
    leftAt: null,
    leftByPerson: false,
  }))
}

/** Leaves the list. By the person: only the person comes back. Refuses `member.not_found`. */
export function leaveList(ctx: Ctx, act: PersonalAct & { byPerson: boolean }): Promise<Member> {
  return changeOwn(ctx, act, (member, now) => ({
    ...member,
    leftAt: member.leftAt ?? now,
    leftByPerson: member.leftByPerson || act.byPerson,
  }))
}

function changeOwn(ctx: Ctx, act: PersonalAct, change: (member: Member, now: Date) => MemberFields): Promise<Member> {
  return transact(ctx, async (ctx) => {
    const [before] = await lockMembers(ctx, act.listId, [act.customerId])
    if (!before) throw new DomainError('member.not_found', { listId: act.listId, customerId: act.customerId })
    const after = change(before, ctx.clock.now())
    await updateMembers(ctx, act.listId, [after])
    await afterChange(ctx, {
      listId: act.listId,
      source: act.source,
      textVersion: act.textVersion,
      proof: act.proof,
      plan: {
        results: [],
        toInsert: [],
        toUpdate: [after],
        activated: isActive(after) && !isActive(before) ? [act.customerId] : [],
        deactivated: !isActive(after) && isActive(before) ? [act.customerId] : [],
      },
    })
    const member = await findMember(ctx, act.listId, act.customerId)
    assert(member, 'a member locked in this transaction is there')
    return member
  })
}

/** Takes customers out of the list without a trace of having been in it; answers who was. */
export function removeMembers(
  ctx: Ctx,
  command: { listId: number; customerIds: readonly CustomerId[] },
): Promise<ReadonlySet<CustomerId>> {
  return transact(ctx, async (ctx) => {
    const gone = await deleteMembers(ctx, command.listId, command.customerIds)
    await emitChanges(
      ctx,
      [...gone].map((customerId) => ({
        entity: 'member',
        entityId: command.listId,
        customerId,
        operation: 'deleted',
      })),
    )
    return gone
  })
}
