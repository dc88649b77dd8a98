import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  consumeToken,
  countAttempt,
  type FoundCredential,
  findCredential,
  forgetAttempts,
  revokeToken,
} from '../../../core/accounts/index.ts'
import { type Ctx, type Server, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import { readRecord, readText } from '../../http/values.ts'
import { api, authenticate, ctxOf, issueTokens } from '../auth.ts'
import { addOpen, type Routes, sendJson } from '../call.ts'

/** POST /oauth/token.php: client credentials and refreshing, credentials in the body or as HTTP Basic. */
export function oauthRoutes(app: FastifyInstance, server: Server): void {
  addOpen(app, 'POST', '/token.php', (request, reply) => answerToken(server, request, reply))
  addOpen(app, 'DELETE', '/token', async (request) => {
    const { ctx, token } = await authenticate(server, request)
    return revokeToken(ctx, token.id)
  })
}

/** The same under /v3, and what a wizard tells after connecting. */
export function oauthSettingsRoutes({ add }: Routes): void {
  add('DELETE', '/oauth/token', ({ ctx, token }) => revokeToken(ctx, token.id))
}

interface TokenRequest {
  readonly grant: string
  readonly clientId: string
  readonly clientSecret: string
  readonly refreshToken: string
  readonly isBasic: boolean
  readonly ip: string
}

function decodeTokenRequest(request: FastifyRequest): TokenRequest {
  const body = readRecord(request.body) ?? {}
  const text = (name: string) => readText(body[name])?.trim() ?? ''
  const [scheme = '', given = ''] = (request.headers.authorization ?? '').split(/\s+/, 2)
  const isBasic = /^basic$/i.test(scheme)
  const [id = '', ...secret] = isBasic ? Buffer.from(given, 'base64').toString('utf8').split(':') : []
  return {
    grant: text('grant_type'),
    clientId: id || text('client_id'),
    clientSecret: isBasic ? secret.join(':') : text('client_secret'),
    refreshToken: text('refresh_token'),
    isBasic,
    ip: request.ip,
  }
}

async function answerToken(server: Server, request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const asked = decodeTokenRequest(request)
  const client = await proveClient(server, asked)
  if (!client) {
    return refuse(
      reply,
      { error: 'invalid_client', error_description: 'The client credentials are invalid' },
      asked.isBasic,
    )
  }
  const ctx = ctxOf(server, client.tenant, request, asked.clientId)
  switch (asked.grant) {
    case 'client_credentials':
      return issueTokens(ctx, { clientId: asked.clientId, refresh: false })
    case 'refresh_token':
      return (
        (await refresh(ctx, asked)) ??
        refuse(reply, { error: 'invalid_grant', error_description: 'Invalid refresh token' })
      )
    default:
      return refuse(reply, {
        error: asked.grant === '' ? 'invalid_request' : 'unsupported_grant_type',
        error_description: 'The grant type must be client_credentials or refresh_token',
      })
  }
}

async function proveClient(server: Server, asked: TokenRequest): Promise<FoundCredential | undefined> {
  if (asked.clientId === '' || asked.clientSecret === '') return undefined
  const attempt = { scope: 'cleverreach token', subject: `${asked.clientId} ${asked.ip}` }
  await countAttempt(server, { ...attempt, limit: 300, windowSeconds: 600 })
  const client = await findCredential(server, { api, kind: 'oauth_client', publicId: asked.clientId })
  if (!client?.secretMatches(asked.clientSecret)) return undefined
  await forgetAttempts(server, attempt)
  return client
}

// A refresh token is used up; of several who come with the same one, one gets the new set.
async function refresh(ctx: Ctx, asked: TokenRequest): Promise<unknown> {
  return transact(ctx, async (ctx) => {
    const used = await consumeToken(ctx, { api, kinds: ['refresh'], token: asked.refreshToken }).catch(
      (error: unknown) => {
        if (error instanceof DomainError) return undefined
        throw error
      },
    )
    if (used?.data.clientId !== asked.clientId) return undefined
    return issueTokens(ctx, { clientId: asked.clientId, refresh: true })
  })
}

/** The flat shape of OAuth, not the envelope of the rest. */
function refuse(reply: FastifyReply, body: { error: string; error_description: string }, challenge = false): unknown {
  if (challenge) reply.header('www-authenticate', 'Basic realm="token"')
  reply.status(challenge ? 401 : 400)
  return sendJson(reply, body)
}
