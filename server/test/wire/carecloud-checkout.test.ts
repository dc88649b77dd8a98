import { describe, expect, test } from 'vitest'
import { createReward, findDefaultProgramme, issueVoucher, updateProgramme } from '../../src/core/loyalty/index.ts'
import { eraseCustomer } from '../../src/core/privacy/index.ts'
import { recordPurchase } from '../../src/core/purchases/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, billItem, openShop, placesOf, type Reply, sale } from './carecloud-client.ts'

const { app, server } = await testApp({ clock: fixedClock('2026-11-21T11:30:00Z') })
const { till, ctx } = await openShop(app, server)
const places = await placesOf(till)

const send = (given: Parameters<typeof sale>[1]) => till.post('/purchases/actions/send-purchase', sale(places, given))
const overview = async (customer: string) =>
  (await till.get(`/wallet/actions/points-overview?customer_id=${customer}`)).body.data
const faults = (reply: Reply) =>
  reply.body.error.error_data.invalid_params.map((param: { name: string; reason: string }) => [
    param.name,
    param.reason,
  ])

/** A body of accept-payment: the same cart, not paid yet. */
function question(given: { customer_id?: string; total: number } & Record<string, unknown>) {
  const { total, customer_id, ...more } = given
  return {
    store_id: places.store,
    cashdesk_number: 3,
    customer_id,
    payment_type: 'S',
    bill: {
      bill_id: 'Q',
      payment_time: '2026-11-20 12:00:00',
      currency_id: places.currency,
      total_price: total,
      bill_items: [billItem(places, total)],
    },
    ...more,
  }
}

