import { describe, expect, test } from 'vitest'
import { history } from '../../src/core/consent/index.ts'
import { listPostings } from '../../src/core/ledger/index.ts'
import { listMessages } from '../../src/core/messaging/index.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server, config } = await testApp()

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
type Json = any
type Reply = { status: number; body: Json; headers: Readonly<Record<string, unknown>> }

async function send(
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  url: string,
  payload?: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const answer = await app.inject({
    method,
    url: `/cleverreach${url}`,
    headers,
    ...(payload === undefined ? {} : { payload: payload as object }), // objects, arrays and texts are sent as they are
  })
  return { status: answer.statusCode, body: JSON.parse(answer.body), headers: answer.headers }
}

let shops = 0

async function openShop() {
  const { tenant } = await createTenant(server, { slug: `clever-${++shops}`, name: 'Clever shop', template: 'retail' })
  const ctx: Ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const { cleverreach } = await describeConnections(ctx, { publicUrl: config.publicUrl })
  const { body } = await send('POST', '/oauth/token.php', {
    grant_type: 'client_credentials',
    client_id: cleverreach.client_id,
    client_secret: cleverreach.client_secret,
  })
  const headers = { authorization: `Bearer ${body.access_token}` }
  const call =
    (method: 'GET' | 'POST' | 'PUT' | 'DELETE') =>
    (path: string, payload?: unknown): Promise<Reply> =>
      send(method, `/v3${path}`, payload, headers)
  return {
    ctx,
    login: cleverreach,
    token: String(body.access_token),
    get: call('GET'),
    post: call('POST'),
    put: call('PUT'),
    delete: call('DELETE'),
  }
}

const shop = await openShop()
const newGroup = async (name: string) => (await shop.post('/groups', { name })).body.id as string
const form = { 'content-type': 'application/x-www-form-urlencoded' }

describe('a token', () => {
  test('is had for client credentials, as JSON or form, in the body or as Basic, with a stray & in front', async () => {
    const { client_id, client_secret } = shop.login
    const basic = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
    const creds = { client_id, client_secret }
    const text = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
    const grant = { grant_type: 'client_credentials' }
    const answers = [
      await send('POST', '/oauth/token.php', { ...grant, ...creds }),
      await send('POST', '/oauth/token.php', text({ ...grant, ...creds }), form),
      await send('POST', '/oauth/token.php', grant, { authorization: basic }),
      await send('POST', '/oauth/token.php', `&${text(grant)}`, { ...form, authorization: basic }),
    ]
    for (const { status, body } of answers) {
      expect(status).toBe(200)
      expect(body).toMatchObject({ access_token: expect.any(String), expires_in: 2592000, token_type: 'bearer' })
      expect(body.refresh_token).toBeUndefined()
      const probe = await send('GET', `/v3/debug/validate?token=${body.access_token}`)
      expect(probe).toMatchObject({ status: 200, body: true })
    }
  })

  test('is refused in the flat shape of OAuth', async () => {
    const wrong = { grant_type: 'client_credentials', client_id: shop.login.client_id, client_secret: 'no' }
    const refused = await send('POST', '/oauth/token.php', wrong)
    expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_client' } })
    const { client_id, client_secret } = shop.login
    const other = await send('POST', '/oauth/token.php', { grant_type: 'password', client_id, client_secret })
    expect(other).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
    const stale = { grant_type: 'refresh_token', refresh_token: 'x', client_id, client_secret }
    expect(await send('POST', '/oauth/token.php', stale)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    })
    expect((await send('POST', '/oauth/token.php', '{"grant_type":')).status).toBe(400)
  })

  test('is exchanged for a new set, whose refresh token works once', async () => {
    const other = await openShop()
    const { body: set } = await other.get('/debug/exchange.json')
    expect(await other.get('/debug/validate')).toMatchObject({
      status: 401,
      body: { error: { code: 401, message: expect.stringMatching(/^Unauthorized/) } },
    })
    const { client_id, client_secret } = other.login
    const refresh = { grant_type: 'refresh_token', refresh_token: set.refresh_token, client_id, client_secret }
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('POST', '/oauth/token.php', refresh)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    const bearer = { authorization: `bearer ${set.access_token}` }
    expect((await send('GET', '/v3/debug/ttl', undefined, bearer)).body).toBeGreaterThan(2591000)
    expect((await send('DELETE', '/oauth/token', undefined, bearer)).body).toBe(true)
    expect((await send('GET', '/v3/groups', undefined, bearer)).status).toBe(401)
  })

  test('is had by the older login as a bare text', async () => {
    const { client_id, login, password } = shop.login
    const { status, body } = await send('POST', '/v2/login.json', { client_id, login, password })
    expect([status, typeof body]).toEqual([200, 'string'])
    const me = await send('GET', `/v3/debug/whoami.json?token=${body}`)
    expect(me.body).toMatchObject({ id: String(shop.ctx.tenant.id), company: 'Clever shop', country: 'Germany' })
    expect(await send('POST', '/v3/login', { client_id, login, password: 'no' })).toMatchObject({
      status: 400,
      body: { error: { code: 400, message: 'Bad Request: Credentials not valid' } },
    })
  })

  test('is needed for all but ping', async () => {
    expect((await send('GET', '/v3/debug/ping.json')).status).toBe(200)
    for (const url of ['/v3/groups', '/v3/receivers/1', '/v3/blacklist.json/']) {
      expect((await send('GET', url)).body.error.code).toBe(401)
    }
    expect((await send('GET', '/v3/report/4321')).body).toEqual({ error: { code: 404, message: 'Not Found' } })
  })
})

