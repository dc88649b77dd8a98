import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Refusal as BenefitRefusal, RefusedCode } from '../../core/loyalty/index.ts'
import { DomainError, type ErrorCode, type ErrorKind } from '../../platform/errors.ts'

/** One field at fault, as a 400 names it. `name` is the field's own name, `message` says where it stands. */
export interface InvalidParam {
  readonly name: string
  readonly reason: string
  readonly value: string
  readonly message: string
}

/** A refusal that is already in this API's words: a status and the `error` object. */
export class Refusal extends Error {
  readonly status: number
  readonly exception: string
  readonly title: string
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(shape: {
    status: number
    exception: string
    title: string
    detail: string
    data?: Record<string, unknown>
  }) {
    super(shape.detail)
    this.status = shape.status
    this.exception = shape.exception
    this.title = shape.title
    this.data = shape.data
  }
}

export function badRequest(params: readonly InvalidParam[]): Refusal {
  const detail = params.map((param) => param.message).join(' ') || 'The request could not be understood.'
  const data = { invalid_params: params }
  return new Refusal({ status: 400, exception: 'bad_request_exception', title: 'Bad Request', detail, data })
}

/** A 400 about one field. */
export function invalidParam(name: string, reason: string, value: unknown = '', message?: string): Refusal {
  return badRequest([paramOf(name, reason, value, message)])
}

export function paramOf(name: string, reason: string, value: unknown, message?: string): InvalidParam {
  return { name, reason, value: shown(value), message: message ?? `${name}: ${reason.replaceAll('_', ' ')}.` }
}

const longestShownValue = 200

function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.slice(0, longestShownValue)
}

export function unauthorized(detail: string): Refusal {
  return new Refusal({ status: 401, exception: 'unauthorized_exception', title: 'Unauthorized', detail, data: {} })
}

/** The resource exists, but not for this interface. */
export function interfaceNotAllowed(resource: string, interfaceName: string): Refusal {
  return new Refusal({
    status: 403,
    exception: 'interface_not_allowed_exception',
    title: 'Forbidden',
    detail: 'The resource is not available through this interface.',
    data: { invalid_resource_name: resource, interface: interfaceName },
  })
}

export function notFound(resource: string, id: string): Refusal {
  return new Refusal({
    status: 404,
    exception: 'not_found_exception',
    title: 'Not Found',
    detail: 'The resource was not found.',
    data: { resource_name: resource, resource_id: id },
  })
}

export function methodNotAllowed(method: string): Refusal {
  return new Refusal({
    status: 405,
    exception: 'method_not_allowed_exception',
    title: 'Method Not Allowed',
    detail: `The resource does not answer ${method}.`,
    data: { http_method: method },
  })
}

const serverError = new Refusal({
  status: 500,
  exception: 'internal_server_error_exception',
  title: 'Internal Server Error',
  detail: 'An unexpected error happened.',
})

/** How each kind of refusal of the core looks here, unless its code has something more precise to say below. */
const byKind: Readonly<Record<ErrorKind, (error: DomainError) => Refusal>> = {
  invalid: (error) => invalidParam(fieldOf(error), 'invalid_value_format', error.data.value),
  unauthenticated: () => unauthorized('The credentials or the token are not valid.'),
  forbidden: () =>
    new Refusal({
      status: 403,
      exception: 'forbidden_exception',
      title: 'Forbidden',
      detail: 'Not allowed.',
      data: {},
    }),
  limited: () =>
    new Refusal({
      status: 429,
      exception: 'too_many_requests_exception',
      title: 'Too Many Requests',
      detail: 'Too many requests, try again later.',
    }),
  not_found: (error) => notFound(error.code.split('.')[0] ?? '', String(error.data.id ?? '')),
  not_allowed: (error) => methodNotAllowed(String(error.data.method ?? '')),
  conflict: (error) => invalidParam(fieldOf(error), 'already_exists', error.data.value),
  unavailable: () =>
    new Refusal({
      status: 503,
      exception: 'service_unavailable_exception',
      title: 'Service Unavailable',
      detail: 'The service is busy, try again later.',
    }),
}

