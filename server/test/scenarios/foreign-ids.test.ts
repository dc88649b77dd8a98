// A tenant sees only itself: every route that takes an id is tried with the ids of another tenant.
import { expect, test } from 'vitest'
import { issueApiKey } from '../../src/core/accounts/index.ts'
import { createList, putMember } from '../../src/core/audience/index.ts'
import { upsertProducts } from '../../src/core/catalog/index.ts'
import { addSourceRecord, createCustomer, putAddress } from '../../src/core/customers/index.ts'
import { applyOperation, findDefaultUnit } from '../../src/core/ledger/index.ts'
import { sendMessage } from '../../src/core/messaging/index.ts'
import { recordPurchase } from '../../src/core/purchases/index.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import type { OpaqueKind } from '../../src/platform/ids.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const routes: { method: string; url: string }[] = []
const { app, server, pool } = await testApp({
  onRoute: ({ method, url }) => routes.push(...[method].flat().map((one) => ({ method: one, url }))),
})

const mark = 'Zyxwvut'
const bookkeeping =
  /^(api_tokens|staff_sessions|audit_log|idempotency_keys|attempt_counters|change_readers|api_keys|one_time_codes)$/

interface Shop {
  readonly ctx: Ctx
  readonly email: string
  readonly code: string
  readonly number: string
}

