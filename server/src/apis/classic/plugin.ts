import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '../../platform/ctx.ts'
import { acceptForms, acceptLooseJson, acceptMultipart } from '../http/content.ts'
import type { ApiOptions } from '../http/options.ts'
import { authenticate, type Call } from './auth.ts'
import { decodeFields, decodeFormat, refuse } from './decode.ts'
import { type Answer, contentType, type Format, render } from './encode.ts'
import { answerErrors } from './errors.ts'
import { showAccount, signIn } from './routes/account.ts'
import { listCampaigns } from './routes/campaigns.ts'
import { recordCustomer } from './routes/customers.ts'
import { showBalance, showCustomer } from './routes/information.ts'
import { report } from './routes/reports.ts'
import { findCustomers, searchCustomers } from './routes/search.ts'
import { recordActivity, redeemValue } from './routes/transactions.ts'
import {
  deleteCustomer,
  deleteTransaction,
  generateCardNumber,
  listInactiveCampaigns,
  listItems,
  listPromotions,
  listRewards,
  validatePassword,
} from './routes/upkeep.ts'

/** Every operation has one name; old names of some are still sent. */
const operations: Readonly<Record<string, (call: Call) => Promise<Answer>>> = {
  account_info: showAccount,
  user_login: signIn,
  campaigns_list: listCampaigns,
  record_customer: recordCustomer,
  customer_info: showCustomer,
  customer_balance: showBalance,
  balance: showBalance,
  customer_search: searchCustomers,
  customer_find: findCustomers,
  find_customer: findCustomers,
  record_activity: recordActivity,
  redeem: redeemValue,
  transaction_delete: deleteTransaction,
  campaigns_inactive_list: listInactiveCampaigns,
  campaign_rewards: listRewards,
  campaign_promos: listPromotions,
  buyx_items_list: listItems,
  customer_delete: deleteCustomer,
  generate_card_number: generateCardNumber,
  validate_customer_password: validatePassword,
  reports: report,
}

/** One address for everything: what is done is said by the field `type`. */
export async function classicApi(app: FastifyInstance, { server }: ApiOptions): Promise<void> {
  await acceptForms(app)
  await acceptMultipart(app)
  acceptLooseJson(app)
  answerErrors(app)
  for (const url of ['/', '/api.php']) {
    app.route({ method: ['GET', 'POST'], url, handler: (request, reply) => answer(server, request, reply) })
  }
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const fields = decodeFields(request)
  const format = decodeFormat(fields)
  const type = fields.get('type') ?? refuse('type', 'is required')
  const operation = Object.hasOwn(operations, type) ? operations[type] : undefined
  const call = await authenticate(server, request, fields)
  if (!operation) return refuse('type', 'is not known')
  return send(reply, await operation(call), format)
}

// The first piece is made before the status goes out, so that a refusal can still be one; the rest flows as it is read.
async function send(reply: FastifyReply, result: Answer, format: Format): Promise<FastifyReply> {
  const pieces = render(result, format)
  const first = await pieces.next()
  reply.type(contentType(format)).header('x-content-type-options', 'nosniff')
  if (!result.rows) return reply.send(await collect(first, pieces))
  return reply.send(Readable.from(batch(first, pieces)))
}

async function collect(first: IteratorResult<string>, rest: AsyncGenerator<string>): Promise<string> {
  let text = first.value ?? ''
  for await (const piece of rest) text += piece
  return text
}

const batchLength = 32_768

/** Rows are short; a stream of them one by one would spend more on the stream than on the rows. */
async function* batch(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  let text: string = first.value ?? ''
  for await (const piece of rest) {
    text += piece
    if (text.length < batchLength) continue
    yield text
    text = ''
  }
  yield text
}
