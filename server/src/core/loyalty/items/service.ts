import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import { cleanText } from '../../../platform/text.ts'
import { addUnit, getUnit, renameUnit } from '../../ledger/index.ts'
import { getProgramme } from '../service.ts'
import type { ProgrammeItem } from '../types.ts'
import { insertItem, isItemUnit, selectItems, updateItemRow } from './store.ts'

export interface ItemInput {
  readonly programmeId: number
  readonly name: string
  /** The shop's own word for it, unique among all units; drawn when absent. */
  readonly code?: string
  /** So many pieces buy a free one. */
  readonly needed: number
}

/** What a programme of kind `items` counts. */
export function listItems(ctx: Ctx, programmeId: number): Promise<ProgrammeItem[]> {
  return selectItems(ctx, programmeId)
}

/** Those of every programme. */
export function listAllItems(ctx: Ctx): Promise<ProgrammeItem[]> {
  return selectItems(ctx, null)
}

/** Named by its unit or its code. Refuses item.not_found. */
export async function getItem(ctx: Ctx, of: { programmeId: number; name: string }): Promise<ProgrammeItem> {
  const item = (await selectItems(ctx, of.programmeId)).find(
    (one) => String(one.unitId) === of.name || one.code === of.name,
  )
  if (!item) throw new DomainError('item.not_found', { programmeId: of.programmeId })
  return item
}

/** Refuses programme.not_found, programme.wrong_kind, request.invalid, unit.code_taken. */
export function addItem(ctx: Ctx, input: ItemInput): Promise<ProgrammeItem> {
  return transact(ctx, async (ctx) => {
    const programme = await getProgramme(ctx, input.programmeId)
    if (programme.kind !== 'items') throw new DomainError('programme.wrong_kind', { programmeId: programme.id })
    const named = checkItem({ ...input, code: input.code ?? `item-${ctx.random.hex(6)}` })
    // The programme's own unit waits for its first item.
    const isFree = !(await isItemUnit(ctx, programme.unitId))
    const { currency, scale } = await getUnit(ctx, programme.unitId)
    const unit = isFree
      ? await renameUnit(ctx, { id: programme.unitId, ...named })
      : await addUnit(ctx, { kind: 'items', ...named, currency, scale, isDefault: false })
    await insertItem(ctx, { programmeId: programme.id, unitId: unit.id, needed: input.needed })
    await emitProgramme(ctx, programme.id)
    return getItem(ctx, { programmeId: programme.id, name: String(unit.id) })
  })
}

/** Changes what is given. Refuses item.not_found, request.invalid, unit.code_taken. */
export function updateItem(
  ctx: Ctx,
  change: { programmeId: number; unitId: number; patch: Partial<Omit<ItemInput, 'programmeId'>> },
): Promise<ProgrammeItem> {
  return transact(ctx, async (ctx) => {
    const before = await getItem(ctx, { programmeId: change.programmeId, name: String(change.unitId) })
    const { name = before.name, code = before.code, needed = before.needed } = change.patch
    const named = checkItem({ name, code, needed })
    if (named.name !== before.name || named.code !== before.code) await renameUnit(ctx, { id: before.unitId, ...named })
    await updateItemRow(ctx, { unitId: before.unitId, needed, state: 'active' })
    await emitProgramme(ctx, before.programmeId)
    return getItem(ctx, { programmeId: before.programmeId, name: String(before.unitId) })
  })
}

/** It can no longer be earned or given; what customers have of it stays in the books. Refuses item.not_found. */
export function deleteItem(ctx: Ctx, of: { programmeId: number; unitId: number }): Promise<ProgrammeItem> {
  return transact(ctx, async (ctx) => {
    const item = await getItem(ctx, { programmeId: of.programmeId, name: String(of.unitId) })
    await updateItemRow(ctx, { unitId: item.unitId, needed: item.needed, state: 'deleted' })
    await emitProgramme(ctx, item.programmeId)
    return item
  })
}

const maxNeeded = 10_000

function checkItem(item: { name: string; code: string; needed: number }): { name: string; code: string } {
  const [name, code] = [cleanText(item.name).trim(), cleanText(item.code).trim()]
  if (name === '' || name.length > 300) throw new DomainError('request.invalid', { field: 'name' })
  if (code === '' || code.length > 100) throw new DomainError('request.invalid', { field: 'code' })
  if (!Number.isInteger(item.needed) || item.needed < 1 || item.needed > maxNeeded)
    throw new DomainError('request.invalid', { field: 'needed' })
  return { name, code }
}

function emitProgramme(ctx: Ctx, id: number): Promise<void> {
  return emitChanges(ctx, [{ entity: 'programme', entityId: id, operation: 'updated' }])
}
