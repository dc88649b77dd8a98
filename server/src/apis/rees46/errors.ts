import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import type { DomainError, ErrorCode, ErrorKind } from '../../platform/errors.ts'
import { refusalOf } from '../http/refusals.ts'
import { readRecord } from '../http/values.ts'

/** The statuses that the vendor lists; it has none for a conflict, which is a parameter that does not fit. */
const statusByKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  limited: 429,
  not_found: 404,
  not_allowed: 405,
  conflict: 422,
  unavailable: 503,
}

const statusByCode: Partial<Record<ErrorCode, number>> = { 'request.too_large': 413 }

const textByKind: Readonly<Record<ErrorKind, string>> = {
  invalid: 'Invalid parameter',
  unauthenticated: 'Required parameter is missing',
  forbidden: 'Access denied',
  limited: 'Too many requests',
  not_found: 'Not found',
  not_allowed: 'Method not allowed',
  conflict: 'Conflict',
  unavailable: 'Service is temporarily unavailable',
}

/** Both forms at once: newer documents show `payload.message`, mobile clients read the top level. */
function envelope(message: string) {
  return { status: 'error', payload: { message }, message }
}

export function sendError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error)
  if (!refusal) {
    request.log.error({ err: error }, 'unexpected error')
    return reply.code(500).send(envelope('Internal server error'))
  }
  if (refusal.kind === 'unavailable') request.log.warn({ err: error }, 'unavailable')
  // A body that cannot be read is a bad request; one that was read and does not fit is unprocessable.
  const unreadable = refusal !== error && refusal.kind === 'invalid' && !statusByCode[refusal.code]
  const status = unreadable ? 400 : (statusByCode[refusal.code] ?? statusByKind[refusal.kind])
  return reply.code(status).send(envelope(messageOf(refusal)))
}

/** Clients show these texts to developers; the field at fault is what helps. */
export function messageOf(refusal: DomainError): string {
  const data = readRecord(refusal.data) ?? {}
  const named = data.field ?? data.reason
  return typeof named === 'string' ? `${textByKind[refusal.kind]}: ${named}` : textByKind[refusal.kind]
}

export function sendStatus(reply: FastifyReply, kind: ErrorKind): FastifyReply {
  return reply.code(statusByKind[kind]).send(envelope(textByKind[kind]))
}

/** An address that nobody can read. */
export function answerUnreadable(_request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendStatus(reply, 'not_found')
}
