// The till over api/v1: a cashier finds a customer by what is scanned, is told what a sale would do, records it once and takes it back.
import { beforeAll, describe, expect, test } from 'vitest'
import { createStaffUser } from '../../src/core/accounts/index.ts'
import { createCustomer } from '../../src/core/customers/index.ts'
import {
  createCard,
  createEarningRule,
  createReward,
  findDefaultProgramme,
  issueVoucher,
  listCardTypes,
  listProgrammes,
  updateCard,
} from '../../src/core/loyalty/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { type Ctx, makeCtx } from '../../src/platform/ctx.ts'
import { createTenant } from '../../src/template/index.ts'
import { testApp } from '../app.ts'

const { app, server } = await testApp()

let key = ''
let ctx: Ctx
let classic: { account_id: string; user_id: string; user_password: string }
let programmes: Record<string, number> = {}
let coffeeUnit = 0

// biome-ignore lint/suspicious/noExplicitAny: tests look into whatever came back
type Body = any

async function call(method: string, url: string, body?: unknown, headers: Record<string, string> = {}) {
  const answer = await app.inject({
    method: method as 'GET',
    url: `/api/v1${url}`,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    payload: body === undefined ? undefined : JSON.stringify(body),
  })
  const read: Body = answer.body === '' ? null : JSON.parse(answer.body)
  return { status: answer.statusCode, body: read, headers: answer.headers }
}
const get = (url: string) => call('GET', url)
const post = (url: string, body: unknown, headers?: Record<string, string>) => call('POST', url, body, headers)

let keys = 0
const newKey = () => `sale-${++keys}`
const sell = (body: object, saleKey = newKey()) => post('/till/sales', body, { 'idempotency-key': saleKey })
const undo = (saleKey: string, customerId: number) =>
  post('/till/sales/undo', { key: saleKey, customer_id: customerId }, { 'idempotency-key': `undo-${saleKey}` })

async function newCustomer(name: string, points = 0): Promise<number> {
  const { id } = await createCustomer(ctx, { firstName: name, email: `${name.toLowerCase()}@example.com` })
  if (points > 0) {
    const body = { kind: 'earn', amount: points, note: 'to begin with' }
    await post(`/customers/${id}/postings`, body, { 'idempotency-key': `begin-${id}` })
  }
  return id
}

async function availableTo(customerId: number): Promise<Record<string, number>> {
  const { body } = await get(`/till/customers/${customerId}`)
  return Object.fromEntries(
    body.balances.map(({ unit, available }: Body) => [unit.code, available]).filter(([, amount]: Body) => amount !== 0),
  )
}

beforeAll(async () => {
  const made = await createTenant(server, { slug: 'shop', name: 'Shop', template: 'retail' })
  key = made.apiKey
  ctx = makeCtx(server, made.tenant, { kind: 'system', id: 'test', via: 'test' })
  const all = await listProgrammes(ctx)
  programmes = Object.fromEntries(all.map(({ kind, id }) => [kind, id]))
  coffeeUnit = all.find(({ kind }) => kind === 'items')?.unitId ?? 0
  const { body } = await get('/connect')
  classic = body.apis.find(({ name }: Body) => name === 'classic').credentials
})

describe('what is scanned', () => {
  test('leads to the customer by card, code, e-mail and phone, and tells of a blocked card', async () => {
    const { id, code } = await createCustomer(ctx, {
      firstName: 'Carla',
      email: 'carla@example.com',
      phone: '+49 171 2345678',
    })
    const card = await createCard(ctx, { cardTypeId: await cardType(), number: 'C-100 200', customerId: id })
    for (const text of ['C-100 200', code, 'CARLA@example.com', '+491712345678', ' carla@example.com ']) {
      const { body } = await get(`/till/scan?text=${encodeURIComponent(text)}`)
      expect(body.customer?.id, text).toBe(id)
    }
    await updateCard(ctx, { id: card.id, state: 'blocked' })
    const { body } = await get('/till/scan?text=C-100%20200')
    expect(body).toMatchObject({ customer: { id }, card: { state: 'blocked' } })
  })

  test('lists who is called so where nobody is called exactly so, and nobody for an unknown number', async () => {
    await newCustomer('Dorothea')
    expect((await get('/till/scan?text=doroth')).body).toMatchObject({
      customer: null,
      matches: [{ name: 'Dorothea' }],
    })
    expect((await get('/till/scan?text=987654321')).body).toEqual({
      customer: null,
      card: null,
      code: null,
      matches: [],
    })
  })

  test('is a voucher, whose customer it names', async () => {
    const id = await newCustomer('Vera')
    const reward = await fiveOff('VERA5')
    await issueVoucher(ctx, { rewardId: reward, customerId: id, code: 'V-1' })
    expect((await get('/till/scan?text=v-1')).body).toMatchObject({
      customer: { id },
      code: { code: 'V-1', name: 'Five off', voucher_state: 'issued' },
    })
  })
})

