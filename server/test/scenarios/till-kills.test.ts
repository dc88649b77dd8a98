// A till's day with the server and PostgreSQL killed in between: quotes, sales that earn and pay with points, vouchers that several
// tills try at once, cancellations and transfers. Every bill that was answered is there once, no voucher pays twice, the books hold.
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, expect, test } from 'vitest'
import { killableServer, randomOf, untilAnswered } from '../killable.ts'

const server = await killableServer()
const base = `${server.origin}/carecloud/webservice/rest-api/enterprise-interface/v1.0`
const seed = Number(process.env.TEST_SEED ?? randomInt(1, 1_000_000_000))
const tills = 16
const salesEach = 14
const customerCount = 6
const voucherCount = 20

afterAll(() => server.remove())

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
type Json = any

/** What was refused for a reason that this day expects is an answer. */
const refusals = ['already_exists', 'not_enough_points_for_payment', 'voucher_already_used', 'not_allowed_value']

let headers: Record<string, string> = { 'content-type': 'application/json' }

async function call(path: string, body?: unknown): Promise<{ status: number; data: Json; text: string }> {
  const { status, text } = await untilAnswered(
    () => fetch(`${base}${path}`, { headers, ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}) }),
    (status, text) => status < 300 || (status === 400 && refusals.some((reason) => text.includes(`"${reason}"`))),
  )
  const data = text === '' ? undefined : JSON.parse(text).data
  return { status, text, data }
}

test(`a till's day survives kills of server and database (TEST_SEED=${seed})`, async () => {
  console.log(`till-kills: TEST_SEED=${seed}`)
  server.start()
  const made = JSON.parse(server.cli('tenant', 'create', 'tills', '--template', 'retail', '--json'))
  const { login, password, user_external_application_id } = made.carecloud
  const signedIn = await call('/users/actions/login', { login, password, user_external_application_id })
  headers = { ...headers, authorization: `Bearer ${signedIn.data.bearer_token}` }
  const day = await openDay()
  const answered: string[] = []
  const used: string[] = []
  const work = Promise.all(Array.from({ length: tills }, (_, till) => runTill({ till, day, answered, used })))
  const random = randomOf(seed)
  for (const [index, victim] of (['server', 'database', 'server'] as const).entries()) {
    while (answered.length < ((index + 1) * tills * salesEach) / 5) await delay(20)
    await server.kill(victim, random() * 300)
  }
  await work
  expect(answered).toHaveLength(tills * salesEach)
  for (const bill of answered) {
    expect([bill, (await call(`/purchases?external_purchase_id=${bill}`)).data.total_items]).toEqual([bill, 1])
  }
  expect(used.length).toBeGreaterThan(0)
  expect(new Set(used).size).toBe(used.length)
  expect(server.cli('verify')).toContain('hold')
}, 480_000)

interface Day {
  readonly customers: readonly string[]
  readonly vouchers: readonly string[]
  readonly points: string
  readonly places: Readonly<Record<'store' | 'currency' | 'sale' | 'item', string>>
}

