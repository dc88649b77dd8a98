// Every route of every API is sent what nobody should send, signed in and not: nonsense, and requests that were good until
// something in them was changed. None may answer 5xx, and a refusal has its API's own shape.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testApp } from '../app.ts'
import { type Api, type Asked, asForm, type Caller, type Role, roles, routesOf, wordsOf } from './every-api.ts'
import { type FullShop, openFullShop } from './full-shop.ts'
import { goodRequests, type Names, namesOf } from './good-requests.ts'

const { app, server, pool } = await testApp()
// What one role does to its shop, another one's requests must not meet: customers are erased, sessions end.
const shops = {} as Record<Role, FullShop>
const names = {} as Record<Role, Names>
for (const [index, role] of roles.entries()) {
  shops[role] = await openFullShop(app, server, `Fuzzed${index}`)
  names[role] = await namesOf(app, pool, shops[role])
}
const { tenant, ids: opaque } = shops.native.ctx

const odd: readonly unknown[] = [
  '',
  ' ',
  '0',
  '-1',
  '1',
  'true',
  '1e308',
  'NaN',
  '9007199254740993',
  '99999999999999999999999',
  "'",
  '\u0000',
  'a\u0000b',
  '\ud800',
  '%',
  '../..',
  '__proto__',
  'a@b.example',
  '+491711234567',
  '2026-01-01',
  '2026-02-30',
  '0000-00-00',
  '2026-01-01 10:00:00',
  'x'.repeat(3000),
  'x'.repeat(70_000),
  'EUR',
  '[]',
  '{}',
  '[{"id":1}]',
  '1,2',
  0,
  1,
  -1,
  1.5,
  0.005,
  1e308,
  1e15,
  1e12,
  Number.MAX_SAFE_INTEGER + 1,
  -5e12,
  1_700_000_000,
  true,
  false,
  null,
  [],
  {},
  [[]],
  [null],
  [{}],
  [''],
]

const known = [
  tenant.id + 1,
  tenant.id + 5,
  'main',
  'points',
  opaque.uuid('customer', tenant.id, 1),
  opaque.hex('unit', tenant.id, 1),
]

interface Sent extends Asked {
  readonly signedIn: boolean
  readonly type: string
  /** A form says what is nested as JSON. */
  readonly flat: boolean
  /** Sent in place of the body. */
  readonly raw?: string
}

const dice = fc.nat(0x7fffffff)
const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'application/xml']
const wire = {
  flat: fc.boolean(),
  signedIn: fc.nat(9).map((number) => number > 0),
  type: fc.oneof({ weight: 6, arbitrary: fc.constant('application/json') }, fc.constantFrom(...types)),
  raw: fc.option(fc.constantFrom('', 'null', '[]', '7', '{', '<a>', 'a=1&a[b]=2', 'a[b][c=%ff&[]=1', '[{}]', '"x"'), {
    nil: undefined,
    freq: 20,
  }),
}

function anyValue(words: readonly string[]): fc.Arbitrary<unknown> {
  const word = fc.constantFrom(...words)
  const leaf = fc.oneof(
    fc.constantFrom(...odd),
    fc.constantFrom<unknown>(...known),
    word,
    fc.double(),
    fc.string({ unit: 'binary', maxLength: 40 }),
  )
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { weight: 6, arbitrary: leaf },
      { weight: 1, arbitrary: fc.dictionary(word, tie('tree'), { maxKeys: 6, noNullPrototype: true }) },
      { weight: 1, arbitrary: fc.array(tie('tree'), { maxLength: 3 }) },
    ),
  }))
  return tree
}

/** Ids that were answered are asked for again: half of the paths lead to something. */
const seen: unknown[] = [...known]
const pick = (number: number) => (number % 4 === 0 ? odd[number % odd.length] : seen[number % seen.length])

interface Route {
  readonly method: string
  readonly path: string
}

