// An impatient client sends the same write many times at once, more often than the database has connections. Whichever API
// it speaks: nothing fails, nothing is doubled, and the answers are those that the API has for a second time.
import { afterAll, describe, expect, test } from 'vitest'
import { addIdentity, type Customer, createCustomer, findCustomerByIdentity } from '../../src/core/customers/index.ts'
import { applyOperation, balancesOf } from '../../src/core/ledger/index.ts'
import { findDefaultProgramme } from '../../src/core/loyalty/index.ts'
import { verify } from '../../src/core/verification/index.ts'
import { describeConnections } from '../../src/template/index.ts'
import { testApp } from '../app.ts'
import { clientOf, newCustomer, placesOf, sale } from '../wire/carecloud-client.ts'
import { type Asked, ask, customerInterface, enterprise, type Role, selfService } from '../wire/every-api.ts'
import { openFullShop } from '../wire/full-shop.ts'

const { app, server, pool } = await testApp()
const shop = await openFullShop(app, server, 'Replayed')
const { ctx } = shop
const places = await placesOf(clientOf(app, enterprise, { ...shop.callers.carecloud.headers }))

const times = 20

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
type Json = any

/** Sends one request many times at once; none may fail or wait for ever. */
async function flood(role: Role, asked: Asked): Promise<{ status: number; body: Json; replayed: boolean }[]> {
  const answers = await Promise.all(Array.from({ length: times }, () => ask(app, shop.callers[role], asked)))
  return answers.map(({ statusCode, body, headers }) => {
    expect(statusCode, body).toBeLessThan(500)
    return {
      status: statusCode,
      body: body === '' ? undefined : JSON.parse(body),
      replayed: headers['idempotency-replayed'] === 'true',
    }
  })
}

/** How often each status was answered. */
function counted(answers: readonly { status: number }[]): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

const once = (first: number, later: number) => ({ [first]: 1, [later]: times - 1 })
const all = (status: number) => ({ [status]: times })

/** Somebody with a hundred points. */
async function newPerson(firstName: string): Promise<Customer> {
  const customer = await createCustomer(ctx, { firstName, email: `${firstName}@shop.example` })
  const programme = await findDefaultProgramme(ctx)
  const given = { kind: 'earn', key: `for ${firstName}`, customerId: customer.id, amount: 100 } as const
  await applyOperation(ctx, { ...given, unitId: programme?.unitId ?? 0, programmeId: programme?.id })
  return customer
}

async function pointsOf(customerId: number): Promise<number> {
  const balances = await balancesOf(ctx, customerId)
  return balances.find(({ unit }) => unit.kind === 'points' && unit.isDefault)?.available ?? 0
}

async function idOfEmail(value: string): Promise<number> {
  return (await findCustomerByIdentity(ctx, { kind: 'email', value }))?.id ?? 0
}

const countOf = async (column: string, table: string, value: unknown) =>
  Number(
    (
      await pool.query(`select count(*) as n from ${table} where tenant_id = $1 and ${column} = $2`, [
        ctx.tenant.id,
        value,
      ])
    ).rows[0].n,
  )

afterAll(async () => {
  const { results, holds } = await verify(server)
  expect(results.filter(({ breaches }) => breaches > 0)).toEqual([])
  expect(holds).toBe(true)
})