async function cardType(): Promise<number> {
  return (await listCardTypes(ctx))[0]?.id ?? 0
}

async function fiveOff(code: string, more: { pointsCost?: number } = {}): Promise<number> {
  const { id } = await createReward(ctx, {
    code,
    name: 'Five off',
    usage: 'voucher',
    kind: 'catalogue',
    state: 'active',
    definition: { benefit: { kind: 'amount', amountMinor: 500 }, conditions: [] },
    ...more,
  })
  return id
}

describe('a sale', () => {
  test('is quoted as it is recorded: discounts, points, stamps and pieces', async () => {
    const id = await newCustomer('Anna')
    const question = {
      customer_id: id,
      amount_minor: 6000,
      entries: [
        { programme_id: programmes.visits },
        { programme_id: programmes.items, quantity: 2, item_unit_id: coffeeUnit },
        { programme_id: programmes.stored_value, amount_minor: 1000 },
      ],
    }
    const quote = await post('/till/quote', question)
    expect(quote.body).toMatchObject({
      amount_minor: 6000,
      discounts: [{ code: 'TENOFF', amount_minor: 600 }],
      to_pay_minor: 5400,
      refusals: [],
    })
    const sold = await sell({ ...question, to_pay_minor: 5400 })
    expect(sold.status).toBe(201)
    const moved = (movements: Body) => movements.map(({ unit, amount }: Body) => [unit.code, amount])
    expect(moved(sold.body.earned)).toEqual([
      ['points', 54],
      ['visits', 1],
      ['coffee', 2],
      ['gift-card', 1000],
    ])
    expect(moved(quote.body.earned)).toEqual(moved(sold.body.earned))
    expect(await availableTo(id)).toEqual({ points: 54, visits: 1, coffee: 2, 'gift-card': 1000 })
  })

  test('shows as a purchase, and in the classic API', async () => {
    const id = await newCustomer('Berta')
    const { body } = await sell({ customer_id: id, amount_minor: 1250, number: 'R-77' })
    expect((await get(`/purchases/${body.purchase_id}`)).body).toMatchObject({
      number: 'R-77',
      total_minor: 1250,
      points_earned: 12,
      source: 'till',
    })
    const { code } = (await get(`/customers/${id}`)).body
    const info = await app.inject({
      url: '/classic',
      query: { ...credentials(), type: 'customer_info', code, output: 'JSON' },
    })
    const points = JSON.parse(info.body).campaigns.find((one: Body) => one.id === String(programmes.points))
    expect(points).toMatchObject({ balance: '12' })
  })

  test('is recorded once, however often it is sent', async () => {
    const id = await newCustomer('Cleo')
    const saleKey = newKey()
    const body = { customer_id: id, amount_minor: 2000, entries: [{ programme_id: programmes.visits }] }
    const answers = await Promise.all([sell(body, saleKey), sell(body, saleKey), sell(body, saleKey)])
    expect(answers.filter(({ status }) => status === 201 || status === 409).length).toBe(3)
    const again = await sell(body, saleKey)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(await availableTo(id)).toEqual({ points: 20, visits: 1 })
  })

  test('takes nothing off where the amount is what was paid', async () => {
    const id = await newCustomer('Dora')
    const { body } = await post('/till/quote', { customer_id: id, amount_minor: 6000, automatic: false })
    expect(body).toMatchObject({ discounts: [], to_pay_minor: 6000 })
  })

  test('is refused without a key, empty, or at another price than the cashier saw', async () => {
    const id = await newCustomer('Edda')
    expect((await post('/till/sales', { customer_id: id, amount_minor: 100 })).status).toBe(400)
    expect((await sell({ customer_id: id })).body.code).toBe('amount.invalid')
    const other = await sell({ customer_id: id, amount_minor: 6000, to_pay_minor: 6000 })
    expect(other).toMatchObject({ status: 409, body: { code: 'purchase.price_changed' } })
    expect(await availableTo(id)).toEqual({})
  })
})

