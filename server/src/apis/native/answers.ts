// How routes answer: once for an Idempotency-Key, and page by page.
import type { FastifyReply, FastifyRequest } from 'fastify'
import { withIdempotency } from '../../core/accounts/index.ts'
import type { Ctx } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { sha256 } from '../../platform/random.ts'
import { readCursor, writeCursor } from '../http/paging.ts'
import { ctxOf } from './auth.ts'
import { usualLimit } from './schemas.ts'

/**
 * Runs a POST once for its Idempotency-Key: a retry gets the first answer and changes nothing. Without the header it simply
 * runs. The answer must be what JSON can keep.
 */
export async function once<Response>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (ctx: Ctx) => Promise<{ status: number; response: Response }>,
): Promise<Response> {
  const key = readKey(request)
  if (key === undefined) {
    const { status, response } = await work(ctxOf(request))
    reply.code(status)
    return response
  }
  const scope = `native ${request.method} ${request.routeOptions.url}`
  const requestHash = sha256(JSON.stringify([request.params, request.body]))
  const answer = await withIdempotency(ctxOf(request), { scope, key, requestHash }, work)
  reply.code(answer.status)
  if (answer.replayed) reply.header('idempotency-replayed', 'true')
  return answer.response
}

/** The shortcut for what makes something new. */
export function createOnce<Response>(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (ctx: Ctx) => Promise<Response>,
): Promise<Response> {
  return once(request, reply, async (ctx) => ({ status: 201, response: await work(ctx) }))
}

function readKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key === undefined) return undefined
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key
  throw new DomainError('request.invalid', {
    errors: [{ path: 'headers.idempotency-key', message: 'must have 1 to 200 visible ASCII characters' }],
  })
}

/** The same, where a route cannot do without. */
export function requireKey(request: FastifyRequest): string {
  const key = readKey(request)
  if (key !== undefined) return key
  throw new DomainError('request.invalid', {
    errors: [{ path: 'headers.idempotency-key', message: 'is required here, for value moves' }],
  })
}

/** Reads one item more than the page holds, to know whether another page follows. */
export async function pageBy<Item>(
  limit: number,
  read: (limit: number) => Promise<readonly Item[]>,
  position: (item: Item) => (string | number)[],
): Promise<{ items: readonly Item[]; nextCursor: string | null }> {
  const found = await read(limit + 1)
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last !== undefined ? writeCursor(position(last)) : null }
}

/** The same for a list that is walked by number, for its order is not that of its ids. */
export function pageByOffset<Item>(
  query: { readonly after?: string; readonly limit?: number },
  read: (part: { offset: number; limit: number }) => Promise<readonly Item[]>,
): Promise<{ items: readonly Item[]; nextCursor: string | null }> {
  const { limit = usualLimit } = query
  const offset = Math.max(0, readIdPosition(query.after) ?? 0)
  return pageBy(
    limit,
    (count) => read({ offset, limit: count }),
    () => [offset + limit],
  )
}

/** The position in a cursor; refuses a text that is none of ours. */
export function readPosition(cursor: string | undefined, length: number): (string | number)[] | undefined {
  if (cursor === undefined) return undefined
  const position = readCursor(cursor, length)
  if (position) return position
  throw new DomainError('request.invalid', {
    errors: [{ path: 'querystring.after', message: 'is not a cursor of this list' }],
  })
}

/** The id in a cursor of a list that is walked by id. */
export function readIdPosition(cursor: string | undefined): number | undefined {
  const id = readPosition(cursor, 1)?.[0]
  if (id === undefined || typeof id === 'number') return id
  throw new DomainError('request.invalid', {
    errors: [{ path: 'querystring.after', message: 'is not a cursor of this list' }],
  })
}