describe('api/v1', () => {
  const keyed = (key: string) => ({ headers: { 'idempotency-key': key } })

  test('a customer with one Idempotency-Key is made once', async () => {
    const body = { email: 'native@shop.example', first_name: 'N' }
    const answers = await flood('native', { method: 'post', url: '/api/v1/customers', body, ...keyed('customer') })
    expect(Object.keys(counted(answers)).every((status) => status === '201' || status === '409')).toBe(true)
    const made = answers.filter(({ status }) => status === 201)
    expect(made.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1)
    for (const { body } of answers.filter(({ status }) => status === 409)) expect(body.code).toBe('request.in_progress')
  })

  test('without a key the address is taken', async () => {
    const url = '/api/v1/customers'
    const answers = await Promise.all(
      Array.from({ length: times }, () =>
        ask(app, shop.callers.native, { method: 'post', url, body: { email: 'n2@shop.example' } }),
      ),
    )
    expect(counted(answers.map(({ statusCode }) => ({ status: statusCode })))).toEqual(once(201, 409))
  })

  test('a posting moves value once', async () => {
    const person = await newPerson('Nposting')
    const before = await pointsOf(person.id)
    const url = `/api/v1/customers/${person.id}/postings`
    await flood('native', { method: 'post', url, body: { kind: 'earn', amount: 10, note: 'x' }, ...keyed('posting') })
    expect(await pointsOf(person.id)).toBe(before + 10)
  })

  test('a purchase is one and earns once, with a key for all or one for each', async () => {
    const person = await newPerson('Npurchase')
    const before = await pointsOf(person.id)
    const url = '/api/v1/purchases'
    const lines = [{ code: 'A', quantity: 1, unit_price: 7 }]
    const body = (number: string) => ({ number, customer_id: person.id, lines })
    await flood('native', { method: 'post', url, body: body('NP-1'), ...keyed('purchase') })
    expect(await pointsOf(person.id)).toBe(before + 7)
    const each = await Promise.all(
      Array.from({ length: times }, () => ask(app, shop.callers.native, { method: 'post', url, body: body('NP-2') })),
    )
    expect(counted(each.map(({ statusCode }) => ({ status: statusCode })))).toEqual(once(201, 200))
    expect(await pointsOf(person.id)).toBe(before + 14)
    expect(await countOf('number', 'purchases', 'NP-2')).toBe(1)
  })

  test('two people become one once', async () => {
    const [from, into] = [await newPerson('Nfrom'), await newPerson('Ninto')]
    const sum = (await pointsOf(from.id)) + (await pointsOf(into.id))
    const url = `/api/v1/customers/${from.id}/merge`
    await flood('native', { method: 'post', url, body: { into_id: into.id }, ...keyed('merge') })
    expect(await pointsOf(into.id)).toBe(sum)
  })

  test('a cancellation takes back once', async () => {
    const person = await newPerson('Ncancel')
    const before = await pointsOf(person.id)
    const lines = [{ code: 'A', quantity: 1, unit_price: 40 }]
    const sold = { number: 'NC-1', customer_id: person.id, lines }
    const made = await ask(app, shop.callers.native, { method: 'post', url: '/api/v1/purchases', body: sold })
    const url = `/api/v1/purchases/${made.json().id}/cancel`
    await Promise.all(
      Array.from({ length: times }, () => ask(app, shop.callers.native, { method: 'post', url, body: {} })),
    )
    expect(await pointsOf(person.id)).toBe(before)
  })
})

describe('cleverreach', () => {
  const group = `/cleverreach/v3/groups/${shop.person.listId}`
  const orders = [{ order_id: 'CR-1', product: 'Cap', price: 5, amount: 2 }]

  test('an upsert inserts once and updates the other times, with one order', async () => {
    const answers = await flood('cleverreach', {
      method: 'post',
      url: `${group}/receivers/upsert`,
      body: [{ email: 'cr@shop.example', tags: ['a', 'b'], orders }],
    })
    expect(counted(answers)).toEqual(all(200))
    const statuses = answers.map(({ body }) => body[0].status)
    expect(statuses.filter((status) => status === 'insert success')).toHaveLength(1)
    expect(statuses.filter((status) => status === 'update success')).toHaveLength(times - 1)
    expect(new Set(answers.map(({ body }) => body[0].id)).size).toBe(1)
    const { body } = await ask(app, shop.callers.cleverreach, {
      method: 'get',
      url: `${group}/receivers/cr@shop.example`,
    })
    expect(JSON.parse(body)).toMatchObject({ tags: ['a', 'b'], orders: [{ order_id: 'CR-1', amount: 2 }] })
    expect(JSON.parse(body).orders).toHaveLength(1)
  })

  test('an insert takes an address once', async () => {
    const answers = await flood('cleverreach', {
      method: 'post',
      url: `${group}/receivers`,
      body: { email: 'cr2@shop.example' },
    })
    expect(counted(answers)).toEqual(once(200, 400))
  })

  test('an order of a receiver is one', async () => {
    const url = `/cleverreach/v3/receivers/${shop.person.email}/orders`
    const answers = await flood('cleverreach', {
      method: 'post',
      url,
      body: { order_id: 'CR-9', product: 'x', price: 3 },
    })
    expect(counted(answers)).toEqual(all(200))
    expect(await countOf('number', 'purchases', 'CR-9')).toBe(1)
  })
})

