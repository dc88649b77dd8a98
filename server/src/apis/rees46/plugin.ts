import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { acceptForms, acceptLooseJson, acceptMultipart } from '../http/content.ts'
import type { ApiOptions } from '../http/options.ts'
import { describeRoute } from './descriptions.ts'
import { sendError, sendStatus } from './errors.ts'
import { orderRoutes } from './routes/orders.ts'
import { productRoutes } from './routes/products.ts'
import { profileRoutes } from './routes/profile.ts'
import { pushRoutes } from './routes/push.ts'
import { segmentRoutes } from './routes/segments.ts'
import { sessionRoutes } from './routes/session.ts'
import { subscriptionRoutes } from './routes/subscriptions.ts'
import { trackRoutes } from './routes/track.ts'

/** The REES46 API: what its browser and mobile SDKs and its shops' servers call. See README.md beside this file. */
export async function rees46Api(app: FastifyInstance, options: ApiOptions): Promise<void> {
  await acceptForms(app)
  await acceptMultipart(app)
  acceptLooseJson(app)
  app.setErrorHandler(sendError)
  describeRoutes(app)
  allowBrowsers(app)
  answerUnknownRoutes(app)
  sessionRoutes(app, options)
  pushRoutes(app, options)
  trackRoutes(app, options)
  profileRoutes(app, options)
  orderRoutes(app, options)
  subscriptionRoutes(app, options)
  segmentRoutes(app, options)
  productRoutes(app, options)
}

/** Any site may call: nothing here trusts a cookie, so no credentials are allowed. */
function allowBrowsers(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('access-control-allow-origin', '*')
    if (request.method !== 'OPTIONS') return
    reply.header('access-control-allow-methods', 'GET, POST, PUT, PATCH, DELETE, OPTIONS')
    reply.header('access-control-allow-headers', 'content-type, x-shop-secret, x-requested-with')
    reply.header('access-control-max-age', '86400')
    return reply.code(204).send()
  })
  app.options('/*', async (_request, reply) => reply.code(204).send())
}

function describeRoutes(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    route.schema = { ...route.schema, ...describeRoute(route.url.slice(app.prefix.length)) }
  })
}

/** The right path with the wrong verb is 405, anything else 404. */
function answerUnknownRoutes(app: FastifyInstance): void {
  const known = new Set<string>()
  app.addHook('onRoute', (route) => {
    if (!route.url.includes('*')) known.add(route.url)
  })
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = (request.url.split('?', 1)[0] ?? '').replace(/\/+$/, '')
    return sendStatus(reply, known.has(path) ? 'not_allowed' : 'not_found')
  })
}
