// The lists that a shop keeps: set up through api/v1, seen by the APIs that show them.
import { expect, test } from 'vitest'
import { addToSegment, createSegment } from '../../src/core/audience/index.ts'
import { findReferenceItem, putReferenceItem } from '../../src/core/organisations/index.ts'
import { testApp } from '../app.ts'
import { type Asked, ask, enterprise } from './every-api.ts'
import { openFullShop } from './full-shop.ts'

const { app, server } = await testApp()
const shop = await openFullShop(app, server, 'Lists')
const { ctx } = shop
const native = async (asked: Omit<Asked, 'url'> & { url: string }) => {
  const answer = await ask(app, shop.callers.native, { ...asked, url: `/api/v1${asked.url}` })
  return { status: answer.statusCode, body: answer.body === '' ? undefined : answer.json() }
}
const put = (url: string, body: object) => native({ method: 'put', url: `/reference/${url}`, body })
const carecloud = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await ask(app, shop.callers.carecloud, { method: 'get', url: `${enterprise}${url}`, headers })
  return answer.json().data
}

test('tell themselves and what their items hold', async () => {
  const { body } = await native({ method: 'get', url: '/reference' })
  expect(body.items).toContainEqual(
    expect.objectContaining({
      list: 'purchase-item-types',
      fields: expect.objectContaining({ properties: { earns: expect.objectContaining({ type: 'boolean' }) } }),
    }),
  )
  for (const { list } of body.items) {
    expect([list, (await native({ method: 'get', url: `/reference/${list}` })).status]).toEqual([list, 200])
  }
})

test('an item is added, replaced as a whole, seen by other APIs in their language, and taken away', async () => {
  const made = await put('interests/sailing', { name: 'Sailing', names: { cs: 'Plachtění' }, position: 3 })
  expect(made).toMatchObject({ status: 200, body: { code: 'sailing', name: 'Sailing', position: 3 } })
  const seen = (await carecloud('/interests')).interests.map((one: { name: string }) => one.name)
  expect(seen).toContain('Sailing')
  const changed = await put('interests/sailing', { name: 'Boats' })
  expect(changed.body).toMatchObject({ id: made.body.id, name: 'Boats', position: 0 })
  expect(changed.body.names).toBeUndefined()
  expect((await native({ method: 'delete', url: '/reference/interests/sailing' })).status).toBe(204)
  expect((await native({ method: 'delete', url: '/reference/interests/sailing' })).status).toBe(404)
  const left = (await carecloud('/interests')).interests.map((one: { name: string }) => one.name)
  expect(left).not.toContain('Boats')
})

test('what an item may hold is checked', async () => {
  for (const [url, body] of [
    ['interests/x', {}],
    ['interests/x', { name: '' }],
    ['interests/x', { name: 'X', color: 'red' }],
    ['interests/x', { name: 'X', names: { english: 'X' } }],
    ['interests/%20', { name: 'X' }],
    ['social-networks/x', { name: 'X', issuer: 'https://id.example' }],
    ['social-networks/x', { name: 'X', issuer: 'i', audience: 'a', jwks_url: 'file:///etc/passwd' }],
    ['sso-providers/x', { name: 'X', issuer: 'i', audience: 'a', jwks_url: 'http://id.example/keys' }],
    ['message-templates/x', { name: 'X', channel: 'letter', purpose: 'bulk', text: 'Hi' }],
    ['customer-properties/x', { name: 'X', data_type: 'colour' }],
  ] as const) {
    const answer = await put(url, body)
    expect([url, answer.status, answer.body.code]).toEqual([url, 400, 'request.invalid'])
  }
  expect((await put('planets/x', { name: 'X' })).status).toBe(404)
})

test('what another API keeps with an item stays', async () => {
  await putReferenceItem(ctx, {
    kind: 'partner',
    code: 'bakery',
    name: 'Bakery',
    data: { isDefault: true, vatId: 'old' },
  })
  const changed = await put('partners/bakery', { name: 'The bakery', vat_id: 'DE1' })
  expect(changed.body).toMatchObject({ name: 'The bakery', vat_id: 'DE1' })
  expect(changed.body).not.toHaveProperty('is_default')
  const item = await findReferenceItem(ctx, { kind: 'partner', code: 'bakery' })
  expect(item?.data).toEqual({ isDefault: true, vatId: 'DE1' })
})

test('keys of an identity provider come back as they were given', async () => {
  const jwks = { keys: [{ kty: 'EC', crv: 'P-256', x: 'x', y: 'y', key_ops: ['verify'] }] }
  const body = { name: 'Staff', issuer: 'https://sso.example', audience: 'till', jwks }
  expect((await put('sso-providers/staff', body)).body).toMatchObject(body)
})

test('hints are shown to everybody, or to customers of a segment', async () => {
  const segment = await createSegment(ctx, { name: 'Sailors' })
  await put('recommendations/all', { name: 'Read the news', web_url: 'https://shop.example/news' })
  await put('recommendations/sailors', { name: 'A new boat', brief_description: 'Blue', segment_ids: [segment.id] })
  const customer = ctx.ids.hex('customer', ctx.tenant.id, shop.person.id)
  const names = async () =>
    (await carecloud(`/customers/${customer}/recommendation-records`)).recommendations.map(
      (one: { name: string }) => one.name,
    )
  expect(await names()).toEqual(['Read the news'])
  await addToSegment(ctx, { id: segment.id, customerIds: [shop.person.id] })
  expect(await names()).toEqual(['Read the news', 'A new boat'])
  const { recommendations, total_items } = await carecloud('/recommendations?name=boat')
  expect(total_items).toBe(1)
  expect(recommendations[0]).toMatchObject({
    name: 'A new boat',
    brief_description: 'Blue',
    picture_urls: [],
    state: 1,
  })
  expect(await carecloud(`/recommendations/${recommendations[0].recommendation_id}`)).toEqual(recommendations[0])
})
