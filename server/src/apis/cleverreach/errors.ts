import type { FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind } from '../../platform/errors.ts'
import { refusalOf } from '../http/refusals.ts'

const statusByKind: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  limited: 429,
  not_found: 404,
  not_allowed: 405,
  conflict: 409,
  unavailable: 503,
}

const phrases: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
}

type Wording = { readonly status?: number; readonly detail?: string }

/** Where the status or the words differ from those of the kind; what clients compare are the beginnings. */
const wordingByCode: Partial<Record<ErrorCode, Wording>> = {
  'request.too_large': { status: 413 },
  'credentials.wrong': { status: 400, detail: 'Credentials not valid' },
  'token.invalid': { detail: 'token not valid' },
  'token.expired': { detail: 'token expired' },
  'member.exists': { status: 400, detail: 'duplicate address' },
  'identity.taken': { status: 400, detail: 'duplicate address' },
  'email.invalid': { detail: 'invalid address' },
  'list.not_found': { detail: 'invalid group' },
  'list.locked': { status: 403, detail: 'group is locked' },
  'attribute.exists': { detail: 'attribute exists' },
  'attribute.not_found': { detail: 'invalid attribute' },
  'address.suppressed': { status: 403, detail: 'address is blacklisted' },
}

export interface ErrorBody {
  readonly error: { readonly code: number; readonly message: string }
}

export function encodeError(error: DomainError): ErrorBody {
  const wording = wordingByCode[error.code]
  const code = wording?.status ?? statusByKind[error.kind]
  const detail = wording?.detail ?? detailOf(error)
  return { error: { code, message: `${phrases[code] ?? 'Error'}${detail ? `: ${detail}` : ''}` } }
}

// The first fault is enough: clients show the message to people as it is.
function detailOf(error: DomainError): string {
  const { field, name, reason, errors } = error.data
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  if (typeof first === 'object' && first !== null && 'path' in first && 'message' in first) {
    return `${first.path} ${first.message}`
  }
  return [field ?? name, reason].filter((part) => typeof part === 'string' && part !== '').join(' ')
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error)
  if (refusal) return sendError(reply, encodeError(refusal))
  request.log.error({ err: error }, 'cleverreach: a request failed')
  return sendError(reply, { error: { code: 500, message: phrases[500] ?? '' } })
}

export function answerNotFound(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendError(reply, encodeError(new DomainError('request.not_found')))
}

function sendError(reply: FastifyReply, body: ErrorBody): FastifyReply {
  return reply.status(body.error.code).type('application/json; charset=utf-8').send(JSON.stringify(body))
}
