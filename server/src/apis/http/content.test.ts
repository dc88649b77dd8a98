import { once } from 'node:events'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { fastify } from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { acceptForms, acceptLooseJson, acceptMultipart, parseForm } from './content.ts'
import { refusalOf } from './refusals.ts'

describe('parseForm reads what PHP and Rails clients send', () => {
  test.each([
    ['p[0][name]=a&p[1][name]=b', { p: [{ name: 'a' }, { name: 'b' }] }],
    ['p%5B0%5D%5Bname%5D=a', { p: [{ name: 'a' }] }],
    ['tags[]=x&tags[]=y', { tags: ['x', 'y'] }],
    ['user[email]=a%40b.c&user[tags][]=t', { user: { email: 'a@b.c', tags: ['t'] } }],
    ['a=1&a=2', { a: ['1', '2'] }],
    ['a=%5B1%5D', { a: '[1]' }],
    ['a.b=1', { 'a.b': '1' }],
    ['a+b=c+d', { 'a b': 'c d' }],
    ['', {}],
  ])('%s', (text, expected) => {
    expect(JSON.parse(JSON.stringify(parseForm(text)))).toEqual(expected)
  })

  test.each([
    'p[4294967294]=1',
    'p%5B%34294967294%5D=1',
    'p[1000]=1',
    'p[1e9]=1',
    `a${'[b]'.repeat(17)}=1`,
    'a&'.repeat(50_001),
  ])('refuses what is beyond its bounds: %.30s', (text) => {
    expect(() => parseForm(text)).toThrow('request.invalid')
  })

  test('does not touch the prototype of objects', () => {
    parseForm('__proto__[polluted]=1&constructor[prototype][polluted]=1')
    expect(({} as { polluted?: string }).polluted).toBeUndefined()
  })
})

describe('bodies', () => {
  const bodyLimit = 3_000_000
  const app = fastify({ bodyLimit })
  app.register(async (scope) => {
    await acceptForms(scope)
    await acceptMultipart(scope)
    acceptLooseJson(scope)
    scope.setErrorHandler((error, _request, reply) => {
      const refusal = refusalOf(error)
      return reply.code(refusal ? 400 : 500).send({ code: refusal?.code ?? 'bug' })
    })
    scope.post('/', async (request) => ({ body: request.body ?? null }))
  })
  const post = async (type: string | undefined, payload: string) => {
    const headers = type === undefined ? {} : { 'content-type': type }
    return (await app.inject({ method: 'POST', url: '/', headers, payload })).json()
  }

  test.each([['application/json'], ['text/plain'], ['text/json'], ['application/vnd.api+json; charset=utf-8']])(
    'JSON is read as %s',
    async (type) => expect(await post(type, '{"a":1}')).toEqual({ body: { a: 1 } }),
  )
  test('JSON is read without a content type', async () => {
    const answer = await app.inject({ method: 'POST', url: '/', payload: '{"a":1}' })
    expect(answer.json()).toEqual({ body: { a: 1 } })
  })
  test('an empty body is none', async () => expect(await post('application/json', '')).toEqual({ body: null }))
  test('broken JSON is refused', async () =>
    expect(await post('application/json', '{"a":')).toEqual({ code: 'request.invalid' }))
  test('JSON nested beyond all reason is refused, lists and objects alike', async () => {
    const lists = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
    const objects = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
    expect(await post('application/json', lists(64))).not.toEqual({ code: 'request.invalid' })
    for (const text of [lists(65), objects(65), lists(100_000), objects(100_000)]) {
      expect(await post('application/json', text)).toEqual({ code: 'request.invalid' })
    }
  })
  test('a zero character is refused, for the database has none', async () =>
    expect(await post('application/json', '{"a":"\\u0000"}')).toEqual({ code: 'request.invalid' }))
  const multipart = 'multipart/form-data; boundary=xyz'
  const part = (name: string, value: string, more = '') =>
    `--xyz\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
  const end = '--xyz--\r\n'
  test('multipart fields nest like a form', async () => {
    const payload = `${part('p[0][name]', 'a & b')}${part('shop', 'demo')}${part('t', '1')}${part('t', '2')}${end}`
    expect(await post(multipart, payload)).toEqual({ body: { p: [{ name: 'a & b' }], shop: 'demo', t: ['1', '2'] } })
  })
  test('a multipart file is its bytes', async () => {
    const payload = `${part('a', '1')}${part('file', 'x', '; filename="x.csv"')}${end}`
    expect(await post(multipart, payload)).toEqual({ body: { a: '1', file: { type: 'Buffer', data: [120] } } })
  })
  test('a multipart field arrives whole, however long the limit of a body lets it be', async () => {
    const long = 'x'.repeat(bodyLimit - 1000)
    expect(await post(multipart, `${part('a', long)}${end}`)).toEqual({ body: { a: long } })
  })
  test.each([
    ['fields', part('a', 'x'.repeat(100_000)).repeat(31)],
    ['one field', part('a', 'x'.repeat(bodyLimit + 1))],
    ['files', part('a', 'x'.repeat(800_000), '; filename="a"').repeat(4)],
  ])('a multipart body beyond the limit is refused, whether it says its length or not: %s', async (_, parts) => {
    const payload = parts + end
    expect(await post(multipart, payload)).toEqual({ code: 'request.too_large' })
    const chunked = await app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': multipart },
      payload: Readable.from(payload.match(/.{1,50000}/gs) ?? []),
    })
    expect(chunked.json()).toEqual({ code: 'request.too_large' })
  })
  test('who sends a multipart body without end may send it to its end, and is answered', async () => {
    onTestFinished(() => app.close())
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(await app.listen()).port) })
    let answer = ''
    socket.setEncoding('utf8').on('data', (text) => {
      answer += text
    })
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${multipart}\r\ntransfer-encoding: chunked\r\n\r\n`)
    const field = part('a', 'x'.repeat(1_000_000))
    const chunk = `${field.length.toString(16)}\r\n${field}\r\n`
    for (let sent = 0; sent < 60; sent++) if (!socket.write(chunk)) await once(socket, 'drain')
    socket.write('0\r\n\r\n')
    while (!answer.includes('request.too_large')) await once(socket, 'data')
    socket.destroy()
  })
})