describe('a sale', () => {
  test('earns what the question promised and is read back as it was sent', async () => {
    const customer_id = await addCustomer(till, places)
    const asked = await till.post('/purchases/actions/accept-payment', question({ customer_id, total: 49.9 }))
    expect(asked.status).toBe(200)
    expect(asked.body.data).toEqual({
      recommended_discounts: [],
      credit_points: 0,
      price_of_credit_points: 0,
      credit: 0,
      vouchers: [],
      credit_points_of_this_transaction: 49,
      total_credit_points: 49,
      total_credit: 0,
      messages: [],
    })
    expect((await overview(customer_id)).available_points).toBe(0)

    const sent = await send({ bill_id: 'B-1', total: 49.9, customer_id })
    expect([sent.status, Object.keys(sent.body.data)]).toEqual([201, ['purchase_id']])
    const id = sent.body.data.purchase_id
    expect(await overview(customer_id)).toEqual({
      earned_points: 49,
      redeemed_points: 0,
      available_points: 49,
      available_points_money_value: [{ currency_id: places.currency, value: 0.49 }],
    })
    const list = await till.get(`/customers/${customer_id}/purchases`)
    expect(list.body.data).toMatchObject({
      total_items: 1,
      purchases: [
        {
          purchase_id: id,
          customer_id,
          store_id: places.store,
          external_purchase_id: 'B-1',
          payment_time: '2026-11-20 12:00:00',
          type_id: places.sale,
          total_price: 49.9,
          currency_id: places.currency,
          cashdesk_number: '3',
          items_count: 1,
          purchase_items: [],
        },
      ],
    })
    const extended = await till.get('/purchases?external_purchase_id=B-1&purchase_items_extension=true')
    expect(extended.body.data.purchases[0].purchase_items).toMatchObject([
      { product_name: 'Mug', price: 49.9, amount: 1, vat_rate: 19, purchase_item_type_id: places.item },
    ])
    const summary = await till.get(`/purchases/${id}/actions/payment-summary`)
    expect(summary.body.data).toMatchObject({ earned_points: 49, used_points: 0, used_credits: 0, used_vouchers: [] })
    const points = await till.get(`/purchases/${id}/points`)
    expect(points.body.data.points).toMatchObject([{ customer_id, assigned_points: 49, available_points: 49 }])
  })

  test('from 50 EUR on gets the shop’s ten percent by itself, once the till says that it gave them', async () => {
    const customer_id = await addCustomer(till, places)
    const ask = async (total: number) =>
      (await till.post('/purchases/actions/accept-payment', question({ customer_id, total }))).body.data
    expect(await ask(49.99)).toMatchObject({ vouchers: [], credit_points_of_this_transaction: 49 })
    const { vouchers, ...asked } = await ask(60)
    expect(vouchers).toEqual([
      {
        code: 'TENOFF',
        name: '10 percent off from 50 EUR',
        discount_value: 6,
        discount_percent: 10,
        bill_item_id: '1',
      },
    ])
    expect(asked.credit_points_of_this_transaction).toBe(54)
    const bill = { payment_recap: { vouchers } }
    expect((await send({ bill_id: 'B-ten', total: 54, customer_id, bill })).status).toBe(201)
    expect((await overview(customer_id)).available_points).toBe(54)
  })

  test('sent twenty times at once is one sale; the rest are told that the bill exists', async () => {
    const customer_id = await addCustomer(till, places)
    const replies = await Promise.all(
      Array.from({ length: 20 }, () => send({ bill_id: 'B-race', total: 100, customer_id })),
    )
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...Array(19).fill(400)])
    for (const reply of replies.filter(({ status }) => status === 400)) {
      expect(faults(reply)).toEqual([['bill_id', 'already_exists']])
    }
    expect((await overview(customer_id)).available_points).toBe(100)
  })

  test('lines with loyalty off earn nothing, and neither does payment type D', async () => {
    const customer_id = await addCustomer(till, places)
    const bill_items = [billItem(places, 30), billItem(places, 70, { bill_item_id: '2', loyalty_off: true })]
    await send({ bill_id: 'B-off', total: 100, customer_id, bill: { bill_items } })
    expect((await overview(customer_id)).available_points).toBe(30)
    await send({ bill_id: 'B-D', total: 50, customer_id, bill: { payment_type: 'D' } })
    expect((await overview(customer_id)).available_points).toBe(30)
  })

  test('goes to the owner of the card, or to nobody until it is claimed', async () => {
    const customer_id = await addCustomer(till, places)
    const [type] = (await till.get('/card-types')).body.data.card_types
    await till.post('/cards/actions/assign-free-card', { card_type_id: type.card_type_id, customer_id })
    const [card] = (await till.get(`/cards?customer_id=${customer_id}`)).body.data.cards
    await send({ bill_id: 'B-card', total: 10, card_number: card.card_number })
    expect((await overview(customer_id)).available_points).toBe(10)

    expect((await send({ bill_id: 'B-anon', total: 20 })).status).toBe(201)
    const claim = { store_id: places.store, external_purchase_id: 'B-anon', customer_id }
    expect((await till.post('/purchases/actions/assign-customer', claim)).status).toBe(204)
    expect((await overview(customer_id)).available_points).toBe(30)
    const other = await addCustomer(till, places)
    const late = await till.post('/purchases/actions/assign-customer', { ...claim, customer_id: other })
    expect(faults(late)).toEqual([['external_purchase_id', 'relation_already_exists']])

    expect(faults(await send({ bill_id: 'B-x', total: 1, card_number: 'nobody' }))).toEqual([
      ['card_number', 'not_found'],
    ])
    await till.put(`/cards/${card.card_id}`, { card: { ...card, state: 0 } })
    expect(faults(await send({ bill_id: 'B-x', total: 1, card_number: card.card_number }))).toEqual([
      ['card_number', 'card_is_blocked'],
    ])
  })

  test('names everything that is wrong with it, and is not kept', async () => {
    expect(faults(await till.post('/purchases/actions/send-purchase', {}))).toEqual([
      ['store_id', 'required'],
      ['cashdesk_number', 'required'],
      ['bill', 'required'],
      ...['payment_type', 'canceled', 'purchase_type_id', 'bill_id', 'payment_time', 'currency_id', 'total_price'].map(
        (name) => [name, 'required'],
      ),
      ['bill_items', 'required'],
    ])
    const bill = {
      payment_time: 'yesterday',
      purchase_type_id: 'x',
      total_price: '12',
      bill_items: [
        billItem(places, 12, { bill_item_id: undefined, quantity: 'one', plu_ids: [{ list_code: 'GLOBAL' }] }),
      ],
    }
    expect(faults(await send({ bill_id: 'B-bad', total: 12, customer_id: 'x', bill }))).toEqual([
      ['customer_id', 'not_found'],
      ['purchase_type_id', 'not_allowed_value'],
      ['payment_time', 'invalid_value_format'],
      ['total_price', 'invalid_value_format'],
      ['code', 'required'],
      ['quantity', 'invalid_value_format'],
      ['bill_item_id', 'required'],
    ])
    expect((await till.get('/purchases?external_purchase_id=B-bad')).body.data.total_items).toBe(0)
  })
})