describe('groups', () => {
  test('are made, changed, listed and deleted', async () => {
    const made = await shop.post('/groups.json', { name: 'Newsletter Österreich', receiver_info: 'you asked' })
    expect(made.status).toBe(200)
    expect(made.headers['content-language']).toBe('en')
    expect(made.body).toEqual({
      id: expect.stringMatching(/^\d+$/),
      name: 'Newsletter Österreich',
      locked: false,
      backup: true,
      receiver_info: 'you asked',
      stamp: expect.any(Number),
      last_mailing: 0,
      last_changed: expect.any(Number),
    })
    const { id } = made.body
    expect((await shop.put(`/groups/${id}`, { name: 'AT', backup: false })).body).toMatchObject({
      name: 'AT',
      backup: false,
      receiver_info: 'you asked',
    })
    expect((await shop.get('/groups?order=created DESC')).body[0].id).toBe(id)
    expect((await shop.delete(`/groups.json/${id}`)).body).toBe(true)
    expect((await shop.get(`/groups/${id}`)).body).toEqual({
      error: { code: 404, message: 'Not Found: invalid group' },
    })
  })

  test('need a name, and forms are read too', async () => {
    expect((await shop.post('/groups', {})).body.error).toEqual({ code: 400, message: 'Bad Request: name missing' })
    const headers = { ...form, authorization: `Bearer ${shop.token}` }
    expect((await send('POST', '/v3/groups', 'name=By+form', headers)).body.name).toBe('By form')
    // JSON that calls itself a form.
    expect((await send('POST', '/v3/groups', '{"name":"Sniffed"}', headers)).body.name).toBe('Sniffed')
    expect((await shop.post('/groups', '{"name":')).body.error.code).toBe(400)
  })
})

describe('attributes', () => {
  test('are global or of a group; a name exists once', async () => {
    const group = await newGroup('Attributes')
    const made = await shop.post('/attributes', { name: 'Loyalty_Level', type: 'text', description: 'Level' })
    expect(made.body).toMatchObject({
      id: expect.any(Number),
      groups_id: 0,
      name: 'loyalty_level',
      tag: '{LOYALTY_LEVEL}',
    })
    expect((await shop.post('/attributes', { name: 'loyalty_LEVEL', type: 'text' })).status).toBe(409)
    const local = await shop.post(`/groups/${group}/attributes`, { name: 'visits', type: 'number' })
    expect(local.body).toMatchObject({ groups_id: Number(group), type: 'number', value: null })
    expect((await shop.get(`/groups/${group}/attributes`)).body).toHaveLength(1)
    expect((await shop.put(`/attributes/${made.body.id}`, { description: 'Rank' })).body.description).toBe('Rank')
    expect((await shop.delete(`/groups/${group}/attributes/${made.body.id}`)).status).toBe(404)
    expect((await shop.delete(`/attributes/${made.body.id}`)).body).toBe(true)
  })
})

