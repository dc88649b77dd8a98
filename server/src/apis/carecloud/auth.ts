import { createHash, timingSafeEqual } from 'node:crypto'
import { type FoundCredential, findCredential, findToken } from '../../core/accounts/index.ts'
import type { Actor, Server, Tenant } from '../../platform/ctx.ts'
import type { InterfaceName } from './call.ts'

/** Who is asking: a system of the shop, or an app with or without a customer signed in. */
export interface Session {
  readonly tenant: Tenant
  readonly actor: Pick<Actor, 'kind' | 'id'>
  /** The token it came with; undefined for Basic, which has none. */
  readonly tokenId: number | undefined
  /** The customer who is signed in on the app; always undefined at the enterprise interface. */
  readonly customerId: number | undefined
  /** What is kept with the token: the application, the device and its set-up. */
  readonly tokenData: Readonly<Record<string, unknown>>
}

export const api = 'carecloud'
/** The kinds of credentials and tokens that accounts keeps for this API. */
export const userKind = 'user'
export const applicationKind = 'external_application'
export const userTokenKind = 'user'
export const deviceTokenKind = 'device'

/** Undefined when the header is missing or proves nothing. */
export async function authenticate(
  server: Server,
  interfaceName: InterfaceName,
  header: string | undefined,
): Promise<Session | undefined> {
  const [scheme, value] = (header ?? '').trim().split(/\s+/, 2)
  if (!scheme || !value || value.length > 1_000) return undefined
  if (scheme.toLowerCase() === 'bearer') return bearerSession(server, interfaceName, value)
  return scheme.toLowerCase() === 'basic' ? basicSession(server, interfaceName, value) : undefined
}

async function bearerSession(
  server: Server,
  interfaceName: InterfaceName,
  token: string,
): Promise<Session | undefined> {
  const kind = interfaceName === 'enterprise' ? userTokenKind : deviceTokenKind
  const found = await findToken(server, { api, kinds: [kind], token })
  if (!found) return undefined
  const customerId = found.customerId ?? undefined
  return { tenant: found.tenant, actor: actorOf(found), tokenId: found.id, customerId, tokenData: found.data }
}

function actorOf(token: {
  kind: string
  id: number
  customerId: number | null
  data: Readonly<Record<string, unknown>>
}) {
  if (token.kind === userTokenKind) return { kind: 'key', id: String(token.data.login ?? '') } as const
  return token.customerId === null
    ? ({ kind: 'device', id: String(token.data.deviceId ?? '') } as const)
    : ({ kind: 'customer', id: String(token.customerId) } as const)
}

/**
 * The deprecated way. At the enterprise interface the password is `sha256(md5(password) + YYYYMMDDHH)` with the hour in
 * UTC; clients' clocks differ, so the hour before and the one after count too. At the customer interface it is the token.
 */
async function basicSession(
  server: Server,
  interfaceName: InterfaceName,
  encoded: string,
): Promise<Session | undefined> {
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 0 || text.includes('\0')) return undefined
  const [login, password] = [text.slice(0, colon), text.slice(colon + 1)]
  if (interfaceName === 'customer') return password ? bearerSession(server, interfaceName, password) : undefined
  const credential = await findCredential(server, { api, kind: userKind, publicId: login })
  if (credential?.secret === undefined) return undefined
  const given = password.toLowerCase()
  const hours = [0, -1, 1].map((hour) => new Date(server.clock.now().getTime() + hour * 3_600_000))
  if (!hours.some((hour) => sameText(given, basicPassword(credential.secret ?? '', hour)))) return undefined
  return {
    tenant: credential.tenant,
    actor: { kind: 'key', id: login },
    tokenId: undefined,
    customerId: undefined,
    tokenData: {},
  }
}

/** The application of the shop that a client says it is; each interface has its own. */
export async function findApplication(
  server: Server,
  interfaceName: InterfaceName,
  publicId: string,
): Promise<FoundCredential | undefined> {
  const found = await findCredential(server, { api, kind: applicationKind, publicId })
  return found?.data.interface === interfaceName ? found : undefined
}

/** What the password field of Basic holds during the hour of `time`. */
export function basicPassword(password: string, time: Date): string {
  const hour = time.toISOString().slice(0, 13).replace(/\D/g, '')
  return digest('sha256', digest('md5', password) + hour)
}

function digest(algorithm: 'md5' | 'sha256', text: string): string {
  return createHash(algorithm).update(text).digest('hex')
}

function sameText(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}
