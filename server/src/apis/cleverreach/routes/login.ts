import type { FastifyInstance, FastifyRequest } from 'fastify'
import { countAttempt, findCredential, forgetAttempts } from '../../../core/accounts/index.ts'
import type { Server } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readRecord, readText } from '../../http/values.ts'
import { api, ctxOf, issueTokens } from '../auth.ts'
import { addOpen } from '../call.ts'

/** POST /login: the older way in, which answers the bare token. Refuses `credentials.wrong`. */
export function loginRoutes(app: FastifyInstance, server: Server): void {
  addOpen(app, 'POST', '/login', async (request) => {
    const asked = decodeLogin(request)
    const attempt = { scope: 'cleverreach login', subject: `${asked.login} ${request.ip}` }
    await countAttempt(server, { ...attempt, limit: 300, windowSeconds: 600 })
    const found = await findCredential(server, { api, kind: 'login', publicId: asked.login })
    if (!found?.secretMatches(asked.password) || String(found.data.clientId) !== asked.clientId) {
      throw new DomainError('credentials.wrong')
    }
    await forgetAttempts(server, attempt)
    const ctx = ctxOf(server, found.tenant, request, asked.clientId)
    return (await issueTokens(ctx, { clientId: asked.clientId, refresh: false })).access_token
  })
}

function decodeLogin(request: FastifyRequest): { clientId: string; login: string; password: string } {
  const body = readRecord(request.body) ?? {}
  const text = (name: string) => readText(body[name]) ?? ''
  return { clientId: text('client_id').trim(), login: text('login').trim(), password: text('password') }
}
