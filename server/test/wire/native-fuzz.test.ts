// Every operation of api/v1, taken from its own document, is sent what nobody should send. None may answer 5xx.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

interface Schema {
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly format?: string
  readonly required?: readonly string[]
  readonly pattern?: string
}
interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
}
interface Operation {
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> }
}
interface Target {
  readonly method: string
  readonly path: string
  readonly operation: Operation
}

let key = ''
const known: number[] = []
const targets: Target[] = []

beforeAll(async () => {
  key = (await createTenant(server, { slug: 'fuzz', name: 'Fuzz', template: 'retail' })).apiKey
  const made = await send('POST', '/api/v1/customers', JSON.stringify({ first_name: 'Fay', email: 'fay@example.com' }))
  for (let more = 0; more < 8; more++) known.push((await send('POST', '/api/v1/customers', '{}')).json().id)
  const sale = { number: 'F-1', customer_id: made.json().id, lines: [{ code: 'A', quantity: 1, unit_price: 5 }] }
  const bought = await send('POST', '/api/v1/purchases', JSON.stringify(sale))
  const list = await send('POST', '/api/v1/lists', JSON.stringify({ name: 'F' }))
  const stores = await send('GET', '/api/v1/stores')
  known.push(made.json().id, bought.json().id, list.json().id, stores.json().items[0].id)
  const { paths } = (await app.inject({ url: '/api/v1/openapi.json' })).json()
  for (const [path, methods] of Object.entries<Record<string, Operation>>(paths)) {
    for (const [method, operation] of Object.entries(methods)) targets.push({ path, method, operation })
  }
})

function send(method: string, url: string, payload?: string, headers: Record<string, string> = {}) {
  return app.inject({
    method: method.toUpperCase() as 'GET',
    url,
    payload,
    headers: {
      authorization: `Bearer ${key}`,
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
  })
}

const odd = [
  '',
  ' ',
  '0',
  '-1',
  '1e308',
  'NaN',
  '9007199254740993',
  '%',
  "'",
  '\u0000',
  '\ud800',
  '\u{1f600}',
  '../..',
  'x'.repeat(3000),
]
const oddText = fc.oneof(
  fc.constantFrom(...odd),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.date({ noInvalidDate: true }).map(String),
)
const oddValue = fc.oneof(
  oddText,
  fc.double(),
  fc.constantFrom<unknown>(null, true, 0, -0, 1e308, Number.MAX_SAFE_INTEGER, -1, 1.5, [], {}, [[]], { __proto__: 1 }),
  fc.jsonValue({ maxDepth: 3 }),
)

/** Mostly what the schema asks for, so that the handler is reached, and sometimes something else. */
function like(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 15, arbitrary: fitting(schema) }, { weight: 1, arbitrary: oddValue })
}

function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (schema.anyOf?.[0]) return fc.oneof(...schema.anyOf.map(fitting))
  if (schema.format === 'date-time') {
    return fc.oneof(
      fc.constantFrom('2026-03-01T10:00:00Z'),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
    )
  }
  if (schema.format === 'date') return fc.constantFrom('2026-01-01', '1900-02-28', '9999-12-31', '0001-01-01')
  if (schema.pattern === '^[A-Z]{3}$') return fc.constantFrom('EUR', 'USD')
  if (schema.pattern === '^[A-Z]{2}$') return fc.constantFrom('DE', 'US')
  if (schema.pattern !== undefined) return fc.constantFrom('1', '2.50', '0.000001')
  if (schema.type === 'integer') {
    return fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...known, 1, 100) },
      { weight: 1, arbitrary: fc.maxSafeInteger() },
    )
  }
  if (schema.type === 'number') return fc.oneof(fc.integer(), fc.double({ noNaN: true }))
  if (schema.type === 'boolean') return fc.boolean()
  if (schema.type === 'null') return fc.constant(null)
  if (schema.type === 'array') return fc.array(like(schema.items ?? {}), { maxLength: 4 })
  if (schema.properties) {
    const properties = Object.entries(schema.properties).map(([name, one]) => [name, like(one)] as const)
    return fc.record(Object.fromEntries(properties), { requiredKeys: [...(schema.required ?? [])] })
  }
  if (schema.type === 'object') return fc.dictionary(oddText, oddValue, { maxKeys: 3 })
  return fc.oneof(fc.constantFrom('A', 'fay@example.com', '+491711234567', 'EUR', 'points', 'x'), oddText)
}

const request = fc.integer({ min: 0, max: 10_000 }).chain((index) => {
  const target = targets[index % targets.length]
  if (!target) throw new Error('the document has no operations')
  const { parameters = [], requestBody } = target.operation
  const schema = requestBody?.content['application/json']?.schema
  return fc.record({
    index: fc.constant(index % targets.length),
    values: fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, like(schema)])), {
      requiredKeys: parameters.filter(({ required }) => required).map(({ name }) => name),
    }),
    body: schema ? fc.option(like(schema), { nil: undefined }) : fc.constant(undefined),
    key: fc.option(fc.constantFrom('a', 'b', 'x'.repeat(201)), { nil: undefined }),
  })
})

function wellFormed(value: unknown): string {
  return encodeURIComponent(String(value).toWellFormed())
}

test('no operation answers 5xx, whatever it is sent', async () => {
  const seen = new Map<string, Set<number>>()
  await fc.assert(
    fc.asyncProperty(request, async ({ index, values, body, key: idempotencyKey }) => {
      const target = targets[index]
      if (!target) return
      const inPath = (name: string) => target.path.includes(`{${name}}`)
      const path = target.path.replace(/\{(\w+)\}/g, (_, name: string) => wellFormed(values[name]))
      const query = Object.entries(values)
        .filter(([name]) => !inPath(name))
        .map(([name, value]) => `${name}=${wellFormed(value)}`)
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers = idempotencyKey ? { 'idempotency-key': idempotencyKey } : undefined
      const answer = await send(target.method, `${path}?${query.join('&')}`, payload, headers)
      const where = `${target.method} ${target.path}`
      seen.set(where, (seen.get(where) ?? new Set()).add(answer.statusCode))
      expect(answer.statusCode, `${where} answered ${answer.body}`).toBeLessThan(500)
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 1_500), seed: Number(process.env.FUZZ_SEED ?? 20_261_121) },
  )
  if (process.env.FUZZ_SHOW) for (const [where, statuses] of seen) console.log(where, [...statuses].sort().join(' '))
  expect(seen.size).toBe(targets.length)
})