describe('rees46', () => {
  const items = [{ id: 'P', quantity: 1, price: 9 }]

  test.each(['rees46', 'rees46 visitor'] as const)('%s: a tracked purchase of a new device is one', async (role) => {
    const number = `T-${role}`
    const body = { event: 'purchase', order_id: number, order_price: 9, items }
    expect(counted(await flood(role, { method: 'post', url: '/rees46/push', body }))).toEqual(all(200))
    expect(await countOf('number', 'purchases', number)).toBe(1)
  })

  test('a profile of somebody new is one customer', async () => {
    const body = { email: 'rees@shop.example', phone: '+491600000001', external_id: 'X-1', first_name: 'R' }
    expect(counted(await flood('rees46', { method: 'post', url: '/rees46/profile/set', body }))).toEqual(all(200))
    expect(await countOf('first_name', 'customers', 'R')).toBe(1)
  })

  test('a new device with a new address is one customer', async () => {
    const body = { did: 'brand-new', email: 'rees2@shop.example', first_name: 'R2' }
    const { shop_id, shop_secret } = shop.callers.rees46.fields
    const payload = { shop_id, shop_secret, ...body }
    const answers = await Promise.all(
      Array.from({ length: times }, () => app.inject({ method: 'POST', url: '/rees46/profile/set', payload })),
    )
    expect(counted(answers.map(({ statusCode }) => ({ status: statusCode })))).toEqual(all(200))
    expect(await countOf('first_name', 'customers', 'R2')).toBe(1)
  })

  test('a synced order of somebody new earns once', async () => {
    const order = { id: 'SYNC-1', email: 'sync@shop.example', status: 'delivered', value: { total: 9 }, items }
    expect(
      counted(await flood('rees46', { method: 'post', url: '/rees46/sync/orders', body: { orders: [order] } })),
    ).toEqual(all(200))
    expect(await pointsOf(await idOfEmail('sync@shop.example'))).toBe(9)
    expect(await countOf('number', 'purchases', 'SYNC-1')).toBe(1)
  })
})

describe('crmcom', () => {
  test('an address registers once', async () => {
    const identity = { provider: 'EMAIL', username: 'crm@shop.example', password: 'Correct-Horse-9' }
    const body = { first_name: 'C', last_name: 'R', identity }
    const answers = await flood('crmcom', { method: 'post', url: `${selfService}/contacts/register`, body })
    expect(counted(answers)).toEqual(once(200, 400))
  })

  test('an address of a contact is written as often as it is sent, and one is the primary', async () => {
    const url = `${selfService}/contacts/${ctx.ids.uuid('customer', ctx.tenant.id, shop.person.id)}/addresses`
    const body = { address_line_1: 'Once 1', is_primary: true, address_type: 'HOME' }
    await flood('crmcom contact', { method: 'post', url, body })
    const { rows } = await pool.query(
      'select count(*) filter (where is_primary) as n from customer_addresses where tenant_id = $1 and customer_id = $2',
      [ctx.tenant.id, shop.person.id],
    )
    expect(Number(rows[0].n)).toBe(1)
  })
})