describe('a cancellation', () => {
  test('takes back the points and gives back what paid, once', async () => {
    const customer_id = await addCustomer(till, places)
    await send({ bill_id: 'C-1', total: 100, customer_id })
    await send({
      bill_id: 'C-2',
      total: 49,
      customer_id,
      bill: { payment_recap: { credit_points: 100 } },
    })
    expect((await overview(customer_id)).available_points).toBe(49)
    const cancel = { bill_id: 'CC-2', total: 49, customer_id, bill: { canceled: true, bill_number: 'C-2' } }
    const sent = await send(cancel)
    expect(sent.status).toBe(201)
    expect((await overview(customer_id)).available_points).toBe(100)
    expect((await till.get(`/purchases/${sent.body.data.purchase_id}`)).body.data.total_price).toBe(-49)

    expect(faults(await send(cancel))).toEqual([['bill_id', 'already_exists']])
    expect(faults(await send({ ...cancel, bill_id: 'CC-3' }))).toEqual([['bill_number', 'already_exists']])
    const unknown = { ...cancel, bill_id: 'CC-4', bill: { canceled: true, bill_number: 'never' } }
    expect(faults(await send(unknown))).toEqual([['bill_number', 'not_found']])
    expect((await overview(customer_id)).available_points).toBe(100)
  })

  test('of somebody else’s sale was not meant; one that names nobody is the buyer’s', async () => {
    const [customer_id, other] = [await addCustomer(till, places), await addCustomer(till, places)]
    await send({ bill_id: 'C-9', total: 20, customer_id })
    const bill = { canceled: true, bill_number: 'C-9' }
    expect(faults(await send({ bill_id: 'CC-9', total: 20, customer_id: other, bill }))).toEqual([
      ['customer_id', 'not_allowed_value'],
    ])
    expect((await overview(customer_id)).available_points).toBe(20)
    expect((await send({ bill_id: 'CC-9', total: 20, bill })).status).toBe(201)
    expect((await overview(customer_id)).available_points).toBe(0)
  })
})

test('a purchase that was told where there are no types is found by the type it is shown with', async () => {
  const customer_id = await addCustomer(till, places)
  const customerId = ctx.ids.read('customer', ctx.tenant.id, customer_id) ?? 0
  for (const [number, source] of [
    ['U-1', 'import'],
    ['U-2', 'shop'],
  ] as const) {
    const report = { space: source, number, source, confirmed: true, customerId, onKnownNumber: 'refuse' } as const
    const occurredAt = new Date('2026-11-20T11:00:00Z')
    await recordPurchase(ctx, { ...report, currency: 'EUR', totalMinor: 1_000, occurredAt })
  }
  const numbersOf = async (type_id: string) =>
    (await till.get(`/purchases?customer_id=${customer_id}&type_id=${type_id}`)).body.data.purchases.map(
      (purchase: { external_purchase_id: string; type_id: string }) => [
        purchase.external_purchase_id,
        purchase.type_id,
      ],
    )
  const types = (await till.get('/purchase-types')).body.data.purchase_types
  const online = types.find((type: { text_id: string }) => type.text_id === 'e-commerce').type_id
  expect(await numbersOf(places.sale)).toEqual([['U-1', places.sale]])
  expect(await numbersOf(online)).toEqual([['U-2', online]])
  expect(await numbersOf('none')).toEqual([])
})

