// The browser SDK as a page uses it: the script that /v3.js serves, run in a page of its own, speaking to the server.
import { createContext, runInContext } from 'node:vm'
import { expect, test } from 'vitest'
import { findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { getCollection, listDevices, listEvents } from '../../src/core/events/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()
const { tenant } = await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })
const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
const { shop_id } = (await describeConnections(ctx, { publicUrl: '' })).rees46

type R46 = (...call: unknown[]) => void
interface Page {
  readonly r46: R46
  /** Resolves when every request under way is answered. */
  settled(): Promise<void>
  readonly requests: string[]
}

class Script {
  readonly src = 'https://regulars.example/v3.js'
}

function storageOf(values: Map<string, string>) {
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => values.set(key, value),
  }
}

/** A page with this storage; `early` are the calls made before the script was loaded. */
async function openPage(local: Map<string, string>, early: unknown[][], search = ''): Promise<Page> {
  const script = await app.inject({ url: '/v3.js' })
  expect(script.headers['content-type']).toMatch(/^text\/javascript/)
  const requests: string[] = []
  let underWay = 0
  const fetch = async (
    url: string,
    init: { method?: string; body?: string; headers?: Record<string, string> } = {},
  ) => {
    requests.push(url)
    underWay++
    const { pathname, search } = new URL(url)
    const { method = 'GET', body, headers } = init
    const answer = await app.inject({ method: method as 'GET', url: pathname + search, payload: body, headers })
    underWay--
    return { ok: answer.statusCode < 300, json: async () => answer.json() }
  }
  const window: Record<string, unknown> = {
    localStorage: storageOf(local),
    sessionStorage: storageOf(new Map()),
    r46: Object.assign(() => {}, { q: early }),
  }
  const page = {
    window,
    document: { currentScript: new Script(), referrer: '' },
    HTMLScriptElement: Script,
    fetch,
    URL,
  }
  runInContext(
    script.body,
    createContext({ ...page, URLSearchParams, location: { href: 'https://shop.example/', search } }),
  )
  const settled = async () => {
    do await new Promise((resolve) => setImmediate(resolve))
    while (underWay > 0)
    await new Promise((resolve) => setImmediate(resolve))
    if (underWay > 0) await settled()
  }
  return { r46: (...call) => (window.r46 as R46)(...call), settled, requests }
}

const local = new Map<string, string>()

test('calls made before the script and the session are there are sent in their order', async () => {
  const answers: unknown[] = []
  const page = await openPage(
    local,
    [
      ['init', shop_id, (answer: unknown) => answers.push(answer)],
      ['track', 'view', { id: 37, stock: true }],
      ['track', 'cart', [{ id: 1, amount: 2 }, { id: 2 }]],
      ['profile', 'set', { email: 'page@example.com', first_name: 'Page' }],
      ['track', 'my_event', { label: 'x' }],
    ],
    '?recommended_by=dynamic&recommended_code=block',
  )
  await page.settled()
  expect(answers).toMatchObject([{ did: local.get('r46_did') }])
  const customer = await findCustomerByIdentity(ctx, { kind: 'email', value: 'page@example.com' })
  expect(customer).toMatchObject({ firstName: 'Page' })
  const customerId = customer?.id ?? 0
  expect(await listDevices(ctx, customerId)).toMatchObject([{ did: local.get('r46_did') }])
  const events = await listEvents(ctx, { customerId, limit: 10 })
  const viewed = events.find((event) => event.type === 'product_viewed')
  expect(viewed).toMatchObject({ productCode: '37', data: { recommended_by: 'dynamic', recommended_code: 'block' } })
  expect(events.map((event) => event.type).sort()).toEqual(['cart_added', 'cart_added', 'my_event', 'product_viewed'])
  const cart = await getCollection(ctx, { customerId, kind: 'cart' })
  expect(cart.map((item) => [item.productCode, item.quantity])).toEqual([
    ['1', 2],
    ['2', 1],
  ])
})

test('the next page is the same device; answers and refusals reach the callbacks', async () => {
  const page = await openPage(local, [['init', shop_id]])
  await page.settled()
  expect(page.requests[0]).toContain(`did=${local.get('r46_did')}`)
  const told: unknown[] = []
  page.r46('profile', 'get', (answer: unknown) => told.push(answer))
  await page.settled()
  page.r46(
    'track',
    'purchase',
    { products: [{ id: 1, price: 3, amount: 2 }], order: 'N1', order_price: 6 },
    (answer: unknown) => told.push(answer),
  )
  await page.settled()
  page.r46(
    'track',
    'search',
    '',
    () => {},
    (refusal: unknown) => told.push(refusal),
  )
  await page.settled()
  page.r46(
    'dance',
    () => {},
    (refusal: unknown) => told.push(refusal),
  )
  expect(told).toMatchObject([
    { has_email: true },
    { status: 'success' },
    { status: 'error', message: expect.any(String) },
    { message: expect.stringContaining('dance') },
  ])
})

test('the script is cached by its content', async () => {
  const first = await app.inject({ url: '/v3.js' })
  const again = await app.inject({ url: '/v3.js', headers: { 'if-none-match': String(first.headers.etag) } })
  expect(again.statusCode).toBe(304)
})
