import { type Category, type CategoryInput, listCategories, upsertCategories } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { allOf, readBatch } from '../batch.ts'
import type { Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { contains, idOf, idOrNull, noContent, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { partnerId, readPartner } from './partners.ts'
import { storeOf } from './stores.ts'

export function groupRoutes(routes: Routes): void {
  routes.get('/product-groups', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('productGroups'))
    const [name, code, externalId] = [query.text('name'), query.text('code'), query.text('external_id')]
    const [storeId, partner] = [query.id('store_id', 'organisation'), query.text('partner_id')]
    query.done()
    const groups = await allGroups(ctx)
    const rows = groups
      .filter(
        (group) =>
          contains(group.name, name) &&
          (code === undefined || group.data.code === code) &&
          (externalId === undefined || group.externalId === externalId) &&
          (storeId === undefined || group.data.storeId === storeId) &&
          (partner === undefined || partner === partnerId(ctx)),
      )
      .map((group) => groupRow(ctx, group, groups))
    return pageOf('product_groups', rows, page)
  })

  routes.get('/product-groups/:product_group_id', 'both', async (call) => {
    const id = call.pathId('product_group_id', 'category')
    const groups = await allGroups(call.ctx)
    const group = groups.find((candidate) => candidate.id === id)
    if (!group) throw notFound('product-groups', call.params.product_group_id ?? '')
    return ok(groupRow(call.ctx, group, groups))
  })

  routes.post('/product-groups/batch', 'enterprise', async ({ ctx, body }) => {
    const groups = await allGroups(ctx)
    const parents = parentsAfter(ctx, groups, body)
    const { rows } = await readBatch(body, 'product_groups', (fields) => readGroup(ctx, fields, groups, parents))
    await upsertCategories(ctx, rows)
    return noContent
  })
}

/** Groups and what is above them. */
type Parents = ReadonlyMap<string, string | null>

/** As they will be with the batch: a parent may come before its children or after them. */
function parentsAfter(ctx: Ctx, groups: readonly Category[], body: Fields): Parents {
  const byId = new Map(groups.map((group) => [group.id as number, group.externalId]))
  const parents = new Map(groups.map(({ externalId, parentId }) => [externalId, byId.get(parentId ?? 0) ?? null]))
  const given = body.value('product_groups')
  for (const row of Array.isArray(given) ? given : []) {
    const { external_id: id, parent_external_id: above, parent_product_group_id: aboveId } = (row ?? {}) as Told
    if (typeof id !== 'string') continue
    const named = typeof aboveId === 'string' ? ctx.ids.read('category', ctx.tenant.id, aboveId) : undefined
    const parent = byId.get(named ?? 0) ?? (typeof above === 'string' ? above.trim() : null)
    parents.set(id.trim(), parent)
  }
  return parents
}

/** A row before it is read: its fields may be anything. */
type Told = Readonly<Record<'external_id' | 'parent_external_id' | 'parent_product_group_id', unknown>>

/** A tree has no group that is above itself. */
function isAboveItself(id: string, parents: Parents): boolean {
  const seen = new Set<string>()
  for (let at = parents.get(id); at; at = parents.get(at)) {
    if (at === id) return true
    if (seen.has(at)) return false
    seen.add(at)
  }
  return false
}

async function readGroup(
  ctx: Ctx,
  fields: Fields,
  groups: readonly Category[],
  parents: Parents,
): Promise<CategoryInput> {
  const externalId = fields.needText('external_id', { max: 255, pattern: /\S/ }).trim()
  const parentId = fields.id('parent_product_group_id', 'category')
  const parent = groups.find((group) => group.id === parentId)
  const parentExternalId = fields.text('parent_external_id', { max: 255 })?.trim()
  if (parentId !== undefined && !parent) fields.refuse('parent_product_group_id', 'not_found')
  if (parent && parentExternalId !== undefined && parent.externalId !== parentExternalId) {
    fields.refuse('parent_external_id', 'not_allowed_value')
  }
  if (parentExternalId !== undefined && !parents.has(parentExternalId)) fields.refuse('parent_external_id', 'not_found')
  const above = parent?.externalId ?? parentExternalId ?? null
  if (above !== null && isAboveItself(externalId, parents)) fields.refuse('parent_external_id', 'not_allowed_value')
  readPartner(ctx, fields, { required: false })
  const storeId = await storeOf(ctx, fields)
  const code = fields.text('code', { max: 255 })
  return {
    externalId,
    name: fields.needText('name', { max: 500 }),
    // A group that is not below another any more says so by leaving its parent out.
    parentExternalId: above,
    data: { ...(code === undefined ? {} : { code }), ...(storeId === undefined ? {} : { storeId }) },
  }
}

export function groupRow(ctx: Ctx, group: Category, groups: readonly Category[]) {
  return {
    product_group_id: idOf(ctx, 'category', group.id),
    name: group.name,
    parent_product_group_id: idOrNull(ctx, 'category', group.parentId),
    parent_external_id: groups.find((candidate) => candidate.id === group.parentId)?.externalId ?? null,
    code: group.data.code ?? null,
    external_id: group.externalId,
    store_id: idOrNull(ctx, 'organisation', typeof group.data.storeId === 'number' ? group.data.storeId : null),
    partner_id: partnerId(ctx),
    last_change: timeOf(ctx, group.updatedAt),
    state: stateOf(group.state),
  }
}

export function allGroups(ctx: Ctx): Promise<Category[]> {
  return allOf((page) => listCategories(ctx, page))
}
