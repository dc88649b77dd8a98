import {
  alwaysOpen,
  createOrganisation,
  type Organisation,
  putReferenceItem,
  type ReferenceItem,
} from '../core/organisations/index.ts'
import type { Ctx } from '../platform/ctx.ts'

/** What every tenant consists of at least, because clients name it: who sells, where, and through which app. */
export interface Places {
  readonly business: Organisation
  readonly merchant: Organisation
  readonly store: Organisation
  readonly application: ReferenceItem
}

export async function makePlaces(ctx: Ctx, template: 'retail' | 'empty'): Promise<Places> {
  const { tenant } = ctx
  const business = await createOrganisation(ctx, { kind: 'business', code: 'business', name: tenant.name })
  const merchant = await createOrganisation(ctx, {
    kind: 'merchant',
    code: 'merchant',
    name: tenant.name,
    parentId: business.id,
    ...(template === 'retail' ? retailMerchant : {}),
  })
  const store = await createOrganisation(ctx, {
    kind: 'store',
    code: 'main',
    name: 'Main store',
    parentId: merchant.id,
    openingHours: alwaysOpen,
    ...(template === 'retail' ? retailStore : { address: { country: tenant.country } }),
  })
  const application = await putReferenceItem(ctx, {
    kind: 'application',
    code: 'app',
    name: `${tenant.name} app`,
    data: { version: '1.0', organisationId: business.id, authentication: ['email_password', 'sms_code'] },
  })
  return { business, merchant, store, application }
}

const retailMerchant = {
  description: 'Everything for the home, since yesterday.',
  email: 'hello@shop.example',
  phone: '+4930123456',
  url: 'https://shop.example',
  attributes: {
    industry: 'retail',
    sectors: ['home-and-living', 'fashion'],
    activities: ['shop', 'e-commerce'],
    tags: ['family-friendly', 'delivery'],
  },
} as const

const retailStore = {
  email: 'store@shop.example',
  phone: '+4930123457',
  address: { line1: 'Musterstraße 1', city: 'Berlin', postalCode: '10115', country: 'DE' },
  latitude: 52.532,
  longitude: 13.3849,
  attributes: {
    groups: ['city'],
    parking_spaces: 12,
    industry: 'retail',
    sectors: ['home-and-living', 'fashion'],
    activities: ['shop'],
    tags: ['parking', 'delivery'],
    // A zone is a circle around the store and the postal codes that it names.
    deliveryZones: [{ code: 'city', name: 'City', radiusKilometres: 15, postalCodes: ['10115', '10117', '10119'] }],
    supplyMethods: ['delivery', 'pick_up', 'direct_sale'],
  },
} as const
