import { isPgError } from '../../platform/db.ts'
import { DomainError, type ErrorCode } from '../../platform/errors.ts'
import { readRecord } from './values.ts'

/** A part of the request that does not fit: `path` from its root, e.g. "body.lines.0.code". */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

/**
 * The refusal behind any error that a request can cause, or undefined when it is a bug of ours (500, logged). API error
 * handlers call this first, so that bad bodies, failed validation and overload are worded in the API's own shape.
 */
export function refusalOf(error: unknown): DomainError | undefined {
  if (error instanceof DomainError) return error
  const validation = validationFaults(error)
  if (validation) return new DomainError('request.invalid', { errors: validation }, { cause: error })
  const dangling = danglingReference(error)
  if (dangling) return dangling
  const code = codeOfDatabase(error) ?? codeOfForm(error) ?? codeOfStatus(readRecord(error)?.statusCode)
  return code && new DomainError(code, { reason: reasonOf(error) }, { cause: error })
}

const byStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'request.unauthenticated',
  403: 'request.forbidden',
  404: 'request.not_found',
  405: 'request.method_not_allowed',
  413: 'request.too_large',
  429: 'request.rate_limited',
  503: 'service.unavailable',
}

/** Errors that Fastify and its plugins raise for a request carry their status. */
function codeOfStatus(status: unknown): ErrorCode | undefined {
  if (typeof status !== 'number') return undefined
  return byStatus[status] ?? (status >= 400 && status < 500 ? 'request.invalid' : undefined)
}

// A value that passed decoding and still does not fit a column (a number beyond bigint, a text with a lone surrogate) is
// the client's. A database that is away or full is neither's.
const unfit = new Set(['22001', '22003', '22007', '22008', '22021', '22P02', '22P05'])
const away = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', '53300', '57P01', '57P02', '57P03', '55P03', '57014'])

function codeOfDatabase(error: unknown): ErrorCode | undefined {
  if (!(error instanceof Error)) return undefined
  if (error.message.startsWith('timeout exceeded when trying to connect')) return 'service.unavailable'
  if (error.message.startsWith('Connection terminated')) return 'service.unavailable'
  if (!isPgError(error) || !error.code) return undefined
  if (away.has(error.code)) return 'service.unavailable'
  return unfit.has(error.code) ? 'request.invalid' : undefined
}

// The parser of multipart bodies raises errors without a status; its words are all that tells them apart.
const brokenForm =
  /^(Multipart: |Malformed |Unexpected end of |Part terminated early|Unsupported content type|Missing Content-Type)/

function codeOfForm(error: unknown): ErrorCode | undefined {
  return error instanceof Error && brokenForm.test(error.message) ? 'request.invalid' : undefined
}

/** The request names a row that the tenant does not have; the foreign key noticed. */
function danglingReference(error: unknown): DomainError | undefined {
  if (!isPgError(error) || error.code !== '23503') return undefined
  const column = /_tenant_id_(\w+)_fkey$/.exec(error.constraint ?? '')?.[1] ?? ''
  if (column === 'store_id') return new DomainError('organisation.not_found', { field: column }, { cause: error })
  if (column === 'customer_id') return new DomainError('customer.not_found', { field: column }, { cause: error })
  return new DomainError(
    'request.invalid',
    { field: column, reason: 'names something that is not there' },
    { cause: error },
  )
}

function reasonOf(error: unknown): string | undefined {
  // The database's own words may quote what others wrote; Fastify's do not.
  return error instanceof Error && !isDatabaseError(error) ? error.message : undefined
}

function isDatabaseError(error: Error): boolean {
  return 'severity' in error || 'errno' in error
}

function validationFaults(error: unknown): FieldFault[] | undefined {
  const record = readRecord(error)
  const faults = record?.validation
  if (!Array.isArray(faults)) return undefined
  const context = typeof record?.validationContext === 'string' ? record.validationContext : 'request'
  return faults.map((fault) => faultOf(context, readRecord(fault) ?? {}))
}

function faultOf(context: string, fault: Record<string, unknown>): FieldFault {
  const path = String(fault.instancePath ?? '')
    .split('/')
    .filter(Boolean)
  return {
    path: [context, ...path, ...namedProperty(readRecord(fault.params) ?? {})].join('.'),
    message: typeof fault.message === 'string' ? fault.message : 'does not fit',
  }
}

/** The field that is missing or too much, in ajv's words or in TypeBox's. */
function namedProperty(params: Record<string, unknown>): string[] {
  const named =
    params.missingProperty ?? params.additionalProperty ?? params.requiredProperties ?? params.additionalProperties
  const first = Array.isArray(named) ? named[0] : named
  return typeof first === 'string' ? [first] : []
}
