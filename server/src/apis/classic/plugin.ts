import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Server } from '../../platform/ctx.ts'
import { DomainError } from '../../platform/errors.ts'
import { acceptForms, acceptLooseJson, acceptMultipart } from '../http/content.ts'
import type { ApiOptions } from '../http/options.ts'
import { authenticate } from './auth.ts'
import { decodeFields, decodeFormat, refuse } from './decode.ts'
import { type Answer, contentType, type Format, render } from './encode.ts'
import { answerErrors } from './errors.ts'
import { findOperation } from './operations.ts'

/** One address for everything: what is done is said by the field `type`. */
export async function classicApi(app: FastifyInstance, { server }: ApiOptions): Promise<void> {
  await acceptForms(app)
  await acceptMultipart(app)
  acceptLooseJson(app)
  answerErrors(app)
  for (const url of ['/', '/api.php']) {
    app.route({ method: ['GET', 'POST'], url, handler: (request, reply) => answer(server, request, reply) })
  }
}

async function answer(server: Server, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const fields = decodeFields(request)
  const format = decodeFormat(fields)
  const type = fields.get('type') ?? refuse('type', 'is required')
  const call = await authenticate(server, request, fields)
  const { run, needs } = findOperation(type, fields)
  if (needs && !call.permissions.has(needs)) throw new DomainError('request.forbidden')
  return send(reply, await run(call), format)
}

// The first piece is made before the status goes out, so that a refusal can still be one; the rest flows as it is read.
async function send(reply: FastifyReply, result: Answer, format: Format): Promise<FastifyReply> {
  const pieces = render(result, format)
  const first = await pieces.next()
  reply.type(contentType(format)).header('x-content-type-options', 'nosniff')
  if (!result.rows) return reply.send(await collect(first, pieces))
  return reply.send(Readable.from(batch(first, pieces)))
}

async function collect(first: IteratorResult<string>, rest: AsyncGenerator<string>): Promise<string> {
  let text = first.value ?? ''
  for await (const piece of rest) text += piece
  return text
}

const batchLength = 32_768

/** Rows are short; a stream of them one by one would spend more on the stream than on the rows. */
async function* batch(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  let text: string = first.value ?? ''
  for await (const piece of rest) {
    text += piece
    if (text.length < batchLength) continue
    yield text
    text = ''
  }
  yield text
}
