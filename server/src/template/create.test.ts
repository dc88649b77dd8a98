import { beforeAll, describe, expect, it } from 'vitest'
import { testDatabase } from '../../test/harness.ts'
import { authenticateApiKey, findCredential, listTenants, signIn } from '../core/accounts/index.ts'
import { listLists, listSegments } from '../core/audience/index.ts'
import { countProducts, findProductByCode, listCategories } from '../core/catalog/index.ts'
import { findDefaultUnit, listUnits } from '../core/ledger/index.ts'
import { findDefaultProgramme, listCards, listCardTypes, listProgrammes, listTiers } from '../core/loyalty/index.ts'
import { getOrganisation, listOrganisations, listReferenceItems } from '../core/organisations/index.ts'
import { type Ctx, makeCtx, type Server } from '../platform/ctx.ts'
import { makeLog } from '../platform/log.ts'
import { makeServer } from '../platform/server.ts'
import { type CreatedTenant, createTenant, describeConnections } from './index.ts'

const { pool } = await testDatabase()
const publicUrl = 'https://loyalty.example'
let server: Server
let retail: CreatedTenant
let ctx: Ctx

const ctxOf = (created: CreatedTenant) => makeCtx(server, created.tenant, { kind: 'system', id: 'test', via: 'test' })

beforeAll(async () => {
  server = await makeServer({ pool, log: makeLog({ level: 'silent' }) })
  retail = await createTenant(server, { slug: 'nord', name: 'Nord', template: 'retail' })
  ctx = ctxOf(retail)
})

