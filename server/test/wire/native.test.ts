// api/v1 as a client speaks it. Reads as documentation: what is sent, what comes back.
import { beforeAll, describe, expect, test } from 'vitest'
import { authenticateApiKey } from '../../src/core/accounts/index.ts'
import { sendMessage } from '../../src/core/messaging/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

interface Answer {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
  readonly body: any
  readonly headers: Readonly<Record<string, unknown>>
}

let key = ''
let otherKey = ''

async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await app.inject({
    method: method as 'GET',
    url: `/api/v1${url}`,
    headers: {
      ...(headers.authorization === undefined ? { authorization: `Bearer ${key}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    payload: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
  })
  return {
    status: answer.statusCode,
    body: answer.body === '' || answer.body === 'null' ? null : JSON.parse(answer.body),
    headers: answer.headers,
  }
}

const get = (url: string) => call('GET', url)
const post = (url: string, body: unknown, headers?: Record<string, string>) => call('POST', url, body, headers)

beforeAll(async () => {
  const made = await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })
  key = made.apiKey
  const other = await createTenant(server, { slug: 'other', name: 'Other', template: 'retail' })
  otherKey = other.apiKey
})

describe('a customer', () => {
  test('is added, found, changed, and has no twin', async () => {
    const added = await post('/customers', {
      first_name: 'Jane',
      last_name: 'Doe',
      email: 'Jane.Doe@Example.com',
      phone: '+49 171 1234567',
      external_ids: [{ source: 'crm', external_id: 'A-17' }],
    })
    expect(added).toMatchObject({
      status: 201,
      body: {
        name: 'Jane Doe',
        email: 'Jane.Doe@Example.com',
        phone: '+491711234567',
        state: 'identified',
        points_balance: 0,
        purchases_total_minor: 0,
        source_records: [{ source: 'crm', external_id: 'A-17' }],
      },
    })
    const { id } = added.body
    expect((await get(`/customers/${id}`)).body).toEqual(added.body)
    for (const q of ['jane', 'doe jane', 'example.com', '0171 1234567', added.body.code]) {
      const found = await get(`/customers?q=${encodeURIComponent(q)}`)
      expect(
        found.body.items.map((item: { id: number }) => item.id),
        q,
      ).toContain(id)
    }
    expect(await post('/customers', { email: 'jane.doe@example.com' })).toMatchObject({
      status: 409,
      body: { code: 'identity.taken', status: 409 },
    })
    const changed = await call('PATCH', `/customers/${id}`, { last_name: 'Roe', phone: null, attributes: { shoe: 38 } })
    expect(changed.body).toMatchObject({ name: 'Jane Roe', phone: null, attributes: { shoe: 38 } })
  })

  test('states subscriptions and consents, and the proof stays', async () => {
    const { id } = (await post('/customers', { first_name: 'Ann' })).body
    const stated = await call('PUT', `/customers/${id}/subscriptions`, {
      subscriptions: [{ channel: 'email', purpose: 'bulk', subscribed: true }],
      text_version: '2026-01',
    })
    expect(stated.body.items).toMatchObject([{ channel: 'email', purpose: 'bulk', subscribed: true }])
    await call('PUT', `/customers/${id}/consents`, { consents: [{ type: 'terms', given: true }] })
    const proof = (await get(`/customers/${id}/consent-history`)).body
    expect(proof.items).toMatchObject([
      { subject: 'consent:terms', event: 'given', source: 'api' },
      { subject: 'email:bulk', event: 'subscribed', text_version: '2026-01' },
    ])
    expect((await get(`/customers/${id}`)).body).toMatchObject({
      subscriptions: [{ channel: 'email', subscribed: true }],
      consents: [{ type: 'terms', given: true }],
    })
  })

  test('is walked page by page, each once', async () => {
    const seen: number[] = []
    let cursor: string | null = null
    do {
      const page: Answer = await get(`/customers?limit=1${cursor ? `&after=${cursor}` : ''}`)
      expect(page.body.total).toBeGreaterThanOrEqual(2)
      seen.push(...page.body.items.map((item: { id: number }) => item.id))
      cursor = page.body.next_cursor
    } while (cursor)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.length).toBe((await get('/customers?limit=1')).body.total)
    const byName = await get('/customers?order=name&limit=1')
    const next = await get(`/customers?order=name&limit=1&after=${byName.body.next_cursor}`)
    expect(next.body.items[0].id).not.toBe(byName.body.items[0].id)
  })
})

describe('value', () => {
  test('is given, taken and shown, and no balance goes below zero', async () => {
    const { id } = (await post('/customers', { first_name: 'Val' })).body
    const earned = await post(
      `/customers/${id}/postings`,
      { kind: 'earn', amount: 100, note: 'welcome', expires_at: '2099-01-01T00:00:00Z' },
      { 'idempotency-key': 'earn-1' },
    )
    expect(earned).toMatchObject({ status: 201, body: { kind: 'earn', amount: 100, note: 'welcome' } })
    const spent = await post(
      `/customers/${id}/postings`,
      { kind: 'spend', amount: 30, note: 'x' },
      { 'idempotency-key': 'spend-1' },
    )
    expect(spent.body.amount).toBe(-30)
    expect(
      await post(
        `/customers/${id}/postings`,
        { kind: 'spend', amount: 71, note: 'x' },
        { 'idempotency-key': 'spend-2' },
      ),
    ).toMatchObject({ status: 409, body: { code: 'balance.insufficient' } })
    const balances = (await get(`/customers/${id}/balances`)).body.items
    expect(balances.find((one: { unit: { kind: string } }) => one.unit.kind === 'points')).toMatchObject({
      available: 70,
      next_expiry: { amount: 70, at: '2099-01-01T00:00:00.000Z' },
    })
    expect((await get(`/customers/${id}/postings`)).body.items).toMatchObject([{ amount: -30 }, { amount: 100 }])
    expect((await get(`/customers/${id}`)).body.points_balance).toBe(70)
    expect((await get(`/customers/${id}/timeline`)).body.items).toMatchObject([
      { kind: 'posting', title: 'spend', points: -30 },
      { kind: 'posting', title: 'earn', points: 100 },
    ])
  })

  test('needs an Idempotency-Key, and moves once for it, also in parallel', async () => {
    const { id } = (await post('/customers', {})).body
    const command = { kind: 'earn', amount: 10, note: 'once' }
    expect(await post(`/customers/${id}/postings`, command)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'headers.idempotency-key' }] },
    })
    const send = () => post(`/customers/${id}/postings`, command, { 'idempotency-key': 'parallel' })
    const answers = await Promise.all(Array.from({ length: 8 }, send))
    for (const answer of answers) expect([201, 409]).toContain(answer.status)
    const again = await send()
    expect(again.status).toBe(201)
    expect(again.headers['idempotency-replayed']).toBe('true')
    for (const answer of answers.filter(({ status }) => status === 201)) expect(answer.body).toEqual(again.body)
    expect((await get(`/customers/${id}/postings`)).body.items).toHaveLength(1)
    expect(
      await post(`/customers/${id}/postings`, { ...command, amount: 11 }, { 'idempotency-key': 'parallel' }),
    ).toMatchObject({ status: 409, body: { code: 'request.idempotency_key_reused' } })
  })
})

describe('a purchase', () => {
  test('earns once, tells why, and a cancellation takes back exactly that', async () => {
    const { id } = (await post('/customers', { first_name: 'Pat', last_name: 'Buyer' })).body
    const told = {
      number: 'R-1',
      customer_id: id,
      lines: [
        { code: 'A', name: 'Apple', quantity: 2, unit_price: '5.50' },
        { code: 'B', quantity: 1, unit_price: 9 },
      ],
    }
    const made = await post('/purchases', told)
    expect(made).toMatchObject({
      status: 201,
      body: {
        kind: 'sale',
        customer: { id, name: 'Pat Buyer' },
        total_minor: 2000,
        points_earned: 20,
        effects: [{ kind: 'earn', amount: 20, why: { reason: 'earned' } }],
        reports: [{ space: 'api', confirmed: true }],
      },
    })
    const purchaseId = made.body.id
    expect(await post('/purchases', told)).toMatchObject({ status: 200, body: { id: purchaseId } })
    const part = await post(`/purchases/${purchaseId}/cancel`, { lines: [{ code: 'A', quantity: 1 }] })
    expect(part).toMatchObject({
      status: 201,
      body: { kind: 'cancellation', total_minor: -550, cancels_id: purchaseId },
    })
    expect((await get(`/purchases/${purchaseId}`)).body).toMatchObject({ state: 'partly_cancelled' })
    const rest = await post(`/purchases/${purchaseId}/cancel`, {})
    expect(rest.body.total_minor).toBe(-1450)
    expect((await get(`/purchases/${purchaseId}`)).body).toMatchObject({ state: 'cancelled', points_earned: 0 })
    expect(await post(`/purchases/${purchaseId}/cancel`, {})).toMatchObject({
      status: 409,
      body: { code: 'purchase.already_cancelled' },
    })
    const listed = (await get(`/customers/${id}/purchases`)).body.items
    expect(listed.map((one: { kind: string }) => one.kind).sort()).toEqual(['cancellation', 'cancellation', 'sale'])
    expect((await get('/purchases?q=R-1')).body.items).toHaveLength(1)
    expect((await get(`/purchases?customer_id=${id}&kind=sale&limit=1`)).body.items[0].number).toBe('R-1')
    // The day of the shop: late in Greenwich's evening it is tomorrow there.
    const timeZone = (await get('/settings')).body.time_zone
    const today = new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date(made.body.occurred_at))
    expect((await get(`/purchases?from=2020-01-01&to=${today}&limit=1`)).status).toBe(200)
    const shown = await get(`/reports/dashboard?from=${today}&to=${today}`)
    expect(shown.body.series).toHaveLength(1)
    expect(shown.body.totals.purchases).toBeGreaterThanOrEqual(1)
  })
})

describe('lists and products', () => {
  test('a list has members with a state', async () => {
    const list = (await post('/lists', { name: 'News', description: 'weekly' })).body
    const { id } = (await post('/customers', { first_name: 'Lis', email: 'lis@example.com' })).body
    expect((await call('PUT', `/lists/${list.id}/members/${id}`)).body).toMatchObject({
      customer_id: id,
      state: 'active',
    })
    expect((await get(`/lists/${list.id}`)).body).toMatchObject({ name: 'News', total: 1, active: 1 })
    expect((await get(`/lists/${list.id}/members`)).body.items).toMatchObject([{ email: 'lis@example.com' }])
    expect((await get(`/customers?list_id=${list.id}`)).body).toMatchObject({ items: [{ id }], total: 1 })
    expect((await get(`/customers/${id}`)).body.lists).toEqual([{ list_id: list.id, name: 'News', state: 'active' }])
    expect((await call('DELETE', `/lists/${list.id}/members/${id}`)).status).toBe(204)
    expect((await call('DELETE', `/lists/${list.id}/members/${id}`)).body.code).toBe('member.not_found')
    expect((await call('DELETE', `/lists/${list.id}`)).status).toBe(204)
  })

  test('a product is put by its code', async () => {
    const put = await call('PUT', '/products/SKU%2F1', { name: 'Blue thing', price_minor: 990, currency: 'EUR' })
    expect(put).toMatchObject({ status: 200, body: { code: 'SKU/1', name: 'Blue thing', price_minor: 990 } })
    expect((await get('/products/SKU%2F1')).body.name).toBe('Blue thing')
    const batch = await post('/products/batch', { items: [{ code: 'X1', name: 'X' }, { code: 'X2' }] })
    expect(batch.body.count).toBe(2)
    expect((await get('/products?q=Blue')).body.items).toMatchObject([{ code: 'SKU/1' }])
    expect((await get('/products/none')).body.code).toBe('product.not_found')
  })
})

describe('who may do what', () => {
  test('a person signs in, writes with the CSRF token only, and signs out', async () => {
    const made = await createTenant(server, { slug: 'people', name: 'People', template: 'empty' })
    const { email, password } = made.owner
    const wrong = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { email, password: 'wrong' } })
    expect(wrong.json()).toMatchObject({ status: 401, code: 'credentials.wrong' })
    const signedIn = await app.inject({ method: 'POST', url: '/api/v1/session', payload: { email, password } })
    expect(signedIn.statusCode).toBe(201)
    expect(signedIn.json()).toMatchObject({ user: { email, role: 'owner' }, tenant: { slug: 'people' } })
    const cookie = signedIn.cookies[0]
    expect(cookie).toMatchObject({ name: 'regulars_session', httpOnly: true, sameSite: 'Lax' })
    const cookies = { regulars_session: cookie?.value ?? '' }
    const headers = { 'x-csrf-token': signedIn.json().csrf_token }
    const patch = (with_: Record<string, string>) =>
      app.inject({ method: 'PATCH', url: '/api/v1/settings', cookies, headers: with_, payload: { name: 'New name' } })
    expect((await patch({})).json()).toMatchObject({ status: 403, code: 'request.forbidden' })
    expect((await patch(headers)).json()).toMatchObject({ name: 'New name', slug: 'people' })
    expect((await app.inject({ url: '/api/v1/session', cookies })).json().tenant.name).toBe('New name')
    const out = await app.inject({ method: 'DELETE', url: '/api/v1/session', cookies, headers })
    expect(out.statusCode).toBe(204)
    expect((await app.inject({ url: '/api/v1/session', cookies })).statusCode).toBe(401)
  })

  test('a viewer looks and changes nothing', async () => {
    const staff = { email: 'viewer@shop.example', name: 'Vi', role: 'viewer', password: 'correct horse battery' }
    expect((await post('/staff', staff)).status).toBe(201)
    const signedIn = await app.inject({
      method: 'POST',
      url: '/api/v1/session',
      payload: { email: staff.email, password: staff.password },
    })
    const cookies = { regulars_session: signedIn.cookies[0]?.value ?? '' }
    const headers = { 'x-csrf-token': signedIn.json().csrf_token }
    const look = await app.inject({ url: '/api/v1/customers', cookies })
    expect(look.statusCode).toBe(200)
    const write = await app.inject({ method: 'POST', url: '/api/v1/customers', cookies, headers, payload: {} })
    expect(write.json()).toMatchObject({ status: 403, code: 'request.forbidden' })
    for (const url of ['/api-keys', '/staff', '/audit']) {
      expect((await app.inject({ url: `/api/v1${url}`, cookies })).statusCode, url).toBe(403)
    }
  })

  test('a key opens what its scopes say until it is revoked', async () => {
    const { id, key: scoped } = (await post('/api-keys', { name: 'till', scopes: ['customers.read'] })).body
    const authorization = `Bearer ${scoped}`
    expect((await call('GET', '/customers', undefined, { authorization })).status).toBe(200)
    expect((await call('POST', '/customers', {}, { authorization })).status).toBe(403)
    expect((await call('DELETE', `/api-keys/${id}`)).status).toBe(204)
    expect((await call('GET', '/customers', undefined, { authorization })).status).toBe(401)
  })

  test.each(['', 'Bearer', 'Bearer x', `Bearer rk_${'0'.repeat(64)}`, 'Basic eDp5'])(
    '%j opens nothing',
    async (authorization) => {
      const answer = await call('GET', '/customers', undefined, { authorization })
      expect(answer).toMatchObject({ status: 401, body: { code: 'request.unauthenticated' } })
      expect(answer.headers['content-type']).toContain('application/problem+json')
    },
  )
})

describe('bad input is refused clearly', () => {
  test.each([
    [{ first_name: 17 }, 'body.first_name'],
    [{ firstname: 'x' }, 'body.firstname'],
    [{ birthday: '2026-02-30' }, 'body.birthday'],
    [{ gender: 'x' }, 'body.gender'],
    [{ first_name: 'x'.repeat(201) }, 'body.first_name'],
    [[], 'body'],
    [null, 'body'],
    ['"text"', 'body'],
  ])('customer %.40j', async (body, path) => {
    const answer = await post('/customers', body)
    expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
    expect(answer.body.errors[0].path).toBe(path)
  })

  test.each(['{"first_name":', 'x', '{"first_name":"\\u0000"}'])('body %j', async (body) => {
    expect(await post('/customers', body)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  })

  test.each([
    '/customers/abc',
    '/customers/0',
    '/customers/-1',
    '/customers/1.5',
    '/customers/99999999999999999999',
    '/customers?limit=0',
    '/customers?limit=1e9',
    '/customers?after=rubbish',
    '/customers?order=sideways',
    '/purchases?from=yesterday',
    '/purchases?kind=gift',
    '/reports/dashboard?from=2026-01-01',
    '/reports/dashboard?from=2026-02-30&to=2026-03-01',
    '/customers?p[9999999]=1',
  ])('%s', async (url) => {
    expect(await get(url)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
  })

  test.each([
    ['/customers/123456789', 'customer.not_found'],
    ['/customers/123456789/balances', 'customer.not_found'],
    ['/customers/9007199254740991/timeline', 'customer.not_found'],
    ['/purchases/123456789', 'purchase.not_found'],
    ['/lists/123456789', 'list.not_found'],
    ['/nothing', 'request.not_found'],
  ])('%s is not found', async (url, code) => {
    expect(await get(url)).toMatchObject({ status: 404, body: { code } })
  })

  test('values beyond every bound', async () => {
    const { id } = (await post('/customers', {})).body
    const posting = (body: object, key: string) =>
      post(`/customers/${id}/postings`, { note: 'x', ...body }, { 'idempotency-key': key })
    for (const [index, body] of [
      { kind: 'earn', amount: 1e300 },
      { kind: 'earn', amount: 0 },
      { kind: 'earn', amount: -1 },
      { kind: 'earn', amount: 1.5 },
      { kind: 'earn', amount: '10' },
      { kind: 'give', amount: 1 },
    ].entries()) {
      expect((await posting(body, `bad-${index}`)).status, JSON.stringify(body)).toBe(400)
    }
    const most = Number.MAX_SAFE_INTEGER
    expect((await posting({ kind: 'earn', amount: most }, 'most')).status).toBe(201)
    expect((await posting({ kind: 'earn', amount: most }, 'more')).status).toBeLessThan(500)
    expect((await post('/purchases', { number: 'X', total_minor: 1e300 })).status).toBe(400)
    expect(
      (await post('/purchases', { number: 'X', lines: [{ code: 'A', quantity: 1e9, unit_price: 1e12 }] })).status,
    ).toBe(400)
    expect((await post('/purchases', { number: 'X', occurred_at: '+275760-09-13T00:00:00Z' })).status).toBe(400)
  })

  test('a body of more than the limit is refused, a large one within it is not a crash', async () => {
    const large = JSON.stringify({ first_name: 'x'.repeat(11 * 1024 * 1024) })
    expect(await post('/customers', large)).toMatchObject({ status: 413, body: { code: 'request.too_large' } })
    const fits = JSON.stringify({ first_name: 'x'.repeat(9 * 1024 * 1024) })
    expect(await post('/customers', fits)).toMatchObject({ status: 400, body: { code: 'request.invalid' } })
    const many = JSON.stringify({ items: Array.from({ length: 100_000 }, () => ({ code: 1 })) })
    expect((await post('/products/batch', many)).body.errors.length).toBeLessThan(20)
  })
})

describe('merging, erasing, taking along', () => {
  test('two become one and two again', async () => {
    const from = (await post('/customers', { first_name: 'Jo', email: 'jo@example.com' })).body
    const into = (await post('/customers', { first_name: 'Joanna', email: 'joanna@example.com' })).body
    const merged = await post(`/customers/${from.id}/merge`, { into_id: into.id })
    expect(merged.status).toBe(201)
    expect((await get(`/customers/${from.id}`)).body).toMatchObject({ id: into.id, first_name: 'Joanna' })
    expect((await get('/customers?q=jo@example.com')).body.items).toMatchObject([{ id: into.id }])
    expect((await post(`/merges/${merged.body.merge_id}/undo`, {})).status).toBe(200)
    expect((await get(`/customers/${from.id}`)).body).toMatchObject({ id: from.id, email: 'jo@example.com' })
    expect((await post(`/merges/${merged.body.merge_id}/undo`, {})).body.code).toBe('merge.already_undone')
    expect((await post(`/customers/${into.id}/merge`, { into_id: into.id })).body.code).toBe('customer.merge_same')
  })

  test('a person is taken along, then forgotten; the sums stay', async () => {
    const { id } = (await post('/customers', { first_name: 'Ed', email: 'ed@example.com' })).body
    await post('/purchases', { number: 'E-1', customer_id: id, total_minor: 1000 })
    const taken = await get(`/customers/${id}/export`)
    expect(taken.status).toBe(200)
    expect(JSON.stringify(taken.body)).toContain('ed@example.com')
    expect((await call('DELETE', `/customers/${id}`)).status).toBe(204)
    const left = (await get(`/customers/${id}`)).body
    expect(left).toMatchObject({ state: 'erased', name: '', email: null, identities: [] })
    expect(left.points_balance).toBe(10)
    expect((await get(`/customers/${id}/purchases`)).body.items).toMatchObject([{ number: 'E-1', total_minor: 1000 }])
    expect((await call('PATCH', `/customers/${id}`, { first_name: 'Ed' })).body.code).toBe('customer.erased')
  })
})

describe('messages and connections', () => {
  test('what was sent to an address is read in the outbox, newest first', async () => {
    const { tenant } = await authenticate()
    const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
    for (const subject of ['First', 'Second']) {
      const message = { channel: 'email', purpose: 'security', to: 'Box@example.com', subject, text: 'Hello' } as const
      await sendMessage(ctx, { key: subject, ...message })
    }
    const box = await get('/outbox?to=box@example.com&limit=1')
    expect(box.body.items).toMatchObject([
      { channel: 'email', to: 'box@example.com', subject: 'Second', text: 'Hello' },
    ])
    const next = await get(`/outbox?to=box@example.com&limit=1&after=${box.body.next_cursor}`)
    expect(next.body).toMatchObject({ items: [{ subject: 'First' }], next_cursor: null })
    expect((await get('/outbox?to=nobody@example.com')).body.items).toEqual([])
  })

  test('each API is reached with credentials of its own', async () => {
    const { apis } = (await get('/connect')).body
    expect(apis.map((api: { name: string }) => api.name)).toEqual([
      'api',
      'cleverreach',
      'rees46',
      'crmcom',
      'carecloud',
      'classic',
    ])
    for (const api of apis) expect(api.example_curl).toMatch(/^curl .*http:/s)
  })

  async function authenticate() {
    const found = await authenticateApiKey(server, key)
    if (!found) throw new Error('the key of this test opens nothing')
    return found
  }
})

describe('the document', () => {
  test('names every parameter of a path, each operation says what it answers and how it refuses', async () => {
    const document = (await get('/openapi.json')).body
    expect(document.openapi).toBe('3.1.0')
    const operations = Object.entries<Record<string, Operation>>(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    expect(operations.length).toBeGreaterThan(45)
    for (const { path, method, operation } of operations) {
      const where = `${method} ${path}`
      expect(operation.summary, where).toBeTruthy()
      expect(operation.tags, where).toHaveLength(1)
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path')
      expect(declared.map((parameter) => parameter.name).sort(), where).toEqual(named.sort())
      for (const parameter of operation.parameters ?? []) expect(parameter.schema, where).toBeTruthy()
      expect(
        Object.keys(operation.responses).some((status) => status.startsWith('2')),
        where,
      ).toBe(true)
      expect(operation.responses.default, where).toBeTruthy()
    }
    expect(JSON.stringify(document)).not.toContain('"$ref":"def-')
  })
})

interface Operation {
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[]
  readonly responses: Readonly<Record<string, unknown>>
}

/** Everything of the loyalty engine that takes an id, with things of this shop. */
async function loyaltyRoutesOf(customerId: number): Promise<[string, string, unknown?][]> {
  const conditions: unknown[] = []
  const earning = { kind: 'fixed', amount: 1 }
  const rule = (await post('/earning-rules', { name: 'Mine', definition: { conditions, earning } })).body.id
  const definition = { conditions, benefit: { kind: 'thing' } }
  const reward = { code: 'MINE', name: 'Mine', usage: 'voucher', state: 'active', definition }
  const rewardId = (await post('/rewards', reward)).body.id
  const voucher = (await post('/vouchers', { reward_id: rewardId })).body.id
  const pool = (await post('/code-pools', { name: 'Mine' })).body.id
  const tier = (await get('/tiers')).body.items[0].id
  const replay = (await post('/loyalty/replays', { rule_id: rule, from: '2026-01-01', to: '2026-01-02' })).body.id
  return [
    ['GET', `/loyalty/replays/${replay}`],
    ['PUT', `/loyalty/replays/${replay}/state`, { state: 'cancelled' }],
    ['GET', `/earning-rules/${rule}`],
    ['PATCH', `/earning-rules/${rule}`, { name: 'Stolen' }],
    ['PUT', `/earning-rules/${rule}/state`, { state: 'active' }],
    ['DELETE', `/earning-rules/${rule}`],
    ['GET', `/rewards/${rewardId}`],
    ['PATCH', `/rewards/${rewardId}`, { name: 'Stolen' }],
    ['PUT', `/rewards/${rewardId}/state`, { state: 'paused' }],
    ['DELETE', `/rewards/${rewardId}`],
    ['GET', `/vouchers/${voucher}`],
    ['POST', `/vouchers/${voucher}/cancel`, {}],
    ['POST', `/code-pools/${pool}/codes`, { codes: ['A'] }],
    ['PATCH', `/tiers/${tier}`, { name: 'Stolen' }],
    ['GET', `/customers/${customerId}/tier`],
    ['PUT', `/customers/${customerId}/tier`, { tier_id: tier }],
    ['DELETE', `/customers/${customerId}/tier`],
  ]
}

describe('a tenant sees only itself', () => {
  test('foreign ids are not found, on any route', async () => {
    const { id } = (await post('/customers', { first_name: 'Mine', email: 'mine@example.com' })).body
    const purchase = (await post('/purchases', { number: 'M-1', customer_id: id, total_minor: 500 })).body
    const list = (await post('/lists', { name: 'Mine' })).body
    const theirs = (method: string, url: string, body?: unknown) =>
      call(method, url, body, { authorization: `Bearer ${otherKey}`, 'idempotency-key': 'k' })
    const routes: [string, string, unknown?][] = [
      ['GET', `/customers/${id}`],
      ['PATCH', `/customers/${id}`, { first_name: 'Stolen' }],
      ['GET', `/customers/${id}/balances`],
      ['GET', `/customers/${id}/postings`],
      ['POST', `/customers/${id}/postings`, { kind: 'earn', amount: 1, note: 'x' }],
      ['GET', `/customers/${id}/timeline`],
      ['GET', `/customers/${id}/purchases`],
      ['GET', `/customers/${id}/consent-history`],
      ['GET', `/customers/${id}/relations`],
      ['GET', `/till/customers/${id}`],
      ['GET', `/customers/${id}/interests`],
      ['GET', `/customers/${id}/reservations`],
      ['PUT', `/customers/${id}/subscriptions`, { subscriptions: [] }],
      ['PUT', `/customers/${id}/consents`, { consents: [] }],
      ['GET', `/customers/${id}/messages`],
      ['GET', `/customers/${id}/export`],
      ['POST', `/customers/${id}/merge`, { into_id: id }],
      ['DELETE', `/customers/${id}`],
      ['GET', `/purchases/${purchase.id}`],
      ['POST', `/purchases/${purchase.id}/cancel`, {}],
      ['GET', `/lists/${list.id}`],
      ['PATCH', `/lists/${list.id}`, { name: 'Stolen' }],
      ['DELETE', `/lists/${list.id}`],
      ['GET', `/lists/${list.id}/members`],
      ['PUT', `/lists/${list.id}/members/${id}`],
      ['DELETE', `/lists/${list.id}/members/${id}`],
    ]
    const merge = (await post(`/customers/${(await post('/customers', {})).body.id}/merge`, { into_id: id })).body
      .merge_id
    const apiKey = (await post('/api-keys', { name: 'mine' })).body
    const staff = { email: 'mine@shop.example', name: 'Mi', role: 'viewer', password: 'correct horse battery' }
    const staffId = (await post('/staff', staff)).body.id
    routes.push(
      ['POST', `/merges/${merge}/undo`, {}],
      ['DELETE', `/api-keys/${apiKey.id}`],
      ['PATCH', `/staff/${staffId}`, { name: 'Stolen' }],
      ['DELETE', `/staff/${staffId}`],
    )
    routes.push(...(await loyaltyRoutesOf(id)))
    const { paths } = (await get('/openapi.json')).body
    const takingIds = Object.keys(paths).filter((path) => path.includes('{id}'))
    const documented = takingIds.flatMap((path) => Object.keys(paths[path]).map((method) => `${method} ${path}`))
    const tried = routes.map(([method, url]) => {
      const path = url.replace(/\d+$/, '{customer_id}').replace(/\d+/, '{id}')
      return `${method.toLowerCase()} /api/v1${/members/.test(path) ? path : path.replace('{customer_id}', '{id}')}`
    })
    expect([...new Set(tried)].sort()).toEqual(documented.sort())
    for (const [method, url, body] of routes) {
      expect((await theirs(method, url, body)).status, `${method} ${url}`).toBe(404)
    }
    expect((await theirs('GET', `/customers?list_id=${list.id}`)).body.items).toEqual([])
    expect((await theirs('GET', '/customers?q=mine@example.com')).body.items).toEqual([])
    expect((await theirs('POST', '/purchases', { number: 'T', customer_id: id })).status).toBe(404)
    for (const url of ['/till/quote', '/till/sales'])
      expect((await theirs('POST', url, { customer_id: id, amount_minor: 1 })).status, url).toBe(404)
    expect((await theirs('POST', '/till/sales/undo', { key: 'k', customer_id: id })).status).toBe(404)
    expect((await theirs('GET', '/till/scan?text=mine@example.com')).body.customer).toBeNull()
    expect((await get(`/customers/${id}`)).body.first_name).toBe('Mine')
  })
})
