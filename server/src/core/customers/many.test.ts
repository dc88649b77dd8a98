import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import {
  addSourceRecord,
  countCustomers,
  createCustomer,
  defineAttribute,
  deleteAddress,
  deleteAttribute,
  findCustomerByIdentity,
  getCustomer,
  type IdentifyOne,
  identifyMany,
  listAddresses,
  listAttributes,
  listSourceRecords,
  putAddress,
  setAttributes,
  setCustomerPassword,
  updateAttribute,
  verifyCustomerPassword,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)

const fromShop = (count: number): IdentifyOne[] =>
  Array.from({ length: count }, (_, index) => ({
    claims: [{ kind: 'email', value: `bulk${index}@example.com` }],
    source: { source: 'online-retail', externalId: String(12000 + index) },
    create: { firstName: `N${index}`, country: 'gb', createdAt: new Date('2011-01-01T10:00:00Z') },
  }))

test('five hundred customers come in at once, a second run finds them all', async () => {
  const first = await identifyMany(ctx, fromShop(500))
  expect(first.every((one) => one.created)).toBe(true)
  const again = await identifyMany(ctx, fromShop(500))
  expect(again).toEqual(first.map((one) => ({ ...one, created: false })))
  expect(await countCustomers(ctx, {})).toBe(500)
  const one = await getCustomer(ctx, first[7]?.customerId ?? 0)
  expect(one).toMatchObject({ firstName: 'N7', country: 'GB', createdAt: new Date('2011-01-01T10:00:00Z') })
  expect(one.identities.map((identity) => identity.value)).toEqual(['bulk7@example.com', '12007'])
  const records = await listSourceRecords(ctx, { source: 'online-retail', externalIds: ['12007', '12008'] })
  expect(records.map((record) => record.customerId)).toEqual([first[7]?.customerId, first[8]?.customerId])
})

test('batches at once over the same people make each of them once', async () => {
  const batch = (turn: number): IdentifyOne[] =>
    Array.from({ length: 200 }, (_, index) => ({
      claims: [{ kind: 'external', source: 'race', value: String((index * 7 + turn) % 200) }],
    }))
  const results = await Promise.all([0, 1, 2, 3].map((turn) => identifyMany(ctx, batch(turn))))
  expect(new Set(results.flat().map((one) => one.customerId)).size).toBe(200)
  expect(results.flat().filter((one) => one.created)).toHaveLength(200)
})

test('entries of one batch that share a claim are one customer', async () => {
  const results = await identifyMany(ctx, [
    { claims: [{ kind: 'email', value: 'twice@example.com' }] },
    {
      claims: [
        { kind: 'email', value: 'TWICE@example.com' },
        { kind: 'external', source: 'x', value: '1' },
      ],
    },
    { claims: [{ kind: 'external', source: 'x', value: '1' }] },
  ])
  expect(new Set(results.map((one) => one.customerId)).size).toBe(1)
  expect(results.map((one) => one.created)).toEqual([true, false, false])
})

test('a source record makes its external id lead to the customer, and no other customer can have it', async () => {
  const made = await createCustomer(ctx, { firstName: 'Source' })
  const record = await addSourceRecord(ctx, { customerId: made.id, source: 'store', externalId: 'S-1' })
  expect(await addSourceRecord(ctx, { customerId: made.id, source: 'store', externalId: 'S-1' })).toEqual(record)
  await addSourceRecord(ctx, { customerId: made.id, source: 'newsletter' })
  const found = await findCustomerByIdentity(ctx, { kind: 'external', source: 'store', value: 'S-1' })
  expect(found?.id).toBe(made.id)
  expect(await listSourceRecords(ctx, { customerId: made.id })).toHaveLength(2)
  const other = await createCustomer(ctx, {})
  const taken = addSourceRecord(ctx, { customerId: other.id, source: 'store', externalId: 'S-1' })
  await expect(taken).rejects.toMatchObject({ code: 'identity.taken' })
})

test('the first address is the primary one, another can become it, and the next takes over when it goes', async () => {
  const { id } = await createCustomer(ctx, {})
  const home = await putAddress(ctx, { customerId: id, line1: 'Königstraße 1', city: 'Köln', country: 'de' })
  expect(home).toMatchObject({ isPrimary: true, country: 'DE', kind: 'home' })
  const work = await putAddress(ctx, { customerId: id, kind: 'work', city: 'Ghent', primary: true })
  expect((await listAddresses(ctx, id)).map((one) => [one.city, one.isPrimary])).toEqual([
    ['Ghent', true],
    ['Köln', false],
  ])
  await putAddress(ctx, { customerId: id, id: home.id, postalCode: '50667' })
  await deleteAddress(ctx, { customerId: id, id: work.id })
  expect(await listAddresses(ctx, id)).toMatchObject([{ city: 'Köln', postalCode: '50667', isPrimary: true }])
  const stranger = await createCustomer(ctx, {})
  const refused = deleteAddress(ctx, { customerId: stranger.id, id: home.id })
  await expect(refused).rejects.toMatchObject({ code: 'address.not_found' })
  const nowhere = putAddress(ctx, { customerId: id, latitude: 91, longitude: 0 })
  await expect(nowhere).rejects.toMatchObject({ code: 'request.invalid' })
})

test('an attribute has a type, counts under parallel increments, and takes its values along when renamed or deleted', async () => {
  const visits = await defineAttribute(ctx, { name: 'Visits', type: 'integer' })
  await expect(defineAttribute(ctx, { name: 'visits' })).rejects.toMatchObject({ code: 'attribute.exists' })
  const { id } = await createCustomer(ctx, { attributes: { Visits: 1, Note: 'grüße 🙂' } })
  await Promise.all(Array.from({ length: 10 }, () => setAttributes(ctx, { customerId: id, values: { visits: '+1' } })))
  expect((await getCustomer(ctx, id)).attributes).toEqual({ visits: 11, note: 'grüße 🙂' })
  const wrong = setAttributes(ctx, { customerId: id, values: { visits: 'many' } })
  await expect(wrong).rejects.toMatchObject({ code: 'attribute.invalid_value' })
  await updateAttribute(ctx, { id: visits.id, patch: { name: 'calls' } })
  expect((await getCustomer(ctx, id)).attributes).toEqual({ calls: 11, note: 'grüße 🙂' })
  await deleteAttribute(ctx, visits.id)
  expect((await getCustomer(ctx, id)).attributes).toEqual({ note: 'grüße 🙂' })
  expect(await listAttributes(ctx, null)).toEqual([])
})

test('a password opens only its own customer', async () => {
  const { id } = await createCustomer(ctx, { email: 'pass@example.com' })
  const identity = { kind: 'email', value: 'PASS@example.com' } as const
  expect(await verifyCustomerPassword(ctx, { identity, password: 'öffne dich' })).toBeUndefined()
  await expect(setCustomerPassword(ctx, { customerId: id, password: 'abc' })).rejects.toMatchObject({
    code: 'password.weak',
  })
  await setCustomerPassword(ctx, { customerId: id, password: 'öffne dich' })
  expect((await verifyCustomerPassword(ctx, { identity, password: 'öffne dich' }))?.id).toBe(id)
  expect(await verifyCustomerPassword(ctx, { identity, password: 'offne dich' })).toBeUndefined()
})

test('text that Postgres cannot hold does not fail a request', async () => {
  const made = await createCustomer(ctx, { firstName: 'A\0B\uD800', attributes: { a: 'x\0y' } })
  expect(made).toMatchObject({ firstName: 'AB\uFFFD', attributes: { a: 'xy' } })
})
