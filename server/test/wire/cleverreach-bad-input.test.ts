// Whatever a client sends, the answer is a refusal in this API's shape and never a failure of ours.
import { expect, test } from 'vitest'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server, config } = await testApp()
const { tenant } = await createTenant(server, { slug: 'bad-input', name: 'Bad input', template: 'retail' })
const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
const { cleverreach } = await describeConnections(ctx, { publicUrl: config.publicUrl })
const { client_id, client_secret } = cleverreach
const grant = { grant_type: 'client_credentials', client_id, client_secret }
const token = (await app.inject({ method: 'POST', url: '/cleverreach/oauth/token.php', payload: grant })).json()
const headers = { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' }
const send = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: string) =>
  app.inject({ method, url: `/cleverreach/v3${url}`, headers, ...(payload === undefined ? {} : { payload }) })
const group = (await send('POST', '/groups', '{"name":"G"}')).json().id
const receiver = (await send('POST', `/groups/${group}/receivers`, '{"email":"r@example.com"}')).json().id
const attribute = (await send('POST', '/attributes', '{"name":"number","type":"number"}')).json().id

const bodies = [
  '',
  'null',
  '[]',
  '{}',
  '7',
  '"text"',
  '[null]',
  '[[]]',
  '[7,"x",{}]',
  '{"postdata":null}',
  '{"postdata":{"0":{"email":"a@example.com"}}}',
  '{"email":null}',
  '{"email":{"a":1}}',
  '{"email":"x\\u0000@example.com"}',
  '{"email":"\\ud800@example.com","tags":["\\ud800"]}',
  `{"email":"${'a'.repeat(3000)}@example.com"}`,
  '{"email":"t@example.com","registered":"soon"}',
  '{"email":"t@example.com","activated":1e300}',
  '{"email":"t@example.com","registered":-99999999999999999999}',
  '{"email":"t@example.com","registered":{},"activated":[]}',
  '{"email":"t@example.com","attributes":"broken","global_attributes":[1,2]}',
  '{"email":"t@example.com","global_attributes":{"number":"many"}}',
  '{"email":"t@example.com","global_attributes":{"birthday":"0000-99-99","gender":{},"country":"Nowhere land","phone":"x"}}',
  '{"email":"t@example.com","global_attributes":{"__proto__":"x","constructor":"y","":"z"}}',
  `{"email":"t@example.com","global_attributes":{"firstname":"${'x'.repeat(5000)}"}}`,
  '{"email":"t@example.com","tags":[1,null,{},[],"-",""," ",".","-."]}',
  `{"email":"t@example.com","tags":["${'t'.repeat(900)}"]}`,
  '{"email":"t@example.com","orders":7}',
  '{"email":"t@example.com","orders":[7]}',
  '{"email":"t@example.com","orders":[{"order_id":"o","product":"p","price":"free"}]}',
  '{"email":"t@example.com","orders":[{"order_id":"o","product":"p","price":1e300,"amount":1e300}]}',
  '{"email":"t@example.com","orders":[{"order_id":"o","product":"p","amount":-1}]}',
  '{"email":"t@example.com","orders":[{"order_id":"o","product":"p","currency":"???"}]}',
  `{"email":"t@example.com","orders":[{"order_id":"${'o'.repeat(5000)}","product":"p"}]}`,
  '{"email":"t@example.com","orders":[{"order_id":"o","product":"p","stamp":-5e12}]}',
  '{"name":""}',
  '{"name":{"a":1},"type":"odd"}',
  '{"name":"\\u0000","type":"text"}',
  `{"name":"${'n'.repeat(5000)}","locked":"maybe"}`,
  '{"receivers":{"a":1},"group_id":"x"}',
  '{"receivers":["1",2,null]}',
  '{"emails":"a@example.com,b"}',
  '{"rules":"x","groups":{"a":1}}',
  '{"rules":[7],"groups":["x"]}',
  '{"rules":[{"field":"registered","logic":"bg","condition":"1e300"}]}',
  '{"rules":[{"field":"x","logic":"sm","condition":"99999999999999999999999999999999999"}]}',
  '{"rules":[{"field":"(","logic":""}]}',
  '{"value":{"a":1}}',
  '{"type":"x","stamp":"x"}',
  `{"type":"${'t'.repeat(300)}"}`,
  '{"type":"x","stamp":1}',
  '{"broken":',
  'a[b][c=%ff&[]=1',
]

