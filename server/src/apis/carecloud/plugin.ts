import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ApiOptions } from '../http/options.ts'
import { isTooDeep } from '../http/values.ts'
import { type InterfaceName, routesOn } from './call.ts'
import { answerError, invalidParam, methodNotAllowed, notFound, sendRefusal } from './errors.ts'
import { passwordPages } from './password-pages.ts'
import { cardRoutes } from './routes/cards.ts'
import { checkoutRoutes } from './routes/checkout.ts'
import { customerActionRoutes } from './routes/customer-actions.ts'
import { customerRecordRoutes } from './routes/customer-records.ts'
import { customerRelationRoutes } from './routes/customer-relations.ts'
import { customerRoutes } from './routes/customers.ts'
import { eventRoutes } from './routes/events.ts'
import { historyRoutes } from './routes/history.ts'
import { messageRoutes } from './routes/messages.ts'
import { newsletterRoutes } from './routes/newsletters.ts'
import { oneTimePasswordRoutes } from './routes/one-time-passwords.ts'
import { partnerRoutes } from './routes/partners.ts'
import { reservationRoutes } from './routes/point-reservations.ts'
import { pointRoutes } from './routes/points.ts'
import { brandRoutes } from './routes/product-brands.ts'
import { groupRoutes } from './routes/product-groups.ts'
import { productRoutes } from './routes/products.ts'
import { propertyRoutes } from './routes/properties.ts'
import { purchaseRoutes } from './routes/purchases.ts'
import { recommendationRoutes } from './routes/recommendations.ts'
import { recommendedRewardRoutes } from './routes/recommended-rewards.ts'
import { referenceRoutes } from './routes/reference.ts'
import { rewardProductRoutes } from './routes/reward-products.ts'
import { rewardRoutes } from './routes/rewards.ts'
import { segmentRoutes } from './routes/segments.ts'
import { statusRoutes } from './routes/statuses.ts'
import { storeRecordRoutes } from './routes/store-records.ts'
import { storeRoutes } from './routes/stores.ts'
import { tokenRoutes } from './routes/tokens.ts'
import { userRoutes } from './routes/users.ts'
import { voucherRoutes } from './routes/vouchers.ts'
import { walletRoutes } from './routes/wallet.ts'

const resources = [
  userRoutes,
  tokenRoutes,
  customerRoutes,
  newsletterRoutes,
  customerActionRoutes,
  customerRecordRoutes,
  customerRelationRoutes,
  recommendationRoutes,
  referenceRoutes,
  storeRoutes,
  storeRecordRoutes,
  partnerRoutes,
  cardRoutes,
  checkoutRoutes,
  purchaseRoutes,
  segmentRoutes,
  statusRoutes,
  rewardRoutes,
  rewardProductRoutes,
  recommendedRewardRoutes,
  voucherRoutes,
  walletRoutes,
  pointRoutes,
  reservationRoutes,
  historyRoutes,
  eventRoutes,
  messageRoutes,
  oneTimePasswordRoutes,
  propertyRoutes,
  brandRoutes,
  groupRoutes,
  productRoutes,
]

/** CareCloud REST API v1.0: the enterprise interface for the shop's systems and the customer interface for its apps. */
export async function carecloudApi(app: FastifyInstance, options: ApiOptions): Promise<void> {
  await app.register(async (scope) => {
    acceptForms(scope)
    passwordPages(scope, options.server)
  })
  for (const interfaceName of ['enterprise', 'customer'] as const) {
    await app.register((scope) => interfaceOf(scope, options, interfaceName), {
      prefix: `/webservice/rest-api/${interfaceName}-interface/v1.0`,
    })
  }
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(answerUnknown)
}

/** A path that is no operation's, or that nobody can read. */
export function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendRefusal(reply, notFound(resourceIn(request.url), ''))
}

/** The first step behind the version: what a path is about. */
function resourceIn(url: string): string {
  const path = url.split('?')[0] ?? ''
  return path.replace(/^.*?\/v1\.0\//, '').split('/')[0] ?? ''
}

async function interfaceOf(app: FastifyInstance, options: ApiOptions, interfaceName: InterfaceName): Promise<void> {
  acceptJson(app)
  app.setErrorHandler(answerError)
  const known = rememberPaths(app)
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    if (known.some((pattern) => pattern.test(path))) return sendRefusal(reply, methodNotAllowed(request.method))
    return answerUnknown(request, reply)
  })
  const routes = routesOn(app, options, interfaceName)
  for (const declare of resources) declare(routes)
}

/** The paths that exist, whatever the verb: a wrong verb on one of them is a 405 and not a 404. */
function rememberPaths(app: FastifyInstance): RegExp[] {
  const known: RegExp[] = []
  app.addHook('onRoute', (route) => {
    const steps = route.url.split('/').map((step) => (step.startsWith(':') ? '[^/]+' : step.replaceAll('.', '\\.')))
    known.push(new RegExp(`^${steps.join('/')}/?$`))
  })
  return known
}

/** The one page's form, as text. */
function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: 10_000 }, (_request, text, done) => done(null, text))
}

/** Undefined for what is no JSON, or is nested beyond all reason. */
function parseBody(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text)
    return isTooDeep(parsed) ? undefined : parsed
  } catch {
    return undefined
  }
}

/** Bodies are JSON whatever the header says; clients send `Content-Type: application/json` on calls without one, too. */
function acceptJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    const body = text.toString()
    if (body.trim() === '') return done(null, undefined)
    const parsed = parseBody(body)
    if (parsed === undefined) done(invalidParam('body', 'invalid_value_format', '', 'The body is not valid JSON.'))
    else done(null, parsed)
  })
}
