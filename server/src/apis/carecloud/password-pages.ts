import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findTenant, issueCode, revokeTokensOfCustomer, verifyCode } from '../../core/accounts/index.ts'
import { type Customer, findCustomerById, setCustomerPassword } from '../../core/customers/index.ts'
import { sendMessage } from '../../core/messaging/index.ts'
import { type Ctx, makeCtx, type Server, transact } from '../../platform/ctx.ts'
import { refused } from './hand-over.ts'
import { isPassword } from './passwords.ts'

const purpose = 'carecloud password'
const lifeSeconds = 24 * 60 * 60

/** Sends the customer a link to a page of ours on which they choose a password. */
export async function sendPasswordLink(
  ctx: Ctx,
  to: { customer: Customer; channel: 'email' | 'sms'; address: string; publicUrl: string },
): Promise<void> {
  const { id } = to.customer
  const { id: codeId, code } = await issueCode(ctx, {
    purpose,
    subject: `customer:${id}`,
    ttlSeconds: lifeSeconds,
    linkToken: true,
    maxPerHour: 5,
    data: { customerId: id },
  })
  const link = `${to.publicUrl}/carecloud/password/${ctx.tenant.slug}/${code}`
  await sendMessage(ctx, {
    key: `carecloud:password:${codeId}`,
    channel: to.channel,
    purpose: 'security',
    customerId: id,
    to: to.address,
    ...(to.channel === 'email' ? { subject: `Your password for ${ctx.tenant.name}` } : {}),
    text: `Choose your password for ${ctx.tenant.name}: ${link} The link works once, for a day.`,
  })
}

type Named = { Params: { tenant: string; code: string } }

/** The page behind the link. Looking at it uses nothing up: mail programs open links before people do. */
export function passwordPages(app: FastifyInstance, server: Server): void {
  const url = '/password/:tenant/:code'
  app.get<Named>(url, async (request, reply) => {
    const ctx = await ctxOf(server, request)
    return ctx ? page(reply, 200, form(ctx.tenant.name)) : page(reply, 404, '<p>This link does not work.</p>')
  })
  app.post<Named>(url, async (request, reply) => {
    const ctx = await ctxOf(server, request)
    if (!ctx) return page(reply, 404, '<p>This link does not work.</p>')
    const password = new URLSearchParams(typeof request.body === 'string' ? request.body : '').get('password') ?? ''
    if (!isPassword(password)) return page(reply, 400, form(ctx.tenant.name, rule))
    const isDone = await choose(ctx, { code: request.params.code, password })
    return isDone
      ? page(reply, 200, '<p>Your password is set.</p>')
      : page(reply, 410, '<p>This link was used already or is too old.</p>')
  })
}

async function choose(ctx: Ctx, given: { code: string; password: string }): Promise<boolean> {
  const proved = await transact(ctx, async (ctx) => {
    const taken = await verifyCode(ctx, { purpose, code: given.code })
    const customer = await findCustomerById(ctx, Number(taken.data.customerId))
    if (!customer || customer.state === 'erased') return undefined
    await setCustomerPassword(ctx, { customerId: customer.id, password: given.password })
    // Whoever knew the old one is signed out everywhere.
    await revokeTokensOfCustomer(ctx, customer.id)
    return customer
  }).catch(refused)
  return proved !== undefined
}

async function ctxOf(server: Server, request: FastifyRequest<Named>): Promise<Ctx | undefined> {
  const { tenant: slug, code } = request.params
  if (slug.length > 40 || !/^[0-9a-f]{64}$/.test(code)) return undefined
  const tenant = await findTenant(server, slug)
  return tenant && makeCtx(server, tenant, { kind: 'customer', id: 'link', via: 'link', ip: request.ip })
}

const rule = 'A password needs 8 characters with a digit and an upper-case letter, and must not be a common one.'

function form(name: string, message = ''): string {
  return `<form method="post"><h1>${asText(name)}</h1><p>${asText(message)}</p>
<label>New password <input type="password" name="password" autocomplete="new-password" minlength="8" required autofocus></label>
<button>Save</button></form>`
}

const asText = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)

function page(reply: FastifyReply, status: number, body: string): FastifyReply {
  return reply
    .status(status)
    .headers({
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    })
    .type('text/html; charset=utf-8')
    .send(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Password</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:26rem;padding:0 1rem}input,button{font:inherit;width:100%;padding:.5rem;margin-top:.5rem;box-sizing:border-box}</style>
${body}`)
}
