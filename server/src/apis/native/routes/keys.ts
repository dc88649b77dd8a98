import { Type } from 'typebox'
import { issueApiKey, listApiKeys, permissions, revokeApiKey } from '../../../core/accounts/index.ts'
import { ctxOf } from '../auth.ts'
import { time, timeOrNull } from '../encode.ts'
import type { Routes } from '../routing.ts'
import { Body, Id, IdParams, List, Name, Nullable, OneOf, Time } from '../schemas.ts'

const Scopes = Type.Array(OneOf(...permissions), { maxItems: 50, description: 'Empty: everything.' })

const ApiKey = Type.Object({
  id: Id,
  name: Type.String(),
  prefix: Type.String(),
  scopes: Type.Array(Type.String()),
  created_at: Time,
  last_used_at: Nullable(Time),
  revoked_at: Nullable(Time),
})

export function keyRoutes(app: Routes): void {
  const tags = ['Access']

  app.get(
    '/api-keys',
    { config: { access: 'keys.write' }, schema: { tags, summary: 'API keys', response: { 200: List(ApiKey) } } },
    async (request) => {
      const keys = await listApiKeys(ctxOf(request))
      return {
        items: keys.map(({ id, name, prefix, scopes, createdAt, lastUsedAt, revokedAt }) => ({
          id,
          name,
          prefix,
          scopes: [...scopes],
          created_at: time(createdAt),
          last_used_at: timeOrNull(lastUsedAt),
          revoked_at: timeOrNull(revokedAt),
        })),
      }
    },
  )

  app.post(
    '/api-keys',
    {
      config: { access: 'keys.write' },
      schema: {
        tags,
        summary: 'Make an API key',
        description: 'The key is shown this once.',
        body: Body({ name: Name, scopes: Type.Optional(Scopes) }),
        response: { 201: Type.Object({ id: Id, key: Type.String() }) },
      },
    },
    // Not once for an Idempotency-Key: its answer is kept, and a secret must not be.
    async (request, reply) => reply.code(201).send(await issueApiKey(ctxOf(request), request.body)),
  )

  app.delete(
    '/api-keys/:id',
    {
      config: { access: 'keys.write' },
      schema: { tags, summary: 'Revoke an API key', params: IdParams, response: { 204: Type.Null() } },
    },
    async (request, reply) => {
      await revokeApiKey(ctxOf(request), request.params.id)
      return reply.code(204).send(null)
    },
  )
}
