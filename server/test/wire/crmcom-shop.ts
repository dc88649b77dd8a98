import { createCredential, createTenantWith } from '../../src/core/accounts/index.ts'
import { upsertCategories, upsertProducts } from '../../src/core/catalog/index.ts'
import { addUnit } from '../../src/core/ledger/index.ts'
import { addTier, createProgramme } from '../../src/core/loyalty/index.ts'
import { listMessages } from '../../src/core/messaging/index.ts'
import { createOrganisation, putReferenceItem } from '../../src/core/organisations/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { testApp } from '../app.ts'

export const clock = fixedClock('2026-03-02T10:00:00Z')
export const { app, server } = await testApp({ clock })
export const actor = { kind: 'system', id: 'test', via: 'test' } as const
export const base = '/crmcom/self-service/v1'

export interface Shop {
  readonly ctx: Ctx
  readonly key: string
  readonly businessId: string
  readonly storeId: number
  readonly appId: string
  readonly moneyUnitId: number
}

/** A shop with points (1 per EUR, 100 pay 1 EUR), two tiers, a wallet in EUR, a store, a catalogue and an application. */
export function openShop(slug: string): Promise<Shop> {
  return createTenantWith(server, { slug, name: `Shop ${slug}` }, { actor, fill: (ctx) => fill(ctx, slug) })
}

async function fill(ctx: Ctx, slug: string): Promise<Shop> {
  const points = await addUnit(ctx, {
    kind: 'points',
    code: 'points',
    name: 'Points',
    currency: null,
    scale: 0,
    isDefault: true,
  })
  const money = await addUnit(ctx, {
    kind: 'money',
    code: 'eur',
    name: 'Credit',
    currency: 'EUR',
    scale: 2,
    isDefault: true,
  })
  const programme = await createProgramme(ctx, {
    kind: 'points',
    name: 'Loyal',
    unitId: points.id,
    isDefault: true,
    settings: { pointsPerUnit: 1, pointsPerCurrencyUnitRedeemed: 100 },
  })
  for (const [rank, name, threshold] of [
    [1, 'Red', 0],
    [2, 'Gold', 500],
  ] as const) {
    await addTier(ctx, { programmeId: programme.id, name, rank, threshold, settings: {} })
  }
  const business = await createOrganisation(ctx, { kind: 'business', code: 'hq', name: 'Alfa' })
  const store = await createOrganisation(ctx, {
    kind: 'store',
    code: 's1',
    name: 'Main store',
    parentId: business.id,
    address: { line1: 'Elia 1', city: 'Nicosia', postalCode: '2000', country: 'CY' },
    latitude: 35.157115,
    longitude: 33.313719,
    phone: '+35722265566',
  })
  await upsertCategories(ctx, [
    { externalId: 'drinks', name: 'Drinks' },
    { externalId: 'cold', name: 'Cold', parentExternalId: 'drinks' },
  ])
  await upsertProducts(ctx, [
    { code: 'LATTE', name: 'Latte', priceMinor: 199, currency: 'EUR', vatRate: 19, categoryExternalId: 'drinks' },
    { code: 'TEA', name: 'Tea', priceMinor: 150, currency: 'EUR', vatRate: 19, categoryExternalId: 'drinks' },
  ])
  const industry = await putReferenceItem(ctx, { kind: 'industry', code: 'food', name: 'Restaurant' })
  await putReferenceItem(ctx, {
    kind: 'industry_sector',
    code: 'bar',
    name: 'Bar',
    data: { industries: [industry.code] },
  })
  const application = await putReferenceItem(ctx, { kind: 'application', code: 'app', name: 'Coffee App' })
  const key = `key-${slug}`
  await createCredential(ctx, { api: 'crmcom', kind: 'application', publicId: key })
  const uuid = (kind: 'organisation' | 'reference', id: number) => ctx.ids.uuid(kind, ctx.tenant.id, id)
  return {
    ctx: makeCtx(server, ctx.tenant, actor),
    key,
    businessId: uuid('organisation', business.id),
    storeId: store.id,
    appId: uuid('reference', application.id),
    moneyUnitId: money.id,
  }
}

interface Request {
  readonly key?: string
  readonly token?: string
  readonly headers?: Record<string, string>
  readonly body?: unknown
}

export async function call(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, request: Request = {}) {
  const answer = await app.inject({
    method,
    url: path.startsWith('/crmcom') ? path : base + path,
    headers: {
      ...(request.key ? { api_key: request.key } : {}),
      ...(request.token ? { authorization: request.token } : {}),
      ...(request.body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...request.headers,
    },
    ...(request.body === undefined
      ? {}
      : { payload: typeof request.body === 'string' ? request.body : JSON.stringify(request.body) }),
  })
  return { status: answer.statusCode, body: answer.payload === '' ? undefined : answer.json() }
}

export const registration = (email: string, more = {}) => ({
  first_name: 'John',
  last_name: 'Doe',
  identity: { provider: 'EMAIL', username: email, password: '12345', validation_required: false },
  service_acceptance: 'true',
  email_opt_out: 'true',
  sms_opt_out: 'true',
  ...more,
})

export function claimsOf(token: string): { sub: string; exp: number } {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

export async function signUp(shop: Shop, email: string) {
  const { body } = await call('POST', '/contacts/register', { key: shop.key, body: registration(email) })
  return { token: String(body.access_token), refresh: String(body.refresh_token), id: claimsOf(body.access_token).sub }
}

/** The last thing of this shape in the newest message to the address. */
export async function received(shop: Shop, to: string, shape: RegExp): Promise<string> {
  const [message] = await listMessages(shop.ctx, { to, limit: 1 })
  return shape.exec(message?.text ?? '')?.[0] ?? ''
}
