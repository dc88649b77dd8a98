import {
  type AttributeDefinition,
  type AttributeType,
  defineAttribute,
  deleteAttribute,
  getAttribute,
  listAttributes,
  updateAttribute,
} from '../../../core/customers/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readId, readText } from '../../http/values.ts'
import { type Call, type Fields, fieldsOf, type Routes } from '../call.ts'
import { decodeGroupId } from '../decode.ts'
import { encodeAttribute } from '../encode.ts'
import { groupOf } from '../receivers.ts'

/** Global attributes, and those of one group. */
export function attributeRoutes({ add }: Routes): void {
  add('GET', '/attributes', async ({ ctx, query }) =>
    encodeAll(await listAttributes(ctx, decodeGroupId(query) ?? null)),
  )
  add('GET', '/attributes/limits', async () => ({ global: maxAttributes, local: maxAttributes }))
  add('POST', '/attributes', (call) => create(call, decodeGroupId(fieldsOf(call)) ?? null))
  add('GET', '/attributes/:attribute', async (call) => encodeAttribute(await attributeOf(call)))
  add('PUT', '/attributes/:attribute', change)
  add('DELETE', '/attributes/:attribute', remove)
  add('GET', '/groups/:group/attributes', async (call) =>
    encodeAll(await listAttributes(call.ctx, (await groupOf(call)).id)),
  )
  add('POST', '/groups/:group/attributes', async (call) => create(call, (await groupOf(call)).id))
  add('PUT', '/groups/:group/attributes/:attribute', change)
  add('DELETE', '/groups/:group/attributes/:attribute', remove)
}

/** The number of attributes is limited, as the vendor says; by how many it does not. */
const maxAttributes = 200

function encodeAll(definitions: readonly AttributeDefinition[]): Fields[] {
  return definitions.map((definition) => encodeAttribute(definition))
}

async function create(call: Call, listId: number | null): Promise<Fields> {
  const fields = fieldsOf(call)
  const name = readText(fields.name)?.trim()
  if (!name) throw new DomainError('request.invalid', { field: 'name', reason: 'missing' })
  if (listId !== null) await groupOf({ ...call, params: { group: String(listId) } })
  if ((await listAttributes(call.ctx, listId)).length >= maxAttributes) {
    throw new DomainError('request.forbidden', { reason: 'too many attributes' })
  }
  return encodeAttribute(
    await defineAttribute(call.ctx, {
      listId,
      name,
      type: decodeType(fields.type) ?? 'text',
      label: readText(fields.description),
      previewValue: readText(fields.preview_value),
      defaultValue: readText(fields.default_value),
    }),
  )
}

async function change(call: Call): Promise<Fields> {
  const { id } = await attributeOf(call)
  const fields = fieldsOf(call)
  const patch = {
    name: readText(fields.name) || undefined,
    type: decodeType(fields.type),
    label: readText(fields.description),
    previewValue: readText(fields.preview_value),
    defaultValue: readText(fields.default_value),
  }
  return encodeAttribute(await updateAttribute(call.ctx, { id, patch }))
}

async function remove(call: Call): Promise<boolean> {
  await deleteAttribute(call.ctx, (await attributeOf(call)).id)
  return true
}

/** Under a group only the group's own. Refuses attribute.not_found, list.not_found. */
export async function attributeOf(call: Call): Promise<AttributeDefinition> {
  const id = readId(call.params.attribute)
  if (id === undefined) throw new DomainError('attribute.not_found')
  const definition = await getAttribute(call.ctx, id)
  if (call.params.group !== undefined && definition.listId !== (await groupOf(call)).id) {
    throw new DomainError('attribute.not_found')
  }
  return definition
}

const types: ReadonlySet<string> = new Set<AttributeType>(['text', 'number', 'gender', 'date'])

function decodeType(value: unknown): AttributeType | undefined {
  const type = readText(value)?.trim().toLowerCase()
  if (!type) return undefined
  if (!types.has(type))
    throw new DomainError('request.invalid', { field: 'type', reason: 'must be text, number, gender or date' })
  return type as AttributeType // one of the set above
}