describe('carecloud', () => {
  const customer_id = ctx.ids.hex('customer', ctx.tenant.id, shop.person.id)
  const partner_id = places.partner

  test('a customer of one external id is made once, even without an address', async () => {
    const body = newCustomer(places, { email: undefined, first_name: 'Ext' })
    const answers = await flood('carecloud', { method: 'post', url: `${enterprise}/customers`, body })
    expect(counted(answers)).toEqual(once(201, 400))
    expect(await countOf('first_name', 'customers', 'Ext')).toBe(1)
  })

  test('a bill is taken once and earns once', async () => {
    const before = await pointsOf(shop.person.id)
    const url = `${enterprise}/purchases/actions/send-purchase`
    const answers = await flood('carecloud', {
      method: 'post',
      url,
      body: sale(places, { bill_id: 'B-1', total: 12, customer_id }),
    })
    expect(counted(answers)).toEqual(once(201, 400))
    expect(await pointsOf(shop.person.id)).toBe(before + 12)
  })

  test('a balance is set, not added to', async () => {
    const url = `${enterprise}/points/actions/synchronize-points`
    await flood('carecloud', { method: 'post', url, body: { customer_id, partner_id, amount: 77 } })
    expect(await pointsOf(shop.person.id)).toBe(77)
  })

  test('what is there is given away once', async () => {
    const url = `${enterprise}/points/actions/reduce-points`
    const answers = await flood('carecloud', { method: 'post', url, body: { customer_id, partner_id, amount: 77 } })
    expect(counted(answers)).toEqual(once(201, 400))
    expect(await pointsOf(shop.person.id)).toBe(0)
  })

  test('a free card is given once, to whom it was given already it is answered again', async () => {
    const [card] = (
      await pool.query('select number from cards where tenant_id = $1 and customer_id is null limit 1', [ctx.tenant.id])
    ).rows
    const [type] = (await pool.query('select id from card_types where tenant_id = $1 limit 1', [ctx.tenant.id])).rows
    // Somebody without a card: one of a type is all that a customer has.
    const { id } = await newPerson('cardless')
    const body = {
      card_type_id: ctx.ids.hex('cardType', ctx.tenant.id, type.id),
      card_number: card.number,
      customer_id: ctx.ids.hex('customer', ctx.tenant.id, id),
    }
    const answers = await flood('carecloud', {
      method: 'post',
      url: `${enterprise}/cards/actions/assign-free-card`,
      body,
    })
    expect(counted(answers)).toEqual(all(200))
    expect(await countOf('number', 'cards', card.number)).toBe(1)
  })

  test('a device has one token that lives', async () => {
    const { carecloud } = await describeConnections(ctx, { publicUrl: '' })
    const body = {
      device: { device_id: 'flooded', device_system: 'x', device_name: 'x', device_type: 'x' },
      setup: { language_id: 'en', allowed_gps: false, allowed_notifications: true },
      external_application_id: carecloud.customer_interface.external_application_id,
    }
    const answers = await flood('carecloud', { method: 'post', url: `${customerInterface}/tokens`, body })
    expect(counted(answers)).toEqual(all(201))
    const alive = await Promise.all(
      answers.map(({ body }) =>
        app.inject({ url: `${customerInterface}/stores`, headers: { authorization: `Bearer ${body.data.token_id}` } }),
      ),
    )
    expect(alive.filter(({ statusCode }) => statusCode === 200)).toHaveLength(1)
  })
})

describe('classic', () => {
  const classic = async (fields: object) =>
    (await flood('classic', { method: 'post', url: '/classic', body: fields })).map(({ body }) => body.status)
  const successes = (statuses: readonly string[]) => statuses.filter((status) => status === 'success').length
  const campaign = async () =>
    (
      await pool.query("select id from programmes where tenant_id = $1 and kind = 'points' order by id limit 1", [
        ctx.tenant.id,
      ])
    ).rows[0].id

  test('a new customer with a card, a code or an address is made once', async () => {
    for (const [name, value] of [
      ['card_number', 'CARD-1'],
      ['code', 'CODE-1'],
      ['email', 'classic@shop.example'],
    ] as const) {
      const fields = { type: 'record_customer', customer_action: 'new', first_name: `By ${name}`, [name]: value }
      expect([name, successes(await classic(fields))]).toEqual([name, 1])
      expect(await countOf('first_name', 'customers', `By ${name}`)).toBe(1)
    }
  })

  test('every activity counts, for the API has no key: each of them once', async () => {
    const person = await newPerson('Classical')
    const before = await pointsOf(person.id)
    const fields = { type: 'record_activity', code: person.code, campaign_id: await campaign(), amount: '2' }
    expect(successes(await classic(fields))).toBe(times)
    expect(await pointsOf(person.id)).toBe(before + 2 * times)
    expect(await countOf('customer_id', 'purchases', person.id)).toBe(times)
  })

  test('a balance is redeemed once, and a transaction taken back once', async () => {
    const person = await newPerson('Classico')
    const points = await pointsOf(person.id)
    const campaign_id = await campaign()
    const redeem = { type: 'redeem', code: person.code, campaign_id, custom_points_redeem: String(points) }
    expect(successes(await classic(redeem))).toBe(1)
    expect(await pointsOf(person.id)).toBe(0)
    const [spent] = (
      await pool.query("select id from postings where tenant_id = $1 and customer_id = $2 and kind = 'spend'", [
        ctx.tenant.id,
        person.id,
      ])
    ).rows
    const undo = { type: 'transaction_delete', code: person.code, campaign_id, transaction_id: spent.id }
    expect(successes(await classic(undo))).toBeGreaterThan(0)
    expect(await pointsOf(person.id)).toBe(points)
  })
})