/** Codes whose field and reason this API has a word for. */
const byCode: Partial<Record<ErrorCode, readonly [name: string, reason: string]>> = {
  'email.invalid': ['email', 'invalid_value_format'],
  'phone.invalid': ['phone', 'invalid_value_format'],
  'password.weak': ['password', 'not_allowed_value'],
  'customer.erased': ['customer_id', 'customer_was_deleted'],
  'purchase.not_found': ['bill_number', 'not_found'],
  'purchase.claimed': ['external_purchase_id', 'relation_already_exists'],
  'purchase.number_taken': ['bill_id', 'already_exists'],
  'purchase.already_cancelled': ['bill_number', 'already_exists'],
  'purchase.currency_mismatch': ['currency_id', 'not_allowed_value'],
  'purchase.total_mismatch': ['total_price', 'not_allowed_value'],
  'currency.unknown': ['currency_id', 'not_found'],
  'balance.insufficient': ['credit_points', 'not_enough_points_for_payment'],
  'amount.invalid': ['amount', 'not_allowed_value'],
  'organisation.code_taken': ['store_code', 'already_exists'],
  'event.exists': ['event_id_event_type_id_customer_id_external_id_secondary_external_id', 'relation_already_exists'],
  'reservation.exists': ['external_id', 'already_exists'],
  'reservation.not_found': ['external_id', 'not_found'],
  'customer.merge_same': ['related_customer_id', 'not_allowed_value'],
  'file.invalid': ['data', 'not_allowed_value'],
  'card.number_taken': ['card_number', 'already_exists'],
  'card.taken': ['card_number', 'relation_already_exists'],
  'card.blocked': ['card_number', 'card_is_blocked'],
  'card.none_free': ['card_type_id', 'not_found'],
  'reward.not_found': ['reward_id', 'not_found'],
  'reward.code_taken': ['code', 'already_exists'],
  'reward.not_available': ['reward_id', 'not_allowed_value'],
  'reward.wrong_kind': ['reward_id', 'not_allowed_value'],
  'reward.limit_reached': ['reward_id', 'max_number_of_voucher_exceeded'],
  'voucher.code_taken': ['code', 'already_exists'],
  'voucher.already_used': ['voucher_id', 'voucher_already_applied'],
  'code_pool.empty': ['code', 'required'],
  'attribute.invalid_value': ['property_value', 'invalid_value_format'],
}

/** Why a code brings nothing, in the words of a till. What a till has no word for is a use that is not allowed. */
const benefitReasons: Partial<Record<BenefitRefusal, string>> = {
  unknown_code: 'not_found',
  voucher_used: 'voucher_already_used',
  voucher_offered_twice: 'voucher_already_applied',
  voucher_cancelled: 'deleted',
  voucher_expired: 'voucher_expired',
  no_longer_valid: 'voucher_expired',
  not_yet_valid: 'voucher_cant_be_applied_by_date',
  date: 'voucher_cant_be_applied_by_date',
  time: 'voucher_cant_be_applied_by_time',
  weekday: 'voucher_cant_be_applied_by_validity_days',
  segment: 'voucher_cant_be_applied_by_segment',
  tier: 'voucher_cant_be_applied_by_segment',
  birthday: 'voucher_cant_be_applied_by_segment',
  first_purchase: 'voucher_cant_be_applied_by_segment',
  store: 'voucher_not_allowed_in_store',
  voucher_of_another_store: 'voucher_cant_be_used_in_store',
  voucher_of_another_customer: 'voucher_assigned_to_another_customer',
  amount_too_small: 'insufficient_amount_of_purchase',
  not_enough_items: 'not_enough_items_for_voucher',
  lines_untold: 'not_enough_items_for_voucher',
  condition_items: 'voucher_condition_count_not_satisfied',
  benefit_items: 'voucher_bonus_count_not_satisfied',
  nothing_left_to_discount: 'voucher_bonus_count_not_satisfied',
  limit_customer: 'max_number_of_voucher_exceeded',
  limit_in_all: 'max_number_of_voucher_exceeded',
  max_per_basket: 'max_number_of_voucher_exceeded',
  points_too_few: 'not_enough_points_for_voucher',
  wrong_usage: 'voucher_invalid_type_of_usage',
}

