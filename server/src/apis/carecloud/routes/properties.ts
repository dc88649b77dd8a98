import { listReferenceItems, type ReferenceKind } from '../../../core/organisations/index.ts'
import type { Routes } from '../call.ts'
import { contains, ok, pageOf } from '../encode.ts'
import { notFound } from '../errors.ts'
import { fieldsOf } from '../fields.ts'
import { inLanguage } from '../languages.ts'
import { propertyRow } from '../properties.ts'

const lists: readonly { readonly path: string; readonly key: string; readonly kind: ReferenceKind }[] = [
  { path: 'customer-properties', key: 'customer_properties', kind: 'customer_property' },
  { path: 'event-properties', key: 'event_properties', kind: 'event_property' },
  { path: 'store-properties', key: 'store_properties', kind: 'store_property' },
  { path: 'partner-properties', key: 'partner_properties', kind: 'partner_property' },
  { path: 'product-properties', key: 'product_properties', kind: 'product_property' },
  { path: 'purchase-properties', key: 'purchase_properties', kind: 'purchase_property' },
  { path: 'purchase-item-properties', key: 'purchase_item_properties', kind: 'purchase_item_property' },
  // The vendor's own key has one s too many.
  { path: 'reward-properties', key: 'rewards_properties', kind: 'reward_property' },
  { path: 'voucher-properties', key: 'voucher_properties', kind: 'voucher_property' },
]

/** What may be noted of a customer, an event, a store and so on beside their fixed fields. */
export function propertyRoutes(routes: Routes): void {
  for (const { path, key, kind } of lists) {
    routes.get(`/${path}`, path === 'partner-properties' ? 'enterprise' : 'both', async ({ ctx, query, languages }) => {
      const page = query.page(fieldsOf('properties'))
      const name = query.text('name')
      query.done()
      const rows = (await listReferenceItems(ctx, kind))
        .map((property) => inLanguage(property, languages))
        .filter((property) => contains(property.name, name))
        .map((property) => propertyRow(ctx, property))
      return pageOf(key, rows, page)
    })

    routes.get(`/${path}/:property_id`, 'both', async ({ ctx, params, languages }) => {
      const property = (await listReferenceItems(ctx, kind)).find((one) => one.code === params.property_id)
      if (!property) throw notFound(path, params.property_id ?? '')
      return ok(propertyRow(ctx, inLanguage(property, languages)))
    })
  }
}
