import type { FastifyInstance } from 'fastify'
import { findProductsByCodes, type Product } from '../../../core/catalog/index.ts'
import type { Ctx } from '../../../platform/ctx.ts'
import { DomainError } from '../../../platform/errors.ts'
import type { ApiOptions } from '../../http/options.ts'
import { readRecord } from '../../http/values.ts'
import { authenticate, requireSecret } from '../auth.ts'
import { lastOrderCodes } from '../bought.ts'
import { parseJson } from '../decode.ts'
import { encodeProduct } from '../encode.ts'
import { findPerson } from '../people.ts'
import { syncOrders } from '../synced-order.ts'

const maxOrders = 5_000

export function orderRoutes(app: FastifyInstance, { server }: ApiOptions): void {
  app.post('/sync/orders', async (request) => {
    const caller = await authenticate(server, request)
    requireSecret(caller)
    const orders = readOrders(caller.params.orders)
    const rejected = await syncOrders(caller.ctx, orders)
    // The vendor takes any order and checks later. We check now, and say which ones were not understood.
    return { status: 'success', payload: { accepted: orders.length - rejected.length, rejected } }
  })

  app.get('/orders/last_for_user', async (request) => {
    const caller = await authenticate(server, request)
    const customer = await findPerson(caller)
    if (!customer) return []
    const codes = await lastOrderCodes(caller, customer)
    const products = await findProductsByCodes(caller.ctx, codes)
    return codes.map((code) => encodeBought(code, products.get(code), caller.ctx))
  })
}

function readOrders(value: unknown): unknown[] {
  const orders = typeof value === 'string' ? parseJson(value) : value
  const list = Array.isArray(orders) ? orders : Object.values(readRecord(orders) ?? {})
  if (orders === undefined || list.length > maxOrders) throw new DomainError('request.invalid', { field: 'orders' })
  return list
}

/** A product that the catalogue does not have is shown by its id alone. */
function encodeBought(code: string, product: Product | undefined, ctx: Ctx): Record<string, unknown> {
  return product ? encodeProduct(product, ctx.tenant) : { id: code, uniqid: code, name: '', price: 0 }
}