describe('everything at once', () => {
  const url = `/cleverreach/v3/groups/${shop.person.listId}/receivers/upsert`

  /** What is told of one of two people while the two become one. */
  function told(one: Customer, other: Customer, number: string): [Role, Asked][] {
    const [email, theirs] = [one, other].map(({ id }) => `pair-${id}@shop.example`)
    const bill = { bill_id: number, total: 10, customer_id: ctx.ids.hex('customer', ctx.tenant.id, one.id) }
    const did = `device-${one.id}`
    const purchase = { did, event: 'purchase', order_id: number, order_price: 10, items: [{ id: 'MUG', price: 10 }] }
    const edit = { type: 'record_customer', customer_action: 'edit', code: one.code, card_number: `card-${one.id}` }
    const native = `/api/v1/customers/${one.id}`
    return [
      ['native', { method: 'post', url: `${native}/merge`, body: { into_id: other.id } }],
      ['native', { method: 'post', url: `${native}/postings`, body: { kind: 'spend', amount: 60, note: 'x' } }],
      ['carecloud', { method: 'post', url: `${enterprise}/purchases/actions/send-purchase`, body: sale(places, bill) }],
      [
        'cleverreach',
        {
          method: 'post',
          url,
          body: [
            { email, tags: ['q'] },
            { email: theirs, tags: ['r'] },
          ],
        },
      ],
      ['rees46', { method: 'post', url: '/rees46/profile/set', body: { did, email, external_id: did } }],
      ['rees46', { method: 'post', url: '/rees46/push', body: purchase }],
      ['classic', { method: 'post', url: '/classic', body: edit }],
    ]
  }

  test('two people become one, either way, while all APIs tell of them, and sometimes one is erased', async () => {
    for (let round = 0; round < 8; round++) {
      const [one, other] = [await newPerson(`One${round}`), await newPerson(`Other${round}`)]
      for (const { id } of [one, other]) {
        const claim = { kind: 'email', value: `pair-${id}@shop.example` } as const
        await addIdentity(ctx, { customerId: id, claim })
      }
      const requests = [
        ...[1, 2].flatMap((turn) => told(one, other, `one-${round}-${turn}`)),
        ...[1, 2].flatMap((turn) => told(other, one, `other-${round}-${turn}`)),
      ]
      const erase: Asked = { method: 'delete', url: `/api/v1/customers/${one.id}` }
      if (round % 3 === 2) requests.push(['native', erase])
      const answers = await Promise.all(requests.map(([role, asked]) => ask(app, shop.callers[role], asked)))
      for (const [index, answer] of answers.entries()) {
        const [role, asked] = requests[index] as [Role, Asked] // there is an answer for each
        const what = `${role} ${asked.url} ${JSON.stringify(asked.body)}: ${answer.body}`
        expect(answer.statusCode, what).toBeLessThan(500)
        if (role === 'rees46') expect(answer.statusCode, what).toBe(200)
      }
    }
  })
})
