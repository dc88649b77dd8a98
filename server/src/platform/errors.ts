/**
 * Every refusal the product can give. The code is what tests and APIs rely on; its kind decides the wire shape of an API
 * that has nothing more precise to say. No prose for people here: each API's errors.ts words it.
 */
export const errorKinds = {
  'request.invalid': 'invalid',
  'request.too_large': 'invalid',
  'request.unauthenticated': 'unauthenticated',
  'request.forbidden': 'forbidden',
  'request.rate_limited': 'limited',
  'request.not_found': 'not_found',
  'request.method_not_allowed': 'not_allowed',
  'request.idempotency_key_reused': 'conflict',
  'request.in_progress': 'conflict',
  'service.unavailable': 'unavailable',

  'tenant.not_found': 'not_found',
  'tenant.slug_taken': 'conflict',
  'credentials.wrong': 'unauthenticated',
  'credentials.taken': 'conflict',
  'token.invalid': 'unauthenticated',
  'token.expired': 'unauthenticated',
  'code.wrong': 'invalid',
  'code.expired': 'invalid',
  'staff.email_taken': 'conflict',

  'customer.not_found': 'not_found',
  'customer.erased': 'conflict',
  'customer.ambiguous': 'conflict',
  'customer.merge_same': 'invalid',
  'merge.not_found': 'not_found',
  'merge.already_undone': 'conflict',
  'merge.not_last': 'conflict',
  'identity.taken': 'conflict',
  'identity.not_found': 'not_found',
  'email.invalid': 'invalid',
  'phone.invalid': 'invalid',
  'password.weak': 'invalid',
  'address.not_found': 'not_found',
  'attribute.not_found': 'not_found',
  'attribute.exists': 'conflict',
  'attribute.invalid_value': 'invalid',
  'list.not_found': 'not_found',
  'list.name_taken': 'conflict',
  'list.locked': 'conflict',
  'member.not_found': 'not_found',
  'member.exists': 'conflict',
  'segment.not_found': 'not_found',
  'consent.unknown': 'invalid',
  'suppression.not_found': 'not_found',
  'address.suppressed': 'conflict',

  'organisation.not_found': 'not_found',
  'organisation.code_taken': 'conflict',
  'reference.not_found': 'not_found',
  'reference.code_taken': 'conflict',
  'product.not_found': 'not_found',
  'product.code_taken': 'conflict',
  'category.not_found': 'not_found',
  'brand.not_found': 'not_found',

  'unit.not_found': 'not_found',
  'unit.code_taken': 'conflict',
  'amount.invalid': 'invalid',
  'currency.unknown': 'invalid',
  'balance.insufficient': 'conflict',
  'posting.not_found': 'not_found',
  'posting.key_reused': 'conflict',
  'posting.already_reversed': 'conflict',
  'posting.not_reversible': 'conflict',
  'programme.not_found': 'not_found',
  'programme.inactive': 'conflict',
  'programme.wrong_kind': 'invalid',
  'programme.is_default': 'conflict',
  'item.not_found': 'not_found',
  'charge.not_found': 'not_found',
  'card.not_found': 'not_found',
  'card.number_taken': 'conflict',
  'card.taken': 'conflict',
  'card.blocked': 'conflict',
  'card.none_free': 'conflict',
  'card_type.not_found': 'not_found',
  'rule.not_found': 'not_found',
  'replay.not_found': 'not_found',
  'replay.too_many': 'limited',
  'rule.not_in_force': 'conflict',
  'reward.not_found': 'not_found',
  'reward.code_taken': 'conflict',
  'reward.wrong_kind': 'invalid',
  'reward.not_available': 'conflict',
  'reward.limit_reached': 'conflict',
  'benefit.refused': 'invalid',
  'voucher.not_found': 'not_found',
  'voucher.code_taken': 'conflict',
  'voucher.already_used': 'conflict',
  'voucher.cancelled': 'conflict',
  'voucher.not_valid': 'conflict',
  'code_pool.not_found': 'not_found',
  'code_pool.empty': 'conflict',

  'purchase.not_found': 'not_found',
  'purchase.number_taken': 'conflict',
  'purchase.total_mismatch': 'invalid',
  'purchase.already_cancelled': 'conflict',
  'purchase.claimed': 'conflict',
  'purchase.price_changed': 'conflict',
  'purchase.not_ours': 'conflict',
  'purchase.currency_mismatch': 'invalid',
  'device.not_found': 'not_found',
  'event.invalid': 'invalid',
  'event.exists': 'conflict',
  'tier.not_found': 'not_found',
  'reservation.exists': 'conflict',
  'reservation.not_found': 'not_found',
  'relation.not_found': 'not_found',
  'relation.exists': 'conflict',
  'file.invalid': 'invalid',
  'message_template.not_found': 'not_found',
  'message.not_found': 'not_found',
} as const

export type ErrorCode = keyof typeof errorKinds
export type ErrorKind = (typeof errorKinds)[ErrorCode]

/** A refusal: the request was understood and will not be carried out. `data` names the field at fault where there is one. */
export class DomainError extends Error {
  readonly code: ErrorCode
  readonly kind: ErrorKind
  readonly data: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, data: Readonly<Record<string, unknown>> = {}, options?: ErrorOptions) {
    super(code, options)
    this.name = 'DomainError'
    this.code = code
    this.kind = errorKinds[code]
    this.data = data
  }
}

/** A provider of the outside world failed. `retryable` tells whether the same call may work later. */
export class DeliveryFailure extends Error {
  readonly retryable: boolean

  constructor(message: string, options: ErrorOptions & { retryable: boolean }) {
    super(message, options)
    this.name = 'DeliveryFailure'
    this.retryable = options.retryable
  }
}

/** Stops on a state that cannot be; `why` says why it cannot. Answers 500 and is logged. */
export function assert(condition: unknown, why: string): asserts condition {
  if (!condition) throw new Error(`cannot be: ${why}`)
}