export function benefitReason(refusal: BenefitRefusal): string {
  return benefitReasons[refusal] ?? 'unauthorized_use_vouchers'
}

const identityFields: Readonly<Record<string, string>> = {
  email: 'email',
  phone: 'phone',
  card: 'card_number',
  external: 'external_id',
  social: 'social_network_token',
}

/** Why a voucher cannot be used, by the core's word for it. */
const notValid: Readonly<Record<string, readonly [name: string, reason: string]>> = {
  not_yet_valid: ['date_applied', 'voucher_cant_be_applied_by_date'],
  voucher_expired: ['voucher_id', 'voucher_expired'],
  voucher_of_another_store: ['store_id', 'voucher_cant_be_used_in_store'],
}

function refusalOf(error: DomainError): Refusal {
  if (error.code === 'identity.taken') {
    return invalidParam(identityFields[String(error.data.kind)] ?? 'customer', 'already_exists', error.data.value)
  }
  if (error.code === 'voucher.not_valid') {
    const [name, reason] = notValid[String(error.data.reason)] ?? ['voucher_id', 'not_allowed_value']
    return invalidParam(name, reason, error.data.value)
  }
  if (error.code === 'request.too_large') return tooLarge
  if (error.code === 'benefit.refused') return benefitsRefused(error.data.codes as readonly RefusedCode[]) // as core/purchases made it
  const known = byCode[error.code]
  return known ? invalidParam(known[0], known[1], error.data.value) : byKind[error.kind](error)
}

function benefitsRefused(codes: readonly RefusedCode[]): Refusal {
  return badRequest(
    codes.map(({ code, reason }) =>
      paramOf('benefit_codes', benefitReason(reason), code, `benefit_codes: cannot be used: ${code}.`),
    ),
  )
}

function fieldOf(error: DomainError): string {
  const field = typeof error.data.field === 'string' ? error.data.field : (error.code.split('.')[0] ?? 'request')
  // Of a field inside another its own name.
  return field.replace(/^.*\./, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

const tooLarge = new Refusal({
  status: 413,
  exception: 'bad_request_exception',
  title: 'Payload Too Large',
  detail: 'The body is too large.',
  data: { invalid_params: [paramOf('body', 'not_allowed_value', '')] },
})

/** What fastify itself refuses before a handler runs. */
function frameworkRefusal(error: { statusCode?: number; code?: string }): Refusal | undefined {
  if (error.statusCode === 413) return tooLarge
  if (error.statusCode === undefined || error.statusCode < 400 || error.statusCode >= 500) return undefined
  return invalidParam('body', 'invalid_value_format', '', 'The body is not valid JSON.')
}

export function sendRefusal(reply: FastifyReply, refusal: Refusal): FastifyReply {
  return reply.status(refusal.status).send({
    error: {
      // The vendor's sample of a 403 names its class in `type`; everything else says about:blank.
      type: refusal.status === 403 ? refusal.exception : 'about:blank',
      exception: refusal.exception,
      title: refusal.title,
      detail: refusal.message,
      ...(refusal.data ? { error_data: refusal.data } : {}),
    },
  })
}

/** The one place where an exception becomes an answer. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof Refusal) return sendRefusal(reply, error)
  if (error instanceof DomainError) return sendRefusal(reply, refusalOf(error))
  const refusal = frameworkRefusal(error as { statusCode?: number; code?: string }) // anything may be thrown; both fields are optional
  if (refusal) return sendRefusal(reply, refusal)
  request.log.error({ err: error }, 'carecloud request failed')
  return sendRefusal(reply, serverError)
}
