import { issueCode, verifyCode } from '../../core/accounts/index.ts'
import { findCustomerById } from '../../core/customers/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { readApplication } from './applications.ts'
import type { Call } from './call.ts'
import { idOf, timeOf } from './encode.ts'
import { invalidParam } from './errors.ts'

const lifeSeconds = 10 * 60
const purposeOf = (applicationId: string) => `carecloud hand-over:${applicationId}`

/** A token of a few characters that another application shows to prove which customer it was given for. */
export async function issueHandOver(
  ctx: Ctx,
  of: { customerId: number; applicationId: string; numeric: boolean },
): Promise<{ authentication_token: string; token_request_id: string; valid_to: string }> {
  const { id, code, expiresAt } = await issueCode(ctx, {
    purpose: purposeOf(of.applicationId),
    subject: `customer:${of.customerId}`,
    ttlSeconds: lifeSeconds,
    ...(of.numeric ? { digits: 8 } : { letters: 12 }),
    data: { customerId: of.customerId },
  })
  return {
    authentication_token: code,
    token_request_id: idOf(ctx, 'code', id),
    valid_to: timeOf(ctx, expiresAt),
  }
}

/** Reads application_id, token and token_request_id and answers whose token it is. It is used up. */
export async function takeHandOver({ ctx, body }: Call): Promise<number> {
  const applicationId = await readApplication(ctx, body, 'application_id')
  const code = body.needText('token', { max: 100 })
  const id = body.needId('token_request_id', 'code')
  body.done()
  const taken = await verifyCode(ctx, { purpose: purposeOf(applicationId), id, code: code.toUpperCase() }).catch(
    refused,
  )
  const customer = taken && (await findCustomerById(ctx, Number(taken.data.customerId)))
  if (!customer || customer.state === 'erased') throw invalidParam('token', 'not_allowed_value')
  return customer.id
}

/** Why a code is refused is nobody's business: undefined. */
export function refused(error: unknown): undefined {
  if (error instanceof DomainError && (error.code === 'code.wrong' || error.code === 'code.expired')) return undefined
  throw error
}