test('of a sale that was taken back in part no more goes back than is left', async () => {
  const customer_id = await addCustomer(till, places)
  const mugs = (quantity: number) => billItem(places, quantity * 4, { quantity })
  await send({ bill_id: 'PART', total: 12, customer_id, bill: { bill_items: [mugs(3)] } })
  const back = (bill_id: string, quantity: number) => {
    const bill = { canceled: true, bill_number: 'PART', bill_items: [mugs(quantity)] }
    return send({ bill_id, total: quantity * 4, customer_id, bill })
  }
  expect((await back('PART-1', 1)).status).toBe(201)
  expect(faults(await back('PART-2', 3))).toEqual([['bill_items', 'not_allowed_value']])
  expect((await overview(customer_id)).available_points).toBe(8)
  expect((await back('PART-2', 2)).status).toBe(201)
  const { turnover } = (await till.get(`/wallet/actions/sales-turnover?customer_id=${customer_id}`)).body.data
  expect(turnover).toMatchObject([{ value: 0 }])
  expect((await overview(customer_id)).available_points).toBe(0)
})

test('what is read is put back as it was, and what is left out is erased', async () => {
  const [type] = (await till.get('/card-types')).body.data.card_types
  const card = { card_type_id: type.card_type_id, card_number: '55551', secondary_card_number: '77771', state: 1 }
  const { card_id } = (await till.post('/cards', { card })).body.data
  const { data } = (await till.get(`/cards/${card_id}`)).body
  expect((await till.put(`/cards/${card_id}`, { card: data })).status).toBe(204)
  expect((await till.get(`/cards/${card_id}`)).body.data).toMatchObject({ ...card, customer_id: null })
  const { secondary_card_number: _, ...without } = card
  expect((await till.put(`/cards/${card_id}`, { card: without })).status).toBe(204)
  expect((await till.get(`/cards/${card_id}`)).body.data).toMatchObject({ secondary_card_number: null })

  const { id: rewardId } = await createReward(ctx, {
    code: 'BEARER',
    name: 'Whoever has it',
    usage: 'voucher',
    state: 'active',
    definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [] },
  })
  await issueVoucher(ctx, { rewardId, code: 'NOBODYS' })
  const [voucher] = (await till.get('/vouchers?code=NOBODYS')).body.data.vouchers
  const url = `/vouchers/${voucher.voucher_id}`
  expect((await till.put(url, { voucher: { ...voucher, note: 'found' } })).status).toBe(204)
  expect((await till.get(url)).body.data).toMatchObject({ customer_id: null, note: 'found', code: 'NOBODYS' })
  const customer_id = await addCustomer(till, places)
  expect((await till.put(url, { voucher: { ...voucher, customer_id } })).status).toBe(204)
  expect(faults(await till.put(url, { voucher: { code: 'NOBODYS' } }))).toEqual([['customer_id', 'required']])
})

test('a customer who was erased buys nothing any more', async () => {
  const customer_id = await addCustomer(till, places)
  await eraseCustomer(ctx, ctx.ids.read('customer', ctx.tenant.id, customer_id) ?? 0)
  const gone = [['customer_id', 'customer_was_deleted']]
  expect(faults(await send({ bill_id: 'GONE', total: 5, customer_id }))).toEqual(gone)
  expect(faults(await till.post('/purchases/actions/accept-payment', question({ customer_id, total: 5 })))).toEqual(
    gone,
  )
})

describe('afterwards', () => {
  test('an anonymous sale is said to be a customer’s, once, and the points lead back to it', async () => {
    const sent = await send({ bill_id: 'ANON-1', total: 30 })
    const { purchase_id } = sent.body.data
    const url = `/purchases/${purchase_id}`
    const [customer_id, other] = [await addCustomer(till, places), await addCustomer(till, places)]
    const { data: purchase } = (await till.get(url)).body
    expect((await till.put(url, { purchase })).status).toBe(204)
    expect((await till.put(url, { purchase: { ...purchase, customer_id } })).status).toBe(204)
    expect((await till.get(url)).body.data.customer_id).toBe(customer_id)
    expect(faults(await till.put(url, { purchase: { ...purchase, customer_id: other } }))).toEqual([
      ['customer_id', 'relation_already_exists'],
    ])
    expect(faults(await till.put(url, { purchase }))).toEqual([['customer_id', 'required']])
    const [point] = (await till.get(`/points?customer_id=${customer_id}`)).body.data.points
    const behind = await till.get(`/points/${point.point_id}/purchases?purchase_items_extension=true`)
    expect(behind.body.data).toMatchObject({ total_items: 1, purchases: [{ purchase_id, purchase_items: [{}] }] })
  })
})

