import { describe, expect, test } from 'vitest'
import { createSegment } from '../../src/core/audience/index.ts'
import {
  createEarningRule,
  createReward,
  findDefaultProgramme,
  issueVoucher,
  listTiers,
  type RewardDefinition,
  type RewardInput,
  setEarningRuleState,
  setRewardState,
  updateTier,
} from '../../src/core/loyalty/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { fixedClock } from '../../src/platform/clock.ts'
import { testApp } from '../app.ts'
import { addCustomer, billItem, openShop, placesOf, type Reply, sale } from './carecloud-client.ts'

// A Saturday, half past twelve in Berlin.
const clock = fixedClock('2026-11-21T11:30:00Z')
const { app, server } = await testApp({ clock })
const { till, ctx } = await openShop(app, server)
const places = await placesOf(till)

let made = 0
const reward = (definition: Partial<RewardDefinition>, more: Partial<RewardInput> = {}) =>
  createReward(ctx, {
    code: `R${++made}`,
    name: 'Ten percent',
    usage: 'code',
    state: 'active',
    definition: { benefit: { kind: 'percent', percent: 10 }, conditions: [], ...definition },
    ...more,
  })
const voucherOf = async (rewardId: number, more: Omit<Parameters<typeof issueVoucher>[1], 'rewardId'> = {}) =>
  issueVoucher(ctx, { rewardId, ...more })

/** Two mugs and a plate for 40.00. */
const items = [
  billItem(places, 25, { quantity: 2 }),
  billItem(places, 15, { plu_ids: [{ list_code: 'GLOBAL', code: 'PLATE' }], plu_name: 'Plate', bill_item_id: '2' }),
]
const bill = {
  bill_id: 'Q',
  payment_time: '2026-11-21 12:30:00',
  currency_id: places.currency,
  total_price: 40,
  bill_items: items,
}
const ask = (given: Record<string, unknown>) =>
  till.post('/purchases/actions/accept-payment', {
    store_id: places.store,
    cashdesk_number: 1,
    payment_type: 'S',
    bill,
    ...given,
  })