describe('what is redeemed', () => {
  test('a reward with a voucher makes the sale cheaper and costs its points at once', async () => {
    const id = await newCustomer('Fanny', 150)
    const reward = await fiveOff('FANNY5', { pointsCost: 100 })
    const question = { customer_id: id, amount_minor: 2000, reward_ids: [reward] }
    expect((await post('/till/quote', question)).body).toMatchObject({
      discounts: [{ name: 'Five off', amount_minor: 500 }],
      to_pay_minor: 1500,
      spent: [{ name: 'Five off', amount: 100 }],
    })
    expect((await sell(question)).status).toBe(201)
    expect(await availableTo(id)).toEqual({ points: 65 })
  })

  test('a reward that is taken by its code, points and a voucher pay together', async () => {
    const id = await newCustomer('Gerda', 400)
    const rewards = (await get(`/till/customers/${id}`)).body.programmes[0].rewards
    const twoOff = rewards.find(({ code }: Body) => code === 'POINTS100')
    const free = await fiveOff('GERDA5')
    await issueVoucher(ctx, { rewardId: free, customerId: id, code: 'G-1' })
    const question = { customer_id: id, amount_minor: 2000, reward_ids: [twoOff.id], codes: ['g-1'], points: 200 }
    const quote = (await post('/till/quote', question)).body
    expect(quote).toMatchObject({ to_pay_minor: 1100, payments: [{ amount_minor: 200, points: 200 }], refusals: [] })
    const { status } = await sell({ ...question, to_pay_minor: 1100 })
    expect(status).toBe(201)
    expect(await availableTo(id)).toEqual({ points: 400 - 100 - 200 + 11 })
    expect((await get('/till/scan?text=G-1')).body.code.voucher_state).toBe('applied')
  })

  test('a thing for stamps is handed over, and pieces buy a free one', async () => {
    const id = await newCustomer('Helga')
    const { id: mug } = await createReward(ctx, {
      code: 'MUG',
      name: 'A mug',
      usage: 'voucher',
      kind: 'catalogue',
      state: 'active',
      pointsCost: 2,
      programmeId: programmes.visits as never, // branded at the store's edge
      definition: { benefit: { kind: 'thing' }, conditions: [] },
    })
    for (let visit = 0; visit < 2; visit++) {
      await sell({
        customer_id: id,
        entries: [{ programme_id: programmes.visits }, { programme_id: programmes.items }],
      })
    }
    const takings = [{ programme_id: programmes.items, amount: 1, item_unit_id: coffeeUnit }]
    const { status, body } = await sell({ customer_id: id, reward_ids: [mug], takings })
    expect(status).toBe(201)
    expect(body).toMatchObject({ purchase_id: null, to_pay_minor: 0 })
    expect(await availableTo(id)).toEqual({ coffee: 1 })
  })

  test('a gift card pays what is on it, and has it back when the sale is taken back', async () => {
    const id = await newCustomer('Hedda')
    const definition = { benefit: { kind: 'amount', amountMinor: 2500 }, conditions: [] } as const
    const card = { code: 'GIFT', name: 'Gift card', usage: 'voucher', kind: 'gift_card', state: 'active' } as const
    const { id: reward_id } = await createReward(ctx, { ...card, definition })
    await post('/gift-cards', { reward_id, code: 'CARD-1', amount_minor: 2500 }, { 'idempotency-key': 'card-1' })
    const question = { customer_id: id, amount_minor: 3000, codes: ['CARD-1'] }
    expect((await post('/till/quote', question)).body).toMatchObject({
      payments: [{ name: 'Gift card', amount_minor: 2500 }],
      to_pay_minor: 500,
      earned: [{ amount: 30 }],
    })
    const saleKey = newKey()
    const sold = await sell(question, saleKey)
    expect(sold).toMatchObject({ status: 201, body: { earned: [{ amount: 30 }] } })
    expect((await get('/gift-cards/CARD-1')).body.balance_minor).toBe(0)
    expect((await undo(saleKey, id)).status).toBe(200)
    expect((await get('/gift-cards/CARD-1')).body.balance_minor).toBe(2500)
  })

  test('a promotion that the cashier names and the discount of the tier count', async () => {
    const id = await newCustomer('Hilde', 600)
    const { body } = await get('/tiers')
    const silver = body.items.find(({ name }: Body) => name === 'Silver')
    await call('PATCH', `/tiers/${silver.id}`, { settings: { discount_percent: 5 } })
    const rule = await createEarningRule(ctx, {
      name: 'Double today',
      unitId: (await findDefaultProgramme(ctx))?.unitId ?? 0,
      onRequest: true,
      state: 'active',
      definition: { conditions: [], earning: { kind: 'multiply', factor: 2, rounding: 'down' } },
    })
    expect((await get(`/till/customers/${id}`)).body.programmes[0].promotions).toEqual([
      { id: rule.id, name: 'Double today' },
    ])
    const question = { customer_id: id, amount_minor: 2000, promotion_id: rule.id }
    const quote = (await post('/till/quote', question)).body
    expect(quote).toMatchObject({ discounts: [{ name: 'Silver', amount_minor: 100 }], to_pay_minor: 1900 })
    const sold = (await sell(question)).body
    const points = ({ earned }: Body) => earned.reduce((sum: number, { amount }: Body) => sum + amount, 0)
    expect([points(quote), points(sold)]).toEqual([38, 38])
    await call('PATCH', `/tiers/${silver.id}`, { settings: {} })
  })

  test('more than there is, is refused and changes nothing', async () => {
    const id = await newCustomer('Irma', 50)
    const reward = await fiveOff('IRMA5', { pointsCost: 100 })
    for (const [more, code] of [
      [{ reward_ids: [reward] }, 'benefit.refused'],
      [{ points: 51 }, 'balance.insufficient'],
      [{ takings: [{ programme_id: programmes.stored_value, amount: 1 }] }, 'balance.insufficient'],
      [{ codes: ['NO-SUCH-CODE'] }, 'benefit.refused'],
    ] as const) {
      const question = { customer_id: id, amount_minor: 1000, ...more }
      expect((await post('/till/quote', question)).body.refusals.length, JSON.stringify(more)).toBeGreaterThan(0)
      expect((await sell(question)).body.code, JSON.stringify(more)).toBe(code)
    }
    expect(await availableTo(id)).toEqual({ points: 50 })
    expect((await get(`/customers/${id}/purchases`)).body.items).toEqual([])
  })
})