describe('paying with points and credit', () => {
  test('the question says how many points may pay, and the sale takes them', async () => {
    const customer_id = await addCustomer(till, places)
    await send({ bill_id: 'P-1', total: 250, customer_id })
    const asked = await till.post(
      '/purchases/actions/accept-payment',
      question({ customer_id, total: 49, max_points: 200 }),
    )
    expect(asked.body.data).toMatchObject({
      credit_points: 200,
      price_of_credit_points: 2,
      credit_points_of_this_transaction: 47,
      total_credit_points: 97,
    })
    // The till lowers the price by what the points pay.
    const sent = await send({ bill_id: 'P-2', total: 47, customer_id, bill: { payment_recap: { credit_points: 200 } } })
    expect(sent.status).toBe(201)
    expect(await overview(customer_id)).toMatchObject({ redeemed_points: 200, available_points: 97 })
    const summary = await till.get(`/purchases/${sent.body.data.purchase_id}/actions/payment-summary`)
    expect(summary.body.data).toMatchObject({ earned_points: 47, used_points: 200, used_points_total: 200 })
  })

  test('never more points than the customer has, not even from twenty tills at once', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post('/points/actions/assign-points', { amount: 100, customer_id, partner_id: places.partner })
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        send({
          bill_id: `P-race-${index}`,
          total: 0.5,
          customer_id,
          bill: { payment_recap: { credit_points: 100 } },
        }),
      ),
    )
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, ...Array(19).fill(400)])
    for (const reply of replies.filter(({ status }) => status === 400)) {
      expect(faults(reply)).toEqual([['credit_points', 'not_enough_points_for_payment']])
    }
    expect(await overview(customer_id)).toMatchObject({ redeemed_points: 100, available_points: 0 })
    expect((await till.get(`/purchases?customer_id=${customer_id}`)).body.data.total_items).toBe(1)
  })

  test('credit pays with payment type C', async () => {
    const customer_id = await addCustomer(till, places)
    const deposit = { amount: 12.5, customer_id, partner_id: places.partner }
    expect((await till.post('/credits/actions/deposit-credits', deposit)).status).toBe(201)
    const asked = await till.post(
      '/purchases/actions/accept-payment',
      question({ customer_id, total: 10, payment_type: 'C', max_credit: 50 }),
    )
    expect(asked.body.data).toMatchObject({ credit: 10, total_credit: 2.5 })
    const bill = { payment_type: 'C', payment_recap: { amount_for_credit: 10 } }
    expect((await send({ bill_id: 'P-C', total: 0, customer_id, bill })).status).toBe(201)
    const credits = await till.get(`/wallet/actions/credits-overview?customer_id=${customer_id}`)
    expect(credits.body.data).toEqual({
      earned_credits: 12.5,
      redeemed_credits: 10,
      available_credits: 2.5,
      split_by_currency: [
        { currency_id: places.currency, earned_credits: 12.5, redeemed_credits: 10, available_credits: 2.5 },
      ],
    })
    const more = { payment_type: 'C', payment_recap: { amount_for_credit: 5 } }
    expect(faults(await send({ bill_id: 'P-C2', total: 0, customer_id, bill: more }))).toEqual([
      ['payment_type', 'customer_cant_pay_by_credits'],
    ])
  })

  test('what credit paid earns as the question promised, though the till lowers the total by it', async () => {
    const customer_id = await addCustomer(till, places)
    const partner_id = places.partner
    await till.post('/points/actions/assign-points', { amount: 100, customer_id, partner_id })
    await till.post('/credits/actions/deposit-credits', { amount: 15, customer_id, partner_id })
    const asked = await till.post(
      '/purchases/actions/accept-payment',
      question({ customer_id, total: 40, payment_type: 'C', max_credit: 15, max_points: 100 }),
    )
    expect(asked.body.data).toMatchObject({
      credit: 15,
      credit_points: 100,
      price_of_credit_points: 1,
      credit_points_of_this_transaction: 39,
      total_credit_points: 39,
    })
    const bill = {
      payment_type: 'C',
      bill_items: [billItem(places, 40)],
      payment_recap: { credit_points: 100, amount_for_credit: 15 },
    }
    expect((await send({ bill_id: 'P-C3', total: 24, customer_id, bill })).status).toBe(201)
    expect(await overview(customer_id)).toMatchObject({ available_points: 39 })
  })

  test('a bill that comes again was sent before, whatever is left to pay with', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post('/points/actions/assign-points', { amount: 100, customer_id, partner_id: places.partner })
    const again = {
      bill_id: 'P-again',
      total: 0.5,
      customer_id,
      bill: { payment_recap: { credit_points: 100 } },
    }
    const replies = await Promise.all(Array.from({ length: 20 }, () => send(again)))
    const refused = replies.filter(({ status }) => status === 400)
    expect(refused.map(faults)).toEqual(Array(19).fill([['bill_id', 'already_exists']]))
    expect(faults(await send(again))).toEqual([['bill_id', 'already_exists']])
    expect(await overview(customer_id)).toMatchObject({ redeemed_points: 100, available_points: 0 })
  })

  test('a sale that a browser told of first is the same sale, and is paid and earns once', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post('/points/actions/assign-points', { amount: 100, customer_id, partner_id: places.partner })
    await recordPurchase(ctx, {
      space: 'tracking',
      number: 'P-met',
      source: 'tracking',
      confirmed: false,
      currency: 'EUR',
      totalMinor: 1_000,
      occurredAt: new Date('2026-11-20T11:00:00Z'),
      onKnownNumber: 'fill',
    })
    const bill = { payment_recap: { credit_points: 100 } }
    expect((await send({ bill_id: 'P-met', total: 10, customer_id, bill })).status).toBe(201)
    expect(await overview(customer_id)).toMatchObject({ redeemed_points: 100, available_points: 10 })
    expect((await till.get('/purchases?external_purchase_id=P-met')).body.data.total_items).toBe(1)
  })

  test('nobody pays with nothing', async () => {
    const asked = await till.post('/purchases/actions/accept-payment', question({ total: 5, max_points: 5 }))
    expect(faults(asked)).toEqual([['max_points', 'customer_cant_pay_by_points']])
    const reply = await send({ bill_id: 'P-0', total: 5, bill: { payment_recap: { credit_points: 5 } } })
    expect(faults(reply)).toEqual([['credit_points', 'not_enough_points_for_payment']])
  })
})

