import { type Ctx, transact } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { onlyGiven } from '../../platform/records.ts'
import { cleanJson, cleanText } from '../../platform/text.ts'
import { deleteAttributesOfList } from '../customers/index.ts'
import {
  deleteAllMembers,
  deleteListRow,
  findListRow,
  insertList,
  type ListFields,
  lockList,
  selectLists,
  updateListRow,
} from './store.ts'
import type { List, ListId } from './types.ts'

export interface ListInput {
  readonly name: string
  readonly description?: string
  readonly locked?: boolean
  readonly settings?: Readonly<Record<string, unknown>>
}

const maxNameLength = 200

/** Two lists may have one name: people tell them apart by their ids. Refuses `request.invalid` without a name. */
export function createList(ctx: Ctx, input: ListInput): Promise<List> {
  const fields = clean({ description: '', locked: false, settings: {}, ...onlyGiven(input), name: input.name })
  return transact(ctx, async (ctx) => {
    const list = await insertList(ctx, fields)
    await emitList(ctx, list.id, 'created')
    return list
  })
}

/** Refuses list.not_found, request.invalid. */
export function updateList(ctx: Ctx, command: { id: number; patch: Partial<ListInput> }): Promise<List> {
  return transact(ctx, async (ctx) => {
    const old = await mustLock(ctx, command.id)
    await updateListRow(ctx, old.id, clean({ ...old, ...onlyGiven(command.patch) }))
    await emitList(ctx, old.id, 'updated')
    return getList(ctx, old.id)
  })
}

export function findList(ctx: Ctx, id: number): Promise<List | undefined> {
  return Number.isSafeInteger(id) ? findListRow(ctx, id) : Promise.resolve(undefined)
}

/** Refuses `list.not_found`. */
export async function getList(ctx: Ctx, id: number): Promise<List> {
  const list = await findList(ctx, id)
  if (!list) throw new DomainError('list.not_found', { id })
  return list
}

/** Oldest first. */
export function listLists(ctx: Ctx): Promise<List[]> {
  return selectLists(ctx)
}

/** With its members and its own attributes; the customers stay. Refuses list.not_found, list.locked. */
export function deleteList(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const list = await mustLock(ctx, id)
    refuseLocked(list)
    await deleteAttributesOfList(ctx, list.id)
    await deleteListRow(ctx, list.id)
    await emitList(ctx, list.id, 'deleted')
  })
}

/** Takes everybody out; answers how many there were. Refuses list.not_found, list.locked. */
export function clearList(ctx: Ctx, id: number): Promise<number> {
  return transact(ctx, async (ctx) => {
    const list = await mustLock(ctx, id)
    refuseLocked(list)
    const count = await deleteAllMembers(ctx, list.id)
    await emitList(ctx, list.id, 'cleared')
    return count
  })
}

async function mustLock(ctx: Ctx, id: number): Promise<List> {
  const list = Number.isSafeInteger(id) ? await lockList(ctx, id, 'delete') : undefined
  if (!list) throw new DomainError('list.not_found', { id })
  return list
}

function refuseLocked(list: List): void {
  if (list.locked) throw new DomainError('list.locked', { id: list.id })
}

function clean(fields: ListFields): ListFields {
  const name = cleanText(fields.name).trim()
  if (name === '' || name.length > maxNameLength) throw new DomainError('request.invalid', { field: 'name' })
  return {
    name,
    description: cleanText(fields.description),
    locked: fields.locked,
    settings: cleanJson(fields.settings),
  }
}

async function emitList(ctx: Ctx, id: ListId, operation: string): Promise<void> {
  await emitChanges(ctx, [{ entity: 'list', entityId: id, operation }])
}