/** Any route with anything in it that has the names of the API's fields. */
function nonsense(routes: readonly Route[], words: readonly string[]): fc.Arbitrary<Sent> {
  const fields = fc.dictionary(fc.constantFrom(...words), anyValue(words), { maxKeys: 14, noNullPrototype: true })
  const path = fc.array(dice, { minLength: 6, maxLength: 6 })
  return fc
    .record({ ...wire, route: fc.constantFrom(...routes), path, body: fields, query: fields })
    .map(({ route, path, ...rest }) => {
      let part = 0
      const url = route.path.replace(/\{\w+\}/g, () => text(pick(path[part++ % path.length] ?? 0)))
      return { ...rest, method: route.method, url }
    })
}

const text = (value: unknown) => encodeURIComponent(String(value).toWellFormed()) || '%20'

/** A request that is good, with up to three changes anywhere in it. */
function damaged(role: Role, words: readonly string[]): fc.Arbitrary<Sent> {
  const change = fc.record({ at: dice, how: fc.nat(9), word: fc.constantFrom(...words), value: anyValue(words) })
  const changes = fc.array(change, { minLength: 1, maxLength: 3 })
  return fc.record({ ...wire, which: dice, changes }).map(({ which, changes, ...rest }) => {
    const good = goodRequests[role](names[role])
    const { method, url, query, body } = structuredClone(good[which % good.length] as Asked) // there is always one
    const parts = { url: url.split('/'), query, body }
    // What is put in may itself be damaged next: not the value that later runs are given.
    for (const one of changes) damage(parts, { ...one, value: structuredClone(one.value) })
    return {
      ...rest,
      method,
      url: parts.url.map((part) => (part.includes('%') ? part : encodeURIComponent(part))).join('/'),
      query: parts.query,
      body: parts.body,
    }
  })
}

interface Change {
  readonly at: number
  readonly how: number
  readonly word: string
  readonly value: unknown
}

function damage(parts: { url: string[]; query?: unknown; body?: unknown }, { at, how, word, value }: Change): void {
  const holders = holdersIn(parts.body ?? parts.query)
  const holder = holders[at % Math.max(holders.length, 1)]
  if (how === 0 || !holder) {
    parts.url[parts.url.length - 1] = text(value)
    return
  }
  const keys = Object.keys(holder)
  const key = keys[at % Math.max(keys.length, 1)] ?? (Array.isArray(holder) ? '0' : word)
  if (how === 1 && !Array.isArray(holder)) holder[word] = value
  else if (how === 2) delete holder[key]
  else if (how === 3) holder[key] = [holder[key]]
  else holder[key] = value
}

/** Every object and array within a value. */
function holdersIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) return []
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(holdersIn)] // an array is one by its indices
}

const shapes: Readonly<Record<Api, object | undefined>> = {
  native: { status: expect.any(Number), code: expect.any(String), title: expect.any(String) },
  cleverreach: { error: expect.anything() },
  rees46: { status: 'error', message: expect.any(String) },
  crmcom: { code: expect.any(Number), message: expect.any(String) },
  carecloud: { error: { exception: expect.any(String) } },
  classic: undefined, // words and XML or JSON, always with 200
}

