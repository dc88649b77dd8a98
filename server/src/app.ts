// The composition root of the server: everything that answers over HTTP is put together here.
import { type FastifyBaseLogger, type FastifyInstance, fastify } from 'fastify'
import type { Config } from './platform/config.ts'
import type { Pool } from './platform/db.ts'
import type { Log } from './platform/log.ts'
import { isMigrated } from './platform/migrate.ts'

export type AppOptions = { readonly config: Config; readonly pool: Pool; readonly log: Log }

export async function createApp({ config, pool, log }: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger, // pino is one; without the cast its type enters every plugin's signature
    bodyLimit: config.bodyLimitBytes,
    trustProxy: config.trustProxy,
    forceCloseConnections: 'idle',
  })
  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async (_request, reply) => {
    const ready = await isMigrated(pool).catch(() => false)
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
  return app
}
