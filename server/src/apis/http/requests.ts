import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { metrics } from '../../platform/metrics.ts'
import { refuseUnreadableQuery } from './content.ts'

/**
 * One log line and one measurement a request. The line names the route's pattern, never the address with its query:
 * addresses hold e-mails and tokens.
 */
export function observeRequests(app: FastifyInstance, prefixes: ReadonlyMap<string, string>): void {
  const apis = [...prefixes].map(([name, prefix]) => ({ name, prefix }))
  app.decorateRequest('tenantId', null)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    refuseUnreadableQuery(request)
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? ''
    const path = request.url.split('?', 1)[0] ?? ''
    const api = apis.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`))?.name ?? 'other'
    metrics.httpAnswered({ api, status: reply.statusCode }, reply.elapsedTime / 1000)
    logRequest(request, reply, route)
  })
}

function logRequest(request: FastifyRequest, reply: FastifyReply, route: string): void {
  const line = {
    method: request.method,
    route: route || '(none)',
    status: reply.statusCode,
    ms: Math.round(reply.elapsedTime * 10) / 10,
    tenant: request.tenantId ?? undefined,
  }
  const quiet = reply.statusCode < 400 && (request.routeOptions.config.quiet || !route || route === '/healthz')
  if (quiet) request.log.debug(line, 'answered')
  else request.log.info(line, 'answered')
}
