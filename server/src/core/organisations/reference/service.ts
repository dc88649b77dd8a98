import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { emitChanges } from '../../../platform/outbox.ts'
import type { ReferenceItem, ReferenceItemInput, ReferenceKind } from '../types.ts'
import * as store from './store.ts'

/** Adds an item or changes the one with this code. Refuses `request.invalid` with the field at fault. */
export async function putReferenceItem(ctx: Ctx, input: ReferenceItemInput): Promise<ReferenceItem> {
  const [item] = await putReferenceItems(ctx, [input])
  if (!item) throw new Error('an upsert that returns always gives its row')
  return item
}

/** Many at once, in the order given; a code may not come twice. */
export async function putReferenceItems(ctx: Ctx, inputs: readonly ReferenceItemInput[]): Promise<ReferenceItem[]> {
  for (const input of inputs) checkItem(input)
  if (inputs.length === 0) return []
  return transact(ctx, async (ctx) => {
    const items = await store.upsertItems(
      ctx,
      inputs.map((input) => ({
        kind: input.kind,
        code: input.code,
        name: input.name,
        data: input.data ?? {},
        position: input.position ?? 0,
        state: input.state ?? 'active',
      })),
    )
    await emitChanges(
      ctx,
      items.map((item) => ({
        entity: 'reference',
        entityId: item.id,
        operation: 'put',
        data: { kind: item.kind, code: item.code },
      })),
    )
    return items
  })
}

function checkItem(input: ReferenceItemInput): void {
  if (!/^\S(?:.{0,98}\S)?$/.test(input.code)) throw new DomainError('request.invalid', { field: 'code' })
  if (!/^(?=.*\S).{1,300}$/s.test(input.name)) throw new DomainError('request.invalid', { field: 'name' })
}

/** In the tenant's order; without the deleted ones. */
export function listReferenceItems(ctx: Ctx, kind: ReferenceKind): Promise<ReferenceItem[]> {
  return store.selectItems(ctx, kind)
}

/** Refuses `reference.not_found`. */
export async function getReferenceItem(ctx: Ctx, of: { kind: ReferenceKind; id: number }): Promise<ReferenceItem> {
  const item = await store.selectItem(ctx, of.kind, of.id)
  if (!item) throw new DomainError('reference.not_found', of)
  return item
}

export function findReferenceItem(
  ctx: Ctx,
  of: { kind: ReferenceKind; code: string },
): Promise<ReferenceItem | undefined> {
  return store.selectItemByCode(ctx, of.kind, of.code)
}

/** What refers to it keeps doing so; it is no longer listed. Refuses `reference.not_found`. */
export function deleteReferenceItem(ctx: Ctx, of: { kind: ReferenceKind; id: number }): Promise<void> {
  return transact(ctx, async (ctx) => {
    if (!(await store.updateItemDeleted(ctx, of.kind, of.id))) throw new DomainError('reference.not_found', of)
    await emitChanges(ctx, [{ entity: 'reference', entityId: of.id, operation: 'deleted', data: { kind: of.kind } }])
  })
}
