import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import { acceptLooseJson } from '../http/content.ts'
import type { ApiOptions } from '../http/options.ts'
import { answerErrors } from './errors.ts'
import { accountRoutes } from './routes/accounts.ts'
import { addressRoutes } from './routes/addresses.ts'
import { authenticationRoutes } from './routes/authentication.ts'
import { contactRoutes } from './routes/contacts.ts'
import { organisationRoutes } from './routes/organisations.ts'
import { phoneRoutes } from './routes/phones.ts'
import { platformRoutes } from './routes/platform.ts'
import { productRoutes } from './routes/products.ts'
import { purchaseRoutes } from './routes/purchases.ts'
import { rewardRoutes } from './routes/rewards.ts'
import { tokenRoutes } from './routes/tokens.ts'

/** The customer's own application, under each base path that clients of the Self Service API are configured with. */
export async function crmcomApi(app: FastifyInstance, { server }: ApiOptions): Promise<void> {
  // Apps in a browser name themselves and their contact in headers, never by cookies: any origin may ask.
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'POST', 'PUT', 'DELETE'],
    allowedHeaders: ['api_key', 'authorization', 'content-type', 'refresh_token'],
    maxAge: 86_400,
    // An OPTIONS that asks for nothing gets the same answer, not a refusal in the plugin's own shape.
    strictPreflight: false,
  })
  acceptLooseJson(app)
  answerErrors(app)
  for (const prefix of ['/self-service/v1', '/selfservice/v3']) {
    await app.register(async (scope) => routes(scope, server), { prefix })
  }
}

function routes(app: FastifyInstance, server: ApiOptions['server']): void {
  authenticationRoutes(app, server)
  contactRoutes(app, server)
  addressRoutes(app, server)
  phoneRoutes(app, server)
  tokenRoutes(app, server)
  accountRoutes(app, server)
  purchaseRoutes(app, server)
  rewardRoutes(app, server)
  organisationRoutes(app, server)
  productRoutes(app, server)
  platformRoutes(app, server)
}
