import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'
import type { AttributeDefinition, AttributeId, AttributeType } from './types.ts'

interface DefinitionRow {
  id: number
  list_id: number | null
  name: string
  label: string
  data_type: AttributeType
  choices: string[]
  default_value: string | null
  preview_value: string | null
  shown: boolean
  created_at: Date
}

const definitionColumns = sql`id, list_id, name, label, data_type, choices, default_value, preview_value, shown, created_at`

function toDefinition(row: DefinitionRow): AttributeDefinition {
  return {
    id: row.id as AttributeId,
    listId: row.list_id,
    name: row.name,
    label: row.label,
    type: row.data_type,
    choices: row.choices,
    defaultValue: row.default_value,
    previewValue: row.preview_value,
    shown: row.shown,
    createdAt: row.created_at,
  }
}

export async function listGlobalDefinitions(ctx: Ctx): Promise<AttributeDefinition[]> {
  const rows = await ctx.db.query<DefinitionRow>(sql`
    select ${definitionColumns} from attribute_definitions
     where tenant_id = ${ctx.tenant.id} and list_id is null order by id`)
  return rows.map(toDefinition)
}

export async function listDefinitionsOfList(ctx: Ctx, listId: number): Promise<AttributeDefinition[]> {
  const rows = await ctx.db.query<DefinitionRow>(sql`
    select ${definitionColumns} from attribute_definitions
     where tenant_id = ${ctx.tenant.id} and list_id = ${listId} order by id`)
  return rows.map(toDefinition)
}

export async function findDefinition(ctx: Ctx, id: number): Promise<AttributeDefinition | undefined> {
  const [row] = await ctx.db.query<DefinitionRow>(sql`
    select ${definitionColumns} from attribute_definitions where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row && toDefinition(row)
}

export type DefinitionInput = Omit<AttributeDefinition, 'id' | 'createdAt'>

/** Undefined when the list (or the whole tenant) has the name already. */
export async function insertDefinition(ctx: Ctx, input: DefinitionInput): Promise<AttributeDefinition | undefined> {
  const [row] = await ctx.db.query<DefinitionRow>(sql`
    insert into attribute_definitions (tenant_id, list_id, name, label, data_type, choices, default_value, preview_value, shown)
    values (${ctx.tenant.id}, ${input.listId}, ${input.name}, ${input.label}, ${input.type},
            ${JSON.stringify(input.choices)}::jsonb, ${input.defaultValue}, ${input.previewValue}, ${input.shown ?? true})
    on conflict on constraint attribute_definitions_name_key do nothing
    returning ${definitionColumns}`)
  return row && toDefinition(row)
}

export async function updateDefinition(ctx: Ctx, id: number, input: DefinitionInput): Promise<void> {
  await ctx.db.query(sql`
    update attribute_definitions set name = ${input.name}, label = ${input.label}, data_type = ${input.type},
           choices = ${JSON.stringify(input.choices)}::jsonb, default_value = ${input.defaultValue},
           preview_value = ${input.previewValue}, shown = ${input.shown ?? true}
     where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

/** Renames or drops the values that members or customers have under the name. `to` null drops. */
export async function moveGlobalValues(ctx: Ctx, from: string, to: string | null): Promise<void> {
  await ctx.db.query(sql`
    update customers set attributes = (attributes - ${from}::text)
           || case when ${to}::text is null then '{}' else jsonb_build_object(${to}::text, attributes -> ${from}::text) end
     where tenant_id = ${ctx.tenant.id} and attributes ? ${from}::text`)
}

export async function moveListValues(ctx: Ctx, listId: number, from: string, to: string | null): Promise<void> {
  await ctx.db.query(sql`
    update list_members set attributes = (attributes - ${from}::text)
           || case when ${to}::text is null then '{}' else jsonb_build_object(${to}::text, attributes -> ${from}::text) end
     where tenant_id = ${ctx.tenant.id} and list_id = ${listId} and attributes ? ${from}::text`)
}

export async function deleteDefinition(ctx: Ctx, id: number): Promise<void> {
  await ctx.db.query(sql`delete from attribute_definitions where tenant_id = ${ctx.tenant.id} and id = ${id}`)
}

export async function deleteDefinitionsOfList(ctx: Ctx, listId: number): Promise<void> {
  await ctx.db.query(sql`delete from attribute_definitions where tenant_id = ${ctx.tenant.id} and list_id = ${listId}`)
}
