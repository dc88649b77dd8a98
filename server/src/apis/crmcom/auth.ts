import type { FastifyReply, FastifyRequest } from 'fastify'
import { jwtVerify } from 'jose'
import {
  countAttempt,
  type FoundCredential,
  findCredential,
  findToken,
  forgetAttempts,
} from '../../core/accounts/index.ts'
import { type Customer, getCustomer } from '../../core/customers/index.ts'
import { type Actor, type Ctx, makeCtx, type Server, type Tenant } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { loadSecrets } from '../../platform/secrets.ts'

export const api = 'crmcom'

/** A request with the application's publishable key. */
export interface ApplicationCall {
  readonly ctx: Ctx
  readonly application: FoundCredential
  readonly request: FastifyRequest
}

/** A request with a contact's access token. */
export interface ContactCall {
  readonly ctx: Ctx
  readonly customer: Customer
  /** The contact the token was issued for: after a merge it and the survivor's id both name the customer. */
  readonly tokenCustomerId: number
  /** What all tokens of this sign-in have in common. */
  readonly session: string
  /** Undefined when the token was issued for an application that is gone. */
  readonly applicationId: number | undefined
  readonly verified: boolean
  readonly request: FastifyRequest
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/** Several calls answer 200 with nothing in it. */
export function answering(handle: (request: FastifyRequest) => Promise<unknown>): Handler {
  return async (request, reply) => (await handle(request)) ?? reply.send()
}

/** For calls that only name the application. */
export function withApplication(server: Server, handle: (call: ApplicationCall) => Promise<unknown>): Handler {
  return answering(async (request) => handle(await authenticateApplication(server, request)))
}

/** For calls of a contact who is signed in. */
export function withContact(server: Server, handle: (call: ContactCall) => Promise<unknown>): Handler {
  return answering(async (request) => handle(await authenticateContact(server, request)))
}

/** For calls under /contacts/{id}: a contact touches only its own. */
export function withOwnContact(server: Server, handle: (call: ContactCall) => Promise<unknown>): Handler {
  return withContact(server, (call) => {
    const { id = '' } = call.request.params as { id?: string } // the routes under /contacts have it
    refuseAnother(call, id)
    return handle(call)
  })
}

/** Either credential opens calls that show what everybody may see. */
export function withAnyone(server: Server, handle: (call: ContactCall | ApplicationCall) => Promise<unknown>): Handler {
  return answering(async (request) =>
    handle(
      request.headers.authorization
        ? await authenticateContact(server, request)
        : await authenticateApplication(server, request),
    ),
  )
}

// A contact is named by its id or by its code. Another's id of the same shop is forbidden, anything else is not found.
function refuseAnother({ ctx, customer, tokenCustomerId }: ContactCall, text: string): void {
  if (text === customer.code) return
  const id = ctx.ids.read('customer', ctx.tenant.id, text)
  if (id === undefined) throw new DomainError('customer.not_found')
  if (id !== customer.id && id !== tokenCustomerId) throw new DomainError('request.forbidden')
}

export async function authenticateApplication(server: Server, request: FastifyRequest): Promise<ApplicationCall> {
  const key = headerOf(request, 'api_key')
  if (!key) throw new DomainError('credentials.wrong', { field: 'api_key' })
  const application = await findCredential(server, { api, kind: 'application', publicId: key })
  if (!application) throw new DomainError('credentials.wrong', { field: 'api_key' })
  const ctx = ctxOf(server, application.tenant, request, { kind: 'key', id: String(application.id) })
  return { ctx, application, request }
}

async function authenticateContact(server: Server, request: FastifyRequest): Promise<ContactCall> {
  const token = (headerOf(request, 'authorization') ?? '').replace(/^bearer\s+/i, '').trim()
  if (!token) throw new DomainError('token.invalid', { field: 'Authorization' })
  await verifySignature(server, token)
  const found = await findToken(server, { api, kinds: ['access'], token })
  if (found?.customerId == null) throw new DomainError('token.invalid', { field: 'Authorization' })
  const ctx = ctxOf(server, found.tenant, request, { kind: 'customer', id: String(found.customerId) })
  const customer = await getCustomer(ctx, found.customerId)
  if (customer.state === 'erased') throw new DomainError('token.invalid', { field: 'Authorization' })
  return {
    ctx,
    customer,
    tokenCustomerId: found.customerId,
    session: String(found.data.session),
    applicationId: typeof found.data.applicationId === 'number' ? found.data.applicationId : undefined,
    verified: found.data.verified === true,
    request,
  }
}

// The signature alone does not open anything, the token must also be alive; it spares the database what is forged.
async function verifySignature(server: Server, token: string): Promise<void> {
  const { tokenSigningKey } = await loadSecrets(server.pool)
  const currentDate = server.clock.now()
  try {
    await jwtVerify(token, tokenSigningKey, { algorithms: ['HS512'], currentDate })
  } catch (cause) {
    throw new DomainError('token.invalid', { field: 'Authorization' }, { cause })
  }
}

function ctxOf(server: Server, tenant: Tenant, request: FastifyRequest, actor: Pick<Actor, 'kind' | 'id'>): Ctx {
  request.tenantId = tenant.id
  const userAgent = headerOf(request, 'user-agent')
  return makeCtx(server, tenant, { ...actor, via: api, ip: request.ip, ...(userAgent ? { userAgent } : {}) })
}

/** A ctx for calls whose one-time token is all that they show. */
export function ctxOfToken(server: Server, tenant: Tenant, request: FastifyRequest): Ctx {
  return ctxOf(server, tenant, request, { kind: 'customer', id: 'one-time token' })
}

export function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name]
  return (Array.isArray(value) ? value[0] : value) || undefined
}

/**
 * Guessing is slowed by who is guessed and by where it comes from. The second limit is wide: behind one address may be
 * the server of a whole application.
 */
export async function countGuess(ctx: Ctx, guess: { scope: string; subject: string }): Promise<void> {
  await countAttempt(ctx, { ...subjectOf(ctx, guess), limit: 20, windowSeconds: 900 })
  if (!ctx.actor.ip) return
  await countAttempt(ctx, { scope: `${api}.${guess.scope}.ip`, subject: ctx.actor.ip, limit: 3000, windowSeconds: 900 })
}

/** Who knew it did not guess. */
export function forgetGuesses(ctx: Ctx, guess: { scope: string; subject: string }): Promise<void> {
  return forgetAttempts(ctx, subjectOf(ctx, guess))
}

function subjectOf(ctx: Ctx, { scope, subject }: { scope: string; subject: string }) {
  return { scope: `${api}.${scope}`, subject: `${ctx.tenant.id}:${subject.toLowerCase()}` }
}
