import { type Ctx, transact } from '../../platform/ctx.ts'
import { violates } from '../../platform/db.ts'
import { DomainError } from '../../platform/errors.ts'
import { emitChanges } from '../../platform/outbox.ts'
import { onlyGiven } from '../../platform/records.ts'
import { attributeName } from './attribute-rules.ts'
import {
  type DefinitionInput,
  deleteDefinition,
  deleteDefinitionsOfList,
  findDefinition,
  insertDefinition,
  listDefinitionsOfList,
  listGlobalDefinitions,
  moveGlobalValues,
  moveListValues,
  updateDefinition,
} from './attribute-store.ts'
import type { AttributeDefinition, AttributeType } from './types.ts'

export interface DefineAttribute {
  /** null: for every customer. */
  readonly listId?: number | null
  readonly name: string
  readonly label?: string
  readonly type?: AttributeType
  readonly choices?: readonly string[]
  readonly defaultValue?: string | null
  readonly previewValue?: string | null
  /** Whether forms show it; true when absent. */
  readonly shown?: boolean
}

/** Names are compared in lower case. Refuses `attribute.exists` when the list (or the whole tenant) has it. */
export function defineAttribute(ctx: Ctx, command: DefineAttribute): Promise<AttributeDefinition> {
  const name = attributeName(command.name)
  return transact(ctx, async (ctx) => {
    const made = await insertDefinition(ctx, {
      listId: command.listId ?? null,
      name,
      label: command.label ?? command.name.trim(),
      type: command.type ?? 'text',
      choices: command.choices ?? [],
      defaultValue: command.defaultValue ?? null,
      previewValue: command.previewValue ?? null,
      shown: command.shown ?? true,
    })
    if (!made) throw new DomainError('attribute.exists', { name })
    await emitAttribute(ctx, made.id, 'created')
    return made
  })
}

/** listId null: those of every customer. */
export function listAttributes(ctx: Ctx, listId: number | null): Promise<AttributeDefinition[]> {
  return listId === null ? listGlobalDefinitions(ctx) : listDefinitionsOfList(ctx, listId)
}

/** Refuses `attribute.not_found`. */
export async function getAttribute(ctx: Ctx, id: number): Promise<AttributeDefinition> {
  const definition = await findDefinition(ctx, id)
  if (!definition) throw new DomainError('attribute.not_found', { id })
  return definition
}

/** Changes what is given; a new name takes the values along. */
export function updateAttribute(
  ctx: Ctx,
  command: { id: number; patch: Partial<Omit<DefinitionInput, 'listId'>> },
): Promise<AttributeDefinition> {
  return transact(ctx, async (ctx) => {
    const old = await getAttribute(ctx, command.id)
    const name = command.patch.name === undefined ? old.name : attributeName(command.patch.name)
    try {
      await updateDefinition(ctx, old.id, { ...old, ...onlyGiven(command.patch), name })
    } catch (error) {
      if (violates(error, 'attribute_definitions_name_key')) throw new DomainError('attribute.exists', { name })
      throw error
    }
    if (name !== old.name) await moveValues(ctx, old, name)
    await emitAttribute(ctx, old.id, 'updated')
    return getAttribute(ctx, old.id)
  })
}

/** Deletes the definition and every value under its name. */
export function deleteAttribute(ctx: Ctx, id: number): Promise<void> {
  return transact(ctx, async (ctx) => {
    const old = await getAttribute(ctx, id)
    await deleteDefinition(ctx, old.id)
    await moveValues(ctx, old, null)
    await emitAttribute(ctx, old.id, 'deleted')
  })
}

/** For the end of a list, whose members take their values along. */
export function deleteAttributesOfList(ctx: Ctx, listId: number): Promise<void> {
  return deleteDefinitionsOfList(ctx, listId)
}

async function moveValues(ctx: Ctx, from: AttributeDefinition, to: string | null): Promise<void> {
  if (from.listId === null) await moveGlobalValues(ctx, from.name, to)
  else await moveListValues(ctx, from.listId, from.name, to)
}

async function emitAttribute(ctx: Ctx, id: number, operation: string): Promise<void> {
  await emitChanges(ctx, [{ entity: 'attribute', entityId: id, operation }])
}