describe('taking a sale back', () => {
  test('gives back all that it took and takes all that it gave', async () => {
    const id = await newCustomer('Julia', 300)
    const reward = await fiveOff('JULIA5', { pointsCost: 100 })
    await issueVoucher(ctx, { rewardId: await fiveOff('JULIA-FREE'), customerId: id, code: 'J-1' })
    const saleKey = newKey()
    const sold = await sell(
      {
        customer_id: id,
        amount_minor: 3000,
        reward_ids: [reward],
        codes: ['J-1'],
        points: 50,
        entries: [{ programme_id: programmes.visits }],
      },
      saleKey,
    )
    expect(sold.status).toBe(201)
    expect((await undo(saleKey, id)).status).toBe(200)
    expect(await availableTo(id)).toEqual({ points: 300 })
    expect((await get('/till/scan?text=J-1')).body.code.voucher_state).toBe('issued')
    expect((await get(`/purchases/${sold.body.purchase_id}`)).body.state).toBe('cancelled')
    expect((await undo(saleKey, id)).headers['idempotency-replayed']).toBe('true')
    expect((await undo('never-sold', id)).body.code).toBe('purchase.not_found')
  })

  test('leaves a sale alone that another system told of', async () => {
    const id = await newCustomer('Klara')
    const told = { number: 'POS-9', customer_id: id, total_minor: 1000, source: 'till' }
    await post('/purchases', told)
    const saleKey = newKey()
    const { body } = await sell({ customer_id: id, amount_minor: 1000, number: 'POS-9' }, saleKey)
    expect(body).toMatchObject({ joined: true })
    expect(await availableTo(id)).toEqual({ points: 10 })
    expect((await undo(saleKey, id)).body.code).toBe('purchase.not_ours')
  })
})

describe('who may', () => {
  test('a cashier sells; a marketer and a viewer do not', async () => {
    const id = await newCustomer('Lotte')
    for (const [role, status] of [
      ['cashier', 201],
      ['marketer', 403],
      ['viewer', 403],
    ] as const) {
      const login = { email: `${role}@shop.example`, password: 'a long enough pass phrase' }
      await createStaffUser(ctx, { ...login, name: role, role })
      const signedIn = await post('/session', login, { authorization: '' })
      const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? ''
      const answer = await app.inject({
        method: 'POST',
        url: '/api/v1/till/sales',
        headers: { cookie, 'x-csrf-token': signedIn.body.csrf_token, 'idempotency-key': `by-${role}` },
        payload: { customer_id: id, amount_minor: 100 },
      })
      expect(answer.statusCode, role).toBe(status)
    }
  })

  test('a new customer gets the card that was scanned, which nobody else can have', async () => {
    const { status, body } = await post('/customers', { first_name: 'Marta', card_number: 'NEW-1' })
    expect(status).toBe(201)
    expect((await get('/till/scan?text=new-1')).body.customer.id).toBe(body.id)
    const taken = await post('/customers', { first_name: 'Nora', card_number: 'NEW-1' })
    expect(taken.body.code).toBe('card.taken')
    expect((await get('/customers?q=nora')).body.items).toEqual([])
  })
})

test('the books still hold', async () => {
  expect((await verify(server)).results.filter(({ breaches }) => breaches > 0)).toEqual([])
})

function credentials(): Record<string, string> {
  const { account_id, user_id, user_password } = classic
  return { account_id, user_id, user_password }
}