describe('a receiver', () => {
  test('who came without a source came by this API, and is active outside groups too', async () => {
    const group = await newGroup('Sourceless')
    const { body } = await shop.post(`/groups/${group}/receivers`, { email: 'sourceless@example.com' })
    expect(body).toMatchObject({ source: 'RESTful API', active: true })
    const pooled = (await shop.get('/receivers/sourceless@example.com')).body
    expect(pooled).toMatchObject({ source: 'RESTful API', active: true, group_id: '0', deactivated: 0 })
    expect(pooled.activated).toBeGreaterThan(0)
  })

  test('is posted and answered whole', async () => {
    const group = await newGroup('Whole')
    await shop.post('/attributes', { name: 'firstname', type: 'text' })
    await shop.post(`/groups/${group}/attributes`, { name: 'size', type: 'text' })
    const { status, body } = await shop.post(`/groups.json/${group}/receivers`, {
      email: 'Bruce@Example.com',
      source: 'Batcave Computer',
      global_attributes: { Firstname: 'Bruce', lastname: 'Wayne', gender: 'male', zip: '10115', city: 'Gotham' },
      attributes: 'size:XL,unknown:1',
      tags: ['Shop.vip', 'plain'],
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      email: 'Bruce@Example.com',
      imported: 0,
      bounced: 0,
      group_id: group,
      deactivated: 0,
      source: 'Batcave Computer',
      active: true,
      attributes: { size: 'XL' },
      global_attributes: { firstname: 'Bruce', lastname: 'Wayne', gender: 'male', zip: '10115', city: 'Gotham' },
      tags: ['Shop.vip', 'plain'],
      events: [{ type: 'api', type_id: 'REST insert', groups_id: group }],
      orders: [],
    })
    expect(body.registered).toBe(body.activated)
    for (const name of ['bruce@example.com', 'bruce%40example.com', body.id]) {
      expect((await shop.get(`/groups/${group}/receivers/${name}`)).body.id).toBe(body.id)
    }
    expect((await shop.post(`/groups/${group}/receivers`, { email: 'bruce@example.com' })).body).toEqual({
      error: { code: 400, message: 'Bad Request: duplicate address' },
    })
  })

  test('is refused without an address, and in a group that is not there', async () => {
    const group = await newGroup('Refused')
    expect((await shop.post(`/groups/${group}/receivers`, { email: 'no' })).body.error).toEqual({
      code: 400,
      message: 'Bad Request: invalid address',
    })
    expect((await shop.post('/groups/1/receivers', { email: 'a@example.com' })).body.error).toEqual({
      code: 405,
      message: 'Method Not Allowed: invalid group',
    })
    expect((await shop.post('/groups/1/receivers/insert', [{ email: 'a@example.com' }])).status).toBe(405)
    const broken = { email: 'o@example.com', orders: [{ product: 'x' }] }
    expect((await shop.post(`/groups/${group}/receivers`, broken)).body.error.message).toBe(
      'Bad Request: order_id missing',
    )
    expect((await shop.get('/receivers/o@example.com')).status).toBe(404)
  })

  test('waits for its confirmation with activated 0, or with registered alone', async () => {
    const group = await newGroup('Waiting')
    const now = Math.floor(Date.now() / 1000)
    for (const [email, times] of [
      ['w1@example.com', { registered: now, activated: 0 }],
      ['w2@example.com', { registered: now }],
    ] as const) {
      const { body } = await shop.post(`/groups/${group}/receivers`, { email, ...times })
      expect(body).toMatchObject({ registered: now, activated: 0, active: false })
    }
    const { body } = await shop.post(`/groups/${group}/receivers/upsertplus`, [
      { email: 'w1@example.com', activated: now },
    ])
    expect(body[0]).toMatchObject({ active: true, activated: now, tags: [] })
    expect((await shop.put(`/groups/${group}/receivers/w1@example.com/setinactive`)).body).toBe(true)
    expect((await shop.get(`/groups/${group}/receivers/w1@example.com`)).body).toMatchObject({
      active: false,
      activated: now,
      deactivated: expect.any(Number),
    })
    expect((await shop.put(`/groups/${group}/receivers/w1@example.com/activate`)).body).toBe(true)
    expect((await shop.get(`/groups/${group}/receivers/w1@example.com`)).body.active).toBe(true)
  })

  test('is changed, renamed and deleted; outside the group it stays a customer', async () => {
    const group = await newGroup('Change')
    await shop.post(`/groups/${group}/attributes`, { name: 'visits', type: 'number' })
    const { body: made } = await shop.post(`/groups/${group}/receivers`, {
      email: 'c@example.com',
      attributes: { visits: 3 },
    })
    const changed = await shop.put(`/groups/${group}/receivers/${made.id}`, {
      email: 'c2@example.com',
      attributes: { visits: '+2' },
      tags: ['new', '-none'],
      orders: [{ order_id: 'C-1', product: 'Cape', price: '9.99' }],
    })
    expect(changed.body).toMatchObject({
      id: made.id,
      email: 'c2@example.com',
      attributes: { visits: '5' },
      tags: ['new'],
    })
    expect(changed.body.orders).toMatchObject([{ order_id: 'C-1', product: 'Cape', price: 9.99, amount: 1 }])
    expect((await shop.delete(`/groups/${group}/receivers/c2@example.com`)).body).toBe(true)
    expect((await shop.delete(`/groups/${group}/receivers/c2@example.com`)).body).toEqual({
      error: { code: 404, message: 'Not Found' },
    })
    expect((await shop.get(`/receivers/${made.id}`)).body).toMatchObject({ id: made.id, group_id: '0' })
  })

  test('has one id in all groups and one set of global attributes', async () => {
    const [one, two] = [await newGroup('One'), await newGroup('Two')]
    const { body: first } = await shop.post(`/groups/${one}/receivers`, {
      email: 'pool@example.com',
      global_attributes: { firstname: 'Selina' },
    })
    const { body: second } = await shop.post(`/groups/${two}/receivers`, { email: 'pool@example.com' })
    expect(second).toMatchObject({ id: first.id, group_id: two, global_attributes: { firstname: 'Selina' } })
    expect((await shop.get(`/receivers/pool@example.com/groups`)).body.map((group: Json) => group.id)).toEqual([
      one,
      two,
    ])
    expect((await shop.delete('/receivers/pool@example.com')).body).toBe(true)
    expect((await shop.get(`/groups/${one}/receivers`)).body).toEqual([])
  })
})

