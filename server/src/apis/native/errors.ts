import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind } from '../../platform/errors.ts'
import { refusalOf } from '../http/refusals.ts'
import { readRecord, readText } from '../http/values.ts'
import { snakeCase } from './spelling.ts'

interface Wording {
  readonly status: number
  readonly title: string
}

const byKind: Readonly<Record<ErrorKind, Wording>> = {
  invalid: { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Sign in or send an API key' },
  forbidden: { status: 403, title: 'Not allowed' },
  not_found: { status: 404, title: 'Not found' },
  not_allowed: { status: 405, title: 'Method not allowed' },
  conflict: { status: 409, title: 'The state of things does not allow this' },
  limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Not available at the moment' },
}

/** Where a code deserves more than its kind: what a person at a screen should read. */
const details: Partial<Readonly<Record<ErrorCode, string>>> = {
  'credentials.wrong': 'E-mail or password is wrong.',
  'request.rate_limited': 'Too many attempts. Wait a few minutes and try again.',
  'request.too_large': 'The request is larger than this server accepts.',
  'request.idempotency_key_reused': 'This Idempotency-Key was used for a different request.',
  'request.in_progress': 'The first request with this Idempotency-Key is still running. Try again in a moment.',
  'balance.insufficient': 'The available balance is smaller than the amount asked for.',
  'email.invalid': 'This is not an e-mail address.',
  'phone.invalid': 'This is not a phone number. Begin with + and the code of the country.',
  'identity.taken': 'This address, number or id already belongs to another customer.',
  'customer.erased': 'This customer was erased.',
  'customer.merge_same': 'A customer cannot be merged into itself.',
  'merge.not_last': 'Both were merged further since then. Undo the latest merge first.',
  'merge.already_undone': 'This merge was already undone.',
  'purchase.number_taken': 'A purchase with this number is known already.',
  'purchase.total_mismatch': 'The lines do not add up to the total.',
  'purchase.price_changed': 'What is to pay has changed meanwhile. Look again before you record it.',
  'purchase.not_ours': 'Another system told of this sale: it is cancelled there.',
  'benefit.refused': 'A code or reward cannot be used for this sale.',
  'card.blocked': 'This card is blocked.',
  'card.number_taken': 'A card with this number exists already.',
  'card.none_free': 'No card is free.',
  'card.taken': 'This card belongs to another customer.',
  'programme.inactive': 'This programme is not active.',
  'purchase.already_cancelled': 'This purchase is cancelled already.',
  'posting.key_reused': 'This key was used for a different posting.',
  'password.weak': 'Choose a longer password that is harder to guess.',
  'staff.email_taken': 'Somebody with this e-mail address has access already.',
  'reward.code_taken': 'Another reward has this code already.',
  'reward.wrong_kind': 'This kind of reward cannot be used like that.',
  'reward.not_available': 'The reward is not turned on, or not valid today.',
  'reward.limit_reached': 'No more vouchers of this reward may be given.',
  'voucher.code_taken': 'A voucher with this code exists already.',
  'voucher.already_used': 'This voucher was used already.',
  'code_pool.empty': 'The pool has no free code left.',
  'replay.too_many': 'Other replays are still being worked out. Try again when they are done.',
  'list.locked': 'This list is locked; it cannot be changed.',
  'list.name_taken': 'A list with this name exists already.',
}

const statusByCode: Partial<Readonly<Record<ErrorCode, number>>> = { 'request.too_large': 413 }

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly errors: readonly { readonly path: string; readonly message: string }[]
}

/** A refusal as RFC 9457 problem details. */
export function problemOf(refusal: DomainError): Problem {
  const { status, title } = byKind[refusal.kind]
  const errors = faultsOf(refusal)
  return {
    type: `urn:regulars:error:${refusal.code}`,
    title,
    status: statusByCode[refusal.code] ?? status,
    code: refusal.code,
    detail: details[refusal.code] ?? readText(refusal.data.reason) ?? summaryOf(errors) ?? spell(refusal.code),
    errors,
  }
}

function faultsOf(refusal: DomainError): Problem['errors'] {
  const { errors, field } = refusal.data
  if (Array.isArray(errors)) {
    return errors.map((fault) => {
      const { path, message } = readRecord(fault) ?? {}
      return { path: wirePath(readText(path) ?? ''), message: readText(message) ?? '' }
    })
  }
  if (typeof field !== 'string') return []
  return [{ path: `body.${snakeCase(field)}`, message: details[refusal.code] ?? spell(refusal.code) }]
}

/** The core names what it read, such as definition.earning.perMinor; the wire has it in the body, in its own case. */
function wirePath(path: string): string {
  return /^(body|headers|querystring|query|params)\b/.test(path) ? path : `body.${snakeCase(path)}`
}

function summaryOf(errors: Problem['errors']): string | undefined {
  return errors[0] && `${errors[0].path} ${errors[0].message}`
}

/** "card_type.not_found" as "Card type not found". */
function spell(code: string): string {
  const words = code.replaceAll(/[._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Gives the API its own shape for everything that can go wrong in it. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal) return sendProblem(reply, problemOf(refusal))
    request.log.error({ err: error }, 'a request failed')
    return sendProblem(reply, { ...bug, detail: `Quote ${request.id} when you report this.` })
  })
  app.setNotFoundHandler((_request: FastifyRequest, reply) =>
    sendProblem(reply, problemOf(new DomainError('request.not_found', { reason: 'There is no such address.' }))),
  )
}

/** An address that nobody can read. */
export function answerUnreadable(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(reply, problemOf(new DomainError('request.invalid', { reason: 'The address cannot be read.' })))
}

const bug: Problem = {
  type: 'urn:regulars:error:internal',
  title: 'Something went wrong in the server',
  status: 500,
  code: 'internal',
  detail: '',
  errors: [],
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}
