import type { FastifyInstance } from 'fastify'
import type { ApiOptions } from '../http/options.ts'
import { acceptBodies, routesOn } from './call.ts'
import { answerError, answerNotFound } from './errors.ts'
import { accountReceiverRoutes } from './routes/account-receivers.ts'
import { attributeRoutes } from './routes/attributes.ts'
import { blacklistRoutes } from './routes/blacklist.ts'
import { debugRoutes } from './routes/debug.ts'
import { filterRoutes } from './routes/filters.ts'
import { confirmationPages, formRoutes } from './routes/forms.ts'
import { groupRoutes } from './routes/groups.ts'
import { loginRoutes } from './routes/login.ts'
import { oauthRoutes, oauthSettingsRoutes } from './routes/oauth.ts'
import { receiverRoutes } from './routes/receivers.ts'

/** CleverReach REST v3, the same routes under v2 for older clients, and OAuth beside them. */
export async function cleverreachApi(app: FastifyInstance, { server, config }: ApiOptions): Promise<void> {
  acceptBodies(app)
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerNotFound)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-language': 'en',
      'cache-control': 'no-cache, must-revalidate',
      expires: '0',
      pragma: 'no-cache',
    })
  })
  await app.register(async (scope) => oauthRoutes(scope, server), { prefix: '/oauth' })
  confirmationPages(app, server)
  for (const prefix of ['/v3', '/v2']) {
    await app.register(async (scope) => resources(scope, { server, config }), { prefix })
  }
}

function resources(app: FastifyInstance, { server, config }: ApiOptions): void {
  const routes = routesOn(app, server)
  loginRoutes(app, server)
  debugRoutes(app, routes)
  oauthSettingsRoutes(routes)
  groupRoutes(routes)
  attributeRoutes(routes)
  receiverRoutes(routes)
  filterRoutes(routes)
  formRoutes(routes, config.publicUrl)
  accountReceiverRoutes(routes)
  blacklistRoutes(routes)
}