describe('points by hand', () => {
  test('are assigned and reduced, and each is an entry of its own', async () => {
    const customer_id = await addCustomer(till, places)
    const partner_id = places.partner
    const given = await till.post('/points/actions/assign-points', {
      amount: 80,
      customer_id,
      partner_id,
      note: 'sorry',
    })
    expect([given.status, Object.keys(given.body.data)]).toEqual([201, ['point_id']])
    const taken = await till.post('/points/actions/reduce-points', { amount: 30, customer_id, partner_id })
    expect(taken.status).toBe(201)
    const list = await till.get(`/points?customer_id=${customer_id}&sort_field=created_at`)
    expect(list.body.data).toMatchObject({
      total_items: 2,
      points: [
        { point_id: given.body.data.point_id, assigned_points: 80, available_points: 50, note: 'sorry' },
        { point_id: taken.body.data.point_id, assigned_points: -30, available_points: 0 },
      ],
    })
    expect((await till.get(`/points/${given.body.data.point_id}`)).body.data.assigned_points).toBe(80)
    const history = await till.get(`/point-history?customer_id=${customer_id}`)
    expect(history.body.data.point_history).toMatchObject([
      { point_amount: -30, point_operation_type: 'spend' },
      { point_amount: 80, point_operation_type: 'earn' },
    ])
    const tooMany = await till.post('/points/actions/reduce-points', { amount: 51, customer_id, partner_id })
    expect(faults(tooMany)).toEqual([['amount', 'not_allowed_value']])
    expect(
      faults(await till.post('/points/actions/reduce-points', { amount: 0, customer_id, partner_id: 'x' })),
    ).toEqual([
      ['amount', 'not_allowed_value'],
      ['partner_id', 'not_found'],
    ])
    expect((await till.post('/points/actions/synchronize-points', { customer_id, amount: 7 })).status).toBe(204)
    expect((await overview(customer_id)).available_points).toBe(7)
  })
})

