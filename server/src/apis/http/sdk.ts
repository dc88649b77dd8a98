import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'

const source = fileURLToPath(new URL('../../../../sdk/v3.ts', import.meta.url))

/** The browser SDK at /v3.js: one file, its types taken off when the server starts, so that there is nothing to build. */
export function serveSdk(app: FastifyInstance): void {
  const script = stripTypeScriptTypes(readFileSync(source, 'utf8'))
  const etag = `"${createHash('sha256').update(script).digest('base64url').slice(0, 22)}"`
  app.get('/v3.js', async (request, reply) => {
    reply.headers({
      etag,
      'cache-control': 'public, max-age=600',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('text/javascript; charset=utf-8').send(script)
  })
}
