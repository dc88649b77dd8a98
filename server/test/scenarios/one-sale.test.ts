// One order, told by the shop's web pages, its newsletter tool and its till: one purchase that earned once.
import { expect, test } from 'vitest'
import { listPurchases } from '../../src/core/purchases/index.ts'
import { describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'
import { addCustomer, openShop, placesOf, sale } from '../wire/carecloud-client.ts'

const { app, server, config } = await testApp()

/** The same shop seen through three ways in. */
async function openBoutique() {
  const { till, ctx } = await openShop(app, server)
  const { rees46, cleverreach } = await describeConnections(ctx, { publicUrl: config.publicUrl })
  const json = async (url: string, payload: object, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ method: 'POST', url, payload, headers })
    if (answer.statusCode >= 400) throw new Error(`${url}: ${answer.body}`)
    return answer.json()
  }
  const { client_id, client_secret } = cleverreach
  const grant = { grant_type: 'client_credentials', client_id, client_secret }
  const { access_token } = await json('/cleverreach/oauth/token.php', grant)
  const bearer = { authorization: `Bearer ${access_token}` }
  const { id: group } = await json('/cleverreach/v3/groups', { name: 'Buyers' }, bearer)
  return {
    till,
    ctx,
    places: await placesOf(till),
    track: (fields: object) => json('/rees46/push', { shop_id: rees46.shop_id, ...fields }),
    newsletter: (receiver: object) => json(`/cleverreach/v3/groups/${group}/receivers`, receiver, bearer),
    newDevice: async () => {
      const answer = await app.inject({ method: 'GET', url: `/rees46/init?v=3&shop_id=${rees46.shop_id}` })
      return String(answer.json().did)
    },
  }
}

const shop = await openBoutique()
const now = () => new Date(Date.now() - 60_000)
const wallTime = (time: Date) => time.toISOString().slice(0, 19).concat('Z')

type Teller = 'pages' | 'newsletter' | 'till'
const orders: readonly (readonly Teller[])[] = [
  ['pages', 'newsletter', 'till'],
  ['till', 'newsletter', 'pages'],
  ['newsletter', 'till', 'pages'],
]

test.each(orders.map((order) => [order]))('told by %s', async (order) => {
  const number = `ORDER-${order.join('-')}`
  const email = `${order.join('.')}@shop.example`
  const customer_id = await addCustomer(shop.till, shop.places, { email })
  const did = await shop.newDevice()
  const tellers: Readonly<Record<Teller, () => Promise<unknown>>> = {
    pages: () =>
      shop.track({
        did,
        email,
        event: 'purchase',
        order_id: number,
        order_price: 60,
        items: [{ id: 'MUG', amount: 1, price: 60 }],
      }),
    newsletter: () =>
      shop.newsletter({
        email,
        orders: [
          {
            order_id: number,
            product_id: 'MUG',
            product: 'Mug',
            price: 60,
            currency: 'EUR',
            amount: 1,
            stamp: Math.floor(now().getTime() / 1000),
          },
        ],
      }),
    till: () =>
      shop.till.post(
        '/purchases/actions/send-purchase',
        sale(shop.places, { bill_id: number, total: 60, customer_id, bill: { payment_time: wallTime(now()) } }),
      ),
  }
  for (const teller of order) await tellers[teller]()

  const { items } = await listPurchases(shop.ctx, { number, limit: 10, withLines: true })
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ totalMinor: 6_000, source: 'till', confirmed: true, pointsEarned: 60 })
  expect(items[0]?.lines).toHaveLength(1)
  const overview = await shop.till.get(`/wallet/actions/points-overview?customer_id=${customer_id}`)
  expect(overview.body.data).toMatchObject({ earned_points: 60, available_points: 60 })
})

test('told by all of them at the same moment', async () => {
  const number = 'ORDER-at-once'
  const email = 'once@shop.example'
  const customer_id = await addCustomer(shop.till, shop.places, { email })
  const did = await shop.newDevice()
  const time = now()
  await Promise.all([
    ...Array.from({ length: 5 }, () =>
      shop.track({
        did,
        email,
        event: 'purchase',
        order_id: number,
        order_price: 60,
        items: [{ id: 'MUG', amount: 1, price: 60 }],
      }),
    ),
    ...Array.from({ length: 5 }, () =>
      shop.till.post(
        '/purchases/actions/send-purchase',
        sale(shop.places, { bill_id: number, total: 60, customer_id, bill: { payment_time: wallTime(time) } }),
      ),
    ),
    shop.newsletter({
      email,
      orders: [{ order_id: number, product_id: 'MUG', product: 'Mug', price: 60, currency: 'EUR', amount: 1 }],
    }),
  ])
  const { items } = await listPurchases(shop.ctx, { number, limit: 10 })
  expect(items).toHaveLength(1)
  expect(items[0]).toMatchObject({ confirmed: true, pointsEarned: 60 })
})
