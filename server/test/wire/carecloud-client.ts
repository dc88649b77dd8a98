// A till of the shop, or an app of it, as the transcripts of the CareCloud API know it.
import type { FastifyInstance, InjectOptions } from 'fastify'
import { type Ctx, makeCtx, type Server } from '../../src/platform/ctx.ts'
import { createTenant, describeConnections } from '../../src/template/index.ts'

// biome-ignore lint/suspicious/noExplicitAny: a transcript reads answers freely; what is missing fails its expectation.
type Json = any

export interface Reply {
  readonly status: number
  readonly body: Json
  readonly headers: Readonly<Record<string, unknown>>
}

export interface Client {
  get(path: string): Promise<Reply>
  post(path: string, body?: unknown): Promise<Reply>
  put(path: string, body?: unknown): Promise<Reply>
  delete(path: string): Promise<Reply>
  send(options: InjectOptions): Promise<Reply>
}

export const enterprise = '/carecloud/webservice/rest-api/enterprise-interface/v1.0'
export const customerInterface = '/carecloud/webservice/rest-api/customer-interface/v1.0'

export function clientOf(app: FastifyInstance, base: string, headers: Record<string, string> = {}): Client {
  const send = async (options: InjectOptions): Promise<Reply> => {
    const answer = await app.inject({
      ...options,
      url: `${base}${String(options.url)}`,
      headers: { accept: 'application/json', ...headers, ...options.headers },
    })
    const body = answer.body === '' ? undefined : JSON.parse(answer.body)
    return { status: answer.statusCode, body, headers: answer.headers }
  }
  const withBody = (method: 'POST' | 'PUT') => (url: string, body?: unknown) =>
    send({ method, url, ...(body === undefined ? {} : { payload: body as object }) })
  return {
    send,
    get: (url) => send({ method: 'GET', url }),
    delete: (url) => send({ method: 'DELETE', url }),
    post: withBody('POST'),
    put: withBody('PUT'),
  }
}

export interface Shop {
  readonly ctx: Ctx
  /** Signed in at the enterprise interface. */
  readonly till: Client
  readonly login: { user_external_application_id: string; login: string; password: string }
  readonly appId: string
  readonly token: string
}

let made = 0

/** A tenant of the retail template with a till that is signed in. */
export async function openShop(app: FastifyInstance, server: Server): Promise<Shop> {
  const { tenant } = await createTenant(server, { slug: `shop-${++made}`, name: 'Shop', template: 'retail' })
  const ctx = makeCtx(server, tenant, { kind: 'system', id: 'test', via: 'test' })
  const { carecloud } = await describeConnections(ctx, { publicUrl: 'http://localhost' })
  const login = {
    user_external_application_id: carecloud.user_external_application_id,
    login: carecloud.login,
    password: carecloud.password,
  }
  const { body } = await clientOf(app, enterprise).post('/users/actions/login', login)
  const token = body.data.bearer_token
  const till = clientOf(app, enterprise, { authorization: `Bearer ${token}` })
  return { ctx, till, login, appId: carecloud.customer_interface.external_application_id, token }
}

/** What every sale of the transcripts needs: read from the API as a client would. */
export interface Places {
  readonly store: string
  readonly currency: string
  readonly source: string
  readonly sale: string
  readonly item: string
  readonly partner: string
}

export async function placesOf(till: Client): Promise<Places> {
  const [stores, currencies] = [await till.get('/stores'), await till.get('/currencies?currency_code=EUR')]
  const sources = await till.get('/customer-sources?customer_source_text_id=e-shop')
  const types = await till.get('/purchase-types?text_id=store')
  const itemTypes = await till.get('/purchase-item-types?text_id=store')
  const partners = await till.get('/partners')
  return {
    store: stores.body.data.stores[0].store_id,
    currency: currencies.body.data.currencies[0].currency_id,
    source: sources.body.data.customer_sources[0].customer_source_id,
    sale: types.body.data.purchase_types[0].type_id,
    item: itemTypes.body.data.purchase_item_types[0].type_id,
    partner: partners.body.data.partners[0].partner_id,
  }
}

let customers = 0

/** A body of POST /customers, whole; what is given replaces fields of personal_information. */
export function newCustomer(places: Places, person: Record<string, unknown> = {}) {
  const number = ++customers
  return {
    customer: {
      personal_information: {
        gender: 2,
        first_name: 'Jane',
        last_name: 'Novak',
        birthdate: '1990-02-28',
        email: `jane${number}@shop.example`,
        language_id: 'cs',
        store_id: places.store,
        ...person,
      },
    },
    customer_source: { customer_source_id: places.source, external_id: `E-${number}` },
    autologin: false,
  }
}

export async function addCustomer(till: Client, places: Places, person: Record<string, unknown> = {}): Promise<string> {
  const reply = await till.post('/customers', newCustomer(places, person))
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body))
  return reply.body.data.customer_id
}

export function billItem(places: Places, paid: number, more: Record<string, unknown> = {}) {
  return {
    plu_ids: [{ list_code: 'GLOBAL', code: 'MUG' }],
    plu_name: 'Mug',
    vat_rate: 19,
    quantity: 1,
    paid_amount: paid,
    price: paid,
    bill_item_id: '1',
    loyalty_off: false,
    purchase_item_type_id: places.item,
    ...more,
  }
}

/** A body of send-purchase: one mug for `total`. */
export function sale(places: Places, given: { bill_id: string; total: number } & Record<string, unknown>) {
  const { bill_id, total, customer_id, card_number, bill, ...more } = given
  return {
    store_id: places.store,
    cashdesk_number: 3,
    ...(customer_id === undefined ? {} : { customer_id }),
    ...(card_number === undefined ? {} : { card_number }),
    bill: {
      purchase_type_id: places.sale,
      canceled: false,
      payment_type: 'S',
      bill_id,
      payment_time: '2026-11-20 12:00:00',
      currency_id: places.currency,
      total_price: total,
      bill_items: [billItem(places, total)],
      ...(bill as object | undefined),
    },
    ...more,
  }
}
