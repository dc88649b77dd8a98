import { type Category, type CategoryInput, listCategories, upsertCategories } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { allOf, readBatch } from '../batch.ts'
import type { Routes } from '../call.ts'
import type { Fields } from '../decode.ts'
import { contains, idOf, idOrNull, noContent, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { partnerId, readPartner } from './partners.ts'
import { storeOf } from './stores.ts'

export function groupRoutes(routes: Routes): void {
  routes.get('/product-groups', 'both', async ({ ctx, query }) => {
    const page = query.page(['product_group_id', 'name', 'code', 'external_id', 'last_change', 'state'])
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
    const known = knownIds(groups, body)
    const { rows } = await readBatch(body, 'product_groups', (fields) => readGroup(ctx, fields, groups, known))
    await upsertCategories(ctx, rows)
    return noContent
  })
}

/** The groups that are there, and those of the batch itself: a parent may come before its children or after them. */
function knownIds(groups: readonly Category[], body: Fields): ReadonlySet<string> {
  const given = body.value('product_groups')
  const own = Array.isArray(given) ? given.map((row: { external_id?: unknown } | null) => row?.external_id) : []
  return new Set([
    ...groups.map((group) => group.externalId),
    ...own.filter((id) => typeof id === 'string').map((id) => id.trim()),
  ])
}

async function readGroup(
  ctx: Ctx,
  fields: Fields,
  groups: readonly Category[],
  known: ReadonlySet<string>,
): Promise<CategoryInput> {
  const externalId = fields.needText('external_id', { max: 255, pattern: /\S/ }).trim()
  const parentId = fields.id('parent_product_group_id', 'category')
  const parent = groups.find((group) => group.id === parentId)
  const parentExternalId = fields.text('parent_external_id', { max: 255 })?.trim()
  if (parentId !== undefined && !parent) fields.refuse('parent_product_group_id', 'not_found')
  if (parent && parentExternalId !== undefined && parent.externalId !== parentExternalId) {
    fields.refuse('parent_external_id', 'not_allowed_value')
  }
  if (parentExternalId !== undefined && !known.has(parentExternalId)) fields.refuse('parent_external_id', 'not_found')
  const above = parent?.externalId ?? parentExternalId ?? null
  if (above !== null && above === externalId) fields.refuse('parent_external_id', 'not_allowed_value')
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
