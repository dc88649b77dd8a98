import { type Ctx, transact } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import * as store from './store.ts'

export interface IdempotentRequest {
  /** What the key is unique within: the API and its operation. */
  readonly scope: string
  readonly key: string
  /** A hash of everything that makes the request: the same key with another request is refused. */
  readonly requestHash: string
}

export interface Answer<Response> {
  readonly status: number
  readonly response: Response
}

/**
 * Runs `work` once for a key and keeps its answer in the same transaction: a retry gets the same answer and changes
 * nothing. A refusal is not kept, for it changed nothing either. Refuses `request.idempotency_key_reused` for another
 * request, `request.in_progress` while the first still runs, and `customer.erased` where the answer was about a person who
 * was erased since.
 */
export function withIdempotency<Response>(
  ctx: Ctx,
  request: IdempotentRequest,
  work: (ctx: Ctx) => Promise<Answer<Response>>,
): Promise<Answer<Response> & { readonly replayed: boolean }> {
  return transact(ctx, async (ctx) => {
    if (!(await store.tryLockKey(ctx.db, ctx.tenant.id, request))) {
      throw new DomainError('request.in_progress', { key: request.key })
    }
    const kept = await store.selectAnswer(ctx.db, ctx.tenant.id, request)
    if (kept && kept.requestHash !== request.requestHash) {
      throw new DomainError('request.idempotency_key_reused', { key: request.key })
    }
    if (kept?.status === null) throw new DomainError('customer.erased')
    // The response was made by this same work, and JSON kept it.
    if (kept) return { status: kept.status, response: kept.response as Response, replayed: true }
    const answer = await work(ctx)
    await store.insertAnswer(ctx.db, ctx.tenant.id, { ...request, ...answer, now: ctx.clock.now() })
    return { ...answer, replayed: false }
  })
}
