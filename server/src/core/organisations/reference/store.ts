import type { Ctx } from '../../../platform/ctx.ts'
import { sql } from '../../../platform/db.ts'
import type { ReferenceId, ReferenceItem, State } from '../types.ts'

interface ReferenceRow {
  id: number
  kind: string
  code: string
  name: string
  data: Record<string, unknown>
  position: number
  state: State
  created_at: Date
  updated_at: Date
}

const referenceColumns = sql`id, kind, code, name, data, position, state, created_at, updated_at`

function readItem(row: ReferenceRow): ReferenceItem {
  return {
    id: row.id as ReferenceId,
    kind: row.kind,
    code: row.code,
    name: row.name,
    data: row.data,
    position: row.position,
    state: row.state,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

export interface WrittenItem {
  readonly kind: string
  readonly code: string
  readonly name: string
  readonly data: Readonly<Record<string, unknown>>
  readonly position: number
  readonly state: State
}

/** All in one statement: a template writes hundreds. Answers them in the order given. */
export async function upsertItems(ctx: Ctx, items: readonly WrittenItem[]): Promise<ReferenceItem[]> {
  const now = ctx.clock.now()
  const rows = await ctx.db.query<ReferenceRow>(sql`
    insert into reference_items as r (tenant_id, kind, code, name, data, position, state, created_at, updated_at)
    select ${ctx.tenant.id}, kind, code, name, data, position, state, ${now}, ${now}
      from jsonb_to_recordset(${JSON.stringify(items)}::jsonb)
        as rows (kind text, code text, name text, data jsonb, position int, state text)
    on conflict (tenant_id, kind, code) do update set name = excluded.name, data = excluded.data,
       position = excluded.position, state = excluded.state, updated_at = excluded.updated_at
    returning ${referenceColumns}`)
  const byCode = new Map(rows.map((row) => [`${row.kind}\n${row.code}`, readItem(row)]))
  return items.flatMap((item) => byCode.get(`${item.kind}\n${item.code}`) ?? [])
}

export async function selectItems(ctx: Ctx, kind: string): Promise<ReferenceItem[]> {
  const rows = await ctx.db.query<ReferenceRow>(sql`
    select ${referenceColumns} from reference_items
     where tenant_id = ${ctx.tenant.id} and kind = ${kind} and state <> 'deleted' order by position, id limit 5000`)
  return rows.map(readItem)
}

export async function selectItem(ctx: Ctx, kind: string, id: number): Promise<ReferenceItem | undefined> {
  const [row] = await ctx.db.query<ReferenceRow>(sql`
    select ${referenceColumns} from reference_items
     where tenant_id = ${ctx.tenant.id} and kind = ${kind} and id = ${id} and state <> 'deleted'`)
  return row && readItem(row)
}

export async function selectItemByCode(ctx: Ctx, kind: string, code: string): Promise<ReferenceItem | undefined> {
  const [row] = await ctx.db.query<ReferenceRow>(sql`
    select ${referenceColumns} from reference_items
     where tenant_id = ${ctx.tenant.id} and kind = ${kind} and code = ${code} and state <> 'deleted'`)
  return row && readItem(row)
}

export async function updateItemDeleted(ctx: Ctx, kind: string, id: number): Promise<boolean> {
  const rows = await ctx.db.query(sql`
    update reference_items set state = 'deleted', updated_at = ${ctx.clock.now()}
     where tenant_id = ${ctx.tenant.id} and kind = ${kind} and id = ${id} and state <> 'deleted' returning id`)
  return rows.length > 0
}
