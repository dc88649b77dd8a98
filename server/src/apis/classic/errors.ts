import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { DomainError, type ErrorCode, type ErrorKind } from '../../platform/errors.ts'
import { refusalOf } from '../http/refusals.ts'
import { decodeFields, decodeFormatOfRefusal } from './decode.ts'
import { contentType, renderError } from './encode.ts'

// The manual shows that a refusal is a sentence, and none of the sentences: these are ours.
const sentenceByKind: Record<ErrorKind, string> = {
  invalid: 'The request is not valid',
  unauthenticated: 'The user, the password or the account is not valid',
  forbidden: 'The user may not do this',
  limited: 'Too many requests, try again later',
  not_found: 'There is no such thing in this account',
  not_allowed: 'The request is not known',
  conflict: 'The request contradicts what is already there',
  unavailable: 'The service cannot answer at the moment, try again later',
}

const sentenceByCode: Partial<Record<ErrorCode, string>> = {
  'balance.insufficient': 'The amount to redeem is more than the balance',
  'customer.not_found': 'The customer does not exist',
  'customer.erased': 'The customer does not exist',
  'identity.taken': 'Another customer has this email, phone, username or code already',
  'card.taken': 'Another customer has this card already',
  'card.number_taken': 'Another customer has this card already',
  'card.blocked': 'The card is blocked',
  'programme.not_found': 'The campaign does not exist',
  'programme.inactive': 'The campaign is not active',
  'programme.wrong_kind': 'The campaign is of another type',
  'programme.is_default':
    'The campaign earns for every purchase of the shop and cannot be deleted; deactivate it instead',
  'item.not_found': 'The item does not exist',
  'charge.not_found': 'The depreciation or fee does not exist',
  'rule.not_found': 'The promotion does not exist',
  'rule.not_in_force': 'The promotion is not in force',
  'reward.not_found': 'The reward does not exist',
  'reward.not_available': 'The reward cannot be had at the moment',
  'reward.limit_reached': 'The reward was given as often as it may be',
  'reward.code_taken': 'Another reward has this identifier already',
  'voucher.already_used': 'The reward was taken back already',
  'voucher.not_found': 'The reward was taken back already',
  'unit.code_taken': 'Something else has this identifier already',
  'credentials.taken': 'Another user has or had this id already',
  'posting.already_reversed': 'The transaction was deleted already',
  'purchase.already_cancelled': 'The transaction was deleted already',
  'customer.merge_same': 'The two are one customer already',
  'posting.not_reversible': 'The transaction cannot be deleted',
  'attribute.invalid_value': 'A custom field has a value that is not allowed',
  'amount.invalid': 'The amount is not valid',
  'email.invalid': 'The email is not valid',
  'phone.invalid': 'The phone is not valid',
  'password.weak': 'The password is too weak',
  'request.too_large': 'The request is too large',
}

export function sentenceOf(error: DomainError): string {
  const { field, reason } = error.data
  if (typeof field === 'string' && typeof reason === 'string') return `${field} ${reason}`
  const sentence = sentenceByCode[error.code]
  if (sentence) return sentence
  return typeof field === 'string' ? `${field} is not valid` : sentenceByKind[error.kind]
}

/** Refusals are answered with 200: clients of this API read the body of no other status. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler(answerUnknown)
  app.setErrorHandler((error: Error, request, reply) => {
    const format = decodeFormatOfRefusal(decodeFields(request))
    const refusal = refusalOf(error)
    if (!refusal) request.log.error({ err: error }, 'classic: a request failed')
    const sentence = refusal ? sentenceOf(refusal) : 'The server could not carry out the request'
    return reply
      .status(refusal ? 200 : 500)
      .type(contentType(format))
      .header('x-content-type-options', 'nosniff')
      .send(renderError(sentence, format))
  })
}

/** A path that is not the one address of this API, or that nobody can read. */
export function answerUnknown(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const format = decodeFormatOfRefusal(decodeFields(request))
  const sentence = sentenceOf(new DomainError('request.method_not_allowed'))
  return reply.status(404).type(contentType(format)).send(renderError(sentence, format))
}
