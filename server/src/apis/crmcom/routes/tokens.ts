import type { FastifyInstance } from 'fastify'
import { issueShownCode, listShownCodes, type ShownCode } from '../../../core/accounts/index.ts'
import type { Ctx, Server } from '../../../platform/ctx.ts'
import { currencyScale } from '../../../platform/money.ts'
import { epochSeconds } from '../../http/times.ts'
import { api, type ContactCall, withOwnContact } from '../auth.ts'
import { decodeAmount, decodeBody, decodeWord, refuse } from '../decode.ts'
import { money, uuid } from '../encode.ts'

const kind = 'contact_token'
const lifeSeconds = 10 * 60
const intents = ['SPEND', 'APPROVE_PURCHASE', 'REJECT_PURCHASE'] as const

/** A short code that the contact shows at the till: it says who buys, and how much of the wallet may be spent. */
export function tokenRoutes(app: FastifyInstance, server: Server): void {
  app.post('/contacts/:id/tokens', withOwnContact(server, requestToken))
  app.get('/contacts/:id/tokens', withOwnContact(server, showTokens))
}

async function requestToken({ ctx, customer, request }: ContactCall) {
  const body = decodeBody(request.body)
  const intent = decodeWord(body, 'intent', intents) ?? refuse('intent', 'is required')
  const spendMinor =
    intent === 'SPEND' ? decodeAmount(body, 'spend_amount', currencyScale(ctx.tenant.currency)) : undefined
  const code = await issueShownCode(ctx, {
    api,
    kind,
    customerId: customer.id,
    ttlSeconds: lifeSeconds,
    digits: 6,
    data: { intent, ...(spendMinor === undefined ? {} : { spendMinor }) },
  })
  return encodeToken(ctx, code)
}

async function showTokens({ ctx, customer, request }: ContactCall) {
  const intent = decodeWord(decodeBody(request.query), 'intent', intents)
  const codes = await listShownCodes(ctx, { api, kind, customerId: customer.id })
  const wanted = intent ? codes.filter((code) => code.data.intent === intent) : codes
  return { content: wanted.map((code) => encodeToken(ctx, code)) }
}

function encodeToken(ctx: Ctx, code: ShownCode) {
  const { spendMinor } = code.data
  return {
    id: uuid(ctx, 'token', code.id),
    value: code.code,
    expiration: epochSeconds(code.expiresAt),
    ...(typeof spendMinor === 'number' ? { spend_amount: money(spendMinor, ctx.tenant.currency) } : {}),
  }
}
