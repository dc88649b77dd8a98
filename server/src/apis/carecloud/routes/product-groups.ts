import { type Category, listCategories, upsertCategories } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { acceptedOf, allOf, maxBatch } from '../batch.ts'
import type { Routes } from '../call.ts'
import { contains, idOf, idOrNull, noContent, ok, pageOf, stateOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { partnerId, readPartner } from './partners.ts'

export function groupRoutes(routes: Routes): void {
  routes.get('/product-groups', 'both', async ({ ctx, query }) => {
    const page = query.page(['product_group_id', 'name', 'code', 'external_id', 'last_change', 'state'])
    const [name, code, externalId] = [query.text('name'), query.text('code'), query.text('external_id')]
    query.done()
    const groups = await allGroups(ctx)
    const rows = groups
      .filter(
        (group) =>
          contains(group.name, name) &&
          (code === undefined || group.data.code === code) &&
          (externalId === undefined || group.externalId === externalId),
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
    const inputs = body.needObjects('product_groups', { max: maxBatch }).map((fields) => {
      const parentId = fields.id('parent_product_group_id', 'category')
      const parent = groups.find((group) => group.id === parentId)
      const parentExternalId = fields.text('parent_external_id', { max: 255 })
      if (parentId !== undefined && !parent) fields.refuse('parent_product_group_id', 'not_found')
      if (parent && parentExternalId !== undefined && parent.externalId !== parentExternalId) {
        fields.refuse('parent_external_id', 'not_allowed_value')
      }
      readPartner(ctx, fields, { required: false })
      const code = fields.text('code', { max: 255 })
      return {
        externalId: fields.needText('external_id', { max: 255 }),
        name: fields.needText('name', { max: 500 }),
        // A group that is not below another any more says so by leaving its parent out.
        parentExternalId: parent?.externalId ?? parentExternalId ?? null,
        ...(code === undefined ? {} : { data: { code } }),
      }
    })
    const known = new Set([...groups.map((group) => group.externalId), ...inputs.map((input) => input.externalId)])
    inputs.forEach((input) => {
      if (input.parentExternalId !== null && !known.has(input.parentExternalId)) {
        body.refuse('parent_external_id', 'not_found')
      }
    })
    const wanted = acceptedOf(
      body,
      inputs,
      (input) =>
        input.externalId !== '' &&
        input.name !== '' &&
        (input.parentExternalId === null || known.has(input.parentExternalId)),
    )
    await upsertCategories(ctx, wanted)
    return noContent
  })
}

export function groupRow(ctx: Ctx, group: Category, groups: readonly Category[]) {
  return {
    product_group_id: idOf(ctx, 'category', group.id),
    name: group.name,
    parent_product_group_id: idOrNull(ctx, 'category', group.parentId),
    parent_external_id: groups.find((candidate) => candidate.id === group.parentId)?.externalId ?? null,
    code: group.data.code ?? null,
    external_id: group.externalId,
    store_id: null,
    partner_id: partnerId(ctx),
    last_change: timeOf(ctx, group.updatedAt),
    state: stateOf(group.state),
  }
}

export function allGroups(ctx: Ctx): Promise<Category[]> {
  return allOf((page) => listCategories(ctx, page))
}
