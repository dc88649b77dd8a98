import { beforeAll, describe, expect, it } from 'vitest'
import { findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { applyOperation } from '../../src/core/ledger/index.ts'
import { putReferenceItem } from '../../src/core/organisations/index.ts'
import { type PurchaseReport, recordPurchase } from '../../src/core/purchases/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { actor, app, base, call, clock, openShop, registration, type Shop, server, signUp } from './crmcom-shop.ts'

let shop: Shop
let other: Shop
beforeAll(async () => {
  shop = await openShop('alfa')
  other = await openShop('beta')
})

describe('what the contact owns', () => {
  it('is one account with a wallet, points by tier, and purchases as every API told them', async () => {
    const kate = await signUp(shop, 'kate@crm.com')
    const customer = await findCustomerByIdentity(shop.ctx, { kind: 'email', value: 'kate@crm.com' })
    const customerId = customer?.id ?? 0
    for (const [number, quantity] of [
      ['R-1', 100],
      ['R-2', 1],
    ] as const) {
      await recordPurchase(shop.ctx, {
        space: 'till',
        number,
        source: 'till',
        confirmed: true,
        customerId,
        storeId: shop.storeId,
        currency: 'EUR',
        occurredAt: new Date(clock.now().getTime() - (number === 'R-1' ? 86_400_000 * 40 : 1000)),
        lines: [{ code: 'LATTE', quantity, unitPrice: '1.19', vatRate: 19 }],
        onKnownNumber: 'replay',
      })
    }
    await applyOperation(shop.ctx, { kind: 'earn', key: 'gift', unitId: shop.moneyUnitId, customerId, amount: 1250 })

    const { body: accounts } = await call('GET', `/contacts/${kate.id}/accounts?is_primary=true`, kate)
    const number = `AC${customer?.code}`
    const account = accounts.content[0].accounts[0]
    expect(account).toMatchObject({
      is_primary: true,
      number,
      name: `John Doe ${number}`,
      life_cycle_state: 'ACTIVE',
      currency_code: 'EUR',
    })
    const { body: financials } = await call('GET', `/accounts/${account.id}/financials`, kate)
    expect(financials).toMatchObject({ is_primary: 'true', number, currency_code: 'EUR' })
    expect(financials.wallet).toEqual([
      {
        id: expect.any(String),
        code: customer?.code,
        balance: 12.5,
        commerce_balance: 0,
        open_balance: 12.5,
        life_cycle_state: 'ACTIVE',
        minimum_balance: 0,
        limit_rules: [],
      },
    ])
    const balances = await call('GET', `/wallets/${financials.wallet[0].id}/balances`, kate)
    expect(balances.body).toEqual({ content: [], paging: { page: 1, size: 10, total: 0 } })

    const { body: rewards } = await call('GET', `/accounts/${account.id}/rewards?include_rewards=OVERALL`, kate)
    expect(rewards).toMatchObject({
      id: account.id,
      spending_blocked_status: 'false',
      reward_tier: {
        name: 'Red',
        colour: '',
        achieved_date: Math.floor(Number(customer?.createdAt) / 1000),
        maintain_tier: { points_needed: 0, collected_by: '' },
        period_value_units: 120,
        lifetime_value_units: 120,
        progress: { points_needed: '380', name: 'Gold' },
      },
      points: { balance: 120, pending: 0, held: 0 },
      joined_reward_schemes: [{ name: 'Loyal' }],
      // The credit of 12.50 and 120 points, of which a hundred pay one euro.
      rewards: { total_awards: '13.70', total_spends: '0.00' },
    })
    expect((await call('GET', `/accounts/${account.id}/rewards`, kate)).body.rewards).toBeUndefined()
    expect((await call('GET', `/accounts/${account.id}/rewards?include_rewards=X`, kate)).status).toBe(400)

    const { body: purchases } = await call('GET', `/contacts/${kate.id}/purchases?size=1`, kate)
    expect(purchases.paging).toEqual({ page: 1, size: 1, total: 2 })
    expect(purchases.content[0]).toMatchObject({ reference_number: 'R-2', total_amount: 1.19 })
    const { body: older } = await call(
      'GET',
      `/contacts/${kate.id}/purchases?sort=CREATED_DATE&order=ASC&page=1&size=1`,
      kate,
    )
    expect(older.content).toEqual([
      {
        id: expect.any(String),
        account_id: account.id,
        reference_number: 'R-1',
        life_cycle_state: 'POSTED',
        payment_medium_identifier: '',
        currency: 'EUR',
        total_net_amount: 100,
        total_tax_amount: 19,
        discount_amount: 0,
        total_amount: 119,
        requested_spend_amount: 0,
        performed_on: Math.floor(clock.now().getTime() / 1000) - 86_400 * 40,
        classification: null,
        performed_by_organisation: { id: expect.any(String), name: 'Main store', creatives: [] },
        parent_organisation: { id: shop.businessId, name: 'Alfa', creatives: [] },
        rewards: {
          total_award_amount: 1.19,
          total_spend_amount: 0,
          total_automatic_spend_amount: 0,
          total_instant_discount_amount: 0,
          total_spend_request_amount: 0,
        },
      },
    ])
    const since = Math.floor(clock.now().getTime() / 1000) - 3600
    expect((await call('GET', `/contacts/${kate.id}/purchases?from_date=${since}`, kate)).body.paging.total).toBe(1)
    expect((await call('GET', `/contacts/${kate.id}/purchases?date[lte]=2026-02-01`, kate)).body.paging.total).toBe(1)
    const last = Math.floor(clock.now().getTime() / 1000) - 86_400 * 40
    const span = `from_date=${last}&to_date=${last}`
    expect((await call('GET', `/contacts/${kate.id}/purchases?${span}`, kate)).body.paging.total).toBe(1)
    expect((await call('GET', `/contacts/${kate.id}/purchases?to_date=${last - 1}`, kate)).body.paging.total).toBe(0)
    for (const query of ['page=0', 'size=101', 'order=UP', 'from_date=2026-13-01', 'page=1e3x', 'page[a]=1']) {
      expect((await call('GET', `/contacts/${kate.id}/purchases?${query}`, kate)).status, query).toBe(400)
    }
  })
})

describe('purchases', () => {
  /** A sale of the shop's till to the customer, at no store in particular. */
  const sale = (customerId: number, number: string, more: Partial<PurchaseReport> = {}) =>
    recordPurchase(shop.ctx, {
      space: 'till',
      number,
      source: 'till',
      confirmed: true,
      customerId,
      currency: 'EUR',
      occurredAt: clock.now(),
      lines: [{ code: 'LATTE', quantity: 100, unitPrice: '11.90', vatRate: 19 }],
      onKnownNumber: 'replay',
      ...more,
    })

  async function signUpCustomer(email: string) {
    const contact = await signUp(shop, email)
    const customer = await findCustomerByIdentity(shop.ctx, { kind: 'email', value: email })
    const rows = async (query = '') =>
      (await call('GET', `/contacts/${contact.id}/purchases${query}`, contact)).body.content
    const { body } = await call('GET', `/contacts/${contact.id}/accounts`, contact)
    const account = `/accounts/${body.content[0].accounts[0].id}`
    return { contact, customerId: customer?.id ?? 0, rows, account }
  }

  it('show what points and credit paid, and a cancellation gives back what it took', async () => {
    const { customerId, rows, contact, account } = await signUpCustomer('spender@crm.com')
    await sale(customerId, 'P-1')
    await applyOperation(shop.ctx, { kind: 'earn', key: 'gift-p', unitId: shop.moneyUnitId, customerId, amount: 500 })
    const lines = [{ code: 'TEA', quantity: 1, unitPrice: '11.90', vatRate: 19 }]
    await sale(customerId, 'P-2', { lines, spend: { points: 200, creditMinor: 300 } })
    const [spent] = await rows()
    expect(spent).toMatchObject({
      reference_number: 'P-2',
      total_amount: 11.9,
      requested_spend_amount: 5,
      rewards: { total_award_amount: 0.09, total_spend_amount: 5, total_spend_request_amount: 5 },
    })
    const rewards = `${account}/rewards?include_rewards=OVERALL`
    expect((await call('GET', rewards, contact)).body.rewards).toEqual({ total_awards: '16.99', total_spends: '5.00' })

    const later = new Date(clock.now().getTime() + 1000)
    await sale(customerId, 'P-3', { kind: 'cancellation', cancelsNumber: 'P-2', occurredAt: later, lines: [] })
    const [cancellation, cancelled] = await rows()
    expect(cancelled).toMatchObject({ life_cycle_state: 'CANCELLED', rewards: spent.rewards })
    expect(cancellation).toMatchObject({
      reference_number: 'P-3',
      total_net_amount: -10,
      total_tax_amount: -1.9,
      total_amount: -11.9,
      rewards: { total_award_amount: -0.09, total_spend_amount: -5, total_spend_request_amount: -5 },
    })
    expect((await call('GET', rewards, contact)).body.rewards).toEqual({ total_awards: '16.90', total_spends: '0.00' })
  })

  it('name the business where no store is known, and the type by its id and name', async () => {
    const { customerId, rows } = await signUpCustomer('storeless@crm.com')
    const type = await putReferenceItem(shop.ctx, { kind: 'purchase_type', code: 'gift', name: 'Gift shop' })
    await sale(customerId, 'N-1', { typeCode: 'gift' })
    await sale(customerId, 'N-2', { typeCode: 'unlisted' })
    const [unlisted, listed] = await rows()
    expect(listed.performed_by_organisation).toEqual({ id: shop.businessId, name: 'Alfa', creatives: [] })
    expect(listed).not.toHaveProperty('parent_organisation')
    const id = shop.ctx.ids.uuid('reference', shop.ctx.tenant.id, type.id)
    expect(listed.classification).toEqual({ id, name: 'Gift shop' })
    expect(unlisted.classification).toEqual({ id: 'unlisted', name: 'unlisted' })
  })

  it('lead into a tier at the time of the one that was enough', async () => {
    const { customerId, contact, account } = await signUpCustomer('golden@crm.com')
    const at = (days: number) => new Date(clock.now().getTime() - days * 86_400_000)
    const lines = (total: string) => [{ code: 'TEA', quantity: 1, unitPrice: total }]
    await sale(customerId, 'T-1', { occurredAt: at(9), lines: lines('499') })
    await sale(customerId, 'T-2', { occurredAt: at(6), lines: lines('1') })
    await sale(customerId, 'T-3', { occurredAt: at(3), lines: lines('100') })
    const { body } = await call('GET', `${account}/rewards`, contact)
    expect(body.reward_tier).toMatchObject({ name: 'Gold', lifetime_value_units: 600, progress: null })
    expect(body.reward_tier.achieved_date).toBe(at(6).getTime() / 1000)
  })
})

describe('what everybody may see', () => {
  let john: Awaited<ReturnType<typeof signUp>>
  beforeAll(async () => {
    john = await signUp(shop, 'reader@crm.com')
  })

  it('shows the business and its network', async () => {
    const { body } = await call('GET', `/organisations/${shop.businessId}`, john)
    expect(body.content).toMatchObject({ id: shop.businessId, name: 'Alfa' })
    const network = await call('GET', `/organisations/${shop.businessId.toUpperCase()}/network?name=main`, john)
    expect(network.body).toMatchObject({
      content: [{ name: 'Main store', locations: [{ address_line_1: 'Elia 1', lat: '35.157115', lon: '33.313719' }] }],
      paging: { page: 1, size: 10, total: 1 },
    })
    const venue = await call('GET', `/organisations/${network.body.content[0].id}`, john)
    expect(venue.body.content.contact_info).toMatchObject([
      { type: 'PHONE', value: '+35722265566', country_code: 'CY' },
    ])
    const joined = await call('GET', `/contacts/${john.id}/organisations`, john)
    expect(joined.body.content).toEqual([{ id: shop.businessId, name: 'Alfa', creatives: [] }])
  })

  it('lists products with prices as text and shows one with prices as numbers', async () => {
    const { body } = await call('GET', '/products?name=lat&order=ASC', john)
    expect(body.paging.total).toBe(1)
    expect(body.content[0]).toMatchObject({
      sku: 'LATTE',
      availability: 'ENABLED',
      categories: [{ name: 'Drinks' }],
      pricing: [
        { price: '1.99', currency: 'EUR', tax_model: 'TAX_INCLUSIVE', taxes: [{ tax_code: 'VAT', percentage: 19 }] },
      ],
    })
    const path = `/products/${body.content[0].id}`
    expect((await call('GET', `${path}/`, { key: shop.key })).body).toMatchObject({
      sku: 'LATTE',
      pricing: [{ price: 1.99 }],
    })
    expect((await call('GET', path, { key: other.key })).status).toBe(404)
    expect((await call('GET', '/products', { key: shop.key })).status).toBe(401)
    const categories = await call('GET', '/product_categories', john)
    expect(categories.body.content).toMatchObject([{ name: 'Drinks', child_nodes: 1, parent: null }])
    const children = await call('GET', `/product_categories?parent_id=${categories.body.content[0].id}`, john)
    expect(children.body.content).toMatchObject([{ name: 'Cold', parent: { name: 'Drinks' } }])
  })

  it('lists the schemes and lets a browser of any origin ask', async () => {
    const schemes = await call('GET', '/reward_schemes?name=loy', john)
    expect(schemes.body.content).toMatchObject([{ name: 'Loyal', sign_up_option: 'AUTO_SIGN_UP', is_joined: 'true' }])
    const preflight = await app.inject({
      method: 'OPTIONS',
      url: `${base}/contacts/authenticate`,
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'api_key',
      },
    })
    expect(preflight.statusCode).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toContain('api_key')
  })

  it('lists reference data and shows the application', async () => {
    await putReferenceItem(shop.ctx, { kind: 'industry', code: 'retail', name: 'Antiques' })
    const sorted = async (query: string) => {
      const { body } = await call('GET', `/industries${query}`, john)
      return body.content.map((item: { name: string }) => item.name)
    }
    expect(await sorted('?sort=NAME&order=ASC')).toEqual(['Antiques', 'Restaurant'])
    expect(await sorted('?sort=NAME&order=ASC&page=2&size=1')).toEqual(['Restaurant'])
    expect(await sorted('?sort=NAME')).toEqual(['Restaurant', 'Antiques'])
    const { body } = await call('GET', '/industries?name=rest', john)
    expect(body).toMatchObject({ content: [{ name: 'Restaurant' }], paging: { total: 1 } })
    const sectors = await call('GET', '/industry_sectors?industry_name=restaurant', john)
    expect(sectors.body.content).toMatchObject([{ name: 'Bar', related_industries: [{ name: 'Restaurant' }] }])
    expect((await call('GET', '/business_activities', john)).body.content).toEqual([])
    expect((await call('GET', '/organisation_tags', john)).body.content).toEqual([])
    const application = await call('GET', `/applications?app_id=${shop.appId}&version=1.1`, { key: shop.key })
    expect(application.body).toMatchObject({
      id: shop.appId,
      name: 'Coffee App',
      about_details: { terms_conditions: {}, privacy_policy: {}, contact_us: { email_address: '', phone_number: '' } },
      auth_support: { email_password: true },
    })
    expect((await call('GET', `/applications?app_id=${other.appId}`, { key: shop.key })).status).toBe(404)
    expect((await call('GET', '/applications')).status).toBe(401)
  })

  it('opens to what a new tenant of the retail template is given', async () => {
    const { tenant } = await createTenant(server, { slug: 'gamma', name: 'Gamma', template: 'retail' })
    const ctx = makeCtx(server, tenant, actor)
    const { crmcom } = await describeConnections(ctx, { publicUrl: '' })
    const { body } = await call('POST', `${crmcom.base_url}/contacts/register`, {
      key: crmcom.api_key,
      body: registration('gamma@crm.com'),
    })
    const token = body.access_token
    const application = await call('GET', `/applications?app_id=${crmcom.app_id}`, { key: crmcom.api_key })
    expect(application.body.name).toBe('Gamma app')
    const { body: network } = await call('GET', `/organisations/${crmcom.organisation_id}/network`, { token })
    expect(network.content).toMatchObject([
      { id: crmcom.merchant_id, industry_name: 'Retail', industry_sectors: [{ name: 'Home and living' }, {}] },
      { id: crmcom.venue_id, name: 'Main store', tags: [{ name: 'Parking' }, { name: 'Delivery' }] },
    ])
    const { body: products } = await call('GET', '/products?size=100', { token })
    expect(products.paging.total).toBe(6)
    const compositions = products.content.map((product: { type_composition: string }) => product.type_composition)
    expect(new Set(compositions)).toEqual(new Set(['FLAT', 'COMPOSITE', 'FLEXIBLE_BUNDLE']))
  })

  it('answers an unknown address in its own error shape', async () => {
    expect(await call('GET', '/nothing', john)).toEqual({
      status: 404,
      body: {
        code: 404,
        message: 'The requested resource does not exist',
        attribute: null,
        error: 'request.not_found',
      },
    })
  })
})
