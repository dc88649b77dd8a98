import type { FastifyInstance, FastifyReply } from 'fastify'
import { findTenant } from '../../../core/accounts/index.ts'
import {
  askToConfirm,
  confirmByLink,
  createForm,
  deleteForm,
  getForm,
  listForms,
  type OptInForm,
} from '../../../core/messaging/index.ts'
import type { Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { firstOf, readId, readList, readRecord, readText } from '../../http/values.ts'
import { ctxOf } from '../auth.ts'
import { type Call, type Fields, fieldsOf, type Routes } from '../call.ts'
import { getReceiver, groupOf } from '../receivers.ts'

/** Forms of a group and the mails that ask a receiver to confirm. `publicUrl` is where their links point. */
export function formRoutes({ add }: Routes, publicUrl: string): void {
  add('GET', '/forms', async ({ ctx }) => (await listForms(ctx)).map(encodeForm))
  add('GET', '/groups/:group/forms', async (call) =>
    (await listForms(call.ctx, (await groupOf(call)).id)).map(encodeForm),
  )
  add('GET', '/forms/:form', async (call) => encodeForm(await formOf(call)))
  add('DELETE', '/forms/:form', async (call) => {
    await deleteForm(call.ctx, (await formOf(call)).id)
    return true
  })
  add('POST', '/forms/:group/createfromtemplate/:type', create)
  add('POST', '/forms/:form/send/activate', (call) => send(call, { action: 'join', publicUrl }))
  add('POST', '/forms/:form/send/deactivate', (call) => send(call, { action: 'leave', publicUrl }))
}

function encodeForm(form: OptInForm): Fields {
  return { id: String(form.id), name: form.name, title: form.title, customer_tables_id: String(form.listId) }
}

async function formOf({ ctx, params }: Call): Promise<OptInForm> {
  const id = readId(params.form)
  if (id === undefined) throw new DomainError('reference.not_found')
  return getForm(ctx, id)
}

async function create(call: Call): Promise<Fields> {
  const list = await groupOf(call)
  const fields = fieldsOf(call)
  const name = readText(fields.name)?.trim() || list.name
  return encodeForm(await createForm(call.ctx, { listId: list.id, name, title: readText(fields.title) }))
}

async function send(call: Call, what: { action: 'join' | 'leave'; publicUrl: string }): Promise<Fields> {
  const { ctx } = call
  const form = await formOf(call)
  const fields = fieldsOf(call)
  const customer = await getReceiver(ctx, fields.email)
  const group = firstOf(fields, ['groups_id', 'group_id']) ?? readList(fields.groups_ids)[0]
  await askToConfirm(ctx, {
    form,
    listId: readId(group),
    customer,
    action: what.action,
    linkOf: (code) => `${what.publicUrl}/cleverreach/confirm/${ctx.tenant.slug}/${code}`,
    proof: proofOf(fields.doidata),
  })
  return { success: true, email: readText(fields.email) ?? '' }
}

function proofOf(value: unknown): Record<string, string> {
  const given = readRecord(value) ?? {}
  const names = ['user_ip', 'referer', 'user_agent']
  return Object.fromEntries(names.map((name) => [name, (readText(given[name]) ?? '').slice(0, 1_000)]))
}

/** What a person sees who opens the link in such a mail. */
export function confirmationPages(app: FastifyInstance, server: Server): void {
  app.get('/confirm/:tenant/:code', async (request, reply) => {
    const { tenant: slug = '', code = '' } = request.params as { tenant?: string; code?: string } // the path's own names
    const tenant = await findTenant(server, slug)
    if (!tenant) return page(reply, 404, 'This link does not work.')
    const ctx = { ...ctxOf(server, tenant, request, ''), actor: { ...personOf(request), via: 'link' } }
    const refused = (error: unknown) => {
      if (error instanceof DomainError) return undefined
      throw error
    }
    const done = await confirmByLink(ctx, code).catch(refused)
    if (!done) return page(reply, 410, 'This link was used already or is too old.')
    return page(
      reply,
      200,
      done.action === 'join' ? `You are subscribed to “${done.list.name}”.` : `You have left “${done.list.name}”.`,
    )
  })
}

function personOf(request: { ip: string; headers: Readonly<Record<string, unknown>> }) {
  const userAgent = request.headers['user-agent']
  return {
    kind: 'customer' as const,
    id: 'link',
    ip: request.ip,
    ...(typeof userAgent === 'string' ? { userAgent } : {}),
  }
}

function page(reply: FastifyReply, status: number, message: string): FastifyReply {
  const text = message.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  return reply
    .status(status)
    .headers({
      'referrer-policy': 'no-referrer',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    })
    .type('text/html; charset=utf-8')
    .send(`<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${text}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32rem;padding:0 1rem;text-align:center}</style>
<p>${text}</p>`)
}
