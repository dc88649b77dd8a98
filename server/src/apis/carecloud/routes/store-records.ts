import {
  listReferenceItems,
  type Organisation,
  type ReferenceItem,
  setOrganisationAttributes,
} from '../../../core/organisations/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import type { Call, Routes } from '../call.ts'
import { contains, created, idOf, noContent, ok, pageOf, timeOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { propertyOfRecord, type RecordOwner, readRecord, recordRows } from '../properties.ts'
import { storeInPath } from './stores.ts'

/** What hangs on a store: values of its properties, and the groups that it stands in. */
export function storeRecordRoutes(routes: Routes): void {
  propertyRecordRoutes(routes)
  groupRoutes(routes)
}

const base = '/stores/:store_id/property-records'

function propertyRecordRoutes(routes: Routes): void {
  routes.get(base, 'both', async (call) => {
    const store = await storeInPath(call)
    const rows = recordRows(call.ctx, await storeProperties(call.ctx), ownerOf(call.ctx, store))
    return ok({ property_records: rows, total_items: rows.length })
  })

  routes.post(base, 'enterprise', async (call) => {
    const { ctx, body } = call
    const store = await storeInPath(call)
    const record = body.needObject('property_record')
    const [code, value] = readRecord(record, await storeProperties(ctx))
    if (!record.has('property_value')) record.refuse('property_value', 'required')
    const known = Object.hasOwn(store.attributes, code) ? store.attributes[code] : null
    if (known !== null && known !== undefined) record.refuse('property_id', 'already_exists')
    body.done()
    await setOrganisationAttributes(ctx, { id: store.id, values: { [code]: value } })
    return created({ property_record_id: `${code}:${idOf(ctx, 'organisation', store.id)}` })
  })

  routes.put(`${base}/:property_record_id`, 'enterprise', async (call) => {
    const { store, property } = await recordInPath(call)
    const record = call.body.needObject('property_record')
    const [code, value] = readRecord(record, await storeProperties(call.ctx))
    if (code !== property.code && code !== '') record.refuse('property_id', 'not_allowed_value')
    call.body.done()
    await setOrganisationAttributes(call.ctx, { id: store.id, values: { [property.code]: value } })
    return noContent
  })

  routes.delete(`${base}/:property_record_id`, 'enterprise', async (call) => {
    const { store, property } = await recordInPath(call)
    await setOrganisationAttributes(call.ctx, { id: store.id, values: { [property.code]: null } })
    return noContent
  })
}

function storeProperties(ctx: Ctx): Promise<ReferenceItem[]> {
  return listReferenceItems(ctx, 'store_property')
}

function ownerOf(ctx: Ctx, store: Organisation): RecordOwner {
  return { id: idOf(ctx, 'organisation', store.id), values: store.attributes, changedAt: store.updatedAt }
}

async function recordInPath(call: Call): Promise<{ store: Organisation; property: ReferenceItem }> {
  const store = await storeInPath(call)
  const text = call.params.property_record_id ?? ''
  const property = propertyOfRecord(text, await storeProperties(call.ctx), ownerOf(call.ctx, store))
  if (!property) throw notFound('property-records', text)
  return { store, property }
}

function groupRoutes(routes: Routes): void {
  routes.get('/store-groups', 'both', async ({ ctx, query }) => {
    const page = query.page(fieldsOf('storeGroups'))
    const name = query.text('name')
    query.done()
    const groups = (await listReferenceItems(ctx, 'store_group')).filter((group) => contains(group.name, name))
    const rows = groups.map((group) => groupRow(ctx, group))
    return pageOf('store_groups', rows, page)
  })

  routes.get('/store-groups/:store_group_id', 'both', async (call) => {
    const id = call.pathId('store_group_id', 'reference')
    const group = (await listReferenceItems(call.ctx, 'store_group')).find((candidate) => candidate.id === id)
    if (!group) throw notFound('store-groups', call.params.store_group_id ?? '')
    return ok(groupRow(call.ctx, group))
  })

  routes.get('/stores/:store_id/store-group-records', 'both', async (call) => {
    const { ctx } = call
    const store = await storeInPath(call)
    const codes = Array.isArray(store.attributes.groups) ? store.attributes.groups : []
    const groups = (await listReferenceItems(ctx, 'store_group')).filter((group) => codes.includes(group.code))
    const rows = groups.map((group) => ({
      store_group_record_id: `${group.code}:${idOf(ctx, 'organisation', store.id)}`,
      store_id: idOf(ctx, 'organisation', store.id),
      store_group_id: idOf(ctx, 'reference', group.id),
      last_change: timeOf(ctx, store.updatedAt),
    }))
    return ok({ store_group_records: rows, total_items: rows.length })
  })
}

function groupRow(ctx: Ctx, group: ReferenceItem) {
  return {
    store_group_id: idOf(ctx, 'reference', group.id),
    name: group.name,
    last_change: timeOf(ctx, group.updatedAt),
  }
}