async function openDay(): Promise<Day> {
  const first = async (path: string, list: string, id: string): Promise<string> => (await call(path)).data[list][0][id]
  const source = await first('/customer-sources', 'customer_sources', 'customer_source_id')
  const partner = await first('/partners', 'partners', 'partner_id')
  const customers: string[] = []
  for (let number = 0; number < customerCount; number++) {
    const { data } = await call('/customers', {
      customer: { personal_information: { first_name: 'K', last_name: String(number), language_id: 'en' } },
      customer_source: { customer_source_id: source },
      autologin: false,
    })
    customers.push(data.customer_id)
    await call('/points/actions/assign-points', { amount: 500, customer_id: data.customer_id, partner_id: partner })
  }
  const reward = await call('/rewards/actions/create-simple-reward', {
    simple_reward: {
      code: 'FIVER',
      names: [{ language_code: 'en', text: 'Five off' }],
      reward_type_id: await first('/reward-types', 'reward_types', 'reward_type_id'),
      reward_type_value: 5,
      global_reward: true,
      voucher_validity: 'reward_validity',
      voucher_code_generation_preference: 'M',
      is_portable: true,
      state: 1,
    },
  })
  expect(reward.text).toContain('reward_id')
  const vouchers: string[] = []
  for (let number = 0; number < voucherCount; number++) {
    const body = { customer_id: customers[number % customerCount], code: `K-${number}` }
    await call(`/rewards/${reward.data.reward_id}/actions/create-voucher`, body)
    vouchers.push(body.code)
  }
  return {
    customers,
    vouchers,
    points: await first('/point-types', 'point_types', 'point_type_id'),
    places: {
      store: await first('/stores', 'stores', 'store_id'),
      currency: await first('/currencies?currency_code=EUR', 'currencies', 'currency_id'),
      sale: await first('/purchase-types?text_id=store', 'purchase_types', 'type_id'),
      item: await first('/purchase-item-types?text_id=store', 'purchase_item_types', 'type_id'),
    },
  }
}

interface Till {
  readonly till: number
  readonly day: Day
  readonly answered: string[]
  readonly used: string[]
}

async function runTill({ till, day, answered, used }: Till): Promise<void> {
  const random = randomOf(seed + till)
  const pick = <One>(from: readonly One[]): One => from[Math.floor(random() * from.length)] as One // never empty here
  const sold: ReturnType<typeof billOf>[] = []
  for (let number = 0; number < salesEach; number++) {
    const bill_id = `T${till}-${number}`
    const customer_id = pick(day.customers)
    const choice = random()
    const bill = billOf(day, { bill_id, total: 5 + Math.floor(random() * 90) })
    const at = { store_id: day.places.store, cashdesk_number: till, customer_id }
    if (choice < 0.2)
      await call('/purchases/actions/accept-payment', { ...at, payment_type: 'S', max_points: 50, bill })
    if (choice > 0.85) {
      await call('/points/actions/transfer-points', {
        original_customer_id: customer_id,
        new_customer_id: day.customers[(day.customers.indexOf(customer_id) + 1) % day.customers.length],
        amount: 1,
        point_type_id: day.points,
      })
    }
    const voucher = choice > 0.6 ? pick(day.vouchers) : undefined
    const payment_recap = {
      ...(choice < 0.4 ? { credit_points: 10 } : {}),
      ...(voucher ? { vouchers: [{ code: voucher, discount_value: 5, bill_item_id: '1' }] } : {}),
    }
    const first = await call('/purchases/actions/send-purchase', { ...at, bill: { ...bill, payment_recap } })
    // A sale that cannot be paid so is paid in cash.
    const taken = first.text.includes('already_exists')
    if (first.status >= 300 && !taken) await call('/purchases/actions/send-purchase', { ...at, bill })
    else if (voucher) used.push(voucher)
    answered.push(bill_id)
    const earlier = sold.pop()
    if (choice > 0.4 && choice < 0.55 && earlier !== undefined) {
      const cancelled = { ...earlier, bill_id: `C${earlier.bill_id}`, bill_number: earlier.bill_id, canceled: true }
      await call('/purchases/actions/send-purchase', { ...at, bill: cancelled })
    } else if (!voucher) sold.push(bill)
  }
}

function billOf(day: Day, { bill_id, total }: { bill_id: string; total: number }) {
  const item = {
    plu_ids: [{ list_code: 'GLOBAL', code: 'MUG' }],
    plu_name: 'Mug',
    vat_rate: 19,
    quantity: 1,
    paid_amount: total,
    price: total,
    bill_item_id: '1',
    loyalty_off: false,
    purchase_item_type_id: day.places.item,
  }
  return {
    purchase_type_id: day.places.sale,
    canceled: false,
    payment_type: 'S',
    bill_id,
    payment_time: '2026-11-20 12:00:00',
    currency_id: day.places.currency,
    total_price: total,
    bill_items: [item],
  }
}
