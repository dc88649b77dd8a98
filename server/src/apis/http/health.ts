import type { FastifyInstance } from 'fastify'
import { metricsContentType, metricsText } from '../../platform/metrics.ts'
import { isMigrated } from '../../platform/migrate.ts'
import type { ApiOptions } from './options.ts'

/** What operators and orchestrators ask: alive, ready, metrics. */
export function serveHealth(app: FastifyInstance, { server }: ApiOptions): void {
  app.get('/healthz', async () => ({ status: 'alive' }))
  app.get('/readyz', async (request, reply) => {
    const problem = await readiness()
    if (problem === undefined) return { status: 'ready' }
    request.log.warn({ problem }, 'not ready')
    return reply.code(503).send({ status: 'not_ready', reason: problem })
  })
  app.get('/metrics', async (_request, reply) => {
    return reply.type(metricsContentType).send(await metricsText(server.pool))
  })

  async function readiness(): Promise<string | undefined> {
    try {
      return (await isMigrated(server.pool)) ? undefined : 'the database is not migrated'
    } catch (error) {
      return error instanceof Error ? `the database does not answer as expected: ${error.name}` : 'unknown'
    }
  }
}