describe('a batch', () => {
  test('is inserted, upserted and updated row by row', async () => {
    const group = await newGroup('Batch')
    const rows = [
      { email: 'b1@example.com' },
      { email: 'nope' },
      { email: 'b1@example.com' },
      { email: 'b2@example.com' },
    ]
    const inserted = await shop.post(`/groups/${group}/receivers/insert.json`, { postdata: rows })
    expect(inserted.body).toEqual([
      { status: 'insert success', id: expect.any(Number) },
      { status: 'invalid address', id: 0 },
      { status: 'duplicate address', id: inserted.body[0].id },
      { status: 'insert success', id: expect.any(Number) },
    ])
    const upserted = await shop.post(`/groups/${group}/receivers/upsert`, [
      { email: 'b1@example.com', global_attributes: { lastname: 'Kyle' } },
      { email: 'b3@example.com' },
    ])
    expect(upserted.body.map((row: Json) => row.status)).toEqual(['update success', 'insert success'])
    const updated = await shop.put(`/groups/${group}/receivers/update`, [
      { email: 'b1@example.com' },
      { email: 'b9@example.com' },
    ])
    expect(updated.body.map((row: Json) => row.status)).toEqual(['update success', 'not found'])
    const full = await shop.put(`/groups/${group}/receivers/updateplus`, [
      { email: 'b1@example.com', tags: ['a.b'] },
      { email: 'b1@example.com', tags: ['-a.b', 'c'] },
    ])
    expect(full.body).toMatchObject([
      { email: 'b1@example.com', tags: ['c'], global_attributes: { lastname: 'Kyle' } },
      { email: 'b1@example.com', tags: ['c'] },
    ])
    const array = await shop.post(`/groups/${group}/receivers`, [
      { email: 'b3@example.com' },
      { email: 'b4@example.com' },
    ])
    expect(array.body.map((row: Json) => row.status)).toEqual(['duplicate address', 'insert success'])
    expect((await shop.post(`/groups/${group}/receivers/delete`, ['b3@example.com', '1'])).body).toMatchObject([
      { status: 'success' },
      { status: 'not found' },
    ])
  })

  test('of a thousand and one is taken, a larger one is refused with 413 and changes nothing', async () => {
    const group = await newGroup('Large')
    const rows = (count: number) =>
      Array.from({ length: count }, (_, index) => ({
        email: `large${index}@example.com`,
        global_attributes: { firstname: `N${index}` },
        orders: index % 10 ? [] : [{ order_id: `L-${index}`, product: 'Thing', price: 1 }],
      }))
    expect((await shop.post(`/groups/${group}/receivers/insert`, rows(1002))).body.error.code).toBe(413)
    expect((await shop.get(`/groups/${group}/stats`)).body.total_count).toBe(0)
    const { body } = await shop.post(`/groups/${group}/receivers`, rows(1001))
    expect(body.filter((row: Json) => row.status === 'insert success')).toHaveLength(1001)
    expect((await shop.get(`/groups/${group}/stats`)).body).toMatchObject({
      total_count: 1001,
      active_count: 1001,
      inactive_count: 0,
      bounce_count: 0,
      order_count: 101,
    })
    const page = await shop.get(`/groups/${group}/receivers?page=1&pagesize=1000`)
    expect(page.body).toHaveLength(1)
    expect((await shop.delete(`/groups/${group}/clear`)).body).toBe(true)
    expect((await shop.get(`/groups/${group}/receivers`)).body).toEqual([])
  })

  test('posted twenty times at once makes each receiver once', async () => {
    const group = await newGroup('At once')
    const rows = Array.from({ length: 30 }, (_, index) => ({ email: `once${index}@example.com` }))
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => shop.post(`/groups/${group}/receivers/insert`, rows)),
    )
    const statuses = answers.flatMap(({ body }) => body.map((row: Json) => row.status))
    expect(statuses.filter((status) => status === 'insert success')).toHaveLength(30)
    expect(statuses.filter((status) => status === 'duplicate address')).toHaveLength(570)
  })
})