let bills = 0
const send = (customer_id: string | undefined, recap: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  till.post(
    '/purchases/actions/send-purchase',
    sale(places, {
      bill_id: `V-${++bills}`,
      total: 40,
      customer_id,
      bill: { ...bill, bill_id: `V-${bills}`, payment_recap: recap, ...more },
    }),
  )
const reasons = (reply: Reply) => {
  expect(reply.status).toBe(400)
  return reply.body.error.error_data.invalid_params.map(({ name, reason }: { name: string; reason: string }) => [
    name,
    reason,
  ])
}

describe('what a code brings', () => {
  test('comes item by item, adds up, is used with the sale, and is back when the sale is cancelled', async () => {
    const customer_id = await addCustomer(till, places)
    const { id } = await reward({}, { usage: 'voucher' })
    const { code } = await voucherOf(id)
    const asked = await ask({ customer_id, benefit_codes: [code] })
    expect(asked.body.data).toMatchObject({
      vouchers: [
        { code, name: 'Ten percent', discount_value: 2.5, discount_percent: 10, bill_item_id: '1' },
        { code, name: 'Ten percent', discount_value: 1.5, discount_percent: 10, bill_item_id: '2' },
      ],
      recommended_discounts: [],
      credit_points_of_this_transaction: 36,
    })
    const { vouchers } = asked.body.data
    const sent = await send(customer_id, { vouchers }, { total_price: 36 })
    expect(sent.status).toBe(201)
    expect(reasons(await ask({ customer_id, benefit_codes: [code] }))).toEqual([
      ['benefit_codes', 'voucher_already_used'],
    ])
    expect(reasons(await send(customer_id, { vouchers }))).toEqual([['benefit_codes', 'voucher_already_used']])
    const cancelled = await till.post(
      '/purchases/actions/send-purchase',
      sale(places, {
        bill_id: `C-${bills - 1}`,
        total: 36,
        customer_id,
        bill: { ...bill, bill_id: 'C-first', bill_number: `V-${bills - 1}`, canceled: true, total_price: 36 },
      }),
    )
    expect(cancelled.status).toBe(201)
    expect((await ask({ customer_id, benefit_codes: [code] })).status).toBe(200)
  })

  test('of a bill without items is off its total, names no item, and what looks at items says that there are none', async () => {
    const customer_id = await addCustomer(till, places)
    const untold = { ...bill, bill_items: [] }
    const ten = await reward({})
    const asked = await ask({ customer_id, bill: untold, benefit_codes: [ten.code] })
    expect(asked.body.data).toMatchObject({
      vouchers: [{ code: ten.code, discount_value: 4, discount_percent: 10, bill_item_id: null }],
      credit_points_of_this_transaction: 36,
    })
    const onMugs = await reward({ lines: { productCodes: ['MUG'] } })
    expect(reasons(await ask({ customer_id, bill: untold, benefit_codes: [onMugs.code] }))).toEqual([
      ['benefit_codes', 'not_enough_items_for_voucher'],
    ])
    const { vouchers } = asked.body.data
    const sent = await send(customer_id, { vouchers }, { total_price: 36, bill_items: [] })
    expect(sent.status).toBe(201)
  })

  test('that was bought with points is told beside those that paid', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post('/points/actions/assign-points', { amount: 500, customer_id, partner_id: places.partner })
    const atTheTill = await reward({}, { kind: 'catalogue', pointsCost: 30 })
    const before = await reward({}, { usage: 'voucher', kind: 'catalogue', pointsCost: 50 })
    const made = await till.post(`/rewards/${ctx.ids.hex('reward', ctx.tenant.id, before.id)}/actions/create-voucher`, {
      customer_id,
    })
    const voucher = (await till.get(`/vouchers/${made.body.data.voucher_id}`)).body.data
    const asked = await ask({ customer_id, benefit_codes: [atTheTill.code, voucher.code], max_points: 100 })
    const { vouchers, credit_points } = asked.body.data
    const sent = await send(customer_id, { vouchers, credit_points }, { total_price: 31.4 })
    const summary = await till.get(`/purchases/${sent.body.data.purchase_id}/actions/payment-summary`)
    expect(summary.body.data).toMatchObject({ used_points: 100, used_points_total: 180 })
  })

  test('earns what was promised when the till lowers the total and leaves the items at their full prices', async () => {
    const customer_id = await addCustomer(till, places)
    const half = await reward({ benefit: { kind: 'percent', percent: 50 }, lines: { productCodes: ['MUG'] } })
    const rule = await createEarningRule(ctx, {
      name: 'Mugs count double',
      unitId: (await findDefaultProgramme(ctx))?.unitId as number, // the template has a programme
      state: 'active',
      definition: {
        lines: { productCodes: ['MUG'] },
        conditions: [{ kind: 'lines', lines: { productCodes: ['MUG'] }, minAmountMinor: 2_000 }],
        earning: { kind: 'multiply', factor: 2, rounding: 'down' },
      },
    })
    const asked = await ask({ customer_id, benefit_codes: [half.code] })
    // 15 for the plate, and twice the 12.50 that are left of the mugs.
    expect(asked.body.data.credit_points_of_this_transaction).toBe(39)
    const sent = await send(customer_id, { vouchers: asked.body.data.vouchers }, { total_price: 27.5 })
    const url = `/purchases/${sent.body.data.purchase_id}`
    expect((await till.get(`${url}/actions/payment-summary`)).body.data.earned_points).toBe(39)
    expect((await till.get(`${url}/purchase-items`)).body.data.purchase_items).toMatchObject([
      { price: 12.5 },
      { price: 15 },
    ])
    await setEarningRuleState(ctx, { id: rule.id, state: 'paused' })
  })

  test('of a gift card pays, and what it pays earns', async () => {
    const customer_id = await addCustomer(till, places)
    const card = await reward({ benefit: { kind: 'thing' } }, { kind: 'gift_card', usage: 'voucher' })
    const { code } = await issueVoucher(ctx, { rewardId: card.id, valueMinor: 2_500 })
    const asked = await ask({ customer_id, benefit_codes: [code] })
    expect(asked.body.data).toMatchObject({
      vouchers: [{ code, discount_value: 25, bill_item_id: null }],
      credit_points_of_this_transaction: 40,
    })
    const sent = await send(customer_id, { vouchers: asked.body.data.vouchers }, { total_price: 15 })
    const summary = await till.get(`/purchases/${sent.body.data.purchase_id}/actions/payment-summary`)
    expect(summary.body.data).toMatchObject({ earned_points: 40, used_points: 0 })
  })

  test('holds to the second of its voucher', async () => {
    const { id } = await reward({}, { usage: 'voucher' })
    const { code } = await voucherOf(id)
    const customer_id = await addCustomer(till, places)
    const { voucher_id } = (await till.get(`/vouchers?code=${code}`)).body.data.vouchers[0]
    const until = async (valid_to: string) => {
      const voucher = { code, customer_id, valid_from: '2026-11-21 12:30:00', valid_to }
      expect((await till.put(`/vouchers/${voucher_id}`, { voucher })).status).toBe(204)
      expect((await till.get(`/vouchers/${voucher_id}`)).body.data.valid_to).toBe(valid_to)
      return ask({ customer_id, benefit_codes: [code] })
    }
    expect((await until('2026-11-21 12:30:01')).status).toBe(200)
    expect((await ask({ customer_id, benefit_codes: [code] })).status).toBe(200)
    const early = { code, customer_id, valid_from: '2026-11-21 12:30:01', valid_to: '2026-11-21 12:30:02' }
    await till.put(`/vouchers/${voucher_id}`, { voucher: early })
    expect(reasons(await ask({ customer_id, benefit_codes: [code] }))).toEqual([
      ['benefit_codes', 'voucher_cant_be_applied_by_date'],
    ])
  })

  test('touches no item that loyalty leaves alone', async () => {
    const { code } = await reward({})
    const [first, second] = items
    const quiet = { ...bill, bill_items: [{ ...first, loyalty_off: true }, second] }
    const asked = await ask({ benefit_codes: [code], bill: quiet })
    expect(asked.body.data.vouchers).toMatchObject([{ bill_item_id: '2', discount_value: 1.5 }])
  })

  test('of the customer’s status comes with payment types A and D, which then earn or do not', async () => {
    const programme = await findDefaultProgramme(ctx)
    if (!programme) throw new Error('the template has a programme')
    const [bronze] = await listTiers(ctx, programme.id)
    if (!bronze) throw new Error('the template has tiers')
    await updateTier(ctx, {
      id: bronze.id,
      programmeId: programme.id,
      settings: { ...bronze.settings, discountPercent: 5 },
    })
    const customer_id = await addCustomer(till, places)
    const answers = await Promise.all(['S', 'A', 'C', 'D'].map((payment_type) => ask({ customer_id, payment_type })))
    const seen = answers.map(({ body: { data } }) => [
      data.recommended_discounts.map((one: { discount_value: number }) => one.discount_value),
      data.credit_points_of_this_transaction,
    ])
    expect(seen).toEqual([
      [[], 40],
      [[1.25, 0.75], 38],
      [[], 40],
      [[1.25, 0.75], 0],
    ])
    expect(answers[1]?.body.data.recommended_discounts[0]).toEqual({
      discount_code: 'Bronze',
      description: 'Bronze',
      discount_value: 1.25,
      discount_percent: 5,
      bill_item_id: '1',
    })
    const { recommended_discounts } = answers[1]?.body.data ?? {}
    const sent = await send(customer_id, { recommended_discounts }, { payment_type: 'A', total_price: 38 })
    expect(sent.status).toBe(201)
    await updateTier(ctx, { id: bronze.id, programmeId: programme.id, settings: bronze.settings })
  })

  test('points do not pay for items that they may not pay for', async () => {
    const customer_id = await addCustomer(till, places)
    await till.post('/points/actions/assign-points', { amount: 5_000, customer_id, partner_id: places.partner })
    const types = await till.get('/purchase-item-types?text_id=otc_without_loyalty')
    const otc = types.body.data.purchase_item_types[0].type_id
    const [first, second] = items
    const mixed = { ...bill, bill_items: [{ ...first, purchase_item_type_id: otc }, second] }
    const asked = await ask({ customer_id, max_points: 5_000, bill: mixed })
    expect(asked.body.data).toMatchObject({ credit_points: 1_500, price_of_credit_points: 15 })
  })
})

