import { expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import {
  addIdentity,
  countCustomers,
  createCustomer,
  findCustomerByCode,
  findCustomerByIdentity,
  getCustomer,
  identify,
  listCustomers,
  primaryEmail,
  primaryPhone,
  removeIdentity,
  replaceCustomer,
  searchCustomers,
  updateCustomer,
} from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)

test('a customer is made with a profile and found by everything that leads to it', async () => {
  const made = await createCustomer(ctx, {
    firstName: ' Zoë ',
    lastName: 'Ñuñez-Øster',
    email: 'Zoe@Example.com',
    phone: '0151 12345678',
    birthday: '1990-02-28',
    gender: 'female',
    claims: [{ kind: 'external', source: 'shop', value: '17' }],
  })
  expect(made).toMatchObject({ firstName: 'Zoë', lastName: 'Ñuñez-Øster', birthday: '1990-02-28', state: 'identified' })
  expect(made.code).toMatch(/^[1-9]\d{15}$/)
  expect(primaryEmail(made)).toBe('Zoe@Example.com')
  expect(primaryPhone(made)).toBe('+4915112345678')
  const found = await Promise.all([
    findCustomerByIdentity(ctx, { kind: 'email', value: 'zoe@example.COM ' }),
    findCustomerByIdentity(ctx, { kind: 'phone', value: '+49 151 1234-5678' }),
    findCustomerByIdentity(ctx, { kind: 'external', source: 'shop', value: '17' }),
    findCustomerByCode(ctx, made.code),
  ])
  expect(found.map((one) => one?.id)).toEqual([made.id, made.id, made.id, made.id])
  expect(await findCustomerByIdentity(ctx, { kind: 'external', source: 'other', value: '17' })).toBeUndefined()
  expect(await findCustomerByIdentity(ctx, { kind: 'email', value: 'no address' })).toBeUndefined()
})

test('twenty calls at once with one new e-mail make one customer', async () => {
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      identify(ctx, {
        claims: [
          { kind: 'email', value: index % 2 ? 'Race@example.com' : 'race@EXAMPLE.com' },
          { kind: 'phone', value: '+491511112222' },
        ],
        policy: 'attach',
      }),
    ),
  )
  expect(new Set(results.map((one) => one.customer.id)).size).toBe(1)
  expect(results.filter((one) => one.created)).toHaveLength(1)
  expect(await countCustomers(ctx, { filters: { email: 'race@example.com' } })).toBe(1)
})

test('calls at once that share only some claims end with each value at one customer', async () => {
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      identify(ctx, {
        claims: [
          { kind: 'email', value: `mesh${index % 3}@example.com` },
          { kind: 'external', source: 'mesh', value: String(index % 4) },
        ],
        policy: 'attach',
      }),
    ),
  )
  for (const [index, result] of results.entries()) {
    const byEmail = await findCustomerByIdentity(ctx, { kind: 'email', value: `mesh${index % 3}@example.com` })
    const byId = await findCustomerByIdentity(ctx, { kind: 'external', source: 'mesh', value: String(index % 4) })
    expect([byEmail?.id, byId?.id]).toContain(result.customer.id)
  }
})

test('twenty calls at once attach different claims to one customer and each sticks', async () => {
  const { customer } = await identify(ctx, { claims: [{ kind: 'email', value: 'many@example.com' }], policy: 'attach' })
  await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      identify(ctx, {
        claims: [
          { kind: 'email', value: 'many@example.com' },
          { kind: 'external', source: 'many', value: String(index) },
          { kind: 'phone', value: `+4915130000${index + 10}` },
        ],
        policy: 'attach',
      }),
    ),
  )
  const after = await getCustomer(ctx, customer.id)
  expect(after.identities.filter((one) => one.kind === 'external')).toHaveLength(20)
  expect(after.identities.filter((one) => one.kind === 'phone' && one.isPrimary)).toHaveLength(1)
})

test('two identified people are never joined by a call that names both', async () => {
  const anna = await createCustomer(ctx, { email: 'anna@example.com' })
  const bert = await createCustomer(ctx, { phone: '+4915199999999' })
  const result = await identify(ctx, {
    claims: [
      { kind: 'email', value: 'anna@example.com' },
      { kind: 'phone', value: '+4915199999999' },
      { kind: 'external', source: 'shop', value: '18' },
    ],
    policy: 'attach',
  })
  expect(result).toMatchObject({ created: false, mergeable: [], conflicting: [bert.id] })
  expect(result.customer.id).toBe(anna.id)
  expect(result.customer.identities.map((one) => one.value)).toEqual(['anna@example.com', '18'])
})

test('an anonymous device becomes the person who gives an e-mail, or is offered for merging into a known one', async () => {
  const device = await identify(ctx, { claims: [{ kind: 'device', value: 'did-1' }], policy: 'attach' })
  expect(device.customer.state).toBe('anonymous')
  const named = await identify(ctx, {
    claims: [
      { kind: 'device', value: 'did-1' },
      { kind: 'email', value: 'dora@example.com', verified: true },
    ],
    policy: 'attach',
  })
  expect(named.customer).toMatchObject({ id: device.customer.id, state: 'identified' })
  const second = await identify(ctx, { claims: [{ kind: 'device', value: 'did-2' }], policy: 'attach' })
  const known = await identify(ctx, {
    claims: [
      { kind: 'device', value: 'did-2' },
      { kind: 'email', value: 'dora@example.com' },
    ],
    policy: 'attach',
  })
  expect(known.customer.id).toBe(device.customer.id)
  expect(known.mergeable).toEqual([second.customer.id])
})