describe('the listing', () => {
  test('has types, pages, orders, chosen rows and details', async () => {
    const group = await newGroup('Listing')
    await shop.post(`/groups/${group}/receivers/insert`, [
      { email: 'l3@example.com', registered: 1000, activated: 1000, tags: ['t'] },
      { email: 'l1@example.com', registered: 3000 },
      { email: 'l2@example.com', registered: 2000, activated: 2000, deactivated: 2500 },
    ])
    const emails = async (query: string) =>
      (await shop.get(`/groups/${group}/receivers?${query}`)).body.map((row: Json) => row.email.slice(0, 2))
    expect(await emails('')).toEqual(['l3', 'l1', 'l2'])
    expect(await emails('type=active')).toEqual(['l3'])
    expect(await emails('type=inactive&order_by=email ASC')).toEqual(['l1', 'l2'])
    expect(await emails('type=bounce')).toEqual([])
    expect(await emails('order_by=registered DESC&pagesize=1&page=2')).toEqual(['l3'])
    expect(await emails('email_list=l1@example.com,L2@example.com,x')).toEqual(['l1', 'l2'])
    const { body: rows } = await shop.get(`/groups/${group}/receivers?detail=7&email_list=l3@example.com`)
    expect(rows[0]).toMatchObject({ tags: ['t'], orders: [], events: [{ type: 'api' }] })
    expect(await emails(`id_list=${rows[0].id}`)).toEqual(['l3'])
    const posted = await shop.post(`/groups/${group}/get_receivers`, { email_list: 'l1@example.com' })
    expect(posted.body).toHaveLength(1)
    expect(posted.body[0].tags).toBeUndefined()
    expect((await shop.get(`/groups/${group}/receivers?type=odd`)).status).toBe(400)
    expect((await shop.get(`/groups/${group}/receivers?order_by=1;drop`)).status).toBe(400)
  })
})