const ids = [
  group,
  receiver,
  '0',
  '-1',
  '1e3',
  '99999999999999999999',
  'x',
  '%00',
  '%ff',
  'a%40b',
  'r@example.com',
  '1.5',
  '.json',
]

const paths = (id: string) => [
  `/groups/${id}`,
  `/groups/${id}/clear`,
  `/groups/${id}/stats`,
  `/groups/${id}/attributes`,
  `/groups/${id}/attributes/${attribute}`,
  `/groups/${group}/attributes/${id}`,
  `/groups/${id}/receivers`,
  `/groups/${id}/get_receivers`,
  `/groups/${id}/receivers/insert`,
  `/groups/${group}/receivers/${id}`,
  `/groups/${group}/receivers/${id}/activate`,
  `/groups/${group}/receivers/${id}/tags/${id}`,
  `/groups/${group}/receivers/${id}/orders`,
  `/attributes/${id}`,
  `/receivers/${id}`,
  `/receivers/${id}/events`,
  `/receivers/${id}/attributes/${id}`,
  `/receivers/tags/${id}`,
  `/blacklist/${id}`,
]

const writes = [
  ['POST', '/groups'],
  ['PUT', `/groups/${group}`],
  ['POST', '/attributes'],
  ['POST', `/groups/${group}/attributes`],
  ['PUT', `/attributes/${attribute}`],
  ['POST', `/groups/${group}/receivers`],
  ['POST', `/groups/${group}/receivers/insert`],
  ['POST', `/groups/${group}/receivers/upsert`],
  ['POST', `/groups/${group}/receivers/upsertplus`],
  ['PUT', `/groups/${group}/receivers/update`],
  ['PUT', `/groups/${group}/receivers/updateplus`],
  ['PUT', `/groups/${group}/receivers/${receiver}`],
  ['POST', `/groups/${group}/receivers/delete`],
  ['POST', `/groups/${group}/get_receivers`],
  ['POST', `/receivers/${receiver}/events`],
  ['POST', `/receivers/${receiver}/orders`],
  ['POST', `/receivers/${receiver}/tags`],
  ['PUT', `/receivers/${receiver}/attributes/${attribute}`],
  ['PUT', `/receivers/${receiver}/email`],
  ['POST', '/receivers/delete'],
  ['POST', '/receivers/isvalid'],
  ['POST', '/receivers/filter'],
  ['POST', '/blacklist'],
  ['PUT', '/blacklist'],
  ['POST', '/blacklist/validate'],
  ['POST', `/forms/${group}/createfromtemplate/default`],
  ['POST', '/forms/1/send/activate'],
  ['POST', '/login'],
] as const

test.each(writes)('%s %s refuses or takes any body', async (method, path) => {
  for (const body of bodies) {
    const answer = await send(method, path, body)
    expectShape(`${method} ${path} ${body.slice(0, 200)}`, answer)
  }
})

test('no id in a path makes it fail', async () => {
  for (const id of ids) {
    for (const path of paths(id)) {
      for (const method of ['GET', 'PUT'] as const) expectShape(`${method} ${path}`, await send(method, path))
    }
  }
})

test('no query makes a listing fail', async () => {
  const values = ['', 'x', '-1', '1e9', '99999999999999999999', '[]', '%00', '%ff', "'", 'email;drop', '1,2,,x@y']
  for (const name of [
    'page',
    'pagesize',
    'type',
    'detail',
    'order_by',
    'email_list',
    'id_list',
    'group_id',
    'token[a]',
  ]) {
    for (const value of values) {
      const url = `/groups/${group}/receivers?${name}=${value}`
      expectShape(url, await send('GET', url))
    }
  }
  for (const url of ['/tags?limit=x&offset=-1', '/tags/count', '/groups?order=x y z', '/receivers/1?group_id[]=1']) {
    expectShape(url, await send('GET', url))
  }
})

function expectShape(what: string, answer: Awaited<ReturnType<typeof send>>): void {
  const body = JSON.parse(answer.body)
  if (answer.statusCode === 200) return
  expect([what, answer.statusCode >= 400 && answer.statusCode < 500, body]).toEqual([
    what,
    true,
    { error: { code: answer.statusCode, message: expect.any(String) } },
  ])
}