const anybody = await addCustomer(till, places)
const idOf = (kind: Parameters<typeof ctx.ids.read>[0], text: string) => ctx.ids.read(kind, ctx.tenant.id, text) ?? 0

describe('a code that brings nothing says why', () => {
  const elsewhere = async () =>
    (await till.post('/stores', { store: { name: 'Elsewhere', store_code: `E${++made}` } })).body.data.store_id
  const cases: readonly [reason: string, setUp: () => Promise<{ codes: string[]; customer?: string }>][] = [
    ['not_found', async () => ({ codes: ['nothing'] })],
    [
      'voucher_already_applied',
      async () => {
        const { code } = await voucherOf((await reward({}, { usage: 'voucher' })).id)
        return { codes: [code, code] }
      },
    ],
    [
      'voucher_expired',
      async () => {
        const { id } = await reward({}, { usage: 'voucher' })
        const { code } = await voucherOf(id, {
          validTo: new Date('2026-11-20T00:00:00Z'),
          validFrom: new Date('2026-11-01T00:00:00Z'),
        })
        return { codes: [code] }
      },
    ],
    [
      'voucher_cant_be_applied_by_date',
      async () => ({ codes: [(await reward({ conditions: [{ kind: 'date', from: '2026-12-01' }] })).code] }),
    ],
    [
      'voucher_cant_be_applied_by_time',
      async () => ({ codes: [(await reward({ conditions: [{ kind: 'time', from: '08:00', to: '10:00' }] })).code] }),
    ],
    [
      'voucher_cant_be_applied_by_validity_days',
      async () => ({ codes: [(await reward({ conditions: [{ kind: 'weekday', days: [1, 2, 3, 4, 5] }] })).code] }),
    ],
    [
      'voucher_cant_be_applied_by_segment',
      async () => {
        const segment = await createSegment(ctx, { name: 'Friends' })
        return {
          codes: [(await reward({ conditions: [{ kind: 'segment', segmentIds: [segment.id] }] })).code],
          customer: anybody,
        }
      },
    ],
    [
      'voucher_cant_be_used_in_store',
      async () => {
        const store = idOf('organisation', await elsewhere())
        const { id } = await reward({}, { usage: 'voucher' })
        const { code } = await voucherOf(id, { storeId: store })
        return { codes: [code] }
      },
    ],
    [
      'voucher_not_allowed_in_store',
      async () => {
        const store = idOf('organisation', await elsewhere())
        return { codes: [(await reward({ conditions: [{ kind: 'store', storeIds: [store] }] })).code] }
      },
    ],
    [
      'voucher_assigned_to_another_customer',
      async () => {
        const { id } = await reward({}, { usage: 'voucher' })
        const owner = idOf('customer', await addCustomer(till, places))
        const { code } = await voucherOf(id, { customerId: owner })
        return { codes: [code], customer: anybody }
      },
    ],
    [
      'insufficient_amount_of_purchase',
      async () => ({ codes: [(await reward({ conditions: [{ kind: 'basket', minAmountMinor: 4_001 }] })).code] }),
    ],
    [
      'not_enough_items_for_voucher',
      async () => ({ codes: [(await reward({ conditions: [{ kind: 'basket', minCount: 4 }] })).code] }),
    ],
    [
      'voucher_condition_count_not_satisfied',
      async () => {
        const lines = { productCodes: ['MUG'] }
        return { codes: [(await reward({ conditions: [{ kind: 'lines', lines, minCount: 3 }] })).code] }
      },
    ],
    [
      'voucher_bonus_count_not_satisfied',
      async () => ({
        codes: [(await reward({ benefit: { kind: 'free_item', productCode: 'SPOON', quantity: 1 } })).code],
      }),
    ],
    [
      'not_enough_points_for_voucher',
      async () => ({
        codes: [(await reward({}, { kind: 'catalogue', pointsCost: 1_000_000 })).code],
        customer: anybody,
      }),
    ],
    [
      'max_number_of_voucher_exceeded',
      async () => {
        const { code } = await reward({ limits: { inAll: { period: 'ever', uses: 1 } } })
        expect((await send(anybody, { vouchers: [{ code, discount_value: 4 }] })).status).toBe(201)
        return { codes: [code], customer: anybody }
      },
    ],
    ['voucher_invalid_type_of_usage', async () => ({ codes: [(await reward({}, { usage: 'voucher' })).code] })],
    [
      'unauthorized_use_vouchers',
      async () => {
        const paused = await reward({})
        await setRewardState(ctx, { id: paused.id, state: 'paused' })
        return { codes: [paused.code] }
      },
    ],
  ]

  test.each(cases)('%s, when asked and when sold', async (reason, setUp) => {
    const { codes, customer } = await setUp()
    const asked = await ask({ benefit_codes: codes, ...(customer ? { customer_id: customer } : {}) })
    expect(reasons(asked)).toEqual([['benefit_codes', reason]])
    // A code told twice in a sale made two items cheaper, and what it made cheaper the till knows.
    if (reason === 'voucher_already_applied' || reason === 'voucher_bonus_count_not_satisfied') return
    const vouchers = codes.map((code) => ({ code, discount_value: 0, bill_item_id: '1' }))
    const before = (await till.get('/purchases')).body.data.total_items
    expect(reasons(await send(customer, { vouchers }))).toEqual([['benefit_codes', reason]])
    expect((await till.get('/purchases')).body.data.total_items).toBe(before)
  })

  test('an item that was paid more for than it costs is refused', async () => {
    const dear = { ...bill, bill_items: [billItem(places, 40, { price: 39.99 })] }
    expect(reasons(await ask({ bill: dear }))).toEqual([['bill_item_id', 'item_price_lower_than_paid_amount']])
  })

  test('the books hold', async () => {
    expect((await verify(ctx, { tenantId: ctx.tenant.id })).results.filter(({ breaches }) => breaches > 0)).toEqual([])
  })
})
