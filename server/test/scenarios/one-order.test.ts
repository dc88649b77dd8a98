// One order, told by the shop's tracking, by its newsletter tool and by its till: one purchase, and it earns once.
import { expect, test } from 'vitest'
import { getCustomer, identify } from '../../src/core/customers/index.ts'
import { balancesOf } from '../../src/core/ledger/index.ts'
import { listPurchases } from '../../src/core/purchases/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { makeCtx } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'
import { clientOf, enterprise, placesOf, sale } from '../wire/carecloud-client.ts'

const { app, server } = await testApp()
const { tenant } = await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })
const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
const { carecloud, cleverreach, rees46 } = await describeConnections(ctx, { publicUrl: 'http://localhost' })

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
async function post(url: string, payload: object, headers: Record<string, string> = {}): Promise<any> {
  const answer = await app.inject({ method: 'POST', url, payload, headers })
  if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`)
  return answer.body === '' ? undefined : answer.json()
}

const token = await post('/cleverreach/oauth/token.php', {
  grant_type: 'client_credentials',
  client_id: cleverreach.client_id,
  client_secret: cleverreach.client_secret,
})
const newsletter = { authorization: `Bearer ${token.access_token}` }
const group = await post('/cleverreach/v3/groups', { name: 'Customers' }, newsletter)
const { login, password, user_external_application_id } = carecloud
const session = await clientOf(app, enterprise).post('/users/actions/login', {
  login,
  password,
  user_external_application_id,
})
const till = clientOf(app, enterprise, { authorization: `Bearer ${session.body.data.bearer_token}` })
const places = await placesOf(till)

const email = 'grace@shop.example'
const buyer = (
  await identify(ctx, { claims: [{ kind: 'email', value: email }], policy: 'attach', create: { firstName: 'Grace' } })
).customer
const customerId = ctx.ids.hex('customer', ctx.tenant.id, buyer.id)
const now = new Date()

/** What each of the three says of the order; the payment time of the till is local to the shop. */
function tellers(number: string): Record<string, () => Promise<unknown>> {
  const local = new Date(now.getTime() + 3_600_000).toISOString().slice(0, 19).replace('T', ' ')
  return {
    tracking: () =>
      post('/rees46/push', {
        shop_id: rees46.shop_id,
        shop_secret: rees46.shop_secret,
        email,
        event: 'purchase',
        order_id: number,
        order_price: 60,
        items: [{ id: 'MUG', price: 60, amount: 1 }],
      }),
    newsletter: () =>
      post(
        `/cleverreach/v3/groups/${group.id}/receivers/upsert`,
        [
          {
            email,
            orders: [
              {
                order_id: number,
                product_id: 'MUG',
                product: 'Mug',
                price: 60,
                amount: 1,
                currency: 'EUR',
                stamp: Math.floor(now.getTime() / 1000),
              },
            ],
          },
        ],
        newsletter,
      ),
    till: async () => {
      const reply = await till.post(
        '/purchases/actions/send-purchase',
        sale(places, { bill_id: number, total: 60, customer_id: customerId, bill: { payment_time: local } }),
      )
      expect(reply.status).toBe(201)
    },
  }
}

const orders: readonly (readonly string[])[] = [
  ['tracking', 'newsletter', 'till'],
  ['till', 'tracking', 'newsletter'],
  ['newsletter', 'till', 'tracking'],
  ['till', 'newsletter', 'tracking'],
]

async function points(): Promise<number> {
  return (await balancesOf(ctx, buyer.id)).find(({ unit }) => unit.kind === 'points' && unit.isDefault)?.available ?? 0
}

test.each(orders)(
  'told by %s, then %s, then %s, and all once more, it is one purchase that earned once',
  async (...ways) => {
    const number = `O-${ways.join('-')}`
    const before = await points()
    const tell = tellers(number)
    for (const way of ways) await tell[way]?.()
    for (const way of ways.filter((way) => way !== 'till')) await tell[way]?.()
    const { items } = await listPurchases(ctx, { number, limit: 10, withLines: true })
    expect(items).toMatchObject([
      {
        customerId: buyer.id,
        totalMinor: 6000,
        source: 'till',
        confirmed: true,
        pointsEarned: 60,
        possibleTwin: false,
      },
    ])
    expect((await points()) - before).toBe(60)
  },
)

test('told by all three at the same moment it is one purchase too, and the books hold', async () => {
  const before = await points()
  for (const number of ['P-1', 'P-2', 'P-3', 'P-4', 'P-5']) {
    await Promise.all(Object.values(tellers(number)).map((tell) => tell()))
    expect((await listPurchases(ctx, { number, limit: 10 })).items).toHaveLength(1)
  }
  expect((await points()) - before).toBe(300)
  expect((await verify(server)).results.filter((result) => result.breaches > 0)).toEqual([])
  expect((await getCustomer(ctx, buyer.id)).firstName).toBe('Grace')
})
