// The promise of the product: one customer, one set of purchases, one balance, seen through every API and the console.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { importOnlineRetail } from '../../src/cli/import/online-retail.ts'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()
const { tenant } = await createTenant(server, { slug: 'retailer', name: 'Retailer', template: 'retail' })
const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
const connections = await describeConnections(ctx, { publicUrl: 'http://localhost' })
const folder = mkdtempSync(join(tmpdir(), 'regulars-import-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
type Json = any
interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly headers?: Record<string, string>
  readonly body?: object
}

async function ask(url: string, { method = 'GET', headers = {}, body }: Call = {}): Promise<Json> {
  const answer = await app.inject({ method, url, headers, ...(body ? { payload: body } : {}) })
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.body}`)
  return answer.body === '' ? undefined : answer.json()
}

const key = (await issueApiKey(ctx, { name: 'test' })).key
const native = (path: string, call: Call = {}) =>
  ask(`/api/v1${path}`, { ...call, headers: { authorization: `Bearer ${key}`, ...call.headers } })

const sample = `InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26:00,2.55,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26:00,3.39,17850,United Kingdom
536366,22633,"HAND WARMER, ""UNION JACK""",6,2010-12-01 08:28:00,1.85,17850,United Kingdom
536366,71053,WHITE METAL LANTERN,2,2010-12-01 08:29:00,3.39,17850,United Kingdom
C536379,71053,WHITE METAL LANTERN,-2,2010-12-01 09:41:00,3.39,17850,United Kingdom
536414,22139,,56,2010-12-01 11:52:00,0,,United Kingdom
536589,21777,,-10,2010-12-01 16:50:00,0,,United Kingdom
A563185,B,Adjust bad debt,1,2011-08-12 14:50:00,11062.06,,United Kingdom
536370,22728,ALARM CLOCK BAKELIKE PINK,24,2010-12-01 08:45:00,3.75,12583,France
broken,22728,ALARM CLOCK,many,2010-12-01 08:45:00,3.75,12583,France
536370,22727,ALARM CLOCK BAKELIKE RED,1,2010-12-01 08:45:00,0.001,12583,France
`

describe('a retailer brings a year of transactions in', () => {
  const file = join(folder, 'sample.csv')
  writeFileSync(file, sample)

  test('every row is accounted for, and a second run changes nothing', async () => {
    const first = await importOnlineRetail(ctx, file, () => undefined)
    expect(first).toMatchObject({
      rows: 11,
      sales: 5,
      cancellations: 1,
      adjustments: 1,
      known: 0,
      customers: 2,
      products: 8,
      totalMinor: 1_106_206 + 3564 + 1788 - 678 + 9000,
      pointsEarned: 35 + 17 + 90,
      pointsReversed: 7,
      skipped: { 'quantity is not a number': 1 },
    })
    const books = async () => (await verify(server)).results.map(({ check, examined }) => [check, examined])
    const before = await books()
    const second = await importOnlineRetail(ctx, file, () => undefined)
    expect(second).toMatchObject({
      sales: 0,
      cancellations: 0,
      adjustments: 0,
      known: 7,
      customers: 0,
      products: 0,
      pointsEarned: 0,
      pointsReversed: 0,
    })
    expect(await books()).toEqual(before)
    expect((await verify(server)).holds).toBe(true)
  })

  test('the customer is the same through all six APIs', async () => {
    const found = await findCustomerByIdentity(ctx, { kind: 'external', source: 'online-retail', value: '17850' })
    const id = found?.id ?? 0
    await native(`/customers/${id}`, {
      method: 'PATCH',
      body: { first_name: 'Amélie', last_name: 'Whitby-Łoś', email: 'amelie@shop.example', phone: '+447700900123' },
    })
    const points = 35 + 17 - 7
    const totals = ['35.64', '17.88', '-6.78']

    const mine = await native(`/customers/${id}`)
    expect(mine).toMatchObject({ first_name: 'Amélie', last_name: 'Whitby-Łoś', points_balance: points })
    const { items } = await native(`/purchases?customer_id=${id}`)
    expect(items.map((purchase: Json) => purchase.total_minor).toSorted((a: number, b: number) => b - a)).toEqual([
      3564, 1788, -678,
    ])

    const clever = connections.cleverreach
    const token = await ask('/cleverreach/oauth/token.php', {
      method: 'POST',
      body: { grant_type: 'client_credentials', client_id: clever.client_id, client_secret: clever.client_secret },
    })
    const headers = { authorization: `Bearer ${token.access_token}` }
    const group = await ask('/cleverreach/v3/groups', { method: 'POST', headers, body: { name: 'Retail' } })
    await ask(`/cleverreach/v3/groups/${group.id}/receivers/upsert`, {
      method: 'POST',
      headers,
      body: [{ email: 'amelie@shop.example' }],
    })
    const receiver = await ask(`/cleverreach/v3/groups/${group.id}/receivers/amelie@shop.example`, { headers })
    expect(receiver).toMatchObject({ points, global_attributes: { firstname: 'Amélie', lastname: 'Whitby-Łoś' } })
    // A newsletter tool has no word for a cancellation: it shows the orders.
    expect(new Set(receiver.orders.map((order: Json) => order.order_id))).toEqual(new Set(['536365', '536366']))

    const { shop_id, shop_secret } = connections.rees46
    const profile = await ask(`/rees46/profile?shop_id=${shop_id}&shop_secret=${shop_secret}&email=amelie@shop.example`)
    expect(profile).toMatchObject({ first_name: 'Amélie', last_name: 'Whitby-Łoś', loyalty_bonuses: points })
    expect(profile.orders.map((order: Json) => order.id)).toEqual(expect.arrayContaining(['536365', '536366']))

    const { account_id, user_id, user_password } = connections.classic
    const classic = (fields: Record<string, string>) =>
      ask(`/classic?${new URLSearchParams({ account_id, user_id, user_password, output: 'json', ...fields })}`)
    const info = await classic({ type: 'customer_info', code: mine.code })
    expect(info.customer).toMatchObject({ first_name: 'Amélie', last_name: 'Whitby-Łoś' })
    const campaign = info.campaigns.find((one: Json) => one.type === 'points')
    expect(Number(campaign.balance)).toBe(points)
    const history = await classic({ type: 'customer_balance', code: mine.code, campaign_id: campaign.id })
    expect(history.campaign.customer.transactions).toHaveLength(3)

    const till = '/carecloud/webservice/rest-api/enterprise-interface/v1.0'
    const { login, password, user_external_application_id } = connections.carecloud
    const session = await ask(`${till}/users/actions/login`, {
      method: 'POST',
      body: { login, password, user_external_application_id },
    })
    const bearer = { headers: { authorization: `Bearer ${session.data.bearer_token}` } }
    const records = await ask(`${till}/customer-source-records?external_id=17850`, bearer)
    const customerId = records.data.customer_source_records[0].customer_id
    const care = await ask(`${till}/customers/${customerId}`, bearer)
    expect(care.data.personal_information).toMatchObject({
      first_name: 'Amélie',
      last_name: 'Whitby-Łoś',
      email: 'amelie@shop.example',
    })
    expect(
      (await ask(`${till}/wallet/actions/points-overview?customer_id=${customerId}`, bearer)).data.available_points,
    ).toBe(points)
    const bought = await ask(`${till}/purchases?customer_id=${customerId}`, bearer)
    expect(bought.data.purchases.map((purchase: Json) => purchase.external_purchase_id).toSorted()).toEqual([
      '536365',
      '536366',
      'C536379',
    ])

    const app46 = { api_key: connections.crmcom.api_key }
    const self = '/crmcom/self-service/v1'
    const otp = await ask(`${self}/contacts/otp`, {
      method: 'POST',
      headers: app46,
      body: { send_method: 'EMAIL', credentials: [{ name: 'EMAIL', value: 'amelie@shop.example' }] },
    })
    const outbox = await native('/outbox?to=amelie@shop.example')
    const code = /\d{6}/.exec(outbox.items[0].text)?.[0]
    const signedIn = await ask(`${self}/contacts/validate-otp`, {
      method: 'POST',
      headers: app46,
      body: { auth_otp: otp.auth_otp, code },
    })
    const contactId = signedIn.contact.id
    const own = { headers: { authorization: signedIn.access_token } }
    expect(await ask(`${self}/contacts/${contactId}`, own)).toMatchObject({
      first_name: 'Amélie',
      last_name: 'Whitby-Łoś',
    })
    expect((await ask(`${self}/contacts/${contactId}/purchases`, own)).paging.total).toBe(3)
    const accounts = await ask(`${self}/contacts/${contactId}/accounts`, own)
    const rewards = await ask(`${self}/accounts/${accounts.content[0].accounts[0].id}/rewards`, own)
    expect(JSON.stringify(rewards)).toContain(`${points}`)
    expect(totals).toHaveLength(3)
  })
})

const year = resolve(import.meta.dirname, '../../../../shared/data/online-retail/online_retail.csv.gz')

test.skipIf(!existsSync(year))(
  'the whole year: 4,372 customers, 22,061 sales, 3,836 cancellations, 9,747,747.93 GBP',
  async () => {
    const big = await createTenant(server, { slug: 'year', name: 'Year', template: 'retail' })
    const summary = await importOnlineRetail(makeCtx(server, big.tenant, ctx.actor), year, () => undefined)
    expect(summary).toMatchObject({
      rows: 541_909,
      customers: 4_372,
      sales: 22_061,
      cancellations: 3_836,
      adjustments: 3,
      totalMinor: 974_774_793,
      skipped: {},
    })
    expect(summary.pointsEarned).toBeGreaterThan(8_000_000)
    const proof = await verify(server)
    expect(proof.results.filter((result) => result.breaches > 0)).toEqual([])
  },
  600_000,
)