/** A tenant with something in every table that a route may reach, all of it bearing `word`. */
async function openShop(slug: string, word: string): Promise<Shop> {
  const { tenant } = await createTenant(server, { slug, name: slug, template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const email = `${word.toLowerCase()}@shop.example`
  const customer = await createCustomer(ctx, { firstName: word, lastName: word, email, attributes: { note: word } })
  await putAddress(ctx, { customerId: customer.id, line1: word, city: word, primary: true })
  await addSourceRecord(ctx, { customerId: customer.id, source: 'e-shop', externalId: word })
  await upsertProducts(ctx, [{ code: `${word}-1`, name: word, priceMinor: 1000, currency: 'EUR' }])
  const number = `${word}-N`
  await recordPurchase(ctx, {
    space: 'till',
    source: 'till',
    number,
    confirmed: true,
    currency: 'EUR',
    customerId: customer.id,
    occurredAt: new Date(),
    onKnownNumber: 'refuse',
    lines: [{ code: `${word}-1`, name: word, quantity: 1, unitPrice: 500 }],
  })
  const unit = await findDefaultUnit(ctx, 'points')
  await applyOperation(ctx, {
    kind: 'hold',
    key: `${word}-hold`,
    unitId: unit?.id ?? 0,
    customerId: customer.id,
    amount: 3,
    note: word,
  })
  const list = await createList(ctx, { name: word })
  await putMember(ctx, {
    listId: list.id,
    customerId: customer.id,
    mode: 'insert',
    confirmedAt: new Date(),
    source: word,
  })
  await sendMessage(ctx, {
    key: word,
    channel: 'email',
    purpose: 'security',
    customerId: customer.id,
    to: email,
    subject: word,
    text: word,
  })
  return { ctx, email, code: customer.code, number }
}

const victim = await openShop('victim', mark)
const caller = await openShop('caller', 'Caller')

/** How an entity's table is called where an API shows its ids opaquely. */
const kinds: Readonly<Record<string, OpaqueKind>> = {
  customers: 'customer',
  organisations: 'organisation',
  products: 'product',
  purchases: 'purchase',
  purchase_lines: 'purchaseLine',
  postings: 'posting',
  lots: 'lot',
  units: 'unit',
  programmes: 'programme',
  tiers: 'tier',
  cards: 'card',
  card_types: 'cardType',
  reference_items: 'reference',
  customer_addresses: 'address',
  identities: 'identity',
  messages: 'message',
  segments: 'segment',
  categories: 'category',
  brands: 'brand',
  staff_users: 'staffUser',
  customer_source_records: 'sourceRecord',
  attribute_definitions: 'attribute',
  lists: 'list',
}

async function tables(): Promise<string[]> {
  const { rows } = await pool.query(`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
     where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace order by 1`)
  return rows.map((row) => row.name as string)
}

/** Ids of a tenant, a few of every table. */
async function idsOf(shop: Shop): Promise<{ table: string; id: number }[]> {
  const found: { table: string; id: number }[] = []
  for (const table of Object.keys(kinds)) {
    const { rows } = await pool.query(`select id from ${table} where tenant_id = $1 order by id desc limit 1`, [
      shop.ctx.tenant.id,
    ])
    found.push(...rows.map((row) => ({ table, id: row.id as number })))
  }
  return found
}

async function fingerprint(shop: Shop): Promise<Record<string, string>> {
  const prints: Record<string, string> = {}
  for (const table of (await tables()).filter((name) => !bookkeeping.test(name))) {
    const { rows } = await pool.query(
      `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as print from ${table} t where tenant_id = $1`,
      [shop.ctx.tenant.id],
    )
    prints[table] = rows[0].print
  }
  return prints
}

type Headers = Readonly<Record<string, string>>

async function credentials(): Promise<Readonly<Record<string, { headers: Headers; query: string }>>> {
  const { cleverreach, carecloud, rees46, crmcom } = await describeConnections(caller.ctx, {
    publicUrl: 'http://localhost',
  })
  const post = async (url: string, payload: object, headers: Headers = {}) =>
    (await app.inject({ method: 'POST', url, payload, headers: { ...headers } })).json()
  const token = await post('/cleverreach/oauth/token.php', {
    grant_type: 'client_credentials',
    client_id: cleverreach.client_id,
    client_secret: cleverreach.client_secret,
  })
  const { login, password, user_external_application_id } = carecloud
  const session = await post('/carecloud/webservice/rest-api/enterprise-interface/v1.0/users/actions/login', {
    login,
    password,
    user_external_application_id,
  })
  const contact = await post(
    '/crmcom/self-service/v1/contacts/register',
    {
      first_name: 'C',
      last_name: 'C',
      identity: {
        provider: 'EMAIL',
        username: 'contact@shop.example',
        password: 'Correct-Horse-9',
        validation_required: false,
      },
    },
    { api_key: crmcom.api_key },
  )
  expect([token.access_token, session.data.bearer_token, contact.access_token]).toEqual([
    expect.any(String),
    expect.any(String),
    expect.any(String),
  ])
  const key = (await issueApiKey(caller.ctx, { name: 'test' })).key
  return {
    '/api/v1': { headers: { authorization: `Bearer ${key}` }, query: '' },
    '/cleverreach': { headers: { authorization: `Bearer ${token.access_token}` }, query: '' },
    '/carecloud': { headers: { authorization: `Bearer ${session.data.bearer_token}` }, query: '' },
    '/crmcom': { headers: { authorization: contact.access_token }, query: '' },
    '/rees46': { headers: {}, query: `shop_id=${rees46.shop_id}&shop_secret=${rees46.shop_secret}` },
  }
}

const access = await credentials()

const bodies: Readonly<Record<string, object | undefined>> = { POST: {}, PUT: {}, PATCH: {} }

/** The values that name an entity of `shop` in an API's paths. */
function valuesFor(prefix: string, shop: Shop, ids: readonly { table: string; id: number }[]): string[] {
  const tenantId = shop.ctx.tenant.id
  const opaque = ids.flatMap(({ table, id }) => (kinds[table] ? [{ kind: kinds[table], id }] : []))
  if (prefix === '/carecloud') return opaque.map(({ kind, id }) => shop.ctx.ids.hex(kind, tenantId, id))
  if (prefix === '/crmcom') return [...opaque.map(({ kind, id }) => shop.ctx.ids.uuid(kind, tenantId, id)), shop.code]
  return [...ids.map(({ id }) => String(id)), shop.email, shop.number, `${mark}-1`]
}

test('no route of any API shows or changes anything of another tenant', async () => {
  const [theirs, own, before] = [await idsOf(victim), await idsOf(caller), await fingerprint(victim)]
  const leaks: string[] = []
  let tried = 0
  for (const { method, url } of routes.filter(
    (route) => route.method !== 'HEAD' && route.method !== 'OPTIONS' && route.url.includes('/:'),
  )) {
    const prefix = Object.keys(access).find((candidate) => url.startsWith(candidate))
    if (!prefix || !access[prefix]) continue
    const { headers, query } = access[prefix]
    const first = valuesFor(
      prefix,
      caller,
      own.filter(({ table }) => table === 'customers' || table === 'lists'),
    )
    for (const foreign of valuesFor(prefix, victim, theirs)) {
      const several = (url.match(/:[a-zA-Z_]+/g) ?? []).length > 1
      for (const lead of several ? [foreign, ...first.slice(0, 2)] : [foreign]) {
        let seen = 0
        const path = url.replace(/:[a-zA-Z_]+(\([^)]*\))?/g, () => encodeURIComponent(seen++ === 0 ? lead : foreign))
        const options = {
          method: method as 'GET',
          url: query ? `${path}?${query}` : path,
          headers: { ...headers, 'idempotency-key': `k${tried++}` },
        }
        const answer = await app.inject(bodies[method] ? { ...options, payload: bodies[method] } : options)
        if (answer.statusCode >= 500) leaks.push(`${method} ${path}: ${answer.statusCode} ${answer.body.slice(0, 200)}`)
        // An echo of what was asked is no leak; anything else that bears the mark is.
        if (answer.body.replaceAll(foreign, '').replaceAll(encodeURIComponent(foreign), '').includes(mark))
          leaks.push(`${method} ${path} shows ${answer.body.slice(0, 200)}`)
      }
    }
  }
  expect(leaks).toEqual([])
  expect(tried).toBeGreaterThan(500)
  expect(await fingerprint(victim)).toEqual(before)
}, 600_000)

test('the classic API, which names everything in fields, neither', async () => {
  const { classic } = await describeConnections(caller.ctx, { publicUrl: 'http://localhost' })
  const { base_url: _, ...user } = classic
  const before = await fingerprint(victim)
  const campaigns = (await idsOf(victim)).filter(({ table }) => table === 'programmes').map(({ id }) => String(id))
  for (const type of [
    'customer_info',
    'customer_balance',
    'balance',
    'customer_search',
    'customer_find',
    'record_activity',
    'redeem',
    'record_customer',
    'campaign_rewards',
    'customer_delete',
    'transaction_delete',
    'reports',
  ]) {
    for (const campaign_id of campaigns) {
      const fields = {
        ...user,
        type,
        output: 'json',
        code: victim.code,
        campaign_id,
        selected_campaigns: campaign_id,
        find_customer: mark,
        email: victim.email,
        amount: '10',
        report: 'customers_all',
        customer_action: 'edit',
      }
      const answer = await app.inject({
        method: 'POST',
        url: '/classic',
        payload: new URLSearchParams(fields).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      })
      expect(answer.statusCode).toBe(200)
      expect(answer.body).not.toContain(mark)
    }
  }
  expect(await fingerprint(victim)).toEqual(before)
})

test('a token of one tenant is no token of another, in any API that takes one', async () => {
  for (const url of [
    '/api/v1/customers',
    '/cleverreach/v3/groups',
    '/carecloud/webservice/rest-api/enterprise-interface/v1.0/customers',
  ]) {
    const { headers } = Object.entries(access).find(([prefix]) => url.startsWith(prefix))?.[1] ?? { headers: {} }
    const answer = await app.inject({ method: 'GET', url, headers: { ...headers } })
    expect(answer.statusCode).toBe(200)
    expect(answer.body).not.toContain(mark)
    for (const [prefix, other] of Object.entries(access).filter(([prefix]) => !url.startsWith(prefix))) {
      const crossed = await app.inject({ method: 'GET', url, headers: { ...other.headers } })
      expect([prefix, crossed.statusCode]).toEqual([prefix, 401])
    }
  }
})
