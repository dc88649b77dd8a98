// What tests over all APIs need to know of each: its routes, how its clients prove themselves, and the words it understands.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import type { Connections } from '../../src/template/index.ts'
import { customerInterface, enterprise } from './carecloud-client.ts'

export const apis = ['native', 'cleverreach', 'rees46', 'crmcom', 'carecloud', 'classic'] as const
export type Api = (typeof apis)[number]

/** Who may call: the shop itself through each API and, where the API knows them, a customer who signed in or a browser. */
export const roles = [...apis, 'crmcom contact', 'carecloud customer', 'rees46 visitor'] as const
export type Role = (typeof roles)[number]

export interface Caller {
  readonly api: Api
  readonly headers: Readonly<Record<string, string>>
  /** Sent among the parameters. */
  readonly fields: Readonly<Record<string, unknown>>
}

export { customerInterface, enterprise }
export const selfService = '/crmcom/self-service/v1'

interface SignIn {
  readonly connections: Connections
  readonly apiKey: string
  /** Of a customer, who is signed in on this device. */
  readonly email: string
  readonly password: string
  readonly device: string
}

/** How each of them proves who they are. */
export async function signInEverywhere(app: FastifyInstance, shop: SignIn): Promise<Record<Role, Caller>> {
  const { rees46, crmcom, classic } = shop.connections
  const { shop_id, shop_secret } = rees46
  const { account_id, user_id, user_password } = classic
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
  return {
    native: { api: 'native', headers: bearer(shop.apiKey), fields: {} },
    cleverreach: { api: 'cleverreach', headers: bearer(await cleverreachToken(app, shop)), fields: {} },
    'rees46 visitor': { api: 'rees46', headers: {}, fields: { shop_id, did: shop.device } },
    rees46: { api: 'rees46', headers: {}, fields: { shop_id, shop_secret, did: shop.device } },
    crmcom: { api: 'crmcom', headers: { api_key: crmcom.api_key }, fields: {} },
    carecloud: { api: 'carecloud', headers: bearer(await carecloudToken(app, shop)), fields: {} },
    classic: { api: 'classic', headers: {}, fields: { account_id, user_id, user_password, output: 'json' } },
    'crmcom contact': { api: 'crmcom', headers: { authorization: await contactToken(app, shop) }, fields: {} },
    'carecloud customer': { api: 'carecloud', headers: bearer(await deviceToken(app, shop)), fields: {} },
  }
}

async function cleverreachToken(app: FastifyInstance, { connections }: SignIn): Promise<string> {
  const { client_id, client_secret } = connections.cleverreach
  const grant = { grant_type: 'client_credentials', client_id, client_secret }
  return (await post(app, '/cleverreach/oauth/token.php', grant)).access_token
}

async function carecloudToken(app: FastifyInstance, { connections }: SignIn): Promise<string> {
  const { login, password, user_external_application_id } = connections.carecloud
  const signIn = { login, password, user_external_application_id }
  return (await post(app, `${enterprise}/users/actions/login`, signIn)).data.bearer_token
}

async function contactToken(app: FastifyInstance, { connections, email, password }: SignIn): Promise<string> {
  const headers = { api_key: connections.crmcom.api_key }
  const signIn = { provider: 'EMAIL', username: email, password }
  return (await post(app, `${selfService}/contacts/authenticate`, signIn, headers)).access_token
}

async function deviceToken(app: FastifyInstance, { connections, email, password, device }: SignIn): Promise<string> {
  const { external_application_id } = connections.carecloud.customer_interface
  const { data } = await post(app, `${customerInterface}/tokens`, {
    device: { device_id: device, device_system: 'Android', device_name: 'Pixel', device_type: 'phone' },
    setup: { language_id: 'en', allowed_gps: false, allowed_notifications: true },
    external_application_id,
  })
  const headers = { authorization: `Bearer ${data.token_id}` }
  const signIn = { login_type: 'email', login_value: email, password }
  await post(app, `${customerInterface}/tokens/${data.token_id}/actions/login`, signIn, headers)
  return data.token_id
}

// biome-ignore lint/suspicious/noExplicitAny: what is missing in an answer fails the sign-in here.
async function post(app: FastifyInstance, url: string, payload: object, headers = {}): Promise<any> {
  const answer = await app.inject({ method: 'POST', url, payload, headers })
  if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.body}`)
  return answer.json()
}

const sources = fileURLToPath(new URL('../../src/apis', import.meta.url))

/** The words of an API's own source: the names of its fields are among them. */
export function wordsOf(api: Api): string[] {
  const files = readdirSync(join(sources, api), { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  )
  const source = files.map((file) => readFileSync(join(sources, api, file), 'utf8')).join('\n')
  const words = [...source.matchAll(/(?:'|\.|\b)([a-z][a-z0-9_]{1,40})(?='|\b)/g)].flatMap((match) => match[1] ?? [])
  return [...new Set(words)].filter((word) => word.includes('_') || word.length < 12)
}

export interface Route {
  readonly method: string
  /** With {names} of its parameters. */
  readonly path: string
}

// They end the session that the other requests need.
const endsSession = /exchange|log_?out|sign_out|actions\/login|oauth\/token|v1\/session/
// The same handlers under an older base path, or with an ending of no meaning.
const sameAgain = /\.json\b|\/cleverreach\/v2\/|\/crmcom\/selfservice\/v3\//

/** The routes as the running app has them, but for those that would sign the caller out. */
export async function routesOf(app: FastifyInstance, role: Role, { api }: Caller): Promise<Route[]> {
  const { paths } = (await app.inject({ url: `/docs/${api}.json` })).json()
  const routes = Object.entries<Record<string, unknown>>(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method })),
  )
  const other = role === 'carecloud' ? customerInterface : role === 'carecloud customer' ? enterprise : undefined
  return routes.filter(
    ({ path }) => !endsSession.test(path) && !sameAgain.test(path) && !(other && path.startsWith(other)),
  )
}

/** Parameters as a form or query with nesting. */
export function asForm(value: unknown, name = ''): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([key, one]) => asForm(one, name === '' ? key : `${name}[${key}]`))
  }
  return [`${encodeURIComponent(name.toWellFormed())}=${encodeURIComponent(String(value).toWellFormed())}`]
}

export interface Asked {
  readonly method: string
  readonly url: string
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** No answer of success is right. */
  readonly mustRefuse?: boolean
}

let requests = 0

/** Sends a request as its caller, each from an address of its own, so that no limit of one address hides an answer. */
export async function ask(app: FastifyInstance, caller: Caller, { method, url, query, body, headers }: Asked) {
  const number = ++requests
  const form = caller.api === 'classic'
  const hasBody = !['get', 'head', 'delete'].includes(method.toLowerCase())
  const fields = { ...(body as object | undefined), ...caller.fields }
  const asked = asForm(hasBody ? { ...query } : { ...query, ...caller.fields }).join('&')
  const payload = Array.isArray(body) ? JSON.stringify(body) : form ? asForm(fields).join('&') : JSON.stringify(fields)
  return app.inject({
    method: method.toUpperCase() as 'GET',
    url: asked ? `${url}?${asked}` : url,
    remoteAddress: `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
    headers: {
      ...caller.headers,
      ...(caller.api === 'native' ? { 'idempotency-key': `test-${number}` } : {}),
      ...(hasBody ? { 'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json' } : {}),
      ...headers,
    },
    ...(hasBody ? { payload } : {}),
  })
}