describe('a new tenant', () => {
  it('can be signed in to, and its key opens it', async () => {
    expect(await signIn(server, retail.owner)).toMatchObject({ tenant: { slug: 'nord' }, staff: { role: 'owner' } })
    expect(await authenticateApiKey(server, retail.apiKey)).toMatchObject({ tenant: { slug: 'nord' } })
  })

  it('has a credential for every way in, which its own secret proves', async () => {
    const made = await describeConnections(ctx, { publicUrl, apiKey: retail.apiKey })
    const { cleverreach, rees46, crmcom, carecloud, classic } = made
    const proofs = [
      ['cleverreach', 'oauth_client', cleverreach.client_id, cleverreach.client_secret],
      ['cleverreach', 'login', cleverreach.login, cleverreach.password],
      ['rees46', 'shop', rees46.shop_id, rees46.shop_secret],
      ['carecloud', 'user', carecloud.login, carecloud.password],
      ['classic', 'user', classic.user_id, classic.user_password],
    ] as const
    for (const [api, kind, publicId, secret] of proofs) {
      const found = await findCredential(server, { api, kind, publicId })
      expect(found?.tenant.slug, `${api} ${kind}`).toBe('nord')
      expect(found?.secretMatches(secret)).toBe(true)
    }
    expect(rees46.shop_id).toMatch(/^[0-9a-f]{30}$/)
    expect(crmcom.api_key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    const sides = [carecloud.user_external_application_id, carecloud.customer_interface.external_application_id]
    for (const publicId of sides) {
      expect(await findCredential(server, { api: 'carecloud', kind: 'external_application', publicId })).toBeDefined()
    }
    expect(made.api).toEqual({ base_url: 'https://loyalty.example/api/v1', key: retail.apiKey })
    expect(carecloud.customer_interface.base_url).toBe(
      'https://loyalty.example/carecloud/webservice/rest-api/customer-interface/v1.0',
    )
  })

  it('shows ids that lead to its business, merchant and venue', async () => {
    const { crmcom } = await describeConnections(ctx, { publicUrl })
    const kindOf = async (uuid: string) =>
      (await getOrganisation(ctx, ctx.ids.read('organisation', ctx.tenant.id, uuid) ?? 0)).kind
    expect(await kindOf(crmcom.organisation_id)).toBe('business')
    expect(await kindOf(crmcom.merchant_id)).toBe('merchant')
    expect(await kindOf(crmcom.venue_id)).toBe('store')
    expect(ctx.ids.read('reference', ctx.tenant.id, crmcom.app_id)).toBeGreaterThan(0)
  })

  it('is refused when its slug is taken, and nothing of it stays', async () => {
    const again = createTenant(server, { slug: 'nord', name: 'Again', template: 'retail' })
    await expect(again).rejects.toMatchObject({ code: 'tenant.slug_taken' })
    const weak = createTenant(server, { slug: 'weak', name: 'W', template: 'empty', ownerPassword: 'short' })
    await expect(weak).rejects.toMatchObject({ code: 'password.weak' })
    expect((await listTenants(server)).map((tenant) => tenant.slug)).toEqual(['nord'])
  })
})

describe('the retail template', () => {
  it('brings the default points, credit in the currency, three tiers, a programme of each kind and free cards', async () => {
    const programme = await findDefaultProgramme(ctx)
    expect(programme).toMatchObject({
      kind: 'points',
      unitId: (await findDefaultUnit(ctx, 'points'))?.id,
      settings: {
        pointsPerUnit: 1,
        pointsPerCurrencyUnitRedeemed: 100,
        earnSources: ['till', 'shop', 'api', 'import'],
      },
    })
    expect(await findDefaultUnit(ctx, 'money', 'EUR')).toMatchObject({ code: 'credit-eur', scale: 2 })
    const tiers = await listTiers(ctx, programme?.id ?? 0)
    expect(tiers.map((tier) => tier.name)).toEqual(['Bronze', 'Silver', 'Gold'])
    const kinds = (await listProgrammes(ctx)).map((one) => one.kind)
    expect(kinds).toEqual(['points', 'stored_value', 'fixed_reward', 'visits', 'items'])
    const [type] = await listCardTypes(ctx)
    expect(type?.name).toBe('Loyalty card')
    const cards = await listCards(ctx, { cardTypeId: type?.id, offset: 0, limit: 10 })
    expect(cards.items.map((card) => card.customerId)).toEqual([null, null, null, null, null])
  })

  it('brings six products in categories, one composite with variants and one bundle with modifiers', async () => {
    expect(await countProducts(ctx, {})).toBe(6)
    expect((await listCategories(ctx, { limit: 10 })).map((one) => one.externalId).sort()).toEqual([
      'fashion',
      'home',
      'kitchen',
    ])
    const composite = await findProductByCode(ctx, 'SHIRT-01')
    expect(composite).toMatchObject({ composition: 'composite', vatRate: 19, priceMinor: 2_990, currency: 'EUR' })
    expect(composite?.data.variants).toHaveLength(6)
    const bundle = await findProductByCode(ctx, 'GIFTBOX-01')
    expect(bundle?.data).toMatchObject({ flexible: true, components: { length: 2 }, modifiers: { length: 3 } })
  })

  it('brings a list, the form that leads into it by a double opt-in, and a static segment', async () => {
    const [list] = await listLists(ctx)
    expect(list).toMatchObject({ name: 'Newsletter', settings: { doubleOptIn: true } })
    const [form] = await listReferenceItems(ctx, 'list_form')
    expect(form?.data).toMatchObject({ listId: list?.id, doubleOptIn: true })
    expect(await listSegments(ctx)).toMatchObject([{ kind: 'static', name: 'Regulars' }])
  })

  it('brings the reference lists, the currency of the tenant first', async () => {
    const codes = async (kind: Parameters<typeof listReferenceItems>[1]) =>
      (await listReferenceItems(ctx, kind)).map((item) => item.code)
    expect(await codes('customer_source')).toEqual(['e-shop', 'store', 'newsletter'])
    expect(await codes('customer_property')).toContain('p1_note')
    expect(await codes('purchase_type')).toEqual(['store', 'e-commerce', 'cancel'])
    expect((await codes('currency'))[0]).toBe('EUR')
    expect(await codes('survey_channel')).toEqual(['website', 'email', 'popup', 'ios_app', 'pos'])
    const stores = await listOrganisations(ctx, { kind: 'store' })
    expect(stores.items).toMatchObject([{ name: 'Main store', openingHours: { length: 7 } }])
  })
})

describe('the empty template', () => {
  it('brings the places and credentials that clients name, in the currency asked for, and nothing else', async () => {
    const input = { slug: 'bare', name: 'Bare', template: 'empty', currency: 'GBP', country: 'GB' } as const
    const bare = ctxOf(await createTenant(server, input))
    expect(bare.tenant).toMatchObject({ currency: 'GBP', country: 'GB' })
    expect(await listUnits(bare)).toEqual([])
    expect(await countProducts(bare, {})).toBe(0)
    expect((await listOrganisations(bare)).total).toBe(3)
    const mine = await describeConnections(bare, { publicUrl })
    const theirs = await describeConnections(ctx, { publicUrl })
    expect(mine.rees46.shop_id).not.toBe(theirs.rees46.shop_id)
  })
})