test('the history says in which store, and is narrowed to one', async () => {
  const customer_id = await addCustomer(till, places)
  await send({ bill_id: 'H-1', total: 30, customer_id })
  await till.post('/points/actions/assign-points', { amount: 5, customer_id, partner_id: places.partner })
  const history = async (filter = '') =>
    (await till.get(`/point-history?customer_id=${customer_id}${filter}`)).body.data.point_history.map(
      (one: { point_amount: number; store_id: string | null }) => [one.point_amount, one.store_id],
    )
  expect(await history('&sort_field=point_amount')).toEqual([
    [5, null],
    [30, places.store],
  ])
  expect(await history(`&store_id=${places.store}`)).toEqual([[30, places.store]])
  expect(await history('&store_id=nowhere')).toEqual([])
  expect(await history(`&partner_id=${places.partner}`)).toHaveLength(2)
  expect(await history('&partner_id=nobody')).toEqual([])
  expect((await till.get('/users?phone=420776123456')).body.data.users).toEqual([])
})

test('a field at fault is named once and by its own name', async () => {
  const customer_id = await addCustomer(till, places)
  const strange = { bill_items: [billItem(places, 5, { purchase_item_type_id: 'x' })] }
  expect(faults(await send({ bill_id: 'F-1', total: 5, customer_id, bill: strange }))).toEqual([
    ['purchase_item_type_id', 'not_found'],
  ])
  expect((await send({ bill_id: 'F-2', total: 5, customer_id })).status).toBe(201)
  const back = { canceled: true, bill_number: 'F-2', bill_items: [billItem(places, -5, { quantity: -1 })] }
  expect(faults(await send({ bill_id: 'CF-2', total: -5, customer_id, bill: back }))).toEqual([
    ['quantity', 'invalid_value_format'],
  ])
})

test('an amount that cannot be booked as it was said is not rounded', async () => {
  const customer_id = await addCustomer(till, places)
  const amount = { customer_id, partner_id: places.partner }
  expect(faults(await till.post('/points/actions/assign-points', { ...amount, amount: 1.5 }))).toEqual([
    ['amount', 'not_allowed_value'],
  ])
  expect(faults(await till.post('/credits/actions/deposit-credits', { ...amount, amount: 0.005 }))).toEqual([
    ['amount', 'not_allowed_value'],
  ])
})

test('points that expire are told before they do', async () => {
  const customer_id = await addCustomer(till, places)
  const programme = await findDefaultProgramme(ctx)
  if (!programme) throw new Error('the retail template makes one')
  for (const expiresAfterDays of [9, 10, 11]) {
    await updateProgramme(ctx, { id: programme.id, settings: { ...programme.settings, expiresAfterDays } })
    await till.post('/points/actions/assign-points', {
      amount: expiresAfterDays,
      customer_id,
      partner_id: places.partner,
    })
  }
  await updateProgramme(ctx, { id: programme.id, settings: programme.settings })
  const reply = await till.get(`/wallet/actions/points-expiration-overview?customer_id=${customer_id}`)
  // It is the 21st of November: the points of ten and eleven days expire in December.
  expect(reply.body.data).toEqual({ next_amount: 9, next_date: '2026-11-30 12:30:00', current_month_amount: 9 })
})