describe('searching by rules', () => {
  test('finds receivers by e-mail, tags, times, names and attributes', async () => {
    const group = await newGroup('Search')
    await shop.post('/attributes', { name: 'spent', type: 'number' })
    await shop.post(`/groups/${group}/receivers/insert`, [
      {
        email: 'f1@find.example',
        registered: 1000,
        tags: ['red'],
        global_attributes: { lastname: 'Ångström', spent: '9' },
      },
      { email: 'f2@find.example', registered: 2000, tags: ['blue'], global_attributes: { city: 'Oslo', spent: '10' } },
      { email: 'f3@other.example', registered: 3000 },
    ])
    type Rule = { field: string; logic: string; condition?: string; operator?: string }
    const find = async (rules: Rule[], more: object = {}) => {
      const { body } = await shop.post('/receivers/filter.json', { groups: [group], operator: 'AND', rules, ...more })
      return body.map((row: Json) => row.email.slice(0, 2))
    }
    expect(await find([])).toEqual(['f1', 'f2', 'f3'])
    expect(await find([{ field: 'email', logic: 'contains', condition: 'FIND' }])).toEqual(['f1', 'f2'])
    expect(await find([{ field: 'tags', logic: 'contains', condition: 'red,green' }])).toEqual(['f1'])
    expect(await find([{ field: 'tags', logic: 'ISNULL' }])).toEqual(['f3'])
    expect(await find([{ field: 'registered', logic: 'bg', condition: '1500' }])).toEqual(['f2', 'f3'])
    for (const beyond of ['9'.repeat(15), '1e300', 'Infinity']) {
      expect(await find([{ field: 'registered', logic: 'bg', condition: beyond }])).toEqual([])
      expect(await find([{ field: 'registered', logic: 'sm', condition: beyond }])).toEqual(['f1', 'f2', 'f3'])
      expect(await find([{ field: 'registered', logic: 'bg', condition: `-${beyond}` }])).toEqual(['f1', 'f2', 'f3'])
    }
    expect(await find([{ field: 'lastname', logic: 'eq', condition: 'ångström' }])).toEqual(['f1'])
    expect(await find([{ field: 'city', logic: 'eq', condition: 'oslo' }])).toEqual(['f2'])
    expect(await find([{ field: 'spent', logic: 'bg', condition: '9' }])).toEqual(['f2'])
    const either = [
      { field: 'email', logic: 'eq', condition: 'f3@other.example' },
      { field: 'tags', logic: 'contains', condition: 'blue', operator: 'OR' },
    ]
    expect(await find(either)).toEqual(['f2', 'f3'])
    expect(await find([{ field: 'email', logic: 'notisnull' }], { pagesize: 2, page: 1 })).toEqual(['f3'])
    const odd = { rules: [{ field: 'email', logic: 'like', condition: 'x' }] }
    expect((await shop.post('/receivers/filter', odd)).status).toBe(400)
  })
})

describe('orders', () => {
  test('told with a receiver are purchases that do not earn by themselves, and telling them again changes nothing', async () => {
    const group = await newGroup('Orders')
    const receiver = {
      email: 'orders@example.com',
      orders: [
        { order_id: 'xyz12345', product_id: 'SN1', product: 'Batman (DVD)', price: 9.99, currency: 'EUR', amount: 2 },
        { order_id: 'xyz12345', product: 'Batman - The Musical (CD)', mailing_id: '8765432', source: 'Batshop' },
      ],
    }
    const { body } = await shop.post(`/groups/${group}/receivers`, receiver)
    expect(body.orders).toMatchObject([
      { order_id: 'xyz12345', product_id: 'SN1', product: 'Batman (DVD)', price: 9.99, amount: 2, quantity: 2 },
      {
        order_id: 'xyz12345',
        product: 'Batman - The Musical (CD)',
        price: 0,
        mailing_id: '8765432',
        source: 'Batshop',
      },
    ])
    expect((await shop.post(`/groups/${group}/receivers/upsertplus`, [receiver])).status).toBe(200)
    expect((await shop.get(`/receivers/${body.id}/orders`)).body).toHaveLength(2)
    expect((await shop.post(`/groups/${group}/receivers`, receiver)).body.error.message).toMatch(
      /^Bad Request: duplicate address/,
    )
    expect(await listPostings(shop.ctx, { customerId: Number(body.id), limit: 10 })).toEqual([])
  })

  test('injected by posting a receiver who is there already are kept, one product at a time', async () => {
    const group = await newGroup('Live')
    const { body: made } = await shop.post(`/groups/${group}/receivers`, { email: 'live@example.com' })
    const inject = (product: string) =>
      shop.post(`/groups/${group}/receivers`, {
        email: 'live@example.com',
        orders: [{ order_id: 'live-1', product, price: 5, quantity: 1 }],
      })
    expect((await inject('Cape')).body).toMatchObject({ id: made.id, orders: [{ product: 'Cape' }] })
    expect((await inject('Mask')).body.orders).toHaveLength(2)
    const posted = await shop.post(`/receivers/${made.id}/orders`, { order_id: 'live-2', product: 'Belt', price: 1 })
    expect(posted.body).toMatchObject([{ order_id: 'live-2', product: 'Belt' }])
    expect((await shop.get(`/groups/${group}/receivers/${made.id}/orders`)).body).toHaveLength(3)
  })
})

