import type { Ctx } from '../../platform/ctx.ts'
import { sql } from '../../platform/db.ts'

export async function insertFile(
  ctx: Ctx,
  file: { customerId: number; purpose: string; mediaType: string; content: Buffer },
): Promise<number> {
  const [row] = await ctx.db.query<{ id: number }>(sql`
    insert into files (tenant_id, customer_id, purpose, media_type, content, created_at)
    values (${ctx.tenant.id}, ${file.customerId}, ${file.purpose}, ${file.mediaType}, ${file.content}, ${ctx.clock.now()})
    returning id`)
  return row?.id ?? 0 // an insert without conflict clause returns its row
}

export async function selectFile(ctx: Ctx, id: number): Promise<{ mediaType: string; content: Buffer } | undefined> {
  const [row] = await ctx.db.query<{ mediaType: string; content: Buffer }>(sql`
    select media_type as "mediaType", content from files where tenant_id = ${ctx.tenant.id} and id = ${id}`)
  return row
}

export function selectFileIds(
  ctx: Ctx,
  query: { customerIds: readonly number[]; purpose: string },
): Promise<{ customerId: number; id: number }[]> {
  return ctx.db.query(sql`
    select customer_id as "customerId", max(id) as id from files
     where tenant_id = ${ctx.tenant.id} and customer_id = any(${query.customerIds}::bigint[]) and purpose = ${query.purpose}
     group by customer_id`)
}

export async function deleteFiles(ctx: Ctx, of: { customerIds: readonly number[]; purpose?: string }): Promise<void> {
  await ctx.db.query(sql`
    delete from files where tenant_id = ${ctx.tenant.id} and customer_id = any(${of.customerIds}::bigint[])
       and (${of.purpose ?? null}::text is null or purpose = ${of.purpose ?? null})`)
}

export async function moveFileRows(ctx: Ctx, move: { fromId: number; intoId: number }): Promise<number[]> {
  const rows = await ctx.db.query<{ id: number }>(sql`
    update files f set customer_id = ${move.intoId}
     where f.tenant_id = ${ctx.tenant.id} and f.customer_id = ${move.fromId}
       and not exists (select 1 from files o where o.tenant_id = f.tenant_id and o.customer_id = ${move.intoId} and o.purpose = f.purpose)
    returning f.id`)
  return rows.map((row) => row.id)
}

export async function restoreFileRows(ctx: Ctx, move: { intoId: number; ids: readonly number[] }): Promise<void> {
  await ctx.db.query(sql`
    update files set customer_id = ${move.intoId} where tenant_id = ${ctx.tenant.id} and id = any(${move.ids}::bigint[])`)
}
