import type { FastifyInstance } from 'fastify'
import { listProgrammes } from '../../../core/loyalty/index.ts'
import type { Server } from '../../../platform/ctx.ts'
import { type ContactCall, withContact } from '../auth.ts'
import { decodeBody, decodePaging, decodeText } from '../decode.ts'
import { pageOf, textFlag, uuid } from '../encode.ts'

export function rewardRoutes(app: FastifyInstance, server: Server): void {
  app.get('/reward_schemes', withContact(server, showSchemes))
}

/** Every active programme; everybody who is a customer takes part. */
async function showSchemes({ ctx, request }: ContactCall) {
  const query = decodeBody(request.query)
  const paging = decodePaging(query)
  const name = decodeText(query, 'name')?.toLowerCase()
  const programmes = await listProgrammes(ctx, { state: 'active' })
  const wanted = programmes.filter((programme) => !name || programme.name.toLowerCase().includes(name))
  const rows = wanted.map((programme) => ({
    id: uuid(ctx, 'programme', programme.id),
    name: programme.name,
    description: '',
    terms_and_conditions: '',
    sign_up_option: 'AUTO_SIGN_UP',
    is_joined: textFlag(true),
  }))
  return pageOf(rows, paging)
}
