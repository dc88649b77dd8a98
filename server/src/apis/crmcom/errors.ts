import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind } from '../../platform/errors.ts'
import { refusalOf } from '../http/refusals.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What this route calls the core's fields, where it is not what other routes call them. */
    wireNames?: Readonly<Record<string, string>>
  }
}

/** The documentation knows 400, 401, 403, 404, 500, 502, 503 and 504: a conflict is a bad request here. */
const statusByKind: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  limited: 429,
  not_found: 404,
  not_allowed: 404,
  conflict: 400,
  unavailable: 503,
}

const messageByKind: Record<ErrorKind, string> = {
  invalid: 'The input request is invalid or incorrect',
  unauthenticated: 'The provided API key or token is invalid',
  forbidden: 'The API key or token does not have permissions to perform the request',
  limited: 'Too many requests, try again later',
  not_found: 'The requested resource does not exist',
  not_allowed: 'The requested resource does not exist',
  conflict: 'The request contradicts the current state',
  unavailable: 'The service cannot answer at the moment, try again later',
}

type Wording = {
  readonly message: string
  readonly attribute?: string
  /** The core's name of the field: each operation has its own for it. */
  readonly field?: string
  readonly status?: number
}

const wordingByCode: Partial<Record<ErrorCode, Wording>> = {
  'identity.taken': { message: 'A contact with this identity already exists' },
  'email.invalid': { message: 'The email address is not valid', field: 'email' },
  'phone.invalid': { message: 'The phone number is not valid', field: 'phone' },
  'password.weak': { message: 'The password is too weak', attribute: 'password' },
  'credentials.wrong': { message: 'The credentials are not valid' },
  'code.wrong': { message: 'The code is not valid', attribute: 'code' },
  'code.expired': { message: 'The code has expired', attribute: 'code' },
  'token.invalid': { message: 'The token is not valid' },
  'token.expired': { message: 'The token has expired' },
  'customer.not_found': { message: 'The contact does not exist' },
  'customer.ambiguous': { message: 'More than one contact matches', attribute: 'credentials' },
  'customer.erased': { message: 'The contact does not exist', status: 404 },
  'address.not_found': { message: 'The address does not exist' },
  'organisation.not_found': { message: 'The organisation does not exist' },
  'product.not_found': { message: 'The product does not exist' },
  'amount.invalid': { message: 'The amount is not valid' },
  'request.too_large': { message: 'The request is too large' },
}

// The core's names of fields where this API has another.
const wireNames: Readonly<Record<string, string>> = {
  firstName: 'first_name',
  middleName: 'middle_name',
  lastName: 'last_name',
  companyName: 'company_name',
  birthday: 'date_of_birth',
  language: 'preferred_language_code',
  country: 'country_code',
  email: 'email_address',
  phone: 'phone_number',
  line1: 'address_line_1',
  postalCode: 'postal_code',
}

/** The documented parts of an error (status, message, attribute) and beside them its stable code. */
export interface ErrorBody {
  readonly code: number
  readonly message: string
  readonly attribute: string | null
  readonly error: string
}

export function encodeError(error: DomainError, names: Readonly<Record<string, string>> = {}): ErrorBody {
  const wording = wordingByCode[error.code]
  const field = firstText(error.data.field, error.data.kind, wording?.field)
  const attribute = field ? (names[field] ?? wireNames[field] ?? field) : (wording?.attribute ?? null)
  const reason = typeof error.data.reason === 'string' ? error.data.reason : undefined
  return {
    code: wording?.status ?? statusByKind[error.kind],
    message: reason && attribute ? `${attribute} ${reason}` : (wording?.message ?? messageByKind[error.kind]),
    attribute,
    error: error.code,
  }
}

const firstText = (...values: unknown[]) => values.find((value): value is string => typeof value === 'string')

/** Answers every failure inside the plugin in this API's shape. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler(answerUnknown)
  app.setErrorHandler((error: Error, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal) return sendError(reply, encodeError(refusal, request.routeOptions.config.wireNames))
    return answerBug(error, request, reply)
  })
}

/** A path that is no operation's, or that nobody can read. */
export function answerUnknown(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(reply, encodeError(new DomainError('request.not_found')))
}

function answerBug(error: Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.log.error({ err: error }, 'crmcom: a request failed')
  const message = 'The server encountered an unexpected condition'
  return sendError(reply, { code: 500, message, attribute: null, error: 'service.failed' })
}

function sendError(reply: FastifyReply, body: ErrorBody): FastifyReply {
  return reply.status(body.code).type('application/json; charset=utf-8').send(body)
}
