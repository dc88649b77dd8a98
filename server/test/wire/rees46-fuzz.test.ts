// Whatever is sent, the answer is the API's own: never a 500. The seed is printed, so that a failure can be repeated.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()
const { tenant } = await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })
const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
const { shop_id, shop_secret } = (await describeConnections(ctx, { publicUrl: '' })).rees46

const fields =
  `did seance sid tz stream event items item_id amount price source segment recommended_by order_id order_price
  category_id search_query full_cart results value time payload email phone id external_id loyalty_id gender birthday age
  kids custom first_name orders email_bulk sms_chain segment_id token platform type code url story_id slide_id from to limit
  old_email new_email i_understand_what_i_am_doing`.split(/\s+/)
const events = 'view category search cart remove_from_cart purchase wish remove_wish'.split(' ')
const posts =
  `/push /push/custom /profile/set /profile/force_change_email /sync/orders /subscriptions/manage /segments/remove
  /subscriptions/callback /segments/add /mobile_push_tokens /track/clicked /track/stories`.split(/\s+/)
const gets =
  `/init /profile /orders/last_for_user /subscriptions/check /subscriptions/changes /segments/get /products/get
  /products/cart`.split(/\s+/)

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    'a\0b',
    '\ud800',
    '[',
    '{"',
    '[{}]',
    'a@example.com',
    '+4915112345678',
    '2026-02-30',
    '1e999',
    '__proto__',
  ),
  fc.constant('x'.repeat(70_000)),
)
const leaf = fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null))
const item = fc.record({ id: leaf, quantity: leaf, price: leaf, line_id: leaf }, { requiredKeys: ['id'] })
const order = fc.record(
  {
    id: fc.oneof(leaf, fc.constantFrom('O1', 'O2')),
    status: leaf,
    date: leaf,
    email: leaf,
    value: fc.record({ total: leaf, bonuses: leaf }),
    items: fc.array(item, { maxLength: 3 }),
    custom: fc.object(),
  },
  { requiredKeys: [] },
)
const value = fc.oneof(
  leaf,
  fc.array(item, { maxLength: 3 }),
  fc.array(order, { maxLength: 2 }),
  fc.object({ maxDepth: 2 }),
)
const request = fc.record({
  path: fc.constantFrom(...posts, ...gets),
  trusted: fc.boolean(),
  asForm: fc.boolean(),
  event: fc.constantFrom(...events),
  odd: fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 }),
})

/** As a client would put it into a query or form: texts as they are, the rest as JSON. */
function encode(all: Record<string, unknown>): string {
  const asText = (one: unknown) => (typeof one === 'string' ? one : (JSON.stringify(one) ?? '')).toWellFormed()
  return Object.entries(all)
    .map(([key, one]) => `${key}=${encodeURIComponent(asText(one))}`)
    .join('&')
}

test('no input is answered with a 500', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ path, trusted, asForm, event, odd }) => {
      const usual = { shop_id, did: 'fuzz', event, items: [{ id: 'P1' }], ...(trusted ? { shop_secret } : {}) }
      const all = { ...usual, ...odd }
      const url = `/rees46${path}`
      const headers = { 'content-type': 'application/x-www-form-urlencoded' }
      const answer = gets.includes(path)
        ? await app.inject({ method: 'GET', url: `${url}?${encode(all)}` })
        : asForm
          ? await app.inject({ method: 'POST', url, headers, payload: encode(all) })
          : await app.inject({ method: 'POST', url, payload: all })
      expect(answer.statusCode, answer.body).toBeLessThan(500)
      if (answer.statusCode >= 400)
        expect(answer.json()).toMatchObject({ status: 'error', message: expect.any(String) })
    }),
    { numRuns: Number(process.env.FUZZ_RUNS ?? 400), verbose: 1 },
  )
})
