import type { FastifyInstance } from 'fastify'
import { getCustomer, primaryEmail } from '../../../core/customers/index.ts'
import { ensureDevice, noteDeviceSeen } from '../../../core/events/index.ts'
import type { Random } from '../../../platform/random.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readNumber, readText } from '../../http/values.ts'
import { authenticate, readDid } from '../auth.ts'
import { readSession } from '../decode.ts'
import { settingsOf } from '../encode.ts'

export function sessionRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/init',
    handler: async (request) => {
      const { ctx, params } = await authenticate(server, request)
      const did = readDid(params) ?? shortName(ctx.random)
      const hours = readNumber(params.tz)
      const device = await ensureDevice(ctx, { did })
      const platform = readText(params.stream)?.slice(0, 16)
      const timeZoneMinutes = hours !== undefined && Math.abs(hours) <= 14 ? Math.round(hours * 60) : undefined
      await noteDeviceSeen(ctx, { did: device.did, platform, timeZoneMinutes })
      const customer = await getCustomer(ctx, device.customerId)
      return {
        did: device.did,
        seance: readSession(params) ?? shortName(ctx.random),
        ...settingsOf(ctx.tenant, { hasEmail: primaryEmail(customer) !== undefined }),
      }
    },
  })

  /** The oldest client asks for the text alone. */
  app.get('/generate_ssid', async (request, reply) => {
    const { ctx } = await authenticate(server, request)
    return reply.type('text/plain; charset=utf-8').send(shortName(ctx.random))
  })
}

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Ten letters and digits, drawn evenly: the shape that clients know. */
function shortName(random: Random): string {
  let rest = BigInt(`0x${random.hex(16)}`)
  let name = ''
  for (let index = 0; index < 10; index++) {
    name += alphabet[Number(rest % 62n)]
    rest /= 62n
  }
  return name
}
