import { beforeAll, expect, test } from 'vitest'
import { testDatabase } from '../../../test/harness.ts'
import { newTenant } from '../../../test/tenant.ts'
import { createCustomer } from '../customers/index.ts'
import { assignFreeCard, type CardType, createCard, listCards, putCardType } from './index.ts'

const { pool } = await testDatabase()
const ctx = await newTenant(pool)
let type: CardType
let made = 0

beforeAll(async () => {
  type = await putCardType(ctx, { code: 'card', name: 'Card', prefix: '1' })
})

async function freeCards(count: number): Promise<string[]> {
  const numbers = Array.from({ length: count }, () => `1${String(++made).padStart(6, '0')}`)
  for (const number of numbers) await createCard(ctx, { cardTypeId: type.id, number })
  return numbers
}

const cardsOf = async (customerId: number) =>
  (await listCards(ctx, { customerId, offset: 0, limit: 100 })).items.map((card) => card.number)

test('a customer who is given a card twenty times at once has one', async () => {
  await freeCards(25)
  const customerId = (await createCustomer(ctx, { firstName: 'One' })).id
  const given = await Promise.all(
    Array.from({ length: 20 }, () => assignFreeCard(ctx, { cardTypeId: type.id, customerId })),
  )
  expect(new Set(given.map((card) => card.number)).size).toBe(1)
  expect(await cardsOf(customerId)).toHaveLength(1)
})

test('twenty customers at once get twenty cards, and who comes too late gets none', async () => {
  const free = (await listCards(ctx, { cardTypeId: type.id, offset: 0, limit: 100 })).items.filter(
    (card) => card.customerId === null,
  ).length
  const customers = []
  for (let index = 0; index < free + 3; index++) customers.push(await createCustomer(ctx, { firstName: `C${index}` }))
  const given = await Promise.allSettled(
    customers.map(({ id }) => assignFreeCard(ctx, { cardTypeId: type.id, customerId: id })),
  )
  const numbers = given.flatMap((one) => (one.status === 'fulfilled' ? [one.value.number] : []))
  expect(new Set(numbers).size).toBe(free)
  for (const one of given.filter(({ status }) => status === 'rejected')) {
    expect(one).toMatchObject({ reason: { code: 'card.none_free' } })
  }
})

test('one number at once for many customers, and many numbers at once for one, are one card each', async () => {
  const [number = ''] = await freeCards(1)
  const customers = [await createCustomer(ctx, {}), await createCustomer(ctx, {}), await createCustomer(ctx, {})]
  const given = await Promise.allSettled(
    customers.map(({ id }) => assignFreeCard(ctx, { cardTypeId: type.id, customerId: id, number })),
  )
  expect(given.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  const numbers = await freeCards(5)
  const customerId = (await createCustomer(ctx, {})).id
  const several = await Promise.allSettled(
    numbers.map((one) => assignFreeCard(ctx, { cardTypeId: type.id, customerId, number: one })),
  )
  expect(several.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  expect(await cardsOf(customerId)).toHaveLength(1)
})