describe.each(roles)('%s', (role) => {
  test('answers no 5xx, whatever it is sent', { timeout: 3_600_000 }, async () => {
    const caller = shops[role].callers[role]
    const words = wordsOf(caller.api)
    const routes = await routesOf(app, role, caller)
    const request = fc.oneof(nonsense(routes, words), damaged(role, words))
    let answered = 0
    await fc.assert(
      fc.asyncProperty(request, async (sent) => {
        const answer = await send(caller, sent)
        const what = `${sent.method} ${sent.url} answered ${answer.statusCode} ${answer.body}`
        expect(answer.statusCode, what).toBeLessThan(500)
        const isHtml = String(answer.headers['content-type']).startsWith('text/html')
        const shape = shapes[caller.api]
        if (answer.statusCode >= 400 && shape && !isHtml) expect(answer.json(), what).toMatchObject(shape)
        if (answer.statusCode < 300) {
          answered++
          const found = answer.body.matchAll(/(?:_id|"id)"?:\s*"?([\w-]{1,40})/g)
          for (const [, id] of found) if (seen.length < 200 && !seen.includes(id)) seen.push(id)
        }
      }),
      { numRuns: Number(process.env.FUZZ_RUNS ?? 300), seed: Number(process.env.FUZZ_SEED ?? 20_261_121) },
    )
    expect(answered).toBeGreaterThan(0)
    if (process.env.FUZZ_SHOW) console.log(role, routes.length, 'routes', answered, 'answered 2xx')
  })
})

test.each(roles)('%s: an address that nobody can read is refused in the shape of the API', async (role) => {
  const { api } = shops[role].callers[role]
  for (const rest of ['%zz', '%ff', 'x'.repeat(600)]) {
    const route = (await routesOf(app, role, shops[role].callers[role])).at(-1)
    const base = route?.path.replace(/[^/]*$/, '')
    const answer = await app.inject({ url: `${base}${rest}` })
    expect([400, 401, 404], answer.body).toContain(answer.statusCode)
    const shape = shapes[api]
    if (shape) expect(answer.json()).toMatchObject(shape)
  }
})

// The classic API reads forms, and theirs have a bound of their own; a signed-in CareCloud customer speaks as the shop does.
const jsonRoles = roles.filter((role) => role !== 'classic' && role !== 'carecloud customer')
test.each(jsonRoles)('%s: JSON nested beyond all reason is refused', async (role) => {
  const caller = shops[role].callers[role]
  const asked = goodRequests[role](names[role]).find((one) => one.method !== 'get' && one.body !== undefined)
  const { method, url, query, body } = asked as Asked // each of these has one that writes
  const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`
  for (const value of [deep, JSON.stringify(deep)]) {
    const text = JSON.stringify({ ...(body as object), ...caller.fields, deep: 0 })
    const raw = text.replace(/"deep":0/, `"deep":${value}`)
    const answer = await send(caller, {
      signedIn: true,
      type: 'application/json',
      flat: false,
      raw,
      method,
      url,
      query,
      body,
    })
    const shape = shapes[caller.api]
    expect(answer.statusCode, answer.body).toBeLessThan(500)
    if (value === deep) expect([400, 422], answer.body).toContain(answer.statusCode)
    if (answer.statusCode >= 400 && shape) expect(answer.json()).toMatchObject(shape)
  }
})

let requests = 0

function flattened(fields: object): Record<string, unknown> {
  const texts = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : value,
  ])
  return Object.fromEntries(texts)
}

function send(caller: Caller, { signedIn, type, flat, raw, method, url, query, body }: Sent) {
  const proof = signedIn ? caller : { headers: {}, fields: {} }
  const hasBody = !['get', 'head', 'delete'].includes(method)
  const isForm = type.includes('form') || (caller.api === 'classic' && type !== 'text/plain')
  const fields = Array.isArray(body) ? body : { ...(body as object | undefined), ...proof.fields }
  const payload = raw ?? (isForm ? asForm(flat ? flattened(fields) : fields).join('&') : JSON.stringify(fields))
  const asked = asForm({ ...query, ...(hasBody ? {} : proof.fields) }).join('&')
  const number = ++requests
  return app.inject({
    method: method.toUpperCase() as 'GET',
    url: `${url}?${asked}`,
    remoteAddress: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    headers: {
      ...proof.headers,
      ...(caller.api === 'native' ? { 'idempotency-key': `fuzz-${number}` } : {}),
      ...(hasBody ? { 'content-type': isForm ? 'application/x-www-form-urlencoded' : type } : {}),
    },
    ...(hasBody ? { payload } : {}),
  })
}