describe('tags, events and attribute values', () => {
  test('belong to the receiver', async () => {
    const group = await newGroup('Tags')
    const { body: made } = await shop.post(`/groups/${group}/receivers`, { email: 'tags@example.com' })
    const url = `/receivers.json/${made.id}`
    expect((await shop.post(`${url}/tags`, { tags: ['Shop-X.a', 'Shop-X.b', 'solo'] })).body).toHaveLength(3)
    expect((await shop.get('/tags.json?limit=50')).body).toContainEqual({ origin: 'Shop-X', tag: 'a', count: 1 })
    expect((await shop.get('/tags/count.json?tag=Shop-X.a')).body).toBe(1)
    expect((await shop.delete(`${url}/tags/Shop-X.*`)).body).toBe(true)
    expect((await shop.get(`${url}/tags`)).body).toEqual(['solo'])
    expect((await shop.post(`${url}/events`, { type: 'visit', value: 'shop', stamp: 1700000000 })).body).toBe(true)
    expect((await shop.get(`${url}/events`)).body).toContainEqual(
      expect.objectContaining({ type: 'visit', stamp: 1700000000 }),
    )
    const { body: attribute } = await shop.post('/attributes', { name: 'rank', type: 'text' })
    await shop.put(`${url}/attributes/${attribute.id}`, { value: 'gold' })
    expect((await shop.get(`/groups/${group}/receivers/${made.id}/attributes`)).body).toContainEqual(
      expect.objectContaining({ name: 'rank', value: 'gold' }),
    )
  })
})