test('refusals: a known claim, nobody to find, no e-mail, no phone, no claims', async () => {
  await createCustomer(ctx, { email: 'known@example.com' })
  await expect(createCustomer(ctx, { email: 'KNOWN@example.com' })).rejects.toMatchObject({ code: 'identity.taken' })
  const unknown = { claims: [{ kind: 'email', value: 'x@example.com' }], policy: 'attach', create: false } as const
  await expect(identify(ctx, unknown)).rejects.toMatchObject({ code: 'customer.not_found' })
  await expect(createCustomer(ctx, { email: 'nope' })).rejects.toMatchObject({ code: 'email.invalid' })
  await expect(createCustomer(ctx, { phone: '12' })).rejects.toMatchObject({ code: 'phone.invalid' })
  await expect(createCustomer(ctx, { birthday: '2001-02-29' })).rejects.toMatchObject({ code: 'request.invalid' })
  expect(() => identify(ctx, { claims: [], policy: 'attach' })).toThrow('request.invalid')
  const nowhere = createCustomer(ctx, { storeId: 1 as never })
  await expect(nowhere).rejects.toMatchObject({ code: 'organisation.not_found' })
})

test('a patch changes what it names, null clears, a replacement empties what it leaves out', async () => {
  const made = await createCustomer(ctx, { firstName: 'Ida', lastName: 'Holm', title: 'Dr.', email: 'ida@example.com' })
  const patched = await updateCustomer(ctx, { id: made.id, patch: { title: null, lastName: 'Holm-Berg' } })
  expect(patched).toMatchObject({ firstName: 'Ida', lastName: 'Holm-Berg', title: null })
  const replaced = await replaceCustomer(ctx, { id: made.id, customer: { firstName: 'Ida', email: 'ida@new.example' } })
  expect(replaced).toMatchObject({ firstName: 'Ida', lastName: null })
  expect(primaryEmail(replaced)).toBe('ida@new.example')
  expect(await findCustomerByIdentity(ctx, { kind: 'email', value: 'ida@example.com' })).toBeUndefined()
  const refused = updateCustomer(ctx, { id: made.id, patch: { firstName: 'X', email: 'known@example.com' } })
  await expect(refused).rejects.toMatchObject({ code: 'identity.taken' })
  expect((await getCustomer(ctx, made.id)).firstName).toBe('Ida')
})

test('an identity can be added, and when the primary one goes the next takes its place', async () => {
  const made = await createCustomer(ctx, { email: 'first@example.com' })
  const both = await addIdentity(ctx, { customerId: made.id, claim: { kind: 'email', value: 'second@example.com' } })
  const first = both.identities.find((one) => one.value === 'first@example.com')
  const left = await removeIdentity(ctx, { customerId: made.id, identityId: first?.id ?? 0 })
  expect(left.identities).toMatchObject([{ value: 'second@example.com', isPrimary: true }])
})

test('search finds parts of names, e-mails and phones, and pages through everybody', async () => {
  const other = await newTenant(pool)
  const names = ['Åsa Lindgren', 'Jean-Luc Picard', '李 小龍', '100% Müller']
  for (const [index, name] of names.entries()) {
    const [firstName, lastName] = name.split(' ')
    await createCustomer(other, {
      firstName,
      lastName,
      email: `p${index}@crew.example`,
      phone: `+49151777000${index}0`,
    })
  }
  const find = async (text: string) => (await searchCustomers(other, { text, limit: 10 })).map((one) => one.lastName)
  expect(await find('lindg')).toEqual(['Lindgren'])
  expect(await find('picard jean')).toEqual(['Picard'])
  expect(await find('小龍')).toEqual(['小龍'])
  expect(await find('00%')).toEqual(['Müller'])
  expect(await find('p1@crew')).toEqual(['Picard'])
  expect(await find('0151 777 00000')).toEqual(['Lindgren'])
  const first = await listCustomers(other, { limit: 3, order: 'id' })
  const rest = await listCustomers(other, { limit: 3, order: 'id', after: first.at(-1)?.id })
  expect([...first, ...rest].map((one) => one.lastName)).toEqual(['Lindgren', 'Picard', '小龍', 'Müller'])
  const filters = { lastName: 'picard', email: 'P1@crew.example' }
  expect(await countCustomers(other, { filters })).toBe(1)
})

test('another tenant finds nothing of this one', async () => {
  const mine = await createCustomer(ctx, { email: 'mine@example.com' })
  const other = await newTenant(pool)
  await expect(getCustomer(other, mine.id)).rejects.toMatchObject({ code: 'customer.not_found' })
  await expect(updateCustomer(other, { id: mine.id, patch: { firstName: 'X' } })).rejects.toMatchObject({
    code: 'customer.not_found',
  })
  const theirs = await createCustomer(other, { email: 'mine@example.com' })
  expect(theirs.id).not.toBe(mine.id)
})
