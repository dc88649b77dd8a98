/**
 * Our own API, /api/v1: what the console stands on and what a shop's own programs use. Its schemas validate, type and
 * document; see README.md.
 */
import type { FastifyInstance } from 'fastify'
import { acceptLooseJson } from '../http/content.ts'
import type { ApiOptions } from '../http/options.ts'
import { authenticate } from './auth.ts'
import { answerProblems } from './errors.ts'
import { choiceRoutes } from './routes/choices.ts'
import { codePoolRoutes } from './routes/code-pools.ts'
import { connectRoutes } from './routes/connect.ts'
import { customerRoutes } from './routes/customers.ts'
import { earningRuleRoutes } from './routes/earning-rules.ts'
import { historyRoutes } from './routes/history.ts'
import { keyRoutes } from './routes/keys.ts'
import { listRoutes } from './routes/lists.ts'
import { loyaltyRoutes } from './routes/loyalty.ts'
import { loyaltyTrialRoutes } from './routes/loyalty-trials.ts'
import { mergingRoutes } from './routes/merging.ts'
import { outboxRoutes } from './routes/outbox.ts'
import { productRoutes } from './routes/products.ts'
import { purchaseRoutes } from './routes/purchases.ts'
import { referenceRoutes } from './routes/reference.ts'
import { relationRoutes } from './routes/relations.ts'
import { replayRoutes } from './routes/replays.ts'
import { reportRoutes } from './routes/reports.ts'
import { rewardRoutes } from './routes/rewards.ts'
import { sessionRoutes } from './routes/session.ts'
import { staffRoutes } from './routes/staff.ts'
import { tierRoutes } from './routes/tiers.ts'
import { tillRoutes } from './routes/till.ts'
import { valueRoutes } from './routes/value.ts'
import { voucherRoutes } from './routes/vouchers.ts'
import type { Routes } from './routing.ts'
import { ProblemSchema } from './schemas.ts'
import { validatorCompiler } from './validation.ts'

export async function nativeApi(scope: FastifyInstance, options: ApiOptions): Promise<void> {
  const app: Routes = scope.withTypeProvider()
  app.setValidatorCompiler(validatorCompiler)
  // Answers are written as the handlers make them; their schemas type and document them.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  acceptLooseJson(scope)
  answerProblems(scope)
  await authenticate(scope, options.server)
  documentProblems(scope)
  sessionRoutes(app, options)
  customerRoutes(app)
  relationRoutes(app)
  mergingRoutes(app)
  historyRoutes(app)
  valueRoutes(app)
  listRoutes(app)
  productRoutes(app)
  purchaseRoutes(app)
  loyaltyRoutes(app)
  choiceRoutes(app)
  referenceRoutes(app)
  earningRuleRoutes(app)
  rewardRoutes(app)
  voucherRoutes(app)
  codePoolRoutes(app)
  tierRoutes(app)
  loyaltyTrialRoutes(app)
  replayRoutes(app)
  tillRoutes(app)
  reportRoutes(app)
  outboxRoutes(app)
  connectRoutes(app, options)
  keyRoutes(app)
  staffRoutes(app)
}

/** Every route can refuse; said once here instead of in each schema. */
function documentProblems(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.schema) route.schema.response = { ...(route.schema.response ?? {}), default: ProblemSchema }
  })
}