describe('double opt-in', () => {
  const doidata = { user_ip: '203.0.113.7', referer: 'shop.example/join', user_agent: 'Firefox' }
  const linkTo = async (email: string) => {
    const [message] = await listMessages(shop.ctx, { to: email })
    expect(message).toMatchObject({ purpose: 'security', channel: 'email' })
    return new URL(/https?:\S+/.exec(message?.text ?? '')?.[0] ?? '').pathname
  }
  const open = (url: string) => app.inject({ url, headers: { 'user-agent': 'Mail reader' } })

  test('sends a link, and whoever opens it is active, with proof', async () => {
    const group = await newGroup('Opt-in')
    const form = await shop.post(`/forms.json/${group}/createfromtemplate/default`, { name: 'Join us', title: 'Join' })
    expect(form.body).toEqual({ id: expect.any(String), name: 'Join us', title: 'Join', customer_tables_id: group })
    expect((await shop.get(`/groups/${group}/forms`)).body).toEqual([form.body])
    const { body: made } = await shop.post(`/groups/${group}/receivers/insert`, {
      email: 'doi@example.com',
      activated: 0,
    })
    const url = `/forms/${form.body.id}/send/activate`
    expect((await shop.post(url, { email: 'doi@example.com', doidata })).body.success).toBe(true)
    const link = await linkTo('doi@example.com')
    const answers = await Promise.all(Array.from({ length: 5 }, () => open(link)))
    expect(answers.map((answer) => answer.statusCode).sort()).toEqual([200, 410, 410, 410, 410])
    expect(answers.find((answer) => answer.statusCode === 200)?.body).toContain('You are subscribed to “Opt-in”.')
    expect((await shop.get(`/groups/${group}/receivers/${made[0].id}`)).body.active).toBe(true)
    const [proof] = await history(shop.ctx, { customerId: made[0].id })
    expect(proof).toMatchObject({
      subject: 'email:bulk',
      event: 'subscribed',
      source: 'link',
      textVersion: `form:${form.body.id}`,
      userAgent: 'Mail reader',
      data: doidata,
    })
    expect((await shop.post(url, { email: 'doi@example.com', doidata })).body.error.message).toBe(
      'Bad Request: already active',
    )
  })

  test('asks before somebody leaves, and who left so is not brought back by a shop', async () => {
    const [form] = (await shop.get('/forms')).body
    const group = form.customer_tables_id
    await shop.post(`/groups/${group}/receivers`, { email: 'leaver@example.com' })
    await shop.post(`/forms/${form.id}/send/deactivate`, { email: 'leaver@example.com', doidata })
    expect((await open(await linkTo('leaver@example.com'))).body).toContain('You have left')
    const again = [{ email: 'leaver@example.com', activated: 1_700_000_000, deactivated: 0 }]
    const { body } = await shop.post(`/groups/${group}/receivers/upsertplus`, again)
    expect(body[0]).toMatchObject({ active: false, deactivated: expect.any(Number) })
    expect((await shop.put(`/groups/${group}/receivers/leaver@example.com/activate`)).body).toBe(true)
    expect((await shop.get(`/groups/${group}/receivers/leaver@example.com`)).body.active).toBe(false)
  })

  test('is refused for strangers, blacklisted addresses and unknown forms', async () => {
    const [form] = (await shop.get('/forms')).body
    const send = (email: string, id = form.id) => shop.post(`/forms/${id}/send/activate`, { email, doidata })
    expect((await send('stranger@example.com')).status).toBe(404)
    await shop.post(`/groups/${form.customer_tables_id}/receivers`, { email: 'spam@example.com', activated: 0 })
    await shop.post('/blacklist', { email: 'spam@example.com' })
    expect((await send('spam@example.com')).body.error).toEqual({
      code: 403,
      message: 'Forbidden: address is blacklisted',
    })
    expect((await send('spam@example.com', '1')).status).toBe(404)
    expect((await open(`/cleverreach/confirm/${shop.ctx.tenant.slug}/abc`)).statusCode).toBe(410)
    expect((await open('/cleverreach/confirm/nobody/abc')).statusCode).toBe(404)
    await shop.delete('/blacklist/spam@example.com')
  })
})

describe('the blacklist', () => {
  test('has addresses with a comment', async () => {
    expect((await shop.post('/blacklist.json/', { email: 'black@example.com', comment: 'asked' })).body).toMatchObject({
      email: 'black@example.com',
      comment: 'asked',
      isLocked: false,
    })
    expect((await shop.put('/blacklist', { email: 'black@example.com', comment: 'twice' })).body.comment).toBe('twice')
    expect((await shop.get('/blacklist')).body).toHaveLength(1)
    expect((await shop.get('/blacklist/BLACK@example.com')).body.email).toBe('black@example.com')
    const emails = ['black@example.com', 'white@example.com']
    expect((await shop.post('/blacklist/validate', { emails })).body).toEqual(['white@example.com'])
    expect((await shop.post('/receivers/isvalid.json', { emails: [...emails, 'no'] })).body).toEqual([
      'white@example.com',
    ])
    expect((await shop.delete('/blacklist/black@example.com')).body).toBe(true)
    expect((await shop.get('/blacklist/black@example.com')).body).toEqual({
      error: { code: 404, message: 'Not Found' },
    })
  })
})

test('another shop’s token finds nothing of this one', async () => {
  const other = await openShop()
  const group = await newGroup('Mine')
  const { body: made } = await shop.post(`/groups/${group}/receivers`, { email: 'mine@example.com' })
  const { body: attribute } = await shop.post(`/groups/${group}/attributes`, { name: 'mine', type: 'text' })
  for (const path of [
    `/groups/${group}`,
    `/groups/${group}/receivers`,
    `/groups/${group}/stats`,
    `/groups/${group}/attributes`,
    `/groups/${group}/receivers/${made.id}`,
    `/receivers/${made.id}`,
    `/receivers/mine@example.com`,
    `/attributes/${attribute.id}`,
  ]) {
    expect([path, (await other.get(path)).status]).toEqual([path, 404])
  }
  expect((await other.post(`/groups/${group}/receivers`, { email: 'x@example.com' })).status).toBe(405)
  expect((await other.delete(`/groups/${group}`)).status).toBe(404)
})
