import type { FastifyInstance } from 'fastify'
import { findProductByCode } from '../../../core/catalog/index.ts'
import { changeCollection, getCollection } from '../../../core/events/index.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { authenticate, requireSecret } from '../auth.ts'
import { requireText } from '../decode.ts'
import { encodeProduct, success } from '../encode.ts'
import { findPerson } from '../people.ts'

export function productRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.get('/products/get', async (request) => {
    const { ctx, params } = await authenticate(server, request)
    const product = await findProductByCode(ctx, requireText(params, 'item_id'))
    if (!product || product.state === 'deleted') throw new DomainError('product.not_found', { field: 'item_id' })
    return encodeProduct(product, ctx.tenant)
  })

  app.get('/products/cart', async (request) => {
    const caller = await authenticate(server, request)
    const customer = await findPerson(caller)
    const items = customer ? await getCollection(caller.ctx, { customerId: customer.id, kind: 'cart' }) : []
    return {
      status: 'success',
      data: { items: items.map((item) => ({ uniqid: item.productCode, quantity: item.quantity })) },
    }
  })

  // One client uses GET for it.
  app.route({
    method: ['DELETE', 'GET'],
    url: '/products/cart/clear',
    handler: async (request) => {
      const caller = await authenticate(server, request)
      requireSecret(caller)
      const customer = await findPerson(caller)
      if (!customer) throw new DomainError('customer.not_found')
      await changeCollection(caller.ctx, { customerId: customer.id, kind: 'cart', action: 'replace', items: [] })
      return success
    },
  })
}
